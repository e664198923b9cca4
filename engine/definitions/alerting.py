"""Who is notified of alerts, read from the settings: receivers, routes and mute times, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gendash.engine.config.alerting_settings import SPAN
from gendash.engine.config.load import Config, suggest
from gendash.engine.model import Problem


class Receiver(NamedTuple):
    """One way to reach people: ``to`` holds addresses of mails, ``channel`` that of Slack, ``url`` of a webhook."""

    name: str
    kind: str
    to: tuple[str, ...] = ()
    channel: str = ""
    url: str = ""


class AlertRoute(NamedTuple):
    """The alerts that match all its lists (an empty one matches every alert), and the receivers that get them."""

    name: str
    severity: tuple[str, ...]
    slo: tuple[str, ...]
    alerts: tuple[str, ...]
    to: tuple[str, ...]
    mute: tuple[str, ...]

    def takes(self, alert: str, labels: Mapping[str, str]) -> bool:
        """True if this route takes an alert with these labels."""
        by_name = any(alert == name or (name[-1:] == "*" and alert.startswith(name[:-1])) for name in self.alerts)
        return (
            (not self.severity or labels.get("severity") in self.severity)
            and (not self.slo or labels.get("slo") in self.slo)
            and (by_name or not self.alerts)
        )


class MuteTime(NamedTuple):
    """Hours in which nobody is notified; ``times`` are pairs of HH:MM, the end may be 24:00."""

    name: str
    weekdays: tuple[str, ...]
    times: tuple[tuple[str, str], ...]


def _entries(config: Config, kind: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for key, value in config.under(f"alerting.{kind}").items():
        name, _, field = key.partition(".")
        if field:
            found.setdefault(name, {})[field] = value
    return found


def receivers(config: Config) -> dict[str, Receiver]:
    """The receivers by name."""
    return {
        name: Receiver(
            name,
            str(one.get("kind") or ""),
            tuple(one.get("to") or ()),
            str(one.get("channel") or ""),
            str(one.get("url") or ""),
        )
        for name, one in _entries(config, "receivers").items()
    }


def routes(config: Config) -> list[AlertRoute]:
    """The routes in the order of the file; without any, all receivers get every alert."""
    lists = ("severity", "slo", "alerts", "to", "mute")
    found = [
        AlertRoute(name, *(tuple(one.get(key) or ()) for key in lists))
        for name, one in _entries(config, "routes").items()
    ]
    everybody = tuple(receivers(config))
    return found or ([AlertRoute("all", (), (), (), everybody, ())] if everybody else [])


def mute_times(config: Config) -> dict[str, MuteTime]:
    """The mute times by name; one over midnight is split at it."""
    found = {}
    for name, one in _entries(config, "mute_times").items():
        spans = [tuple(str(span).split("-")) for span in one.get("times") or () if re.fullmatch(SPAN, str(span))]
        times: list[tuple[str, str]] = []
        for start, end in spans:
            times += [(start, end)] if start < end else [(start, "24:00"), *([("00:00", end)] if end > "00:00" else [])]
        found[name] = MuteTime(name, tuple(one.get("weekdays") or ()), tuple(times))
    return found


def alerting_problems(config: Config) -> Iterator[Problem]:
    """What is wrong with the settings of alerting."""
    known, muted = receivers(config), mute_times(config)
    for one in known.values():
        at = f"alerting.receivers.{one.name}"
        if not one.kind:
            yield Problem(at, "no kind", "set kind: slack, email, pagerduty or webhook")
        if one.kind == "email" and not one.to:
            yield Problem(at, "no address", "set to: [address]")
    for route in routes(config):
        at = f"alerting.routes.{route.name}"
        if not route.to:
            yield Problem(at, "nobody is notified", "set to: to a list of receivers")
        for name in route.to:
            if name not in known:
                yield Problem(
                    at, f"no receiver '{name}'", suggest(name, known) or "declare it under alerting.receivers"
                )
        for name in route.mute:
            if name not in muted:
                yield Problem(
                    at, f"no mute time '{name}'", suggest(name, muted) or "declare it below alerting.mute_times"
                )
    for name, entry in _entries(config, "mute_times").items():
        for span in entry.get("times") or ():
            if not re.fullmatch(SPAN, str(span)):
                yield Problem(f"alerting.mute_times.{name}", f"'{span}' is no span of hours", "write 22:00-06:00")


def who_is_notified(config: Config) -> str:
    """Why nobody would be notified of alerts, in one line; an empty text where somebody is."""
    if config["alerting.by"] == "none":
        return "nobody will be notified of alerts (alerting.by: none)"
    if not receivers(config):
        return "nobody will be notified of alerts: declare who under alerting.receivers, or set alerting.by: none"
    return ""


def unreached(config: Config, alerts: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The alerts by name that no route takes, of those with labels; those for machines are left out."""
    ways = routes(config)
    return [
        name
        for name, labels in alerts.items()
        if labels.get("severity") != "none" and not any(way.takes(name, labels) for way in ways)
    ]

"""The receivers and routes of the settings -> Alertmanager's configuration and its templates. No secret is in them."""

from __future__ import annotations

from typing import Any

import yaml

from gendash.engine.config.load import Config
from gendash.engine.definitions.alerting import AlertRoute, MuteTime, Receiver, mute_times, receivers, routes

NOBODY = "gendash-nobody"
TITLE = """{{ define "gendash.title" }}{{ if eq .Status "firing" }}FIRING{{ else }}RESOLVED{{ end }} \
{{ .CommonLabels.alertname }}{{ end }}
"""
TEXT = """{{ define "gendash.text" }}{{ range .Alerts }}{{ .Annotations.summary }}
{{ .Annotations.description }}
{{ if .Annotations.dashboard_url }}Dashboard: {{ .Annotations.dashboard_url }}
{{ end }}{{ if .Annotations.runbook_url }}Runbook: {{ .Annotations.runbook_url }}
{{ end }}{{ end }}{{ end }}
"""


def render_alertmanager(config: Config) -> dict[str, bytes]:
    """``alertmanager/alertmanager.yml`` and its templates by path; nothing without receivers or Alertmanager."""
    if config["alerting.by"] != "alertmanager" or not receivers(config):
        return {}
    text = yaml.safe_dump(_configuration(config), sort_keys=False, allow_unicode=True, width=110)
    head = "# Written by `gendash build`; an edit here is lost with the next build.\n"
    return {
        "alertmanager/alertmanager.yml": (head + text).encode(),
        "alertmanager/gendash.tmpl": (TITLE + TEXT).encode(),
    }


def _configuration(config: Config) -> dict[str, Any]:
    ways = routes(config)
    muted = mute_times(config)
    for_machines = {"receiver": NOBODY, "matchers": ['severity="none"']}
    smtp: dict[str, Any] = {}
    if any(one.kind == "email" for one in receivers(config).values()):
        smtp = {"smtp_smarthost": config["alerting.smtp_host"], "smtp_from": config["alerting.smtp_from"]}
        if config["alerting.smtp_user"]:
            password = f"{config['alerting.secrets_dir']}/smtp"
            smtp |= {"smtp_auth_username": config["alerting.smtp_user"], "smtp_auth_password_file": password}
    groups = sorted({way.to for way in ways})
    return {
        **({"global": smtp} if smtp else {}),
        "templates": ["gendash.tmpl"],
        "route": {
            "receiver": NOBODY,
            "group_by": ["alertname", "slo"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": [for_machines, *map(_route, ways)],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity="critical"', 'slo=~".+"'],
                "target_matchers": ['severity="warning"', 'slo=~".+"'],
                "equal": ["slo"],
            }
        ],
        "receivers": [{"name": NOBODY}, *(_receiver(config, group) for group in groups)],
        **({"time_intervals": [_mute_time(config, one) for one in muted.values()]} if muted else {}),
    }


def group_name(names: tuple[str, ...]) -> str:
    """The name under which several receivers get the same alerts."""
    return "+".join(names)


def _route(route: AlertRoute) -> dict[str, Any]:
    lists = (("severity", route.severity), ("slo", route.slo))
    matchers = [f'{label}=~"{"|".join(values)}"' for label, values in lists if values]
    if route.alerts:
        names = [f"{name[:-1]}.*" if name.endswith("*") else name for name in route.alerts]
        matchers.append(f'alertname=~"{"|".join(names)}"')
    muted = {"mute_time_intervals": list(route.mute)} if route.mute else {}
    return {"receiver": group_name(route.to), **({"matchers": matchers} if matchers else {}), **muted}


def _receiver(config: Config, names: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": group_name(names)}
    for one in (receivers(config)[name] for name in names):
        key, body = _integration(one, f"{config['alerting.secrets_dir']}/{one.name}")
        found.setdefault(key, []).append({**body, "send_resolved": True})
    return found


def _integration(one: Receiver, secret: str) -> tuple[str, dict[str, Any]]:
    title, text = '{{ template "gendash.title" . }}', '{{ template "gendash.text" . }}'
    if one.kind == "slack":
        return "slack_configs", {"api_url_file": secret, "channel": one.channel, "title": title, "text": text}
    if one.kind == "email":
        return "email_configs", {"to": ", ".join(one.to), "headers": {"Subject": title}, "text": text}
    if one.kind == "pagerduty":
        return "pagerduty_configs", {"routing_key_file": secret, "description": title, "details": {"text": text}}
    return "webhook_configs", {"url": one.url} if one.url else {"url_file": secret}


def _mute_time(config: Config, one: MuteTime) -> dict[str, Any]:
    interval: dict[str, Any] = {"location": config["time_zone"]}
    if one.weekdays:
        interval["weekdays"] = list(one.weekdays)
    if one.times:
        interval["times"] = [{"start_time": start, "end_time": end} for start, end in one.times]
    return {"name": one.name, "time_intervals": [interval]}

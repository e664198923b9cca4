"""Would anybody be notified of an alert? The settings, Prometheus' Alertmanagers, and Grafana's contact points."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gendash.engine.config.load import Config
from gendash.engine.definitions.alerting import receivers, who_is_notified
from gendash.engine.doctor.report import ServerReport

NAME = "alerts"


def alert_report(
    config: Config, alertmanagers: Sequence[str] | None, contact_points: Collection[str] | None, wanted: Collection[str]
) -> ServerReport:
    """The line of alerts. None where Prometheus or Grafana did not say; ``wanted`` are uids of our contact points."""
    if config["alerting.by"] == "none":
        return ServerReport(NAME, "none", "alerting.by: none")
    if nobody := who_is_notified(config):
        return ServerReport(NAME, "not configured", nobody)
    who = f"{len(receivers(config))} receivers"
    if config["alerting.by"] == "grafana":
        return _by_grafana(who, contact_points, wanted)
    if alertmanagers is None:
        return ServerReport(NAME, "ok", f"{who}; whether Prometheus has an Alertmanager is not known")
    if not alertmanagers:
        todo = (
            "run Alertmanager with out/alertmanager/ of `gendash build`, and name it under alerting: in prometheus.yml"
        )
        return ServerReport(NAME, "failed", f"nobody is notified: Prometheus has no Alertmanager; {todo}")
    return ServerReport(NAME, "ok", f"{who}; Prometheus sends alerts to {', '.join(sorted(alertmanagers))}")


def _by_grafana(who: str, contact_points: Collection[str] | None, wanted: Collection[str]) -> ServerReport:
    if contact_points is None:
        return ServerReport(NAME, "ok", f"{who}; Grafana does not show its contact points to this token")
    lacking = [uid for uid in wanted if uid not in contact_points]
    if lacking:
        what = f"{len(lacking)} of {len(wanted)} contact points are not in Grafana"
        return ServerReport(NAME, "failed", f"{what}, so nobody is notified through them; run `gendash apply`")
    return ServerReport(NAME, "ok", f"{who}; Grafana has their contact points")

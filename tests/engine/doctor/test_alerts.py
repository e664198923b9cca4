"""The doctor says when nobody would be notified: no receivers, no Alertmanager, no contact points."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from grafana_double import Double

from gendash.commands.doctor import _alerts
from gendash.engine.checks.alerting import alerting_notes
from gendash.engine.clients.prometheus import known_alertmanagers, prometheus
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.doctor.alerts import alert_report

MINE = "alerting: {receivers: {team: {kind: webhook, url: 'http://x.example'}}}\n"
BY_GRAFANA = "alerting: {by: grafana, receivers: {team: {kind: webhook, url: 'http://x.example'}}}\n"


@pytest.mark.parametrize(
    ("text", "managers", "points", "state", "words"),
    [
        ("alerting: {by: none}", [], None, "none", "alerting.by: none"),
        ("", ["http://am:9093"], None, "not configured", "declare who under alerting.receivers"),
        (MINE, None, None, "ok", "is not known"),
        (MINE, [], None, "failed", "Prometheus has no Alertmanager"),
        (MINE, ["http://am:9093"], None, "ok", "sends alerts to http://am:9093"),
        (BY_GRAFANA, None, None, "ok", "does not show its contact points"),
        (BY_GRAFANA, None, ["other"], "failed", "2 of 2 contact points are not in Grafana"),
        (BY_GRAFANA, None, ["a", "b"], "ok", "Grafana has their contact points"),
    ],
)
def test_each_reason_has_its_line(
    text: str, managers: Sequence[str] | None, points: Sequence[str] | None, state: str, words: str
) -> None:
    found = alert_report(load_config(text), managers, points, ["a", "b"])
    assert found.state == state and words in found.line


def test_check_says_it_once_and_not_after_somebody_decided() -> None:
    def notes(text: str) -> list[str]:
        return [str(one) for one in alerting_notes(load_catalog(load_config(text)))]

    assert any("nobody will be notified" in one and "alerting.by: none" in one for one in notes(""))
    assert not any("nobody" in one for one in notes("alerting: {by: none}"))
    assert not any("nobody" in one for one in notes(MINE))


@pytest.mark.prometheus
def test_a_real_prometheus_without_an_alertmanager_is_told_apart(start_prometheus: object) -> None:
    url = start_prometheus("# TYPE a gauge\na 1 1700000000\n", "groups: []\n")  # type: ignore[operator]  # a fixture
    config = load_config(f"prometheus_url: {url}\n{MINE}")
    with prometheus(config) as call:
        assert known_alertmanagers(call) == []
    assert _alerts(load_catalog(config)).state == "failed"


def test_contact_points_are_looked_for_in_grafana() -> None:
    double = Double()
    server = double.run()
    environ = {"GENDASH_GRAFANA_URL": double.url, "GENDASH_GRAFANA_TOKEN": "glsa_x"}
    found = _alerts(load_catalog(load_config(BY_GRAFANA, environ=environ)))
    server.shutdown()
    server.server_close()
    assert found.state == "failed" and "contact points are not in Grafana, so nobody is notified" in found.line

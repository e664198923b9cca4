"""Objectives -> promtool's tests of their rules: what is recorded and what fires, for series that they count."""

from __future__ import annotations

from typing import Any

import yaml

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.objectives import Objective, Sample, objectives, sample_of
from gendash.engine.render.rules import alert_annotations

PATH = "prometheus/tests/gendash-objectives.yml"
_EVERY_S, _EVENTS = 120, 1000  # a scrape every two minutes, and so many events in each


def render_objective_tests(catalog: Catalog) -> dict[str, bytes]:
    """Tests for `promtool test rules`, by path; none without objectives."""
    found = [(one, sample) for one in objectives(catalog.config) if (sample := sample_of(one))]
    if not found:
        return {}
    document = {
        "rule_files": ["../rules/gendash-objectives.yml"],
        "evaluation_interval": "30m",
        "tests": [_evaluated(catalog, test) for one, sample in found for test in _tests(catalog, one, sample)],
    }
    head = "# Written by `gendash build` from slos: in gendash.yaml; run it with `promtool test rules`.\n"
    return {PATH: (head + yaml.safe_dump(document, sort_keys=False, width=110)).encode()}


def _evaluated(catalog: Catalog, test: dict[str, Any]) -> dict[str, Any]:
    """A test without its alerts where Prometheus gets none, since Grafana evaluates them."""
    left_out = ("alert_rule_test",) if catalog.config["alerting.by"] == "grafana" else ()
    return {key: value for key, value in test.items() if key not in left_out}


def _tests(catalog: Catalog, one: Objective, sample: Sample) -> list[dict[str, Any]]:
    """All good, too many bad at once, too many bad for days, and nothing at all."""
    fast, slow = f"{one.values()['Slo']}BudgetBurnFast", f"{one.values()['Slo']}BudgetBurnSlow"
    outage, drip = (one.budget + 19) / 20, min(4 * one.budget, (1 + one.budget) / 2, 0.9)
    return [
        {
            "name": f"{one.name}: nothing is bad",
            **_series(sample, 0, 900),
            "alert_rule_test": [_silent(fast, "24h"), _silent(slow, "24h")],
            "promql_expr_test": [_figure(f"job:slo_{one.name}_budget_left:ratio30d", "24h", sample, 1)],
        },
        {
            "name": f"{one.name}: nearly all is bad",
            **_series(sample, outage, 240),
            "alert_rule_test": [_fires(catalog, fast, "6h", sample, outage)],
            "promql_expr_test": [_share(one, "1h", "6h", sample, outage)],
        },
        {
            "name": f"{one.name}: somewhat too much is bad for days",
            **_series(sample, drip, 2200),
            "alert_rule_test": [_fires(catalog, slow, "3d", sample, drip)],
            "promql_expr_test": [_share(one, "1d", "3d", sample, drip)],
        },
        {
            "name": f"{one.name}: nothing happens",
            **_series(sample, 0, 900, events=0),
            "alert_rule_test": [_silent(fast, "24h"), _silent(slow, "24h")],
            "promql_expr_test": [_figure(f"job:slo_{one.name}_bad_per_total:ratio_rate1h", "24h", sample, None)],
        },
    ]


def _series(sample: Sample, bad: float, steps: int, events: int = _EVENTS) -> dict[str, Any]:
    """The counters while a share of events is bad."""
    wrong = round(events * bad)
    rest = {sample.good: events - wrong, sample.bad: wrong if sample.apart else events}
    series = [{"series": name, "values": f"0+{number}x{steps}"} for name, number in rest.items()]
    return {"interval": f"{_EVERY_S}s", "input_series": series}


def _share(one: Objective, window: str, at: str, sample: Sample, bad: float) -> dict[str, Any]:
    name = f"job:slo_{one.name}_bad_per_total:ratio_rate{window}"
    return _figure(name, at, sample, round(_EVENTS * bad) / _EVENTS)


def _figure(name: str, at: str, sample: Sample, value: float | None) -> dict[str, Any]:
    """What a recorded series is, in millionths; None for no sample."""
    job = f'{{job="{sample.job}"}}' if sample.job else "{}"
    samples = [] if value is None else [{"labels": job, "value": round(value * 1e6)}]
    return {"expr": f"round(1e6 * {name})", "eval_time": at, "exp_samples": samples}


def _silent(alert: str, at: str) -> dict[str, Any]:
    return {"alertname": alert, "eval_time": at, "exp_alerts": []}


def _fires(catalog: Catalog, alert: str, at: str, sample: Sample, bad: float) -> dict[str, Any]:
    rule = catalog.rules[alert]
    share = f"{round(_EVENTS * bad) / _EVENTS * 100:.4g}%"
    texts = {
        name: text.replace("{{ $value | humanizePercentage }}", share).replace("{{ $labels.job }}", sample.job)
        for name, text in alert_annotations(catalog, rule).items()
    }
    labels = {**rule.labels, **({"job": sample.job} if sample.job else {})}
    return {"alertname": alert, "eval_time": at, "exp_alerts": [{"exp_labels": labels, "exp_annotations": texts}]}

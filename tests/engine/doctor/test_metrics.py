"""What the doctor says of metrics that are there under other names, with other labels, or of another age."""

from __future__ import annotations

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.doctor.diagnose import Feature, features
from gendash.engine.doctor.seen import Exposed, Look
from gendash.engine.verify.series import series_finder

OTEL = "http_server_request_duration_seconds"
NAMES = [
    f"{OTEL}_bucket",
    f"{OTEL}_sum",
    f"{OTEL}_count",
    "prometheus_http_requests_total",
    "up",
    "job:http_requests:rate5m",
]
HTTP = ("http_requests", "http_request_duration", "http_request_duration_highr")


def catalog(text: str = "") -> Catalog:
    return load_catalog(load_config(text))


def http(catalog: Catalog, look: Look) -> Feature:
    return next(
        one for one in features(catalog, look, {"http_metrics": "instrument(app)"}) if one.name == "http_metrics"
    )


def told(feature: Feature) -> list[str]:
    return [fix.text for part in feature.parts for fix in part.fixes if fix.kind == "setting"]


def test_a_metric_that_is_not_there_is_told_with_the_setting_and_the_names_that_may_be_meant() -> None:
    missing = Look(metrics=dict.fromkeys(HTTP, "is not exposed"), exposed=Exposed(NAMES))
    assert told(http(catalog(), missing)) == [
        f"metrics.http_request_duration: <its name on the platform>  # one of {OTEL}?",
        f"metrics.http_request_duration_highr: <its name on the platform>  # one of {OTEL}?",
        f"metrics.http_requests: <its name on the platform>  # one of {OTEL}_count?",
    ]
    assert told(http(catalog(), Look(metrics=missing.metrics))) == []


def test_a_label_by_which_rules_tell_series_apart_and_that_a_metric_lacks_is_told_with_its_setting() -> None:
    labels = frozenset({"__name__", "job", "instance", "http_route", "http_response_status_code", "method"})
    look = Look(metrics=dict.fromkeys(HTTP, ""), exposed=Exposed(NAMES, {"http_requests": labels}))
    found = http(catalog(f"metrics: {{http_requests: {OTEL}_count}}"), look)
    assert found.state == "partly"
    assert [f"{part.name}: {part.why}" for part in found.parts if part.why] == [
        f"label handler of {OTEL}_count: does not exist",
        f"label status of {OTEL}_count: does not exist",
    ]
    assert told(found) == [
        f"labels.http_requests.{name}: <its name on the platform>  # one of http_response_status_code, http_route, method?"
        for name in ("handler", "status")
    ]
    mapped = "labels: {handler: http_route, http_requests: {status: http_response_status_code}}"
    assert http(catalog(mapped), look).state == "there"


def test_an_empty_answer_says_that_a_series_is_young() -> None:
    def value(expr: str) -> float | None:
        return None if "offset 1h" in expr else 1.0

    find = series_finder(catalog(), value, {})
    assert find("increase(http_requests_total[1h])", True).why == (
        "every source has series; nothing is left of them; http_requests_total is younger than an hour"
    )
    find = series_finder(catalog(), lambda _: 1.0, {})
    assert find("increase(http_requests_total[1h])", True).why == "every source has series; nothing is left of them"

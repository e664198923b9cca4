"""What the doctor says of metrics that are there under other names, with other labels, or of another age."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from gendash.engine.clients.prometheus import Data
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import instrumentation, load_catalog
from gendash.engine.doctor.diagnose import Feature, features
from gendash.engine.doctor.look_prometheus import NEVER, recorded
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


class Samples:
    """A Prometheus that has these values now, had these in 30 days, and knows these names by metadata."""

    def __init__(
        self, now: Mapping[str, float], before: Mapping[str, float] = {}, defined: tuple[str, ...] = ()
    ) -> None:
        self.now, self.before, self.defined = now, {**before, **now}, defined

    def __call__(self, path: str, params: Mapping[str, str]) -> Data:
        if path == "metadata":
            return Data({key: [] for key in self.defined}, 0.0)
        names = re.search(r'__name__=~"([^"]*)"', params["query"])
        assert names
        values = self.before if "_over_time" in params["query"] else self.now
        series = [
            {"metric": {"series_name": name}, "value": [0, str(values[name])]}
            for name in names[1].split("|")
            if name in values
        ]
        return Data({"resultType": "vector", "result": series}, 0.0)


def kb(call: Samples, settings: str = "") -> Mapping[str, str]:
    found = catalog(settings)
    keys = [key for key, metric in found.metrics.items() if metric.get("feature") == "kb_metrics"]
    return recorded(call, found, keys, datetime(2026, 3, 20, tzinfo=UTC))


def test_a_metric_that_is_defined_and_never_counted_is_not_to_be_mapped_to_its_own_name() -> None:
    found = catalog()
    keys = [key for key, metric in found.metrics.items() if metric.get("feature") == "kb_metrics"]
    names = [str(found.metrics[key]["name"]) for key in keys]
    why = kb(Samples({}, defined=tuple(name.removesuffix("_total") for name in names)))
    assert set(why.values()) == {NEVER}
    look = Look(metrics=why, exposed=Exposed(["up", *names, *(f"{name}_bucket" for name in names)]))
    (feature,) = [one for one in features(found, look, {}) if one.name == "kb_metrics"]
    assert told(feature) == [], "its name is right"
    (feature,) = [one for one in features(found, Look(metrics=why), {}) if one.name == "kb_metrics"]
    assert feature.state == "absent"


def test_a_gauge_at_zero_is_idle_where_its_feature_is_used_and_switches_nothing_off() -> None:
    found = catalog()
    gauges = {k: str(m["name"]) for k, m in found.metrics.items() if m["type"] == "gauge" and m.get("feature")}
    key, feature = next(
        (key, of)
        for key in gauges
        if not found.config.on(of := str(found.metrics[key]["feature"])) and not found.metrics[key].get("quiet")
    )
    siblings = [one for one, metric in found.metrics.items() if metric.get("feature") == feature and one != key]
    at = datetime(2026, 3, 20, tzinfo=UTC)
    lit = {str(found.metrics[one]["name"]) + ("_count" if found.metrics[one]["type"] == "histogram" else ""): 7.0
           for one in siblings}  # fmt: skip
    zero = {gauges[key]: 0.0}
    assert siblings
    assert recorded(Samples({**lit, **zero}), found, [key, *siblings], at)[key] == "", "its siblings are recorded"
    alone = recorded(Samples(zero), found, [key], at)[key]
    assert alone == NEVER, "nothing else of the feature is recorded, and it was not switched on"
    used = catalog(f"features: {{{feature}: true}}")
    assert recorded(Samples(zero), used, [key], at)[key] == "", "a person says that it is used"


def test_metrics_of_processes_that_only_other_targets_have_switch_their_feature_off() -> None:
    found = catalog("prometheus: {job: orders}")
    keys = [key for key, metric in found.metrics.items() if metric.get("feature") == "process_metrics"]
    names = [str(found.metrics[key]["name"]) for key in keys]

    def judged(*jobs: str) -> Feature:
        """What doctor finds where targets of these jobs have all metrics of processes."""

        def call(path: str, params: Mapping[str, str]) -> Data:
            job = re.search(r'job="(\w+)"', params.get("query", ""))
            has = jobs and (not job or job[1] in jobs)
            return Samples(dict.fromkeys(names, 7.0) if has else {}, defined=tuple(names))(path, params)

        why = recorded(call, found, keys, datetime(2026, 3, 20, tzinfo=UTC))
        look = Look(metrics=why, exposed=Exposed([*NAMES, *names]))
        return next(one for one in features(found, look, instrumentation()) if one.name == "process_metrics")

    absent = judged("prometheus")
    assert (absent.state, absent.on, absent.wanted) == ("absent", True, False)
    assert {part.why for part in absent.parts} == {"is not exposed"}
    assert {fix.text for part in absent.parts for fix in part.fixes} == {instrumentation()["process_metrics"]}
    assert judged("prometheus", "orders").state == "there"

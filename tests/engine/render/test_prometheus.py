"""The configuration of Prometheus, and what each way of keeping samples longer really keeps."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
import yaml

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import template
from gendash.engine.model import Dashboard, Panel, Row, Rule, promql
from gendash.engine.render.prometheus import TEMPLATES, raw_names, render_prometheus

METRICS = {
    "up": {"name": "up", "type": "gauge", "labels": {}},
    "took": {"name": "took_seconds", "type": "histogram", "labels": {}},
    "unread": {"name": "unread_total", "type": "counter", "labels": {}},
}


def catalog(**prometheus: Any) -> Catalog:
    queries = [promql("{{ metric('up') }} + {{ metric('took') }}_count"), promql("{{ rule('job:a:x') }}")]
    panel = Panel("p", "P", "doc", None, queries, 24, 8)  # type: ignore[arg-type]
    board = Dashboard("d", "D", "doc", [Row("", [panel])], "30s", "24h")
    rules = {
        name: Rule(name, "record", group, f"recording_rules/{group}.yaml", expression, "doc")
        for name, group, expression in (
            ("job:a:x", "near", "up"),
            ("job:b:x", "budgets", "avg_over_time({{ rule('job:a:x') }}[30d])"),
            ("job:c:x", "budgets", "up"),
        )
    }
    config = load_config(yaml.safe_dump({"prometheus": prometheus, "metrics": {"took": "took"}}))
    return Catalog(config, {"d": board}, {}, rules, METRICS)


def rendered(**prometheus: Any) -> dict[str, Any]:
    files = render_prometheus(catalog(**prometheus), {name: template(name) for name in TEMPLATES})
    return {path.removeprefix("provisioning/"): yaml.safe_load(content) for path, content in files.items()}


def comments(**prometheus: Any) -> str:
    files = render_prometheus(catalog(**prometheus), {name: template(name) for name in TEMPLATES})
    lines = files["provisioning/prometheus.yml"].decode().splitlines()
    return " ".join(" ".join(line.lstrip("# ") for line in lines if line.startswith("#")).split())


def test_one_server_loads_all_our_rules_and_keeps_everything() -> None:
    (content,) = rendered(rules_dir='/a "b"', retention="60d").values()
    assert content["rule_files"] == ['/a "b"/gendash-*.yml']
    assert [job["job_name"] for job in content["scrape_configs"]] == ["ai-agent-api", "prometheus"]
    assert "everything, at full resolution, for 60d" in comments(retention="60d")
    assert "--storage.tsdb.retention.time=60d" in comments(retention="60d")


def test_metrics_that_panels_read_raw_are_known_by_their_own_names() -> None:
    assert raw_names(catalog()) == ["took_(bucket|sum|count)", "up"]


def test_a_second_server_fetches_what_panels_read_and_computes_what_looks_back_further() -> None:
    files = rendered(long_term="federation", detail_retention="7d")
    first, second = files["prometheus.yml"], files["prometheus-long.yml"]
    assert first["rule_files"] == ["../prometheus/rules/gendash-near.yml"]
    assert second["rule_files"] == ["../prometheus/rules/gendash-budgets.yml"]
    (job,) = second["scrape_configs"]
    assert job["honor_labels"] is True
    assert job["params"]["match[]"] == [
        '{__name__=~".+:.+"}',
        '{__name__=~"took_(bucket|sum|count)"}',
        '{__name__=~"up"}',
    ]
    assert "Other metrics are gone after 7d" in comments(long_term="federation", detail_retention="7d")


def test_a_group_is_computed_on_the_first_server_as_long_as_that_remembers_enough() -> None:
    files = rendered(long_term="federation", detail_retention="31d")
    assert files["prometheus-long.yml"]["rule_files"] is None
    assert len(files["prometheus.yml"]["rule_files"]) == 2
    assert "vmalert" not in comments(long_term="remote_write", detail_retention="31d")
    assert "gendash-budgets.yml" in comments(long_term="remote_write", detail_retention="29d")


def test_a_second_server_fetches_what_its_own_rules_read_raw() -> None:
    whole = catalog(long_term="federation")
    far = Rule("job:d:x", "record", "far", "far.yaml", "increase({{ metric('unread') }}[16d])", "doc")
    whole = dataclasses.replace(whole, rules={**whole.rules, "job:d:x": far})
    files = render_prometheus(whole, {name: template(name) for name in TEMPLATES})
    assert b"unread_total" in files["provisioning/prometheus-long.yml"]


def test_a_remote_store_gets_recorded_series_and_what_panels_read_raw() -> None:
    (content,) = rendered(long_term="remote_write", remote_url="http://store/write").values()
    (write,) = content["remote_write"]
    (keep,) = write["write_relabel_configs"]
    assert (write["url"], keep["action"]) == ("http://store/write", "keep")
    names = ["job:a:x", "up", "took_bucket", "took", "unread_total", "upper"]
    assert [name for name in names if re.fullmatch(keep["regex"], name)] == ["job:a:x", "up", "took_bucket"]


def test_thanos_keeps_detail_for_one_time_and_thinned_samples_for_another() -> None:
    (content,) = rendered(long_term="thanos").values()
    assert content["global"]["external_labels"] == {"replica": "gendash"}
    said = comments(long_term="thanos")
    assert "--retention.resolution-raw=15d --retention.resolution-5m=90d" in said
    assert "full resolution for 15d, then only sum, count, minimum, maximum" in said


@pytest.mark.parametrize("feature", ["redis", "store_metrics"])
def test_a_feature_brings_its_job(feature: str) -> None:
    config = load_config(f"features: {{{feature}: true}}")
    files = render_prometheus(Catalog(config, {}, {}, {}, {}), {name: template(name) for name in TEMPLATES})
    (content,) = files.values()
    assert len(yaml.safe_load(content)["scrape_configs"]) == 3

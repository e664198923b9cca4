"""Catalog -> configuration of Prometheus, for one server or for one and a second one with long retention. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.render.rules import PREFIX, live_rules, prometheus_rules, rule_expression
from gendash.engine.render.yaml_templates import yaml_template

TEMPLATES = ("prometheus.yml.j2", "prometheus-long.yml.j2")


def render_prometheus(catalog: Catalog, templates: Mapping[str, str], config: Config | None = None) -> dict[str, bytes]:
    """``provisioning/prometheus*.yml`` by path; the second file only where a second server fetches from the first.

    ``config`` replaces the settings of the catalog.
    """
    config = config or catalog.config
    long_term = config["prometheus.long_term"]
    rules_dir = config["prometheus.rules_dir"] or "../prometheus/rules"
    if not config.has("prometheus"):
        return {}
    groups = sorted({rule.group for rule in prometheus_rules(catalog)})
    far = far_groups(catalog) if long_term != "none" else set()
    values = {
        "config": config,
        "prefix": PREFIX,
        "long_term": long_term,
        "kept": config["prometheus.retention"],
        "detail": config["prometheus.detail_retention"],
        "raw": raw_names(catalog, far),
        "rule_files": [f"{rules_dir}/{PREFIX}*.yml"]
        if long_term == "none"
        else [f"{rules_dir}/{PREFIX}{group}.yml" for group in groups if group not in far],
        "far": [f"{PREFIX}{group}.yml" for group in sorted(far)],
        "rules_dir": rules_dir,
    }
    wanted = TEMPLATES if long_term == "federation" else TEMPLATES[:1]
    return {
        f"provisioning/{name.removesuffix('.j2')}": yaml_template(templates[name]).render(values).encode()
        for name in wanted
    }


def far_groups(catalog: Catalog) -> set[str]:
    """The groups with a rule that looks back further than the server that scrapes remembers."""
    from gendash.engine.languages.promql import reach_s  # with its parser, which most builds do not need

    kept = catalog.config.seconds("prometheus.detail_retention")
    return {rule.group for rule in live_rules(catalog) if reach_s(rule_expression(catalog, rule).text) > kept}


def raw_names(catalog: Catalog, far: Collection[str] = ()) -> list[str]:
    """Regular expressions for the metrics that dashboards and the groups ``far`` read as they are scraped.

    The others are read as rules record them.
    """
    read = [catalog.expand(query) for _, _, query in catalog.queries()]
    read += [rule_expression(catalog, rule) for rule in live_rules(catalog) if rule.group in far]
    used = {name for one in read for kind, name in one.uses if kind == "metric"}
    return [_expression(catalog, key) for key in sorted(used) if key in catalog.metrics]


def _expression(catalog: Catalog, key: str) -> str:
    name: str = catalog.config.get(f"metrics.{key}") or catalog.metrics[key]["name"]
    parts = {"histogram": "_(bucket|sum|count)", "summary": "_(sum|count)"}
    return re.escape(name) + parts.get(catalog.metrics[key]["type"], "")

"""Catalog -> configuration of Prometheus, for one server or for one and a second one with long retention. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import jinja2

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.render.rules import PREFIX, live_rules

TEMPLATES = ("prometheus.yml.j2", "prometheus-long.yml.j2")
MONTHLY = "slo"  # the group that looks back further than the first server remembers


def render_prometheus(catalog: Catalog, templates: Mapping[str, str], config: Config | None = None) -> dict[str, bytes]:
    """``provisioning/prometheus*.yml`` by path; the second file only where a second server fetches from the first.

    ``config`` replaces the settings of the catalog.
    """
    config = config or catalog.config
    long_term = config["prometheus.long_term"]
    rules_dir = config["prometheus.rules_dir"] or "../prometheus/rules"
    if not config.has("prometheus"):
        return {}
    groups = sorted({rule.group for rule in live_rules(catalog)})
    files = {group: f"{rules_dir}/{PREFIX}{group}.yml" for group in groups}
    values = {
        "config": config,
        "prefix": PREFIX,
        "long_term": long_term,
        "kept": config["prometheus.retention"],
        "detail": config["prometheus.detail_retention"],
        "raw": raw_names(catalog),
        "rule_files": [f"{rules_dir}/{PREFIX}*.yml"]
        if long_term == "none"
        else [file for group, file in files.items() if group != MONTHLY],
        "long_rule_files": [file for group, file in files.items() if group == MONTHLY],
    }
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
    )
    wanted = TEMPLATES if long_term == "federation" else TEMPLATES[:1]
    return {
        f"provisioning/{name.removesuffix('.j2')}": environment.from_string(templates[name]).render(values).encode()
        for name in wanted
    }


def raw_names(catalog: Catalog) -> list[str]:
    """Regular expressions for the metrics that dashboards read as they are scraped, not as rules record them."""
    used = {name for _, _, query in catalog.queries() for kind, name in catalog.expand(query).uses if kind == "metric"}
    return [_expression(catalog, key) for key in sorted(used) if key in catalog.metrics]


def _expression(catalog: Catalog, key: str) -> str:
    name: str = catalog.config.get(f"metrics.{key}") or catalog.metrics[key]["name"]
    parts = {"histogram": "_(bucket|sum|count)", "summary": "_(sum|count)"}
    return name + parts.get(catalog.metrics[key]["type"], "")

"""Catalog -> rule files for Prometheus, as bytes. Pure and deterministic."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import yaml

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.names import Expanded
from gendash.engine.definitions.platform_names import mapped_label
from gendash.engine.errors import ContentError
from gendash.engine.languages.spots import in_rule
from gendash.engine.model import Problem, Rule

PREFIX = "gendash-"  # of our files among others in a rules directory


def live_rules(catalog: Catalog) -> list[Rule]:
    """The rules that are rendered: their feature is on, or their replacement expression has a source."""
    return [rule for rule in catalog.rules.values() if not catalog.rule_lacks(rule.name)]


def prometheus_rules(catalog: Catalog) -> list[Rule]:
    """The rules that Prometheus evaluates: all, or without alerts where Grafana evaluates those."""
    by_grafana = catalog.config["alerting.by"] == "grafana"
    return [rule for rule in live_rules(catalog) if not (by_grafana and rule.kind == "alert")]


def rule_expression(catalog: Catalog, rule: Rule) -> Expanded:
    """A rule's expression with its references resolved and its labels canonical: what Prometheus gets."""
    text = rule.expr if catalog.config.on(rule.feature) else rule.otherwise
    expanded = catalog.expanded(text)
    lines = [line.rstrip() for line in expanded.text.splitlines()]
    tidy = "\n".join(line for line in lines if line)
    if rule.kind == "record" and any(kind == "metric" for kind, _ in expanded.uses):
        metrics = sorted(name for kind, name in expanded.uses if kind == "metric")
        tidy = _canonical(catalog, rule, tidy, metrics)
    return Expanded(tidy, expanded.uses, expanded.wrong)


def render_rules(catalog: Catalog) -> dict[str, bytes]:
    """One rule file for each group, by path. Raises ContentError with every wrong reference."""
    return {
        f"prometheus/rules/{PREFIX}{group}.yml": signed_rules(_group(catalog, group, rules))
        for group, rules in sorted(_groups(catalog).items())
    }


def _groups(catalog: Catalog) -> dict[str, list[Rule]]:
    """The rules that Prometheus evaluates by group. Raises ContentError with every wrong reference."""
    groups: dict[str, list[Rule]] = {}
    problems: list[Problem] = []
    for rule in prometheus_rules(catalog):
        groups.setdefault(rule.group, []).append(rule)
        for what, do in rule_expression(catalog, rule).wrong:
            problems.append(Problem(in_rule(rule, "expr"), what, do))
    if problems:
        raise ContentError(problems)
    return groups


def render_manifest(catalog: Catalog) -> dict[str, bytes]:
    """The same rules as one PrometheusRule for the operator of Prometheus in Kubernetes, by path."""
    groups = [
        {"name": f"{PREFIX}{group}", "rules": [_entry(catalog, rule) for rule in rules]}
        for group, rules in sorted(_groups(catalog).items())
    ]
    if not groups:
        return {}
    name = catalog.config.prefixed("gendash-rules")
    head = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule"}
    labels = {"app.kubernetes.io/managed-by": "gendash"}
    manifest = {**head, "metadata": {"name": name, "labels": labels}, "spec": {"groups": groups}}
    return {"kubernetes/prometheus-rules.yaml": _dump(manifest).encode()}


def _canonical(catalog: Catalog, rule: Rule, text: str, metrics: Sequence[str]) -> str:
    """``text`` with mapped labels given their canonical names, for those that the rule's level names.

    A series that lacks the mapped label keeps what it has.
    """
    level = f"_{rule.name.partition(':')[0]}_"
    mapped = {
        label: own
        for label in sorted(catalog.names.labels)
        for metric in metrics
        if f"_{label}_" in level and (own := mapped_label(catalog.config, label, metric)) != label
    }
    if not mapped:
        return text
    for label, own in mapped.items():
        text = f'label_replace(\n{_indent(text)},\n  "{label}", "$1", "{own}", "(.+)"\n)'
    dropped = ", ".join(sorted(set(mapped.values()) - set(mapped)))
    return f"sum without ({dropped}) (\n{_indent(text)}\n)"


def _group(catalog: Catalog, group: str, rules: list[Rule]) -> str:
    """A rule file as text: each rule follows a comment with its meaning."""
    head = f"# Edit recording_rules/{group}.yaml instead.\ngroups:\n  - name: {PREFIX}{group}\n    rules:\n"
    return head + "\n".join(
        _indent(_comment(catalog.prose(rule.doc)) + _dump([_entry(catalog, rule)]), 6) for rule in rules
    )


def signed_rules(text: str) -> bytes:
    """A rule file under a first line by which a later plan knows our work, and whether somebody edited it since."""
    return f"# Written by gendash ({hashlib.sha256(text.encode()).hexdigest()[:12]}).\n{text}".encode()


def _entry(catalog: Catalog, rule: Rule) -> dict[str, Any]:
    entry: dict[str, Any] = {rule.kind: rule.name, "expr": rule_expression(catalog, rule).text}
    if rule.for_:
        entry["for"] = rule.for_
    if rule.labels:
        entry["labels"] = dict(rule.labels)
    if rule.kind == "alert":
        entry["annotations"] = alert_annotations(catalog, rule)
    return entry


def alert_annotations(catalog: Catalog, rule: Rule) -> dict[str, str]:
    """An alert's annotations: its own, with ``dashboard`` as a link, and the link to its runbook.

    ``runbook_url`` may be a page of one's own, or ``#heading`` of the published runbooks.
    """
    found = {name: catalog.prose(text) for name, text in rule.annotations.items()}
    dashboard = found.pop("dashboard", "")
    if dashboard:
        public = catalog.config["grafana_public_url"].rstrip("/")
        found["dashboard_url"] = f"{public}/d/{catalog.config.dashboard_uid(dashboard)}"
    runbook = found.pop("runbook_url", f"#{rule.name.lower()}")
    docs = f"{catalog.config['docs_url'].rstrip('/')}/runbooks.md"
    return {**found, "runbook_url": f"{docs}{runbook}" if runbook.startswith("#") else runbook}


if TYPE_CHECKING:
    from yaml import SafeDumper
else:  # libyaml where the wheel has it: four times faster
    SafeDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(SafeDumper):
    """Writes texts of several lines as blocks."""


def _text(dumper: SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True)


def _indent(text: str, by: int = 2) -> str:
    return textwrap.indent(text, " " * by)


def _comment(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 110, initial_indent="# ", subsequent_indent="# ") + "\n"

"""Offline checks of rules: names, order, alerts, divisions. `checks` runs them with its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from gendash.engine.checks.texts import wrong_references
from gendash.engine.config.load import no_such, suggest
from gendash.engine.definitions.audits import queries
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.promql import divides_by_zero, metric_names, ratios
from gendash.engine.languages.spots import in_rule, origin
from gendash.engine.languages.sql_parser import sql_fault
from gendash.engine.model import Problem, Rule
from gendash.engine.render.rules import live_rules, rule_expression

SEVERITIES = ("critical", "warning", "none")
ANNOTATIONS = ("summary", "description", "dashboard")


def readable_rules(catalog: Catalog, rules: Iterable[Rule] | None = None) -> Iterator[tuple[str, Rule, str]]:
    """Every live rule with its place and its expression; rules that do not parse are left to other checks."""
    for rule in live_rules(catalog) if rules is None else rules:
        text = rule_expression(catalog, rule).text
        try:
            metric_names(text)
        except ValueError:
            continue
        yield in_rule(rule, "expr"), rule, text


def check_alerts(catalog: Catalog) -> list[Problem]:
    """Every alert has a severity, a summary and a dashboard, and no labels with values."""
    found = []
    boards = {dashboard.name for dashboard in catalog.dashboards.values()} | catalog.left_out
    for rule in catalog.rules.values():
        if rule.kind != "alert":
            continue
        where = in_rule(rule)
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]+", rule.name):
            found.append(Problem(where, "not in CamelCase", "rename it"))
        severity = rule.labels.get("severity", "")
        if severity not in SEVERITIES:
            do = suggest(severity, SEVERITIES) or f"label it with one of {', '.join(SEVERITIES)}"
            what = f"no severity '{severity}'" if severity else "no severity"
            found.append(Problem(in_rule(rule, "labels.severity"), what, do))
        missing = [name for name in ANNOTATIONS if not rule.annotations.get(name, "").strip()]
        found += [Problem(where, f"no {name}", "annotate it") for name in missing]
        if not rule.for_ and "for" not in rule.lines and rule.labels.get("severity") != "none":
            found.append(Problem(where, "alert without `for`", "set how long the condition must hold"))
        board = rule.annotations.get("dashboard", "")
        if board and boards and board not in boards:
            there = in_rule(rule, "annotations.dashboard")
            found.append(Problem(there, *no_such("dashboard", board, boards)))
        found += [
            Problem(where, f"label {label} holds a value", "put values into annotations: each value is a new alert")
            for label, text in rule.labels.items()
            if "$value" in text
        ]
    return found


def check_rule_order(catalog: Catalog) -> list[Problem]:
    """A rule follows the rules of its group that it reads, else it reads the result of their previous evaluation."""
    groups = {rule.name: rule.group for rule in live_rules(catalog)}
    done: set[str] = set()
    found = []
    for where, rule, text in readable_rules(catalog):
        late = {name for name in metric_names(text) if groups.get(name) == rule.group} - done
        found += [Problem(where, f"reads '{name}', which is defined after it", "move it down") for name in sorted(late)]
        done.add(rule.name)
    return found


def check_rules_live(catalog: Catalog) -> list[Problem]:
    """Nothing that is on reads a series whose rule is off: no rule, and no query of a panel."""
    on = {name: rule for name, rule in catalog.rules.items() if rule.otherwise or catalog.config.on(rule.feature)}
    known = {key.removeprefix("features.") for key in catalog.config.values}  # check_features reports the others
    off = {name for name, rule in catalog.rules.items() if known.issuperset(rule.feature.split())} - on.keys()
    reads = [(where, metric_names(text)) for where, _, text in readable_rules(catalog, on.values())]
    for dashboard in catalog.dashboards.values():
        for panel in dashboard.panels():
            queries = [query for query in panel.queries if catalog.config.on(f"{panel.feature} {query.feature}")]
            uses = [use for query in queries for use in catalog.expand(query).uses]
            reads.append((f"{dashboard.name}/{panel.slug}", {name for kind, name in uses if kind == "rule"}))
    return [
        Problem(where, f"reads '{name}', whose feature {catalog.rules[name].feature} is off", "give it that feature")
        for where, names in reads
        for name in sorted(names & off)
        if all(f"features.{one}" in catalog.config.values for one in catalog.rules[name].feature.split())
    ]


def check_series_read(catalog: Catalog) -> list[Problem]:
    """Every recorded series is read by a panel, another rule or an audit, or says what it is kept for.

    Shipped ones are judged only without other content, which may replace the dashboards that read them.
    """
    if catalog.left_out:  # what a dashboard reads that cannot be read is not known
        return []
    texts = [query.text for _, _, query in catalog.queries()]
    texts += [text for rule in catalog.rules.values() for text in (rule.expr, rule.otherwise)]
    audits = [one for one in catalog.relations.values() if one.kind == "audit"]
    texts += [text for audit in audits for text in queries(audit)]
    expanded = [catalog.expanded(text) for text in texts]
    if any(one.wrong for one in expanded):  # a wrong reference may mean the series
        return []
    used = {name for one in expanded for kind, name in one.uses if kind == "rule"}
    unclear = {problem.where.split(":")[0] for problem in catalog.problems}
    return [
        Problem(
            in_rule(rule, "record"),
            "nothing reads this series",
            "read it, or say under kept_for: who reads it elsewhere",
        )
        for rule in catalog.rules.values()
        if rule.kind == "record" and rule.name not in used and not rule.kept_for and rule.path not in unclear
        if not catalog.styles or catalog.style_of(rule.path) is not None
    ]


def check_divisors(catalog: Catalog) -> list[Problem]:
    """No expression divides by a literal 0, which gives no number."""
    texts = [(where, catalog.expand(query).text) for where, _, query in catalog.queries() if query.language == "promql"]
    texts += [(where, text) for where, _, text in readable_rules(catalog)]
    found = []
    for where, text in texts:
        try:
            wrong = divides_by_zero(text)
        except ValueError:
            continue  # another check reports
        if wrong:
            found.append(Problem(where, "division by a literal 0", "divide by something else"))
    return found


def check_rule_divisions(catalog: Catalog) -> list[Problem]:
    """Every division of series is guarded: without traffic the result is empty instead of NaN."""
    return [
        Problem(where, "divides by what may be 0", "write (... > 0) around the divisor")
        for where, _, text in readable_rules(catalog)
        if not all(ratio.guarded for ratio in ratios(text))
    ]


def check_facts(catalog: Catalog) -> list[Problem]:
    """The query of every metric of gendash's own refers to what exists, and parses."""
    found: list[Problem] = []
    for key, metric in catalog.metrics.items():
        raw, named = metric.get("sql", "select 1"), partial(catalog.in_metric, key, "sql")
        expanded = catalog.expanded(raw)
        found += wrong_references(catalog, raw, None, named)
        problem, place = sql_fault(expanded.text)
        if problem:
            at = origin(raw, expanded.text, place, catalog.expand_text)
            found.append(Problem(named(at), problem, "fix the query"))
    return found


RULE_CHECKS = (
    check_alerts,
    check_rule_order,
    check_rules_live,
    check_divisors,
    check_rule_divisions,
    check_facts,
)

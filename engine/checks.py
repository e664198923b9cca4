"""Offline checks: functions from a catalog to problems. `gendash check` runs CHECKS and lists everything at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import postgast

from gendash.engine import audits
from gendash.engine.catalog import Catalog
from gendash.engine.checks_rules import RULE_CHECKS
from gendash.engine.config import suggest
from gendash.engine.expand import Choice, MacroError, Span, expand, leftovers, timing
from gendash.engine.layout import COLUMNS, lines, panel_id
from gendash.engine.lineage import setting_refs
from gendash.engine.model import Dashboard, Panel, Problem, Query, SettingRef
from gendash.engine.promql import RATES, metric_names, parse, selectors
from gendash.engine.refs import STORE_KINDS
from gendash.engine.refs import expand as expand_references
from gendash.engine.render_dashboard import link_target

WIDTHS = (4, 6, 8, 12, 16, 24)
TITLE_LIMIT = {4: 9, 6: 20, 8: 30, 12: 52, 16: 70, 24: 110}
NAME_LINE_LIMIT = 20
DOC_LIMITS = (40, 230)
WITHOUT_UNIT = {"text", "row", "state-timeline", "alertlist", "logs"}
AUDIENCES = ("everyone", "admin", "none")

Check = Callable[[Catalog], list[Problem]]


def check(catalog: Catalog) -> list[Problem]:
    """Every problem that every check finds, in the order of CHECKS."""
    return [problem for one in CHECKS for problem in one(catalog)]


def notes(catalog: Catalog) -> list[Problem]:
    """What is worth knowing and no fault: links that are left out, since their dashboard does not exist."""
    return [
        Problem(where, f"link to '{panel.leads_to}' left out", "its dashboard does not exist here")
        for where, _, panel in _panels(catalog)
        if panel.leads_to and link_target(panel.leads_to)[0] not in catalog.dashboards
    ]


def _panels(catalog: Catalog) -> Iterator[tuple[str, Dashboard, Panel]]:
    for dashboard in catalog.dashboards.values():
        for panel in dashboard.panels():
            yield f"{dashboard.name}/{panel.slug}", dashboard, panel


def _queries(catalog: Catalog) -> Iterator[tuple[str, Dashboard, Query]]:
    """Every query of panels, variables and annotations, and where it stands."""
    for where, dashboard, panel in _panels(catalog):
        for index, query in enumerate(panel.queries):
            yield f"{where} query {chr(65 + index)}", dashboard, query
    for dashboard in catalog.dashboards.values():
        for variable in dashboard.variables:
            yield f"{dashboard.name} variable {variable.name}", dashboard, variable.query
        for name, query in dashboard.annotations:
            yield f"{dashboard.name} annotation {name}", dashboard, query


def check_references(catalog: Catalog) -> list[Problem]:
    """Each reference names something that exists."""
    found = [
        Problem(where, what, do) for where, _, query in _queries(catalog) for what, do in catalog.expand(query).wrong
    ]
    for relation in catalog.relations.values():
        staging = relation if relation.kind == "staging" else None
        wrong = expand_references(relation.text, catalog.names, staging).wrong
        found += [Problem(relation.path, what, do) for what, do in wrong]
    for rule in catalog.rules.values():
        for text in filter(None, (rule.expr, rule.otherwise)):
            wrong = expand_references(text, catalog.names).wrong
            found += [Problem(f"{rule.path} {rule.name}", what, do) for what, do in wrong]
    return found


_REFERENCE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SQL_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_PROMQL_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")


def check_bare_names(catalog: Catalog) -> list[Problem]:
    """A known relation, rule or metric is written as a reference, so that settings and lineage reach it."""
    relations = {relation.name for relation in catalog.relations.values() if relation.kind in STORE_KINDS}
    metrics = {catalog.config.get(f"metrics.{key}") or metric["name"]: key for key, metric in catalog.metrics.items()}
    found = []
    for where, _, query in _queries(catalog):
        bare = _REFERENCE.sub(" ", query.text)
        if query.language == "sql":
            words = set(re.findall(r"\w+", _SQL_STRING.sub(" ", bare)))
            columns = {name for relation in catalog.relations.values() for name in relation.columns}
            found += [
                Problem(where, f"'{w}' without a reference", f"write {{{{ view('{w}') }}}}")
                for w in sorted(words & (relations - columns))
            ]
        else:
            words = set(re.findall(r"[\w:]+", _PROMQL_STRING.sub(" ", bare)))
            found += [
                Problem(where, f"'{w}' without a reference", f"write {{{{ rule('{w}') }}}}")
                for w in sorted(words & set(catalog.rules))
            ]
            found += [
                Problem(where, f"'{w}' without a reference", f"write {{{{ metric('{metrics[w]}') }}}}")
                for w in sorted(words & set(metrics) - {"up"})
            ]
    return found


def check_unique(catalog: Catalog) -> list[Problem]:
    """Names, uids, titles, slugs and panel ids are unique."""
    found = []
    uids = Counter(catalog.config.dashboard_uid(dashboard.name) for dashboard in catalog.dashboards.values())
    found += [Problem(f"dashboards {uid}", "two dashboards have this uid", "rename one") for uid in _twice(uids)]
    found += [
        Problem(f"dashboards {uid}", f"uid has {len(uid)} characters", "at most 40: shorten name or instance")
        for uid in uids
        if len(uid) > 40
    ]
    for dashboard in catalog.dashboards.values():
        panels = dashboard.panels()
        slugs = Counter(panel.slug for panel in panels)
        titles = Counter(panel.title for panel in panels)
        found += [
            Problem(f"{dashboard.name}/{slug}", "two panels have this slug", "rename one") for slug in _twice(slugs)
        ]
        found += [
            Problem(dashboard.name, f"two panels have the title '{title}'", "rename one") for title in _twice(titles)
        ]
        rows = [f"row:{row.title}" for row in dashboard.rows if row.title]
        ids = Counter(panel_id(dashboard.name, slug) for slug in {*slugs, *rows})
        found += [
            Problem(dashboard.name, f"two panels have the id {number}", "rename a slug") for number in _twice(ids)
        ]
    return found


def _twice(counter: Counter[Any]) -> list[Any]:
    return [key for key, count in counter.items() if count > 1]


_SAMPLE_SPAN = Span.last("24h", datetime(2026, 1, 15, 12, tzinfo=UTC))
_LABEL_VALUES = re.compile(r"\s*label_values\((?:(.*),)?\s*\w+\s*\)\s*$", re.DOTALL)


def _sample(query: Query, dashboard: Dashboard, text: str) -> str:
    """A query's text as a server could get it, every variable set to one made-up value."""
    choices = [Choice(variable.name, ["x"], ["x"], variable.multi) for variable in dashboard.variables]
    return expand(query.language, text, timing(_SAMPLE_SPAN, query.language), choices)


def check_queries_parse(catalog: Catalog) -> list[Problem]:
    """Every SQL and PromQL text parses with PostgreSQL's and Prometheus' grammar, and no variable is left over."""
    found = []
    for where, dashboard, query in _queries(catalog):
        text = catalog.expand(query).text
        inner = _LABEL_VALUES.match(text)
        if inner and query.language == "promql":
            if not inner[1]:
                continue
            text = inner[1]
        try:
            ready = _sample(query, dashboard, text)
        except MacroError as error:
            found.append(Problem(where, str(error), "use one of Grafana's macros"))
            continue
        found += [
            Problem(where, f"nothing fills in '{name}'", "add the variable to the dashboard")
            for name in leftovers(ready)
        ]
        problem = _sql_error(ready) if query.language == "sql" else _promql_error(ready)
        if problem:
            found.append(Problem(where, problem, "mend the query"))
    return found


def check_relations_parse(catalog: Catalog) -> list[Problem]:
    """Every SQL file holds one SELECT that parses; a rollup may hold several, a table holds none."""
    found = []
    for relation in catalog.relations.values():
        if relation.kind == "table":
            continue
        staging = relation if relation.kind == "staging" else None
        problem = _sql_error(
            expand_references(relation.text, catalog.names, staging).text, several=relation.kind in ("rollup", "audit")
        )
        if problem:
            found.append(Problem(relation.path, problem, "mend the query"))
    return found


def check_audits(catalog: Catalog) -> list[Problem]:
    """Every audit says where it runs, how bad a find is, and by which columns a find is known."""
    return audits.problems(catalog)


def _sql_error(text: str, several: bool = False) -> str:
    """What PostgreSQL's parser says against a text that should be one SELECT (or several), or an empty string."""
    try:
        statements = postgast.parse(text).stmts
    except postgast.PgQueryError as error:
        return f"SQL does not parse: {error}"
    if not statements or (len(statements) > 1 and not several):
        return f"{len(statements)} SQL statements"
    kinds = {statement.stmt.WhichOneof("node") for statement in statements}
    return "" if kinds == {"select_stmt"} else "not a SELECT"


def _promql_error(text: str) -> str:
    try:
        parse(text)
    except ValueError as error:
        return f"PromQL does not parse: {error}"
    return ""


def check_rules_parse(catalog: Catalog) -> list[Problem]:
    """Every rule expression parses, in both states of its feature."""
    found = []
    for rule in catalog.rules.values():
        for text in filter(None, (rule.expr, rule.otherwise)):
            problem = _promql_error(expand_references(text, catalog.names).text)
            if problem:
                found.append(Problem(f"{rule.path} {rule.name}", problem, "mend the expression"))
    return found


def check_rates(catalog: Catalog) -> list[Problem]:
    """rate, irate and increase stand around counters only: five gauges of the platform end in _total."""
    types = {}
    for key, metric in catalog.metrics.items():
        types[catalog.config.get(f"metrics.{key}") or metric["name"]] = metric["type"]
    texts = [(where, catalog.expand(query).text) for where, _, query in _queries(catalog) if query.language == "promql"]
    texts += [
        (f"{rule.path} {rule.name}", expand_references(rule.expr, catalog.names).text)
        for rule in catalog.rules.values()
    ]
    found = []
    for where, text in texts:
        try:
            used = selectors(text)
        except ValueError:
            continue  # check_queries_parse and check_rules_parse tell
        found += [
            Problem(where, f"{selector.inside[-1]} of the gauge '{selector.metric}'", "use delta or the value itself")
            for selector in used
            if selector.inside and selector.inside[-1] in RATES and types.get(selector.metric) == "gauge"
        ]
    return found


def check_units(catalog: Catalog) -> list[Problem]:
    """Every panel with numbers says their unit, in its defaults or in an override."""
    found = []
    for where, _, panel in _panels(catalog):
        viz = panel.viz.to_json_data()
        if viz.get("type") in WITHOUT_UNIT:
            continue
        fields = viz.get("fieldConfig", {})
        overrides = [p for o in fields.get("overrides", []) for p in o["properties"] if p["id"] == "unit"]
        if not fields.get("defaults", {}).get("unit") and not overrides:
            found.append(Problem(where, "no unit", "give the visualisation a unit"))
    return found


def check_descriptions(catalog: Catalog) -> list[Problem]:
    """The first paragraph of every description has 40 to 230 characters: longer ones are cut in the tooltip."""
    low, high = DOC_LIMITS
    return [
        Problem(
            where, f"description of {len(first)} characters", f"write {low} to {high}: what, source, window, caveat"
        )
        for where, _, panel in _panels(catalog)
        if not low <= len(first := panel.doc.split("\n\n")[0]) <= high
    ]


def check_titles(catalog: Catalog) -> list[Problem]:
    """Titles fit their panel at 1280 pixels; constant name lines have at most 20 characters."""
    found = []
    for where, _, panel in _panels(catalog):
        limit = TITLE_LIMIT.get(panel.width, 0)
        if not panel.title.strip() or (limit and len(panel.title) > limit):
            found.append(
                Problem(where, f"title of {len(panel.title)} characters", f"1 to {limit} fit width {panel.width}")
            )
        if panel.viz.to_json_data().get("type") == "stat" and panel.width == 4:
            found += [
                Problem(where, f"name line '{query.legend}' is too long", f"at most {NAME_LINE_LIMIT} characters fit")
                for query in panel.queries
                if "{{" not in query.legend and len(query.legend) > NAME_LINE_LIMIT
            ]
    return found


def check_grid(catalog: Catalog) -> list[Problem]:
    """Widths are those of the grid, lines are full, and the panels of a line are equally high."""
    found = []
    for where, _, panel in _panels(catalog):
        if panel.width not in WIDTHS:
            found.append(Problem(where, f"width {panel.width}", f"use one of {', '.join(map(str, WIDTHS))}"))
    for dashboard in catalog.dashboards.values():
        for row in dashboard.rows:
            for line in lines(row.panels):
                first = f"{dashboard.name}/{line[0].slug}"
                width = sum(panel.width for panel in line)
                if width != COLUMNS:
                    found.append(Problem(first, f"its line is {width} wide", f"fill it to {COLUMNS}"))
                if len({panel.height for panel in line}) > 1:
                    found.append(Problem(first, "its line has panels of several heights", "make them equal"))
    return found


def check_links(catalog: Catalog) -> list[Problem]:
    """A link to a panel of a dashboard that exists names a panel that exists."""
    found = []
    for where, _, panel in _panels(catalog):
        name, slug = link_target(panel.leads_to)
        target = catalog.dashboards.get(name)
        slugs = [p.slug for p in target.panels()] if target else []
        if target and slug and slug not in slugs:
            found.append(Problem(where, f"leads to '{panel.leads_to}', no such panel", suggest(slug, slugs)))
    return found


def check_audience(catalog: Catalog) -> list[Problem]:
    """A shared dashboard reads no relation that is for admins; nobody reads one that is for nobody."""
    found = []
    for where, dashboard, query in _queries(catalog):
        allowed = ("everyone", "admin") if dashboard.audience == "admin" else ("everyone",)
        for kind, name in sorted(catalog.expand(query).uses):
            audience = catalog.relations[name].header.get("audience") if kind == "relation" else "everyone"
            if audience not in allowed:
                found.append(
                    Problem(
                        where,
                        f"reads '{name}', which is for {audience or 'nobody'}",
                        "read an aggregate, or move the panel to an admin dashboard",
                    )
                )
    return found


def check_headers(catalog: Catalog) -> list[Problem]:
    """Every SQL file says what it is: doc, and for the store's relations grain, audience and a doc for each column."""
    found = []
    for relation in catalog.relations.values():
        header = relation.header
        wanted = ["doc"] + (["grain", "audience", "columns"] if relation.kind in STORE_KINDS else [])
        found += [Problem(relation.path, f"no {key} in the header", "add it") for key in wanted if not header.get(key)]
        found += [
            Problem(relation.path, f"column {name} has no doc", "say what it means, with its unit")
            for name, column in relation.columns.items()
            if not column.get("doc")
        ]
        if relation.kind in STORE_KINDS and header.get("audience") not in AUDIENCES:
            found.append(
                Problem(relation.path, f"audience {header.get('audience')!r}", f"one of {', '.join(AUDIENCES)}")
            )
    return found


def check_features(catalog: Catalog) -> list[Problem]:
    """Every feature that a definition names is a setting."""
    known = [key.removeprefix("features.") for key in catalog.config.values if key.startswith("features.")]
    named = [(where, panel.feature) for where, _, panel in _panels(catalog)]
    named += [(where, query.feature) for where, _, query in _queries(catalog)]
    named += [(f"{d.name} variable {v.name}", v.feature) for d in catalog.dashboards.values() for v in d.variables]
    named += [(relation.path, relation.header.get("feature", "")) for relation in catalog.relations.values()]
    named += [(f"{rule.path} {rule.name}", rule.feature) for rule in catalog.rules.values()]
    return [
        Problem(where, f"no feature '{name}'", suggest(name, known) or "add it to engine/settings.py")
        for where, names in named
        for name in names.split()
        if name not in known
    ]


def check_settings_known(catalog: Catalog) -> list[Problem]:
    """Keys of open maps in gendash.yaml name what the content declares: tables, columns, words, metrics, labels."""
    known: set[str] = set()
    for relation in catalog.relations.values():
        header = relation.header
        if relation.kind == "staging":
            known |= {f"platform.tables.{table}" for table in header.get("tables", {})}
            known |= {f"platform.columns.{t}.{c}" for t, cs in header.get("reads", {}).items() for c in cs}
            known |= {f"platform.vocabularies.{v}.{w}" for v, ws in header.get("words", {}).items() for w in ws}
        else:
            known.add(f"cadences.{relation.name}")
    known |= {f"metrics.{key}" for key in catalog.metrics} | {f"labels.{label}" for label in catalog.names.labels}
    maps = ("platform.tables.", "platform.columns.", "platform.vocabularies.", "cadences.", "metrics.", "labels.")
    return [
        Problem(catalog.config.where(key), f"unknown name in '{key}'", suggest(key, known) or "see docs/reference")
        for key in catalog.config.values
        if key.startswith(maps) and key not in known
    ]


def check_threshold_settings(catalog: Catalog) -> list[Problem]:
    """Thresholds that name a setting name one that exists, and rise."""
    found = []
    for where, _, panel in _panels(catalog):
        for key in setting_refs(panel):
            if key not in catalog.config.values:
                found.append(Problem(where, f"no setting '{key}'", suggest(key, catalog.config.values)))
        steps = (
            panel.viz.to_json_data().get("fieldConfig", {}).get("defaults", {}).get("thresholds", {}).get("steps", [])
        )
        values = [
            catalog.config.get(step["value"]) if isinstance(step["value"], SettingRef) else step["value"]
            for step in steps
        ]
        numbers = [value for value in values[1:] if value is not None]
        if values and (values[0] is not None or numbers != sorted(numbers)):
            found.append(Problem(where, f"thresholds {values} do not rise from an open lower end", "put them in order"))
    return found


def check_rule_names(catalog: Catalog) -> list[Problem]:
    """Recorded series that rules and panels read are recorded by a rule; their names have the form level:metric:ops."""
    found = []
    for rule in catalog.rules.values():
        if rule.kind == "record" and not re.fullmatch(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+", rule.name):
            found.append(Problem(f"{rule.path} {rule.name}", "not level:metric:operations", "rename it"))
        try:
            names = metric_names(expand_references(rule.expr, catalog.names).text)
        except ValueError:
            continue
        found += [
            Problem(
                f"{rule.path} {rule.name}",
                f"reads '{name}', which no rule records",
                suggest(name, catalog.rules) or "record it",
            )
            for name in sorted(names)
            if ":" in name and name not in catalog.rules
        ]
    return found


CHECKS: tuple[Check, ...] = (
    check_references,
    check_bare_names,
    check_unique,
    check_features,
    check_settings_known,
    check_headers,
    check_relations_parse,
    check_audits,
    check_queries_parse,
    check_rules_parse,
    check_rule_names,
    check_rates,
    *RULE_CHECKS,
    check_audience,
    check_units,
    check_threshold_settings,
    check_descriptions,
    check_titles,
    check_grid,
    check_links,
)


RULES: tuple[object, ...] = ()

"""Design rules of what panels ask: rates, percentiles, ratios, windows, limits, personal data. One small check each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.names import STORE_KINDS
from gendash.engine.definitions.platform_names import mapped_sql
from gendash.engine.languages.grafana_macros import Choice, Span, Timing, expand_macros, timing
from gendash.engine.languages.promql import RATES, Selector, fault_place, parse, quantiles, ratios, selectors
from gendash.engine.languages.spots import in_rule
from gendash.engine.languages.sql_literals import MADE_UP
from gendash.engine.languages.sql_parser import nodes, parse_statements, sql_error
from gendash.engine.model import Dashboard, Language, Problem, Query

SUFFIXES = ("_bucket", "_sum", "_count")
OWN_SAMPLE = frozenset({"changes", "timestamp", "absent", "count", "group", "present_over_time"})
FEW_BOUNDS = 5  # a percentile read from fewer bounds is a guess
# labels of which a platform has a handful; by any other one a line each needs a limit
SMALL = frozenset({"le", "status", "status_class", "operation", "type", "role", "job", "severity", "source", "kind"})
PERSONAL = frozenset({"user_id", "user_hash", "email", "user_name", "phone", "comment", "content", "hashed_password"})
SAMPLE_SPAN = Span.last("24h", datetime(2026, 1, 15, 12, tzinfo=UTC))
_SAMPLE_TIMES: dict[Language, Timing] = {"sql": timing(SAMPLE_SPAN, "sql"), "promql": timing(SAMPLE_SPAN, "promql")}
_FIXED_RANGE = re.compile(r"\}?\[(\w+)\]")
_STRING = re.compile(r"'(?:[^']|'')*'")
_DAYS = re.compile(r"\$__timeGroup(Alias)?\([^)]*'\d+[dwMy]'")


def sample(query: Query, dashboard: Dashboard, text: str) -> str:
    """A query's text as a server could get it, every variable set to one made-up value."""
    return _sample(
        query.language,
        text,
        tuple((one.name, one.multi, one.options[0][1] if one.options else MADE_UP) for one in dashboard.variables),
    )


@lru_cache(maxsize=4096)
def _sample(language: Language, text: str, variables: tuple[tuple[str, bool, str], ...]) -> str:
    choices = [Choice(name, [value], [value], multi, include_all=value == MADE_UP) for name, multi, value in variables]
    return expand_macros(language, text, _SAMPLE_TIMES[language], choices)


def _promql(catalog: Catalog) -> Iterator[tuple[str, Dashboard, Query, str]]:
    """The PromQL queries that parse, each with its place and its text."""
    for where, dashboard, query in catalog.queries():
        text = catalog.expand(query).text
        if query.language == "promql" and not text.strip().startswith("label_values"):
            try:
                selectors(text)
            except ValueError:
                continue  # check_queries_parse reports it
            yield where, dashboard, query, text


def _sql(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for where, _, panel in catalog.panels():
        for index, query in enumerate(panel.queries):
            if query.language == "sql":
                yield f"{where} query {chr(65 + index)}", catalog.expand(query).text


def _types(catalog: Catalog) -> dict[str, str]:
    """Types of the metrics by the platform's name."""
    config = catalog.config
    return {config.get(f"metrics.{key}") or metric["name"]: metric["type"] for key, metric in catalog.metrics.items()}


def expression_error(mapped: str) -> str:
    """The fault of a column mapped as ``= SQL``; an empty string if it is one expression over {columns} only."""
    text = f"select {mapped_sql(mapped, column=lambda _: '$1')}"
    wrong = sql_error(text)
    if wrong:
        return wrong.replace("SQL statements", "statements")
    select = parse_statements(text)[0].stmt.select_stmt
    if [field.name for field, _ in select.ListFields() if field.name not in ("limit_option", "op")] != ["target_list"]:
        return "more than one expression"
    if len(select.target_list) != 1:
        return "more than one expression"
    for node in nodes(select.target_list):
        if node.DESCRIPTOR.name == "ColumnRef":
            names = ".".join(one.string.sval or "*" for one in node.fields)
            return f"'{names}' is not in braces: a column is written as {{{names.rpartition('.')[2]}}}"
        if node.DESCRIPTOR.name in ("SubLink", "WindowDef", "RowExpr"):
            return "looks beyond its row; replace the staging file instead"
    return ""


def promql_fault(text: str) -> tuple[str, int]:
    """The error of Prometheus' parser for an expression, or an empty string, and the character that it is about."""
    try:
        parse(text)
    except ValueError as error:
        return f"PromQL does not parse: {error}", fault_place(text, str(error))
    return "", -1


def check_rates(catalog: Catalog) -> list[Problem]:
    """rate, irate and increase are applied to counters only: five gauges of the platform end in _total."""
    types = _types(catalog)
    texts = [(where, text) for where, _, _, text in _promql(catalog)]
    texts += [(in_rule(rule, "expr"), catalog.expanded(rule.expr).text) for rule in catalog.rules.values()]
    found = []
    for where, text in texts:
        try:
            used = selectors(text)
        except ValueError:
            continue  # check_rules_parse reports it
        found += [
            Problem(where, f"{selector.inside[-1]} of the gauge '{selector.metric}'", "use delta or the value itself")
            for selector in used
            if selector.inside and selector.inside[-1] in RATES and types.get(selector.metric) == "gauge"
        ]
    return found


def check_counters(catalog: Catalog) -> list[Problem]:
    """A counter is read through a rate: its value is a sum since the last restart."""
    types = _types(catalog)
    counters = {name for name, kind in types.items() if kind == "counter"}
    counters |= {n + s for n, kind in types.items() if kind in ("histogram", "summary") for s in SUFFIXES}
    return [
        Problem(where, f"the counter '{selector.metric}' without a rate", "put rate or increase around it")
        for where, _, _, text in _promql(catalog)
        for selector in selectors(text)
        if selector.metric in counters and not {*selector.inside} & (RATES | OWN_SAMPLE)
    ]


def check_recorded(catalog: Catalog) -> list[Problem]:
    """A raw rate on a panel follows the step ($__rate_interval); an increase over the picked range is one value."""
    found = []
    for where, _, query, text in _promql(catalog):
        raw = [s for s in selectors(text) if s.inside and s.inside[-1] in RATES and ":" not in s.metric]
        fixed = {span for span in _FIXED_RANGE.findall(text) if not span.startswith("$")}
        if raw and fixed:
            found.append(Problem(where, f"a raw rate over {', '.join(sorted(fixed))}", "record it, or use the step"))
        if "[$__range]" in text and not query.instant:
            found.append(Problem(where, "a range query over the whole range", "make it instant"))
    return found


def check_quantiles(catalog: Catalog) -> list[Problem]:
    """A percentile is read from a sum of buckets by le, and nothing is added up or averaged over it."""
    return [
        Problem(where, wrong, "write histogram_quantile(q, sum by (le, ...) (...))")
        for where, _, _, text in _promql(catalog)
        for wrong in _wrong_quantiles(text)
    ]


def _wrong_quantiles(text: str) -> Iterator[str]:
    for labels in quantiles(text):
        if labels is None or "le" not in labels:
            yield "a percentile that is not over a sum by le"
    for selector in selectors(text):
        before = selector.inside[: selector.inside.index("histogram_quantile")] if _in_quantile(selector) else ()
        if {"sum", "avg"} & {*before}:
            yield "a percentile that is added up or averaged"


def _in_quantile(selector: Selector) -> bool:
    return "histogram_quantile" in selector.inside


def check_bounds(catalog: Catalog) -> list[Problem]:
    """No percentile is read from a histogram with a handful of bounds; shares within a bound are exact."""
    coarse = {key for key, of in catalog.metrics.items() if of.get("buckets") and len(of["buckets"]) < FEW_BOUNDS}
    names = {catalog.config.get(f"metrics.{key}") or catalog.metrics[key]["name"] for key in coarse}
    bad = {f"{name}_bucket" for name in names} | {
        rule.name
        for rule in catalog.rules.values()
        if {("metric", k) for k in coarse} & catalog.uses(("rule", rule.name))
    }
    return [
        Problem(where, f"a percentile of '{selector.metric}', which has few bounds", "show shares within a bound")
        for where, _, _, text in _promql(catalog)
        for selector in selectors(text)
        if _in_quantile(selector) and selector.metric in bad
    ]


def check_ratios(catalog: Catalog) -> list[Problem]:
    """Both sides of a division keep the same labels, and the divisor is guarded: no traffic is no ratio."""
    found = []
    for where, _, _, text in _promql(catalog):
        for ratio in ratios(text):
            if not ratio.guarded:
                found.append(Problem(where, "divides by what may be 0", "write (... > 0) around the divisor"))
            if ratio.above and ratio.below and ratio.above != ratio.below:
                found.append(Problem(where, "divides series with different labels", "sum both sides by the same"))
    return found


def check_job(catalog: Catalog) -> list[Problem]:
    """Every selector names its job, so that series of other jobs are not counted."""
    return [
        Problem(where, f"'{selector.metric}' of any job", 'add {job=~"$job"}')
        for where, _, _, text in _promql(catalog)
        for selector in selectors(text)
        if not any(label == "job" for label, _, _ in selector.matchers) and selector.metric
    ]


def check_few_series(catalog: Catalog) -> list[Problem]:
    """Lines by a label of which there may be many are limited: more than ten of them cannot be read."""
    found = []
    for where, _, panel in catalog.panels():
        if catalog.body(where)["type"] != "timeseries":
            continue
        for index, query in enumerate(panel.queries):
            text = catalog.expand(query).text
            labels = {one.strip() for group in re.findall(r"\bby\s*\(([^)]*)\)", text) for one in group.split(",")}
            many = sorted(labels - SMALL - {""})
            if query.language == "promql" and many and not re.search(r"\b(topk|bottomk|limitk)\b", text):
                legend = [label for label in many if "{{" + label + "}}" in query.legend]
                if legend:
                    found.append(
                        Problem(f"{where} query {chr(65 + index)}", f"a line by {legend[0]}", "take the topk of them")
                    )
    return found


def check_time_groups(catalog: Catalog) -> list[Problem]:
    """Days and weeks are those of the installation's zone; Grafana's $__timeGroup cuts in UTC, weeks on Thursdays."""
    return [
        Problem(where, "$__timeGroup by days", "use date_trunc with the zone")
        for where, text in _sql(catalog)
        if _DAYS.search(text)
    ]


def check_columns_named(catalog: Catalog) -> list[Problem]:
    """Every query names its columns (no ``*``), so that a new column does not change a panel."""
    return [
        Problem(where, "select *", "name the columns")
        for where, text in _sql(catalog)
        if re.search(r"\bselect\s+(distinct\s+)?\*", _outermost(text), re.I)
    ]


def _outermost(text: str) -> str:
    """A SQL text without strings and without everything in parentheses."""
    text, before = _STRING.sub("''", text), ""
    while text != before:
        text, before = re.sub(r"\([^()]*\)", "", text), text
    return text


def check_tables_limited(catalog: Catalog) -> list[Problem]:
    """A table asks for at most so many rows."""
    found = []
    for where, text in _sql(catalog):
        name = where.partition(" ")[0]
        bounded = re.search(r"\blimit\s+\d+", text, re.I) or _bounded(catalog, name)
        if catalog.body(name)["type"] == "table" and not bounded:
            found.append(Problem(where, "a table without a limit", "add a LIMIT, or read a relation of 'at most' rows"))
    return found


def _bounded(catalog: Catalog, where: str) -> bool:
    """True if the grain of every relation of a panel states its maximum number of rows."""
    grains = [
        str(catalog.relations[name].header.get("grain", ""))
        for kind, name in catalog.uses(("panel", where))
        if kind == "relation"
    ]
    return bool(grains) and all(re.search(r"at most \d+|one row$|of the last \d+", grain) for grain in grains)


def check_variables_quoted(catalog: Catalog) -> list[Problem]:
    """A variable in SQL is quoted by Grafana: typed text must never become SQL."""
    found = []
    for where, dashboard, query in catalog.queries():
        if query.language != "sql":
            continue
        text = catalog.expand(query).text
        found += [
            Problem(where, f"${variable.name} is not quoted", f"write ${{{variable.name}:sqlstring}}")
            for variable in dashboard.variables
            if re.search(rf"\$(?:{(name := re.escape(variable.name))}\b|\{{{name}(:(?!sqlstring)\w+)?\}})", text)
        ]
    return found


def check_personal(catalog: Catalog) -> list[Problem]:
    """A relation with a row per person, or with their words, is never for everyone."""
    return [
        Problem(relation.path, f"'{column}' is for everyone", "make the audience admin, or leave the column out")
        for relation in catalog.relations.values()
        if relation.kind in STORE_KINDS and relation.header.get("audience") == "everyone"
        for column in sorted(PERSONAL & relation.columns.keys())
    ]


def check_audience(catalog: Catalog) -> list[Problem]:
    """A dashboard for everyone reads no relation of audience admin, and no dashboard one of audience none."""
    found = []
    for where, dashboard, query in catalog.queries():
        allowed = ("everyone", "admin") if dashboard.audience == "admin" else ("everyone",)
        for kind, name in sorted(catalog.expand(query).uses):
            audience = catalog.relations[name].header.get("audience") if kind == "relation" else "everyone"
            if audience not in allowed:
                found.append(
                    Problem(
                        where,
                        f"reads '{name}', which has the audience {audience or 'none'}",
                        "read an aggregate, or move the panel to an admin dashboard",
                    )
                )
    return found


def check_read(catalog: Catalog) -> list[Problem]:
    """Every view, rollup and staging text is read: by a panel, a metric, another SQL file, or gendash itself.

    Shipped ones are judged only without other content, which may replace the dashboards that read them.
    """
    if catalog.left_out:  # what a dashboard reads that cannot be read is not known
        return []
    texts = [query.text for _, _, query in catalog.queries()]
    texts += [str(metric.get("sql", "")) for metric in catalog.metrics.values()]
    expanded = [catalog.expanded(text) for text in texts]
    if any(one.wrong for one in expanded):  # a wrong reference may mean the file
        return []
    used = frozenset().union(
        *(one.uses for one in expanded), *(catalog.relation_uses(name) for name in catalog.relations)
    )
    kinds = {"staging": "staging", "rollup": "relation", "view": "relation"}
    return [
        Problem(one.path, f"nothing reads this {one.kind}", "read it in a panel or a view, or take the file out")
        for one in catalog.relations.values()
        if one.kind in kinds and (kinds[one.kind], one.name) not in used and not one.header.get("purpose")
        if not catalog.styles or catalog.style_of(one.path) is not None
    ]

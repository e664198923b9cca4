"""Offline checks of SQL and PromQL texts: references exist, texts parse, and each fault is reported with its spot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from graphlib import CycleError, TopologicalSorter

from gendash.engine.checks.queries import promql_fault, sample
from gendash.engine.config.load import no_such, suggest
from gendash.engine.definitions.audits import places
from gendash.engine.definitions.catalog import Catalog, below
from gendash.engine.definitions.names import STORE_KINDS, Expanded
from gendash.engine.definitions.references import NO_TEMPLATE
from gendash.engine.languages.grafana_macros import MacroError, leftovers
from gendash.engine.languages.spots import excerpt, in_file, in_query, in_rule, origin
from gendash.engine.languages.sql_parser import LEAVES, nodes, parse_statements, sql_fault
from gendash.engine.model import Problem, Relation
from gendash.engine.render.links import link_target

_LABEL_VALUES = re.compile(r"\s*label_values\((?:(.*),)?\s*\w+\s*\)\s*$", re.DOTALL)
_REFERENCE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
Named = Callable[[int], str]  # a character of a text as its author wrote it -> where that is


def check_references(catalog: Catalog) -> list[Problem]:
    """Each reference names something that exists."""
    found: list[Problem] = []
    for where, _, query in catalog.queries():
        if catalog.expand(query).wrong:
            found += wrong_references(catalog, query.text, None, partial(in_query, where, query.text))
    for relation in catalog.relations.values():
        staging = relation if relation.kind == "staging" else None
        if catalog.expanded(relation.text, staging).wrong:
            found += wrong_references(catalog, relation.text, staging, partial(in_file, relation))
    for rule in catalog.rules.values():
        for key, text in (("expr", rule.expr), ("otherwise", rule.otherwise)):
            if catalog.expanded(text).wrong:
                found += wrong_references(catalog, text, None, partial(in_rule, rule, key))
    return found


def wrong_references(catalog: Catalog, text: str, staging: Relation | None, named: Named) -> Iterator[Problem]:
    """The wrong references of a text, each with its position if it can be found."""
    wrong = list(catalog.expanded(text, staging).wrong)
    for match in _REFERENCE.finditer(text):
        for one in catalog.expanded(match[0], staging).wrong:
            if one in wrong:
                wrong.remove(one)
                yield Problem(named(match.start()), *one)
    yield from (Problem(named(-1), what, do) for what, do in wrong)


def check_queries_parse(catalog: Catalog) -> list[Problem]:
    """Every SQL and PromQL text parses with PostgreSQL's and Prometheus' grammar, and no variable is left over."""
    found = []
    for where, dashboard, query in catalog.queries():
        raw, start = query.text, 0
        inner = _LABEL_VALUES.match(raw)
        if inner and query.language == "promql":
            if not inner[1]:
                continue
            raw, start = inner[1], inner.start(1)

        def render(piece: str) -> str:
            return sample(query, dashboard, catalog.expanded(piece).text)  # noqa: B023 (called in this round only)

        try:
            ready = render(raw)
        except MacroError as error:
            found.append(Problem(where, str(error), "use one of Grafana's macros"))
            continue
        unfilled = leftovers(ready)
        found += [
            Problem(where, f"nothing fills in '{name}'", "add the variable to the dashboard") for name in unfilled
        ]
        if unfilled or _no_template(catalog.expand(query)):
            continue
        fault, place = sql_fault(ready) if query.language == "sql" else promql_fault(ready)
        if fault:
            at = origin(raw, ready, place, render) if place >= 0 else -1
            named = in_query(where, query.text, at + start if at >= 0 else -1)
            found.append(Problem(named, _shown(fault, raw, at), "fix the query"))
    return found


def _no_template(expanded: Expanded) -> bool:
    """True for a text in which no reference could be resolved, as check_references reports."""
    return any(what.startswith(NO_TEMPLATE) for what, _ in expanded.wrong)


def _shown(fault: str, raw: str, place: int) -> str:
    """A parser's message with the line that it is about."""
    return f'{fault} in "{excerpt(raw, place)}"' if place >= 0 or "\n" not in raw.strip() else fault


def check_relations_parse(catalog: Catalog) -> list[Problem]:
    """Every SQL file holds one SELECT that parses; a rollup may hold several, a table holds none."""
    found = []
    for relation in catalog.relations.values():
        if relation.kind == "table" or (places(relation) == ["prometheus"] and not relation.text.strip()):
            continue
        staging = relation if relation.kind == "staging" else None
        expanded = catalog.expanded(relation.text, staging)
        if _no_template(expanded):
            continue
        final = expanded.text
        fault, place = sql_fault(final, several=relation.kind in ("rollup", "audit"))
        if fault:

            def render(piece: str, staging: Relation | None = staging) -> str:
                return catalog.expanded(piece, staging).text

            at = origin(relation.text, final, place, render) if place >= 0 else -1
            found.append(Problem(in_file(relation, at), _shown(fault, relation.text, at), "fix the query"))
    return found


def check_rules_parse(catalog: Catalog) -> list[Problem]:
    """Every rule expression parses, in both states of its feature."""
    found = []
    for rule in catalog.rules.values():
        for key, text in (("expr", rule.expr), ("otherwise", rule.otherwise)):
            expanded = catalog.expanded(text)
            if not text or _no_template(expanded):
                continue
            final = expanded.text
            fault, place = promql_fault(final)
            if fault:
                at = origin(text, final, place, catalog.expand_text) if place >= 0 else -1
                where = in_rule(rule, key, at)
                found.append(Problem(where, _shown(fault, text, at), "fix the expression"))
    return found


def check_bare_tables(catalog: Catalog) -> list[Problem]:
    """A name without a schema in FROM is one that WITH gives, or a catalog of PostgreSQL.

    Of views check_columns says so, with the place.
    """
    found = []
    for relation in catalog.relations.values():
        staging = relation if relation.kind == "staging" else None
        text = catalog.expanded(relation.text, staging).text
        if relation.kind in ("table", "view") or sql_fault(text, several=True)[0]:
            continue
        for given, read in _bare_tables(text):
            found += [
                Problem(
                    relation.path,
                    f"reads '{name}', which WITH does not give",
                    f"write {{{{ view('{name}') }}}}"
                    if name in catalog.relations
                    else suggest(name, given) or "name a view",
                )
                for name in sorted(read - given)
                if not name.startswith("pg_")
            ]
    return found


@lru_cache(maxsize=4096)
def _bare_tables(text: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Of each statement, the names that WITH gives and those without a schema that it reads."""
    found = []
    for statement in parse_statements(text):
        parts = list(nodes([statement.stmt], LEAVES))
        given = frozenset(part.ctename for part in parts if part.DESCRIPTOR.name == "CommonTableExpr")
        bare = (part for part in parts if part.DESCRIPTOR.name == "RangeVar" and not part.schemaname)
        found.append((given, frozenset(part.relname for part in bare)))
    return found


def check_circles(catalog: Catalog) -> list[Problem]:
    """No relation reads itself, directly or through others."""
    graph = {
        name: {used for kind, used in catalog.relation_uses(name) if kind == "relation"}
        for name, relation in catalog.relations.items()
        if relation.kind in STORE_KINDS
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return list(_circles(catalog, graph))
    return []


def _circles(catalog: Catalog, graph: dict[str, set[str]]) -> Iterator[Problem]:
    """One problem for each set of relations that read each other, at the first of its files."""

    def uses(node: tuple[str, str]) -> Iterable[tuple[str, str]]:
        return (("relation", name) for name in graph.get(node[1], ()))

    reached = {name: {one for _, one in below(uses, ("relation", name))} for name in sorted(graph)}
    done: set[str] = set()
    for name, others in reached.items():
        if name in others and name not in done:
            circle = sorted(one for one in others if name in reached.get(one, ()))
            done |= {*circle}
            what = "reads itself" if circle == [name] else f"{', '.join(circle)} read each other"
            yield Problem(catalog.relations[name].path, what, "break the circle")


def check_link_targets(catalog: Catalog) -> list[Problem]:
    """Links lead to dashboards that exist."""
    known = {*catalog.dashboards, *catalog.left_out}
    return [
        Problem(where, *no_such("dashboard", target, catalog.dashboards))
        for where, _, panel in catalog.panels()
        if panel.leads_to and (target := link_target(panel.leads_to)[0]) not in known
    ]

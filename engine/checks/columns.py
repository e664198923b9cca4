"""Offline checks of columns: what SQL reads exists, and what a query gives is what its header declares.

Relations are known by their headers, staging texts by theirs, the platform's tables by ``reads:``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from typing import NamedTuple

from gendash.engine.checks.fields import field_problems
from gendash.engine.checks.queries import sample
from gendash.engine.checks.sql_headers import place
from gendash.engine.config.load import no_such, suggest
from gendash.engine.definitions import audits
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.names import STORE_KINDS
from gendash.engine.definitions.platform_names import (
    mapped_table,
    mappings,
    named_in,
    names_in_text,
    split_column,
    table_name,
)
from gendash.engine.definitions.relations import key_of
from gendash.engine.languages import sql_types
from gendash.engine.languages.grafana_macros import MacroError
from gendash.engine.languages.spots import characters, in_file, in_query, origin
from gendash.engine.languages.sql_columns import read_columns_of
from gendash.engine.languages.sql_parser import sql_error
from gendash.engine.languages.sql_scope import UNKNOWN, Lookup, Source, duplicates
from gendash.engine.model import Dashboard, Problem, Query, Relation

# a staging text appears in a rollup as a relation of this schema: its header says what it gives
_STAGED = "staging of gendash"
_STAGE = re.compile(r"""\{\{\s*stage\(\s*(['"])(\w+)\1[^}]*\}\}""")


class Text(NamedTuple):
    """A SQL text as its server gets it; ``where`` names the spot of a byte of it."""

    kind: str
    final: str
    where: Callable[[int], str]
    relation: Relation | None = None
    labels: Collection[str] | None = None  # of a metric, whose rows have a value and these


def check_columns(catalog: Catalog) -> list[Problem]:
    """Every column that SQL reads exists, compared types fit, and a header declares what its query gives.

    So do the fields that options of panels name.
    """
    found: list[Problem] = []
    of_panels: dict[str, list[Source]] = {}
    known = _known(catalog)
    for text in sql_texts(catalog):
        if sql_error(text.final, several=True):
            continue  # another check reports
        given, faults = read_columns_of(text.final, _lookup(catalog, text, known))
        found += [Problem(text.where(fault.place), fault.what, fault.do) for fault in faults]
        for source in given:
            found += [
                Problem(text.where(-1), f"returns two columns with the name '{name}'", "rename one")
                for name in duplicates(source)
            ]
        if text.relation is not None and not faults:  # else the names of what it gives may be wrong, too
            found += _against_header(text.relation, given)
        if text.labels is not None and not faults:
            found += _against_metric(text, frozenset({"value", *text.labels}), given)
        if text.kind == "panel":
            of_panels[text.where(-1)] = given
    return [*found, *field_problems(catalog, of_panels)]


def sql_texts(catalog: Catalog) -> Iterator[Text]:
    """The SQL texts whose references are correct; other checks report the rest."""
    for relation in catalog.relations.values():
        if relation.kind != "table":
            yield from _relation_text(catalog, relation)
    for where, dashboard, query in catalog.queries():
        if query.language == "sql" and not catalog.expand(query).wrong:

            def panel_text(piece: str, query: Query = query, dashboard: Dashboard = dashboard) -> str:
                return sample(query, dashboard, catalog.expanded(piece).text)

            try:
                final = panel_text(query.text)
            except MacroError:
                continue
            yield Text("panel", final, _placed(query.text, final, panel_text, partial(in_query, where, query.text)))
    for key, metric in catalog.metrics.items():
        raw = metric.get("sql", "")
        expanded = catalog.expanded(raw)
        if raw and not expanded.wrong:
            named = partial(catalog.in_metric, key, "sql")
            at = _placed(raw, expanded.text, catalog.expand_text, named)
            yield Text("view", expanded.text, at, labels=metric.get("labels", {}))


def _relation_text(catalog: Catalog, relation: Relation) -> Iterator[Text]:
    staging = relation if relation.kind == "staging" else None

    def render(piece: str) -> str:
        known = _STAGE.sub(lambda found: f'(select * from "{_STAGED}".{found[2]})', piece)
        return catalog.expanded(known, staging).text

    if not catalog.expanded(relation.text, staging).wrong:
        final = render(relation.text)
        named = partial(in_file, relation)
        yield Text(relation.kind, final, _placed(relation.text, final, render, named), relation)


def _placed(raw: str, final: str, render: Callable[[str], str], named: Callable[[int], str]) -> Callable[[int], str]:
    def where(byte: int) -> str:
        return named(origin(raw, final, characters(final, byte), render) if byte >= 0 else -1)

    return where


def _lookup(catalog: Catalog, text: Text, known: Mapping[str, Source]) -> Lookup:
    """The columns of the relations that a text can read."""
    own = catalog.config["schema"]
    platform = _platform(catalog, text.relation) if text.kind == "staging" and text.relation else {}

    def lookup(schema: str, name: str) -> Source | tuple[str, str]:
        if schema == _STAGED:
            return known.get(f"staging.{name}", UNKNOWN)
        if schema and table_name(catalog.config, schema, name) in platform:
            return platform[table_name(catalog.config, schema, name)]
        if schema == own:
            return known.get(name) or no_such("relation", name, known, "name one of gendash's")
        if text.kind == "panel":
            full = f"{schema}.{name}" if schema else name
            do = suggest(name, known) or "read it in a rollup, and the rollup here"
            return f"reads '{full}', which is no relation of gendash", do
        if text.kind == "view" and not schema and name in known:
            return f"'{name}' without a reference", f"write {{{{ view('{name}') }}}}"
        if text.kind == "view" and not schema and not name.startswith("pg_"):
            return no_such("relation", name, known, "name it by {{ view('...') }}")
        return UNKNOWN

    return lookup


def _known(catalog: Catalog) -> dict[str, Source]:
    """Columns of relations and of staging texts as their headers declare them; without a header they are unknown."""
    return {
        name: Source(
            tuple((column, sql_types.plain(of.get("type", ""))) for column, of in relation.columns.items()),
            not relation.columns,
            tuple(key_of(relation)) if relation.kind in ("table", "rollup") else (),  # views have no primary key
        )
        for name, relation in catalog.relations.items()
        if relation.kind in (*STORE_KINDS, "staging")
    }


def _platform(catalog: Catalog, staging: Relation) -> dict[str, Source]:
    """Columns of the platform's tables that a staging text declares under reads:, or that an adapter's SELECTs name."""
    found: dict[str, dict[str, str]] = {}
    for table in staging.header.get("tables", {}):
        columns = found.setdefault(mapped_table(catalog.config, staging, table), {})
        columns |= {name: "" for _, mapped in mappings(catalog.config, staging, table) for name in named_in(mapped)}
    uses = catalog.expanded(staging.text, staging).uses | names_in_text(staging)  # of parents, too
    for kind, name in uses:
        table, column = split_column(name)
        if kind == "column":
            found.setdefault(table, {})[column] = ""
    return {table: Source(tuple(columns.items()), key=None) for table, columns in found.items()}


def _against_metric(text: Text, declared: frozenset[str], given: list[Source]) -> Iterator[Problem]:
    """Differences between what a metric's query gives and its value and labels, which are found by name."""
    for names in ({name for name, _ in source.columns} for source in given if not source.is_open):
        lacks, extra = sorted(declared - names), sorted(names - declared)
        for name in lacks:
            do = suggest(name, names) or "call the figure 'value', and each label as labels: does"
            yield Problem(text.where(-1), f"no column '{name}' in the query of a metric", do)
        for name in extra if not lacks else ():
            yield Problem(text.where(-1), f"the query gives '{name}', which labels: lacks", "declare it, or remove it")


def _against_header(relation: Relation, given: list[Source]) -> Iterator[Problem]:
    """Differences between what a query gives and what its header declares."""
    if relation.kind == "audit":
        names = {name for source in given[:1] for name, _ in source.columns}
        lacks = [] if not given or given[0].is_open else [key for key in audits.find_key(relation) if key not in names]
        yield from (
            Problem(
                place(relation, "key"),
                f"no column '{key}' in the query, named under key:",
                suggest(key, names) or "give it",
            )
            for key in lacks
        )
        return
    declared = {
        name: sql_types.plain(of.get("type", ""))
        for name, of in relation.columns.items()
        if not of.get("hash_of")  # computed when rows are written
    }
    for source in (one for one in given if not one.is_open and declared):
        kinds = dict(source.columns)
        extra = kinds.keys() - declared.keys()
        for name in sorted(declared.keys() - kinds.keys()):
            near = next(iter(get_close_matches(name, extra, n=1)), "")
            extra = extra - {near}
            do = f"the query returns '{near}'" if near else "return it, or remove it from the header"
            at = place(relation, f"columns.{name}")
            yield Problem(at, f"no column '{name}' in the query, declared under columns:", do)
        for name in sorted(extra):
            what = f"the query gives '{name}', which columns: lacks"
            yield Problem(place(relation, "columns"), what, "declare it, or remove it from the query")
        for name in sorted(declared.keys() & kinds.keys()):
            if sql_types.unlike(declared[name], kinds[name]):
                what = f"column '{name}' is declared {declared[name]}, the query gives {kinds[name]}"
                yield Problem(place(relation, f"columns.{name}"), what, "correct the header, or cast it")

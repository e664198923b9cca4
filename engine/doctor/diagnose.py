"""Compares what the dashboards need with what the servers have: missing parts, and the changes that would add them.

Pure: `Look` has what the servers answered; the definitions say what is needed (`requirements`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gendash.engine.config.load import FEATURE_NEEDS, Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import (
    is_expression,
    mapped_column,
    mapped_sql,
    mapped_table,
    mappings,
    named_in,
    quoted_table,
    split_column,
)
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.requirements import Needs, all_on, feature_needs, panel_needs, with_features
from gendash.engine.doctor.candidates import candidates, hint
from gendash.engine.doctor.metric_requirements import metric_requirements
from gendash.engine.doctor.parts import Fix, Requirement, correct, grant, policy, select_parts
from gendash.engine.doctor.seen import Look, word_columns
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Panel, Relation

Availability = Literal["there", "partly", "absent", "unknown", "none"]


@dataclass(frozen=True)
class Feature:
    """A feature, its setting, and how far its requirements are met; ``panels`` is the number that need it.

    Its state is ``none`` if it needs a server that is not used (``none``).
    """

    name: str
    needs: str
    state: Availability
    on: bool
    panels: int
    parts: Sequence[Requirement]

    @property
    def wanted(self) -> bool:
        """True if the feature should be on; the current setting if its requirements are met in part or unknown."""
        return {"there": True, "absent": False, "none": False}.get(self.state, self.on)


@dataclass(frozen=True)
class PanelFound:
    """The state of a panel: lit, waits (for a setting), partly, dark or unknown; and what it lacks."""

    dashboard: str
    slug: str
    title: str
    state: str
    lacks: tuple[str, ...] = ()


def features(catalog: Catalog, look: Look, how: Mapping[str, str]) -> list[Feature]:
    """All features in the order of the settings; ``how`` is, by feature, the code that an application needs for it."""
    whole = all_on(catalog)
    panels = [panel for dashboard in catalog.dashboards.values() for panel in dashboard.panels()]
    found = []
    for name, needs in feature_needs(catalog).items():
        fed = not catalog.config.unfed(name)
        parts = list(_parts(whole, needs, look, how.get(name, ""))) if fed else []
        count = sum(name in panel.feature.split() for panel in panels)
        state = _state(parts) if fed else "none"
        found.append(Feature(name, FEATURE_NEEDS[name], state, catalog.config.on(name), count, parts))
    return found


def _state(parts: Iterable[Requirement]) -> Availability:
    needed = [part for part in parts if not part.optional]
    wrong = [part for part in needed if part.why]
    if any(part.whole for part in wrong) or (wrong and len(wrong) == len(needed)):
        return "absent"
    if any(part.unknown for part in needed):
        return "unknown"
    return "partly" if wrong else "there"


def panels(catalog: Catalog, look: Look, found: Sequence[Feature]) -> list[PanelFound]:
    """The state of all panels, with features set as they were found."""
    named = {feature.name: feature for feature in found}
    catalog = proposed(catalog, found)
    return [
        PanelFound(dashboard.name, panel.slug, panel.title, *_panel(catalog, panel, look, named))
        for dashboard in catalog.dashboards.values()
        for panel in dashboard.panels()
    ]


def proposed(catalog: Catalog, found: Sequence[Feature]) -> Catalog:
    """The definitions with features switched on or off as they were found."""
    return replace(catalog, config=with_features(catalog.config, {one.name: one.wanted for one in found}))


def _panel(catalog: Catalog, panel: Panel, look: Look, features: Mapping[str, Feature]) -> tuple[str, tuple[str, ...]]:
    off = catalog.missing_features(panel)
    if off:
        unknown = all(name in features and features[name].state == "unknown" for name in off)
        return ("unknown" if unknown else "dark"), tuple(catalog.config.none(name) or name for name in off)
    every = [part for part in _parts(catalog, panel_needs(catalog, panel), look, "") if not part.optional]
    parts = [part for part in every if part.kind != "traces"]  # all of a panel that needs them is in its feature
    lacks = [f"{part.name}: {part.why}" for part in parts if part.why]
    lacks += [f"{part.name}: not known" for part in parts if part.unknown]
    left = {name for query in panel.queries for name in catalog.config.off(query.feature)}
    left = {name for name in left if not catalog.config.none(name)}  # a server that is not used is not missing
    left |= {part.name for part in every if part.kind == "traces" and part.why}
    lacks += [f"{name} for a part of it" for name in sorted(left)]
    if any(part.why for part in parts):
        return "partly" if len(catalog.live(panel)) > 1 and any(not part.why for part in parts) else "dark", tuple(
            lacks
        )
    if any(part.unknown for part in parts):
        return "unknown", tuple(lacks)
    if left:
        return "partly", tuple(lacks)
    waits = [name for name in panel.feature.split() if not features[name].on]
    return ("waits", tuple(f"features.{name}: true" for name in waits)) if waits else ("lit", ())


def _parts(catalog: Catalog, needs: Needs, look: Look, how: str) -> Iterator[Requirement]:
    stagings = [catalog.relations[f"staging.{name}"] for name in sorted(needs.stagings)]
    parts = [part for one in stagings for part in _staging_parts(catalog, one, needs, look)]
    yield from {(part.kind, part.name): part for part in parts}.values()  # several queries read the same table
    yield from metric_requirements(catalog, needs, look, how)
    if needs.synced:
        fixes = (Fix("app", how, alters=True),) if how and look.traces else ()
        unknown = look.traces is None
        yield Requirement("traces", "LLM calls", look.traces or "", unknown=unknown, whole=True, fixes=fixes)


# ── tables, columns, rows ────────────────────────────────────────────────────────────────────────────────────────


def _staging_parts(catalog: Catalog, staging: Relation, needs: Needs, look: Look) -> Iterator[Requirement]:
    config = catalog.config
    tables = {canonical: mapped_table(config, staging, canonical) for canonical in staging.header["tables"]}
    there = {table for table, _ in look.columns or ()}
    for canonical, table in tables.items():
        if canonical in staging.adapter:
            yield from select_parts(catalog, staging.adapter[canonical], look)
            continue
        if table not in needs.tables:
            continue
        if config["platform.adapter"]:
            add = Fix("setting", f"platform.adapter: a folder of your own with {canonical}.sql  # a SELECT")
            yield Requirement("table", f"{table}.sql", "the adapter has no such file", whole=True, fixes=(add,))
            continue
        name, unknown = f"table {quoted_table(config, table)}", look.columns is None
        if not unknown and table not in there:
            rename = _rename(f"platform.tables.{canonical}", table, there)
            make = _make(catalog, staging, canonical, look)
            fixes = (*rename, *make) if not make or candidates(table, there) else make
            yield Requirement("table", name, "does not exist", whole=True, fixes=fixes)
            continue
        yield Requirement("table", name, unknown=unknown, whole=True)
        if not unknown:
            yield from _columns(catalog, staging, canonical, table, needs, look)
        if table in look.row_secured:
            yield policy(look, quoted_table(config, table))
    read = {table for canonical, table in tables.items() if canonical not in staging.adapter}
    read = (read & needs.tables).union(*(one.tables for one in staging.adapter.values()))
    complete = look.columns is not None and read <= there
    if complete and not look.rows.get(staging.name, True) and next(iter(tables.values())) not in look.empty:
        doc = " ".join(staging.header["doc"].split()).split(". ")[0].rstrip(".")
        fixes = tuple(
            Fix("app", _rendered(catalog, staging, one["app"]), alters=True) for one in _makes(staging).values()
        )
        yield Requirement("rows", f"rows of {staging.name}", f"there are none: {doc}", whole=True, fixes=fixes)
    yield from _rows(catalog, staging, look)
    for one in word_columns(staging):
        words, canonical = look.unknown_words.get(one, ()), one.column.partition(".")[0]
        if words and (canonical in staging.adapter or tables[canonical] in needs.tables):
            setting = f"platform.vocabularies.{one.vocabulary}"
            among = ", ".join(staging.header["words"][one.vocabulary])
            listed = ", ".join(map(json.dumps, words))
            fix = Fix("setting", f"{setting}.<{among}>: [{listed}]  # each to the one that it means")
            what = f"words of {one.column} in {one.vocabulary}"
            yield Requirement("words", what, f"{listed} count as other", optional=True, fixes=(fix,))


def _columns(
    catalog: Catalog, staging: Relation, canonical: str, table: str, needs: Needs, look: Look
) -> Iterator[Requirement]:
    config = catalog.config
    pairs = ((setting, column) for setting, one in mappings(config, staging, canonical) for column in named_in(one))
    for setting, column in pairs:
        dotted = f"{table}.{column}"
        optional = dotted in needs.optional and dotted not in needs.columns
        if not optional and dotted not in needs.columns:
            continue
        name = f"column {quoted_table(config, table)}.{quote_name(column)}"
        why, fixes = "", tuple[Fix, ...]()
        if (table, column) not in (look.columns or ()):
            others = {other for one, other in look.columns or () if one == table}
            why = "does not exist"
            what = setting.removeprefix("platform.columns.")
            fixes = _make(catalog, staging, what, look, (table, column)) or _rename(setting, column, others)
        elif (table, column) not in look.readable:
            why, fixes = "the source's role may not read it", (grant(catalog, look, table, [column]),)
        yield Requirement("column", name, why, optional=optional, fixes=fixes)


def _rows(catalog: Catalog, staging: Relation, look: Look) -> Iterator[Requirement]:
    """Requirements for rows that cannot be read, and for rows that are left out of all figures."""
    if staging.name in look.unreadable:
        column, why = look.unreadable[staging.name]
        setting = f"platform.columns.{_read_for(staging, column) or '<table>.<column>'}"
        wanted = f'{setting}: "= SQL over {{columns}}"  # that gives {column or "columns"} in the wanted type'
        fix = correct(staging.adapter.values(), why) if staging.adapter else Fix("setting", wanted)
        part = f"{column or 'columns'} of {staging.name}"
        yield Requirement("rows", part, f"cannot be read: {why}", fixes=(fix,))
    for column, rows in look.unusable.get(staging.name, {}).items():
        read, is_time = _read_for(staging, column), staging.columns[column].get("type") == "timestamptz"
        fixes = []
        if read and not staging.adapter:
            table, _, own = read.partition(".")
            mapped = mapped_sql(mapped_column(catalog.config, staging, table, own), column=lambda name: f"{{{name}}}")
            instead = "'2000-01-01'" if is_time else "a value of its type"
            value = f'"= coalesce({mapped}, {instead})"  # if rows without it shall count'
            fixes = [Fix("setting", f"platform.columns.{read}: {value}")]
        lack = f"no valid {column} (NULL, or not from 2000 to 2199)" if is_time else f"no {column}"
        why = f"{rows} have {lack}, and are in no figure"
        yield Requirement("rows", f"rows of {staging.name} without {column}", why, optional=True, fixes=tuple(fixes))
    yield from _fields(staging, look)


def _fields(staging: Relation, look: Look) -> Iterator[Requirement]:
    """Requirements for values that are none of their kind, by column; a time is given as ISO, or as a number."""
    for named in filter(None, look.fields.get(staging.name, "").split(", ")):
        column, rows, *also = named.split(" ", 2)
        if also:
            yield _not_utf8(staging, column, rows)
            continue
        kind = _KINDS.get(str(staging.columns.get(column, {}).get("type")), "JSON")
        table = next(iter(staging.header["tables"]))
        wanted = Fix("setting", f'platform.columns.{table}.{column}: "= SQL over {{columns}}"  # that gives {kind}')
        adapter = staging.adapter.get(table)
        fix = correct([adapter], f"{column} is not {kind}") if adapter else wanted
        why = f"{rows} hold a {column} that is not {kind}: it counts as empty"
        yield Requirement("rows", f"{column} of {staging.name}", why, optional=True, fixes=(fix,))


def _not_utf8(staging: Relation, column: str, rows: str) -> Requirement:
    table = next(iter(staging.header["tables"]))
    value = f"\"= convert_from(convert(convert_to({{{column}}}, 'SQL_ASCII'), 'LATIN1', 'UTF8'), 'UTF8')\""
    fix = Fix("setting", f"platform.columns.{table}.{column}: {value}  # if it is LATIN1")
    what = f"a {column} that is not UTF-8 (the database is SQL_ASCII)"
    why = f"{rows} hold {what}: other bytes are read as \N{REPLACEMENT CHARACTER}"
    return Requirement("rows", f"{column} of {staging.name}", why, optional=True, fixes=(fix,))


_KINDS = {"timestamptz": "a time", "int": "a number", "bigint": "a number", "boolean": "true or false"}


def _read_for(staging: Relation, column: str) -> str:
    """The platform column (``table.column``) behind a column of a staging query."""
    text = re.split(rf"\bas\s+{re.escape(column)}\b", staging.text)[0] if column else ""
    read = re.findall(r"(?:column|time|truth|json|number)\('(\w+\.\w+)'", text)
    return read[-1] if read else ""


def _makes(staging: Relation) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = staging.header.get("make", {})
    return found


def _make(
    catalog: Catalog, staging: Relation, what: str, look: Look, column: tuple[str, str] | None = None
) -> tuple[Fix, ...]:
    """The fixes that create a table or column for which a staging file has instructions (``make:``), else none."""
    others = [one for one in catalog.relations.values() if one.kind == "staging" and one is not staging]
    staging = next((one for one in (staging, *others) if what in _makes(one)), staging)
    make = _makes(staging).get(what)
    if not make:
        return ()
    every = catalog.expanded(staging.text, staging).uses
    table = column[0] if column else mapped_table(catalog.config, staging, what)
    read = [split_column(name)[1] for _, name in every if name.startswith(f"{table}.")]
    columns = [column[1]] if column else [*read, "ctid"]  # large tables are read by ranges of it
    return (
        Fix(
            "sql",
            _rendered(
                catalog, staging, _LIKE.sub(lambda found: _type(catalog, staging, look, *found.groups()), make["sql"])
            ),
            alters=True,
        ),
        replace(grant(catalog, look, table, columns), alters=True),
        Fix("app", _rendered(catalog, staging, make["app"]), alters=True),
    )


_LIKE = re.compile(r"\{\{\s*like\('(\w+)\.(\w+)'\)\s*\}\}")


def _type(catalog: Catalog, staging: Relation, look: Look, table: str, column: str) -> str:
    """The type of an existing column, which a foreign key to it must have; uuid if it does not exist."""
    of = mapped_table(catalog.config, staging, table), mapped_column(catalog.config, staging, table, column)
    return look.types.get(of, "uuid")


def _rendered(catalog: Catalog, staging: Relation, text: str) -> str:
    """A ``make:`` text with the platform's names in place of references, never with the SQL that replaces a column."""
    values = {
        key: value
        for key, value in catalog.config.values.items()
        if not key.startswith("platform.rows.") and not (key.startswith("platform.columns.") and is_expression(value))
    }
    return resolve_references(text, replace(catalog.names, config=Config(values)), staging).text.strip()


def _rename(setting: str, name: str, there: Iterable[str]) -> tuple[Fix, ...]:
    """The setting that maps a name, with the existing names that may be meant."""
    other = ", or schema.table" if setting.startswith("platform.tables.") else ', or "= SQL over {columns}"'
    return (Fix("setting", f"{setting}: <its name on the platform{other}>  # {hint(name, sorted(there))}"),)

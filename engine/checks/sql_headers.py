"""Offline checks of SQL headers: keys, the names in them, and the keys of refreshes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gendash.engine.checks.queries import promql_fault
from gendash.engine.checks.texts import check_circles
from gendash.engine.config.load import no_such, suggest
from gendash.engine.definitions.audits import find_key as audit_key
from gendash.engine.definitions.audits import places, queries
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.header_keys import COLUMN_KEYS, HEADER_KEYS, PLACES
from gendash.engine.definitions.keys import KeyFault, faults
from gendash.engine.definitions.relations import STAGE, inputs, is_materialized, is_tracked, key_of, moves_with, reach
from gendash.engine.model import Problem, Relation

STORED = ("key", "indexes", "whole", "together", "time", "newest", "own_rows")  # what names columns of its own relation


def place(relation: Relation, key: str = "") -> str:
    """``file:line`` of a key of a header, by its path; the file where the line is not known."""
    line = relation.lines.get(key)
    return f"{relation.path}:{line}" if line else relation.path


def faulty(relation: Relation) -> Iterator[tuple[str, KeyFault]]:
    """The faults of the keys of a header and of its columns, each with the path of the key."""
    for fault in faults(relation.header, HEADER_KEYS, relation.kind):
        yield fault.key, fault
    for name, column in relation.columns.items():
        for fault in faults(column, COLUMN_KEYS, relation.kind):
            at = f"columns.{name}.{fault.key}"
            yield at if at in relation.lines else f"columns.{name}", fault


def check_header_keys(catalog: Catalog) -> list[Problem]:
    """Every key of a header and of its columns is known, has the right type, and has an effect in its kind of file."""
    return [
        Problem(place(relation, at), (f"column {at.split('.')[1]}: " if "." in at else "") + fault.what, fault.do)
        for relation in catalog.relations.values()
        for at, fault in faulty(relation)
    ]


def check_headers(catalog: Catalog) -> list[Problem]:
    """Every column that a header names is among its columns, and every key has the keys that it depends on."""
    found: list[Problem] = []
    for relation in catalog.relations.values():
        found += _unknown_columns(relation)
        found += [
            Problem(place(relation, key), f"{key} has no effect without {other}", f"add {other}: true, or take it out")
            for key, other, kinds in NEEDED
            if relation.kind in kinds and key in relation.header and not relation.header.get(other)
        ]
    return found


NEEDED = (
    ("cadence", "materialized", ("view",)),
    ("indexes", "materialized", ("view",)),
    ("reach", "window", ("rollup",)),
    ("together", "tracked", ("table",)),
)


def _unknown_columns(relation: Relation) -> Iterator[Problem]:
    header = relation.header
    if relation.kind == "staging":
        reads = {f"{table}.{name}": name for table, names in header.get("reads", {}).items() for name in names}
        if header.get("time") and header["time"] not in reads:
            hint = suggest(header["time"], reads) or "name table.column of reads:"
            yield Problem(place(relation, "time"), f"time '{header['time']}' is not under reads:", hint)
        for table in header.get("reads", {}):
            if table not in header.get("tables", {}):
                hint = suggest(table, header.get("tables", {})) or "add it to tables:"
                yield Problem(place(relation, f"reads.{table}"), f"table '{table}' is not under tables:", hint)
        return
    if relation.kind == "audit" or "columns" not in header:
        return
    for key in STORED:
        listed = header.get(key, ())
        listed = (
            [listed] if isinstance(listed, str) else [n for one in listed for n in (one if key == "indexes" else [one])]
        )
        for name in listed:
            if key == "whole" or name in relation.columns:
                continue  # whole: columns that the relations that are read have, too
            hint = suggest(name, relation.columns) or "fix the header"
            yield Problem(place(relation, key), f"{key} column '{name}' is not under columns:", hint)
    for column, of in relation.columns.items():
        if of.get("hash_of") and of["hash_of"] not in relation.columns:
            hint = suggest(of["hash_of"], relation.columns) or "fix the header"
            yield Problem(place(relation, f"columns.{column}"), f"hash of '{of['hash_of']}', no such column", hint)


def check_sources(catalog: Catalog) -> list[Problem]:
    """Rollups read the platform or the store, not both; views read the store; what is stored has a key."""
    found = []
    for relation in catalog.relations.values():
        if is_materialized(relation) and not key_of(relation):
            found.append(Problem(relation.path, "no key", "name the columns that identify a row under key:"))
        kinds = {kind for kind, _ in catalog.expanded(relation.text).uses} & {"staging", "relation"}
        if relation.kind == "rollup" and len(kinds) == 2:
            found.append(Problem(relation.path, "reads both the platform and the store", "read one of them"))
        if relation.kind == "rollup" and not kinds:
            found.append(Problem(relation.path, "reads neither the platform nor the store", "read a stage or a view"))
        if relation.kind == "rollup" and "staging" in kinds and not STAGE.search(relation.text):
            found.append(Problem(relation.path, "its first stage has no plain name", "write {{ stage('name') }}"))
        if relation.kind == "view" and "staging" in kinds:
            found.append(Problem(relation.path, "reads the platform", "read a rollup instead"))
        if relation.kind == "table" and relation.text.rstrip(";"):
            found.append(Problem(relation.path, "a table has no query", "take it out, or move the file to sql/rollups"))
    return found


def check_parents(catalog: Catalog) -> list[Problem]:
    """The columns under `parents:` of a staging text exist, here and in the table that they lead to."""
    tables = {
        table: {*columns, *one.columns}
        for one in catalog.relations.values()
        if one.kind == "staging"
        for table, columns in one.header.get("reads", {}).items()
    }
    found = []
    for relation in (one for one in catalog.relations.values() if one.kind == "staging"):
        own = {*relation.columns, *(name for columns in relation.header.get("reads", {}).values() for name in columns)}
        for name, parent in relation.header.get("parents", {}).items():
            table, _, column = parent.partition(".")
            for what, known in ((name, own), (table, tables), (column, tables.get(table, {column}))):
                if what not in known:
                    at = place(relation, f"parents.{name}")
                    found.append(Problem(at, f"parents: no '{what}'", suggest(what, known) or "name one that is read"))
    return found


def check_header_windows(catalog: Catalog) -> list[Problem]:
    """A rollup over the store follows changes by day only if all that it reads has days, and `reach` names them."""
    if check_circles(catalog):
        return []
    return [
        problem
        for relation in catalog.relations.values()
        if relation.kind == "rollup" and relation.header.get("window")
        if "staging" not in {kind for kind, _ in catalog.expanded(relation.text).uses}
        for problem in _wrong_window(catalog, relation)
    ]


def _wrong_window(catalog: Catalog, relation: Relation) -> Iterator[Problem]:
    read, given = inputs(catalog, relation), relation.header.get("reach", {})
    at = place(relation, "window")
    for name, one in read.items():
        if one.kind not in ("table", "rollup") or not is_tracked(one) or not one.header.get("time"):
            yield Problem(at, f"window: true, but days of {name} are not tracked", "read another, or all")
        elif len(read) > 1 and name not in given:
            yield Problem(at, f"no reach for {name}", "say how many days before and after its own it reads")
        elif reach(relation, name)[0] is None and not relation.header.get("whole"):
            yield Problem(at, f"reads all days of {name}", "name the columns that its rows share under whole:")
        for column in relation.header.get("whole", ()):
            if column not in one.columns:
                hint = suggest(column, one.columns) or f"name a column of {name}"
                yield Problem(place(relation, "whole"), f"whole column '{column}' is not in {name}", hint)
    for name in given.keys() - read.keys():
        hint = suggest(name, read) or "fix the header"
        yield Problem(place(relation, "reach"), f"a reach for {name}, which it does not read", hint)
    if moves_with(catalog, relation):
        yield Problem(at, "window: true, but the time alone changes it", "leave that to a view over it")


def check_audits(catalog: Catalog) -> list[Problem]:
    """Every audit has one query for each place, and a key that identifies a find."""
    found = []
    for audit in (relation for relation in catalog.relations.values() if relation.kind == "audit"):
        where = places(audit)
        count = len(queries(audit))
        promql = audit.header.get("promql", "")
        expanded = catalog.expanded(promql)
        wrong: Mapping[str, tuple[bool, str]] = {
            f"{count} queries for {len(where)} place{'s' * (len(where) > 1)}": (
                count != len(where),
                "write as many as there are places",
            ),
            "prometheus is its first place": (
                where[:1] == [PLACES[2]] and (len(where) > 1 or audit.header.get("limit") is None),
                "name it second, with promql:; alone it measures a share, with limit:",
            ),
            "promql without the place prometheus": (
                bool(promql) and PLACES[2] not in where,
                "add the place, or take it out",
            ),
            "no key": (
                len(where) == 1 and not audit_key(audit) and audit.header.get("limit") is None,
                "name the columns that identify a find under key:, or the share that may be found under limit:",
            ),
        }
        found += [Problem(audit.path, what, do) for what, (is_wrong, do) in wrong.items() if is_wrong and where != [""]]
        found += [Problem(place(audit, "promql"), what, do) for what, do in expanded.wrong]
        touched = audit.header.get("touches", [])
        found += [
            Problem(place(audit, "touches"), *no_such("relation", name, catalog.relations, "take it out"))
            for name in (touched if isinstance(touched, list) else [])
            if name not in catalog.relations
        ]
        error = promql_fault(expanded.text)[0] if promql and not expanded.wrong else ""
        found += [Problem(place(audit, "promql"), error, "fix the expression")] if error else []
    return found


HEADER_CHECKS = (check_headers, check_sources, check_parents, check_header_windows, check_audits)

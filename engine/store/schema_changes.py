"""The steps from the existing schema to the one that the definitions describe, as data."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import key_of, qualified, stagings
from gendash.engine.errors import Refused
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Problem, Relation
from gendash.engine.render.schema_sql import Piece, column_sql, table_indexes
from gendash.engine.store.roles import Record, Step


@dataclass(frozen=True)
class ObservedSchema:
    """The contents of gendash's schema: recorded hashes, relations with their kind (oldest first), columns etc."""

    recorded: Mapping[tuple[str, str], str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, tuple[str, bool]]] = field(default_factory=dict)  # type, nullable
    keys: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # constraint, columns
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    has_secret: bool = False


def schema_steps(catalog: Catalog, wanted: Sequence[Piece], seen: ObservedSchema) -> list[Step]:
    """The steps that turn the observed schema into the wanted one, in order.

    Raises Refused if a relation that gendash did not create has a name that it needs.
    """
    config = catalog.config
    foreign = [
        Problem(
            f"{config['schema']}.{piece.name}",
            f"a {RELKINDS.get(seen.relations[piece.name], 'relation')} of this name exists and gendash did not make it",
            "rename it, or choose another schema: in gendash.yaml",
        )
        for piece in wanted
        if piece.kind in OWN_KINDS and piece.name in seen.relations and not _recorded_as(seen, piece.name)
    ]
    if foreign:
        raise Refused(foreign)
    by_name = {piece.name: piece for piece in wanted if piece.kind in OWN_KINDS}
    rebuilt = _rebuilt(by_name, seen)
    steps = _drops(config, by_name, rebuilt, seen)
    for piece in wanted:
        if piece.kind in OWN_KINDS:
            steps += _relation_steps(catalog, piece, rebuilt, seen)
        elif piece.kind == "function":
            steps += _function_steps(piece, seen)
        elif piece.kind == "query":
            steps += _query_steps(catalog, piece, rebuilt, seen)
        elif piece.name in rebuilt or seen.recorded.get((piece.name, "about")) != piece.hash:
            what = "" if piece.name in rebuilt else f"describe and grant {piece.name}"
            steps.append(Step(what, piece.statements, ((piece.name, "about", piece.hash),)))
    if not seen.has_secret:
        steps.append(key_step(config))
    return steps


def _recorded_as(seen: ObservedSchema, name: str) -> str:
    """The kind under which a relation is recorded, or an empty string."""
    return next((kind for kind in OWN_KINDS if (name, kind) in seen.recorded), "")


def _is_current(seen: ObservedSchema, piece: Piece) -> bool:
    return piece.name in seen.relations and seen.recorded.get((piece.name, piece.kind)) == piece.hash


def _rebuilt(by_name: Mapping[str, Piece], seen: ObservedSchema) -> set[str]:
    """The relations to rebuild or alter: those that changed, and the views that depend on them."""
    found = {name for name, piece in by_name.items() if not _is_current(seen, piece)}
    grew = True
    while grew:
        above = {name for name, piece in by_name.items() if piece.reads & found} - found
        found |= above
        grew = bool(above)
    return found


def _drops(config: Config, by_name: Mapping[str, Piece], rebuilt: set[str], seen: ObservedSchema) -> list[Step]:
    """The steps that drop relations, newest first since they may depend on older ones.

    A kept table is altered instead, as long as the definitions contain it.
    """
    gone = {name for name, kind in seen.recorded if kind in OWN_KINDS and name not in by_name}
    steps = []
    for name in reversed(list(seen.relations)):
        if name in gone or (name in rebuilt and not _is_altered(by_name.get(name), seen)):
            what = f"drop {name}" if name in gone else ""
            steps.append(Step(what, (f"drop {RELKINDS[seen.relations[name]]} {qualified(config, name)}",)))
    for name in sorted(gone):
        records = tuple((name, kind, None) for recorded, kind in seen.recorded if recorded == name)
        forget = f"delete from {qualified(config, '_refresh')} where relation = {quote_text(name)}"
        steps.append(Step("", (forget,), records))
    return steps


def _is_altered(piece: Piece | None, seen: ObservedSchema) -> bool:
    """True if a relation is altered in place: a table whose rows cannot be computed again."""
    return piece is not None and piece.kept and seen.relations.get(piece.name) == "r"


def _relation_steps(catalog: Catalog, piece: Piece, rebuilt: set[str], seen: ObservedSchema) -> list[Step]:
    if piece.name not in rebuilt:
        return []
    old = _recorded_as(seen, piece.name)
    records: tuple[Record, ...] = ((piece.name, piece.kind, piece.hash),)
    if old and old != piece.kind:
        records = (*records, (piece.name, old, None))
    if _is_altered(piece, seen):
        if _is_current(seen, piece):
            return []
        return [Step(f"alter table {piece.name}", tuple(_alter(catalog, piece, seen)), records)]
    statements = piece.statements
    if old:
        statements = (*statements, _forget_refresh(catalog.config, piece.name))
    verb = "replace" if old else "create"
    return [Step(f"{verb} {piece.kind} {piece.name}", statements, records)]


def _forget_refresh(config: Config, name: str) -> str:
    """SQL that resets the refresh state of a rebuilt relation and its dependents: they are refreshed in full."""
    target, changed = qualified(config, "_refresh"), qualified(config, "_changed")
    return (
        f"update {target} set finished_at = null, full_at = null, error = null where relation = {quote_text(name)};\n"
        f"insert into {changed} (relation, day, transaction) "
        f"values ({quote_text(name)}, '-infinity', pg_current_xact_id()) on conflict do nothing"
    )


def _alter(catalog: Catalog, piece: Piece, seen: ObservedSchema) -> list[str]:
    """Statements that give a table the columns, key and indexes of its header and keep its rows."""
    config, relation = catalog.config, catalog.relations[piece.name]
    target = qualified(config, piece.name)
    there = seen.columns.get(piece.name, {})
    changes = [f"drop column {quote_name(name)}" for name in there if name not in relation.columns]
    for name, column in relation.columns.items():
        quoted, kind, nullable = quote_name(name), seen.types[column["type"]], bool(column.get("null"))
        if name not in there:
            changes.append(f"add column {column_sql(name, column)}")
            continue
        if there[name][0] != kind:
            changes.append(f"alter column {quoted} type {column['type']} using {quoted}::{column['type']}")
        if there[name][1] != nullable:
            changes.append(f"alter column {quoted} {'drop' if nullable else 'set'} not null")
        default = f"set default {column['default']}" if "default" in column else "drop default"
        changes.append(f"alter column {quoted} {default}")
    statements = _key_changes(target, relation, seen)
    statements += [f"alter table {target} {', '.join(changes)}"] if changes else []
    statements += [f"drop index {qualified(config, index)}" for index in seen.indexes.get(piece.name, ())]
    if statements and "drop constraint" in statements[0]:
        names = ", ".join(quote_name(name) for name in key_of(relation))
        statements.append(f"alter table {target} add primary key ({names})")
    return statements + table_indexes(config, relation)


def _key_changes(target: str, relation: Relation, seen: ObservedSchema) -> list[str]:
    constraint, columns = seen.keys.get(relation.name, ("", ()))
    if not constraint or list(columns) == key_of(relation):
        return []
    return [f"alter table {target} drop constraint {quote_name(constraint)}"]


def _function_steps(piece: Piece, seen: ObservedSchema) -> list[Step]:
    if piece.name in seen.functions and seen.recorded.get((piece.name, "function")) == piece.hash:
        return []
    verb = "replace" if piece.name in seen.functions else "create"
    return [Step(f"{verb} function {piece.name}", piece.statements, ((piece.name, "function", piece.hash),))]


def _query_steps(catalog: Catalog, piece: Piece, rebuilt: set[str], seen: ObservedSchema) -> list[Step]:
    """A rollup whose query changed keeps its rows until the next refresh, which is due at once."""
    known = seen.recorded.get((piece.name, "query"))
    fill = _fill(catalog, piece, rebuilt, seen)
    if known == piece.hash and not fill:
        return []
    what = f"refresh {piece.name} in full" if known and piece.name not in rebuilt else ""
    statements = (_forget_refresh(catalog.config, piece.name),) if known else ()
    return [Step(what, (*fill, *statements), ((piece.name, "query", piece.hash),))]


def _fill(catalog: Catalog, piece: Piece, rebuilt: set[str], seen: ObservedSchema) -> tuple[str, ...]:
    """The statement that fills a rebuilt table whose query reads only the store, so that no reader finds it empty."""
    relation = catalog.relations[piece.name]
    below = [catalog.relations[name] for kind, name in catalog.relation_uses(piece.name) if kind == "relation"]
    whole = below and all(one.kind in ("table", "rollup") for one in below) and not stagings(catalog, relation)
    made = piece.name in rebuilt and seen.recorded and not relation.header.get("keep")
    if not (whole and made and catalog.enabled(relation)):
        return ()
    names = ", ".join(quote_name(name) for name in relation.columns)
    target = qualified(catalog.config, piece.name)
    return (f"insert into {target} ({names}) select {names} from ({piece.text}) as rows",)


def key_step(config: Config) -> Step:
    """The step that creates the key of user hashes, which is never shown."""
    key = secrets.token_bytes(32)
    padded = key.ljust(64, b"\0")
    inner, outer = (bytes(byte ^ mask for byte in padded).hex() for mask in (0x36, 0x5C))
    values = ", ".join(f"'\\x{part}'::bytea" for part in (key.hex(), inner, outer))
    insert = (
        f"insert into {qualified(config, '_secret')} (name, key, inner_pad, outer_pad, made_at) "
        f"values ('user_hash', {values}, now()) on conflict (name) do nothing"
    )
    return Step("make the key of user hashes", (insert,))


OWN_KINDS = ("table", "rollup", "view", "materialized")
RELKINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view"}

"""Catalog -> the SQL that makes gendash's schema: what `migrate` carries out, and what `build` writes for reading.

Every relation is made, also those of features that are off: they stay empty, so that no panel can ever fail for want
of one. Nothing here depends on a table of the platform: staging is inlined into the refresh queries only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import (
    day_of,
    is_materialized,
    is_tracked,
    key_of,
    qualified,
    query_of,
    reader_roles,
)
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Relation

VERIFY_CONNECTIONS = 10  # of a reader role, beyond those that Grafana's data source may open
READER_TIMEOUT = "5s"
READER_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": READER_TIMEOUT,
    "idle_in_transaction_session_timeout": "10s",  # an idle transaction holds locks and old rows
    "work_mem": "16MB",
    "jit": "off",  # compiling a panel's query takes longer than the query
}
"""What a reader role is set to, and nothing else: a session, and the role for its next sessions, may override each."""
FILE_LIMIT = "256MB"
"""``temp_file_limit`` of a reader role: only a superuser may set it, and no session may override it."""
FUNCTIONS = {"clock": "", "set_clock": "", "clock_pass": "text", "user_hash": "text", "note_days": ""}
"""The functions of the schema with the types of their arguments."""
FOR_READERS = ("clock", "set_clock")
MARK = "made by gendash"  # in the comment of a role, SCHEMA_MARK in that of the schema: what uninstall may drop
SCHEMA_MARK = "Made and kept by gendash: summaries for its dashboards."
_DROP = {"view": "view", "materialized": "materialized view", "table": "table", "rollup": "table"}


@dataclass(frozen=True)
class Piece:
    """One object of the schema, or one aspect of it, and the statements that make it.

    ``kind`` is table, rollup, view, materialized, function, about (comments and grants) or query (what fills a rollup;
    it has no statements of its own, only a hash). ``reads`` names the relations that it reads; the rows of one that
    is ``kept`` cannot be computed again, so it is altered and never rebuilt.
    """

    name: str
    kind: str
    statements: tuple[str, ...]
    reads: frozenset[str] = frozenset()
    text: str = ""
    kept: bool = False

    @property
    def hash(self) -> str:
        """Sha256 of the definition."""
        return hashlib.sha256("\0".join((*self.statements, self.text)).encode()).hexdigest()

    @property
    def drop(self) -> str:
        """The object type that DROP must name."""
        return _DROP[self.kind]


def pieces(catalog: Catalog) -> list[Piece]:
    """Everything that gendash keeps in its schema, each after what it reads.

    The definitions are those that `checks.check` passes. Raises ContentError if relations read each other in a circle.
    """
    config = catalog.config
    order = sorted(catalog.build_order(), key=lambda relation: relation.name != "_object")
    found: list[Piece] = []
    for relation in (r for r in order if r.kind != "view"):
        found.append(_table(config, relation))
        if relation.kind == "rollup":
            found.append(Piece(relation.name, "query", (), text=_query_text(catalog, relation)))
    found += [*_functions_clock(config), _function_user_hash(config), _function_note_days(config)]
    found += [_view(catalog, relation) for relation in order if relation.kind == "view"]
    found += [_about(catalog, relation) for relation in order]
    return [*found, _about_schema(config)]


def _query_text(catalog: Catalog, relation: Relation) -> str:
    """The definition of a rollup's rows: its query, and the time zone by whose days it is read and compared."""
    text, zone = query_of(catalog, relation), quote_text(catalog.config["time_zone"])
    return text if zone in text or not relation.header.get("time") else f"{text}\n/* by days of {zone} */"


def column_sql(name: str, column: Mapping[str, Any]) -> str:
    """One column of a CREATE TABLE."""
    default = f" default {column['default']}" if "default" in column else ""
    return f"{quote_name(name)} {column['type']}{default}" + ("" if column.get("null") else " not null")


def table_indexes(config: Config, relation: Relation) -> list[str]:
    """The indexes of a table beside its key."""
    target = qualified(config, relation.name)
    return [f"create index on {target} ({_names(columns)})" for columns in relation.header.get("indexes", ())]


def sql_artifacts(catalog: Catalog) -> dict[str, bytes]:
    """``sql/schema.sql``, which makes everything in an empty database, and ``sql/refresh/<rollup>.sql``."""
    config = catalog.config
    owner, schema = config["roles.owner"], quote_name(config["schema"])
    lines = [
        "-- What `gendash db migrate` makes, for reading; it also keeps a record of it, which this file does not.",
        *(f"create role {quote_name(name)} nologin" for name in (owner, *reader_roles(config).values())),
        *(line for name in reader_roles(config).values() for line in role_settings(config, name, limits_files=True)),
        f"create schema {schema} authorization {quote_name(owner)}",
        f"comment on schema {schema} is {quote_text(SCHEMA_MARK)}",
        f"set role {quote_name(owner)}",
        *(statement for piece in pieces(catalog) for statement in piece.statements),
        "reset role",
    ]
    found = {"sql/schema.sql": lines[0] + "\n\n" + "".join(f"{line};\n\n" for line in lines[1:])}
    for relation in catalog.build_order():
        if relation.kind == "rollup":
            found[f"sql/refresh/{relation.name}.sql"] = _refresh_text(catalog, relation)
    return {path: (text.rstrip() + "\n").encode() for path, text in found.items()}


def role_settings(config: Config, role: str, *, limits_files: bool) -> list[str]:
    """Statements that set the limits of a reader role; ``limits_files`` adds the one that needs a superuser."""
    name = quote_name(role)
    settings = READER_SETTINGS | ({"temp_file_limit": FILE_LIMIT} if limits_files else {})
    return [
        f"alter role {name} connection limit {reader_connections(config)}",
        *(f"alter role {name} set {setting} = {quote_text(value)}" for setting, value in settings.items()),
    ]


def reader_connections(config: Config) -> int:
    """The connection limit of a reader role: the connections of its data source, and some for `verify`."""
    most: int = config["datasources.max_open_connections"]
    return most + VERIFY_CONNECTIONS


def _names(columns: list[str]) -> str:
    return ", ".join(quote_name(column) for column in columns)


def _table(config: Config, relation: Relation) -> Piece:
    lines = [column_sql(name, column) for name, column in relation.columns.items()]
    lines.append(f"primary key ({_names(key_of(relation))})")
    body = ",\n  ".join(lines)
    create = f"create table {qualified(config, relation.name)} (\n  {body}\n)"
    kept = relation.kind == "table" or bool(relation.header.get("keep"))
    return Piece(relation.name, relation.kind, (create, *table_indexes(config, relation)), kept=kept)


def _view(catalog: Catalog, relation: Relation) -> Piece:
    config = catalog.config
    expanded = catalog.expanded(relation.text)
    target = qualified(config, relation.name)
    reads = frozenset(name for kind, name in expanded.uses if kind == "relation")
    body = expanded.text.strip().rstrip(";")
    if not is_materialized(relation):
        return Piece(relation.name, "view", (f"create view {target} as\n{body}",), reads)
    unique = f"create unique index on {target} ({_names(key_of(relation))})"  # REFRESH CONCURRENTLY needs it
    create = f"create materialized view {target} as\n{body}"
    return Piece(relation.name, "materialized", (create, unique, *table_indexes(config, relation)), reads)


def readers_of(catalog: Catalog, relation: Relation) -> list[str]:
    """The reader roles that may read a relation: those whose dashboards do, as far as it is meant for them."""
    meant = {"everyone": {"everyone", "admin"}, "admin": {"admin"}}.get(relation.header.get("audience", "none"), set())
    shown = meant & catalog.shown_to.get(relation.name, frozenset())
    shown = shown | ({"user"} if relation.header.get("own_rows") else set())
    return list(dict.fromkeys(role for audience, role in reader_roles(catalog.config).items() if audience in shown))


def _about(catalog: Catalog, relation: Relation) -> Piece:
    config = catalog.config
    target = qualified(config, relation.name)
    noun = ("materialized view" if is_materialized(relation) else "view") if relation.kind == "view" else "table"
    doc = catalog.prose(" ".join(str(relation.header.get("doc", "")).split()))
    grain = relation.header.get("grain")
    lines = [f"comment on {noun} {target} is {quote_text(doc + (f' Grain: {grain}.' if grain else ''))}"]
    docs = {name: catalog.prose(" ".join(str(of.get("doc", "")).split())) for name, of in relation.columns.items()}
    lines += [f"comment on column {target}.{quote_name(name)} is {quote_text(doc)}" for name, doc in docs.items()]
    everyone = [quote_name(role) for role in dict.fromkeys(reader_roles(config).values())]
    lines.append(f"revoke all on {target} from public, {', '.join(everyone)}")
    allowed = [quote_name(role) for role in readers_of(catalog, relation)]
    if allowed:
        lines.append(f"grant select on {target} to {', '.join(allowed)}")
    if relation.kind != "view" and is_tracked(relation):
        lines += _triggers(config, relation)
    policies, reads = _policies(catalog, relation)
    return Piece(relation.name, "about", (*lines, *policies), frozenset({relation.name, *reads}))


def _policies(catalog: Catalog, relation: Relation) -> tuple[list[str], set[str]]:
    """Row security of a table that a single user may read: their own rows; other readers still see all of them.

    Also the relations that it reads: a keyed hash is looked up where the user's own row has it.
    """
    config, column = catalog.config, relation.header.get("own_rows")
    single = config["roles.user_reader"]
    if not column or not single:
        return [], set()
    target, name = qualified(config, relation.name), quote_name(column)
    subject = "nullif(current_setting('gendash.subject', true), '')"
    hashes = [
        (one, kept["hash_of"])
        for one in catalog.relations.values()
        for key, kept in one.columns.items()
        if key == column and kept.get("hash_of") and one.header.get("own_rows") == kept["hash_of"]
    ]
    if hashes:
        home, of = hashes[0]
        subject = f"(select {name} from {qualified(config, home.name)} where {quote_name(of)} = {subject})"
    others = [quote_name(role) for role in readers_of(catalog, relation) if role != single]
    lines = [f"drop policy if exists {policy} on {target}" for policy in ("own_rows", "all_rows")]
    lines.append(f"create policy own_rows on {target} for select to {quote_name(single)} using ({name} = {subject})")
    if others:
        lines.append(f"create policy all_rows on {target} for select to {', '.join(others)} using (true)")
    lines.append(f"alter table {target} enable row level security")
    return lines, {home.name for home, _ in hashes[:1] if home.name != relation.name}


def _triggers(config: Config, relation: Relation) -> Iterator[str]:
    """Triggers that record the days on which a statement writes to a tracked table, so that no reader must compare."""
    target, function = qualified(config, relation.name), qualified(config, "note_days")
    arguments = f"{quote_text(relation.name)}, {quote_text(day_of(config, relation))}"
    if relation.header.get("together"):  # rows that are one thing above: where one changes, the others count as well
        arguments += f", {quote_text(_names(relation.header['together']))}"
    for event, tables in (("insert", "new"), ("update", "old new"), ("delete", "old"), ("truncate", "")):
        transition = " ".join(f"{name} table as {name}_rows" for name in tables.split())
        yield (
            f"create or replace trigger note_{event} after {event} on {target} "
            + (f"referencing {transition} " if tables else "")
            + f"for each statement execute function {function}({arguments})"
        )


def _about_schema(config: Config) -> Piece:
    schema, name = quote_name(config["schema"]), config["schema"]
    readers = ", ".join(quote_name(role) for role in dict.fromkeys(reader_roles(config).values()))
    docs = {
        "clock": "The time of all relations: now(), or the session setting gendash.now of who may set it.",
        "set_clock": "The session setting gendash.now of the owner, or with the owner's pass for it; else now().",
        "clock_pass": "What follows a time and # in gendash.now in a session of another role. For the owner only.",
        "user_hash": "HMAC-SHA-256 of a user id, as hexadecimal digits. For the owner only.",
    }
    lines = [f"comment on function {function_sql(config, one)} is {quote_text(doc)}" for one, doc in docs.items()]
    lines += [f"revoke all on function {function_sql(config, one)} from public" for one in FUNCTIONS]
    lines.append(f"grant usage on schema {schema} to {readers}")
    lines += [f"grant execute on function {function_sql(config, one)} to {readers}" for one in FOR_READERS]
    return Piece(name, "about", tuple(lines))


def function_sql(config: Config, name: str) -> str:
    """A function of the schema with the types of its arguments."""
    return f"{qualified(config, name)}({FUNCTIONS[name]})"


def _functions_clock(config: Config) -> Iterator[Piece]:
    """`clock` and what it needs: ``gendash.now`` moves every figure, and any session may set it.

    So it counts for those who may execute `clock_pass`, and for others only with what that returns for the same time.
    `clock` can be inlined and reads no table: its other branches are for sessions that have set the time.
    """
    own = "current_setting('gendash.now')"
    may_set = f"has_function_privilege({quote_text(function_sql(config, 'clock_pass'))}, 'execute')"
    bodies = {
        "clock_pass": "select encode(sha256(key || convert_to('clock ' || $1, 'UTF8')), 'hex') "
        f"from {qualified(config, '_secret')} where name = 'user_hash'",
        "set_clock": "select case when pg_has_role(session_user, current_user, 'member') "
        f"or split_part({own}, '#', 2) = {qualified(config, 'clock_pass')}(split_part({own}, '#', 1)) "
        f"then split_part({own}, '#', 1)::timestamptz else now() end",
        "clock": "select case when coalesce(current_setting('gendash.now', true), '') = '' then now() "
        f"when {may_set} then {own}::timestamptz else {qualified(config, 'set_clock')}() end",
    }
    for name, body in bodies.items():
        kind = "text" if name == "clock_pass" else "timestamptz"
        how = " security definer set search_path = pg_catalog, pg_temp" if name == "set_clock" else ""
        create = f"create or replace function {function_sql(config, name)} returns {kind}\n"
        create += f"language sql stable parallel safe{how} as {quote_text(body)}"
        yield Piece(name, "function", (create,))


def _function_user_hash(config: Config) -> Piece:
    # HMAC by hand (RFC 2104): the role may be unable to install the extension pgcrypto
    body = (
        "select encode(sha256(outer_pad || sha256(inner_pad || convert_to($1, 'UTF8'))), 'hex') "
        f"from {qualified(config, '_secret')} where name = 'user_hash'"
    )
    create = (
        f"create or replace function {qualified(config, 'user_hash')}(text) returns text\n"
        f"language sql stable strict as {quote_text(body)}"
    )
    return Piece("user_hash", "function", (create,))


def _function_note_days(config: Config) -> Piece:
    # a transaction has rows of its own, so that writers never wait for each other
    body = f"""
declare
  touched text := case tg_op when 'INSERT' then 'select * from new_rows' when 'DELETE' then 'select * from old_rows'
    when 'UPDATE' then 'select * from new_rows union all select * from old_rows' end;
  days text := format('select %s as day from (%s) as touched', tg_argv[1], touched);
begin
  if touched is null then
    days := 'select null::date as day';
  elsif tg_nargs > 2 then
    days := format('%s union select %s from %I.%I where (%s) in (select %s from (%s) as touched)',
      days, tg_argv[1], tg_table_schema, tg_table_name, tg_argv[2], tg_argv[2], touched);
  end if;
  execute format('insert into {qualified(config, "_changed")} (relation, day, transaction)
    select distinct %L, coalesce(day, ''-infinity''), pg_current_xact_id() from (%s) as days on conflict do nothing',
    tg_argv[0], days);
  return null;
end
"""
    create = (
        f"create or replace function {qualified(config, 'note_days')}() returns trigger\n"
        f"language plpgsql as {quote_text(body)}"
    )
    return Piece("note_days", "function", (create,))


def _refresh_text(catalog: Catalog, relation: Relation) -> str:
    doc = catalog.prose(" ".join(str(relation.header.get("doc", "")).split()))
    return f"-- {relation.name}: {doc}\n\n{query_of(catalog, relation)};\n"

"""Drops what `db migrate` created: relations, schema, roles and privileges, in one transaction, and nothing else.

What gendash created is recorded in ``_object`` and, for schema and roles, marked in their comments. A foreign object
in the schema, or one that depends on it, stops everything; a role used elsewhere is kept, with the SQL to drop it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import psycopg

from gendash.engine.clients.postgres import Connection, connect, local_settings, store, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import qualified, reader_roles
from gendash.engine.errors import Refused
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Problem
from gendash.engine.render.schema_sql import FUNCTIONS, MARK, SCHEMA_MARK, function_sql
from gendash.engine.store.admin import admin_connection, expected_owner
from gendash.engine.store.lease import lock_installation

_RELATIONS = ("table", "rollup", "view", "materialized")
_DROP = {"r": "table", "v": "view", "m": "materialized view"}
# All objects in the schema; indexes, constraints, row types and the like are dropped with what they belong to
_WITHIN = """
select d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) from pg_depend d
where d.refclassid = 'pg_namespace'::regclass and d.refobjid = %s and d.deptype = 'n' order by 3
"""
_DEPENDENTS = """
with ours (class, id) as (
  select 'pg_class'::regclass::oid, unnest(%(relations)s::oid[])
  union all select 'pg_proc'::regclass::oid, unnest(%(functions)s::oid[])
  union all select 'pg_type'::regclass::oid, reltype from pg_class where oid = any(%(relations)s::oid[])
),
above as (
  select distinct
    case when coalesce(w.oid, c.oid, a.oid, t.oid) is null then d.classid else 'pg_class'::regclass::oid end as class,
    coalesce(w.ev_class, nullif(c.conrelid, 0), a.adrelid, t.tgrelid, d.objid) as id
  from ours join pg_depend d on d.refclassid = class and d.refobjid = id and d.deptype = 'n'
  left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
  left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid
  left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
  left join pg_trigger t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
)
select pg_describe_object(class, id, 0) from above where (class, id) not in (select class, id from ours) order by 1
"""
# What else a role owns, the other databases in which it owns anything or has a privilege, and the schemas of other
# installations in this database that it may use
_USED = """
select case when d.dbid not in (0, (select oid from pg_database where datname = current_database()))
    then 'database ' || quote_ident((select datname from pg_database where oid = d.dbid))
  else pg_describe_object(d.classid, d.objid, d.objsubid) end
from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = %s
and (d.dbid not in (0, (select oid from pg_database where datname = current_database()))
  or (d.deptype = 'o' and not (d.classid = 'pg_namespace'::regclass and d.objid = %s)
    and not (d.classid, d.objid) in (select * from unnest(%s::oid[], %s::oid[])))
  or (d.deptype = 'a' and d.classid = 'pg_namespace'::regclass and exists (
    select from pg_class c where c.relnamespace = d.objid and c.relname = '_object'
    and not ('pg_class'::regclass::oid, c.oid) in (select * from unnest(%s::oid[], %s::oid[])))))
group by 1 order by 1
"""
_NAMED = 4  # objects that a reason names


@dataclass(frozen=True)
class StoreRemoval:
    """The objects that an uninstall drops, as lines and as SQL, and those that it keeps, with the reason."""

    goes: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    stays: list[Problem] = field(default_factory=list)


def find_in_store(config: Config) -> StoreRemoval:
    """The objects that `remove_from_store` would drop. Raises Refused over a foreign object or a running refresh."""
    with _acting(config) as connection:
        leaving = _find_removal(connection, config)
        raise psycopg.Rollback
    return leaving


def remove_from_store(config: Config) -> StoreRemoval:
    """Drops everything in one transaction, so that a killed run drops nothing; a second run finds nothing to drop."""
    with _acting(config) as connection:
        leaving = _find_removal(connection, config)
        for statement in leaving.statements:
            connection.execute(trusted(statement))
    return leaving


@contextmanager
def _acting(config: Config) -> Iterator[Connection]:
    """A transaction as the admin if one is set, since only it may drop roles; else as the store's owner."""
    place = store(config)
    with (
        admin_connection(config, place) if config["admin_database_url"] else connect(place) as connection,
        connection.transaction(),
    ):
        settings = {"lock_timeout": "20s", "statement_timeout": "0", "client_min_messages": "warning"}
        local_settings(connection, settings)
        lent = connection.execute(
            "select pg_get_userbyid(nspowner) from pg_namespace "
            "where nspname = %s and not pg_has_role(nspowner, 'usage')",
            [config["schema"]],
        ).fetchone()
        if lent:  # an admin that is no superuser must be a member of the schema's owner
            connection.execute(trusted(f"grant {quote_name(lent[0])} to current_user"))
        lock_installation(connection, config)
        yield connection
        if lent and _existing(connection, lent):
            connection.execute(trusted(f"revoke {quote_name(lent[0])} from current_user"))


def _find_removal(connection: Connection, config: Config) -> StoreRemoval:
    found = connection.execute(
        "select oid, coalesce(obj_description(oid, 'pg_namespace'), '') = %s, pg_get_userbyid(nspowner) "
        "from pg_namespace where nspname = %s",
        [SCHEMA_MARK, config["schema"]],
    ).fetchone()
    leaving = StoreRemoval()
    ours: list[tuple[int, int]] = []
    schema_oid, owner = 0, expected_owner(config, store(config))
    if found:
        schema_oid, marked, owner = found
        ours = _schema(connection, config, leaving, schema_oid, marked)
    for role in dict.fromkeys([*reader_roles(config).values(), owner]):
        _role(connection, leaving, role, schema_oid if found and found[1] else 0, ours)
    return leaving


def _schema(
    connection: Connection, config: Config, leaving: StoreRemoval, oid: int, marked: bool
) -> list[tuple[int, int]]:
    """Adds the schema and our objects in it to ``leaving``; returns these objects as (class, oid)."""
    schema, name = quote_name(config["schema"]), config["schema"]
    records = _records(connection, config)
    relations = connection.execute(
        "select c.oid, relname, relkind from pg_class c where relnamespace = %s and relname = any(%s) "
        "and relkind in ('r', 'v', 'm') order by c.oid desc",
        [oid, [name for name, kind, _ in records if kind in _RELATIONS]],
    ).fetchall()
    signatures = [function_sql(config, name) for name, kind, _ in records if kind == "function" and name in FUNCTIONS]
    functions = connection.execute(
        "select to_regprocedure(s)::oid, s from unnest(%s::text[]) s where to_regprocedure(s) is not null", [signatures]
    ).fetchall()
    ids = {"relations": [row[0] for row in relations], "functions": [row[0] for row in functions]}
    classes = connection.execute("select 'pg_class'::regclass::oid, 'pg_proc'::regclass::oid").fetchone()
    assert classes
    ours = [(classes[0], one) for one in ids["relations"]] + [(classes[1], one) for one in ids["functions"]]
    within = connection.execute(_WITHIN, [oid]).fetchall()
    foreign = [name_of for kind, one, name_of in within if (kind, one) not in ours]
    dependents = [name_of for (name_of,) in connection.execute(_DEPENDENTS, ids)]
    if records:
        _refuse(connection, config, foreign, dependents)
    elif not (marked and not foreign):
        return []
    for kind, noun in _DROP.items():
        names = [name for _, name, relkind in relations if relkind == kind]
        if names:
            leaving.goes.append(f"drop {len(names)} {noun}{'s' * (len(names) > 1)}: {', '.join(sorted(names))}")
    leaving.statements.extend(f"drop {_DROP[kind]} {qualified(config, name)}" for _, name, kind in relations)
    for _, signature in functions:
        leaving.goes.append(f"drop function {signature}")
        leaving.statements.append(f"drop function {signature}")
    for role, kind, rights in records:
        if kind == "grant" and _existing(connection, [role]):
            database = quote_name(connection.info.dbname)
            leaving.goes.append(f"revoke {rights} on database {database} from {role}")
            leaving.statements.append(f"revoke {rights} on database {database} from {quote_name(role)}")
    if marked:
        leaving.goes.append(f"drop schema {name}")
        leaving.statements.append(f"drop schema {schema}")
        return ours
    readers = _existing(connection, dict.fromkeys(reader_roles(config).values()))
    leaving.goes.append(f"keep schema {name}, which existed before, and revoke rights of {', '.join(readers)}")
    leaving.statements.extend(f"revoke all on schema {schema} from {quote_name(role)}" for role in readers)
    return ours


def _existing(connection: Connection, roles: Iterable[str]) -> list[str]:
    rows = connection.execute("select rolname from pg_roles where rolname = any(%s) order by 1", [list(roles)])
    return [name for (name,) in rows]


def _records(connection: Connection, config: Config) -> list[Any]:
    there = connection.execute("select to_regclass(%s) is not null", [qualified(config, "_object")]).fetchone()
    if not there or not there[0]:
        return []
    rows = connection.execute(trusted(f"select name, kind, hash from {qualified(config, '_object')} order by 2, 1"))
    return rows.fetchall()


def _refuse(connection: Connection, config: Config, foreign: Sequence[str], dependents: Sequence[str]) -> None:
    where = f"schema {config['schema']}"
    problems = [Problem(where, f"contains {one}, which gendash did not create", "move it away") for one in foreign]
    problems += [Problem(where, f"{one} depends on it", "drop or change that first") for one in dependents]
    holders = connection.execute(
        trusted(f"select name, owner, until from {qualified(config, '_lease')} where until > now()")
    ).fetchall()
    for name, owner, until in holders:
        what = f"{name} is running in {owner.rsplit(':', 1)[0]}"
        end = f"stop it, or wait: its lease expires at {until.astimezone(UTC):%H:%M:%S} UTC"
        problems.append(Problem(where, what, end))
    if problems:
        raise Refused(problems)


def _role(
    connection: Connection, leaving: StoreRemoval, role: str, schema: int, ours: Sequence[tuple[int, int]]
) -> None:
    """Adds a role that gendash created: dropped with its privileges unless used elsewhere or we may not drop it."""
    row = connection.execute(
        "select oid, rolname = current_user, (select rolsuper from pg_roles where rolname = current_user), "
        "(select rolcreaterole and (current_setting('server_version_num')::int < 160000 "
        "or pg_has_role(r.oid, 'member with admin option')) from pg_roles where rolname = current_user) "
        "from pg_roles r where rolname = %s and shobj_description(oid, 'pg_authid') = %s",
        [role, MARK],
    ).fetchone()
    if not row:
        return
    oid, is_me, is_super, may = row
    name = quote_name(role)
    classes, objects = [kind for kind, _ in ours], [one for _, one in ours]
    values = [oid, schema, classes, objects, classes, objects]
    used = [name_of for (name_of,) in connection.execute(_USED, values)]
    if used:
        more = f" and {len(used) - _NAMED} more" if len(used) > _NAMED else ""
        what = f"is used elsewhere: {', '.join(used[:_NAMED])}{more}"
        leaving.stays.append(
            Problem(f"role {role}", what, f"when it no longer is: drop owned by {name}; drop role {name}")
        )
    elif is_me or not (is_super or may):
        sql = f"drop owned by {name}; drop role {name};"
        what = "is kept, since the connected role may not drop it"
        todo = f"set GENDASH_ADMIN_DATABASE_URL, or ask a superuser to run: {sql}"
        leaving.stays.append(Problem(f"role {role}", what, todo))
    else:
        leaving.goes.append(f"drop role {role} with its rights")
        lend = [] if is_super else [f"grant {name} to current_user"]
        leaving.statements.extend([*lend, f"drop owned by {name}", f"drop role {name}"])

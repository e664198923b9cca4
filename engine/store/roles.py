"""Roles, schema and privileges that `migrate` creates first, and notes on privileges that PUBLIC has.

Readers that gendash created have a mark in their comment and are kept as configured; any other existing role is used
unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gendash.engine.clients.postgres import Connection, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_roles
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.render.schema_sql import (
    FILE_LIMIT,
    MARK,
    READER_SETTINGS,
    SCHEMA_MARK,
    reader_connections,
    role_settings,
)

PASSWORDS = {"everyone": "reader_password", "admin": "admin_reader_password", "user": "user_reader_password"}
_LIMIT = "connection limit"
_LARGE_OBJECTS = "'lo_creat(int)', 'lo_create(oid)', 'lo_from_bytea(oid, bytea)'"
_UNLINKED = 1000
# By role: its large objects, up to five other objects that it owns here, and whether we may drop them
_OWNED = """
select rolname, count(*) filter (where d.classid = 'pg_largeobject'::regclass),
  (array_agg(pg_describe_object(d.classid, d.objid, 0)) filter (where d.classid <> 'pg_largeobject'::regclass))[:5],
  (select m.rolsuper or pg_has_role(r.oid, 'usage') from pg_roles m where m.rolname = current_user)
from pg_shdepend d join pg_roles r on d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
where rolname = any(%s) and d.dbid = (select oid from pg_database where datname = current_database())
group by rolname, r.oid
"""

Record = tuple[str, str, str | None]


@dataclass(frozen=True)
class Step:
    """One migration step: its description, its statements, and (name, kind, hash) to record; a hash of None deletes."""

    what: str
    statements: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


class Reader(NamedTuple):
    """An existing reader role: whether it may log in, its limits, whether gendash created it and may alter it.

    ``settings`` (``name=value``) are those of its sessions in every database; in ``elsewhere`` it has some of its own.
    """

    login: bool = False
    connections: int = -1
    settings: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    ours: bool = True
    may_alter: bool = True


@dataclass(frozen=True)
class Surroundings:
    """The roles and the database around the schema, and what the current role may change."""

    owner: str
    owner_exists: bool
    database: str
    schema_exists: bool
    roles: Mapping[str, Reader]
    may_make_roles: bool
    may_make_schema: bool
    acts_for_owner: bool
    owner_may_make_temporary: bool
    cannot_connect: tuple[str, ...]
    public: frozenset[str]
    may_limit_files: bool = False
    large_objects: Mapping[str, int] = field(default_factory=dict)
    owned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    may_drop_of: frozenset[str] = frozenset()


_READERS = f"""
select rolname, rolcanlogin, rolconnlimit, coalesce(rolconfig, '{{}}'),
  array(select datname::text from pg_db_role_setting join pg_database d on d.oid = setdatabase
        where setrole = r.oid order by 1),
  coalesce(shobj_description(oid, 'pg_authid'), '') = {quote_text(MARK)},
  (select rolsuper or (rolcreaterole and (current_setting('server_version_num')::int < 160000
    or pg_has_role(r.oid, 'member with admin option'))) from pg_roles where rolname = current_user)
from pg_roles r where rolname = any(%s)"""
_SURROUNDINGS = """
select current_database(), exists (select from pg_namespace where nspname = %(schema)s),
  rolsuper or rolcreaterole, has_database_privilege(current_database(), 'create'),
  exists (select from pg_roles where rolname = %(owner)s),
  case when rolsuper or %(owner)s = current_user then true else exists (select from pg_roles o
    where o.rolname = %(owner)s and pg_has_role(o.oid, case when current_setting('server_version_num')::int < 160000
      then 'member' else 'set' end)) end,
  coalesce((select has_database_privilege(o.oid, current_database(), 'temporary')
    from pg_roles o where o.rolname = %(owner)s), false)
from pg_roles where rolname = current_user"""
_CANNOT_CONNECT = """
select name from unnest(%s::text[]) as name where not has_database_privilege(name, current_database(), 'connect')"""
_PUBLIC = f"""
select lower(privilege_type) from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
where datname = current_database() and grantee = 0
union all
select 'create' from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
where nspname = 'public' and grantee = 0 and privilege_type = 'CREATE'
union all
select 'large objects' from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner)))
where p.oid = any(array[{_LARGE_OBJECTS}]::regprocedure[]) and grantee = 0"""


def observe_roles(connection: Connection, config: Config, owner: str) -> Surroundings:
    """The surroundings as ``connection`` sees them; ``owner`` is the role that migrates and refreshes."""
    names = list(dict.fromkeys(reader_roles(config).values()))
    roles = connection.execute(trusted(_READERS), [names]).fetchall()
    row = connection.execute(_SURROUNDINGS, {"schema": config["schema"], "owner": owner}).fetchone()
    assert row
    database, schema_exists, may_roles, may_schema, owner_exists, acts, temporary = row
    existing = [name for name, *_ in roles]
    lacking = connection.execute(_CANNOT_CONNECT, [existing]).fetchall()
    public = frozenset(name for (name,) in connection.execute(trusted(_PUBLIC)).fetchall())
    new = () if "connect" in public else tuple(name for name in names if name not in existing)
    objects = connection.execute(_OWNED, [names]).fetchall()
    return Surroundings(
        owner=owner,
        owner_exists=owner_exists,
        database=database,
        schema_exists=schema_exists,
        roles={
            name: Reader(login, limit, tuple(settings), tuple(elsewhere), *rest)
            for name, login, limit, settings, elsewhere, *rest in roles
        },
        may_make_roles=may_roles,
        may_make_schema=may_schema,
        acts_for_owner=acts,
        owner_may_make_temporary=temporary,
        cannot_connect=tuple(name for (name,) in lacking) + new,
        public=public,
        may_limit_files=_may_limit_files(connection),
        large_objects={name: large for name, large, *_ in objects if large},
        may_drop_of=frozenset(name for name, *_, may in objects if may),
        owned={name: tuple(others) for name, _, others, _ in objects if others},
    )


def _may_limit_files(connection: Connection) -> bool:
    by_grant = (
        "has_parameter_privilege('temp_file_limit', 'set')" if connection.info.server_version >= 150000 else "false"
    )
    query = trusted(f"select rolsuper or {by_grant} from pg_roles where rolname = current_user")
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def owner_steps(seen: Surroundings) -> list[Step]:
    """The steps that create the owner and allow it to connect; none if it exists."""
    if seen.owner_exists:
        return []
    owner, database = quote_name(seen.owner), quote_name(seen.database)
    connect = f"grant connect, temporary on database {database} to {owner}"  # a refresh compares in temporary tables
    return [Step(f"create role {seen.owner}", (f"create role {owner} login", _marked(owner), connect))]


def owner_removal(seen: Surroundings) -> list[str]:
    """The statements that undo `owner_steps`."""
    owner, database = quote_name(seen.owner), quote_name(seen.database)
    return [f"revoke connect, temporary on database {database} from {owner}", f"drop role {owner}"]


def preparations(seen: Surroundings, config: Config) -> list[Step]:
    """The steps that create readers and schema, and grant privileges on the database to them and to the owner."""
    owner, schema, database = quote_name(seen.owner), quote_name(config["schema"]), quote_name(seen.database)
    steps: list[Step] = []
    for role in dict.fromkeys(reader_roles(config).values()):
        steps += _reader_steps(seen, config, role)
    if not seen.schema_exists:
        statements = [f"create schema {schema} authorization {owner}"]
        statements.append(f"comment on schema {schema} is {quote_text(SCHEMA_MARK)}")
        if not seen.acts_for_owner:  # only a member of a role may create a schema for it: granted, then revoked
            statements = [f"grant {owner} to current_user", *statements, f"revoke {owner} from current_user"]
        steps.append(Step(f"create schema {config['schema']}", tuple(statements)))
    if seen.owner_exists and not seen.owner_may_make_temporary:  # a refresh compares through temporary tables
        what = f"grant temporary tables to {seen.owner}"
        steps.append(_grant(what, "connect, temporary", database, seen.owner, foreign=True))
    for role in seen.cannot_connect:
        foreign = role in seen.roles and not seen.roles[role].ours
        steps.append(_grant(f"let {role} connect", "connect", database, role, foreign=foreign))
    return steps


def _marked(role: str) -> str:
    return f"comment on role {role} is {quote_text(MARK)}"


def _grant(what: str, rights: str, database: str, role: str, *, foreign: bool) -> Step:
    """A grant on the database; recorded for a role that gendash did not create, so that uninstall can revoke it."""
    records: tuple[Record, ...] = ((role, "grant", rights),) if foreign else ()
    return Step(what, (f"grant {rights} on database {database} to {quote_name(role)}",), records)


def _reader_steps(seen: Surroundings, config: Config, role: str) -> list[Step]:
    name = quote_name(role)
    if role not in seen.roles:
        create = (f"create role {name} nologin", *role_settings(config, role, limits_files=seen.may_limit_files))
        return [Step(f"create role {role}", (*create, _marked(name)))]
    there, steps = seen.roles[role], []
    if not (there.ours and there.may_alter and config["roles.create"]):
        return []
    if role in seen.large_objects and role in seen.may_drop_of:
        what = f"delete {seen.large_objects[role]} large objects of role {role}"
        steps.append(Step(what, (_unlink(role),)))
    differs = reader_differences(seen, config, role)
    if differs:
        reset = [f"alter role {name} reset all"]
        reset += [f"alter role {name} in database {quote_name(one)} reset all" for one in there.elsewhere]
        limits = role_settings(config, role, limits_files=seen.may_limit_files)
        found = [one for one in differs if one != _LIMIT]
        what = f"set limits of role {role}" + (f", which differed in {', '.join(found)}" if found else "")
        steps.append(Step(what, (*reset, *limits)))
    return steps


def reader_differences(seen: Surroundings, config: Config, role: str) -> list[str]:
    """The names of settings in which an existing reader role differs from what gendash sets; any session of it can."""
    there = seen.roles[role]
    held = dict(one.partition("=")[::2] for one in there.settings)
    wanted = dict(READER_SETTINGS)
    limit = {"temp_file_limit": FILE_LIMIT} if seen.may_limit_files else {}
    if not limit:
        held.pop("temp_file_limit", None)
    wanted |= limit
    found = [name for name in sorted(wanted.keys() | held) if wanted.get(name) != held.get(name)]
    found += [f"settings in database {one}" for one in there.elsewhere]
    return found + ([_LIMIT] if there.connections != reader_connections(config) else [])


def _unlink(role: str) -> str:
    """SQL that deletes large objects of a role, so many at a time: each takes a lock until the transaction ends."""
    return (
        "select lo_unlink(m.oid) from pg_largeobject_metadata m join pg_roles r on r.oid = lomowner "
        f"where rolname = {quote_text(role)} limit {_UNLINKED}"
    )


def sets_passwords(config: Config) -> bool:
    """True if `migrate` is to set passwords."""
    return bool(config["roles.create"] and config["roles.passwords"] != "none")


def role_notes(seen: Surroundings, config: Config) -> list[str]:
    """Notes on roles and PUBLIC that the user may act on; gendash changes none of it."""
    found = []
    for audience, role in reader_roles(config).items():
        there = seen.roles.get(role, Reader())
        if not there.login and not sets_passwords(config):
            found.append(f"role {role} cannot log in; those who manage the roles must allow it (LOGIN) with a password")
        elif not config[PASSWORDS[audience]] and not there.login:
            variable = f"GENDASH_{PASSWORDS[audience].upper()}"
            found.append(f"role {role} cannot log in, since it has no password; set {variable} and migrate again")
        elif not there.login:
            found.append(
                f"role {role} cannot log in; ask a superuser to run: alter role {quote_name(role)} login password '…'"
            )
        if config["roles.create"] and role in seen.roles and not there.ours and reader_differences(seen, config, role):
            sql = "; ".join(role_settings(config, role, limits_files=False))
            found.append(f"role {role} existed before and is used unchanged; to set the limits of gendash: {sql}")
        limits = config["roles.create"] and role in seen.roles
        if limits and not any(one.startswith("temp_file_limit=") for one in there.settings):
            sql = f"alter role {quote_name(role)} set temp_file_limit = {quote_text(FILE_LIMIT)}"
            found.append(f"role {role} may fill the disk with temporary files; ask a superuser to run: {sql}")
        if role in seen.owned:
            what = f"role {role} owns {', '.join(seen.owned[role])}, which gendash did not make"
            found.append(f"{what}; to drop it: drop owned by {quote_name(role)}, then migrate again")
    database = quote_name(seen.database)
    if "temporary" in seen.public:
        sql = f"revoke temporary on database {database} from public"
        found.append(f"every role may create temporary tables in {seen.database}; if nobody needs that: {sql}")
    if "create" in seen.public:
        found.append(
            "every role may create in schema public; if nobody needs that: revoke create on schema public from public"
        )
    if "large objects" in seen.public:
        sql = f"revoke execute on function {_LARGE_OBJECTS.replace(chr(39), '')} from public"
        found.append(f"every role may create large objects in {seen.database}; if nobody needs that: {sql}")
    return found

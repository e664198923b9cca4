"""Roles, schema and privileges that `migrate` creates first, and notes on privileges that PUBLIC has.

Readers that gendash created have a mark in their comment and are kept as configured; any other existing role is used
unchanged.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gendash.engine.clients.postgres import Connection, translate
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_roles
from gendash.engine.errors import Denied
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Problem
from gendash.engine.render.schema_sql import MARK, READER_TIMEOUT, SCHEMA_MARK, reader_connections, role_settings

_PASSWORDS = {"everyone": "reader_password", "admin": "admin_reader_password"}


Record = tuple[str, str, str | None]


@dataclass(frozen=True)
class Step:
    """One migration step: its description, its statements, and (name, kind, hash) to record; a hash of None deletes."""

    what: str
    statements: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


class Reader(NamedTuple):
    """An existing reader role: whether it may log in, its limits, whether gendash created it and may alter it."""

    login: bool = False
    connections: int = -1
    settings: tuple[str, ...] = ()
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


def observe_roles(connection: Connection, config: Config, owner: str) -> Surroundings:
    """The surroundings as ``connection`` sees them; ``owner`` is the role that migrates and refreshes."""
    names = list(dict.fromkeys(reader_roles(config).values()))
    roles = connection.execute(
        "select rolname, rolcanlogin, rolconnlimit, coalesce(rolconfig, '{}'), "
        "coalesce(shobj_description(oid, 'pg_authid'), '') = %s, "
        "(select rolsuper or (rolcreaterole and (current_setting('server_version_num')::int < 160000 "
        "or pg_has_role(r.oid, 'member with admin option'))) from pg_roles where rolname = current_user) "
        "from pg_roles r where rolname = any(%s)",
        [MARK, names],
    ).fetchall()
    row = connection.execute(
        "select current_database(), exists (select from pg_namespace where nspname = %s), "
        "rolsuper or rolcreaterole, has_database_privilege(current_database(), 'create'), "
        "exists (select from pg_roles where rolname = %s) from pg_roles where rolname = current_user",
        [config["schema"], owner],
    ).fetchone()
    assert row
    database, schema_exists, may_roles, may_schema, owner_exists = row
    acts = connection.execute(
        "select case when rolsuper then true when %s = current_user then true else exists (select from pg_roles o "
        "where o.rolname = %s and pg_has_role(o.oid, case when current_setting('server_version_num')::int < 160000 "
        "then 'member' else 'set' end)) end from pg_roles where rolname = current_user",
        [owner, owner],
    ).fetchone()
    existing = [name for name, *_ in roles]
    new = tuple(name for name in names if name not in existing)
    lacking = connection.execute(
        "select name from unnest(%s::text[]) as name "
        "where not has_database_privilege(name, current_database(), 'connect')",
        [existing],
    ).fetchall()
    temporary = (
        connection.execute(
            "select has_database_privilege(%s::name, current_database(), 'temporary')", [owner]
        ).fetchone()
        if owner_exists
        else None
    )
    public = connection.execute(
        "select lower(privilege_type) from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) "
        "where datname = current_database() and grantee = 0 union all "
        "select 'create' from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) "
        "where nspname = 'public' and grantee = 0 and privilege_type = 'CREATE'"
    ).fetchall()
    return Surroundings(
        owner=owner,
        owner_exists=owner_exists,
        database=database,
        schema_exists=schema_exists,
        roles={name: Reader(login, limit, tuple(settings), *rest) for name, login, limit, settings, *rest in roles},
        may_make_roles=may_roles,
        may_make_schema=may_schema,
        acts_for_owner=bool(acts and acts[0]),
        owner_may_make_temporary=bool(temporary and temporary[0]),
        cannot_connect=tuple(name for (name,) in lacking) + (() if ("connect",) in public else new),
        public=frozenset(name for (name,) in public),
    )


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
        create = (f"create role {name} nologin", *role_settings(config, role))
        return [Step(f"create role {role}", (*create, _marked(name)))]
    there = seen.roles[role]
    wanted = {"default_transaction_read_only=on", f"statement_timeout={READER_TIMEOUT}"}
    differs = there.connections != reader_connections(config) or not wanted <= set(there.settings)
    if there.ours and there.may_alter and differs and config["roles.create"]:
        return [Step(f"set limits of role {role}", tuple(role_settings(config, role)))]
    return []


def password_steps(
    connection: Connection, seen: Surroundings, config: Config, recorded: Mapping[tuple[str, str], str]
) -> list[Step]:
    """Passwords of readers that are set and differ from those recorded, as ``roles.passwords`` says."""
    steps: list[Step] = []
    if not sets_passwords(config):
        return steps
    for audience, role in reader_roles(config).items():
        password = config[_PASSWORDS[audience]]
        known = recorded.get((role, "role"), "")
        there = seen.roles.get(role, Reader(may_alter=False))
        if password and there.may_alter and not (there.login and _is_fingerprint(known, password)):
            statement = password_sql(connection, config, role, password)
            steps.append(Step(f"set password of {role}", (statement,), ((role, "role", fingerprint(password)),)))
    return steps


def sets_passwords(config: Config) -> bool:
    """True if `migrate` is to set passwords."""
    return bool(config["roles.create"] and config["roles.passwords"] != "none")


def password_sql(connection: Connection, config: Config, role: str, password: str) -> str:
    """The statement that sets a password. A SCRAM verifier is computed here, so that no log contains the password."""
    if config["roles.passwords"] == "verifier":
        pgconn = connection.pgconn
        password = pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    return f"alter role {quote_name(role)} login password {quote_text(password)}"


def password_refused(role: str, error: Exception) -> Denied:
    """The error for a password that the server did not accept; never the statement, which holds it."""
    (problem,) = translate(error, f"role {role}").problems
    todo = (
        "set roles.passwords to plain if the server takes passwords in plain text only, or to none and set it where"
        " the server's passwords are managed"
    )
    return Denied(Problem(f"role {role}", f"its password could not be set: {problem.what}", todo))


def fingerprint(password: str, salt: str = "") -> str:
    """A salted, slow hash, by which `migrate` detects a changed password."""
    salt = salt or secrets.token_hex(16)
    return f"{salt}${hashlib.pbkdf2_hmac('sha256', password.encode(), salt.encode(), 20_000).hex()}"


def _is_fingerprint(known: str, password: str) -> bool:
    return bool(known) and hmac.compare_digest(known, fingerprint(password, known.split("$")[0]))


def role_notes(seen: Surroundings, config: Config) -> list[str]:
    """Notes on roles and PUBLIC that the user may act on; gendash changes none of it."""
    found = []
    for audience, role in reader_roles(config).items():
        there = seen.roles.get(role, Reader())
        if not there.login and not sets_passwords(config):
            found.append(f"role {role} cannot log in; those who manage the roles must allow it (LOGIN) with a password")
        elif not config[_PASSWORDS[audience]] and not there.login:
            variable = f"GENDASH_{_PASSWORDS[audience].upper()}"
            found.append(f"role {role} cannot log in, since it has no password; set {variable} and migrate again")
        elif not there.login:
            found.append(
                f"role {role} cannot log in; ask a superuser to run: alter role {quote_name(role)} login password '…'"
            )
        if config["roles.create"] and not there.ours and f"statement_timeout={READER_TIMEOUT}" not in there.settings:
            sql = "; ".join(role_settings(config, role))
            found.append(f"role {role} existed before and is used unchanged; to set the limits of gendash: {sql}")
    database = quote_name(seen.database)
    if "temporary" in seen.public:
        sql = f"revoke temporary on database {database} from public"
        found.append(f"every role may create temporary tables in {seen.database}; if nobody needs that: {sql}")
    if "create" in seen.public:
        found.append(
            "every role may create in schema public; if nobody needs that: revoke create on schema public from public"
        )
    return found

"""`gendash db migrate`: changes gendash's schema to match the definitions, in one transaction.

Each object that it creates is recorded in ``_object`` with a hash of its definition: unchanged objects are not touched,
and only recorded objects are dropped. A reader sees the old relations or the new ones, never none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import NamedTuple, TypeVar

import psycopg
from psycopg import errors

from gendash.engine.clients.postgres import Connection, Place, connect, local_settings, store, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import Refused, TargetError
from gendash.engine.model import Problem
from gendash.engine.render.schema_sql import Piece, pieces
from gendash.engine.store import passwords, roles
from gendash.engine.store.admin import admin_connection, check_same_database, current_role, expected_owner
from gendash.engine.store.lease import lock_installation
from gendash.engine.store.lock_holders import end_long_readers, lock_holders
from gendash.engine.store.privileges import Held, held_privileges, privilege_steps
from gendash.engine.store.roles import Record, Step
from gendash.engine.store.schema_changes import ObservedSchema, schema_steps
from gendash.engine.store.unfilled_views import execute_step


# Of two first migrations at the same time one waits for the other's roles and tables, and begins again with them.
class _Raced(Exception):
    """Another migration has made the schema since this one began."""


RACES = (
    _Raced,
    errors.UniqueViolation,
    errors.DuplicateObject,
    errors.DuplicateSchema,
    errors.DuplicateTable,
    errors.InternalError_,  # tuple concurrently updated
)
RACES_MOST = 5
T = TypeVar("T")
# A reader of two relations and a migration can deadlock. The migration must give up first: before deadlock_timeout
# (1 s), after which PostgreSQL cancels one of the two. Only the last attempt waits longer.
SHORT, ATTEMPTS, PAUSE_S, LONG = "300ms", 40, 0.2, "20s"


class Migrated(NamedTuple):
    """The steps that were carried out (or would be), described in ``done``, and notes for the user.

    ``problems`` are passwords that the server did not accept; everything else is done.
    """

    done: list[str]
    notes: list[str]
    steps: list[Step] = []  # noqa: RUF012  never changed
    problems: Sequence[Problem] = ()


class Lacking(Refused):
    """Raised if the store's role may not create the roles or the schema; ``steps`` are all preparations."""

    def __init__(self, problem: Problem, steps: list[Step]) -> None:
        super().__init__(problem)
        self.steps = steps


def migrate(config: Config, catalog: Catalog, *, dry_run: bool = False) -> Migrated:
    """Changes the schema to match the definitions. Safe to repeat, to run concurrently and to kill at any point.

    Raises Refused with the SQL for a privileged user if it may not create roles or the schema, and if an object of
    somebody else has a name that gendash needs.
    """
    wanted = pieces(catalog)
    place = store(config)
    steps: list[Step] = []
    with ExitStack() as stack:
        admin = stack.enter_context(admin_connection(config, place)) if config["admin_database_url"] else None
        connection, steps = _owner_connection(stack, admin, config, place, dry_run)
        if connection:
            check_encoding(connection, place)
        if admin:
            if connection:
                check_same_database(admin, connection)
            owner = current_role(connection) if connection else expected_owner(config, place)
            steps += _persist(admin, config, place, partial(_prepare_as_admin, admin, config, owner, dry_run))
        if connection is None:  # a dry run, before the owner exists
            return _migrated([*steps, *schema_steps(catalog, wanted, ObservedSchema())], [])
        attempt = partial(_migrate, connection, admin, config, catalog, wanted, steps, dry_run)
        done = _persist(admin or connection, config, place, attempt)
        set_, problems = _set_passwords(connection, admin or connection, config, dry_run)
        notes = roles.role_notes(roles.observe_roles(connection, config, current_role(connection)), config)
    return _migrated([*steps, *done, *set_], notes, problems)


def _persist(connection: Connection, config: Config, place: Place, attempt: Callable[[str], T]) -> T:
    """The result of ``attempt`` with a limit for waits for locks, begun again after a wait or a race with another."""
    races = 0
    for lock_timeout in (*[SHORT] * ATTEMPTS, LONG):
        try:
            if lock_timeout == LONG:
                with suppress(errors.InsufficientPrivilege):
                    end_long_readers(connection, config)
            return attempt(lock_timeout)
        except errors.LockNotAvailable:
            if lock_timeout == LONG:
                held = ", ".join(lock_holders(connection, config)) or "another session"
                what = f"could not lock schema {config['schema']} within {LONG}: {held} holds a lock"
                do = "nothing was changed; run it again when that session has ended, or end it by pg_terminate_backend"
                raise Refused(Problem(place.where, what, do)) from None
            time.sleep(PAUSE_S)
        except RACES:
            races += 1
            if races > RACES_MOST or lock_timeout == LONG:
                raise
            time.sleep(PAUSE_S)
    raise AssertionError


def _prepare_as_admin(admin: Connection, config: Config, owner: str, dry_run: bool, lock_timeout: str) -> list[Step]:
    with admin.transaction():
        _begin(admin, lock_timeout)
        seen = roles.observe_roles(admin, config, owner)
        return _execute(admin, _created(roles.preparations(seen, config), config), dry_run)


def _owner_connection(
    stack: ExitStack, admin: Connection | None, config: Config, place: Place, dry_run: bool
) -> tuple[Connection | None, list[Step]]:
    """A connection as the owner, whom the admin creates first if necessary; None in a dry run before that.

    If the owner cannot connect after it was created, it is dropped again.
    """
    if not admin:
        return stack.enter_context(connect(place)), []
    try:
        return stack.enter_context(connect(place)), []
    except TargetError:
        seen, steps = _create_owner(admin, config, place, dry_run)
        if dry_run and steps:
            return None, steps
    try:
        return stack.enter_context(connect(place)), steps
    except TargetError:
        for statement in roles.owner_removal(seen) if steps else ():
            admin.execute(trusted(statement))
        raise


def _create_owner(
    admin: Connection, config: Config, place: Place, dry_run: bool
) -> tuple[roles.Surroundings, list[Step]]:
    """Creates the owner with the password of the URL, unless it exists or roles are not ours."""
    with admin.transaction():
        _begin(admin, LONG)
        seen = roles.observe_roles(admin, config, expected_owner(config, place))
        steps = _execute(admin, roles.owner_steps(seen) if config["roles.create"] else [], dry_run)
        if steps and place.password and roles.sets_passwords(config) and not dry_run:
            try:
                admin.execute(trusted(passwords.password_sql(admin, config, seen.owner, place.password)))
            except psycopg.Error as error:
                raise passwords.password_refused(seen.owner, error) from None
    return seen, steps


def _created(steps: list[Step], config: Config) -> list[Step]:
    """The steps. Raises Refused with their SQL if they create roles and ``roles.create`` forbids it."""
    beyond = [step for step in steps if step.what.startswith("create role ")] if not config["roles.create"] else []
    if beyond:
        sql = "".join(f"\n  {statement};" for step in beyond for statement in step.statements)
        what = f"roles.create is false, and somebody must {', '.join(step.what for step in beyond)}"
        raise Refused(Problem("db migrate", what, f"ask those who manage the roles to run:{sql}"))
    return steps


def _migrate(
    connection: Connection,
    admin: Connection | None,
    config: Config,
    catalog: Catalog,
    wanted: Sequence[Piece],
    prepared: Sequence[Step],
    dry_run: bool,
    lock_timeout: str,
) -> list[Step]:
    """The steps of the store's role, carried out in one transaction. Raises LockNotAvailable."""
    with connection.transaction():
        _begin(connection, LONG)
        alone = _wait_for_others(connection, config)
        local_settings(connection, {"lock_timeout": lock_timeout})
        steps = [] if admin else _prepare(connection, config, dry_run)
        observed = _observe(connection, config, catalog)
        if not alone and "_secret" in observed.relations:
            raise _Raced
        steps += _execute(connection, schema_steps(catalog, wanted, observed), dry_run)
        held = _current(held_privileges(connection, catalog), config, wanted, observed if dry_run else None)
        steps += _execute(connection, privilege_steps(catalog, held), dry_run)
        if not dry_run:
            _record(connection, config, [record for step in (*prepared, *steps) for record in step.records])
    return steps


def check_encoding(connection: Connection, place: Place) -> None:
    """Raises Refused for a store whose encoding cannot hold what panels and the platform have."""
    row = connection.execute("show server_encoding").fetchone()
    assert row
    if row[0] not in ("UTF8", "SQL_ASCII"):
        what = f"its encoding is {row[0]}, which holds neither all names of a platform nor the signs of panels"
        raise Refused(Problem(place.where, what, "keep the store in a database WITH ENCODING 'UTF8'"))


def _migrated(steps: list[Step], notes: list[str], problems: Sequence[Problem] = ()) -> Migrated:
    return Migrated([step.what for step in steps if step.what], notes, steps, problems)


def preview(config: Config, catalog: Catalog) -> tuple[list[Step], str]:
    """The steps that `migrate` would carry out, and the missing privileges (with the SQL), or an empty text."""
    try:
        return migrate(config, catalog, dry_run=True).steps, ""
    except Lacking as lacking:
        with connect(store(config), read_only=True) as connection, connection.transaction():
            observed = _observe(connection, config, catalog)
        return [*lacking.steps, *schema_steps(catalog, pieces(catalog), observed)], str(lacking)


def pending(config: Config, catalog: Catalog) -> list[str]:
    """The steps that `migrate` would carry out, described; empty if the schema matches the definitions."""
    return migrate(config, catalog, dry_run=True).done


def _begin(connection: Connection, lock_timeout: str) -> None:
    settings = {"lock_timeout": lock_timeout, "statement_timeout": "0", "client_min_messages": "warning"}
    local_settings(connection, settings)


def _wait_for_others(connection: Connection, config: Config) -> bool:
    """True if no other migration can run until the transaction ends: of a schema that exists."""
    try:
        return lock_installation(connection, config)
    except errors.LockNotAvailable:
        what = f"another migration of schema {config['schema']} is still running after {LONG}"
        raise Refused(Problem("db migrate", what, "wait until it ends, then run it again")) from None


def _current(held: list[Held], config: Config, wanted: Sequence[Piece], observed: ObservedSchema | None) -> list[Held]:
    """Of a dry run the privileges on objects that the run would not describe and grant again anyway."""
    if observed is None:
        return held
    same = {
        one.name for one in wanted if one.kind == "about" and observed.recorded.get((one.name, "about")) == one.hash
    }
    return [one for one in held if (one.name if one.kind == "table" else config["schema"]) in same]


def _prepare(connection: Connection, config: Config, dry_run: bool) -> list[Step]:
    """Creates roles and schema if the store's role may do so; else raises Lacking with the SQL."""
    seen = roles.observe_roles(connection, config, current_role(connection))
    steps = _created(roles.preparations(seen, config), config)
    beyond = [step for step in steps if not _may(seen, step)]
    if beyond:
        sql = "".join(f"\n  {statement};" for step in beyond for statement in step.statements)
        what = f"role {seen.owner} may not {', '.join(step.what for step in beyond)}"
        todo = f"set GENDASH_ADMIN_DATABASE_URL, or ask a superuser to run:{sql}"
        raise Lacking(Problem("db migrate", what, todo), steps)
    return _execute(connection, steps, dry_run)


def _may(seen: roles.Surroundings, step: Step) -> bool:
    about_roles = any(" role " in statement for statement in step.statements)
    return seen.may_make_roles if about_roles else seen.may_make_schema


def _execute(connection: Connection, steps: list[Step], dry_run: bool) -> list[Step]:
    """Executes the steps and returns them; their records are written later, once ``_object`` exists."""
    return steps if dry_run else [execute_step(connection, step) for step in steps]


def _record(connection: Connection, config: Config, records: Sequence[Record]) -> None:
    """Writes the last record of each object to ``_object``; a record without a hash deletes its entry."""
    if not records:
        return
    last = {(name, kind): digest for name, kind, digest in records}
    target = qualified(config, "_object")
    rows = [(name, kind, digest) for (name, kind), digest in last.items()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    record = "unnest(%s::text[], %s::text[], %s::text[]) as record (name, kind, hash)"
    connection.execute(
        trusted(
            f"delete from {target} as known using {record} "
            "where known.name = record.name and known.kind = record.kind and record.hash is null"
        ),
        columns,
    )
    connection.execute(
        trusted(
            f"insert into {target} (name, kind, hash, made_at) select name, kind, hash, now() from {record} "
            "where hash is not null "
            "on conflict (name, kind) do update set hash = excluded.hash, made_at = excluded.made_at"
        ),
        columns,
    )


def _set_passwords(
    connection: Connection, executor: Connection, config: Config, dry_run: bool
) -> tuple[list[Step], list[Problem]]:
    """Sets passwords, each in a transaction of its own: a server that does not accept one keeps the migration."""
    known = connection.execute("select to_regclass(%s) is not null", [qualified(config, "_object")]).fetchone()
    recorded: dict[tuple[str, str], str] = {}
    if known and known[0]:
        rows = connection.execute(trusted(f"select name, kind, hash from {qualified(config, '_object')}")).fetchall()
        recorded = {(name, kind): digest for name, kind, digest in rows}
    done: list[Step] = []
    problems: list[Problem] = []
    seen = roles.observe_roles(executor, config, current_role(connection))
    steps = passwords.password_steps(executor, seen, config, recorded)
    for step in steps if not dry_run else [step for step in steps if step.what]:
        try:
            if not dry_run:
                with executor.transaction():
                    _begin(executor, LONG)
                    _execute(executor, [step], dry_run=False)
                with connection.transaction():
                    _record(connection, config, step.records)
            done.append(step)
        except psycopg.Error as error:
            problems += passwords.password_refused(step.records[0][0], error).problems
    if not dry_run:
        _record(connection, config, passwords.refused_passwords(done, config))
    return done, problems


def _observe(connection: Connection, config: Config, catalog: Catalog) -> ObservedSchema:
    """The schema as it is, read from the system catalogs and from ``_object``."""
    schema = config["schema"]
    relations = connection.execute(
        "select relname, relkind from pg_class c join pg_namespace n on n.oid = relnamespace "
        "where nspname = %s and relkind in ('r', 'p', 'v', 'm', 'f') order by c.oid",
        [schema],
    ).fetchall()
    columns: dict[str, dict[str, tuple[str, bool]]] = {}
    for name, column, kind, required in connection.execute(
        "select relname, attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute "
        "join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace "
        "where nspname = %s and relkind = 'r' and attnum > 0 and not attisdropped order by attnum",
        [schema],
    ):
        columns.setdefault(name, {})[column] = (kind, not required)
    keys = connection.execute(
        "select relname, conname, (select array_agg(attname::text order by place) "
        "from unnest(conkey) with ordinality as part (number, place) "
        "join pg_attribute on attrelid = conrelid and attnum = number) "
        "from pg_constraint join pg_class c on c.oid = conrelid join pg_namespace n on n.oid = relnamespace "
        "where nspname = %s and contype = 'p'",
        [schema],
    ).fetchall()
    indexes: dict[str, list[str]] = {}
    for name, index in connection.execute(
        "select tablename, indexname from pg_indexes where schemaname = %s and not exists "
        "(select from pg_constraint where conindid = format('%%I.%%I', schemaname, indexname)::regclass)",
        [schema],
    ):
        indexes.setdefault(name, []).append(index)
    functions = connection.execute(
        "select proname from pg_proc join pg_namespace n on n.oid = pronamespace where nspname = %s", [schema]
    ).fetchall()
    names = sorted(
        {str(column["type"]) for relation in catalog.relations.values() for column in relation.columns.values()}
    )
    types = connection.execute("select name, format_type(to_regtype(name), null) from unnest(%s::text[]) name", [names])
    has_records = "_object" in dict(relations)
    recorded = (
        connection.execute(trusted(f"select name, kind, hash from {qualified(config, '_object')}")).fetchall()
        if has_records
        else []
    )
    secret = (
        connection.execute(trusted(f"select from {qualified(config, '_secret')} where name = 'user_hash'")).fetchone()
        if "_secret" in dict(relations)
        else None
    )
    return ObservedSchema(
        recorded={(name, kind): digest for name, kind, digest in recorded},
        relations=dict(relations),
        columns=columns,
        keys={name: (constraint, tuple(parts)) for name, constraint, parts in keys},
        indexes={name: tuple(found) for name, found in indexes.items()},
        functions=frozenset(name for (name,) in functions),
        types=dict(types.fetchall()),
        has_secret=secret is not None,
    )

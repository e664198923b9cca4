"""`gendash db advise`: finds missing indexes on the platform's tables and, with --create, builds those it may build.

An index is built concurrently, outside of any transaction, with a limit on each wait for a lock. A build that fails
or is killed leaves an invalid index: it is dropped if its name has our prefix, so that no foreign index is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from gendash.engine.clients.postgres import Connection, Place, connect, source, translate, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import split_name
from gendash.engine.definitions.relations import columns_read
from gendash.engine.errors import Denied, TargetError
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Problem
from gendash.engine.platform import columns
from gendash.engine.platform.index_advice import PREFIX, Index, advise, index_statements, wanted
from gendash.engine.platform.statistics import source_now, statistics

LOCK_TIMEOUT = "4s"  # queries queue behind our wait for a lock, so that it must be short
RECENT_DAYS = 3


@dataclass(frozen=True)
class Advised:
    """An advised index, its SQL, and the privilege that the building role lacks, or an empty text."""

    index: Index
    sql: tuple[str, ...]
    lacking: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**self.index._asdict(), "name": self.index.name, "sql": list(self.sql), "lacking": self.lacking}


def find_index_advice(config: Config, catalog: Catalog) -> tuple[list[Advised], list[str]]:
    """The indexes that would help, and notes on columns without advice. Reads only the platform's catalogs."""
    with connect(source(config), read_only=True) as connection:
        tables = {*columns_read(catalog), *(one.table for one in wanted(catalog))}
        known = statistics(connection, config, tables)
        since = source_now(connection) - timedelta(days=RECENT_DAYS)
        found, notes = advise(catalog, known, since, columns.SMALL_PAGES)
        leaves = {index.table: _leaves(connection, config, index) for index in found}
    builder = _builder(config)
    with connect(builder, read_only=True) as connection:
        return [
            Advised(
                index, tuple(index_statements(config, index, leaves[index.table])), _lacking(connection, config, index)
            )
            for index in found
        ], notes


def create(config: Config, advised: list[Advised], say: Callable[[str], None]) -> list[Problem]:
    """Builds the indexes one by one, and returns a problem for each that failed. ``say`` is called with progress."""
    problems = []
    place = _builder(config)
    with _session(place) as connection:
        for name in _broken(connection, config):
            problem = _drop(connection, config, place, name)
            if problem:
                return [problem]  # most likely another session is building it
            say(f"dropped {name}, left invalid by a failed build")
        for one in advised:
            where = ".".join(split_name(config, one.index.table))
            if one.index.kind == "p":
                what = "is partitioned, so that its index cannot be built concurrently"
                problems.append(Problem(where, what, _block("ask its owner or a superuser to run", one.sql)))
            elif one.lacking:
                problems.append(Problem(where, one.lacking, _block("ask its owner or a superuser to run", one.sql)))
            else:
                problems += _build(connection, config, place, one, say)
    return problems


def _build(
    connection: Connection, config: Config, place: Place, one: Advised, say: Callable[[str], None]
) -> list[Problem]:
    name = one.index.name
    try:
        for statement in one.sql:
            connection.execute(trusted(statement))
    except psycopg.Error as error:
        if connection.closed:
            raise
        left = _drop(connection, config, place, name) if name in _broken(connection, config) else None
        return [_problem(place, name, error), *([left] if left else [])]
    say(f"built {name} on {one.index.table} ({one.index.column}), {one.index.method}")
    return []


def _drop(connection: Connection, config: Config, place: Place, name: str) -> Problem | None:
    """Drops one of our indexes; returns the problem if that failed, else None."""
    target = f"{quote_name(config['platform.schema'])}.{quote_name(name)}"
    try:
        connection.execute(trusted(f"drop index concurrently if exists {target}"))
    except psycopg.Error as error:
        return _problem(place, f"{name} is left invalid", error)
    return None


def _problem(place: Place, what: str, error: psycopg.Error) -> Problem:
    if isinstance(error, psycopg.errors.LockNotAvailable):
        why = f"could not get a lock within {LOCK_TIMEOUT}: another session holds it"
        return Problem(place.where, f"{what}: {why}", "run it again when that session has ended")
    (problem,) = translate(error, place.where).problems
    return Problem(problem.where, f"{what}: {problem.what}", problem.do)


def _block(todo: str, sql: tuple[str, ...]) -> str:
    return f"{todo}:" + "".join(f"\n  {statement};" for statement in sql)


def _builder(config: Config) -> Place:
    """The role that builds indexes: the admin if it is on the platform's server, else the source's role."""
    place = source(config)
    admin = Place("source", config["admin_database_url"], config.where("admin_database_url"))
    if not admin.url:
        return place
    same = all(admin.parts.get(key) == place.parts.get(key) for key in ("host", "port"))
    database = place.parts.get("dbname") or place.user
    return admin.with_(dbname=database) if same and database else place


def _session(place: Place) -> Any:
    """A connection with timeouts in its options: SET LOCAL needs a transaction, and a pooler does not preserve SET."""
    return _direct(place.with_(options=f"-c lock_timeout={LOCK_TIMEOUT} -c statement_timeout=0"))


class _direct:
    """`connect`, with a hint in the error of a pooler that rejects settings of a connection."""

    def __init__(self, place: Place) -> None:
        self._place, self._within = place, connect(place, application="gendash advise")

    def __enter__(self) -> Connection:
        try:
            return self._within.__enter__()
        except TargetError as error:
            if "startup parameter" in str(error):
                todo = "name the server itself in GENDASH_ADMIN_DATABASE_URL or GENDASH_SOURCE_URL"
                raise Denied(
                    Problem(self._place.where, "a connection pooler rejects the timeouts of the connection", todo)
                ) from error
            raise

    def __exit__(self, *error: Any) -> bool | None:
        return self._within.__exit__(*error)


def _leaves(connection: Connection, config: Config, index: Index) -> list[tuple[str, str]]:
    if index.kind != "p":
        return []
    rows = connection.execute(
        "select n.nspname, l.relname from pg_partition_tree(format('%%I.%%I', %s::text, %s::text)::regclass) tree "
        "join pg_class l on l.oid = tree.relid join pg_namespace n on n.oid = l.relnamespace "
        "where tree.isleaf and l.relkind = 'r' order by 1, 2",
        [*split_name(config, index.table)],
    ).fetchall()
    return [(schema, name) for schema, name in rows]


def _lacking(connection: Connection, config: Config, index: Index) -> str:
    """The reason why the connected role may not build an index, or an empty text."""
    row = connection.execute(
        "select current_user, pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'usage'), "
        "has_schema_privilege(n.oid, 'create'), pg_is_in_recovery() "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = %s and c.relname = %s",
        [*split_name(config, index.table)],
    ).fetchone()
    if not row:
        return "does not exist"
    me, owner, owns, may_create, is_replica = row
    if is_replica:
        return "the source is a replica: an index can only be built on its primary"
    if not owns:
        return f"role {me} is not its owner: {owner} is"
    return "" if may_create else f"role {me} may not create in schema {split_name(config, index.table)[0]}"


def made(connection: Connection, config: Config) -> dict[str, bool]:
    """The indexes with our prefix on the platform's tables that the role may drop, each with True if it is valid."""
    rows = connection.execute(
        "select i.relname, x.indisvalid from pg_index x join pg_class i on i.oid = x.indexrelid "
        "join pg_class t on t.oid = x.indrelid join pg_namespace n on n.oid = i.relnamespace "
        "where i.relkind = 'i' and n.nspname = %s and starts_with(i.relname, %s) "
        "and pg_has_role(t.relowner, 'usage') order by 1",
        [config["platform.schema"], PREFIX],
    )
    return dict(rows.fetchall())


def _broken(connection: Connection, config: Config) -> list[str]:
    return [name for name, valid in made(connection, config).items() if not valid]


def own_indexes(config: Config) -> list[str]:
    """The names of the indexes on the platform's tables that gendash built and that the building role may drop."""
    with connect(_builder(config), read_only=True) as connection:
        return sorted(made(connection, config))


def drop(config: Config, names: Sequence[str]) -> list[Problem]:
    """Drops the indexes concurrently, one by one; returns a problem for each that could not be dropped."""
    place = _builder(config)
    with _session(place) as connection:
        found = [_drop(connection, config, place, name) for name in names]
    return [problem for problem in found if problem]

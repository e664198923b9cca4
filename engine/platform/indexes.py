"""`gendash db advise`: looks which indexes the platform's tables lack, and builds them where it is told to and may.

An index is built concurrently, outside of any transaction, with a limit on each wait for a lock. A build that fails
or is killed leaves an invalid index: it is dropped, by its name, so that nothing but ours can go.
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
from gendash.engine.definitions.relations import columns_read
from gendash.engine.errors import Denied, TargetError
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Problem
from gendash.engine.platform import columns
from gendash.engine.platform.index_advice import PREFIX, Index, advise, index_statements, wanted
from gendash.engine.platform.statistics import source_now, statistics

LOCK_TIMEOUT = "4s"  # an application that migrates its table is never held up longer by our wait
RECENT_DAYS = 3


@dataclass(frozen=True)
class Advised:
    """One index, its SQL, and which right the role that would build it lacks."""

    index: Index
    sql: tuple[str, ...]
    lacking: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**self.index._asdict(), "name": self.index.name, "sql": list(self.sql), "lacking": self.lacking}


def find_index_advice(config: Config, catalog: Catalog) -> tuple[list[Advised], list[str]]:
    """What would help, and notes on what was looked at and is not advised. Reads the source's catalogs only."""
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
    """Builds what can be built, one by one, and returns what could not be; the rest goes on. ``say`` gets lines."""
    problems = []
    place = _builder(config)
    with _session(place) as connection:
        for name in _broken(connection, config):
            problem = _drop(connection, config, place, name)
            if problem:
                return [problem]  # most likely somebody else is building it just now
            say(f"dropped {name}, which a failure had left invalid")
        for one in advised:
            where = f"{config['platform.schema']}.{one.index.table}"
            if one.index.kind == "p":
                what = "is partitioned, which no index can be built on concurrently"
                problems.append(Problem(where, what, _block("have its owner run this", one.sql)))
            elif one.lacking:
                problems.append(Problem(where, one.lacking, _block("have somebody who may run this", one.sql)))
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
    """Drops one of our indexes; the problem where that cannot be now."""
    target = f"{quote_name(config['platform.schema'])}.{quote_name(name)}"
    try:
        connection.execute(trusted(f"drop index concurrently if exists {target}"))
    except psycopg.Error as error:
        return _problem(place, f"{name} is left invalid", error)
    return None


def _problem(place: Place, what: str, error: psycopg.Error) -> Problem:
    if isinstance(error, psycopg.errors.LockNotAvailable):
        why = f"a transaction of somebody else lasted longer than {LOCK_TIMEOUT}"
        return Problem(place.where, f"{what}: {why}", "run it again when that is over")
    (problem,) = translate(error, place.where).problems
    return Problem(problem.where, f"{what}: {problem.what}", problem.do)


def _block(todo: str, sql: tuple[str, ...]) -> str:
    return f"{todo}:" + "".join(f"\n  {statement};" for statement in sql)


def _builder(config: Config) -> Place:
    """Who builds: the admin where there is one on the source's server, else the source's own role."""
    place = source(config)
    admin = Place("source", config["admin_database_url"], config.where("admin_database_url"))
    if not admin.url:
        return place
    same = all(admin.parts.get(key) == place.parts.get(key) for key in ("host", "port"))
    database = place.parts.get("dbname") or place.user
    return admin.with_(dbname=database) if same and database else place


def _session(place: Place) -> Any:
    """A session with limits of its own: outside of a transaction there is no SET LOCAL, and a pooler forgets SET."""
    return _direct(place.with_(options=f"-c lock_timeout={LOCK_TIMEOUT} -c statement_timeout=0"))


class _direct:
    """`connect`, with the one line that helps where a pooler refuses a session's settings."""

    def __init__(self, place: Place) -> None:
        self._place, self._within = place, connect(place, application="gendash advise")

    def __enter__(self) -> Connection:
        try:
            return self._within.__enter__()
        except TargetError as error:
            if "startup parameter" in str(error):
                todo = "name the server itself in GENDASH_ADMIN_DATABASE_URL or GENDASH_SOURCE_URL"
                raise Denied(
                    Problem(self._place.where, "a pooler stands between, and refuses settings", todo)
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
        [config["platform.schema"], index.table],
    ).fetchall()
    return [(schema, name) for schema, name in rows]


def _lacking(connection: Connection, config: Config, index: Index) -> str:
    """Which right the role of a connection lacks to build an index, or an empty string."""
    row = connection.execute(
        "select current_user, pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'usage'), "
        "has_schema_privilege(n.oid, 'create'), pg_is_in_recovery() "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = %s and c.relname = %s",
        [config["platform.schema"], index.table],
    ).fetchone()
    if not row:
        return "is not there"
    me, owner, owns, may_create, is_replica = row
    if is_replica:
        return "the source is a replica, which takes no index: only its primary does"
    if not owns:
        return f"role {me} does not own it: {owner} does"
    return "" if may_create else f"role {me} may not create in schema {config['platform.schema']}"


def made(connection: Connection, config: Config) -> dict[str, bool]:
    """Indexes on the platform's tables that bear our name and that the role may drop, and whether each is valid."""
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
    """Names of the indexes on the platform's tables that gendash built and that the role at hand may drop."""
    with connect(_builder(config), read_only=True) as connection:
        return sorted(made(connection, config))


def drop(config: Config, names: Sequence[str]) -> list[Problem]:
    """Drops them concurrently, one by one; returns what could not be dropped now."""
    place = _builder(config)
    with _session(place) as connection:
        found = [_drop(connection, config, place, name) for name in names]
    return [problem for problem in found if problem]

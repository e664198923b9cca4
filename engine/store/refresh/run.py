"""`gendash db refresh` and `db reconcile`: reads the platform in short transactions, writes what differs to the store.

Source and store are two connections, even if they are one database. Rows are fetched, the source's transaction ends,
and one transaction of the store compares, writes and records. A failure is recorded with its relation, and the other
relations are still refreshed. A relation is read in one of four ways:

- in full, if its table is small or its rows have no day;
- the last days, if the header says ``window: true``, that is, if old rows hardly ever change: today, and the day before
  it if it differs from what was read;
- the days whose signature differs from that of their last reading: relations with a window once a day, others always;
- a range of days that the user asked for.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from gendash.engine.clients.postgres import DRIVER_ERRORS, UNFIT, connect, local_settings, store, translate, trusted
from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import Days
from gendash.engine.definitions.relations import cadence_s, inputs, is_materialized, qualified, stagings
from gendash.engine.errors import GendashError, Refused, Unexpected, internal
from gendash.engine.model import Problem, Relation
from gendash.engine.render.schema_sql import Piece, pieces
from gendash.engine.store.lease import Lease
from gendash.engine.store.refresh import changes, write
from gendash.engine.store.refresh.context import Known, Run, RunOptions
from gendash.engine.store.refresh.from_platform import from_source
from gendash.engine.store.refresh.from_store import from_store
from gendash.engine.store.refresh.users import is_accounts

AHEAD_S = 60.0  # by which two clocks may differ
EARLY = 0.1  # share of the cadence by which a relation is due early, since a timer may fire a little early
MOST_NAMED = 4  # relations that an error names


class RefreshResult(NamedTuple):
    """The result of refreshing one relation. ``state`` is refreshed, failed, off (its feature) or not due."""

    relation: str
    kind: str
    state: str
    rows: int | None = None
    written: int | None = None
    seconds: float = 0.0
    error: str = ""
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    is_new: bool = False  # first computed under its definition, or above one that was

    def __str__(self) -> str:
        counts = [] if self.rows is None else [f"{self.rows} rows"]
        counts += [] if self.written is None else [f"{self.written} written"]
        counts += [f"{self.seconds:.2f} s"] if self.state in ("refreshed", "failed") else []
        return "  ".join([f"{self.relation:<24} {self.state:<10}", ", ".join(counts), *self.notes]).rstrip()


def refresh(
    config: Config,
    catalog: Catalog,
    *,
    only: Collection[str] = (),
    full: bool = False,
    compare: bool = False,
    between: tuple[date, date] | None = None,
    at: datetime | None = None,
    due_only: bool = False,
    on_result: Callable[[RefreshResult], None] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[RefreshResult]:
    """Refreshes rollups and materialized views, each after its inputs; calls ``on_result`` with each result.

    ``only`` selects relations and their inputs, ``due_only`` those whose cadence has passed. ``at`` replaces the
    store's current time. ``compare`` finds and corrects every day that differs from the platform, as happens once a day
    anyway; ``full`` reads all rows again; ``between`` reads the local days from one to another. ``progress`` is called
    during a long reading with the relation, the rows of the platform read so far, and all rows to read. Raises Refused
    if another refresh is running, Unreachable and the like if the store cannot be used at all.
    """
    chosen = _chosen(catalog, only)
    ask = RunOptions(full, compare, _range(*between) if between else None, due_only)
    results: list[RefreshResult] = []
    with connect(store(config)) as connection:
        run = Run(config, catalog, connection, Lease(connection, config, "refresh"), at, ask, progress)
        known = _known(run, chosen)
        run.lease.take()
        try:
            with run:
                for relation in chosen:
                    result = _one(run, relation, known)
                    results.append(result)
                    if on_result:
                        on_result(result)
                changes.forget_changes(connection, config)
        finally:
            with suppress(psycopg.Error):
                run.lease.give_back()
    return results


def refreshed_relations(catalog: Catalog) -> list[Relation]:
    """Rollups and materialized views, each after its inputs; users first, since other relations drop deleted users."""
    found = [relation for relation in catalog.build_order() if relation.kind == "rollup" or is_materialized(relation)]
    return sorted(found, key=lambda relation: not is_accounts(relation))


def _chosen(catalog: Catalog, only: Collection[str]) -> list[Relation]:
    """Relations to refresh, in order: all, or those named and their inputs. Raises Refused for unknown names."""
    refreshed = refreshed_relations(catalog)
    known = {relation.name for relation in catalog.build_order() if relation.kind in ("rollup", "view")}
    wrong = [
        Problem("--only", f"no rollup or view '{name}'", suggest(name, known) or "see `gendash db status`")
        for name in only
        if name not in known
    ]
    if wrong:
        raise Refused(wrong)
    if not only:
        return refreshed
    wanted = set(only) | {name for one in only for kind, name in catalog.lineage(one) if kind == "relation"}
    return [relation for relation in refreshed if relation.name in wanted]


def _known(run: Run, chosen: Sequence[Relation]) -> dict[str, Known]:
    """The recorded state by relation. Raises Unexpected if the schema does not match the definitions."""
    config, connection = run.config, run.connection
    there = connection.execute(
        "select to_regclass(%s) is not null and to_regclass(%s) is not null",
        [qualified(config, "_object"), qualified(config, "_refresh")],
    ).fetchone()
    if not there or not there[0]:
        where = f"schema {config['schema']}"
        raise Unexpected(Problem(where, "does not exist or is not gendash's", "run `gendash db migrate`"))
    rows = connection.execute(trusted(f"select name, kind, hash from {qualified(config, '_object')}")).fetchall()
    recorded = {(name, kind): digest for name, kind, digest in rows}
    names = {relation.name for relation in chosen}
    old = sorted({piece.name for piece in pieces(run.catalog) if piece.name in names and _differs(piece, recorded)})
    if old:
        more = f" and {len(old) - MOST_NAMED} more" if len(old) > MOST_NAMED else ""
        what = f"older than the definitions: {', '.join(old[:MOST_NAMED])}{more}"
        raise Unexpected(Problem(f"schema {config['schema']}", what, "run `gendash db migrate`"))
    with connection.transaction():
        if run.at:
            local_settings(connection, {"gendash.now": run.at.isoformat()})
        run.recent = _recent(run)
        clock = f"{qualified(config, 'clock')}()"
        states = connection.execute(
            trusted(
                f"select relation, extract(epoch from {clock} - finished_at)::float8, "
                f"extract(epoch from {clock} - full_at)::float8, absent, begun_at is not null, "
                f"coalesce((finished_at at time zone %s)::date = %s, false) from {qualified(config, '_refresh')}"
            ),
            [config["time_zone"], run.recent.days[-1]],
        ).fetchall()
    return {
        name: Known(
            believed_age(age), believed_age(full_age), None if absent is None else frozenset(absent), begun, today
        )
        for name, age, full_age, absent, begun, today in states
    }


def believed_age(age_s: float | None) -> float | None:
    """The age of a recorded time in seconds; one of a clock that was ahead is not believed: infinitely old."""
    return math.inf if age_s is not None and age_s < -AHEAD_S else age_s


def _recent(run: Run) -> Days:
    """Today, the days before it that every refresh compares (``platform.late_days``), and all future days."""
    row = run.connection.execute(
        trusted(f"select ({qualified(run.config, 'clock')}() at time zone %s)::date"), [run.config["time_zone"]]
    ).fetchone()
    assert row
    late: int = run.config["platform.late_days"]
    return Days(tuple(row[0] - timedelta(days=before) for before in range(late, -1, -1)), onwards=True)


def _range(first: date, last: date) -> Days:
    return Days(tuple(first + timedelta(days=number) for number in range((last - first).days + 1)))


def _differs(piece: Piece, recorded: dict[tuple[str, str], str]) -> bool:
    return piece.kind != "about" and recorded.get((piece.name, piece.kind)) != piece.hash


def _one(run: Run, relation: Relation, known: dict[str, Known]) -> RefreshResult:
    kind = "rollup" if relation.kind == "rollup" else "view"
    if not run.catalog.enabled(relation):
        if relation.name in known:  # a relation that is no longer refreshed must not count as stale
            run.connection.execute(
                trusted(f"delete from {qualified(run.config, '_refresh')} where relation = %s"), [relation.name]
            )
        return RefreshResult(relation.name, kind, "off")
    cadence = cadence_s(run.config, relation)
    before = known.get(relation.name, Known())
    is_new = before.age_s is None or any(name in run.renewed for name in inputs(run.catalog, relation))
    if run.ask.due_only and not is_new and (before.age_s or 0.0) < cadence * (1 - EARLY):
        return RefreshResult(relation.name, kind, "not due")
    begun = time.monotonic()
    try:
        how = from_source if stagings(run.catalog, relation) else from_store
        outcome = how(run, relation, before, begun)
    except Refused:  # the lease is lost: this process may write nothing more
        raise
    except Exception as error:  # one relation's failure must not stop the others; it is recorded and reported
        return _failed(run, relation, kind, error, time.monotonic() - begun)
    run.users_are_new |= is_accounts(relation)
    run.renewed |= {relation.name} if is_new else set()
    took, notes = time.monotonic() - begun, outcome.notes
    return RefreshResult(
        relation.name, kind, "refreshed", outcome.rows, outcome.touched, took, notes=notes, is_new=is_new
    )


def _failed(run: Run, relation: Relation, kind: str, error: Any, took: float) -> RefreshResult:
    """Records the failure, or raises it if the store's connection is closed, which ends the whole run."""
    if run.connection.closed:
        raise error
    problems = tuple(map(str, _problems_of(error, f"refresh {relation.name}")))
    line = "; ".join(problems)
    with run.connection.transaction():
        run.begin()
        write.record_failure(run.connection, run.config, relation, line)
    return RefreshResult(relation.name, kind, "failed", None, None, took, line, problems=problems)


def _problems_of(error: Exception, where: str) -> tuple[Problem, ...]:
    if isinstance(error, GendashError):
        return error.problems
    if isinstance(error, DRIVER_ERRORS):
        return translate(error, where, UNFIT).problems
    return (replace(internal(error), where=where),)

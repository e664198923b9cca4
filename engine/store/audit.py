"""`gendash db audit`: runs the audits, each on the server that it names, and records the results in the store.

The platform is read as a refresh reads it: in slices that are short transactions; of a large table with an index on
its time column, only the last days are read. An audit that does not finish is recorded as failed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg

from gendash.engine.clients import prometheus
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.postgres import (
    UNFIT,
    Connection,
    check_server_version,
    connect,
    local_settings,
    open_connection,
    source,
    store,
    translate,
    trusted,
)
from gendash.engine.config.load import suggest
from gendash.engine.definitions import audits as definitions
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import Days
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.relations import cadence_s, driver, inputs, qualified, rollups, stagings
from gendash.engine.errors import GendashError, Refused, Unexpected
from gendash.engine.languages.sql_text import quote_text
from gendash.engine.model import Problem, Relation
from gendash.engine.platform import columns
from gendash.engine.store import audit_results
from gendash.engine.store.audit_results import AuditKey, FiguresByKey, Finds
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.read import Platform

BUDGET_S = 60.0  # time limit of one audit on the platform
STORE_S = 30  # statement timeout in the store
KEPT_DAYS = 90
EARLY_S = 600.0  # an audit is due so much before its cadence has passed, since its timer is never exact
LATE = timedelta(minutes=15)  # how far a refresh may lag: a day is complete once it ended so long ago
_NOW = "{{ now() }}"


class AuditResult(NamedTuple):
    """The result of one audit; ``state`` is passed, found, failed, not due, or not available (its feature is off)."""

    name: str
    state: str
    found: int | None = None
    sample: str = ""
    error: str = ""
    seconds: float = 0.0
    doc: str = ""
    severity: str = ""

    def __str__(self) -> str:
        detail = {"found": f"{self.found}: {self.sample}", "failed": self.error}.get(self.state, self.sample)
        return f"{self.name:<20} {self.state:<13} {detail}".rstrip()


def audit(
    catalog: Catalog,
    *,
    only: Collection[str] = (),
    at: datetime | None = None,
    due_only: bool = False,
    renewed: Collection[str] = (),
    on_result: Callable[[AuditResult], None] | None = None,
) -> list[AuditResult]:
    """Runs audits and records their results; calls ``on_result`` with each.

    ``only`` selects audits by name, ``due_only`` skips those whose cadence has not passed, except that those which read
    one of the relations ``renewed`` are due: their last result is of a former definition. ``at`` replaces the current
    time. Raises Refused for unknown names, TargetError if the store cannot be used at all.
    """
    every = definitions.audits(catalog)
    unknown = [
        Problem("--only", f"no audit '{n}'", suggest(n, every) or ", ".join(every)) for n in only if n not in every
    ]
    if unknown:
        raise Refused(unknown)
    results = []
    with connect(store(catalog.config)) as connection, ExitStack() as stack:
        ages, now = _known(catalog, connection, at)
        work = _Work(catalog, connection, stack, now)
        for name, one in every.items():
            if only and name not in only:
                continue
            is_due = not due_only or not set(renewed).isdisjoint(_relations_of(catalog, one))
            result = _one(work, one, ages.get(name), not is_due)
            results.append(result)
            if on_result and result.state != "not due":
                on_result(result)
    return results


def _relations_of(catalog: Catalog, one: Relation) -> set[str]:
    """The stored relations that an audit reads, and those of the same staging texts."""
    read = {staging.name for staging in stagings(catalog, one)}
    alike = {each.name for each in rollups(catalog) if read & {staging.name for staging in stagings(catalog, each)}}
    return alike | inputs(catalog, one).keys()


def _known(catalog: Catalog, connection: Connection, at: datetime | None) -> tuple[dict[str, float], datetime]:
    """Seconds since the last run of each audit, and the store's time."""
    table = qualified(catalog.config, "_audit")
    there = connection.execute("select to_regclass(%s) is not null", [table]).fetchone()
    if not there or not there[0]:
        raise Unexpected(
            Problem(f"schema {catalog.config['schema']}", "has no table of audits", "run `gendash db migrate`")
        )
    with connection.transaction():
        local_settings(connection, {"gendash.now": at.isoformat()} if at else {"gendash.now": ""})
        row = connection.execute(trusted(f"select {qualified(catalog.config, 'clock')}()")).fetchone()
        assert row
        ages = connection.execute(
            trusted(f"select name, extract(epoch from %s - max(at))::float8 from {table} group by name"), [row[0]]
        ).fetchall()
    return dict(ages), row[0]


class _TooYoung(Exception):
    """Raised for a metric that had no sample yet at the hour that an audit compares."""


def _is_young(work: _Work, query: str) -> bool:
    """True if the expression has a value now."""
    with prometheus.prometheus(work.catalog.config) as call:
        answer = prometheus.instant(call, query, work.now)
    return not isinstance(answer, Failed) and bool(answer.series)


@dataclass
class _Work:
    """State shared by the audits of one run: connections to the store and, once needed, the platform, and the time."""

    catalog: Catalog
    store: Connection
    stack: ExitStack
    now: datetime
    _platform: Platform | GendashError | None = None
    deadline: float = 0.0

    def platform(self) -> Platform:
        """The platform's database, connected on first use; if that failed, each call raises the same error."""
        if self._platform is None:
            place = source(self.catalog.config)
            try:
                connection = open_connection(place, application="gendash audit", reads=True)
                self.stack.callback(connection.close)
                check_server_version(connection, place)
                connection.read_only = True
                seen = columns.read_columns(connection, self.catalog)
                self._platform = Platform(connection, self.catalog, seen, self.within)
            except psycopg.Error as error:
                self._platform = translate(error, place.where)
            except GendashError as error:
                self._platform = error
        if isinstance(self._platform, GendashError):
            raise self._platform
        return self._platform

    def within(self) -> None:
        """Raises Unexpected if the audit exceeded its time limit."""
        if time.monotonic() > self.deadline:
            what = f"not finished within {BUDGET_S:.0f} s of the platform's time"
            raise Unexpected(Problem("source", what, "an index on the time column would help"))

    def days(self, audit: Relation) -> tuple[date, ...]:
        """The complete local days that an audit reads, oldest first; empty if it reads all rows."""
        today = (self.now - LATE).astimezone(self.catalog.config.zone).date()
        return tuple(today - timedelta(days=n) for n in range(audit.header.get("days", 0), 0, -1))


def _one(work: _Work, one: Relation, age_s: float | None, due_only: bool) -> AuditResult:
    blank = AuditResult(
        one.name,
        "not due",
        doc=work.catalog.prose(" ".join(str(one.header["doc"]).split())),
        severity=one.header["severity"],
    )
    table = qualified(work.catalog.config, "_audit")
    if definitions.is_off(work.catalog, one):
        work.store.execute(trusted(f"delete from {table} where name = %s"), [one.name])
        return blank._replace(state="not available")
    cadence = cadence_s(work.catalog.config, one)
    if due_only and age_s is not None and 0 <= age_s < cadence - min(EARLY_S, cadence / 10):
        return blank
    begun = time.monotonic()
    work.deadline = begun + BUDGET_S
    try:
        found = _pair(work, one) if len(definitions.places(one)) == 2 else _single(work, one)
        state = "found" if found.found else "passed"
        result = blank._replace(state=state, found=found.found, sample=found.sample)
    except _TooYoung:
        return blank
    except (psycopg.Error, GendashError) as error:
        if work.store.closed:
            raise
        ours = error if isinstance(error, GendashError) else translate(error, f"audit {one.name}")
        line = "; ".join(str(problem) for problem in ours.problems)
        result = blank._replace(state="failed", error=line)
    result = result._replace(seconds=time.monotonic() - begun)
    _record(work, result, cadence)
    return result


def _record(work: _Work, result: AuditResult, cadence: float) -> None:
    table = qualified(work.catalog.config, "_audit")
    with work.store.transaction():
        work.store.execute(
            trusted(
                f"insert into {table} (name, at, found, sample, error, doc, severity, cadence_s, duration_s) "
                "values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (name, at) do update set "
                "found = excluded.found, sample = excluded.sample, error = excluded.error, doc = excluded.doc, "
                "severity = excluded.severity, cadence_s = excluded.cadence_s, duration_s = excluded.duration_s"
            ),
            [result.name, work.now, result.found, result.sample or None, result.error or None, result.doc,
             result.severity, cadence, result.seconds],
        )  # fmt: skip
        work.store.execute(
            trusted(f"delete from {table} where name = %s and at < %s"),
            [result.name, work.now - timedelta(days=KEPT_DAYS)],
        )


def _single(work: _Work, one: Relation) -> Finds:
    counted = audit_results.counted(one)
    if definitions.places(one) == ["store"]:
        rows = _of_store(work, counted.text)
    elif definitions.places(one) == ["prometheus"]:
        figures = _of_prometheus(work, one, str(one.header["promql"]))
        rows = [[int(figures.get((name,), (Decimal(0),))[0]) for name in ("found", "total")]]
    elif one.header.get("newest"):
        rows = _of_newest(work, counted)
    else:
        rows = _of_source(work, counted, work.days(one), onwards=True)
    limit = definitions.share_limit(work.catalog.config, one)
    if limit is not None:
        return audit_results.share_finds(limit, rows)
    return audit_results.total_finds([Finds(int(found), sample or "") for found, sample in rows])


def _pair(work: _Work, one: Relation) -> Finds:
    left, right = (
        _figures(work, one, place, text)
        for place, text in zip(definitions.places(one), definitions.queries(one), strict=True)
    )
    days = {str(day) for day in work.days(one)}
    if days and "day" in definitions.find_key(one):
        at = definitions.find_key(one).index("day")
        left, right = ({k: v for k, v in side.items() if k[at] in days} for side in (left, right))
    if one.header.get("must_compare") and not left and not right:
        raise Unexpected(
            Problem(f"audit {one.name}", "both sides are empty", "see that both are filled, then run it again")
        )
    return audit_results.unequal_keys(one, left, right)


def _figures(work: _Work, one: Relation, place: str, text: str) -> FiguresByKey:
    keys = len(definitions.find_key(one))
    if place == "prometheus":
        return _of_prometheus(work, one, text)
    if place == "store":
        rows = _of_store(work, text)
    else:
        rows = _of_source(work, replace(one, text=text), work.days(one), onwards=False, exactly=True)
    split: list[tuple[AuditKey, tuple[Decimal, ...]]] = [
        (tuple(map(str, row[:keys])), tuple(Decimal(str(value)) for value in row[keys:])) for row in rows
    ]
    return audit_results.folded(split)


def _of_store(work: _Work, text: str) -> Sequence[Sequence[Any]]:
    query = resolve_references(text, work.catalog.names).text
    with work.store.transaction():
        settings = {"statement_timeout": f"{STORE_S}s", "gendash.now": work.now.isoformat(), "jit": "off"}
        local_settings(work.store, settings)
        return work.store.execute(trusted(query)).fetchall()


def _of_newest(work: _Work, one: Relation) -> Sequence[Sequence[Any]]:
    """The rows of an audit's query on the newest rows of the platform, in one short transaction."""
    platform = work.platform()
    missing = columns.missing(work.catalog, one, platform.seen)
    if missing:
        raise Unexpected(missing)
    cuts = read.newest_part(platform, driver(work.catalog, one))
    query = resolve_references(one.text, work.catalog.names, present=platform.seen.present, cuts=cuts).text
    try:
        with platform.connection.transaction():
            local_settings(platform.connection, columns.read_settings(work.catalog.config))
            return platform.connection.execute(trusted(query)).fetchall()
    except psycopg.Error as error:
        raise translate(error, f"reading the platform for audit {one.name}", UNFIT) from error


def _of_source(
    work: _Work, one: Relation, days: Sequence[date], *, onwards: bool, exactly: bool = False
) -> Sequence[Sequence[Any]]:
    """The rows of an audit's query on the platform, read in slices.

    With ``exactly`` only rows of ``days`` are read; without, the days narrow the query only if an index serves it.
    """
    platform = work.platform()
    missing = columns.missing(work.catalog, one, platform.seen)
    if missing:
        raise Unexpected(missing)
    at = replace(one, text=one.text.replace(_NOW, f"timestamptz {quote_text(work.now.isoformat())}"))
    narrowed = exactly or (days and read.is_indexed(platform, driver(work.catalog, one)))
    only = Days(tuple(days), onwards=onwards) if narrowed else None
    with tempfile.SpooledTemporaryFile(1 << 20) as rows:
        try:
            read.read_rollup(platform, at, rows, only, sign=False)
        except psycopg.Error as error:
            raise translate(error, f"reading the platform for audit {one.name}", UNFIT) from error
        rows.seek(0)
        lines = rows.read().decode().removesuffix("\n").split("\n")  # as COPY does: ids may hold other line ends
    return [[None if cell == "\\N" else cell for cell in line.split("\t")] for line in lines if line]


def _of_prometheus(work: _Work, one: Relation, text: str) -> FiguresByKey:
    """The series of an expression at the start of the local hour, by the labels that the audit's key names."""
    query = resolve_references(text, work.catalog.names).text
    hour = work.now.astimezone(work.catalog.config.zone).replace(minute=0, second=0, microsecond=0)
    with prometheus.prometheus(work.catalog.config) as call:
        answer = prometheus.instant(call, query, hour)
    if isinstance(answer, Failed):
        raise Unexpected(Problem("prometheus", answer.message, "try again"))
    if not answer.series and _is_young(work, query):
        raise _TooYoung
    if not answer.series:
        raise Unexpected(Problem("prometheus", f"no sample of {query}", "see `gendash doctor`"))
    key = definitions.find_key(one)
    return {
        tuple(series["metric"].get(name, "") for name in key): (Decimal(series["value"][1]),)
        for series in answer.series
    }


def any_audit_failed(results: Sequence[AuditResult]) -> bool:
    """True if any audit found something or did not finish."""
    return any(result.state in ("found", "failed") for result in results)

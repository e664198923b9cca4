"""Refreshes a relation that is read from the platform: all rows, the last days, or the days that differ.

Rows are fetched, the platform's transaction ends, and one transaction of the store compares, writes and records.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from gendash.engine.clients.postgres import UNFIT, source, translate
from gendash.engine.definitions.local_days import DOUBTFUL, Days, differing_days, groups
from gendash.engine.definitions.relations import driver, qualified, stagings
from gendash.engine.errors import TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem, Relation
from gendash.engine.platform import columns
from gendash.engine.store.refresh import read as postgres_read
from gendash.engine.store.refresh import users, write
from gendash.engine.store.refresh.context import Known, Outcome, Run
from gendash.engine.store.refresh.read import Platform
from gendash.engine.store.refresh.write import Written

FULL_S = 86_000  # a little less than a day, so that a nightly run is never skipped
GROUP_ROWS = 1_000_000  # rows of the platform per transaction of the store; a killed back-fill continues after it
GROUPS = 8  # about the most groups of days, since without an index each costs a scan
_MEMORY = 32 << 20  # rows beyond this many bytes are spooled to disk


def from_source(run: Run, relation: Relation, before: Known, begun: float) -> Outcome:
    platform = run.platform()
    problems = columns.missing(run.catalog, relation, platform.seen)
    if problems:
        raise Unexpected(problems)
    absent = columns.absent(run.catalog, relation, platform.seen)
    reading = _Reading(run, relation, absent, begun)
    try:
        outcome = _read(run, relation, before, reading)
    except psycopg.errors.LockNotAvailable as error:
        raise reading.translated(error) from error
    went = sorted(set(absent) - before.absent) if before.absent is not None else []
    gone = (f"platform column {name} no longer exists; columns computed from it are NULL or false now" for name in went)
    return outcome._replace(notes=(*outcome.notes, *gone))


def _read(run: Run, relation: Relation, before: Known, reading: _Reading) -> Outcome:
    """The outcome of reading what is due: everything, the days that were asked for, the last days, or what differs."""
    platform, absent = run.platform(), reading.absent
    steady = before.full_age_s is not None and before.full_age_s <= FULL_S and frozenset(absent) == before.absent
    if not postgres_read.is_read_by_day(platform, relation):
        outcome = reading.all()
    elif run.ask.days:
        outcome = reading.only(run.ask.days)
    elif steady and relation.header.get("window") and run.recent and not (run.ask.full or run.ask.compare):
        outcome = reading.last(run.recent)
    else:
        again = run.ask.full or before.full_age_s is None
        outcome = reading.what_differs(begin=again and not before.begun, counted=again)
    if users.is_accounts(relation):
        reading.forget_uncounted()
    return outcome


@dataclass
class _Reading:
    """Reads one relation from the platform and writes it to the store."""

    run: Run
    relation: Relation
    absent: list[str]
    begun: float

    def all(self) -> Outcome:
        """Refreshes all rows at once."""
        done, newest = self._unit(None, sign=False)
        return self._recorded(done, newest, counted=True)

    def last(self, recent: Days) -> Outcome:
        """Refreshes today and the future always, past days if their signature differs or a user on them was unknown.

        Without an index, signatures would cost as much as reading the rows, so that the past days are read too.
        """
        staging = driver(self.run.catalog, self.relation)
        over = recent.part(0, len(recent.days) - 1)
        done, newest = Written(), None
        known = write.day_signatures(self.run.connection, self.run.config, self.relation, over)
        if postgres_read.is_indexed(self.run.platform(), staging):
            moved = differing_days(self.run.signatures_of(staging, over), known)
            recent = recent.part(len(recent.days) - 1, len(recent.days))
        else:
            moved = sorted(known)
        before = tuple(day for day in moved if day < recent.days[0])
        if before:
            done, newest = self._unit(Days(before), sign=True)
        last, latest = self._unit(recent, sign=False)  # no signature: the next refresh reads these days anyway
        return self._recorded(done + last, latest or newest, whole=False)

    def only(self, days: Days) -> Outcome:
        """Refreshes these days."""
        done, newest = self._unit(days, sign=True)
        return self._recorded(done, newest, whole=False)

    def what_differs(self, *, begin: bool, counted: bool) -> Outcome:
        """Refreshes the days whose signature differs from that of their last reading, a group at a time.

        With ``begin`` all days. A killed run keeps the groups it wrote, and the next run continues from there.
        """
        connection, config = self.run.connection, self.run.config
        staging = driver(self.run.catalog, self.relation)
        if begin:
            with connection.transaction():
                self.run.begin()
                write.begin_full_reading(connection, config, self.relation)
        sizes = self.run.signatures_of(staging)
        known = write.day_signatures(connection, config, self.relation)
        days = differing_days(sizes, known)
        todo = sum(sizes[day].rows for day in days if day in sizes)
        # one group for users, since a user who is on none of the days read again would count as deleted
        most = todo if users.is_accounts(self.relation) else max(GROUP_ROWS, todo // GROUPS)
        done, newest, read = Written(), None, 0
        for group in groups(days, sizes, most):
            part, latest = self._unit(group, sign=True)
            done = done + part
            newest = max((time for time in (newest, latest) if time), default=None)
            read += sum(sizes[day].rows for day in group.days if day in sizes)
            if self.run.progress and todo > GROUP_ROWS:
                self.run.progress(self.relation.name, read, todo)
        notes = () if counted or not days else (f"{len(days)} day{'s' * (len(days) > 1)} read again",)
        return self._recorded(done, newest, counted=counted)._replace(notes=notes)

    def forget_uncounted(self) -> None:
        """Marks users whose rows in the list do not count (``platform.rows``) as former users."""
        connection = self.run.connection
        try:
            ids = self.run.read(lambda platform: postgres_read.uncounted(platform, self.relation, "user_id"))
        except psycopg.Error as error:
            raise self.translated(error) from error
        if ids:
            with connection.transaction():
                self.run.begin()
                users.forget_uncounted_users(connection, self.run.catalog, ids)

    def _unit(self, days: Days | None, *, sign: bool) -> tuple[Written, datetime | None]:
        """Fetches rows, writes them and their signatures in one transaction; returns counts and the newest time."""
        run, connection, config, relation = self.run, self.run.connection, self.run.config, self.relation
        with tempfile.SpooledTemporaryFile(_MEMORY) as rows:

            def fetch(platform: Platform) -> postgres_read.RollupRows:
                rows.seek(0)
                rows.truncate()
                return postgres_read.read_rollup(platform, relation, rows, days, sign=sign)

            try:
                part = run.read(fetch)
            except psycopg.Error as error:
                raise self.translated(error) from error
            with connection.transaction():
                run.begin()
                write.load_part(connection, relation, part)
                read_again: list[date] = []
                if config.on("users"):
                    read_again = users.former_users(connection, run.catalog, relation, drop=run.users_are_new)
                if users.is_accounts(relation):
                    users.forget_users(connection, run.catalog, days)
                done = write.write_difference(connection, config, relation, days)
                if users.is_accounts(relation):
                    users.restore_users(connection, run.catalog)
                write.keep_count(connection, config, relation, done.added)
                if days is None:
                    write.unsign(connection, config, relation)
                elif sign:
                    write.unsign(connection, config, relation, set(days.days) - set(part.signatures))
                    write.sign(connection, config, relation, part.signatures)
                else:
                    write.sign_read_days(connection, config, relation, days)
                if days:
                    mark = None if run.users_are_new else DOUBTFUL
                    write.sign(connection, config, relation, dict.fromkeys(read_again, mark))
                return done, write.newest(connection, relation)

    def translated(self, error: psycopg.Error) -> TargetError:
        """A database error as a TargetError, which names the tables that another session has locked."""
        run, where = self.run, f"reading {self.relation.name} from {source(self.run.config).where}"
        if not isinstance(error, psycopg.errors.LockNotAvailable):
            return translate(error, where, UNFIT)
        tables = columns.tables_read(run.catalog, stagings(run.catalog, self.relation))
        held = columns.locked(run.platform().connection, run.config, tables) or sorted(tables)
        return Unreachable(Problem(where, f"another session has locked {', '.join(held)}", "try again once it is done"))

    def _recorded(
        self, done: Written, newest: datetime | None, *, counted: bool = False, whole: bool = True
    ) -> Outcome:
        connection, config, relation = self.run.connection, self.run.config, self.relation
        with connection.transaction():
            self.run.begin()
            rows = write.count(connection, qualified(config, relation.name)) if counted else None
            rows = write.record(
                connection,
                config,
                relation,
                time.monotonic() - self.begun,
                rows=rows,
                done=done,
                newest=newest,
                whole=whole,
                absent=self.absent,
            )
        return Outcome(rows, done.touched)

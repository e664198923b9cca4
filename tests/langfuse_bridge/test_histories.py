"""Random histories of a server and of a sync that is killed, paused and lied to: in the end the right rows are stored.

Items are odd in one field or in all, rows are deleted by people and dropped by the server's retention, clocks leap ahead,
the server answers narrow windows or small pages only, and proxies answer in its place. The expected rows are computed
from the wire, independently of the bridge.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, Sleeper, client_of, make_store, observation, score, settings
from expected_rows import NO_TRACE, ODD_FIELDS, ODD_ITEMS, Row, expected_observation, expected_score, named, plain, sent
from short_wire import ShortWire, Unwired

from gendash.demo import langfuse_wire as wire
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.langfuse_faults import Fault
from gendash.engine.errors import Denied, Unexpected, Unreachable
from gendash.langfuse_bridge import server_retention, shaping, stream_run, windows
from gendash.langfuse_bridge.connection import exact
from gendash.langfuse_bridge.helper_process import Ended
from gendash.langfuse_bridge.packed_rows import PackedPage
from gendash.langfuse_bridge.page_shaper import page_shaper
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import OBSERVATIONS, SCORES, STREAMS, Stream
from gendash.langfuse_bridge.sync import sync

SAMPLE = 12
FIRST, SOAK = 1000, int(os.environ.get("GENDASH_HISTORIES", "2000"))
BLOCKS = 100
"""The full count is split, so that it can be run in parts: `-k "too[3]"` runs the fourth."""
WIRED = 10
"""One history in so many goes over sockets."""
SLACK = timedelta(minutes=20)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DEPTHS = {"48h": timedelta(hours=28), "30d": timedelta(hours=32)}
"""Look-backs over the whole history and over more than that: months of empty windows would take most of the time."""
LEAPS = (timedelta(hours=25), timedelta(hours=34))
"""Clocks that are ahead by less, and by more, than the longest look-back reaches."""


class Killed(BaseException):
    """The process dies here."""


class Fate:
    """Counts what a run does and kills it after so many steps."""

    def __init__(self) -> None:
        self.left: int | None = None

    def step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


@pytest.fixture(scope="module")
def place(postgres: Any) -> Iterator[tuple[Store, Fate]]:
    """A store of its own, on connections that fate may cut before any statement."""
    fate = Fate()

    class Mortal(psycopg.Connection[Any]):
        def execute(self, *args: Any, **options: Any) -> Any:
            fate.step()
            return super().execute(*args, **options)

        def cursor(self, *args: Any, **options: Any) -> Any:
            fate.step()
            return super().cursor(*args, **options)

    def connect(url: str) -> psycopg.Connection[Any]:
        fate.step()
        return exact(Mortal.connect(url, autocommit=True, prepare_threshold=None))

    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("create database histories")
        yield Store(make_store(postgres.url("histories")).url, "gendash", connect), fate
        admin.execute("drop database histories with (force)")


class History:
    """One random life of a server with a sync beside it."""

    def __init__(self, seed: int, double: LangfuseDouble, store: Store, fate: Fate) -> None:
        self.chance, self.slow = random.Random(seed), isinstance(double, Unwired)
        self.double, self.store, self.fate = double, store, fate
        self.now, self.number = NOW, 0
        self.sleeper = Sleeper()
        double.mode = self.chance.choice(("events_only", "events_only", "dual", "legacy"))
        self.first = NOW - timedelta(hours=3)
        self.past: list[Row] = []
        self.kept: list[Row] = []
        self.kept_scores: list[Row] = []
        self.edge: datetime | None = None
        self.widest = self.chance.choice((None, None, timedelta(minutes=25), timedelta(hours=2)))
        self.refusal = self.chance.choice((Fault(504), Fault(422), Fault(413), Fault(524, page="A timeout occurred")))

    def play(self) -> None:
        deeds = (
            *[self.arrive] * 4,
            self.resend,
            self.move,
            self.revert,
            self.vanish,
            self.judge,
            self.spoil,
            self.cure,
        )
        for _ in range(self.chance.randint(2, 6)):
            for _ in range(self.chance.randint(0, 25)):
                self.chance.choice(deeds)()
            if self.chance.random() < 0.15:
                self.expire()
            self.go_wrong()
            if self.chance.random() < 0.1:  # the clock is ahead for one run
                self.sync(self.chance.choice((None, 30)), ahead=self.chance.choice(LEAPS))
            self.sync(self.chance.choice((None, self.chance.randint(0, 60))))
            self.now += self.chance.choice((timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=1)))
        self.settle()

    def some_time(self) -> datetime:
        span = self.now + timedelta(minutes=3) - self.first  # some clocks are ahead
        late = self.chance.random() < 0.4
        share = self.chance.random() if late else 1 - self.chance.random() * 0.05
        at = self.first + span * share
        # Whole minutes make equal times common.
        at = at.replace(microsecond=self.chance.choice((0, 0, 123000)))
        return at.replace(second=0) if self.chance.random() < 0.5 else at

    def written(self) -> datetime:
        return self.now + timedelta(milliseconds=self.chance.randint(-60_000, 60_000))

    def fresh(self, number: int) -> Row:
        kind = self.chance.random()
        changes: Row = {"model": self.chance.choice(("gpt-4o-mini", "claude", "")), "written": self.written()}
        if kind < 0.2:
            messages = ("Request timed out", "429", "blocked", "oops")
            changes |= {"level": "ERROR", "statusMessage": self.chance.choice(messages), "costDetails": {}}
        elif kind < 0.3:
            changes |= {"type": "SPAN", "usageDetails": {}, "costDetails": {}, "endTime": None}
        elif kind < 0.4:
            changes |= {"completionStartTime": None, "promptName": "greet", "promptVersion": 3}
        return observation(number, self.some_time(), **changes)

    def arrive(self) -> None:
        self.number += 1
        row = self.fresh(self.number)
        known = [r for r in self.double.observations() if r["traceId"] == row["traceId"]]
        for key in ("userId", "sessionId", "tags", "release", "traceName"):
            row[key] = known[0][key] if known else row[key]  # the older API keeps these once, at the trace
        self.double.add(row)

    def pick(self) -> Row | None:
        rows = sorted(self.double.observations(), key=lambda row: row["id"])
        return self.chance.choice(rows) if rows else None

    def resend(self) -> None:
        row = self.pick()
        if row:
            self.put(row | {"model": "changed", "updatedAt": observation(0, self.written())["startTime"]})

    def move(self) -> None:
        row = self.pick()
        if row:
            at = self.some_time()
            times = {"startTime": observation(0, at)["startTime"], "endTime": None, "completionStartTime": None}
            self.put(row | times | {"updatedAt": observation(0, self.written())["startTime"]})

    def revert(self) -> None:
        """An older version is what counts again."""
        there = {(row["traceId"], row["id"]) for row in self.double.observations()}
        known = [row for row in self.past if (row["traceId"], row["id"]) in there]
        if known:
            self.double.replace(self.chance.choice(known))

    def put(self, row: Row) -> None:
        self.past += [old for old in self.double.observations() if old["id"] == row["id"]]
        (self.double.add if self.chance.random() < 0.6 else self.double.replace)(row)

    def vanish(self) -> None:
        row = self.pick()
        if row:
            self.double.delete(row["traceId"], row["id"] if self.chance.random() < 0.5 else "")

    def judge(self) -> None:
        rows = sorted(self.double.scores(), key=lambda row: row["id"])
        if rows and self.chance.random() < 0.4:
            row = self.chance.choice(rows)
            row = {key: value for key, value in row.items() if not key.startswith("_")}
            if self.chance.random() < 0.4:
                self.double.delete_score(row["id"])
            else:
                written = observation(0, self.now)["startTime"]
                self.double.put_score(
                    row | {"dataType": "NUMERIC", "value": self.chance.random(), "updatedAt": written}
                )
            return
        self.number += 1
        kind, value = self.chance.choice((("NUMERIC", 0.5), ("BOOLEAN", True), ("CATEGORICAL", "good"), ("TEXT", "no")))
        subject = {"kind": "observation", "id": "obs-000001", "traceId": "trace-000000"}
        changes = {"dataType": kind, "value": value} | ({"subject": subject} if self.chance.random() < 0.5 else {})
        odd = {"_odd": {"value": [1, 2]}, "_seen": {"value": None}} if kind == "NUMERIC" else {}
        odd = self.chance.choice(({}, {}, odd, {"_odd": {"updatedAt": None}, "_rejected": "updatedAt"}))
        self.double.put_score(score(self.number, self.some_time(), **changes) | odd)

    def spoil(self) -> None:
        """A row gets a value that does not fit."""
        row = self.pick()
        if row:
            if self.chance.random() < 0.5:
                changes, seen = self.chance.choice(ODD_FIELDS)
                odd: Row = {"_odd": changes, "_seen": seen}
            else:
                changes, name = self.chance.choice(ODD_ITEMS)
                odd = {"_odd": changes, "_rejected": name}
            self.double.replace(self.well(row) | odd | {"updatedAt": observation(0, self.written())["startTime"]})

    def cure(self) -> None:
        """A row with a value that does not fit is sent again as it should be."""
        odd = [row for row in sorted(self.double.observations(), key=lambda row: row["id"]) if "_odd" in row]
        if odd:
            row = self.well(self.chance.choice(odd))
            self.double.replace(row | {"updatedAt": observation(0, self.written())["startTime"]})

    @staticmethod
    def well(row: Row) -> Row:
        return {key: value for key, value in row.items() if not key.startswith("_")}

    def expire(self) -> None:
        """The server's retention drops what is old; all of that is stored."""
        faults, self.double.fault = self.double.fault, lambda _path: None
        self.settle()
        edge = self.now - self.chance.choice((timedelta(hours=1), timedelta(hours=2)))
        if self.edge is None or edge > self.edge:
            # between two milliseconds, since the server tells days and not a time
            self.edge = edge.replace(microsecond=edge.microsecond // 1000 * 1000 + 500)
            self.first = max(self.first, self.edge)
            self.past = []
            for row in self.double.observations():
                if datetime.fromisoformat(row["startTime"]) < self.edge:
                    self.kept.append(self.view(row))
                    self.double.delete(row["traceId"], row["id"])
            for row in self.double.scores():
                if datetime.fromisoformat(row["timestamp"]) < self.edge:
                    self.kept_scores.append(row)
                    self.double.delete_score(row["id"])
        self.double.fault = faults

    def go_wrong(self) -> None:
        """Faults for the next run, from none to most answers."""
        share, chance = self.chance.choice((0.0, 0.0, 0.1, 0.3)), random.Random(self.chance.random())
        kinds = (
            Fault(500),
            Fault(503),
            Fault(cut=True),
            Fault(drop=True),
            Fault(422),
            Fault(429, retry_after=5),
            Fault(429, retry_after=5000),
            Fault(keep=0.0),
            Fault(keep=0.4),
            Fault(200, page="Sign in"),
            Fault(403, page="Blocked"),
            Fault(404, page="default backend"),
            Fault(302, location="https://login.example.com/sso"),
            Fault(524),
            Fault(slow=65.0) if self.slow else Fault(drop=True),
        )

        def fault(path: str) -> Fault | None:
            if path not in ("health", "projects", "v2/metrics") and chance.random() < share:
                return chance.choice(kinds)
            return self.too_much(path)

        self.double.fault = fault

    def too_much(self, path: str) -> Fault | None:
        """The refusal of a window that is too wide, or of a page that is too large."""
        params = self.double.log[-1][1]
        names = [key for key in params if key.startswith("from")]
        if self.widest is None or not names or "metrics" in path:
            return None
        start = datetime.fromisoformat(params[names[0]][0])
        end = params.get(names[0].replace("from", "to"))
        width = (datetime.fromisoformat(end[0]) if end else self.now) - start
        too_large = self.double.mode == "legacy" and path != "traces" and int(params["limit"][0]) > 2
        return self.refusal if width > self.widest or too_large else None

    def sync(self, steps: int | None, ahead: timedelta = timedelta(0)) -> Any:
        client = client_of(self.double, self.sleeper)
        if self.slow:
            client._session = ShortWire(self.double, client.where)  # type: ignore[assignment]
        self.fate.left = steps
        if self.edge:
            self.double.retention_days = (self.now - self.edge + SLACK) / DAY
        try:
            hours = -(-(self.now - self.first) // HOUR) + 1  # all of it, since the first sync may be this one
            config = settings(self.double, self.store, f"langfuse: {{since: {hours}h, metadata: [tenant]}}")
            return sync(config, now=self.now + ahead, store=self.store, client=client)
        except (Killed, Unreachable, Unexpected, Denied):
            return None
        finally:
            self.fate.left = None
            client.close()

    def settle(self) -> None:
        """No more faults but short pages; the server has merged; the hour is over, and look-backs run to their end."""
        shares = (None, None, Fault(keep=0.5), Fault(keep=0.0))

        def fault(path: str) -> Fault | None:
            short = self.chance.choice(shares) if path.startswith(("v2/obs", "v3")) else None
            return self.too_much(path) or short

        self.double.fault = fault
        self.double.merge()
        self.now += timedelta(minutes=61)
        for _ in range(2):  # the first may only end a look-back that was under way
            report = self.sync(None)
            for _ in range(60):
                if report and report.complete and not any(stream.notes for stream in report.streams):
                    break
                resume_at = report.resume_at if report else None
                assert resume_at is None or resume_at > self.now
                self.now = max(self.now + timedelta(minutes=1), resume_at or self.now)
                report = self.sync(None)
            else:
                raise AssertionError("the sync never comes to its end")
            self.now += timedelta(minutes=1)

    @staticmethod
    def view(row: Row) -> Row:
        """A row as if what does not fit had been sent as nothing."""
        return row | row.get("_seen", {})

    def compare(self) -> None:
        here = [self.view(row) for row in self.double.observations()]
        rows = [row for row in (*here, *self.kept) if "_rejected" not in row]
        old = self.double.mode == "legacy"
        traces = {trace["id"]: trace for trace in self.double.traces()} if old else {}
        traces = {trace["id"]: trace for trace in wire.traces(self.kept, [])} | traces if old else {}
        wanted = [expected_observation(row, traces.get(row["traceId"], NO_TRACE) if old else None) for row in rows]
        scores = [self.view(row) for row in (*self.double.scores(), *self.kept_scores)]
        with psycopg.connect(self.store.url) as connection:
            connection.execute("set time zone 'UTC'")
            for stream, expected in (
                (OBSERVATIONS, wanted),
                (SCORES, [expected_score(row) for row in scores if "_rejected" not in row]),
            ):
                found = connection.execute(
                    f"select {', '.join(stream.names[:-1])} from gendash.{stream.table}".encode()
                )
                by_key = {row[1:3]: row for row in expected}
                ours = {row[1:3]: row for row in (tuple(map(plain, line)) for line in found.fetchall())}
                assert ours.keys() == by_key.keys()
                for key, row in by_key.items():
                    assert ours[key] == row, (key, stream.names)
            aside = connection.execute("select stream, trace_id, id, reason from gendash.lf_rejected").fetchall()
            odd, gone = self.odd(here, self.double.scores()), self.odd(self.kept, self.kept_scores)
            reasons = [(stream, trace, id, reason.split(" is ")[0]) for stream, trace, id, reason in aside]
            assert odd <= set(reasons) <= odd | gone, "an item that the server dropped leaves the list when it is read"

    @staticmethod
    def odd(rows: list[Row], scores: list[Row]) -> set[tuple[str, ...]]:
        """What must be listed as set aside."""
        both = (("observations", rows), ("scores", scores))
        return {(stream, *named(row)) for stream, some in both for row in some if "_rejected" in row}


def live(seed: int, place: tuple[Store, Fate], patch: pytest.MonkeyPatch) -> None:
    with patch.context() as monkeypatch:
        _live(seed, place, monkeypatch)


def _live(seed: int, place: tuple[Store, Fate], monkeypatch: pytest.MonkeyPatch) -> None:
    store = place[0]
    narrow(random.Random(-seed), monkeypatch)
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("truncate gendash.lf_observation, gendash.lf_score, gendash.lf_rejected, gendash._sync")
    for name in ("observation_v2", "observation_v1", "score_v3", "score_v2"):
        shape = getattr(wire, name)
        monkeypatch.setattr(wire, name, lambda row, *more, shape=shape: sent(shape(row, *more), row))
    monkeypatch.setattr(server_retention, "SLACK", SLACK)
    if seed % WIRED:
        tell(seed, Unwired(), place)
    else:
        with LangfuseDouble() as double:
            tell(seed, double, place)


def tell(seed: int, double: LangfuseDouble, place: tuple[Store, Fate]) -> None:
    history = History(seed, double, *place)
    history.play()
    history.compare()


def narrow(chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, parts and windows small enough that a few rows fill several."""
    size = chance.choice((2, 5, 20))
    monkeypatch.setattr(stream_run, "LIMITS", dict.fromkeys(stream_run.LIMITS, size))
    monkeypatch.setattr(stream_run, "PART", chance.choice((size, 30)))
    width = chance.choice((timedelta(minutes=30), timedelta(hours=1), timedelta(hours=6)))
    monkeypatch.setattr(windows, "FIRST_WIDTH", dict.fromkeys(windows.FIRST_WIDTH, width))
    monkeypatch.setattr(windows, "WIDEST", chance.choice((2 * width, timedelta(days=1))))
    monkeypatch.setattr(windows, "DEPTHS", DEPTHS)
    if chance.random() < 0.4:
        monkeypatch.setattr(shaping, "AFTER", 1)
        monkeypatch.setattr(shaping, "fitting", lambda: 2)
        monkeypatch.setattr(shaping, "Helper", partial(Helping, chance.choice((0.0, 0.05))))


class Helping:
    """A helper in this process, which may fail as another process does: to start one for each history takes long."""

    def __init__(self, fails: float, shaper: Shaper) -> None:
        self.chance, self.fails = random.Random(shaper.project), fails
        self.works = {stream.name: page_shaper(shaper, stream) for stream in STREAMS}

    def is_ready(self) -> bool:
        return self.chance.random() >= self.fails

    def shaped(self, stream: Stream, body: bytes) -> PackedPage | None:
        if self.chance.random() < self.fails:
            raise Ended("ended with -9")
        if self.chance.random() < self.fails:
            return None
        try:
            return self.works[stream.name](body)[0]
        except (ValueError, RecursionError):
            return None

    def end(self) -> None: ...


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_after_any_history_the_store_holds_what_the_server_holds(seed: int, place: Any, monkeypatch: Any) -> None:
    live(seed, place, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(BLOCKS))
def test_after_very_many_histories_too(
    block: int, place: Any, monkeypatch: Any, record_property: Callable[[str, object], None]
) -> None:
    failed, seeds = [], range(FIRST + block, FIRST + SOAK, BLOCKS)
    for seed in seeds:
        try:
            live(seed, place, monkeypatch)
        except Exception as error:  # the others are played too, so that all faults are known
            error.add_note(f"seed {seed}")
            failed.append(error)
    record_property("histories", len(seeds))
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(seeds)} histories", failed)

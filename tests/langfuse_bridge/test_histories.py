"""Random histories of a server and of a sync that is killed, paused and lied to: in the end both hold the same rows.

The expected rows are computed here from the wire, independently of the bridge.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from bridge_parts import KEY, NOW, Sleeper, client_of, make_store, observation, score, settings

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.langfuse_faults import Fault
from gendash.engine.errors import Unexpected, Unreachable
from gendash.langfuse_bridge import pages, windows
from gendash.langfuse_bridge import stream_run as bridge
from gendash.langfuse_bridge.connection import exact
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import OBSERVATIONS, SCORES
from gendash.langfuse_bridge.sync import sync

SAMPLE = 60
SOAK = int(os.environ.get("GENDASH_HISTORIES", "2000"))
BLOCKS = 20
"""The full count is split, so that it can be run in parts: `-k "too[3]"` runs the fourth."""
TEXT = "langfuse: {since: 20h, metadata: [tenant]}"
Row = dict[str, Any]


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


def expected_observation(row: Row, trace: Row | None) -> tuple[Any, ...]:
    """What must be stored of an observation; ``trace`` is given where the older API keeps some of it there."""
    start, end, first = (moment(row[key]) for key in ("startTime", "endTime", "completionStartTime"))
    assert start
    usage, cost, owner = row["usageDetails"], row["costDetails"], trace or row
    user = owner["userId"] and hmac.new(KEY, owner["userId"].encode(), hashlib.sha256).hexdigest()
    messages = {"Request timed out": "timeout", "429": "rate_limit", "blocked": "refusal", "oops": "other"}
    return (
        "default",
        row["traceId"],
        row["id"],
        row["parentObservationId"] or None,
        row["type"],
        row["name"] or None,
        row["model"] or None,
        row["level"],
        row["environment"],
        owner["release"] or None,
        row["version"] or None,
        start,
        end,
        first,
        (end - start).total_seconds() if end else None,
        (first - start).total_seconds() if first else None,
        usage.get("input", 0) + usage.get("input_cached_tokens", 0),
        usage.get("output", 0),
        usage.get("input_cached_tokens", 0),
        0,
        usage.get("total", 0),
        usage,
        Decimal(str(cost["total"])) if cost else None,
        {key: Decimal(str(value)) for key, value in cost.items()},
        (None if trace else "list") if cost else None,
        user or None,
        None,
        owner["sessionId"] or None,
        sorted(owner["tags"]),
        (trace["name"] if trace else row["traceName"]) or None,
        row["isRootObservation"] if trace is None else row["parentObservationId"] is None,
        row["promptName"] or None,
        row["promptVersion"],
        messages[row["statusMessage"]] if row["level"] == "ERROR" else None,
        None,
        None,
        {"tenant": row["metadata"]["tenant"]},
        moment(row["updatedAt"]),
    )


def expected_score(row: Row) -> tuple[Any, ...]:
    """What must be stored of a score."""
    subject, value, kind = row["subject"], row["value"], row["dataType"]
    number = {"NUMERIC": value, "BOOLEAN": float(value is True)}.get(kind)
    label = {"BOOLEAN": str(value), "CATEGORICAL": value}.get(kind)
    observation_id = subject["id"] if subject["kind"] == "observation" else None
    trace_id = subject["traceId"] if observation_id else subject["id"]
    times = (moment(row[key]) for key in ("timestamp", "createdAt", "updatedAt"))
    facts = (row["name"], row["source"], kind, number, label, None, None, row["environment"])
    return ("default", row["id"], trace_id, observation_id, None, *facts, *times)


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


class History:
    """One random life of a server with a sync beside it."""

    def __init__(self, seed: int, double: LangfuseDouble, store: Store, fate: Fate) -> None:
        self.chance = random.Random(seed)
        self.double, self.store, self.fate = double, store, fate
        self.now, self.number = NOW, 0
        self.sleeper = Sleeper()
        double.mode = self.chance.choice(("events_only", "events_only", "dual", "legacy"))
        self.first = NOW - timedelta(hours=5)
        self.past: list[Row] = []

    def play(self) -> None:
        for _ in range(self.chance.randint(2, 6)):
            for _ in range(self.chance.randint(0, 25)):
                self.chance.choice((*[self.arrive] * 4, self.resend, self.move, self.revert, self.vanish, self.judge))()
            self.go_wrong()
            self.sync(self.chance.choice((None, self.chance.randint(0, 60))))
            self.now += self.chance.choice((timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=2)))
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
        self.double.put_score(score(self.number, self.some_time(), **changes))

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
        )

        def fault(path: str) -> Fault | None:
            if path in ("health", "projects", "v2/metrics") or chance.random() >= share:
                return None
            return chance.choice(kinds)

        self.double.fault = fault

    def sync(self, steps: int | None) -> Any:
        client = client_of(self.double, self.sleeper)
        self.fate.left = steps
        try:
            return sync(settings(self.double, self.store, TEXT), now=self.now, store=self.store, client=client)
        except (Killed, Unreachable, Unexpected):
            return None
        finally:
            self.fate.left = None
            client.close()

    def settle(self) -> None:
        """No more faults but short pages; the server has merged; the hour is over, and look-backs run to their end."""
        shares = (None, None, Fault(keep=0.5), Fault(keep=0.0))
        self.double.fault = lambda path: self.chance.choice(shares) if path.startswith(("v2/obs", "v3")) else None
        self.double.merge()
        self.now += timedelta(minutes=61)
        for _ in range(2):  # the first may only end a look-back that was under way
            report = self.sync(None)
            while not report.complete or any(stream.notes for stream in report.streams):
                assert report.resume_at is None or report.resume_at > self.now
                self.now = max(self.now + timedelta(minutes=1), report.resume_at or self.now)
                report = self.sync(None)
            self.now += timedelta(minutes=1)

    def compare(self) -> None:
        rows = self.double.observations()
        old = self.double.mode == "legacy"
        traces = {trace["id"]: trace for trace in self.double.traces()} if old else {}
        wanted = [expected_observation(row, traces.get(row["traceId"])) for row in rows]
        with psycopg.connect(self.store.url) as connection:
            connection.execute("set time zone 'UTC'")
            for stream, expected in (
                (OBSERVATIONS, wanted),
                (SCORES, [expected_score(r) for r in self.double.scores()]),
            ):
                found = connection.execute(
                    f"select {', '.join(stream.names[:-1])} from gendash.{stream.table}".encode()
                )
                by_key = {row[1:3]: row for row in expected}
                ours = {row[1:3]: row for row in (tuple(map(plain, line)) for line in found.fetchall())}
                assert ours.keys() == by_key.keys()
                for key, row in by_key.items():
                    assert ours[key] == row, (key, stream.names)


def plain(value: Any) -> Any:
    """Money from JSON as decimals, as it is expected."""
    if isinstance(value, dict):
        return {key: Decimal(str(v)) if isinstance(v, float) else v for key, v in value.items()}
    return value


def live(seed: int, place: tuple[Store, Fate], monkeypatch: pytest.MonkeyPatch) -> None:
    store, fate = place
    narrow(random.Random(-seed), monkeypatch)
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("truncate gendash.lf_observation, gendash.lf_score, gendash._sync")
    with LangfuseDouble() as double:
        history = History(seed, double, store, fate)
        history.play()
        history.compare()


def narrow(chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, parts and windows small enough that a few rows fill several."""
    size = chance.choice((2, 5, 20))
    monkeypatch.setattr(pages, "LIMITS", dict.fromkeys(pages.LIMITS, size))
    monkeypatch.setattr(bridge, "PART", chance.choice((size, 30)))
    width = chance.choice((timedelta(minutes=20), timedelta(hours=1), timedelta(hours=6)))
    monkeypatch.setattr(windows, "FIRST_WIDTH", dict.fromkeys(windows.FIRST_WIDTH, width))
    monkeypatch.setattr(windows, "WIDEST", chance.choice((2 * width, timedelta(days=1))))


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_after_any_history_the_store_holds_what_the_server_holds(seed: int, place: Any, monkeypatch: Any) -> None:
    live(seed, place, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(BLOCKS))
def test_after_very_many_histories_too(
    block: int, place: Any, monkeypatch: Any, record_property: Callable[[str, object], None]
) -> None:
    for seed in range(SAMPLE + block, SAMPLE + SOAK, BLOCKS):
        try:
            live(seed, place, monkeypatch)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
    record_property("histories", len(range(block, SOAK, BLOCKS)))

"""Langfuse's rows in memory, in the order in which the API pages through them; they may change while it is read."""

from __future__ import annotations

import threading
import zlib
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gendash.demo import langfuse_wire as wire
from gendash.demo.langfuse_wire import Row, millis

Key = tuple[Any, ...]


class Sorted:
    """Rows in the order of a key that starts with their time in milliseconds; duplicates are kept apart."""

    def __init__(self, rows: Iterable[Row], key: Callable[[Row], Key]) -> None:
        self._key, self._serial = key, 0
        self.rows: dict[Key, Row] = {}
        for row in rows:
            self.rows[self._new_key(row)] = row
        self.keys = sorted(self.rows)

    def _new_key(self, row: Row) -> Key:
        self._serial += 1
        return (*self._key(row), self._serial)

    def add(self, row: Row) -> Key:
        key = self._new_key(row)
        insort(self.keys, key)
        self.rows[key] = row
        return key

    def remove(self, key: Key) -> None:
        del self.keys[bisect_left(self.keys, key)]
        del self.rows[key]

    def falling(self, below: Key | None, low: Key) -> Iterator[tuple[Key, Row]]:
        """Keys and rows from ``below`` (excluded; None: from the top) down to ``low`` (included)."""
        end = bisect_left(self.keys, low)
        for index in range((len(self.keys) if below is None else bisect_left(self.keys, below)) - 1, end - 1, -1):
            key = self.keys[index]
            yield key, self.rows[key]


class Rows:
    """Observations with all their stored versions, and scores. Safe to use from several threads."""

    def __init__(self, observations: Iterable[Row] = (), scores: Iterable[Row] = ()) -> None:
        self.lock = threading.RLock()
        self.by_start = Sorted(observations, _observation_key)
        self.by_time = Sorted(scores, _score_key)
        self._versions: dict[tuple[str, str], list[Key]] = {}
        for key, row in self.by_start.rows.items():
            self._versions.setdefault((row["traceId"], row["id"]), []).append(key)
        self._traces: list[Row] | None = None

    def add(self, observation: Row) -> None:
        """Stores one more version of an observation; v2 shows the earlier ones until `merge`, as the server does."""
        with self.lock:
            key = self.by_start.add(observation)
            self._versions.setdefault((observation["traceId"], observation["id"]), []).append(key)
            self._traces = None

    def replace(self, observation: Row) -> None:
        """Stores an observation in place of every version of it."""
        with self.lock:
            self.delete(observation["traceId"], observation["id"])
            self.add(observation)

    def delete(self, trace_id: str, observation_id: str = "") -> None:
        """Forgets an observation, or a trace with all its observations and scores."""
        with self.lock:
            for name in (
                [n for n in self._versions if n[0] == trace_id] if not observation_id else [(trace_id, observation_id)]
            ):
                for key in self._versions.pop(name, []):
                    self.by_start.remove(key)
            if not observation_id:
                about = [k for k, row in self.by_time.rows.items() if wire.subject_ids(row)["traceId"] == trace_id]
                for key in about:
                    self.by_time.remove(key)
            self._traces = None

    def merge(self) -> None:
        """Drops the older of two versions with equal start times, as the server's storage does sooner or later."""
        with self.lock:
            for name, keys in self._versions.items():
                best: dict[int, Key] = {}
                for key in sorted(keys, key=lambda k: (wire.rank(self.by_start.rows[k]), k[-1])):
                    best[key[0]] = key
                for key in set(keys) - set(best.values()):
                    self.by_start.remove(key)
                self._versions[name] = list(best.values())

    def put_score(self, score: Row) -> None:
        """Stores a score in place of the one with its id."""
        with self.lock:
            self.delete_score(score["id"])
            self.by_time.add(score)
            self._traces = None

    def delete_score(self, score_id: str) -> None:
        """Forgets a score."""
        with self.lock:
            for key in [key for key in self.by_time.keys if key[1] == score_id]:
                self.by_time.remove(key)

    def observations(self) -> list[Row]:
        """The expected result of a complete read: the newest version of each observation."""
        with self.lock:
            return [self.by_start.rows[self._latest(name)] for name in self._versions]

    def scores(self) -> list[Row]:
        """All scores."""
        with self.lock:
            return list(self.by_time.rows.values())

    def _latest(self, name: tuple[str, str]) -> Key:
        rows = self.by_start.rows
        return max(self._versions[name], key=lambda key: (wire.rank(rows[key]), key[-1]))

    def is_latest(self, key: Key, row: Row) -> bool:
        """True if a stored version is the newest of its observation."""
        return self._latest((row["traceId"], row["id"])) == key

    def traces(self) -> list[Row]:
        """The traces of the newest versions, newest first."""
        with self.lock:
            if self._traces is None:
                self._traces = wire.traces(self.observations(), self.by_time.rows.values())
            return self._traces


def _observation_key(row: Row) -> Key:
    # The server orders equal times by a hash of the trace id; which hash it is cannot be seen from outside.
    return millis(row["startTime"]), zlib.crc32(row["traceId"].encode()), row["id"]


def _score_key(row: Row) -> Key:
    return millis(row["timestamp"]), row["id"]

"""What runs beside a refresh in its benchmark: the platform's own application, and a watch on locks and readers."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from gendash.benchmarks.refresh_platform import CONTENT, NOW, timed


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Calls ``work`` again and again in a thread."""
    end = threading.Event()

    def loop() -> None:
        while not end.is_set():
            work()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


class Application:
    """The platform's own traffic: point reads and writes, and now and then a migration of a table."""

    def __init__(self, url: str, talks: int) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.talks, self.rng, self.ms, self.next_migration = talks, random.Random(1), [0.0], time.perf_counter()
        self.migrations: list[float] = []

    def step(self) -> None:
        """One statement, its milliseconds noted; every second a migration."""
        talk = f"md5('c{self.rng.randrange(1, self.talks)}')::uuid"
        migrate = time.perf_counter() > self.next_migration
        if migrate:
            self.next_migration = time.perf_counter() + 1
            add = f"alter table messages add column p{uuid.uuid4().hex[:8]} int"
            text = self.rng.choice([add, "alter table conversations alter column title type varchar(500)"])
        else:
            text = self.rng.choice(
                [
                    f"select * from messages where conversation_id = {talk}",
                    f"update conversations set updated_at = now() where id = {talk}",
                    f"insert into messages (id, conversation_id, role, content, created_at) values "
                    f"('{uuid.uuid4()}', {talk}, 'system', {CONTENT}, '{NOW}')",
                ]
            )
        took = timed(lambda: self.connection.execute(text.encode())) * 1000
        (self.migrations if migrate else self.ms).append(took)
        time.sleep(0.002)

    def summary(self) -> str:
        """Latencies of its statements since the last call, in words."""
        ms, moves = sorted(self.ms), self.migrations
        self.ms, self.migrations = [0.0], []
        p99 = ms[int(len(ms) * 0.99) - 1] if len(ms) > 1 else 0.0
        return f"application p99 {p99:.1f} ms, longest {ms[-1]:.0f} ms, migrations up to {max(moves, default=0):.0f} ms"


class Watch:
    """Measures how long our transactions held a lock on a platform's table, and how long a reader waited."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.reading = psycopg.connect(url, autocommit=True)
        self.held_s, self.waited_s = 0.0, 0.0

    def step(self) -> None:
        row = self.connection.execute(
            "select max(extract(epoch from clock_timestamp() - xact_start))::float8 from pg_stat_activity a "
            "where application_name = 'gendash' and exists "
            "(select from pg_locks l join pg_class c on c.oid = l.relation where l.pid = a.pid "
            "and c.relnamespace = 'public'::regnamespace)"
        ).fetchone()
        self.held_s = max(self.held_s, (row and row[0]) or 0.0)
        with suppress(psycopg.errors.UndefinedTable):
            read = timed(lambda: self.reading.execute("select * from gendash.activity_day").fetchall())
            self.waited_s = max(self.waited_s, read)
        time.sleep(0.01)

    def summary(self) -> str:
        """Times of locks and waits since the last call, in words."""
        line = f"longest hold on a platform's table {self.held_s:.2f} s, of a reader {self.waited_s * 1000:.0f} ms"
        self.held_s = self.waited_s = 0.0
        return line

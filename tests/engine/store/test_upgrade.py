"""Upgrading gendash with data in place: readers see the old relations or the new ones, and never none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from gendash.demo import load
from gendash.demo.platform import generate
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import Refused
from gendash.engine.store import migrate as migrations
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
# Each stands in the other's way: who locks them in another order than a migration must not be the one who fails
PAIRS = [("activity_day", "user_day"), ("user_day", "activity_day"), ("top", "message_hour"), ("message_hour", "top")]
OLD, NEW = "extra_day", "fresh_day"


def write(root: Path, folder: str, name: str, head: str, text: str) -> None:
    path = root / "sql" / folder / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"/*\ndoc: x\ngrain: x\naudience: everyone\n{head}\n*/\n{text}")


def contents(root: Path, packaged: Catalog) -> tuple[Path, Path]:
    """Two versions of a content folder: a changed view, other columns of a rollup, a dropped and a new relation."""
    day = "key: [day]\nmaterialized: true\ncolumns: {day: {type: date, doc: x}, n: {type: bigint, doc: x}}"
    select = "select day, sum(messages)::bigint as n from {{ view('user_day') }} group by 1"
    for version, name in (("one", OLD), ("two", NEW)):
        write(root / version, "views", name, day, select)
        write(root / version, "views", "top", day, f"select day, n from {{{{ view('{name}') }}}} where n > {len(name)}")
    hour = packaged.relations["message_hour"]
    head = (
        "feature: conversations\ncadence: 5m\nkey: [hour, role]\nwindow: true\ntime: hour\nnewest: newest\ncolumns:\n"
    )
    columns = {name: dict(column) for name, column in hour.columns.items()}
    columns["newest"]["type"], columns["second"] = "timestamptz", {"type": "bigint", "merge": "sum", "doc": "x"}
    lines = "".join(f"  {name}: {{{', '.join(f'{k}: {v!r}' for k, v in c.items())}}}\n" for name, c in columns.items())
    write(
        root / "two",
        "rollups",
        "message_hour",
        head + lines,
        hour.text.replace("count(*) as messages", "count(*) as messages, count(*) as second"),
    )
    return root / "one", root / "two"


@contextmanager
def readers(url: str, queries: list[list[str]]) -> Iterator[Any]:
    """Threads that ask their queries again and again; errors, longest wait and number of answers."""
    seen = SimpleNamespace(errors=[], longest=0.0, answers=0)
    stop, lock = threading.Event(), threading.Lock()

    def read(own: list[str]) -> None:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            while not stop.is_set():
                for query in own:
                    begun = time.perf_counter()
                    try:
                        connection.execute(query.encode()).fetchall()
                    except psycopg.Error as error:
                        seen.errors.append(f"{query}: {error}")
                    with lock:
                        seen.longest = max(seen.longest, time.perf_counter() - begun)
                        seen.answers += 1

    threads = [threading.Thread(target=read, args=(own,)) for own in queries]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_new_rollup_over_our_own_tables_is_not_empty_until_the_next_refresh(
    database: str, definitions: Definitions, tmp_path: Path
) -> None:
    load.load(database, generate(1, NOW, 0.03))
    catalog = definitions(database)
    migrate(catalog.config, catalog)
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    head = "key: [day]\nwindow: true\ntime: day\ncolumns: {day: {type: date, doc: x}, n: {type: bigint, doc: x}}"
    text = "select day, sum(messages)::bigint as n from {{ view('user_day') }} group by 1"
    write(tmp_path, "rollups", "total_day", head, text)
    wider = definitions(database, roots=(tmp_path,))
    migrate(wider.config, wider)
    with psycopg.connect(database) as connection:
        rows = connection.execute("select day, n from gendash.total_day order by 1").fetchall()
        wanted = connection.execute("select day, sum(messages) from gendash.user_day group by 1 order by 1").fetchall()
    assert rows == wanted != []
    assert migrate(wider.config, wider).done == []
    (result,) = (one for one in refresh(wider.config, wider, at=NOW) if one.relation == "total_day")
    assert (result.rows, result.written) == (len(rows), 0)


def test_a_reader_of_every_relation_meets_no_error_during_upgrades(
    database: str, definitions: Definitions, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    load.load(database, generate(1, NOW, 0.03))
    one, two = contents(tmp_path, definitions(database))
    old, new = definitions(database, roots=(one,)), definitions(database, roots=(two,))
    migrate(old.config, old)
    assert {result.error for result in refresh(old.config, old, at=NOW)} == {""}
    kept = sorted({r.name for r in old.build_order()} & {r.name for r in new.build_order()})
    singles = [f"select count(*) from gendash.{name}" for name in kept]
    pairs = [
        f"select count(*) from (select from gendash.{a} limit 1) a, (select from gendash.{b} limit 1) b"
        for a, b in PAIRS
    ]
    with readers(database, [singles, singles[::-1], pairs, pairs[::-1]]) as seen:
        for catalog in (new, old):
            done = migrate(catalog.config, catalog).done
            assert "replace rollup message_hour" in done
            assert "replace materialized top" in done
            assert {f"drop {OLD}", f"create materialized {NEW}"} <= set(done) or {
                f"drop {NEW}",
                f"create materialized {OLD}",
            } <= set(done)
            assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    record_property("longest_wait_s", seen.longest)
    print(f"{seen.answers} answers, longest wait {seen.longest * 1000:.0f} ms")
    assert seen.errors == []
    assert seen.answers > 200


def test_who_never_lets_go_of_a_relation_is_told_and_nothing_changes(
    database: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "SHORT", "20ms")
    monkeypatch.setattr(migrations, "ATTEMPTS", 3)
    monkeypatch.setattr(migrations, "LONG", "100ms")
    catalog, later = definitions(database), definitions(database, "time_zone: Asia/Tokyo")
    migrate(catalog.config, catalog)
    with psycopg.connect(database) as reader:
        reader.execute("select from gendash.activity_day")  # and its transaction stays open
        with pytest.raises(
            Refused, match=r"could not lock schema gendash within 100ms: postgres \(pid \d+\) holds a lock"
        ):
            migrate(later.config, later)
    assert "replace view activity_day" in migrate(later.config, later).done

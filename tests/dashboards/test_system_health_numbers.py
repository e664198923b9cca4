"""Every figure of System Health equals an independent calculation: from the catalog of PostgreSQL, or from samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from desk_store import Store, filled
from overview_figures import View
from overview_worlds import STORIES, nothing

from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.load import load_catalog
from gendash.engine.store.refresh.run import refresh

NAME = "system-health"
ALL_ON = "features: {" + ", ".join(f"{name}: {str(name != 'store_metrics').lower()}" for name, _, _ in FEATURES) + "}"
BOARD = load_catalog(load_config(ALL_ON)).dashboards[NAME]
MEGABYTE = 1 << 20


# ── the database's size ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def store(postgres: Server) -> Iterator[tuple[Store, str]]:
    """The store of an empty platform, and its URL as superuser."""
    with filled(postgres, nothing(STORIES["berlin at midnight, autumn change"]), NAME) as found:
        yield found, postgres.url(found.reader_url.rpartition("/")[2].partition("?")[0])


def sizes(url: str) -> dict[str, tuple[int, int]]:
    """Size and indexes of every table and materialized view, asked for one by one."""
    with psycopg.connect(url) as admin:
        names = admin.execute(
            "select schemaname, tablename from pg_tables union all select schemaname, matviewname from pg_matviews"
        ).fetchall()
        wanted = [f"{schema}.{name}" for schema, name in names if schema in ("public", "gendash")]
        asked = "select pg_table_size(%s::regclass) + pg_indexes_size(%s::regclass), pg_indexes_size(%s::regclass)"
        return {name: admin.execute(asked, [name] * 3).fetchone() or (0, 0) for name in wanted}


def test_size_by_day_is_the_last_sample_of_each_of_30_days(store: tuple[Store, str]) -> None:
    found, url = store
    at = found.world.now
    view = View(found.world, at)
    past = {ago: (1000 - 10 * ago) * MEGABYTE for ago in (1, 5, 7, 8, 29, 30)}
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("delete from gendash.database_day")
        for ago, size in past.items():
            row = (view.today - timedelta(days=ago), at - timedelta(days=ago), size, size // 4)
            admin.execute("insert into gendash.database_day values (%s, %s, %s, %s)", row)
    for full in (False, True, False):
        refresh(found.config, found.catalog, at=at, full=full, only=["database_day"])
    rows = found.figures("db_size", at).rows
    with psycopg.connect(url) as admin:
        today = admin.execute("select pg_database_size(current_database())").fetchone()
    assert today
    last = {name: value for when, name, value in rows if when == view.start(view.today)}
    growth = (sum(last.values()) - past[7]) / 7
    assert abs(sum(last.values()) - today[0]) < 4 * MEGABYTE  # the refresh itself writes
    (platform,) = [name for name in last if name.startswith("platform")]
    told = re.fullmatch(r"platform, ([+-])(\d+) (bytes|kB|MB|GB) a day", platform)
    assert told, platform
    unit = 1024 ** ("bytes", "kB", "MB", "GB").index(told[3])
    assert int(f"{told[1]}{told[2]}") * unit == pytest.approx(growth, abs=unit)
    wanted = {}
    for ago in (29, 8, 7, 5, 1):
        begin = view.start(view.today - timedelta(days=ago))
        wanted[begin, "platform"], wanted[begin, "gendash"] = past[ago] - past[ago] // 4, past[ago] // 4
    shown = {(when, name.partition(",")[0]): value for when, name, value in rows if when != view.start(view.today)}
    assert shown == wanted
    mine = sum(size for name, (size, _) in sizes(url).items() if name.startswith("gendash."))
    assert last["gendash"] == pytest.approx(mine, abs=MEGABYTE)


def test_growth_is_not_told_without_an_earlier_sample(store: tuple[Store, str]) -> None:
    found, url = store
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("delete from gendash.database_day")
    refresh(found.config, found.catalog, at=found.world.now, only=["database_day"])
    assert [name for _, name, _ in found.figures("db_size", found.world.now).rows] == ["gendash", "platform"]


def test_audits_show_their_last_result_the_worst_first(store: tuple[Store, str]) -> None:
    found, url = store
    at, hour = found.world.now, timedelta(hours=1)
    runs = [  # name, severity, hours ago, found, sample, error
        ("a_passed", "critical", 30, 2, "x", None),
        ("a_passed", "critical", 6, 0, None, None),
        ("b_failed", "warning", 30, 0, None, None),
        ("b_failed", "warning", 5, None, None, "source: no answer"),
        ("c_warns", "warning", 90, 3, "k1", None),
        ("c_warns", "warning", 54, 0, None, None),
        ("c_warns", "warning", 30, 4, "k2", None),
        ("c_warns", "warning", 6, 5, "k3, k4", None),
        ("d_bad", "critical", 7, 1, "k5", None),
        ("e_late", "critical", 49, 0, None, None),
        ("f_ahead", "warning", -1, 9, "from a later time", None),
    ]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("delete from gendash._audit")
        for name, severity, ago, count, sample, error in runs:
            row = (name, at - ago * hour, count, sample, error, f"doc of {name}", severity, 86400.0, 0.1)
            admin.execute("insert into gendash._audit values (%s, %s, %s, %s, %s, %s, %s, %s, %s)", row)
    table = found.figures("audits", at)
    assert table.columns == ("Audit", "Result", "Found", "Which", "Since", "Ran", "A find means", "Row")
    assert table.rows == [
        ("d_bad", "critical", 1, "k5", 7 * 3600.0, 7 * 3600.0, "doc of d_bad", "1 of 5"),
        ("b_failed", "failed", None, "source: no answer", 5 * 3600.0, 5 * 3600.0, "doc of b_failed", "2 of 5"),
        ("c_warns", "warning", 5, "k3, k4", 30 * 3600.0, 6 * 3600.0, "doc of c_warns", "3 of 5"),
        ("e_late", "late", 0, None, None, 49 * 3600.0, "doc of e_late", "4 of 5"),
        ("a_passed", "passed", 0, None, None, 6 * 3600.0, "doc of a_passed", "5 of 5"),
    ]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("delete from gendash._audit")
    assert found.figures("audits", at).rows == []


def test_tables_are_listed_by_their_size(store: tuple[Store, str]) -> None:
    found, url = store
    refresh(found.config, found.catalog, at=found.world.now, only=["database_table"])
    rows = found.figures("db_tables", found.world.now).rows
    real = sizes(url)
    shown = {("gendash." if row[4] == "gendash" else "") + row[0]: (row[1], row[2]) for row in rows}
    moving = {"gendash._refresh", "gendash._lease", "gendash.database_table", "gendash._object"}
    assert {name: size for name, size in shown.items() if name not in moving} == {
        name: real[name] for name in shown if name not in moving
    }
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    assert len(rows) == min(50, len(real))
    assert all(name in shown or size <= rows[-1][1] for name, (size, _) in real.items() if name not in moving)
    assert {row[4] for row in rows} == {"gendash", "platform"}

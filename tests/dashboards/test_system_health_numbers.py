"""Every figure of System Health equals an independent calculation: from the catalog of PostgreSQL, or from samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from desk_store import Store, filled
from overview_figures import View
from overview_prometheus import CACHE, compare, labels
from overview_series import FIVE_MINUTES, HOUR, Column, Labels, Samples, Values, Within, near, quantile
from overview_worlds import STORIES, nothing

from gendash.demo import history, servers
from gendash.demo.platform import generate
from gendash.demo.postgres import Server
from gendash.demo.run import history_rules
from gendash.engine.catalog import Catalog
from gendash.engine.config import load_config
from gendash.engine.expand import Choice, expand
from gendash.engine.questions import questions
from gendash.engine.settings import FEATURES
from gendash.engine.targets import prometheus
from gendash.engine.targets.files import load_catalog
from gendash.engine.targets.refresh import refresh

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
    assert table.columns == ("Audit", "Result", "Found", "Which", "Since", "Ran", "A find means")
    assert table.rows == [
        ("d_bad", "critical", 1, "k5", 7 * 3600.0, 7 * 3600.0, "doc of d_bad"),
        ("b_failed", "failed", None, "source: no answer", 5 * 3600.0, 5 * 3600.0, "doc of b_failed"),
        ("c_warns", "warning", 5, "k3, k4", 30 * 3600.0, 6 * 3600.0, "doc of c_warns"),
        ("e_late", "late", 0, None, None, 49 * 3600.0, "doc of e_late"),
        ("a_passed", "passed", 0, None, None, 6 * 3600.0, "doc of a_passed"),
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


# ── Prometheus ───────────────────────────────────────────────────────────────────────────────────────────────────

NOW = datetime(2026, 11, 5, 15, tzinfo=UTC)
LOOKS = (0.0, 2.5)
"""Hours before the end of the history; the second lies within the incident."""

OVER_RANGE = ("errors_by_handler", "latency_by_handler", "db_operations")
"""Means of 5-minute rates: compared where nothing changes within 5 minutes of either end of the range."""

API = ("api-1:8000", "api-2:8000")
Calculation = Callable[[Samples, float, float], list[Values]]


class Graphs:
    """System Health on a running Prometheus, and the samples that it holds."""

    def __init__(self, catalog: Catalog, samples: Samples, call: prometheus.Call) -> None:
        self.catalog, self.samples, self.call = catalog, samples, call

    def differences(self, slug: str, hours_ago: float) -> list[str]:
        """Where a panel's answer for a time is not what follows from the samples, one line each."""
        at = NOW - timedelta(hours=hours_ago)
        found = [
            one
            for one in questions(self.catalog, self.catalog.dashboards[NAME], at, [f"{NAME}/{slug}"]).questions
            if (one.verdict.kind, one.query.language) == ("panel", "promql")
        ]
        wanted = FIGURES[slug](self.samples, at.timestamp(), found[0].time.span.ms / 1000)
        assert len(found) == len(wanted)
        every = [Choice(name, ("x",), None, multi=True, all_value=".+") for name in ("job", "instance", "handler")]
        lines = []
        for number, (question, values) in enumerate(zip(found, wanted, strict=True)):
            answer = prometheus.instant(self.call, expand("promql", question.text, question.time, every), at)
            assert isinstance(answer, prometheus.Data), answer
            shown = {labels(one["metric"]): float(one["value"][1]) for one in answer.series}
            shown = {key: value for key, value in shown.items() if value == value}
            lines += [f"query {number}: {line}" for line in compare(shown, values)]
        return lines


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
    """System Health on a Prometheus that holds a day of made history."""
    folder = tmp_path_factory.mktemp("prometheus")
    tools = [path.parent for path in CACHE.glob("**/promtool")]
    promtool, binary = servers.find("promtool", *tools), servers.find("prometheus", *tools)
    assert promtool and binary
    catalog = load_catalog(load_config(ALL_ON))
    end = int(NOW.timestamp())
    reach = history.Reach(days=1, fine=1, detail=1)
    scrapes = history.scrape(generate(1, NOW, 1.0, "UTC"), end, reach=reach)
    said: list[str] = []
    texts = history.write(scrapes, history_rules(catalog), Path(folder) / "texts", said.append)
    with servers.making_blocks(promtool, texts, folder / "data") as wait:
        wait()
    assert said == []
    with servers.prometheus(binary, folder, None) as url, prometheus.prometheus(url) as call:
        yield Graphs(catalog, Samples(scrapes, end), call)


def key(**found: str) -> Labels:
    return tuple(sorted(found.items()))


def last(samples: Samples, name: str, at: float, job: str = "ai-agent-api") -> dict[str, float]:
    """The newest sample of a gauge by instance."""
    index = max(n for n, when in enumerate(samples.scrapes.times) if when <= at)
    return {found["instance"]: column[index] for found, column in samples.find(name, job)}


def of(samples: Samples, name: str, **wanted: str) -> list[Column]:
    return [column for _, column in samples.find(name, **wanted)]


def rate(samples: Samples, at: float, name: str, **wanted: str) -> float:
    return samples.rate(of(samples, name, **wanted), samples.evaluated(at))


def one(value: Within | None) -> Values:
    return {} if value is None else {(): value}


def db_pool_used(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(near(max(last(samples, "db_connections_active", samples.evaluated(at)).values()) / 20))]


def cache_hit(samples: Samples, at: float, span: float) -> list[Values]:
    hits, misses = (rate(samples, at, f"cache_{kind}_total") for kind in ("hits", "misses"))
    return [one(near(hits / (hits + misses)))]


def _cpu(samples: Samples, at: float) -> dict[str, Within]:
    found = samples.find("process_cpu_seconds_total")
    return {own["instance"]: near(samples.rate([column], samples.evaluated(at))) for own, column in found}


def cpu_busiest(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(max(_cpu(samples, at).values(), key=lambda within: within.high))]


def rate_by_endpoint(samples: Samples, at: float, span: float) -> list[Values]:
    routes = samples.by("handler", "http_requests_total")
    busy = sorted(routes, key=lambda route: samples.grown(routes[route], at, HOUR))
    when = samples.evaluated(at)
    top = [{key(handler=route): near(samples.rate(routes[route], when))} for route in reversed(busy[-3:])]
    return [*top, one(near(sum(samples.rate(routes[route], when) for route in busy[:-3])))]


def errors_by_handler(samples: Samples, at: float, span: float) -> list[Values]:
    found: list[Values] = [{}, {}, {}, {}]
    for route, columns in samples.by("handler", "http_requests_total").items():
        handler = re.escape(route)
        whole = samples.grown(columns, at, span)
        if whole > 0:
            server, client = (samples.grown(samples.requests(s, handler=handler), at, span) for s in ("5..", "4.."))
            where = key(handler=route)
            found[0][where], found[2][where] = near(server / whole, 2 / whole), near(client / whole, 2 / whole)
            early = samples.grown(samples.requests("5..", handler=handler), at - FIVE_MINUTES, span - FIVE_MINUTES)
            late = samples.grown(samples.requests("5..", handler=handler), at, span + FIVE_MINUTES)
            found[1][where] = Within(near(early, 2).low, near(late, 2).high)
            most = samples.grown(columns, at, span + FIVE_MINUTES) / span
            least = samples.grown(columns, at - FIVE_MINUTES, span - FIVE_MINUTES) / span
            found[3][where] = Within(near(least).low, near(most).high)
    return found


def latency_by_handler(samples: Samples, at: float, span: float) -> list[Values]:
    found: list[Values] = [{}, {}, {}, {}]
    for route in samples.by("handler", "http_request_duration_seconds_count"):

        def grown(part: str, handler: str = re.escape(route), **wanted: str) -> float:
            name = f"http_request_duration_seconds_{part}"
            return samples.grown(of(samples, name, handler=handler, **wanted), at, span)

        timed = grown("count")
        if timed > 0:
            where = key(handler=route)
            for index, le in enumerate(("0.5", "0.1", "1.0")):
                found[index][where] = near(1 - grown("bucket", le=le) / timed, max(0.0005, 5 / timed))
            found[3][where] = near(grown("sum") / timed)
    return found


def db_pool(samples: Samples, at: float, span: float) -> list[Values]:
    active, idle = (last(samples, f"db_connections_{kind}", at) for kind in ("active", "idle"))
    return [one(near(float(sum(active.values())))), one(near(float(sum(idle.values())))), one(near(20.0 * len(active)))]


def _percentiles(metric: str) -> Calculation:
    def found(samples: Samples, at: float, span: float) -> list[Values]:
        buckets = samples.by("le", f"{metric}_bucket")
        rates = {le: samples.rate(columns, samples.evaluated(at)) for le, columns in buckets.items()}
        return [one(quantile(q, rates)) for q in (0.5, 0.95, 0.99)]

    return found


def db_operations(samples: Samples, at: float, span: float) -> list[Values]:
    found: list[Values] = [{}, {}, {}, {}, {}]
    for kind, columns in samples.by("operation", "db_queries_total").items():
        whole = samples.grown(columns, at, span)
        failed = samples.grown(of(samples, "db_queries_total", operation=kind, status="error"), at, span)
        found[0][key(operation=kind)] = near(whole / span)
        found[1][key(operation=kind)] = near(failed / whole, 3 / whole)
    for kind in samples.by("operation", "db_query_duration_seconds_count"):
        buckets = samples.by("le", "db_query_duration_seconds_bucket", operation=kind)
        counts = {le: samples.grown(columns, at, span) for le, columns in buckets.items()}
        for index, q in enumerate((0.5, 0.95, 0.99), 2):
            within = quantile(q, counts)
            assert within
            found[index][key(operation=kind)] = within
    return found


def cache_operations(samples: Samples, at: float, span: float) -> list[Values]:
    kinds = samples.by("operation", "cache_operations_total").items()
    return [{key(operation=k): near(samples.rate(columns, samples.evaluated(at))) for k, columns in kinds}]


def vector_operations(samples: Samples, at: float, span: float) -> list[Values]:
    kinds = samples.by("operation", "vector_store_operations_total").items()
    when = samples.evaluated(at)
    failed = 60 * rate(samples, at, "vector_store_operations_total", status="error")
    return [
        {key(operation=k): near(60 * samples.rate(columns, when), 0.25) for k, columns in kinds},
        one(near(failed, 0.25)),
    ]


def redis(samples: Samples, at: float, span: float) -> list[Values]:
    def now(name: str) -> float:
        return float(sum(last(samples, name, at, "redis").values()))

    hits, misses, evicted = (
        samples.rate([column for _, column in samples.find(f"redis_{kind}_total", "redis")], at)
        for kind in ("keyspace_hits", "keyspace_misses", "evicted_keys")
    )
    figures = [now("redis_up"), now("redis_memory_used_bytes")]
    figures += [now("redis_memory_used_bytes") / now("redis_memory_max_bytes"), 60 * evicted]
    figures += [now("redis_connected_clients"), now("redis_blocked_clients"), hits / (hits + misses)]
    return [one(near(figure)) for figure in figures]


def cpu(samples: Samples, at: float, span: float) -> list[Values]:
    return [{key(job="ai-agent-api", instance=name): share for name, share in _cpu(samples, at).items()}]


def memory(samples: Samples, at: float, span: float) -> list[Values]:
    found = last(samples, "process_resident_memory_bytes", at)
    return [{key(job="ai-agent-api", instance=name): near(size) for name, size in found.items()}]


def open_files(samples: Samples, at: float, span: float) -> list[Values]:
    when = samples.evaluated(at)
    opened, allowed = (last(samples, f"process_{kind}_fds", when) for kind in ("open", "max"))
    return [{key(job="ai-agent-api", instance=name): near(opened[name] / allowed[name]) for name in opened}]


def targets(samples: Samples, at: float, span: float) -> list[Values]:
    jobs = {"ai-agent-api": API, "redis": ("redis:9121",), "prometheus": ("prometheus:9090",)}
    every = [(job, instance) for job, instances in jobs.items() for instance in instances]

    def now(name: str, job: str) -> dict[str, float]:
        return last(samples, name, at, job)

    times, found = samples.scrapes.times, [dict[Labels, Within]() for _ in range(5)]
    inside = [n for n, when in enumerate(times) if at - span <= when <= at]
    for job, instance in every:
        where = key(job=job, instance=instance)
        for index, name in ((0, "up"), (3, "scrape_duration_seconds"), (4, "scrape_samples_scraped")):
            found[index][where] = near(now(name, job)[instance])
        for own, column in samples.find("process_start_time_seconds", job):
            if own["instance"] == instance:
                starts = [column[n] for n in inside]
                changes = sum(before != after for before, after in pairwise(starts))
                found[1][where], found[2][where] = near(at - starts[-1], 1.0), near(float(changes))
    return found


FIGURES: Mapping[str, Calculation] = {
    "db_pool_used": db_pool_used,
    "cache_hit": cache_hit,
    "cpu_busiest": cpu_busiest,
    "rate_by_endpoint": rate_by_endpoint,
    "errors_by_handler": errors_by_handler,
    "latency_by_handler": latency_by_handler,
    "db_pool": db_pool,
    "db_duration": _percentiles("db_query_duration_seconds"),
    "db_operations": db_operations,
    "cache_hits": cache_hit,
    "cache_operations": cache_operations,
    "vector_operations": vector_operations,
    "vector_duration": _percentiles("vector_store_operation_duration_seconds"),
    "redis": redis,
    "cpu": cpu,
    "memory": memory,
    "open_files": open_files,
    "targets": targets,
}
"""Calculations by the slug of their panel, one dict for each PromQL query."""


@pytest.mark.prometheus
@pytest.mark.parametrize(
    ("slug", "hours_ago"), [(slug, ago) for slug in FIGURES for ago in LOOKS[: 1 if slug in OVER_RANGE else None]]
)
def test_a_panel_shows_what_follows_from_the_scraped_samples(graphs: Graphs, slug: str, hours_ago: float) -> None:
    assert graphs.differences(slug, hours_ago) == []


@pytest.mark.prometheus
def test_alerts_are_listed_with_the_time_since_they_began(graphs: Graphs) -> None:
    def listed(hours_ago: float) -> dict[str, float]:
        at = NOW - timedelta(hours=hours_ago)
        (question,) = questions(graphs.catalog, BOARD, at, [f"{NAME}/alert_list"]).questions[-1:]
        text = expand("promql", question.text, question.time, [Choice("job", ("x",), None, multi=True, all_value=".+")])
        answer = prometheus.instant(graphs.call, text, at)
        assert isinstance(answer, prometheus.Data), answer
        return {series["metric"]["alertname"]: float(series["value"][1]) for series in answer.series}

    before, after = listed(2.6), listed(2.5)
    assert "DatabasePoolFull" in {*before} & {*after}
    assert {name: after[name] - age for name, age in before.items() if name in after} == {
        name: pytest.approx(360, abs=31) for name in before if name in after
    }


# ── nothing is left out ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_panel_has_its_number_test_here_or_on_the_overview() -> None:
    there = {panel.slug: panel.queries for panel in load_catalog(load_config(ALL_ON)).dashboards["overview"].panels()}
    mine: dict[str, Any] = {panel.slug: panel.queries for panel in BOARD.panels()}
    assert all(mine[slug] == there[slug] for slug in {*mine} & {*there})
    own = {slug for slug in {*mine} - {*there} if mine[slug]}
    assert own == {*FIGURES, "alert_list", "db_size", "db_tables"}

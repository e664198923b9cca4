"""What the PromQL panels of System Health must show, calculated from scraped samples by what their descriptions say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from overview_series import FIVE_MINUTES, HOUR, Column, Labels, Samples, Values, Within, near, quantile

TIMES = "http_request_duration_seconds"
API = ("api-1:8000", "api-2:8000")
Calculation = Callable[[Samples, float, float], list[Values]]


def key(**found: str) -> Labels:
    return tuple(sorted(found.items()))


def of(samples: Samples, name: str, **wanted: str) -> list[Column]:
    return [column for _, column in samples.find(name, **wanted)]


def rate(samples: Samples, at: float, name: str, **wanted: str) -> float:
    return samples.rate(of(samples, name, **wanted), samples.evaluated(at))


def one(value: Within | None) -> Values:
    return {} if value is None else {(): value}


def db_pool_used(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(near(max(samples.newest("db_connections_active", samples.evaluated(at)).values()) / 20))]


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
    rest = near(sum(samples.rate(routes[route], when) for route in busy[:-3]))
    return [*top, {key(handler="All"): rest}]  # a click on it chooses all of them


def of_so_many(rows: Values) -> Values:
    """The column that says how many rows there are, none of which is cut here."""
    return {where: near(float(len(rows))) for where in rows}


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
    return [*found, of_so_many(found[3])]


def latency_by_handler(samples: Samples, at: float, span: float) -> list[Values]:
    found: list[Values] = [{}, {}, {}, {}, {}, {}]
    for route in samples.by("handler", "http_request_duration_seconds_count"):

        def grown(part: str, handler: str = re.escape(route), **wanted: str) -> float:
            name = f"http_request_duration_seconds_{part}"
            return samples.grown(of(samples, name, handler=handler, **wanted), at, span)

        timed = grown("count")
        if timed > 0:
            where = key(handler=route)
            for index, le in ((0, "0.5"), (3, "0.1"), (4, "1.0")):
                found[index][where] = near(1 - grown("bucket", le=le) / timed, max(0.0005, 5 / timed))
            found[5][where] = near(grown("sum") / timed)
            within = {le: grown("bucket", le=re.escape(le)) for le in samples.by("le", f"{TIMES}_bucket")}
            last = max(float(le) for le in within if le != "+Inf")
            for index, q in ((1, 0.95), (2, 0.99)):
                below_last = next(count for le, count in within.items() if le != "+Inf" and float(le) == last)
                if below_last >= q * timed:  # else the percentile lies somewhere above the last bound
                    percentile = quantile(q, within)
                    assert percentile  # read within wide buckets, few requests at the edges of the range shift it more
                    found[index][where] = Within(percentile.low * 0.99, percentile.high * 1.01)
    return [*found, of_so_many(found[0])]


def db_pool(samples: Samples, at: float, span: float) -> list[Values]:
    active, idle = (samples.newest(f"db_connections_{kind}", at) for kind in ("active", "idle"))
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
        return float(sum(samples.newest(name, at, "redis").values()))

    two_minutes = 120.0  # $__rate_interval of a panel of 6 h; keys are evicted too seldom for another window
    hits, misses, evicted = (
        samples.rate([column for _, column in samples.find(f"redis_{kind}_total", "redis")], at, two_minutes)
        for kind in ("keyspace_hits", "keyspace_misses", "evicted_keys")
    )
    figures = [now("redis_up"), now("redis_memory_used_bytes")]
    figures += [now("redis_memory_used_bytes") / now("redis_memory_max_bytes"), 60 * evicted]
    figures += [now("redis_connected_clients"), now("redis_blocked_clients"), hits / (hits + misses)]
    return [one(near(figure)) for figure in figures]


def cpu(samples: Samples, at: float, span: float) -> list[Values]:
    return [{key(job="ai-agent-api", instance=name): share for name, share in _cpu(samples, at).items()}]


def memory(samples: Samples, at: float, span: float) -> list[Values]:
    found = samples.newest("process_resident_memory_bytes", at)
    return [{key(job="ai-agent-api", instance=name): near(size) for name, size in found.items()}]


def open_files(samples: Samples, at: float, span: float) -> list[Values]:
    when = samples.evaluated(at)
    opened, allowed = (samples.newest(f"process_{kind}_fds", when) for kind in ("open", "max"))
    return [{key(job="ai-agent-api", instance=name): near(opened[name] / allowed[name]) for name in opened}]


def targets(samples: Samples, at: float, span: float) -> list[Values]:
    jobs = {
        "ai-agent-api": API,
        "redis": ("redis:9121",),
        "gendash": ("store:9100",),
        "prometheus": ("prometheus:9090",),
    }
    every = [(job, instance) for job, instances in jobs.items() for instance in instances]

    def now(name: str, job: str) -> dict[str, float]:
        return samples.newest(name, at, job)

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
    return [*found, of_so_many(found[0])]


SERIES: Mapping[str, Calculation] = {
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

"""The metrics of the demo platform's processes: the samples of each target's /metrics, advanced step by step.

Requests, statements and cache reads follow the traffic curve, so each of them is an amount per request, in calm and at
the height of the incident. Whatever has a row or an LLM call behind it is counted from that row (`happenings`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import erf, exp, log, sqrt
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gendash.demo.traffic import Incident, level
from gendash.demo.vocabularies import ANSWERING, FILE_TYPES, INTENTS, NANO, TOOLS

API_JOB = "ai-agent-api"
STORE_JOB = "gendash"
WRITTEN = "gendash_metrics_written_timestamp_seconds"
"""Of what `gendash metrics` writes, all that is known before there is a store."""

REQUESTS_PER_S = 2.4
"""Requests to both instances in an average moment, but for those that rows stand for."""

ROLES = ("user", "admin", "anonymous")
BOUNDS: Mapping[str, Sequence[float]] = {
    "http_request_duration_highr_seconds": (
        0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60,
    ),
    "http_request_duration_seconds": (0.1, 0.5, 1),
    "agent_response_duration_seconds": (0.1, 0.5, 1, 2, 5, 10, 30, 60),
    "kb_search_duration_seconds": (0.01, 0.05, 0.1, 0.5, 1, 2, 5),
    "kb_search_results_count": (0, 1, 3, 5, 10, 20, 50),
    "db_query_duration_seconds": (0.001, 0.01, 0.05, 0.1, 0.5, 1, 2, 5),
    "cache_operation_duration_seconds": (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1),
    "vector_store_operation_duration_seconds": (0.01, 0.05, 0.1, 0.5, 1, 2, 5),
}  # fmt: skip
_SPREAD, _SLOWER = 0.75, 3.0
_FAILING = (0.0008, 0.12)
_POOL = 20


class Route(NamedTuple):
    """A route of the API: its share of the traffic, the median of its seconds, and the shares of its refusals."""

    handler: str
    method: str
    share: float
    median_s: float
    refused: Mapping[str, float]


ROUTES = (
    Route("/api/v1/conversations", "GET", 0.46, 0.03, {}),
    Route("/api/v1/conversations/{conversation_id}/messages", "GET", 0.25, 0.06, {"404": 0.004}),
    Route("/api/v1/auth/refresh", "POST", 0.1, 0.035, {"401": 0.02}),
    Route("/api/v1/auth/login", "POST", 0.03, 0.21, {"401": 0.03, "422": 0.01}),
    Route("/api/v1/kb/documents", "GET", 0.09, 0.07, {}),
    Route("/api/v1/kb/search", "POST", 0.03, 0.09, {"422": 0.01}),
    Route("/api/v1/analytics/overview", "GET", 0.04, 0.26, {}),
)
ANSWERED = {
    "/api/v1/formzed-chat": ("200", "500"),
    "/api/v1/kb/documents": ("200",),
    "/api/v1/feedback": ("201",),
    "/api/v1/auth/register": ("201",),
}
"""Routes (all POST) whose requests rows stand for, and how they can end."""

Profile = dict[str, tuple[float, float]]
"""By series: what one request adds, in calm and at the height of the incident."""


def series(name: str, **labels: str) -> str:
    """A series as the exposition format writes it."""
    inner = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{name}{{{inner}}}" if labels else name


def series_of(key: str, job: str, instance: str) -> str:
    """A series of a target with the labels that Prometheus adds."""
    name, _, own = key.partition("{")
    return f'{name}{{job="{job}",instance="{instance}"' + (f",{own}" if own else "}")


@lru_cache
def histogram(name: str, **labels: str) -> tuple[str, ...]:
    """The series of a histogram: its buckets, then _count and _sum."""
    bounds = [*(repr(float(limit)) for limit in BOUNDS[name]), "+Inf"]
    buckets = [series(f"{name}_bucket", **labels, le=limit) for limit in bounds]
    return (*buckets, series(f"{name}_count", **labels), series(f"{name}_sum", **labels))


@dataclass
class Target:
    """One scraped process: its samples by series. Gauges are what no restart sets to 0."""

    job: str
    instance: str
    profile: Profile = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)

    def restart(self, at: float) -> None:
        """Restarts the process: every counter is 0."""
        self.values = dict.fromkeys(self.values, 0.0)
        if self.job == API_JOB:
            self.gauges["process_start_time_seconds"] = at

    def serve(self, requests: float, severity: float) -> None:
        """Counts requests and all that comes with them."""
        values, calm = self.values, 1 - severity
        if severity:
            for key, (usual, bad) in self.profile.items():
                values[key] += requests * (calm * usual + severity * bad)
        else:
            for key, (usual, _) in self.profile.items():
                values[key] += requests * usual

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Adds one observation to a histogram."""
        keys = histogram(name, **labels)
        for limit, key in zip((*BOUNDS[name], float("inf")), keys, strict=False):
            if value <= limit:
                self.values[key] += 1
        self.values[keys[-2]] += 1
        self.values[keys[-1]] += value


def as_scraped(key: str, values: Iterable[float]) -> array[Any]:
    """Values of a series as a scrape shows them: what is counted is whole, what is measured has three decimals."""
    if key.partition("{")[0].endswith(("_sum", "_cpu_seconds_total")):
        return array("d", [round(value, 3) for value in values])
    return array("q", map(int, values))


@dataclass
class Fleet:
    """All targets of the demo, and what their traffic follows. The first instance of the API runs the agent.

    To keep the history small, statements and cache reads are shown by that instance alone.
    """

    born: float
    zone: ZoneInfo
    incident: Incident
    rng: Random
    api: list[Target]
    redis: Target
    store: Target
    prometheus: Target

    def targets(self) -> list[Target]:
        """The targets in the order of the scrape configuration."""
        return [*self.scraped(with_store=True), self.prometheus]

    def scraped(self, *, with_store: bool) -> list[Target]:
        """The targets that the demo itself exposes."""
        return [*self.api, self.redis, *([self.store] if with_store else [])]

    def step(self, start: float, end: float) -> None:
        """Moves all targets from one time to another."""
        middle = (start + end) / 2
        busy, severity = level(middle, self.born, self.zone), self.incident.severity(middle)
        requests = REQUESTS_PER_S * (0.5 + 0.6 * busy) * max(0.3, self.rng.gauss(1, 0.09)) * (end - start)
        for number, target in enumerate(self.api):
            target.serve(requests * (0.53, 0.47)[number], severity)
            _resources(target, requests / (end - start), severity, self.rng.random())
        self.redis.serve(requests, 0.0)
        self.redis.gauges["redis_blocked_clients"] = float(int(2 * busy))
        self.redis.gauges["redis_connected_clients"] = 4.0 + int(6 * busy)
        self.store.gauges[WRITTEN] = end
        self.redis.gauges["redis_memory_used_bytes"] = float(int(48e6 + 9e6 * busy))


def fleet(born: float, zone: ZoneInfo, incident: Incident, seed: int, started: float) -> Fleet:
    """All targets at their start, with every series that they will ever have."""
    api = [_api("api-1:8000", is_agent=True), _api("api-2:8000", is_agent=False)]
    redis = Target("redis", "redis:9121", {"redis_keyspace_hits_total": (1.55, 1.55)})
    redis.profile |= {"redis_keyspace_misses_total": (0.21, 0.21), "redis_evicted_keys_total": (0.004, 0.004)}
    redis.gauges |= {"redis_up": 1.0, "redis_memory_max_bytes": 268435456.0, "redis_blocked_clients": 0.0}
    prometheus = Target("prometheus", "prometheus:9090")
    prometheus.values[series("prometheus_rule_evaluation_failures_total", rule_group="gendash")] = 0.0
    store = Target(STORE_JOB, "store:9100")
    found = Fleet(born, zone, incident, Random(f"{seed}:metrics"), api, redis, store, prometheus)
    for target in found.targets():
        target.values |= dict.fromkeys(target.profile, 0.0)
        target.restart(started)
    found.step(started, started + 1)
    return found


def _api(instance: str, is_agent: bool) -> Target:
    target = Target(API_JOB, instance, _http() | {"process_cpu_seconds_total": (0.021, 0.034)})
    if is_agent:
        target.profile |= _database() | _cache() | _searches()
        target.values |= dict.fromkeys(_agent_series(), 0.0)
        target.gauges |= {"kb_chunks_total": 0.0, "vector_store_vectors_total": 0.0, "users_active_total": 0.0}
    return target


def _spread(name: str, amount: float, median: float, **labels: str) -> Profile:
    """``amount`` observations a request, log-normal around a median, slower in the incident."""
    keys = histogram(name, **labels)
    shares = [(_below(limit, median), _below(limit, median * _SLOWER)) for limit in BOUNDS[name]] + [(1.0, 1.0)] * 2
    mean = median * exp(_SPREAD**2 / 2)
    shares.append((mean, mean * _SLOWER))
    return {key: (amount * calm, amount * bad) for key, (calm, bad) in zip(keys, shares, strict=True)}


def _below(limit: float, median: float) -> float:
    return 0.5 * (1 + erf(log(limit / median) / (_SPREAD * sqrt(2))))


def _http() -> Profile:
    found: Profile = dict.fromkeys(histogram("http_request_duration_highr_seconds"), (0.0, 0.0))
    for route in ROUTES:
        ends = {status: (share, share) for status, share in route.refused.items()}
        ends |= {"500": (_FAILING[0], _FAILING[1] * 0.3), "503": (0.0, _FAILING[1] * 0.7)}
        ends["200"] = (1 - sum(calm for calm, _ in ends.values()), 1 - sum(bad for _, bad in ends.values()))
        for status, (calm, bad) in ends.items():
            key = series("http_requests_total", handler=route.handler, method=route.method, status=status)
            found[key] = (route.share * calm, route.share * bad)
        labels = {"handler": route.handler, "method": route.method}
        found |= _spread("http_request_duration_seconds", route.share, route.median_s, **labels)
        for key, (calm, bad) in _spread("http_request_duration_highr_seconds", route.share, route.median_s).items():
            found[key] = (found[key][0] + calm, found[key][1] + bad)
    return found


def _database() -> Profile:
    found: Profile = {}
    for operation, amount, median in (("select", 3.1, 0.004), ("insert", 0.24, 0.007), ("update", 0.12, 0.006)):
        failing = (0.0002, 0.06)
        for status, (calm, bad) in {"success": (1 - failing[0], 1 - failing[1]), "error": failing}.items():
            found[series("db_queries_total", operation=operation, status=status)] = (amount * calm, amount * bad)
        if operation == "select":
            found |= _spread("db_query_duration_seconds", amount, median, operation=operation)
    return found


def _searches() -> Profile:
    """The profile of searches by people; searches by the agent are counted from rows."""
    route = next(route for route in ROUTES if route.handler.endswith("/search"))
    asked = route.share * (1 - route.refused["422"])
    found = _spread("kb_search_duration_seconds", asked, route.median_s)
    found |= _spread("vector_store_operation_duration_seconds", asked, route.median_s * 0.6, operation="search")
    for status, (calm, bad) in {"success": (1 - _FAILING[0], 1 - _FAILING[1]), "error": _FAILING}.items():
        found[series("kb_searches_total", status=status)] = (asked * calm, asked * bad)
        found[series("vector_store_operations_total", operation="search", status=status)] = (asked * calm, asked * bad)
    return found


def _cache() -> Profile:
    found: Profile = {"cache_hits_total": (0.68, 0.61), "cache_misses_total": (0.12, 0.19)}
    for operation, amount in (("get", 0.8), ("set", 0.12)):
        found[series("cache_operations_total", operation=operation, status="success")] = (amount, amount)
    found |= _spread("cache_operation_duration_seconds", 0.8, 0.0012, operation="get")
    login = next(route for route in ROUTES if route.handler.endswith("/login"))
    failed = login.share * login.refused["401"]
    found[series("auth_attempts_total", status="success")] = (login.share - failed, login.share - failed)
    found[series("auth_attempts_total", status="failure")] = (failed, failed)
    found["users_logged_in_total"] = (login.share - failed, login.share - failed)
    found["auth_token_refreshes_total"] = (0.098, 0.098)
    return found


def _agent_series() -> list[str]:
    """The series of the first instance that are counted from rows."""
    found: list[str] = []
    for handler, statuses in ANSWERED.items():
        found += [series("http_requests_total", handler=handler, method="POST", status=s) for s in statuses]
        found += histogram("http_request_duration_seconds", handler=handler, method="POST")
    for intent in INTENTS:
        ends = [(role, status) for role in ROLES for status in ("success", "error")]
        found += [series("agent_queries_total", user_role=r, intent=intent, status=s) for r, s in ends]
        found += histogram("agent_response_duration_seconds", intent=intent, tools_used=TOOLS.get(intent, ""))
    for model in (*ANSWERING, NANO):
        found += [series("agent_tokens_used_total", model=model.name, type=kind) for kind in ("prompt", "completion")]
    ends = [(tool, status) for tool in TOOLS.values() for status in ("success", "error")]
    found += [series("agent_tool_calls_total", tool_name=tool, status=status) for tool, status in ends]
    found += [series("agent_conversations_total", user_role=role) for role in ROLES]
    found += [series("agent_messages_total", role=role) for role in ("user", "assistant")]
    found += [series("feedback_submitted_total", rating=str(rating)) for rating in range(1, 6)]
    for status in ("success", "error"):
        found.append(series("kb_searches_total", status=status))
        found += [series("kb_documents_uploaded_total", file_type=kind, status=status) for kind in FILE_TYPES]
        for operation in ("search", "upsert"):
            found.append(series("vector_store_operations_total", operation=operation, status=status))
    found += [*histogram("kb_search_duration_seconds"), *histogram("kb_search_results_count")]
    return [*found, *histogram("vector_store_operation_duration_seconds", operation="search"), "users_registered_total"]


def _resources(target: Target, per_s: float, severity: float, noise: float) -> None:
    gauges = target.gauges
    active = min(float(_POOL), float(int(0.9 * per_s * (0.6 + 0.8 * noise)) + int(18 * severity)))
    gauges["db_connections_active"] = active
    gauges["db_connections_total"] = float(min(_POOL, max(5, int(active) + 3)))
    gauges["db_connections_idle"] = gauges["db_connections_total"] - active
    gauges["process_resident_memory_bytes"] = float(int(2.9e8 + 6e6 * per_s + 2e7 * noise))
    gauges["process_open_fds"] = float(38 + int(3 * per_s) + int(active))
    gauges["process_max_fds"] = 1048576.0

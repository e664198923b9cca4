"""Prometheus over HTTP: queries at a given time, label values, and the rules that it has loaded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import DEFAULTS
from gendash.engine.errors import Denied, Unexpected, Unreachable
from gendash.engine.model import Problem

TIMEOUT_S = 5


@dataclass(frozen=True)
class Data:
    """The ``data`` of an answer, and in how many milliseconds it came."""

    data: Any
    ms: float

    @property
    def series(self) -> list[dict[str, Any]]:
        """The series of a query; a scalar is one series without labels, a text is none."""
        kind, result = self.data["resultType"], self.data["result"]
        if kind == "scalar":
            return [{"metric": {}, "value": result}]
        return [] if kind == "string" else list(result)


@dataclass(frozen=True)
class LoadedRule:
    """A rule as Prometheus has it: ``every_s`` is how often its group runs, ``error`` why it failed last."""

    name: str
    kind: str
    expr: str
    health: str
    error: str
    every_s: float


Call = Callable[[str, dict[str, str]], Data | Failed]


@contextmanager
def prometheus(url: str) -> Iterator[Call]:
    """A function that calls one endpoint of the HTTP API; threads may share it.

    Raises Unreachable, Denied, or Unexpected where something else answers at ``url``.
    """
    with requests.Session() as session:

        def call(path: str, params: dict[str, str]) -> Data | Failed:
            return _call(session, url, path, params)

        yield call


def instant(call: Call, expr: str, at: datetime) -> Data | Failed:
    """The value of an expression at one time."""
    return call("query", {"query": expr, "time": _time(at), "timeout": f"{TIMEOUT_S}s"})


def over(call: Call, expr: str, start: datetime, end: datetime, step_ms: int) -> Data | Failed:
    """The values of an expression from start to end, one each step."""
    params = {"start": _time(start), "end": _time(end), "step": f"{step_ms / 1000:g}", "timeout": f"{TIMEOUT_S}s"}
    return call("query_range", {"query": expr} | params)


def label_values(call: Call, label: str, selector: str, start: datetime, end: datetime) -> Data | Failed:
    """The values of a label among the series of a selector (of all series where it is empty), sorted."""
    match = {"match[]": selector} if selector else {}
    return call(f"label/{label}/values", match | {"start": _time(start), "end": _time(end)})


def loaded_rules(call: Call) -> dict[str, list[LoadedRule]]:
    """All rules that Prometheus has loaded, by name: a name may stand in several groups."""
    answer = call("rules", {})
    if isinstance(answer, Failed):
        raise Unexpected(
            Problem("prometheus", f"/api/v1/rules: {answer.message}", "Prometheus 2.42 or later is needed")
        )
    found: dict[str, list[LoadedRule]] = {}
    for group in answer.data["groups"]:
        for rule in group["rules"]:
            every_s = float(group.get("interval", 60))
            one = LoadedRule(
                rule["name"], rule["type"], rule["query"], rule["health"], rule.get("lastError", ""), every_s
            )
            found.setdefault(one.name, []).append(one)
    return found


def _call(session: requests.Session, url: str, path: str, params: dict[str, str]) -> Data | Failed:
    where = f"prometheus {_public(url)}"
    started = time.perf_counter()
    address = f"{url.rstrip('/')}/api/v1/{path}"
    try:
        if path.startswith("query"):  # an expression may be longer than a URL
            response = session.post(address, data=params, timeout=2 * TIMEOUT_S)
        else:
            response = session.get(address, params=params, timeout=2 * TIMEOUT_S)
    except requests.Timeout:
        raise Unreachable(Problem(where, f"no answer within {2 * TIMEOUT_S} s", "is it overloaded?")) from None
    except requests.RequestException as error:
        todo = "is it up, and GENDASH_PROMETHEUS_URL right?"
        if url == DEFAULTS["prometheus_url"]:  # nobody need have said that there is one
            todo += " Set prometheus_url: none if there is none"
        raise Unreachable(Problem(where, _reason(error), todo)) from None
    ms = (time.perf_counter() - started) * 1000
    if response.status_code in (401, 403):
        raise Denied(Problem(where, f"HTTP {response.status_code}", "give user and password in GENDASH_PROMETHEUS_URL"))
    try:
        body = response.json()
        if body["status"] == "success":
            return Data(body["data"], ms)
        return Failed(body["errorType"], " ".join(body["error"].split()), ms)
    except (ValueError, KeyError, TypeError):
        problem = Problem(where, f"HTTP {response.status_code} that is not Prometheus' API", "check the URL")
        raise Unexpected(problem) from None


def _reason(error: requests.RequestException) -> str:
    """What went wrong below HTTP, without addresses (which may hold a password)."""
    cause: BaseException = error
    while cause.__context__ is not None or cause.__cause__ is not None:
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    text = getattr(cause, "strerror", None) or type(cause).__name__
    return f"no connection: {text}"


def _public(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _time(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"

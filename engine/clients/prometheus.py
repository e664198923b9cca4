"""Prometheus over HTTP: queries at a given time, label values, and the rules that it has loaded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NotRequired, TypedDict
from urllib.parse import unquote, urlsplit

import msgspec

from gendash.engine.clients.answers import Failed
from gendash.engine.clients.http import PATIENCE, Session, is_passing
from gendash.engine.clients.http_policy import HttpAnswer, Server, basic, explain, json_of, route_of
from gendash.engine.config.load import Config
from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem

_Number = Annotated[str, msgspec.Meta(pattern=r"^(NaN|[+-]?(Inf|[0-9]{1,400}(\.[0-9]{0,400})?(e[+-]?[0-9]{1,3})?))$")]
_Sample = tuple[float, _Number]


class _Series(TypedDict):
    metric: dict[str, str]
    value: NotRequired[_Sample]
    values: NotRequired[list[_Sample]]


class _Result(msgspec.Struct, tag_field="resultType"):
    pass


class _Vector(_Result, tag="vector"):
    result: list[_Series]


class _Matrix(_Result, tag="matrix"):
    result: list[_Series]


class _Scalar(_Result, tag="scalar"):
    result: _Sample


class _Text(_Result, tag="string"):
    result: tuple[float, str]


class _Rule(msgspec.Struct):
    name: str
    type: str
    query: str
    health: str
    lastError: str = ""


class _Group(msgspec.Struct):
    rules: list[_Rule]
    interval: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 60.0


class _Rules(msgspec.Struct):
    groups: list[_Group]


class _Alertmanager(msgspec.Struct):
    url: str


class _Alertmanagers(msgspec.Struct, rename="camel"):
    active_alertmanagers: list[_Alertmanager]


class _Error(msgspec.Struct, rename="camel"):
    error_type: str
    error: str


def _shape(path: str) -> Any:
    """The expected shape of an endpoint's ``data``."""
    if path.startswith("query"):
        return _Vector | _Matrix | _Scalar | _Text
    others = {"rules": _Rules, "metadata": dict[str, Any], "alertmanagers": _Alertmanagers}
    return others.get(path, list[str])


@dataclass(frozen=True)
class Data:
    """The ``data`` of an answer, and in how many milliseconds it came.

    ``partial`` is the server's warning that data is missing, as from Thanos when a store does not answer.
    """

    data: Any
    ms: float
    partial: str = ""

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
def prometheus(config: Config) -> Iterator[Call]:
    """A function that calls one endpoint of the HTTP API; threads may share it.

    It raises Unreachable, Denied, or Unexpected where something else answers at the URL.
    """
    with prometheus_session(config) as session, ExitStack() as stack:
        elsewhere = config["prometheus.rules_url"]
        rules = stack.enter_context(prometheus_session(config, "prometheus.rules_url")) if elsewhere else session
        yield calls_of(session, rules)


def calls_of(session: Session, rules: Session | None = None) -> Call:
    """The same over a session whose server has Prometheus' API below its URL, such as Grafana's proxy.

    ``rules`` is asked for loaded rules, where that is another server.
    """
    posts = [True]

    def call(path: str, params: dict[str, str]) -> Data | Failed:
        return _call(rules or session if path == "rules" else session, path, params, posts)

    return call


def prometheus_session(config: Config, key: str = "prometheus_url") -> Session:
    """A session with the Prometheus of a configuration; ``key`` is the setting of the address."""
    url, bearer = config[key], config["prometheus.bearer"]
    setting = "GENDASH_PROMETHEUS_URL" if key == "prometheus_url" else key
    where, user, password = _public(url)
    authorization = f"Bearer {bearer}" if bearer else basic(user, password) if user else ""
    ask = {
        "basic": f"give user and password in {setting}",
        "bearer": "set GENDASH_PROMETHEUS_BEARER to a token that is valid",
        "": f"give user and password in {setting}, or a token in GENDASH_PROMETHEUS_BEARER",
    }
    credential = "the bearer token is" if bearer else "user and password are" if user else ""
    server = Server(
        "Prometheus",
        f"prometheus {where}",
        url,
        setting,
        route_of(config, "prometheus"),
        authorization,
        credential,
        ask,
    )
    return Session(server, patience=PATIENCE)


def certain(answer: Data | Failed, what: str) -> Data:
    """A whole answer. Raises Unexpected for a refusal and for a partial one: what it lacks is not known."""
    if isinstance(answer, Failed):
        raise Unexpected(Problem("prometheus", f"{answer.message} when looking for {what}", "try again"))
    if answer.partial:
        said = f"the answer is partial ({answer.partial}) when looking for {what}"
        raise Unexpected(Problem("prometheus", said, "see why a part of the data does not answer, then try again"))
    return answer


def instant(call: Call, expr: str, at: datetime) -> Data | Failed:
    """The value of an expression at one time."""
    return call("query", {"query": expr, "time": _time(at)})


def number(series: Mapping[str, Any]) -> float:
    """The value of a series at one time; NaN where it has none, as a native histogram."""
    return float(series["value"][1]) if "value" in series else math.nan


def over(call: Call, expr: str, start: datetime, end: datetime, step_ms: int) -> Data | Failed:
    """The values of an expression from start to end, one each step."""
    params = {"start": _time(start), "end": _time(end), "step": f"{step_ms / 1000:g}"}
    return call("query_range", {"query": expr} | params)


def label_values(call: Call, label: str, selector: str, start: datetime, end: datetime) -> Data | Failed:
    """The values of a label among the series of a selector (of all series where it is empty), sorted."""
    match = {"match[]": selector} if selector else {}
    return call(f"label/{label}/values", match | {"start": _time(start), "end": _time(end)})


_BUSY = frozenset({"timeout", "canceled", "execution", "internal", "unavailable", "too_many", "too_many_requests"})


def loaded_rules(call: Call) -> dict[str, list[LoadedRule]]:
    """All rules that Prometheus has loaded, by name: several groups may hold one of the same name."""
    answer = call("rules", {})
    if isinstance(answer, Failed):
        other = "Prometheus 2.42 or later is needed, or set prometheus.rules_url to what evaluates the rules"
        todo = "try again" if answer.code in _BUSY else other
        raise Unexpected(Problem("prometheus", f"/api/v1/rules: {answer.message}", todo))
    certain(answer, "the loaded rules")
    found: dict[str, list[LoadedRule]] = {}
    for group in msgspec.convert(answer.data, _Rules).groups:
        for rule in group.rules:
            one = LoadedRule(rule.name, rule.type, rule.query, rule.health, rule.lastError, group.interval)
            found.setdefault(one.name, []).append(one)
    return found


def known_alertmanagers(call: Call) -> list[str] | None:
    """The addresses of the Alertmanagers that Prometheus sends alerts to; None where the server does not say."""
    answer = call("alertmanagers", {})
    if isinstance(answer, Failed):
        return None
    found = msgspec.convert(answer.data, _Alertmanagers).active_alertmanagers
    return [_public(one.url.partition("/api/")[0])[0] for one in found]


def _call(session: Session, path: str, params: dict[str, str], posts: list[bool]) -> Data | Failed:
    """The answer of one endpoint. ``posts`` remembers whether queries may be posted, which some proxies forbid."""
    server = session.server
    address = f"/api/v1/{path}"
    if path.startswith("query"):  # Prometheus itself gives up first, and says so
        params = {**params, "timeout": f"{server.route.timeout_s * 500:.0f}ms"}  # whole units only
    if path.startswith("query") and posts[0]:  # an expression may be longer than a URL
        answer = session.read("POST", address, _again, form=params)
        if answer.status == 405:
            posts[0] = False
            return _call(session, path, params, posts)
    else:
        answer = session.read("GET", address, _again, params=params)
    if answer.status in (401, 403):
        raise explain(server, answer)
    try:
        body = json_of(answer.body)
        if body["status"] == "success" and answer.status == 200:
            msgspec.convert(body["data"], _shape(path))
            return Data(body["data"], answer.ms, server.cleared(_partial(body), 300))
        error = msgspec.convert(body, _Error)
        return Failed(error.error_type, server.cleared(error.error, 2000), answer.ms)
    except msgspec.ValidationError as wrong:
        raise explain(server, answer, f"its data has another shape: {wrong}") from None
    except (ValueError, KeyError, TypeError) as wrong:
        raise explain(server, answer, f"not Prometheus' API: {_why(wrong)}") from None


def _partial(body: dict[str, Any]) -> str:
    """The warning that an answer lacks data. Warnings about the expression itself begin with "PromQL"."""
    warnings = body.get("warnings")
    about_data = (
        [str(one) for one in warnings if not str(one).startswith("PromQL")] if isinstance(warnings, list) else []
    )
    if about_data:
        return about_data[0]
    return "isPartial" if body.get("isPartial") is True else ""


def _again(answer: HttpAnswer) -> bool:
    """True if the request should be repeated: not if Prometheus itself gives the reason of its error."""
    return is_passing(answer) and b'"errorType"' not in answer.body[:2000]


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else "another shape"


def _public(url: str) -> tuple[str, str, str]:
    """Host and port of a URL for messages, and its user and password."""
    try:
        parts = urlsplit(url)
        where = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:
        return "at a URL that is none", "", ""
    return where, unquote(parts.username or ""), unquote(parts.password or "")


def _time(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"

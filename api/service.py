"""What requests share, and what their errors and answers become."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cachetools import TTLCache
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException

from gendash.api.cache import MEMORY_S, Cache, Kept, etag_of
from gendash.api.endpoint import Endpoint
from gendash.api.identity import Gate, Identity, is_text
from gendash.api.limits import Limiter
from gendash.api.own import OwnList
from gendash.api.request import Wrong, next_link, shown_span
from gendash.api.shared import LOG, Shared
from gendash.api.versions import Versions
from gendash.api.world import World
from gendash.engine.errors import ContentError, GendashError, internal
from gendash.engine.read.panels import Moment

JSON, CSV = "application/json", "text/csv; charset=utf-8"


@dataclass
class Service:
    """Everything that requests share."""

    world: World
    endpoints: Sequence[Endpoint]
    lists: Sequence[OwnList]
    gate: Gate
    limiter: Limiter
    cache: Cache
    versions: Versions
    shared: Shared | None = None
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        labels = ["route", "status"]
        self.requests = Counter("gendash_api_requests", "Requests by route and status.", labels, registry=self.registry)
        self.seconds = Histogram(
            "gendash_api_request_seconds", "Time to the answer.", ["route"], registry=self.registry
        )
        self.counters: dict[tuple[str, int], tuple[Counter, Histogram]] = {}  # finding one by labels takes a lock each

    def count(self, route: str, status: int, took_s: float) -> None:
        """Counts an answer."""
        if (route, status) not in self.counters:
            self.counters[route, status] = self.requests.labels(route, str(status)), self.seconds.labels(route)
        requests, seconds = self.counters[route, status]
        requests.inc()
        seconds.observe(took_s)


def error_answer(status: int, what: str, do: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    content = {"error": what} | ({"do": do} if do else {})
    return JSONResponse(content, status, headers=dict(headers or {}) | {"Cache-Control": "no-store"})


def answer_of(error: Exception) -> JSONResponse:
    """What an error that a handler raised becomes; what is wrong with a server is logged, once in a while."""
    if isinstance(error, Wrong):
        return error_answer(error.status, str(error))
    if isinstance(error, ContentError):
        return error_answer(422, "; ".join(f"{one.where}: {one.what}" for one in error.problems))
    if isinstance(error, GendashError):
        log_once({"error": [str(one) for one in error.problems]})
        places = ", ".join(sorted({one.where.split()[0] for one in error.problems}))
        return error_answer(503, f"{places}: not available now", "try again", {"Retry-After": "5"})
    if isinstance(error, HTTPException):  # no such path, or another method than GET
        return error_answer(error.status_code, str(error.detail).lower(), headers=error.headers)
    LOG.error(json.dumps({"error": str(internal(error))}))
    return error_answer(500, "an error of gendash; its log has the place", "report it")


def log_once(line: Mapping[str, Any]) -> None:
    """Logs a line, unless an equal one was logged within the last half minute."""
    text = json.dumps(line)
    if text not in _logged:
        _logged[text] = True
        LOG.warning(text)


_logged: TTLCache[str, bool] = TTLCache(100, 30)


def require(request: Request, *roles: str) -> Identity:
    """Who asks, if it has one of these roles. Raises Wrong."""
    identity: Identity = request.state.identity
    if identity.role not in roles:
        raise Wrong("this token may not see that", 403)
    return identity


def known_already(request: Request, key: str, seconds: float) -> Response | None:
    """304 if the client has the answer with this key."""
    etag = etag_of(key)
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if {etag, etag.removeprefix("W/"), "*"} & set(known):
        return Response(status_code=304, headers=_kept_headers(etag, seconds))
    return None


def sent(kept: Kept, media: str) -> Response:
    """A kept answer with its headers."""
    return Response(kept.body, media_type=media, headers=_kept_headers(kept.etag, kept.seconds))


def sent_csv(kept: Kept, params: Mapping[str, str]) -> Response:
    """A kept page of CSV, before which its cursor is kept in a line of its own. Raises Wrong."""
    cursor, _, body = kept.body.partition(b"\n")
    headers = _kept_headers(kept.etag, kept.seconds) | next_link(params, cursor.decode())
    return Response(body, media_type=CSV, headers=headers)


def _kept_headers(etag: str, seconds: float) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": f"private, max-age={min(int(seconds), MEMORY_S)}"}


def fresh(body: bytes, media: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that nobody may keep."""
    return Response(body, media_type=media, headers={"Cache-Control": "no-store", **(headers or {})})


def wants_csv(request: Request) -> bool:
    """True if the client prefers CSV to JSON. Raises Wrong if it accepts neither."""
    accepted: dict[str, float] = {}
    for part in (request.headers.get("accept", "").lower() or "*/*").split(","):
        media, *parameters = (one.strip() for one in part.split(";"))
        quality = next((one[2:] for one in parameters if _QUALITY.fullmatch(one)), "1")
        accepted[media] = float(quality)
    csv, plain = _quality(accepted, "text/csv"), _quality(accepted, "application/json")
    if not csv and not plain:
        raise Wrong("there are application/json and text/csv", 406)
    return csv > plain or (csv == plain and "text/csv" in accepted and "application/json" not in accepted)


_QUALITY = re.compile(r"q=[01](\.\d{0,3})?")


def _quality(accepted: Mapping[str, float], media: str) -> float:
    """How much a client wants a type, by the most specific entry that fits it."""
    fitting = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((accepted[one] for one in fitting if one in accepted), 0.0)


def json_bytes(content: Any) -> bytes:
    """JSON; what is no number is null, money is text."""
    return msgspec.json.encode(content)


def single(request: Request) -> dict[str, str]:
    """The parameters of a request, each given once. Raises Wrong."""
    pairs = request.query_params.multi_items()
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Wrong(f"'{twice[:40]}' is given more than once")
    return dict(pairs)


def picked(request: Request) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Parameters that are given once, and the values of variables, `var-name=value`, each as often as given."""
    values: dict[str, list[str]] = {}
    rest: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name.startswith("var-"):
            if value:  # a form sends an empty one for All
                values.setdefault(name.removeprefix("var-"), []).append(value)
        elif name in rest:
            raise Wrong(f"'{name[:40]}' is given more than once")
        else:
            rest[name] = value
    return rest, values


def request_key(world: World, *params: Mapping[str, Any]) -> str:
    """The same text for equal requests of one minute."""
    return json.dumps([*(sorted(one.items()) for one in params), int(world.now.timestamp() // 60)])


def moment_asked(world: World, params: Mapping[str, str], values: Mapping[str, list[str]]) -> Moment:
    """The range and the variables of a request. Raises Wrong."""
    unknown = [one for one in params if one not in ("range", "from", "to")]
    if unknown:
        raise Wrong(f"no parameter '{unknown[0][:40]}'; there are range, from, to, and var- with a variable's name")
    if any(not is_text(one) for each in values.values() for one in each):
        raise Wrong("a value of a variable is no text")
    span, explicit = shown_span(world.catalog.config, params, world.now)
    return Moment(world.now, world.at, span if explicit else None, values)

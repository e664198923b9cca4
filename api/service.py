"""What requests share, and what their errors and answers become."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

from gendash.api.answers import World
from gendash.api.cache import Cache, Kept
from gendash.api.endpoint import Endpoint
from gendash.api.identity import Gate, Identity
from gendash.api.limits import Limiter
from gendash.api.own import OwnList
from gendash.api.request import Wrong, span_asked
from gendash.api.versions import Versions
from gendash.engine.errors import ContentError, GendashError
from gendash.engine.read.panels import Moment

LOG = logging.getLogger("gendash.api")


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
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        labels = ["route", "status"]
        self.requests = Counter("gendash_api_requests", "Requests by route and status.", labels, registry=self.registry)
        self.seconds = Histogram(
            "gendash_api_request_seconds", "Time to the answer.", ["route"], registry=self.registry
        )


def error_answer(status: int, what: str, do: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    content = {"error": what} | ({"do": do} if do else {})
    return JSONResponse(content, status, headers=dict(headers or {}) | {"Cache-Control": "no-store"})


def guarded(handle: Callable[[], Response]) -> Response:
    """The answer of a handler, or what its error becomes."""
    try:
        return handle()
    except Wrong as error:
        return error_answer(error.status, str(error))
    except ContentError as error:
        return error_answer(422, "; ".join(f"{one.where}: {one.what}" for one in error.problems))
    except GendashError as error:
        LOG.warning(json.dumps({"error": [str(one) for one in error.problems]}))
        places = ", ".join(sorted({one.where.split()[0] for one in error.problems}))
        return error_answer(503, f"{places}: not available now", "try again", {"Retry-After": "5"})


def require(request: Request, *roles: str) -> Identity:
    """Who asks, if it has one of these roles. Raises Wrong."""
    identity: Identity = request.state.identity
    if identity.role not in roles:
        raise Wrong("this token may not see that", 403)
    return identity


def sent(request: Request, kept: Kept, media: str) -> Response:
    """A kept answer with its headers; 304 where the client has it already."""
    control = f"private, max-age={int(kept.seconds)}" if kept.seconds else "no-store"
    headers = {"ETag": kept.etag, "Cache-Control": control}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if kept.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(kept.body, media_type=media, headers=headers)


def wants_csv(request: Request) -> bool:
    """True if the client asks for CSV. Raises Wrong if it accepts neither CSV nor JSON."""
    accept = request.headers.get("accept", "*/*").lower()
    if "text/csv" in accept:
        return True
    if any(one in accept for one in ("application/json", "*/*", "application/*")):
        return False
    raise Wrong("there are application/json and text/csv", 406)


def json_bytes(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode()


def single(request: Request) -> dict[str, str]:
    """The parameters of a request, each given once. Raises Wrong."""
    pairs = request.query_params.multi_items()
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Wrong(f"'{twice[:40]}' is given more than once")
    return dict(pairs)


def request_key(params: Mapping[str, str], world: World) -> str:
    """The same text for equal requests of one minute."""
    return json.dumps([sorted(params.items()), int(world.now.timestamp() // 60)])


def moment_asked(world: World, params: Mapping[str, str]) -> Moment:
    """The range and the variables of a request; variables are ``var-name=value``. Raises Wrong."""
    picked = {name.removeprefix("var-"): value.split(",") for name, value in params.items() if name.startswith("var-")}
    rest = {name: value for name, value in params.items() if not name.startswith("var-")}
    unknown = [one for one in rest if one not in ("range", "from", "to")]
    if unknown:
        raise Wrong(f"no parameter '{unknown[0][:40]}'; there are range, from, to, and var- with a variable's name")
    span, explicit = span_asked(world.catalog.config, rest, world.now)
    return Moment(world.now, world.at, span if explicit else None, picked)

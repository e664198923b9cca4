"""The application: routes, who may use them, limits, caching, and what errors become."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.concurrency import run_in_threadpool

from gendash.api import answers, openapi
from gendash.api.answers import World
from gendash.api.cache import Cache, Kept, etag_of
from gendash.api.endpoint import Endpoint
from gendash.api.identity import Gate, Identity, Rejected
from gendash.api.limits import Limiter
from gendash.api.own import OwnList, own_rows
from gendash.api.request import Wrong, asked, span_asked
from gendash.api.series import known_series, series_answer
from gendash.api.versions import Versions
from gendash.engine.clients.answers import Failed
from gendash.engine.errors import ContentError, GendashError, internal
from gendash.engine.read.panels import Moment, dashboards_of, read_panel

LOG = logging.getLogger("gendash.api")
BODY_MOST = 1024
OPEN = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Vary": "Authorization, Accept",
}


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


def create_app(service: Service) -> FastAPI:
    """The application over a service."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.world.pools.close()

    app = FastAPI(
        title="gendash",
        summary="Figures of an AI agent platform",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
        docs_url=None,
    )
    app.middleware("http")(partial(_around, service))
    _probes(app, service)
    for endpoint in service.endpoints:
        _stats(app, service, endpoint)
    _metrics(app, service)
    _panels(app, service)
    for own in service.lists:
        _own(app, service, own)
    return app


async def _around(service: Service, request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
    """Limits and identity before an answer; headers, metrics and a line of the log after it."""
    begun = time.perf_counter()
    try:
        response = await _admitted(service, request, proceed)
    except Exception as error:  # the last handler: what it says holds no values
        LOG.error(json.dumps({"error": str(internal(error))}))
        response = _error(500, "an error of gendash; its log has the place", "report it")
    route = getattr(request.scope.get("route"), "path", "none")
    took = time.perf_counter() - begun
    service.requests.labels(route, str(response.status_code)).inc()
    service.seconds.labels(route).observe(took)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    who = getattr(request.state, "identity", None)
    line = {"route": route, "method": request.method, "status": response.status_code, "ms": round(took * 1000, 1)}
    LOG.info(json.dumps(line | {"who": who.name if who else ""}))
    return response


async def _admitted(service: Service, request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    if path in OPEN:
        return await proceed(request)
    address = request.client.host if request.client else "unknown"
    wait = await run_in_threadpool(service.limiter.wait_for_address, address)
    if wait:
        return _error(429, "too many requests from this address", headers={"Retry-After": str(wait)})
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_MOST or "transfer-encoding" in request.headers:
        return _error(413, f"a request has no body above {BODY_MOST} bytes")
    try:
        identity = await run_in_threadpool(service.gate.identity, request.headers.get("authorization", ""))
    except Rejected as error:
        challenge = {"WWW-Authenticate": 'Bearer realm="gendash", Basic realm="gendash"'}
        return _error(401, str(error), headers=challenge)
    wait = await run_in_threadpool(service.limiter.wait_for_token, identity.name)
    if wait:
        return _error(429, "too many requests with this token", headers={"Retry-After": str(wait)})
    request.state.identity = identity
    return await proceed(request)


def _error(status: int, what: str, do: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    content = {"error": what} | ({"do": do} if do else {})
    return JSONResponse(content, status, headers=dict(headers or {}) | {"Cache-Control": "no-store"})


def guarded(handle: Callable[[], Response]) -> Response:
    """The answer of a handler, or what its error becomes."""
    try:
        return handle()
    except Wrong as error:
        return _error(error.status, str(error))
    except ContentError as error:
        return _error(422, "; ".join(f"{one.where}: {one.what}" for one in error.problems))
    except GendashError as error:
        LOG.warning(json.dumps({"error": [str(one) for one in error.problems]}))
        places = ", ".join(sorted({one.where.split()[0] for one in error.problems}))
        return _error(503, f"{places}: not available now", "try again", {"Retry-After": "5"})


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


def _bytes(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode()


def single(request: Request) -> dict[str, str]:
    """The parameters of a request, each given once. Raises Wrong."""
    pairs = request.query_params.multi_items()
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Wrong(f"'{twice[:40]}' is given more than once")
    return dict(pairs)


def _probes(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", include_in_schema=False)
    def healthz() -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        def ready() -> Response:
            given = service.world.pools.ask("reader", "select 1")
            return _error(503, "the store refuses queries") if isinstance(given, Failed) else PlainTextResponse("ok")

        return guarded(ready)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        hits, misses = service.cache.hits, service.cache.misses
        more = f'# TYPE gendash_api_cache_total counter\ngendash_api_cache_total{{result="hit"}} {hits}\n'
        more += f'gendash_api_cache_total{{result="miss"}} {misses}\n'
        return Response(generate_latest(service.registry) + more.encode(), media_type="text/plain; version=0.0.4")


def _stats(app: FastAPI, service: Service, endpoint: Endpoint) -> None:
    world = service.world
    native = answers.native_grain(world.catalog, endpoint)

    def stats(request: Request) -> Response:
        def handle() -> Response:
            roles = ("admin", "viewer") if endpoint.audience == "everyone" else ("admin",)
            audience = require(request, *roles).audience
            params = single(request)
            wanted = asked(world.catalog.config, endpoint, native, params, world.now)
            is_csv = wants_csv(request)
            key = f"{endpoint.path} {audience} {is_csv} {request_key(params, world)}"
            key += service.versions.of(service.versions.endpoint_relations(endpoint))

            def compute() -> bytes:
                found, cursor = answers.rows(world, endpoint, wanted)
                if is_csv:
                    return answers.as_csv(answers.columns_of(endpoint, wanted), found).encode()
                body = {
                    "at": world.now.astimezone(world.zone).isoformat(),
                    "time_zone": str(world.zone),
                    "range": answers.span_answer(wanted.span, world),
                    "figures": answers.figures(world, endpoint, audience, wanted),
                    "rows": found,
                    "next": cursor or None,
                }
                return _bytes(body)

            kept = service.cache.answer(key, endpoint.cache_s, compute)
            return sent(request, kept, "text/csv; charset=utf-8" if is_csv else "application/json")

        return guarded(handle)

    app.get(
        f"/api/v1/{endpoint.path}",
        summary=endpoint.doc.split(". ")[0].rstrip("."),
        description=endpoint.doc,
        operation_id=endpoint.path.replace("/", "_").replace("-", "_"),
        responses=openapi.responses(world.catalog, endpoint, native),
        openapi_extra={"parameters": openapi.parameters(endpoint, native)},
        response_class=Response,
    )(stats)


def request_key(params: Mapping[str, str], world: World) -> str:
    """The same text for equal requests of one minute."""
    return json.dumps([sorted(params.items()), int(world.now.timestamp() // 60)])


def _metrics(app: FastAPI, service: Service) -> None:
    world = service.world
    names = "Every name that can be asked for, with its meaning"

    @app.get("/api/v1/analytics/metrics", summary=names, responses=openapi.ERRORS, response_class=Response)
    def metric_names(request: Request) -> Response:
        def handle() -> Response:
            require(request, "admin")
            return JSONResponse(known_series(world.catalog))

        return guarded(handle)

    @app.get(
        "/api/v1/analytics/metrics/{name}",
        summary="The samples of a metric or of a recorded series; never cached",
        responses=openapi.ERRORS,
        openapi_extra={"parameters": openapi.RANGE},
        response_class=Response,
    )
    def metric(request: Request, name: str) -> Response:
        def handle() -> Response:
            require(request, "admin")
            body = _bytes(series_answer(world, name, single(request)))
            return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

        return guarded(handle)


def _panels(app: FastAPI, service: Service) -> None:
    world, catalog = service.world, service.world.catalog

    @app.get(
        "/api/v1/dashboards", summary="Dashboards and their panels", responses=openapi.ERRORS, response_class=Response
    )
    def dashboards(request: Request) -> Response:
        def handle() -> Response:
            identity = require(request, "admin", "viewer")
            found = [
                {
                    "name": one.name,
                    "title": one.title,
                    "question": catalog.prose(one.doc),
                    "audience": one.audience,
                    "range": one.range,
                    "panels": [
                        {"slug": p.slug, "title": p.title, "meaning": catalog.prose(p.doc)} for p in one.panels()
                    ],
                }
                for one in dashboards_of(catalog, identity.audience)
            ]
            return JSONResponse(found)

        return guarded(handle)

    @app.get(
        "/api/v1/dashboards/{name}/panels/{slug}",
        summary="What one panel shows: its frames with names, units, values and texts",
        responses=openapi.ERRORS,
        openapi_extra={"parameters": openapi.RANGE},
        response_class=Response,
    )
    def panel(request: Request, name: str, slug: str) -> Response:
        def handle() -> Response:
            identity = require(request, "admin", "viewer")
            allowed = {one.name: one for one in dashboards_of(catalog, identity.audience)}
            if name not in allowed:
                raise Wrong("no dashboard has this name", 404)
            board = allowed[name]
            one = next((each for each in board.panels() if each.slug == slug), None)
            if one is None:
                raise Wrong("no panel has this name", 404)
            params = single(request)
            moment = moment_asked(world, params)
            live = any(query.language == "promql" for query in one.queries)
            key = f"{name}/{slug} {identity.audience} {request_key(params, world)}"
            key += service.versions.of(service.versions.panel_relations(name, slug))

            def compute() -> bytes:
                read = read_panel(catalog, world.sources(identity.audience), board, slug, moment)
                assert read
                return _bytes(answers.panel_answer(read, world))

            return sent(request, service.cache.answer(key, 0 if live else 120, compute), "application/json")

        return guarded(handle)


def _own(app: FastAPI, service: Service, own: OwnList) -> None:
    def rows(request: Request) -> Response:
        def handle() -> Response:
            identity = require(request, "user")
            is_csv = wants_csv(request)
            body = own_rows(service.world, own, identity.subject, single(request))
            content = answers.as_csv(own.columns, body["rows"]).encode() if is_csv else _bytes(body)
            kept = Kept(content, etag_of(content), 0)
            return sent(request, kept, "text/csv; charset=utf-8" if is_csv else "application/json")

        return guarded(handle)

    app.get(
        f"/api/v1/{own.path}",
        summary=own.doc,
        operation_id=own.path.replace("/", "_").replace("-", "_"),
        responses=openapi.ERRORS,
        openapi_extra={"parameters": openapi.PAGED},
        response_class=Response,
    )(rows)


def moment_asked(world: World, params: Mapping[str, str]) -> Moment:
    """The range and the variables of a request; variables are ``var-name=value``. Raises Wrong."""
    picked = {name.removeprefix("var-"): value.split(",") for name, value in params.items() if name.startswith("var-")}
    rest = {name: value for name, value in params.items() if not name.startswith("var-")}
    unknown = [one for one in rest if one not in ("range", "from", "to")]
    if unknown:
        raise Wrong(f"no parameter '{unknown[0][:40]}'; there are range, from, to, and var- with a variable's name")
    span, explicit = span_asked(world.catalog.config, rest, world.now)
    return Moment(world.now, world.at, span if explicit else None, picked)

"""The routes: endpoints, metrics, panels, a user's own lists, pages, and probes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from fastapi.routing import APIRoute
from prometheus_client import generate_latest
from starlette.concurrency import run_in_threadpool

from gendash.api import answers, openapi
from gendash.api.cache import Kept
from gendash.api.endpoint import Endpoint
from gendash.api.live_pages import POLICY, chosen, dashboard_page, index_page, own_page
from gendash.api.own import OwnList, own_rows
from gendash.api.request import Wrong, asked, next_link
from gendash.api.series import known_series, series_answer
from gendash.api.service import (
    CSV,
    JSON,
    Service,
    error_answer,
    fresh,
    json_bytes,
    known_already,
    moment_asked,
    picked,
    request_key,
    require,
    sent,
    sent_csv,
    single,
    wants_csv,
)
from gendash.engine.clients.answers import Failed
from gendash.engine.model import Dashboard
from gendash.engine.read.panels import dashboards_of, read_panel

PAGE_S = 15  # a page holds rates as well, which the plan renews every 15 seconds
PANEL_S = 120


class Direct(APIRoute):
    """A route whose function takes the request and gives the response: parameters are checked by `api.request`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The function itself, in the place of FastAPI's reading of signatures and models."""
        return self.endpoint


def add_routes(app: FastAPI, service: Service) -> None:
    """Adds every route to the application."""
    _probes(app, service)
    for endpoint in service.endpoints:
        _stats(app, service, endpoint)
    _metrics(app, service)
    _panels(app, service)
    for own in service.lists:
        _own(app, service, own)
    _pages(app, service)


def _probes(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    async def readyz(_request: Request) -> Response:
        given = await run_in_threadpool(service.world.pools.ask, "reader", "select 1")
        if isinstance(given, Failed):
            return error_answer(503, "the store refuses queries", headers={"Retry-After": "5"})
        return PlainTextResponse("ok")

    @app.get("/metrics", include_in_schema=False)
    async def metrics(_request: Request) -> Response:
        hits, misses = service.cache.hits, service.cache.misses
        more = f'# TYPE gendash_api_cache_total counter\ngendash_api_cache_total{{result="hit"}} {hits}\n'
        more += f'gendash_api_cache_total{{result="miss"}} {misses}\n'
        return Response(generate_latest(service.registry) + more.encode(), media_type="text/plain; version=0.0.4")


async def _kept(service: Service, request: Request, key: str, seconds: float, compute: Any) -> Response | Kept:
    """The answer with this key: 304, a kept one, or a computed one."""
    return known_already(request, key, seconds) or await service.cache.answer(key, seconds, compute)


def _stats(app: FastAPI, service: Service, endpoint: Endpoint) -> None:
    world = service.world
    native = answers.native_grain(world.catalog, endpoint)
    below = service.versions.endpoint_relations(endpoint)
    roles = ("admin", "viewer") if endpoint.audience == "everyone" else ("admin",)

    async def stats(request: Request) -> Response:
        audience = require(request, *roles).audience
        params = single(request)
        is_csv = wants_csv(request)
        wanted = asked(world.catalog.config, endpoint, native, params, world.now, is_csv)
        key = f"{endpoint.path} {audience} {is_csv} {request_key(world, params)}"
        key += await service.versions.of(below)

        def compute() -> bytes:
            figures, found, cursor = answers.stats(world, endpoint, audience, wanted, with_figures=not is_csv)
            if is_csv:
                return f"{cursor}\n{answers.as_csv(answers.columns_of(endpoint, wanted), found)}".encode()
            return json_bytes(
                {
                    "at": world.now.astimezone(world.zone).isoformat(),
                    "time_zone": str(world.zone),
                    "range": answers.span_answer(wanted.span, world),
                    "figures": figures,
                    "rows": found,
                    "next": cursor or None,
                }
            )

        kept = await _kept(service, request, key, endpoint.cache_s, compute)
        if isinstance(kept, Response):
            return kept
        return sent_csv(kept, params) if is_csv else sent(kept, JSON)

    app.get(
        f"/api/v1/{endpoint.path}",
        summary=endpoint.doc.split(". ")[0].rstrip("."),
        description=endpoint.doc,
        operation_id=endpoint.path.replace("/", "_").replace("-", "_"),
        responses=openapi.responses(world.catalog, endpoint, native),
        openapi_extra={"parameters": openapi.parameters(endpoint, native)},
        response_class=Response,
    )(stats)


def _metrics(app: FastAPI, service: Service) -> None:
    world = service.world

    @app.get(
        "/api/v1/analytics/metrics",
        summary="Every name that can be asked for, with its meaning",
        operation_id="analytics_metrics",
        responses=openapi.METRIC_NAMES,
        response_class=Response,
    )
    async def metric_names(request: Request) -> Response:
        require(request, "admin")
        return fresh(json_bytes(known_series(world.catalog)), JSON)

    @app.get(
        "/api/v1/analytics/metrics/{name}",
        summary="The samples of a metric or of a recorded series; never cached",
        operation_id="analytics_metrics_samples",
        responses=openapi.METRIC,
        openapi_extra={
            "parameters": [openapi.in_path("name", "a name that /api/v1/analytics/metrics lists"), *openapi.RANGE]
        },
        response_class=Response,
    )
    async def metric(request: Request) -> Response:
        require(request, "admin")
        found = await run_in_threadpool(series_answer, world, request.path_params["name"], single(request))
        return fresh(json_bytes(found), JSON)


def _panels(app: FastAPI, service: Service) -> None:
    world, catalog = service.world, service.world.catalog

    @app.get(
        "/api/v1/dashboards",
        summary="Dashboards and their panels",
        operation_id="dashboards",
        responses=openapi.DASHBOARDS,
        response_class=Response,
    )
    async def dashboards(request: Request) -> Response:
        audience = require(request, "admin", "viewer").audience
        return fresh(json_bytes(answers.dashboard_list(catalog, audience)), JSON)

    @app.get(
        "/api/v1/dashboards/{name}/panels/{slug}",
        summary="What one panel shows: its frames with names, units, values and texts",
        operation_id="dashboards_panels",
        responses=openapi.PANEL,
        openapi_extra={"parameters": openapi.PANEL_PARAMETERS},
        response_class=Response,
    )
    async def panel(request: Request) -> Response:
        audience = require(request, "admin", "viewer").audience
        name, slug = request.path_params["name"], request.path_params["slug"]
        board = _dashboard(service, audience, name)
        one = next((each for each in board.panels() if each.slug == slug), None)
        if one is None:
            raise Wrong("no panel has this name", 404)
        params, values = picked(request)
        _check_names(board, values)
        moment = moment_asked(world, params, values)

        def compute() -> bytes:
            read = read_panel(catalog, world.sources(audience), board, slug, moment, world.rendered(board))
            assert read
            return json_bytes(answers.panel_answer(read, world))

        if any(query.language == "promql" for query in one.queries):
            return fresh(await run_in_threadpool(compute), JSON)
        key = f"{name}/{slug} {audience} {request_key(world, params, values)}"
        key += await service.versions.of(service.versions.panel_relations(name, slug))
        kept = await _kept(service, request, key, PANEL_S, compute)
        return kept if isinstance(kept, Response) else sent(kept, JSON)


def _dashboard(service: Service, audience: str, name: str) -> Dashboard:
    """A dashboard of an audience. Raises Wrong."""
    allowed = {one.name: one for one in dashboards_of(service.world.catalog, audience)}
    if name not in allowed:
        raise Wrong("no dashboard has this name", 404)
    return allowed[name]


def _check_names(board: Dashboard, values: Iterable[str]) -> None:
    """Raises Wrong for a variable that the dashboard lacks: what is misspelt would select nothing, unnoticed."""
    names = [one.name for one in board.variables]
    wrong = next((one for one in values if one not in names), None)
    if wrong is not None:
        raise Wrong(f"no variable '{wrong[:40]}'; there are {', '.join(names)}")


def _own(app: FastAPI, service: Service, own: OwnList) -> None:
    async def rows(request: Request) -> Response:
        identity = require(request, "user")
        is_csv = wants_csv(request)
        params = single(request)
        body = await run_in_threadpool(own_rows, service.world, own, identity.subject, params, is_csv)
        if is_csv:
            link = next_link(params, body["next"] or "")
            return fresh(answers.as_csv(own.columns, body["rows"]).encode(), CSV, link)
        return fresh(json_bytes(body), JSON)

    app.get(
        f"/api/v1/{own.path}",
        summary=own.doc,
        operation_id=own.path.replace("/", "_").replace("-", "_"),
        responses=openapi.own_responses(service.world.catalog, own),
        openapi_extra={"parameters": openapi.PAGED},
        response_class=Response,
    )(rows)


def _pages(app: FastAPI, service: Service) -> None:
    world = service.world

    def page(content: bytes | str) -> Response:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return Response(content, media_type="text/html; charset=utf-8", headers=headers)

    @app.get("/", include_in_schema=False)
    async def root(request: Request) -> Response:
        start = "dashboards/me.html" if request.state.identity.role == "user" else "dashboards/index.html"
        return RedirectResponse(f"{request.scope.get('root_path', '')}/{start}", 303)

    @app.get("/dashboards/index.html", include_in_schema=False)
    async def index(request: Request) -> Response:
        audience = require(request, "admin", "viewer").audience
        return page(await run_in_threadpool(index_page, world, audience))

    @app.get("/dashboards/me.html", include_in_schema=False)
    async def me(request: Request) -> Response:
        subject = require(request, "user").subject
        return page(await run_in_threadpool(own_page, world, list(service.lists), subject, single(request)))

    @app.get("/dashboards/{name}.html", include_in_schema=False)
    async def dashboard(request: Request) -> Response:
        audience, name = require(request, "admin", "viewer").audience, request.path_params["name"]
        _dashboard(service, audience, name)
        given, values = picked(request)
        params = chosen(given)
        moment = moment_asked(world, params, values)
        key = f"page {name} {audience} {request_key(world, params, values)}"
        key += await service.versions.of(world.catalog.relations)

        def compute() -> bytes:
            return dashboard_page(world, audience, name, moment, params.get("range", "")).encode()

        return page((await service.cache.answer(key, PAGE_S, compute)).body)

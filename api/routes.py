"""The routes: endpoints, metrics, panels, a user's own lists, pages, and probes."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from prometheus_client import generate_latest

from gendash.api import answers, openapi
from gendash.api.cache import Kept, etag_of
from gendash.api.endpoint import Endpoint
from gendash.api.live_pages import POLICY, dashboard_page, index_page, own_page
from gendash.api.own import OwnList, own_rows
from gendash.api.request import Wrong, asked
from gendash.api.series import known_series, series_answer
from gendash.api.service import (
    Service,
    error_answer,
    guarded,
    json_bytes,
    moment_asked,
    request_key,
    require,
    sent,
    single,
    wants_csv,
)
from gendash.engine.clients.answers import Failed
from gendash.engine.read.panels import dashboards_of, read_panel

PAGE_S = 15  # a page holds rates as well, which the plan renews every 15 seconds
PANEL_S = 120


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
    def healthz() -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        def ready() -> Response:
            given = service.world.pools.ask("reader", "select 1")
            return (
                error_answer(503, "the store refuses queries") if isinstance(given, Failed) else PlainTextResponse("ok")
            )

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
                return json_bytes(body)

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
            body = json_bytes(series_answer(world, name, single(request)))
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
                read = read_panel(catalog, world.sources(identity.audience), board, slug, moment, world.rendered(board))
                assert read
                return json_bytes(answers.panel_answer(read, world))

            return sent(request, service.cache.answer(key, 0 if live else PANEL_S, compute), "application/json")

        return guarded(handle)


def _own(app: FastAPI, service: Service, own: OwnList) -> None:
    def rows(request: Request) -> Response:
        def handle() -> Response:
            identity = require(request, "user")
            is_csv = wants_csv(request)
            body = own_rows(service.world, own, identity.subject, single(request))
            content = answers.as_csv(own.columns, body["rows"]).encode() if is_csv else json_bytes(body)
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


def _pages(app: FastAPI, service: Service) -> None:
    world = service.world

    def page(content: str) -> Response:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return Response(content, media_type="text/html; charset=utf-8", headers=headers)

    @app.get("/", include_in_schema=False)
    def root(request: Request) -> Response:
        start = "dashboards/me.html" if request.state.identity.role == "user" else "dashboards/index.html"
        return RedirectResponse(f"{request.scope.get('root_path', '')}/{start}", 303)

    @app.get("/dashboards/index.html", include_in_schema=False)
    def index(request: Request) -> Response:
        return guarded(lambda: page(index_page(world, require(request, "admin", "viewer").audience)))

    @app.get("/dashboards/me.html", include_in_schema=False)
    def me(request: Request) -> Response:
        def handle() -> Response:
            identity = require(request, "user")
            return page(own_page(world, list(service.lists), identity.subject, single(request)))

        return guarded(handle)

    @app.get("/dashboards/{name}.html", include_in_schema=False)
    def dashboard(request: Request, name: str) -> Response:
        def handle() -> Response:
            audience = require(request, "admin", "viewer").audience
            params = {key: value for key, value in single(request).items() if value}
            moment = moment_asked(world, params)
            key = f"page {name} {audience} {request_key(params, world)} {service.versions.of(world.catalog.relations)}"

            def compute() -> bytes:
                return dashboard_page(world, audience, name, moment, params.get("range", "")).encode()

            return page(service.cache.answer(key, PAGE_S, compute).body.decode())

        return guarded(handle)

"""The application: who is let in, how often, and what is kept of each request."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from gendash.api.identity import Identity, Rejected
from gendash.api.routes import add_routes
from gendash.api.service import LOG, Service, error_answer
from gendash.engine.errors import internal

BODY_MOST = 1024
OPEN = ("/healthz", "/readyz", "/metrics", "/openapi.json")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Vary": "Authorization, Accept",
}


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
    add_routes(app, service)
    return app


async def _around(service: Service, request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
    """Limits and identity before an answer; headers, metrics and a line of the log after it."""
    begun = time.perf_counter()
    try:
        response = await _admitted(service, request, proceed)
    except Exception as error:  # the last handler: what it says holds no values
        LOG.error(json.dumps({"error": str(internal(error))}))
        response = error_answer(500, "an error of gendash; its log has the place", "report it")
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
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_MOST or "transfer-encoding" in request.headers:
        return error_answer(413, f"a request has no body above {BODY_MOST} bytes")
    address = request.client.host if request.client else "unknown"
    header = request.headers.get("authorization", "")
    if service.limiter.shared is None and not service.gate.may_fetch(header):  # then nothing waits for a server
        found = _who(service, address, header)
    else:
        found = await run_in_threadpool(_who, service, address, header)
    if isinstance(found, Response):
        return found
    request.state.identity = found
    return await proceed(request)


def _who(service: Service, address: str, header: str) -> Identity | Response:
    """Who asks, if within the limits and with a valid token; else the answer that says why not."""
    wait = service.limiter.wait_for_address(address)
    if wait:
        return error_answer(429, "too many requests from this address", headers={"Retry-After": str(wait)})
    try:
        identity = service.gate.identity(header)
    except Rejected as error:
        challenge = {"WWW-Authenticate": 'Bearer realm="gendash", Basic realm="gendash"'}
        return error_answer(401, str(error), headers=challenge)
    wait = service.limiter.wait_for_token(identity.name)
    if wait:
        return error_answer(429, "too many requests with this token", headers={"Retry-After": str(wait)})
    return identity

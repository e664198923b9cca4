"""The application: who is let in, how often, and what is kept of each request."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gendash.api.identity import Identity, Rejected
from gendash.api.request import Wrong
from gendash.api.routes import Direct, add_routes
from gendash.api.service import Service, answer_of, error_answer, json_bytes
from gendash.api.shared import LOG
from gendash.engine.errors import GendashError

BODY_MOST = 1024
OPEN = ("/healthz", "/readyz", "/metrics", "/openapi.json")
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"vary", b"Authorization, Accept"),
]


def create_app(service: Service) -> FastAPI:
    """The application over a service."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.world.pools.close()
        if service.shared:
            await service.shared.close()

    app = FastAPI(
        title="gendash",
        summary="Figures of an AI agent platform",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
        docs_url=None,
    )
    app.router.route_class = Direct
    app.add_middleware(Around, service=service)
    for kind in (Wrong, GendashError, HTTPException):
        app.add_exception_handler(kind, lambda _request, error: answer_of(error))
    add_routes(app, service)
    return app


class Around:
    """Limits and identity before an answer; headers, metrics and a line of the log after it.

    On the protocol itself, since a middleware of functions costs a task and a queue for each request.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or what the protocol says of the start and the end of the server."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        scope = {**scope, "method": "GET"} if is_head else scope  # the answer of GET, without its body
        begun, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *HEADERS]
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        request = Request(scope)
        try:
            await (await self._refused(request) or self.app)(scope, receive, sending)
        except Exception as error:  # the last handler: what it says holds no values
            answer = answer_of(error)
            if not status:
                await answer(scope, receive, sending)
        finally:
            self._note(request, status, time.perf_counter() - begun)

    def _note(self, request: Request, status: int, took: float) -> None:
        """Counts a request and logs it, by its route and never by its address or its values."""
        route = getattr(request.scope.get("route"), "path", "none")
        self.service.count(route, status, took)
        who = getattr(request.state, "identity", None)
        line = {"route": route, "method": request.method, "status": status, "ms": round(took * 1000, 1)}
        LOG.info(json_bytes(line | {"who": who.name if who else ""}).decode())

    async def _refused(self, request: Request) -> Response | None:
        """Why a request is refused, or None, and its state has the identity, if it needs one."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        if path in OPEN:
            return None
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_MOST or "transfer-encoding" in request.headers:
            return error_answer(413, f"a request has no body above {BODY_MOST} bytes")
        found = await self._who(request)
        if isinstance(found, Response):
            return found
        request.state.identity = found
        return None

    async def _who(self, request: Request) -> Identity | Response:
        """Who asks, if within the limits and with a valid token; else the answer that says why not."""
        address = request.client.host if request.client else "unknown"
        header = request.headers.get("authorization", "")
        limiter, gate = self.service.limiter, self.service.gate
        wait = await limiter.wait_for_address(address)
        if wait:
            return error_answer(429, "too many requests from this address", headers={"Retry-After": str(wait)})
        try:
            slow = gate.must_fetch(header)  # then it waits for the issuer
            identity = await run_in_threadpool(gate.identity, header) if slow else gate.identity(header)
        except Rejected as error:
            challenge = {"WWW-Authenticate": 'Bearer realm="gendash", Basic realm="gendash"'}
            return error_answer(401, str(error), headers=challenge)
        wait = await limiter.wait_for_token(identity.name)
        if wait:
            return error_answer(429, "too many requests with this token", headers={"Retry-After": str(wait)})
        return identity

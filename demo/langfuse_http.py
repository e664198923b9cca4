"""The web server of the double: requests in, answers out, faults of the way between."""

from __future__ import annotations

import gzip
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec

from gendash.demo.langfuse_faults import PREFIX, Answer, Fault
from gendash.demo.langfuse_params import Params

ENCODE = msgspec.json.Encoder(decimal_format="number").encode


class Answering(Protocol):
    """What the web server asks of the double."""

    connections: int
    log: list[tuple[str, Params]]

    def fault(self, path: str, /) -> Fault | None:
        """The fault of the next answer."""

    def answer(self, method: str, path: str, params: Params, authorization: str, fault: Fault | None) -> Answer:
        """Status and body of a request."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up is no news."""


def server_of(double: Answering, port: int) -> ThreadingHTTPServer:
    """A web server on 127.0.0.1 that answers as ``double`` says; nothing serves until it is started."""
    handler = type("Handler", (_Handler,), {"double": double})
    return _Server(("127.0.0.1", port), handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    double: Answering

    def setup(self) -> None:
        self.double.connections += 1
        super().setup()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = parse_qs(parts.query, keep_blank_values=True)
        self.double.log.append((parts.path, params))
        fault = self.double.fault(parts.path.removeprefix(PREFIX))
        if fault and fault.slow:
            time.sleep(fault.slow)
        if fault and fault.drop:
            self.close_connection = True
            return
        header = self.headers.get("Authorization", "")
        status, body = self.double.answer(self.command, parts.path, params, header, fault)
        location = fault.location if fault and fault.status == status else ""
        self._send(status, body, location, bool(fault and fault.cut))

    do_DELETE = do_POST = do_PUT = do_PATCH = do_GET

    def _send(self, status: int, body: Any, location: str, cut: bool) -> None:
        html = isinstance(body, str)
        data = body.encode() if html else ENCODE(body)
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if html else "application/json; charset=utf-8")
        if location:
            self.send_header("Location", location)
        if status == 429:
            self._send_limits(body["details"])
        if len(data) > 1024 and "gzip" in self.headers.get("Accept-Encoding", "") and not cut:
            data = gzip.compress(data, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True

    def _send_limits(self, details: dict[str, Any]) -> None:
        self.send_header("Retry-After", str(details["retryAfterSeconds"]))
        self.send_header("X-RateLimit-Limit", str(details["limit"]))
        self.send_header("X-RateLimit-Remaining", "0")
        at = datetime.fromisoformat(details["resetAt"])
        self.send_header("X-RateLimit-Reset", f"{at:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal; requests are in the double's log."""

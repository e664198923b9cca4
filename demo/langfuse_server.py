"""The HTTP half of the Langfuse double: requests in, answers out, with slow, cut and dropped ones on demand."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec

from gendash.demo.langfuse_faults import PREFIX, Answer, Fault
from gendash.demo.langfuse_params import Params

encoded = msgspec.json.Encoder(decimal_format="number").encode


class Answers(Protocol):
    """What a server asks for its answers; it counts connections and logs path and query of each request there."""

    connections: int
    log: list[tuple[str, Params]]
    fault: Callable[[str], Fault | None]

    def answer(self, method: str, path: str, params: Params, authorization: str, fault: Fault | None) -> Answer:
        """Status and body of a request; a text is an HTML page."""


def server(answers: Answers, port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, not yet running; port 0 is any free one."""
    return _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"answers": answers}))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    answers: Answers
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.answers.connections += 1
        super().setup()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = parse_qs(parts.query, keep_blank_values=True)
        self.answers.log.append((parts.path, params))
        fault = self.answers.fault(parts.path.removeprefix(PREFIX))
        if fault and fault.slow:
            time.sleep(fault.slow)
        if fault and fault.drop:
            self.close_connection = True
            return
        header = self.headers.get("Authorization", "")
        status, body = self.answers.answer(self.command, parts.path, params, header, fault)
        self._send(status, body, bool(fault and fault.cut))

    do_DELETE = do_POST = do_PUT = do_PATCH = do_GET

    def _send(self, status: int, body: Any, cut: bool) -> None:
        html = isinstance(body, str)
        data = body.encode() if html else encoded(body)
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if html else "application/json; charset=utf-8")
        if status == 429:
            self._send_limit(body["details"])
        if len(data) > 1024 and "gzip" in self.headers.get("Accept-Encoding", "") and not cut:
            data = gzip.compress(data, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True

    def _send_limit(self, details: Mapping[str, Any]) -> None:
        """The headers by which Langfuse says when to come again."""
        at = datetime.fromisoformat(details["resetAt"])
        self.send_header("Retry-After", str(details["retryAfterSeconds"]))
        self.send_header("X-RateLimit-Limit", str(details["limit"]))
        self.send_header("X-RateLimit-Remaining", "0")
        self.send_header("X-RateLimit-Reset", f"{at:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal; requests are in the log of the answers."""

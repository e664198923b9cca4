"""A proxy in front of any Grafana, for what a server in front of it may do: redirect, refuse, reset, lose an answer."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

Fault = Callable[[str, str], Any]
"""Gets method and path; gives ``(status, body)`` of the proxy, the same after ``after`` for one that is passed on first,
``reset`` (not passed on), ``drop`` (answer lost)."""
_OWN = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}


@dataclass
class Front:
    """The proxy's address, its faults, and what was asked of it."""

    behind: str
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def once(self, fault: Any, method: str = "", at: str = "", times: int = 1) -> None:
        """A fault at the first requests of a method whose path ends so."""
        left = [times]

        def found(asked: str, path: str) -> Any:
            if method not in ("", asked) or not path.endswith(at) or not left[0]:
                return None
            left[0] -= 1
            return fault

        self.faults.append(found)

    def writes(self) -> list[tuple[str, str]]:
        """The requests that were meant to change something."""
        return [one for one in self.asked if one[0] != "GET"]


@contextmanager
def front_of(url: str) -> Iterator[Front]:
    """A proxy in front of a server; gone afterwards."""
    front = Front(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            front.asked.append((self.command, path))
            fault = next((one for fault in front.faults if (one := fault(self.command, path)) is not None), None)
            if isinstance(fault, tuple) and fault[0] == "after":
                self.passed_on(body)
                fault = fault[1]
            if isinstance(fault, tuple):
                return self.reply(fault[0], fault[1])
            if fault != "reset":
                status, kind, passed = self.passed_on(body)
            if isinstance(fault, str):
                self.close_connection = True
                return None
            return self.reply(status, passed, kind)

        def passed_on(self, body: bytes) -> tuple[int, str, bytes]:
            parts = urlsplit(front.behind)
            upstream = http.client.HTTPConnection(parts.netloc, timeout=30)
            headers = {key: value for key, value in self.headers.items() if key.lower() not in _OWN}
            upstream.request(self.command, self.path, body or None, headers)
            given = upstream.getresponse()
            found = given.status, given.getheader("Content-Type") or "", given.read()
            upstream.close()
            return found

        def reply(self, status: int, body: Any, kind: str = "") -> None:
            text = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
            location = text.decode().removeprefix("-> ") if text.startswith(b"-> ") else ""
            self.send_response(status)
            self.send_header("Content-Type", kind or ("text/html" if text[:1] == b"<" else "application/json"))
            if location:
                self.send_header("Location", location)
            if status == 429:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    front.url = f"http://127.0.0.1:{server.server_port}"
    yield front
    server.shutdown()
    server.server_close()

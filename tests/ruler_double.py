"""A double of a ruler's API that follows the public documentation of Mimir's and Cortex' ruler.

GET of the base: a YAML map of namespaces to groups, 404 "no rule groups found" where there are none; POST of one group
as YAML to a namespace: 202; DELETE of a group: 202, 404 where it is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

import yaml

Groups = dict[str, Any]
PREFIXES = ("/prometheus/config/v1/rules", "/api/v1/rules")


@dataclass
class Ruler:
    """The double: namespaces with their groups; ``faults`` are answers in place of its own, in turn."""

    namespaces: dict[str, Groups] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)
    tenants: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, parts: list[str], text: str) -> tuple[int, str]:
        if method == "GET":
            found = {name: list(groups.values()) for name, groups in self.namespaces.items() if groups}
            return (200, yaml.safe_dump(found)) if found else (404, "no rule groups found\n")
        groups = self.namespaces.setdefault(parts[0], {})
        if method == "POST":
            group = yaml.safe_load(text)
            # a ruler gives durations and expressions back in its own spelling
            rules = [{**one, **({"for": "10m0s"} if one.get("for") == "10m" else {})} for one in group["rules"]]
            groups[group["name"]] = {"interval": "0s", **group, "rules": rules}
            return 202, '{"status":"success","data":null,"errorType":"","error":""}'
        return (202, "") if groups.pop(parts[1], None) else (404, "group does not exist\n")


@contextmanager
def running_ruler(prefix: str) -> Iterator[Ruler]:
    """A ruler under a prefix."""
    double = Ruler()

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def answer(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            double.tenants.append(self.headers.get("X-Scope-OrgID", ""))
            if self.command == "POST":
                double.types.append(self.headers["Content-Type"])
            fault = double.faults.pop(0) if double.faults else None
            parts = [unquote(part) for part in self.path.removeprefix(prefix).strip("/").split("/")]
            given = fault if isinstance(fault, tuple) else double.answer(self.command, parts, text)
            if fault == "drop":
                self.close_connection = True
                return
            self.send_response(given[0])
            self.send_header("Content-Length", str(len(given[1].encode())))
            self.end_headers()
            self.wfile.write(given[1].encode())

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    double.url = f"http://127.0.0.1:{server.server_port}{prefix}"
    yield double
    server.shutdown()
    server.server_close()

"""A way to the double without sockets: what a session of HTTP gives, and raises, for the same answers and faults.

A history takes most of its time on the wire. `test_short_wire.py` compares this with the real way.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from typing import Any

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.langfuse_faults import PREFIX
from gendash.demo.langfuse_http import ENCODE
from gendash.engine.clients.http_policy import Broken, HttpAnswer, Unanswered, basic
from gendash.engine.model import Problem


class ShortWire:
    """A session whose requests the double answers at once; a slow answer counts as none, without waiting for it."""

    def __init__(self, double: LangfuseDouble, where: str) -> None:
        self.double, self.where = double, where
        self.authorization = basic(double.public_key, double.secret_key)

    def request(self, method: str, path: str, *, params: Mapping[str, Any]) -> HttpAnswer:
        """See engine.clients.http.Session."""
        double, asked = self.double, {name: [str(value)] for name, value in params.items()}
        double.log.append((path, asked))
        fault = double.fault(path.removeprefix(PREFIX))
        if fault and fault.slow:
            what = f"{method} {path}: no answer within {fault.slow:g} s"
            raise Unanswered(Problem(self.where, what, "raise langfuse.timeout"))
        if fault and (fault.drop or (fault.cut and not fault.status)):
            raise Broken(Problem(self.where, f"{method} {path}: the answer breaks off", "try again"))
        status, body = double.answer(method, path, asked, self.authorization, fault)
        html, headers = isinstance(body, str), Message()
        headers["Content-Type"] = f"{'text/html' if html else 'application/json'}; charset=utf-8"
        if fault and fault.location and fault.status == status:
            headers["Location"] = fault.location
        if status == 429:
            headers["Retry-After"] = str(body["details"]["retryAfterSeconds"])
        return HttpAnswer(method, path, status, headers, body.encode() if html else ENCODE(body))

    def close(self) -> None:
        """Nothing is open."""


class Unwired(LangfuseDouble):
    """A double that serves nothing: only a ShortWire reaches it."""

    @property
    def url(self) -> str:
        """An address where nobody listens."""
        return "http://127.0.0.1:9"

"""Rules for all HTTP servers: how to connect, how to read answers, and how to explain wrong ones. Pure.

No answer of a server is trusted: JSON is bounded, a pause is finite, no redirect is followed, texts are cut and
cleared of what was sent as a secret.
"""

from __future__ import annotations

import html
import json as to_json
import math
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from gendash.engine.config.http_headers import headers_in, variable_prefix
from gendash.engine.config.load import Config
from gendash.engine.errors import Denied, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem

MAX_BYTES = 128 * 2**20
MAX_DEPTH = 100
MAX_DIGITS = 300
PASSING = frozenset({429, 500, 502, 503, 504, 524})
"""Statuses that the same request may not have a moment later."""


class Unanswered(Unreachable):
    """The request was sent and no whole answer came: what it asks for may have been done."""


class Broken(Unanswered):
    """The connection ended within the answer: the same request may be answered when it is sent again."""


class Untrusted(Unreachable):
    """The two sides do not agree on TLS: sending again does not help."""


class Resting(Unreachable):
    """Nothing was sent, since the last requests were not answered in time: sending again at once does not help."""


class Failing(Unexpected):
    """The server, or one before it, failed: what the request asks for may have been done."""


class TooLarge(Unexpected):
    """An answer of more bytes than are read."""


@dataclass(frozen=True)
class Route:
    """The connection settings of a server. ``key`` is the prefix of their names."""

    key: str
    variable: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: str = ""
    client_cert: tuple[str, ...] = ()
    proxy: str = ""
    proxy_auth: str = field(default="", repr=False)
    insecure: bool = False
    timeout_s: float = 15.0
    max_pause_s: float = 30.0
    max_bytes: int = MAX_BYTES


def route_of(config: Config, key: str) -> Route:
    """The connection settings of the server whose settings begin with ``key``."""
    return Route(
        key,
        f"{variable_prefix(key)}_HEADERS",
        config.under(f"{key}.headers") | headers_in(config[f"{key}.headers"]),
        config[f"{key}.ca_file"],
        tuple(config[f"{key}.client_cert"]),
        config[f"{key}.proxy"],
        config[f"{key}.proxy_auth"],
        config[f"{key}.insecure"],
        config.seconds(f"{key}.timeout"),
        config.seconds(f"{key}.max_pause"),
    )


def basic(user: str, password: str) -> str:
    """The Authorization of a user with a password."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@dataclass(frozen=True)
class Server:
    """An HTTP server and its words in messages. ``setting`` holds its URL, and is named in advice.

    ``credential`` is what requests carry in ``authorization``, with its verb: "the token is". ``remedies`` says what
    to do about 401 and 403, by the scheme that the server asks for, "" for any other; and about other statuses, by
    their number, where the general advice is not the best.
    """

    name: str
    where: str
    url: str = field(repr=False)
    setting: str
    route: Route
    authorization: str = field(default="", repr=False)
    credential: str = ""
    remedies: Mapping[str, str] = field(default_factory=dict)

    def cleared(self, text: str, most: int = 120) -> str:
        """A server's text in one line, cut, without control characters and without what was sent as a secret."""
        for secret in (self.authorization, self.authorization.partition(" ")[2], *self.route.headers.values()):
            text = text.replace(secret, "***") if len(secret) > 3 else text
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        return text if len(text) <= most else f"{text[:most]}…"


@dataclass(frozen=True)
class HttpAnswer:
    """A whole answer: its body is unpacked, and ``ms`` is the time until its end."""

    method: str
    path: str
    status: int
    headers: Message
    body: bytes = field(repr=False)
    ms: float = 0.0

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes are."""
        return self.body.decode("utf-8", "replace")

    @property
    def is_html(self) -> bool:
        """True if the answer is an HTML page."""
        return "html" in (self.headers.get("Content-Type") or "").lower() or self.body.lstrip()[:1] == b"<"


# possessive, so that a text that never ends costs one pass
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.S)
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.S)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONG_NUMBER = re.compile(rb"\d{%d}" % (MAX_DIGITS + 1))


def json_of(body: bytes) -> Any:
    """The value of a JSON body. Raises ValueError with the reason: no JSON, nested too deep, an invalid number."""
    try:
        found = msgspec.json.decode(body)
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH}") from None
    outline = _TEXT.sub(b"", body)
    if _LONG_NUMBER.search(outline):
        raise ValueError(f"a number of more than {MAX_DIGITS} digits")
    brackets = outline.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return found
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    return found


def cut_deep(body: bytes, depth: int = MAX_DEPTH) -> bytes:
    """JSON whose values below a depth are null, so that one value that is nested too deep does not cost the others."""
    kept, at, level, start = [], 0, 0, 0
    for match in _TOKEN.finditer(body):
        mark = match[0]
        if mark in b"[{":
            level += 1
            start = match.start() if level == depth + 1 else start
        elif mark in b"]}":
            if level == depth + 1:
                kept += [body[at:start], b"null"]
                at = match.end()
            level -= 1
    return b"".join([*kept, body[at:]])


def retry_after_s(headers: Message) -> float | None:
    """The seconds that a server asks to wait: a number or a date, None where it asks for nothing that can be waited."""
    text = (headers.get("Retry-After") or "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            now = parsedate_to_datetime(headers["Date"]) if headers.get("Date") else datetime.now(UTC)
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
        return max(0.0, seconds)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


_TITLE = re.compile(r"<(title|h1)[^>]*>(.*?)</\1", re.S | re.I)
_LOGIN = re.compile(r"sign[\s_-]?(in|on)\b|log[\s_-]?(in|on)\b|\bsso\b|oauth|openid|saml|authenticat|anmeld", re.I)


def body_of(form: Mapping[str, Any] | None, json: Any, text: tuple[str, str]) -> tuple[str, bytes | None]:
    """Content type and bytes of a request's body; ``text`` is one with its type, both empty for none."""
    if form is not None:
        return "application/x-www-form-urlencoded", urlencode(form).encode()
    if json is not None:
        return "application/json", to_json.dumps(json).encode()
    return text[0], text[1].encode() if text[0] else None


def explain(server: Server, answer: HttpAnswer, reason: str = "") -> TargetError:
    """The error for an unexpected answer: who answered what, and what to do about it.

    ``reason`` is the fault of an answer whose status is right.
    """
    status = answer.status
    path = answer.path or urlsplit(server.url).path
    what = f"{answer.method} {path}: HTTP {status}{_who(answer)}{_said(server, answer)}"
    if 300 <= status < 400 and status != 304:
        return Unexpected(Problem(server.where, what, _redirect(server, answer)))
    if status in (401, 403) and not (answer.is_html and status == 403):
        return _denied(server, answer)
    if status < 400:
        not_api = f"not {server.name}'s API" if answer.is_html or not reason else reason
        page = answer.is_html and _LOGIN.search(_title(answer))
        do = _past_login(server) if page else f"check {server.setting}, the path that it is served under too"
        return Unexpected(Problem(server.where, f"{what}, {not_api}", do))
    kind = Denied if status in (403, 407) else Failing if status >= 500 else Unexpected
    return kind(Problem(server.where, what, _remedy(server, answer)))


def _denied(server: Server, answer: HttpAnswer) -> Denied:
    said = _said(server, answer).removeprefix(": ").removeprefix(" with ")
    detail = f"HTTP {answer.status}{_who(answer)}{f': {said}' if said else ''}"
    if "no org id" in answer.text[:500].lower():
        do = f"set {server.route.key}.headers to `X-Scope-OrgID: <tenant>`"
        return Denied(Problem(server.where, f"a tenant is needed ({detail})", do))
    if "requested organi" in answer.text[:500].lower():
        do = f"correct {server.route.key}_org_id, or give a token of that organisation"
        return Denied(Problem(server.where, f"the credentials are for another organisation ({detail})", do))
    scheme = (answer.headers.get("WWW-Authenticate") or "").partition(" ")[0].lower()
    what = f"{server.credential} refused ({detail})" if server.credential else f"credentials are needed ({detail})"
    return Denied(Problem(server.where, what, server.remedies.get(scheme) or server.remedies.get("", "")))


_REMEDIES = {
    403: "a server before {name} refuses the request: let gendash pass there, or give what it asks for in {variable}",
    404: "check {setting}, the path that it is served under too",
    405: "let {method} through to {path} on what is before {name}, and check {setting}",
    407: "set {prefix}_PROXY_AUTH to user:password of the proxy",
    408: "try again",
    411: "let requests of any length through on what is before {name}",
    413: "raise the largest request that the proxy in front of {name} allows, such as client_max_body_size of nginx",
    414: "raise the longest URL that the proxy in front of {name} allows",
    422: "check that this version of {name} is supported",
    429: "too many requests for now: try again later, or raise the limit of {name}",
    431: "send fewer headers: see {variable} and {key}.headers",
    500: "look into {name}'s log",
    502: "check that {name} runs behind the server that answered",
    503: "{name} is starting, or overloaded: try again in a few minutes",
    504: "{name} did not answer the server before it in time: check that it is not overloaded",
    524: "{name} did not answer the server before it in time: check that it is not overloaded",
}


def _remedy(server: Server, answer: HttpAnswer) -> str:
    if answer.status == 400 and "HTTPS server" in answer.text[:2000]:
        return f"write https:// in {server.setting}"
    if answer.status == 400 and "certificate" in answer.text[:2000]:
        return f"a client certificate is asked for: set {server.route.key}.client_cert"
    general = _REMEDIES[500] if answer.status >= 500 else _REMEDIES[404]
    own = server.remedies.get(str(answer.status))
    return (own or _REMEDIES.get(answer.status, general)).format(
        name=server.name,
        setting=server.setting,
        method=answer.method,
        path=answer.path,
        key=server.route.key,
        variable=server.route.variable,
        prefix=server.route.variable.removesuffix("_HEADERS"),
    )


def _past_login(server: Server) -> str:
    return (
        f"gendash cannot sign in there: set {server.setting} to an address of {server.name} that is not behind the"
        f" login, or give what lets requests pass in {server.route.variable}"
    )


def _redirect(server: Server, answer: HttpAnswer) -> str:
    """The advice for a redirect: its target, if on the same host; another host would get the credentials."""
    try:
        target = urlsplit((answer.headers.get("Location") or "").strip())
        host, _ = target.hostname or "", target.port
    except ValueError:
        return f"its Location is no address: check {server.setting}"
    own = urlsplit(server.url)
    netloc = target.netloc.rpartition("@")[2]
    leads = server.cleared(f"{target.scheme}://{netloc}{target.path}" if host else target.path or "nowhere", 200)
    if _LOGIN.search(f"{host} {target.path}"):
        return f"it redirects to a login, {leads}: {_past_login(server)}"
    if host and host != own.hostname:
        return f"it redirects to another host, {leads}: set {server.setting} to it only if that is your {server.name}"
    if not target.path.strip("/") or not target.path.rstrip("/").endswith(answer.path.rstrip("/")):
        return f"it redirects to {leads}: check {server.setting}, the path that it is served under too"
    base = target.path.rstrip("/").removesuffix(answer.path.rstrip("/"))
    origin = f"{target.scheme or own.scheme}://{netloc or own.netloc.rpartition('@')[2]}"
    return f"set {server.setting} to {server.cleared(origin + base, 200)}"


def _who(answer: HttpAnswer) -> str:
    """The name of the software that answered, by its header Server; empty without one."""
    match = re.match(r"[A-Za-z][A-Za-z.-]{1,30}", answer.headers.get("Server") or "")
    return f" from {match[0]}" if match else ""


def _title(answer: HttpAnswer) -> str:
    match = _TITLE.search(answer.text[:20_000])
    return html.unescape(re.sub(r"<[^>]*>", " ", match[2])) if match else ""


def _said(server: Server, answer: HttpAnswer) -> str:
    """The text of an answer: the message of an API, the title of a page, or the first line of a plain text."""
    if answer.is_html:
        title = server.cleared(_title(answer), 60)
        return f" with an HTML page '{title}'" if title else " with an HTML page"
    if answer.status < 400:
        return ""
    try:
        found = json_of(answer.body)
        message = found.get("message") or found.get("error")
    except (ValueError, AttributeError):
        lines = answer.text[:2000].strip().splitlines()
        message = lines[0] if lines else ""
    return f": {server.cleared(message)}" if isinstance(message, str) and message.strip() else ""

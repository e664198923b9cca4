"""Requests to every HTTP server under one policy; the only module that opens connections for HTTP.

Each request has one deadline from the first packet to the last byte, a bounded answer, and no redirect. It is built on
``http.client``, since a deadline for the whole needs a hand on each read; the libraries above it time each packet.
"""

from __future__ import annotations

import http.client
import io
import os
import selectors
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from gendash.engine.clients.http_faults import ENDED, cause, is_folder, tls_trouble, unreadable
from gendash.engine.clients.http_policy import (
    PASSING,
    Broken,
    HttpAnswer,
    Resting,
    Route,
    Server,
    TooLarge,
    Unanswered,
    Untrusted,
    basic,
    body_of,
    retry_after_s,
)
from gendash.engine.config.load import DEFAULTS
from gendash.engine.errors import ConfigError, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem

CONNECT_S = 10.0
BACKOFF_S = (0.3, 1.0, 3.0)
PATIENCE, REST_S = 2, 10.0  # time-outs in a row after which a server is left alone for so long
_CHUNK = 64 * 1024
_HEADERS_MOST = 2**20
_SAFE = "/%:@!$&'()*+,;=~"
Pause = Callable[[float], None]


def is_passing(answer: HttpAnswer) -> bool:
    """True if the same request may succeed a moment later."""
    return answer.status in PASSING


class Session:
    """Connections to one server, kept open between requests; threads may share it.

    With ``patience``, so many time-outs in a row end the questions for REST_S: many that each wait would take hours.
    """

    def __init__(self, server: Server, pause: Pause = time.sleep, patience: int = 0) -> None:
        self.server = server
        self.pause = pause
        self.patience = patience
        self._timeouts, self._rests_until = 0, 0.0
        self._idle: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Ends the connections that are kept open."""
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(
        self, method: str, path: str, again: Callable[[HttpAnswer], bool] = is_passing, **options: Any
    ) -> HttpAnswer:
        """The answer to a request that changes nothing, which is sent again where that may help."""
        for wait in BACKOFF_S:
            try:
                answer = self.request(method, path, **options)
            except Broken:
                self.pause(wait)
                continue
            asked = retry_after_s(answer.headers) or 0.0
            if not again(answer) or asked > self.server.route.max_pause_s:
                return answer
            self.pause(max(wait, asked))
        return self.request(method, path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Any = None,
        text: tuple[str, str] = ("", ""),
        timeout_s: float = 0.0,
    ) -> HttpAnswer:
        """The answer to one request, whatever its status. ``path`` is below the server's URL, ``text`` as in `body_of`.

        Raises Unanswered or Broken where no whole answer came after the request was sent, Unreachable where it was
        not sent, TooLarge, Unexpected where the answer is no HTTP, ConfigError where a certificate cannot be read.
        """
        self._raise_if_it_rests()
        began, timeout_s = time.perf_counter(), timeout_s or self.server.route.timeout_s
        deadline = time.monotonic() + timeout_s
        kind, body = body_of(form, json, text)
        headers = _headers(self.server) | ({"Content-Type": kind} if kind else {})
        headers |= _proxy_headers(self._proxy[0], self.server.route) if self._absolute else {}
        target = quote(self._base_path + path, safe=_SAFE) + (f"?{urlencode(params)}" if params else "")
        connection = self._connection(deadline)
        response = None
        with self._translated(method, path, timeout_s):
            try:
                connection.sock.settimeout(_left(deadline))
                most = self.server.route.max_bytes
                connection.response_class = partial(_TimedResponse, deadline, most + _HEADERS_MOST)  # type: ignore[assignment]
                connection.request(method, self._absolute + target, body, headers)
                response = connection.getresponse()
                content = _content(response, most)
            except BaseException:  # nothing that was interrupted may be used again
                if response:
                    response.close()
                connection.close()
                raise
        self._timeouts = 0
        if connection.sock is not None:
            self._idle.append(connection)
        ms = (time.perf_counter() - began) * 1000
        return HttpAnswer(method, path, response.status, response.headers, content, ms)

    def _raise_if_it_rests(self) -> None:
        if self.patience and self._timeouts >= self.patience and time.monotonic() < self._rests_until:
            what = f"not asked: {self.server.name} did not answer the last {self._timeouts} requests in time"
            do = f"check that {self.server.name} is not overloaded, or raise {self.server.route.key}.timeout"
            raise Resting(Problem(self.server.where, what, do))

    def _timed_out(self) -> None:
        self._timeouts += 1
        self._rests_until = time.monotonic() + REST_S

    @cached_property
    def _base_path(self) -> str:
        return urlsplit(self.server.url).path.rstrip("/")

    @cached_property
    def _absolute(self) -> str:
        """The text before the path in a request line: a proxy for http:// needs the whole address."""
        parts = urlsplit(self.server.url)
        return f"http://{parts.netloc.rpartition('@')[2]}" if self._proxy[0] and parts.scheme == "http" else ""

    @cached_property
    def _proxy(self) -> tuple[str, str]:
        """URL of the proxy, and where it is set; empty texts for none."""
        route, parts = self.server.route, urlsplit(self.server.url)
        host = parts.hostname or ""
        if route.proxy:
            return ("", "") if route.proxy == "none" else (route.proxy, f"{route.key}.proxy")
        found = getproxies_environment()
        url = found.get(parts.scheme) or found.get("all") or ""
        if not url or _is_here(host) or proxy_bypass(host):
            return "", ""
        name = f"{parts.scheme}_proxy" if found.get(parts.scheme) else "all_proxy"
        return (url if "://" in url else f"http://{url}"), name.upper()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        route = self.server.route
        path, setting = route.ca_file, f"{route.key}.ca_file"
        if not path:
            setting = next((name for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE") if os.environ.get(name)), "")
            path = os.environ.get(setting, "") if setting else ""
        try:
            folder = bool(path) and is_folder(path)
            context = ssl.create_default_context(
                cafile=None if folder else path or None, capath=path if folder else None
            )
        except (OSError, ValueError) as error:
            raise unreadable(setting, path, error) from None
        if route.insecure:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        known = ssl.get_default_verify_paths()
        if not path and not (known.cafile or known.capath):
            import certifi  # on machines without authorities of their own

            context.load_verify_locations(certifi.where())
        if route.client_cert:
            try:
                certificate, *key = route.client_cert
                for one in route.client_cert:
                    is_folder(one)
                context.load_cert_chain(certificate, key[0] if key else None, "")  # never prompts for a password
            except (OSError, ValueError) as error:
                raise unreadable(f"{route.key}.client_cert", ", ".join(route.client_cert), error) from None
        return context

    def _connection(self, deadline: float) -> http.client.HTTPConnection:
        while self._idle:
            kept = self._idle.pop()
            if not _has_ended(kept.sock):
                return kept
            kept.close()
        connection = self._new_connection()
        connection.timeout = min(CONNECT_S, _left(deadline))
        proxy, setting = self._proxy
        try:
            connection.connect()
        except (OSError, ValueError, http.client.HTTPException) as error:
            connection.close()
            where = self.server.where
            if isinstance(error, TimeoutError):
                self._timed_out()
            if proxy and not isinstance(error, ssl.SSLError):
                what = f"no connection through the proxy {_address(proxy)} of {setting}: {cause(error)}"
                do = f"start the proxy, or set {self.server.route.key}.proxy to another one or to none"
                raise Unreachable(Problem(where, what, do)) from None
            if isinstance(error, ssl.SSLError):
                kind = Unreachable if isinstance(error, ENDED) else Untrusted
                raise kind(Problem(where, *tls_trouble(self.server, error))) from None
            do = f"check {self.server.setting} and that {self.server.name} runs"
            if self.server.url == DEFAULTS.get(f"{self.server.route.key}_url"):  # the address was never set
                do += f", or set {self.server.route.key}_url: none if there is none"
            raise Unreachable(Problem(where, f"no connection: {cause(error)}", do)) from None
        return connection

    def _new_connection(self) -> http.client.HTTPConnection:
        proxy, setting = self._proxy
        where = self.server.where
        try:
            parts, via = urlsplit(self.server.url), urlsplit(proxy)
            host, port, via_port = parts.hostname or "", parts.port, via.port
        except ValueError:
            name = self.server.setting
            raise ConfigError(Problem(name, "no URL of a server", "write http://host:port or https://host")) from None
        if proxy and via.scheme != "http":
            do = "write http://host:port, which serves https:// addresses too"
            raise ConfigError(Problem(setting, f"a proxy of the kind {via.scheme}:// cannot be used", do))
        if parts.scheme not in ("http", "https"):
            raise Unreachable(
                Problem(where, f"no HTTP server: {parts.scheme}://", f"write http:// in {self.server.setting}")
            )
        first = (via.hostname or "", via_port or 80) if proxy else (host, port)
        if parts.scheme == "http":
            return http.client.HTTPConnection(*first)
        connection = http.client.HTTPSConnection(*first, context=self._tls)
        if proxy:
            connection.set_tunnel(host, port or 443, _proxy_headers(proxy, self.server.route))
        return connection

    @contextmanager
    def _translated(self, method: str, path: str, timeout_s: float) -> Iterator[None]:
        """Turns what can go wrong after a connection was made into errors of the tree."""
        where, asked = self.server.where, f"{method} {path or self._base_path}"
        try:
            yield
        except TargetError:
            raise
        except TimeoutError:
            self._timed_out()
            what = f"{asked}: no answer within {timeout_s:g} s"
            do = f"check that {self.server.name} is not overloaded, or raise {self.server.route.key}.timeout"
            raise Unanswered(Problem(where, what, do)) from None
        except ssl.SSLCertVerificationError as error:
            raise Untrusted(Problem(where, *tls_trouble(self.server, error))) from None
        except (http.client.IncompleteRead, zlib.error, EOFError):
            raise Broken(Problem(where, f"{asked}: the answer breaks off", "try again")) from None
        except ssl.SSLError as error:
            raise Broken(Problem(where, *tls_trouble(self.server, error))) from None
        except OSError as error:
            raise Broken(Problem(where, f"{asked}: the connection broke: {cause(error)}", "try again")) from None
        except _TooMuch:
            most = self.server.route.max_bytes // 2**20
            what = f"{asked}: the answer is larger than {most} MiB"
            raise TooLarge(Problem(where, what, f"check that {self.server.setting} is {self.server.name}")) from None
        except (http.client.HTTPException, ValueError) as error:
            what = f"{asked}: the answer is no HTTP ({type(error).__name__})"
            raise Unexpected(Problem(where, what, f"check {self.server.setting}")) from None


class _TooMuch(Exception):
    """More bytes than are read."""


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose reads end together at a deadline, and after a number of bytes."""

    def __init__(self, deadline: float, most: int, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(sock, deadline, most))


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float, most: int) -> None:
        self._raw = sock.makefile("rb", buffering=0)
        self._sock, self._deadline, self._left = sock, deadline, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._left <= 0:
            raise _TooMuch
        self._sock.settimeout(_left(self._deadline))
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def _content(response: http.client.HTTPResponse, most: int) -> bytes:
    """The unpacked body, read in parts, so that neither its length nor what it unpacks to fills the memory."""
    packing = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", "deflate"):
        raise http.client.UnknownTransferEncoding
    unpacker = None if packing == "identity" else zlib.decompressobj(wbits=47)
    parts, size = [], 0
    while part := response.read(_CHUNK):
        content = unpacker.decompress(part, most - size + 1) if unpacker else part
        size += len(content)
        if size > most:
            raise _TooMuch
        parts.append(content)
    if response.length or (unpacker and parts and not unpacker.eof):
        raise EOFError
    return b"".join(parts)


def _headers(server: Server) -> dict[str, str]:
    found = {"User-Agent": "gendash", "Accept": "application/json", "Accept-Encoding": "gzip"}
    if server.authorization:
        found["Authorization"] = server.authorization
    names = {name.lower() for name in server.route.headers}
    return {name: value for name, value in found.items() if name.lower() not in names} | dict(server.route.headers)


def _proxy_headers(proxy: str, route: Route) -> dict[str, str]:
    """The credentials for a proxy: those of the settings, else those of the URL that the environment names."""
    parts = urlsplit(proxy)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if route.proxy_auth:
        user, _, password = route.proxy_auth.partition(":")
    return {"Proxy-Authorization": basic(user, password)} if proxy and user else {}


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _has_ended(sock: socket.socket) -> bool:
    """True if an idle connection was closed by the other side: it is readable."""
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(0))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

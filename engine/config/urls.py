"""URLs of servers: parsed, checked, masked. No other module parses one, and no message here repeats a part of one.

A URL that is not quite right may hold a part of the password anywhere: an unescaped ``@`` or ``/`` moves the rest of it
into the host, the port or the database's name. So a URL is accepted only where each of its parts can be what it seems
to be; else the message says what is wrong with it, and nothing of what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

MASK = "***"
POSTGRES_FORM = "write postgresql://user:password@host:5432/database, special characters in the password as %XX"
HTTP_FORM = "write http://host:port or https://host/path, special characters in a password as %XX"

# What libpq takes: the names are the same in a URL's query and in "host=… dbname=…"
_LIBPQ = frozenset(
    re.findall(
        r"\w+",
        """host hostaddr port dbname user password passfile require_auth channel_binding connect_timeout
        client_encoding options application_name fallback_application_name keepalives keepalives_idle
        keepalives_interval keepalives_count tcp_user_timeout replication gssencmode sslmode requiressl sslnegotiation
        sslcompression sslcert sslkey sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer
        ssl_min_protocol_version ssl_max_protocol_version min_protocol_version max_protocol_version krbsrvname gsslib
        gssdelegation service target_session_attrs load_balance_hosts""",
    )
)
# What other drivers and object mappers add to a URL, about themselves: it is of no meaning here
_FOREIGN = frozenset(
    re.findall(
        r"\w+",
        """pgbouncer connection_limit pool_timeout pool_size max_overflow socket_timeout statement_cache_size
        prepared_statement_cache_size prepared_statement_name_func prepareThreshold sslaccept""",
    )
)
_POSTGRES = re.compile(r"(postgres|postgresql)(\+\w+)?://(.*)", re.S)
_HTTP = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.S | re.I)
_HOST = re.compile(r"\[[0-9A-Fa-f:.%\w]+\]|[^\[\]:@/?#\s,\\\"'<>]*")
_PAIR = re.compile(r"\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)", re.S)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.S)


class BadUrl(ValueError):
    """An invalid URL; the text gives the reason, without any part of the URL."""


@dataclass(frozen=True)
class HttpUrl:
    """An HTTP URL in its parts. ``user`` and ``password`` are unescaped; ``path`` is as it was written."""

    scheme: str
    host: str
    port: int | None = None
    path: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{f':{self.port}' if self.port else ''}"

    @property
    def public(self) -> str:
        """The URL without credentials and without a slash at its end: what messages, links and artifacts have of it."""
        return f"{self.origin}{self.path.rstrip('/')}"


def read_http(url: str) -> HttpUrl:
    """An HTTP URL in its parts. Raises BadUrl."""
    if _CONTROL.search(url):
        raise BadUrl("it has a control character, or is not text")
    match = _HTTP.fullmatch(url)
    if not match:
        raise BadUrl("it does not begin with http:// or https://")
    scheme, authority, path, query, fragment = match.groups()
    if "@" in path:
        raise BadUrl("an @ follows its host")
    if query or fragment:
        raise BadUrl("it has a query or a fragment")
    credentials, _, server = authority.rpartition("@")
    if "@" in credentials:
        raise BadUrl("it has more than one @")
    host, port = _host_and_port(server)
    if not host:
        raise BadUrl("it has no host")
    user, _, password = credentials.partition(":")
    return HttpUrl(scheme.lower(), host.strip("[]"), int(port) if port else None, path, _text(user), _text(password))


def read_postgres(url: str) -> dict[str, str]:
    """Parameters of a connection as libpq names them, from a URL or from ``host=… dbname=…``. Raises BadUrl.

    Several hosts are joined by commas, as libpq takes them.
    """
    if _CONTROL.search(url.strip()):
        raise BadUrl("it has a control character, or is not text")
    match = _POSTGRES.fullmatch(url.strip())
    found = _uri(match[3]) if match else _conninfo(url)
    if any("\x00" in value for value in found.values()):
        raise BadUrl("it has a NUL character, which PostgreSQL cannot take")
    if not re.fullmatch(r"[\d,]*", found.get("port", "")):
        raise BadUrl("its port is not a number")
    return found


def _uri(rest: str) -> dict[str, str]:
    authority, slash, tail = _split_at(rest, "/?")
    path, question, query = tail.partition("?") if slash == "/" else ("", slash, tail)
    if "@" in path:
        raise BadUrl("an @ follows its host")
    credentials, _, servers = authority.rpartition("@")
    if "@" in credentials:
        raise BadUrl("it has more than one @")
    user, _, password = credentials.partition(":")
    pairs = [_host_and_port(server) for server in servers.split(",")] if servers else []
    found = {
        "user": _text(user),
        "password": _text(password),
        "host": ",".join(_text(host).strip("[]") for host, _ in pairs),
        "port": ",".join(port for _, port in pairs) if any(port for _, port in pairs) else "",
        "dbname": _text(path),
    }
    if "/" in found["dbname"]:
        raise BadUrl("its database's name has a /")
    found |= _query(query) if question else {}
    return {name: value for name, value in found.items() if value}


def _query(query: str) -> dict[str, str]:
    found = {}
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        if name == "schema":
            raise BadUrl("?schema= is of another driver; take it out, and set `platform.schema` or `schema`")
        if not part or name in _FOREIGN:
            continue
        if name == "ssl" and value:  # as other drivers call it
            name, value = "sslmode", {"true": "require", "false": "disable"}.get(value, value)
        if not equals or name not in _LIBPQ:
            raise BadUrl("its query has something that is no parameter of PostgreSQL")
        found[name] = _text(value)
    return found


def _conninfo(text: str) -> dict[str, str]:
    found, at = {}, 0
    text = text.strip()
    while at < len(text):
        match = _PAIR.match(text, at)
        if not match or match[1] not in _LIBPQ:
            raise BadUrl("it is neither a URL nor `host=… dbname=…`")
        value = match[2] if match[2] is not None else match[3]
        found[match[1]] = re.sub(r"\\(.)", r"\1", value, flags=re.S)
        at = match.end()
    if not found:
        raise BadUrl("it is empty")
    return {name: value for name, value in found.items() if value}


def _split_at(text: str, marks: str) -> tuple[str, str, str]:
    for at, letter in enumerate(text):
        if letter in marks:
            return text[:at], letter, text[at + 1 :]
    return text, "", ""


def _host_and_port(server: str) -> tuple[str, str]:
    match = _HOST.match(server)
    host = match[0] if match else ""
    rest = server[len(host) :]
    if rest and not re.fullmatch(r":[0-9]{0,5}", rest):
        raise BadUrl("its host or port is not one")
    port = rest[1:]
    if port and not 0 < int(port) < 65536:
        raise BadUrl("its port is not one")
    return host, port


def _text(escaped: str) -> str:
    """A part without its %XX escapes."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", escaped):
        raise BadUrl("it has a % that is no %XX")
    try:
        text = unquote_to_bytes(escaped).decode()
    except UnicodeError:
        raise BadUrl("its %XX are not UTF-8") from None
    if _CONTROL.search(text):
        raise BadUrl("it has a control character")
    return text


def write_postgres(params: Mapping[str, str]) -> str:
    """A URL of a connection's parameters, which libpq reads as these."""
    query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in params.items())
    return f"postgresql://?{query}"


def public(value: str) -> str:
    """A URL without credentials, query and fragment; another text as it is; MASK if it cannot be parsed."""
    if not _SCHEME.match(value):
        return MASK if "://" in value and "@" in value else value
    scheme, _, rest = value.partition("://")
    authority, _, tail = _split_at(rest, "/?#")
    if authority.count("@") > 1 or "@" in tail or _CONTROL.search(value):
        return MASK
    path = re.split(r"[?#]", rest[len(authority) :], maxsplit=1)[0]
    return f"{scheme}://{authority.rpartition('@')[2]}{path}"


def holds_credentials(value: str) -> bool:
    """True if a text is a URL with a user, a password or a query, or a URL that cannot be parsed to rule that out."""
    return public(value) != value.partition("#")[0]

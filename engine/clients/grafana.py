"""A session with Grafana's HTTP API: version check, permissions of the token, answers as errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from gendash.engine.clients.http import BACKOFF_S, PATIENCE, Pause, Session
from gendash.engine.clients.http_policy import (
    Failing,
    HttpAnswer,
    Resting,
    Server,
    Unanswered,
    Untrusted,
    basic,
    explain,
    json_of,
    retry_after_s,
    route_of,
)
from gendash.engine.config.load import Config
from gendash.engine.errors import Denied, Unexpected, Unreachable
from gendash.engine.model import Problem

OLDEST = 12
THREADS = 8
ROLES = ("Viewer", "Editor")
_STARTING = "Grafana is starting, or overloaded: try again in a few minutes, or let plan and apply wait: --wait 2m"
_GATEWAY = frozenset({429, 502, 503, 504, 524})


def server_capabilities(config: Config, pause: Pause = time.sleep) -> tuple[str, frozenset[str] | None, frozenset[str]]:
    """The server's version, what the token may do (None if Grafana does not report it), and uids of data sources."""
    with session(config, pause) as ask:
        health = check_version(ask)
        sources = data_sources(ask)
        rights = token_permissions(ask)
        actions = None if rights is None else frozenset(one for one in rights if " " not in one)
        uids = frozenset[str]() if isinstance(sources, str) else frozenset(str(one.get("uid")) for one in sources)
        return f"Grafana {health.get('version') or 'of a hidden version'}", actions, uids


@contextmanager
def session(config: Config, pause: Pause) -> Iterator[Grafana]:
    """A session that is closed afterwards: ``ask(method, path)`` answers status and body."""
    ask = Grafana(config, pause)
    try:
        yield ask
    finally:
        ask.requests.close()


class Grafana:
    """A session with one Grafana: ``ask(method, path)`` answers status and body, or raises one of our errors."""

    def __init__(self, config: Config, pause: Pause) -> None:
        from grafana_client.client import GrafanaClient

        url, token = config["grafana_url"], config["grafana_token"]
        self.where, user, password = _public(url)
        self.pause = pause
        self.silent = False
        self.namespace = "default"
        authorization = f"Bearer {token}" if token else basic(user, password) if user else ""
        credential = "the token is" if token else "user and password are" if user else ""
        do = "correct them in grafana_url, or set GENDASH_GRAFANA_TOKEN" if user else "set GENDASH_GRAFANA_TOKEN"
        do = "set GENDASH_GRAFANA_TOKEN to one that is still valid" if token else do
        if token and user:
            do += "; user and password of grafana_url are not used beside it"
        route = route_of(config, "grafana")
        if config["grafana_org_id"]:
            route = replace(route, headers={**route.headers, "X-Grafana-Org-Id": str(config["grafana_org_id"])})
        server = Server(
            "Grafana", self.where, url, "grafana_url", route, authorization, credential, {"": do, "503": _STARTING}
        )
        self.requests = Session(server, lambda seconds: self.pause(seconds))
        self.client = GrafanaClient(None)
        self.client.s.close()
        transport: Any = _Transport(self.requests)
        self.client.s = transport  # its own session has neither deadline nor bounds
        self.client.url = "/api"

    def __call__(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        from grafana_client.client import GrafanaException

        try:
            return 200, getattr(self.client, method)(path, **options)
        except GrafanaException as error:
            return error.status_code, error.response

    def _not_grafana(self) -> Unexpected:
        todo = "check grafana_url, the path that it is served under too"
        return Unexpected(Problem(self.where, "the answer is not from Grafana's API", todo))


def proxy_session(ask: Grafana, uid: str, name: str, key: str) -> Session:
    """A session with what a data source reaches, through Grafana's proxy.

    ``name`` is what is reached, and ``key`` the setting that messages name.
    """
    server = ask.requests.server
    path = f"/api/datasources/proxy/uid/{uid}"
    where, url = f"{server.where}{path}", f"{server.url.rstrip('/')}{path}"
    through = replace(server, name=name, where=where, url=url, setting=key)
    return Session(through, ask.requests.pause, PATIENCE)


def open_roles(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The roles below Admin that rows of permissions let in by themselves, not by inheritance."""
    found = {str(row["role"]) for row in rows if row.get("role") in ROLES and not row.get("inherited")}
    return sorted(found)


class _Transport:
    """The HTTP session for grafana-client: ours, whose answers are checked before the client gets them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def request(self, method: str, url: str, *, json: Any = None, params: Any = None, **_: Any) -> _Checked:
        """A checked answer; redirects, refusals and pages of other servers are raised as errors of the tree."""
        send = self.session.read if method == "get" else self._write
        answer = send(method.upper(), url, json=json, params=params)
        if 300 <= answer.status < 400 or answer.status == 401:
            raise explain(self.session.server, answer)
        if method == "get" and answer.status in _GATEWAY:
            raise explain(self.session.server, answer)  # the gateway answered, so nothing is known of what Grafana has
        try:
            value = json_of(answer.body) if answer.body else None
            # the client reads the message of a refusal, whatever the body is
            return _Checked(answer.status, value if answer.status < 400 or isinstance(value, Mapping) else {})
        except ValueError as error:
            raise explain(self.session.server, answer, f"the answer is not from Grafana's API: {error}") from None

    def _write(self, method: str, url: str, **options: Any) -> HttpAnswer:
        """The answer to a write, sent again only where it was surely not carried out: no connection, or 429."""
        most = self.session.server.route.max_pause_s
        for wait in BACKOFF_S:
            try:
                answer = self.session.request(method, url, **options)
            except (Unanswered, Untrusted, Resting):
                raise
            except Unreachable:
                self.session.pause(wait)
                continue
            asked = retry_after_s(answer.headers) or 0.0
            if answer.status != 429 or asked > most:
                return answer
            self.session.pause(max(wait, asked))
        return self.session.request(method, url, **options)


@dataclass(frozen=True)
class _Checked:
    """An answer as grafana-client reads it."""

    status_code: int
    value: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.value)

    def json(self) -> Any:
        return self.value


def public_url(url: str) -> str:
    """A URL of Grafana without user and password, for messages and as a key."""
    return _public(url)[0]


def _public(url: str) -> tuple[str, str, str]:
    """A URL without user and password, and these two."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "grafana_url", "", ""
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    return where, unquote(parts.username or ""), unquote(parts.password or "")


def wait_for_grafana(
    config: Config, seconds: float, pause: Pause = time.sleep, clock: Callable[[], float] = time.monotonic
) -> None:
    """Returns when Grafana answers, at the latest after ``seconds``; then, or where waiting does not help, raises."""
    until = clock() + seconds
    while True:
        try:
            with session(config, pause) as ask:
                check_version(ask)
                return
        except (Unreachable, Failing) as error:
            if isinstance(error, Untrusted) or clock() >= until:
                raise
        pause(1.0)


def named_server(ask: Grafana, org_id: int = 0) -> str:
    """Server, version and organisation in one line. Raises Denied where the organisation is another than ``org_id``."""
    health = check_version(ask)
    status, body = ask("GET", "/org")
    name = f"Grafana {health.get('version') or 'of a hidden version'} at {ask.where}"
    if status != 200 or not isinstance(body, Mapping):
        return f"{name}, organisation unknown ({reason(status, body)})"
    if body.get("id") not in (None, 1):
        ask.namespace = f"org-{body['id']}"
    if org_id and body.get("id") != org_id:
        what = f"grafana_org_id is {org_id}, the credentials are for {body.get('id')} '{body.get('name')}'"
        raise Denied(Problem(ask.where, what, "give a token of that organisation, or correct grafana_org_id"))
    return f"{name}, organisation {body.get('id')} '{body.get('name')}'"


def check_version(ask: Grafana) -> Mapping[str, Any]:
    """What Grafana says of its health.

    Raises Unexpected where this is no Grafana, or one that is too old, and Denied where the credentials are nobody's:
    with anonymous access on, Grafana takes wrong ones for those of a visitor, and locks a user after five of them.
    """
    status, health = ask("GET", "/health")
    if not isinstance(health, Mapping) or "database" not in health:
        raise ask._not_grafana() if status < 500 else _trouble(ask, status, health)
    number = str(health.get("version") or "").partition(".")[0]  # absent where Grafana hides it
    if number.isdigit() and int(number) < OLDEST:
        what = f"Grafana {health['version']} is too old"
        raise Unexpected(Problem(ask.where, what, f"gendash needs Grafana {OLDEST} or later"))
    server = ask.requests.server
    if server.authorization or any(name.lower() == "authorization" for name in server.route.headers):
        ask("GET", "/user")
    return health


def token_permissions(ask: Grafana) -> frozenset[str] | None:
    """The actions that the token is allowed, and each again with its scope: ``folders:write folders:uid:x``.

    None if Grafana does not report them. Drops what Grafana had cached.
    """
    status, body = ask("GET", "/access-control/user/permissions", params={"reloadcache": "true"})
    if status != 200 or not isinstance(body, Mapping):
        return None
    lists = ((action, scopes) for action, scopes in body.items() if isinstance(scopes, list))
    return frozenset(body) | {f"{action} {one}" for action, scopes in lists for one in scopes if isinstance(one, str)}


def data_sources(ask: Grafana) -> list[Mapping[str, Any]] | str:
    status, body = ask("GET", "/datasources")
    if status != 200 or not isinstance(body, list):
        return reason(status, body)
    return [one for one in body if isinstance(one, Mapping)]


def reason(status: int, body: Any) -> str:
    """The reason that Grafana gives in its answer, in a few words."""
    message = body.get("message") if isinstance(body, Mapping) else None
    return f"{status} {message}" if message else f"answer {status}"


def _trouble(ask: Grafana, status: int, body: Any) -> Unexpected:
    return Unexpected(Problem(ask.where, reason(status, body), "look into Grafana's log"))

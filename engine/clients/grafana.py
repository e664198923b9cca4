"""A session with Grafana's HTTP API: version check, permissions of the token, answers as errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from gendash.engine.config.load import DEFAULTS, Config
from gendash.engine.errors import Denied, Unexpected, Unreachable
from gendash.engine.model import Problem

OLDEST = 12
TIMEOUT_S = 15.0
THREADS = 8
BACKOFF_S = (0.3, 1.0, 3.0)
Pause = Callable[[float], None]


def server_capabilities(config: Config, pause: Pause = time.sleep) -> tuple[str, frozenset[str] | None, frozenset[str]]:
    """The server's version, what the token may do (None where Grafana does not tell), and uids of data sources."""
    with session(config, pause) as ask:
        check_version(ask)
        _, health = ask("GET", "/health")
        sources = data_sources(ask)
        uids = frozenset[str]() if isinstance(sources, str) else frozenset(str(one.get("uid")) for one in sources)
        return f"Grafana {health.get('version') or 'of a hidden version'}", token_permissions(ask), uids


@contextmanager
def session(config: Config, pause: Pause) -> Iterator[Grafana]:
    """A session that is closed afterwards: ``ask(method, path)`` answers status and body."""
    ask = Grafana(config, pause)
    try:
        yield ask
    finally:
        ask.client.s.close()


class Grafana:
    """A session with one Grafana: ``ask(method, path)`` answers status and body, or raises one of our errors."""

    def __init__(self, config: Config, pause: Pause) -> None:
        from grafana_client.client import GrafanaClient

        parts = urlsplit(config["grafana_url"])
        host = parts.hostname or ""
        self.where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self.is_default = config["grafana_url"] == DEFAULTS["grafana_url"]
        self.pause = pause
        self.silent = False
        credential: Any = config["grafana_token"] or None
        if not credential and parts.username:
            credential = (unquote(parts.username), unquote(parts.password or ""))
        self.anonymous = credential is None
        self.client = GrafanaClient(
            credential,
            host=f"[{host}]" if ":" in host else host,
            port=parts.port,
            url_path_prefix=f"{parts.path.strip('/')}/".lstrip("/"),
            protocol=parts.scheme,
            timeout=TIMEOUT_S,
            user_agent="gendash",
            session_pool_size=THREADS,
        )

    def __call__(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        for wait in BACKOFF_S if method == "GET" else ():
            status, body = self._once(method, path, **options)
            if status not in (502, 503, 504):
                return status, body
            self.pause(wait)
        return self._once(method, path, **options)

    def _once(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        from grafana_client.client import GrafanaException, GrafanaTimeoutError
        from niquests.exceptions import ConnectionError as NoConnection
        from niquests.exceptions import RequestException, SSLError

        try:
            status, body = 200, getattr(self.client, method)(path, **options)
        except GrafanaTimeoutError as error:
            what = f"no answer within {TIMEOUT_S:g} s"
            raise Unreachable(Problem(self.where, what, "check that Grafana is not overloaded")) from error
        except GrafanaException as error:
            status, body = error.status_code, error.response
        except SSLError as error:
            todo = "use a certificate that this machine trusts, or name its CA in REQUESTS_CA_BUNDLE"
            raise Unreachable(Problem(self.where, "no TLS connection", todo)) from error
        except (NoConnection, ConnectionError) as error:
            todo = "check grafana_url and that it runs"
            if self.is_default:  # nobody need have said that there is one
                todo += ", or set grafana_url: none if there is none"
            raise Unreachable(Problem(self.where, "no connection", todo)) from error
        except RequestException as error:  # no JSON, a circle of redirects, an address that is none
            raise self._not_grafana() from error
        if status == 401:
            raise self._denied()
        if isinstance(body, str) and status not in (502, 503, 504):
            raise self._not_grafana()
        return status, body

    def _denied(self) -> Denied:
        if self.anonymous:
            return Denied(Problem(self.where, "needs a token", "set GENDASH_GRAFANA_TOKEN"))
        return Denied(Problem(self.where, "refused the token", "set GENDASH_GRAFANA_TOKEN to one that is still valid"))

    def _not_grafana(self) -> Unexpected:
        todo = "check grafana_url, the path that it is served under too"
        return Unexpected(Problem(self.where, "the answer is not from Grafana's API", todo))


def check_version(ask: Grafana) -> None:
    """Raises Unexpected where this is no Grafana, or one that is too old."""
    status, health = ask("GET", "/health")
    if not isinstance(health, Mapping) or "database" not in health:
        raise ask._not_grafana() if status < 500 else _trouble(ask, status, health)
    number = str(health.get("version") or "").partition(".")[0]  # absent where Grafana hides it
    if number.isdigit() and int(number) < OLDEST:
        what = f"Grafana {health['version']} is too old"
        raise Unexpected(Problem(ask.where, what, f"gendash needs Grafana {OLDEST} or later"))


def token_permissions(ask: Grafana) -> frozenset[str] | None:
    """The actions that the token is allowed; None where Grafana does not tell. Drops what Grafana had cached."""
    status, body = ask("GET", "/access-control/user/permissions", params={"reloadcache": "true"})
    return frozenset(body) if status == 200 and isinstance(body, Mapping) else None


def data_sources(ask: Grafana) -> list[Mapping[str, Any]] | str:
    status, body = ask("GET", "/datasources")
    return body if status == 200 and isinstance(body, list) else reason(status, body)


def reason(status: int, body: Any) -> str:
    """What Grafana says, in a few words."""
    message = body.get("message") if isinstance(body, Mapping) else None
    return f"{status} {message}" if message else f"answer {status}"


def _trouble(ask: Grafana, status: int, body: Any) -> Unexpected:
    return Unexpected(Problem(ask.where, reason(status, body), "look into Grafana's log"))

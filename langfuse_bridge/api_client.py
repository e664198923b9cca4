"""Answers of the Langfuse API: authorised, paced, retried, and every failure as one clear line."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from gendash.engine.clients.http import Session
from gendash.engine.clients.http_policy import (
    HttpAnswer,
    Route,
    Server,
    TooLarge,
    Unanswered,
    Untrusted,
    basic,
    cut_deep,
    explain,
    json_of,
    retry_after_s,
)
from gendash.engine.errors import Denied, GendashError, Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.budget import Allowance, Budget, OwnBudget, allowance, kind_of

Api = Literal["v2", "v1"]
Params = Mapping[str, str | int]

OLDEST = (3, 57)
TRIES = 6
LONGEST_WAIT_S = 120.0
ROUTE = Route("langfuse", "LANGFUSE_HEADERS", timeout_s=60.0, max_pause_s=86400.0)
_FIRST = ("health", "projects")
"""What is asked first: what answers there instead is no Langfuse, and not one that fails for a moment."""


WHOLE_ITEMS = frozenset(("observations", "traces", "v2/scores"))
"""Lists of the older API, whose items come with input and output: a page may be large however narrow its window is."""
NARROWED = WHOLE_ITEMS | {"v2/observations", "v3/scores", "v2/metrics", "metrics"}
"""Paths whose answers are smaller for a narrower window of time."""
_REFUSED_IDS = frozenset((400, 414, 431))
"""What servers say of an id that they do not take in a path: too long, or with characters that a proxy refuses."""
_TOO_WIDE = re.compile(rb"Timeout error|memory limit|TIMEOUT_EXCEEDED|MEMORY_LIMIT_EXCEEDED", re.I)


def is_too_wide(status: int, body: bytes) -> bool:
    """True if a narrower window may be answered: the answer took too long, or was too large."""
    return status in (408, 413, 504, 524) or (status == 500 and _TOO_WIDE.search(body) is not None)


class TooMuch(Exception):
    """The server could not answer for a window this wide; ``away`` where it may as well be away."""

    def __init__(self, what: str = "", away: bool = False) -> None:
        super().__init__(what)
        self.away = away


class Missing(Exception):
    """The server has no such endpoint, or not in this mode; the text is its own message."""


class AlwaysFails(Unreachable):
    """The server, or one before it, answered every try, and each time with a failure."""


class NotAllowed(Exception):
    """The keys are known, and may not ask for this."""


class Paused(Exception):
    """The server asked for a pause that is too long to wait for."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass
class Client:
    """Requests to one Langfuse project. Clock, sleep and chance come in through the fields, for tests.

    ``plan`` names a Cloud plan or ``self-hosted``; ``share`` is our part of its budget, which belongs to the whole
    organisation, ``account``; ``budget`` counts it. ``patience_s`` is the longest pause that is waited for.
    ``variables`` is how the names of its settings begin.
    ``tries`` says how often a request is sent, ``route`` how it reaches the server.
    """

    base_url: str = field(repr=False)
    public_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    plan: str = "auto"
    share: float = 0.5
    patience_s: float = LONGEST_WAIT_S
    tries: int = TRIES
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    variables: str = "LANGFUSE"
    budget: Budget | None = None
    account: str = ""
    asked: int = 0
    waited_s: float = 0.0
    """Seconds spent in pauses that the server asked for, or that its limits need."""
    route: Route = ROUTE
    retention_days: float | None = None
    """After how many days the server drops rows of the project, as it says: 0 for never, None where it does not say."""
    _session: Session | None = None

    @property
    def where(self) -> str:
        """The server's name for messages, without anything secret."""
        try:
            parts = urlsplit(self.base_url)
            return f"Langfuse at {parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        except ValueError:
            return f"Langfuse at {self.variables}_BASE_URL"

    def get(self, path: str, params: Params, decode: Callable[[bytes], Any], tries: int = 0) -> Any:
        """The decoded answer of ``/api/public/<path>``, after ``tries`` or the client's own number of them.

        Raises TooMuch, Missing or Paused where the caller must decide, else an error of the tree.
        """
        last, do, tries, answers = "", "", tries or self.tries, 0
        for attempt in range(tries):
            if attempt:
                self.sleep(min(60.0, 0.5 * 2**attempt) * (0.5 + self.chance()))
            self._pace(path)
            try:
                answer = self._send(path, params)
            except TooLarge:
                raise TooMuch from None
            except Untrusted:
                raise
            except Unreachable as error:
                last, do = error.problems[0].what, error.problems[0].do
                if type(error) is Unanswered and attempt and path in NARROWED:
                    raise TooMuch(last, away=True) from None
                continue
            if answer.status == 429:
                self._wait(answer)
                last, do = "the rate limit stays reached (429)", ""
                continue
            if self._may_pass(path, answer, attempt):
                (problem,) = explain(self._server, answer).problems
                last, do, answers = problem.what, problem.do, answers + 1
                continue
            self._refuse(path, answer)
            try:
                return _decoded(decode, answer.body)
            except msgspec.ValidationError as error:
                raise self._odd(f"/api/public/{path} has another shape: {error}", "is this version new?") from None
            except (ValueError, RecursionError):
                if answer.is_html:
                    raise self._no_langfuse(answer) from None
                last, do = f"GET /api/public/{path}: the answer is no JSON, or breaks off", ""
        raise self._given_up(last, do, tries, answers)

    def _given_up(self, last: str, do: str, tries: int, answers: int) -> Unreachable:
        times = "1 try" if tries == 1 else f"{tries} tries"
        again = "run again; what was closed is kept"
        kind = AlwaysFails if answers == tries else Unreachable
        return kind(Problem(self.where, f"{last} ({times})", f"{do}, then {again}" if do else again))

    def _may_pass(self, path: str, answer: HttpAnswer, attempt: int) -> bool:
        """True if the same request may be answered a moment later: a server failed, or a page of one before it came.

        Raises TooMuch where a narrower window may be answered, and the same one failed before.
        """
        if path in NARROWED and is_too_wide(answer.status, answer.body):
            if attempt:
                (problem,) = explain(self._server, answer).problems
                raise TooMuch(problem.what, away=answer.status >= 500)
            return True
        page = answer.is_html and answer.status in (200, 404) and path not in _FIRST
        return answer.status >= 500 or page

    def _send(self, path: str, params: Params) -> HttpAnswer:
        if self._session is None:
            self._session = Session(self._server)
        self.asked += 1
        return self._session.request("GET", f"/api/public/{path}", params=dict(params))

    @property
    def _server(self) -> Server:
        keys = f"{self.variables}_PUBLIC_KEY and {self.variables}_SECRET_KEY"
        setting = f"{self.variables}_BASE_URL"
        do = f"check {keys}, and that {setting} is the host that they belong to"
        return Server(
            "Langfuse",
            self.where,
            self.base_url,
            setting,
            self.route,
            basic(self.public_key, self.secret_key),
            "the API keys are",
            {"": do},
        )

    def close(self) -> None:
        """Ends the connections that are kept open."""
        if self._session:
            self._session.close()
            self._session = None

    def allowed(self, path: str) -> Allowance | None:
        """Our share of the budget for a path; None where requests are not limited."""
        host = urlsplit(self.base_url).hostname or ""
        cloud = "hobby" if host.endswith("langfuse.com") else "self-hosted"
        return allowance(cloud if self.plan == "auto" else self.plan, kind_of(path), self.share)

    def _pace(self, path: str) -> None:
        allowed = self.allowed(path)
        if allowed is None:
            return
        if self.budget is None:
            self.budget = OwnBudget(self.clock)
        account = self.account or urlsplit(self.base_url).netloc.rpartition("@")[2]
        wait = self.budget(f"{account} {kind_of(path)}", allowed, self.patience_s)
        if wait > self.patience_s:
            raise Paused(timedelta(seconds=wait))
        if wait:
            self._rest(wait)

    def _wait(self, answer: HttpAnswer) -> None:
        asked = retry_after_s(answer.headers)
        seconds = 60.0 if asked is None else min(max(1.0, asked), self.route.max_pause_s)
        if seconds > self.patience_s:
            raise Paused(timedelta(seconds=seconds))
        self._rest(seconds)

    def _rest(self, seconds: float) -> None:
        self.sleep(seconds)
        self.waited_s += seconds

    def _refuse(self, path: str, answer: HttpAnswer) -> None:
        """Raises what an answer other than 200 means."""
        status = answer.status
        if status == 200:
            return
        if status == 422:
            raise TooMuch
        if status in (404, 410) and path in _FIRST:
            raise self._no_langfuse(answer)
        if status in (404, 410) or (path.startswith("traces/") and status in _REFUSED_IDS):
            raise Missing(_message(answer))
        if path == "projects" and status == 403 and not answer.is_html:
            raise NotAllowed
        if status in (401, 403, 407, 413) or 300 <= status < 400 or answer.is_html:
            raise explain(self._server, answer)
        raise self._odd(f"/api/public/{path} answers {status}: {_message(answer)}", "is this version supported?")

    def _odd(self, what: str, do: str) -> Unexpected:
        return Unexpected(Problem(self.where, what, do))

    def _no_langfuse(self, answer: HttpAnswer | None = None) -> Unexpected:
        if answer and answer.is_html:
            (problem,) = explain(self._server, answer).problems
            return self._odd(f"this is no Langfuse: {problem.what}", problem.do)
        return self._odd("this is no Langfuse (no JSON under /api/public)", f"check {self.variables}_BASE_URL")


class _Health(msgspec.Struct):
    version: str


class _Organization(msgspec.Struct):
    id: str = ""


class _Project(msgspec.Struct, rename={"retention_days": "retentionDays"}):
    id: str
    retention_days: Any = None
    organization: _Organization = msgspec.field(default_factory=_Organization)


class _Projects(msgspec.Struct):
    data: list[_Project]


_HEALTH, _PROJECTS = api_types.decoder(_Health), api_types.decoder(_Projects)


def version(client: Client, tries: int = 0) -> str:
    """The server's version, after so many tries. Raises Unexpected where it is no Langfuse, or one that is too old."""
    try:
        found: str = client.get("health", {}, _HEALTH, tries).version
    except (Missing, msgspec.ValidationError):
        raise client._no_langfuse() from None
    except GendashError as error:
        if isinstance(error, Unexpected) and "another shape" in str(error):
            raise client._no_langfuse() from None
        raise
    if _number(found) < OLDEST:
        do = f"update the server to {OLDEST[0]}.{OLDEST[1]} or later"
        raise client._odd(f"version {found} is too old to be read", do)
    return found


def check_keys(client: Client) -> str:
    """The id of the project that the keys belong to; its organisation becomes the client's account.

    Empty where the keys may not ask for it: 403 in JSON, so from Langfuse itself. Raises Denied where they are refused.
    """
    try:
        found = client.get("projects", {}, _PROJECTS).data
    except Missing:
        raise client._no_langfuse() from None
    except NotAllowed:
        return ""
    if not found:
        raise Denied(Problem(client.where, "the keys belong to no project", "use the keys of a project"))
    client.retention_days = _days(found[0].retention_days)
    client.account = f"{urlsplit(client.base_url).hostname} {found[0].organization.id}"
    return str(found[0].id)


def _days(value: Any) -> float | None:
    """Days of a project's retention; 0 where there is none, None for what is no number of days."""
    try:
        days = float(0 if value is None else value)
    except (TypeError, ValueError, OverflowError):
        return None
    return days if 0 <= days < 1e6 else None


def choose_api(client: Client, server: str) -> tuple[Api, str]:
    """The API to read, with the reason: v2 if the server writes events, else the older lists."""
    if _number(server) < (4, 0):
        return "v1", f"version {server} keeps its data in the older lists"
    probe = (
        '{"view":"observations","metrics":[{"measure":"count","aggregation":"count"}],'
        '"fromTimestamp":"2020-01-01T00:00:00Z","toTimestamp":"2020-01-01T00:01:00Z"}'
    )
    try:
        client.get("v2/metrics", {"query": probe}, api_types.decoder(Any))
    except Missing:
        return "v1", f"version {server} runs in write mode legacy: /v2/metrics is absent, /v2/observations empty"
    except Paused:
        return "v2", f"version {server}; /v2/metrics is rate limited, which only Langfuse Cloud does"
    return "v2", f"version {server} answers /v2/metrics"


@contextmanager
def in_one_line(client: Client, but: type[Exception] | tuple[()] = ()) -> Iterator[None]:
    """Turns what only the sync can act upon into errors of the tree, ``but`` for what the caller acts upon."""
    try:
        yield
    except but:
        raise
    except Paused as pause:
        what = f"the rate limit is reached for {timedelta(seconds=round(pause.wait.total_seconds()))}"
        raise Unreachable(Problem(client.where, what, "run again then")) from None
    except TooMuch:
        raise client._odd("one day is too much for the server (422)", "see its logs") from None
    except Missing as missing:
        raise client._odd(
            f"an endpoint is absent: {missing}", "has the server's mode just changed? run again"
        ) from None


def _number(text: str) -> tuple[int, ...]:
    digits = (part for part in text.lstrip("v").split("-")[0].split(".")[:2])
    return tuple(int(part) if part.isdigit() else 0 for part in digits)


def _decoded(decode: Callable[[bytes], Any], body: bytes) -> Any:
    """The decoded body. A value that is nested too deep becomes null: users write such, and the rest is read."""
    try:
        return decode(body)
    except RecursionError:
        return decode(cut_deep(body))


def _message(answer: HttpAnswer) -> str:
    try:
        found = str(json_of(answer.body)["message"])
    except (ValueError, KeyError, TypeError):
        return "no message"
    return " ".join("".join(letter if letter.isprintable() else " " for letter in found).split())[:200]

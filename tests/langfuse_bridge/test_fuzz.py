"""Nothing that a server answers, and nothing that a setting holds, ends in a traceback; what is read can be stored."""

from __future__ import annotations

import json
import os
import random
import re
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import partial
from typing import Any

import pytest
import yaml
from bridge_parts import NOW, Sleeper, observation, score
from recordings import answer as recorded_answer
from recordings import answers as recorded_names

from gendash.engine.clients.http_policy import HttpAnswer
from gendash.engine.config.load import load_config
from gendash.engine.errors import GendashError
from gendash.langfuse_bridge.api_client import Client, Missing, Paused, TooMuch, check_keys, choose_api, version
from gendash.langfuse_bridge.models import sync_models
from gendash.langfuse_bridge.open_run import open_client
from gendash.langfuse_bridge.pages import Window, page_reader, taken
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.shaping import Shaping
from gendash.langfuse_bridge.stream_run import in_parts
from gendash.langfuse_bridge.streams import OBSERVATIONS, SCORES, Stream
from gendash.langfuse_bridge.totals import counts, totals_by_day

ANSWERS, SETTINGS = (
    int(os.environ.get(name, most)) for name, most in (("FUZZ_ANSWERS", 10_000), ("FUZZ_SETTINGS", 1000))
)
SAMPLE = 300
START = datetime(2026, 11, 20, 0, tzinfo=UTC)
ODD: list[Any] = [
    None, True, -1, 0, 2**31, 2**53, 2**63, 2**64, 2**70, 10**400, 1.5, 1e308, -0.0, "", "NaN", "Infinity", "1e999",
    "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-02-30", "x" * 6000,
    "漢" * 900, "\0", "a\0b", "\ud83d", "__all", [], {}, [[]], [1], {"total": "NaN"}, {"input": 1e300, "total": None},
    float("nan"), float("-inf"), "2026-11-20T10:00:00", "2026-11-20T10:00:00+00", "2026-11-20T10:00:00-0500",
    "2026-11-20 10:00:00Z", "2026-11-20T10:00:00z", "2026-11-20T10:00:00 UTC", "2026-11-20T24:00:00Z", "2026-11-20T10:00Z",
    "2026-11-20T23:59:60Z", "20261120T100000Z", "2026-W47-5T10:00:00Z", "2026-11-20T10:00:00+24:00", 1795168800000,
    "2026-11-20T10:00:00,123456789Z", "2026-11-20T10:00:00−05:00", "2026-11-20T10:00:00[Europe/Berlin]",
    {"a": {"b": [None]}}, {"": 0}, {"input": [1]}, {"price": None}, {"kind": "trace"}, {"kind": "trace", "id": None},
]  # fmt: skip
META: list[dict[str, Any]] = [
    {}, {"meta": None}, {"meta": []}, {"meta": {}}, {"meta": {"cursor": "a"}}, {"meta": {"cursor": 7}},
    {"meta": {"totalItems": -1}}, {"meta": {"totalItems": 10**12, "totalPages": 10**10, "page": -3, "limit": 0}},
    {"meta": {"totalItems": 1, "totalPages": 1}}, {"meta": {"totalItems": 2.5}}, {"meta": {"cursor": "\0", "totalItems": "9"}},
]  # fmt: skip
"""What may come about the pages that follow: cursors that repeat, totals that shrink, grow, or are none."""
STATUSES = (200,) * 12 + (204, 301, 302, 304, 400, 401, 403, 404, 407, 408, 409, 410, 413, 418, 422, 429, 431, 500, 502)
STATUSES += (503, 504, 520, 524, 599)


class Fuzzed:
    """A session that answers whatever it likes: recorded or made bodies with values, bytes or all of it changed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.asked = 0

    def request(self, method: str, path: str, **_options: Any) -> HttpAnswer:
        self.asked += 1
        if self.asked > 25:  # it has had its say
            return self.answer(method, path, 200, b'{"data": [], "meta": {"totalItems": 0}, "version": "4.16.0"}')
        body = self.body(path.removeprefix("/api/public/"))
        if self.rng.random() < 0.15 and body:
            at = self.rng.randrange(len(body))
            junk = self.rng.choice((b"", b"\xff", b"\\u0000", b"]", b'"', b"[" * 3000, b"<html>"))
            body = body[:at] + junk + (b"" if self.rng.random() < 0.3 else body[at + 1 :])
        return self.answer(method, path, self.rng.choice(STATUSES), body)

    def answer(self, method: str, path: str, status: int, body: bytes) -> HttpAnswer:
        headers = Message()
        headers["Content-Type"] = self.rng.choice(("application/json", "application/json", "text/html", ""))
        for name, values in (
            ("Retry-After", ("-1", "1e999", "soon", "Wed, 21 Oct 2999 07:28:00 GMT", "7", "90000")),
            ("Location", ("http://[", "//login", "https://sso.example.com/login", "/", "\x00")),
            ("WWW-Authenticate", ("Basic", "Negotiate", "")),
        ):
            if self.rng.random() < 0.3:
                headers[name] = self.rng.choice(values)
        return HttpAnswer(method, path, status, headers, body)

    def body(self, path: str) -> bytes:
        found: Any = self.rng.choice((None, self.recorded))
        found = found() if found else self.made(path)
        for _ in range(self.rng.choice((0, 1, 2, 5))):
            found = self.changed(found)
        text = json.dumps(found)
        if self.rng.random() < 0.1:  # keys that come twice
            text = re.sub(
                r'("(?:id|data|meta|total|startTime)": )', lambda key: f"{key[1]}null, {key[1]}", text, count=3
            )
        return text.encode("utf-8", "surrogatepass")

    def recorded(self) -> Any:
        return recorded_answer("langfuse", self.rng.choice(recorded_names("langfuse")))["response"]["body"]

    def made(self, path: str) -> Any:
        if path in ("health", "projects"):
            return {"health": {"version": "4.16.0"}, "projects": {"data": [{"id": "p"}]}}[path]
        one = score if "scores" in path else observation
        at = START + timedelta(minutes=self.rng.randrange(60))
        rows = [one(number, at - timedelta(seconds=number)) for number in range(self.rng.randrange(4))]
        if rows and self.rng.random() < 0.1:  # the same item twice, and ids that differ in case only
            rows += [self.rng.choice(rows), rows[0] | {"id": rows[0]["id"].upper()}]
        return {"data": rows} | self.rng.choice(META) | ({"meta": {"totalItems": len(rows)}} if len(rows) < 3 else {})

    def changed(self, value: Any) -> Any:
        """The value with something in it, or all of it, replaced, left out or added."""
        if self.rng.random() < 0.15:
            return self.rng.choice(ODD)
        if isinstance(value, dict) and value:
            name = self.rng.choice(sorted(value))
            if self.rng.random() < 0.2:
                return {key: one for key, one in value.items() if key != name}
            return value | {name: self.changed(value[name])}
        if isinstance(value, list) and value:
            at = self.rng.randrange(len(value))
            return [*value[:at], self.changed(value[at]), *value[at + 1 :]]
        return self.rng.choice(ODD)

    def close(self) -> None: ...


def fuzzed(seed: int) -> Client:
    sleeper = Sleeper()
    client = Client("http://fuzz", "pk", "sk", clock=sleeper.clock, sleep=sleeper.sleep)
    client._session = Fuzzed(seed)  # type: ignore[assignment]
    return client


def survive(seeds: range, store: Any) -> None:
    """Reads all that a sync reads from a server of each seed, and stores the rows that could be read."""
    opened = ["user_id", "error_text", "model_parameters", "score_comment"]
    shaping = Shaping(Shaper("default", b"k", ["a", "tenant"], opened), helpers=0)
    window = Window(START - timedelta(days=1), START + timedelta(days=1))
    for seed in seeds:
        client = fuzzed(seed)
        works = [
            partial(entered, client),
            partial(sync_models, client, store, f"p{seed}", NOW),
            partial(counts, client, "v2", window),
            partial(totals_by_day, client, "v1", window),
            *(
                partial(stored_rows, stream, api, client, shaping, window, store)
                for stream in (OBSERVATIONS, SCORES)
                for api in ("v2", "v1")
            ),
        ]
        for work in random.Random(seed).sample(works, 3):
            try:
                work()
            except GendashError as error:
                assert all("\n" not in str(problem) for problem in error.problems), seed
            except (Missing, TooMuch, Paused):
                pass
            except Exception as error:
                error.add_note(f"seed {seed}")
                raise
    store.disconnect()


def entered(client: Client) -> None:
    version(client), check_keys(client), choose_api(client, "4.16.0")


def stored_rows(stream: Stream, api: Any, client: Client, shaping: Shaping, window: Window, store: Any) -> None:
    reader = page_reader(api, stream, client, shaping)
    state = store.state("default", stream.name)
    for part in in_parts(taken(reader(window, 100)), window):
        rejected = (window, part.rejected) if part.last else None
        store.close(stream, "default", part.bounds, part.rows, state.windows, {}, part.read, False, rejected)
        state.windows += 1


def test_no_answer_ends_in_a_traceback(store: Any) -> None:
    survive(range(SAMPLE), store)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(10))
def test_none_of_very_many_answers_does(block: int, store: Any) -> None:
    survive(range(SAMPLE + block, SAMPLE + ANSWERS, 10), store)


KEYS = ("base_url", "public_key", "secret_key", "project", "plan", "budget", "retention", "server_retention", "since",
        "cadence", "metadata", "fields", "projects", "headers", "ca_file", "client_cert", "proxy", "timeout", "max_pause",
        "servers")  # fmt: skip
VARIABLES = ("LANGFUSE_BASE_URL", "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "LANGFUSE_HEADERS", "HTTPS_PROXY",
             "LANGFUSE_SECRET_KEY_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "GENDASH_DATABASE_URL")  # fmt: skip
TEXTS = ["", "pk-lf-1", "sk-lf-…", "\ufeffsk-lf-1", "sk lf", "sk\n", "a\r\nX: y", "http://127.0.0.1:1", "https://127.0.0.1:1",
         "http://[::1", "ftp://x", "http://u:p@127.0.0.1:1/base", "none", "/no/such/file", "/dev/null", "7d", "0d", "9" * 400,
         "Name: value", "Name value", "Ünï: x", "A: b\nC: d", "emea", "hobby", "user_id", "http://h:99999", "\x00"]  # fmt: skip


def settings_of(rng: random.Random) -> tuple[str, dict[str, str]]:
    values: list[Any] = [
        *TEXTS,
        *TEXTS,
        None,
        0,
        -1,
        0.5,
        True,
        [],
        ["emea"],
        ["a", "b", "c"],
        {},
        {"emea": {}},
        {"X": "y"},
    ]
    values += [{"emea": {"base_url": "http://127.0.0.1:1", "public_key": "pk"}}]
    chosen = {key: rng.choice(values) for key in rng.sample(KEYS, rng.randrange(5))}
    text = yaml.safe_dump({"langfuse": chosen}, allow_unicode=rng.random() < 0.5)
    if rng.random() < 0.1:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(("\t", ": ", "{", "\x85", "&a *a", "!!python/object:os.system")) + text[at:]
    environ = {
        "LANGFUSE_PUBLIC_KEY": "pk-lf-1",
        "LANGFUSE_SECRET_KEY": "sk-lf-SECRET",
        "GENDASH_DATABASE_URL": "postgresql://h/d",
    }
    environ |= {"LANGFUSE_BASE_URL": "http://127.0.0.1:1"}
    environ |= {name: rng.choice(TEXTS).replace("\x00", "") for name in rng.sample(VARIABLES, rng.randrange(4))}
    return text, environ


def bear(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opens a client with the settings of each seed and asks once; nothing answers there."""
    for seed in seeds:
        text, environ = settings_of(random.Random(seed))
        try:
            with monkeypatch.context() as patch:
                for name in ("HTTPS_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
                    if name in environ:
                        patch.setenv(name, environ[name])
                client = open_client(load_config(text, environ=environ))
                client.sleep, client.route = (lambda _s: None), client.route
                version(client, tries=1)
        except GendashError as error:
            for problem in error.problems:
                assert "\n" not in str(problem) and "sk-lf-SECRET" not in str(problem), (seed, str(problem))
        except Exception as error:
            error.add_note(f"seed {seed}: {text} {environ}")
            raise


def test_no_setting_ends_in_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    bear(range(SAMPLE // 3), monkeypatch)


@pytest.mark.soak
def test_none_of_very_many_settings_does(monkeypatch: pytest.MonkeyPatch) -> None:
    bear(range(SAMPLE, SAMPLE + SETTINGS), monkeypatch)

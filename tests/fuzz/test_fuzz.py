"""Ten thousand odd inputs of each kind (`make soak`; a sample in `make test`): lines, in time, without a secret.

Every case is made from a seed, which the failure names.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import psycopg
import pytest

sys.path.append(str(Path(__file__).parent))  # tests are no package, so what they share needs a path

from fuzz_judge import counts, judge_lines, judged
from mutations import SECRET, TEXTS, mutated_text, mutated_value

from gendash.engine.checks.definitions import check
from gendash.engine.clients import http
from gendash.engine.clients.grafana import server_capabilities
from gendash.engine.clients.prometheus import instant, loaded_rules, prometheus
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import SETTINGS
from gendash.engine.definitions import load
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.langfuse_bridge import api_client as langfuse
from gendash.langfuse_bridge.api_types import Observation, Score
from gendash.langfuse_bridge.odd_items import page_decoder
from gendash.langfuse_bridge.open_run import open_client
from gendash.langfuse_bridge.packed_rows import packer
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.streams import OBSERVATIONS, SCORES

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)


def _settings_text() -> str:
    """All settings with their defaults, as a file."""
    tree: dict[str, Any] = {}
    for one in SETTINGS:
        if not one.secret and "*" not in one.key and one.default not in (None, ""):
            *path, last = one.key.split(".")
            holder = tree
            for part in path:
                holder = holder.setdefault(part, {})
            holder[last] = list(one.default) if isinstance(one.default, tuple) else one.default
    tree["environments"] = {"test": {"time_zone": "Asia/Tokyo"}}
    return "\n".join(_yaml_lines(tree))


def _yaml_lines(tree: dict[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from _yaml_lines(value, indent + "  ")
        else:
            yield f"{indent}{key}: {json.dumps(value, default=str)}"


@counts
def test_settings(seeds: range) -> None:
    text = _settings_text()
    environ = {"GENDASH_GRAFANA_TOKEN": SECRET, "GENDASH_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:9/x"}
    for seed in seeds:
        rng = random.Random(f"settings {seed}")
        with judged("gendash.yaml", seed):
            load_config(mutated_text(rng, text), environ=environ, env_name=rng.choice(("", "test")))


@counts
def test_values_of_the_environment(seeds: range) -> None:
    names = [one.env.replace("*", "OTHER") for one in SETTINGS if one.env]
    urls = (f"postgresql://me:{SECRET}@127.0.0.1:9/x", f"http://me:{SECRET}@127.0.0.1:9/", f"X-Key: {SECRET}", SECRET)
    for seed in seeds:
        rng = random.Random(f"environment {seed}")
        environ = {name: mutated_text(rng, rng.choice(urls)).replace("\0", "") for name in rng.sample(names, 4)}
        with judged("the environment", seed):
            load_config("langfuse: {projects: [other]}", environ=environ)


# ── headers and definitions ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load.read_catalog(load_config())


def _files(folder: str, *patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in (ROOT / folder).glob(pattern))


def _checked(catalog: Catalog, what: str, seed: int, **parts: Any) -> None:
    """The checks over the mutated file alone, and over what it reads."""
    problems = check(replace(catalog, dashboards={}, documents={}, problems=(), own=frozenset(), **parts))
    judge_lines([str(problem) for problem in problems], what, seed)


@counts
def test_headers_and_queries(catalog: Catalog, tmp_path: Path, seeds: range) -> None:
    paths = _files("sql", "*/*.sql")
    root = tmp_path / "mine"
    few = {name: one for name, one in catalog.relations.items() if one.kind == "table"}
    for seed in seeds:
        rng = random.Random(f"header {seed}")
        path = rng.choice(paths)
        text = path.read_text("utf-8")
        head = text.index("*/")
        text = (
            mutated_text(rng, text[:head]) + text[head:]
            if rng.random() < 0.6
            else text[:head] + mutated_text(rng, text[head:])
        )
        target = root / "sql" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", errors="replace")
        with judged(f"{path.name}", seed):
            problems: list[Any] = []
            found = load._Root(root, problems).relations()
            judge_lines([str(problem) for problem in problems], path.name, seed)
            _checked(catalog, path.name, seed, relations={**few, **found}, rules={}, complete=not problems)
        target.unlink()


@counts
def test_rules(catalog: Catalog, tmp_path: Path, seeds: range) -> None:
    paths = _files("recording_rules", "*.yaml")
    root = tmp_path / "mine"
    (root / "recording_rules").mkdir(parents=True)
    for seed in seeds:
        rng = random.Random(f"rules {seed}")
        path = rng.choice(paths)
        target = root / "recording_rules" / path.name
        target.write_text(mutated_text(rng, path.read_text("utf-8")), "utf-8", errors="replace")
        with judged(path.name, seed):
            problems: list[Any] = []
            reader = load._Root(root, problems)
            rules, (metrics, _) = reader.rules([]), reader.metrics()
            judge_lines([str(problem) for problem in problems], path.name, seed)
            every = {rule.name: rule for group in rules.values() for rule in group.values()}
            given = {"rules": every} | ({"metrics": metrics} if metrics else {})
            _checked(catalog, path.name, seed, relations={}, complete=reader.complete, **given)
        target.unlink()


# ── answers of servers ───────────────────────────────────────────────────────────────────────────────────────────

VECTOR = {
    "status": "success",
    "data": {"resultType": "vector", "result": [{"metric": {"job": "x"}, "value": [1, "1"]}]},
}
RULES = {"status": "success", "data": {"groups": [{"name": "g", "interval": 60, "rules": [
    {"name": "r", "query": "up", "type": "recording", "health": "ok", "lastError": "", "lastEvaluation": "2026-11-23T17:00:00Z"}]}]}}  # fmt: skip
HEALTH = {"version": "12.3.0", "database": "ok", "commit": "x"}
SOURCES = [{"uid": "gendash-postgres", "type": "grafana-postgresql-datasource", "name": "x"}]
PERMISSIONS = {"dashboards:create": ["folders:*"], "folders:create": [""]}
PROJECTS = {"data": [{"id": "p", "name": "x"}]}


def _answer(rng: random.Random, path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer: what belongs to the path, more or less."""
    known: dict[str, Any] = {
        "query": VECTOR,
        "rules": RULES,
        "datasources": SOURCES,
        "permissions": PERMISSIONS,
        "projects": PROJECTS,
    }
    value = next((one for name, one in known.items() if name in path), HEALTH)
    status = rng.choice((200, 200, 200, 200, 400, 401, 403, 404, 429, 500, 503))
    headers = {"Content-Type": rng.choice(("application/json", "text/html", "", "x" * 300))}
    if status in (429, 503) or rng.random() < 0.1:
        headers["Retry-After"] = rng.choice(
            ("0", "-1", "1e9", "nan", "inf", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "x")
        )
    body = json.dumps(mutated_value(rng, value), ensure_ascii=True).encode("utf-8", "replace")
    if rng.random() < 0.2:
        body = mutated_text(rng, body.decode()).encode("utf-8", "replace")
    return status, headers, body


@pytest.fixture
def server() -> Iterator[tuple[str, list[random.Random]]]:
    """A server whose answers follow from the last seed."""
    seeds = [random.Random(0)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: two would wait for each other

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = _answer(seeds[-1], self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = Thread(target=found.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{found.server_address[1]}", seeds
        found.shutdown()
        thread.join()


def _ask_prometheus(config: Any) -> None:
    with prometheus(config) as call:
        instant(call, "up", NOW)
        loaded_rules(call)


def _ask_grafana(config: Any) -> None:
    server_capabilities(config, lambda _: None)


def _ask_langfuse(config: Any) -> None:
    client = replace(open_client(config), tries=2, sleep=lambda _: None, patience_s=1.0)
    try:
        with langfuse.in_one_line(client):
            langfuse.version(client)
            langfuse.check_keys(client)
    finally:
        client.close()


@counts
@pytest.mark.parametrize("ask", [_ask_prometheus, _ask_grafana, _ask_langfuse], ids=lambda ask: ask.__name__[5:])
def test_answers(
    server: tuple[str, list[random.Random]], monkeypatch: pytest.MonkeyPatch, ask: Callable[[Any], None], seeds: range
) -> None:
    monkeypatch.setattr(http, "BACKOFF_S", (0.0, 0.0))
    monkeypatch.setattr(http.time, "sleep", lambda _: None)
    url, random_of = server
    environ = {
        "GENDASH_PROMETHEUS_URL": url.replace("://", f"://me:{SECRET}@"),
        "GENDASH_GRAFANA_URL": url,
        "GENDASH_GRAFANA_TOKEN": SECRET,
        "LANGFUSE_BASE_URL": url,
        "LANGFUSE_PUBLIC_KEY": "pk",
        "LANGFUSE_SECRET_KEY": SECRET,
    }
    config = load_config("", environ=environ)
    for seed in seeds:
        random_of.append(random.Random(f"{ask.__name__} {seed}"))
        with judged(ask.__name__, seed):
            ask(config)


@counts
def test_items_of_langfuse(seeds: range) -> None:
    """Whatever an item holds, it is a row or is set aside; rows hold nothing that PostgreSQL could not."""
    shaper = Shaper("p", b"k" * 32, ["a"], ["user_id", "error_text", "model_parameters"])
    observation = {
        "id": "o", "traceId": "t", "type": "GENERATION", "name": "n", "startTime": "2026-11-23T16:00:00Z",
        "endTime": "2026-11-23T16:00:01Z", "model": "m", "usageDetails": {"input": 1, "output": 2, "total": 3},
        "costDetails": {"input": 0.1, "total": 0.3}, "metadata": {"a": 1}, "level": "ERROR", "statusMessage": "x: y",
        "environment": "production", "userId": "u", "sessionId": "s", "updatedAt": "2026-11-23T16:00:02Z",
    }  # fmt: skip
    score = {
        "id": "s",
        "traceId": "t",
        "name": "n",
        "value": 1,
        "dataType": "NUMERIC",
        "timestamp": "2026-11-23T16:00:00Z",
    }
    for seed in seeds:
        rng = random.Random(f"item {seed}")
        for kind, base, shape in ((Observation, observation, shaper.observation), (Score, score, shaper.score)):
            body = json.dumps({"data": [mutated_value(rng, base)], "meta": {"totalItems": 1}}).encode(
                "utf-8", "replace"
            )
            with judged(kind.__name__, seed):
                try:
                    listed = page_decoder(kind)(body)
                except msgspec.MsgspecError:  # the page is none: the client says so
                    continue
                page = packer(OBSERVATIONS if kind is Observation else SCORES)(map(shape, listed.data))
                assert not page.rejected, "its shaping leaves nothing that a column does not hold"


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

TIMES = (
    "now()",
    "'infinity'",
    "'-infinity'",
    "'0001-01-01'",
    "'4713-01-01 BC'",
    "'9999-12-31'",
    "'294276-12-31'",
    "'1970-01-01'",
    "'2026-11-20'",
)
JSON = ("null", "'null'", "'{}'", "'[]'", "'5'", "'\"x\"'", "'{\"intent\": null}'", "'{\"intent\": [1]}'", "'{\"intent\": 5}'",
        "'{\"intent\": \"__all\"}'", "'{\"trace_id\": {}}'")  # fmt: skip


def _text(rng: random.Random, longest: int) -> str:
    text = rng.choice([*TEXTS, "plain", "__all", "admin", "done", "open"]).replace("\0", "")
    return "'" + text[:longest].replace("'", "''") + "'"


def _rows(rng: random.Random, number: int) -> Iterator[str]:
    """Rows of each table of the platform, as far as its constraints let them in."""

    def time_() -> str:
        return f"{rng.choice(TIMES)}::timestamptz"

    uuid = "('00000000-0000-0000-0000-' || lpad(to_hex({}), 12, '0'))::uuid"
    for n in range(number):
        me = uuid.format(n)
        one = uuid.format(rng.randrange(number))
        yield f"insert into users values ({me}, '{n}@x', 'x', {_text(rng, 50)}, {rng.choice(('true', 'false'))}, {_text(rng, 255)}, null, null, {time_()}, {time_()})"
        yield f"insert into conversations (id, user_id, title, is_voice_conversation, created_at) values ({me}, {rng.choice(('null', me))}, {_text(rng, 500)}, {rng.choice(('true', 'false'))}, {time_()})"
        yield f"insert into messages (id, conversation_id, role, content, metadata, created_at) values ({me}, {me}, {_text(rng, 50)}, {_text(rng, 9000)}, {rng.choice(JSON)}, {time_()})"
        yield f"insert into feedback (id, message_id, user_id, rating, comment, created_at) values ({me}, {me}, {me}, {rng.randint(1, 5)}, {_text(rng, 9000)}, {time_()})"
        yield f"insert into documents (id, user_id, title, filename, file_type, file_size, status, chunk_count, created_at) values ({me}, {me}, {_text(rng, 500)}, {_text(rng, 500)}, {_text(rng, 50)}, {rng.choice((0, -1, 2**31 - 1))}, {_text(rng, 50)}, {rng.choice((0, -1, 2**31 - 1))}, {time_()})"
        yield f"insert into tickets (id, created_by, assigned_to, category, title, created_at, sla_due_at, closed_at) values ({me}, {rng.choice(('null', me))}, null, {_text(rng, 100)}, 't', {time_()}, {time_()}, {time_()})"
        del one


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 11))])
def test_rows(platform: str, definitions: Callable[..., Catalog], seed: int) -> None:
    """A thousand rows of each table in a batch: whatever they hold, every relation is refreshed, twice."""
    rng = random.Random(f"rows {seed}")
    with psycopg.connect(platform, autocommit=True) as connection:
        for statement in _rows(rng, 1000 if seed else 150):
            connection.execute(statement.encode())
        connection.execute("analyze")
    catalog = definitions(platform, "features: {tickets: true, intent: true}\ntime_zone: Asia/Kathmandu")
    migrate(catalog.config, catalog)
    for at in (NOW, NOW + timedelta(days=1)):
        found = {one.relation: one.error for one in refresh(catalog.config, catalog, at=at, compare=True) if one.error}
        assert found == {}, f"seed {seed}"

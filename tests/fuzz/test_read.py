"""Odd answers to what verify, pages and the plan of rules ask: verdicts, drawings and lines, from each of them.

The answers come in place of those of sessions and of the store's readers, so all that reads them is the real code.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import Message
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.append(str(Path(__file__).parent))  # tests are no package, so what they share needs a path

from fuzz_judge import counted, counts, judge_lines, judged
from mutations import SECRET, TEXTS, mutated_text, mutated_value

from gendash.engine.clients import http
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.http_policy import HttpAnswer
from gendash.engine.clients.prometheus import known_alertmanagers, prometheus
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.report import plan_text
from gendash.engine.deliver.ruler import observe_ruler, ruler_changes, wanted_groups
from gendash.engine.model import Dashboard
from gendash.engine.read.panels import Moment, dashboard_read
from gendash.engine.read.reader import Rows
from gendash.engine.read.sources import Sources
from gendash.engine.render.rules import render_rules
from gendash.engine.verify import run
from gendash.engine.verify.through_grafana import judge_grafana, through_grafana
from gendash.pages.export import csv_files
from gendash.pages.site import About, Site

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
NUMBERS = ("0", "1", "-1", "0.5", "NaN", "+Inf", "-Inf", "1e308", "-1e308", "5e-324", "1e15", "123456789.125")
TIMES = (0, -1, 1e10, 2**53, 1e18, -1e18, 1e300)
AMOUNTS = (
    None,
    0,
    1,
    -1,
    0.5,
    float("nan"),
    float("inf"),
    -1e308,
    2**63,
    10**30,
    *map(Decimal, ("1.5", "NaN", "1e400")),
)
CELLS: tuple[Any, ...] = (
    *(None, 0, 1, -1, 0.5, float("nan"), float("inf"), -1e308, 2**63, 10**30, True, False),
    *(Decimal("1.5"), Decimal("NaN"), Decimal("Infinity"), Decimal("1e400"), b"\x00\xff", [1, None], {"a": [1]}),
    *(NOW, NOW.replace(tzinfo=None), datetime.min, datetime.max.replace(tzinfo=UTC), date(2026, 11, 23), date.max),
    *(timedelta(days=1), timedelta.max, "x", "", "a\nb", "9" * 400, *TEXTS[:30]),
)


@cache
def catalog() -> Catalog:
    environ = {
        "GENDASH_PROMETHEUS_URL": f"http://me:{SECRET}@127.0.0.1:9",
        "GENDASH_GRAFANA_URL": "http://127.0.0.1:9",
        "GENDASH_GRAFANA_TOKEN": SECRET,
        "GENDASH_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:9/x",
        "GENDASH_READER_PASSWORD": SECRET,
        "GENDASH_ADMIN_READER_PASSWORD": SECRET,
    }
    features = ("tickets", "langfuse", "agent_metrics", "db_metrics", "intent")
    text = f"features: {{{', '.join(f'{name}: true' for name in features)}}}\nprometheus: {{ruler_url: 'http://r:9'}}"
    return load_catalog(load_config(text, environ=environ))


def part_of(rng: random.Random) -> tuple[Catalog, Dashboard]:
    """The catalog with one row of one dashboard."""
    whole = rng.choice(list(catalog().dashboards.values()))
    few = replace(whole, rows=(rng.choice(whole.rows),))
    rules = dict(rng.sample(sorted(catalog().rules.items()), 3))
    return replace(catalog(), dashboards={few.name: few}, rules=rules), few


def series(rng: random.Random, kind: str) -> dict[str, Any]:
    """The answer to a query, with samples at and beyond the edges of what there may be."""

    def sample(n: int) -> list[Any]:
        at = NOW.timestamp() - 60 * (30 - n) if rng.random() < 0.9 else rng.choice(TIMES)
        return [at, rng.choice(NUMBERS)]

    def labels() -> dict[str, str]:
        names = ("__name__", "job", "le", "handler", "limit", "alertname", "")
        return {name: rng.choice(["1", "+Inf", "api", *TEXTS]) for name in rng.sample(names, rng.randrange(4))}

    several = {"matrix": "values", "vector": "value"}[kind]
    result = [
        {"metric": labels(), several: [sample(n) for n in range(rng.randrange(31))] if kind == "matrix" else sample(30)}
        for _ in range(rng.randrange(4))
    ]
    return {"resultType": kind, "result": result}


def frames(rng: random.Random) -> list[Any]:
    """The frames of a query through Grafana."""
    kinds = [rng.choice(("number", "time", "string", "boolean", "other")) for _ in range(rng.randrange(4))]
    fields = [{"name": rng.choice(["time", "value", *TEXTS[:6]]), "type": kind, "typeInfo": {}} for kind in kinds]
    size = rng.randrange(4)
    values = [[rng.choice((None, 1, 0.5, "x", 1e308, 1764000000000)) for _ in range(size)] for _ in kinds]
    return [{"schema": {"refId": "A", "fields": fields}, "data": {"values": values}}]


def known(rng: random.Random, path: str) -> Any:
    """What belongs to a path."""
    rule = {"name": "r", "query": "up", "type": "recording", "health": rng.choice(("ok", "err")), "lastError": "x: y"}
    named = rng.choice(sorted(catalog().rules))
    prometheus_answers = {
        "rules": {"groups": [{"interval": 60, "rules": [rule, rule | {"name": named}]}]},
        "query_range": series(rng, "matrix"),
        "query": series(rng, "vector"),
        "values": [rng.choice(TEXTS) for _ in range(3)],
        "alertmanagers": {"activeAlertmanagers": [{"url": "http://a:9093/api/v2/alerts"}]},
    }
    last = path.rpartition("/")[2]
    if "/api/v1/" in path:
        return {"status": "success", "data": prometheus_answers.get(last, ["x"])}
    if last == "query":
        return {"results": {letter: {"status": 200, "frames": frames(rng)} for letter in "ABCDEFGH"}}
    permissions = [{"role": rng.choice(("Viewer", "Admin")), "permission": 1, "inherited": False}]
    others: dict[str, Any] = {
        "permissions": permissions,
        "plugins": [{"id": "timeseries", "type": "panel"}],
        "public-dashboards": {"publicDashboards": [{"dashboardUid": "x", "isEnabled": True}]},
        "org": {"id": 1, "name": "Main"},
    }
    return others.get(last, {"status": "OK", "version": "12.3.0", "database": "ok", "uid": "x", "message": "m"})


def answer(rng: random.Random, share: float, method: str, path: str) -> HttpAnswer:
    """An answer to a request; ``share`` of them are changed."""
    value, status = known(rng, path), 200
    if rng.random() < share:
        value = mutated_value(rng, value)
        status = rng.choice((200, 200, 200, 200, 200, 400, 403, 404, 422, 500, 503))
    body = json.dumps(value).encode("utf-8", "replace")
    if rng.random() < share / 5:
        body = mutated_text(rng, body.decode()).encode("utf-8", "replace")
    headers = Message()
    headers["Content-Type"] = "application/json"
    return HttpAnswer(method, path, status, headers, body, 1.0)


def rows(rng: random.Random, text: str) -> Rows | Failed:
    """Rows for a query of the store, whatever it asks for: a view of a content root may give any types."""
    if rng.random() < 0.1:
        return Failed(rng.choice(("42P01", "42703", "57014", "")), "relation does not exist")
    if text.startswith("select relation, age_s"):
        return Rows(
            ("relation", "age_s", "cadence_s", "error"), (False, True, True, False), [("ticket_day", 5.0, 60.0, "")], 1
        )
    names = rng.sample(
        ["time", "value", "day", "name", "metric", "users", "cost", "title", "", "timeEnd"], rng.randint(1, 5)
    )
    numeric = tuple(rng.random() < 0.6 for _ in names)
    given = [tuple(rng.choice(AMOUNTS if one else CELLS) for one in numeric) for _ in range(rng.randrange(6))]
    return Rows(tuple(names), numeric, given, 1.0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[random.Random, float]]:
    """Puts answers in place of sessions; the last random numbers and share are those of the case."""
    case = [(random.Random(0), 0.0)]

    def request(_session: Any, method: str, path: str, *_: Any, **__: Any) -> HttpAnswer:
        return answer(*case[-1], method, path)

    monkeypatch.setattr(http.Session, "read", request)
    monkeypatch.setattr(http.Session, "request", request)
    return case


def sources(rng: random.Random, call: Any) -> Sources:
    readers = {role: lambda text: rows(rng, text) for role in ("reader", "admin_reader")}
    return Sources(readers, call, {})


@counts
def test_verify(asked: list[Any], monkeypatch: pytest.MonkeyPatch, seeds: range) -> None:
    monkeypatch.setattr(run, "WORKERS", 1)
    for seed in seeds:
        rng = random.Random(f"verify {seed}")
        asked.append((rng, rng.choice((0.0, 0.1, 0.5))))
        few, _ = part_of(rng)
        with judged("verify", seed), prometheus(few.config) as call:
            monkeypatch.setattr(run, "open_sources", lambda *_, rng=rng, call=call: sources(rng, call))
            found = run.verify(few.config, few, at=NOW, workers=1)
            judge_lines([f"{one.panel}: {one.why}" for one in found], "verify", seed)
            known_alertmanagers(call)


@counts
def test_verify_through_grafana(asked: list[Any], seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(f"through {seed}")
        few, _ = part_of(rng)
        asked.append((rng, rng.choice((0.0, 0.1, 0.5))))
        with judged("verify through Grafana", seed), through_grafana(few, lambda _: None) as through:
            found = run.verify(few.config, few, at=NOW, workers=1, through=through) + judge_grafana(few, through)
            judge_lines([f"{one.panel}: {one.why}" for one in found], "verify", seed)


@counted(25)
def test_pages(asked: list[Any], monkeypatch: pytest.MonkeyPatch, seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(f"page {seed}")
        few, dashboard = part_of(rng)
        asked.append((rng, rng.choice((0.0, 0.0, 0.1))))
        with judged(f"page {dashboard.name}", seed), prometheus(few.config) as call:
            read = dashboard_read(few, sources(rng, call), dashboard, Moment(NOW))
            about = About("admin", NOW, few.config["time_zone"], "", [])
            text = Site(few, [dashboard], about).page(read, [])
            assert all(word not in text for word in (SECRET, "<script>alert", "internal fault")), seed
            csv_files(read, few.config["time_zone"])


@counts
def test_groups_of_a_ruler(monkeypatch: pytest.MonkeyPatch, seeds: range) -> None:
    wanted = wanted_groups(render_rules(catalog()))
    name = sorted(wanted)[0]
    few = {name: wanted[name]}
    there = {"gendash": [json.loads(json.dumps(one)) for one in wanted.values()][:3]}
    text = yaml.safe_dump(there)
    for seed in seeds:
        rng = random.Random(f"ruler {seed}")
        try:
            body = mutated_text(rng, text) if rng.random() < 0.5 else yaml.safe_dump(mutated_value(rng, there))
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
        status = rng.choice((200, 200, 200, 404, 500))
        given = HttpAnswer("GET", "", status, Message(), body.encode("utf-8", "replace"))
        monkeypatch.setattr(http.Session, "read", lambda *_, given=given, **__: given)
        with judged("the ruler", seed):
            is_written = rng.random() < 0.5
            changes = ruler_changes(few, observe_ruler(catalog().config), lambda *_, so=is_written: so, prune=True)
            judge_lines(plan_text(changes).splitlines(), "the plan", seed)
            assert any(change.name in (name, "ruler") for change in changes)

"""Odd answers of Grafana's whole API, odd dashboards, plan files and rule files: a plan of all objects, or lines."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))  # tests are no package, so what they share needs a path

from fuzz_judge import counts, judge_lines, judged
from grafana_double import Double
from mutations import TEXTS, mutated_text, mutated_value

from gendash.engine.clients.grafana import Grafana, named_server
from gendash.engine.clients.http_policy import json_of
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.adopt import adopted_edits
from gendash.engine.deliver.alerting import alerting_changes, observe_alerting
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.marks import Owner, mark
from gendash.engine.deliver.observe import observe
from gendash.engine.deliver.plan import plan
from gendash.engine.deliver.plan_file import plan_document, raise_if_another, read_plan
from gendash.engine.deliver.plan_rules import rule_changes
from gendash.engine.deliver.report import plan_text
from gendash.engine.deliver.state import Desired, LiveDashboard, desired
from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem
from gendash.engine.render.dashboard_diff import content_hash
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.render.grafana_alerting import grafana_alerting
from gendash.engine.render.rules import render_rules

SETTINGS = """
features: {tickets: true, langfuse: true}
alerting:
  by: grafana
  receivers: {ops: {kind: webhook, url: "https://hooks.example.com/x"}}
  mute_times: {night: {times: ["22:00-06:00"]}}
  routes: {all: {to: [ops], mute: [night]}}
"""
DASHBOARDS = ("gendash-overview", "gendash-cost-usage")


@cache
def catalog() -> Catalog:
    return load_catalog(load_config(SETTINGS, environ={"GENDASH_GRAFANA_TOKEN": "x"}))


@cache
def wanted() -> Desired:
    """A dashboard for everybody and one for admins, each cut to a few panels, with folders and data sources."""
    rendered = render_dashboards(catalog())
    few = {uid: {**rendered[uid], "panels": rendered[uid]["panels"][:3]} for uid in DASHBOARDS}
    return desired(catalog().config, few, DASHBOARDS[1:], "p")


class Odd(Grafana):
    """A Grafana that holds what is wanted, with edits and versions; some of its answers are changed on the way."""

    def __init__(self, rng: random.Random, share: float) -> None:
        super().__init__(catalog().config, lambda _: None)
        self.rng, self.share, self.double = rng, share, Double(teams={"t": 1}, public={"x"})
        for place in wanted().folders:
            self.double.folders[place.uid] = {"uid": place.uid, "title": place.title, "version": 1}
            self.double.permissions[place.uid] = [{"role": "Viewer", "permission": 1}]
        self.double.datasources = {one["uid"]: deepcopy(dict(one)) for one in wanted().datasources}
        for dashboard, folder in wanted().dashboards.values():
            whole = deepcopy(dict(dashboard))
            self.double.save(whole, folder, mark(content_hash(whole), wanted().owner, folder), "sa")
            edited = {**whole, "title": "edited", "panels": whole["panels"][1:]}
            self.double.save(edited, folder, "", "alice")

    def __call__(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        if path == "/search":
            return 200, [{"uid": uid} for uid in (*self.double.dashboards, "gendash-gone")]
        status, body = self.double.answer(method, f"/api{path}", options.get("params") or {}, options.get("json"))
        if self.rng.random() < self.share:
            status = self.rng.choice((200, 200, 200, 200, 400, 401, 403, 404, 406, 412, 429, 500, 503))
            body = mutated_value(self.rng, body)
        return status, _read(body)


def _read(value: Any) -> Any:
    """A value as the client reads it, which bounds depth and numbers."""
    try:
        return json_of(json.dumps(value).encode("utf-8", "replace"))
    except ValueError as error:
        raise Unexpected(Problem("Grafana", f"the answer is not from Grafana's API: {error}")) from None


def _judged_plan(changes: list[Change], seed: int) -> None:
    """A plan that can be printed and kept, with a line for each object."""
    judge_lines(plan_text(changes).splitlines(), "the plan", seed)
    read_plan(plan_document(changes, "x", {}), "plan.json")


@counts
def test_answers_of_grafana(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(f"grafana {seed}")
        with judged("Grafana", seed):
            ask = Odd(rng, rng.choice((0.1, 0.5, 1.0)))
            named_server(ask)
            changes = plan(wanted(), observe(ask, wanted()))
            _judged_plan(changes, seed)
            named = {change.name for change in changes}
            assert named >= {*wanted().dashboards, *(place.uid for place in wanted().folders)}, seed


@counts
def test_live_dashboards(seeds: range) -> None:
    """What people or programs saved as a dashboard of ours: planned and adopted, or refused in lines."""
    for seed in seeds:
        rng = random.Random(f"dashboard {seed}")
        ask = Odd(rng, 0.0)
        uid = rng.choice(sorted(wanted().dashboards))
        versions = ask.double.dashboards[uid]["versions"]
        versions[-1]["data"] = mutated_value(rng, versions[-1]["data"])
        if rng.random() < 0.3:
            versions[0] = mutated_value(rng, versions[0])
        with judged(uid, seed):
            _judged_plan(plan(wanted(), observe(ask, wanted())), seed)
            if seed % 10:  # taking over is slow
                continue
            data, name = _read(versions[-1]["data"]), uid.removeprefix("gendash-")
            live = LiveDashboard(data, {"version": 2, "folderUid": "x"}, list(reversed(versions)))
            adopted_edits(catalog(), catalog().dashboards[name], live, Owner())


@counts
def test_answers_of_alerting(seeds: range) -> None:
    aim = grafana_alerting(catalog())
    held = {
        "contact-points": list(aim.contact_points.values()),
        "mute-timings": list(aim.mute_timings.values()),
        "alert-rules": list(aim.rules.values())[:3],
    }
    for seed in seeds:
        rng = random.Random(f"alerting {seed}")
        ask = Odd(rng, 0.0)

        def answer(method: str, path: str, rng: random.Random = rng, **_: Any) -> tuple[int, Any]:
            return 200, _read(mutated_value(rng, held[path.rpartition("/")[2]]))

        with judged("alerting", seed):
            there = observe_alerting(answer)  # type: ignore[arg-type]
            _judged_plan(alerting_changes(aim, there, ()), seed)
        ask.requests.close()


@pytest.fixture(scope="module")
def kept() -> Iterator[tuple[str, list[Change]]]:
    changes = plan(wanted(), observe(Odd(random.Random(0), 0.0), wanted()))
    yield plan_document(changes, "Grafana", {"only": [], "prune": False}), changes


@counts
def test_plan_files(kept: tuple[str, list[Change]], seeds: range) -> None:
    text, changes = kept
    value = json.loads(text)
    for seed in seeds:
        rng = random.Random(f"plan {seed}")
        odd = mutated_text(rng, text) if rng.random() < 0.5 else json.dumps(mutated_value(rng, value))
        if rng.random() < 0.05:
            odd = rng.choice(("[", '{"a":')) * 100_000
        with judged("plan.json", seed):
            document = read_plan(odd, "plan.json")
            raise_if_another(document, changes, "Grafana", "plan.json")


@counts
def test_rule_files_of_others(seeds: range) -> None:
    """Files in the rules directory that begin with our prefix, whatever is in them."""
    files = {Path(path).name: content for path, content in render_rules(catalog()).items()}
    for seed in seeds:
        rng = random.Random(f"rule file {seed}")
        name = rng.choice(sorted(files))
        text = mutated_text(rng, files[name].decode())
        there = {**files, name: text.encode("utf-8", "replace"), f"gendash-{rng.choice(TEXTS)[:20]}.yml": b"\xff"}
        with judged(name, seed):
            _judged_plan(rule_changes(files, there), seed)

"""Odd adapters, overrides, rule tests, endpoints, styles: problems in lines, and nothing in artifacts that is no JSON."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

sys.path.append(str(Path(__file__).parent))  # tests are no package, so what they share needs a path

from fuzz_judge import counts, judge_lines, judged
from mutations import SECRET, TEXTS, mutated_text, mutated_value

from gendash.api.endpoint import packaged_endpoints, read_endpoints
from gendash.api.own import packaged_lists, read_lists
from gendash.engine.checks.adapters import check_adapter
from gendash.engine.checks.overrides import check_overrides
from gendash.engine.checks.rule_tests import check_rule_tests
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import SETTINGS
from gendash.engine.definitions import load
from gendash.engine.definitions.adapters import adapted
from gendash.engine.definitions.alerting import alerting_problems, who_is_notified
from gendash.engine.definitions.canonical import Adapter
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.render.alertmanager import render_alertmanager
from gendash.engine.render.artifacts import TEMPLATES, to_bytes
from gendash.engine.render.dashboard_diff import stamp
from gendash.engine.render.dashboards import render_dashboard
from gendash.engine.render.grafana_alerting import grafana_alerting
from gendash.engine.render.prometheus import render_prometheus
from gendash.engine.render.rules import render_rules

ROOT = Path(__file__).resolve().parents[2]
OVERRIDES: dict[str, Any] = {
    "overview": {"refresh": "5m", "tags": ["a"]},
    "overview/users": {"title": "x", "fieldConfig.defaults.unit": "s", "targets.0.hide": True},
    "overview/csat": None,
    "overview/$environment": {"label": "x"},
    "overview/@deploys": {"iconColor": "red"},
    "overview/#77": {"json": {"type": "text", "gridPos": {"x": 0, "y": 0, "w": 4, "h": 4}}},
}


@cache
def catalog() -> Catalog:
    return load.load_catalog(load_config("features: {tickets: true, langfuse: true}"))


@counts
def test_adapters(seeds: range) -> None:
    """The files of the shipped adapters, one of which is changed."""
    plain = load.read_catalog(load_config("platform: {adapter: reference}"))
    adapters = load.packaged_adapters()
    for seed in seeds:
        rng = random.Random(f"adapter {seed}")
        adapter = rng.choice(adapters)
        table = rng.choice(sorted(adapter.files))
        path, text = adapter.files[table]
        with judged(f"{adapter.label}/{table}", seed):
            files = {table: (path, mutated_text(rng, text))}
            config, relations, tables = adapted(plain.config, catalog().relations, Adapter(adapter.label, files))
            found = check_adapter(replace(plain, config=config, relations=relations, adapter=tables))
            judge_lines([str(problem) for problem in found], table, seed)


@counts
def test_overrides(tmp_path: Path, seeds: range) -> None:
    text = yaml.safe_dump(OVERRIDES)
    one = {"overview": replace(catalog().dashboards["overview"], rows=catalog().dashboards["overview"].rows[:1])}
    few = replace(catalog(), dashboards=one)
    for seed in seeds:
        rng = random.Random(f"overrides {seed}")
        odd = mutated_text(rng, text) if rng.random() < 0.5 else _yaml(mutated_value(rng, OVERRIDES))
        (tmp_path / "overrides.yaml").write_text(odd, "utf-8", errors="replace")
        with judged("overrides.yaml", seed):
            problems: list[Any] = []
            found = replace(few, overrides=load._Root(tmp_path, problems).overrides(few.dashboards))
            wrong = check_overrides(found)
            judge_lines([str(problem) for problem in (*problems, *wrong)], "overrides.yaml", seed)
            if not wrong:
                json.loads(to_bytes(stamp(render_dashboard(found, one["overview"]))))


def _yaml(value: Any) -> str:
    try:
        return yaml.safe_dump(value)
    except (yaml.YAMLError, ValueError, RecursionError):
        return "x"


@counts
def test_rule_tests(tmp_path: Path, seeds: range) -> None:
    paths = sorted((ROOT / "recording_rules" / "tests").glob("*.yaml"))
    target = tmp_path / "recording_rules" / "tests" / "odd.yaml"
    target.parent.mkdir(parents=True)
    for seed in seeds:
        rng = random.Random(f"rule test {seed}")
        lines = rng.choice(paths).read_text("utf-8").splitlines()
        target.write_text(mutated_text(rng, "\n".join(lines[:60])), "utf-8", errors="replace")
        with judged("odd.yaml", seed):
            problems: list[Any] = []
            documents = load._Root(tmp_path, problems).documents([load.RULE_TESTS])
            found = check_rule_tests(replace(catalog(), documents=documents))
            judge_lines([str(problem) for problem in (*problems, *found)], "odd.yaml", seed)


@counts
def test_endpoints(seeds: range) -> None:
    kinds: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (read_endpoints, packaged_endpoints()),
        (read_lists, packaged_lists()),
    ]
    for seed in seeds:
        rng = random.Random(f"endpoint {seed}")
        read, given = rng.choice(kinds)
        name = rng.choice(sorted(given))
        with judged(name, seed):
            _, problems = read(catalog(), {name: mutated_value(rng, given[name])})
            judge_lines([str(problem) for problem in problems], name, seed)


def _value(rng: random.Random, kind: str) -> Any:
    """Something that may be a value of a type, at or beyond its edges."""
    numbers = ("1", "0.5", "1e15", "1e-300", "0.999999999999", "-1", "1e400", ".nan", "3", "1e3")
    durations = ("1ms", "1s", "15s", "5m", "99y", "5200w", "36500d", "0s", "1h30m")
    if kind in ("int", "int?", "float", "money", "share", "amount"):
        return yaml.safe_load(rng.choice(numbers))
    if kind in ("duration", "server retention"):
        return rng.choice(durations)
    return rng.choice(
        [*TEXTS, [rng.choice(TEXTS)], "a.b.c", "x" * 63, "http://h:1/x", "{{ .x }}", "`", "critical", True]
    )


@counts
def test_settings_in_what_is_rendered(seeds: range) -> None:
    """Objectives, limits, money, alerting, time and addresses: what is accepted gives files that can be read."""
    parts = ("slo.", "budget.", "limits.", "alerting.", "prometheus.", "datasources.", "grafana_", "growth.", "labels.")
    chosen = [one for one in SETTINGS if one.key.startswith(parts) and not one.secret]
    templates = {name: load.template(name) for name in TEMPLATES}
    base = "alerting: {receivers: {ops: {kind: webhook, url: 'http://h/x'}}}"
    for seed in seeds:
        rng = random.Random(f"rendered {seed}")
        tree: dict[str, Any] = yaml.safe_load(base)
        for one in rng.sample(chosen, 3):
            *way, last = one.key.replace("*", rng.choice(("ops", "night", "x.y", "Ünï")), 1).split(".")
            holder = tree
            for step in way:
                holder = holder.setdefault(step, {})
                if not isinstance(holder, dict):
                    break
            else:
                holder[last] = rng.choice(one.choices) if one.choices and rng.random() < 0.5 else _value(rng, one.type)
        with judged(_yaml(tree), seed):
            config = load_config(_yaml(tree), environ={"GENDASH_RECEIVER_OPS_SECRET": SECRET})
            wrong = list(alerting_problems(config))
            judge_lines([str(problem) for problem in wrong], "alerting", seed)
            if wrong:  # then `check` stops every command
                continue
            who_is_notified(config)
            found = replace(catalog(), config=config)
            files = {**render_rules(found), **render_alertmanager(config), **render_prometheus(found, templates)}
            grafana_alerting(found)
            for path, content in files.items():
                assert SECRET.encode() not in content, (path, seed)
                if path.endswith((".yml", ".yaml")):
                    yaml.load(content, Loader=load.LOADER)

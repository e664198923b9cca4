"""Dashboards whose Python holds anything anywhere, as a module of a content root may: problems in lines, or JSON."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # tests are no package, so what they share needs a path

from fuzz_judge import counted, judge_lines, judged
from mutations import SECRET, TEXTS, VALUES, mutated_text, mutated_value

from gendash.engine.checks.definitions import check
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.model import Dashboard
from gendash.engine.render.artifacts import to_bytes
from gendash.engine.render.dashboard_diff import stamp
from gendash.engine.render.dashboards import render_dashboard

OWN = dataclasses.make_dataclass("Own", [("json", Any)], frozen=True, eq=False)
ODD: tuple[Any, ...] = (*VALUES, *TEXTS, (), (1,), {"a"}, b"x", object(), len, 1j, "a" * 41, "overview/users", "$job")


class Odd(OWN):  # type: ignore[misc, valid-type]
    """A visualisation that gives some JSON, or what is none."""

    def to_json_data(self) -> Any:
        """Its JSON."""
        return copy.deepcopy(self.json)


@cache
def catalog() -> Catalog:
    environ = {"GENDASH_GRAFANA_TOKEN": SECRET, "GENDASH_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:9/x"}
    return load_catalog(load_config("features: {tickets: true, langfuse: true, agent_metrics: true}", environ=environ))


@cache
def part_of(name: str, number: int) -> tuple[Catalog, Dashboard]:
    """One row of a dashboard, and the catalog with what it reads: the checks of all else would cost a second."""
    whole = catalog().dashboards[name]
    one = replace(whole, rows=(whole.rows[number],))
    alone = replace(catalog(), dashboards={name: one}, rules={}, documents={}, own=frozenset())
    uses = {use for _, _, query in alone.queries() for use in alone.expand(query).uses}
    uses |= {below for kind, use in uses if kind == "relation" for below in alone.lineage(use)}
    read = {use for kind, use in uses if kind == "relation"}
    few = {key: one for key, one in alone.relations.items() if key in read or one.name in read}
    return replace(alone, relations=few), one


def changed(rng: random.Random, one: Any) -> Any:
    """A definition with one value in it replaced, somewhere."""
    if dataclasses.is_dataclass(one) and not isinstance(one, type | Odd):
        field = rng.choice([each for each in dataclasses.fields(one) if each.init])
        return replace(one, **{field.name: changed(rng, getattr(one, field.name))})
    if isinstance(one, tuple | list) and one and rng.random() < 0.9:
        at = rng.randrange(len(one))
        inner = [*one[:at], changed(rng, one[at]), *one[at + 1 :]]
        return tuple(inner) if isinstance(one, tuple) else inner
    if hasattr(one, "to_json_data") and rng.random() < 0.9:
        return Odd(mutated_value(rng, json.loads(json.dumps(one.to_json_data(), default=lambda x: x.to_json_data()))))
    if isinstance(one, str) and one and rng.random() < 0.6:
        return mutated_text(rng, one)
    if isinstance(one, dict) and one and rng.random() < 0.5:
        return mutated_value(rng, one)
    return rng.choice(ODD)


@counted(40)
def test_dashboards(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(f"definition {seed}")
        name = rng.choice(sorted(catalog().dashboards))
        few, dashboard = part_of(name, rng.randrange(len(catalog().dashboards[name].rows)))
        for _ in range(rng.choice((1, 1, 2))):
            dashboard = changed(rng, dashboard)
        if not isinstance(dashboard, Dashboard) or dashboard.name != name:
            continue  # what loading a module refuses
        few = replace(few, dashboards={name: dashboard})
        with judged(f"dashboard {name}", seed):
            found = check(few)
            judge_lines([str(problem) for problem in found], name, seed)
            if not found:
                text = to_bytes(stamp(render_dashboard(few, dashboard)))
                assert SECRET.encode() not in text and json.loads(text), seed

"""Every dashboard is valid against Grafana's own JSON Schemas, has no nulls and no legacy keys, and stable ids."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from gendash.engine.checks.panels import PANEL_LIMIT, ROW_LIMIT
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.model import Row
from gendash.engine.render.artifacts import stamped_dashboards, to_bytes
from gendash.engine.render.dashboards import render_dashboard

SCHEMAS = Path(__file__).parent / "schemas"
ALL_ON = "features:\n" + "".join(f"  {name}: true\n" for name, _, _ in FEATURES)
ALL_OFF = "features:\n" + "".join(f"  {name}: false\n" for name, _, _ in FEATURES)
LEGACY = {
    "editable",
    "error",
    "height",
    "span",
    "minSpan",
    "cacheTimeout",
    "intervalFactor",
    "step",
    "metric",
    "target",
}


def _any_of(value: Any) -> Any:
    """The schemas' unions overlap, so one-of can never hold where any-of is meant; and an any is not an object."""
    if isinstance(value, dict):
        if value.get("type") == "object" and value.get("additionalProperties") == {} and "properties" not in value:
            return {}
        return {("anyOf" if key == "oneOf" else key): _any_of(item) for key, item in value.items()}
    return [_any_of(item) for item in value] if isinstance(value, list) else value


def _validator(name: str, definition: str = "") -> Draft7Validator:
    schema = _any_of(json.loads((SCHEMAS / f"{name}.jsonschema.json").read_text("utf-8")))
    return Draft7Validator(schema | {"$ref": f"#/definitions/{definition}"} if definition else schema)


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


@pytest.fixture(params=["default", "all on", "all off"])
def catalog(request: pytest.FixtureRequest) -> Catalog:
    text = {"default": "", "all on": ALL_ON, "all off": ALL_OFF}[request.param]
    return load_catalog(load_config(text))


def test_dashboards_are_valid_against_the_dashboard_schema(catalog: Catalog) -> None:
    validator = _validator("dashboard", "Dashboard")
    for uid, dashboard in stamped_dashboards(catalog).items():
        errors = [f"{uid} {'/'.join(map(str, e.path))}: {e.message[:200]}" for e in validator.iter_errors(dashboard)]
        assert errors == []


def test_options_and_fields_are_valid_against_each_panels_schema(catalog: Catalog) -> None:
    for dashboard in stamped_dashboards(catalog).values():
        for panel in panels(dashboard):
            if panel["type"] == "row":
                continue
            name = panel["type"].replace("-", "")
            path = SCHEMAS / f"{name}.jsonschema.json"
            known = json.loads(path.read_text("utf-8"))["definitions"]
            errors = list(_validator(name, "Options").iter_errors(panel["options"]))
            if "FieldConfig" in known:
                custom = panel["fieldConfig"]["defaults"].get("custom", {})
                errors += list(_validator(name, "FieldConfig").iter_errors(custom))
            assert [f"{panel['title']}: {e.message[:200]}" for e in errors] == []


def _nulls(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if value is None and path[-3:-1] != ("steps", "0"):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _nulls(item, (*path, str(key)))


def test_there_are_no_nulls_but_for_the_first_threshold_and_no_legacy_keys(catalog: Catalog) -> None:
    for dashboard in stamped_dashboards(catalog).values():
        assert list(_nulls(dashboard)) == []
        assert dashboard["schemaVersion"] == 42
        assert not {"id", "version", "__inputs", "rows", "style"} & set(dashboard)
        for panel in panels(dashboard):
            assert not LEGACY & set(panel), panel["title"]
            for target in panel.get("targets", []):
                assert not LEGACY & set(target), panel["title"]


def test_rendering_twice_gives_equal_bytes(catalog: Catalog) -> None:
    again = load_catalog(catalog.config)
    first = {uid: to_bytes(d) for uid, d in stamped_dashboards(catalog).items()}
    assert first == {uid: to_bytes(d) for uid, d in stamped_dashboards(again).items()}


def test_reordering_panels_keeps_their_ids(catalog: Catalog) -> None:
    for dashboard in catalog.dashboards.values():
        shuffled = [
            Row(row.title, random.Random(1).sample(list(row.panels), len(row.panels)), row.open)
            for row in dashboard.rows
        ]
        other = dataclasses.replace(dashboard, rows=shuffled)
        before = {panel["title"]: panel["id"] for panel in panels(render_dashboard(catalog, dashboard))}
        assert before == {panel["title"]: panel["id"] for panel in panels(render_dashboard(catalog, other))}


def test_panels_neither_overlap_nor_leave_gaps(catalog: Catalog) -> None:
    for dashboard in stamped_dashboards(catalog).values():
        cells: set[tuple[int, int]] = set()
        for panel in panels(dashboard):
            if panel in dashboard["panels"]:
                at = panel["gridPos"]
                own = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
                assert not cells & own, panel["title"]
                cells |= own
        height = max(y for _, y in cells) + 1
        assert len(cells) == 24 * height


def test_a_dashboard_has_few_panels_and_its_answer_above_the_fold(catalog: Catalog) -> None:
    for dashboard in catalog.dashboards.values():
        strip = [panel for panel in dashboard.rows[0].panels if panel.height == 3 or panel.role]
        asking = [panel for panel in dashboard.panels() if panel.queries]  # as the design rule counts
        assert len(asking) - len(strip) + 1 <= PANEL_LIMIT
        assert len([row for row in dashboard.rows if row.title]) <= ROW_LIMIT
        assert len(dashboard.rows[0].panels) <= 13

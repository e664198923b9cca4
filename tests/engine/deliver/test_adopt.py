"""`gendash adopt`: after it, what the definitions render equals what is in Grafana, every time."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
import yaml
from recordings import answer
from ui_edits import EDITS, Board, edited, panel_of, panels, retitle, set_unit

from gendash.commands.adopt import _yaml
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.overrides import override_problems
from gendash.engine.deliver.adopt import Adopted, adopt_dashboard, merge_overrides
from gendash.engine.deliver.marks import Owner, mark
from gendash.engine.deliver.state import LiveDashboard
from gendash.engine.model import Dashboard
from gendash.engine.render.dashboard_diff import content_hash, stamp
from gendash.engine.render.dashboards import render_dashboard

PUT_IN = ("panels", "annotations", "links", "templating")


@cache
def catalog() -> Catalog:
    return load_catalog(load_config("features: {tickets: true, langfuse: true}\n"))


def live_of(dashboard: Dashboard, edit: Callable[[Board], Any], base: Board | None = None) -> LiveDashboard:
    """A dashboard that gendash wrote and a person then edited."""
    written = stamp(base or render_dashboard(catalog(), dashboard))
    edited = deepcopy(written)
    edit(edited)
    ours = {"version": 1, "message": mark(content_hash(written), Owner(), "gendash"), "data": written}
    theirs = {"version": 2, "message": "", "createdBy": "alice", "data": edited}
    return LiveDashboard(edited, {"version": 2, "folderUid": "gendash"}, [theirs, ours])


def adopted(dashboard: Dashboard, live: LiveDashboard, **more: Any) -> tuple[Adopted, Board]:
    """What adopt gives, and what is rendered with it after it went through its file."""
    found = adopt_dashboard(catalog(), dashboard, live, Owner(), **more)
    written = yaml.safe_load(_yaml(merge_overrides({}, found.overrides))) or {}
    assert not list(override_problems(written, "overrides.yaml", {}, catalog().dashboards))
    return found, render_dashboard(replace(catalog(), overrides=written), dashboard)


# in `make test` each kind of edit on every fourth dashboard, the next kind on the next ones
DASHBOARDS = [
    pytest.param(
        kind, number, id=f"{kind.__name__}-{number}", marks=() if (number + place) % 4 == 0 else pytest.mark.soak
    )
    for place, kind in enumerate(EDITS)
    for number in range(len(catalog().dashboards))
]


@pytest.mark.parametrize(("kind", "number"), DASHBOARDS)
def test_after_adopt_what_is_rendered_equals_what_is_there(kind: Callable[[Board, Random], None], number: int) -> None:
    for dashboard in list(catalog().dashboards.values())[number : number + 1]:
        live = live_of(dashboard, lambda board, number=number: kind(board, Random(number)))
        found, rendered = adopted(dashboard, live)
        assert not found.refused and not found.conflicts, found.refused
        assert content_hash(rendered) == content_hash(live.dashboard)


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=pytest.mark.soak) for n in range(6, 500))])
def test_random_edits_together_are_adopted(seed: int) -> None:
    chance = Random(seed)
    dashboard = chance.choice(list(catalog().dashboards.values()))

    live = live_of(dashboard, lambda board: edited(board, chance))
    found, rendered = adopted(dashboard, live)
    assert not found.refused, found.refused
    assert content_hash(rendered) == content_hash(live.dashboard)


@pytest.mark.parametrize("save", ["title", "panel_timeseries", "panel_stat", "panel_bargauge", "panel_table"])
def test_recorded_saves_of_a_browser_are_adopted(save: str) -> None:
    """A dashboard into which somebody put one panel of each kind is adopted, and the recorded save of that one too."""
    recorded = answer("grafana-saves", f"ui_save_{save}")
    dashboard = catalog().dashboards["overview"]

    def put_in(which: str) -> Callable[[Board], Any]:
        return lambda board: board.update({key: deepcopy(recorded[which][key]) for key in PUT_IN})

    first, _ = adopted(dashboard, live_of(dashboard, put_in("before")))
    assert not first.refused, first.refused
    there = replace(catalog(), overrides=first.overrides)
    written = render_dashboard(there, dashboard)
    live = live_of(dashboard, put_in("after"), base=written)
    found = adopt_dashboard(there, dashboard, live, Owner())
    assert not found.refused, found.refused
    after = replace(catalog(), overrides=merge_overrides(first.overrides, found.overrides))
    assert content_hash(render_dashboard(after, dashboard)) == content_hash(live.dashboard)
    assert sum(len(fields or ()) for fields in found.overrides.values()) <= 1, found.overrides


def test_an_edit_of_one_field_is_at_most_three_lines() -> None:
    dashboard = catalog().dashboards["overview"]
    for kind in (retitle, set_unit):
        found, _ = adopted(dashboard, live_of(dashboard, lambda board, kind=kind: kind(board, Random(3))))
        assert len(_yaml(found.overrides).splitlines()) <= 3, _yaml(found.overrides)


def test_an_edit_of_one_panel_and_a_new_version_of_another_go_together() -> None:
    dashboard = catalog().dashboards["overview"]
    old = render_dashboard(catalog(), dashboard)
    first, second = [panel["id"] for panel in panels(old)[:2]]
    panel_of(old, second)["title"] = "As it was called before"
    live = live_of(dashboard, lambda board: panel_of(board, first).update(title="Mine"), base=old)
    found, rendered = adopted(dashboard, live)
    assert not found.conflicts
    assert panel_of(rendered, first)["title"] == "Mine"
    assert panel_of(rendered, second)["title"] == panel_of(render_dashboard(catalog(), dashboard), second)["title"]


def test_a_field_that_both_sides_changed_is_a_conflict_that_a_flag_decides() -> None:
    dashboard = catalog().dashboards["overview"]
    old = render_dashboard(catalog(), dashboard)
    number = panels(old)[0]["id"]
    now = panel_of(render_dashboard(catalog(), dashboard), number)["title"]
    panel_of(old, number)["title"] = "Before"
    live = live_of(dashboard, lambda board: panel_of(board, number).update(title="Mine"), base=old)
    found, _ = adopted(dashboard, live)
    assert [(one.before, one.ours, one.theirs) for one in found.conflicts] == [("Before", now, "Mine")]
    assert not found.overrides
    _, theirs = adopted(dashboard, live, theirs=True)
    assert panel_of(theirs, number)["title"] == "Mine"
    _, ours = adopted(dashboard, live, theirs=False)
    assert panel_of(ours, number)["title"] == now


def test_without_our_last_version_nothing_is_adopted() -> None:
    dashboard = catalog().dashboards["overview"]
    live = live_of(dashboard, lambda board: retitle(board, Random(1)))
    unknown = replace(live, history=[], dashboard={**live.dashboard, "templating": {"list": []}})
    assert "not known" in adopt_dashboard(catalog(), dashboard, unknown, Owner()).refused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("overvew/requests: {title: x}", "no dashboard 'overvew'"),
        ("overview/reqests: {title: x}", "no panel 'overview/reqests'"),
        ("overview: null", "cannot be taken out"),
        ("overview: [1]", "not a map of paths"),
        ("overview: {requests: {drop: true}}", "a dashboard has no field 'requests'"),
        ("overview: {titel: x}", "a dashboard has no field 'titel'"),
        ("overview/requests: {descripton: x}", "a panel has no field 'descripton'"),
        ("[1]", "not a map of places"),
    ],
)
def test_wrong_overrides_are_problems(text: str, words: str) -> None:
    (found,) = override_problems(yaml.safe_load(text), "overrides.yaml", {}, catalog().dashboards)
    assert words in found.what


def test_of_a_dashboard_with_fields_of_a_wrong_type_the_places_are_not_judged() -> None:
    boards = catalog().dashboards
    odd = replace(boards["overview"], rows=[replace(boards["overview"].rows[0], panels=None)])  # type: ignore[arg-type]
    texts = {"overview/reqests": {"title": "x"}, "cost-usage/xyz": {"title": "x"}}
    (found,) = override_problems(texts, "overrides.yaml", {}, {**boards, "overview": odd})
    assert "no panel 'cost-usage/xyz'" in found.what

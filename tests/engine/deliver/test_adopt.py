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

Board = dict[str, Any]


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


def panels(board: Board) -> list[Board]:
    return [panel for top in board["panels"] for panel in (top, *top.get("panels", ())) if panel["type"] != "row"]


def panel_of(board: Board, number: int) -> Board:
    return next(panel for panel in panels(board) if panel["id"] == number)


# ── edits as people make them ────────────────────────────────────────────────────────────────────────────────────


def retitle(board: Board, chance: Random) -> None:
    chance.choice(panels(board))["title"] = f"Title {chance.random()}: with colon, 'quotes' and ünicode"


def describe(board: Board, chance: Random) -> None:
    chance.choice(panels(board))["description"] = "first line\n\n  second: line\n# third" + "\n" * chance.randrange(3)


def set_unit(board: Board, chance: Random) -> None:
    panel = chance.choice(panels(board))
    panel.setdefault("fieldConfig", {}).setdefault("defaults", {})["unit"] = chance.choice(
        ["s", "percent", "currencyUSD"]
    )


def set_custom(board: Board, chance: Random) -> None:
    panel = chance.choice(panels(board))
    custom = panel.setdefault("fieldConfig", {}).setdefault("defaults", {}).setdefault("custom", {})
    custom[chance.choice(["lineWidth", "fillOpacity", "a.b"])] = chance.randrange(2, 9)


def set_thresholds(board: Board, chance: Random) -> None:
    steps = [{"value": None, "color": "green"}] + [{"value": n, "color": "red"} for n in range(chance.randrange(4))]
    defaults = chance.choice(panels(board)).setdefault("fieldConfig", {}).setdefault("defaults", {})
    defaults["thresholds"] = {"mode": "absolute", "steps": steps}


def edit_query(board: Board, chance: Random) -> None:
    panel = chance.choice([one for one in panels(board) if one.get("targets")])
    key = "rawSql" if "rawSql" in panel["targets"][0] else "expr"
    panel["targets"][0][key] = f"select {chance.random()}\nfrom somewhere\n  where \"a\" = 'b'"


def add_query(board: Board, chance: Random) -> None:
    panel = chance.choice([one for one in panels(board) if one.get("targets")])
    panel["targets"].append({**panel["targets"][0], "refId": "Z"})


def drop_query(board: Board, chance: Random) -> None:
    panel = chance.choice([one for one in panels(board) if one.get("targets")])
    panel["targets"].pop()


def add_panel(board: Board, chance: Random) -> None:
    board["panels"].append({**deepcopy(chance.choice(panels(board))), "id": chance.randrange(1, 9999), "title": "New"})


def drop_panel(board: Board, chance: Random) -> None:
    gone = chance.choice(panels(board))["id"]
    for holder in (board, *board["panels"]):
        holder["panels"] = [panel for panel in holder.get("panels", []) if panel["id"] != gone]


def move_panel(board: Board, chance: Random) -> None:
    chance.choice(panels(board))["gridPos"].update(x=chance.randrange(20), y=chance.randrange(90), w=4)


def retype(board: Board, chance: Random) -> None:
    panel = chance.choice(panels(board))
    panel |= {"type": "table", "options": {"showHeader": False}}


def edit_variable(board: Board, chance: Random) -> None:
    variables = [one for one in board["templating"]["list"] if one["name"] != "gendash_build"]
    if variables:
        chance.choice(variables)["label"] = "Another"


def add_variable(board: Board, chance: Random) -> None:
    board["templating"]["list"].append({"type": "textbox", "name": f"v{chance.randrange(9)}", "query": "x"})


def edit_dashboard(board: Board, chance: Random) -> None:
    board["title"], board["refresh"] = f"Mine {chance.random()}", "5m"
    board["tags"] = [*board["tags"], "mine"]


def fold_a_row(board: Board, chance: Random) -> None:
    rows = [place for place, panel in enumerate(board["panels"]) if panel["type"] == "row" and not panel["collapsed"]]
    if rows:
        at = chance.choice(rows)
        after = board["panels"][at + 1 :]
        end = next((n for n, panel in enumerate(after) if panel["type"] == "row"), len(after))
        row = {**board["panels"][at], "collapsed": True, "panels": after[:end]}
        board["panels"] = [*board["panels"][:at], row, *after[end:]]


def unfold_a_row(board: Board, chance: Random) -> None:
    rows = [place for place, panel in enumerate(board["panels"]) if panel["type"] == "row" and panel["collapsed"]]
    if rows:
        at = chance.choice(rows)
        row = board["panels"][at]
        board["panels"][at : at + 1] = [{**row, "collapsed": False, "panels": []}, *row["panels"]]


EDITS = (
    *(retitle, describe, set_unit, set_custom, set_thresholds, edit_query, add_query, drop_query, add_panel),
    *(drop_panel, move_panel, retype, edit_variable, add_variable, edit_dashboard, fold_a_row, unfold_a_row),
)


@pytest.mark.parametrize("kind", EDITS, ids=lambda kind: kind.__name__)
def test_after_adopt_what_is_rendered_equals_what_is_there(kind: Callable[[Board, Random], None]) -> None:
    for number, dashboard in enumerate(catalog().dashboards.values()):
        live = live_of(dashboard, lambda board, number=number: kind(board, Random(number)))
        found, rendered = adopted(dashboard, live)
        assert not found.refused and not found.conflicts, found.refused
        assert content_hash(rendered) == content_hash(live.dashboard)


@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(n, marks=pytest.mark.soak) for n in range(20, 500))])
def test_random_edits_together_are_adopted(seed: int) -> None:
    chance = Random(seed)
    dashboard = chance.choice(list(catalog().dashboards.values()))

    def edit(board: Board) -> None:
        for kind in chance.choices(EDITS, k=chance.randrange(1, 7)):
            kind(board, chance)

    live = live_of(dashboard, edit)
    found, rendered = adopted(dashboard, live)
    assert not found.refused, found.refused
    assert content_hash(rendered) == content_hash(live.dashboard)


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
        ("[1]", "not a map of places"),
    ],
)
def test_wrong_overrides_are_problems(text: str, words: str) -> None:
    (found,) = override_problems(yaml.safe_load(text), "overrides.yaml", {}, catalog().dashboards)
    assert words in found.what

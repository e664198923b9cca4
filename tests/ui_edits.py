"""Edits as people make them in Grafana's browser: each changes a dashboard's JSON in place, as a save would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

from recordings import answer

Board = dict[str, Any]
Edit = Callable[[Board, Random], None]


def panels(board: Board) -> list[Board]:
    return [panel for top in board["panels"] for panel in (top, *top.get("panels", ())) if panel["type"] != "row"]


def panel_of(board: Board, number: int) -> Board:
    return next(panel for panel in panels(board) if panel["id"] == number)


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


def convert_to_library_panel(board: Board, chance: Random) -> None:
    chance.choice(panels(board))["libraryPanel"] = {"uid": f"lib{chance.randrange(99)}", "name": "Shared"}


def add_link(board: Board, chance: Random) -> None:
    board.setdefault("links", []).append({"type": "link", "title": "Wiki", "url": "https://wiki.example/x?a=1&b=$job"})
    chance.choice(panels(board)).setdefault("links", []).append({"title": "More", "url": "/d/x?${__url_time_range}"})


def override_a_field(board: Board, chance: Random) -> None:
    config = chance.choice(panels(board)).setdefault("fieldConfig", {"defaults": {}})
    config.setdefault("overrides", []).append(
        {
            "matcher": {"id": "byRegexp", "options": "/^p(50|95)$/"},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": "#ff0000"}}],
        }
    )


def transform(board: Board, chance: Random) -> None:
    steps = [
        {"id": "reduce", "options": {"reducers": ["last"]}},
        {"id": "sortBy", "options": {"sort": [{"field": "x"}]}},
    ]
    chance.choice(panels(board))["transformations"] = steps[: chance.randrange(0, 3)]


def set_a_window(board: Board, chance: Random) -> None:
    panel = chance.choice(panels(board))
    panel["timeFrom"], panel["interval"] = chance.choice(["7d", "1h", ""]), chance.choice(["1m", ""])


def drop_variable(board: Board, chance: Random) -> None:
    mine = [one for one in board["templating"]["list"] if one["name"] != "gendash_build"]
    if mine:
        board["templating"]["list"].remove(chance.choice(mine))


def add_annotation(board: Board, chance: Random) -> None:
    listed = board.setdefault("annotations", {}).setdefault("list", [])
    name, source = f"Deploys {chance.randrange(9)}", {"type": "prometheus", "uid": "x"}
    if not any(one.get("name") == name for one in listed):
        listed.append(
            {"name": name, "datasource": source, "enable": True, "expr": "changes(up[5m])", "iconColor": "blue"}
        )


def add_row(board: Board, chance: Random) -> None:
    bottom = max((one["gridPos"]["y"] + one["gridPos"]["h"] for one in board["panels"]), default=0)
    place = {"x": 0, "y": bottom, "w": 24, "h": 1}
    number = chance.randrange(10_000, 99_999)
    board["panels"].append(
        {"id": number, "type": "row", "title": "Mine", "collapsed": False, "panels": [], "gridPos": place}
    )
    inner = {
        "id": number + 100_000,
        "type": "text",
        "title": "Note",
        "options": {"content": "# hi\n- a\n", "mode": "markdown"},
    }
    board["panels"].append({**inner, "gridPos": {"x": 0, "y": bottom + 1, "w": 24, "h": 3}})


EDITS: tuple[Edit, ...] = (
    *(retitle, describe, set_unit, set_custom, set_thresholds, edit_query, add_query, drop_query, add_panel),
    *(drop_panel, move_panel, retype, edit_variable, add_variable, edit_dashboard, fold_a_row, unfold_a_row),
    *(convert_to_library_panel, add_link, override_a_field, transform, set_a_window, drop_variable, add_annotation),
    add_row,
)


# ── what the browser itself changes ──────────────────────────────────────────────────────────────────────────────


@cache
def _filled(kind: str) -> tuple[tuple[tuple[str, ...], Any], ...]:
    """What the recorded saves have in a panel of this type beyond what was sent: path and value."""
    found: dict[tuple[str, ...], Any] = {}
    for name in ("timeseries", "stat", "bargauge", "table"):
        saved = answer("grafana-saves", f"ui_save_panel_{name}")
        sent = {panel["id"]: dict(_leaves(panel)) for panel in saved["before"]["panels"]}
        for panel in saved["after"]["panels"]:
            if panel["type"] == kind:
                there = sent.get(panel["id"], {})
                found |= {path: value for path, value in _leaves(panel) if path not in there}
    return tuple(found.items())


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, item in value.items():
        if isinstance(item, dict) and item:
            yield from _leaves(item, (*path, key))
        else:
            yield (*path, key), item


def open_in_the_editor(board: Board, chance: Random) -> None:
    """What a save adds to a panel that was opened in the panel editor."""
    panel = chance.choice(panels(board))
    for path, value in _filled(panel["type"]):
        holder: Any = panel
        for step in path[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else {}
        if isinstance(holder, dict):
            holder.setdefault(path[-1], deepcopy(value))


def save_in_the_browser(board: Board, chance: Random) -> None:
    """What any save adds: the built-in annotation, plug-in versions, and values of variables."""
    builtin = {"builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True}
    listed = board.setdefault("annotations", {}).setdefault("list", [])
    if not any(one.get("builtIn") for one in listed):
        listed.insert(0, {**builtin, "name": "Annotations & Alerts", "type": "dashboard"})
    for panel in panels(board):
        panel["pluginVersion"] = "12.3.0"
        for target in panel.get("targets") or ():
            target.setdefault("editorMode", "code")
    for variable in board["templating"]["list"]:
        if variable.get("type") == "query":
            variable["current"] = {"text": chance.choice(["All", "a"]), "value": "$__all"}


def edited(board: Board, chance: Random) -> None:
    """One to six edits and what the browser adds, as one save."""
    for kind in chance.choices(EDITS, k=chance.randrange(1, 7)):
        kind(board, chance)
    if panels(board) and chance.random() < 0.7:
        open_in_the_editor(board, chance)
    if chance.random() < 0.9:
        save_in_the_browser(board, chance)

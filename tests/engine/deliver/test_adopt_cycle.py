"""Edits are adopted, built and applied: what is in Grafana afterwards equals what a person saved there, every time.

The same cycle on a real Grafana and on the double: gendash writes a shipped dashboard, a person saves edits as the
browser does, `adopt` writes overrides, the next plan is empty, and a Grafana without the dashboard gets an equal one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import yaml
from grafana_double import Double
from ui_edits import edited

from gendash.commands.adopt import _yaml
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.overrides import override_problems
from gendash.engine.deliver.adopt import merge_overrides, observe_edits
from gendash.engine.deliver.apply import PlanOptions, wanted_of
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.grafana import apply_to_grafana
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.plan import plan
from gendash.engine.render.dashboard_diff import changed_paths, flat

Board = dict[str, Any]


@dataclass
class Place:
    """A Grafana with the definitions for it, and what a person does there."""

    catalog: Catalog
    read: Callable[[str], Board]
    save: Callable[[str, Board], Any]
    delete: Callable[[str], Any]


def definitions(url: str, token: str, instance: str) -> Catalog:
    environ = {"GENDASH_GRAFANA_URL": url, "GENDASH_GRAFANA_TOKEN": token}
    return load_catalog(
        load_config(f"instance: {instance}\nfeatures: {{tickets: true, langfuse: true}}\n", environ=environ)
    )


@pytest.fixture(scope="module")
def on_the_double() -> Iterator[Place]:
    double = Double()
    server = double.run()

    def save(uid: str, board: Board) -> None:
        double.library |= {panel["libraryPanel"]["uid"] for panel in every_panel(board) if panel.get("libraryPanel")}
        double.save(board, double.dashboards[uid]["folder"], "", "alice")

    yield Place(definitions(double.url, "glsa_x", "adopt"), double.live, save, double.dashboards.pop)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def on_a_real_one(grafana: Any) -> Iterator[Place]:
    def read(uid: str) -> Board:
        found: Board = grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
        return found

    def save(uid: str, board: Board) -> None:
        for panel in every_panel(board):
            if wanted := panel.get("libraryPanel"):
                wanted["uid"] = library_panel(grafana, wanted["uid"])
        folder = grafana("GET", f"/api/dashboards/uid/{uid}")["meta"]["folderUid"]
        grafana("POST", "/api/dashboards/db", {"dashboard": board, "folderUid": folder, "message": ""})

    def delete(uid: str) -> None:
        grafana("DELETE", f"/api/dashboards/uid/{uid}")

    catalog = definitions(grafana.url, grafana.token("Admin"), f"a{uuid4().hex[:6]}")
    yield Place(catalog, read, save, delete)
    for folder in ("gendash", "gendash-admin"):
        url = f"{grafana.url}/api/folders/{catalog.config.prefixed(folder)}"
        grafana.session.delete(url, auth=grafana.auth, timeout=20)


def every_panel(board: Board) -> list[dict[str, Any]]:
    return [panel for top in board["panels"] for panel in (top, *top.get("panels", ()))]


def library_panel(grafana: Any, uid: str) -> str:
    """A library panel that is there."""
    path = f"{grafana.url}/api/library-elements"
    if grafana.session.get(f"{path}/{uid}", auth=grafana.auth, timeout=20).status_code == 404:
        model = {"type": "stat", "title": uid, "targets": []}
        grafana("POST", "/api/library-elements", {"uid": uid, "name": uid, "kind": 1, "model": model})
    return uid


def planned(catalog: Catalog) -> tuple[Any, list[Change]]:
    wanted = wanted_of(catalog, PlanOptions(only=tuple(f"dashboard/{name}" for name in catalog.dashboards)))
    return wanted, plan(wanted, observe_grafana(catalog.config, wanted))


def applied(catalog: Catalog, state: Path) -> None:
    """All dashboards are written; there is no store here, so the data sources of PostgreSQL are not."""
    wanted, changes = planned(catalog)
    done = apply_to_grafana(catalog.config, wanted, changes, state, datetime.now(UTC), print)
    wrong = [one for one in done if one.kind == "dashboard" and one.action not in ("create", "update")]
    assert not wrong


def cycle(place: Place, first: int, state: Path) -> None:
    """One seed for each dashboard, so that plan, adopt and apply, which cost most, are shared by eight of them."""
    seeds = dict(zip(place.catalog.dashboards, range(first, SEEDS), strict=False))
    catalog = replace(place.catalog, dashboards={name: place.catalog.dashboards[name] for name in seeds})
    uids = {name: catalog.config.dashboard_uid(name) for name in seeds}
    applied(catalog, state)
    try:
        theirs = {}
        for name, seed in seeds.items():
            board = deepcopy(place.read(uids[name]))
            edited(board, Random(seed))
            place.save(uids[name], board)
            theirs[name] = place.read(uids[name])
        found = observe_edits(catalog, list(seeds))
        wrong = {(name, seeds[name]): one for name, one in found.items() if one.refused or one.conflicts}
        assert not wrong
        overrides = {place: fields for one in found.values() for place, fields in one.overrides.items()}
        content = yaml.safe_load(_yaml(merge_overrides({}, overrides))) or {}
        assert not list(override_problems(content, "overrides.yaml", {}, catalog.dashboards))
        built = replace(catalog, overrides=content)
        _, changes = planned(built)
        assert not [(c.name, c.lines) for c in changes if c.kind == "dashboard" and c.action != "none"], seeds
        for uid in uids.values():
            place.delete(uid)
        applied(built, state)
        live = {name: place.read(uid) for name, uid in uids.items()}
        differ = {(name, seeds[name]): changed_paths(flat(theirs[name]), flat(live[name])) for name in seeds}
        assert not {key: paths for key, paths in differ.items() if paths}
    finally:
        for uid in uids.values():
            place.delete(uid)


SEEDS = 500
FIRSTS = [0, *(pytest.param(first, marks=pytest.mark.soak) for first in range(8, SEEDS, 8))]


@pytest.mark.parametrize("first", FIRSTS)
def test_edits_are_adopted_built_and_applied(on_the_double: Place, tmp_path: Path, first: int) -> None:
    cycle(on_the_double, first, tmp_path / "state")


@pytest.mark.grafana
@pytest.mark.parametrize("first", FIRSTS)
def test_edits_in_a_real_grafana_are_adopted_built_and_applied(
    on_a_real_one: Place, tmp_path: Path, first: int
) -> None:
    cycle(on_a_real_one, first, tmp_path / "state")

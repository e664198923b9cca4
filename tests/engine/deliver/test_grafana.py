"""plan and apply against a real Grafana."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import sleep
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from gendash.engine.clients.grafana import Grafana as Api
from gendash.engine.clients.grafana import session
from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.load import template
from gendash.engine.deliver import grafana as target
from gendash.engine.deliver import observe
from gendash.engine.deliver.changes import Change, exit_code
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.plan import plan
from gendash.engine.deliver.report import change_as_dict, plan_text
from gendash.engine.deliver.rollback import read_versions, rollback_changes
from gendash.engine.deliver.state import desired
from gendash.engine.errors import Denied, TargetError, Unexpected
from gendash.engine.render.dashboard_diff import stamp
from gendash.engine.render.provisioning import render_provisioning

pytestmark = pytest.mark.grafana
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Site = Any  # the fixture below


def board(name: str, title: str = "Requests", sql: str = "select 1") -> dict[str, Any]:
    """A dashboard as gendash renders it, small."""
    source = {"type": "grafana-postgresql-datasource", "uid": "PG"}
    target = {"refId": "A", "datasource": source, "format": "table", "rawQuery": True, "rawSql": sql}
    panel = {
        "id": 11,
        "type": "stat",
        "title": title,
        "description": "why",
        "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
        "datasource": source,
        "targets": [target],
        "fieldConfig": {"defaults": {"unit": "short"}, "overrides": []},
    }
    return {
        "title": name,
        "schemaVersion": 42,
        "tags": ["gendash"],
        "time": {"from": "now-24h", "to": "now"},
        "panels": [panel],
        "templating": {"list": []},
    }


@pytest.fixture
def site(grafana: Any, tmp_path: Path) -> Iterator[Site]:
    """An installation of its own in the shared Grafana: ``site.plan()`` and ``site.apply()``, as Admin by default."""
    yield from _site(grafana, tmp_path, f"t{uuid4().hex[:6]}")


@pytest.fixture
def other_site(grafana: Any, tmp_path: Path) -> Iterator[Site]:
    """A second installation in the same Grafana."""
    yield from _site(grafana, tmp_path, f"u{uuid4().hex[:6]}")


def _site(grafana: Any, tmp_path: Path, instance: str) -> Iterator[Site]:
    config = _config(grafana, instance, grafana.token("Admin"))
    said: list[str] = []
    box = SimpleNamespace(config=config, said=said, boards={}, admin=set(), state=tmp_path / "state", grafana=grafana)
    box.uid = lambda name: config.dashboard_uid(name)

    def add(name: str, dashboard: dict[str, Any], admin: bool = False) -> str:
        uid: str = config.dashboard_uid(name)
        named = json.loads(json.dumps(dashboard).replace('"PG"', json.dumps(config["datasources.database.uid"])))
        box.boards[uid] = {**named, "uid": uid}
        if admin:
            box.admin.add(uid)
        return uid

    def wanted() -> Any:
        return desired(box.config, box.boards, box.admin)

    def make_plan() -> list[Change]:
        return plan(wanted(), observe_grafana(box.config, wanted()))

    def apply(changes: list[Change] | None = None) -> list[Change]:
        chosen = make_plan() if changes is None else changes
        return target.apply_to_grafana(box.config, wanted(), chosen, box.state, NOW, said.append, pause=lambda _: None)

    def use(role: str) -> None:
        box.config = _config(grafana, instance, grafana.token(role))

    box.add, box.wanted, box.plan, box.apply, box.use = add, wanted, make_plan, apply, use
    yield box
    for folder in ("gendash", "gendash-admin"):
        grafana.session.delete(f"{grafana.url}/api/folders/{config.prefixed(folder)}", auth=grafana.auth, timeout=20)
    for key in ("database", "admin", "prometheus"):
        uid = config[f"datasources.{key}.uid"]
        grafana.session.delete(f"{grafana.url}/api/datasources/uid/{uid}", auth=grafana.auth, timeout=20)


def _config(grafana: Any, instance: str, token: str, url: str = "") -> Config:
    names = "".join(
        f"  {key}: {{uid: {instance}-{key}, name: {instance} {key}}}\n" for key in ("database", "admin", "prometheus")
    )
    return load_config(
        f"instance: {instance}\ndatasources:\n{names}",
        environ={
            "GENDASH_GRAFANA_URL": url or grafana.url,
            "GENDASH_GRAFANA_TOKEN": token,
            "GENDASH_DATABASE_URL": "postgresql://owner:owner-secret@127.0.0.1:5432/store",
            "GENDASH_READER_PASSWORD": "reader-secret",
        },
    )


def edit(grafana: Any, uid: str, change: Callable[[dict[str, Any]], None], auth: Any = None, message: str = "") -> int:
    """Saves a dashboard as a person would: what is there, changed."""
    session = grafana.session
    if auth:  # Grafana remembers for a minute what she was allowed before this folder existed
        session.get(f"{grafana.url}/api/access-control/user/permissions?reloadcache=true", auth=auth, timeout=20)
    live = session.get(f"{grafana.url}/api/dashboards/uid/{uid}", auth=auth or grafana.auth, timeout=20).json()
    dashboard = live["dashboard"]
    change(dashboard)
    body = {"dashboard": dashboard, "folderUid": live["meta"]["folderUid"], "message": message, "overwrite": False}
    answer = session.post(f"{grafana.url}/api/dashboards/db", json=body, auth=auth or grafana.auth, timeout=20)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["version"])


def retitle(text: str) -> Callable[[dict[str, Any]], None]:
    return lambda dashboard: dashboard["panels"][0].update(title=text)


def actions(changes: list[Change]) -> dict[str, str]:
    return {f"{change.kind} {change.name.partition('-')[2] or change.name}": change.action for change in changes}


def only(changes: list[Change], uid: str) -> Change:
    return next(change for change in changes if change.kind == "dashboard" and change.name == uid)


def versions(grafana: Any, uid: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = grafana("GET", f"/api/dashboards/uid/{uid}/versions?limit=50")["versions"]
    return found


def test_apply_fills_an_empty_server_and_a_second_plan_is_empty(site: Site) -> None:
    site.add("overview", board("Overview"))
    site.add("users", board("Users"), admin=True)
    first = site.plan()
    assert actions(first) == {
        "folder gendash": "create",
        "folder gendash-admin": "create",
        "permission gendash-admin": "update",
        "datasource database": "create",
        "dashboard gendash-overview": "create",
        "dashboard gendash-users": "create",
    }
    done = site.apply(first)
    assert [change.action for change in done] == [change.action for change in first], plan_text(done)
    assert {change.action for change in site.plan()} == {"none"}


def test_an_equal_dashboard_is_not_written_again(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    site.apply()
    assert [version["version"] for version in versions(site.grafana, uid)] == [1]


def test_one_request_a_dashboard_where_nothing_changed_and_no_write(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    uids = {site.add(name, board(name)) for name in ("a", "b", "c")}
    site.apply()
    asked: list[tuple[str, str]] = []
    once = Api.__call__

    def counted(self: Any, method: str, path: str, **options: Any) -> Any:
        asked.append((method, path))
        return once(self, method, path, **options)

    monkeypatch.setattr(Api, "__call__", counted)
    site.apply()
    assert {method for method, _ in asked} == {"GET"}
    for uid in uids:
        assert [path for _, path in asked if uid in path] == [f"/dashboards/uid/{uid}"]


def test_a_changed_definition_is_saved_and_the_plan_names_panel_and_field(site: Site) -> None:
    uid = site.add("overview", board("Overview", sql="select 1"))
    site.apply()
    before = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    site.add("overview", board("Overview", sql="select 2"))
    change = only(site.plan(), uid)
    assert (change.action, change.base) == ("update", 1)
    assert change.lines == ('panel \'Requests\': targets[0].rawSql "select 1" -> "select 2"',)
    site.apply()
    newest = versions(site.grafana, uid)[0]
    assert newest["version"] == 2
    assert newest["message"].startswith("gendash: ") and f"instance={site.config['instance']}" in newest["message"]
    saved = json.loads((site.state / "backups" / "20261123T120000Z" / f"{uid}.json").read_text())
    assert saved["dashboard"] == before
    assert {change.action for change in site.plan()} == {"none"}


def test_an_edit_is_named_with_author_time_and_field_and_left_alone(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    edit(site.grafana, uid, retitle("Requests by hand"), site.grafana.person("alice", "Editor"), "as agreed")
    site.add("overview", board("Overview", sql="select 2"))
    change = only(site.apply(), uid)
    assert change.action == "left"
    said = "\n".join(change.lines)
    when = versions(site.grafana, uid)[0]["created"].replace("T", " ").replace("Z", " UTC")
    assert f'version 2 by alice, {when}: "as agreed"' in said
    assert 'they changed panel \'Requests\': title "Requests" -> "Requests by hand"' in said
    assert site.grafana("GET", f"/api/dashboards/uid/{uid}")["meta"]["version"] == 2


def test_an_edit_that_the_definition_has_taken_in_no_longer_blocks(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    edit(site.grafana, uid, retitle("Better"))
    site.add("overview", board("Overview", title="Better", sql="select 2"))
    assert only(site.apply(), uid).action == "update"
    assert {change.action for change in site.plan()} == {"none"}


def test_an_edit_that_was_taken_back_no_longer_blocks(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    edit(site.grafana, uid, retitle("Oops"))
    site.grafana("POST", f"/api/dashboards/uid/{uid}/restore", {"version": 1})
    assert only(site.plan(), uid).action == "none"
    site.add("overview", board("Overview", sql="select 2"))
    assert only(site.apply(), uid).action == "update"


def test_a_save_in_the_browser_without_an_edit_does_not_block(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()

    def as_the_browser_does(dashboard: dict[str, Any]) -> None:
        dashboard |= {"editable": True, "preload": False, "timepicker": {}, "weekStart": "", "graphTooltip": 0}
        builtin = {"builtIn": 1, "name": "Annotations & Alerts", "type": "dashboard", "enable": True}
        dashboard["annotations"] = {"list": [builtin]}
        dashboard["panels"][0]["pluginVersion"] = "12.3.0"
        dashboard["panels"][0]["options"] = {"colorMode": "value", "graphMode": "area", "wideLayout": True}

    edit(site.grafana, uid, as_the_browser_does)
    assert only(site.plan(), uid).action == "none"
    site.add("overview", board("Overview", sql="select 2"))
    assert only(site.apply(), uid).action == "update"


def test_going_back_to_an_older_version_of_ours_is_an_edit(site: Site) -> None:
    uid = site.add("overview", board("Overview", sql="select 1"))
    site.apply()
    site.add("overview", board("Overview", sql="select 2"))
    site.apply()
    site.grafana("POST", f"/api/dashboards/uid/{uid}/restore", {"version": 1})
    change = only(site.plan(), uid)
    assert change.action == "left"
    assert any("Restored from version 1" in line for line in change.lines)
    assert any("version 2 was overtaken" in line for line in change.lines)


def test_a_page_that_was_open_during_our_push_and_saved_later_is_noticed(site: Site) -> None:
    uid = site.add("overview", board("Overview", sql="select 1"))
    site.apply()
    page = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    site.add("overview", board("Overview", sql="select 2"))
    site.apply()
    page["panels"][0]["title"] = "From an old page"
    folder = site.config.prefixed("gendash")
    site.grafana("POST", "/api/dashboards/db", {"dashboard": page, "folderUid": folder, "overwrite": True})
    change = only(site.plan(), uid)
    assert change.action == "left"
    said = "\n".join(change.lines)
    assert "our version 2 was overtaken" in said and "From an old page" in said and "by admin" in said


def test_our_version_is_known_by_its_stamp_where_the_history_has_lost_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observe, "VERSIONS", 3)
    uid = site.add("overview", board("Overview"))
    site.apply()
    for number in range(4):
        edit(site.grafana, uid, retitle(f"Edit {number}"))
    site.add("other", board("Other"))
    change = only(site.plan(), uid)
    assert change.action == "left"
    assert any("Edit 3" in line for line in change.lines), "the stamp says that we wrote what we would write now"
    site.add("overview", board("Overview", sql="select 2"))
    assert "which the history no longer holds" in only(site.plan(), uid).lines[0]
    edit(site.grafana, uid, retitle("Requests"))
    assert only(site.plan(), uid).action == "update", "it says again exactly what we once wrote"


def test_a_dashboard_that_is_not_ours_is_left_alone(site: Site) -> None:
    site.add("ours", board("Ours"))
    site.apply()
    folder = site.config.prefixed("gendash")
    foreign, tagged = site.config.dashboard_uid("foreign"), site.config.dashboard_uid("tagged")
    for uid, tags in ((foreign, []), (tagged, ["gendash"])):
        body = {"dashboard": {**board("Theirs"), "uid": uid, "tags": tags}, "folderUid": folder}
        site.grafana("POST", "/api/dashboards/db", body)
    site.add("foreign", board("Foreign"))
    site.add("tagged", board("Tagged"))
    changes = site.apply()
    assert only(changes, foreign).action == only(changes, tagged).action == "left"
    assert "not ours" in only(changes, foreign).lines[0] and "by admin" in only(changes, foreign).lines[1]
    assert "base unknown" in only(changes, tagged).lines[0]
    assert len(versions(site.grafana, foreign)) == len(versions(site.grafana, tagged)) == 1


def test_a_dashboard_full_of_nonsense_is_compared_without_a_crash(site: Site) -> None:
    site.add("ours", board("Ours"))
    site.apply()
    uid = site.config.dashboard_uid("nonsense")
    nonsense = {"uid": uid, "title": "Nonsense", "panels": "none", "templating": 3, "tags": "x", "links": {"a": 1}}
    body = {"dashboard": nonsense, "folderUid": site.config.prefixed("gendash")}
    site.grafana("POST", "/api/dashboards/db", body)
    site.add("nonsense", board("Sense"))
    assert only(site.plan(), uid).action == "left"


@pytest.mark.parametrize("rounds", [20, pytest.param(300, marks=pytest.mark.soak)])
def test_an_edit_between_plan_and_apply_is_never_lost(site: Site, rounds: int) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    alice = site.grafana.person("alice", "Editor")
    for number in range(rounds):
        site.add("overview", board("Overview", title="Requests", sql=f"select {number} + 1"))
        made = site.plan()
        assert only(made, uid).action == "update"
        edit(site.grafana, uid, retitle(f"Edit {number}"), alice)
        change = only(site.apply(made), uid)
        assert change.action == "left"
        assert "by alice" in "\n".join(change.lines) and "nothing was written" in change.lines[0]
        live = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
        assert live["panels"][0]["title"] == f"Edit {number}"
        edit(site.grafana, uid, retitle("Requests"), alice)


@pytest.mark.parametrize("rounds", [20, pytest.param(300, marks=pytest.mark.soak)])
def test_an_edit_that_is_saved_at_the_same_moment_as_ours_is_what_stands_afterwards(site: Site, rounds: int) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    alice = site.grafana.person("alice", "Editor")
    delays, won = Random(1), {"ours": 0, "hers": 0, "both": 0}
    for number in range(rounds):
        site.add("overview", board("Overview", sql=f"select {number} + 1"))
        made = site.plan()
        ready, go = Event(), Event()
        her_save: list[int] = []

        def save(number: int = number, ready: Event = ready, go: Event = go, her_save: list[int] = her_save) -> None:
            def wait_and_retitle(dashboard: dict[str, Any]) -> None:
                retitle(f"Edit {number}")(dashboard)
                ready.set()
                go.wait(20)
                sleep(delays.random() * 0.025)

            with suppress(AssertionError):  # refused: she is told so, nothing is lost
                her_save.append(edit(site.grafana, uid, wait_and_retitle, alice))

        thread = Thread(target=save)
        thread.start()
        assert ready.wait(20)
        go.set()
        mine = only(site.apply(made), uid)
        thread.join()
        live = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
        title = live["panels"][0]["title"]
        assert title == (f"Edit {number}" if her_save else "Requests"), (title, her_save, mine)
        assert her_save or mine.action == "update", mine
        both = her_save and (mine.action == "update" or "same moment" in mine.lines[0])
        won["both" if both else "hers" if her_save else "ours"] += 1
        if her_save:
            edit(site.grafana, uid, retitle("Requests"), alice)
    assert len([number for number in won.values() if number]) > 1, f"not a race: {won}"


def test_an_edit_that_grafana_let_us_overwrite_is_put_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    alice = site.grafana.person("alice", "Editor")
    site.add("overview", board("Overview", sql="select 2"))
    once = Api.__call__

    def too_late(self: Any, method: str, path: str, **options: Any) -> Any:
        """Grafana's gap between check and write: her save falls into it."""
        if method == "POST" and "version" in options["json"]["dashboard"] and not options["json"]["overwrite"]:
            monkeypatch.setattr(Api, "__call__", once)
            edit(site.grafana, uid, retitle("Hers"), alice)
            options["json"]["overwrite"] = True
        return once(self, method, path, **options)

    monkeypatch.setattr(Api, "__call__", too_late)
    change = only(site.apply(), uid)
    assert change.action == "left"
    assert change.lines == ("version 2 by alice came at the same moment: it was put back, plan again",)
    assert site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]["panels"][0]["title"] == "Hers"
    again = only(site.plan(), uid)
    assert again.action == "left", "it is still hers"
    assert any("restores version 2 by alice" in line for line in again.lines)


def test_a_dashboard_that_vanished_between_plan_and_apply_is_made_anew_or_reported(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    site.add("overview", board("Overview", sql="select 2"))
    made = site.plan()
    site.grafana("DELETE", f"/api/dashboards/uid/{uid}")
    site.apply(made)
    site.apply()
    assert {change.action for change in site.plan()} == {"none"}


def test_a_dashboard_that_appeared_between_plan_and_apply_is_not_overwritten(site: Site) -> None:
    site.add("ours", board("Ours"))
    site.apply()
    uid = site.add("overview", board("Overview"))
    made = site.plan()
    theirs = {**board("Theirs"), "uid": uid, "tags": []}
    site.grafana("POST", "/api/dashboards/db", {"dashboard": theirs, "folderUid": site.config.prefixed("gendash")})
    change = only(site.apply(made), uid)
    assert change.action == "left"
    assert site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]["title"] == "Theirs"


def test_a_dashboard_that_was_moved_by_hand_stays_where_it_is(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    place = f"elsewhere-{site.config['instance']}"
    site.grafana("POST", "/api/folders", {"uid": place, "title": "Elsewhere"})
    live = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    site.grafana("POST", "/api/dashboards/db", {"dashboard": live, "folderUid": place, "message": "moved"})
    change = only(site.apply(), uid)
    assert change.action == "left"
    assert any("moved to folder 'Elsewhere' by hand" in line for line in change.lines)
    site.grafana("DELETE", f"/api/folders/{place}")


def test_a_dashboard_whose_audience_changed_moves_to_the_other_folder(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    site.admin.add(uid)
    change = only(site.apply(), uid)
    assert change.action == "update"
    assert site.grafana("GET", f"/api/dashboards/uid/{uid}")["meta"]["folderUid"] == site.config.prefixed(
        "gendash-admin"
    )
    assert {change.action for change in site.plan()} == {"none"}


def test_viewers_and_editors_cannot_open_the_admin_folder(site: Site) -> None:
    everyone, admin = site.add("overview", board("Overview")), site.add("users", board("Users"), admin=True)
    site.apply()
    for role in ("Viewer", "Editor"):
        headers = {"Authorization": f"Bearer {site.grafana.token(role)}"}
        read = {
            uid: site.grafana.session.get(
                f"{site.grafana.url}/api/dashboards/uid/{uid}", headers=headers, timeout=20
            ).status_code
            for uid in (everyone, admin)
        }
        assert read[admin] == 403
        if role == "Viewer":
            site.grafana("GET", "/api/access-control/user/permissions?reloadcache=true", token=site.grafana.token(role))
            assert site.grafana("GET", f"/api/dashboards/uid/{everyone}", token=site.grafana.token(role))


def test_an_admin_folder_that_was_not_hidden_when_we_stopped_is_hidden_by_the_next_apply(site: Site) -> None:
    uid = site.add("users", board("Users"), admin=True)
    site.apply([change for change in site.plan() if change.kind == "folder"])
    assert actions(site.plan())["permission gendash-admin"] == "update"
    site.apply()
    rows = site.grafana("GET", f"/api/folders/{site.config.prefixed('gendash-admin')}/permissions")
    assert not [row for row in rows if row.get("role")]
    assert only(site.plan(), uid).action == "none"


def test_an_admin_folder_that_somebody_opened_is_reported_and_left_open(site: Site) -> None:
    site.add("users", board("Users"), admin=True)
    site.apply()
    path = f"/api/folders/{site.config.prefixed('gendash-admin')}/permissions"
    site.grafana("POST", path, {"items": [{"role": "Editor", "permission": 1}]})
    change = next(change for change in site.apply() if change.kind == "permission")
    assert change.action == "blocked" and "open to Editors" in change.lines[-1]
    assert [row["role"] for row in site.grafana("GET", path) if row.get("role")] == ["Editor"]


def test_a_folder_with_another_title_is_renamed_as_declared(site: Site) -> None:
    site.add("overview", board("Overview"))
    site.apply()
    folder = site.config.prefixed("gendash")
    site.grafana("PUT", f"/api/folders/{folder}", {"title": "Renamed", "overwrite": True})
    change = next(change for change in site.plan() if change.kind == "folder")
    assert change.action == "update" and "'Renamed'" in change.lines[0] and "by admin" in change.lines[0]
    site.apply()
    assert site.grafana("GET", f"/api/folders/{folder}")["title"] == change.title


def test_a_data_source_that_differs_is_reported_and_not_changed(site: Site) -> None:
    site.add("overview", board("Overview"))
    site.apply()
    uid = site.config["datasources.database.uid"]
    live = site.grafana("GET", f"/api/datasources/uid/{uid}")
    assert live["jsonData"]["maxOpenConns"] == 10 and live["user"] == "gendash_reader"
    assert live["secureJsonFields"] == {"password": True}
    site.grafana("PUT", f"/api/datasources/uid/{uid}", {**live, "url": "elsewhere:5432"})
    change = next(change for change in site.apply() if change.kind == "datasource")
    assert change.action == "left"
    assert change.lines[0].startswith("url is 'elsewhere:5432' in Grafana, declared '127.0.0.1:5432'")
    assert site.grafana("GET", f"/api/datasources/uid/{uid}")["url"] == "elsewhere:5432"


def test_a_data_source_whose_name_is_taken_is_named(site: Site) -> None:
    site.add("overview", board("Overview"))
    taken = {
        "name": site.config["datasources.database.name"],
        "type": "prometheus",
        "access": "proxy",
        "url": "http://x",
    }
    made = site.grafana("POST", "/api/datasources", taken)
    change = next(change for change in site.apply() if change.kind == "datasource")
    assert change.action == "blocked" and "exists with another uid" in change.lines[-1]
    site.grafana("DELETE", f"/api/datasources/uid/{made['datasource']['uid']}")


def test_an_editor_token_pushes_dashboards_and_is_told_about_data_sources(site: Site) -> None:
    site.use("Editor")
    uid = site.add("overview", board("Overview"))
    secret = site.add("users", board("Users"), admin=True)
    done = site.apply()
    assert only(done, uid).action == only(done, secret).action == "create", plan_text(done)
    source = next(change for change in done if change.kind == "datasource")
    assert source.action == "blocked" and "provisioning/datasources/gendash.yaml" in source.lines[-1]
    left = {change.action for change in site.plan() if change.kind != "datasource"}
    assert left == {"none"}, "its own folders and dashboards it still sees"
    rows = site.grafana("GET", f"/api/folders/{site.config.prefixed('gendash-admin')}/permissions")
    assert not [row for row in rows if row.get("role")]


def test_an_editor_token_meets_a_hidden_folder_that_an_admin_made(site: Site) -> None:
    uid = site.add("users", board("Users"), admin=True)
    other = site.config.dashboard_uid("later")
    site.apply()
    site.use("Editor")
    site.add("later", board("Later"), admin=True)
    made = site.plan()
    assert only(made, uid).action == "blocked" and "may not see it" in only(made, uid).lines[0]
    assert {change.action for change in made if change.kind == "folder"} == {"left"}
    done = site.apply(made)
    assert only(done, other).action == "blocked", plan_text(done)
    del site.boards[uid]  # now nothing tells that the folder is there
    last = site.apply()
    assert actions([change for change in last if change.kind != "datasource"]) == {
        "folder gendash-admin": "blocked",
        "permission gendash-admin": "blocked",
        "dashboard gendash-later": "blocked",
    }
    assert "perhaps hidden from this token" in last[0].lines[-1]


def test_an_editor_token_may_write_at_once_into_a_folder_that_an_admin_has_just_made(site: Site) -> None:
    site.use("Editor")
    site.plan()  # Grafana now remembers what this token may do
    site.use("Admin")
    site.add("first", board("First"))
    site.apply()
    site.use("Editor")
    uid = site.add("second", board("Second"))
    assert only(site.apply(), uid).action == "create"


def test_a_refusal_that_lasts_is_waited_for_with_a_line_and_then_reported(site: Site) -> None:
    site.add("first", board("First"))
    site.apply()
    folder = site.config.prefixed("gendash")
    site.grafana("POST", f"/api/folders/{folder}/permissions", {"items": [{"role": "Editor", "permission": 1}]})
    site.use("Editor")
    uid = site.add("second", board("Second"))
    change = only(site.apply(), uid)
    assert change.action == "blocked" and "403" in change.lines[-1]
    assert "trying again" in site.said[0]


def test_a_viewer_token_gets_a_plan_that_says_what_it_may_not_do(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    site.use("Viewer")
    site.add("overview", board("Overview", sql="select 2"))
    new = site.add("users", board("Users"))
    changes = site.apply()
    assert only(changes, uid).action == only(changes, new).action == "blocked"
    assert "the token may not save dashboards" in only(changes, new).lines[-1]
    assert "may read it but not save it" in only(changes, uid).lines[0]
    assert len(versions(site.grafana, uid)) == 1


def test_a_token_without_a_role_gets_a_plan_too(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.use("None")
    changes = site.apply()
    assert only(changes, uid).action == "blocked"
    assert next(change for change in changes if change.kind == "datasource").action == "blocked"


def test_two_instances_share_a_grafana_and_do_not_see_each_other(site: Site, other_site: Site) -> None:
    one, two = site.add("overview", board("Overview")), other_site.add("overview", board("Overview"))
    site.apply()
    other_site.apply()
    assert one != two
    other_site.add("overview", board("Overview", sql="select 2"))
    assert only(other_site.apply(), two).action == "update"
    assert {change.action for change in site.plan()} == {"none"}
    assert {change.action for change in other_site.plan()} == {"none"}


def test_nothing_is_written_where_the_backup_cannot_be(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    site.add("overview", board("Overview", sql="select 2"))
    site.add("users", board("Users"))
    site.state = site.state / "file"
    site.state.parent.mkdir(exist_ok=True)
    site.state.write_text("in the way")
    with pytest.raises(TargetError, match="cannot save a backup"):
        site.apply()
    assert len(versions(site.grafana, uid)) == 1


def test_no_secret_is_in_what_a_plan_shows(site: Site) -> None:
    site.add("overview", board("Overview"))
    changes = site.plan()
    shown = plan_text(changes) + repr(changes) + json.dumps([change_as_dict(change) for change in changes])
    assert "secret" not in shown and site.config["grafana_token"] not in shown


def test_grafana_below_a_path_is_reached_with_and_without_the_last_slash(new_grafana: Any, tmp_path: Path) -> None:
    below = {"GF_SERVER_ROOT_URL": "http://127.0.0.1:%(http_port)s/grafana/", "GF_SERVER_SERVE_FROM_SUB_PATH": "true"}
    with new_grafana(below) as server:
        server.url += "/grafana"
        for url in (server.url, server.url + "/"):
            config = _config(server, "sub", server.token("Admin"), url)
            wanted = desired(config, {config.dashboard_uid("overview"): board("Overview")})
            assert observe_grafana(config, wanted).dashboards == {config.dashboard_uid("overview"): None}
        wrong = _config(server, "sub", "", server.url.removesuffix("/grafana") + "/elsewhere")
        with pytest.raises(Unexpected, match=r"HTTP 301.*set grafana_url to"):
            observe_grafana(wrong, desired(wrong, {}))


def test_what_build_writes_is_what_grafana_reads_from_files(new_grafana: Any, tmp_path: Path) -> None:
    seen: list[str] = []

    class Prometheus(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.headers["Authorization"] or "")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Prometheus) as listener:
        Thread(target=listener.serve_forever, daemon=True).start()
        config = load_config(
            "folders: {everyone: {title: 'Cost $5'}}\n",
            environ={"GENDASH_PROMETHEUS_URL": f"http://user:not-this@127.0.0.1:{listener.server_port}"},
        )
        names = ("datasources.yaml.j2", "dashboards.yaml.j2")
        files = render_provisioning(config, {name: template(name) for name in names})
        uid = config.dashboard_uid("overview")
        files[f"dashboards/{uid}.json"] = json.dumps({**stamp(board("Overview")), "uid": uid}).encode()
        for path, data in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
        environ = {
            "GENDASH_OUT": str(tmp_path),
            "GENDASH_DATABASE_ADDRESS": "127.0.0.1:5999",
            "GENDASH_DATABASE_NAME": "store",
            "GENDASH_READER_PASSWORD": "pa$s",
            "GENDASH_ADMIN_READER_PASSWORD": "x",
            "GENDASH_PROMETHEUS_PASSWORD": "pa$swo${rd}",
        }
        with new_grafana(environ) as server:
            source = server("GET", f"/api/datasources/uid/{config['datasources.database.uid']}")
            assert (source["url"], source["jsonData"]["database"]) == ("127.0.0.1:5999", "store")
            assert source["readOnly"] and source["secureJsonFields"] == {"password": True}
            proxy = f"{server.url}/api/datasources/proxy/uid/{config['datasources.prometheus.uid']}/api/v1/query"
            server.session.post(proxy, data={"query": "up"}, auth=server.auth, timeout=20)
            assert seen == ["Basic " + b64encode(b"user:pa$swo${rd}").decode()], "a password is expanded once only"
            _until(
                lambda: server.session.get(f"{server.url}/api/dashboards/uid/{uid}", auth=server.auth, timeout=20).ok
            )
            assert server("GET", "/api/folders/gendash")["title"] == "Cost $5"
            access = {"GENDASH_GRAFANA_URL": server.url, "GENDASH_GRAFANA_TOKEN": server.token("Admin")}
            mine = load_config("", environ=access)
            changed = {uid: {**board("Overview", sql="select 2"), "uid": uid}}
            change = only(plan(desired(mine, changed), observe_grafana(mine, desired(mine, changed))), uid)
            assert change.action == "left" and "by file provisioning" in change.lines[0]
        listener.shutdown()


def _until(done: Callable[[], bool]) -> None:
    for _ in range(200):
        if done():
            return
        sleep(0.1)
    raise AssertionError("not within 20 s")


def test_a_wrong_token_and_a_missing_one_are_told_apart(grafana: Any) -> None:
    for token, words in (("glsa_wrong", "the token is refused"), ("", "credentials are needed")):
        config = _config(grafana, "x", token)
        with pytest.raises(Denied, match=words) as caught:
            observe_grafana(config, desired(config, {}))
        assert "glsa_wrong" not in str(caught.value) and "GENDASH_GRAFANA_TOKEN" in str(caught.value)


def test_name_and_password_in_the_url_work_and_are_never_shown(grafana: Any) -> None:
    host = grafana.url.removeprefix("http://")
    config = _config(grafana, "x", "", f"http://{grafana.auth[0]}:{grafana.auth[1]}@{host}")
    assert observe_grafana(config, desired(config, {})).rights
    wrong = _config(grafana, "x", "", f"http://admin:not-the-password@{host}")
    with pytest.raises(Denied) as caught:
        observe_grafana(wrong, desired(wrong, {}))
    assert "not-the-password" not in str(caught.value)


def test_a_grafana_without_sign_in_needs_no_token(new_grafana: Any) -> None:
    open_door = {"GF_AUTH_ANONYMOUS_ENABLED": "true", "GF_AUTH_ANONYMOUS_ORG_ROLE": "Admin"}
    with new_grafana(open_door) as server:
        config = _config(server, "x", "")
        wanted = desired(config, {config.dashboard_uid("overview"): board("Overview")})
        observed = observe_grafana(config, wanted)
        assert {change.action for change in plan(wanted, observed)} == {"create"}


def test_a_server_that_dies_during_apply_leaves_a_clear_account(new_grafana: Any, tmp_path: Path) -> None:
    with new_grafana() as server:
        config = _config(server, "x", server.token("Admin"))
        boards = {config.dashboard_uid(name): board(name) for name in ("a", "b")}
        wanted = desired(config, boards)
        made = plan(wanted, observe_grafana(config, wanted))
    done = target.apply_to_grafana(config, wanted, made, tmp_path / "state", NOW, print)
    assert [change.action for change in done] == ["blocked"] * 3
    assert "no connection" in done[0].lines[0]
    assert done[1].lines[-1] == "not tried: Grafana no longer answers"


# ── own things are kept as declared, and what is fatal blocks ────────────────────────────────────────────────────


def opened_itself(site: Site, uid: str) -> None:
    items = {"items": [{"role": "Viewer", "permission": 1}]}
    site.grafana("POST", f"/api/dashboards/uid/{uid}/permissions", items)


def shared(site: Site, uid: str) -> None:
    site.grafana("POST", f"/api/dashboards/uid/{uid}/public-dashboards", {"isEnabled": True, "share": "public"})


def moved_below_an_open_one(site: Site, _: str) -> None:
    ours = {"token": site.config["grafana_token"]}  # Grafana refuses to move a folder to where one gains rights
    open_one = site.grafana("POST", "/api/folders", {"title": f"open {uuid4().hex[:6]}"}, **ours)["uid"]
    hidden = site.config.prefixed("gendash-admin")
    site.grafana("GET", "/api/access-control/user/permissions?reloadcache=true", **ours)
    site.grafana("POST", f"/api/folders/{hidden}/move", {"parentUid": open_one}, **ours)


def moved_out(site: Site, uid: str) -> None:
    live = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    body = {"dashboard": live, "folderUid": site.config.prefixed("gendash"), "overwrite": True}
    site.grafana("POST", "/api/dashboards/db", body)


@pytest.mark.parametrize("expose", [opened_itself, shared, moved_below_an_open_one, moved_out])
def test_what_makes_an_admin_figure_public_blocks(site: Site, expose: Callable[[Site, str], None]) -> None:
    site.add("overview", board("Overview"))
    uid = site.add("users", board("Users"), admin=True)
    site.apply()
    assert exit_code(site.plan()) == 0
    expose(site, uid)
    assert exit_code(site.plan()) == 1, plan_text(site.plan())
    before = len(versions(site.grafana, uid))
    site.add("users", board("Users", sql="select secret"), admin=True)
    assert exit_code(site.apply(), applied=True) == 1
    assert len(versions(site.grafana, uid)) == before


def test_a_moved_store_and_a_rotated_password_reach_our_data_source(site: Site) -> None:
    site.add("overview", board("Overview"))
    site.apply()
    uid = site.config["datasources.database.uid"]
    values = {**site.config.values, "datasources.database_address": "127.0.0.2:5432", "reader_password": "rotated"}
    site.config = Config(values, site.config.origins)
    change = next(change for change in site.apply() if change.kind == "datasource")
    assert change.action == "update" and "declared '127.0.0.2:5432'" in change.lines[0]
    live = site.grafana("GET", f"/api/datasources/uid/{uid}")
    assert live["url"] == "127.0.0.2:5432" and live["secureJsonFields"] == {"password": True}
    assert {change.action for change in site.plan()} == {"none"}


def test_what_left_the_definitions_is_named_and_pruned_on_demand(site: Site) -> None:
    site.add("overview", board("Overview"))
    gone, edited = site.add("gone", board("Gone")), site.add("edited", board("Edited"))
    site.apply()
    edit(site.grafana, edited, retitle("Mine"))
    del site.boards[gone], site.boards[edited]
    assert only(site.plan(), gone).action == "left" and "--prune" in only(site.plan(), gone).lines[0]
    wanted = replace(site.wanted(), prune=True)
    changes = plan(wanted, observe_grafana(site.config, wanted))
    assert (only(changes, gone).action, only(changes, edited).action) == ("delete", "left")
    target.apply_to_grafana(site.config, wanted, changes, site.state, NOW, print)
    found = {uid: site.grafana.session.get(f"{site.grafana.url}/api/dashboards/uid/{uid}", auth=site.grafana.auth,
             timeout=20).status_code for uid in (gone, edited)}  # fmt: skip
    assert found == {gone: 404, edited: 200}


def test_a_saved_default_of_a_variable_survives_a_new_version(site: Site) -> None:
    every = {"text": "All", "value": "$__all"}
    variable = {"type": "query", "name": "model", "query": "select 1", "current": every, "includeAll": True}
    with_variable = {"templating": {"list": [variable]}}
    uid = site.add("overview", {**board("Overview"), **with_variable})
    site.apply()
    chosen = {"text": "gpt", "value": "gpt"}
    edit(site.grafana, uid, lambda live: live["templating"]["list"][0].update(current=chosen))
    site.add("overview", {**board("Overview", sql="select 2"), **with_variable})
    assert only(site.apply(), uid).action == "update"
    live = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    assert live["templating"]["list"][0]["current"] == chosen


def test_the_first_line_names_server_version_and_organisation(site: Site) -> None:
    observed = observe_grafana(site.config, site.wanted())
    assert re.fullmatch(rf"Grafana [\d.]+ at {site.grafana.url}, organisation 1 'Main Org\.'", observed.server)
    other = Config({**site.config.values, "grafana_org_id": 77}, site.config.origins)
    with pytest.raises(Denied):
        observe_grafana(other, desired(other, {}))


def test_named_teams_may_view_the_admin_folder(site: Site) -> None:
    name = f"SRE {uuid4().hex[:6]}"
    team = site.grafana("POST", "/api/teams", {"name": name})["teamId"]
    site.config = Config({**site.config.values, "access.admin_teams": [name]}, site.config.origins)
    site.add("users", board("Users"), admin=True)
    site.apply()
    rows = site.grafana("GET", f"/api/folders/{site.config.prefixed('gendash-admin')}/permissions")
    assert [(row["teamId"], row["permission"]) for row in rows if row.get("teamId")] == [(team, 1)]
    assert not [row for row in rows if row.get("role")]
    assert {change.action for change in site.plan()} == {"none"}


def test_overwriting_edits_on_purpose_keeps_a_copy(site: Site) -> None:
    uid = site.add("overview", board("Overview"))
    site.apply()
    edit(site.grafana, uid, retitle("Mine"))
    wanted = replace(site.wanted(), overwrite=True)
    changes = plan(wanted, observe_grafana(site.config, wanted))
    target.apply_to_grafana(site.config, wanted, changes, site.state, NOW, print)
    assert {change.action for change in site.plan()} == {"none"}
    (copy,) = (site.state / "backups").rglob(f"{uid}.json")
    assert '"Mine"' in copy.read_text()


def test_a_dashboard_that_was_saved_as_a_newer_resource_is_left_alone(new_grafana: Any, tmp_path: Path) -> None:
    toggles = {"GF_FEATURE_TOGGLES_ENABLE": "dashboardNewLayouts kubernetesDashboards"}
    with new_grafana(toggles) as server:
        config = _config(server, "x", server.token("Admin"))
        boards = {config.dashboard_uid("a"): {**board("a"), "uid": config.dashboard_uid("a")}}
        wanted = desired(config, boards)
        made = plan(wanted, observe_grafana(config, wanted))
        target.apply_to_grafana(config, wanted, made, tmp_path / "state", NOW, print)
        path = f"/apis/dashboard.grafana.app/v2beta1/namespaces/default/dashboards/{config.dashboard_uid('a')}"
        resource = server("GET", path)
        resource["spec"] = {
            "title": "Mine",
            "elements": {},
            "layout": {"kind": "GridLayout", "spec": {"items": []}},
            "timeSettings": {"from": "now-1h", "to": "now"},
        }
        server("PUT", f"{path}?fieldValidation=Ignore", resource)
        wanted = replace(wanted, overwrite=True)
        (change,) = [c for c in plan(wanted, observe_grafana(config, wanted)) if c.kind == "dashboard"]
        assert change.action == "left" and "newer format" in change.lines[0], change
        assert any("panel 'Requests': removed" in line for line in change.lines)
        target.apply_to_grafana(config, wanted, [change], tmp_path / "state", NOW, print)
        assert server("GET", path)["spec"]["title"] == "Mine"


def test_rollback_brings_back_an_earlier_version(site: Site) -> None:
    uid = site.add("overview", board("Overview", sql="select 1"))
    site.apply()
    sleep(1.1)
    moment = datetime.now(UTC)
    sleep(1.1)
    site.add("overview", board("Overview", sql="select 2"))
    site.apply()
    wanted = site.wanted()
    with session(site.config, sleep) as ask:
        histories = {uid: read_versions(ask, uid)}
    target_state, changes = rollback_changes(wanted, observe_grafana(site.config, wanted), histories, moment)
    assert [change.action for change in changes] == ["update"], plan_text(changes)
    target.apply_to_grafana(site.config, target_state, changes, site.state, NOW, print)
    live = site.grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    assert live["panels"][0]["targets"][0]["rawSql"] == "select 1"
    assert only(site.plan(), uid).action == "update", "the definitions are newer, and the version is ours"

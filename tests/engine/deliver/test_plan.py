"""The plan, from what is wanted and what is there; `tests/engine/deliver/test_grafana.py` does the same with a real server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from gendash.engine.config.load import Config, load_config
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.marks import Owner, is_mark, last_own_version, mark
from gendash.engine.deliver.plan import plan
from gendash.engine.deliver.plan_dashboards import overtaken
from gendash.engine.deliver.plan_sources import marked
from gendash.engine.deliver.report import change_as_dict, change_counts, plan_text
from gendash.engine.deliver.state import Desired, LiveDashboard, ObservedGrafana, desired
from gendash.engine.render.dashboard_diff import stamp

SOURCE = {"type": "grafana-postgresql-datasource", "uid": "gendash-postgres"}
UID = "gendash-overview"
SECRETS = {
    "GENDASH_DATABASE_URL": "postgresql://owner:owner-secret@db.example/store",
    "GENDASH_READER_PASSWORD": "reader-secret",
}


def config(yaml: str = "", **environ: str) -> Config:
    return load_config(yaml, environ={**SECRETS, **environ})


def board(title: str = "Requests", **more: Any) -> dict[str, Any]:
    panel = {"id": 11, "type": "stat", "title": title, "datasource": SOURCE, "targets": [{"refId": "A", "rawSql": "1"}]}
    return {"uid": UID, "title": "Overview", "tags": ["gendash"], "panels": [panel], **more}


def want(title: str = "Requests", admin: bool = False) -> Desired:
    return desired(config(), {UID: board(title)}, [UID] if admin else [])


def seen(live: LiveDashboard | str | None = None, **more: Any) -> ObservedGrafana:
    """A server on which all but the dashboard is as it should be."""
    folders = {
        "gendash": {"uid": "gendash", "title": "Agent platform"},
        "gendash-admin": {"uid": "gendash-admin", "title": "Agent platform (admin)"},
    }
    parts: dict[str, Any] = {
        "dashboards": {UID: live},
        "folders": folders,
        "permissions": {"gendash-admin": []},
        "datasources": [marked(source, want()) for source in want().datasources],
        "rights": frozenset({"folders:create", "dashboards:create", "datasources:create"}),
    }
    return ObservedGrafana(**{**parts, **more})


def version(number: int, title: str, message: str, who: str = "sa-gendash") -> dict[str, Any]:
    when = f"2026-11-23T10:0{number}:00Z"
    return {"version": number, "message": message, "createdBy": who, "created": when, "data": stamp(board(title))}


def live(title: str, *history: dict[str, Any], **more: Any) -> LiveDashboard:
    """A dashboard with its history, newest first; its stamp is the one of our newest version."""
    base = next((v["data"] for v in history if is_mark(v["message"])), stamp(board(title)))
    now = {**board(title), "templating": base["templating"], **more.pop("dashboard", {})}
    number = history[0]["version"] if history else 1
    meta = {"version": number, "folderUid": "gendash", "updatedBy": "alice", "updated": "2026-11-23T10:05:00Z", **more}
    return LiveDashboard(now, meta, history)


OURS = mark("0123456789ab", Owner(), "gendash")


def of_dashboard(changes: list[Change]) -> Change:
    return next(change for change in changes if change.kind == "dashboard")


def one(wanted: Desired, there: LiveDashboard | str | None, **more: Any) -> Change:
    return of_dashboard(plan(wanted, seen(there, **more)))


def test_on_an_empty_server_everything_is_created_in_the_order_in_which_it_is_needed() -> None:
    nothing = seen(None, folders={}, permissions={}, datasources=[])
    changes = plan(want(admin=True), nothing)
    assert [(c.kind, c.name, c.action) for c in changes] == [
        ("folder", "gendash-admin", "create"),
        ("permission", "gendash-admin", "update"),
        ("datasource", "gendash-postgres", "create"),
        ("dashboard", UID, "create"),
    ]
    assert all(change.target == "grafana" for change in changes)


def test_a_new_dashboard_is_sent_with_folder_and_mark_and_never_overwrites() -> None:
    change = one(want(), None)
    body = change.payload
    assert body["overwrite"] is False and body["folderUid"] == "gendash" and is_mark(body["message"])
    assert "version" not in body["dashboard"] and "id" not in body["dashboard"]
    assert change.lines == ("1 panel in folder gendash",)


def test_where_all_is_as_it_should_be_the_plan_is_empty() -> None:
    changes = plan(want(), seen(live("Requests")))
    assert {change.action for change in changes} == {"none"}
    assert plan_text(changes) == "nothing to do, 3 unchanged"


def test_a_version_of_ours_is_updated_with_the_version_that_was_read() -> None:
    change = one(want("Better"), live("Requests", version(4, "Requests", OURS)))
    assert change.action == "update" and change.base == 4
    assert change.payload["dashboard"]["version"] == 4
    assert change.lines == ('panel \'Requests\': title "Requests" -> "Better"',)
    assert change.before is not None and change.before["dashboard"]["panels"][0]["title"] == "Requests"


def test_an_edit_is_left_alone_and_named_with_author_time_message_and_field() -> None:
    there = live("Theirs", version(5, "Theirs", "shorter", "alice"), version(4, "Requests", OURS))
    change = one(want("Better"), there)
    assert change.action == "left" and not change.payload
    assert change.lines[:3] == (
        "edited since our version 4; left alone",
        'version 5 by alice, 2026-11-23 10:05:00 UTC: "shorter"',
        'they changed panel \'Requests\': title "Requests" -> "Theirs"',
    )


def test_an_edit_that_the_definition_says_too_is_not_in_the_way() -> None:
    there = live("Theirs", version(5, "Theirs", "", "alice"), version(4, "Requests", OURS))
    wanted = desired(config(), {UID: board("Theirs", description="new")})
    assert one(wanted, there).action == "update"


def test_a_save_without_an_edit_is_not_in_the_way() -> None:
    there = live("Requests", version(5, "Requests", "", "alice"), version(4, "Requests", OURS))
    assert one(want("Better"), there).action == "update"


def test_a_version_of_ours_that_an_older_page_overtook_is_noticed() -> None:
    old, new = version(4, "Old", OURS), version(5, "Requests", OURS)
    there = live("Old", version(6, "Old", "", "alice"), new, old, dashboard={"templating": old["data"]["templating"]})
    change = one(want("Requests"), there)
    assert change.action == "left"
    assert any(line.startswith("our version 5 was overtaken: this came from an older one") for line in change.lines)


def test_another_instance_s_mark_is_not_ours() -> None:
    history = [version(4, "Requests", mark("0123456789ab", Owner("dev"), "dev-gendash")), version(3, "Requests", OURS)]
    found = last_own_version(history, Owner())
    assert found and found[0]["version"] == 3
    found = last_own_version(history, Owner("dev"))
    assert found and (found[0]["version"], found[1]) == (4, "dev-gendash")
    assert last_own_version(history, Owner("prod")) is None


@pytest.mark.parametrize("message", ["", None, "gendash", "gendash: restores version 3", "see gendash: 0123456789ab"])
def test_a_message_that_is_not_a_mark(message: Any) -> None:
    assert not is_mark(message)
    assert is_mark(mark("0123456789ab", Owner("dev"), "dev-gendash"))


def test_without_history_the_stamp_says_whether_it_is_what_we_wrote() -> None:
    assert one(want("Better"), live("Requests")).action == "update"


def test_without_history_an_edit_is_named_where_the_stamp_says_what_stood_there() -> None:
    edited = live("Theirs", dashboard={"templating": stamp(board("Requests"))["templating"]})
    change = one(want("Requests"), edited)
    assert change.action == "left"
    assert 'they changed panel \'Requests\': title "Requests" -> "Theirs"' in change.lines


def test_without_history_and_with_another_stamp_it_is_left_alone() -> None:
    edited = live("Theirs", dashboard={"templating": stamp(board("Older"))["templating"]})
    change = one(want("Requests"), edited)
    assert change.action == "left" and "which the history no longer holds" in change.lines[0]


def test_our_tag_alone_is_a_base_unknown() -> None:
    change = one(want("Better"), live("Requests", dashboard={"templating": {"list": []}}))
    assert change.action == "left" and change.lines[0].startswith("base unknown")
    assert "by alice, 2026-11-23 10:05:00 UTC" in change.lines[1]


def test_a_dashboard_without_tag_stamp_and_mark_is_foreign() -> None:
    change = one(want("Better"), live("Requests", dashboard={"templating": {"list": []}, "tags": []}))
    assert change.action == "left" and change.lines[0].startswith("not ours")


def test_a_dashboard_that_was_moved_by_hand_is_left_alone() -> None:
    there = live("Requests", version(4, "Requests", OURS), folderUid="other", folderTitle="Other")
    change = one(want("Requests"), there)
    assert change.action == "left" and "moved to folder 'Other' by hand" in change.lines[0]


def test_a_dashboard_whose_folder_changed_in_the_settings_is_moved() -> None:
    change = one(want(admin=True), live("Requests", version(4, "Requests", OURS)))
    assert change.action == "update" and change.payload["folderUid"] == "gendash-admin"
    assert change.lines == ("moved from folder gendash to gendash-admin",)


def test_a_dashboard_from_a_file_is_left_alone() -> None:
    there = live("Requests", version(4, "Requests", OURS), provisioned=True, provisionedExternalId="x.json")
    assert "comes from x.json by file provisioning" in one(want("Better"), there).lines[0]


def test_what_the_token_may_not_see_or_save_is_said() -> None:
    assert one(want(), "is there, but hidden").lines == ("is there, but hidden",)
    there = live("Requests", version(4, "Requests", OURS), canSave=False)
    assert "not save it" in one(want("Better"), there).lines[0]
    viewer = one(want(), None, rights=frozenset({"folders:read"}))
    assert viewer.action == "blocked" and "may not save dashboards" in viewer.lines[-1]
    assert one(want(), None, rights=None).action == "create", "unknown rights are tried"


def test_without_its_folder_a_dashboard_waits() -> None:
    changes = plan(want(), seen(None, folders={}, rights=frozenset({"dashboards:create"})))
    assert [(c.kind, c.action) for c in changes if c.kind != "datasource"] == [
        ("folder", "blocked"),
        ("dashboard", "blocked"),
    ]
    assert "waits for folder gendash" in changes[-1].lines[-1]


def test_a_data_source_that_cannot_be_created_is_named_with_the_file_that_does_it() -> None:
    changes = plan(want(), seen(live("Requests"), datasources=[], rights=frozenset()))
    source = next(change for change in changes if change.kind == "datasource")
    assert source.action == "blocked" and not source.payload
    assert "provisioning/datasources/gendash.yaml" in source.lines[-1]
    hidden = plan(want(), seen(live("Requests"), datasources="403 Access denied"))
    assert "cannot be seen (403 Access denied)" in next(c for c in hidden if c.kind == "datasource").lines[-1]


def test_a_data_source_without_an_address_waits_for_the_store_s_url() -> None:
    wanted = desired(load_config("", environ={}), {UID: board()})
    source = next(c for c in plan(wanted, seen(live("Requests"), datasources=[])) if c.kind == "datasource")
    assert source.action == "blocked" and "GENDASH_DATABASE_URL" in source.lines[-1]


def test_a_data_source_that_differs_is_reported_key_by_key() -> None:
    there = {**want().datasources[0], "user": "someone", "jsonData": {"database": "other", "sslmode": "require"}}
    changes = plan(want(), seen(live("Requests"), datasources=[there]))
    source = next(change for change in changes if change.kind == "datasource")
    assert source.action == "left"
    assert [line.partition(" is ")[0] for line in source.lines] == [
        "user",
        "jsonData.database",
        "jsonData.maxOpenConns",
        "jsonData.connMaxLifetime",
        "jsonData.postgresVersion",
    ]


def test_a_data_source_is_wanted_only_where_a_dashboard_uses_it() -> None:
    assert [source["uid"] for source in want().datasources] == ["gendash-postgres"]


def test_the_admin_data_source_comes_with_a_warning() -> None:
    source = {"type": "grafana-postgresql-datasource", "uid": "gendash-postgres-admin"}
    panel = {"id": 1, "type": "table", "title": "People", "datasource": source}
    wanted = desired(config(), {UID: board(panels=[panel])}, [UID])
    change = next(c for c in plan(wanted, seen(None, datasources=[])) if c.kind == "datasource")
    assert change.action == "create" and any("every Viewer" in line for line in change.lines)


def test_an_open_admin_folder_is_finished_while_it_is_empty_and_only_reported_later() -> None:
    rows = [{"role": "Viewer", "permission": 1}]
    empty = plan(want(admin=True), seen(None, permissions={"gendash-admin": rows}))
    assert [c.action for c in empty if c.kind == "permission"] == ["update"]
    used = live("Requests", version(4, "Requests", OURS), folderUid="gendash-admin")
    later = plan(want(admin=True), seen(used, permissions={"gendash-admin": rows}))
    assert [c.action for c in later if c.kind == "permission"] == ["blocked"]
    closed = plan(replace(want(admin=True), overwrite=True), seen(used, permissions={"gendash-admin": rows}))
    assert [c.action for c in closed if c.kind == "permission"] == ["update"]
    unknown = plan(want(admin=True), seen(used, permissions={"gendash-admin": None}))
    assert [c.action for c in unknown if c.kind == "permission"] == ["left"]


def test_a_folder_that_the_token_cannot_see_is_made_only_where_nothing_of_ours_is_hidden_in_it() -> None:
    unseen = {"gendash-admin": "403 Access denied"}
    maybe = plan(want(admin=True), seen(None, folders=unseen))
    assert [(c.kind, c.action) for c in maybe][:2] == [("folder", "create"), ("permission", "update")]
    there = plan(want(admin=True), seen("is there, but hidden", folders=unseen))
    assert [(c.kind, c.action) for c in there if c.kind != "datasource"] == [
        ("folder", "left"),
        ("dashboard", "blocked"),
    ]


NESTED = {"gendash-admin": {"title": "Agent platform (admin)", "parentUid": "top", "parents": [{"uid": "top"}]}}


@pytest.mark.parametrize(("rows", "action"), [([{"role": "Viewer", "permission": 1}], "blocked"), ([], "none")])
def test_an_admin_folder_below_one_that_others_can_open_blocks(rows: list[dict[str, Any]], action: str) -> None:
    permissions = {"gendash-admin": [], "top": rows}
    changes = plan(want(admin=True), seen(None, folders=NESTED, permissions=permissions))
    assert changes[0].action == action
    waits = of_dashboard(changes)
    assert waits.action == ("blocked" if action == "blocked" else "create")
    if action == "blocked":
        assert "is inside folder top, whose readers see it too" in changes[0].lines[0]
        moved = plan(
            replace(want(admin=True), overwrite=True), seen(None, folders=NESTED, permissions=permissions, rights=None)
        )
        assert moved[0].action == "update" and moved[0].payload == {"parentUid": ""}


def test_an_instance_prefixes_folders_titles_and_marks() -> None:
    wanted = desired(config("instance: dev\n"), {"dev-gendash-overview": board()})
    assert [(place.uid, place.title) for place in wanted.folders] == [("dev-gendash", "Agent platform (dev)")]
    nothing = ObservedGrafana({}, {}, {}, [], None)
    change = of_dashboard(plan(wanted, nothing))
    assert " instance=dev folder=dev-gendash" in change.payload["message"]


def test_a_save_between_plan_and_apply_is_told_with_its_author() -> None:
    change = one(want("Better"), live("Requests", version(4, "Requests", OURS)))
    there = live("Theirs", version(5, "Theirs", "", "alice"), version(4, "Requests", OURS))
    result = overtaken(change, one(want("Better"), there), there)
    assert result.action == "left"
    assert result.lines[0].startswith("changed between plan and apply, nothing was written: version 5 by alice")
    now = live("Better", version(5, "Better", OURS))
    same = overtaken(change, one(want("Better"), now), now)
    assert same.action == "none", "somebody else applied the same"


def test_a_plan_can_be_read_by_people_and_machines_and_holds_no_secret() -> None:
    there = live("Theirs", version(5, "Theirs", "", "alice"), version(4, "Requests", OURS))
    changes = plan(want("Better"), seen(there, datasources=[]))
    shown = plan_text(changes)
    assert shown.splitlines()[0] == '+ grafana datasource gendash-postgres "gendash PostgreSQL"'
    assert f'? grafana dashboard {UID} "Overview"' in shown
    assert shown.splitlines()[-1] == change_counts(changes) == "1 to create, 1 left to a person, 1 unchanged"
    machine = json.dumps([change_as_dict(change) for change in changes])
    for secret in ("reader-secret", "owner-secret"):
        assert secret not in shown + machine + repr(changes)
    assert json.loads(machine)[-1]["action"] == "left"


def test_planning_twice_gives_the_same_plan() -> None:
    there = seen(live("Requests", version(4, "Requests", OURS)))
    assert plan(want("Better"), there) == plan(want("Better"), there)

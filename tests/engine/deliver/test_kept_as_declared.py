"""Own things are kept as declared, what leaves the definitions is named, and whatever is fatal blocks. On a double."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gendash.engine.deliver.changes import Change, exit_code
from gendash.engine.deliver.marks import Owner, mark, owner_of

New = Callable[..., Any]


def of(changes: list[Change], kind: str, name: str = "") -> Change:
    return next(change for change in changes if change.kind == kind and name in change.name)


def settled(site: Any) -> None:
    assert {change.action for change in site.plan()} == {"none"}


# ── data sources ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_moved_store_moves_our_data_source(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.apply()
    site.text = "datasources: {database_address: 'new.example:5432'}\n"
    change = of(site.plan(), "datasource")
    assert change.action == "update"
    assert change.lines[0] == "url is '127.0.0.1:5432' in Grafana, declared 'new.example:5432'"
    assert exit_code(site.apply(), applied=True) == 0
    assert site.double.datasources["gendash-postgres"]["url"] == "new.example:5432"
    settled(site)


def test_a_data_source_of_ours_that_a_person_edited_is_left_until_overwriting_is_asked_for(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.apply()
    site.double.datasources["gendash-postgres"]["user"] = "somebody"
    change = of(site.apply(), "datasource")
    assert change.action == "left" and "edited in Grafana" in change.lines[0]
    assert exit_code([change]) == 4
    site.more["overwrite"] = True
    assert of(site.apply(), "datasource").action == "update"
    assert site.double.datasources["gendash-postgres"]["user"] == "gendash_reader"


def test_a_rotated_password_is_noticed_by_its_digest(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.more |= {"secrets": {"gendash-postgres": "old"}, "written": {}}
    site.apply()
    site.more["written"] = {"gendash-postgres": "old"}
    settled(site)
    site.more["secrets"] = {"gendash-postgres": "new"}
    site.environ["GENDASH_READER_PASSWORD"] = "rotated"
    change = of(site.plan(), "datasource")
    assert (change.action, change.lines) == ("update", ("the password changed",))
    site.apply()
    assert site.double.datasources["gendash-postgres"]["secureJsonData"] == {"password": "rotated"}


def test_without_a_store_the_password_is_written_each_time_and_the_plan_stays_empty(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.more |= {"secrets": {"gendash-postgres": "?"}, "written": None}
    site.apply()
    site.environ["GENDASH_READER_PASSWORD"] = "rotated"
    change = of(site.plan(), "datasource")
    assert change.action == "none" and "no store remembers" in change.lines[0]
    site.apply()
    assert site.double.datasources["gendash-postgres"]["secureJsonData"] == {"password": "rotated"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"type": "graphite", "name": "theirs"}, "taken by a data source of type graphite"),
        (
            {"type": "postgres", "name": "gendash PostgreSQL", "jsonData": {"madeBy": "gendash emea"}},
            "belongs to another installation of gendash (instance emea)",
        ),
    ],
)
def test_a_foreign_data_source_at_our_uid_blocks(installation: New, source: dict[str, Any], words: str) -> None:
    site = installation()
    site.add("overview")
    site.double.datasources["gendash-postgres"] = {"uid": "gendash-postgres", "url": "x", "jsonData": {}, **source}
    change = of(site.apply(), "datasource")
    assert change.action == "blocked" and words in change.lines[0] and exit_code([change]) == 1


def test_missing_data_sources_that_the_token_may_not_make_block(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.double.rights = ["folders:create", "dashboards:create"]
    assert of(site.apply(), "datasource").action == "blocked"
    assert exit_code(site.plan()) == 1


# ── instances and projects ───────────────────────────────────────────────────────────────────────────────────────


def test_an_instance_has_data_sources_of_its_own(installation: New) -> None:
    one, two = installation(), installation("instance: emea\n", GENDASH_DATABASE_URL="postgresql://o@emea.example/s")
    for site in (one, two):
        site.add("overview")
        assert {change.action for change in site.apply()} == {"create"}
    assert two.config["datasources.database.uid"] == "emea-gendash-postgres"
    assert site.double.datasources["gendash-postgres"]["url"] == "127.0.0.1:5432"
    assert site.double.datasources["emea-gendash-postgres"]["url"] == "emea.example:5432"
    assert site.double.datasources["emea-gendash-postgres"]["name"] == "gendash PostgreSQL (emea)"
    settled(one)
    settled(two)


def test_a_project_by_its_setting_prefixes_uids_names_and_marks(installation: New) -> None:
    site = installation("project: shop\ninstance: dev\n")
    uid = site.add("overview")
    site.apply()
    assert uid == "shop-dev-gendash-overview"
    assert set(site.double.folders) == {"shop-dev-gendash"} and set(site.double.datasources) == {
        "shop-dev-gendash-postgres"
    }
    message = site.double.dashboards[uid]["versions"][0]["message"]
    assert owner_of(message) == (Owner("dev", "shop"), "shop-dev-gendash")


def test_two_projects_without_names_do_not_overwrite_each_other(installation: New) -> None:
    one, two = installation(), installation()
    for site, project in ((one, "aaaa1111"), (two, "bbbb2222")):
        site.more["owner"] = Owner("", project)
        site.add("overview", sql=f"select '{project}'")
    one.apply()
    done = two.apply()
    assert {(change.kind, change.action) for change in done} == {
        ("folder", "none"),
        ("datasource", "blocked"),
        ("dashboard", "blocked"),
    }
    assert "another project wrote it last (project aaaa1111)" in of(done, "dashboard").lines[0]
    settled(one)
    two.more["overwrite"] = True
    assert of(two.apply(), "dashboard").action == "update"


def test_a_mark_without_a_project_fits_every_project() -> None:
    old = owner_of(mark("0123456789ab", Owner("dev"), "f"))
    assert old and old[0].fits(Owner("dev", "shop")) and not old[0].fits(Owner("prod", "shop"))


# ── folders and who may open them ────────────────────────────────────────────────────────────────────────────────


def test_a_folder_gets_the_title_and_the_place_of_the_settings(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.apply()
    site.double.folders["top"] = {"uid": "top", "title": "Top"}
    site.text = "folders: {everyone: {title: Agents, parent: top}}\n"
    change = of(site.plan(), "folder")
    assert change.action == "update" and "renamed to 'Agents'" in change.lines[0]
    site.apply()
    found = site.double.folders["gendash"]
    assert (found["title"], found["parentUid"]) == ("Agents", "top")
    settled(site)


def test_named_teams_may_view_the_admin_folder_and_a_missing_one_blocks(installation: New) -> None:
    site = installation("access: {admin_teams: [SRE]}\n")
    uid = site.add("users", admin=True)
    done = site.apply()
    assert of(done, "permission").action == "blocked" and "no team SRE" in of(done, "permission").lines[-1]
    assert uid not in site.double.dashboards, "it would be open until somebody made the team"
    site.double.teams["SRE"] = 5
    site.apply()
    assert site.double.permissions["gendash-admin"] == [{"teamId": 5, "permission": 1}]
    settled(site)


def opened(site: Any) -> None:
    site.double.permissions["gendash-admin"] = [{"role": "Viewer", "permission": 1}]


def opened_itself(site: Any) -> None:
    site.double.permissions[site.uid("users")] = [{"role": "Editor", "permission": 1}]


def shared(site: Any) -> None:
    site.double.public.add(site.uid("users"))


def moved_below_an_open_one(site: Any) -> None:
    site.double.folders["open"] = {"uid": "open", "title": "Open"}
    site.double.permissions["open"] = [{"role": "Viewer", "permission": 1}]
    site.double.folders["gendash-admin"]["parentUid"] = "open"


def moved_out(site: Any) -> None:
    site.double.dashboards[site.uid("users")]["folder"] = "gendash"


@pytest.mark.parametrize("expose", [opened, opened_itself, shared, moved_below_an_open_one, moved_out])
def test_what_makes_an_admin_figure_public_blocks_and_nothing_new_is_written_there(
    installation: New, expose: Callable[[Any], None]
) -> None:
    site = installation()
    site.add("overview")
    users = site.add("users", admin=True)
    site.apply()
    expose(site)
    assert exit_code(site.plan()) == 1
    site.add("users", sql="select secret", admin=True)
    done = site.apply()
    assert exit_code(done, applied=True) == 1
    assert len(site.double.dashboards[users]["versions"]) == 1
    assert any(change.action == "blocked" and change.kind != "dashboard" for change in done) or expose is moved_out


def test_rows_of_people_in_an_admin_folder_are_no_exposure(installation: New) -> None:
    site = installation()
    site.add("users", admin=True)
    site.apply()
    site.double.permissions["gendash-admin"] = [{"userId": 3, "permission": 1}]
    settled(site)


# ── what left the definitions ────────────────────────────────────────────────────────────────────────────────────


def test_what_left_the_definitions_is_named_and_removed_only_when_asked(installation: New) -> None:
    site = installation()
    site.add("overview")
    gone = site.add("users")
    site.apply()
    del site.boards["users"]
    left = of(site.apply(), "dashboard", "users")
    assert left.action == "left" and "remove it with --prune" in left.lines[0] and gone in site.double.dashboards
    assert exit_code(site.plan()) == 4
    site.more["prune"] = True
    assert exit_code(site.plan()) == 3
    assert of(site.apply(), "dashboard", "users").action == "delete"
    assert gone not in site.double.dashboards
    assert (site.state / "backups").rglob(f"{gone}.json")
    settled(site)


def test_pruning_leaves_edits_foreign_dashboards_and_other_installations(installation: New) -> None:
    site, other = installation(), installation("instance: dev\n")
    site.add("overview")
    edited = site.add("users")
    other.add("users")
    site.apply()
    other.apply()
    site.double.edit(edited, lambda board: board.update(description="mine"))
    foreign = {"uid": "gendash-theirs", "title": "Theirs", "tags": ["gendash"], "panels": []}
    site.double.save(foreign, "gendash", "by hand", "bob")
    del site.boards["users"]
    site.more["prune"] = True
    change = of(site.apply(), "dashboard", "users")
    assert change.action == "left" and "alice edited it" in change.lines[-1]
    assert set(site.double.dashboards) == {"gendash-overview", edited, "gendash-theirs", "dev-gendash-users"}


def test_a_data_source_that_nothing_reads_any_more_is_pruned(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.apply()
    name = site.config["datasources.database.uid"]
    site.text = "datasources: {database: {uid: other, name: other}}\n"
    site.add("overview")
    site.more["prune"] = True
    done = site.apply()
    assert of(done, "datasource", name).action == "delete" and set(site.double.datasources) == {"other"}
    settled(site)


def test_one_dashboard_alone_names_no_orphans(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.add("users", sql="select 2")
    site.apply()
    site.add("overview", sql="select 3")
    del site.boards["users"]
    site.more["partial"] = True
    assert {(c.kind, c.name, c.action) for c in site.apply() if c.action != "none"} == {
        ("dashboard", "gendash-overview", "update")
    }


# ── edits and saved choices ──────────────────────────────────────────────────────────────────────────────────────


def variable(query: str, **more: Any) -> dict[str, Any]:
    every = {"text": "All", "value": "$__all"}
    return {"list": [{"type": "query", "name": "model", "query": query, "current": every, **more}]}


def test_a_saved_default_of_a_variable_survives_while_the_variable_is_the_same(installation: New) -> None:
    site = installation()
    uid = site.add("overview", templating=variable("select 1"))
    site.apply()
    chosen = {"text": "gpt", "value": "gpt"}
    site.double.edit(uid, lambda board: board["templating"]["list"][0].update(current=chosen))
    site.add("overview", sql="select 2", templating=variable("select 1"))
    assert of(site.apply(), "dashboard").action == "update"
    assert site.double.live(uid)["templating"]["list"][0]["current"] == chosen
    site.add("overview", sql="select 3", templating=variable("select other"))
    site.apply()
    assert site.double.live(uid)["templating"]["list"][0]["current"]["text"] == "All"


def test_overwriting_edits_keeps_a_copy(installation: New) -> None:
    site = installation()
    uid = site.add("overview")
    site.apply()
    site.double.edit(uid, lambda board: board.update(description="theirs"))
    site.add("overview", sql="select 2")
    assert of(site.apply(), "dashboard").action == "left"
    site.more["overwrite"] = True
    assert of(site.apply(), "dashboard").action == "update"
    (copy,) = (site.state / "backups").rglob(f"{uid}.json")
    assert '"theirs"' in copy.read_text()


def test_a_panel_made_a_library_panel_is_named_in_one_line(installation: New) -> None:
    site = installation()
    uid = site.add("overview")
    site.apply()

    def to_library(board: dict[str, Any]) -> None:
        board["panels"][0] = {"id": 11, "gridPos": board["panels"][0]["gridPos"], "libraryPanel": {"uid": "lib"}}

    site.double.edit(uid, to_library)
    lines = of(site.plan(), "dashboard").lines
    assert sum("they" in line for line in lines) == 1 and "a library panel" in " ".join(lines)


def test_the_worst_of_blocked_left_and_pending_gives_the_exit_code() -> None:
    def change(action: Any) -> Change:
        return Change("grafana", "dashboard", "x", action)

    assert exit_code([change("none")]) == 0
    assert exit_code([change("update")]) == 3 and exit_code([change("update")], applied=True) == 0
    assert exit_code([change("update"), change("left")]) == 4
    assert exit_code([change("left"), change("blocked"), change("update")]) == 1

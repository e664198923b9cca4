"""The twelve kinds of trouble that delivery once had (G1 to G12), each with the right value: on Grafana and on the double.

A proxy in front of either plays what servers before Grafana do. What people do goes to Grafana directly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from front import Front, front_of
from grafana_double import Double
from installation import Installation

from gendash.cli import cli
from gendash.engine.clients.grafana import wait_for_grafana
from gendash.engine.config.load import Config, load_config
from gendash.engine.deliver import uninstall_grafana
from gendash.engine.deliver.changes import Change, exit_code
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.errors import ConfigError, Denied, TargetError, Unexpected
from gendash.engine.render.provisioning import declared_data_sources, secrets

Board = dict[str, Any]
WRITES = ("POST", "PUT", "DELETE")


@dataclass
class Own(Installation):
    """An installation that asks through the proxy."""

    front: Front = field(default_factory=lambda: Front(""))
    token: str = "glsa_secret"
    instance: str = ""

    @property
    def config(self) -> Config:
        environ = {
            "GENDASH_GRAFANA_URL": self.front.url,
            "GENDASH_GRAFANA_TOKEN": self.token,
            "GENDASH_DATABASE_URL": "postgresql://owner:owner-secret@127.0.0.1:5432/store",
            "GENDASH_READER_PASSWORD": "reader-secret",
        }
        return load_config(f"instance: {self.instance}\n{self.text}", environ={**environ, **self.environ})


@dataclass
class World:
    """A Grafana behind a proxy: ``api`` is a person's way in, ``new`` makes an installation."""

    kind: str
    front: Front
    auth: tuple[str, str]
    token: Callable[[str], str]
    state: Path
    double: Any = None
    made: list[Own] = field(default_factory=list)

    def new(self, text: str = "", instance: str = "", role: str = "Admin", **environ: str) -> Own:
        names = instance or f"g{uuid4().hex[:6]}"
        own = Own(self.double, self.state, text, environ, front=self.front, token=self.token(role), instance=names)
        self.made.append(own)
        return own

    def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.front.behind}/api{path}", json=body, auth=self.auth, timeout=20)
        return answer.json() if answer.status_code < 400 else None

    def edit(self, uid: str, change: Callable[[Board], Any]) -> None:
        """Saves a dashboard as a person would."""
        live = self.api("GET", f"/dashboards/uid/{uid}")
        change(live["dashboard"])
        body = {"dashboard": live["dashboard"], "folderUid": live["meta"]["folderUid"], "message": "mine"}
        assert self.api("POST", "/dashboards/db", body)

    def live(self, uid: str) -> Board:
        found: Board = self.api("GET", f"/dashboards/uid/{uid}")["dashboard"]
        return found


@pytest.fixture(params=["double", pytest.param("grafana", marks=pytest.mark.grafana)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Grafana, or its double, behind a proxy that does nothing until it is asked to."""
    state = tmp_path / "state"
    if request.param == "double":
        double = Double()
        server = double.run()
        with front_of(double.url) as front:
            yield World("double", front, ("a", "b"), lambda _: "glsa_secret", state, double)
        server.shutdown()
        server.server_close()
        return
    grafana = request.getfixturevalue("grafana")
    with front_of(grafana.url) as front:
        found = World("grafana", front, grafana.auth, grafana.token, state)
        yield found
    for own in found.made:
        for folder in ("gendash", "gendash-admin"):
            found.api("DELETE", f"/folders/{own.config.prefixed(folder)}")
        for key in ("database", "admin", "prometheus"):
            found.api("DELETE", f"/datasources/uid/{own.config[f'datasources.{key}.uid']}")


def of(changes: list[Change], kind: str, name: str = "") -> Change:
    return next(change for change in changes if change.kind == kind and name in change.name)


def is_done(changes: list[Change]) -> bool:
    return {change.action for change in changes} <= {"create", "update", "none"}


def is_there(world: World, own: Own) -> list[str]:
    """What of an installation is in Grafana."""
    paths = [f"/folders/{own.config.prefixed('gendash')}", f"/datasources/uid/{own.config['datasources.database.uid']}"]
    paths += [f"/dashboards/uid/{own.uid(name)}" for name in own.boards]
    return [path for path in paths if world.api("GET", path)]


# ── G1: redirects ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_g1_a_redirected_write_is_not_done_and_not_reported_as_done(world: World, status: int) -> None:
    own = world.new()
    own.add("overview")
    changes = own.plan()
    world.front.faults.append(lambda method, path: (status, f"-> /grafana{path}") if method in WRITES else None)
    done = own.apply(changes)
    assert {change.action for change in done} == {"blocked"} and exit_code(done, applied=True) == 1
    assert f"HTTP {status}" in done[0].lines[0] and "/grafana" in done[0].lines[0]
    assert not is_there(world, own)


def test_g1_where_the_first_read_is_led_is_named(world: World) -> None:
    own = world.new()
    world.front.faults.append(lambda _, path: (301, f"-> /grafana{path}"))
    with pytest.raises(Unexpected, match=f"set grafana_url to {world.front.url}/grafana"):
        own.plan()


def test_g1_nothing_counts_as_removed_behind_a_redirect(world: World) -> None:
    own = world.new()
    own.add("overview")
    assert is_done(own.apply())
    before = is_there(world, own)
    removals = uninstall_grafana.find_in_grafana(own.config)
    world.front.faults.append(lambda method, _: (302, "-> /login") if method in WRITES else None)
    with pytest.raises(TargetError):
        uninstall_grafana.remove_from_grafana(own.config, removals, lambda _: None)
    assert is_there(world, own) == before


def test_g1_a_save_that_was_made_and_answered_with_500_is_reported_as_made(world: World) -> None:
    """As Grafana does where a dashboard has a library panel that there is not."""
    own = world.new()
    uid = own.add("overview")
    world.front.once(("after", (500, {"message": "library element could not be found"})), "POST", "/api/dashboards/db")
    made = of(own.apply(), "dashboard")
    assert made.action == "create" and "it is there, although the answer was: 500 library" in made.lines[-1], made
    assert len(world.api("GET", f"/dashboards/uid/{uid}/versions")["versions"]) == 1


# ── G2: two installations ────────────────────────────────────────────────────────────────────────────────────────


def test_g2_an_instance_reads_its_own_data_and_two_of_them_meet_nowhere(world: World) -> None:
    one, two = world.new(), world.new(GENDASH_DATABASE_URL="postgresql://owner@emea.example:5432/store")
    uids = [own.add("overview") for own in (one, two)]
    assert is_done(one.apply()) and is_done(two.apply())
    for own, uid, address in zip((one, two), uids, ("127.0.0.1:5432", "emea.example:5432"), strict=True):
        (used,) = {panel["datasource"]["uid"] for panel in world.live(uid)["panels"]}
        assert world.api("GET", f"/datasources/uid/{used}")["url"] == address
        assert {change.action for change in own.plan()} == {"none"}


def test_g2_a_second_project_of_the_same_instance_is_blocked(world: World) -> None:
    one = world.new("project: red\n")
    two = world.new("project: red\n", one.instance)
    for own, sql in ((one, "select 1"), (two, "select 2")):
        own.add("overview", sql=sql)
    assert is_done(one.apply())
    (uid,) = one.wanted().dashboards
    two.more["owner"] = two.wanted().owner._replace(project="blue")
    blocked = of(two.apply(), "dashboard")
    assert blocked.action == "blocked" and "another project wrote it last" in blocked.lines[0]
    assert world.live(uid)["panels"][0]["targets"][0]["rawSql"] == "select 1"


# ── G3, G4: what blocks, and codes ───────────────────────────────────────────────────────────────────────────────


def test_g3_a_data_source_of_another_kind_blocks(world: World) -> None:
    own = world.new()
    own.add("overview")
    uid = own.config["datasources.database.uid"]
    source = {"uid": uid, "name": f"theirs {uid}", "type": "graphite", "access": "proxy", "url": "http://x.example"}
    assert world.api("POST", "/datasources", source)
    done = own.apply()
    assert of(done, "datasource").action == "blocked" and "graphite" in of(done, "datasource").lines[0]
    assert exit_code(done, applied=True) == 1


def test_g3_missing_data_sources_that_the_token_may_not_make_block(world: World) -> None:
    own = world.new(role="Editor")
    if world.double:
        world.double.rights = ["folders:create", "dashboards:create"]
    own.add("overview")
    done = own.apply()
    assert of(done, "datasource").action == "blocked" and exit_code(done, applied=True) == 1


def test_g3_an_admin_folder_that_others_may_open_blocks_and_gets_nothing_new(world: World) -> None:
    own = world.new()
    uid = own.add("users", admin=True)
    assert is_done(own.apply())
    folder = own.config.prefixed("gendash-admin")
    world.api("POST", f"/access-control/folders/{folder}/builtInRoles/Viewer", {"permission": "View"})
    own.add("users", admin=True, sql="select 2")
    second = own.add("costs", admin=True)
    done = own.apply()
    assert of(done, "permission").action == "blocked" and "open to Viewers" in of(done, "permission").lines[-1]
    assert exit_code(done, applied=True) == 1
    assert world.live(uid)["panels"][0]["targets"][0]["rawSql"] == "select 1"
    assert not world.api("GET", f"/dashboards/uid/{second}")


@pytest.mark.parametrize("fault", [(403, {"message": "Access denied"}), (502, "<html>")])
@pytest.mark.parametrize("of_folder", [True, False])
def test_g3_into_a_folder_of_which_nobody_knows_who_may_open_it_nothing_is_written(
    world: World, fault: Any, of_folder: bool
) -> None:
    own = world.new()
    uid = own.add("users", admin=True)
    assert is_done(own.apply())
    own.add("users", admin=True, sql="select 2")
    path = f"/folders/{own.config.prefixed('gendash-admin')}" if of_folder else f"/dashboards/uid/{uid}"
    world.front.faults.append(lambda _, asked: fault if asked.endswith(f"{path}/permissions") else None)
    done = own.apply()
    assert exit_code(done, applied=True) == 1 and of(done, "dashboard").action == "blocked"
    assert "could not be read" in of(done, "permission").lines[-1]
    if world.double:  # a right on another folder does not show that ours can be read
        world.double.scopes = {"folders.permissions:read": ["folders:uid:x"], "dashboards.permissions:read": []}
        assert {change.action for change in own.plan() if change.kind == "permission"} <= {"left"}
    assert world.live(uid)["panels"][0]["targets"][0]["rawSql"] == "select 1"


def test_g3_a_library_panel_that_is_not_there_blocks(world: World) -> None:
    own = world.new()
    uid = own.add("overview")
    assert is_done(own.apply())
    own.boards["overview"]["panels"][0]["libraryPanel"] = {"uid": f"lib-{own.instance}", "name": "shared"}
    done = own.apply()
    blocked = of(done, "dashboard")
    assert exit_code(done, applied=True) == 1 and "which this Grafana lacks" in blocked.lines[-1]
    assert world.live(uid)["version"] == 1
    if world.double:
        world.double.library.add(f"lib-{own.instance}")
    else:
        model = {"type": "stat", "title": "shared", "targets": []}
        element = {"name": f"shared {own.instance}", "uid": f"lib-{own.instance}", "kind": 1, "model": model}
        assert world.api("POST", "/library-elements", element)
    assert is_done(own.apply()) and {change.action for change in own.plan()} == {"none"}


def test_g4_an_edit_and_a_wrong_data_source_have_a_code_of_their_own(world: World) -> None:
    own = world.new()
    uid = own.add("overview")
    own.apply()
    assert exit_code(own.plan()) == 0
    world.edit(uid, lambda board: board["panels"][0].update(title="Theirs"))
    assert exit_code(own.plan()) == 4
    own.add("overview", sql="select 2")
    assert exit_code(own.apply(), applied=True) == 4, "the definition changed another field of the edited panel"
    assert world.live(uid)["panels"][0]["title"] == "Theirs"


# ── G5, G6: own things are kept as declared ──────────────────────────────────────────────────────────────────────


def test_g5_what_left_is_named_and_pruned_unless_somebody_edited_it(world: World) -> None:
    own = world.new()
    own.add("overview")
    gone, edited = own.add("old"), own.add("older")
    own.apply()
    world.edit(edited, lambda board: board["panels"][0].update(title="Theirs"))
    del own.boards["old"], own.boards["older"]
    named = [change for change in own.plan() if change.kind == "dashboard" and change.action != "none"]
    assert {change.name: change.action for change in named} == {gone: "left", edited: "left"}
    assert any("--prune" in line for line in of(named, "dashboard", gone).lines)
    own.more["prune"] = True
    done = own.apply()
    assert (of(done, "dashboard", gone).action, of(done, "dashboard", edited).action) == ("delete", "left")
    assert world.api("GET", f"/dashboards/uid/{gone}") is None and world.live(edited)


def test_g6_a_moved_store_a_rotated_password_and_a_title_are_brought(world: World) -> None:
    own = world.new()
    own.add("overview")
    uid = own.config["datasources.database.uid"]
    own.more |= {"secrets": {uid: "old"}, "written": {}}
    own.apply()
    own.environ["GENDASH_DATABASE_URL"] = "postgresql://owner@moved.example:6432/store"
    own.text = "folders: {everyone: {title: Renamed}}\n"
    own.more |= {"secrets": {uid: "new"}, "written": {uid: "old"}}
    done = own.apply()
    assert of(done, "datasource").action == "update" and of(done, "folder").action == "update"
    assert "the password changed" in of(done, "datasource").lines
    assert world.api("GET", f"/datasources/uid/{uid}")["url"] == "moved.example:6432"
    assert world.api("GET", f"/folders/{own.config.prefixed('gendash')}")["title"].startswith("Renamed")
    own.more["written"] = {uid: "new"}
    assert {change.action for change in own.plan()} == {"none"}


# ── G7, G8: one sentence a cause, no traceback ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ((413, "<html>Request Entity Too Large"), "HTTP 413.*client_max_body_size"),
        ((429, "<html>slow down"), "429"),
        ((403, "<html>no such header"), "HTTP 403.*GENDASH_GRAFANA_HEADERS"),
        ((302, "-> /login"), "HTTP 302.*/login"),
        ((200, "<html><title>Sign in</title><form>"), "login|sign-in|not from Grafana"),
        ((401, {"message": "Invalid API key"}), "401.*GENDASH_GRAFANA_TOKEN"),
        ((403, {"message": "Quota reached"}), "403 Quota reached; raise the quota"),
        ((503, "<html>"), "HTTP 503.*--wait 2m"),
        ((407, "<html>"), "HTTP 407.*PROXY_AUTH"),
        ((400, "<html>No required SSL certificate was sent"), "certificate"),
    ],
)
def test_g7_each_cause_has_its_own_words_and_a_remedy(world: World, fault: Any, words: str) -> None:
    own = world.new()
    own.add("overview")
    changes = own.plan()
    world.front.faults.append(lambda method, _: fault if method in WRITES else None)
    done = own.apply(changes)
    assert {change.action for change in done} == {"blocked"}
    assert re.search(words, " ".join(done[0].lines)), done[0].lines
    assert not is_there(world, own)


def test_g7_credentials_of_nobody_are_refused_where_anonymous_access_is_on(
    world: World, request: pytest.FixtureRequest
) -> None:
    """Grafana takes wrong ones for a visitor's and answers 200; only who we are, it does not say."""
    own = world.new()
    own.add("overview")
    before = world.front.behind
    if world.double:
        nobody = 401, {"message": "Unauthorized"}
        world.front.faults.append(lambda _, path: nobody if path.endswith("/api/user") else None)
    else:
        environ = {"GF_AUTH_ANONYMOUS_ENABLED": "true"}
        other = request.getfixturevalue("enter")(request.getfixturevalue("new_grafana")(environ))
        world.front.behind = other.url
        own.token = "glsa_wrong"
    with pytest.raises(Denied, match=r"the token is refused \(HTTP 401.*GENDASH_GRAFANA_TOKEN"):
        own.plan()
    world.front.behind = before


@pytest.fixture
def enter() -> Iterator[Callable[[Any], Any]]:
    """Opens a context that is closed after the test."""
    with ExitStack() as stack:
        yield stack.enter_context


def test_g7_a_folder_to_be_in_that_is_not_there_is_named(world: World) -> None:
    own = world.new("folders: {everyone: {parent: nowhere}}\n")
    own.add("overview")
    for made_first in (False, True):
        if made_first:
            own.text = ""
            assert is_done(own.apply())
            own.text = "folders: {everyone: {parent: nowhere}}\n"
        refused = of(own.apply(), "folder")
        assert refused.action == "blocked" and "folder nowhere, which Grafana lacks" in refused.lines[-1], refused


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"GENDASH_GRAFANA_TOKEN": "glsa_\u200bx"}, "GENDASH_GRAFANA_TOKEN"),
        ({"GENDASH_GRAFANA_TOKEN": "glsa_x\ny"}, "GENDASH_GRAFANA_TOKEN"),
        ({"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem", "GENDASH_GRAFANA_URL": "https://127.0.0.1:9"}, "REQUESTS_CA_BUNDLE"),
    ],
)
def test_g8_a_wrong_setting_is_one_line(
    world: World, environ: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    own = world.new(**environ)
    with pytest.raises((ConfigError, TargetError)) as caught:
        own.plan()
    (problem,) = caught.value.problems
    assert words in str(problem) and "\n" not in str(problem)
    own.environ.clear()


def test_g8_ctrl_c_says_what_was_done(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = world.new()
    (tmp_path / "gendash.yaml").write_text(f"instance: {own.instance}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENDASH_GRAFANA_URL", world.front.url)
    monkeypatch.setenv("GENDASH_GRAFANA_TOKEN", own.token)
    number = count()
    from gendash.engine.deliver import grafana as target

    write = target._write

    def interrupted(*given: Any) -> Change:
        if next(number) == 2:
            raise KeyboardInterrupt
        return write(*given)

    monkeypatch.setattr(target, "_write", interrupted)
    with pytest.raises(SystemExit) as ended:
        cli(["apply", "--yes", "--only", "grafana", "--state", str(tmp_path / "s")], standalone_mode=False)
    said = capsys.readouterr().err
    assert ended.value.code == 1 and "interrupted: 2 changes were made; plan again" in said, said
    assert f"done: grafana folder {own.config.prefixed('gendash')}" in said


# ── G9, G10: retries, what is unknown, waiting, the organisation ─────────────────────────────────────────────────


@pytest.mark.parametrize("fault", ["reset", (429, "<html>"), (500, {"message": "x"}), (503, "<html>")])
def test_g9_one_failure_at_any_read_costs_nothing(world: World, fault: Any) -> None:
    own = world.new()
    uid = own.add("overview")
    own.apply()
    world.edit(uid, lambda board: board.update(description="Theirs"))
    before = len(world.front.asked)
    clean = own.plan()
    config, wanted = own.config, own.wanted()
    for at in range(len(world.front.asked) - before):
        number = count()
        world.front.faults = [lambda *_, at=at, number=number: fault if next(number) == at else None]
        assert [c.action for c in plan_of(config, wanted)] == [c.action for c in clean]


def plan_of(config: Config, wanted: Any) -> list[Change]:
    from gendash.engine.deliver.plan import plan

    return plan(wanted, observe_grafana(config, wanted, lambda _: None))


@pytest.mark.parametrize("fault", ["drop", "reset", (503, "<html>")])
def test_g9_a_lost_answer_at_any_write_writes_once(world: World, fault: Any) -> None:
    for at in range(4):
        own = world.new()
        uid = own.add("overview")
        number = count()
        world.front.faults = [
            lambda method, _, at=at, number=number: fault if method in WRITES and next(number) == at else None
        ]
        assert is_done(own.apply())
        world.front.faults = []
        assert len(world.api("GET", f"/dashboards/uid/{uid}/versions")["versions"]) == 1
        assert {change.action for change in own.plan()} == {"none"}


def test_g9_what_cannot_be_read_is_unknown_and_advises_nothing_that_destroys(world: World) -> None:
    own = world.new()
    uid = own.add("overview")
    own.apply()
    world.edit(uid, lambda board: board.update(description="Theirs"))
    world.front.faults = [lambda _, path: (429, "<html>") if path.endswith("/versions") else None]
    lost = of(own.plan(), "dashboard")
    assert lost.action == "blocked" and "restore" not in " ".join(lost.lines) and "429" in lost.lines[0]
    folder = own.config.prefixed("gendash")
    world.front.faults = [lambda _, path: (429, "<html>") if path.endswith(f"/folders/{folder}") else None]
    assert "cannot be read" in of(own.plan(), "folder").lines[0]


def test_g9_a_grafana_that_starts_is_waited_for(world: World) -> None:
    own = world.new()
    world.front.once((503, "<html>starting"), times=9)
    world.front.once("reset", times=3)
    wait_for_grafana(own.config, 30.0, lambda _: None)
    assert len(world.front.asked) > 12


def test_g10_server_and_organisation_are_named_and_another_one_is_refused(world: World) -> None:
    own = world.new()
    server = observe_grafana(own.config, own.wanted()).server
    assert re.fullmatch(rf"Grafana 12\.\S+ at {re.escape(world.front.url)}, organisation 1 'Main Org\.'", server)
    own.text = "grafana_org_id: 4711\n"
    with pytest.raises((Denied, Unexpected), match=r"4711|correct grafana_org_id"):
        own.plan()


# ── G11, G12 ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_g11_a_saved_default_survives_a_new_version(world: World) -> None:
    own = world.new()
    variable = {"type": "custom", "name": "job", "query": "a,b", "current": {"text": "a", "value": "a"}}
    uid = own.add("overview", templating={"list": [variable]})
    own.apply()
    chosen = {"text": "b", "value": "b"}
    world.edit(uid, lambda board: board["templating"]["list"][0].update(current=chosen))
    own.add("overview", sql="select 2", templating={"list": [variable]})
    assert of(own.apply(), "dashboard").action == "update"
    assert world.live(uid)["templating"]["list"][0]["current"] == chosen
    other = {**variable, "query": "a,c"}
    own.add("overview", sql="select 2", templating={"list": [other]})
    own.apply()
    assert world.live(uid)["templating"]["list"][0]["current"] == variable["current"], "b is no option any more"


def test_g12_the_mode_of_tls_is_that_of_the_store(world: World) -> None:
    own = world.new(GENDASH_DATABASE_URL="postgresql://o@127.0.0.1/s?sslmode=disable")
    uid = own.config["datasources.database.uid"]
    (source,) = declared_data_sources(own.config, secrets(own.config), {uid})
    assert source["jsonData"]["sslmode"] == "disable"


def test_g12_a_library_panel_is_one_line_and_a_moved_admin_dashboard_blocks(world: World) -> None:
    own = world.new()
    uid = own.add("users", admin=True)
    shared = own.add("overview")
    own.apply()
    name = f"shared {own.instance}"
    if not world.double:
        element = {
            "name": name,
            "uid": own.instance,
            "kind": 1,
            "model": {"type": "stat", "title": name, "targets": []},
        }
        assert world.api("POST", "/library-elements", element)
    library = {"uid": own.instance, "name": name}
    world.edit(shared, lambda board: board["panels"][0].update(libraryPanel=library, options={"a": 1}))
    lines = of(own.plan(), "dashboard", shared).lines
    assert "they made panel 'Requests' a library panel" in lines and len([one for one in lines if "they " in one]) == 1
    live = world.live(uid)
    body = {"dashboard": live, "folderUid": own.config.prefixed("gendash"), "message": "", "overwrite": True}
    assert world.api("POST", "/dashboards/db", body)
    moved = of(own.plan(), "dashboard", uid)
    assert moved.action == "blocked" and "everybody who may open that folder sees it" in moved.lines[-1]


def test_g12_a_data_source_that_a_dashboard_which_stays_reads_is_not_removed(world: World) -> None:
    own = world.new()
    uid = own.add("overview")
    own.apply()
    world.edit(uid, lambda board: board["panels"][0].update(title="Theirs"))
    removals = {one.kind: one for one in uninstall_grafana.find_in_grafana(own.config)}
    assert "edited it" in removals["dashboard"].stays and "reads it" in removals["data source"].stays


def test_g12_one_dashboard_alone_can_be_planned(world: World) -> None:
    own = world.new()
    own.add("overview")
    own.add("users")
    own.apply()
    own.add("overview", sql="select 2")
    own.add("users", sql="select 2")
    part = own.wanted().only([own.uid("users")])
    changes = plan_of(own.config, part)
    assert json.dumps([(c.kind, c.name, c.action) for c in changes]) == json.dumps(
        [("dashboard", own.uid("users"), "update")]
    )

"""People, failing proxies and kills between any two requests: nothing is lost, and what is reported is what happened.

Each seed is a history of four applies of changing definitions. Before any request a person may do something, the
request may fail in one of the ways of servers and proxies, or gendash may be killed before or after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from grafana_double import Double

from gendash.engine.clients.grafana import open_roles
from gendash.engine.clients.http import Session
from gendash.engine.deliver.changes import Change
from gendash.engine.errors import TargetError

New = Callable[..., Any]
PEOPLE = "people"  # a folder that is not ours
FAULTS: tuple[Any, ...] = (
    *("reset", "drop", (429, "<html>slow down"), (500, {"message": "database is locked"}), (502, "<html>")),
    *((503, "<html>starting"), (504, "<html>"), (302, "-> /login"), (200, "<html><title>Sign in</title>")),
    *((403, {"message": "Access denied"}), (413, "<html>"), (400, {"message": "bad request"})),
)


@dataclass
class Watched(Double):
    """A double that keeps what was carried out of our writes, by kind and name."""

    written: list[tuple[str, str]] = field(default_factory=list)
    exposed: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        opened = self.is_open("gendash-admin")
        found = super().answer(method, path, query, body)
        if method != "GET" and found[0] == 200:
            self.written.append(written_object(path, body))
            if self.written[-1] == ("dashboard", "gendash-users") and opened and body["folderUid"] == "gendash-admin":
                self.exposed.append(path)
        return found

    def is_open(self, uid: str) -> bool:
        """True if Viewers or Editors may open a folder that is there."""
        return uid in self.folders and bool(open_roles(self.permissions.get(uid, [])))


def written_object(path: str, body: Any) -> tuple[str, str]:
    """Kind and name of what a request writes."""
    parts = path.split("/")[2:]
    if parts[0] == "access-control":
        return "permission", parts[2]
    if parts[0] == "dashboards":
        return "dashboard", body["dashboard"]["uid"]
    kind = {"folders": "folder", "datasources": "datasource"}[parts[0]]
    return kind, parts[-1] if parts[-2:-1] == ["uid"] else parts[1] if len(parts) > 1 else body["uid"]


@pytest.fixture
def double() -> Iterator[Watched]:
    """A watched double in place of the usual one."""
    made = Watched()
    server = made.run()
    yield made
    server.shutdown()
    server.server_close()


# ── what people do ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class World:
    """An installation, what people did in it, and what they opened since the present plan began."""

    site: Any
    chance: Random
    edits: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[str, int]] = field(default_factory=list)
    opened_since: bool = False

    @property
    def double(self) -> Watched:
        found: Watched = self.site.double
        return found

    def uid(self) -> str | None:
        there = [uid for uid in self.double.dashboards if uid.startswith("gendash-")]
        return self.chance.choice(there) if there else None


def retitle_panel(world: World) -> None:
    if uid := world.uid():
        title = f"edit {len(world.edits)}"
        world.edits.append((uid, title))
        world.double.edit(uid, lambda board: board["panels"][0].update(title=title))


def take_back(world: World) -> None:
    """Restores the version before, as the history page does."""
    uid = world.uid()
    if uid and len(versions := world.double.dashboards[uid]["versions"]) > 1:
        world.double.save(versions[-2]["data"], world.double.dashboards[uid]["folder"], "Restored", "alice")


def move_dashboard(world: World) -> None:
    if uid := world.uid():
        world.double.dashboards[uid]["folder"] = world.chance.choice([PEOPLE, "gendash"])


def delete_dashboard(world: World) -> None:
    uid = world.uid()
    if uid and not any(uid == edited for edited, _ in world.edits):
        del world.double.dashboards[uid]


def share_publicly(world: World) -> None:
    world.double.public.add("gendash-users")


def rename_folder(world: World) -> None:
    if "gendash" in world.double.folders:
        world.double.folders["gendash"]["title"] = f"Ours {world.chance.random()}"


def move_folder(world: World) -> None:
    if "gendash-admin" in world.double.folders:
        world.double.folders["gendash-admin"]["parentUid"] = PEOPLE
        world.opened_since = True


def open_folder(world: World) -> None:
    if "gendash-admin" in world.double.folders:
        world.double.permissions["gendash-admin"].append({"role": "Viewer", "permission": 1})
        world.opened_since = True


def let_somebody_in(world: World) -> None:
    if "gendash-admin" in world.double.folders:
        key, who = world.chance.choice(["userId", "teamId"]), len(world.rows) + 10
        world.double.permissions["gendash-admin"].append({key: who, "permission": 1})
        world.rows.append((key, who))


def edit_source(world: World) -> None:
    for source in world.double.datasources.values():
        source["url"] = f"elsewhere:{world.chance.randrange(9999)}"


def delete_source(world: World) -> None:
    if world.double.datasources:
        del world.double.datasources[world.chance.choice(list(world.double.datasources))]


PEOPLE_DO = (
    *(retitle_panel, retitle_panel, retitle_panel, take_back, move_dashboard, delete_dashboard, share_publicly),
    *(rename_folder, move_folder, open_folder, let_somebody_in, edit_source, delete_source),
)


# ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────────


def is_true(change: Change, written: list[tuple[str, str]]) -> bool:
    """True if what is said of a change is what was carried out of it."""
    happened = (change.kind, change.name) in written
    text = " ".join(change.lines)
    if change.writes:
        return happened or "it is there, although the answer was" in text or "gone already" in text
    open_ends = ("may have been written", "part of it was written", "came at the same moment", "written again")
    return not happened or any(words in text for words in open_ends)


def edits_that_ours_followed(double: Watched, edits: list[tuple[str, str]]) -> list[str]:
    """Edits right after which gendash saved something else than the edit itself."""
    found = []
    for uid, title in edits:
        versions = double.dashboards[uid]["versions"]
        of_edit = [v["version"] for v in versions if v["data"]["panels"][0]["title"] == title]
        after = next((v for v in versions if v["version"] > of_edit[0]), None) if of_edit else None
        if not of_edit or (after and after["createdBy"] != "alice" and "restores" not in after["message"]):
            found.append(title)
    return found


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(n, marks=pytest.mark.soak) for n in range(12, 1000))])
def test_nothing_is_lost_and_what_is_reported_is_what_happened(
    installation: New, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, chance = installation(), Random(seed)
    world, double = World(site, chance), site.double
    double.folders[PEOPLE] = {"uid": PEOPLE, "title": "People", "version": 1}
    double.permissions[PEOPLE] = [{"role": "Viewer", "permission": 1}]
    people, fails, kills = chance.choice([(0.06, 0.0, 0.0), (0.0, 0.15, 0.0), (0.05, 0.12, 0.0), (0.03, 0.08, 0.03)])

    def disturb(_method: str, _path: str) -> Any:
        if chance.random() < people:
            chance.choice(PEOPLE_DO)(world)
        return chance.choice(FAULTS) if chance.random() < fails else None

    carry = Session.request

    def killed(self: Session, method: str, path: str, **options: Any) -> Any:
        when = chance.random()
        if when < kills / 2:
            raise KeyboardInterrupt
        answer = carry(self, method, path, **options)
        if when < kills:
            raise KeyboardInterrupt
        return answer

    site.add("overview")
    site.add("users", admin=True)
    site.apply()
    double.faults.append(disturb)
    monkeypatch.setattr(Session, "request", killed)
    for round in range(4):
        site.add("overview", sql=f"select {round}")
        site.add("users", sql=f"select {round}", admin=True)
        double.written.clear()
        world.opened_since = False
        done: list[Change] = []
        with suppress(TargetError, KeyboardInterrupt):  # of what was done before, the list says what happened
            site.apply(done=done)
        untrue = [change for change in done if not is_true(change, double.written)]
        assert not untrue, [(c.kind, c.name, c.action, c.lines) for c in untrue]
        assert not double.exposed or world.opened_since, "written into a folder that was known to be open"
        double.exposed.clear()
    assert not edits_that_ours_followed(double, world.edits)
    rows = double.permissions.get("gendash-admin", [])
    assert all(any(row.get(key) == who for row in rows) for key, who in world.rows), "somebody's row was dropped"
    monkeypatch.setattr(Session, "request", carry)
    double.faults.clear()
    if double.is_open("gendash-admin") or "parentUid" in double.folders.get("gendash-admin", {}):
        assert {change.action for change in site.plan() if change.name == "gendash-admin"} & {"blocked", "update"}
    first, second = site.apply(), site.apply()
    assert not [change for change in second if change.writes], (first, second)

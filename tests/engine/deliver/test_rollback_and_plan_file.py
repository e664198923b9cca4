"""A kept plan is applied exactly or refused, and `rollback` brings back what an earlier apply wrote. On a double."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gendash.engine.clients.grafana import session
from gendash.engine.deliver.applies import Delivered
from gendash.engine.deliver.changes import Change, exit_code
from gendash.engine.deliver.grafana import apply_to_grafana
from gendash.engine.deliver.marks import mark
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.plan_file import plan_document, raise_if_another, read_plan
from gendash.engine.deliver.report import plan_markdown
from gendash.engine.deliver.rollback import read_versions, rollback_changes, until_before_last
from gendash.engine.errors import Refused
from gendash.engine.render.dashboard_diff import content_hash

New = Callable[..., Any]


def kept(changes: list[Change]) -> dict[str, Any]:
    return read_plan(plan_document(changes, "here", {"only": []}), "plan.json")


def test_a_kept_plan_holds_no_secret_and_fits_the_same_plan(installation: New) -> None:
    site = installation()
    site.add("overview")
    text = plan_document(site.plan(), "here", {})
    assert "reader-secret" not in text and "glsa_secret" not in text
    raise_if_another(kept(site.plan()), site.plan(), "here", "plan.json")


def test_a_kept_plan_is_refused_once_anything_else_would_be_done(installation: New) -> None:
    site = installation()
    uid = site.add("overview")
    site.apply()
    site.add("overview", sql="select 2")
    document = kept(site.plan())
    site.add("overview", sql="select 3")
    with pytest.raises(Refused, match="has changed since the plan was made"):
        raise_if_another(document, site.plan(), "here", "plan.json")
    site.add("overview", sql="select 2")
    raise_if_another(document, site.plan(), "here", "plan.json")
    site.double.edit(uid, lambda board: board.update(description="theirs"))
    with pytest.raises(Refused, match="was update, now left"):
        raise_if_another(document, site.plan(), "here", "plan.json")
    with pytest.raises(Refused, match="made for here, this is there"):
        raise_if_another(document, site.plan(), "there", "plan.json")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 99, "changes": []}'])
def test_a_file_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="not a plan"):
        read_plan(text, "plan.json")


def test_a_comment_can_be_found_again_and_its_fence_is_longer_than_what_it_holds() -> None:
    change = Change("grafana", "dashboard", "x", "update", "x", ("title `````a`````",))
    text = plan_markdown([change], "Grafana 12")
    assert text.startswith("<!-- gendash plan -->") and "``````diff" in text and "1 to update" in text


def test_a_long_plan_fits_into_a_comment_and_its_counts_are_those_of_all() -> None:
    changes = [
        Change("grafana", "dashboard", f"uid-{n}", "update", "x", tuple("line" * 5 for _ in range(12)))
        for n in range(900)
    ]
    text = plan_markdown(changes, "Grafana 12")
    assert len(text) < 65_536 and "900 to update" in text and "more lines: run `gendash plan`" in text


def rolled(site: Any, until: datetime | None = None, builds: Mapping[str, str] | None = None) -> list[Change]:
    """What rollback does; ``builds`` are those of the apply that it goes back to."""
    wanted = site.wanted()
    observed = observe_grafana(site.config, wanted, lambda _: None)
    with session(site.config, lambda _: None) as ask:
        histories = {uid: read_versions(ask, uid) for uid in wanted.dashboards}
    moment = until or until_before_last(histories, wanted.owner)
    target, changes = rollback_changes(wanted, observed, histories, moment, builds or {})
    return apply_to_grafana(site.config, target, changes, site.state, datetime.now(UTC), print, lambda _: None)


def aged(site: Any, hours: int) -> None:
    """Lets all versions have been written some hours earlier."""
    for now in site.double.dashboards.values():
        for version in now["versions"]:
            moment = datetime.fromisoformat(version["created"].replace("Z", "+00:00")) - timedelta(hours=hours)
            version["created"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_rollback_brings_back_what_the_apply_before_the_last_wrote(installation: New) -> None:
    site = installation()
    uid, same = site.add("overview", sql="select 1"), site.add("users")
    site.apply()
    before = content_hash(site.double.live(uid))
    aged(site, 5)
    site.add("overview", sql="select 2")
    later = site.add("later")
    site.apply()
    done = {change.name: change for change in rolled(site)}
    assert done[uid].action == "update" and "back to version 1" in done[uid].lines[0]
    assert done[same].action == "none"
    assert done[later].action == "left" and "made later" in done[later].lines[0]
    assert content_hash(site.double.live(uid)) == before
    assert {c.name: c.action for c in site.plan() if c.kind == "dashboard"}[uid] == "update", (
        "the definitions are newer"
    )


def test_rollback_never_overwrites_an_edit(installation: New) -> None:
    site = installation()
    uid = site.add("overview", sql="select 1")
    site.apply()
    aged(site, 5)
    site.add("overview", sql="select 2")
    site.apply()
    site.double.edit(uid, lambda board: board.update(description="theirs"))
    (change,) = rolled(site)
    assert change.action == "left" and exit_code([change]) == 4
    assert site.double.live(uid)["description"] == "theirs"


def test_rollback_takes_back_an_edit_that_was_adopted_and_its_apply(installation: New) -> None:
    site = installation()
    uid = site.add("overview", sql="select 1")
    site.apply()
    aged(site, 5)
    site.add("overview", sql="select 2")
    site.apply()
    site.double.edit(uid, lambda board: board.update(description="theirs"))
    site.add("overview", sql="select 2", description="theirs")  # as the definitions have it after `adopt`
    (change,) = rolled(site)
    assert change.action == "update" and "back to version 1" in change.lines[0]


def test_what_is_as_the_earlier_apply_delivered_it_stays_whoever_wrote_it(installation: New) -> None:
    site = installation()
    made_anew, adopted, moved = site.add("overview"), site.add("users"), site.add("tickets")
    site.apply()
    for uid in (adopted, moved):
        site.double.edit(uid, lambda board: board.update(description="theirs"))
    builds = {uid: content_hash(site.double.live(uid)) for uid in (made_anew, adopted, moved)}
    site.double.dashboards[moved]["folder"] = "elsewhere"
    earlier = datetime.now(UTC) - timedelta(days=1)  # before every version that Grafana has
    done = {change.name: change.action for change in rolled(site, earlier, builds)}
    assert done == {made_anew: "none", adopted: "none", moved: "left"}


@pytest.mark.parametrize(
    ("build", "version"), [("1" * 12, 2), ("0" * 12, 1), ("", 1)], ids=["of the apply before", "older", "not known"]
)
def test_a_version_of_the_second_in_which_the_last_apply_began_is_known_by_what_was_built(
    build: str, version: int, installation: New
) -> None:
    """Grafana dates versions by whole seconds, so those of the last apply may seem older than the apply."""
    site = installation()
    uid = site.add("overview", sql="select 1")
    site.apply()
    wanted = site.wanted()
    observed = observe_grafana(site.config, wanted, lambda _: None)
    data = site.double.live(uid)
    rows = [("0" * 12, "11:59:59"), ("1" * 12, "12:00:00"), ("2" * 12, "12:00:00")]
    history = [
        {"version": n, "message": mark(build, wanted.owner, "gendash"), "created": f"2026-11-30T{at}Z",
         "data": {**data, "title": f"version {n}"}}
        for n, (build, at) in enumerate(rows, 1)
    ]  # fmt: skip
    history[-1]["data"] = data
    began = datetime(2026, 11, 30, 12, 0, 0, 700_000, tzinfo=UTC)
    kept = [Delivered(began - ago, {}, (), {}, {}) for ago in (timedelta(), timedelta(milliseconds=500))]
    until = until_before_last({uid: history[::-1]}, wanted.owner, kept)
    assert kept[1].at < until < kept[0].at
    _, (change,) = rollback_changes(wanted, observed, {uid: history[::-1]}, until, {uid: build})
    assert f"back to version {version} " in change.lines[0]


def test_rollback_without_any_version_of_ours_is_refused(installation: New) -> None:
    site = installation()
    site.add("overview")
    with pytest.raises(Refused, match="no version of ours"):
        rolled(site)


# ── the newer format ─────────────────────────────────────────────────────────────────────────────────────────────


def v2(title: str, panel_title: str) -> dict[str, Any]:
    query = {"kind": "DataQuery", "group": "grafana-postgresql-datasource", "spec": {"rawSql": "select 9"}}
    panel = {
        "kind": "Panel",
        "spec": {
            "id": 11,
            "title": panel_title,
            "vizConfig": {"kind": "VizConfig", "group": "stat", "spec": {}},
            "data": {"kind": "QueryGroup", "spec": {"queries": [{"kind": "PanelQuery", "spec": {"query": query}}]}},
        },
    }
    return {"title": title, "elements": {"panel-11": panel}, "variables": []}


def test_a_dashboard_in_the_newer_format_is_a_persons_edit_with_what_it_changed(installation: New) -> None:
    site = installation()
    uid = site.add("overview")
    site.apply()
    meta = {"generation": 3, "annotations": {"grafana.app/updatedBy": "user:alice"}}
    resource = {"spec": v2("overview", "Theirs"), "metadata": meta}
    site.double.faults.append(
        lambda _, path: (
            (406, {"message": "dashboard api version not supported"})
            if path == f"/api/dashboards/uid/{uid}"
            else (200, resource)
            if path.startswith("/apis/dashboard.grafana.app/v2beta1/namespaces/default/dashboards/")
            else None
        )
    )
    site.more["overwrite"] = True
    change = next(one for one in site.apply() if one.kind == "dashboard")
    assert change.action == "left" and not change.payload
    said = "\n".join(change.lines)
    assert "newer format (v2beta1)" in said and "user:alice" in said
    assert "they changed panel 'Requests': title 'Requests' -> 'Theirs'" in said
    assert "queries ['select 1'] -> ['select 9']" in said
    assert len(site.double.dashboards[uid]["versions"]) == 1

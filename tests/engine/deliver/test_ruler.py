"""Rules in a ruler's API, on its double."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ruler_double import PREFIXES, Ruler, running_ruler

from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.apply import configured
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.ruler import group_text, observe_ruler, ruler_changes, send_to_ruler, wanted_groups
from gendash.engine.errors import Refused
from gendash.engine.render.rules import render_rules


@pytest.fixture(params=PREFIXES)
def ruler(request: pytest.FixtureRequest) -> Iterator[Ruler]:
    """A ruler under the prefix of Mimir, and of Cortex."""
    with running_ruler(request.param) as double:
        yield double


def config(ruler: Ruler, more: str = "") -> Config:
    return load_config(f"prometheus: {{ruler_url: '{ruler.url}', headers: {{X-Scope-OrgID: team}}}}\n{more}")


def wanted(settings: Config) -> dict[str, Any]:
    found: Catalog = load_catalog(settings)
    return dict(wanted_groups(render_rules(found)))


def planned(settings: Config, groups: Any, is_written: Any = None, **more: Any) -> list[Change]:
    return ruler_changes(groups, observe_ruler(settings), is_written, **more)


def sent(settings: Config, changes: list[Change]) -> list[Change]:
    return send_to_ruler(settings, changes, lambda _: None)


def remembering(groups: Any) -> Callable[[str, str], bool]:
    return lambda name, text: name in groups and group_text(groups[name]) == text


def test_all_groups_are_written_and_a_second_plan_is_empty(ruler: Ruler) -> None:
    settings = config(ruler)
    groups = wanted(settings)
    done = sent(settings, planned(settings, groups))
    assert {change.action for change in done} == {"create"} and len(done) == len(groups) > 3
    assert set(ruler.namespaces) == {"gendash"} and set(ruler.tenants) == {"team"}
    assert set(ruler.types) == {"application/yaml"}
    assert {change.action for change in planned(settings, groups)} == {"none"}


def test_instances_have_namespaces_of_their_own(ruler: Ruler) -> None:
    for text in ("", "instance: emea\n"):
        settings = config(ruler, text)
        sent(settings, planned(settings, wanted(settings)))
    assert set(ruler.namespaces) == {"gendash", "emea-gendash"}


def test_a_new_version_is_written_and_an_edit_is_left(ruler: Ruler) -> None:
    settings = config(ruler)
    groups = wanted(settings)
    sent(settings, planned(settings, groups))
    newer = {**groups, "gendash-http": {**groups["gendash-http"], "rules": groups["gendash-http"]["rules"][1:]}}
    (change,) = [one for one in planned(settings, newer, remembering(groups)) if one.action != "none"]
    gone = groups["gendash-http"]["rules"][0]["record"]
    assert change.action == "update" and change.lines == (f"- {gone}",)
    ruler.namespaces["gendash"]["gendash-http"]["rules"][0]["expr"] = "vector(1)"
    (edited,) = [one for one in planned(settings, groups, remembering(groups)) if one.action != "none"]
    assert edited.action == "left" and "not as we wrote it last" in edited.lines[0] and f"~ {gone}" in edited.lines
    (unknown,) = [one for one in planned(settings, groups) if one.action != "none"]
    assert unknown.action == "left" and "no store remembers" in unknown.lines[0]
    (forced,) = [one for one in planned(settings, groups, None, overwrite=True) if one.action != "none"]
    assert sent(settings, [forced])[0].action == "update"
    assert {change.action for change in planned(settings, groups)} == {"none"}


def test_what_left_is_named_and_pruned_unless_edited_and_others_stay(ruler: Ruler) -> None:
    settings = config(ruler)
    groups = wanted(settings)
    old = {"name": "gendash-old", "rules": [{"record": "job:x:y", "expr": "up"}]}
    ruler.namespaces["theirs"] = {"a": {"name": "a", "rules": []}}
    sent(settings, planned(settings, {**groups, "gendash-old": old}))
    was = remembering({**groups, "gendash-old": old})
    (named,) = [one for one in planned(settings, groups, was) if one.action != "none"]
    assert named.action == "left" and "--prune" in named.lines[-1]
    ruler.namespaces["gendash"]["gendash-old"]["rules"][0]["expr"] = "vector(7)"
    (edited,) = [one for one in planned(settings, groups, was, prune=True) if one.action != "none"]
    assert edited.action == "left"
    ruler.namespaces["gendash"]["gendash-old"]["rules"][0]["expr"] = "up"
    changes = planned(settings, groups, was, prune=True)
    assert [one.action for one in sent(settings, changes) if one.action != "none"] == ["delete"]
    assert "gendash-old" not in ruler.namespaces["gendash"] and ruler.namespaces["theirs"]


@pytest.mark.parametrize(
    ("faults", "action", "words"),
    [
        ([None, "drop"], "create", ""),
        ([None, (503, "starting")], "blocked", "503"),
        ([None, (400, "group parse error: bad expr")], "blocked", "group parse error"),
        ([None, (302, "")], "blocked", "302"),
        ([(401, "no org id")], "blocked", "X-Scope-OrgID"),
        ([None, (404, "<html>")], "blocked", "prometheus.ruler_url"),
    ],
)
def test_what_is_reported_is_what_happened(ruler: Ruler, faults: list[Any], action: str, words: str) -> None:
    settings = config(ruler)
    groups = {"gendash-a": {"name": "gendash-a", "rules": [{"record": "job:x:y", "expr": "up"}]}}
    changes = planned(settings, groups)
    ruler.faults = list(faults)
    (change,) = sent(settings, changes)
    assert change.action == action and words in " ".join(change.lines), change
    assert ("gendash-a" in ruler.namespaces.get("gendash", {})) == (action == "create")


def test_what_changed_between_plan_and_apply_is_not_overwritten(ruler: Ruler) -> None:
    settings = config(ruler)
    groups = {"gendash-a": {"name": "gendash-a", "rules": [{"record": "job:x:y", "expr": "up"}]}}
    changes = planned(settings, groups)
    theirs = {"name": "gendash-a", "rules": [{"record": "job:x:y", "expr": "vector(1)"}]}
    ruler.namespaces["gendash"] = {"gendash-a": theirs}
    (change,) = sent(settings, changes)
    assert change.action == "left" and ruler.namespaces["gendash"]["gendash-a"] == theirs


def test_a_ruler_that_cannot_be_read_blocks(ruler: Ruler) -> None:
    settings = config(ruler)
    ruler.faults = [(200, "<html>login"), (404, "<html>")]
    for _ in range(2):
        (change,) = planned(settings, {})
        assert change.action == "blocked" and "prometheus.ruler_url" in change.lines[0], change


def test_the_ruler_alone_is_a_target() -> None:
    assert configured(load_config("prometheus: {ruler_url: 'http://x/api/v1/rules'}\n")) == ("prometheus",)
    with pytest.raises(Refused):
        configured(load_config("prometheus: {rules_dir: ''}\n"))


@pytest.mark.parametrize(
    ("one", "other", "same"), [("10m", "10m0s", True), ("90m", "1h30m", True), ("1m", "1h", False)]
)
def test_durations_are_compared_by_their_length(one: str, other: str, same: bool) -> None:
    def group(duration: str) -> dict[str, Any]:
        return {"name": "a", "rules": [{"alert": "A", "expr": "up==0", "for": duration}]}

    assert (group_text(group(one)) == group_text(group(other))) == same
    spelled = {"name": "a", "interval": "0s", "rules": [{"for": other, "expr": "up == 0", "alert": "A", "labels": {}}]}
    assert (group_text(group(one)) == group_text(spelled)) == same

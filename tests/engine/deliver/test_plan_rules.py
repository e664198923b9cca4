"""The plan for rule files: only what gendash wrote, and nobody edited, is changed."""

from __future__ import annotations

from dataclasses import replace

import yaml

from gendash.engine.clients.prometheus import LoadedRule
from gendash.engine.deliver.plan_rules import reload_change, rule_changes
from gendash.engine.deliver.report import plan_text
from gendash.engine.render.rules import signed_rules


def rules(**expressions: str) -> bytes:
    entries = [{"record": f"job:{name}:x", "expr": expr} for name, expr in expressions.items()]
    return signed_rules(yaml.safe_dump({"groups": [{"name": "g", "rules": entries}]}))


def test_equal_files_are_no_change() -> None:
    (change,) = rule_changes({"gendash-a.yml": rules(a="1")}, {"gendash-a.yml": rules(a="1")})
    assert (change.action, change.writes, change.lines) == ("none", False, ())


def test_a_change_names_the_rules_that_come_go_and_differ() -> None:
    (change,) = rule_changes(
        {"gendash-a.yml": rules(a="1", b="2", c="3")}, {"gendash-a.yml": rules(a="1", b="9", d="4")}
    )
    assert change.action == "update"
    assert change.lines == ("+ job:c:x", "- job:d:x", "~ job:b:x")


def test_a_new_file_lists_its_rules() -> None:
    (change,) = rule_changes({"gendash-a.yml": rules(a="1")}, {})
    assert (change.action, change.lines) == ("create", ("+ job:a:x",))
    assert change.payload["content"] == rules(a="1")


def test_a_file_of_ours_without_rules_goes() -> None:
    (change,) = rule_changes({}, {"gendash-old.yml": rules(a="1")})
    assert change.writes
    assert change.payload["content"] is None


def test_an_edited_file_is_left_alone_and_the_plan_says_what_was_edited() -> None:
    edited = rules(a="1").replace(b"expr: '1'", b"expr: '7'")
    assert edited != rules(a="1")
    (change,) = rule_changes({"gendash-a.yml": rules(a="1")}, {"gendash-a.yml": edited})
    assert change.action == "left"
    assert "~ job:a:x" in change.lines
    (change,) = rule_changes({}, {"gendash-a.yml": edited})
    assert change.action == "left"


def test_files_of_others_are_never_touched() -> None:
    foreign = b"groups: []\n"
    assert rule_changes({}, {"gendash-hand-made.yml": foreign}) == []
    (change,) = rule_changes({"gendash-a.yml": rules(a="1")}, {"gendash-a.yml": foreign})
    assert (change.action, change.payload) == ("left", {})


def test_a_file_that_is_no_text_or_no_rules_is_no_bug() -> None:
    for odd in (b"\xff\xfe", b"# Written by gendash (x)\n\xff", b"a: [", b"- 1\n", b""):
        (change,) = rule_changes({"gendash-a.yml": rules(a="1")}, {"gendash-a.yml": odd})
        assert change.action == "left"


def test_a_folder_that_cannot_be_seen_blocks_with_its_reason() -> None:
    (change,) = rule_changes({"gendash-a.yml": rules(a="1")}, "no folder /x")
    assert "no folder /x" in plan_text([change])
    assert not change.writes


LOADED = [LoadedRule("a", "recording", "sum(up)", "ok", "", 30.0)]
FILE = {"gendash-x.yml": signed_rules("groups:\n  - name: x\n    rules:\n      - {record: a, expr: sum (up)}\n")}


def test_rules_that_are_written_and_loaded_need_no_reload_and_others_do() -> None:
    assert reload_change(FILE, True, {"a": LOADED}) == []
    (missing,) = reload_change(FILE, False, {})
    assert missing.kind == "reload" and missing.writes and "not loaded as written: a" in missing.lines
    (other,) = reload_change(FILE, False, {"a": [replace(LOADED[0], expr="sum(down)")]})
    assert other.writes


def test_a_reload_that_is_owed_stays_owed_while_nobody_can_say_what_is_loaded() -> None:
    assert reload_change(FILE, False, "no connection") == []
    (owed,) = reload_change(FILE, True, "no connection")
    assert owed.writes and "no connection" in owed.lines[0]

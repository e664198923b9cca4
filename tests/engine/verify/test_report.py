"""Verdicts as people and machines read them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from gendash.engine.verify.report import as_junit, as_table, verdict_counts, verdicts_as_json
from gendash.engine.verify.verdict import Verdict

VERDICTS = [
    Verdict("overview", "job", "Service", "variable", "", "ok", rows=1, ms=2.04),
    Verdict("overview", "tickets", "Tickets", "panel", "A", "ok", rows=4, ms=3),
    Verdict("overview", "tickets", "Tickets", "panel", "B", "missing", 'column "a<b" does not exist', 0, 1.5),
    Verdict("overview", "errors", "Errors", "panel", "A", "ok", "the value is 0", 1, 1, "no request failed"),
    Verdict("overview", "voice", "Voice", "panel", "", "not_available", "needs a table; features.voice off"),
    Verdict("rules", "a", "record a", "rule", "", "ok", rows=1),
    Verdict("rules", "b", "record b", "rule", "", "ok", rows=1),
    Verdict("rules", "Watchdog", "alert Watchdog", "rule", "", "error", "it fails\x01", 0, 0),
]


def test_the_table_has_one_line_a_panel_by_dashboard_and_the_worst_query_speaks_for_it() -> None:
    assert as_table(VERDICTS).splitlines() == [
        "overview",
        "  ok            job (variable)      1 rows      2 ms",
        '  missing       tickets             4 rows      4 ms  B: column "a<b" does not exist',
        "  ok            errors              1 rows      1 ms  the value is 0: no request failed",
        "  not available voice               0 rows      0 ms  needs a table; features.voice off",
        "",
        "rules",
        "  ok            2 rules",
        "  error         Watchdog  it fails\x01",
        "",
        "5 ok, 1 not available, 1 missing, 1 error",
    ]


def test_colours_are_there_only_when_asked_for() -> None:
    assert "\x1b[" not in as_table(VERDICTS)
    assert "\x1b[31mmissing      \x1b[0m" in as_table(VERDICTS, colour=True)


def test_json_has_one_object_a_query() -> None:
    found = json.loads(verdicts_as_json(VERDICTS))
    assert len(found) == len(VERDICTS)
    assert found[2] == {
        "dashboard": "overview", "panel": "tickets", "title": "Tickets", "kind": "panel", "ref": "B",
        "status": "missing", "why": 'column "a<b" does not exist', "rows": 0, "ms": 1.5, "allowed": "",
    }  # fmt: skip


def test_junit_counts_faults_errors_and_skips_apart() -> None:
    root = ElementTree.fromstring(as_junit(VERDICTS))
    totals = {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert totals == {"tests": "8", "failures": "1", "errors": "1", "skipped": "1"}
    assert [suite.get("name") for suite in root] == ["overview", "rules"]
    case = root.find("testsuite/testcase[@name='tickets B']")
    assert case is not None
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == 'missing: column "a<b" does not exist'


def test_nothing_to_verify_is_said() -> None:
    assert as_table([]) == verdict_counts([]) == "nothing to verify"
    assert verdicts_as_json([]) == "[]"

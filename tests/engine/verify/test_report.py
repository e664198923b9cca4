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
    Verdict(
        "overview",
        "voice",
        "Voice",
        "panel",
        "",
        "not_available",
        "needs a table; features.voice: false",
        off="features.voice: false",
    ),
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
        "  not available needs a table; features.voice: false",
        "                voice",
        "",
        "rules",
        "  ok            2 rules",
        "  error         Watchdog  it fails\x01",
        "",
        "what is wrong",
        '  missing       overview/tickets: column "a<b" does not exist',
        "  error         rules/Watchdog: it fails\x01",
        "",
        "variables, annotations and rules: 3 ok, 1 error",
        "2 panels judged: 1 ok, 1 missing; 1 not judged: 1 (features.voice: false)",
    ]


def test_one_reason_that_stops_many_panels_is_one_line_at_the_end() -> None:
    down = [Verdict("overview", f"p{n}", "", "panel", "A", "error", "prometheus h:1: no connection") for n in range(9)]
    *_, wrong, _, last = as_table(down).splitlines()
    assert wrong == "  error         overview/p0, overview/p1, overview/p2 and 6 more: prometheus h:1: no connection"
    assert last == "9 panels judged: 9 error"


def test_the_last_line_says_how_many_panels_were_not_judged_and_why() -> None:
    off = [
        Verdict("o", f"{by}{n}", "", "panel", "", "not_available", "", off=by)
        for by, count in (("prometheus_url: none", 3), ("features.langfuse: false", 1))
        for n in range(count)
    ]
    why = "4 not judged: 3 (prometheus_url: none), 1 (features.langfuse: false)"
    assert verdict_counts(off) == f"no panel judged; {why}"
    assert verdict_counts([*off, Verdict("o", "a", "", "panel", "A", "ok")]) == f"1 panel judged: 1 ok; {why}"


def test_colours_are_there_only_when_asked_for() -> None:
    assert "\x1b[" not in as_table(VERDICTS)
    assert "\x1b[31mmissing      \x1b[0m" in as_table(VERDICTS, colour=True)


def test_json_has_one_object_a_query() -> None:
    found = json.loads(verdicts_as_json(VERDICTS))
    assert len(found) == len(VERDICTS)
    assert found[2] == {
        "dashboard": "overview", "panel": "tickets", "title": "Tickets", "kind": "panel", "ref": "B",
        "status": "missing", "why": 'column "a<b" does not exist', "rows": 0, "ms": 1.5, "allowed": "", "off": "",
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
    assert as_table([]).strip() == verdict_counts([]) == "no panel judged"
    assert verdicts_as_json([]) == "[]"

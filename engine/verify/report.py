"""Verdicts as a table for people, as JSON, and as JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from xml.etree import ElementTree

from gendash.engine.verify.verdict import CALM, WORST_FIRST, Status, Verdict

_COLOURS: dict[Status, int] = {
    "ok": 32,
    "not_available": 90,
    "flat_zero": 33,
    "all_null": 33,
    "no_rows": 33,
    "stale": 33,
}
_RED = 31
_FORBIDDEN = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r")  # no XML can hold these


def as_table(verdicts: Sequence[Verdict], *, colour: bool = False) -> str:
    """One line for each panel, variable and annotation, by dashboard; its worst query stands for a panel.

    Rules with which all is well share one line for each status.
    """
    out: list[str] = []
    for dashboard, group in groupby(verdicts, lambda verdict: verdict.dashboard):
        lines = _together([_worst(list(queries)) for _, queries in groupby(group, _place)])
        width = max(len(_label(line)) for line in lines)
        out += [*([""] if out else []), dashboard, *(_line(line, width, colour) for line in lines)]
    return "\n".join([*out, "", verdict_counts(verdicts)]) if out else verdict_counts(verdicts)


def verdict_counts(verdicts: Sequence[Verdict]) -> str:
    """How many queries there are of each status: ``41 ok, 2 missing``."""
    counts = [(sum(verdict.status == status for verdict in verdicts), status) for status in reversed(WORST_FIRST)]
    return ", ".join(f"{count} {status.replace('_', ' ')}" for count, status in counts if count) or "nothing to verify"


def verdicts_as_json(verdicts: Iterable[Verdict]) -> str:
    """A list with one object for each query."""
    return json.dumps([verdict.as_json() for verdict in verdicts], indent=2, ensure_ascii=False)


def as_junit(verdicts: Sequence[Verdict]) -> str:
    """One suite for each dashboard, one case for each query; what is not available counts as skipped."""
    root = ElementTree.Element("testsuites", _totals(verdicts) | {"name": "gendash verify"})
    for dashboard, group in groupby(verdicts, lambda verdict: verdict.dashboard):
        cases = list(group)
        suite = ElementTree.SubElement(root, "testsuite", {"name": dashboard} | _totals(cases))
        for one in cases:
            _case(suite, one)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, one: Verdict) -> None:
    name = f"{_label(one)} {one.ref}".strip()
    case = ElementTree.SubElement(
        suite, "testcase", {"classname": f"gendash.{one.dashboard}", "name": name, "time": f"{one.ms / 1000:.3f}"}
    )
    message = f"{one.status}: {one.why}".translate(_FORBIDDEN)
    if one.status == "not_available":
        ElementTree.SubElement(case, "skipped", {"message": message})
    elif one.status == "error":
        ElementTree.SubElement(case, "error", {"message": message, "type": one.status})
    elif one.status not in CALM:
        ElementTree.SubElement(case, "failure", {"message": message, "type": one.status})


def _totals(verdicts: Sequence[Verdict]) -> dict[str, str]:
    statuses = [verdict.status for verdict in verdicts]
    counts = {
        "tests": len(statuses),
        "failures": sum(status not in CALM and status != "error" for status in statuses),
        "errors": statuses.count("error"),
        "skipped": statuses.count("not_available"),
    }
    times = {"time": f"{sum(verdict.ms for verdict in verdicts) / 1000:.3f}"}
    return {key: str(count) for key, count in counts.items()} | times


def _place(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.dashboard, verdict.kind, verdict.panel


def _worst(queries: Sequence[Verdict]) -> Verdict:
    """One verdict that stands for all queries of a panel: the worst, with the rows and the time of all."""
    one = min(queries, key=lambda verdict: WORST_FIRST.index(verdict.status))
    ref = one.ref if len(queries) > 1 and not one.calm else ""
    rows, ms = sum(query.rows for query in queries), sum(query.ms for query in queries)
    allowed = next((query for query in queries if query.allowed), one) if one.status == "ok" else one
    return Verdict(
        one.dashboard, one.panel, one.title, one.kind, ref, one.status, allowed.why, rows, ms, allowed.allowed
    )


def _together(lines: Sequence[Verdict]) -> list[Verdict]:
    """The lines, those of rules with which all is well put together, first."""
    counted: dict[Status, Verdict] = {}
    rest: list[Verdict] = []
    for line in lines:
        if line.kind != "rule" or not line.calm:
            rest.append(line)
            continue
        known = counted.get(line.status)
        rows = known.rows + 1 if known else 1
        counted[line.status] = replace(line, panel=f"{rows} rule{'s' if rows > 1 else ''}", rows=rows, why="")
    return [*counted.values(), *rest]


def _label(verdict: Verdict) -> str:
    return verdict.panel if verdict.kind in ("panel", "rule") else f"{verdict.panel} ({verdict.kind})"


def _line(verdict: Verdict, width: int, colour: bool) -> str:
    status = f"{verdict.status.replace('_', ' '):<13}"
    if colour:
        status = f"\x1b[{_COLOURS.get(verdict.status, _RED)}m{status}\x1b[0m"
    why = f"{verdict.why}: {verdict.allowed}" if verdict.allowed else verdict.why
    ref = f"{verdict.ref}: " if verdict.ref else ""
    cost = "" if verdict.kind == "rule" else f" {verdict.rows:>6} rows {verdict.ms:>6.0f} ms"
    return f"  {status} {_label(verdict):<{width}}{cost}  {ref}{why}".rstrip()

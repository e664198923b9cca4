"""Verdicts as a table for people, as JSON, and as JUnit XML."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from xml.etree import ElementTree

from gendash.engine.verify.verdict import CALM, WORST_FIRST, Status, Verdict

_COLOURS: dict[Status, int] = {
    "ok": 32,
    "not_available": 90,
    "flat_zero": 33,
    "doubtful": 33,
    "all_null": 33,
    "no_rows": 33,
    "stale": 33,
}
_RED = 31
NAMED = 3  # panels that are named for a reason; the table names them all
_FORBIDDEN = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r")  # no XML can hold these


def as_table(verdicts: Sequence[Verdict], *, colour: bool = False) -> str:
    """One line for each panel, variable and annotation, by dashboard; a panel is shown by its worst query.

    Rules with which all is well share one line, and so do those of a dashboard that are not available for the same
    reason. What is wrong is repeated at the end, each reason once.
    """
    out: list[str] = []
    every = _places(verdicts)
    for dashboard, group in groupby(every, lambda verdict: verdict.dashboard):
        lines = _together(list(group))
        off = [line for line in lines if line.off and line.kind != "rule"]
        lines = [line for line in lines if line not in off]
        width = max((len(_label(line)) for line in lines), default=0)
        out += [*([""] if out else []), dashboard, *(_line(line, width, colour) for line in lines)]
        out += _unavailable(off, colour)
    wrong = list(_wrong(every, colour))
    return "\n".join([*out, *(["", "what is wrong", *wrong] if wrong else []), "", verdict_counts(verdicts)])


def _unavailable(off: Sequence[Verdict], colour: bool) -> Iterator[str]:
    """Each reason for which something of a dashboard is not available, and the names below it."""
    for why in dict.fromkeys(one.why for one in off):
        names = ", ".join(_label(one) for one in off if one.why == why)
        yield f"  {_shown('not_available', colour)} {why}"
        yield from textwrap.wrap(names, 100, initial_indent=" " * 16, subsequent_indent=" " * 16)


def _wrong(every: Iterable[Verdict], colour: bool) -> Iterator[str]:
    """Lines of what needs action: each reason once, with the panels that it affects."""
    stopped: dict[tuple[Status, str], list[str]] = {}
    for one in every:
        if not one.calm:
            stopped.setdefault((one.status, one.why), []).append(f"{one.dashboard}/{_label(one)}")
    for (status, why), names in stopped.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"  {_shown(status, colour)} {', '.join(names[:NAMED])}{more}: {why}"


def verdict_counts(verdicts: Sequence[Verdict]) -> str:
    """Counts by status of variables, annotations and rules; last line: panels judged, and why the others were not."""
    every = _places(verdicts)
    others = [verdict for verdict in every if verdict.kind != "panel"]
    lines = [f"variables, annotations and rules: {_counts(others)}"] if others else []
    panels = [verdict for verdict in every if verdict.kind == "panel"]
    judged = [verdict for verdict in panels if verdict.status != "not_available"]
    off = Counter(verdict.off for verdict in panels if verdict.status == "not_available")
    last = f"{len(judged)} panel{'s'[: len(judged) != 1]} judged: {_counts(judged)}" if judged else "no panel judged"
    if off:
        last += f"; {off.total()} not judged: {', '.join(f'{count} ({name})' for name, count in off.most_common())}"
    return "\n".join([*lines, last])


def _counts(verdicts: Sequence[Verdict]) -> str:
    """Counts by status: ``41 ok, 2 missing``."""
    counts = [(sum(verdict.status == status for verdict in verdicts), status) for status in reversed(WORST_FIRST)]
    return ", ".join(f"{count} {status.replace('_', ' ')}" for count, status in counts if count)


def _places(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """One verdict for each panel, variable, annotation and rule."""
    return [_worst(list(queries)) for _, queries in groupby(verdicts, _place)]


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
    """One verdict for all queries of a panel: the worst, with the rows and the time of all."""
    one = min(queries, key=lambda verdict: WORST_FIRST.index(verdict.status))
    ref = one.ref if len(queries) > 1 and not one.calm else ""
    rows, ms = sum(query.rows for query in queries), sum(query.ms for query in queries)
    allowed = next((query for query in queries if query.allowed), one) if one.status == "ok" else one
    return replace(one, ref=ref, why=allowed.why, rows=rows, ms=ms, allowed=allowed.allowed)


def _together(lines: Sequence[Verdict]) -> list[Verdict]:
    """The lines, those of rules with which all is well put together, first."""
    counted: dict[tuple[Status, str], Verdict] = {}
    rest: list[Verdict] = []
    for line in lines:
        if line.kind != "rule" or not line.calm:
            rest.append(line)
            continue
        known = counted.get((line.status, line.off))
        rows = known.rows + 1 if known else 1
        why = line.why if line.off else ""
        together = replace(line, panel=f"{rows} rule{'s' if rows > 1 else ''}", rows=rows, why=why)
        counted[(line.status, line.off)] = together
    return [*counted.values(), *rest]


def _label(verdict: Verdict) -> str:
    return verdict.panel if verdict.kind in ("panel", "rule") else f"{verdict.panel} ({verdict.kind})"


def _shown(status: Status, colour: bool) -> str:
    text = f"{status.replace('_', ' '):<13}"
    return f"\x1b[{_COLOURS.get(status, _RED)}m{text}\x1b[0m" if colour else text


def _line(verdict: Verdict, width: int, colour: bool) -> str:
    status = _shown(verdict.status, colour)
    why = f"{verdict.why}: {verdict.allowed}" if verdict.allowed else verdict.why
    ref = f"{verdict.ref}: " if verdict.ref else ""
    cost = "" if verdict.kind == "rule" else f" {verdict.rows:>6} rows {verdict.ms:>6.0f} ms"
    return f"  {status} {_label(verdict):<{width}}{cost}  {ref}{why}".rstrip()

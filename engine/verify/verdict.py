"""Judges an answer: is it what a panel should show, and if not, why not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from gendash.engine.model import Query

Status = Literal["ok", "error", "missing", "stale", "no_rows", "all_null", "flat_zero", "doubtful", "not_available"]
SubjectKind = Literal["panel", "variable", "annotation", "rule", "server"]
WORST_FIRST: tuple[Status, ...] = (
    "error",
    "missing",
    "stale",
    "no_rows",
    "all_null",
    "flat_zero",
    "doubtful",
    "not_available",
    "ok",
)
CALM: frozenset[Status] = frozenset({"ok", "not_available"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATE = 5  # a source is stale when it is this many of its own intervals behind


@dataclass(frozen=True)
class Finding:
    """A status and its reason in one line."""

    status: Status
    why: str = ""
    allowed: str = ""


OK = Finding("ok")


@dataclass(frozen=True)
class Verdict:
    """The result of one query: its place, its status, its number of rows and milliseconds.

    ``panel`` is a panel's slug, or the name of a variable, annotation or rule. ``allowed`` is the reason that the
    definition gives for an answer that would else be a fault. ``off`` is the setting by which it is not available.
    """

    dashboard: str
    panel: str
    title: str
    kind: SubjectKind
    ref: str
    status: Status
    why: str = ""
    rows: int = 0
    ms: float = 0.0
    allowed: str = ""
    off: str = ""

    @property
    def calm(self) -> bool:
        """True if the status needs no action."""
        return self.status in CALM

    def as_json(self) -> dict[str, Any]:
        """All fields; milliseconds with one decimal."""
        return asdict(self) | {"ms": round(self.ms, 1)}


@dataclass(frozen=True)
class Answer:
    """The cells of an answer that a panel draws: numbers (None for null and NaN), and how many texts are not null.

    ``fault`` is the reason why Grafana would show an error although the server gave rows.
    """

    rows: int
    numbers: tuple[float | None, ...] = ()
    texts: int = 0
    fault: str = ""


def table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], format: str = "table", numeric: Sequence[bool] = ()
) -> Answer:
    """The answer to a SQL query: the time axis is left out, columns that are not numbers count as texts.

    ``numeric`` says of each column whether its type is one of numbers; without it the cells decide.
    """
    numbers: list[float | None] = []
    texts = 0
    drawn = [i for i, name in enumerate(columns) if name not in ("time", "timeend")] or range(len(columns))
    for i in drawn:
        cells = [row[i] for row in rows]
        if numeric[i] if numeric else any(map(_is_number, cells)):
            numbers += [_number(cell) for cell in cells]
        else:
            texts += sum(cell is not None for cell in cells)
    return Answer(len(rows), tuple(numbers), texts, _frame_fault(columns, rows, format))


def series(result: Iterable[Mapping[str, Any]]) -> Answer:
    """The answer of Prometheus: ``result`` of a vector or a matrix; a row is a series, a native histogram a text."""
    numbers: list[float | None] = []
    rows = histograms = 0
    for one in result:
        rows += 1
        histograms += "histogram" in one or "histograms" in one
        samples = one["values"] if "values" in one else [one["value"]] if "value" in one else []
        numbers += [_number(float(value)) for _, value in samples]
    return Answer(rows, tuple(numbers), histograms)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def _number(cell: Any) -> float | None:
    return None if cell is None or math.isnan(cell) else float(cell)


def _frame_fault(columns: Sequence[str], rows: Sequence[Sequence[Any]], format: str) -> str:
    """Why Grafana cannot make a frame of these rows, or an empty string."""
    double = next((name for i, name in enumerate(columns) if name in columns[:i]), None)
    if double is not None:
        return f"two columns are named '{double}'"
    if format != "time_series" or not rows:
        return ""
    if "time" not in columns:
        return "a time series needs a column named time"
    at = columns.index("time")
    times = [row[at] for row in rows if row[at] is not None]
    labels = any(isinstance(cell, str) for cell in rows[0])
    if any(not isinstance(one, date) and not _is_number(one) for one in times):
        return "the column named time holds no times"
    if labels and any(later < earlier for earlier, later in pairwise(_moments(times))):
        return "a time series with labels must be ordered by time"
    return ""


def _moments(times: Sequence[Any]) -> list[float]:
    """Times as numbers of one kind that can be compared."""
    return [_moment(one) if isinstance(one, date) else float(one) for one in times]


def _moment(time: date) -> float:
    whole = time if isinstance(time, datetime) else datetime(time.year, time.month, time.day)
    return (whole.replace(tzinfo=whole.tzinfo or UTC) - _EPOCH).total_seconds()


def judge(query: Query, answer: Answer, source: Finding = OK) -> Finding:
    """The status of an answer, given what is known about its source.

    A missing or stale source has precedence over the rows; a note on one that is ok is kept.
    ``may_be_empty`` allows no rows and all null, ``may_be_zero`` allows flat zero; nothing allows a missing or stale
    source.
    """
    if answer.fault:
        return Finding("error", answer.fault)
    if source.status not in CALM and source.status != "no_rows":
        return source
    real = [number for number in answer.numbers if number is not None]
    null = not real and (bool(answer.numbers) or not answer.texts)
    zeros = "the value is 0" if len(real) == 1 else f"{len(real)} values, every one is 0"
    empty = source.why if source.status == "no_rows" else "no rows"
    looks: tuple[tuple[bool, Status, str, str], ...] = (
        (not answer.rows, "no_rows", empty, query.may_be_empty),
        (null, "all_null", f"every value of {answer.rows} row{'s'[: answer.rows > 1]} is null", query.may_be_empty),
        (bool(real) and not any(real), "flat_zero", zeros, query.may_be_zero),
    )
    for holds, status, why, reason in looks:
        if holds:
            return Finding("ok", why, reason) if reason else Finding(status, why)
    return source if source.status == "ok" else OK


def worst(findings: Iterable[Finding]) -> Finding:
    """The most serious of several findings; ok where there is none."""
    return min(findings, key=lambda finding: WORST_FIRST.index(finding.status), default=OK)


def lateness(age_s: float | None, every_s: float) -> bool:
    """True if a source whose newest value is ``age_s`` old should have a newer one by now."""
    return age_s is None or age_s > LATE * every_s


def duration(age_s: float) -> str:
    """An age in words: ``45 s``, ``12 min``, ``3 h``, ``2 days``."""
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if age_s < limit:
            return f"{age_s / size:.0f} {unit}"
    return f"{age_s / 86400:.0f} days"

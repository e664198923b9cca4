"""Prometheus history of the demo: scrapes of all targets, and what the rules would have recorded, as OpenMetrics text.

`promtool tsdb create-blocks-from openmetrics` makes blocks of it. Samples are 15 s apart for the last two days and
5 min apart before.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gendash.demo import count_metrics, recorded_series
from gendash.demo.evaluate import grid
from gendash.demo.metrics import STORE_JOB, WRITTEN, Fleet, as_scraped, fleet, series_of
from gendash.demo.timeline import Change, Platform

FINE_S, COARSE_S = 15, 300
PHASE_S = 8
"""The last scrape lies this long before the end, which keeps samples away from the borders of whole windows."""

RESTARTS = ((9 * 3600 + 7, 0), (9 * 3600 - 40, 1), (10 * 86400 + 7, 0), (10 * 86400 - 80, 1))
"""Deployments: seconds before the end, and the instance of the API that restarts."""

ORPHANS = 12
"""Vectors of documents that were deleted: the vector store still holds them."""

_DAY_S = 86400


class Reach(NamedTuple):
    """Days of history: of everything; of samples 15 s apart; of raw counters and recorded series by route."""

    days: int = 35
    fine: float = 2
    detail: float = 8


@dataclass
class Scrapes:
    """Values of each series of each target at ``times``; from ``fine`` on they are 15 s apart.

    What is raw is written from ``detail`` on.
    """

    times: list[int]
    fine: int
    detail: int
    columns: list[tuple[str, str, dict[str, Sequence[float]]]]
    fleet: Fleet
    roles: dict[str, str]


def scrape(platform: Platform, end: float, extra: Iterable[Change] = (), reach: Reach | None = None) -> Scrapes:
    """The samples that Prometheus scraped until ``end``; ``extra`` holds changes later than the platform's lists."""
    reach = reach or Reach()
    last = int(end) - PHASE_S
    fine = [last - FINE_S * n for n in range(int(reach.fine * _DAY_S) // FINE_S)][::-1]
    count = int((reach.days - reach.fine) * _DAY_S) // COARSE_S
    coarse = [fine[0] - FINE_S - COARSE_S * n for n in range(count)][::-1]
    times = coarse + fine
    start = float(times[0] - COARSE_S)
    found = fleet(platform.born, platform.zone, platform.incident, platform.seed, start)
    known = count_metrics.roles(platform)
    _fill(found.api[0].gauges, platform, start)
    counted = [*count_metrics.changes(platform, start), *extra]
    restarts = [(end - before, number) for before, number in RESTARTS]
    columns = [{key: array("d") for key in (*target.values, *target.gauges)} for target in found.targets()]
    for at, due in zip(times, count_metrics.between(counted, times), strict=True):
        for when, number in restarts:
            if start < when <= at:
                found.api[number].restart(float(int(when)))
        found.step(start, at)
        for _, table, row in due:
            count_metrics.count(found.api[0], table, row, known)
        for target, series in zip(found.targets(), columns, strict=True):
            for column, value in zip(series.values(), (*target.values.values(), *target.gauges.values()), strict=True):
                column.append(value)
        start = at
    detail = bisect_left(times, last - reach.detail * _DAY_S)
    seen = [
        (target.job, target.instance, {key: as_scraped(key, column) for key, column in series.items()} | _meta(series))
        for target, series in zip(found.targets(), columns, strict=True)
    ]
    return Scrapes(times, len(coarse), detail, seen, found, known)


def _meta(series: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    """The series that Prometheus itself records of each scrape."""
    count = len(next(iter(series.values())))
    return {
        "up": [1] * count,
        "scrape_samples_scraped": [len(series)] * count,
        "scrape_duration_seconds": [0.012] * count,
    }


def _fill(gauges: dict[str, float], platform: Platform, until: float) -> None:
    chunks = sum(row[8] for row in platform.documents if row[-1].timestamp() < until)
    gauges["kb_chunks_total"], gauges["vector_store_vectors_total"] = float(chunks), float(chunks + ORPHANS)
    gauges["users_active_total"] = float(len({row[1] for row in platform.conversations[-400:]}))


_Column = tuple[str, Sequence[str], Iterable[str]]


def facts(exposition: str, scrapes: Scrapes) -> Iterator[_Column]:
    """The final output of `gendash metrics` as scraped for the last ten minutes, without its time of writing."""
    stamps = [f" {at}\n" for at in scrapes.times[-600 // FINE_S :]]
    for line in exposition.splitlines():
        key, _, value = line.rpartition(" ")
        if key and not line.startswith("#") and key != WRITTEN:
            instance = scrapes.fleet.store.instance
            yield series_of(key, STORE_JOB, instance), stamps, [value] * len(stamps)


def write_facts(exposition: str, scrapes: Scrapes, folder: Path) -> Path:
    """Writes them as OpenMetrics text."""
    return _text(folder / "facts.om", facts(exposition, scrapes))


def write(
    scrapes: Scrapes, rules: Iterable[recorded_series.Rule], folder: Path, say: Callable[[str], None]
) -> Iterator[Path]:
    """Writes the history as OpenMetrics texts, and yields each as soon as it is there; ``say`` gets what is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    yield _text(folder / "scraped.om", _scraped(scrapes))
    yield _text(folder / "recorded.om", _recorded(scrapes, rules, say))


def _text(path: Path, columns: Iterable[_Column]) -> Path:
    with path.open("w", encoding="ascii") as out:
        for series, stamps, values in columns:
            prefix = series + " "
            out.write("".join([prefix + value + stamp for value, stamp in zip(values, stamps, strict=True)]))
        out.write("# EOF\n")
    return path


def _scraped(scrapes: Scrapes) -> Iterator[_Column]:
    stamps = [f" {at}\n" for at in scrapes.times]
    for job, instance, columns in scrapes.columns:
        for key, column in columns.items():
            since = 0 if key in ("up", "process_start_time_seconds") else scrapes.detail
            yield series_of(key, job, instance), stamps[since:], map(str, column[since:])


def _recorded(scrapes: Scrapes, rules: Iterable[recorded_series.Rule], say: Callable[[str], None]) -> Iterator[_Column]:
    begin = scrapes.times[scrapes.detail]
    found, skipped = recorded_series.evaluate(grid(scrapes.times, scrapes.fine, PHASE_S), scrapes.columns, rules)
    for line in skipped:
        say(f"no history: {line}")
    for one in found:
        first = bisect_left(one.times, begin) if one.is_wide else 0
        stamps = [f" {at}\n" for at in one.times[first:]]
        yield one.series, stamps, map("{:.10g}".format, one.values[first:])

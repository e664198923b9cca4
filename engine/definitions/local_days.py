"""Local days as SQL conditions: the conditions with which the platform is read again, compared and corrected."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from gendash.engine.languages.lenient_sql import NUMBERS, TIMES, epoch_between
from gendash.engine.languages.sql_text import quote_text

# Indexes are asked for a little more than the days from midnight to midnight, and the day itself is asked of each row.
# So no zone's odd midnights (skipped, or there twice) can lose one.
_MARGIN = "interval '3 hours'"
MOST_SPANS = 16
"""Runs of days that a condition names one by one. Each is compared with each row, so more are looked up in a list."""


# The calendar: no platform has rows beyond. The zero values of languages, and infinity, say that a time is not known,
# and a time of the year 9999 that a clock is wrong; such rows are in no figure
FIRST_DAY, END_OF_DAYS = date(2000, 1, 1), date(2200, 1, 1)


def in_calendar(column: str) -> str:
    """SQL: whether a date or a time is one of the calendar's."""
    return f"{column} >= {quote_text(str(FIRST_DAY))} and {column} < {quote_text(str(END_OF_DAYS))}"


@dataclass(frozen=True)
class Signature:
    """The number of rows that the platform has for a day, and the XOR of their hashes over all columns read."""

    rows: int
    xor: int

    def __add__(self, other: Signature) -> Signature:
        return Signature(self.rows + other.rows, self.xor ^ other.xor)


# In place of a day's signature: it has a user whom the list of users does not know yet
DOUBTFUL = Signature(-1, 0)


@dataclass(frozen=True)
class Days:
    """Local days, in order; with ``onwards`` also every day after the last of them."""

    days: tuple[date, ...]
    onwards: bool = False

    def part(self, start: int, stop: int) -> Days:
        """The days from one place to another; what follows the last day goes with it."""
        return Days(self.days[start:stop], self.onwards and stop >= len(self.days))

    def spans(self) -> list[tuple[date, date | None]]:
        """The first and the last day of each run of days without a gap; None for a last one without an end."""
        found: list[tuple[date, date | None]] = []
        for day in self.days:
            if found and found[-1][1] == day - timedelta(days=1):
                found[-1] = found[-1][0], day
            else:
                found.append((day, day))
        if self.onwards:
            found[-1] = found[-1][0], None
        return found

    def around(self, column: str, zone: str, kind: str = TIMES[0]) -> str:
        """A condition that an index on a column can answer, and that all rows of these days fulfil.

        ``kind`` is the column's type: a time, or a number, which counts from 1970 in a unit that its size says.
        """
        bounds: list[tuple[str, str | None]] = []
        for first, last in _joined(self.spans(), MOST_SPANS):
            end = f"{_midnight(last + timedelta(days=1), zone)} + {_MARGIN}" if last else None
            bounds.append((f"{_midnight(first, zone)} - {_MARGIN}", end))
        if kind.startswith(NUMBERS):
            return _any(epoch_between(column, *span) for span in bounds)
        return _any(f"{column} >= {first}" + (f" and {column} < {end}" if end else "") for first, end in bounds)

    def exactly(self, day: str) -> str:
        """A condition on an expression that gives a row's local day."""
        if len(self.spans()) > MOST_SPANS:  # hashed once, whatever the number of days
            listed = quote_text("{" + ",".join(map(str, self.days)) + "}")
            later = f" or {day} >= {quote_text(str(self.days[-1]))}" if self.onwards else ""
            return f"({day} in (select unnest({listed}::date[])){later})"
        return _any(
            f"{day} between {quote_text(str(first))} and {quote_text(str(last))}"
            if last
            else f"{day} >= {quote_text(str(first))}"
            for first, last in self.spans()
        )

    def on(self, column: str, zone: str) -> str:
        """A condition on a column of type timestamptz."""
        return f"({self.around(column, zone)} and {self.exactly(local_day(column, zone))})"


def spread(days: Iterable[date], around: tuple[int, int]) -> set[date]:
    """The days, and so many before and after each of them."""
    before, after = around
    return {day + timedelta(number) for day in days for number in range(-before, after + 1)}


def local_day(time: str, zone: str) -> str:
    """SQL: the local day of a timestamptz."""
    return f"({time} at time zone {quote_text(zone)})::date"


def differing_days(now: Mapping[date, Signature], known: Mapping[date, Signature | None]) -> list[date]:
    """Days whose signature is not the one that is known, or of which none is, in order."""
    return sorted(day for day in {*now, *known} if now.get(day) is None or now[day] != known.get(day))


def groups(days: Iterable[date], sizes: Mapping[date, Signature], most: int) -> Iterator[Days]:
    """The days in groups of about so many rows, each at least one day."""
    group: list[date] = []
    rows = 0
    for day in days:
        size = sizes[day].rows if day in sizes else 0
        if group and rows + size > most:
            yield Days(tuple(group))
            group, rows = [], 0
        group.append(day)
        rows += size
    if group:
        yield Days(tuple(group))


def _joined(spans: list[tuple[date, date | None]], most: int) -> list[tuple[date, date | None]]:
    """At most so many runs that cover all of these: those with the smallest gaps between them are joined."""
    if len(spans) <= most:
        return spans
    gaps = [(after[0] - (before[1] or after[0]), place) for place, (before, after) in enumerate(pairwise(spans), 1)]
    cuts = sorted(place for _, place in heapq.nlargest(most - 1, gaps))
    return [(spans[start][0], spans[stop - 1][1]) for start, stop in pairwise([0, *cuts, len(spans)])]


def _any(conditions: Iterable[str]) -> str:
    """The conditions joined by OR; `false` if there are none."""
    return f"({' or '.join(conditions) or 'false'})"


def _midnight(day: date, zone: str) -> str:
    return f"{quote_text(str(day))}::timestamp at time zone {quote_text(zone)}"

"""Local days as SQL conditions: by them the platform is read again, compared, and put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gendash.engine.refs import quote_text

# A local day lies within these bounds around the same day in UTC, in whatever zone; indexes are asked for them, and
# the day itself is asked of each row. So no zone's odd midnights (skipped, or there twice) can lose one.
_AHEAD, _BEHIND = timedelta(hours=14), timedelta(hours=12)


@dataclass(frozen=True)
class Signature:
    """How many rows the platform has for a day, and the exclusive or of their hashes, over every column read."""

    rows: int
    xor: int

    def __add__(self, other: Signature) -> Signature:
        return Signature(self.rows + other.rows, self.xor ^ other.xor)


@dataclass(frozen=True)
class Days:
    """Local days, in order; with ``onwards`` also every day after the last of them."""

    days: tuple[date, ...]
    onwards: bool = False

    def part(self, start: int, stop: int) -> Days:
        """The days from one place to another; what follows the last day goes with it."""
        return Days(self.days[start:stop], self.onwards and stop >= len(self.days))

    def around(self, column: str) -> str:
        """A condition on a column of times that an index can answer, and that all rows of these days fulfil."""
        first = _instant(self.days[0]) - _AHEAD
        last = _instant(self.days[-1]) + timedelta(days=1) + _BEHIND
        end = "" if self.onwards else f" and {column} < {_literal(last)}"
        return f"{column} >= {_literal(first)}{end}"

    def exactly(self, day: str) -> str:
        """A condition on an expression that gives a row's local day."""
        if self.onwards:
            return f"({self._among(day, self.days[:-1])} or {day} >= {quote_text(str(self.days[-1]))})"
        return self._among(day, self.days)

    @staticmethod
    def _among(day: str, days: tuple[date, ...]) -> str:
        return f"{day} = any ({quote_text('{' + ','.join(map(str, days)) + '}')}::date[])"

    def on(self, column: str, zone: str) -> str:
        """A condition on a column of type timestamptz."""
        return f"({self.around(column)} and {self.exactly(local_day(column, zone))})"


def spread(days: Iterable[date], around: tuple[int, int]) -> set[date]:
    """The days, and so many before and after each of them."""
    before, after = around
    return {day + timedelta(number) for day in days for number in range(-before, after + 1)}


def local_day(time: str, zone: str) -> str:
    """SQL: the local day of a timestamptz."""
    return f"({time} at time zone {quote_text(zone)})::date"


def differing(now: Mapping[date, Signature], known: Mapping[date, Signature | None]) -> list[date]:
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


def _instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _literal(instant: datetime) -> str:
    return f"{quote_text(instant.isoformat())}::timestamptz"

"""A query's text without its time range, whose ends become values: equal texts are planned once by the store.

Grafana writes the ends into each text. What is sent here means the same, since a value without a type takes the one of
its place, as a literal does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from gendash.engine.clients.answers import Failed
from gendash.engine.languages.grafana_macros import Choice, Span, Timing, expand_macros
from gendash.engine.read.questions import Sent
from gendash.engine.read.reader import Statement
from gendash.engine.read.sources import expanded_text

ENDS = ("$__timeFrom()", "$__timeTo()", "$__unixEpochFrom()", "$__unixEpochTo()", "$__from", "$__to")
_SAMPLES = (datetime(2001, 2, 3, 4, 5, 6, 789123, UTC), datetime(2011, 12, 13, 14, 15, 16, 171819, UTC))


@dataclass(frozen=True)
class Lifted:
    """A text with a placeholder for each end of the range that it names, and which of `ENDS` these are."""

    text: str
    ends: Sequence[str]

    def statement(self, time: Timing) -> Statement:
        """The query over a range."""
        return Statement(self.text, [_end(one, time.span.start, time.span.end) for one in self.ends])


def lifted_text(item: Sent, choices: Sequence[Choice]) -> Lifted | Failed | None:
    """The text of a query of the store for every range with these intervals; Failed as `expanded_text`.

    None where the text depends on its range in another way than by naming its ends.
    """
    found = []
    for moment in _SAMPLES:  # two ranges that no text names, to the microsecond
        time = replace(item.time, span=Span(moment, moment + timedelta(days=1, seconds=1)))
        text = expanded_text(replace(item, time=time), item.text, choices)
        if isinstance(text, Failed):
            return text
        found.append(_lifted(text, time))
    return found[0] if found[0] == found[1] else None


def _lifted(text: str, time: Timing) -> Lifted:
    names = {expand_macros("sql", one, time): one for one in ENDS}
    ends: list[str] = []

    def placeholder(match: re.Match[str]) -> str:
        ends.append(names[match[0]])
        return "%s"

    each = "|".join(re.escape(one) for one in names)
    return Lifted(re.sub(rf"(?<![\w'])(?:{each})(?![\w'])", placeholder, text.replace("%", "%%")), ends)


@lru_cache(256)  # the figures of a request mostly have the same range
def _end(name: str, first: datetime, last: datetime) -> str | int:
    """One of `ENDS` as a value."""
    literal = expand_macros("sql", name, Timing(Span(first, last), 0, 0, 0))
    return literal.strip("'") if literal.startswith("'") else int(literal)

"""Times of the calendar as Grafana writes them; all are milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_PIECES = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "MMM": "%b", "hh": "%I", "A": "%p"}
INVALID = "Invalid date"


def moment_of(ms: float, zone: str = "UTC") -> datetime | None:
    """The local time, or None for a number that is no time of the calendar."""
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(ZoneInfo(zone))
    except (OverflowError, ValueError):
        return None


def ms_of(moment: datetime) -> float:
    """Milliseconds since 1970; a time without a zone is meant in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) / _MS


def moment_text(ms: float, zone: str, form: str) -> str:
    """A local time in a format of ``strftime``."""
    moment = moment_of(ms, zone)
    return moment.strftime(form) if moment else INVALID


def clock_text(ms: float, zone: str, pattern: str) -> str:
    """A local time in the pattern language of moment.js; letters that it does not know stay."""
    form, rest = "", pattern
    while rest:
        piece = next((p for p in sorted(_PIECES, key=len, reverse=True) if rest.startswith(p)), "")
        form += _PIECES[piece] if piece else rest[0].replace("%", "%%")
        rest = rest[len(piece) or 1 :]
    return moment_text(ms, zone, form)


def ago(ms: float, now: datetime) -> str:
    """How long ago a time was, or how soon it will be, in the words of moment.js."""
    then = moment_of(ms)
    if then is None:
        return INVALID
    gap = abs((now - then) / timedelta(seconds=1))
    months = gap / 86400 * 4800 / 146097
    texts = (  # each holds while its number is below the limit
        (gap, 45, "a few seconds"),
        (gap, 90, "a minute"),
        (gap / 60, 44.5, "{} minutes"),
        (gap / 3600, 1.5, "an hour"),
        (gap / 3600, 21.5, "{} hours"),
        (gap / 86400, 1.5, "a day"),
        (gap / 86400, 25.5, "{} days"),
        (months, 1.5, "a month"),
        (months, 10.5, "{} months"),
        (months / 12, 1.5, "a year"),
    )
    number, words = next(((n, words) for n, limit, words in texts if n < limit), (months / 12, "{} years"))
    text = words.format(int(number + 0.5))
    return f"in {text}" if then > now else f"{text} ago"

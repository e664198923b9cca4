"""What a request asks for: its range, grain, filters and page, checked; a wrong one says why in one sentence."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gendash.api.endpoint import Endpoint, Grain
from gendash.engine.config.load import Config
from gendash.engine.config.value_types import seconds
from gendash.engine.languages.grafana_macros import Span

RANGES = ("24h", "7d", "30d")
DEFAULT, DEFAULT_LIMIT, MOST_ROWS = "7d", 100, 1000
MOST_CSV = 50_000  # rows of CSV that is not asked for page by page
LONGEST_TEXT = 200
_EARLIEST, _LATEST = 2000, 2199
_SMALLEST = timedelta(milliseconds=1)


class Wrong(Exception):
    """A request that cannot be answered; ``status`` is that of HTTP."""

    def __init__(self, what: str, status: int = 422) -> None:
        super().__init__(what)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """A checked request. ``explicit`` is true if it names a range; ``after`` is the key of the last row before it."""

    span: Span
    explicit: bool
    grain: Grain
    filters: Mapping[str, str] = field(default_factory=dict)
    limit: int = DEFAULT_LIMIT
    after: Sequence[Any] | None = None
    figures: Sequence[str] = ()


def span_asked(config: Config, params: Mapping[str, str], now: datetime) -> tuple[Span, bool]:
    """The range of a request, and whether it names one. Raises Wrong."""
    zone = ZoneInfo(config["time_zone"])
    named, start, end = params.get("range"), params.get("from"), params.get("to")
    if named and (start or end):
        raise Wrong("range and from exclude each other")
    if named and named not in RANGES:
        raise Wrong(f"range is one of {', '.join(RANGES)}")
    if end and not start:
        raise Wrong("to needs from")
    if not start:
        return Span.last(named or DEFAULT, now), bool(named)
    first, last = _time(start, "from", zone), _time(end, "to", zone) if end else now
    if first >= last:
        raise Wrong("from must be before to")
    longest = config["api.longest_range"]
    if (last - first).total_seconds() > seconds(longest):
        raise Wrong(f"the range is longer than {longest}")
    return Span(first, last), True


def shown_span(config: Config, params: Mapping[str, str], now: datetime) -> tuple[Span, bool]:
    """The range of a request as panels take it, and whether the request names one. Raises Wrong.

    Days and hours of a panel are those that begin up to its end, as with Grafana's ranges, which end at 23:59:59. So
    the end of a request, which is not part of its range, is a millisecond later.
    """
    span, explicit = span_asked(config, params, now)
    return (Span(span.start, max(span.start, span.end - _SMALLEST)) if "to" in params else span), explicit


def _time(text: str, name: str, zone: ZoneInfo) -> datetime:
    """A time of ISO 8601; without a zone it is local. Raises Wrong."""
    try:
        moment = datetime.fromisoformat(text[:40].replace(" ", "+"))
    except ValueError:
        raise Wrong(f"{name} is no time such as 2026-11-29 or 2026-11-29T12:00:00+01:00") from None
    if not _EARLIEST < moment.year < _LATEST:
        raise Wrong(f"{name} must be from {_EARLIEST + 1} to {_LATEST - 1}")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def asked(
    config: Config, endpoint: Endpoint, native: Grain, params: Mapping[str, str], now: datetime, is_csv: bool = False
) -> Asked:
    """The request to an endpoint whose rows are as fine as ``native``. Raises Wrong."""
    span, explicit = shown_span(config, params, now)
    known = {"range", "from", "to", "group", "limit", "cursor", "figures", *endpoint.rows.by}
    for name in params:
        if name not in known:
            raise Wrong(f"no parameter '{name[:40]}'; there are {', '.join(sorted(known))}")
    grain = params.get("group", "day")
    grains = ("hour", "day", "week") if native == "hour" else ("day", "week")
    if grain not in grains:
        raise Wrong(f"group is one of {', '.join(grains)}")
    filters = {name: params[name] for name in endpoint.rows.by if name in params}
    if any(len(value) > LONGEST_TEXT or "\0" in value for value in filters.values()):
        raise Wrong("a filter is too long, or no text")
    figures = [one for one in params.get("figures", "").split(",") if one]
    unknown = [one for one in figures if one not in endpoint.figures and one != "none"]
    if unknown:
        raise Wrong(f"no figure '{unknown[0][:40]}'; there are {', '.join(endpoint.figures)}, or none")
    after = (
        key_in(f"{endpoint.path} {grain}", params["cursor"], 1 + len(endpoint.rows.by))
        if params.get("cursor")
        else None
    )
    limit = limit_asked(params, is_csv)
    return Asked(span, explicit, grain, filters, limit, after, figures)  # type: ignore[arg-type]


def limit_asked(params: Mapping[str, str], is_csv: bool = False) -> int:
    """How many rows a page may have; CSV is one page, unless a limit is given. Raises Wrong."""
    if is_csv and "limit" not in params:
        return MOST_CSV
    text = params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= MOST_ROWS):
        raise Wrong(f"limit is a number from 1 to {MOST_ROWS}")
    return int(text)


def cursor_of(listed: str, key: Sequence[Any]) -> str:
    """The cursor behind a row with this key; ``listed`` names the list, since a key says nothing in another one."""
    return base64.urlsafe_b64encode(json.dumps([listed, *key], default=_plain).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)


def key_in(listed: str, text: str, length: int) -> list[Any]:
    """The key in a cursor of this list. Raises Wrong."""
    wrong = Wrong("the cursor is not one that this endpoint gave")
    try:
        found = json.loads(base64.b64decode(text[:4000] + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise wrong from None
    if not isinstance(found, list) or len(found) != 1 + length or not all(isinstance(one, str) for one in found):
        raise wrong
    given, *key = found
    if given != listed:
        raise wrong
    if any("\0" in one or any("\ud800" <= letter <= "\udfff" for letter in one) for one in key):
        raise wrong
    try:
        moment = datetime.fromisoformat(key[0])
    except ValueError:
        raise wrong from None
    if not _EARLIEST < moment.year < _LATEST:
        raise wrong
    # Python reads more forms of a time, and larger offsets, than PostgreSQL
    return [(moment.astimezone(UTC) if moment.tzinfo else moment).isoformat(), *key[1:]]


def next_link(params: Mapping[str, str], cursor: str) -> dict[str, str]:
    """The header that names the following page of CSV, whose body has no room for it; none at the end. Raises Wrong."""
    if cursor and "limit" not in params:
        raise Wrong(f"more than {MOST_CSV} rows: ask for a shorter range, or page by page, with limit")
    return {"Link": f'<?{urlencode({**params, "cursor": cursor})}>; rel="next"'} if cursor else {}


def whole_days(span: Span, zone: ZoneInfo) -> tuple[date, date]:
    """First day and the day behind the last one: the days that start in the range."""
    start = span.start.astimezone(zone)
    first = start.date() if start.time() == datetime.min.time() else start.date() + timedelta(days=1)
    last = span.end.astimezone(zone)
    behind = last.date() if last.time() == datetime.min.time() else last.date() + timedelta(days=1)
    return first, behind

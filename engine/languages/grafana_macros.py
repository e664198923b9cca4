"""Grafana's own expansion of queries: template variables as the browser does it, then macros as the server does.

The browser replaces variables, ``$__from``, ``$__to`` and ``$__timezone``; the server then macros and intervals. What
neither knows stays in the text, and `leftovers` finds it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

from gendash.engine.config.value_types import seconds
from gendash.engine.model import Language

Value = str | int | list[str]
MICROSECOND = timedelta(microseconds=1)
SAFE_POINTS = 11_000  # Prometheus refuses more points a series, so Grafana widens the step before that
PIXELS_A_COLUMN = 75  # a full-width panel on a 1920 px screen is about 1800 px
NARROWEST = {"sql": "1m", "promql": "15s"}  # a data source without a minimum interval of its own

# Grafana's round intervals: below (or at) the first figure the second is used; milliseconds
_MS = ((10, 1), (15, 10), (35, 20), (75, 50), (150, 100), (350, 200), (750, 500), (1500, 1000), (3500, 2000))
_S = ((7.5, 5), (12.5, 10), (17.5, 15), (25, 20), (45, 30), (90, 60), (210, 120), (450, 300), (750, 600))
_M = ((17.5, 15), (25, 20), (45, 30), (90, 60), (150, 120), (270, 180), (540, 360), (1440, 720))
_D = ((7, 1), (21, 7), (42, 30))
_ROUND = [
    *_MS,
    *((int(a * 1000), b * 1000) for a, b in _S),
    *((int(a * 60_000), b * 60_000) for a, b in _M),
    *((a * 86_400_000, b * 86_400_000) for a, b in _D),
]
_LIMITS = [limit for limit, _ in _ROUND]
_ROUNDED = [*(value for _, value in _ROUND), 31_536_000_000]
_UNITS_MS = (("y", 31_536_000_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


class MacroError(ValueError):
    """A macro that Grafana refuses, with Grafana's reason."""


@dataclass(frozen=True)
class Span:
    """A time range; both ends carry a zone."""

    start: datetime
    end: datetime

    @classmethod
    def last(cls, duration: str, end: datetime) -> Span:
        """The ``duration`` (``24h``) that ends at ``end``."""
        return cls(end - timedelta(seconds=seconds(duration)), end)

    @property
    def ms(self) -> int:
        """Its length in milliseconds."""
        return (self.end - self.start) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class Choice:
    """The chosen value of a variable: some of its options, or All if ``picked`` is None."""

    name: str
    options: Sequence[str] = ()
    picked: Sequence[str] | None = None
    multi: bool = False
    include_all: bool = True
    all_value: str = ""


@dataclass(frozen=True)
class Timing:
    """Everything about time that Grafana puts into a query of one panel."""

    span: Span
    interval_ms: int
    step_ms: int
    scrape_ms: int  # of the query's own minimum step where it has one, else of the data source
    zone: str = "UTC"


def timing(
    span: Span,
    language: Language,
    *,
    points: int = 500,
    least: str = "",
    scrape: str = "",
    min_step: str = "",
    zone: str = "UTC",
) -> Timing:
    """Interval and step of a query in a panel that has room for ``points``.

    ``least`` is the panel's minimum interval, ``scrape`` the data source's, ``min_step`` the query's own.
    """
    between = span.ms / points
    interval_ms = max(_ms(least or scrape or NARROWEST[language]), _ROUNDED[bisect_right(_LIMITS, between)])
    floor_ms = _ms(min_step) if min_step else interval_ms
    step_ms = floor_ms if between < floor_ms else _ROUNDED[bisect_left(_LIMITS, between)]
    step_ms = max(step_ms, _ROUNDED[bisect_left(_LIMITS, span.ms / SAFE_POINTS)])
    return Timing(span, interval_ms, step_ms, _ms(min_step or scrape or NARROWEST["promql"]), zone)


def _ms(duration: str) -> int:
    return round(seconds(duration) * 1000)


def expand_macros(language: Language, text: str, time: Timing, choices: Sequence[Choice] = ()) -> str:
    """A query's text as the database or Prometheus gets it. Raises MacroError as Grafana would."""
    return (sql_macros if language == "sql" else promql_macros)(browser_part(language, text, time, choices), time)


def browser_part(language: Language, text: str, time: Timing, choices: Sequence[Choice] = ()) -> str:
    """A query's text as the browser sends it to Grafana: variables are replaced, macros are not."""
    by_default = _sql_value if language == "sql" else _promql_value
    return _variables(text, time, choices, by_default, intervals=language == "sql")


def sql_macros(text: str, time: Timing) -> str:
    """The server's part for SQL. Arguments of a macro end at the first closing parenthesis, as in Grafana."""
    for name, value in (
        ("$__interval_ms", str(time.interval_ms)),
        ("$__interval", format_interval(time.interval_ms)),
        ("$__unixEpochFrom()", str(_epoch(time.span.start))),
        ("$__unixEpochTo()", str(_epoch(time.span.end))),
    ):
        text = text.replace(name, value)

    def macro(match: re.Match[str]) -> str:
        name, arguments = match[1], [argument.strip(" ") for argument in match[2].split(",")]
        # Grafana looks behind the first occurrence of the same call, not behind this one
        behind = text.index(match[0]) + len(match[0])
        if name == "__timeGroup" and text[behind : behind + 1] == ",":
            name = "__timeGroupAlias"
        return _macro(name, arguments, time.span)

    return re.sub(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)", macro, text)


def promql_macros(text: str, time: Timing) -> str:
    """The server's part for PromQL: intervals and ranges, as ``$x`` and as ``${x}``."""
    rate_ms = max(time.interval_ms + time.scrape_ms, 4 * time.scrape_ms)
    range_s = (time.span.ms + 500) // 1000
    values = {
        "__interval_ms": str(time.step_ms),
        "__interval": format_interval(time.step_ms),
        "__range_ms": str(time.span.ms),
        "__range_s": str(range_s),
        "__range": f"{range_s}s",
        "__rate_interval_ms": str(rate_ms),
        "__rate_interval": _go_duration(rate_ms),
    }
    for form in ("$%s", "${%s}"):
        for name, value in values.items():  # longer names first: Grafana replaces prefixes without looking further
            text = text.replace(form % name, value)
    return text


_REFERENCE = re.compile(r"\$([A-Za-z_]\w*)(\([^)]*\))?|\[\[(\w+?)(?::\w+)?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}")


def leftovers(text: str) -> list[str]:
    """The ``$name``, ``${name}`` and ``[[name]]`` that are still in a text, once each, in order."""
    return list(dict.fromkeys(match[0] for match in _REFERENCE.finditer(text)))


def format_interval(ms: int) -> str:
    """An interval in its largest whole unit, as Grafana writes it: ``90s`` is ``1m``."""
    return next((f"{ms // size}{unit}" for unit, size in _UNITS_MS if ms >= size), "1ms")


# ── variables: the browser's part ────────────────────────────────────────────────────────────────────────────────

_VARIABLE = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}")
_PROMQL_SPECIAL = re.compile(r"[$^*{}\[\]+?.()|]")
_REGEX_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")


def _variables(
    text: str, time: Timing, choices: Sequence[Choice], by_default: Callable[[Value, Choice], str], *, intervals: bool
) -> str:
    chosen = {choice.name: choice for choice in choices}
    builtin: dict[str, Value] = {
        "__from": _epoch_ms(time.span.start),
        "__to": _epoch_ms(time.span.end),
        "__timezone": time.zone,
    }
    if intervals:
        builtin |= {"__interval": format_interval(time.interval_ms), "__interval_ms": time.interval_ms}

    def replace(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[4]
        form: str = match[3] or match[6] or ""
        if name in chosen:
            return _formatted(chosen[name], form, by_default, match[0])
        if name not in builtin:
            return match[0]
        if form.partition(":")[0] == "date":
            return _date(builtin[name], form.partition(":")[2], match[0])
        plain = Choice(name, include_all=False)
        return _FORMATS[form](builtin[name], plain) if form in _FORMATS else by_default(builtin[name], plain)

    return _VARIABLE.sub(replace, text)


def _formatted(choice: Choice, form: str, by_default: Callable[[Value, Choice], str], match: str) -> str:
    if form and form not in _FORMATS:
        return match  # Grafana falls back to {a,b}, which no query language reads: left in the text, to be reported
    if choice.picked is None and choice.all_value:  # never quoted or escaped, whatever the format
        return {"text": "All", "queryparam": f"var-{choice.name}=All"}.get(form, choice.all_value)
    if form == "text":
        return "All" if choice.picked is None else " + ".join(choice.picked)
    if form == "queryparam" and choice.picked is None:
        return f"var-{choice.name}=%24__all"
    value: Value
    if choice.picked is None:
        value = list(choice.options)
    elif choice.multi:
        value = list(choice.picked)
    else:
        value = choice.picked[0] if choice.picked else ""
    return _FORMATS[form](value, choice) if form else by_default(value, choice)


def _sql_value(value: Value, choice: Choice) -> str:
    if isinstance(value, list):
        return ",".join(_quoted(item) for item in value)
    if isinstance(value, int):
        return str(value)
    return _quoted(value) if choice.multi or choice.include_all else value.replace("'", "''")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _promql_value(value: Value, choice: Choice) -> str:
    if isinstance(value, int):
        return str(value)
    if not (choice.multi or choice.include_all):
        return str(value).replace("\\", "\\\\").replace("'", "\\\\'")
    # escaped once for the regular expression and once for the string literal around it
    escaped = [
        _PROMQL_SPECIAL.sub(r"\\\\\g<0>", item.replace("\\", "\\" * 4))
        for item in (value if isinstance(value, list) else [value])
    ]
    return escaped[0] if len(escaped) == 1 else "(" + "|".join(escaped) + ")"


def _listed(each: Callable[[str], str] = str, join: str = ",", around: str = "{}") -> Callable[[Value, Choice], str]:
    """A format: ``each`` for every value, joined, and put ``around`` where there is more than one."""

    def apply(value: Value, _choice: Choice) -> str:
        if not isinstance(value, list):
            return each(str(value))
        joined = join.join(each(item) for item in value)
        return around.format(joined) if len(value) != 1 else joined

    return apply


def _queryparam(value: Value, choice: Choice) -> str:
    values = value if isinstance(value, list) else [str(value)]
    return "&".join(f"var-{choice.name}={quote(item, safe='-_.~')}" for item in values)


_FORMATS: Mapping[str, Callable[[Value, Choice], str]] = {
    "raw": _listed(),
    "csv": _listed(),
    "pipe": _listed(join="|"),
    "regex": _listed(lambda value: _REGEX_SPECIAL.sub(r"\\\g<0>", value), "|", "({})"),
    "glob": _listed(around="{{{}}}"),
    "json": lambda value, _: value if isinstance(value, str) else json.dumps(value, separators=(",", ":")),
    "singlequote": _listed(lambda value: "'" + value.replace("'", "\\'") + "'"),
    "doublequote": _listed(lambda value: '"' + value.replace('"', '\\"') + '"'),
    "sqlstring": _listed(lambda value: "'" + value.replace("'", "''").replace('"', '\\"') + "'"),
    "text": _listed(join=" + "),
    "queryparam": _queryparam,
}


def _date(value: Value, form: str, match: str) -> str:
    if not isinstance(value, int):
        return match
    if form == "seconds":
        return str((value + 500) // 1000)
    if form in ("", "iso"):
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value % 1000:03d}Z"
    return str(value) if form == "ms" else match


# ── macros: the server's part ────────────────────────────────────────────────────────────────────────────────────


def _macro(name: str, arguments: list[str], span: Span) -> str:
    column = arguments[0]
    plain: dict[str, Callable[[], str]] = {
        "__time": lambda: f'{column} AS "time"',
        "__timeEpoch": lambda: f'extract(epoch from {column}) as "time"',
        "__timeFilter": lambda: f"{column} BETWEEN '{_rfc3339(span.start)}' AND '{_rfc3339(span.end)}'",
        "__timeFrom": lambda: f"'{_rfc3339(span.start)}'",
        "__timeTo": lambda: f"'{_rfc3339(span.end)}'",
        "__timeGroup": lambda: _group(f"extract(epoch from {column})", name, arguments, span.end),
        "__timeGroupAlias": lambda: _group(f"extract(epoch from {column})", name, arguments, span.end) + ' AS "time"',
        "__unixEpochFilter": lambda: f"{column} >= {_epoch(span.start)} AND {column} <= {_epoch(span.end)}",
        "__unixEpochNanoFilter": lambda: f"{column} >= {_nanos(span.start)} AND {column} <= {_nanos(span.end)}",
        "__unixEpochNanoFrom": lambda: str(_nanos(span.start)),
        "__unixEpochNanoTo": lambda: str(_nanos(span.end)),
        "__unixEpochGroup": lambda: _group(f"({column})", name, arguments, span.end),
        "__unixEpochGroupAlias": lambda: _group(f"({column})", name, arguments, span.end) + ' AS "time"',
    }
    if name not in plain:
        raise MacroError(f'unknown macro "{name}"')
    return plain[name]()


def _group(epoch: str, name: str, arguments: list[str], now: datetime) -> str:
    if len(arguments) < 2:
        raise MacroError(f"macro {name.removesuffix('Alias')} needs time column and interval and optional fill value")
    every = _interval_s(arguments[1].strip("'"), now)
    if every is None:
        raise MacroError(f"error parsing interval {arguments[1]}")
    if len(arguments) == 3 and arguments[2] not in ("NULL", "previous"):
        try:
            float(arguments[2])
        except ValueError:
            raise MacroError(f"error parsing fill value {arguments[2]}") from None
    size = _go_float(every)
    return f"floor({epoch}/{size})*{size}"


_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_GO_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")


def _interval_s(text: str, now: datetime) -> float | None:
    """Seconds of an interval as Grafana parses it: Go's durations, or whole d, w, M and y; None for others."""
    calendar = re.fullmatch(r"(\d+)([dwMy])", text)
    if calendar:
        count, unit = int(calendar[1]), calendar[2]
        if unit in "dw":
            return count * seconds(f"1{unit}")
        return (_add_months(now, count * (12 if unit == "y" else 1)) - now).total_seconds()
    if not re.fullmatch(f"({_GO_PART.pattern})+", text):
        return 0.0 if text == "0" else None
    return sum(float(number) * _GO_UNITS[unit] for number, unit in _GO_PART.findall(text))


def _add_months(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=1) + timedelta(days=moment.day - 1)


def _go_float(value: float) -> str:
    """A number as Go prints it: its shortest digits, with an exponent from a million on (``2.592e+06``)."""
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) - 1 + int(exponent)
    if -4 <= power < 6:
        return f"{value:.0f}" if value == int(value) else repr(value)
    head, tail = str(digits[0]), "".join(map(str, digits[1:]))
    return f"{head}{'.' + tail if tail else ''}e{power:+03d}"


def _go_duration(ms: int) -> str:
    """A duration as Go writes it: ``1m5s``, ``1h0m0s``, ``500ms``."""
    if ms < 1000:
        return f"{ms}ms" if ms else "0s"
    minutes, rest = divmod(ms, 60_000)
    out = f"{rest / 1000:g}s"
    if ms >= 60_000:
        out = f"{minutes % 60}m{out}"
    return f"{minutes // 60}h{out}" if ms >= 3_600_000 else out


def _rfc3339(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    fraction = f".{utc.microsecond:06d}".rstrip("0").rstrip(".")
    return utc.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


_START = datetime(1970, 1, 1, tzinfo=UTC)


def _epoch(moment: datetime) -> int:
    return (moment - _START) // timedelta(seconds=1)


def _epoch_ms(moment: datetime) -> int:
    return (moment - _START) // timedelta(milliseconds=1)


def _nanos(moment: datetime) -> int:
    return (moment - _START) // MICROSECOND * 1000

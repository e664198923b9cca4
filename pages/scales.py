"""Axes: round numbers and round times between two ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gendash.engine.read.moments import ms_of
from gendash.engine.read.units import format_value

_FARTHEST = 1e300  # the difference of two larger numbers may be infinite
_BINARY = ("bytes", "bits", "kbytes", "mbytes", "gbytes", "tbytes", "pbytes")
_SECONDS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAYS = (1, 2, 3, 5, 7, 14, 28, 56, 91, 182, 364)


def ticks(low: float, high: float, most: int, unit: str = "") -> list[float]:
    """Round numbers that cover both ends, about ``most`` of them."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        high = low + 1 if math.isfinite(low) else 1.0
        low = low if math.isfinite(low) else 0.0
    low, high = max(low, -_FARTHEST), min(high, _FARTHEST)
    if high - low <= max(abs(low), abs(high)) * 1e-12 + 1 / _FARTHEST:  # too near for steps between
        high = low + max(1.0, abs(low) * 1e-6)
    scale = 1024.0 ** math.floor(math.log(high - low, 1024)) if unit in _BINARY and high - low >= 1024 else 1.0
    rough = (high - low) / scale / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999999) * scale
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def tick_texts(values: Sequence[float], unit: str) -> list[str]:
    """The ticks in their unit, with as many decimals as tell them apart."""
    exact = [format_value(unit or "none", value, 6) for value in values]
    needed: dict[str, int] = {}  # ticks of one suffix have equal decimals
    for value, whole in zip(values, exact, strict=True):
        fits = (
            n
            for n in range(6)
            if abs(_number(format_value(unit or "none", value, n).text) - _number(whole.text)) < 2e-6
        )
        needed[whole.suffix] = max(needed.get(whole.suffix, 0), next(fits, 6))
    pairs = zip(values, exact, strict=True)
    return [str(format_value(unit or "none", value, needed[whole.suffix])) for value, whole in pairs]


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return math.nan


def time_ticks(start_ms: float, end_ms: float, zone: str, most: int = 8) -> list[tuple[float, str]]:
    """Round local times between two ends, with their labels."""
    span_s = (end_ms - start_ms) / 1000
    if span_s <= 0:
        return []
    whole = ZoneInfo(zone)
    start = datetime.fromtimestamp(start_ms / 1000, whole)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if span_s <= most * _SECONDS[-1]:
        step = next((size for size in _SECONDS if span_s / size <= most), _SECONDS[-1])
        count = int((span_s + 2 * 86400) / step)
        # steps are counted on the wall clock, so that labels stay round when the clock changes
        walls = [(midnight.replace(tzinfo=None) + timedelta(seconds=step * i)) for i in range(count)]
        days = span_s > 100_000
        texts = [_day(wall) if days and not (wall.hour or wall.minute) else f"{wall:%H:%M}" for wall in walls]
    else:
        step = next((size for size in _DAYS if span_s / 86400 / size <= most), _DAYS[-1])
        walls = [midnight.replace(tzinfo=None) + timedelta(days=i) for i in range(int(span_s / 86400) + 3)]
        walls = [wall for i, wall in enumerate(walls) if wall.toordinal() % step == 0 or step == 1]
        texts = [_day(wall) if span_s < 86400 * 700 else f"{wall:%b %Y}" for wall in walls]
    marks = [(ms_of(wall.replace(tzinfo=whole)), text) for wall, text in zip(walls, texts, strict=True)]
    return [(at, text) for at, text in marks if start_ms <= at <= end_ms]


def _day(wall: datetime) -> str:
    return f"{wall.day} {wall:%b}"

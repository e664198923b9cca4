"""Numbers as JavaScript writes and rounds them, since the browser formats what Grafana shows."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

_MOST_PLACES = 308  # beyond, a power of ten is infinite
_WIDE = Context(prec=400)  # the largest float has 309 digits


def js_round(value: float) -> float:
    """The nearest whole number; halves go up, also below zero. Infinities and NaN stay."""
    if not math.isfinite(value):
        return value
    below = math.floor(value)
    return float(below if value - below < 0.5 else below + 1)


def js_text(value: float) -> str:
    """The shortest digits of a number; an exponent from 1e21 on and below 1e-6."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        text = format(Decimal(repr(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    head, _, power = repr(value).partition("e")
    if not power:
        head, _, power = f"{Decimal(repr(value)):e}".lower().partition("e")
    return f"{head.removesuffix('.0')}e{int(power):+d}"


def to_fixed(value: float, decimals: int | None) -> str:
    """A number with so many decimals; without a number of them, as many as give two or three digits that matter."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return f"{0:.{decimals or 0}f}"
    places = decimals_for(value) if decimals is None else decimals
    if places > _MOST_PLACES:
        return js_text(value)
    factor = 10.0 ** max(0, places)
    text = js_text(js_round(value * factor) / factor)
    if "e" in text or places <= 0:
        return text
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(places, '0')}" if len(fraction) < places else text


def decimals_for(value: float) -> int:
    """How many decimals Grafana shows of a number if the panel does not say."""
    if value == 0 or not math.isfinite(value) or value % 1 == 0:
        return 0
    # the logarithm as the browser takes it: a quotient that is a little below 3 at 1000
    places = -math.floor(math.log(abs(value)) / math.log(10)) + 1
    unit = 10.0**-places  # 0 below the smallest number
    return max(0, places + (not unit or abs(value) / unit > 2.25))


def localized(value: float, most: int | None = None, least: int = 0) -> str:
    """A number with commas between thousands and up to ``most`` decimals (3 if not given), as in en-US."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    places = 3 if most is None else most
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)
    text = f"{rounded:,f}"
    whole, dot, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0") if dot else ""
    return f"{whole}.{fraction}" if fraction else whole

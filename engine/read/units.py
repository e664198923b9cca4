"""Grafana's units: a number, a unit and a number of decimals give prefix, text and suffix.

Ids and symbols are those of Grafana 12.3 (valueFormats); a test compares every unit with Grafana's own package. An id
that Grafana does not know is a suffix, as in Grafana.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct
from msgspec.structs import replace

from gendash.engine.read.moments import ago, clock_text, moment_text
from gendash.engine.read.numbers import js_text, localized, to_fixed


class Shown(Struct, frozen=True):
    """A value as text, with its prefix and suffix."""

    text: str
    prefix: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return f"{self.prefix}{self.text}{self.suffix}"


Unit = Callable[[float, int | None], Shown]

_SI = tuple("fpnµm-kMGTPEZY")
_BASE = _SI.index("-")
_BINARY = ("", *(f"{letter}i" for letter in "KMGTPEZY"))
_SHORT = ("", " K", " Mil", " Bil", " Tri", " Quadr", " Quint", " Sext", " Sept")
_COUNT = ("", "K", "M", "B", "T")
_PLURAL = (" min", " hour", " day", " week", " year")

# id=symbol, and id=symbol=exponent where the value is in thousands, millions or thousandths of the unit
_FIXED_UNITS = """
none= humidity=%H dB=dB pixel=px accMS2=m/sec² accFS2=f/sec² accG=g degree=° radian=rad grad=grad arcmin=arcmin
arcsec=arcsec areaM2=m² areaF2=ft² areaMI2=mi² acres=ac hectares=ha ppm=ppm conppb=ppb conngm3=ng/m³ conngNm3=ng/Nm³
conμgm3=μg/m³ conμgNm3=μg/Nm³ conmgm3=mg/m³ conmgNm3=mg/Nm³ congm3=g/m³ congNm3=g/Nm³ conmgdL=mg/dL conmmolL=mmol/L
flowgpm=gpm flowcms=cms flowcfs=cfs flowcfm=cfm litreh=L/h flowlpm=L/min flowmlpm=mL/min lux=lux masslb=lb masst=t
lengthin=in lengthft=ft lengthmi=mi pressurehpa=hPa pressurekpa=kPa pressurehg="Hg rotrpm=rpm rotrads=rad/s rotdegs=°/s
celsius=°C fahrenheit=°F farenheit=°F kelvin=K velocityms=m/s velocitykmh=km/h velocitymph=mph velocityknot=kn m3=m³
Nm3=Nm³ dm3=dm³ gallons=gal
"""
_SI_UNITS = """
sishort= candela=cd flops=FLOPS mflops=FLOPS=2 gflops=FLOPS=3 tflops=FLOPS=4 pflops=FLOPS=5 eflops=FLOPS=6
zflops=FLOPS=7 yflops=FLOPS=8 decbytes=B decbits=b deckbytes=B=1 decmbytes=B=2 decgbytes=B=3 dectbytes=B=4 decpbytes=B=5
pps=p/s Bps=B/s bps=b/s KBs=B/s=1 Kbits=b/s=1 MBs=B/s=2 Mbits=b/s=2 GBs=B/s=3 Gbits=b/s=3 TBs=B/s=4 Tbits=b/s=4
PBs=B/s=5 Pbits=b/s=5 watt=W kwatt=W=1 megwatt=W=2 gwatt=W=3 mwatt=W=-1 Wm2=W/m² voltamp=VA kvoltamp=VA=1
voltampreact=VAr kvoltampreact=VAr=1 watth=Wh watthperkg=Wh/kg kwatth=Wh=1 kwattm=W-Min=1 mwatth=Wh=2 amph=Ah kamph=Ah=1
mamph=Ah=-1 joule=J ev=eV amp=A kamp=A=1 mamp=A=-1 volt=V kvolt=V=1 mvolt=V=-1 dBm=dBm mohm=Ω=-1 ohm=Ω kohm=Ω=1
Mohm=Ω=2 farad=F µfarad=F=-2 nfarad=F=-3 pfarad=F=-4 ffarad=F=-5 henry=H mhenry=H=-1 µhenry=H=-2 lumens=Lm forceNm=Nm
forcekNm=Nm=1 forceN=N forcekN=N=1 Hs=H/s KHs=H/s=1 MHs=H/s=2 GHs=H/s=3 THs=H/s=4 PHs=H/s=5 EHs=H/s=6 massmg=g=-1
massg=g masskg=g=1 lengthmm=m=-1 lengthm=m lengthkm=m=1 pressurembar=bar=-1 pressurebar=bar pressurekbar=bar=1
pressurepa=Pa radbq=Bq radci=Ci radgy=Gy radrad=rad radsv=Sv radmsv=Sv=-1 radusv=Sv=-2 radrem=rem radexpckg=C/kg radr=R
radsvh=Sv/h radmsvh=Sv/h=-1 radusvh=Sv/h=-2 rothz=Hz rotkhz=Hz=1 rotmhz=Hz=2 rotghz=Hz=3 hertz=Hz mlitre=L=-1 litre=L
"""
_BINARY_UNITS = """
bytes=B bits=b kbytes=B=1 mbytes=B=2 gbytes=B=3 tbytes=B=4 pbytes=B=5 binBps=B/s binbps=b/s KiBs=B/s=1 Kibits=b/s=1
MiBs=B/s=2 Mibits=b/s=2 GiBs=B/s=3 Gibits=b/s=3 TiBs=B/s=4 Tibits=b/s=4 PiBs=B/s=5 Pibits=b/s=5
"""
_COUNT_UNITS = """
cps=c/s ops=ops/s reqps=req/s rps=rd/s wps=wr/s iops=io/s eps=evt/s mps=msg/s recps=rec/s rowsps=rows/s cpm=c/m
opm=ops/m reqpm=req/m rpm=rd/m wpm=wr/m epm=evts/m mpm=msgs/m recpm=rec/m rowspm=rows/m
"""
_CURRENCIES = """
USD=$ GBP=£ EUR=€ JPY=¥ RUB=₽ UAH=₴ BRL=R$ DKK=kr=1 ISK=kr=1 NOK=kr=1 SEK=kr=1 CZK=czk CHF=CHF PLN=PLN BTC=฿ mBTC=mBTC
μBTC=μBTC ZAR=R INR=₹ KRW=₩ IDR=Rp PHP=PHP VND=đ=1 TRY=₺=1 MYR=RM XPF=XPF BGN=BGN PYG=₲ UYU=UYU ILS=₪
"""
_BOOLEANS = {"bool": "True/False", "bool_yes_no": "Yes/No", "bool_on_off": "On/Off"}
_DATES = {
    "dateTimeAsIso": "%Y-%m-%d %H:%M:%S",
    "dateTimeAsSystem": "%Y-%m-%d %H:%M:%S",
    "dateTimeAsUS": "%m/%d/%Y %-I:%M:%S %p",
}
# limits in the unit itself -> (divisor, suffix); past the last limit the last pair holds
_Steps = Sequence[tuple[float, float, str]]
_INF = math.inf
_DURATIONS: dict[str, _Steps] = {
    "ns": (
        (1e3, 1, " ns"),
        (1e6, 1e3, " µs"),
        (1e9, 1e6, " ms"),
        (6e10, 1e9, " s"),
        (36e11, 6e10, " min"),
        (864e11, 36e11, " hour"),
        (_INF, 864e11, " day"),
    ),
    "µs": ((1e3, 1, " µs"), (1e6, 1e3, " ms"), (_INF, 1e6, " s")),
    "ms": (
        (1e3, 1, " ms"),
        (6e4, 1e3, " s"),
        (36e5, 6e4, " min"),
        (864e5, 36e5, " hour"),
        (31536e6, 864e5, " day"),
        (_INF, 31536e6, " year"),
    ),
    "s": (
        (1e-6, 1e-9, " ns"),
        (1e-3, 1e-6, " µs"),
        (1, 1e-3, " ms"),
        (60, 1, " s"),
        (3600, 60, " min"),
        (86400, 3600, " hour"),
        (604800, 86400, " day"),
        (31536e3, 604800, " week"),
        (_INF, 31556900, " year"),
    ),
    "m": (
        (60, 1, " min"),
        (1440, 60, " hour"),
        (10080, 1440, " day"),
        (604800, 10080, " week"),
        (_INF, 525948, " year"),
    ),
    "h": ((24, 1, " hour"), (168, 24, " day"), (8760, 168, " week"), (_INF, 8760, " year")),
    "d": ((7, 1, " day"), (365, 7, " week"), (_INF, 365, " year")),
}
_UNPLURAL = {("m", " min"), ("h", " hour")}  # Grafana writes the lowest step of these two as it is


def format_value(
    unit: str, value: float, decimals: int | None = None, zone: str = "UTC", now: datetime | None = None
) -> Shown:
    """A number as Grafana shows it in a unit. Times are milliseconds since 1970; ``now`` is what "ago" counts from."""
    if unit == "dateTimeFromNow" and now is not None:
        return Shown(ago(value, now))
    if unit.removesuffix("NoDateIfToday") in _DATES:
        return Shown(moment_text(value, zone, _DATES[unit.removesuffix("NoDateIfToday")]))
    if unit.startswith("time:"):
        return Shown(clock_text(value, zone, unit.removeprefix("time:")))
    return unit_of(unit)(value, decimals)


def unit_of(unit: str) -> Unit:
    """The function of a unit that is no time of the calendar."""
    if unit in UNITS:
        return UNITS[unit]
    kind, _, rest = unit.partition(":")
    if rest and kind in _CUSTOM:
        return _CUSTOM[kind](rest)
    return _fixed(unit)


def is_date(unit: str) -> bool:
    """True if a unit reads its numbers as times of the calendar."""
    return unit.startswith(("dateTime", "time:"))


def _fixed(symbol: str, prefixed: bool = False) -> Unit:
    def unit(value: float, decimals: int | None) -> Shown:
        text = to_fixed(value, decimals)
        return Shown(text, symbol) if prefixed else Shown(text, suffix=f" {symbol}" if symbol else "")

    return unit


def _scaled(factor: float, suffixes: Sequence[str], offset: int = 0) -> Unit:
    def unit(value: float, decimals: int | None) -> Shown:
        if not math.isfinite(value):
            return Shown(to_fixed(value, None))
        index = math.floor(math.log10(abs(value)) / math.log10(factor)) if value else 0
        suffix = suffixes[min(max(offset + index, 0), len(suffixes) - 1)]
        power = min(max(index, -offset), len(suffixes) - offset - 1)
        return Shown(to_fixed(value / factor**power, decimals), suffix=suffix)

    return unit


def _si(symbol: str, exponent: int = 0) -> Unit:
    return _scaled(1000, [f" {letter.replace('-', '')}{symbol}" for letter in _SI], _BASE + exponent)


def _binary(symbol: str, exponent: int = 0) -> Unit:
    return _scaled(1024, [f" {prefix}{symbol}" for prefix in _BINARY], exponent)


def _count(symbol: str) -> Unit:
    scale = _scaled(1000, _COUNT)

    def unit(value: float, decimals: int | None) -> Shown:
        shown = scale(value, decimals)
        return replace(shown, suffix=f"{shown.suffix} {symbol}")

    return unit


def _currency(symbol: str, behind: bool = False) -> Unit:
    scale = _scaled(1000, _COUNT)

    def unit(value: float, decimals: int | None) -> Shown:
        shown = scale(abs(value), decimals)
        minus = "-" if value < 0 else ""
        if behind:
            return replace(shown, prefix=minus, suffix=shown.suffix + symbol)
        return replace(shown, prefix=minus + symbol)

    return unit


def _whole_currency(text: str) -> Unit:
    symbol, _, place = text.partition(":")

    def unit(value: float, decimals: int | None) -> Shown:
        number = localized(value, 1) if decimals is None else localized(value, decimals, decimals)
        return Shown(number, suffix=symbol) if place == "suffix" else Shown(number, symbol)

    return unit


def _duration(name: str) -> Unit:
    steps = _DURATIONS[name]

    def unit(value: float, decimals: int | None) -> Shown:
        if value == 0 and name == "s":
            return Shown("0", suffix=" s")
        size, suffix = next((size, suffix) for limit, size, suffix in steps if abs(value) < limit or limit == _INF)
        scaled = value * round(1 / size) if size < 1 else value / size
        plural = suffix in _PLURAL and (name, suffix) not in _UNPLURAL and abs(scaled) > 1
        return Shown(to_fixed(scaled, decimals), suffix=suffix + "s" * plural)

    return unit


_PARTS = (
    ("year", 31536e6),
    ("month", 2592e6),
    ("week", 6048e5),
    ("day", 864e5),
    ("hour", 36e5),
    ("minute", 6e4),
    ("second", 1e3),
    ("millisecond", 1.0),
)


def _worded(scale: float, name: str) -> Unit:
    """A duration in words, with one part more for each decimal: ``1 hour, 5 minutes``."""

    def unit(value: float, decimals: int | None) -> Shown:
        if value == 0:
            return Shown("0", suffix=f" {name}s")
        if value < 0:
            shown = unit(-value, decimals)
            return replace(shown, suffix=f"{shown.suffix} ago")
        rest, left, words = value * scale, decimals or 0, list[str]()
        for part, size in _PARTS:
            if left < 0:
                break
            if rest / size >= 1 or words:
                whole = math.floor(rest / size)
                words.append(f"{whole} {part}{'s' * (whole != 1)}")
                rest, left = rest % size, left - 1
        return Shown(", ".join(words))

    return unit


def _clock(days: bool) -> Unit:
    """Seconds as hours, minutes and seconds, with the days before them if wanted."""

    def unit(value: float, decimals: int | None) -> Shown:
        if value < 0:
            return replace(unit(-value, decimals), suffix=" ago")
        count = math.floor(value / 86400) if days else 0
        rest = value - count * 86400
        text = f"{math.floor(rest / 3600):02d}:{math.floor(rest % 3600 / 60):02d}:{math.floor(rest % 60):02d}"
        return Shown(f"{count} d {text}" if count else text)

    return unit


def _boolean(words: str) -> Unit:
    yes, slash, no = words.partition("/")
    return lambda value, _decimals: Shown(yes if value else no if slash else "-")


def _hex(prefix: str) -> Unit:
    def unit(value: float, decimals: int | None) -> Shown:
        rounded = float(to_fixed(value, decimals))
        whole, fraction, digits = math.floor(abs(rounded)), abs(rounded) % 1, ""
        while fraction and len(digits) < 52:
            fraction *= 16
            digits += f"{int(fraction):X}"
            fraction %= 1
        return Shown(f"{'-' * (rounded < 0)}{prefix}{whole:X}{'.' if digits else ''}{digits}")

    return unit


def _exponential(value: float, decimals: int | None) -> Shown:
    if value == 0:
        return Shown(f"{0:.{decimals or 0}f}e+0")
    if decimals is None:
        digits = len(js_text(abs(value)).partition("e")[0].replace(".", "").strip("0"))
        decimals = max(digits - 1, 0)
    exact = Decimal(repr(value))
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - decimals), rounding=ROUND_HALF_UP)
    head, _, power = f"{rounded:.{decimals}e}".partition("e")
    return Shown(f"{head}e{int(power):+d}")


def _table(text: str) -> list[tuple[str, str, int]]:
    """Id, symbol and exponent of each entry."""
    parts = [entry.split("=") for entry in text.split()]
    return [(part[0], part[1], int(part[2]) if len(part) > 2 else 0) for part in parts]


def _si_custom(text: str) -> Unit:
    letter = text[0].replace("μ", "µ")
    exponent = _SI.index(letter) - _BASE if letter in _SI and letter != "-" else 0
    return _si(text[1:] if exponent else text, exponent)


_CUSTOM: dict[str, Callable[[str], Unit]] = {
    "prefix": lambda text: _fixed(text, prefixed=True),
    "suffix": _fixed,
    "si": _si_custom,
    "count": _count,
    "currency": lambda text: (
        _whole_currency(text.removeprefix("financial:")) if text.startswith("financial:") else _currency(text)
    ),
    "bool": _boolean,
}
UNITS: dict[str, Unit] = {
    "string": lambda value, _decimals: Shown(js_text(value)),
    "short": _scaled(1000, _SHORT),
    "pressurepsi": _scaled(1000, ("psi", "ksi", "Mpsi")),
    "percent": lambda value, decimals: Shown(to_fixed(value, decimals), suffix="%"),
    "percentunit": lambda value, decimals: Shown(to_fixed(100 * value, decimals), suffix="%"),
    "locale": lambda value, decimals: Shown(localized(value, decimals)),
    "sci": _exponential,
    "hex": _hex(""),
    "hex0x": _hex("0x"),
    "dtdurationms": _worded(1, "millisecond"),
    "dtdurations": _worded(1000, "second"),
    "dthms": _clock(days=False),
    "dtdhms": _clock(days=True),
    **{name: _fixed(symbol) for name, symbol, _ in _table(_FIXED_UNITS)},
    **{name: _si(symbol, exponent) for name, symbol, exponent in _table(_SI_UNITS)},
    **{name: _binary(symbol, exponent) for name, symbol, exponent in _table(_BINARY_UNITS)},
    **{name: _count(symbol) for name, symbol, _ in _table(_COUNT_UNITS)},
    **{f"currency{name}": _currency(symbol, bool(behind)) for name, symbol, behind in _table(_CURRENCIES)},
    **{name: _boolean(words) for name, words in _BOOLEANS.items()},
    **{name: _duration(name) for name in _DURATIONS},
}

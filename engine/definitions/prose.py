"""Settings in descriptions: ``{{ slo('failures.red') }}`` becomes ``5 %``, written as people read it.

Only these two references are known, ``slo`` and ``setting``; every other ``{{ }}`` is Grafana's or Prometheus' own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gendash.engine.config.load import Config, suggest
from gendash.engine.config.settings import SETTINGS

_REFERENCE = re.compile(r"""\{\{\s*(slo|setting)\(\s*(['"])([\w.]+)\2\s*\)\s*\}\}""")
_BROKEN = re.compile(r"\{\{\s*(?:slo|setting)\b[^}]*(?:\}\}|$)")
_TYPES = {one.key: one.type for one in SETTINGS}
_HIDDEN = frozenset(
    one.key for one in SETTINGS if one.secret or one.type in ("url", "server")
)  # a URL may hold a password
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwy])")
_UNITS = {"m": "min", "w": "weeks", "y": "years"}
_SECONDS = ((86400, "d"), (3600, "h"), (60, "min"))
_BYTES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def prose(text: str, config: Config) -> str:
    """A description with the values of the settings that it refers to; a wrong reference stays as it is."""

    def put(match: re.Match[str]) -> str:
        key = setting_key(match)
        return readable(key, config[key]) if _is_shown(key, config) else match[0]

    return _REFERENCE.sub(put, text) if "{{" in text else text


def _is_shown(key: str, config: Config) -> bool:
    return key in config.values and key not in _HIDDEN and not key.startswith("langfuse.servers.")


def setting_key(match: re.Match[str]) -> str:
    """The setting that a reference names."""
    return f"slo.{match[3]}" if match[1] == "slo" else match[3]


def without_references(text: str) -> str:
    """A description with a blank in the place of each reference."""
    return _REFERENCE.sub(" ", text)


def wrong_in(text: str, config: Config) -> Iterator[tuple[str, str]]:
    """The faults of a description's references that name no setting, each with what to do."""
    for match in _REFERENCE.finditer(text):
        key = setting_key(match)
        if key in config.values and not _is_shown(key, config):
            yield f"'{key}' may hold a secret", "take it out of the description"
        elif key not in config.values:
            yield f"no setting '{key}'", suggest(key, config.values) or "see `gendash config`"
    for broken in _BROKEN.findall(_REFERENCE.sub(" ", text)):
        yield f"not a reference: {broken}", "write {{ slo('name') }} or {{ setting('name') }}"


def readable(key: str, value: Any) -> str:
    """The value of a setting with its unit: ``1 %``, ``10 s``, ``4 h``, ``$500``, ``1 GiB``."""
    kind, name = _TYPES.get(key, ""), key.rpartition(".")[2]
    if isinstance(value, bool) or not isinstance(value, int | float):
        duration = _DURATION.fullmatch(str(value)) if kind == "duration" else None
        return f"{duration[1]} {_UNITS.get(duration[2], duration[2])}" if duration else str(value)
    if kind == "share":
        return f"{_number(round(value * 100, 6))} %"
    if kind == "money":
        return f"${_number(value)}" if value == int(value) else f"${value:,.2f}"
    if name.endswith("_s"):
        return _in_units(value, _SECONDS, "s")
    return _in_units(value, _BYTES, "bytes") if name.endswith("_bytes") else _number(value)


def _in_units(value: float, units: tuple[tuple[int, str], ...], least: str) -> str:
    """The value in the largest unit of which it is a whole number."""
    size, unit = next(((size, unit) for size, unit in units if value >= size and value % size == 0), (1, least))
    return f"{_number(value / size)} {unit}"


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,.12g}"

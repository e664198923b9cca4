"""Offline checks of `metrics:`, the platform's names of metrics: units, and names that an exposition cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.metric_names import is_plain
from gendash.engine.model import Problem

# by unit of the contract, endings that say another one, as exporters of OpenTelemetry write them
_OTHER_UNITS = {
    "seconds": r"milliseconds?|ms|microseconds?|us|nanoseconds?|ns|minutes?|hours?",
    "bytes": r"bits?|kilobytes?|kb|kib|kibibytes?|megabytes?|mb|mib|mebibytes?",
}


def check_metric_settings(catalog: Catalog) -> list[Problem]:
    """A metric is mapped to one of its own unit, and what gendash itself exposes has a name of letters and digits."""
    return list(_problems(catalog))


def _problems(catalog: Catalog) -> Iterator[Problem]:
    for key, metric in catalog.metrics.items():
        name, where = catalog.config.get(f"metrics.{key}"), catalog.config.where(f"metrics.{key}")
        if not name:
            continue
        unit = str(metric.get("unit", ""))
        other = re.search(rf"[_.]({_OTHER_UNITS.get(unit, '$.')})(_total)?$", str(name))
        if other:
            what = f"metrics.{key}: '{name}' counts {other[1]}, and is read in {unit}"
            do = f"let a recording rule give a series in {unit}, and name that one"
            yield Problem(where, what, do)
        if metric.get("sql") and not is_plain(str(name)):
            do = "use letters, digits, _ and :"
            yield Problem(where, f"metrics.{key}: '{name}' is what gendash writes for Prometheus, in a text format", do)

"""The servers that are asked, and what is known about their data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gendash.engine.clients import prometheus as prom
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.read.sources import Sources, reason_of
from gendash.engine.verify.series import Finder
from gendash.engine.verify.through_grafana import Through
from gendash.engine.verify.verdict import OK, Finding


@dataclass(frozen=True)
class Servers:
    """The servers, and what is known about their data at the time that is judged.

    ``down`` gives the fault of each server that cannot be asked, by role of the store, or of Prometheus.
    """

    catalog: Catalog
    sources: Sources
    down: Mapping[str, Finding]
    relations: Callable[[Iterable[str]], Finding]
    doubts: Callable[[Iterable[str], str], Finding]
    series: Finder
    loaded: Mapping[str, Sequence[prom.LoadedRule]]
    rules_unknown: Finding = OK
    through: Through | None = None


def failed_query(error: Exception) -> Finding:
    """A failed query as a finding, in one line; of a fault of gendash its kind and place."""
    return Finding("error", reason_of(error))

"""What panels of one page share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.read.panels import Mark


@dataclass(frozen=True)
class Setting:
    """Definitions, zone, the time that counts as now, marks, and pages that exist.

    ``handed`` is what links to live pages hand on, the query of an address by page; None where pages are files.
    """

    catalog: Catalog
    zone: str
    now: datetime
    marks: Sequence[Mark] = ()
    pages: frozenset[str] = frozenset()
    handed: Mapping[str, str] | None = None

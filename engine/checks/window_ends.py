"""A design rule of its own: a window that begins by the clock ends by it, so that no row dated ahead is in it."""

from __future__ import annotations

from functools import cache

import postgast

from gendash.engine.checks.queries import SAMPLE_SPAN
from gendash.engine.checks.time_zone import all_sql
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.sql_windows import ended_columns, open_windows
from gendash.engine.model import Problem

PICKED = tuple(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (SAMPLE_SPAN.start, SAMPLE_SPAN.end))
HINT = "end it: <= {{ now() }}, or <= {{ today() }} for days"


def check_windows_end(catalog: Catalog) -> list[Problem]:
    """No window counts rows that a wrong clock dates ahead."""
    stored = frozenset(name for relation in catalog.relations.values() for name in relation.columns)

    @cache
    def ended(name: str) -> frozenset[str]:
        relation = catalog.relations.get(name)
        if relation is None or relation.kind != "view":
            return frozenset()
        try:
            return ended_columns(catalog.expanded(relation.text).text, stored, ended)
        except (postgast.PgQueryError, IndexError, RecursionError):  # reported by others, as views in a circle are
            return frozenset()

    found = []
    for where, text in all_sql(catalog):
        try:
            columns = sorted(open_windows(text, stored, ended, PICKED))
        except (postgast.PgQueryError, IndexError):
            continue
        found += [Problem(where, f"a window of {name} begins by the clock and has no end", HINT) for name in columns]
    return found

"""The freshness of the relations that a query reads from the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.verify.verdict import OK, Finding, Status, duration, lateness, worst


@dataclass(frozen=True)
class Filled:
    """The last refresh of a relation: ``age_s`` is None if there was none; ``error`` is that of the last attempt."""

    age_s: float | None
    cadence_s: float
    error: str


# Errors of a refresh by which the platform no longer has what it reads, or the role may no longer read it.
_GONE = re.compile(r"no such (table|column)|(table|column|relation|schema) .*does not exist", re.IGNORECASE)
_HIDDEN = re.compile(r"may not read|permission denied", re.IGNORECASE)
_TOLD: tuple[tuple[re.Pattern[str], Status], ...] = ((_GONE, "missing"), (_HIDDEN, "error"))


def relation_finder(catalog: Catalog, filled: Mapping[str, Filled]) -> Callable[[Iterable[str]], Finding]:
    """A function from relations of the store to the fault of the data below them."""
    order = [relation.name for relation in catalog.build_order()]

    @cache
    def below(name: str) -> frozenset[str]:
        return frozenset({name} | {used for kind, used in catalog.lineage(name) if kind == "relation"})

    def find(names: Iterable[str]) -> Finding:
        asked = [name for name in names if name in catalog.relations]
        known = {one for name in asked for one in below(name)}
        found = worst(_filling(catalog, name, filled.get(name), asked) for name in order if name in known)
        synced = [name for name in sorted(known) if catalog.relations[name].kind == "table"]
        lacks = {one for name in synced for one in catalog.relation_lacks(name)}
        if found.status != "ok" or not lacks:
            return found
        return Finding("ok", f"a part is left out: {', '.join(map(catalog.config.switch, sorted(lacks)))}")

    return find


def _filling(catalog: Catalog, name: str, state: Filled | None, asked: Iterable[str]) -> Finding:
    """The fault of the refresh of a relation that those ``asked`` read. It advises to turn off its own feature only,
    since theirs also serve other panels."""
    relation = catalog.relations[name]
    is_filled = relation.kind in ("rollup", "table") or relation.header.get("materialized")
    if name.startswith("_") or not is_filled or not catalog.enabled(relation):
        return OK
    run = "`gendash langfuse sync`" if relation.kind == "table" else "`gendash db refresh`"
    if state is None:
        features = [catalog.relations[one].header.get("feature", "") for one in (name, *asked)]
        off = next((f", or set features.{feature.split()[0]}: false" for feature in features if feature), "")
        return Finding("stale", f"{name} was never filled; run {run}{off}")
    for pattern, status in _TOLD:
        if pattern.search(state.error):
            return Finding(status, f"{name}: {state.error}")
    if lateness(state.age_s, state.cadence_s):
        when = "was never filled" if state.age_s is None else f"was filled {duration(state.age_s)} ago"
        reason = f": {state.error}" if state.error else f"; run {run}"
        return Finding("stale", f"{name} {when}, expected every {duration(state.cadence_s)}{reason}")
    return OK

"""SQL headers: keys, windows and reaches that contradict each other or the query."""

from __future__ import annotations

from collections.abc import Iterator

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import inputs, is_materialized, is_tracked, key_of, moves_with, reach
from gendash.engine.model import Problem, Relation


def _wrong(catalog: Catalog, relation: Relation) -> Iterator[Problem]:
    for what, do in catalog.expanded(relation.text).wrong:
        yield Problem(relation.path, what, do)
    for feature in str(relation.header.get("feature", "")).split():
        if f"features.{feature}" not in catalog.config.values:
            yield Problem(relation.path, f"no feature '{feature}'", "name one that settings has")
    needs_key = relation.kind in ("table", "rollup") or is_materialized(relation)
    if needs_key and not key_of(relation):
        yield Problem(relation.path, "no key", "name the columns that identify a row under key:")
    for name in key_of(relation):
        if name not in relation.columns:
            yield Problem(relation.path, f"key column '{name}' is not under columns:", "mend the header")
    kinds = {kind for kind, _ in catalog.expanded(relation.text).uses} & {"staging", "relation"}
    if relation.kind == "rollup" and len(kinds) == 2:
        yield Problem(relation.path, "reads both the platform and the store", "read one of them")
    if relation.kind == "rollup" and relation.header.get("window") and "staging" not in kinds:
        yield from _wrong_window(catalog, relation)
    if relation.kind == "view" and "staging" in kinds:
        yield Problem(relation.path, "reads the platform", "read a rollup instead")


def _wrong_window(catalog: Catalog, relation: Relation) -> Iterator[Problem]:
    """A rollup over the store follows changes by day only where all that it reads has days, and it says which."""
    read, given = inputs(catalog, relation), relation.header.get("reach", {})
    for name, one in read.items():
        if one.kind not in ("table", "rollup") or not is_tracked(one) or not one.header.get("time"):
            yield Problem(relation.path, f"window: true, but days of {name} are not tracked", "read another, or all")
        elif len(read) > 1 and name not in given:
            yield Problem(relation.path, f"no reach for {name}", "say how many days before and after its own it reads")
        elif reach(relation, name)[0] is None and not relation.header.get("whole"):
            yield Problem(
                relation.path, f"reads all days of {name}", "name the columns that its rows share under whole:"
            )
    for name in given.keys() - read.keys():
        yield Problem(relation.path, f"a reach for {name}, which it does not read", "mend the header")
    if moves_with(catalog, relation):
        yield Problem(relation.path, "window: true, but the time alone changes it", "leave that to a view over it")

"""What a rollup reads of the platform: its staging texts, and the platform's own names of their tables and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gendash.engine.catalog import Catalog
from gendash.engine.model import Relation

STAGE = re.compile(r"\{\{\s*stage\(\s*['\"](\w+)['\"]")


def stagings(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The staging texts that a rollup reads."""
    names = sorted(name for kind, name in catalog.relation_uses(relation.name) if kind == "staging")
    return [catalog.relations[f"staging.{name}"] for name in names]


def driver(catalog: Catalog, relation: Relation) -> Relation:
    """The staging text whose rows a rollup's rows come from: the first that it names."""
    match = STAGE.search(relation.text)
    assert match, f"{relation.path} reads no staging"
    return catalog.relations[f"staging.{match[1]}"]


def rollups(catalog: Catalog) -> Iterator[Relation]:
    """The rollups whose features are on and that read the platform, in the order in which they are filled."""
    for relation in catalog.build_order():
        if relation.kind == "rollup" and catalog.enabled(relation) and stagings(catalog, relation):
            yield relation


def columns_read(catalog: Catalog) -> dict[str, set[str]]:
    """The platform's columns that those rollups name, by table."""
    found: dict[str, set[str]] = {}
    for relation in rollups(catalog):
        for kind, name in catalog.lineage(relation.name):
            if kind == "column":
                table, column = name.rsplit(".", 1)
                found.setdefault(table, set()).add(column)
    return found

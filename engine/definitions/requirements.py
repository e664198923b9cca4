"""The requirements of features and panels, derived from the definitions: none of them is written down twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import reduce

from gendash.engine.config.load import Config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.names import STORE_KINDS, Present, Use
from gendash.engine.definitions.platform_names import names_in_text
from gendash.engine.definitions.references import resolve_references
from gendash.engine.model import Panel, Query, Relation


@dataclass(frozen=True)
class Needs:
    """Tables and columns (``table.column``) under the platform's own names, staging texts, metrics by key.

    ``optional`` columns feed a part only; ``synced`` are the tables that the bridge fills.
    """

    tables: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    stagings: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    synced: frozenset[str] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return Needs(*(getattr(self, one.name) | getattr(other, one.name) for one in fields(self)))


def with_features(config: Config, features: Mapping[str, bool]) -> Config:
    """The settings with these features on or off."""
    return replace(config, values={**config.values, **{f"features.{name}": on for name, on in features.items()}})


def all_on(catalog: Catalog) -> Catalog:
    """The definitions with every feature on, so that nothing is left out."""
    return replace(catalog, config=with_features(catalog.config, {name: True for name, _, _ in FEATURES}))


def feature_needs(catalog: Catalog) -> dict[str, Needs]:
    """The requirements of each feature.

    A feature needs the staging texts that name it, the metrics of its own that some definition reads, and Langfuse
    where relations of its own read what the bridge writes. A metric that gendash itself exposes is no evidence of
    the feature that it is about, only about the one that its reader names.
    """
    whole = all_on(catalog)
    read: dict[str, set[str]] = {}  # features of the texts that read a metric, by its key
    for features, uses in _readers(whole):
        for key in (name for kind, name in uses if kind == "metric"):
            read.setdefault(key, set()).update(features.split())
    rollups = [one.name for one in whole.relations.values() if one.kind == "rollup"]
    shown = {name for one in rollups for kind, name in whole.relation_uses(one) if kind == "staging"}  # not for audits
    found = {}
    for name, _, _ in FEATURES:
        own = _own_metrics(whole, name, read)
        stagings = [r for r in whole.relations.values() if r.kind == "staging" and _names(r, name) and r.name in shown]
        relations = [r for r in whole.relations.values() if r.kind in STORE_KINDS and r.header.get("feature") == name]
        below = [_of_relation(whole, one.name) for one in relations]
        synced = [one.synced for one in below if not one.stagings]
        found[name] = reduce(Needs.__or__, [_of_staging(whole, one) for one in stagings], Needs(metrics=own))
        found[name] |= Needs(synced=frozenset[str]().union(*synced))
    return found


def _own_metrics(catalog: Catalog, feature: str, read: Mapping[str, set[str]]) -> frozenset[str]:
    return frozenset(
        key
        for key, readers in read.items()
        if (
            feature in readers - {catalog.metrics[key].get("feature")}
            if catalog.metrics[key].get("sql")
            else catalog.metrics[key].get("feature") == feature
        )
    )


def _names(relation: Relation, feature: str) -> bool:
    return feature in str(relation.header.get("feature", "")).split()


def _readers(catalog: Catalog) -> Iterator[tuple[str, Iterable[Use]]]:
    """Features and uses of every text that may read a metric."""
    for dashboard in catalog.dashboards.values():
        for panel in dashboard.panels():
            yield from ((f"{panel.feature} {q.feature}", catalog.expand(q).uses) for q in panel.queries)
        yield from ((one.feature, catalog.expand(one.query).uses) for one in dashboard.variables if one.query)
    for rule in catalog.rules.values():
        yield rule.feature, catalog.expanded(rule.expr).uses


def panel_needs(catalog: Catalog, panel: Panel) -> Needs:
    """The requirements of a panel: those of all its live queries together."""
    return reduce(Needs.__or__, (query_needs(catalog, query) for query in catalog.live(panel)), Needs())


def query_needs(catalog: Catalog, query: Query) -> Needs:
    """The requirements of a query, through relations and rules; of a rule whose feature is off, of its replacement."""
    found, seen = Needs(), set[Use]()
    todo = list(catalog.expand(query).uses)
    while todo:
        kind, name = use = todo.pop()
        if use in seen:
            continue
        seen.add(use)
        if kind == "relation":
            found |= _of_relation(catalog, name)
        elif kind == "metric":
            found |= Needs(metrics=frozenset({name}))
        elif kind == "rule":
            rule = catalog.rules[name]
            todo += catalog.expanded(rule.expr if catalog.config.on(rule.feature) else rule.otherwise).uses
    return found


def _of_relation(catalog: Catalog, name: str) -> Needs:
    """The requirements of a relation of the store."""
    below = {("relation", name), *catalog.lineage(name)}
    synced = {one for kind, one in below if kind == "relation" and _is_synced(catalog.relations.get(one))}
    found = Needs(synced=frozenset(synced))
    for kind, one in below:
        if kind == "staging":
            found |= _of_staging(catalog, catalog.relations[f"staging.{one}"])
    return found


def _is_synced(relation: Relation | None) -> bool:
    return relation is not None and relation.kind == "table" and not relation.name.startswith("_")


def _of_staging(catalog: Catalog, staging: Relation) -> Needs:
    every = catalog.expanded(staging.text, staging).uses | names_in_text(staging)
    without = resolve_references(staging.text, catalog.names, staging, present=Present()).uses
    without |= names_in_text(staging)
    return Needs(
        tables=frozenset(name for kind, name in every if kind == "table"),
        columns=frozenset(name for kind, name in without if kind == "column"),
        optional=frozenset(name for kind, name in every - without if kind == "column"),
        stagings=frozenset({staging.name}),
    )

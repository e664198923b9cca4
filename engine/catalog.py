"""All definitions of an installation, what they use, and the order in which relations can be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from gendash.engine.config import Config
from gendash.engine.errors import ContentError
from gendash.engine.model import Dashboard, Panel, Problem, Query, Relation, Rule
from gendash.engine.refs import STORE_KINDS, Expanded, Names, expand


@dataclass(frozen=True)
class Catalog:
    """The definitions by name, together with the settings under which they are rendered."""

    config: Config
    dashboards: Mapping[str, Dashboard]
    relations: Mapping[str, Relation]
    rules: Mapping[str, Rule]
    metrics: Mapping[str, Mapping[str, Any]]

    @cached_property
    def names(self) -> Names:
        """What texts may refer to."""
        labels = {label for metric in self.metrics.values() for label in metric.get("labels", {})}
        return Names(self.config, self.relations, self.rules, self.metrics, labels | {"job", "instance"})

    def expand(self, query: Query) -> Expanded:
        """A query's text with its references resolved."""
        return expand(query.text, self.names)

    def live(self, panel: Panel) -> list[Query]:
        """The queries of a panel whose features are on; none where the panel's own feature is off."""
        if not self.config.on(panel.feature):
            return []
        return [query for query in panel.queries if self.config.on(query.feature)]

    def missing_features(self, panel: Panel) -> list[str]:
        """Names of the features that a panel needs and that are off."""
        return [name for name in panel.feature.split() if not self.config.on(name)]

    def relation_uses(self, name: str) -> frozenset[tuple[str, str]]:
        """What one relation's text uses directly, staging inlined: relations, tables, columns, settings."""
        relation = self.relations[name]
        staging = relation if relation.kind == "staging" else None
        return expand(relation.text, self.names, staging).uses

    def lineage(self, name: str) -> frozenset[tuple[str, str]]:
        """Everything below a relation: relations, staging, platform tables and columns."""
        found: set[tuple[str, str]] = set()
        todo = [name]
        while todo:
            for use in self.relation_uses(todo.pop()) - found:
                found.add(use)
                if use[0] == "relation":
                    todo.append(use[1])
        return frozenset(found)

    def enabled(self, relation: Relation) -> bool:
        """Whether a relation's features are on."""
        return self.config.on(relation.header.get("feature", ""))

    def build_order(self) -> list[Relation]:
        """Tables, rollups and views so that each stands after what it reads. Raises ContentError on a cycle."""
        graph = {
            name: sorted(used for kind, used in self.relation_uses(name) if kind == "relation")
            for name, relation in sorted(self.relations.items())
            if relation.kind in STORE_KINDS
        }
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            names = " -> ".join(error.args[1])
            raise ContentError(
                Problem("sql", f"views read each other in a circle: {names}", "break the circle")
            ) from error
        rank = {"table": 0, "rollup": 1, "view": 2}
        known = [self.relations[name] for name in order if name in self.relations]
        return sorted(known, key=lambda relation: rank[relation.kind])  # stable: the derived order holds within a kind

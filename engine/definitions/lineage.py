"""Dependencies of definitions: the walk behind `gendash lineage`, the reference pages and the order of refreshes.

A node is (kind, name). From top to bottom: panel; rule, metric; relation, staging; stored (a column that the bridge
fills); table and column of the platform; field of Langfuse's API; setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gendash.engine.definitions.catalog import Node, below
from gendash.engine.definitions.platform_names import columns_behind, mapped_column, mapped_table

if TYPE_CHECKING:
    from gendash.engine.definitions.catalog import Catalog

KINDS = ("panel", "rule", "metric", "relation", "staging", "stored", "table", "column", "field", "setting")


class Lineage:
    """Both directions of a catalog's uses, at the grain of panels, relations, columns and fields."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        tops: list[Node] = [("panel", f"{d.name}/{p.slug}") for d in catalog.dashboards.values() for p in d.panels()]
        tops += [("rule", name) for name in catalog.rules] + [("metric", name) for name in catalog.metrics]
        tops += [("relation" if r.kind != "staging" else "staging", r.name) for r in catalog.relations.values()]
        tops += [
            ("stored", f"{relation.name}.{column}")
            for relation in catalog.relations.values()
            for column, of in relation.columns.items()
            if of.get("from")
        ]
        self._uses = {node: catalog.uses(node) for node in tops}
        self._users: dict[Node, set[Node]] = {}
        for node, uses in self._uses.items():
            for use in uses:
                self._users.setdefault(use, set()).add(node)
        self.nodes = frozenset(self._uses) | frozenset(self._users)

    def below(self, node: Node) -> frozenset[Node]:
        """All that a node depends on; of a table that the bridge fills its columns and their fields."""
        starts = [node, *self._columns(node)]
        return below(self.uses, *starts) | frozenset(starts[1:])

    def uses(self, node: Node) -> frozenset[Node]:
        """The nodes that a node uses directly."""
        return self._uses.get(node, frozenset())

    def users(self, node: Node) -> frozenset[Node]:
        """The nodes that use a node directly."""
        return frozenset(self._users.get(node, ()))

    def above(self, node: Node) -> frozenset[Node]:
        """All that depends on a node."""
        found = below(self.users, node)
        held = {("relation", name.partition(".")[0]) for kind, name in (*found, node) if kind == "stored"}
        return found | held

    def _columns(self, node: Node) -> list[Node]:
        return sorted(n for n in self._uses if n[0] == "stored" and node == ("relation", n[1].partition(".")[0]))

    def find(self, name: str) -> list[Node]:
        """The nodes that a name may mean: by their own name, the canonical name or the platform's name."""
        return [(kind, name) for kind in KINDS if (kind, name) in self.nodes] or self._aliases.get(name, [])

    @property
    def known(self) -> list[str]:
        """The names that `find` knows."""
        return sorted({name for _, name in self.nodes} | self._aliases.keys())

    @property
    def _aliases(self) -> Mapping[str, list[Node]]:
        """Other names of nodes: canonical columns and tables, the platform's metrics, columns of relations."""
        found: dict[str, list[Node]] = {}
        config = self.catalog.config
        for relation in self.catalog.relations.values():
            header = relation.header
            for own in header.get("tables", {}):
                mapped = mapped_table(config, relation, own)
                select = relation.adapter.get(own)
                found[own] = [("table", name) for name in (sorted(select.tables) if select else [mapped])]
                for column in header.get("reads", {}).get(own, {}):
                    theirs = columns_behind(config, relation, own, mapped_column(config, relation, own, column))
                    constant = [("staging", relation.name)]  # no column is behind it
                    found[f"{own}.{column}"] = [("column", one) for one in sorted(theirs)] or constant
        for relation in self.catalog.relations.values():
            kind = "staging" if relation.kind == "staging" else "relation"
            prefix = "staging." if kind == "staging" else ""
            names = [f"{prefix}{relation.name}", *(f"{prefix}{relation.name}.{column}" for column in relation.columns)]
            found |= {name: [(kind, relation.name)] for name in names}
        for key, metric in self.catalog.metrics.items():
            found[config.get(f"metrics.{key}") or metric["name"]] = [("metric", key)]
        return found


def by_kind(nodes: Iterable[Node]) -> dict[str, list[str]]:
    """Names by kind, both in order; kinds without a name are left out."""
    listed = sorted(nodes)
    return {kind: names for kind in KINDS if (names := [name for k, name in listed if k == kind])}

"""When relations were last filled: part of every key of the cache, so that an answer is never older than its data."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Lock

from gendash.api.endpoint import Endpoint
from gendash.api.store import Pools
from gendash.engine.clients.answers import Failed
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.lineage import Lineage
from gendash.engine.definitions.relations import qualified

READ_AGAIN_S = 1.0


class Versions:
    """The last refresh of each relation, read at most once a second."""

    def __init__(self, catalog: Catalog, pools: Pools, clock: Callable[[], float] = time.monotonic) -> None:
        self.catalog, self.pools, self.clock = catalog, pools, clock
        self.lineage = Lineage(catalog)
        self.lock = Lock()
        self.read_at = -READ_AGAIN_S
        self.known: dict[str, str] = {}
        self.relations: dict[tuple[str, str], frozenset[str]] = {}  # of nodes of the lineage, walked once each

    def of(self, relations: Iterable[str]) -> str:
        """A text that changes when one of the relations was filled. Raises Unreachable."""
        due = self.clock() - self.read_at >= READ_AGAIN_S
        if due and self.lock.acquire(blocking=not self.known):  # meanwhile the others use what is known
            try:
                if self.clock() - self.read_at >= READ_AGAIN_S:
                    self.known = self._read()
                    self.read_at = self.clock()
            finally:
                self.lock.release()
        known = self.known
        return " ".join(f"{name}={known[name]}" for name in sorted(relations) if name in known)

    def _read(self) -> dict[str, str]:
        view = self.catalog.purpose.get("freshness")
        if view is None:
            return {}
        text = f"select relation, finished_at from {qualified(self.catalog.config, view)}"
        given = self.pools.ask("reader", text)
        return {} if isinstance(given, Failed) else {str(name): str(at) for name, at in given.rows}

    def endpoint_relations(self, endpoint: Endpoint) -> frozenset[str]:
        """Every relation that an endpoint's rows and figures depend on."""
        found = self._below(("relation", endpoint.rows.relation)) | {endpoint.rows.relation}
        for panel in endpoint.figures.values():
            found |= self._below(("panel", panel))
        return frozenset(found)

    def panel_relations(self, dashboard: str, slug: str) -> frozenset[str]:
        """Every relation that a panel depends on."""
        return frozenset(self._below(("panel", f"{dashboard}/{slug}")))

    def _below(self, node: tuple[str, str]) -> frozenset[str]:
        if node not in self.relations:
            below = self.lineage.below(node)
            self.relations[node] = frozenset(name for kind, name in below if kind in ("relation", "table"))
        return self.relations[node]

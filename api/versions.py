"""When relations were last filled: part of every key of the cache, so that an answer is never older than its data."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from starlette.concurrency import run_in_threadpool

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
        self.read_at = -READ_AGAIN_S
        self.known: dict[str, str] = {}
        self.reading: asyncio.Task[None] | None = None
        self.relations: dict[tuple[str, str], frozenset[str]] = {}  # of nodes of the lineage, walked once each

    async def of(self, relations: Iterable[str]) -> str:
        """A text that changes when one of the relations was filled. Raises Unreachable."""
        if self.clock() - self.read_at >= READ_AGAIN_S:
            if self.reading is None or self.reading.done():
                self.reading = asyncio.create_task(self._read())
                self.reading.add_done_callback(lambda done: done.cancelled() or done.exception())
            await asyncio.shield(self.reading)
        known = self.known
        return " ".join(f"{name}={known[name]}" for name in sorted(relations) if name in known)

    async def _read(self) -> None:
        view = self.catalog.purpose.get("freshness")
        if view is not None:
            text = f"select relation, finished_at from {qualified(self.catalog.config, view)}"
            given = await run_in_threadpool(self.pools.ask, "reader", text, {})
            self.known = {} if isinstance(given, Failed) else {str(name): str(at) for name, at in given.rows}
        self.read_at = self.clock()

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

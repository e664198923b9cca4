"""What all answers of the API need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gendash.api.store import Pools
from gendash.engine.clients.prometheus import Call
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Dashboard
from gendash.engine.read.sources import Sources
from gendash.engine.render.dashboards import render_dashboard


@dataclass(frozen=True)
class World:
    """What all answers need: definitions, the store, Prometheus if there is one, and a clock."""

    catalog: Catalog
    pools: Pools
    call: Call | None = None
    at: datetime | None = None
    drawn: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # dashboards as JSON, which take long to render
    compiled: dict[tuple[Any, ...], str] = field(default_factory=dict)  # SQL of endpoints, by what it depends on
    figures: dict[tuple[str, str], Any] = field(default_factory=dict)  # `figures.Figure`, by endpoint and name

    @property
    def now(self) -> datetime:
        """The time that counts as now."""
        return self.at or datetime.now(UTC)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of all days."""
        return ZoneInfo(self.catalog.config["time_zone"])

    def sources(self, audience: str) -> Sources:
        """The servers as the panels of an audience ask them."""
        missing = {} if self.call else {"": "Prometheus is not there"}
        return Sources(self.pools.readers(audience), self.call, missing)

    def rendered(self, dashboard: Dashboard) -> Mapping[str, Any]:
        """A dashboard's JSON, rendered once."""
        if dashboard.name not in self.drawn:
            self.drawn[dashboard.name] = render_dashboard(self.catalog, dashboard)
        return self.drawn[dashboard.name]

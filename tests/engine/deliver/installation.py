"""An installation of gendash that is delivered to a Grafana, or to its double."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grafana_double import Double

from gendash.engine.config.load import Config, load_config
from gendash.engine.deliver import grafana as target
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.plan import plan
from gendash.engine.deliver.state import Desired, desired

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Installation:
    """An installation of gendash: ``boards`` by name, ``admin`` names, and further fields of the desired state."""

    double: Double
    state: Path
    text: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    admin: set[str] = field(default_factory=set)
    more: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def config(self) -> Config:
        environ = {
            "GENDASH_GRAFANA_URL": self.double.url,
            "GENDASH_GRAFANA_TOKEN": "glsa_secret",
            "GENDASH_DATABASE_URL": "postgresql://owner:owner-secret@127.0.0.1:5432/store",
            "GENDASH_READER_PASSWORD": "reader-secret",
        }
        return load_config(self.text, environ={**environ, **self.environ})

    def uid(self, name: str) -> str:
        return self.config.dashboard_uid(name)

    def add(self, name: str, title: str = "Requests", sql: str = "select 1", admin: bool = False, **more: Any) -> str:
        """A dashboard as gendash renders it, small."""
        source = {"type": "grafana-postgresql-datasource", "uid": self.config["datasources.database.uid"]}
        panel = {
            "id": 11,
            "type": "stat",
            "title": title,
            "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
            "datasource": source,
            "targets": [{"refId": "A", "datasource": source, "format": "table", "rawQuery": True, "rawSql": sql}],
        }
        self.boards[name] = {
            "uid": self.uid(name),
            "title": name,
            "schemaVersion": 42,
            "tags": ["gendash"],
            "panels": [panel],
            "templating": {"list": []},
            **more,
        }
        if admin:
            self.admin.add(name)
        return self.uid(name)

    def wanted(self) -> Desired:
        config = self.config
        boards = {self.uid(name): json.loads(json.dumps(board)) for name, board in self.boards.items()}
        return replace(desired(config, boards, map(self.uid, self.admin)), **self.more)

    def plan(self) -> list[Change]:
        wanted = self.wanted()
        return plan(wanted, observe_grafana(self.config, wanted, lambda _: None))

    def apply(self, changes: list[Change] | None = None, done: list[Change] | None = None) -> list[Change]:
        chosen = self.plan() if changes is None else changes
        return target.apply_to_grafana(
            self.config, self.wanted(), chosen, self.state, NOW, self.said.append, lambda _: None, done=done
        )

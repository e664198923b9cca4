"""`gendash uninstall`: everything that gendash made, listed first, then taken away; what stays is named.

Readers lose their dashboards first and the store goes last, so that whatever is interrupted is taken up again by the
next run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from gendash.engine.config import Config
from gendash.engine.plan import Change
from gendash.engine.plan_rules import rule_changes
from gendash.engine.removal import Removal
from gendash.engine.targets import grafana_removal, postgres_indexes, postgres_uninstall, prometheus_rules
from gendash.engine.targets.files import leave, left
from gendash.engine.targets.postgres_uninstall import Leaving


class Plan(NamedTuple):
    """What goes from each place, as the next step would find it."""

    grafana: list[Removal]
    rules: list[Change]
    indexes: list[str]
    database: Leaving
    state: list[str]

    @property
    def lines(self) -> list[str]:
        """One line for each thing that goes or stays."""
        found = [str(one) for one in self.grafana]
        found += [f"{'-' if one.writes else '!'} prometheus rules {one.name}: {one.lines[0]}" for one in self.rules]
        found += [f"- source drop index {name}" for name in self.indexes]
        found += [f"- store {line}" for line in self.database.goes]
        found += [f"! store {problem}" for problem in self.database.stays]
        return [*found, *(f"- {path}" for path in self.state)]

    @property
    def goes(self) -> int:
        """How many things would go."""
        return sum(line.startswith("-") for line in self.lines)

    @property
    def stays(self) -> list[str]:
        """What a person must look after."""
        return [line[2:] for line in self.lines if line.startswith("!")]


def look(config: Config, targets: Collection[str], state: Path, indexes: bool) -> Plan:
    """What would go. Raises Refused where something foreign is in the way: then nothing is touched anywhere."""
    return Plan(
        grafana_removal.observe(config) if "grafana" in targets else [],
        _rules(config) if "prometheus" in targets else [],
        postgres_indexes.ours(config) if indexes and "database" in targets else [],
        postgres_uninstall.look(config) if "database" in targets else Leaving(),
        left(state),
    )


def remove(config: Config, plan: Plan, targets: Collection[str], state: Path, say: Callable[[str], None]) -> Plan:
    """Carries the plan out, and returns what became of it."""
    grafana = grafana_removal.remove(config, plan.grafana) if plan.grafana else []
    if any(change.writes for change in plan.rules):
        say(prometheus_rules.apply(Path(config["prometheus.rules_dir"]), plan.rules, config["prometheus_url"]))
    problems = postgres_indexes.drop(config, plan.indexes) if plan.indexes else []
    database = postgres_uninstall.remove(config) if "database" in targets else Leaving()
    database.stays.extend(problems)
    leave(state, plan.state)
    return Plan(grafana, plan.rules, plan.indexes, database, plan.state)


def _rules(config: Config) -> list[Change]:
    return rule_changes({}, prometheus_rules.observe(Path(config["prometheus.rules_dir"])))

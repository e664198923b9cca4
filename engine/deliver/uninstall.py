"""`gendash uninstall`: everything that gendash made, listed first, then taken away; what stays is named.

Readers lose their dashboards first and the store goes last, so that whatever is interrupted is taken up again by the
next run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.config.organisations import grafana_organisations
from gendash.engine.deliver import ruler, rules_dir, uninstall_grafana
from gendash.engine.deliver.applies import FOLDER
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.plan_rules import rule_changes
from gendash.engine.deliver.uninstall_grafana import Removal
from gendash.engine.errors import TargetError
from gendash.engine.model import Problem
from gendash.engine.platform import indexes as postgres_indexes
from gendash.engine.store import uninstall
from gendash.engine.store.uninstall import StoreRemoval


class Plan(NamedTuple):
    """The objects to remove from each place."""

    grafana: list[Removal]
    rules: list[Change]
    indexes: list[str]
    database: StoreRemoval
    state: list[str]

    @property
    def lines(self) -> list[str]:
        """One line for each object that is removed or stays."""
        found = [str(one) for one in self.grafana]
        found += [f"{'-' if one.writes else '!'} prometheus rules {one.name}: {one.lines[0]}" for one in self.rules]
        found += [f"- source drop index {name}" for name in self.indexes]
        found += [f"- store {line}" for line in self.database.goes]
        found += [f"! store {problem}" for problem in self.database.stays]
        return [*found, *(f"- {path}" for path in self.state)]

    @property
    def goes(self) -> int:
        """The number of objects that would be removed."""
        return sum(line.startswith("-") for line in self.lines)

    @property
    def stays(self) -> list[str]:
        """The objects that stay, for a person to look at."""
        return [line[2:] for line in self.lines if line.startswith("!")]


def plan_uninstall(config: Config, targets: Collection[str], state: Path, indexes: bool) -> Plan:
    """The plan of removal. Raises Refused if a foreign object depends on ours: then nothing is removed anywhere."""
    return Plan(
        _in_grafana(config) if "grafana" in targets else [],
        [*_rules(config), *_groups(config)] if "prometheus" in targets else [],
        postgres_indexes.own_indexes(config) if indexes and "database" in targets else [],
        uninstall.find_in_store(config) if "database" in targets else StoreRemoval(),
        left(state),
    )


def carry_out_uninstall(
    config: Config, plan: Plan, targets: Collection[str], state: Path, say: Callable[[str], None]
) -> Plan:
    """Carries the plan out, and returns what became of it."""
    grafana = _from_grafana(config, plan.grafana) if plan.grafana else []
    groups = [change for change in plan.rules if change.kind == "ruler"]
    files = [change for change in plan.rules if change.kind != "ruler"]
    sent = ruler.send_to_ruler(config, groups) if groups else []
    if any(change.writes for change in files):
        folder = Path(config["prometheus.rules_dir"])
        say(rules_dir.apply_rules(folder, files, config))
        rules_dir.forget_reload(folder)
    problems = postgres_indexes.drop(config, plan.indexes) if plan.indexes else []
    database = uninstall.remove_from_store(config) if "database" in targets else StoreRemoval()
    database.stays.extend(problems)
    leave(state, plan.state)
    return Plan(grafana, [*files, *sent], plan.indexes, database, plan.state)


def _in_grafana(config: Config) -> list[Removal]:
    """What is in each organisation; that of admins is named in ``place``."""
    return [
        one._replace(place=_place(audience))
        for own, audience in grafana_organisations(config)
        for one in uninstall_grafana.find_in_grafana(own)
    ]


def _from_grafana(config: Config, removals: Collection[Removal]) -> list[Removal]:
    found = []
    for own, audience in grafana_organisations(config):
        here = [one for one in removals if one.place == _place(audience)]
        done = uninstall_grafana.remove_from_grafana(own, here)
        found += [one._replace(place=_place(audience)) for one in done]
    return found


def _place(audience: str) -> str:
    return "grafana (organisation of admins)" if audience == "admin" else "grafana"


def _groups(config: Config) -> list[Change]:
    """The groups in our namespace of a ruler, all of which are ours."""
    there = ruler.observe_ruler(config) if config[ruler.SETTING] else {}
    return ruler.ruler_changes({}, there, None, overwrite=True, prune=True)


def _rules(config: Config) -> list[Change]:
    if not config["prometheus.rules_dir"]:
        return []
    return rule_changes({}, rules_dir.observe_rules_dir(Path(config["prometheus.rules_dir"])))


def left(state: Path) -> list[str]:
    """The contents of the state folder: backups, notes of checks and applies, a demo's folder; nothing else is ours."""
    demo = state / "demo" / ".gendash-demo"
    found = [state / "backups", state / "checked", state / FOLDER, *([demo.parent] if demo.is_file() else [])]
    return [str(path) for path in found if path.is_dir()]


def leave(state: Path, paths: Iterable[str]) -> None:
    """Removes those, and the state folder where that leaves it empty."""
    try:
        for path in paths:
            shutil.rmtree(path, ignore_errors=False)
        if state.is_dir() and not any(state.iterdir()):
            state.rmdir()
    except OSError as error:
        raise TargetError(Problem(str(state), f"cannot remove: {error.strerror}", "check its rights")) from error

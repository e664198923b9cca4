"""Plan and apply over every target that is configured: database, Prometheus, Grafana, in this order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.deliver import grafana, rules_dir
from gendash.engine.deliver.plan import Action, Change, Desired, desired, plan
from gendash.engine.deliver.plan_rules import rule_changes
from gendash.engine.errors import Refused, raise_if
from gendash.engine.model import Problem
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.render.rules import render_rules
from gendash.engine.store.migrate import migrate, pending

SWITCHES = {"database": "database_url", "prometheus": "prometheus.rules_dir", "grafana": "grafana_token"}
SERVER_OF = {"database": "store", "prometheus": "prometheus", "grafana": "grafana"}


def configured(config: Config, only: Sequence[str] = ()) -> tuple[str, ...]:
    """The targets for which there is a setting to reach them, or those of ``only``; none where each server is none.

    Raises Refused where nothing is configured, and for a target of ``only`` whose server is none.
    """
    wrong = [
        Problem("--only", f"there is no {one} ({why})", "leave it out") for one, why in none(config) if one in only
    ]
    raise_if(Refused, wrong)
    found = tuple(target for target, key in SWITCHES.items() if config[key] and config.has(SERVER_OF[target]))
    if not found and (config.has("store") or config.has("grafana")):
        raise Refused(Problem("plan", "no target is configured", "set GENDASH_GRAFANA_TOKEN or GENDASH_DATABASE_URL"))
    return tuple(only) or found


def none(config: Config) -> list[tuple[str, str]]:
    """The targets set to `none`, each with its setting."""
    return [(target, config.none(server)) for target, server in SERVER_OF.items() if not config.has(server)]


def observe_and_plan(catalog: Catalog, only: Sequence[str] = ()) -> tuple[Desired, list[Change]]:
    """The desired state of Grafana, and the changes of all targets in the order in which they are made.

    ``only`` narrows the targets; without it all that are configured. Raises TargetError where one does not answer.
    """
    config = catalog.config
    targets = configured(config, only)
    admin = [config.dashboard_uid(d.name) for d in catalog.dashboards.values() if d.audience == "admin"]
    wanted = desired(config, render_dashboards(catalog), admin)
    changes: list[Change] = []
    if "database" in targets:
        changes += _database(catalog)
    if "prometheus" in targets:
        changes += _rules(catalog)
    if "grafana" in targets:
        changes += plan(wanted, grafana.observe_grafana(config, wanted))
    return wanted, changes


def carry_out(
    catalog: Catalog,
    wanted: Desired,
    changes: Sequence[Change],
    state: Path,
    now: datetime,
    say: Callable[[str], None],
) -> list[Change]:
    """Makes the changes and returns the result of each; ``blocked`` if it could not be made. ``say`` gets progress."""
    config = catalog.config
    own = {target: [change for change in changes if change.target == target] for target in SWITCHES}
    if any(change.writes for change in own["database"]):
        migrated = migrate(config, catalog)
        for note in migrated.notes:
            say(f"note: {note}")
        if migrated.problems:
            lines = tuple(str(problem) for problem in migrated.problems)
            own["database"] = [replace(change, action="blocked", lines=lines) for change in own["database"]]
    if any(change.writes for change in own["prometheus"]):
        say(rules_dir.apply_rules(_rules_dir(config), own["prometheus"], config))
    done = [*own["database"], *own["prometheus"]]
    if own["grafana"]:
        done += grafana.apply_to_grafana(config, wanted, own["grafana"], state, now, say)
    return done


def _database(catalog: Catalog) -> list[Change]:
    lines = tuple(pending(catalog.config, catalog))
    action: Action = "update" if lines else "none"
    return [Change("database", "migration", f"schema {catalog.config['schema']}", action, lines=lines)]


def _rules(catalog: Catalog) -> list[Change]:
    files = {Path(path).name: content for path, content in render_rules(catalog).items()}
    return rule_changes(files, rules_dir.observe_rules_dir(_rules_dir(catalog.config)))


def _rules_dir(config: Config) -> Path:
    if not config["prometheus.rules_dir"]:
        what = "no rules directory is configured"
        raise Refused(Problem("prometheus.rules_dir", what, "set it to a folder that rule_files of Prometheus names"))
    return Path(config["prometheus.rules_dir"])

"""verify, plan, apply: the definitions against live servers."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gendash.commands._common import DONE, PENDING, PROBLEMS, TARGETS, Settings, at_option, confirm, json_option, say

if TYPE_CHECKING:
    from gendash.engine.config.load import Config
    from gendash.engine.deliver.plan import Change


@click.command()
@json_option
@click.option("--junit", metavar="FILE", type=click.Path(path_type=Path), help="Also write JUnit XML.")
@click.option("--only", multiple=True, metavar="NAME", help="A dashboard, a dashboard/panel, or rules.")
@at_option
@click.pass_obj
def verify(settings: Settings, as_json: bool, junit: Path | None, only: tuple[str, ...], at: datetime | None) -> None:
    """Judge every panel on live data.

    Runs each query of each panel, variable, annotation and rule.
    Exit 1 when a panel that should have data has none, and when no panel could be judged. A server that is `none` is
    not asked.
    """
    from gendash.engine.verify import report
    from gendash.engine.verify.run import any_failed
    from gendash.engine.verify.run import verify as run

    catalog = settings.checked()
    verdicts = run(catalog.config, catalog, at=at, only=only)
    if junit:
        from gendash.engine.render.write import write_file

        write_file(junit, report.as_junit(verdicts).encode())
    click.echo(report.verdicts_as_json(verdicts) if as_json else report.as_table(verdicts, colour=sys.stdout.isatty()))
    sys.exit(PROBLEMS if any_failed(verdicts) else DONE)


only_targets = click.option(
    "--only", multiple=True, type=click.Choice(TARGETS), help="Only this target; all that are configured otherwise."
)


@click.command()
@only_targets
@json_option
@click.option("--exit-code", is_flag=True, help="Exit 3 when changes are pending.")
@click.pass_obj
def plan(settings: Settings, only: tuple[str, ...], as_json: bool, exit_code: bool) -> None:
    """What apply would change, in words."""
    from gendash.engine.deliver.apply import observe_and_plan
    from gendash.engine.deliver.report import change_as_dict, plan_text

    catalog = settings.checked()
    _say_none(catalog.config)
    _, changes = observe_and_plan(catalog, only)
    click.echo(json.dumps([change_as_dict(c) for c in changes], indent=2) if as_json else plan_text(changes))
    sys.exit(PENDING if exit_code and any(change.writes for change in changes) else DONE)


@click.command()
@only_targets
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--state", default=".gendash", show_default=True, metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def apply(settings: Settings, only: tuple[str, ...], as_json: bool, yes: bool, state: Path) -> None:
    """Carry out the plan.

    Database, rules, folders, data sources, dashboards.
    Exit 1 when something was left alone, since a person must decide.
    """
    from gendash.engine.deliver.apply import carry_out, observe_and_plan
    from gendash.engine.deliver.report import change_as_dict, plan_text

    catalog = settings.checked()
    _say_none(catalog.config)
    wanted, changes = observe_and_plan(catalog, only)
    if any(change.writes for change in changes):
        if not as_json:
            click.echo(plan_text(changes))
        confirm(yes, "apply", "there are changes")
        changes = carry_out(catalog, wanted, changes, state, datetime.now(UTC), say)
    click.echo(json.dumps([change_as_dict(c) for c in changes], indent=2) if as_json else _outcome(changes))
    sys.exit(PROBLEMS if any(change.action == "blocked" for change in changes) else DONE)


def _say_none(config: Config) -> None:
    """Says once which targets are not there."""
    from gendash.engine.deliver.apply import none

    for target, why in none(config):
        say(f"note: no {target} ({why})")


def _outcome(changes: list[Change]) -> str:
    from gendash.engine.deliver.report import plan_text

    left = [change for change in changes if change.action in ("blocked", "report")]
    done = sum(change.writes for change in changes)
    return "\n".join(
        [*([plan_text(left)] if left else []), f"{done} changed, {len(changes) - done - len(left)} unchanged"]
    )

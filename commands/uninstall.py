"""uninstall: removes what gendash made, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from gendash.commands._common import DONE, PROBLEMS, TARGETS, Settings, confirm, json_option, say


@click.command()
@click.option("--dry-run", is_flag=True, help="Only list what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--indexes", is_flag=True, help="Also the indexes that `db advise --create` built on the platform.")
@click.option(
    "--only", multiple=True, type=click.Choice(TARGETS), help="Only from there; from all that are configured otherwise."
)
@click.option("--state", default=".gendash", show_default=True, metavar="DIR", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def uninstall(
    settings: Settings, dry_run: bool, yes: bool, indexes: bool, only: tuple[str, ...], state: Path, as_json: bool
) -> None:
    """Remove exactly what gendash made.

    Schema and roles in the store, dashboards, folders and data sources in Grafana that bear gendash's mark, rule
    files, backups. The platform's own tables are not touched. Exit 1 when something must stay, with the reason.
    """
    from gendash.engine.deliver.apply import configured
    from gendash.engine.deliver.uninstall import carry_out_uninstall, plan_uninstall

    config = settings.config()
    targets = configured(config, only)
    plan = plan_uninstall(config, targets, state, indexes)
    if dry_run or not as_json:
        click.echo(
            json.dumps(plan.lines, indent=2) if as_json else "\n".join(plan.lines) or "nothing of gendash is here"
        )
    if dry_run or not plan.goes:
        sys.exit(PROBLEMS if plan.stays else DONE)
    confirm(yes, "uninstall", f"{plan.goes} objects will be deleted, including data that no refresh can restore")
    done = carry_out_uninstall(config, plan, targets, state, say)
    click.echo(json.dumps(done.lines, indent=2) if as_json else f"{done.goes} deleted, {len(done.stays)} kept")
    for line in done.stays:
        say(f"gendash: {line}")
    sys.exit(PROBLEMS if done.stays else DONE)

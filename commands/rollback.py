"""rollback: back to an earlier apply."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gendash.commands._common import Settings, confirm, say, time_option

if TYPE_CHECKING:
    from gendash.engine.deliver.changes import Change


@click.command()
@time_option("--to", "The state of TIME, UTC without a zone; before the last apply where absent.", "until")
@click.option("--dry-run", is_flag=True, help="Only list what would change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--state", default=".gendash", show_default=True, metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def rollback(settings: Settings, until: datetime | None, dry_run: bool, yes: bool, state: Path) -> None:
    """Bring back what an earlier apply delivered.

    Dashboards come from Grafana's own history; folders, who may open them, and rules from what that apply kept in the
    store (without a store in the state folder). What somebody edited since is left alone (exit 4). The database is
    never rolled back; what else is not is named.
    """
    from gendash.commands.delivery import interrupted, outcome
    from gendash.engine.deliver.apply import carry_out
    from gendash.engine.deliver.changes import exit_code
    from gendash.engine.deliver.plan_rollback import plan_rollback
    from gendash.engine.deliver.report import plan_text

    catalog = settings.checked()
    back = plan_rollback(catalog, state, until)
    changes = back.planned.changes
    if back.planned.server:
        click.echo(back.planned.server)
    say(f"back to {back.moment:%Y-%m-%d %H:%M:%S} UTC" if back.moment else "")
    click.echo(plan_text(changes))
    for note in back.notes:
        say(f"note: {note}")
    if dry_run or not any(change.writes for change in changes):
        sys.exit(exit_code(changes))
    confirm(yes, "rollback", "there are changes")
    made: list[Change] = []
    try:
        done = carry_out(catalog, back.planned, state, datetime.now(UTC), say, made, keep=False)
    except KeyboardInterrupt:
        interrupted(made)
    click.echo(outcome(done))
    sys.exit(exit_code(done, applied=True))

"""rollback: dashboards back to an earlier apply."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from gendash.commands._common import Settings, confirm, say, time_option


@click.command()
@time_option("--to", "The state of TIME, UTC without a zone; before the last apply where absent.", "until")
@click.option("--dry-run", is_flag=True, help="Only list what would change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--state", default=".gendash", show_default=True, metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def rollback(settings: Settings, until: datetime | None, dry_run: bool, yes: bool, state: Path) -> None:
    """Bring dashboards back to an earlier apply, from Grafana's own history.

    Needs no file of that apply. A dashboard that somebody edited since is left alone (exit 4). The database, data
    sources and rules stay as they are: apply the earlier definitions for those.
    """
    from gendash.engine.clients.grafana import session
    from gendash.engine.deliver.apply import wanted_of
    from gendash.engine.deliver.changes import exit_code
    from gendash.engine.deliver.grafana import apply_to_grafana
    from gendash.engine.deliver.observe import observe_grafana
    from gendash.engine.deliver.report import plan_text
    from gendash.engine.deliver.rollback import read_versions, rollback_changes, until_before_last

    catalog = settings.checked()
    config, wanted = catalog.config, wanted_of(catalog)
    observed = observe_grafana(config, wanted)
    click.echo(observed.server)
    with session(config, time.sleep) as ask:
        histories = {uid: read_versions(ask, uid) for uid in wanted.dashboards}
    moment = until or until_before_last(histories, wanted.owner)
    target, changes = rollback_changes(wanted, observed, histories, moment)
    click.echo(plan_text(changes))
    say("note: database, data sources, folders, permissions and rules are not rolled back: apply earlier definitions")
    if dry_run or not any(change.writes for change in changes):
        sys.exit(exit_code(changes))
    confirm(yes, "rollback", "there are changes")
    done = apply_to_grafana(config, target, changes, state, datetime.now(UTC), say)
    click.echo(f"{sum(change.writes for change in done)} dashboards brought back")
    sys.exit(exit_code(done, applied=True))

"""db: the store and what fills it."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from gendash.commands._common import (
    DONE,
    PROBLEMS,
    Settings,
    at_option,
    every_option,
    json_option,
    repeat,
    say,
    show_rows,
)


@click.group()
def db() -> None:
    """The store: make it, fill it, look at it."""


@db.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.pass_obj
def migrate(settings: Settings, dry_run: bool) -> None:
    """Make roles, tables and views what the definitions say. Safe to run twice, at the same time, or killed."""
    from gendash.engine.targets.migrate import migrate as run

    catalog = settings.checked()
    result = run(catalog.config, catalog, dry_run=dry_run)
    for line in result.done:
        click.echo(line)
    for note in result.notes:
        say(f"note: {note}")
    click.echo(f"{len(result.done)} {'to do' if dry_run else 'done'}" if result.done else "nothing to do")


@db.command()
@click.option("--full", is_flag=True, help="Recompute everything, not only what is due.")
@click.option("--only", multiple=True, metavar="VIEW", help="Only these relations, due or not.")
@at_option
@every_option
@json_option
@click.pass_obj
def refresh(
    settings: Settings, full: bool, only: tuple[str, ...], at: datetime | None, every: float | None, as_json: bool
) -> None:
    """Read the platform in short transactions, and write what differs."""
    from gendash.engine.targets.refresh import refresh as run

    catalog = settings.checked()

    def once() -> int:
        due, told = not (full or only), _silent if as_json else _tell
        results = run(catalog.config, catalog, only=only, full=full, at=at, due_only=due, told=told)
        if as_json:
            click.echo(json.dumps([result._asdict() for result in results], indent=2, default=str))
        problems = list(dict.fromkeys(result.error for result in results if result.error))
        for problem in problems:
            say(f"gendash: {problem}")
        return PROBLEMS if problems else DONE

    sys.exit(repeat(once, every))


def _tell(result: object) -> None:
    click.echo(str(result))


def _silent(_result: object) -> None:
    pass


@db.command("status")
@json_option
@click.pass_obj
def db_status(settings: Settings, as_json: bool) -> None:
    """Each relation: rows, age, last duration, last error."""
    from gendash.engine.targets.refresh import status

    catalog = settings.catalog()
    show_rows(status(catalog.config, catalog), as_json)


@click.command()
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write here, for a textfile collector.")
@at_option
@click.pass_obj
def metrics(settings: Settings, out: Path | None, at: datetime | None) -> None:
    """Expose what the store knows.

    In Prometheus' text format: freshness, budget, stuck documents, uncosted share, open tickets.
    """
    from gendash.engine.targets.files import write_file
    from gendash.engine.targets.store_facts import facts

    text = facts(settings.checked(), at)
    if out:
        write_file(out, text.encode())
    else:
        click.echo(text, nl=False)

"""db plan, db advise: what gendash will do to the databases, and what would help there."""

from __future__ import annotations

import json
import sys

import click

from gendash.commands._common import DONE, PROBLEMS, Settings, ends_without, json_option, say


@click.command("plan")
@json_option
@click.pass_obj
def db_plan(settings: Settings, as_json: bool) -> None:
    """What the next migrate creates, and what the refresh after it reads and writes: rows, time, disk, WAL."""
    from gendash.engine.store.preview import look_ahead, preview_as_dict, preview_text

    catalog = settings.checked()
    ends_without(catalog.config, "store", as_json=as_json)
    found = look_ahead(catalog.config, catalog)
    click.echo(json.dumps(preview_as_dict(found), indent=2, default=str) if as_json else preview_text(found))


@click.command()
@click.option("--create", is_flag=True, help="Build them, one by one, without holding up a writer.")
@json_option
@click.pass_obj
def advise(settings: Settings, create: bool, as_json: bool) -> None:
    """Indexes on the platform's tables that would make a refresh read less.

    Each with its reason and the pages that a refresh reads now and then. With --create they are built concurrently,
    as the admin where one is set, else as the source's role; what it may not build is printed as SQL.
    """
    from gendash.engine.platform import indexes

    config = settings.config()
    ends_without(config, "store", "platform", as_json=as_json)
    found, notes = indexes.find_index_advice(config, settings.checked())
    if as_json:
        rows = {"indexes": [one.as_dict() for one in found], "notes": notes}
        click.echo(json.dumps(rows, indent=2))
    elif not found:
        click.echo("no index would help")
    for one in [] if as_json else found:
        index = one.index
        click.echo(f"{index.table} ({index.column}), {index.method}: {index.reason}")
        click.echo(f"  pages that a refresh reads: {index.pages_now:,} now, about {index.pages_then:,} then")
        for statement in one.sql:
            click.echo(f"  {statement};")
    for note in [] if as_json else notes:
        say(f"note: {note}")
    if create:
        problems = indexes.create(config, found, say)
        for problem in problems:
            say(f"gendash: {problem}")
        sys.exit(PROBLEMS if problems else DONE)

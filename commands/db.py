"""db: the store and what fills it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gendash.commands._common import (
    DONE,
    PROBLEMS,
    Group,
    Settings,
    at_option,
    ends_without,
    every_option,
    in_utc,
    json_option,
    progress,
    repeat,
    say,
    show_rows,
)

if TYPE_CHECKING:
    from gendash.engine.definitions.catalog import Catalog

IDLE = ("not due", "off", "not available")  # states that are counted only: `db status` names these
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(cls=Group)
def db() -> None:
    """The store: create, fill and inspect it."""


@db.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.pass_obj
def migrate(settings: Settings, dry_run: bool) -> None:
    """Make roles, tables and views what the definitions say. Safe to run twice, at the same time, or killed."""
    from gendash.engine.errors import Denied, raise_if
    from gendash.engine.store.migrate import migrate as run

    catalog = settings.checked()
    ends_without(catalog.config, "store")
    result = run(catalog.config, catalog, dry_run=dry_run)
    for line in result.done:
        click.echo(line)
    for note in result.notes:
        say(f"note: {note}")
    click.echo(f"{len(result.done)} {'to do' if dry_run else 'done'}" if result.done else "nothing to do")
    raise_if(Denied, result.problems)


@db.command()
@click.option("--full", is_flag=True, help="Read everything again, not only what is due.")
@click.option("--only", multiple=True, metavar="VIEW", help="Only these relations, due or not.")
@click.option(
    "--from", "first", type=_DAY, callback=in_utc, metavar="DATE", help="Read the local days from DATE on again."
)
@click.option("--to", "last", type=_DAY, callback=in_utc, metavar="DATE", help="Last of these days; today if absent.")
@at_option
@every_option
@json_option
@click.pass_obj
def refresh(
    settings: Settings,
    full: bool,
    only: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    at: datetime | None,
    every: float | None,
    as_json: bool,
) -> None:
    """Read the platform in short transactions, and write what differs.

    A run that was stopped keeps what it did, and the next run continues from there.
    """
    catalog = settings.checked()
    ends_without(catalog.config, "store", as_json=as_json)
    between = _between(catalog, first, last, at)

    def once() -> int:
        due = not (full or only or between)
        code, renewed = _refreshed(catalog, as_json, only=only, full=full, between=between, at=at, due_only=due)
        if not (only or between):
            audit_due(catalog, at, quiet=as_json, renewed=renewed)
        return code

    sys.exit(repeat(once, every))


@db.command()
@click.option("--only", multiple=True, metavar="VIEW", help="Only these relations.")
@at_option
@json_option
@click.pass_obj
def reconcile(settings: Settings, only: tuple[str, ...], at: datetime | None, as_json: bool) -> None:
    """Find the days that differ from the platform, however old, and correct them.

    `db refresh` does so once a day by itself.
    """
    catalog = settings.checked()
    ends_without(catalog.config, "store", as_json=as_json)
    sys.exit(_refreshed(catalog, as_json, only=only, compare=True, at=at)[0])


def audit_due(catalog: Catalog, at: datetime | None, quiet: bool, renewed: Collection[str] = ()) -> None:
    """Runs the audits whose cadence has passed, and those of relations that are new.

    What they find is shown on the dashboard and fails no refresh.
    """
    from gendash.engine.store.audit import audit as run

    with _listed("audits", quiet) as on_result:
        run(catalog, at=at, due_only=True, renewed=renewed, on_result=on_result)


@db.command()
@click.option("--only", multiple=True, metavar="NAME", help="Only these audits.")
@at_option
@json_option
@click.pass_obj
def audit(settings: Settings, only: tuple[str, ...], at: datetime | None, as_json: bool) -> None:
    """Check the data: orphans, impossible values, duplicates, clocks, summaries against rows, source against source.

    `db refresh` runs what is due. Exit 1 when something was found, or an audit could not be finished.
    """
    from gendash.engine.store.audit import any_audit_failed
    from gendash.engine.store.audit import audit as run

    catalog = settings.checked()
    ends_without(catalog.config, "store", as_json=as_json)
    with _listed("audits", as_json) as on_result:
        results = run(catalog, only=only, at=at, on_result=on_result)
    if as_json:
        click.echo(json.dumps([result._asdict() for result in results], indent=2, default=str))
    sys.exit(PROBLEMS if any_audit_failed(results) else DONE)


def _between(
    catalog: Catalog, first: datetime | None, last: datetime | None, at: datetime | None
) -> tuple[date, date] | None:
    if not first:
        if last:
            raise click.UsageError("--to needs --from")
        return None
    today = (at or datetime.now(UTC)).astimezone(catalog.config.zone).date()
    end = last.date() if last else max(today, first.date())
    if end < first.date():
        raise click.UsageError("--to is before --from")
    return first.date(), end


def _refreshed(catalog: Catalog, as_json: bool, **options: Any) -> tuple[int, set[str]]:
    """The exit code of a refresh, and the relations that were computed for the first time; prints the results."""
    from gendash.engine.store.refresh.run import refresh as run
    from gendash.engine.store.refresh.shape import changed_shapes

    with _listed("relations", as_json) as on_result, progress(as_json) as advance:
        results = run(catalog.config, catalog, on_result=on_result, progress=advance, **options)
    if as_json:
        click.echo(json.dumps([result._asdict() for result in results], indent=2, default=str))
    lines = [problem for result in results for problem in result.problems]
    lines += changed_shapes(catalog, [result.relation for result in results if result.state == "not due"])
    problems = {line.split("; ")[0]: line for line in reversed(lines)}  # a missing table is one line, not one a reader
    for problem in reversed(problems.values()):
        say(f"gendash: {problem}")
    return PROBLEMS if problems else DONE, {result.relation for result in results if result.is_new}


@contextmanager
def _listed(title: str, quiet: bool) -> Iterator[Callable[[Any], None]]:
    """A function that prints each result that did something, below a title; in the end counts by state are printed."""
    states: Counter[str] = Counter()

    def on_result(result: Any) -> None:
        if not states:
            click.echo(title)
        states[result.state] += 1
        if result.state not in IDLE:
            click.echo(f"  {result}")

    yield (lambda _: None) if quiet else on_result
    if states:
        click.echo(f"  in all: {', '.join(f'{number} {state}' for state, number in states.items())}")


@db.command("status")
@json_option
@click.pass_obj
def db_status(settings: Settings, as_json: bool) -> None:
    """Each relation: rows, age, last duration, last error."""
    from gendash.engine.store.refresh.status import refresh_status

    catalog = settings.checked()
    ends_without(catalog.config, "store", as_json=as_json)
    show_rows(refresh_status(catalog.config, catalog), as_json)


@click.command()
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write here, for a textfile collector.")
@at_option
@click.pass_obj
def metrics(settings: Settings, out: Path | None, at: datetime | None) -> None:
    """Expose what the store knows.

    In Prometheus' text format: freshness, budget, stuck documents, uncosted share, open tickets.
    """
    from gendash.engine.render.write import write_file
    from gendash.engine.store.metrics import facts

    catalog = settings.checked()
    if catalog.config.has("store"):
        text = facts(catalog, at)
    else:
        text = ""
        say(f"note: there is no store ({catalog.config.none('store')}), so nothing is known")
    if out:
        write_file(out, text.encode())
    else:
        click.echo(text, nl=False)

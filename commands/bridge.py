"""langfuse: the bridge that brings LLM calls and scores into the store."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gendash.commands._common import (
    DONE,
    PROBLEMS,
    Settings,
    confirm,
    every_option,
    json_option,
    repeat,
    say,
    show_rows,
    time_option,
)

if TYPE_CHECKING:
    from gendash.langfuse_bridge.reconcile import Difference
    from gendash.langfuse_bridge.sync import Progress, Report

from_option = time_option("--from", "Start of a range.", "from_")
to_option = time_option("--to", "End of a range; now if absent.")


@click.group()
def langfuse() -> None:
    """The bridge from Langfuse to the store."""


@langfuse.command()
@from_option
@to_option
@every_option
@click.option("--dry-run", is_flag=True, help="Only say how many requests it will take.")
@json_option
@click.pass_obj
def sync(
    settings: Settings,
    from_: datetime | None,
    to: datetime | None,
    every: float | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring observations and scores into the store, window by window.

    A run that the server stopped keeps what it closed and goes on from there the next time.
    """
    from gendash.langfuse_bridge.sync import sync as run

    config = settings.config()

    def once() -> int:
        now, progress = datetime.now(UTC), _progress(as_json)
        report = run(config, now=now, from_=from_, to=to, dry_run=dry_run, progress=progress)
        if as_json:
            click.echo(json.dumps(dataclasses.asdict(report), indent=2, default=str))
        else:
            _show_report(report)
        return DONE if report.complete else PROBLEMS

    sys.exit(repeat(once, every))


def _progress(quiet: bool) -> Callable[[Progress], None] | None:
    """A line that is written over and over, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        return None
    return lambda at: click.echo(f"\r{at.stream}: until {at.at:%Y-%m-%d %H:%M}, {at.rows:,} rows ", nl=False, err=True)


def _show_report(report: Report) -> None:
    if sys.stderr.isatty():
        click.echo("\r" + " " * 70 + "\r", nl=False, err=True)
    if report.api:
        click.echo(f"Langfuse {report.server}, {report.api} API: {report.reason}")
    for stream in report.streams:
        until = f", closed until {stream.closed_until:%Y-%m-%d %H:%M:%S} UTC" if stream.closed_until else ""
        click.echo(
            f"{stream.stream}: {stream.read:,} read, {stream.written:,} written, {stream.deleted:,} deleted, "
            f"{stream.requests:,} requests{until}"
        )
    for note in [*report.notes, *(note for stream in report.streams for note in stream.notes)]:
        say(f"gendash: {note}")


@langfuse.command()
@json_option
@click.option("--metrics", metavar="FILE", type=click.Path(path_type=Path), help="Write Prometheus text here instead.")
@click.pass_obj
def status(settings: Settings, metrics: Path | None, as_json: bool) -> None:
    """Per project and stream: how far it is, when it last ran, what went wrong."""
    from gendash.engine.targets.files import write_file
    from gendash.langfuse_bridge import sync, upkeep

    rows = sync.status(settings.config())
    if metrics:
        write_file(metrics, upkeep.prometheus_text(rows).encode())
    else:
        show_rows(rows, as_json)


@langfuse.command()
@from_option
@to_option
@click.option("--no-repair", is_flag=True, help="Only compare.")
@json_option
@click.pass_obj
def reconcile(settings: Settings, from_: datetime | None, to: datetime | None, no_repair: bool, as_json: bool) -> None:
    """Compare counts, tokens and cost by day and model with the server's own totals, and fetch anew what differs.

    Exit 1 when something still differs and nothing explains it.
    """
    from gendash.langfuse_bridge.reconcile import reconcile as run

    found = run(settings.config(), now=datetime.now(UTC), from_=from_, to=to, repair=not no_repair)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=2, default=str))
    else:
        click.echo(
            f"{found.days} days compared, {len(found.before)} differences, {len(found.repaired)} days fetched anew: "
            f"{found.written} rows written, {found.deleted} deleted, {len(found.after)} differences left"
        )
        for difference in found.after:
            say(f"{'note' if difference.why else 'gendash'}: {_words(difference)}")
    sys.exit(DONE if found.agree else PROBLEMS)


def _words(difference: Difference) -> str:
    """One line on a day and model that still differs."""
    theirs, ours = difference.server, difference.store
    figures = [
        f"{name} {getattr(theirs, name)} there, {getattr(ours, name)} here"
        for name in ("count", "input_tokens", "output_tokens", "total_tokens", "cost_usd")
        if getattr(theirs, name) != getattr(ours, name)
    ]
    remedy = difference.why or "run it again; if it stays, compare the day in Langfuse"
    return f"{difference.day} {difference.model or 'without a model'}: {', '.join(figures)}; {remedy}"


@langfuse.command()
@time_option("--before", "Rows from before this time; older than langfuse.retention if absent.")
@click.option("--all", "everything", is_flag=True, help="All rows of the project.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(settings: Settings, before: datetime | None, everything: bool, yes: bool) -> None:
    """Delete rows of LLM calls and scores that are older than the retention."""
    from gendash.langfuse_bridge.upkeep import purge as run

    config = settings.config()
    confirm(yes, "purge", "this deletes rows of the store")
    deleted = run(config, now=datetime.now(UTC), before=before, everything=everything)
    click.echo(", ".join(f"{count:,} {stream} deleted" for stream, count in deleted.items()))

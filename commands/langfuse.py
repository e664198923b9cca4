"""langfuse: the bridge that brings LLM calls and scores into the store."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gendash.commands._common import (
    DONE,
    PROBLEMS,
    Group,
    Settings,
    confirm,
    ends_without,
    every_option,
    json_option,
    repeat,
    say,
    show_rows,
    time_option,
)

if TYPE_CHECKING:
    from gendash.engine.config.load import Config
    from gendash.langfuse_bridge.reconcile import Reconciliation, TotalsDifference
    from gendash.langfuse_bridge.sync_report import Progress, SyncReport

Result = TypeVar("Result")

from_option = time_option("--from", "Start of a range.", "from_")
to_option = time_option("--to", "End of a range; now if absent.")
project_option = click.option("--project", metavar="NAME", default="", help="Only this Langfuse project.")


def _check_range(from_: datetime | None, to: datetime | None) -> None:
    if from_ and to and from_ >= to:
        raise click.BadParameter("it must be before --to", param_hint="'--from'")


def _fields(_context: click.Context, _parameter: click.Parameter, value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


fields_option = click.option(
    "--fields",
    callback=_fields,
    default="",
    metavar="NAME,...",
    help="Keep these private fields instead of langfuse.fields: user_id, error_text, model_parameters, score_comment, "
    "score_text, score_author, metadata.KEY.",
)


@click.group(cls=Group)
def langfuse() -> None:
    """The bridge from Langfuse to the store."""


def _each(projects: Sequence[Config], work: Callable[[Config], Result]) -> tuple[list[Result], bool]:
    """Results of the projects for which it worked, and whether that was all; faults of the others are printed."""
    from gendash.engine.errors import lines_of

    found: list[Result] = []
    for config in projects:
        try:
            found.append(work(config))
        except Exception as error:  # of whatever kind: the other projects are still synced
            part = f"{config['langfuse.project']}: " if len(projects) > 1 else ""
            for line in lines_of(error):
                say(f"gendash: {part}{line}")
    return found, len(found) == len(projects)


def _failed_last(projects: Sequence[Config]) -> Sequence[Config]:
    """The projects, those that failed last time at the end, since an absent server costs time until its timeouts."""
    from gendash.langfuse_bridge.status import sync_status

    if len(projects) == 1:
        return projects
    failed = {row["project"] for row in sync_status(projects[0]) if row.get("error")}
    return sorted(projects, key=lambda one: one["langfuse.project"] in failed)


def _machine(results: Sequence[Any]) -> None:
    click.echo(json.dumps([dataclasses.asdict(result) for result in results], indent=2, default=str))


@langfuse.command()
@from_option
@to_option
@project_option
@fields_option
@every_option
@click.option("--dry-run", is_flag=True, help="Only say how many requests it will take.")
@json_option
@click.pass_obj
def sync(
    settings: Settings,
    from_: datetime | None,
    to: datetime | None,
    project: str,
    fields: list[str],
    every: float | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring observations, scores and prices into the store, window by window, project by project.

    A run that the server stopped keeps what it closed and continues from there the next time. What private fields are
    kept is decided by each run; set langfuse.fields to decide it for all.
    """
    from gendash.langfuse_bridge.projects import each_project, widened
    from gendash.langfuse_bridge.sync import sync as run

    _check_range(from_, to)
    config = settings.config()
    ends_without(config, "langfuse", as_json=as_json)
    projects = each_project(widened(config, fields), project)

    def one(config: Config) -> SyncReport:
        now, progress = datetime.now(UTC), _progress(as_json)
        report = run(config, now=now, from_=from_, to=to, dry_run=dry_run, progress=progress)
        if not as_json:
            _show_report(report, dry_run)
        return report

    def once() -> int:
        reports, all_of_them = _each(_failed_last(projects), one)
        if as_json:
            _machine(reports)
        return DONE if all_of_them and all(report.complete for report in reports) else PROBLEMS

    sys.exit(repeat(once, every))


def _progress(quiet: bool) -> Callable[[Progress], None] | None:
    """On a terminal a line that is written over and over; elsewhere a line a minute."""
    from time import monotonic

    if quiet:
        return None
    shown_at, terminal = [monotonic()], sys.stderr.isatty()

    def show(at: Progress) -> None:
        now = monotonic()
        if now - shown_at[0] < (0.2 if terminal else 60):
            return
        shown_at[0] = now
        line = progress_line(at)
        click.echo(f"\r{line:<100}" if terminal else f"gendash: {line}", nl=not terminal, err=True)

    return show


def progress_line(at: Progress) -> str:
    """The progress of a pass in one line: bar, share, rows a second, time left, and how long it waited for the server.

    Time left is work alone at the speed so far: the rest need not have pauses as the part that is done.
    """
    whole = (at.end - at.start).total_seconds()
    share = min(1.0, (at.at - at.start).total_seconds() / whole) if whole else 1.0
    rate = at.rows / at.worked_s if at.worked_s else 0.0
    left = at.worked_s * (1 - share) / share if share else 0.0
    bar = "#" * round(20 * share)
    waited = f", waited {at.waited_s / 60:.0f} min for the server" if at.waited_s >= 30 else ""
    return (
        f"{at.project} {at.stream} {at.kind} [{bar:<20}] {share:4.0%} until {at.at:%Y-%m-%d %H:%M}, "
        f"{at.rows:,} rows, {rate:,.0f}/s, {left / 60:.0f} min left{waited}"
    )


def _show_report(report: SyncReport, dry_run: bool) -> None:
    if sys.stderr.isatty():
        click.echo("\r" + " " * 101 + "\r", nl=False, err=True)
    if report.api:
        click.echo(f"{report.project}: Langfuse {report.server}, {report.api} API: {report.reason}")
    if dry_run:
        for stream in report.streams:
            click.echo(f"{report.project} {stream.stream}: {'; '.join(stream.notes)}")
        return
    for stream in [*report.streams, *([report.models] if report.models else [])]:
        until = f", closed until {stream.closed_until:%Y-%m-%d %H:%M:%S} UTC" if stream.closed_until else ""
        click.echo(
            f"{report.project} {stream.stream}: {stream.read:,} read, {stream.written:,} written, "
            f"{stream.deleted:,} deleted, {stream.requests:,} requests{until}"
        )
        if stream.rejected:
            what = f"{stream.stream}: {stream.rejected:,} items do not fit and were set aside"
            say(f"gendash: {report.project}: {what}; list them with `gendash langfuse rejected`")
    for note in [*report.notes, *(note for stream in report.streams for note in stream.notes)]:
        say(f"gendash: {report.project}: {note}")


_SHOWN = [
    "project",
    "stream",
    "closed_from",
    "closed_until",
    "lag_s",
    "kept_before",
    "server_keeps",
    "stored",
    "rejected",
    "written",
    "requests",
    "finished_at",
    "resume_at",
    "error",
]


@langfuse.command()
@project_option
@json_option
@click.option("--metrics", metavar="FILE", type=click.Path(path_type=Path), help="Write Prometheus text here instead.")
@click.pass_obj
def status(settings: Settings, project: str, metrics: Path | None, as_json: bool) -> None:
    """Per project and stream: how far it is, how far behind, what it wrote and asked, what went wrong."""
    from gendash.engine.render.write import write_file
    from gendash.langfuse_bridge.retention import prometheus_text
    from gendash.langfuse_bridge.status import sync_status

    config = settings.config()
    if metrics and not config.has("langfuse"):
        write_file(metrics, b"")  # old content would be taken for the present state
    ends_without(config, "langfuse", as_json=as_json)
    rows = sync_status(config, now=datetime.now(UTC), only=project)
    if metrics:
        write_file(metrics, prometheus_text(rows).encode())
    else:
        show_rows(rows if as_json else [{name: _short(row.get(name)) for name in _SHOWN} for row in rows], as_json)


def _short(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return round(value) if isinstance(value, float) else value


@langfuse.command()
@project_option
@json_option
@click.pass_obj
def rejected(settings: Settings, project: str, as_json: bool) -> None:
    """List items that could not be stored as rows: project, trace, id, start and the field that does not fit.

    Each is read again with its window of time, and leaves the list when it can be stored.
    """
    from gendash.langfuse_bridge.open_run import open_store

    store = open_store(settings.config())
    try:
        rows = store.rejected(project)
    finally:
        store.disconnect()
    show_rows(rows if as_json else [{name: _short(value) for name, value in row.items()} for row in rows], as_json)


@langfuse.command()
@from_option
@to_option
@project_option
@click.option("--no-repair", is_flag=True, help="Only compare.")
@json_option
@click.pass_obj
def reconcile(
    settings: Settings, from_: datetime | None, to: datetime | None, project: str, no_repair: bool, as_json: bool
) -> None:
    """Compare with the server's own totals by day, and fetch again what differs.

    Of calls: counts, tokens and cost by model; of scores: counts and sums by name. Exit 1 when something still differs
    and nothing explains it.
    """
    from gendash.langfuse_bridge.projects import each_project
    from gendash.langfuse_bridge.reconcile import reconcile as run

    _check_range(from_, to)

    def one(config: Config) -> Reconciliation:
        found = run(config, now=datetime.now(UTC), from_=from_, to=to, repair=not no_repair)
        if not as_json:
            _show_reconciliation(found)
        return found

    config = settings.config()
    ends_without(config, "langfuse", as_json=as_json)
    found, all_of_them = _each(each_project(config, project), one)
    if as_json:
        _machine(found)
    sys.exit(DONE if all_of_them and all(one.agree for one in found) else PROBLEMS)


def _show_reconciliation(found: Reconciliation) -> None:
    click.echo(
        f"{found.project}: {found.days} days compared, {len(found.before)} differences, {len(found.repaired)} days "
        f"fetched again: {found.written} rows written, {found.deleted} deleted, {len(found.after)} differences left"
    )
    for difference in found.after:
        say(f"{'note' if difference.why else 'gendash'}: {found.project}: {_words(difference)}")


def _words(difference: TotalsDifference) -> str:
    """One line on a day that still differs."""
    theirs, ours = difference.server, difference.store
    figures = [
        f"{name} {Decimal(theirs.get(name, 0)):f} there, {Decimal(ours.get(name, 0)):f} here"
        for name in {**theirs, **ours}
        if theirs.get(name, 0) != ours.get(name, 0)
    ]
    remedy = difference.why or "run it again; if it stays, compare the day in Langfuse"
    if difference.aside:
        remedy += f"; items of the day that are set aside: {difference.aside}, see `gendash langfuse rejected`"
    return (
        f"{difference.day} {difference.stream} {difference.name or 'without a model'}: {', '.join(figures)}; {remedy}"
    )


@langfuse.command()
@time_option("--before", "Rows from before this time; older than langfuse.retention if absent.")
@click.option("--all", "everything", is_flag=True, help="All rows of the project.")
@project_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(settings: Settings, before: datetime | None, everything: bool, project: str, yes: bool) -> None:
    """Delete rows of LLM calls and scores that are older than the retention."""
    from gendash.langfuse_bridge.projects import each_project
    from gendash.langfuse_bridge.retention import purge as run
    from gendash.langfuse_bridge.status import sync_status

    config = settings.config()
    ends_without(config, "store")
    stored = {row["project"] for row in sync_status(config, now=datetime.now(UTC))}
    projects = each_project(config, project, sorted(stored))
    names = ", ".join(one["langfuse.project"] for one in projects)
    confirm(yes, "purge", f"this deletes {'all' if everything else 'old'} rows of {names} from the store")

    def one(config: Config) -> None:
        deleted = run(config, now=datetime.now(UTC), before=before, everything=everything)
        counts = ", ".join(f"{count:,} {stream} deleted" for stream, count in deleted.items())
        click.echo(f"{config['langfuse.project']}: {counts}")

    sys.exit(DONE if _each(projects, one)[1] else PROBLEMS)

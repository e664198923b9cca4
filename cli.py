"""The command line, and the composition root: the only module that knows both content and engine.

Everything heavy is imported inside the commands, so that `gendash --help` stays quick.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gendash.demo.run import Steps
    from gendash.engine.catalog import Catalog
    from gendash.engine.config import Config
    from gendash.engine.model import Problem
    from gendash.engine.plan import Change
    from gendash.langfuse_bridge.sync import Progress, Report

DONE, PROBLEMS, PENDING = 0, 1, 3
TARGETS = ("database", "prometheus", "grafana")
MASK = "********"


def _in_utc(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> datetime | None:
    """A time without a zone is meant in UTC."""
    return value.replace(tzinfo=UTC) if value and not value.tzinfo else value


TIMES = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]


class _Settings:
    """Where the settings come from; read when a command first needs them."""

    def __init__(self, path: str, env: str) -> None:
        self.path, self.env = path, env

    def config(self) -> Config:
        from gendash.engine.config import load_config
        from gendash.engine.errors import ConfigError
        from gendash.engine.model import Problem

        file = Path(self.path or "gendash.yaml")
        try:
            text = file.read_text("utf-8") if self.path or file.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8 text"
            raise ConfigError(Problem(str(file), f"cannot read: {why}", "check --config")) from error
        return load_config(text, str(file), os.environ, self.env, lambda name: Path(name).read_text("utf-8"))

    def catalog(self) -> Catalog:
        """The definitions, without the checks."""
        from gendash.engine.targets.files import load_catalog

        config = self.config()
        base = Path(self.path or "gendash.yaml").resolve().parent
        return load_config_catalog(config, base, load_catalog)

    def checked(self) -> Catalog:
        """The definitions; any problem stops here, and all are listed."""
        from gendash.engine.checks import check
        from gendash.engine.errors import ContentError, raise_if

        catalog = self.catalog()
        raise_if(ContentError, check(catalog))
        return catalog


def load_config_catalog(config: Config, base: Path, load: Callable[..., Catalog]) -> Catalog:
    """The catalog of the packaged content and of the folders of ``content:``, which stand beside the settings file."""
    return load(config, [base / folder for folder in config["content"]])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", "path", metavar="FILE", default="", help="Settings; gendash.yaml here, where there is one.")
@click.option("--env", default="", metavar="NAME", help="Overlay environments.NAME of the settings.")
@click.version_option(package_name="gendash")
@click.pass_context
def cli(context: click.Context, path: str, env: str) -> None:
    """Grafana dashboards, rollups, rules and a Langfuse bridge for AI agent platforms, as code.

    Exit codes: 0 done, 1 problems or refusal, 2 wrong usage, 3 changes are pending.
    """
    context.obj = _Settings(path, env)


json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")
at_option = click.option(
    "--at", type=click.DateTime(TIMES), callback=_in_utc, metavar="TIME", help="As if it were TIME, UTC without a zone."
)


@cli.command("check")
@click.pass_obj
def check_command(settings: _Settings) -> None:
    """Check the definitions, offline: references, queries, units, descriptions, grid."""
    from gendash.engine.checks import notes

    catalog = settings.checked()
    panels = sum(len(dashboard.panels()) for dashboard in catalog.dashboards.values())
    for note in _grouped_notes(notes(catalog)):
        click.echo(f"note: {note}", err=True)
    click.echo(
        f"{len(catalog.dashboards)} dashboards, {panels} panels, {len(catalog.relations)} SQL files, "
        f"{len(catalog.rules)} rules: no problems"
    )


def _grouped_notes(found: list[Problem]) -> list[str]:
    """One line for each dashboard that links lead to and that does not exist."""
    by_what: dict[str, list[str]] = {}
    for note in found:
        by_what.setdefault(note.what.split("'")[1].partition("/")[0], []).append(note.where)
    return [f"{len(w)} links to '{name}' are left out, since there is no such dashboard" for name, w in by_what.items()]


@cli.command()
@click.option("--out", default="out", metavar="DIR", show_default=True, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 3 where DIR differs.")
@click.pass_obj
def build(settings: _Settings, out: Path, only_check: bool) -> None:
    """Write dashboards, provisioning, rules and SQL into a folder."""
    from gendash.engine.targets.files import differing, with_manifest, write_artifacts

    files = _artifacts(settings.checked())
    if only_check:
        changed = differing(with_manifest(files), out)
        for path in changed:
            click.echo(path)
        sys.exit(PENDING if changed else DONE)
    changed = write_artifacts(files, out)
    click.echo(f"{out}: {len(files)} files, {len(changed)} changed")


def _artifacts(catalog: Catalog) -> dict[str, bytes]:
    from gendash.engine.build import TEMPLATES, artifacts
    from gendash.engine.targets.files import template

    return artifacts(catalog, {name: template(name) for name in TEMPLATES})


@cli.command("config")
@json_option
@click.pass_obj
def config_command(settings: _Settings, as_json: bool) -> None:
    """Each setting, its value and where it came from; secrets are masked."""
    from gendash.engine.settings import SETTINGS

    config = settings.config()
    secret = {setting.key for setting in SETTINGS if setting.secret}
    rows = [
        {"setting": key, "value": MASK if key in secret and value else value, "from": config.where(key)}
        for key, value in sorted(config.values.items())
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(row["setting"]) for row in rows)
    for row in rows:
        click.echo(f"{row['setting']:<{width}}  {json.dumps(row['value'], ensure_ascii=False)}  ({row['from']})")


@cli.command()
@json_option
@click.option("--junit", metavar="FILE", type=click.Path(path_type=Path), help="Also write JUnit XML.")
@click.option("--only", multiple=True, metavar="NAME", help="A dashboard, a dashboard/panel, or rules.")
@at_option
@click.pass_obj
def verify(settings: _Settings, as_json: bool, junit: Path | None, only: tuple[str, ...], at: datetime | None) -> None:
    """Run every query of every panel on live data, and judge the answers.

    Exit 1 when a panel that should have data has none.
    """
    from gendash.engine import report
    from gendash.engine.verify import failed
    from gendash.engine.verify import verify as run

    catalog = settings.checked()
    verdicts = run(catalog.config, catalog, at=at, only=only)
    if junit:
        junit.write_text(report.as_junit(verdicts), "utf-8")
    click.echo(report.as_json(verdicts) if as_json else report.as_table(verdicts, colour=sys.stdout.isatty()))
    sys.exit(PROBLEMS if failed(verdicts) else DONE)


only_targets = click.option(
    "--only", multiple=True, type=click.Choice(TARGETS), help="Only this target; all that are configured otherwise."
)


@cli.command("plan")
@only_targets
@json_option
@click.option("--exit-code", is_flag=True, help="Exit 3 when changes are pending.")
@click.pass_obj
def plan_command(settings: _Settings, only: tuple[str, ...], as_json: bool, exit_code: bool) -> None:
    """What apply would change, in words."""
    from gendash.engine.delivery import observe_and_plan
    from gendash.engine.plan import as_dict, text

    _, changes = observe_and_plan(settings.checked(), only)
    click.echo(json.dumps([as_dict(c) for c in changes], indent=2) if as_json else text(changes))
    sys.exit(PENDING if exit_code and any(change.writes for change in changes) else DONE)


@cli.command()
@only_targets
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--state", default=".gendash", show_default=True, metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def apply(settings: _Settings, only: tuple[str, ...], as_json: bool, yes: bool, state: Path) -> None:
    """Carry out the plan: database, rules, folders, data sources, dashboards.

    Exit 1 when something was left alone, since a person must decide.
    """
    from gendash.engine.delivery import carry_out, observe_and_plan
    from gendash.engine.plan import as_dict, text

    catalog = settings.checked()
    wanted, changes = observe_and_plan(catalog, only)
    if any(change.writes for change in changes):
        if not as_json:
            click.echo(text(changes))
        _confirm(yes)
        changes = carry_out(catalog, wanted, changes, state, datetime.now(UTC), say)
    click.echo(json.dumps([as_dict(c) for c in changes], indent=2) if as_json else _outcome(changes))
    sys.exit(PROBLEMS if any(change.action == "blocked" for change in changes) else DONE)


def _confirm(yes: bool) -> None:
    """Asks on a terminal; elsewhere a change needs --yes."""
    from gendash.engine.errors import Refused
    from gendash.engine.model import Problem

    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(Problem("apply", "there are changes, and nobody to ask", "read the plan, then run it with --yes"))
    if not click.confirm("Carry this out?"):
        raise Refused(Problem("apply", "nothing was written", "you said no"))


def _outcome(changes: list[Change]) -> str:
    from gendash.engine.plan import text

    left = [change for change in changes if change.action in ("blocked", "report")]
    done = sum(change.writes for change in changes)
    return "\n".join([*([text(left)] if left else []), f"{done} changed, {len(changes) - done - len(left)} unchanged"])


@cli.group()
def db() -> None:
    """The store: make it, fill it, look at it."""


@db.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.pass_obj
def migrate(settings: _Settings, dry_run: bool) -> None:
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
@json_option
@click.pass_obj
def refresh(settings: _Settings, full: bool, only: tuple[str, ...], at: datetime | None, as_json: bool) -> None:
    """Read the platform in short transactions, and write what differs."""
    from gendash.engine.targets.refresh import refresh as run

    catalog = settings.checked()
    due = not (full or only)
    told = _silent if as_json else _tell
    results = run(catalog.config, catalog, only=only, full=full, at=at, due_only=due, told=told)
    if as_json:
        click.echo(json.dumps([result._asdict() for result in results], indent=2, default=str))
    problems = list(dict.fromkeys(result.error for result in results if result.error))
    for problem in problems:
        say(f"gendash: {problem}")
    sys.exit(PROBLEMS if problems else DONE)


def _tell(result: object) -> None:
    click.echo(str(result))


def _silent(_result: object) -> None:
    pass


@db.command("status")
@json_option
@click.pass_obj
def db_status(settings: _Settings, as_json: bool) -> None:
    """Each relation: rows, age, last duration, last error."""
    from gendash.engine.targets.refresh import status

    catalog = settings.catalog()
    _show_rows(status(catalog.config, catalog), as_json)


def _show_rows(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Rows of equal keys as a table, or as JSON."""
    if as_json or not rows:
        click.echo(json.dumps(rows, indent=2, default=str))
        return
    cells = [list(rows[0]), *([("" if v is None else str(v)) for v in row.values()] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write a file (for a textfile collector: *.prom).")
@at_option
@click.pass_obj
def metrics(settings: _Settings, out: Path | None, at: datetime | None) -> None:
    """What only the database knows, in Prometheus' text format: freshness, budget, stuck documents, overdue tickets."""
    from gendash.engine.targets.files import write_file
    from gendash.engine.targets.store_facts import facts

    text = facts(settings.checked(), at)
    if out:
        write_file(out, text.encode())
    else:
        click.echo(text, nl=False)


@cli.group()
def langfuse() -> None:
    """The bridge: LLM calls and scores of Langfuse, in the store."""


@langfuse.command()
@click.option("--from", "from_", type=click.DateTime(TIMES), callback=_in_utc, metavar="TIME", help="Start of a range.")
@click.option(
    "--to", type=click.DateTime(TIMES), callback=_in_utc, metavar="TIME", help="End of a range; now if absent."
)
@json_option
@click.pass_obj
def sync(settings: _Settings, from_: datetime | None, to: datetime | None, as_json: bool) -> None:
    """Bring observations and scores into the store, window by window.

    A run that the server stopped keeps what it closed and goes on from there the next time.
    """
    from gendash.langfuse_bridge.sync import sync as run

    report = run(settings.config(), now=datetime.now(UTC), from_=from_, to=to, progress=_progress(as_json))
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(report), indent=2, default=str))
    else:
        _show_report(report)
    sys.exit(DONE if report.complete else PROBLEMS)


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


@langfuse.command("status")
@json_option
@click.pass_obj
def langfuse_status(settings: _Settings, as_json: bool) -> None:
    """Per project and stream: how far it is, when it last ran, what went wrong."""
    from gendash.langfuse_bridge.sync import status

    _show_rows(status(settings.config()), as_json)


@cli.command()
@click.option("--dir", "folder", default=".gendash/demo", show_default=True, type=click.Path(path_type=Path))
@click.option("--seed", default=1, show_default=True, help="Another seed is another platform.")
@click.option(
    "--now", type=click.DateTime(TIMES), callback=_in_utc, metavar="TIME", help="Start of this hour if absent."
)
@click.option(
    "--scale", type=click.FloatRange(0.01, 20), default=1.0, show_default=True, help="How much of everything."
)
@click.option("--without", multiple=True, metavar="FEATURE", help="A platform that lacks this.")
@click.option("--keep", is_flag=True, help="Stay alive until Ctrl-C: rows, scrapes and LLM calls keep arriving.")
def demo(folder: Path, seed: int, now: datetime | None, scale: float, without: tuple[str, ...], keep: bool) -> None:
    """A synthetic platform: loaded, synced, refreshed, built, verified.

    Needs no account and no containers. Exits with verify's code.
    """
    from gendash.demo.run import Options, run_demo

    tools = [Path(".cache/prometheus")]
    options = Options(folder, seed, now, scale, keep, without, tools=tools, environ=os.environ)
    sys.exit(run_demo(_steps(), options, say))


def _steps() -> Steps:
    """What the demo asks of the engine."""
    from gendash.demo.run import Steps
    from gendash.engine import report
    from gendash.engine.checks import check
    from gendash.engine.delivery import carry_out, observe_and_plan
    from gendash.engine.errors import ContentError, TargetError, raise_if
    from gendash.engine.model import Problem
    from gendash.engine.targets.files import load_catalog, write_artifacts
    from gendash.engine.targets.migrate import migrate
    from gendash.engine.targets.refresh import refresh
    from gendash.engine.verify import failed, verify
    from gendash.langfuse_bridge.sync import sync

    def checked(config: Config) -> Catalog:
        catalog = load_catalog(config)
        raise_if(ContentError, check(catalog))
        return catalog

    def push(catalog: Catalog, state: Path) -> None:
        wanted, changes = observe_and_plan(catalog, ["grafana"])
        done = carry_out(catalog, wanted, changes, state, datetime.now(UTC), say)
        left = [Problem(c.name, *c.lines[:1]) for c in done if c.action == "blocked"]
        raise_if(TargetError, left)

    def judge(catalog: Catalog, at: datetime | None) -> int:
        verdicts = verify(catalog.config, catalog, at=at)
        click.echo(report.as_table(verdicts, colour=sys.stdout.isatty()))
        return PROBLEMS if failed(verdicts) else DONE

    return Steps(
        catalog=checked,
        migrate=lambda catalog: migrate(catalog.config, catalog),
        sync=lambda catalog, now: sync(catalog.config, now=now),
        refresh=lambda catalog, at: refresh(catalog.config, catalog, at=at),
        build=lambda catalog, out: write_artifacts(_artifacts(catalog), out),
        apply=push,
        verify=judge,
    )


def say(line: str) -> None:
    """One line on stderr; nothing for an empty one."""
    if line:
        click.echo(line, err=True)


def main() -> None:
    """Runs the command line; problems go to stderr, one line each, with exit code 1."""
    from gendash.engine.errors import GendashError

    try:
        cli(standalone_mode=True)
    except GendashError as error:
        for problem in error.problems:
            click.echo(f"gendash: {problem}", err=True)
        sys.exit(PROBLEMS)


if __name__ == "__main__":
    main()

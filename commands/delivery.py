"""verify, plan, apply: the definitions against live servers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gendash.commands._common import (
    DONE,
    PROBLEMS,
    TARGETS,
    Settings,
    at_option,
    bounded_text,
    confirm,
    json_option,
    say,
    wait_option,
)

if TYPE_CHECKING:
    from gendash.engine.definitions.catalog import Catalog
    from gendash.engine.deliver.apply import Planned
    from gendash.engine.deliver.changes import Change


@click.command()
@json_option
@click.option("--junit", metavar="FILE", type=click.Path(path_type=Path), help="Also write JUnit XML.")
@click.option("--only", multiple=True, metavar="NAME", help="A dashboard, a dashboard/panel, or rules.")
@click.option("--grafana", "by_grafana", is_flag=True, help="Ask through Grafana, as the dashboards do.")
@at_option
@click.pass_obj
def verify(
    settings: Settings,
    as_json: bool,
    junit: Path | None,
    only: tuple[str, ...],
    by_grafana: bool,
    at: datetime | None,
) -> None:
    """Judge every panel on live data.

    Runs each query of each panel, variable, annotation and rule.
    Exit 1 when a panel that should have data has none, and when no panel could be judged. A server that is `none` is
    not asked. With --grafana each query is sent to Grafana's own query API, with the token; data sources, plug-ins and
    who may open what is for admins are judged too.
    """
    from gendash.engine.verify import report
    from gendash.engine.verify.run import any_failed
    from gendash.engine.verify.run import verify as run
    from gendash.engine.verify.through_grafana import judge_grafana, through_grafana

    if by_grafana and at:
        raise click.UsageError("Grafana cannot ask as if it were another time: leave --at or --grafana out")
    catalog = settings.checked()
    if by_grafana:
        with through_grafana(catalog) as through:
            say(through.server)
            verdicts = run(catalog.config, catalog, only=only, through=through)
            verdicts += [] if only else judge_grafana(catalog, through)
    else:
        verdicts = run(catalog.config, catalog, at=at, only=only)
    if junit:
        from gendash.engine.render.write import write_file

        write_file(junit, report.as_junit(verdicts).encode())
    click.echo(report.verdicts_as_json(verdicts) if as_json else report.as_table(verdicts, colour=sys.stdout.isatty()))
    sys.exit(PROBLEMS if any_failed(verdicts) else DONE)


def _only(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Names of targets, or dashboards as ``dashboard/NAME``."""
    for name in value:
        if name not in TARGETS and not name.startswith("dashboard/"):
            raise click.BadParameter(f"'{name}' is none of {', '.join(TARGETS)}, dashboard/NAME")
    return value


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what a plan is about, the same for plan and apply."""
    for option in (
        click.option("--prune", is_flag=True, help="Also remove what left the definitions."),
        click.option(
            "--overwrite-edits", "overwrite", is_flag=True, help="Overwrite what people edited; a copy is kept."
        ),
        click.option(
            "--only",
            multiple=True,
            callback=_only,
            metavar="NAME",
            help=f"Only {', '.join(TARGETS)} or dashboard/NAME; all that are configured otherwise.",
        ),
        wait_option,
        json_option,
    ):
        command = option(command)
    return command


@click.command()
@plan_options
@click.option("--exit-code", is_flag=True, help="Exit 1, 4 or 3 when something is blocked, left to a person, pending.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Keep the plan, for `apply FILE`.")
@click.option("--markdown", is_flag=True, help="As Markdown, for a comment on a merge request.")
@click.pass_obj
def plan(
    settings: Settings,
    only: tuple[str, ...],
    as_json: bool,
    exit_code: bool,
    prune: bool,
    overwrite: bool,
    wait: float | None,
    out: Path | None,
    markdown: bool,
) -> None:
    """What apply would change, in words.

    With --exit-code: 0 nothing to do, 1 blocked, 3 changes are pending, 4 left to a person; the worst of 1, 4, 3.
    """
    from gendash.engine.deliver.changes import exit_code as code
    from gendash.engine.deliver.plan_file import plan_document
    from gendash.engine.deliver.report import plan_markdown
    from gendash.engine.render.write import write_file

    _, planned = _planned(settings, (only, prune, overwrite), wait, as_json or markdown)
    if out:
        options = {"only": only, "prune": prune, "overwrite": overwrite}
        write_file(out, plan_document(planned.changes, planned.server, options).encode())
    if markdown:
        click.echo(plan_markdown(planned.changes, planned.server))
    else:
        _show(planned.changes, as_json)
    sys.exit(code(planned.changes) if exit_code else DONE)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@plan_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--state", default=".gendash", show_default=True, metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def apply(
    settings: Settings,
    file: Path | None,
    only: tuple[str, ...],
    as_json: bool,
    yes: bool,
    state: Path,
    prune: bool,
    overwrite: bool,
    wait: float | None,
) -> None:
    """Carry out the plan.

    Database, rules, folders, data sources, dashboards. With FILE of `plan --out`: exactly that plan, or nothing.
    Exit 1 when something failed or is blocked, 4 when something is left to a person who must decide.
    """
    from gendash.engine.definitions.alerting import who_is_notified
    from gendash.engine.deliver.apply import carry_out
    from gendash.engine.deliver.changes import exit_code as code
    from gendash.engine.deliver.plan_file import raise_if_another

    asked, document = (only, prune, overwrite), _kept(file)
    if document:
        kept = document["options"]
        asked = (tuple(kept["only"]), bool(kept["prune"]), bool(kept["overwrite"]))
    catalog, planned = _planned(settings, asked, wait, as_json)
    changes: Sequence[Change] = planned.changes
    if document:
        raise_if_another(document, changes, planned.server, str(file))
    if any(change.writes for change in changes):
        if not as_json:
            _show(changes, as_json=False)
        confirm(yes, "apply", "there are changes")
    done: list[Change] = []
    try:
        changes = carry_out(catalog, planned, state, datetime.now(UTC), say, done)
    except KeyboardInterrupt:
        interrupted(done)
    click.echo(_as_json(changes) if as_json else outcome(changes))
    if not only:
        say(who_is_notified(catalog.config))
    sys.exit(code(changes, applied=True))


def _planned(
    settings: Settings, asked: tuple[tuple[str, ...], bool, bool], wait: float | None, as_json: bool
) -> tuple[Catalog, Planned]:
    """The definitions and the plan; the server that it is about is named first."""
    from gendash.engine.clients.grafana import wait_for_grafana
    from gendash.engine.deliver.apply import PlanOptions, configured, none, observe_and_plan

    only, prune, overwrite = asked
    catalog = settings.checked()
    for target, why in none(catalog.config):
        say(f"note: no {target} ({why})")
    if wait and "grafana" in configured(catalog.config, only):
        wait_for_grafana(catalog.config, wait)
    planned = observe_and_plan(catalog, PlanOptions(only, prune, overwrite))
    if planned.server:
        click.echo(planned.server, err=as_json)
    return catalog, planned


def _kept(file: Path | None) -> dict[str, Any] | None:
    """The plan of a file."""
    from gendash.engine.deliver.plan_file import read_plan
    from gendash.engine.errors import Refused
    from gendash.engine.model import Problem

    if file is None:
        return None
    try:
        return read_plan(bounded_text(file, 64 << 20), str(file))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise Refused(Problem(str(file), f"cannot read: {why}", "make it with `gendash plan --out FILE`")) from None


def interrupted(done: Sequence[Change]) -> NoReturn:
    """Says what was done before an interruption, and ends."""
    for change in done:
        if change.writes:
            say(f"done: {change.target} {change.kind} {change.name}")
    say(f"interrupted: {sum(change.writes for change in done)} changes were made; plan again to see what is left")
    sys.exit(PROBLEMS)


def _as_json(changes: Sequence[Change]) -> str:
    from gendash.engine.deliver.report import change_as_dict

    return json.dumps([change_as_dict(change) for change in changes], indent=2)


def _show(changes: Sequence[Change], as_json: bool) -> None:
    from gendash.engine.deliver.report import plan_text

    click.echo(_as_json(changes) if as_json else plan_text(changes))


def outcome(changes: Sequence[Change]) -> str:
    """What became of the changes: those that were not made with the reason, and a line of counts."""
    from gendash.engine.deliver.report import plan_text

    left = [change for change in changes if change.action in ("blocked", "left")]
    done = sum(change.writes for change in changes)
    counts = [f"{done} changed"]
    for action, words in (("blocked", "blocked"), ("left", "left to a person")):
        number = sum(change.action == action for change in left)
        counts += [f"{number} {words}"] if number else []
    counts.append(f"{len(changes) - done - len(left)} unchanged")
    return "\n".join([*plan_text(left).splitlines()[:-1], ", ".join(counts)])

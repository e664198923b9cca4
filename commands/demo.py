"""demo: the synthetic platform."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gendash.commands._common import (
    DONE,
    PROBLEMS,
    Settings,
    all_artifacts,
    content_roots,
    say,
    time_option,
    without_problems,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gendash.demo.run import Steps
    from gendash.engine.config.load import Config
    from gendash.engine.definitions.catalog import Catalog


def _number(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    """A number that is one: NaN is within every range."""
    if value != value:
        raise click.BadParameter("it must be a number")
    return value


@click.command()
@click.option("--dir", "folder", default=".gendash/demo", show_default=True, type=click.Path(path_type=Path))
@click.option("--seed", default=1, show_default=True, help="Another seed is another platform.")
@time_option("--now", "Start of this hour if absent.")
@click.option(
    "--scale",
    type=click.FloatRange(0.01, 20),
    callback=_number,
    default=1.0,
    show_default=True,
    help="How much of everything.",
)
@click.option("--without", multiple=True, metavar="FEATURE", help="A platform that lacks this.")
@click.option("--keep", is_flag=True, help="Stay alive until Ctrl-C: rows, scrapes and LLM calls keep arriving.")
@click.option("--open", "show", is_flag=True, help="Open the page that the demo draws in a browser.")
@click.pass_obj
def demo(
    settings: Settings,
    folder: Path,
    seed: int,
    now: datetime | None,
    scale: float,
    without: tuple[str, ...],
    keep: bool,
    show: bool,
) -> None:
    """Run a synthetic platform.

    Loaded, synced, refreshed, built, verified, and drawn as HTML pages that open from disk.
    Of gendash.yaml it uses `content:` and `slos:`, so that what is your own is verified, too.
    Needs no account and no containers. Exits with verify's code.
    """
    import webbrowser

    from gendash.demo.run import Options, run_demo

    tools = [Path(".cache/prometheus")]
    config = settings.config()
    roots = content_roots(config, settings.base)
    options = Options(
        folder,
        seed,
        now,
        scale,
        keep,
        without,
        tools=tools,
        environ=os.environ,
        content=roots,
        slos=_objectives(config),
        show=webbrowser.open if show else None,
    )
    sys.exit(run_demo(_steps(), options, say))


def _objectives(config: Config) -> dict[str, dict[str, Any]]:
    """The user's objectives as they are in gendash.yaml."""
    from gendash.engine.definitions.objectives import KEYS, objectives

    return {one.name: {key: getattr(one, key) for key in KEYS} for one in objectives(config)}


def _steps() -> Steps:
    """The functions of the engine that the demo calls."""
    from gendash.commands.page import moment_of, write_pages
    from gendash.demo.run import Steps
    from gendash.engine.config.settings import SETTINGS
    from gendash.engine.config.value_types import NONE
    from gendash.engine.definitions.load import read_catalog
    from gendash.engine.deliver.apply import PlanOptions, carry_out, observe_and_plan
    from gendash.engine.errors import TargetError, raise_if
    from gendash.engine.model import Problem
    from gendash.engine.render.write import write_artifacts
    from gendash.engine.store.audit import audit
    from gendash.engine.store.metrics import facts
    from gendash.engine.store.migrate import migrate
    from gendash.engine.store.refresh.run import refresh
    from gendash.engine.verify import report
    from gendash.engine.verify.run import any_failed, verify
    from gendash.engine.verify.verdict import Verdict
    from gendash.langfuse_bridge.sync import sync

    of_servers = {one.key for one in SETTINGS if one.env}
    judged: list[dict[str, Any]] = []

    def checked(config: Config) -> Catalog:
        catalog = read_catalog(config, content_roots(config, Path()))  # paths are absolute here
        # the demo's servers get their addresses one after the other, which no check asks for
        values = {key: value == NONE if key in of_servers else value for key, value in config.values.items()}
        if catalog.problems or values not in judged:
            without_problems(catalog)
            judged.append(values)
        return catalog

    def push(catalog: Catalog, state: Path) -> None:
        planned = observe_and_plan(catalog, PlanOptions(("grafana",)))
        done = carry_out(catalog, planned, state, datetime.now(UTC), say)
        left = [Problem(c.name, *c.lines[:1]) for c in done if c.action in ("blocked", "left")]
        raise_if(TargetError, left)

    verdicts: list[Verdict] = []

    def judge(catalog: Catalog, at: datetime | None) -> int:
        verdicts[:] = verify(catalog.config, catalog, at=at)
        click.echo(report.as_table(verdicts, colour=sys.stdout.isatty()))
        return PROBLEMS if any_failed(verdicts) else DONE

    def draw(catalog: Catalog, at: datetime | None, out: Path, left_out: Sequence[str]) -> Path:
        write_pages(catalog, out, "admin", moment_of(at, None, None, {}), verdicts, left_out=left_out)
        return out / "index.html"

    return Steps(
        catalog=checked,
        migrate=lambda catalog: migrate(catalog.config, catalog),
        sync=lambda catalog, now: sync(catalog.config, now=now),
        refresh=lambda catalog, at: refresh(catalog.config, catalog, at=at, due_only=at is None),
        build=lambda catalog, out: write_artifacts(all_artifacts(catalog), out),
        apply=push,
        metrics=facts,
        verify=judge,
        audit=lambda catalog, at: audit(catalog, at=at, due_only=True),
        page=draw,
    )

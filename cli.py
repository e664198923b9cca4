"""The command line, and the composition root: the only module that knows both content and engine.

Everything heavy is imported inside the commands, so that `gendash --help` stays quick.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gendash.engine.catalog import Catalog
    from gendash.engine.config import Config
    from gendash.engine.model import Problem

DONE, PROBLEMS, PENDING = 0, 1, 3
MASK = "********"


class _Moment(click.ParamType):
    """A point in time with its zone; UTC where none is said."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a time such as 2026-11-23T12:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
        from gendash.engine.errors import ContentError

        catalog = self.catalog()
        problems = check(catalog)
        if problems:
            raise ContentError(problems)
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
at_option = click.option("--at", type=_Moment(), default=None, metavar="TIME", help="As if it were TIME.")


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

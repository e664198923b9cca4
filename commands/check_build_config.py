"""check, build, config: what needs no server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gendash.commands._common import DONE, PENDING, Settings, all_artifacts, json_option, say

if TYPE_CHECKING:
    from gendash.engine.config.settings import Setting
    from gendash.engine.definitions.catalog import Catalog
    from gendash.engine.errors import GendashError
    from gendash.engine.model import Problem

MASK = "********"


@click.command()
@click.option("--no-code", is_flag=True, help="Run no Python of content roots; for pull requests of others.")
@click.option("--full", is_flag=True, help="A line for each place, also where one thing is wrong in many.")
@click.pass_obj
def check(settings: Settings, no_code: bool, full: bool) -> None:
    """Check the definitions, offline.

    References, queries, units, descriptions, grid: every problem at once. Without --env, also what is wrong in each of
    the environments of gendash.yaml. Dashboards of content roots are Python, which loading runs; with --no-code all but
    them is checked.
    """
    from gendash.engine.checks.alerting import alerting_notes
    from gendash.engine.checks.definitions import warnings
    from gendash.engine.errors import MOST, GendashError, lines_by_cause

    try:
        catalog = _checked_everywhere(settings, code=not no_code)
    except GendashError as error:
        error.is_full = full
        raise
    panels = sum(len(dashboard.panels()) for dashboard in catalog.dashboards.values())
    broken = warnings(catalog)
    for warning in broken if full else lines_by_cause(broken, MOST):
        say(f"warning: {warning}")
    for problem in alerting_notes(catalog):
        say(f"note: {problem}")
    for place, fields in catalog.overrides.items():
        say(f"override: {place}: {'taken out' if fields is None else ', '.join(fields)}")
    click.echo(
        f"{len(catalog.dashboards)} dashboards, {panels} panels, {len(catalog.relations)} SQL files, "
        f"{len(catalog.rules)} rules: no problems"
        + (f"; not loaded: {', '.join(sorted(catalog.left_out)) or 'no dashboard'}" if no_code else "")
    )


def _checked_everywhere(settings: Settings, *, code: bool) -> Catalog:
    """The definitions. Raises GendashError with their problems, and with those that only an environment has."""
    from gendash.engine.errors import ConfigError, ContentError, GendashError, raise_if
    from gendash.engine.model import Problem

    first: Catalog | GendashError | None = None
    found: list[Problem] = []
    for name in [settings.env] if settings.env else ["", *settings.environments()]:
        try:
            outcome: Catalog | GendashError = settings.overlaid(name).checked(always=True, code=code)
        except GendashError as error:
            outcome = error
            new = [problem for problem in error.problems if problem not in found]
            placed = isinstance(error, ConfigError) or name == settings.env  # a line of gendash.yaml says enough
            found += [one if placed else Problem(one.where, f"{one.what}, with --env {name}", one.do) for one in new]
        first = first or outcome
    if isinstance(first, GendashError):
        raise type(first)(found)
    assert first is not None
    raise_if(ContentError, [*found, *_endpoint_problems(first)])
    return first


def _endpoint_problems(catalog: Catalog) -> list[Problem]:
    """What `gendash serve` would refuse in its endpoints.

    Other content may replace the dashboards whose figures they give, and need not be served, so they are judged alone.
    """
    from gendash.api.endpoint import packaged_endpoints, read_endpoints
    from gendash.api.own import packaged_lists, read_lists
    from gendash.engine.errors import GendashError

    if catalog.styles or catalog.left_out:
        return []
    try:
        return read_endpoints(catalog, packaged_endpoints())[1] + read_lists(catalog, packaged_lists())[1]
    except GendashError as error:
        return list(error.problems)


@click.command()
@click.option("--out", default="out", metavar="DIR", show_default=True, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 3 where DIR differs.")
@click.pass_obj
def build(settings: Settings, out: Path, only_check: bool) -> None:
    """Write all artifacts into a folder.

    Dashboards, provisioning, rules and SQL, equal to the byte in every run.
    """
    from gendash.commands._built import inputs, note_build, own_folders, unchanged
    from gendash.engine.render.write import differing_files, with_manifest, write_artifacts

    config, notes = settings.config(), settings.base / ".gendash" / "built"
    key = inputs(config, own_folders(config, settings.base))
    if key and (count := unchanged(notes, key, out)):
        click.echo(f"{out}: {count} files, 0 changed")
        return
    files = with_manifest(all_artifacts(settings.checked(config=config)))
    note_build(notes, key, files["manifest.json"])
    if only_check:
        changed = differing_files(files, out)
        for path in changed:
            click.echo(path)
        sys.exit(PENDING if changed else DONE)
    changed = write_artifacts(files, out, manifest=False)
    removed = sum(path not in files for path in changed)
    click.echo(
        f"{out}: {len(files)} files, {len(changed) - removed} changed" + (f", {removed} removed" if removed else "")
    )


@click.command()
@json_option
@click.option("--schema", is_flag=True, help="Print the JSON Schema of gendash.yaml, for editors.")
@click.pass_obj
def config(settings: Settings, as_json: bool, schema: bool) -> None:
    """Show each setting and its origin.

    Secrets are masked, those in URLs too.
    """
    from gendash.engine.config.json_schema import schema_text
    from gendash.engine.config.load import setting_of

    if schema:
        click.echo(schema_text(), nl=False)
        return
    found = settings.config()
    rows = [
        {
            "setting": key,
            "value": MASK if value and _is_secret(setting_of(key)) else _masked(value),
            "from": found.where(key),
        }
        for key, value in sorted(found.values.items())
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(row["setting"]) for row in rows)
    for row in rows:
        click.echo(f"{row['setting']:<{width}}  {json.dumps(row['value'], ensure_ascii=False)}  ({row['from']})")


def _masked(value: Any) -> Any:
    """A value with credentials masked, where it is a URL that has some."""
    from gendash.engine.config.urls import holds_credentials, public

    if not isinstance(value, str) or "://" not in value or not holds_credentials(value):
        return value
    scheme, _, rest = public(value).partition("://")
    return f"{scheme}://{MASK}@{rest}" if rest else MASK


def _is_secret(setting: Setting | None) -> bool:
    return setting is None or setting.secret

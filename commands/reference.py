"""docs, lineage: commands that describe the definitions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gendash.commands._common import DONE, PENDING, Settings, json_option

if TYPE_CHECKING:
    from gendash.engine.definitions.catalog import Catalog, Node
    from gendash.engine.definitions.lineage import Lineage

LABELS = {
    "panel": "panels",
    "rule": "rules",
    "metric": "metrics",
    "relation": "relations",
    "staging": "staging",
    "stored": "synced columns",
    "table": "platform tables",
    "column": "platform columns",
    "field": "Langfuse fields",
    "setting": "settings",
}


@click.command()
@click.option("--out", default="docs/reference", metavar="DIR", show_default=True, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name each page that differs, and exit 3.")
@click.pass_context
def docs(context: click.Context, out: Path, only_check: bool) -> None:
    """Write the reference, as Markdown.

    Every dashboard, panel, relation, rule, alert, metric, command, setting and term, from the definitions.
    """
    from gendash.engine.render.write import differing_files, write_artifacts

    root = context.find_root()
    files = reference(context.ensure_object(Settings).checked(), root.command)
    _check_ours(out, files)
    changed = differing_files(files, out) if only_check else write_artifacts(files, out, manifest=False)
    stale = unknown_pages(files, out)
    for path in [*changed, *stale] if only_check else []:
        click.echo(path)
    if only_check:
        sys.exit(PENDING if changed or stale else DONE)
    for path in stale:
        (out / path).unlink()
    click.echo(f"{out}: {len(files)} pages, {len(changed) + len(stale)} changed")


def _check_ours(out: Path, files: dict[str, bytes]) -> None:
    """Raises Refused over a folder of pages that no `gendash docs` wrote: they would be replaced or removed."""
    from gendash.engine.errors import Refused
    from gendash.engine.model import Problem

    first = files["README.md"].partition(b"from the definitions")[0]
    page = out / "README.md"
    ours = page.is_file() and page.read_bytes().startswith(first)
    if not ours and any(out.glob("*.md")):
        raise Refused(
            Problem(str(out), "has pages that `gendash docs` did not write", "name an empty folder with --out")
        )


def unknown_pages(files: dict[str, bytes], out: Path) -> list[str]:
    """Pages below a folder that are not among those written, such as of a dashboard that is gone."""
    there = (path.relative_to(out).as_posix() for path in out.rglob("*.md"))
    return sorted(set(there) - files.keys())


def reference(catalog: Catalog, root: click.Command) -> dict[str, bytes]:
    """The pages of the reference by path."""
    from gendash.engine.checks.design_rules import RULES
    from gendash.engine.definitions.load import data, packaged_adapters, page_template
    from gendash.engine.definitions.strays import ALLOWED
    from gendash.engine.reference.pages import TEMPLATES, Material, pages

    material = Material(
        plan=data("dashboards/plan.yaml"),
        plan_rest=data("dashboards/plan_rest.yaml"),
        glossary=data("dashboards/glossary.yaml"),
        commands=tuple(described(root, "gendash")),
        rules=RULES,
        ignored=ALLOWED,
        adapters=tuple(packaged_adapters()),
    )
    return pages(catalog, material, {name: page_template(name) for name in TEMPLATES})


def described(command: click.Command, name: str) -> Iterator[dict[str, Any]]:
    """Name, help, usage and options of a command and of all below it."""
    words = [name, *(["[OPTIONS]"] if any(isinstance(p, click.Option) for p in command.params) else [])]
    words += [str(p.metavar or p.name).upper() for p in command.params if isinstance(p, click.Argument)]
    below = command.commands if isinstance(command, click.Group) else {}
    options = [(_names(p), _help(p)) for p in command.params if isinstance(p, click.Option)]
    usage = " ".join([*words, *(["COMMAND"] if below else [])])
    yield {"name": name, "help": command.help or "", "usage": usage, "options": options}
    for own, sub in below.items():
        yield from described(sub, f"{name} {own}")


def _names(option: click.Option) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if option.is_flag or option.count:
        return names
    choices = "|".join(option.type.choices) if isinstance(option.type, click.Choice) else ""
    return f"{names} {option.metavar or choices or option.type.name.upper()}"


def _help(option: click.Option) -> str:
    return (option.help or "") + (f" Default: {option.default}." if option.show_default else "")


@click.command()
@click.argument("name")
@json_option
@click.pass_obj
def lineage(settings: Settings, name: str, as_json: bool) -> None:
    """Show what NAME depends on, and what depends on it.

    NAME is a panel (overview/errors), relation, column (users.role), metric, rule, setting, or a field of Langfuse's
    API (observation.costDetails).
    """
    from gendash.engine.config.load import suggest
    from gendash.engine.definitions.lineage import Lineage
    from gendash.engine.errors import ContentError
    from gendash.engine.model import Problem

    catalog = settings.checked()
    found = Lineage(catalog)
    nodes = found.find(name)
    if not nodes:
        hint = suggest(name, found.known) or "see docs/reference/lineage.md for all names"
        raise ContentError(Problem(name, "no panel, relation, column, metric, rule, setting or field", hint))
    shown = [_both(found, node) for node in nodes]
    if as_json:
        click.echo(json.dumps(shown, indent=2))
        return
    titles = {where: panel.title for where, _, panel in catalog.panels()}
    for one in shown:
        click.echo(f"{one['kind']} {one['name']}")
        for title, names in (("depends on", one["below"]), ("is used by", one["above"])):
            click.echo(f"  {title}" + ("" if names else ": nothing"))
            for kind, listed in names.items():
                click.echo(f"    {LABELS[kind]}: {len(listed)}")
                width = max(map(len, listed))
                for own in listed:
                    click.echo(f"      {own:<{width}}  {titles.get(own, '') if kind == 'panel' else ''}".rstrip())


def _both(found: Lineage, node: Node) -> dict[str, Any]:
    from gendash.engine.definitions.lineage import by_kind

    return {
        "kind": node[0],
        "name": node[1],
        "below": by_kind(found.below(node)),
        "above": by_kind(found.above(node)),
    }

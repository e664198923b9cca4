"""adopt: takes edits made in Grafana into the definitions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gendash.commands._common import DONE, LEFT, PROBLEMS, Settings, content_roots, say

if TYPE_CHECKING:
    from gendash.engine.definitions.catalog import Catalog
    from gendash.engine.deliver.adopt import Adopted

HEADER = "# Changes made in Grafana, over what the definitions render; `gendash adopt` writes this file.\n"


@click.command()
@click.argument("names", nargs=-1, metavar="[DASHBOARD]...")
@click.option("--theirs", "theirs", flag_value=True, type=bool, default=None, help="Conflicts: take Grafana's value.")
@click.option("--ours", "theirs", flag_value=False, type=bool, help="Conflicts: keep the definition's value.")
@click.option(
    "--patch",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write what your own modules can say as a patch; it is then left out of overrides.yaml.",
)
@click.option("--dry-run", is_flag=True, help="Only list what would be written.")
@click.pass_obj
def adopt(settings: Settings, names: tuple[str, ...], theirs: bool | None, patch: Path | None, dry_run: bool) -> None:
    """Take edits made in Grafana into overrides.yaml.

    The file is written into the last folder of `content:`; build, check, plan and verify apply it. Exit 4 where the
    definition changed the same field since: those conflicts are listed, and --theirs or --ours decides them. With
    --patch, literals of `Panel(...)` in modules of your own are changed by a patch instead.
    """
    from gendash.engine.definitions.overrides import OVERRIDES
    from gendash.engine.deliver.adopt import merge_overrides, observe_edits
    from gendash.engine.errors import ConfigError
    from gendash.engine.model import Problem
    from gendash.engine.render.write import write_file

    catalog = settings.checked()
    roots = content_roots(catalog.config, settings.base)
    if not roots:
        what = "no folder of your own to write into"
        raise ConfigError(Problem("content", what, "make a folder and name it under content: in gendash.yaml"))
    found = observe_edits(catalog, names, theirs)
    overrides: dict[str, Any] = {}
    for name, adopted in found.items():
        _show(name, adopted)
        overrides |= adopted.overrides
    target = roots[-1] / OVERRIDES
    if patch:
        overrides = _as_patch(catalog, roots, settings.base, overrides, None if dry_run else patch)
    if overrides:
        text = HEADER + _yaml(merge_overrides(_written(target), overrides))
        _raise_if_unreadable(text, target, overrides)
        if not dry_run:
            write_file(target, text.encode())
    places = f"{len(overrides)} place{'' if len(overrides) == 1 else 's'}"
    click.echo(f"{places} {'would be ' if dry_run else ''}written to {target}" if overrides else "no edits")
    refused = any(adopted.refused for adopted in found.values())
    sys.exit(PROBLEMS if refused else LEFT if any(adopted.conflicts for adopted in found.values()) else DONE)


def _as_patch(
    catalog: Catalog, roots: list[Path], base: Path, overrides: dict[str, Any], target: Path | None
) -> dict[str, Any]:
    """Writes the fields that modules of one's own can say as a patch; the overrides that are left."""
    from gendash.engine.definitions.overrides import panel_places
    from gendash.engine.deliver.module_patch import patched_module, unified_patch
    from gendash.engine.render.dashboards import render_dashboard
    from gendash.engine.render.write import write_file

    text, left = "", dict(overrides)
    for name in sorted({place.partition("/")[0] for place in overrides} & catalog.own):
        file = f"dashboards/{name.replace('-', '_')}.py"
        path = next((root / file for root in reversed(roots) if (root / file).is_file()), None)
        if path is None:
            continue
        dashboard, before = catalog.dashboards[name], path.read_bytes().decode()
        tops = render_dashboard(catalog, dashboard)["panels"]
        by_id = {panel["id"]: panel for top in tops for panel in (top, *top.get("panels", ()))}
        rendered = {place: by_id.get(number, {}) for place, number in panel_places(dashboard).items()}
        after, said = patched_module(before, dashboard, overrides, rendered)
        shown = path.resolve()
        shown = shown.relative_to(base) if shown.is_relative_to(base) else shown
        text += unified_patch(before, after, shown.as_posix())
        for place, paths in said.items():
            fields = {key: value for key, value in left[place].items() if key not in paths}
            left = {**left, place: fields} if fields else {key: value for key, value in left.items() if key != place}
    if target and text:
        write_file(target, text.encode())
    count = text.count("\n@@ ")
    click.echo(f"{count} changes of your modules in {target or 'a patch'}: `git apply` it" if text else "no patch")
    return left


def _show(name: str, adopted: Adopted) -> None:
    for place, fields in adopted.overrides.items():
        click.echo(f"{place}: {'taken out' if fields is None else ', '.join(fields)}")
    for conflict in adopted.conflicts:
        say(f"conflict: {conflict}; pass --theirs or --ours")
    if adopted.refused:
        say(f"gendash: {name}: {adopted.refused}")


def _raise_if_unreadable(text: str, target: Path, overrides: dict[str, Any]) -> None:
    """Raises Refused for a text that the next command would refuse to read; the longest edit is named."""
    from gendash.engine.definitions.strays import LARGEST
    from gendash.engine.definitions.yaml_text import read_yaml
    from gendash.engine.errors import Refused
    from gendash.engine.model import Problem

    large = f"it would be larger than {LARGEST >> 20} MiB" if len(text.encode()) > LARGEST else ""
    faults = [large] if large else [what for _, what, _ in read_yaml(text, 0).faults]
    if faults:
        sizes = {
            f"{o}: {key}": len(_yaml(one)) for o, fields in overrides.items() for key, one in (fields or {}).items()
        }
        longest = max(sizes, key=lambda place: sizes[place], default="")
        what = f"not written, since `gendash check` would refuse it: {faults[0]}"
        raise Refused(Problem(str(target), what, f"shorten {longest} in Grafana, the longest edit, then adopt again"))


def _written(target: Path) -> dict[str, Any]:
    """The overrides that the file holds already; `check` has judged them."""
    import yaml

    return (yaml.safe_load(target.read_text("utf-8")) or {}) if target.exists() else {}


def _yaml(overrides: Any) -> str:
    """YAML in which texts of several lines are blocks."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """A dumper of its own, since representers are added to classes."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    return str(yaml.dump(overrides, Dumper=Dumper, sort_keys=True, allow_unicode=True, width=110))

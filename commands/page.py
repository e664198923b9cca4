"""page: dashboards as a site of HTML files."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gendash.commands._common import DONE, PROBLEMS, Settings, at_option, in_calendar, say, time_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gendash.engine.definitions.catalog import Catalog
    from gendash.engine.model import Dashboard
    from gendash.engine.read.panels import Moment
    from gendash.engine.verify.verdict import Verdict

AUDIENCES = ("everyone", "admin")
FORMATS = ("html", "csv", "pdf")


def _picked(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, list[str]]:
    """Values by variable; one that is given twice has both."""
    found: dict[str, list[str]] = {}
    for one in values:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise click.BadParameter(f"'{one}' is not NAME=VALUE")
        found.setdefault(name, []).append(value)
    return found


@click.command()
@click.argument("dashboards", nargs=-1, metavar="[DASHBOARD]...")
@click.option("--out", default="pages-out", show_default=True, metavar="DIR", type=click.Path(path_type=Path))
@click.option("--audience", default="everyone", show_default=True, type=click.Choice(AUDIENCES))
@time_option("--from", "Start of the range, local time; each dashboard's own if absent.", "start", callback=in_calendar)
@time_option("--to", "End of the range, itself not in it, local time; now if absent.", "end", callback=in_calendar)
@click.option("--var", "picked", multiple=True, metavar="NAME=VALUE", callback=_picked, help="Pick a variable's value.")
@click.option("--format", "form", default="html", show_default=True, type=click.Choice(FORMATS))
@click.option("--no-verify", is_flag=True, help="Without verdicts, which need every query a second time.")
@at_option
@click.pass_obj
def page(
    settings: Settings,
    dashboards: tuple[str, ...],
    out: Path,
    audience: str,
    start: datetime | None,
    end: datetime | None,
    picked: dict[str, list[str]],
    form: str,
    no_verify: bool,
    at: datetime | None,
) -> None:
    """Draw dashboards as HTML files that open from disk.

    An index and a page each, without Grafana: figures, units, limits and colours as there. Nothing in them is loaded
    from anywhere. A page for admins holds what only admins may see. --format csv writes a file a panel with all rows,
    and names panels whose queries failed (exit code 1); --format pdf a document a dashboard (extra: pip install
    gendash[pdf]).
    """
    from zoneinfo import ZoneInfo

    from gendash.engine.read.panels import dashboards_of
    from gendash.engine.verify.run import verify

    catalog = settings.checked()
    zone = ZoneInfo(catalog.config["time_zone"])
    start, end = (one.replace(tzinfo=zone) if one and not one.tzinfo else one for one in (start, end))
    moment = moment_of(at, start, end, picked)
    _check_variables(dashboards_of(catalog, audience, dashboards), picked)
    hidden = [one.name for one in catalog.dashboards.values() if one.audience == "admin" and audience != "admin"]
    if hidden and not dashboards:
        say(f"left out, since they are for admins: {', '.join(hidden)}; --audience admin draws them")
    if form != "html":
        paths, failed = write_exports(catalog, out, audience, moment, form, dashboards)
        for path in paths:
            click.echo(path)
        for line in failed:
            say(line)
        sys.exit(PROBLEMS if failed else DONE)
    verdicts: list[Verdict] = []
    if not no_verify:
        names = [one.name for one in dashboards_of(catalog, audience, dashboards)]
        verdicts = verify(catalog.config, catalog, at=at, only=names)
    for line in write_pages(catalog, out, audience, moment, verdicts, dashboards):
        say(line)
    click.echo(out / "index.html")
    sys.exit(DONE)


def _check_variables(boards: Sequence[Dashboard], picked: Mapping[str, object]) -> None:
    """Raises BadParameter for a variable that no dashboard has: what is misspelt would select nothing, unnoticed."""
    from gendash.engine.config.load import suggest

    known = {one.name for board in boards for one in board.variables}
    for name in picked:
        if name not in known:
            hint = suggest(name, known) or f"there are {', '.join(sorted(known))}"
            raise click.BadParameter(f"no dashboard has a variable '{name}'; {hint}", param_hint="--var")


def moment_of(
    at: datetime | None, start: datetime | None, end: datetime | None, picked: dict[str, list[str]]
) -> Moment:
    """The time of reading, from the options of a command."""
    from gendash.engine.languages.grafana_macros import Span
    from gendash.engine.read.panels import Moment

    now = at or datetime.now(UTC)
    last = end - timedelta(milliseconds=1) if end else now  # a panel's days are those that begin up to its end
    if start and start >= last:
        raise click.BadParameter("it must be before --to", param_hint="--from")
    if end and not start:
        raise click.BadParameter("it needs --from", param_hint="--to")
    return Moment(now, at, Span(start, last) if start else None, picked)


def write_pages(
    catalog: Catalog,
    out: Path,
    audience: str,
    moment: Moment,
    verdicts: Sequence[Verdict] = (),
    names: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> list[str]:
    """Writes a site; a line for each page with its size."""
    from contextlib import ExitStack

    from gendash.engine.read.panels import dashboard_read, dashboards_of, sources_for
    from gendash.engine.render.write import write_files
    from gendash.pages.site import About, Site

    chosen = dashboards_of(catalog, audience, names)
    config = catalog.config
    with ExitStack() as stack:
        sources = sources_for(stack, config, audience, moment.at)
        about = About(
            audience, moment.end, config["time_zone"], config["instance"], [*left_out, *sources.down.values()]
        )
        site = Site(catalog, chosen, about)
        pages = {
            f"{one.name}.html": site.page(dashboard_read(catalog, sources, one, moment), verdicts) for one in chosen
        }
    sizes = {name: len(text.encode()) for name, text in pages.items()}
    pages["index.html"] = site.index(verdicts, sizes)
    write_files({name: text.encode() for name, text in pages.items()}, out)
    return [f"{name}: {size / 1000:,.0f} kB" for name, size in sizes.items()]


def write_exports(
    catalog: Catalog, out: Path, audience: str, moment: Moment, form: str, names: Sequence[str] = ()
) -> tuple[list[Path], list[str]]:
    """Writes CSV files or PDF documents; their paths, and a line for each panel whose figures are not in its CSV.

    Of a panel that has no file now an older one is removed, since it would be taken for one of this moment. Raises
    Refused without the extra.
    """
    from contextlib import ExitStack

    from gendash.engine.errors import Refused
    from gendash.engine.model import Problem
    from gendash.engine.read.panels import dashboard_read, dashboards_of, sources_for
    from gendash.engine.render.write import write_files
    from gendash.pages.export import csv_files, failures
    from gendash.pages.setting import Setting
    from gendash.pages.site import About

    if form == "pdf":
        try:
            from gendash.pages.document import pdf
        except ImportError as error:
            raise Refused(
                Problem("--format pdf", f"{error.name} is not installed", "pip install 'gendash[pdf]'")
            ) from None
    config, found, failed, stale = catalog.config, dict[str, bytes](), list[str](), list[str]()
    with ExitStack() as stack:
        sources = sources_for(stack, config, audience, moment.at)
        about = About(audience, moment.end, config["time_zone"], config["instance"], [*sources.down.values()])
        for board in dashboards_of(catalog, audience, names):
            read = dashboard_read(catalog, sources, board, moment)
            if form == "csv":
                files = csv_files(read, about.zone)
                found |= files
                failed += failures(read)
                stale += [name for name in _older_files(out, board) if name not in files]
            else:
                setting = Setting(catalog, about.zone, moment.end, read.marks)
                found[f"{board.name}.pdf"] = pdf(read, setting, about)
    write_files(found, out)
    for name in stale:
        (out / name).unlink(missing_ok=True)
    return [out / name for name in found], failed


def _older_files(out: Path, board: Dashboard) -> list[str]:
    """The CSV files that an earlier export may have written for the panels of a dashboard; none through a link."""
    folder, slugs = out / board.name, {one.slug for one in board.panels()}
    if out.is_symlink() or folder.is_symlink():
        return []
    named = [one.name for one in folder.glob("*.csv") if re.sub(r"(_\d+)?\.csv$", "", one.name) in slugs]
    return [f"{board.name}/{name}" for name in named]

"""Code that the commands share: reading the settings, common options, and the output of rows and lines."""

from __future__ import annotations

import errno
import json
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gendash.engine.config.load import Config
    from gendash.engine.definitions.catalog import Catalog

DONE, PROBLEMS, PENDING, LEFT = 0, 1, 3, 4
NAMES = {
    "store": "store",
    "platform": "platform database",
    "langfuse": "Langfuse",
    "grafana": "Grafana",
    "prometheus": "Prometheus",
    "api.jwt": "the issuer of tokens",
}
LARGEST = 1 << 22  # bytes of gendash.yaml that are read
PATIENCE_S = 30.0  # for a pipe of settings, of a secret or of a plan
KEEPER = "GENDASH_KEEPER"  # process that started this one, and without which it ends
TARGETS = ("database", "prometheus", "grafana")
_CLOCKS = ("T%H:%M:%S", "T%H:%M", "T%H:%M:%S.%f")  # with a fraction as Langfuse prints times
TIMES = [*(f"%Y-%m-%d{clock}{zone}" for clock in _CLOCKS for zone in ("%z", "")), "%Y-%m-%d"]


def in_calendar(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> datetime | None:
    """A time must be one of the calendar's."""
    if value and not 2000 < value.year < 2199:
        raise click.BadParameter("it must be a time from 2001 to 2198")
    return value


def in_utc(context: click.Context, parameter: click.Parameter, value: datetime | None) -> datetime | None:
    """A time without a zone is meant in UTC."""
    found = in_calendar(context, parameter, value)
    return found.replace(tzinfo=UTC) if found and not found.tzinfo else found


def time_option(
    name: str, help: str, *variable: str, callback: Callable[..., datetime | None] = in_utc
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that takes a point in time; ``callback`` reads one without a zone."""
    return click.option(name, *variable, type=click.DateTime(TIMES), callback=callback, metavar="TIME", help=help)


json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")
at_option = time_option("--at", "As if it were TIME, UTC without a zone.")


def _every(_context: click.Context, _parameter: click.Parameter, value: str | None) -> float | None:
    """Seconds of a duration."""
    from gendash.engine.config.value_types import seconds

    if value is None:
        return None
    try:
        return seconds(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is not a duration such as 30s, 1m or 1h") from None


every_option = click.option(
    "--every", callback=_every, metavar="DURATION", help="Again and again, until Ctrl-C; a failed run does not end it."
)
wait_option = click.option(
    "--wait", callback=_every, metavar="DURATION", help="Wait so long for a Grafana that is starting."
)


def repeat(once: Callable[[], int], every: float | None) -> int:
    """Exit code of one run; with ``every`` seconds runs follow each other until Ctrl-C, or the end of the keeper."""
    from gendash.engine.errors import lines_of

    if every is None:
        return once()
    try:
        while True:
            begun = time.monotonic()
            try:
                once()
            except Exception as error:  # of whatever kind: the next run may do better
                for line in lines_of(error):
                    say(f"gendash: {line}")
            time.sleep(max(0.0, every - (time.monotonic() - begun)))
            if os.environ.get(KEEPER, str(os.getppid())) != str(os.getppid()):
                return DONE
    except KeyboardInterrupt:
        return DONE


def _secret_in(name: str) -> str:
    """The text of a secret's file. Raises OSError for one that is too long to be one."""
    return bounded_text(Path(name), 1 << 16)


def bounded_text(path: Path, most: int) -> str:
    """The text of a file or pipe. Raises OSError for more than so many bytes and for none in time, UnicodeDecodeError.

    A pipe whose writer does not come or does not end, and a device, are waited for PATIENCE_S at most.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        content, until, readable = b"", time.monotonic() + PATIENCE_S, select.poll()
        readable.register(number, select.POLLIN)
        while len(content) <= most:
            if not readable.poll(max(0.0, until - time.monotonic()) * 1000):
                raise OSError(errno.ETIMEDOUT, f"it gives no end within {PATIENCE_S:g} s")
            part = os.read(number, 1 << 20)
            if not part:
                return content.decode("utf-8")
            content += part
    finally:
        os.close(number)
    raise OSError(errno.EFBIG, f"larger than {most:,} bytes")


class Group(click.Group):
    """A group whose help shows the first sentence of each command whole, on as many lines as it takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands; click's own cuts each at the end of the line."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(limit=1000)) for name, one in commands if one])


class Settings:
    """The settings of a command and their sources; read when first needed."""

    def __init__(self, path: str, env: str) -> None:
        self.path, self.env = path, env
        self._piped: str | None = None

    def overlaid(self, env: str) -> Settings:
        """The same settings with another environment."""
        other = Settings(self.path, env)
        other._piped = self._piped
        return other

    def config(self) -> Config:
        from gendash.engine.config.load import load_config

        config = load_config(self.text(), str(Path(self.path or "gendash.yaml")), os.environ, self.env, _secret_in)
        for key in (key for key, value in config.values.items() if key.endswith(".insecure") and value is True):
            server = key.removesuffix(".insecure")
            whose = NAMES.get(server) or f"the Langfuse server {server.rpartition('.')[2]}"
            say(f"note: {key} is true: the certificate of {whose} is not checked")
        return config

    @property
    def base(self) -> Path:
        """The folder of gendash.yaml, to which paths in it are relative."""
        return Path(self.path or "gendash.yaml").resolve().parent

    def catalog(self) -> Catalog:
        """The definitions, without the checks."""
        from gendash.engine.definitions.load import load_catalog

        config = self.config()
        return load_catalog(config, content_roots(config, self.base), self.base)

    def text(self) -> str:
        """The text of gendash.yaml, empty where there is none. Raises ConfigError if it cannot be read.

        A pipe is read once: it gives its text to the first reader only.
        """
        from gendash.engine.errors import ConfigError
        from gendash.engine.model import Problem

        file = Path(self.path or "gendash.yaml")
        if self._piped is not None:
            return self._piped
        try:
            text = bounded_text(file, LARGEST) if self.path or os.path.lexists(file) else ""
            self._piped = text if file.exists() and not file.is_file() else None
            return text
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8 text"
            raise ConfigError(Problem(str(file), f"cannot read: {why}", "check --config")) from error

    def environments(self) -> list[str]:
        """The names under ``environments:``."""
        from gendash.engine.config.yaml_tree import read_tree

        return list(read_tree(self.text(), self.path or "gendash.yaml", [])[1])

    def checked(self, always: bool = False, *, code: bool = True, config: Config | None = None) -> Catalog:
        """The definitions; any problem stops here, and all are listed.

        Equal ones that have passed before are not checked again, unless ``always``. Without ``code`` no
        Python of roots is run. ``config`` is given where it has been read already.
        """
        from gendash.engine.definitions.load import read_catalog

        config = config or self.config()
        notes = None if always else self.base / ".gendash" / "checked"
        catalog = read_catalog(config, content_roots(config, self.base), self.base, code=code)
        return without_problems(catalog, notes)


def content_roots(config: Config, base: Path) -> list[Path]:
    """The folders under ``content:``; relative ones are below ``base``."""
    return [base / folder for folder in config["content"]]


def without_problems(catalog: Catalog, notes: Path | None = None) -> Catalog:
    """The catalog itself. Raises ContentError with every problem that a check finds.

    ``notes`` is the folder that holds a note of each catalog that has passed: an equal one is not checked again.
    """
    from gendash.commands import _checked

    key = "" if notes is None or catalog.problems or not catalog.complete else _checked.digest(catalog)
    if notes is None or not _checked.is_noted(notes, key):
        from gendash.engine.checks.definitions import check
        from gendash.engine.errors import ContentError, raise_if

        raise_if(ContentError, check(catalog))
        if notes is not None and key:
            _checked.note(notes, key)
    return catalog


def ends_without(config: Config, *servers: str, as_json: bool = False) -> None:
    """Ends a command that has nothing to do, since a server that it works with is none."""
    for server in servers:
        if not config.has(server):
            say(f"nothing to do: there is no {NAMES[server]} ({config.none(server)})")
            if as_json:
                click.echo("[]")
            sys.exit(DONE)


def show_rows(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Rows of equal keys as a table, or as JSON."""
    if as_json or not rows:
        click.echo(json.dumps(rows, indent=2, default=str))
        return
    cells = [list(rows[0]), *([("" if v is None else str(v)) for v in row.values()] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A function that shows the progress of long work; it takes a name, the amount done, and the total.

    On a terminal it draws a bar with the time that is left, elsewhere it writes a line a step.
    """
    if quiet:
        yield None
        return
    with ExitStack() as stack:
        bars: dict[str, Any] = {}

        def heard(name: str, done: int, whole: int) -> None:
            if not sys.stderr.isatty():
                say(f"{name}: {done:,} of {whole:,} rows read")
                return
            if name not in bars:
                stack.close()
                bars.clear()
                bar = click.progressbar(length=whole, label=name, show_pos=True, file=sys.stderr)
                bars[name] = stack.enter_context(bar)
            bars[name].update(done - bars[name].pos)

        yield heard


def say(line: str) -> None:
    """One line on stderr; nothing for an empty one."""
    if line:
        click.echo(line, err=True)


def all_artifacts(catalog: Catalog) -> dict[str, bytes]:
    from gendash.engine.definitions.load import template
    from gendash.engine.render.artifacts import TEMPLATES, artifacts

    return artifacts(catalog, {name: template(name) for name in TEMPLATES})


def confirm(yes: bool, where: str, what: str) -> None:
    """Asks for confirmation on a terminal; elsewhere --yes is needed. Raises Refused if the answer is no."""
    from gendash.engine.errors import Refused
    from gendash.engine.model import Problem

    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(Problem(where, f"{what}: needs confirmation, but stdin is no terminal", "pass --yes"))
    if not click.confirm(f"{what}. Continue?"):
        raise Refused(Problem(where, "nothing was written", "the answer was no"))

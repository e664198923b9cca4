"""The command line. With `commands/` the composition root: only they know both content and engine.

Everything heavy is imported inside the commands, so that `gendash --help` stays quick.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress

import click

from gendash.commands._common import PROBLEMS, Group, Settings
from gendash.commands.adopt import adopt
from gendash.commands.check_build_config import build, check, config
from gendash.commands.db import db, metrics
from gendash.commands.db_plan import advise, db_plan
from gendash.commands.delivery import apply, plan, verify
from gendash.commands.demo import demo
from gendash.commands.doctor import doctor
from gendash.commands.init import init
from gendash.commands.langfuse import langfuse
from gendash.commands.new import new
from gendash.commands.page import page
from gendash.commands.reference import docs, lineage
from gendash.commands.rollback import rollback
from gendash.commands.serve import serve
from gendash.commands.uninstall import uninstall


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", "path", metavar="FILE", default="", help="Settings; gendash.yaml here, where there is one.")
@click.option("--env", default="", metavar="NAME", help="Overlay environments.NAME of the settings.")
@click.version_option(package_name="gendash")
@click.pass_context
def cli(context: click.Context, path: str, env: str) -> None:
    """Grafana dashboards, rollups, rules and a Langfuse bridge for AI agent platforms, as code.

    Exit codes: 0 done, 1 problems or refusal, 2 wrong usage, 3 changes are pending, 4 left to a
    person who must decide; the worst of 1, 4 and 3 wins.
    """
    context.obj = Settings(path, env)


for command in (
    check,
    build,
    config,
    init,
    doctor,
    db,
    langfuse,
    metrics,
    verify,
    page,
    serve,
    plan,
    apply,
    adopt,
    rollback,
    docs,
    lineage,
    uninstall,
    new,
    demo,
):
    cli.add_command(command)


for command in (db_plan, advise):
    db.add_command(command)


def main() -> None:
    """Runs the command line; problems go to stderr, a line for each cause, with exit code 1. SIGTERM is SIGINT.

    The last handler is for every exception, since a traceback may hold values: a fault of gendash itself is reported
    by its kind and place.
    """
    _open_closed_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(50_000)  # what a command loads lives to its end: looking through it more often finds nothing
    try:
        try:
            cli(standalone_mode=True)
        finally:
            _flush()
    except Exception as error:
        from gendash.engine.errors import lines_of

        with suppress(OSError):  # then only the exit code says that it failed
            for line in lines_of(error):
                click.echo(f"gendash: {line}", err=True)
            sys.stderr.flush()
            sys.exit(PROBLEMS)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # or the interpreter tries once more, and ends with 120
        sys.exit(PROBLEMS)


def _open_closed_streams() -> None:
    """Opens standard streams that are closed, so that no other file or socket gets their numbers.

    Input is empty then, errors are dropped, and output fails as in other programs: nobody would read the result.
    """
    for number, name, mode in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, mode), number)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def _flush() -> None:
    """Writes what is left of the output. What cannot be written is reported here, not at the end of the interpreter."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if not isinstance(error, BrokenPipeError):  # who reads has seen enough
            raise


if __name__ == "__main__":
    main()

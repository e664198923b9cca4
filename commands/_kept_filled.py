"""`serve --refresh`: the commands that fill the store, run beside the server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from gendash.commands._common import KEEPER, Settings
from gendash.engine.config.value_types import seconds

if TYPE_CHECKING:
    from gendash.engine.config.load import Config

REFRESH = "1m"
STOP_S = 10  # how long a command may take to end


@contextmanager
def kept_filled(settings: Settings, config: Config, every: str = REFRESH) -> Iterator[None]:
    """Meanwhile `db refresh` and `langfuse sync` run, each in a process of its own; one that ends is started again.

    In processes they take no time of answers, and a signal ends them wherever they are, with their lease.
    """
    ended = Event()

    def again(pause_s: float, argv: list[str]) -> None:
        while not ended.is_set():
            with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **alone) as process:
                while process.poll() is None and not ended.wait(0.2):
                    pass
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_S)
                process.kill()
            ended.wait(pause_s)

    # a group of its own: Ctrl-C is passed on once, by us, and not by the terminal as well
    alone: dict[str, Any] = {"start_new_session": True, "env": {**os.environ, KEEPER: str(os.getpid())}}
    threads = [
        Thread(target=again, args=(seconds(each), [*_program(settings), *command, "--every", each]))
        for command, each in _jobs(config, every)
    ]
    for one in threads:
        one.start()
    try:
        yield
    finally:
        ended.set()
        for one in threads:
            one.join()


def _jobs(config: Config, every: str) -> Iterator[tuple[list[str], str]]:
    """The commands that fill the store, and how often each runs."""
    if config.has("store"):
        yield ["db", "refresh"], every
    if config.on("langfuse"):
        yield ["langfuse", "sync"], config["langfuse.cadence"]


def _program(settings: Settings) -> list[str]:
    """This program with the same settings."""
    path = ["--config", settings.path] if settings.path else []
    return [sys.executable, "-P", "-m", "gendash.cli", *path, *(["--env", settings.env] if settings.env else [])]

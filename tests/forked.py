"""Commands of `gendash` in processes of their own, forked from one that has loaded and checked everything before.

Such a process has its own folder, environment, output, exit code and end, and needs no second for its start. How an
interpreter starts, and what a command imports, is for tests that start one.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LIMIT_S = 120  # of the clock, on a busy machine


def gendash(*arguments: str, cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What a command printed, and the code that it ended with."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        asked = {
            "argv": ["gendash", *arguments],
            "cwd": str(cwd),
            "env": dict(environment),
            "out": str(out),
            "err": str(err),
        }
        server = _server()
        assert server.stdin and server.stdout
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(asked["argv"], code, out.read_text("utf-8"), err.read_text("utf-8"))


@cache
def _server() -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    pipe = subprocess.PIPE
    server = subprocess.Popen([sys.executable, "-P", __file__], env=env, stdin=pipe, stdout=pipe, text=True)

    def end() -> None:
        server.communicate()

    atexit.register(end)
    return server


def _serve() -> None:
    """Forks for each line of the input, and writes the exit code of each process; returns in the forked ones."""
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        child = os.fork()
        if not child:
            return _become(asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    os._exit(0)


def _become(asked: Mapping[str, Any]) -> None:
    signal.alarm(LIMIT_S)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    for place, (path, flags) in enumerate(
        ((os.devnull, os.O_RDONLY), (asked["out"], os.O_WRONLY | os.O_CREAT), (asked["err"], os.O_WRONLY | os.O_CREAT))
    ):
        opened = os.open(path, flags)
        os.dup2(opened, place)
        os.close(opened)
    sys.argv = asked["argv"]


if __name__ == "__main__":
    import gc

    from gendash.cli import cli, main

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        wire, hidden = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(hidden, 1)
        os.dup2(hidden, 2)
        cli(["check"], standalone_mode=False)
        sys.stdout.flush()
        os.dup2(wire, 1)
        os.chdir("/")
    gc.freeze()
    _serve()
    main()

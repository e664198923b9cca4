"""Start-up and build time of the command line, as ratios to ``python -c pass`` measured beside them.

Interleaved runs, so that a busy machine slows all equally; medians. Targets: --help at most 2.5x, build at most 15x.
A build of input that was built before compares the folder with its manifest; one whose definitions have passed the
checks before renders them; the first one also checks them.
Byte code is compiled beforehand, as pip leaves it when it installs, whatever PYTHONDONTWRITEBYTECODE says here.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
TARGETS = {"gendash --help": 2.5, "gendash build": 15.0}
RENDERED, FIRST = "build, rendered", "build, checked"


def seconds(arguments: list[str], environment: dict[str, str], folder: Path) -> float:
    """Wall time of one run of this Python in that working directory."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment, cwd=folder)
    return time.perf_counter() - start


def main() -> None:
    """Prints one line a command: median milliseconds, ratio, target."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = {
            "python -c pass": ["-c", "pass"],
            "gendash --help": ["-m", "gendash.cli", "--help"],
            "gendash build": ["-m", "gendash.cli", "build", "--out", f"{folder}/out"],
            RENDERED: ["-m", "gendash.cli", "build", "--out", "out"],
            FIRST: ["-m", "gendash.cli", "build", "--out", f"{folder}/out"],
        }
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for arguments in commands.values():
            seconds(arguments, environment, folder)  # warm: byte code and file cache
        times: dict[str, list[float]] = {command: [] for command in commands}
        for round_ in range(ROUNDS):
            for command, arguments in commands.items():
                place = folder / str(round_) if command == FIRST else folder  # notes lie there
                if command == RENDERED:
                    shutil.rmtree(folder / "out", ignore_errors=True)
                place.mkdir(exist_ok=True)
                times[command].append(seconds(arguments, environment, place))
    base = statistics.median(times["python -c pass"])
    for command, found in times.items():
        median = statistics.median(found)
        target = f"target {TARGETS[command]}x" if command in TARGETS else ""
        print(f"{command:<18} {median * 1000:7.1f} ms  {median / base:5.1f}x  {target}")


if __name__ == "__main__":
    main()

"""Start-up and build time of the command line, as ratios to ``python -c pass`` measured beside them.

Interleaved runs, so that a busy machine slows all equally; medians. Targets: --help at most 2.5x, build at most 15x.
A build whose definitions have passed the checks before does not check them again; the first one does.
Byte code is compiled beforehand, as pip leaves it when it installs, whatever PYTHONDONTWRITEBYTECODE says here.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 15
TARGETS = {"gendash --help": 2.5, "gendash build": 15.0}
FIRST = "gendash build, 1st"


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall time of one run of this Python."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def main() -> None:
    """Prints one line a command: median milliseconds, ratio, target."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "python -c pass": ["-c", "pass"],
            "gendash --help": ["-m", "gendash.cli", "--help"],
            "gendash build": ["-m", "gendash.cli", "build", "--out", f"{folder}/out"],
            FIRST: ["-m", "gendash.cli", "build", "--out", f"{folder}/out"],
        }
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/bytecode", "XDG_CACHE_HOME": f"{folder}/notes"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for arguments in commands.values():
            seconds(arguments, environment)  # warm: byte code and file cache
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, arguments in commands.items():
                notes = f"{folder}/{len(times[name])}" if name == FIRST else f"{folder}/notes"
                times[name].append(seconds(arguments, {**environment, "XDG_CACHE_HOME": notes}))
    base = statistics.median(times["python -c pass"])
    for name, found in times.items():
        median = statistics.median(found)
        target = f"target {TARGETS[name]}x" if name in TARGETS else "baseline"
        print(f"{name:<18} {median * 1000:7.1f} ms  {median / base:5.1f}x  {target}")


if __name__ == "__main__":
    main()

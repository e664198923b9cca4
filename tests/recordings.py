"""Recorded answers of real servers, unpacked from ``tests/data`` in memory.

``langfuse.tar.xz``: the read API of Langfuse 4.16, one JSON per request with what was asked and answered; INDEX.tsv
lists them. ``grafana-saves.tar.xz``: dashboards of Grafana 12.3.0 before and after a save in its user interface.
"""

from __future__ import annotations

import json
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"


@cache
def files(archive: str) -> dict[str, bytes]:
    """The files of an archive by name."""
    with tarfile.open(DATA / f"{archive}.tar.xz") as tar:
        members = [member for member in tar if member.isfile()]
        return {Path(member.name).name: tar.extractfile(member).read() for member in members}


@cache
def answers(archive: str) -> list[str]:
    """Names of the recorded answers, without `.json`."""
    return sorted(name.removesuffix(".json") for name in files(archive) if name.endswith(".json"))


def answer(archive: str, name: str) -> Any:
    """One recorded answer, parsed for this caller alone."""
    return json.loads(files(archive)[f"{name}.json"])


def index(archive: str) -> list[list[str]]:
    """The fields of each line of INDEX.tsv: status, file, path and notes."""
    return [line.split("\t") for line in files(archive)["INDEX.tsv"].decode().splitlines()]

"""The tree of errors. Every error carries problems; `cli` prints them, one line for each cause, and exits 1.

GendashError
├── ConfigError        gendash.yaml or the environment
├── ContentError       a definition, a SQL file, a rule
├── Refused            a change that needs a person: an unseen edit, a missing --yes
└── TargetError        a server, or the file system
    ├── Unreachable    no answer
    ├── Denied         an answer, but not for us: wrong credentials, missing rights
    └── Unexpected     an answer that does not fit: another platform, another version
"""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from gendash.engine.model import Problem

MOST = 5
"""How many more places the line of a definition's problem names; `gendash check --full` has a line for each place."""
_NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)
_COLUMN = re.compile(r"(:\d+):\d+$")
_ROOT = PurePath(__file__).parent.parent


class GendashError(Exception):
    """Problems that stop a command. ``is_full`` asks for a line for each place of what is wrong in several."""

    is_full = False

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(GendashError):
    """Something in gendash.yaml or the environment is wrong."""


class ContentError(GendashError):
    """A definition is wrong."""


class Refused(GendashError):
    """Nothing was written, since a person must decide."""


class TargetError(GendashError):
    """A server or the file system did not do what was asked."""


class Unreachable(TargetError):
    """No answer."""


class Denied(TargetError):
    """An answer, but not for us."""


class Unexpected(TargetError):
    """An answer that does not fit."""


def raise_if(kind: type[GendashError], problems: Sequence[Problem]) -> None:
    """Raises an error of a kind with all problems, where there are any."""
    if problems:
        raise kind(problems)


def problems_of(error: BaseException) -> tuple[Problem, ...]:
    """The problems of any exception: its own, a refusal of the system, or a fault of gendash."""
    if isinstance(error, GendashError):
        return error.problems
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return (Problem(str(error.filename or "output"), f"cannot write: {error.strerror}", "make room"),)
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return (Problem(str(error.filename), error.strerror, "check path and rights"),)
    if isinstance(error, OSError) and error.errno == errno.EBADF and error.filename is None:
        return (Problem("output", "it is closed", "give it a place, such as a file or /dev/null"),)
    if isinstance(error, MemoryError):
        return (Problem("memory", "there is not enough", "give the process more, or ask for less"),)
    return (internal(error),)


def lines_of(error: BaseException) -> list[str]:
    """What is printed of any exception: a line for each thing that is wrong."""
    problems = problems_of(error)
    if isinstance(error, GendashError) and error.is_full:
        return list(map(str, problems))
    return lines_by_cause(problems, MOST if isinstance(error, ContentError) else None)


def lines_by_cause(problems: Iterable[Problem], most: int | None = None) -> list[str]:
    """A line for each thing that is wrong: where the same is wrong in several places, it names them, ``most`` at most.

    A wrong default, or a name that is gone, is met by all that use it. Places on one line of a text are one.
    """
    places: dict[tuple[str, str], dict[str, str]] = {}
    for one in problems:
        places.setdefault((one.what, one.do), {}).setdefault(_COLUMN.sub(r"\1", one.where), one.where)
    found = [(what, do, *by_line.values()) for (what, do), by_line in places.items()]
    return [str(Problem(first, what + _others(others, most), do)) for what, do, first, *others in found]


def _others(places: Sequence[str], most: int | None) -> str:
    """In brackets, how many more places there are, and which."""
    if not places:
        return ""
    named = ", ".join(places[:most])
    rest = ", ...: `gendash check --full` lists all" if len(places) > len(places[:most]) else ""
    return f" (and {len(places)} more: {named}{rest})"


def internal(error: BaseException) -> Problem:
    """A fault of gendash itself: the exception's type and the place in its code, never a value."""
    frames = list(traceback.extract_tb(error.__traceback__))
    own = [frame for frame in frames if _is_ours(PurePath(frame.filename))]
    last = next(reversed(own or frames), None)
    place = f" in {PurePath(last.filename).name}:{last.lineno} ({last.name})" if last else ""
    return Problem("internal fault", f"{type(error).__name__}{place}", "report this line as a bug")


def _is_ours(file: PurePath) -> bool:
    return file.is_relative_to(_ROOT) and "site-packages" not in file.relative_to(_ROOT).parts

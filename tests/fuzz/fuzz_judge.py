"""What every fuzz test shares: how many cases there are, and what is allowed of one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from mutations import SECRET

from gendash.engine.errors import GendashError

SAMPLE, BLOCKS = 100, 20
DEADLINE_S, HANG_S = 10.0, 60.0  # of the process, and by the clock: the machine may be busy


def counted(sample: int) -> pytest.MarkDecorator:
    """A test with so many seeds in `make test`, and with all in `make soak`."""
    return pytest.mark.parametrize(
        "seeds", [range(sample), *(pytest.param(range(n * 500, n * 500 + 500), marks=pytest.mark.soak) for n in range(BLOCKS))],
        ids=lambda seeds: f"{seeds.start}-{seeds.stop}",
    )  # fmt: skip


counts = counted(SAMPLE)


@contextmanager
def judged(what: str, seed: int) -> Iterator[None]:
    """One case: it may end in an error of ours, whose lines are lines and hold no secret, and in no other."""
    worked, begun = time.process_time(), time.monotonic()
    try:
        yield
    except GendashError as error:
        judge_lines([str(problem) for problem in error.problems], what, seed)
    except Exception as error:
        raise AssertionError(f"{what}, seed {seed}: {type(error).__name__}: {error}") from error
    is_slow = time.process_time() - worked > DEADLINE_S or time.monotonic() - begun > HANG_S
    assert not is_slow, f"{what}, seed {seed}: too slow"


def judge_lines(lines: list[str], what: str, seed: int) -> None:
    odd = [line for line in lines if "\n" in line or "internal fault" in line or SECRET in line or len(line) > 20_000]
    assert not odd, f"{what}, seed {seed}: {odd[0][:300]!r}"

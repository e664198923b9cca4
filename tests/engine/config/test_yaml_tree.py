"""gendash.yaml as nobody should write it: each is settings or clear lines, in bounded time, never a traceback."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.config.value_types import seconds
from gendash.engine.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)


def lines(text: str) -> list[str]:
    begun = time.monotonic()
    try:
        load_config(text)
        return []
    except ConfigError as error:
        found = [str(problem) for problem in error.problems]
        assert all("\n" not in line and len(line) < 1000 for line in found[:50])
        return found
    finally:
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "text",
    [
        "time_zone: \x07",
        'time_zone: "\\0"',
        "[" * 5000,
        "a: " * 3000,
        "{a: " * 3000,
        "time_zone: !!python/object:os.system x",
        "time_zone: !!int abc",
        "slo: {csat: {red: !!float x}}",
        "features: {tickets: !!bool perhaps}",
        f"limits: {{tickets_overdue: {'9' * 400}}}",
        f"limits: {{tickets_overdue: {'9' * 5000}}}",
        "budget: {monthly_usd: .inf}",
        "budget: {monthly_usd: .nan}",
        "budget: {monthly_usd: 1.0e+300}",
        "content: &a [*a]",
        "slo: &a {csat: *a}",
        LAUGHS,
        "langfuse: {cadence: 0s}",
        "langfuse: {cadence: '٣s'}",
        "langfuse: {since: 99999999999w}",
        "? [a]\n: b",
        "environments: {? [a] : {}}",
        "time_zone: UTC\ntime_zone: UTC",
        "slo.csat.red: 0.5\nslo: {csat: {red: 0.6}}",
        "time_zone: 2001-99-99",
        "%YAML 9\n---\na: 1",
        "x" * (2 << 20),
    ],
    ids=range(27),
)
def test_odd_texts_are_clear_lines(text: str) -> None:
    assert lines(text)


def test_aliases_that_mean_something_are_read() -> None:
    assert load_config("prometheus: {targets: &a ['h:1'], redis_targets: *a}")["prometheus.redis_targets"] == ["h:1"]


def test_durations_are_finite_and_positive() -> None:
    for text in ("0s", "000m", "9" * 400 + "s", "10000000w", "٣s", "-1s", "inf", "nan"):
        with pytest.raises(ValueError):
            seconds(text)


def _mutated(text: str, chance: random.Random) -> str:
    odd = ["\x07", "\0", "\ud800", "*a", "&a ", "!!set ", ".inf", ".nan", "9" * 400, "[[[[", "{", "}", ": ", "\t", "- "]
    odd += ["'", '"', "|", ">", "?", "%", "@", "<<", "\\", "\n", "~", "0s", "٣", "é", "!!python/name:os.system ", "#"]
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.choices(range(len(text) + 1), k=2))
        end = min(end, at + chance.randint(0, 12))
        text = text[:at] + chance.choice([*odd, text[at:end] * 2, ""]) + text[end:]
    return text


def _fuzz(rounds: int) -> None:
    chance = random.Random(13)
    text = (ROOT / "demo" / "gendash.yaml").read_text("utf-8")
    text += "slo: {csat: {red: 0.5}}\nenvironments:\n  prod: {instance: prod}\n"
    for _ in range(rounds):
        lines(_mutated(text, chance))


def test_mutations_of_a_file_are_settings_or_clear_lines() -> None:
    _fuzz(150)


@pytest.mark.soak
def test_a_thousand_mutations_of_a_file_are_settings_or_clear_lines() -> None:
    _fuzz(1000)

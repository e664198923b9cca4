"""One fault in one place of all content: `gendash check` reports it in a line that names the place, and never raises."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from all_faults import every_fault, sample
from fault import Fault
from run_faults import copy_content, packaged, run

SEED, SAMPLE, ALL = 20261129, 10, 3000
_LISTED: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "survivors.yaml").read_text("utf-8"))
SURVIVORS = _LISTED["legal"] | _LISTED["unchecked"]


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> list[Fault]:
    home = tmp_path_factory.mktemp("content")
    copy_content(packaged(), home)
    return every_fault(home)


def test_a_sample_of_faults_is_reported(faults: list[Fault]) -> None:
    _judge(sample(faults, SAMPLE, SEED), workers=1)  # each loads and checks everything first


@pytest.mark.soak
def test_3000_faults_are_reported(faults: list[Fault]) -> None:
    _judge(sample(faults, ALL, SEED + 1))


def _judge(chosen: list[Fault], workers: int = 2) -> None:
    wrong: list[tuple[str, ...]] = []
    counts = Counter[str]()
    for one in run(chosen, workers):
        known = any(re.search(name, one.fault.name) for name in SURVIVORS)
        verdict = one.raised or ("known" if known and one.verdict != "reported" else one.verdict)
        counts[verdict] += 1
        if verdict not in ("reported", "known"):
            wrong.append((verdict, one.fault.name, *one.lines[:1]))
            print(*wrong[-1], sep=": ", flush=True)  # a run of thousands is long
    print(f"{len(chosen)} faults: {dict(counts)}")
    assert wrong == []

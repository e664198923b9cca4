"""One fault in one place of all content: `gendash check` reports it in a line that names the place, and never raises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from all_faults import every_fault, sample
from fault import Fault
from run_faults import copy_content, packaged, run

SEED, SAMPLE, ALL = 20261129, 20, 3000
_LISTED: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "survivors.yaml").read_text("utf-8"))
SURVIVORS = _LISTED["legal"] | _LISTED["unchecked"]


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> list[Fault]:
    home = tmp_path_factory.mktemp("content")
    copy_content(packaged(), home)
    return every_fault(home)


def test_a_sample_of_faults_is_reported(faults: list[Fault]) -> None:
    _judge(sample(faults, SAMPLE, SEED))


@pytest.mark.soak
def test_3000_faults_are_reported(faults: list[Fault]) -> None:
    _judge(sample(faults, ALL, SEED + 1))


def _judge(chosen: list[Fault]) -> None:
    outcomes = list(run(chosen))
    assert [(one.fault.name, one.raised) for one in outcomes if one.raised] == []
    missed = [one for one in outcomes if one.verdict != "reported"]
    unknown = [one for one in missed if not any(re.search(name, one.fault.name) for name in SURVIVORS)]
    print(
        f"{len(outcomes)} faults: {len(outcomes) - len(missed)} reported, {len(missed) - len(unknown)} survivors known"
    )
    assert [(one.verdict, one.fault.name, one.lines[:1]) for one in unknown] == []

"""One cause is one line of `gendash check`, however many places meet it; it names them, with --full a line for each."""

from __future__ import annotations

import os
from pathlib import Path

import forked
import pytest

from gendash.engine.errors import MOST, ContentError, TargetError, lines_by_cause, lines_of
from gendash.engine.model import Problem


def at(*places: str) -> list[Problem]:
    return [Problem(place, "no rule 'x'", "did you mean 'y'?") for place in places]


def test_what_is_wrong_in_several_places_is_one_line_at_the_first() -> None:
    other = Problem("c", "is empty", "fill it")
    assert lines_by_cause([*at("a"), other, *at("b", "d")]) == [
        "a: no rule 'x' (and 2 more: b, d); did you mean 'y'?",
        "c: is empty; fill it",
    ]


def test_another_remedy_is_another_line() -> None:
    assert len(lines_by_cause([*at("a"), Problem("b", "no rule 'x'", "record it")])) == 2


def test_places_on_one_line_of_a_text_are_one() -> None:
    found = lines_by_cause(at("p query A:1:22", "p query A:1:90", "p query A:2:5", "rules.yaml:1", "rules.yaml:2"))
    assert found == [
        "p query A:1:22: no rule 'x' (and 3 more: p query A:2:5, rules.yaml:1, rules.yaml:2); did you mean 'y'?"
    ]


def test_of_definitions_some_places_are_named_and_of_servers_all() -> None:
    places = [f"p{number}" for number in range(MOST + 3)]
    (line,) = lines_of(ContentError(at(*places)))
    assert (
        line.count(", ") == MOST and "(and 7 more: p1, p2, p3, p4, p5, ...: `gendash check --full` lists all)" in line
    )
    (line,) = lines_of(TargetError(at(*places)))
    assert all(place in line for place in places) and "--full" not in line
    whole = ContentError(at(*places))
    whole.is_full = True
    assert lines_of(whole) == [f"{place}: no rule 'x'; did you mean 'y'?" for place in places]


BOARD = '''"""A dashboard of ours."""

from gendash.dashboards.viz import Lines
from gendash.engine.model import Dashboard, Panel, Row, promql

PANELS = [
    Panel(f"logins_{n}", f"Logins of group {n}", "How many came.", SHOWN, [promql("{{ rule('job:gone:rate5m') }}")],
          width=8, height=8, leads_to="overviw/users")
    for n in range(3)
]
DASHBOARD = Dashboard("ours", "Ours", "doc", [Row("", PANELS)], "1m", "24h")
'''
RULES = """- alert: OursIsGone
  doc: Nothing of ours.
  expr: "{{ rule('job:gone:rate5m') }} == 0"
  for: 10m
  labels: {severity: warning}
  annotations: {summary: Nothing, description: It has stopped., dashboard: overviw}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A content root in which a rule and a dashboard are misspelt, each for several readers."""
    for name, text in (("dashboards/ours.py", BOARD), ("recording_rules/ours.yaml", RULES)):
        (tmp_path / "mine" / name).parent.mkdir(parents=True)
        (tmp_path / "mine" / name).write_text(text, "utf-8")
    (tmp_path / "gendash.yaml").write_text("content: [mine]\n", "utf-8")
    return tmp_path


def said(root: Path, *arguments: str) -> list[str]:
    done = forked.gendash("check", *arguments, cwd=root, environment={"PATH": os.environ["PATH"]})
    assert done.returncode == 1 and not done.stdout
    return [line for line in done.stderr.splitlines() if line.startswith("gendash: ")]


WRONG = "Lines(unit='short', custom={'drawStyle': 'bar'})"


@pytest.mark.parametrize(
    ("shown", "cause", "readers"),
    [
        ("Lines(unit='short')", "no rule 'job:gone:rate5m'", 4),
        ("Lines(unit='short')", "no dashboard 'overviw'", 4),
        (WRONG, "drawStyle is 'bar'", 3),
    ],
)
def test_a_cause_is_one_line_that_names_its_readers(root: Path, shown: str, cause: str, readers: int) -> None:
    (root / "mine" / "dashboards" / "ours.py").write_text(BOARD.replace("SHOWN", shown), "utf-8")
    (line,) = [one for one in said(root) if cause in one]
    assert f"(and {readers - 1} more: " in line
    places = {
        line.removeprefix("gendash: ").partition(": ")[0],
        *line.partition(" more: ")[2].partition("); ")[0].split(", "),
    }
    full = [one for one in said(root, "--full") if cause in one]
    assert {one.removeprefix("gendash: ").partition(": ")[0] for one in full} == places
    assert len(full) == readers
    assert all(one.endswith(line.rpartition("; ")[2]) for one in full)

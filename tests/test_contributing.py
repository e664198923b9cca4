"""The table of CONTRIBUTING.md: what it says to write, and nothing else, passes `gendash check` and is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gendash.engine.definitions.content_modules import PACKAGED

VIEW = """/*
doc: Documents by the week in which they were uploaded.
grain: one row per week
audience: everyone
feature: documents
key: [week]
columns:
  week: {type: date, doc: the Monday of the week}
  documents: {type: bigint, doc: documents uploaded in the week}
*/
select (day - (extract(isodow from day)::int - 1)) as week, sum(documents)::bigint as documents
from {{ view('document_day') }} group by 1
"""
PANEL = '''    Panel(
        "documents_per_week",
        "Documents per week, last 60 weeks",
        "Documents by the week in which they were uploaded, until now. A week begins on Monday, in the local zone.",
        Table(no_data="no documents", unit="none"),
        [
            sql(
                """
                select week as "Week", documents as "Documents"
                from {{ view('document_week') }} order by 1 limit 60""",
                format="table",
            )
        ],
        width=24,
        height=8,
        feature="documents",
    ),
]

DASHBOARD'''
RULE = """
- record: job:kb_searches_failed:rate5m
  doc: Searches per second over 5 minutes that failed.
  feature: kb_metrics
  expr: |
    sum by (job) (rate({{ metric('kb_searches') }}{job="{{ setting('prometheus.job') }}", status="error"}[5m]))
"""
ALERT = """
- alert: KbSearchesFail
  doc: Searches of the knowledge base fail.
  feature: kb_metrics
  expr: |
    {{ rule('job:kb_searches_failed:rate5m') }} > 1
  for: 10m
  labels: {severity: warning}
  annotations:
    summary: Searches of the knowledge base fail
    description: '{{ $value | humanize }} searches/s of {{ $labels.job }} failed.'
    dashboard: knowledge-base
"""
METRIC = """
kb_searches_cached:
  name: kb_searches_cached_total
  type: counter
  unit: searches
  labels: {}
  doc: Searches that were answered from the cache.
  feature: kb_metrics
"""
AUDIT = """/*
doc: No week is without a date.
place: store
severity: warning
feature: documents
key: [week]
*/
select week from {{ view('document_week') }} where week is null
"""


def written(root: Path) -> None:
    """What the rows name: a panel and the view that it reads, a dashboard, a rule, an alert, a metric, an audit."""
    (root / "sql" / "views" / "document_week.sql").write_text(VIEW)
    (root / "sql" / "audits" / "weeks_known.sql").write_text(AUDIT)
    board = root / "dashboards" / "knowledge_base.py"
    text = board.read_text("utf-8")
    assert "]\n\nDASHBOARD" in text
    board.write_text(text.replace("]\n\nDASHBOARD", PANEL, 1), "utf-8")
    overview = (root / "dashboards" / "overview.py").read_text("utf-8")
    second = overview.replace('"overview",', '"second",', 1).replace('"Overview",', '"Second",', 1)
    (root / "dashboards" / "second.py").write_text(second.replace('"overview/', '"second/'), "utf-8")
    for name, more in (("kb", RULE), ("alerts", ALERT), ("metrics", METRIC)):
        path = root / "recording_rules" / f"{name}.yaml"
        path.write_text(path.read_text("utf-8").rstrip() + "\n" + more, "utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns(".*", "tests", "docs", "__pycache__", "demo", "benchmarks", "*.egg-info", "out")
    shutil.copytree(PACKAGED, home / "gendash", ignore=ignored)
    written(home / "gendash")
    return home


def test_what_the_rows_say_to_write_passes_check_and_is_built(copy: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(copy)!r}); from gendash.cli import main; main()"
    command = [sys.executable, "-P", "-c", code]
    settings = copy / "gendash.yaml"
    settings.write_text("features: {kb_metrics: true}\n")
    for arguments in (["check"], ["build", "--out", "out"]):
        done = subprocess.run(
            [*command, "--config", str(settings), *arguments], capture_output=True, text=True, cwd=copy, check=False
        )
        assert done.returncode == 0, done.stderr
    built = {
        path.relative_to(copy / "out").as_posix(): path.read_text("utf-8") for path in (copy / "out").glob("**/*.*")
    }
    assert "documents_per_week" not in built["dashboards/gendash-overview.json"]
    assert "document_week" in built["dashboards/gendash-knowledge-base.json"]
    assert "dashboards/gendash-second.json" in built
    assert "create view gendash.document_week" in built["sql/schema.sql"].replace('"', "")
    assert "record: job:kb_searches_failed:rate5m" in built["prometheus/rules/gendash-kb.yml"]
    assert "alert: KbSearchesFail" in built["prometheus/rules/gendash-alerts.yml"]

"""The table of CONTRIBUTING.md: what each row says to write, in the files that it names, passes `check` and works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from gendash.engine.definitions.content_modules import PACKAGED

ROOT = Path(__file__).resolve().parents[1]
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
'''
ROW = '''"""A row of Knowledge base: how many weeks?"""

from __future__ import annotations

from gendash.dashboards.viz import NumberTile
from gendash.engine.model import Panel, sql

WEEKS = [
    Panel(
        "weeks",
        "Weeks with documents, now",
        "Weeks in which documents were uploaded, until now. A week begins on Monday, in the local zone.",
        NumberTile(unit="locale", decimals=0, no_data="no documents"),
        [
            sql(
                """
                select {{ now() }} as "time", 'with documents' as metric, count(*) as value
                from {{ view('document_week') }}"""
            )
        ],
        width=24,
        height=3,
        feature="documents",
    ),
]
'''
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


ADAPTER = """-- versions: ours, all
select p.id as user_id, p.made as created_at from people p
"""
TALKS = """-- versions: ours, all
select t.id as conversation_id, t.person as user_id, t.begun as created_at from talks t
"""
LINES = """-- versions: ours, all
select l.id as message_id, l.talk as conversation_id, l.who as role, l.at as created_at from lines l
"""
SETTING = """    Setting("limits.greetings", "int", 3, "greetings that are printed"),
"""
CHECK = '''def check_no_friday(catalog: Catalog) -> list[Problem]:
    """No dashboard is about Fridays."""
    return [Problem(name, "is about Fridays", "rename it") for name in catalog.dashboards if "friday" in name]


'''
COMMAND = '''"""greet: says hello."""

from __future__ import annotations

import click

from gendash.commands._common import Settings


@click.command()
@click.pass_obj
def greet(settings: Settings) -> None:
    """Says hello."""
    click.echo("hello " * settings.config()["limits.greetings"])
'''
RUNBOOK = """
## KbSearchesFail
The knowledge base does not answer. Look at its log.
"""
TEST = """# features: kb_metrics
rule_files: [../../out/prometheus/rules/gendash-*.yml]
evaluation_interval: 1m
tests:
  - name: searches that fail
    interval: 1m
    input_series:
      - {series: 'kb_searches_total{job="ai-agent-api", status="error"}', values: 0+60x20}
    promql_expr_test:
      - expr: job:kb_searches_failed:rate5m
        eval_time: 10m
        exp_samples: [{labels: 'job:kb_searches_failed:rate5m{job="ai-agent-api"}', value: 1}]
"""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new, 1), "utf-8")


def add(path: Path, more: str) -> None:
    before = path.read_text("utf-8").rstrip() + "\n" if path.exists() else ""
    path.parent.mkdir(exist_ok=True)
    path.write_text(before + more, "utf-8")


def a_panel(root: Path) -> None:
    edit(root / "dashboards" / "_knowledge_ingest.py", "    ),\n]\n", "    ),\n" + PANEL)


def a_row(root: Path) -> None:
    add(root / "dashboards" / "_knowledge_weeks.py", ROW)
    board = root / "dashboards" / "knowledge_base.py"
    old = "from gendash.dashboards._palette import"
    edit(board, old, f"from gendash.dashboards._knowledge_weeks import WEEKS\n{old}")
    edit(board, "        how_to_read(", '        Row("How many weeks?", WEEKS, open=False),\n        how_to_read(')


def a_dashboard(root: Path) -> None:
    overview = (root / "dashboards" / "overview.py").read_text("utf-8")
    second = overview.replace('"overview",', '"second",', 1).replace('"Overview",', '"Second",', 1)
    add(root / "dashboards" / "second.py", second.replace('"overview/', '"second/'))


def a_view(root: Path) -> None:
    add(root / "sql" / "views" / "document_week.sql", VIEW)


def an_adapter(root: Path) -> None:
    for name, text in {"users": ADAPTER, "conversations": TALKS, "messages": LINES}.items():
        add(root / "sql" / "platforms" / "ours" / f"{name}.sql", text)


def a_name(root: Path) -> None:
    edit(root / "sql" / "staging" / "documents.sql", "file_size: file_size", "file_size: bytes")


def a_rule(root: Path) -> None:
    add(root / "recording_rules" / "kb.yaml", RULE)
    add(root / "recording_rules" / "alerts.yaml", ALERT)
    add(root / "docs" / "runbooks.md", RUNBOOK)
    add(root / "recording_rules" / "tests" / "kb_failed.yaml", TEST)


def a_metric(root: Path) -> None:
    add(root / "recording_rules" / "metrics.yaml", METRIC)


def a_setting(root: Path) -> None:
    edit(root / "engine" / "config" / "settings.py", '    Setting("schema",', SETTING + '    Setting("schema",')


def a_check(root: Path) -> None:
    path = root / "engine" / "checks" / "definitions.py"
    edit(path, "CHECKS: tuple", CHECK + "CHECKS: tuple")
    edit(
        path,
        "    check_references,\n    check_bare_names,",
        "    check_references,\n    check_no_friday,\n    check_bare_names,",
    )


def a_command(root: Path) -> None:
    add(root / "commands" / "greet.py", COMMAND)
    edit(
        root / "cli.py",
        "from gendash.commands.init",
        "from gendash.commands.greet import greet\nfrom gendash.commands.init",
    )
    edit(root / "cli.py", "    check,\n    build,", "    check,\n    greet,\n    build,")


EXERCISES: dict[str, Callable[[Path], None]] = {
    "a panel": a_panel,
    "a row of panels": a_row,
    "a dashboard": a_dashboard,
    "a view, a rollup": a_view,
    "an adapter of a platform": an_adapter,
    "a name of another platform": a_name,
    "a recording or alerting rule": a_rule,
    "a metric": a_metric,
    "a setting": a_setting,
    "a check": a_check,
    "a command": a_command,
}


def rows() -> dict[str, list[str]]:
    """The files and folders that each row of the table names."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found = {}
    for line in re.findall(r"(?m)^\| (an? .*) \|$", text):
        what, *columns = line.split(" | ")
        found[what] = [name for name in re.findall(r"`([^`]+)`", " ".join(columns)) if "/" in name or "." in name]
    return found


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def is_named(path: str, names: list[str]) -> bool:
    return any(fnmatch(path, re.sub(r"\b[A-Z]+\b", "*", name) + ("*" if name.endswith("/") else "")) for name in names)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns(".*", "tests", "docs", "__pycache__", "demo", "benchmarks", "*.egg-info", "out")
    shutil.copytree(PACKAGED, home / "gendash", ignore=ignored)
    (home / "gendash" / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "runbooks.md", home / "gendash" / "docs")
    shutil.copytree(PACKAGED / "recording_rules" / "tests", home / "gendash" / "recording_rules" / "tests")
    return home


@pytest.fixture(scope="module")
def touched(copy: Path) -> dict[str, set[str]]:
    """The files that each exercise changes or writes."""
    found, before = {}, contents(copy / "gendash")
    for what, exercise in EXERCISES.items():
        exercise(copy / "gendash")
        after = contents(copy / "gendash")
        found[what] = {path for path in after if after[path] != before.get(path)}
        before = after
    return found


def gendash(copy: Path, *commands: str, settings: str = "features: {kb_metrics: true}\n") -> str:
    """What the commands print, one after another, in the copy; each ends with 0."""
    (copy / "gendash.yaml").write_text(settings, "utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(copy)!r}); from gendash.cli import cli\n"
        f"for command in {commands!r}: cli(command.split(), standalone_mode=False)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=copy, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_there_is_an_exercise_for_each_row() -> None:
    assert rows().keys() == EXERCISES.keys()


@pytest.mark.parametrize("what", EXERCISES)
def test_an_exercise_touches_only_the_files_that_its_row_names(touched: dict[str, set[str]], what: str) -> None:
    assert touched[what]
    assert [path for path in sorted(touched[what]) if not is_named(path, rows()[what])] == []


def test_what_the_rows_say_to_write_passes_check_and_is_built(copy: Path, touched: dict[str, set[str]]) -> None:
    add(copy / "gendash" / "sql" / "audits" / "weeks_known.sql", AUDIT)
    said = gendash(copy, "check", "build --out out", "greet", "config")
    assert "hello hello hello" in said
    assert "limits.greetings" in said
    built = {
        path.relative_to(copy / "out").as_posix(): path.read_text("utf-8") for path in (copy / "out").glob("**/*.*")
    }
    assert "documents_per_week" not in built["dashboards/gendash-overview.json"]
    assert "Documents per week" in built["dashboards/gendash-knowledge-base.json"]
    assert "Weeks with documents" in built["dashboards/gendash-knowledge-base.json"]
    assert "dashboards/gendash-second.json" in built
    assert "create view gendash.document_week" in built["sql/schema.sql"].replace('"', "")
    assert re.search(r"\bbytes\b", built["sql/refresh/document_entity.sql"])
    assert "record: job:kb_searches_failed:rate5m" in built["prometheus/rules/gendash-kb.yml"]
    assert "alert: KbSearchesFail" in built["prometheus/rules/gendash-alerts.yml"]


def test_an_adapter_of_a_row_is_read_by_its_name(copy: Path, touched: dict[str, set[str]]) -> None:
    gendash(copy, "check", "build --out adapted", settings="platform: {adapter: ours}\n")
    assert "l.talk as conversation_id" in (copy / "adapted" / "sql" / "refresh" / "message_hour.sql").read_text("utf-8")


def test_a_check_of_a_row_reports(copy: Path, touched: dict[str, set[str]]) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(copy)!r})\n"
        "from gendash.engine.checks.definitions import CHECKS\n"
        "from types import SimpleNamespace as Of\n"
        "[one] = [one for one in CHECKS if one.__name__ == 'check_no_friday']\n"
        "print(*one(Of(dashboards={'black-friday': None})))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "black-friday: is about Fridays; rename it\n"

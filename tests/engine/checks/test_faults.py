"""One fault in an otherwise good content root is one line of `gendash check`, with its file, and never a traceback."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gendash.engine.checks.definitions import check, warnings
from gendash.engine.config.load import load_config, wrong_declarations
from gendash.engine.config.settings import Setting
from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.definitions.load import read_catalog
from gendash.engine.errors import ConfigError
from gendash.engine.model import Problem

BOARD = '''"""A dashboard of ours."""

from gendash.dashboards._palette import override
from gendash.dashboards.viz import Lines
from gendash.engine.model import Dashboard, Panel, Query, Row, Variable, sql

DASHBOARD = Dashboard(
    "ours",
    "Ours",
    "doc",
    [
        Row(
            "",
            [
                Panel(
                    "logins",
                    "Logins",
                    "How many of our users came on a day, from our own view, by the local day. Nothing is left out.",
                    Lines(unit="short", overrides=[override("byName", "users", custom__fillOpacity=10)]),
                    [sql("select day as time, users from {{ view('our_day') }}", feature="users", format="table")],
                    width=24,
                    height=8,
                ),
            ],
        )
    ],
    "1m",
    "24h",
)
'''
VIEW = """/*
doc: Our days.
grain: one row per day
audience: everyone
cadence: 5m
materialized: true
key: [day]
columns:
  day: {type: date, doc: the local day}
  users: {type: bigint, doc: users of the day}
*/
select day, dau as users from {{ view('activity_day') }}
"""
ROLLUP = """/*
doc: Hours.
grain: one row per day
audience: none
window: true
key: [day]
columns:
  day: {type: date, doc: day}
  calls: {type: numeric, doc: calls}
time: day
*/
select start_time::date as day, count(*) as calls from {{ view('lf_observation') }} group by 1
"""
RULES = """- record: job:our_requests:rate5m
  doc: Requests a second.
  feature: http_metrics
  expr: sum by (job) (rate({{ metric('http_requests') }}{job="{{ setting('prometheus.job') }}"}[5m]))
"""
ALERTS = """- alert: OurRequestsStopped
  doc: No requests of ours.
  feature: http_metrics
  expr: |
    sum by (job) ({{ rule('job:our_requests:rate5m') }})
    == 0
  for: 10m
  labels: {severity: warning}
  annotations:
    description: It has stopped.
    summary: '{{ $labels.job }} has {{ $value | humanize }} requests/s'
    dashboard: ours
- record: job:our_requests:increase$window
  each: [{window: 1h}, {window: 1d}]
  doc: Requests of $window.
  kept_for: the capacity report reads it
  feature: http_metrics
  expr: sum by (job) (increase({{ metric('http_requests') }}[$window]))
"""
TESTS = """# features: http_metrics
rule_files: [../../out/prometheus/rules/gendash-*.yml]
evaluation_interval: 1m
tests:
  - name: ours
    interval: 30s
    input_series:
      - {series: 'http_requests_total{job="api"}', values: '0+1x200'}
    alert_rule_test:
      - {alertname: OurRequestsStopped, eval_time: 15m, exp_alerts: []}
    promql_expr_test:
      - {expr: 'job:our_requests:rate5m', eval_time: 5m, exp_samples: []}
"""
STAGING_USERS = """/*
doc: Ours.
tables: {users: users}
reads: {users: {id: id}}
columns:
  id: {type: uuid, doc: id}
*/
select {{ column('users.id') }} as id from {{ table('users') }}
"""
STAGING_PARTED = """/*
doc: Ours.
tables: {parts: parts}
parents: {user_id: users.user_id}
reads: {parts: {id: id, user_id: user_id}}
columns:
  id: {type: uuid, doc: id}
*/
select {{ column('parts.id') }} as id from {{ table('parts') }}
"""
METRICS = "our_total:\n  name: our_total\n  type: counter\n  doc: ours\n  labels: {kind: which}\n"
AUDIT = """/*
doc: Nothing odd.
place: store
severity: warning
key: [day]
*/
select day from {{ view('activity_day') }} where day is null
"""
FILES = {
    "dashboards/ours.py": BOARD,
    "sql/views/our_day.sql": VIEW,
    "sql/audits/our_audit.sql": AUDIT,
    "recording_rules/ours.yaml": RULES,
    "recording_rules/more.yaml": ALERTS,
    "recording_rules/tests/ours.yaml": TESTS,
    "recording_rules/metrics.yaml": METRICS,
    "README.md": "Ours.",
    "tests/ours.yaml": "[]",
    ".hidden": "",
    "style.yaml": "people: error\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "mine"


def lines(root: Path) -> list[str]:
    """The lines of `check` about the shipped content and the root; of the shipped dashboards only the Overview.

    They take half of the time, and tests/faults checks every one with each of its faults.
    """
    found = read_catalog(load_config(), [root])
    kept = {name: board for name, board in found.dashboards.items() if name in (*found.own, "overview")}
    left_out = found.left_out | (found.dashboards.keys() - kept.keys())
    return [str(problem) for problem in check(replace(found, dashboards=kept, left_out=left_out))]


def test_the_good_root_has_no_problem(root: Path) -> None:
    assert check(read_catalog(load_config(), [root])) == []
    assert all("[" in str(one) for one in warnings(read_catalog(load_config(), [root])))


D, V, A, R, M, W, T = (
    "dashboards/ours.py",
    "sql/views/our_day.sql",
    "sql/audits/our_audit.sql",
    "recording_rules/ours.yaml",
    "recording_rules/metrics.yaml",
    "recording_rules/more.yaml",
    "recording_rules/tests/ours.yaml",
)
FAULTS = [
    # SQL headers
    (V, "audience: everyone", "audiance: everyone", r"sql/views/our_day.sql:4: unknown key 'audiance'; did you mean 'audience'\?"),
    (V, "cadence: 5m", "cadance: 5m", r"our_day.sql:5: unknown key 'cadance'; did you mean 'cadence'\?"),
    (V, "materialized: true", "materialised: true", r"our_day.sql:6: unknown key 'materialised'; did you mean 'materialized'\?"),
    (V, "cadence: 5m", "cadence: 5 minutes", r"our_day.sql:5: cadence is '5 minutes', not a duration such as"),
    (V, "materialized: true", "materialized: yep", r"our_day.sql:6: materialized is 'yep', not true or false; fix it"),
    (V, "audience: everyone", "audience: all", r"our_day.sql:4: audience is 'all', not one of everyone, admin, none"),
    (V, "key: [day]", "key: [dya]", r"our_day.sql:7: key column 'dya' is not under columns:; did you mean 'day'\?"),
    (V, "key: [day]", "key: day", r"our_day.sql:7: key is 'day', not a list of texts; fix it"),
    (V, "key: [day]", "key: [day]\nkey: [users]", r"our_day.sql:8: 'key' is there twice; keep one"),
    (V, "type: date", "typ: date", r"our_day.sql:9: column day: unknown key 'typ'; did you mean 'type'\?"),
    (V, "type: date", "type: dates", r"our_day.sql:9: column day: type is 'dates', not a type of PostgreSQL"),
    (V, "users of the day}", "users of the day, new ones too}", r"our_day.sql:10: column users: unknown key 'new ones too'; put a text with a comma"),
    (V, "grain: one row per day\n", "", r"our_day.sql: no grain; add grain: what one row is"),
    (V, "doc: Our days.", "doc: Ours: days.", r"our_day.sql:2: not YAML: .*; fix the line"),
    (V, "cadence: 5m", "window: true", r"our_day.sql:5: key 'window' has no effect in a view; it is for rollups: take it out"),
    (V, "materialized: true\n", "", r"our_day.sql:5: cadence has no effect without materialized; add materialized: true"),
    (V, "cadence: 5m", "feature: userz", r"our_day.sql: no feature 'userz'; did you mean 'users'\?"),
    (A, "place: store", "place: shop", r"our_audit.sql:3: place is 'shop', not one or two of source, store, prometheus"),
    (A, "severity: warning", "severty: warning", r"our_audit.sql:4: unknown key 'severty'; did you mean 'severity'\?"),
    (A, "place: store", "place: [store, source]", r"our_audit.sql: 1 queries for 2 places; write as many as there are places"),
    (A, "key: [day]\n", "", r"our_audit.sql: no key; name the columns that identify a find under key:"),
    # rules and metrics
    (R, "feature: http_metrics", "feature: http_metric", r"recording_rules/ours.yaml:\d+ job:our_requests:rate5m: no feature 'http_metric'; did you mean"),
    (R, "feature:", "featur:", r"ours.yaml:\d+ job:our_requests:rate5m: unknown key 'featur'; did you mean 'feature'\?"),
    (R, "  doc: Requests a second.", "  doc: 5", r"ours.yaml:\d+ job:our_requests:rate5m: doc is 5, not a text; fix it"),
    (M, "type: counter", "type: couter", r"metrics.yaml:\d+ our_total: type is 'couter', not one of counter, gauge"),
    (M, "labels: {kind", "lables: {kind", r"metrics.yaml:\d+ our_total: unknown key 'lables'; did you mean 'labels'\?"),
    (M, "  doc: ours", "  doc: ours\n  buckets: [1]", r"metrics.yaml:\d+ our_total: key 'buckets' has no effect in a counter"),
    (M, "  doc: ours", "  doc: ours\n  feature: http_metric", r"metrics.yaml:5 our_total: no feature 'http_metric'; did you mean 'http_metrics'\?"),
    (M, "type: counter", "type: histogram\n  buckets: [0.1, 0.1]", r"metrics.yaml:4 our_total: buckets is \[0.1, 0.1\], not a list of numbers, each above the one before"),
    (M, "type: counter", "type: histogram\n  buckets: []", r"metrics.yaml:4 our_total: buckets is \[\], not a list of numbers"),
    (R, "  expr:", "  exrp:", r"ours.yaml:4 job:our_requests:rate5m: unknown key 'exrp'; did you mean 'expr'\?"),
    (W, "    == 0", "    == )", r"more.yaml:6 OurRequestsStopped: PromQL does not parse: .*; fix the expression"),
    (W, "'job:our_requests:rate5m'", "'job:our_request:rate5m'", r"more.yaml:5 OurRequestsStopped: no rule 'job:our_request:rate5m'; did you mean"),
    (W, "for: 10m", "for: 10 m", r"more.yaml:7 OurRequestsStopped: for is '10 m', not a duration"),
    (W, "severity: warning", "severity: wraning", r"more.yaml:8 OurRequestsStopped: no severity 'wraning'; did you mean 'warning'"),
    (W, "$labels.job", "$labels.jbo", r"more.yaml:11 OurRequestsStopped: no label 'jbo' for \$labels in summary"),
    (W, "$labels.job", "$label.job", r"more.yaml:11 OurRequestsStopped: no variable '\$label' in a template; did you mean 'labels'\?"),
    (W, "humanize", "humanise", r"more.yaml:11 OurRequestsStopped: no function 'humanise' in a template; did you mean 'humanize'\?"),
    (W, "{{ $labels.job }}", "$labels.job", r"more.yaml:11 OurRequestsStopped: '\$labels' outside \{\{ \}\} is shown as it is"),
    (W, "{{ $labels.job }}", "{{ $labels.job }", r"more.yaml:11 OurRequestsStopped: a \{\{ without \}\}"),
    (W, "{{ $labels.job }}", "{{ if $labels.job }}x", r"more.yaml:11 OurRequestsStopped: as many \{\{ end \}\} as"),
    (W, "dashboard: ours", "dashboard: our", r"more.yaml:12 OurRequestsStopped: no dashboard 'our'; did you mean 'ours'\?"),
    (W, "{window: 1d}", "{widow: 1d}", r"more.yaml:14 job:our_requests:increase\$window: 'window' of each: is not in map 2; did you mean 'widow'\?"),
    (W, "[{window: 1h}, {window: 1d}]", "[{window: 1h, what: x}]", r"more.yaml:14 .*: no text of the rule uses '\$what' of each:; use it"),
    (W, "[{window: 1h}, {window: 1d}]", "[]", r"more.yaml:14 .*: each: is empty"),
    (W, "[$window]", "[$windw]", r"more.yaml:18: nothing fills in '\$windw'"),
    (T, "alertname: OurRequestsStopped", "alertname: OurRequestStopped", r"tests/ours.yaml:10: no alert 'OurRequestStopped'; did you mean 'OurRequestsStopped'\?"),
    (T, "expr: 'job:our_requests:rate5m'", "expr: 'job:our_request:rate5m'", r"tests/ours.yaml:12: no rule 'job:our_request:rate5m'; did you mean"),
    (T, "exp_samples", "exp_sample", r"tests/ours.yaml:12: unknown key 'exp_sample'; did you mean 'exp_samples'\?"),
    (T, "eval_time: 15m", "eval_time: 15 min", r"tests/ours.yaml:10: eval_time is '15 min', not a duration"),
    (T, "# features: http_metrics", "# features: -http_metric", r"tests/ours.yaml:1: no feature 'http_metric'; did you mean 'http_metrics'\?"),
    (T, "tests:", "test:", r"tests/ours.yaml:4: unknown key 'test'; did you mean 'tests'\?"),
    (T, TESTS, "", r"tests/ours.yaml: no tests; write a map with"),
    (W, "kept_for:", "kept_of:", r"more.yaml:16 .*: unknown key 'kept_of'; did you mean 'kept_for'\?"),
    (R, "[5m]))", "[5m])) / 0", r"ours.yaml:4 job:our_requests:rate5m: division by a literal 0; divide by something else"),
    # SQL: groups, literals
    (V, "dau as users", "sum(dau)::bigint as users", r"our_day.sql:12:8: 'day' is neither grouped nor aggregated; add it to GROUP BY, or aggregate it"),
    (V, "dau as users", "dau / 0 as users", r"our_day.sql:12:\d+: division by a literal 0; divide by something else, or by nullif"),
    (A, "where day is null", "where day = 'yestrday'", r"our_audit.sql:7:\d+: 'yestrday' is no date; correct it, or cast the other side"),
    (A, "where day is null", "where day = 3", r"our_audit.sql:7:\d+: date = integer; cast one side"),
    (A, "where day is null", "where day", r"our_audit.sql:7:\d+: WHERE of a date; compare it with something"),
    (D, "select day as time, users from", "select day as time, max(users) as users from", r"ours/logins query A:1:8: 'day' is neither grouped nor aggregated"),
    # SQL: functions, types, arguments
    (V, "dau as users", "coalece(dau, 0) as users", r"our_day.sql:12:\d+: no function 'coalece' in PostgreSQL; did you mean 'coalesce'\?"),
    (V, "dau as users", "dau::bigit as users", r"our_day.sql:12:\d+: no type 'bigit' in PostgreSQL; did you mean 'bigint'\?"),
    (V, "dau as users", "round(dau, 1, 2)::bigint as users", r"our_day.sql:12:\d+: round with 3 arguments; it takes 1 to 2"),
    # one fault, one line, though several checks meet it
    (V, "{{ view('activity_day') }}", "activity_day", r"our_day.sql:12:31: 'activity_day' without a reference; write \{\{ view\('activity_day'\) \}\}"),
    (V, "{{ view('activity_day') }}", "{{ view(activity_day) }}", r"our_day.sql:12:31: not a template: 'activity_day' is undefined"),
    (V, "dau as users", "sumn(dau) as users", r"our_day.sql:12:\d+: no function 'sumn' in PostgreSQL; did you mean 'sum'\?"),
    (V, "dau as users", "sumn(dau) as users, max(dau)", r"our_day.sql:12:\d+: no function 'sumn' in PostgreSQL; did you mean 'sum'\?"),
    (V, "{{ view('activity_day') }}", "{{ view('activity_day') }} where day > {{ today() }} - 7 and dya <= {{ today() }}", r"our_day.sql:12:\d+: no column 'dya'; did you mean 'day'\?"),
    (A, "select day", "select dy", r"our_audit.sql:7:8: no column 'dy'; did you mean 'day'\?"),
    (A, "place: store", "place: source", r"our_audit.sql: reads 'activity_day' in the source; it is in the store"),
    (M, "our_total:\n", "our total:\n", r"metrics.yaml:1 our total: 'our total' is not a name"),
    (D, "users from", "users, $room from", r"ours/logins query A: nothing fills in '\$room'"),
    (D, "import Lines", "import Line", r"ours.py:4: ImportError: cannot import name 'Line' from 'gendash.dashboards.viz'; did you mean 'Lines'\?"),
    (D, "from gendash.engine.model", "from gendash.engine.modle", r"ours.py:5: ModuleNotFoundError: .*; did you mean 'gendash.engine.model'\?"),
    (D, "[sql(", "[promql(", r"ours.py:20: NameError: .*; write: from gendash.engine.model import promql"),
    (D, "width=24", 'leads_to="overviw", width=24', r"ours/logins: no dashboard 'overviw'; did you mean 'overview'\?"),
    ("sql/staging/users.sql", "", STAGING_USERS, r"sql/staging/users.sql: replaces a staging text that returns user_id, .* too"),
    ("sql/staging/parted.sql", "", STAGING_PARTED.replace("{user_id: users.user_id}", "{usr_id: users.user_id}"), r"parted.sql:4: parents: no 'usr_id'; did you mean 'user_id'\?"),
    ("sql/staging/parted.sql", "", STAGING_PARTED.replace("users.user_id", "users.usr_id"), r"parted.sql:4: parents: no 'usr_id'; did you mean 'user_id'\?"),
    ("sql/staging/parted.sql", "", STAGING_PARTED.replace("users.user_id", "user.user_id"), r"parted.sql:4: parents: no 'user'; did you mean 'users'\?"),
    # dashboard modules
    (D, 'override("byName", "users"', 'override("byName", "user"', r"ours/logins: override 1: no query of the panel gives 'user'; did you mean 'users'\?"),
    (D, 'override("byName", "users"', 'override("byRegexp", "/^people/"', r"ours/logins: override 1: no field matches '/\^people/'; fields there: time, users"),
    (D, 'override("byName", "users"', 'override("byRegexp", "/^(users|user)$/"', r"ours/logins: override 1: no query of the panel gives 'user'; did you mean 'users'\?"),
    (D, 'override("byName", "users"', 'override("byFrameRefID", "B"', r"ours/logins: override 1: no query 'B'; the panel has 1: A is the first"),
    (D, 'Lines(unit="short"', 'Lines(transformations=[{"id": "organize", "options": {"renameByName": {"usrs": "Users"}}}], unit="short"', r"ours/logins: transformation 1: no query of the panel gives 'usrs'; did you mean 'users'\?"),
    (D, 'Lines(unit="short"', 'Lines(transformations=[{"id": "organize", "options": {"indexByName": {"users": "first"}}}], unit="short"', r"ours/logins: transformation 1: options.indexByName.users is 'first', not a whole number"),
    (D, '"1m",', '"every minute",', r"ours: refresh 'every minute'; write a duration such as 30s or 24h"),
    (D, 'feature="users"', 'feature="user"', r"ours/logins query A: no feature 'user'; did you mean 'users'\?"),
    (D, "                    height=8,\n", "", r"mine/dashboards/ours.py:15: TypeError: Panel.__init__\(\) missing 1 required"),
    (D, "height=8", "hight=8", r"mine/dashboards/ours.py:15: TypeError: .* 'hight'; did you mean 'height'\?"),
    (D, "width=24", 'width="24"', r"ours/logins: width is '24', not a whole number; fix its type"),
    (D, "width=24", "width=25", r"ours/logins: width 25; write 1 to 24"),
    (D, 'format="table"', 'format="tabel"', r"ours/logins: queries\[1\].format is 'tabel', not one of time_series, table, heatmap"),
    (D, '"Logins",', '"Log\\ud800ins",', r"title is 'Log\\ud800ins', with a lone surrogate, which UTF-8 cannot encode"),
    (D, 'unit="short", ', 'units="short", ', r"ours.py:19: TypeError: .*'units'; did you mean 'unit'\?"),
    (D, "custom__fillOpacity", "custom__fillOpacty", r"ours/logins: override 1: no option 'custom.fillOpacty'; did you mean 'custom.fillOpacity'\?"),
    (D, "fillOpacity=10", 'fillOpacity="ten"', r"ours/logins: override 1: custom.fillOpacity is 'ten', not a number; fix its type"),
    (D, '"byName"', '"byname"', r"ours/logins: override 1: no matcher 'byname'; did you mean 'byName'\?"),
    (D, 'Lines(unit="short"', 'Lines(custom={"drawStyle": "bar"}, unit="short"', r"ours/logins: defaults.custom.drawStyle is 'bar'; did you mean 'bars'\?"),
    (D, 'Lines(unit="short"', 'Lines(transformations=[{"id": "calculateField", "options": {"mode": "binary", "binary": {"left": {"matcher": {"id": [1]}}}}}], unit="short"', r"ours/logins: transformation 1: options.binary.left.matcher.id is \[1\], not a text; fix its type"),
    (D, 'Lines(unit="short"', 'Lines(transformations=[{"id": "calculateField", "options": {"replaceFeilds": True}}], unit="short"', r"ours/logins: no option 'transformation 1: options.replaceFeilds'; did you mean 'replaceFields'\?"),
    (D, 'Lines(unit="short"', 'Lines(transformations=[{"id": "renameByRegex", "options": {"regex": [1]}}], unit="short"', r"ours/logins: transformation 1: options.regex is \[1\], not a text; fix its type"),
    (D, 'Lines(unit="short"', 'Lines(transformations=[{"id": "organise", "options": {}}], unit="short"', r"ours/logins: no transformation 'organise'; did you mean 'organize'\?"),
    (D, 'Lines(unit="short"', 'Lines(thresholds=["red"], unit="short"', r"ours/logins: .*'red'"),
    (D, '    "ours",', '    "our",', r"mine/dashboards/ours.py: the dashboard is named 'our', its file ours.py; name the dashboard 'ours'"),
    (D, "DASHBOARD = Dashboard(", "BOARD = Dashboard(", r'mine/dashboards/ours.py: no DASHBOARD; write DASHBOARD = Dashboard\("ours", ...\)'),
    (D, BOARD, "DASHBOARD = 5\n", r"mine/dashboards/ours.py: DASHBOARD is 5, not a Dashboard; write"),
    (D, BOARD, "import sys\n\nsys.exit(0)\n", r"mine/dashboards/ours.py:3: ends the program \(SystemExit\); take the call"),
    (D, BOARD, "x = (\n", r"mine/dashboards/ours.py:1: SyntaxError: '\(' was never closed; fix the module"),
    (D, BOARD, "\n\nlen(5)\n", r"mine/dashboards/ours.py:3: TypeError: object of type 'int' has no len\(\); fix the module"),
    (D, "Row(\n", "Rows(\n", r"mine/dashboards/ours.py:12: NameError: name 'Rows' is not defined.*; did you mean 'Row'\?"),
    # files
    ("dashbord/x.py", "", "", r"mine/dashbord: nothing reads this folder; did you mean 'dashboards'\?"),
    ("sql/view/x.sql", "", "select 1", r"mine/sql/view: nothing reads this folder; did you mean 'views'\?"),
    ("x.json", "", "{}", r"mine/x.json: nothing reads this file; here are read"),
    ("overrides.yaml", "", "nowhere: {}", r"mine/overrides.yaml"),
    ("overrides.yaml", "", "overview: {users_7d: {drop: true}}", r"no field 'users_7d'; write `overview/users_7d:`"),
    (V, "select day,", "select distinct on (7) day,", r"our_day.sql:\d+:\d+: DISTINCT ON 7, but the SELECT list has 2"),
    ("dashboards/glossary.yaml", "", "{}", r"mine/dashboards/glossary.yaml: nothing reads this file"),
    ("recording_rules/tests/ours.yml", "", "{}", r"mine/recording_rules/tests/ours.yml: nothing reads this file"),
    ("sql/views/x.yaml", "", "{}", r"mine/sql/views/x.yaml: nothing reads this file"),
    ("style.yaml", "people: error", "gird: off", r"mine/style.yaml:1: no design rule 'gird'; did you mean 'grid'\?"),
    ("style.yaml", "people: error", "grid: maybe", r"mine/style.yaml:1: grid is 'maybe', not one of error, warning, off"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "right", "wrong", "said"), FAULTS, ids=[f"{f[0]}-{f[2][:30]}" for f in FAULTS])
def test_one_fault_is_one_line(root: Path, file: str, right: str, wrong: str, said: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text("utf-8") if path.exists() else ""
    assert right in text
    path.write_text(text.replace(right, wrong, 1) if right else wrong, "utf-8")
    found = lines(root)
    assert len(found) == 1, found
    assert re.search(said, found[0]), found


HEADER = [
    ("window: true", "windw: true", r"our_hour.sql:5: unknown key 'windw'; did you mean 'window'\?"),
    ("key: [day]", "key: [dy]", r"our_hour.sql:6: key column 'dy' is not under columns:"),
    ("window: true", "window: true\nreach: {lf_observaton: [0, 0]}", r"our_hour.sql:6: a reach for lf_observaton, which"),
    ("window: true", "window: true\nreach: {lf_observation: [all, 0]}", r"our_hour.sql:5: reads all days of lf_observation"),
    ("{{ view('lf_observation') }}", "(select at as start_time from {{ view('activity_day') }}) days", r"our_hour.sql:5: window: true, but the time alone changes it"),
    ("time: day", "time: dya", r"our_hour.sql:10: time column 'dya' is not under columns:; did you mean 'day'\?"),
    ("key: [day]\n", "", r"our_hour.sql: no key; add key:"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "said"), HEADER, ids=[one[1][:40] for one in HEADER])
def test_what_only_build_refused_is_reported_by_check(root: Path, right: str, wrong: str, said: str) -> None:
    path = root / "sql" / "rollups" / "our_hour.sql"
    path.parent.mkdir()
    path.write_text(ROLLUP)
    good = lines(root)
    path.write_text(ROLLUP.replace(right, wrong, 1))
    found = [line for line in lines(root) if line not in good]
    assert len(found) == 1, found
    assert re.search(said, found[0]), found


def test_faults_of_all_files_are_reported_at_once(root: Path) -> None:
    (root / "dashboards" / "ours.py").write_text("1 / 0\n")
    (root / "dashboards" / "theirs.py").write_text("DASHBOARD = None\n")
    (root / "sql" / "views" / "our_day.sql").write_text(VIEW.replace("type: date", "typ: date"))
    (root / "sql" / "views" / "bare.sql").write_text("select 1")
    (root / "recording_rules" / "ours.yaml").write_text("- {alert: A, expr: x, doc: d, fro: 5m}")
    found = lines(root)
    assert [line.split(": ")[0] for line in sorted(found)] == [
        "mine/dashboards/ours.py:1",
        "mine/dashboards/theirs.py",
        "mine/recording_rules/ours.yaml:1 A",
        "mine/sql/views/bare.sql",
        "mine/sql/views/our_day.sql:9",
    ]


STAGING = """/*
doc: Ours.
tables: {ours: ours}
reads: {ours: {id: id}}
columns:
  id: {type: uuid, doc: id}
*/
select id from {{ stage('our_rows') }}
"""


def test_a_staging_text_that_reads_itself_is_one_line(root: Path) -> None:
    path = root / "sql" / "staging" / "our_rows.sql"
    path.parent.mkdir()
    path.write_text(STAGING)
    (line,) = [one for one in lines(root) if "reads no other" in one]
    assert line.startswith("mine/sql/staging/our_rows.sql")


def test_a_fault_in_a_shipped_module_is_one_line_though_others_import_it_and_alerts_name_it(tmp_path: Path) -> None:
    copy = tmp_path / "gendash"
    ignored = shutil.ignore_patterns(".*", "tests", "docs", "__pycache__", "demo", "benchmarks", "*.egg-info", "out")
    shutil.copytree(PACKAGED, copy, ignore=ignored)
    board = copy / "dashboards" / "overview.py"
    board.write_text(board.read_text("utf-8").replace("height=8,", "", 1))
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv[1:] = ['check']; from gendash.cli import main; main()"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=tmp_path)
    said = r"gendash: dashboards/overview.py:\d+: TypeError: .* missing 1 required .*'height'; fix the module\n"
    assert done.returncode == 1
    assert re.fullmatch(said, done.stderr), done.stderr


def test_a_root_may_make_a_design_rule_an_error(root: Path) -> None:
    board = root / "dashboards" / "ours.py"
    board.write_text(BOARD.replace("width=24", "width=23"))
    assert lines(root) == []
    assert any("[grid]" in str(one) for one in warnings(read_catalog(load_config(), [root])))
    (root / "style.yaml").write_text("grid: error\n")
    assert [line.rpartition(" [")[2].split("]")[0] for line in lines(root)] == ["grid", "grid"]
    (root / "style.yaml").write_text("grid: off\n")
    assert not any("[grid]" in str(one) for one in warnings(read_catalog(load_config(), [root])))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (Setting("limits.sessions", "count", 500, "x"), "no type 'count'; "),  # type: ignore[arg-type]
        (Setting("limits.sessions", "int", 0.5, "x"), "default 0.5 is not a whole number above 0"),
    ],
)
def test_a_setting_of_an_unknown_type_or_a_wrong_default_is_a_problem(setting: Setting, said: str) -> None:
    (problem,) = wrong_declarations([setting])
    assert str(problem).startswith(f"engine/config/settings.py limits.sessions: {said}")


def test_such_a_setting_stops_every_command_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [Problem("engine/config/settings.py x", "no type 'count'", "one of ...")]
    monkeypatch.setattr("gendash.engine.config.load.wrong_declarations", lambda: wrong)
    with pytest.raises(ConfigError, match="no type 'count'"):
        load_config("x: 1")


def test_the_packaged_root_has_no_file_that_nothing_reads() -> None:
    assert not [problem for problem in read_catalog(load_config()).problems if "nothing reads" in problem.what]
    assert (PACKAGED / "engine" / "definitions" / "grafana_panels.json").is_file()


def test_a_process_may_load_the_definitions_again_and_again() -> None:
    first, second = (read_catalog(load_config()) for _ in range(2))
    assert first.relations == second.relations
    assert first.rules == second.rules
    assert first.metrics == second.metrics
    assert first.problems == second.problems == ()

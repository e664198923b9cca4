"""Lineage: both directions, on a small catalog whose every edge is known, and on the shipped one."""

from __future__ import annotations

import json
import re

from click.testing import CliRunner

from gendash.cli import cli
from gendash.dashboards._palette import steps
from gendash.dashboards.viz import Lines, NumberTile
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.lineage import Lineage, by_kind
from gendash.engine.definitions.load import load_catalog
from gendash.engine.model import Dashboard, Panel, Relation, Row, Rule, promql, slo, sql

DOC = "What the figure is, where it comes from, its window and its caveat."


def small(settings: str = "") -> Catalog:
    """Two panels: one over a view of a rollup of users and of Langfuse calls, one over a recorded series."""
    stage = {"tables": {"users": "users"}, "reads": {"users": {"user_id": "id", "role": "role", "email": "email"}}}
    text = (
        "select {{ column('users.user_id') }} as user_id, {{ column('users.role') }} as role from {{ table('users') }}"
    )
    calls = {"x": {"from": "observation.costDetails"}, "y": {"from": "observation.model"}, "z": {}}
    relations = {
        "staging.users": Relation("users", "staging", "p", stage, text),
        "lf": Relation("lf", "table", "p", {}, "", calls),
        "people": Relation("people", "rollup", "p", {}, "select * from {{ stage('users') }} u", {"role": {}}),
        "cost": Relation("cost", "rollup", "p", {}, "select x, 'y' as y2 from {{ view('lf') }}"),
        "both": Relation("both", "view", "p", {}, "select 1 from {{ view('people') }}, {{ view('cost') }}"),
    }
    rules = {
        "job:http:rate5m": Rule("job:http:rate5m", "record", "g", "p", "rate({{ metric('http') }}[5m])", "d"),
        "Slow": Rule("Slow", "alert", "g", "p", "{{ rule('job:http:rate5m') }} > 1", "d"),
    }
    judged = NumberTile(unit="s", thresholds=steps(("text", None), ("red", slo("csat.red"))))
    rows = [
        Panel("a", "A", DOC, Lines(unit="s"), [sql("select 1 from {{ view('both') }}")], 24, 8),
        Panel("b", "B", DOC, judged, [promql("{{ rule('job:http:rate5m') }}")], 24, 3, feature="tickets"),
    ]
    board = Dashboard("one", "One", "doc", [Row("", rows)], "30s", "24h")
    metrics = {"http": {"name": "http_requests_total", "type": "counter"}}
    return Catalog(load_config(settings), {"one": board}, relations, rules, metrics)


def test_a_panel_stands_on_relations_columns_fields_rules_metrics_and_settings() -> None:
    found = Lineage(small())
    assert by_kind(found.below(("panel", "one/a"))) == {
        "relation": ["both", "cost", "lf", "people"],
        "staging": ["users"],
        "stored": ["lf.x"],
        "table": ["users"],
        "column": ["users.id", "users.role"],
        "field": ["observation.costDetails"],
    }
    assert by_kind(found.below(("panel", "one/b"))) == {
        "rule": ["job:http:rate5m"],
        "metric": ["http"],
        "setting": ["slo.csat.red"],
    }


def test_what_is_changed_below_shows_in_everything_above() -> None:
    found = Lineage(small())
    assert by_kind(found.above(("field", "observation.costDetails"))) == {
        "panel": ["one/a"],
        "relation": ["both", "cost", "lf"],
        "stored": ["lf.x"],
    }
    assert by_kind(found.above(("column", "users.role")))["panel"] == ["one/a"]
    assert by_kind(found.above(("metric", "http"))) == {"panel": ["one/b"], "rule": ["Slow", "job:http:rate5m"]}
    assert by_kind(found.above(("setting", "slo.csat.red"))) == {"panel": ["one/b"]}


def test_a_field_that_no_relation_reads_is_above_nothing_but_its_own_column() -> None:
    assert by_kind(Lineage(small()).above(("field", "observation.model"))) == {"relation": ["lf"], "stored": ["lf.y"]}


def test_a_column_is_found_by_its_canonical_and_by_its_mapped_name() -> None:
    mapped = "platform:\n  tables: {users: accounts}\n  columns: {users: {role: kind}}\n"
    found = Lineage(small(mapped))
    assert found.find("users.role") == found.find("accounts.kind") == [("column", "accounts.kind")]
    assert found.find("http_requests_total") == found.find("http") == [("metric", "http")]
    assert found.find("people.role") == [("relation", "people")]
    assert found.find("lf.x") == [("stored", "lf.x")]


def test_below_and_above_are_each_others_reverse_on_the_shipped_content() -> None:
    found = Lineage(load_catalog(load_config("")))
    panels = sorted(node for node in found.nodes if node[0] == "panel")
    assert len(panels) > 200
    for panel in panels[::10]:
        for node in found.below(panel):
            assert panel in found.above(node), (panel, node)
    for node in sorted(node for node in found.nodes if node[0] in ("column", "field", "metric"))[::10]:
        for user in found.above(node):
            assert node in found.below(user), (node, user)


def test_every_panel_with_a_query_stands_on_something_that_the_platform_or_langfuse_or_gendash_holds() -> None:
    catalog = load_catalog(load_config(""))
    found = Lineage(catalog)
    ground = {"column", "field", "metric", "relation"}
    bare = [
        f"{d.name}/{p.slug}"
        for d in catalog.dashboards.values()
        for p in d.panels()
        if p.queries and not ground & {kind for kind, _ in found.below(("panel", f"{d.name}/{p.slug}"))}
    ]
    assert bare == []


def test_the_command_tells_both_directions_and_an_unknown_name_gets_one_line_with_a_suggestion() -> None:
    run = CliRunner()
    shown = run.invoke(cli, ["lineage", "users.role"]).output
    lines = shown.splitlines()
    assert lines[:3] == ["column users.role", "  depends on: nothing", "  is used by"]
    head = next(line for line in lines if line.startswith("    panels: "))
    panels = lines[lines.index(head) + 1 : lines.index(head) + 1 + int(head.split()[1])]
    assert any(re.fullmatch(r" {6}user-analytics/roles +\w.*", line) for line in panels), panels
    assert all(re.match(r" {6}[a-z-]+/\w+  +\S", line) for line in panels), panels
    assert "    staging: 1\n      users\n" in shown
    assert max(map(len, lines)) <= 100
    found = json.loads(run.invoke(cli, ["lineage", "overview/errors", "--json"]).output)
    assert found[0]["below"]["metric"] == ["http_requests"]
    wrong = run.invoke(cli, ["lineage", "overvew/errors"])
    assert wrong.exit_code == 1
    assert "did you mean 'overview/errors'?" in str(wrong.exception)

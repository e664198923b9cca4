"""Each check: it is silent on the shipped content and speaks on the one thing that it is for."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from typing import Any

import pytest

from gendash.dashboards._palette import steps
from gendash.dashboards.viz import Lines, NumberTile
from gendash.engine import checks
from gendash.engine.checks import (
    definitions,
    panel_links,
    queries,
    texts,
)
from gendash.engine.checks import panels as checks_panels
from gendash.engine.checks import titles as checks_titles
from gendash.engine.checks.design_rules import RULES, Check
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.model import Dashboard, Panel, Relation, Row, Rule, Variable, promql, slo, sql

DOC = "What the figure is, where it comes from, its window and its caveat."


def panel(slug: str = "p", **changes: Any) -> Panel:
    base = Panel(slug, f"Title {slug}", DOC, Lines(unit="short"), [sql("select 1 as value")], width=24, height=8)
    return dataclasses.replace(base, **changes)


def catalog_of(
    *panels: Panel, relations: dict[str, Relation] | None = None, settings: str = "", **fields: Any
) -> Catalog:
    dashboard = Dashboard("one", "One", "doc", [Row("", panels)], "30s", "24h", **fields)
    return Catalog(load_config(settings), {"one": dashboard}, relations or {}, {}, {})


def relation(name: str = "a_day", kind: str = "view", text: str = "select 1 as x", **header: Any) -> Relation:
    full = {"doc": "d", "grain": "g", "audience": "everyone", "columns": {"x": {"doc": "d"}}} | header
    return Relation(name, kind, f"sql/{name}.sql", full, text, full["columns"])  # type: ignore[arg-type]


def whats(check: Check, catalog: Catalog) -> list[str]:
    return [str(problem) for problem in check(catalog)]


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(load_config(""))


EVERY = (
    definitions.check_header_keys,
    definitions.check_platform_sql,
    *definitions.HEADER_CHECKS,
    *definitions.CHECKS,
    *(check for rule in RULES for check in rule.checks),
)


@pytest.mark.parametrize("check", [*definitions.CHECKS, *definitions.HEADER_CHECKS], ids=lambda c: c.__name__)
def test_the_shipped_content_has_no_problem(check: Check, shipped: Catalog) -> None:
    assert whats(check, shipped) == []


def test_the_shipped_content_keeps_every_design_rule_and_needs_every_exemption(shipped: Catalog) -> None:
    assert [str(problem) for problem in definitions.check(shipped)] == []


def test_every_check_function_is_run() -> None:
    names = [one.name for one in pkgutil.iter_modules(checks.__path__, "gendash.engine.checks.")]
    modules = [importlib.import_module(name) for name in names]
    named = {name for module in modules for name in vars(module) if name.startswith("check_")}
    assert named - {"check_rules", "check_overrides"} == {check.__name__ for check in EVERY}


def test_a_wrong_reference_names_the_panel_and_says_did_you_mean() -> None:
    query = sql("select * from {{ view('a_dai') }}")
    found = whats(definitions.check_references, catalog_of(panel(queries=[query]), relations={"a_day": relation()}))
    assert found == ["one/p query A:1:15: no relation 'a_dai'; did you mean 'a_day'?"]


def test_a_known_name_without_a_reference_is_a_problem() -> None:
    query = sql("select * from gendash.a_day")
    found = whats(definitions.check_bare_names, catalog_of(panel(queries=[query]), relations={"a_day": relation()}))
    assert found == ["one/p query A: 'a_day' without a reference; write {{ view('a_day') }}"]


def test_two_panels_of_one_slug_or_title_are_a_problem() -> None:
    found = whats(definitions.check_unique, catalog_of(panel("p"), panel("p")))
    assert any("two panels have this slug" in line for line in found)
    found = whats(checks_titles.check_titles_unique, catalog_of(panel("p"), panel("p")))
    assert found == ["one: two panels have the title 'Title p'; rename one"]


def test_two_dashboards_of_one_uid_are_a_problem() -> None:
    catalog = catalog_of(panel())
    twice = dataclasses.replace(
        catalog, dashboards={"one": catalog.dashboards["one"], "two": catalog.dashboards["one"]}
    )
    assert whats(definitions.check_unique, twice) == [
        "dashboards gendash-one: two dashboards have this uid; rename one"
    ]


def test_a_feature_that_is_no_setting_is_a_problem() -> None:
    assert "did you mean 'tickets'?" in whats(definitions.check_features, catalog_of(panel(feature="ticket")))[0]


def test_a_mapped_name_that_no_content_declares_is_told_with_its_line() -> None:
    catalog = catalog_of(panel(), settings="platform:\n  tables: {usrs: x}\n")
    assert whats(definitions.check_settings_known, catalog)[0].startswith(
        "gendash.yaml:2: unknown name in 'platform.tables.usrs'"
    )


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("columns: {users: {role: '= kind'}}", "'kind' is not in braces: a column is written as {kind}"),
        ("columns: {users: {role: '= u.kind'}}", "'u.kind' is not in braces: a column is written as {kind}"),
        ("columns: {users: {role: '= {kind}, {b}'}}", "looks beyond its row"),
        ("columns: {users: {role: '= {kind} --'}}", "SQL does not parse"),
        ("columns: {users: {role: '= 1); drop table x; select (1'}}", "3 statements"),
        ("columns: {users: {role: '= 1) from x where (true'}}", "more than one expression"),
        ("columns: {users: {role: '= (select 1)'}}", "looks beyond its row"),
        ("columns: {users: {role: '= lag({kind}) over ()'}}", "looks beyond its row"),
        ("rows: {users: '{deleted_at} is'}", "SQL does not parse"),
    ],
)
def test_sql_in_place_of_a_name_is_one_expression_over_columns_in_braces(setting: str, what: str) -> None:
    catalog = load_catalog(load_config(f"platform:\n  {setting}\n"))
    (problem,) = whats(definitions.check_platform_sql, catalog)
    assert problem.startswith("gendash.yaml:2: platform."), problem
    assert what in problem


def test_sql_in_place_of_a_name_may_be_a_constant_and_hold_braces_in_strings() -> None:
    text = """platform:
  rows: {users: "{deleted_at} is null and {kind} <> '{x}'"}
  columns: {users: {role: "= {meta} #>> '{a,b}'", is_active: "= true", updated_at: "= null"}}
"""
    assert whats(definitions.check_platform_sql, load_catalog(load_config(text))) == []


def test_a_header_without_doc_grain_or_column_docs_is_a_problem() -> None:
    bare = relation(doc="", columns={"x": {}}, audience="all")
    del bare.header["grain"]  # type: ignore[attr-defined]
    found = whats(definitions.check_header_keys, catalog_of(relations={"a_day": bare}))
    assert found == [
        "sql/a_day.sql: doc is '', not a text; fix it",
        "sql/a_day.sql: audience is 'all', not one of everyone, admin, none; fix it",
        "sql/a_day.sql: no grain; add grain: what one row is: one row per ...",
        "sql/a_day.sql: column x: no doc; add doc: what the column says, with its unit; becomes its comment",
    ]


def test_sql_and_promql_that_do_not_parse_are_problems() -> None:
    found = whats(texts.check_queries_parse, catalog_of(panel(queries=[sql("selec 1"), promql("sum(rate(x[5m])")])))
    assert "query A:1:1: SQL does not parse" in found[0]
    assert "query B:1:4: PromQL does not parse" in found[1]


def test_a_write_or_a_second_statement_is_no_panel_query() -> None:
    found = whats(
        texts.check_queries_parse, catalog_of(panel(queries=[sql("delete from x"), sql("select 1; select 2")]))
    )
    assert "not a SELECT" in found[0]
    assert "2 SQL statements" in found[1]


def test_a_variable_that_the_dashboard_lacks_is_a_problem() -> None:
    found = whats(texts.check_queries_parse, catalog_of(panel(queries=[promql('up{job=~"$job"}')])))
    assert "nothing fills in '$job'" in found[0]


def test_a_view_that_does_not_parse_is_a_problem() -> None:
    catalog = catalog_of(relations={"a_day": relation(text="select from where")})
    assert whats(definitions.check_relations_parse, catalog)[0].startswith("sql/a_day.sql: SQL does not parse")


def rule(name: str, expr: str) -> Catalog:
    made = Rule(name, "record", "g", "recording_rules/g.yaml", expr, "doc")
    metrics = {"g": {"name": "kb_documents_total", "type": "gauge"}}
    return dataclasses.replace(catalog_of(), rules={name: made}, metrics=metrics)


def test_a_rule_that_does_not_parse_is_misnamed_or_reads_an_unrecorded_series_is_a_problem() -> None:
    assert "PromQL does not parse" in whats(definitions.check_rules_parse, rule("job:x:sum", "sum("))[0]
    assert "not level:metric:operations" in whats(definitions.check_rule_names, rule("x", "up"))[0]
    assert "no rule 'job:y:rate5m'" in whats(definitions.check_rule_names, rule("job:x:sum", "sum(job:y:rate5m)"))[0]


def test_a_rate_of_a_gauge_is_a_problem() -> None:
    found = whats(queries.check_rates, rule("job:x:rate5m", "sum(rate(kb_documents_total[5m]))"))
    assert "rate of the gauge 'kb_documents_total'" in found[0]


def test_a_shared_panel_may_not_read_a_relation_for_admins() -> None:
    query = sql("select * from {{ view('a_day') }}")
    relations = {"a_day": relation(audience="admin")}
    assert (
        "which has the audience admin"
        in whats(queries.check_audience, catalog_of(panel(queries=[query]), relations=relations))[0]
    )
    admin = catalog_of(panel(queries=[query]), relations=relations, audience="admin")
    assert whats(queries.check_audience, admin) == []


def test_a_panel_without_a_unit_is_a_problem() -> None:
    assert whats(checks_panels.check_units, catalog_of(panel(viz=Lines()))) == [
        "one/p: no unit; give the visualisation a unit"
    ]


def test_thresholds_that_do_not_rise_or_name_no_setting_are_problems() -> None:
    falling = NumberTile(unit="s", thresholds=steps(("text", None), ("red", 5), ("red", 3)))
    assert "do not ascend" in whats(checks_panels.check_thresholds, catalog_of(panel(viz=falling)))[0]
    unknown = NumberTile(unit="s", thresholds=steps(("text", None), ("red", slo("nothing"))))
    assert "no setting 'slo.nothing'" in whats(checks_panels.check_thresholds, catalog_of(panel(viz=unknown)))[0]


def test_descriptions_that_are_too_short_or_too_long_are_problems() -> None:
    assert "description of 5 characters" in whats(checks_panels.check_descriptions, catalog_of(panel(doc="short")))[0]
    assert (
        "description of 300 characters" in whats(checks_panels.check_descriptions, catalog_of(panel(doc="x" * 300)))[0]
    )
    assert whats(checks_panels.check_descriptions, catalog_of(panel(doc=DOC + "\n\n" + "x" * 900))) == []


def test_a_title_that_would_be_cut_is_a_problem() -> None:
    found = whats(checks_titles.check_titles, catalog_of(panel(title="Ten letters", width=4)))
    assert found == ["one/p: title of 11 characters; 1 to 9 fit width 4"]


def test_a_line_that_is_not_full_or_not_level_and_an_odd_width_are_problems() -> None:
    assert "its line is 12 wide" in whats(checks_panels.check_grid, catalog_of(panel(width=12)))[0]
    uneven = catalog_of(panel("a", width=12), panel("b", width=12, height=4))
    assert "several heights" in whats(checks_panels.check_grid, uneven)[0]
    assert "width 5" in whats(checks_panels.check_grid, catalog_of(panel(width=5)))[0]


def test_a_link_to_a_missing_panel_or_dashboard_is_a_problem() -> None:
    assert "no panel 'one/q'" in whats(panel_links.check_links, catalog_of(panel(leads_to="one/q")))[0]
    elsewhere = catalog_of(panel(leads_to="two/q"))
    assert whats(panel_links.check_links, elsewhere) == []
    assert whats(texts.check_link_targets, elsewhere) == [
        "one/p: no dashboard 'two'; define it or name another dashboard"
    ]
    assert whats(texts.check_link_targets, dataclasses.replace(elsewhere, left_out=frozenset({"two"}))) == []


def test_a_name_in_from_that_with_does_not_give_is_reported() -> None:
    catalog = load_catalog(load_config(""))
    one = catalog.relations["active_day"]
    wrong = dataclasses.replace(one, text=one.text.replace("steps as (", "stps as ("))
    catalog = dataclasses.replace(catalog, relations={**catalog.relations, "active_day": wrong})
    assert [str(problem) for problem in definitions.check_bare_tables(catalog)] == [
        "sql/rollups/active_day.sql: reads 'steps', which WITH does not give; did you mean 'stps'?"
    ]


def test_a_reference_without_its_name_is_reported() -> None:
    catalog = load_catalog(load_config(""))
    (wrong,) = catalog.expanded("select 1 from {{ view() }}").wrong
    assert wrong[0] == "not a template: view() missing 1 required positional argument: 'name'"


def test_a_word_of_the_platform_has_one_meaning_within_a_vocabulary() -> None:
    text = "platform:\n  vocabularies:\n    ticket_status:\n      open: [new, Waiting]\n      closed: [done, waiting]\n"
    (problem,) = definitions.check_vocabularies(load_catalog(load_config(text)))
    assert problem.where.startswith("gendash.yaml:")
    assert problem.what == "ticket_status: the word 'waiting' means open and closed"
    clash = "platform: {vocabularies: {message_role: {user: [ai]}}}"  # a default of another word
    (problem,) = definitions.check_vocabularies(load_catalog(load_config(clash)))
    assert problem.what == "message_role: the word 'ai' means user and assistant"
    assert definitions.check_vocabularies(load_catalog(load_config())) == []


def test_a_setting_that_no_staging_file_reads_is_not_taken_for_another_one() -> None:
    text = "platform: {columns: {feedback: {reply_id: x, comments: y}}}"
    found = {one.what: one.do for one in definitions.check_settings_known(load_catalog(load_config(text)))}
    unread = found["unknown name in 'platform.columns.feedback.reply_id'"]
    assert "read only comment, created_at, feedback_id, message_id, rating" in unread
    assert unread.endswith("of feedback: take it out")
    assert (
        found["unknown name in 'platform.columns.feedback.comments'"]
        == "did you mean 'platform.columns.feedback.comment'?"
    )


def test_settings_that_name_something_new_may_have_any_name() -> None:
    """Receivers, tokens, projects, headers: only maps over what the content declares have known names."""
    text = """
alerting: {by: grafana, receivers: {ops: {kind: email, to: [a@b.example]}}, routes: {all: {to: [ops]}}}
api: {tokens: {ours: {sha256: abcd}}}
langfuse: {projects: [other], servers: {other: {base_url: http://h}}, headers: {X-A: b}}
"""
    catalog = load_catalog(load_config(text, environ={"GENDASH_RECEIVER_OPS_SECRET": "x"}))
    assert definitions.check_settings_known(catalog) == []


@pytest.mark.parametrize(
    ("variable", "what"),
    [
        (Variable("v", "V", "doc"), "needs a query or fixed options"),
        (
            Variable("v", "V", "doc", sql("select 1"), options=(("a", "1"), ("b", "2"))),
            "needs a query or fixed options",
        ),
        (Variable("v", "V", "doc", options=(("a", "1"),)), "has one option"),
        (Variable("v", "V", "doc", options=(("a, b", "1"), ("c", "2"))), "holds a comma"),
        (Variable("v", "V", "doc", options=(("a", "1"), ("b", "2"))), ""),
        (Variable("v", "V", "doc", sql("select 1")), ""),
    ],
)
def test_a_variable_is_a_query_or_fixed_options(variable: Variable, what: str) -> None:
    found = whats(definitions.check_variables, catalog_of(panel(), variables=(variable,)))
    assert len(found) == bool(what)
    assert what in "".join(found)

"""References: resolved, remembered, and with a hint where they are wrong."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions import references
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.names import STORE_KINDS, Names, Present
from gendash.engine.definitions.references import resolve_references
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.languages.templates import render_template
from gendash.engine.model import Relation, Rule

STAGING = Relation(
    "users",
    "staging",
    "sql/staging/users.sql",
    {
        "tables": {"users": "users"},
        "reads": {"users": {"role": "role", "note": "note"}},
        "words": {"roles": {"admin": ["admin", "root"]}},
    },
    "select {{ column('users.role', 'u') }} from {{ table('users') }} u where x in {{ words('roles', 'admin') }}",
)
VIEW = Relation("activity_day", "view", "sql/views/activity_day.sql", {}, "select 1")
METRICS = {"requests": {"name": "http_requests_total", "labels": {"handler": "route"}}}
RULES = {"job:x:rate5m": Rule("job:x:rate5m", "record", "g", "p", "1", "doc")}


def names(text: str = "") -> Names:
    relations = {"staging.users": STAGING, "activity_day": VIEW}
    return Names(load_config(text), relations, RULES, METRICS, {"handler"})


def test_a_view_becomes_its_qualified_name_and_a_use() -> None:
    found = resolve_references("select * from {{ view('activity_day') }}", names())
    assert found.text == "select * from gendash.activity_day"
    assert found.uses == {("relation", "activity_day")}


def test_an_unusual_schema_name_is_quoted() -> None:
    assert resolve_references("{{ view('activity_day') }}", names("schema: Dash-1")).text == '"Dash-1".activity_day'
    assert quote_name('a"b') == '"a""b"'


def test_an_unknown_name_is_told_with_a_hint() -> None:
    found = resolve_references(
        "{{ view('activity_dai') }} {{ rule('job:x:rate') }} {{ metric('request') }} {{ slo('x.y') }}", names()
    )
    assert [what for what, _ in found.wrong] == [
        "no relation 'activity_dai'",
        "no rule 'job:x:rate'",
        "no metric 'request'",
        "no setting 'slo.x.y'",
    ]
    assert found.wrong[0][1] == "did you mean 'activity_day'?"


def test_an_unknown_function_or_broken_braces_is_a_problem_and_no_crash() -> None:
    assert "not a template" in resolve_references("{{ vew('x') }}", names()).wrong[0][0]
    assert "not a template" in resolve_references("{{ view('x' }}", names()).wrong[0][0]


def test_staging_is_inlined_with_the_platforms_names() -> None:
    text = "platform:\n  tables: {users: App Users}\n  columns: {users: {role: kind}}\n  vocabularies: {roles: {admin: [boss]}}"
    found = resolve_references("select * from {{ stage('users') }} s", names(text))
    assert "select u.kind from public.\"App Users\" u where x in ('boss')" in found.text, found
    assert ("table", "App Users") in found.uses
    assert ("column", "App Users.kind") in found.uses


def test_an_optional_column_that_the_source_lacks_becomes_a_typed_null() -> None:
    text = "select {{ column('users.note', 'u', 'text') }}"
    assert (
        resolve_references(text, names(), STAGING, Present(frozenset({("users", "role")}))).text == "select null::text"
    )
    assert resolve_references(text, names(), STAGING, Present(frozenset({("users", "note")}))).text == "select u.note"
    assert resolve_references(text, names(), STAGING).text == "select u.note"


def test_sql_may_stand_in_place_of_a_column_and_its_columns_are_uses() -> None:
    config = """
platform:
  columns: {users: {role: "= case when {is bot} then '{x}' else {order} end", note: "= null"}}
"""
    text = "select {{ column('users.role', 'u') }}, {{ column('users.note', 'u', 'text') }}"
    found = resolve_references(
        text, names(config), STAGING, present=Present(frozenset({("users", "order"), ("users", "is bot")}))
    )
    assert found.text == """select (case when u."is bot" then '{x}' else u."order" end), (null)"""
    assert found.uses == {("column", "users.is bot"), ("column", "users.order")}
    text = "select {{ column('users.role', 'u', 'text') }}"
    assert (
        resolve_references(text, names(config), STAGING, present=Present(frozenset({("users", "order")}))).text
        == "select null::text"
    )


def test_rows_that_do_not_count_are_left_out_where_a_table_is_read_but_not_of_the_whole_table() -> None:
    config = """platform: {rows: {users: "{deleted_at} is null"}, columns: {users: {note: '= lower({about})'}}}"""
    found = resolve_references("from {{ table('users') }} u", names(config), STAGING)
    assert found.text == "from (select about, role from public.users where (deleted_at is null)) u"
    assert ("column", "users.deleted_at") in found.uses
    found = resolve_references("from {{ table('users', 'all') }} u", names(config), STAGING)
    assert (found.text, found.uses) == ("from public.users u", {("table", "users")})


def test_words_are_compared_as_text_in_any_case_and_may_be_none_at_all() -> None:
    text = "{{ word('users.role', 'roles', 'u') }}"
    found = resolve_references(
        text, names("platform: {vocabularies: {roles: {admin: [2, true, Ärger, BOSS]}}}"), STAGING
    ).text
    assert found == (
        "case when lower(u.role::text) in ('2', 'true', lower('Ärger'), 'boss') then 'admin' else 'other' end"
    )
    nothing = names("platform: {vocabularies: {roles: {admin: []}}}")
    assert resolve_references(text, nothing, STAGING).text == "'other'"
    assert resolve_references("x in {{ words('roles', 'admin') }}", nothing, STAGING).text == "x in (null)"
    assert resolve_references("{{ word('users.role', 'role') }}", names(), STAGING).wrong[0][0] == (
        "no vocabulary 'role' in the header"
    )


def test_metrics_and_labels_are_renamed_by_settings() -> None:
    config = "metrics: {requests: my_requests}\nlabels: {handler: route}"
    assert (
        resolve_references("{{ metric('requests') }}{ {{ label('handler') }} }", names(config)).text
        == "my_requests{ route }"
    )


def test_prometheus_own_braces_are_left_alone() -> None:
    assert resolve_references('up{job="a"}', names()).text == 'up{job="a"}'


def test_numbers_of_settings_are_written_without_noise() -> None:
    assert (
        resolve_references("{{ slo('api_errors.objective') }} {{ setting('budget.monthly_usd') }}", names()).text
        == "0.005 1000"
    )


def test_every_shipped_text_is_filled_in_as_jinja_would_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = load_catalog(load_config(""))
    texts = [(query.text, None) for _, _, query in catalog.queries()]
    texts += [(text, None) for rule in catalog.rules.values() for text in (rule.expr, rule.otherwise)]
    texts += [(r.text, r if r.kind == "staging" else None) for r in catalog.relations.values()]
    quick = [resolve_references(text, catalog.names, staging) for text, staging in texts]
    monkeypatch.setattr(references, "_render", render_template)
    anew = replace(catalog).names  # what was expanded once is remembered
    assert quick == [resolve_references(text, anew, staging) for text, staging in texts]
    assert len(texts) > 500


def test_threads_that_inline_the_same_text_are_not_in_each_others_way() -> None:
    switches = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            catalog = load_catalog(load_config(""))
            with ThreadPoolExecutor(4) as threads:
                every = list(threads.map(_texts_and_lacks, [catalog] * 4, timeout=60))
            assert every[0] == every[1] == every[2] == every[3]
            assert not any(wrong for _, wrong, _ in every[0].values())
    finally:
        sys.setswitchinterval(switches)


def _texts_and_lacks(catalog: Catalog) -> dict[str, tuple[str, tuple[tuple[str, str], ...], frozenset[str]]]:
    stored = {name: one for name, one in catalog.relations.items() if one.kind in STORE_KINDS}
    found = {name: resolve_references(one.text, catalog.names) for name, one in stored.items()}
    return {name: (one.text, one.wrong, catalog.relation_lacks(name)) for name, one in found.items()}


def test_a_staging_text_whose_header_has_no_tables_is_wrong_and_raises_nothing() -> None:
    bare = replace(STAGING, header={key: value for key, value in STAGING.header.items() if key != "tables"})
    relations = {"staging.users": bare, "activity_day": VIEW}
    found = Names(load_config(""), relations, RULES, METRICS, {"handler"})
    for text in ("select * from {{ unreadable('users') }}", "select * from {{ stage('users') }}"):
        resolve_references(text, found, present=Present())
    assert resolve_references("select * from {{ stage('users') }}", found).wrong

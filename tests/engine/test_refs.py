"""References: resolved, remembered, and with a hint where they are wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gendash.engine import refs
from gendash.engine.config import load_config
from gendash.engine.model import Relation, Rule
from gendash.engine.refs import Names, expand, quote_name
from gendash.engine.targets.files import load_catalog

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
    found = expand("select * from {{ view('activity_day') }}", names())
    assert found.text == "select * from gendash.activity_day"
    assert found.uses == {("relation", "activity_day")}


def test_an_unusual_schema_name_is_quoted() -> None:
    assert expand("{{ view('activity_day') }}", names("schema: Dash-1")).text == '"Dash-1".activity_day'
    assert quote_name('a"b') == '"a""b"'


def test_an_unknown_name_is_told_with_a_hint() -> None:
    found = expand(
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
    assert "not a template" in expand("{{ vew('x') }}", names()).wrong[0][0]
    assert "not a template" in expand("{{ view('x' }}", names()).wrong[0][0]


def test_staging_is_inlined_with_the_platforms_names() -> None:
    text = "platform:\n  tables: {users: App Users}\n  columns: {users: {role: kind}}\n  vocabularies: {roles: {admin: [boss]}}"
    found = expand("select * from {{ stage('users') }} s", names(text))
    assert "select u.kind from public.\"App Users\" u where x in ('boss')" in found.text, found
    assert ("table", "App Users") in found.uses
    assert ("column", "App Users.kind") in found.uses


def test_an_optional_column_that_the_source_lacks_becomes_a_typed_null() -> None:
    text = "select {{ column('users.note', 'u', 'text') }}"
    assert expand(text, names(), STAGING, {("users", "role")}).text == "select null::text"
    assert expand(text, names(), STAGING, {("users", "note")}).text == "select u.note"
    assert expand(text, names(), STAGING).text == "select u.note"


def test_sql_may_stand_in_place_of_a_column_and_its_columns_are_uses() -> None:
    config = """
platform:
  columns: {users: {role: "= case when {is bot} then '{x}' else {order} end", note: "= null"}}
"""
    text = "select {{ column('users.role', 'u') }}, {{ column('users.note', 'u', 'text') }}"
    found = expand(text, names(config), STAGING, present=[("users", "order"), ("users", "is bot")])
    assert found.text == """select (case when u."is bot" then '{x}' else u."order" end), (null)"""
    assert found.uses == {("column", "users.is bot"), ("column", "users.order")}
    text = "select {{ column('users.role', 'u', 'text') }}"
    assert expand(text, names(config), STAGING, present=[("users", "order")]).text == "select null::text"


def test_rows_that_do_not_count_are_left_out_where_a_table_is_read_but_not_of_the_whole_table() -> None:
    config = """platform: {rows: {users: "{deleted_at} is null"}, columns: {users: {note: '= lower({about})'}}}"""
    found = expand("from {{ table('users') }} u", names(config), STAGING)
    assert found.text == "from (select about, role from public.users where (deleted_at is null)) u"
    assert ("column", "users.deleted_at") in found.uses
    found = expand("from {{ table('users', 'all') }} u", names(config), STAGING)
    assert (found.text, found.uses) == ("from public.users u", {("table", "users")})


def test_words_are_compared_as_text_in_any_case_and_may_be_none_at_all() -> None:
    text = "{{ word('users.role', 'roles', 'u') }}"
    found = expand(text, names("platform: {vocabularies: {roles: {admin: [2, true, Ärger, BOSS]}}}"), STAGING).text
    assert found == (
        "case when lower(u.role::text) in ('2', 'true', lower('Ärger'), 'boss') then 'admin' else 'other' end"
    )
    nothing = names("platform: {vocabularies: {roles: {admin: []}}}")
    assert expand(text, nothing, STAGING).text == "'other'"
    assert expand("x in {{ words('roles', 'admin') }}", nothing, STAGING).text == "x in (null)"
    assert expand("{{ word('users.role', 'role') }}", names(), STAGING).wrong[0][0] == (
        "no vocabulary 'role' in the header"
    )


def test_metrics_and_labels_are_renamed_by_settings() -> None:
    config = "metrics: {requests: my_requests}\nlabels: {handler: route}"
    assert expand("{{ metric('requests') }}{ {{ label('handler') }} }", names(config)).text == "my_requests{ route }"


def test_prometheus_own_braces_are_left_alone() -> None:
    assert expand('up{job="a"}', names()).text == 'up{job="a"}'


def test_numbers_of_settings_are_written_without_noise() -> None:
    assert expand("{{ slo('api_errors.objective') }} {{ setting('budget.monthly_usd') }}", names()).text == "0.005 1000"


def test_every_shipped_text_is_filled_in_as_jinja_would_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = load_catalog(load_config(""))
    texts = [(query.text, None) for _, _, query in catalog.queries()]
    texts += [(text, None) for rule in catalog.rules.values() for text in (rule.expr, rule.otherwise)]
    texts += [(r.text, r if r.kind == "staging" else None) for r in catalog.relations.values()]
    quick = [expand(text, catalog.names, staging) for text, staging in texts]
    monkeypatch.setattr(refs, "_render", lambda text, scope: refs._template(text).render(scope))
    anew = replace(catalog).names  # what was expanded once is remembered
    assert quick == [expand(text, anew, staging) for text, staging in texts]
    assert len(texts) > 500

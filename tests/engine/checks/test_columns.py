"""One fault in the shipped content, or in one panel or view more, gives one right line of `check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gendash.dashboards.viz import Lines
from gendash.engine.checks import definitions
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.model import Dashboard, Panel, Query, Relation, Row, sql

DOC = "What the figure is, where it comes from, its window and its caveat."


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    """The shipped content without its dashboards, which take the most time, and one of somebody's own."""
    catalog = load_catalog(load_config(""))
    own = Dashboard("own", "Own", "doc", [Row("", [])], "30s", "24h")
    return replace(catalog, dashboards={"own": own}, own=frozenset({"own"}))


@pytest.fixture(scope="module")
def before(shipped: Catalog) -> Counter[str]:
    return Counter(map(str, definitions.check(with_panel(shipped, sql("select calls from {{ view('llm_hour') }}")))))


def with_panel(catalog: Catalog, *queries: Query, **fields: Any) -> Catalog:
    panel = Panel("p", "Calls now", DOC, Lines(unit="short"), list(queries), width=24, height=8, **fields)
    own = replace(catalog.dashboards["own"], rows=[Row("", [panel])])
    return replace(catalog, dashboards={"own": own})


def edited(catalog: Catalog, name: str, old: str, new: str) -> Catalog:
    """The content with one edit in the query of a relation."""
    relation = catalog.relations[name]
    assert old in relation.text, name
    return replace(
        catalog, relations={**catalog.relations, name: replace(relation, text=relation.text.replace(old, new, 1))}
    )


def declared(catalog: Catalog, name: str, change: Mapping[str, Any], without: str = "") -> Catalog:
    """The content with other columns in a header."""
    relation = catalog.relations[name]
    columns = {key: of for key, of in relation.columns.items() if key != without} | dict(change)
    changed = replace(relation, columns=columns, header={**relation.header, "columns": columns})
    return replace(catalog, relations={**catalog.relations, name: changed})


def said(catalog: Catalog, before: Counter[str]) -> list[str]:
    return sorted(Counter(map(str, definitions.check(catalog))) - before)


PANELS = [
    # columns and relations
    ("select callz from {{ view('llm_hour') }}", ":1:8: no column 'callz'; did you mean 'calls'?"),
    ("select h.callz from {{ view('llm_hour') }} h", ":1:8: no column 'callz' in 'h'; did you mean 'calls'?"),
    ("select calls from {{ view('llm_hour') }} where mdel = 'x'", ":1:48: no column 'mdel'; did you mean 'model'?"),
    ("select calls from {{ view('llm_hour') }} order by horu", ":1:51: no column 'horu'; did you mean 'hour'?"),
    ("select calls from {{ view('llm_hour') }} group by calls, mod", ":1:58: no column 'mod'; did you mean 'model'?"),
    (
        "select x.calls from {{ view('llm_hour') }} h",
        ":1:8: no relation 'x' in FROM; name a relation of the FROM clause",
    ),
    (
        "with a as (select calls as n from {{ view('llm_hour') }})\n    select sum(m) as m\n    from a",
        ":2:16: no column 'm'; there are a, n",
    ),
    (
        "select a.calls from {{ view('llm_hour') }} a join {{ view('llm_cache_hour') }} b using (hours)",
        ": no column 'hours'; did you mean 'hour'?",
    ),
    (
        "select hour as at from {{ view('llm_hour') }} a join {{ view('llm_cache_hour') }} b on a.model = b.model",
        ":1:8: 'hour' is ambiguous; write its relation before it",
    ),
    (
        "select x.n from {{ view('llm_hour') }} h, lateral (select h.callz as n) x",
        ":1:59: no column 'callz' in 'h'; did you mean 'calls'?",
    ),
    (
        "select (select max(c.day) from {{ view('llm_spend_day') }} c where c.day > h.houre) as d"
        " from {{ view('llm_hour') }} h",
        ":1:76: no column 'houre' in 'h'; did you mean 'hour'?",
    ),
    ("select calls from {{ view('llm_hour') }} where $__timeFilter(ours)", "no column 'ours'; did you mean 'hour'?"),
    ("select a.n from unnest(array[1]) as a (m)", ":1:8: no column 'n' in 'a'; there are m"),
    # types
    ("select sum(model) as n from {{ view('llm_hour') }}", ":1:8: sum of a text; sum takes numbers and intervals"),
    (
        "select a.calls from {{ view('llm_hour') }} a join {{ view('llm_spend_day') }} b on a.model = b.day",
        ": text = date; cast one side, or name another column",
    ),
    ("select calls from {{ view('llm_hour') }} where calls > model", ": bigint > text; cast one side"),
    ("select calls + model as n from {{ view('llm_hour') }}", ": bigint + text; cast one side"),
    (
        "select model from {{ view('llm_hour') }} union select calls from {{ view('llm_hour') }}",
        ": 'model' is text on one side of a UNION and bigint on another; cast one",
    ),
    (
        "select model from {{ view('llm_hour') }} union select model, calls from {{ view('llm_hour') }}",
        ": sides of a UNION with 1 and 2 columns; give as many on each side",
    ),
    (
        "select calls, model as calls from {{ view('llm_hour') }}",
        ": returns two columns with the name 'calls'; rename one",
    ),
    # what a panel may read
    ("select id from public.users", ":1:16: reads 'public.users', which is no relation of gendash"),
    ("select id from users", ":1:16: reads 'users', which is no relation of gendash"),
    ("select relname from pg_catalog.pg_class", ": reads 'pg_catalog.pg_class', which is no relation of gendash"),
    ("select relname from pg_class", ": reads 'pg_class', which is no relation of gendash"),
    ("select pg_read_file('x') as y", ":1:8: pg_read_file() reads more than gendash's relations; read a relation"),
    ("select query_to_xml('select 1', true, true, '') as y", "query_to_xml() reads more than gendash's relations"),
    # spots of faults in texts
    (
        "select calls\nfro {{ view('llm_hour') }} x",
        ':2:5: SQL does not parse: syntax error at or near "gendash" in "fro {{',
    ),
    ("select calls\nfrom {{ view('llm_hor') }}", ":2:6: no relation 'llm_hor'; did you mean 'llm_hour'?"),
]


@pytest.mark.parametrize(("text", "line"), PANELS)
def test_a_fault_in_a_query_of_a_panel_gives_one_line(
    text: str, line: str, shipped: Catalog, before: Counter[str]
) -> None:
    found = said(with_panel(shipped, sql(text)), before)
    assert len(found) == 1, found
    assert found[0].startswith("own/p query A")
    assert line in found[0], found[0]


def test_a_format_that_grafana_does_not_know_gives_one_line(shipped: Catalog, before: Counter[str]) -> None:
    query = sql("select calls from {{ view('llm_hour') }}", format="tabel")
    assert said(with_panel(shipped, query), before) == [
        "own/p: queries[1].format is 'tabel', not one of time_series, table, heatmap; fix its type"
    ]


def test_a_link_to_nothing_in_somebodys_own_dashboard_gives_one_line(shipped: Catalog, before: Counter[str]) -> None:
    query = sql("select calls from {{ view('llm_hour') }}")
    found = said(with_panel(shipped, query, leads_to="owm"), before)
    assert "own/p: no dashboard 'owm'; did you mean 'own'?" in found


VIEWS = [
    ("llm_spend_day", "sum(calls)", "sum(callz)", "no column 'callz'; did you mean 'calls'?"),
    (
        "llm_hour",
        "'GENERATION') as calls",
        "'GENERATION') as callz",
        "no column 'calls' in the query, declared under columns:; the query returns 'callz'",
    ),
    (
        "llm_hour",
        "where type = 'GENERATION'",
        "where typ = 'GENERATION'",
        "sql/rollups/llm_hour.sql:33:26: no column 'typ'",
    ),
    ("llm_hour", "max(start_time)", "max(model)", "column 'newest' is declared timestamptz, the query gives text"),
    ("conversation_hour", "count(*)", "count(user_idd)", "no column 'user_idd'"),
    (
        "staging.conversations",
        "{{ column('conversations.user_id', 'c') }}::text",
        "c.usr::text",
        "no column 'usr' in 'c'",
    ),
    ("staging.conversations", "as is_voice", "as voice", "staging/conversations.sql"),
    ("account_now", "join {{ view('user_entity') }}", "join user_entity", "'user_entity' without a reference"),
    ("document_size", "document_id", "document_ids", "sql/audits/document_size.sql"),
]


@pytest.mark.parametrize(("name", "old", "new", "line"), VIEWS, ids=[f"{one[0]} {one[2]}" for one in VIEWS])
def test_a_fault_in_a_sql_file_is_reported(
    name: str, old: str, new: str, line: str, shipped: Catalog, before: Counter[str]
) -> None:
    found = said(with_panel(edited(shipped, name, old, new), sql("select calls from {{ view('llm_hour') }}")), before)
    assert any(line in one for one in found), found
    assert {one.partition(".sql")[0] for one in found} == {shipped.relations[name].path.partition(".sql")[0]}


def test_a_column_that_a_header_invents_or_lacks_gives_one_line(shipped: Catalog, before: Counter[str]) -> None:
    query = sql("select calls from {{ view('llm_hour') }}")
    more = declared(shipped, "llm_price_30d", {"cost_eur": {"type": "numeric", "doc": "d"}})
    assert said(with_panel(more, query), before) == [
        "sql/views/llm_price_30d.sql: no column 'cost_eur' in the query, declared under columns:; "
        "return it, or remove it from the header"
    ]
    less = declared(shipped, "llm_price_30d", {}, without="calls")
    found = said(with_panel(less, query), before)
    assert any("the query gives 'calls', which columns: lacks" in one for one in found), found


def test_a_metric_gives_its_value_and_labels_by_name(shipped: Catalog, before: Counter[str]) -> None:
    query = sql("select calls from {{ view('llm_hour') }}")

    def reported(old: str, new: str) -> list[str]:
        metric = dict(shipped.metrics["llm_rejected"])
        metrics = {**shipped.metrics, "llm_rejected": metric | {"sql": metric["sql"].replace(old, new)}}
        return said(with_panel(replace(shipped, metrics=metrics), query), before)

    (misspelt,) = reported("as value", "as valeu")
    assert "no column 'value' in the query of a metric; did you mean 'valeu'?" in misspelt
    (extra,) = reported("as value", "as value, 1 as more")
    assert "the query gives 'more', which labels: lacks; declare it, or remove it" in extra


def test_relations_that_read_each_other_are_reported_once_with_a_file(shipped: Catalog, before: Counter[str]) -> None:
    def view(name: str, reads: str) -> Relation:
        header = {"doc": "d", "grain": "one row", "audience": "everyone"}
        columns = {"x": {"type": "integer", "doc": "d"}}
        text = f"select x from {{{{ view('{reads}') }}}}"
        return Relation(name, "view", f"sql/views/{name}.sql", header | {"columns": columns}, text, columns, 9)

    query = sql("select calls from {{ view('llm_hour') }}")
    own = {"a": view("a", "b"), "b": view("b", "a"), "c": view("c", "c")}
    found = said(with_panel(replace(shipped, relations={**shipped.relations, **own}), query), before)
    assert found == [
        "sql/views/a.sql: a, b read each other; break the circle",
        "sql/views/c.sql: reads itself; break the circle",
    ]

"""Each verdict, on a real PostgreSQL and a real Prometheus, with definitions made for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from gendash.engine.clients import prometheus
from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import ContentError
from gendash.engine.languages.grafana_macros import Span, Timing
from gendash.engine.model import Dashboard, Panel, Query, Relation, Row, Rule, Variable, promql, sql
from gendash.engine.read import reader
from gendash.engine.read.questions import aligned_range
from gendash.engine.read.sources import picked_options
from gendash.engine.verify.run import any_failed, verify
from gendash.engine.verify.verdict import Verdict

pytestmark = [pytest.mark.postgres, pytest.mark.prometheus]

AT = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
READER, ADMIN = "reader's $ecret", "admin %40 secret"

STORE = """
create schema gendash;
create function gendash.clock() returns timestamptz language sql stable as
  $$ select coalesce(split_part(nullif(current_setting('gendash.now', true), ''), '#', 1)::timestamptz, now()) $$;
create function gendash.clock_pass(text) returns text language sql as $$ select '' $$;
create table gendash.refresh_now(relation text, age_s float8, cadence_s float8, error text);
create table gendash.fresh(name text, n int, ratio numeric);
create table gendash.late(n int);
create table gendash.lost(n int);
create table gendash.unfilled(n int);
create table gendash.people(name text);
create table gendash.call(environment text, n int);
create table gendash.over_synced(n int);
create view gendash.over_lost as select n from gendash.lost;
insert into gendash.refresh_now values
  ('fresh', 10, 300, null), ('late', 1501, 300, null), ('people', 1500, 300, 'timed out once'),
  ('lost', 10, 300, 'public.users.role: the platform has no such column'), ('call', 0, 60, null);
insert into gendash.fresh values ('open', 3, 0.5), ('closed', 0, null);
insert into gendash.late values (1);
insert into gendash.lost values (1);
insert into gendash.unfilled values (1);
insert into gendash.people values ('Ada');
insert into gendash.call values ('production', 5), ('staging', 2);
create role gendash_reader login password '{reader}';
create role gendash_admin_reader login password '{admin}';
grant usage on schema gendash to gendash_reader, gendash_admin_reader;
grant select on all tables in schema gendash to gendash_reader, gendash_admin_reader;
revoke select on gendash.people from gendash_reader;
"""


def relation(name: str, kind: Any = "rollup", text: str = "", **header: Any) -> Relation:
    return Relation(name, kind, f"sql/{name}.sql", {"cadence": "5m", **header}, text)


RELATIONS = {
    one.name: one
    for one in (
        relation("refresh_now", "view", purpose="freshness"),
        relation("fresh"),
        relation("late"),
        relation("lost", feature="users"),
        relation("unfilled"),
        relation("people"),
        relation("call"),
        relation("absent"),
        relation("synced", "table"),
        relation("over_synced", "view", "select n from {{ view('synced') }}", feature="langfuse"),
        relation("over_lost", "view", "select n from {{ view('lost') }}"),
        relation("off", feature="tickets"),
    )
}
METRICS: Mapping[str, Mapping[str, Any]] = {
    key: {"name": f"{key}_total", "type": "counter", "labels": {"status": ""}, "feature": feature}
    for key, feature in (("requests", ""), ("stopped", ""), ("idle", ""), ("never", "kb_metrics"))
}


def record(name: str, expr: str, feature: str = "") -> Rule:
    return Rule(name, "record", "g", "recording_rules/g.yaml", expr, "doc", feature)


TWO = 'label_replace(vector(1), "a", "b", "", "") or vector(2)'
RULES = {
    one.name: one
    for one in (
        record("job:requests:rate5m", "sum by (job) (rate({{ metric('requests') }}[5m]))"),
        record("job:stopped:rate5m", "sum by (job) (rate({{ metric('stopped') }}[5m]))"),
        record("job:broken:rate5m", f"({TWO}) * on () ({TWO})"),
        record("job:unloaded:rate5m", "sum(rate({{ metric('requests') }}[5m]))"),
        record("job:other:rate5m", "sum(rate({{ metric('requests') }}[5m]))"),
        record("job:silent:rate5m", '{{ metric("requests") }}{status="777"}'),
        record("job:routed:rate5m", '{{ metric("requests") }}{handler="{{ setting(\'handlers.search\') }}"}'),
        record("job:share:rate5m", '{{ metric("requests") }} / ({{ metric("requests") }}{status="777"} > 0)'),
        record("job:off:rate5m", "vector(1)", feature="redis"),
        record("job:twice:rate5m", "2 * {{ rule('job:unloaded:rate5m') }}"),
        Rule("Watchdog", "alert", "g", "recording_rules/g.yaml", "vector(1)", "doc"),
        Rule("Paging", "alert", "g", "recording_rules/g.yaml", "vector(1)", "doc", labels={"severity": "page"}),
    )
}
LOADED = f"""
groups:
- name: g
  rules:
  - {{record: 'job:requests:rate5m', expr: 'sum by(job) (rate(requests_total[5m]))'}}
  - {{record: 'job:stopped:rate5m', expr: 'sum by (job) (rate(stopped_total[5m]))'}}
  - {{record: 'job:broken:rate5m', expr: '({TWO}) * on () ({TWO})'}}
  - {{record: 'job:other:rate5m', expr: 'sum(rate(requests_total[1m]))'}}
  - {{record: 'job:silent:rate5m', expr: 'requests_total{{status="777"}}'}}
  - {{record: 'job:routed:rate5m', expr: 'requests_total{{handler="/api/v1/kb/search"}}'}}
  - {{record: 'job:share:rate5m', expr: 'requests_total / (requests_total{{status="777"}} > 0)'}}
  - {{record: 'job:twice:rate5m', expr: '2 * job:unloaded:rate5m'}}
  - {{alert: Watchdog, expr: vector(1)}}
"""


def samples() -> str:
    """Half an hour before AT, every 15 s; ``stopped`` ends three hours before."""
    now = int(AT.timestamp())
    lines: list[str] = []

    def write(name: str, labels: str, value: Callable[[int], float], end: int = now, step: int = 15) -> None:
        lines.extend(f'{name}{{job="api"{labels}}} {value(at)} {at}' for at in range(end - 1800, end + 1, step))

    lines.append("# TYPE requests counter")
    write("requests_total", ',instance="a",status="200"', lambda at: at - now + 3600)
    write("requests_total", ',instance="a",status="500"', lambda at: (at - now + 3600) / 10)
    lines.append("# TYPE idle counter")
    write("idle_total", "", lambda _: 7)
    lines.append("# TYPE stopped counter")
    write("stopped_total", "", lambda at: at - now + 20_000, end=now - 3 * 3600)
    lines.append("# TYPE job:requests:rate5m gauge")
    write("job:requests:rate5m", "", lambda _: 1.1, step=30)
    lines.append("# TYPE job:stopped:rate5m gauge")
    write("job:stopped:rate5m", "", lambda _: 1, end=now - 3 * 3600, step=30)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Plain:
    """A visualisation without options."""

    type: str = "timeseries"

    def to_json_data(self) -> Any:
        return {"type": self.type}


def panel(slug: str, *queries: Query, **options: Any) -> Panel:
    return Panel(slug, slug.title(), "doc", Plain(), queries, width=6, height=4, **options)


def cells(text: str, **options: Any) -> Query:
    return sql(text, format="table", **options)


FRESH = "{{ view('fresh') }}"
PANELS = [
    panel("ok", cells(f"select name, n from {FRESH}")),
    panel("no_rows", cells(f"select n from {FRESH} where n > 9")),
    panel("may_be_empty", cells(f"select n from {FRESH} where n > 9", may_be_empty="no ticket yet")),
    panel("all_null", cells(f"select name, ratio from {FRESH} where name = 'closed'")),
    panel("flat_zero", cells(f"select name, n from {FRESH} where name = 'closed'")),
    panel("may_be_zero", cells(f"select n from {FRESH} where n = 0", may_be_zero="a quiet day")),
    panel("no_column", cells(f"select nope from {FRESH}")),
    panel("no_function", cells(f"select nope(n) from {FRESH}")),
    panel("no_relation", cells("select 1 from {{ view('absent') }}")),
    panel("denied", cells("select name from {{ view('people') }}")),
    panel("syntax", cells("selec 1")),
    panel("division", cells("select 1/0")),
    panel("slow", cells("select pg_sleep(9)")),
    panel("writes", cells("create temporary table t(n int)")),
    panel("two_names", cells("select 1 as a, 2 as a")),
    panel("no_time", sql("select 1 as n")),
    panel("unsorted", sql("select t as time, 'x' as metric, 1 as n from (values (now()), (now() - '1s'::interval)) v(t)")),
    panel("macro", sql("select $__timeRange(t)")),
    panel("leftover", cells("select '$nobody'")),
    panel("clock", cells("select 1 where {{ now() }} = '2026-11-20 12:00+00' and $__timeTo() = '2026-11-20T12:00:00Z'")),
    panel("window", cells("select 1 where $__timeFrom() = '2026-11-13T12:00:00Z'"), window="7d"),
    panel("late", cells("select n from {{ view('late') }}")),
    panel("lost", cells("select n from {{ view('over_lost') }}", may_be_empty="never")),
    panel("unfilled", cells("select n from {{ view('unfilled') }}")),
    panel("unsynced", cells("select n from {{ view('over_synced') }}")),
    panel("feature_off", cells("select 1/0"), feature="tickets"),
    panel("query_off", cells("select 1"), cells("select 1/0", feature="tickets"), cells("select 2")),
    panel("with_option", cells("select n from {{ view('call') }} where '__all' in (${environment:sqlstring}) "
                               "or environment in (${environment:sqlstring})")),
    panel("bad_quoting", cells("select n from {{ view('call') }} where $environment = '__all' or environment = '$environment'")),
    panel("bad_option", cells("select n from {{ view('call') }} where ${environment:raw} = '__all'")),
    panel("never_an_option", cells("select n from {{ view('call') }} where $environment = '__all'")),
    # Prometheus
    panel("p_ok", promql('sum(rate({{ metric("requests") }}{job=~"$job"}[$__rate_interval]))')),
    panel("p_instant", promql('sum({{ rule("job:requests:rate5m") }}{job=~"$job"})', instant=True)),
    panel("p_syntax", promql("sum(rate(requests_total[5m])) / / 2")),
    panel("p_zero", promql('sum(rate({{ metric("idle") }}[5m]))')),
    panel("p_nan", promql('{{ metric("idle") }} * 0 / 0')),
    panel("p_scalar", promql('scalar(sum({{ metric("requests") }}))', instant=True)),
    panel("p_never", promql('rate({{ metric("never") }}[5m])', may_be_empty="never")),
    panel("p_unknown", promql("rate(nobody_total[5m]) or vector(1)")),
    panel("p_stopped", promql('rate({{ metric("stopped") }}[5m])')),
    panel("p_hidden", promql('sum(rate({{ metric("stopped") }}[5m])) or vector(1)')),
    panel("p_other_job", promql('rate({{ metric("requests") }}{job="web"}[5m])')),
    panel("p_no_label", promql('rate({{ metric("requests") }}{colour="red"}[5m])')),
    panel("p_no_value", promql('rate({{ metric("requests") }}{status=~"4.."}[5m])')),
    panel("p_no_pair", promql('rate({{ metric("requests") }}{status="200",status="500"}[5m])')),
    panel("p_quiet", promql('rate({{ metric("requests") }}{status=~"4.."}[5m])', may_be_empty="no client error")),
    panel("p_guarded", promql('{{ metric("requests") }} > 1e9')),
    panel("p_firing", promql('ALERTS{alertstate="firing",severity="critical"}', may_be_empty="nothing fires")),
    panel("p_paging", promql('ALERTS{alertstate="firing",severity=~"page|critical"}', may_be_empty="nothing fires")),
    panel("r_twice", promql('{{ rule("job:twice:rate5m") }}')),
    panel("r_unloaded", promql('{{ rule("job:unloaded:rate5m") }} or vector(1)')),
    panel("r_broken", promql('{{ rule("job:broken:rate5m") }}')),
    panel("r_stopped", promql('{{ rule("job:stopped:rate5m") }}')),
    panel("r_silent", promql('{{ rule("job:silent:rate5m") }}')),
    panel("r_routed", promql('{{ rule("job:routed:rate5m") }}')),
]  # fmt: skip

BOARD = Dashboard(
    "board",
    "Board",
    "doc",
    [Row("", PANELS)],
    refresh="30s",
    range="24h",
    variables=(
        Variable("job", "Job", "doc", promql("label_values({{ rule('job:requests:rate5m') }}, job)"), True, ".+"),
        Variable("environment", "Environment", "doc", sql("select distinct environment from {{ view('call') }}"),
                 all_value="'__all'"),
        Variable("broken", "Broken", "doc", sql("select n from {{ view('call') }}")),
        Variable("ticket", "Ticket", "doc", sql("select 1/0"), feature="tickets"),
    ),
    annotations=(
        ("Resets", promql('resets({{ metric("requests") }}{job=~"$job"}[5m]) > 0')),
        ("Bad", promql("resets(requests_total[5m]) >")),
    ),
)  # fmt: skip
STAFF = replace(
    BOARD, name="staff", audience="admin", variables=(), annotations=(),
    rows=[Row("", [panel("people", cells("select name from {{ view('people') }}"))])],
)  # fmt: skip


@pytest.fixture(scope="module")
def store(own_postgres: Any) -> Iterator[str]:
    """URL of a store, as its owner, with the relations above."""
    postgres = own_postgres  # roles belong to a whole server, and other modules make these, too
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("create database verify_live")
        url = postgres.url("verify_live")
        with psycopg.connect(url) as owner:
            owner.execute(STORE.format(reader=READER.replace("'", "''"), admin=ADMIN))  # type: ignore[arg-type]
        yield url
        admin.execute("drop database verify_live with (force)")
        admin.execute("drop role gendash_reader")
        admin.execute("drop role gendash_admin_reader")


@pytest.fixture(scope="module")
def config(store: str, start_prometheus: Callable[[str, str], str]) -> Config:
    environ = {
        "GENDASH_DATABASE_URL": store,
        "GENDASH_READER_PASSWORD": READER,
        "GENDASH_ADMIN_READER_PASSWORD": ADMIN,
        "GENDASH_PROMETHEUS_URL": start_prometheus(samples(), LOADED),
    }
    return load_config("features: {kb_metrics: true, langfuse: true}", environ=environ)


def catalog(config: Config, *dashboards: Dashboard) -> Catalog:
    return Catalog(config, {one.name: one for one in dashboards}, RELATIONS, RULES, METRICS)


@pytest.fixture(scope="module")
def verdicts(config: Config) -> list[Verdict]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "TIMEOUT", "300ms")
        return verify(config, catalog(config, BOARD, STAFF), at=AT)


EXPECTED = {
    "ok": ("ok", ""),
    "no_rows": ("no_rows", "no rows"),
    "may_be_empty": ("ok", "no rows"),
    "all_null": ("all_null", "every value of 1 row is null"),
    "flat_zero": ("flat_zero", "the value is 0"),
    "may_be_zero": ("ok", "the value is 0"),
    "no_column": ("missing", 'column "nope" does not exist'),
    "no_function": ("missing", "function nope(integer) does not exist"),
    "no_relation": ("missing", 'relation "gendash.absent" does not exist; run `gendash db migrate`'),
    "denied": ("error", "role gendash_reader may not read: permission denied for table people; run `gendash db migrate`"),
    "syntax": ("error", 'syntax error at or near "selec"'),
    "division": ("error", "division by zero"),
    "slow": ("error", "canceling statement due to statement timeout"),
    "writes": ("error", "read-only: cannot execute CREATE TABLE in a read-only transaction"),
    "two_names": ("error", "two columns are named 'a'"),
    "no_time": ("error", "a time series needs a column named time"),
    "unsorted": ("error", "a time series with labels must be ordered by time"),
    "macro": ("error", 'unknown macro "__timeRange"'),
    "leftover": ("error", "nothing expands $nobody: no such macro or variable here"),
    "clock": ("ok", ""),
    "window": ("ok", ""),
    "late": ("stale", "late was filled 25 min ago, expected every 5 min; run `gendash db refresh`"),
    "lost": ("missing", "lost: public.users.role: the platform has no such column"),
    "unfilled": ("stale", "unfilled was never filled; run `gendash db refresh`"),
    "unsynced": (
        "stale", "synced was never filled; run `gendash langfuse sync`, or set features.langfuse: false"
    ),
    "feature_off": ("not_available", "needs a tickets table; features.tickets: false"),
    "with_option": ("ok", ""),
    "bad_quoting": ("error", 'syntax error at or near "__all"'),
    "bad_option": ("missing", 'with environment = production: column "production" does not exist'),
    "never_an_option": ("no_rows", "rows with All, but none with environment = production or staging"),
    "p_ok": ("ok", ""),
    "p_instant": ("ok", ""),
    "p_syntax": ("error", None),
    "p_zero": ("flat_zero", None),
    "p_nan": ("all_null", None),
    "p_scalar": ("ok", ""),
    "p_never": ("missing", "no sample of never_total in 30 days; map metrics.never, or set features.kb_metrics: false"),
    "p_unknown": ("missing", "no sample of nobody_total in 30 days"),
    "p_stopped": ("stale", "last sample of stopped_total is 3 h old, scraped every 15 s"),
    "p_hidden": ("stale", "last sample of stopped_total is 3 h old, scraped every 15 s"),
    "p_other_job": ("missing", 'requests_total has no series with job="web"'),
    "p_no_label": ("missing", "requests_total has no label 'colour'"),
    "p_no_value": ("no_rows", 'no series of requests_total has status=~"4.."'),
    "p_no_pair": ("no_rows", 'no series of requests_total has status="200" and status="500"'),
    "p_quiet": ("ok", 'no series of requests_total has status=~"4.."'),
    "p_guarded": ("no_rows", "every source has series; nothing is left of them; requests_total is younger than an hour"),
    "p_firing": ("ok", None),
    "p_paging": ("missing", "alerting rule Paging is not loaded; give Prometheus its file and reload it"),
    "r_twice": (
        "missing",
        "job:twice:rate5m depends on recording rule job:unloaded:rate5m, which is not loaded; "
        "give Prometheus its file and reload it",
    ),
    "r_unloaded": ("missing", "recording rule job:unloaded:rate5m is not loaded; give Prometheus its file and reload it"),
    "r_broken": ("error", None),
    "r_stopped": ("stale", "job:stopped:rate5m stopped: last sample of stopped_total is 3 h old, scraped every 15 s"),
    "r_silent": (
        "no_rows", 'job:silent:rate5m has given no series in 30 days: no series of requests_total has status="777"'
    ),
    "r_routed": (
        "no_rows",
        "job:routed:rate5m has given no series in 30 days: no series of requests_total has "
        'handler="/api/v1/kb/search"; set handlers.search to a route that the platform has, or to none',
    ),
}  # fmt: skip


@pytest.mark.parametrize("slug", EXPECTED)
def test_each_panel_gets_the_verdict_and_the_reason(slug: str, verdicts: list[Verdict]) -> None:
    status, why = EXPECTED[slug]
    (found,) = [one for one in verdicts if one.panel == slug and one.dashboard == "board" and one.kind == "panel"]
    assert found.status == status, found
    if why is not None:
        assert found.why == why
    assert "\n" not in found.why
    assert bool(found.why) or status == "ok"


def test_every_panel_of_this_test_is_expected(verdicts: list[Verdict]) -> None:
    assert {one.panel for one in verdicts if one.kind == "panel"} == {*EXPECTED, "query_off", "people"}


def of(verdicts: list[Verdict], kind: str, name: str, dashboard: str = "board") -> Verdict:
    (found,) = [one for one in verdicts if (one.kind, one.panel, one.dashboard) == (kind, name, dashboard)]
    return found


def test_reasons_that_a_query_gives_are_kept_beside_what_was_seen(verdicts: list[Verdict]) -> None:
    assert of(verdicts, "panel", "may_be_empty").allowed == "no ticket yet"
    assert of(verdicts, "panel", "may_be_zero").allowed == "a quiet day"
    assert of(verdicts, "panel", "p_quiet").allowed == "no client error"
    assert of(verdicts, "panel", "lost").allowed == ""


def test_a_query_whose_feature_is_off_is_left_out_and_the_others_keep_their_letters(verdicts: list[Verdict]) -> None:
    found = [(one.ref, one.status) for one in verdicts if one.panel == "query_off"]
    assert found == [("A", "ok"), ("C", "ok")]


def test_rows_and_milliseconds_are_told(verdicts: list[Verdict]) -> None:
    assert of(verdicts, "panel", "ok").rows == 2
    assert of(verdicts, "panel", "p_ok").rows == 1
    assert 0 < of(verdicts, "panel", "ok").ms < 5000
    assert of(verdicts, "panel", "slow").ms >= 300


def test_an_admin_dashboard_is_asked_as_the_admin_reader(verdicts: list[Verdict]) -> None:
    assert of(verdicts, "panel", "people", "staff").status == "ok"
    assert of(verdicts, "panel", "denied").status == "error"


def test_variables_are_judged_by_their_options(verdicts: list[Verdict]) -> None:
    assert [of(verdicts, "variable", name).rows for name in ("job", "environment")] == [1, 2]
    assert of(verdicts, "variable", "environment").status == "ok"
    broken = of(verdicts, "variable", "broken")
    assert (broken.status, broken.why) == ("error", "no column of text to take options from; cast it to text")
    assert of(verdicts, "variable", "ticket").status == "not_available"


def test_annotations_may_mark_nothing_but_must_be_right(verdicts: list[Verdict]) -> None:
    resets = of(verdicts, "annotation", "Resets")
    assert (resets.status, resets.allowed) == ("ok", "nothing happened in this time")
    assert of(verdicts, "annotation", "Bad").status == "error"


@pytest.mark.parametrize(
    ("name", "status", "why"),
    [
        ("job:requests:rate5m", "ok", ""),
        ("job:stopped:rate5m", "stale", "job:stopped:rate5m stopped: last sample of stopped_total is 3 h old"),
        ("job:broken:rate5m", "error", ""),
        ("job:unloaded:rate5m", "missing", "not loaded; give Prometheus the file of this rule and reload it"),
        ("job:other:rate5m", "error", "another expression of it is loaded"),
        ("job:silent:rate5m", "no_rows", "job:silent:rate5m has given no series in 30 days"),
        ("job:share:rate5m", "ok", ""),
        ("job:off:rate5m", "not_available", "needs a redis_exporter; features.redis: false"),
        ("Watchdog", "ok", ""),
    ],
)
def test_each_rule_is_compared_with_what_prometheus_has_loaded(
    name: str, status: str, why: str, verdicts: list[Verdict]
) -> None:
    found = of(verdicts, "rule", name, "rules")
    assert found.status == status
    assert found.why.startswith(why)


# ── which part is verified ──

GOOD = replace(
    BOARD, name="good", annotations=(), variables=BOARD.variables[:2],
    rows=[Row("", [one for one in PANELS if one.slug in ("ok", "p_ok", "with_option", "feature_off")])],
)  # fmt: skip


def test_verify_succeeds_where_nothing_is_to_be_done(config: Config) -> None:
    found = verify(config, catalog(config, GOOD, BOARD), at=AT, only=["good"])
    assert not any_failed(found), found
    assert {one.dashboard for one in found} == {"good"}


def test_one_panel_or_the_rules_can_be_verified_alone(config: Config) -> None:
    definitions = catalog(config, BOARD, STAFF)
    found = verify(config, definitions, at=AT, only=["board/p_ok"])
    assert [one.panel for one in found if one.kind == "panel"] == ["p_ok"]
    assert {one.kind for one in verify(config, definitions, at=AT, only=["rules"])} == {"rule"}


def test_an_unknown_name_is_answered_with_the_nearest_one(config: Config) -> None:
    with pytest.raises(ContentError, match=r"--only: nothing is named 'bord'; did you mean 'board'\?"):
        verify(config, catalog(config, BOARD), at=AT, only=["bord"])


def test_without_a_time_it_is_now_that_is_judged(config: Config) -> None:
    """The samples end long ago or lie in the future, so every series of them has stopped."""
    found = verify(config, catalog(config, GOOD), only=["good"])
    assert of(found, "panel", "ok", "good").status == "ok"
    assert of(found, "panel", "p_ok", "good").status in ("stale", "missing")


# ── servers that cannot be asked ──


def trouble(config: Config, only: tuple[str, ...] = ("board/ok", "board/p_ok"), **changed: str) -> list[str]:
    broken = replace(config, values={**config.values, **changed})
    found = verify(broken, catalog(broken, BOARD, STAFF), at=AT, only=list(only))
    assert any_failed(found)
    asked = {tuple(name.split("/")) for name in only}
    panels = [one for one in found if (one.dashboard, one.panel) in asked]
    assert {one.status for one in panels} == {"error"}
    lines = list(dict.fromkeys(one.why for one in panels))
    secrets = [READER, ADMIN, "hunter2", *(part for part in [changed.get("database_url", "")] if part)]
    assert not [line for line in lines for secret in secrets if secret in line or "\n" in line]
    return lines


def test_absent_servers_give_one_line_each(config: Config) -> None:
    lines = trouble(
        config,
        database_url="postgresql://owner:hunter2@127.0.0.1:1/store",
        prometheus_url="http://me:hunter2@127.0.0.1:1",
    )
    assert lines == [
        "gendash_reader gendash_reader@127.0.0.1:1/store: nothing listens there; start the server or correct GENDASH_DATABASE_URL",
        "prometheus 127.0.0.1:1: no connection: Connection refused; check GENDASH_PROMETHEUS_URL and that Prometheus runs",
    ]


def test_the_others_are_judged_where_one_server_is_down(config: Config) -> None:
    board = catalog(config, BOARD)
    without_store = replace(config, values={**config.values, "database_url": "postgresql://owner@127.0.0.1:1/store"})
    found = verify(without_store, catalog(without_store, BOARD), at=AT, only=["board/ok", "board/p_ok"])
    assert (of(found, "panel", "ok").status, of(found, "panel", "p_ok").status) == ("error", "ok")
    without_metrics = replace(config, values={**config.values, "prometheus_url": "http://127.0.0.1:1"})
    found = verify(without_metrics, board, at=AT, only=["board/ok", "board/p_ok", "rules"])
    assert (of(found, "panel", "ok").status, of(found, "panel", "p_ok").status) == ("ok", "error")
    rules = {one.status for one in found if one.kind == "rule"}
    assert rules == {"error", "not_available"}  # the latter of the feature that is off


def test_a_server_that_is_none_is_not_asked_and_nothing_is_red_for_it(config: Config) -> None:
    none = replace(config, values={**config.values, "prometheus_url": "none"})
    found = verify(none, catalog(none, BOARD), at=AT, only=["board/ok", "board/p_ok", "rules"])
    assert of(found, "panel", "ok").status == "ok"
    assert of(found, "panel", "p_ok").why == "needs Prometheus; prometheus_url: none"
    assert {one.off for one in found if one.kind == "rule"} == {"prometheus_url: none"}
    assert not any_failed(verify(none, catalog(none, GOOD), at=AT, only=["good", "rules"]))
    assert any_failed(verify(none, catalog(none, GOOD), at=AT, only=["good/p_ok"]))  # nothing was judged
    neither = replace(none, values={**none.values, "database_url": "none"})
    assert any_failed(verify(neither, catalog(neither, BOARD), at=AT))


def test_a_wrong_password_is_told_with_the_role_it_is_for(config: Config) -> None:
    (line,) = trouble(config, only=("board/ok",), reader_password="hunter2")
    assert "gendash_reader@127.0.0.1" in line
    assert "wrong password" in line


@pytest.mark.parametrize(("only", "key"), [("board/ok", "reader_password"), ("staff/people", "admin_reader_password")])
def test_without_a_password_nothing_is_asked_as_the_owner(config: Config, only: str, key: str) -> None:
    (line,) = trouble(config, only=(only,), **{key: ""})
    assert line.startswith(f"GENDASH_{key.upper()}: not set, so nothing can be asked as role gendash_")


def test_a_store_without_its_relations_asks_for_a_migration(config: Config, own_postgres: Any) -> None:
    (line,) = trouble(config, only=("board/ok",), database_url=own_postgres.url())
    assert line.startswith("store: ")
    assert line.endswith("run `gendash db migrate`")


def test_no_store_at_all_is_one_line(config: Config) -> None:
    (line,) = trouble(config, only=("board/ok",), database_url="")
    assert line.startswith("GENDASH_DATABASE_URL: no database is configured")


def test_something_else_at_the_address_of_prometheus_is_named(config: Config) -> None:
    (line,) = trouble(config, only=("board/p_ok", "rules"), prometheus_url=config["prometheus_url"] + "/graph")
    assert "GET /api/v1/rules: HTTP 404: 404 page not found; check GENDASH_PROMETHEUS_URL" in line


def test_a_dashboard_without_metrics_needs_no_prometheus(config: Config) -> None:
    broken = replace(config, values={**config.values, "prometheus_url": "http://127.0.0.1:1"})
    assert not any_failed(verify(broken, catalog(broken, STAFF), at=AT, only=["staff"]))


def test_a_server_that_goes_away_in_between_is_an_error_of_the_queries_it_leaves(
    config: Config, own_postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = reader.run_query

    def cut(connection: Any, text: str, settings: Any) -> Any:
        if "from gendash.fresh" in text:
            with psycopg.connect(own_postgres.url(), autocommit=True) as admin:
                admin.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
        return run(connection, text, settings)

    monkeypatch.setattr(reader, "run_query", cut)
    (found,) = verify(config, catalog(config, STAFF, replace(GOOD, variables=())), at=AT, only=["good/ok"])
    assert found.status == "error"
    assert "the connection was cut" in found.why


def test_a_metric_that_cannot_be_looked_for_is_not_said_to_be_missing(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = prometheus.instant

    def slow(call: Any, expr: str, at: datetime) -> Any:
        looking = expr.startswith("time() - max(")
        return Failed("timeout", "query timed out in expression evaluation") if looking else ask(call, expr, at)

    monkeypatch.setattr(prometheus, "instant", slow)
    found = verify(config, catalog(config, GOOD), at=AT, only=["good/p_ok", "rules"])
    for kind, name, dashboard in (("panel", "p_ok", "good"), ("rule", "job:requests:rate5m", "rules")):
        one = of(found, kind, name, dashboard)
        assert one.status == "error"
        assert "query timed out in expression evaluation when looking for time() - max(" in one.why


def test_a_range_begins_and_ends_on_whole_steps_of_local_time() -> None:
    """Days of a 24 h step begin at midnight of the installation's zone, as Grafana has it."""
    span = Span.last("7d", AT)
    for zone, hour in (("UTC", 0), ("Europe/Berlin", 23), ("Asia/Kolkata", 18)):
        start, end = aligned_range(Timing(span, 86_400_000, 86_400_000, 15_000, zone))
        assert (end.hour, end - start) == (hour, span.end - span.start)
    start, end = aligned_range(Timing(span, 60_000, 60_000, 15_000, "Asia/Kolkata"))
    assert (start, end) == (span.start, span.end)


@pytest.mark.parametrize(
    ("regex", "options"),
    [("", ["a-1", "a-2", "b-1"]), ("/^a/", ["a-1", "a-2"]), ("/(.)-/", ["a", "b"]), ("/(?<value>.)-2/", ["a"])],
)
def test_options_are_what_the_expression_of_a_variable_captures(regex: str, options: list[str]) -> None:
    assert picked_options(["b-1", "a-2", "a-1", "a-1"], regex) == options


def test_options_of_a_variable_without_all_keep_their_order() -> None:
    assert picked_options(["b", "a", "b"], "", in_order=True) == ["b", "a"]

"""Audits on a real database: nothing on a clean platform, and each finds exactly the fault that was planted for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import psycopg
import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.demo import load, servers
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.platform import generate
from gendash.demo.postgres import Server
from gendash.demo.run import SETTINGS
from gendash.engine.config.load import load_config
from gendash.engine.definitions import audits as declared
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.errors import Refused
from gendash.engine.model import Relation
from gendash.engine.store import audit as runner
from gendash.engine.store import audit_results
from gendash.engine.store.audit import AuditResult, audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh
from gendash.langfuse_bridge.sync import sync

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
A, B = "$A", "$B"  # two ids of each fault's own
REFRESH = "refresh"
NO_KEYS = (
    "alter table messages drop constraint messages_conversation_id_fkey;"
    "alter table feedback drop constraint feedback_message_id_fkey, drop constraint feedback_user_id_fkey,"
    " drop constraint check_rating_range; drop index ix_feedback_message_id;"
    "alter table tickets drop constraint tickets_created_by_fkey, drop constraint tickets_check"
)
ONE_MESSAGE = (
    "(select id from messages where role = 'assistant' and created_at > '2026-11-01' and created_at < '2026-11-19' "
    "and not exists (select from feedback where message_id = messages.id) order by id limit 1 offset $N)"
)
ONE_USER = "(select min(id::text)::uuid from users)"
ONE_TALK = "(select min(id::text)::uuid from conversations where user_id is not null)"
TRACED = "(select min(trace_id) from gendash.lf_observation where type = 'GENERATION')"


def message(id: str, conversation: str, at: str, role: str = "system") -> str:
    values = f"'{id}', {conversation}, '{role}', 'x', '{at}'"
    return f"insert into messages (id, conversation_id, role, content, created_at) values ({values})"


def rating(id: str, of: str, stars: int, at: str = "2026-11-19 12:00+00") -> str:
    values = f"'{id}', {of}, {ONE_USER}, {stars}, {at if at.startswith('(') else repr(at)}"
    return f"insert into feedback (id, message_id, user_id, rating, created_at) values ({values})"


# audit: what breaks the data (REFRESH: so that the store has it too), and a part of the sample
FAULTS: dict[str, tuple[list[str], str]] = {
    "message_stray": ([message(A, f"'{B}'", "2026-11-19 14:00+00"), REFRESH], A),
    "message_double": (
        [message(A, ONE_TALK, "2026-11-19 14:00+00"), message(B, ONE_TALK, "2026-11-19 14:00+00"), REFRESH],
        " system 2026-11-19 14:00:00+00",
    ),
    "message_future": ([message(A, ONE_TALK, "2026-11-19 15:06+00"), REFRESH], A),
    "rating_stray": ([rating(A, f"'{B}'", 5), REFRESH], A),
    "rating_range": ([rating(A, ONE_MESSAGE, 7), REFRESH], A),
    "rating_double": ([rating(A, ONE_MESSAGE, 5), rating(B, f"(select message_id from feedback where id = '{A}')", 5), REFRESH], ""),
    "rating_early": (
        [rating(A, ONE_MESSAGE, 5, f"(select created_at - interval '2 minutes' from messages where id = {ONE_MESSAGE})"), REFRESH],
        A,
    ),
    "ticket_stray": (
        [f"insert into tickets (id, title, created_by, created_at) values ('{A}', 't', '{B}', '2026-11-19 12:00+00')", REFRESH],
        A,
    ),
    "ticket_order": (
        [f"insert into tickets (id, title, created_at, status, resolved_at) values ('{A}', 't', '2026-11-19 12:00+00', 'resolved', '2026-11-19 11:00+00')", REFRESH],
        A,
    ),
    "ticket_move_double": (
        ["insert into ticket_status_history (ticket_id, from_status, to_status, changed_at) "
         "select ticket_id, from_status, to_status, changed_at from ticket_status_history order by id limit 1", REFRESH],
        "",
    ),
    "document_size": (["update documents set file_size = -5 where id = (select min(id::text)::uuid from documents)", REFRESH], ""),
    "record_future": (
        [f"insert into conversations (id, created_at) values ('{A}', '2026-11-19 15:06+00')", REFRESH],
        f"conversation {A}",
    ),
    "row_outlier": ([f"insert into conversations (id, created_at) values ('{A}', '2020-01-01 12:00+00')", REFRESH], f"conversation {A}"),
    "word_outlier": (
        ["insert into tickets (id, title, created_at, category) select gen_random_uuid(), 't', '2026-11-19 12:00+00', 'word ' || n "
         "from generate_series(1, 600) n", REFRESH],
        "tickets",
    ),
    "llm_values": (
        [f"update gendash.lf_observation set cached_tokens = -1 where trace_id = {TRACED} and type = 'GENERATION'", REFRESH],
        "",
    ),
    "llm_usage_types": (
        ["update gendash.lf_observation set usage = usage || '{\"mystery\": 1, \"promptTokenCount\": 1}' where trace_id = "
         f"{TRACED} and type = 'GENERATION'", REFRESH],
        "mystery",
    ),
    "llm_rejected": (
        ["insert into gendash.lf_rejected (project, stream, at, trace_id, id, number, reason) "
         "values ('default', 'observations', '2026-11-18 12:00+00', 'x', 'y', 1, 'type is missing')"],
        "default observations x y",
    ),
    "llm_clock": (
        [f"update gendash.lf_observation set end_time = start_time - interval '1 s' where trace_id = {TRACED} and is_root"],
        "",
    ),
    "message_rollup": (
        ["update gendash.message_hour set messages = messages + 1 where role = 'assistant' and hour = "
         "(select max(hour) from gendash.message_hour where hour < '2026-11-18 12:00+00' and role = 'assistant')"],
        "2026-11-18: ",
    ),
    "user_rollup": (
        ["delete from gendash.user_day where day = '2026-11-17' and user_id = (select min(user_id) from gendash.user_day where day = '2026-11-17')"],
        "2026-11-17: ",
    ),
    "llm_rollup": (
        ["update gendash.llm_hour set cost_usd = cost_usd + 0.000001 where (hour, environment, model) = "
         "(select hour, environment, model from gendash.llm_hour where hour < '2026-11-18 12:00+00' order by hour desc limit 1)"],
        "2026-11-18 llm_hour: ",
    ),
    "turns_traced": (
        ["delete from gendash.lf_observation where start_time >= '2026-11-16 08:00+00' and start_time < '2026-11-16 16:00+00'", REFRESH],
        "2026-11-16: ",
    ),
}  # fmt: skip


@dataclass
class Site:
    """A demo platform that went through the whole chain."""

    admin: str
    catalog: Catalog

    def run(self, *only: str, **options: Any) -> dict[str, AuditResult]:
        return {result.name: result for result in audit(self.catalog, only=only, at=NOW, **options)}

    def execute(self, text: str) -> list[Any]:
        options = f"-c gendash.now={NOW.isoformat()}"
        with psycopg.connect(self.admin, autocommit=True, options=options) as admin:
            cursor = admin.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    def refresh(self) -> None:
        results = refresh(self.catalog.config, self.catalog, at=NOW, full=True)
        assert [result.error for result in results if result.error] == []


@pytest.fixture(scope="module")
def template(postgres: Server) -> Iterator[dict[str, str]]:
    """The environment of a demo platform; each test gets a copy of its database."""
    world = generate(7, NOW, 0.1)
    load.create_database(postgres.url(), "audits")
    load.load(postgres.url("audits"), world)
    with (
        LangfuseDouble(world.observations, world.scores) as double,
        psycopg.connect(postgres.url(), autocommit=True) as admin,
    ):
        environ = {"GENDASH_DATABASE_URL": postgres.url("audits"), "LANGFUSE_BASE_URL": double.url,
                   "LANGFUSE_PUBLIC_KEY": double.public_key, "LANGFUSE_SECRET_KEY": double.secret_key}  # fmt: skip
        config = load_config(SETTINGS.read_text("utf-8") + "  since: 9d\n", environ=environ)
        catalog = load_catalog(config)
        migrate(config, catalog)
        assert sync(config, now=NOW).complete
        results = refresh(config, catalog, at=NOW)
        assert [result.error for result in results if result.error] == []
        yield environ
        admin.execute("drop database audits with (force)")
        for role in ("gendash_reader", "gendash_admin_reader"):
            admin.execute(f"drop role if exists {role}")


@pytest.fixture
def new_site(template: dict[str, str], postgres: Server) -> Iterator[Callable[..., Site]]:
    made: list[str] = []
    with psycopg.connect(postgres.url(), autocommit=True) as admin:

        def make(text: str = "", **environ: str) -> Site:
            made.append(f"audits_{len(made)}")
            admin.execute(f"create database {made[-1]} template audits")
            url = postgres.url(made[-1])
            config = load_config(
                text or SETTINGS.read_text("utf-8"), environ={**template, "GENDASH_DATABASE_URL": url, **environ}
            )
            return Site(url, load_catalog(config))

        yield make
        for name in made:
            admin.execute(f"drop database {name} with (force)")


def test_a_clean_platform_passes_every_audit_and_the_results_are_kept(new_site: Callable[..., Site]) -> None:
    site = new_site()
    results = site.run()
    bad = {name: (one.state, one.sample, one.error) for name, one in results.items() if one.state != "passed"}
    assert set(bad) == {"turns_counted", "target_repeated"}, bad  # there is no Prometheus here, and that is no pass
    assert {state for state, _, _ in bad.values()} == {"failed"}
    assert all("no connection" in error for _, _, error in bad.values())
    kept = dict(site.execute("select name, state from gendash.audit_now"))
    assert kept == {name: one.state for name, one in results.items()}
    every = declared.audits(site.catalog)
    shares = {name for name in results if declared.share_limit(site.catalog.config, every[name]) is not None}
    assert set(FAULTS) | {"turns_counted"} == set(results) - shares


def plant(site: Site, names: list[str]) -> None:
    """Breaks the data, lets a refresh go over it, and then breaks what only the store has."""
    for after in (False, True):
        for name in names:
            faults, _ = FAULTS[name]
            if (REFRESH not in faults) == after:
                site.execute(";".join(fault for fault in filled(name)[:-1] if fault != REFRESH))
        if not after and any(REFRESH in FAULTS[name][0] for name in names):
            site.refresh()


def filled(name: str) -> list[str]:
    own = {
        "$A": str(uuid5(NAMESPACE_OID, name)),
        "$B": str(uuid5(NAMESPACE_OID, name + "b")),
        "$N": str(list(FAULTS).index(name)),
    }
    faults, sample = FAULTS[name]
    found = [*faults, sample]
    for key, value in own.items():
        found = [text.replace(key, value) for text in found]
    return found


def expect(site: Site, planted: list[str]) -> None:
    results = {n: r for n, r in site.run().items() if r.state != "passed" and n in FAULTS}  # not those of shares
    assert set(results) == set(planted), {n: (r.state, r.found, r.sample, r.error) for n, r in results.items()}
    for name, result in results.items():
        assert (result.state, result.found) == ("found", 1), result
        assert filled(name)[-1] in result.sample, result


def test_each_audit_finds_its_fault_and_no_other(new_site: Callable[..., Site]) -> None:
    site = new_site()
    site.execute(NO_KEYS)
    ours = [name for name, (faults, _) in FAULTS.items() if REFRESH not in faults]
    rest = [name for name in FAULTS if name not in ours]
    planted: list[str] = []
    for group in (rest[::3], rest[1::3], rest[2::3] + ours):
        plant(site, group)
        planted += group
        expect(site, planted)


@pytest.mark.soak
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_alone_is_found_by_its_audit_alone(new_site: Callable[..., Site], name: str) -> None:
    site = new_site()
    site.execute(NO_KEYS)
    plant(site, [name])
    expect(site, [name])


@pytest.mark.parametrize(
    ("summary", "change"),
    [
        (
            "llm_hour",
            "delete from gendash.llm_hour where type = 'EMBEDDING' and hour >= '2026-11-18 04:00+00' and hour < '2026-11-18 20:00+00'",
        ),
        ("llm_turn", "update gendash.llm_turn set cost_usd = cost_usd + 1 where {began}"),
        (
            "llm_turn_hour",
            "update gendash.llm_turn_hour set cost_usd = cost_usd + 1 where hour = '2026-11-18 12:00+00'",
        ),
        ("llm_turn_day", "update gendash.llm_turn_day set cost_usd = cost_usd + 1 where day = '2026-11-18'"),
        ("llm_user_day", "update gendash.llm_user_day set tokens = tokens + 1 where day = '2026-11-18'"),
        (
            "llm_group_hour by session",
            "update gendash.llm_group_hour set cost_usd = cost_usd + 1 where dimension = 'session' and hour = '2026-11-18 12:00+00'",
        ),
        (
            "llm_group_day by model",
            "delete from gendash.llm_group_day where dimension = 'model' and day = '2026-11-18'",
        ),
    ],
)
def test_money_of_every_type_is_compared_in_every_summary(
    new_site: Callable[..., Site], summary: str, change: str
) -> None:
    site = new_site()
    site.execute(change.format(began="started_at >= '2026-11-18 08:00+00' and started_at < '2026-11-18 16:00+00'"))
    found = site.run("llm_rollup")["llm_rollup"]
    assert found.state == "found"
    assert f"2026-11-18 {summary}: " in found.sample


def test_an_audit_that_runs_out_of_time_has_not_passed(
    new_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "BUDGET_S", 0.0)
    (result,) = new_site().run("message_double").values()
    assert (result.state, result.found) == ("failed", None)
    assert "not finished within 0 s of the platform's time" in result.error


def test_reads_of_the_platform_are_short_transactions_cut_where_an_index_helps(
    new_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = new_site()
    monkeypatch.setattr(read, "SMALL_PAGES", 0)
    site.execute(
        message(A.replace("$A", str(uuid5(NAMESPACE_OID, "old"))), ONE_TALK, "2026-10-01 12:00+00").replace("$N", "0")
    )
    site.execute(message(str(uuid5(NAMESPACE_OID, "old2")), ONE_TALK, "2026-10-01 12:00+00"))
    assert site.run("message_double")["message_double"].found == 1  # without an index all is read
    site.execute("create index on messages (created_at)")
    assert site.run("message_double")["message_double"].found == 0  # with one the last 7 days


def test_audits_run_when_they_are_due_and_old_results_go(new_site: Callable[..., Site]) -> None:
    site = new_site()
    first = site.run("rating_range", due_only=True)["rating_range"]
    assert first.state == "passed"
    assert site.run("rating_range", due_only=True)["rating_range"].state == "not due"
    again = site.run("rating_range", "message_rollup", due_only=True, renewed={"rating_entity"})
    assert again["rating_range"].state == "passed", "its last result was of another definition"
    assert site.run("rating_range", due_only=True, renewed={"message_hour"})["rating_range"].state == "not due"
    site.execute("delete from gendash._audit where name <> 'rating_range'")
    site.execute("update gendash._audit set at = at - interval '100 days'")
    assert site.run("rating_range", due_only=True)["rating_range"].state == "passed"
    assert len(site.execute("select name from gendash._audit")) == 1


def test_the_audit_of_a_feature_that_is_off_is_not_available_and_not_shown(new_site: Callable[..., Site]) -> None:
    site = new_site(SETTINGS.read_text("utf-8").replace("tickets: true", "tickets: false"))
    site.execute("insert into gendash._audit values ('ticket_order', now(), 3, '', null, 'd', 'warning', 1, 1)")
    results = site.run("ticket_order", "ticket_stray", "rating_range")
    assert {name: one.state for name, one in results.items()} == {
        "ticket_order": "not available", "ticket_stray": "not available", "rating_range": "passed",
    }  # fmt: skip
    assert site.execute("select name from gendash.audit_now") == [("rating_range",)]


def test_a_platform_that_lacks_a_column_is_named_and_the_others_run(new_site: Callable[..., Site]) -> None:
    site = new_site()
    site.execute("alter table messages rename column role to kind")
    results = site.run("message_double", "message_stray")
    assert results["message_double"].state == "failed"
    assert "public.messages.role: the platform has no such column" in results["message_double"].error
    assert results["message_stray"].state == "passed"


def test_two_sources_without_rows_do_not_agree(new_site: Callable[..., Site]) -> None:
    site = new_site()
    site.execute("update gendash._sync set closed_from = null")
    (result,) = site.run("turns_traced").values()
    assert (result.state, "both sides are empty" in result.error) == ("failed", True)


def test_an_unknown_audit_is_refused_with_a_hint(new_site: Callable[..., Site]) -> None:
    with pytest.raises(Refused, match="did you mean 'rating_range'"):
        new_site().run("rating_rang")


def test_no_sample_holds_personal_content() -> None:
    content = {"title", "content", "comment", "email", "name", "first_name", "last_name", "user_id", "user_hash"}
    catalog = load_catalog(load_config())
    assert not {
        name: found
        for name, one in declared.audits(catalog).items()
        if (found := content & set(declared.find_key(one)))
    }


def test_pairs_agree_within_their_tolerance_and_what_is_missing_is_zero() -> None:
    pair = Relation("p", "audit", "", {"key": ["day"], "tolerance": 0.1, "slack": 2}, "")
    left = audit_results.folded([(("mon",), (Decimal(50),)), (("mon",), (Decimal(50),)), (("tue",), (Decimal(2),))])
    assert audit_results.unequal_keys(pair, left, {("mon",): (Decimal(90),)}) == (0, "")
    assert audit_results.unequal_keys(pair, left, {("mon",): (Decimal(89),)}) == (1, "mon: 100 / 89")
    assert audit_results.unequal_keys(pair, {}, {("wed",): (Decimal(3),)}) == (1, "wed: 0 / 3")


@pytest.mark.prometheus
def test_questions_agree_with_what_prometheus_counted_within_a_tolerance(
    new_site: Callable[..., Site], tmp_path: Path
) -> None:
    site = new_site()
    promtool, binary = (servers.find(name, Path(".cache/prometheus")) for name in ("promtool", "prometheus"))
    assert promtool and binary
    asked = site.execute(
        "select sum(messages)::int from gendash.message_hour where role = 'user' "
        "and hour >= '2026-11-18 15:00+00' and hour < '2026-11-19 15:00+00'"
    )[0][0]
    assert asked > 60
    times = range(int(NOW.timestamp()) - 26 * 3600, int(NOW.timestamp()) + 1, 60)
    lines = []
    for name, share in (("agent_queries_total", 0.95), ("lossy_total", 0.8), ("foreign_total", 1.0)):
        job = "other" if name == "foreign_total" else "ai-agent-api"
        lines.append(f"# TYPE {name.removesuffix('_total')} counter")
        lines += [f'{name}{{job="{job}"}} {share * asked * (at - times[0]) / 86400} {at}' for at in times]
    text = tmp_path / "samples.om"
    text.write_text("\n".join([*lines, "# EOF", ""]), "utf-8")
    with servers.making_blocks(promtool, [text], tmp_path / "prometheus" / "data") as wait:
        wait()
    with servers.prometheus(binary, tmp_path / "prometheus", None, retention="20y") as url:
        for metric, state in (("agent_queries_total", "passed"), ("lossy_total", "found"), ("foreign_total", "failed")):
            values = {**site.catalog.config.values, "prometheus_url": url, "metrics.agent_queries": metric}
            mapped = replace(site.catalog, config=replace(site.catalog.config, values=values))
            (result,) = replace(site, catalog=mapped).run("turns_counted").values()
            assert result.state == state, (metric, result)
            if state == "found":
                assert result.sample.startswith(f"{asked} / ")


@pytest.mark.prometheus
def test_a_metric_in_its_first_hour_is_not_compared_yet(
    new_site: Callable[..., Site], tmp_path: Path, start_prometheus: Callable[[str, str], str]
) -> None:
    begun = int(NOW.timestamp())
    job = new_site().catalog.config["prometheus.job"]
    samples = "\n".join(f'agent_queries_total{{job="{job}"}} {n} {begun + 60 + n * 15}' for n in range(60))
    url = start_prometheus(f"# TYPE agent_queries counter\n{samples}\n", "groups: []\n")
    site = new_site(GENDASH_PROMETHEUS_URL=url)
    (early,) = audit(site.catalog, only=["turns_counted"], at=NOW + timedelta(minutes=15))
    assert early.state == "not due"
    assert site.execute("select count(*) from gendash._audit where name = 'turns_counted'") == [(0,)]
    (later,) = audit(site.catalog, only=["turns_counted"], at=NOW + timedelta(days=3))
    assert later.state == "failed", "a metric that stopped is not a young one"


@pytest.mark.prometheus
def test_targets_that_two_replicas_scrape_are_a_share(
    new_site: Callable[..., Site], start_prometheus: Callable[[str, str], str]
) -> None:
    job, at = new_site().catalog.config["prometheus.job"], int(NOW.timestamp())

    def found(replicas: int) -> tuple[str, int | None, str]:
        lines = [
            f'up{{job="{job}",instance="{one}",replica="{replica}"}} 1 {at - second}'
            for one in ("a", "b")
            for replica in range(replicas if one == "a" else 1)
            for second in range(7200, -3600, -15)
        ]
        url = start_prometheus("# TYPE up gauge\n" + "\n".join(lines) + "\n", "groups: []\n")
        (one,) = audit(new_site(GENDASH_PROMETHEUS_URL=url).catalog, only=["target_repeated"], at=NOW)
        return one.state, one.found, one.sample

    assert found(1) == ("passed", 0, "0.0% of 2")
    assert found(2) == ("found", 1, "33.3% of 3")


def test_the_commands_run_audits_and_tell_by_their_exit_code(new_site: Callable[..., Site], tmp_path: Path) -> None:
    site, file = new_site(), tmp_path / "gendash.yaml"
    file.write_text("features: {users: false, conversations: false, documents: false}\n", "utf-8")  # quick
    env = {"GENDASH_DATABASE_URL": site.catalog.config["database_url"], "GENDASH_SOURCE_URL": None}
    migrated = CliRunner().invoke(cli, ["--config", str(file), "db", "migrate"], env=env)
    assert migrated.exit_code == 0, migrated.output
    at = ["--at", "2026-11-19T15:00"]
    done = CliRunner().invoke(cli, ["--config", str(file), "db", "refresh", *at], env=env)
    assert done.exit_code == 0, done.output
    assert {"rating_stray", "rating_range"} <= {name for (name,) in site.execute("select name from gendash._audit")}
    relations, _, checks = done.stdout.partition("\naudits\n")
    assert re.match(r"relations\n  \w+ +refreshed ", relations) and " off  " not in relations, done.stdout
    assert re.search(r"\n  in all: .*\d+ refreshed", relations), done.stdout
    assert "  rating_range         passed\n" in checks and " not available  " not in checks, done.stdout
    assert re.search(r"\n  in all: .*\d+ passed", checks), done.stdout
    audit = ["--config", str(file), "db", "audit", *at, "--json", "--only"]
    passed = CliRunner().invoke(cli, [*audit, "rating_range"], env=env)
    assert (passed.exit_code, json.loads(passed.stdout)[0]["state"]) == (0, "passed")
    site.execute(
        "update gendash.rating_entity set rating = 9 where feedback_id = (select min(feedback_id) from gendash.rating_entity)"
    )
    found = CliRunner().invoke(cli, [*audit, "rating_range"], env=env)
    assert (found.exit_code, json.loads(found.stdout)[0]["found"]) == (1, 1)
    soon = ["--config", str(file), "db", "refresh", "--at", "2026-11-19T15:00:20"]
    assert CliRunner().invoke(cli, soon, env=env).exit_code == 0
    site.execute("alter table feedback rename column rating to stars")
    changed = CliRunner().invoke(cli, soon, env=env)
    assert changed.exit_code == 1, "nothing is due, and it will fail when it is"
    assert "public.feedback.rating: the platform has no such column" in changed.output

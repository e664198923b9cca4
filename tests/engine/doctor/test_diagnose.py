"""The doctor on a real PostgreSQL and a real Prometheus: what it says is missing, and that its changes light it up."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest

from gendash.commands.doctor import examine
from gendash.demo import load, servers
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.platform import generate
from gendash.demo.postgres import Server
from gendash.engine.config.edit import with_values
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.doctor.report import DoctorReport, as_text, changes, report_as_dict
from gendash.engine.render.rules import render_rules
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.run import verify
from gendash.langfuse_bridge.sync import sync

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
LABELS: dict[str, list[str]] = {"handler": ["/api/v1/formzed-chat"], "status": ["200"], "method": ["POST"]}
DEFINED = """
# TYPE agent_queries_total counter
# TYPE agent_response_duration_seconds histogram
# TYPE cache_hits_total counter
cache_hits_total 0.0
# TYPE db_connections_active gauge
db_connections_active 0.0
# TYPE kb_search_duration_seconds histogram
kb_search_duration_seconds_bucket{le="+Inf"} 0.0
kb_search_duration_seconds_count 0.0
kb_search_duration_seconds_sum 0.0
"""


@dataclass
class App:
    """A platform's process: it exposes ``text``, and what a copy of the doctor's lines has recorded since."""

    text: str = DEFINED
    metrics: dict[str, tuple[str, list[str], list[float]]] = field(default_factory=dict)
    scrapes: int = 0

    def exposition(self) -> str:
        self.scrapes += 1
        lines = []
        for name, (kind, labels, bounds) in self.metrics.items():
            own = [f'{label}="{LABELS.get(label, ["x"])[0]}"' for label in labels]
            lines.append(f"# TYPE {name} {kind}")
            if kind == "histogram":
                ends = [",".join([*own, f'le="{le}"']) for le in (*bounds, "+Inf")]
                lines += [f"{name}_bucket{{{end}}} {self.scrapes}" for end in ends]
                lines += [f"{name}_{part}{{{','.join(own)}}} {self.scrapes}" for part in ("count", "sum")]
            else:
                lines.append(f"{name}{{{','.join(own)}}} {self.scrapes if kind == 'counter' else 7}")
        return "\n".join([self.text, *lines, ""])


class Anything(dict[str, Any]):
    """The names that an application has at hand: texts for labels, numbers for amounts."""

    def __missing__(self, name: str) -> Any:
        if name in ("__builtins__",):
            raise KeyError(name)
        return 1


def prometheus_client(app: App) -> ModuleType:
    """A stand-in for the library that notes what is defined with it and then really recorded."""
    module = ModuleType("prometheus_client")

    def kind_of(kind: str) -> type:
        class Metric:
            def __init__(
                self, name: str, doc: str, labels: tuple[str, ...] = (), buckets: tuple[float, ...] = ()
            ) -> None:
                assert doc
                self.entry = (name, (kind, list(labels), list(buckets)))

            def labels(self, *values: object) -> Any:
                assert len(values) == len(self.entry[1][1])
                return self

            def inc(self, _amount: float = 1) -> None:
                assert kind == "counter"
                app.metrics |= [self.entry]

            def observe(self, _amount: float) -> None:
                assert kind == "histogram"
                app.metrics |= [self.entry]

            def set(self, _amount: float) -> None:
                assert kind == "gauge"
                app.metrics |= [self.entry]

        return Metric

    for name in ("Counter", "Gauge", "Histogram"):
        setattr(module, name, kind_of(name.lower()))
    contract = load_catalog(load_config()).metrics.values()
    own = {one["name"]: (one["type"], [], []) for one in contract if one.get("feature") == "process_metrics"}
    vars(module)["ProcessCollector"] = lambda **_: app.metrics.update(own)
    return module


@dataclass
class Site:
    """A platform, its servers, and the settings of an installation that has just begun."""

    admin: str
    app: App
    prometheus: str
    rules: Path
    environ: dict[str, str]
    stack: ExitStack
    text: str = "time_zone: Europe/Berlin\n"

    def catalog(self) -> Catalog:
        return load_catalog(load_config(self.text, environ=self.environ))

    def report(self) -> DoctorReport:
        return examine(self.catalog(), datetime.now(UTC))

    def scraped(self, series: str) -> None:
        servers.wait_for_sample(self.prometheus, series, datetime.now(UTC).timestamp() - 1)


@pytest.fixture(scope="module")
def app() -> Iterator[tuple[App, str]]:
    one = App()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(one.exposition().encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield one, f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site(postgres: Server, app: tuple[App, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The reference platform as it really is: no tickets, no metadata of conversations, no intents, nothing recorded."""
    folder = tmp_path_factory.mktemp("doctor")
    name = "doctor"
    load.create_database(postgres.url(), name)
    load.load(postgres.url(name), generate(5, NOW, 0.05))
    with psycopg.connect(postgres.url(name), autocommit=True) as admin:
        admin.execute("drop table ticket_status_history; drop table tickets; update messages set metadata = null")
        admin.execute("create role site_owner login password 'o'; create schema gendash authorization site_owner")
        admin.execute("grant temporary on database doctor to site_owner")
        admin.execute("grant select on users, conversations, messages, feedback, documents to site_owner")
    rules = folder / "rules"
    rules.mkdir()
    binary = servers.find("prometheus", Path(".cache/prometheus"))
    assert binary
    scraped = [servers.Scraped("ai-agent-api", "api-1:8000", app[1])]
    with (
        servers.prometheus(binary, folder / "prometheus", rules, scraped, intervals=("1s", "1s")) as url,
        LangfuseDouble([], [], project_id="p", public_key="pk", secret_key="sk") as double,
        ExitStack() as stack,
    ):
        environ = {
            "GENDASH_DATABASE_URL": postgres.url(name).replace("//postgres:", "//site_owner:"),
            "GENDASH_ADMIN_DATABASE_URL": postgres.url(name),
            "GENDASH_PROMETHEUS_URL": url,
            "GENDASH_READER_PASSWORD": "r",
            "GENDASH_ADMIN_READER_PASSWORD": "a",
            "LANGFUSE_BASE_URL": double.url,
            "LANGFUSE_PUBLIC_KEY": "pk",
            "LANGFUSE_SECRET_KEY": "sk",
        }
        head, _, tail = environ["GENDASH_DATABASE_URL"].partition("site_owner:")
        environ["GENDASH_DATABASE_URL"] = f"{head}site_owner:o@{tail.partition('@')[2]}"
        yield Site(postgres.url(name), app[0], url, rules, environ, stack)
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("drop database doctor with (force)")
        for role in ("site_owner", "gendash_reader", "gendash_admin_reader"):
            admin.execute(f"drop role if exists {role}")


pytestmark = [pytest.mark.postgres, pytest.mark.prometheus]


def wrong(report: DoctorReport, feature: str) -> dict[str, str]:
    (found,) = [one for one in report.features if one.name == feature]
    return {part.name: part.why for part in found.parts if part.why}


def states(report: DoctorReport) -> dict[str, str]:
    return {one.name: one.state for one in report.features}


def test_it_says_exactly_what_the_reference_platform_lacks(site: Site) -> None:
    site.scraped('up{job="ai-agent-api"} == 1')  # what an application exposes is known once a scrape of it went well
    report = site.report()
    assert [one.state for one in report.servers] == ["ok", "ok", "ok", "ok", "not configured", "not configured"]
    found = states(report)
    there = {name for name, state in found.items() if state == "there"}
    assert there == {"users", "conversations", "feedback", "documents"}
    assert {state for name, state in found.items() if name not in there} == {"absent"}
    assert wrong(report, "tickets") == {"table public.tickets": "does not exist"}
    assert wrong(report, "ticket_history") == {"table public.ticket_status_history": "does not exist"}
    assert wrong(report, "conversations") == {"column public.conversations.metadata": "does not exist"}
    assert wrong(report, "intent") == {
        "column public.conversations.metadata": "does not exist",
        "rows of message_intents": "there are none: Messages with an intent, that is the agent's classification of the question",
        "rows of rated_intents": "there are none: Ratings of answers with an intent",
    }
    assert wrong(report, "langfuse") == {"LLM calls": "none in the last 30 days: nothing is traced"}
    never, unknown = "is defined and never recorded", "is not exposed"
    assert wrong(report, "agent_metrics") == {
        "agent_queries_total": never, "agent_response_duration_seconds": never,
        "agent_tokens_used_total": unknown, "agent_tool_calls_total": unknown,
    }  # fmt: skip
    assert wrong(report, "cache_metrics")["cache_hits_total"] == never
    assert wrong(report, "db_metrics")["db_connections_active"] == never
    assert wrong(report, "kb_metrics")["kb_search_duration_seconds"] == never
    dark = {f"{one.dashboard}/{one.slug}": one.lacks for one in report.panels if one.state == "dark"}
    assert dark["support-tickets/reopened"] == ("tickets", "ticket_history")
    assert dark["agent-performance/intents"] == ("intent",)
    assert "overview/users" not in dark
    assert report.failed  # http_metrics is on in vain


def test_after_its_changes_every_panel_is_lit(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    report = site.report()
    told = changes(report.features)
    with psycopg.connect(site.admin, autocommit=True) as admin:
        for fix in (fix for _, fixes in told for fix in fixes if fix.kind == "sql"):
            admin.execute(fix.text.encode())
    monkeypatch.setitem(sys.modules, "prometheus_client", prometheus_client(site.app))
    for name, fixes in told:
        for fix in fixes:
            if fix.kind == "app" and "prometheus_client" in fix.text:
                exec(fix.text, {}, Anything())
            elif fix.kind == "app":
                assert name in ("conversations", "tickets", "ticket_history", "intent", "langfuse", "http_metrics", "redis", "store_metrics"), name  # fmt: skip
    write_rows(site.admin)
    catalog = site.catalog()
    others = {key: one for key, one in catalog.metrics.items() if one.get("feature") in ("http_metrics", "redis", "store_metrics") or key == "metrics_written"}  # fmt: skip
    for one in others.values():  # what libraries and exporters expose
        site.app.metrics[one["name"]] = (one["type"].replace("summary", "histogram"), list(one["labels"]), one.get("buckets", []))  # fmt: skip
    site.app.text = ""
    trace(site)
    site.scraped("gendash_metrics_written_timestamp_seconds")

    report = site.report()
    assert {name: state for name, state in states(report).items() if state != "there"} == {}
    assert {one.state for one in report.panels} <= {"lit", "waits", "dark"}
    wanted = {one.name: one.wanted for one in report.features if one.wanted != one.on}
    assert set(wanted) == {name for name, default, _ in FEATURES if not default}
    site.text = with_values(site.text, ["features"], wanted)
    report = site.report()
    assert [
        f"{one.dashboard}/{one.slug}: {one.lacks}" for one in report.panels if one.state not in ("lit", "dark")
    ] == []
    lacks = {lack for one in report.panels for lack in one.lacks}
    assert all(lack.startswith(("python_", "prometheus_")) for lack in lacks), lacks  # its own exposition
    verified(site)


def write_rows(url: str) -> None:
    """What the application writes once it does as it was told."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "insert into tickets (title, status, priority, created_by, assigned_to, category, created_at, "
            "first_response_at, resolved_at, sla_due_at) "
            "select 't', case when n % 2 = 0 then 'open' else 'resolved' end, 'high', id, id, 'billing', at, "
            "at + interval '1 hour', case when n % 2 = 1 then at + interval '5 hours' end, at + interval '1 day' "
            "from (select id, n, now() - n * interval '7 hours' as at from users, generate_series(1, 60) n "
            "where id = (select min(id::text)::uuid from users)) as made"
        )
        admin.execute(
            "insert into ticket_status_history (ticket_id, from_status, to_status, changed_at) "
            "select id, 'open', 'resolved', resolved_at from tickets where resolved_at is not null"
        )
        admin.execute('update conversations set metadata = \'{"intent": "kb_search"}\'')


def trace(site: Site) -> None:
    """One turn of each day in Langfuse."""
    platform = generate(5, datetime.now(UTC), 0.05)
    double = LangfuseDouble(platform.observations, platform.scores, project_id="p", public_key="pk", secret_key="sk")
    site.stack.enter_context(double)
    site.environ["LANGFUSE_BASE_URL"] = double.url


def verified(site: Site) -> None:
    """No panel of a feature that was missing is 'not available' or lacks a table, a column or a metric."""
    catalog = site.catalog()
    for path, content in render_rules(catalog).items():
        (site.rules / Path(path).name).write_bytes(content)
    import requests

    assert requests.post(f"{site.prometheus}/-/reload", timeout=10).ok
    migrate(catalog.config, catalog)
    sync(catalog.config, now=datetime.now(UTC))
    assert [result.error for result in refresh(catalog.config, catalog) if result.error] == []
    site.scraped("job:agent_queries:rate5m")
    verdicts = verify(catalog.config, catalog)
    assert [str(one) for one in verdicts if one.status == "not_available"] == []
    bad = [one for one in verdicts if one.status in ("missing", "error") and not any(n in one.why for n in ("process_", "python_", "prometheus_"))]  # fmt: skip
    assert [f"{one.dashboard}/{one.panel}: {one.status} {one.why}" for one in bad] == []
    lit = {(one.dashboard, one.panel) for one in verdicts if one.status == "ok"}
    for panel in [("support-tickets", "open"), ("support-tickets", "reopened"), ("agent-performance", "intents"),
                  ("cost-usage", "cost_24h"), ("system-health", "cache_hit")]:  # fmt: skip
        assert panel in lit, [(one.status, one.why) for one in verdicts if (one.dashboard, one.panel) == panel]


def test_the_sql_that_it_prints_about_roles_leaves_exactly_the_least_rights(site: Site) -> None:
    catalog = site.catalog()
    migrate(catalog.config, catalog)
    with psycopg.connect(site.admin, autocommit=True) as admin:
        admin.execute("grant select on users to gendash_reader; grant insert, delete on messages to site_owner")
        admin.execute("create function public.f() returns int language sql as 'select 1'")
    before = site.report().notes
    told = {(note.role, note.kind, note.what) for note in before}
    assert ("gendash_reader", "more", "SELECT on public.users") in told
    assert ("site_owner", "more", "INSERT, DELETE on public.messages") in told
    assert ("PUBLIC", "more", "EXECUTE on 1 function of schema public, if nobody else needs it") in told
    assert ("PUBLIC", "more", "TEMPORARY on database doctor, if nobody else needs it") in told
    assert any("hashed_password" in what for _, _, what in told)
    with psycopg.connect(site.admin, autocommit=True) as admin:
        for note in before:
            admin.execute(note.sql.encode())
    assert site.report().notes == []
    assert [result.error for result in refresh(catalog.config, catalog, full=True) if result.error] == []
    with psycopg.connect(site.admin, autocommit=True) as admin:
        admin.execute("drop function public.f()")


def test_rights_are_judged_for_the_features_that_were_found(site: Site) -> None:
    off = replace(site, text="features: {documents: false}\n")
    report = off.report()
    assert "public.documents" in report.reads  # it is there, so that it will be read
    assert not any(
        "documents" in note.what for note in report.notes if note.kind == "more" and "id" in note.what.split()
    )


def test_a_server_that_is_away_is_one_line_and_nothing_of_it_counts_as_there(site: Site) -> None:
    away = replace(site, environ={**site.environ, "GENDASH_PROMETHEUS_URL": "http://u:hunter2@127.0.0.1:9",
                                  "GENDASH_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:9/d",
                                  "LANGFUSE_BASE_URL": "http://127.0.0.1:9"})  # fmt: skip
    report = away.report()
    assert {one.name for one in report.servers if one.state == "failed"} == {
        "source",
        "store",
        "prometheus",
        "langfuse",
    }
    assert report.failed
    assert set(states(report).values()) == {"unknown"}
    assert all(one.wanted == one.on for one in report.features)
    assert "hunter2" not in as_text(report) + str(report_as_dict(report))
    assert all(len(one.line.splitlines()) == 1 for one in report.servers)


def test_a_hidden_column_is_told_with_its_grant_and_switches_nothing_off(site: Site) -> None:
    with psycopg.connect(site.admin, autocommit=True) as admin:
        admin.execute(
            "revoke select on documents from site_owner; grant select (id, created_at) on documents to site_owner"
        )
    report = site.report()
    (documents,) = [one for one in report.features if one.name == "documents"]
    assert (documents.state, documents.wanted) == ("partly", True)
    with psycopg.connect(site.admin, autocommit=True) as admin:
        hidden = [one for one in documents.parts if "failure_reason" not in one.name]  # which this platform lacks
        assert len(hidden) < len(documents.parts) and all(one.optional for one in documents.parts if one not in hidden)
        for part in hidden:
            for fix in part.fixes:
                assert fix.kind == "sql"
                admin.execute(fix.text.encode())
    assert states(site.report())["documents"] == "there"


def test_a_renamed_column_is_told_with_the_setting_that_maps_it(site: Site) -> None:
    with psycopg.connect(site.admin, autocommit=True) as admin:
        admin.execute("alter table users rename column role to roles")
        report = site.report()
        admin.execute("alter table users rename column roles to role")
    (users,) = [one for one in report.features if one.name == "users"]
    (fix,) = [fix for part in users.parts for fix in part.fixes]
    assert (fix.kind, fix.text.partition(":")[0]) == ("setting", "platform.columns.users.role")
    assert "did you mean 'roles'" in fix.text

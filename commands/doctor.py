"""doctor: what the platform has of what the dashboards need, and the change that would light up the rest."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gendash.commands._common import DONE, PROBLEMS, Settings, json_option, say

if TYPE_CHECKING:
    from gendash.engine.config.load import Config
    from gendash.engine.definitions.catalog import Catalog
    from gendash.engine.doctor.diagnose import Feature
    from gendash.engine.doctor.report import AuditSeen, DoctorReport, ServerReport
    from gendash.engine.doctor.rights import Noted, RoleSeen
    from gendash.engine.doctor.seen import Look


@click.command()
@click.option("--write", is_flag=True, help="Set the features in gendash.yaml to what was found.")
@click.option("--full", is_flag=True, help="Everything: features, panels, changes, audits, privileges.")
@click.option("--sql", "as_sql", is_flag=True, help="Only the missing GRANTs, as SQL for a DBA.")
@click.option("--instrumentation", is_flag=True, help="Also what the platform could record: tables, columns, code.")
@json_option
@click.pass_obj
def doctor(settings: Settings, write: bool, full: bool, as_sql: bool, instrumentation: bool, as_json: bool) -> None:
    """What is there, what is missing, and the next step, on one screen.

    Looks at database, Prometheus, Langfuse and Grafana as far as they are configured, and changes none of them.
    Exit 1 when one does not answer, a feature is on without its source, or a role lacks a right.
    """
    from gendash.engine.doctor import report as doctor_report
    from gendash.engine.doctor.summary import as_summary, missing_grants

    catalog = settings.checked()
    report = examine(catalog, datetime.now(UTC))
    changed: dict[str, bool] = {}
    if write:
        changed = _write(settings, report.features)
        report = examine(settings.checked(), datetime.now(UTC)) if changed else report
    if as_json:
        click.echo(json.dumps(doctor_report.report_as_dict(report) | {"written": changed}, indent=2))
    elif as_sql:
        click.echo(missing_grants(report))
    elif full or instrumentation:
        click.echo(doctor_report.as_text(report, alter=instrumentation))
    else:
        click.echo(as_summary(report))
    if write:
        where = settings.path or "gendash.yaml"
        for name, on in changed.items():
            say(f"{where}: features.{name}: {str(on).lower()}")
        say("" if changed else f"{where}: nothing to change")
    sys.exit(PROBLEMS if report.failed else DONE)


@dataclass
class _Seen:
    """The answers of the servers so far."""

    look: Look
    servers: list[ServerReport] = field(default_factory=list)
    reader_of_source: RoleSeen | None = None
    notes: list[Noted] = field(default_factory=list)
    audits: list[AuditSeen] = field(default_factory=list)

    @contextmanager
    def asking(self, name: str, missing: str = "") -> Iterator[Callable[[str], None]]:
        """Asks a server, unless ``missing`` says what is not set; its failure becomes a line."""
        from gendash.engine.doctor.report import ServerReport
        from gendash.engine.errors import GendashError

        try:
            yield lambda line: self.servers.append(ServerReport(name, "ok", line))
        except GendashError as error:
            self.servers = [one for one in self.servers if one.name != name]
            failed = ServerReport(name, "failed", "; ".join(str(one) for one in error.problems))
            self.servers.append(ServerReport(name, "not configured", missing) if missing else failed)


def examine(catalog: Catalog, now: datetime) -> DoctorReport:
    """The whole report. A server that does not answer is a line of it; nothing that it holds counts as there."""
    from gendash.engine.definitions.load import instrumentation
    from gendash.engine.doctor import diagnose as judge
    from gendash.engine.doctor.report import DoctorReport, ServerReport
    from gendash.engine.doctor.seen import Look
    from gendash.engine.doctor.summary import next_step

    seen = _Seen(Look())
    for name, server, ask in (
        ("source", "platform", _source),
        ("store", "store", _store),
        ("prometheus", "prometheus", partial(_prometheus, now=now)),
        ("langfuse", "langfuse", partial(_langfuse, now=now)),
        ("grafana", "grafana", _grafana),
    ):
        none = catalog.config.none(server)
        if none:
            seen.servers.append(ServerReport(name, "none", none))
        else:
            ask(catalog, seen)
    seen.servers.append(_alerts(catalog))
    found = judge.features(catalog, seen.look, instrumentation())
    panels = judge.panels(catalog, seen.look, found)
    reads, notes = _source_rights(judge.proposed(catalog, found), seen)
    report = DoctorReport(
        catalog.config["schema"],
        seen.servers,
        found,
        panels,
        reads,
        list(dict.fromkeys(notes + seen.notes)),
        seen.audits,
    )
    return replace(report, next_step=next_step(report))


def _source_rights(catalog: Catalog, seen: _Seen) -> tuple[dict[str, list[str]], list[Noted]]:
    """Checks the rights of the source's role for the features as found: those missing, and those not needed."""
    from gendash.engine.definitions.platform_names import split_name
    from gendash.engine.doctor import rights

    role, columns = seen.reader_of_source, seen.look.columns or frozenset()
    if role is None:
        return {}, []
    reads: dict[str, list[str]] = {}
    for table, column in sorted(rights.columns_to_grant(catalog, columns, role.plain)):
        reads.setdefault(".".join(split_name(catalog.config, table)), []).append(column)
    return reads, rights.source_notes(catalog, role, columns)


def _source(catalog: Catalog, seen: _Seen) -> None:
    from gendash.engine.clients.postgres import connect, source
    from gendash.engine.definitions.platform_names import platform_schemas
    from gendash.engine.doctor.look_database import platform_look
    from gendash.engine.doctor.role_privileges import role_seen

    config = catalog.config
    unset = "" if config["source_url"] or config["database_url"] else "set GENDASH_SOURCE_URL or GENDASH_DATABASE_URL"
    schemas = sorted(platform_schemas(config, catalog.names.stagings.values()))
    with seen.asking("source", unset) as ok:
        place = source(config)
        with connect(place, read_only=True, application="gendash doctor") as connection:
            seen.look = platform_look(connection, catalog)
            stagings = catalog.names.stagings.values()
            selects = {one.name for staging in stagings for one in staging.adapter.values()}
            tables = {table for table, _ in seen.look.columns or ()} - selects
            seen.reader_of_source = role_seen(connection, seen.look.role, schemas, config)
        named = " and ".join(schemas)
        ok(f"{place.where.removeprefix('source ')}: {len(tables)} tables in schema {named}")


def _store(catalog: Catalog, seen: _Seen) -> None:
    from gendash.engine.clients.postgres import connect, source, store
    from gendash.engine.doctor import rights
    from gendash.engine.doctor.look_database import last_audits
    from gendash.engine.doctor.report import AuditSeen
    from gendash.engine.doctor.role_privileges import public_seen, role_seen
    from gendash.engine.store.passwords import rejected_passwords
    from gendash.engine.store.privileges import held_privileges
    from gendash.engine.store.roles import observe_roles

    config = catalog.config
    schemas = [config["schema"], config["platform.schema"]]
    with seen.asking("store", "" if config["database_url"] else "set GENDASH_DATABASE_URL") as ok:
        place = store(config)
        with connect(place, read_only=True, application="gendash doctor") as connection:
            row = connection.execute("select current_user").fetchone()
            assert row
            owner = role_seen(connection, row[0], schemas)
            readers = {
                audience: role_seen(connection, role, schemas) for audience, role in rights.role_of(catalog).items()
            }
            database, held, functions = public_seen(connection)
            held_in_schema = held_privileges(connection, catalog)
            surroundings = observe_roles(connection, config, row[0])
            seen.audits = [AuditSeen(*one) for one in last_audits(connection, catalog)]
        seen.notes += rights.owner_notes(catalog, owner, database)
        for audience, reader in readers.items():
            seen.notes += rights.reader_notes(catalog, reader, audience)
        seen.notes += rights.limit_notes(surroundings, config, rejected_passwords(config))
        seen.notes += rights.privilege_notes(catalog, held_in_schema)
        alone = not config.has("platform") or source(config).url != place.url
        seen.notes += rights.public_notes(database, row[0], held, functions, alone)
        ok(place.where.removeprefix("store "))


def _prometheus(catalog: Catalog, seen: _Seen, now: datetime) -> None:
    from gendash.engine.clients.prometheus import loaded_rules, prometheus
    from gendash.engine.doctor.look_prometheus import exposed, recorded
    from gendash.engine.doctor.report import ServerReport
    from gendash.engine.render.rules import live_rules

    with seen.asking("prometheus") as ok, prometheus(catalog.config) as call:
        rules = [rule.name for rule in live_rules(catalog)]
        metrics = recorded(call, catalog, catalog.metrics, now)
        found = exposed(call, catalog, [key for key, why in metrics.items() if not why], now)
        seen.look = replace(seen.look, metrics=metrics, exposed=found)
        loaded: int | str = "an unknown number"
        with seen.asking("rules"):  # vmalert or a ruler may be down while queries are answered
            known = loaded_rules(call)
            loaded = sum(name in known for name in rules)
        there = sum(not why for why in metrics.values())
        job = catalog.config["prometheus.job"]
        todo = (
            ""
            if loaded in (len(rules), "an unknown number")
            else "; give it prometheus/rules/ of `gendash build`, or use `gendash apply`"
        )
        if found.jobs and job not in found.jobs:
            todo += f"; no target has the job '{job}': set prometheus.job to one of {', '.join(sorted(found.jobs))}"
        ok(f"{there} of {len(metrics)} metrics recorded, {loaded} of {len(rules)} rules loaded{todo}")
        if found.doubled:
            more = f" ({len(found.doubled)} metrics in all)" if len(found.doubled) > 1 else ""
            seen.servers.append(ServerReport("targets", "failed", f"{found.doubled[0]}{more}"))


def _langfuse(catalog: Catalog, seen: _Seen, now: datetime) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from gendash.langfuse_bridge.projects import each_project

    projects = each_project(catalog.config)
    first = projects[0]
    names = [f"LANGFUSE_{key.upper()}" for key in ("public_key", "secret_key") if not first[f"langfuse.{key}"]]
    unset = f"set {' and '.join(names)}" if names else ""
    found = [f"Langfuse is not configured: {unset}"] if unset else []
    with ThreadPoolExecutor(len(projects)) as pool:  # one that does not answer keeps none of the others
        looks = {one["langfuse.project"]: pool.submit(_calls, one, now) for one in projects}
    for name, look in looks.items():
        main = name == first["langfuse.project"]
        with seen.asking("langfuse" if main else f"langfuse {name}", unset if main else "") as ok:
            server, why = look.result()
            found.append(why)
            ok(f"{server}: {why or 'LLM calls are there'}")
    if found:
        seen.look = replace(seen.look, traces="" if "" in found else found[0])


def _calls(config: Config, now: datetime) -> tuple[str, str]:
    """Address and version of a project's server, and why there is no LLM call; see `look.calls`."""
    from gendash.langfuse_bridge.any_calls import calls
    from gendash.langfuse_bridge.open_run import open_client

    client = open_client(config)
    client.patience_s, client.tries = 5.0, 2
    try:
        server, why = calls(client, now)
    finally:
        client.close()
    return f"{client.where.removeprefix('Langfuse at ')}, {server}", why


def _grafana(catalog: Catalog, seen: _Seen) -> None:
    from gendash.engine.clients.grafana import server_capabilities
    from gendash.engine.doctor.rights import token_notes
    from gendash.engine.errors import Denied
    from gendash.engine.model import Problem

    config = catalog.config
    unset = "" if config["grafana_token"] or "@" in config["grafana_url"] else "set GENDASH_GRAFANA_TOKEN"
    with seen.asking("grafana", unset) as ok:
        if unset:
            raise Denied(Problem("grafana", "not configured", unset))
        version, allowed, sources = server_capabilities(config)
        uids = [config[f"datasources.{name}.uid"] for name in ("database", "admin", "prometheus")]
        lacking = [uid for uid in uids if uid not in sources]
        seen.notes += token_notes(allowed, is_new=bool(lacking))
        note = f"; without data sources {', '.join(lacking)}: `gendash apply` makes them" if lacking else ""
        ok(f"{version}{note}")


def _alerts(catalog: Catalog) -> ServerReport:
    """Whether anybody would be notified; a server that does not answer has a line of its own."""
    from gendash.engine.clients.grafana import session
    from gendash.engine.clients.prometheus import known_alertmanagers, prometheus
    from gendash.engine.deliver.alerting import observe_alerting
    from gendash.engine.doctor.alerts import alert_report
    from gendash.engine.errors import GendashError
    from gendash.engine.render.grafana_alerting import grafana_alerting

    config = catalog.config
    managers, points, wanted = None, None, list[str]()
    with suppress(GendashError):
        if config["alerting.by"] == "grafana":
            wanted = list(grafana_alerting(catalog).contact_points)
            with session(config, time.sleep) as ask:
                there = observe_alerting(ask)
            points = None if there.unreadable else [str(one.get("uid")) for one in there.contact_points]
        elif config["alerting.by"] == "alertmanager" and config.has("prometheus"):
            with prometheus(config) as call:
                managers = known_alertmanagers(call)
    return alert_report(config, managers, points, wanted)


def _write(settings: Settings, features: list[Feature] | object) -> dict[str, bool]:
    """Sets the features in the settings file, at once or not at all; what was changed."""
    from gendash.engine.config.edit import with_values
    from gendash.engine.config.load import load_config
    from gendash.engine.errors import Refused
    from gendash.engine.model import Problem
    from gendash.engine.render.write import write_file

    assert isinstance(features, list)
    wanted = {one.name: one.wanted for one in features if one.wanted != one.on}
    if not wanted:
        return {}
    place = Path(settings.path or "gendash.yaml").resolve()
    if place.exists() and not place.is_file():
        raise Refused(Problem(str(place), "is no regular file, nothing was written", "set the features in it by hand"))
    before = place.read_bytes() if place.exists() else b""
    path = ["environments", settings.env, "features"] if settings.env else ["features"]
    text = with_values(before.decode(), path, wanted, str(settings.path or "gendash.yaml"))
    after = load_config(text, str(place), env_name=settings.env)
    wrong = [name for name, on in wanted.items() if after[f"features.{name}"] != on]
    if wrong or (place.read_bytes() if place.exists() else b"") != before:
        what = f"features.{wrong[0]} also occurs elsewhere in it" if wrong else "was changed meanwhile"
        raise Refused(Problem(str(place), f"{what}, nothing was written", "look at the file, and run it again"))
    write_file(place, text.encode())
    return wanted

"""A world's rows through the whole chain, and the answers that panels get from it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
from asking import questions, transaction
from overview_figures import Table
from overview_worlds import World
from picks import picks
from psycopg import sql
from reader_clock import reader_clock

from gendash.demo import load
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.llm import price_list
from gendash.demo.postgres import Server
from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import Span, expand_macros, timing
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.queries import Question
from gendash.langfuse_bridge.sync import sync

_numbers = count(1)
SETTINGS = """
time_zone: {zone}
roles: {{owner: owner_{number}, reader: reader_{number}, admin_reader: admin_reader_{number}}}
features: {{tickets: true, langfuse: true, agent_metrics: true}}
langfuse: {{since: {since}, metadata: [tenant], breakdown_keys: [tenant]}}
budget: {{monthly_usd: {budget}}}
"""


@dataclass
class Shown:
    """The Overview on a filled store, as the reader role sees it."""

    world: World
    config: Config
    catalog: Catalog
    reader_url: str
    refreshed_at: datetime | None = None
    _questions: dict[datetime, dict[tuple[str, str], list[Question]]] = field(default_factory=dict)

    def refresh(self, at: datetime) -> None:
        """Brings rollups and views to a time; every one of them must succeed."""
        if self.refreshed_at != at:
            failed = [str(result) for result in refresh(self.config, self.catalog, at=at) if result.state == "failed"]
            assert not failed, failed
            self.refreshed_at = at

    def question(self, slug: str, at: datetime, kind: str = "panel") -> list[Question]:
        """The queries of a panel (or variable) in order, as rendered."""
        if at not in self._questions:
            found: dict[tuple[str, str], list[Question]] = {}
            for one in questions(self.catalog, self.catalog.dashboards["overview"], at):
                found.setdefault((one.verdict.kind, one.verdict.panel), []).append(one)
            self._questions[at] = found
        return self._questions[at][kind, slug]

    def ask(
        self,
        question: Question,
        at: datetime,
        environment: str = "",
        session_zone: str = "",
        compare: str = "",
        hours: int = 0,
    ) -> Table:
        """The answer of the store to a query, with its variables put in as Grafana does."""
        board = self.catalog.dashboards["overview"]
        time = question.time
        if hours:
            time = timing(Span.last(f"{hours}h", at), "sql", zone=self.config["time_zone"])
        text = expand_macros("sql", question.text, time, picks(board, {"environment": environment, "compare": compare}))
        zone = session_zone or self.world.server_zone
        with transaction(self.reader_url, zone, reader_clock(self.catalog.config, at)) as connection:
            cursor = connection.execute(text.encode())
            rows = [tuple(map(_in_utc, row)) for row in cursor.fetchall()]
            return Table(tuple(column.name for column in cursor.description or ()), rows)

    def panel(self, slug: str, at: datetime, environment: str = "", number: int = 0, **options: Any) -> Table:
        """The answer to a query of a panel, the first one if no other is meant."""
        return self.ask(self.question(slug, at)[number], at, environment, **options)


def _in_utc(cell: Any) -> Any:
    """A cell; times in UTC, since Python finds no time of a repeated hour equal to one of another zone."""
    return cell.astimezone(UTC) if isinstance(cell, datetime) else cell


@contextmanager
def shown(server: Server, world: World, since: str = "33d") -> Iterator[Shown]:
    """A database with the world's rows, and gendash's store beside them, synced and refreshed at the world's time."""
    number = next(_numbers)
    name, owner = f"numbers_{number}", f"owner_{number}"
    load.create_database(server.url(), name)
    try:
        load.load(server.url(name), world.platform)
        password = secrets.token_urlsafe(9)
        _grant(server, name, owner, password, world.server_zone)
        with LangfuseDouble(world.platform.observations, world.platform.scores, models=price_list()) as double:
            config = load_config(
                SETTINGS.format(zone=world.zone, number=number, since=since, budget=world.budget),
                environ={
                    "GENDASH_DATABASE_URL": server.url(name, owner, password),
                    "GENDASH_ADMIN_DATABASE_URL": server.url(name),
                    "GENDASH_READER_PASSWORD": password,
                    "LANGFUSE_BASE_URL": double.url,
                    "LANGFUSE_PUBLIC_KEY": double.public_key,
                    "LANGFUSE_SECRET_KEY": double.secret_key,
                },
            )
            catalog = load_catalog(config)
            migrate(config, catalog)
            report = sync(config, now=world.now)
            assert report.complete, report
        found = Shown(world, config, catalog, server.url(name, f"reader_{number}", password))
        found.refresh(world.now)
        yield found
    finally:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            for role in (owner, f"reader_{number}", f"admin_reader_{number}"):
                admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


def _grant(server: Server, name: str, owner: str, password: str, zone: str) -> None:
    """The role that reads the platform's tables and may own a schema beside them; its sessions have a time zone."""
    role, secret = sql.Identifier(owner), sql.Literal(password)
    with psycopg.connect(server.url(name), autocommit=True) as admin:
        admin.execute(sql.SQL("create role {} login password {}").format(role, secret))
        admin.execute(sql.SQL("grant select on all tables in schema public to {}").format(role))
        admin.execute(sql.SQL("grant create on database {} to {}").format(sql.Identifier(name), role))
        admin.execute(sql.SQL("alter database {} set timezone to {}").format(sql.Identifier(name), sql.Literal(zone)))

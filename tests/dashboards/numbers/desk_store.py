"""One dashboard on a store that a world's rows went through, with any choice of its variables."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from gendash.engine.config.settings import FEATURES
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
roles: {{owner: desk_owner_{number}, reader: desk_reader_{number}, admin_reader: desk_admin_{number}}}
langfuse: {{since: 33d, metadata: [tenant], breakdown_keys: [tenant]}}
features:
"""
ALL_ON = "".join(f"  {name}: true\n" for name, _, _ in FEATURES)


@dataclass
class Store:
    """A filled store, and a dashboard on it as the reader role of its audience sees it."""

    world: World
    config: Config
    catalog: Catalog
    name: str
    reader_url: str
    configured: Callable[[str], Config]
    """The settings of this store with other features."""

    refreshed_at: datetime | None = None
    _asked: dict[datetime, dict[tuple[str, str], list[Question]]] = field(default_factory=dict)

    def of(self, name: str) -> Store:
        """Another dashboard on the same store, as the role of its audience sees it."""
        roles = ("admin", "reader") if self.catalog.dashboards[name].audience == "admin" else ("reader", "admin")
        url = self.reader_url.replace(f"desk_{roles[1]}_", f"desk_{roles[0]}_")
        return replace(self, name=name, reader_url=url, _asked={})

    def refresh(self, at: datetime) -> None:
        """Brings rollups and views to a time; every one of them must succeed."""
        if self.refreshed_at != at:
            failed = [str(result) for result in refresh(self.config, self.catalog, at=at) if result.state == "failed"]
            assert not failed, failed
            self.refreshed_at = at

    def question(self, slug: str, at: datetime, kind: str = "panel") -> list[Question]:
        """The queries of a panel (or variable) in order, as rendered."""
        if at not in self._asked:
            found: dict[tuple[str, str], list[Question]] = {}
            for one in questions(self.catalog, self.catalog.dashboards[self.name], at):
                found.setdefault((one.verdict.kind, one.verdict.panel), []).append(one)
            self._asked[at] = found
        return self._asked[at][kind, slug]

    def answer(self, question: Question, at: datetime, picked: Mapping[str, str], zone: str = "UTC") -> Table:
        """The answer to a query; ``picked`` are the chosen values of variables, the others are All."""
        text = expand_macros("sql", question.text, question.time, picks(self.catalog.dashboards[self.name], picked))
        with transaction(self.reader_url, zone, reader_clock(self.catalog.config, at)) as connection:
            cursor = connection.execute(text.encode())
            return Table(tuple(column.name for column in cursor.description or ()), cursor.fetchall())

    def figures(
        self, slug: str, at: datetime, zone: str = "UTC", hours: int = 0, number: int = 0, **picked: str
    ) -> Table:
        """The answer to a query of a panel, the first if no number is given; ``hours`` as in `View`."""
        question = self.question(slug, at)[number]
        is_fixed = any(one.window for one in self.catalog.dashboards[self.name].panels() if one.slug == slug)
        if hours and not is_fixed:
            range_ = timing(Span.last(f"{hours}h", at), "sql", zone=self.config["time_zone"])
            question = replace(question, time=range_)
        return without_links(self.answer(question, at, picked, zone))


def without_links(table: Table) -> Table:
    """A table without its columns of addresses, which hold no figure."""
    kept = [n for n, column in enumerate(table.columns) if not column.endswith("link")]
    return Table(tuple(table.columns[n] for n in kept), [tuple(row[n] for n in kept) for row in table.rows])


@contextmanager
def filled(server: Server, world: World, name: str, features: str = ALL_ON, **environ: str) -> Iterator[Store]:
    """A database with the world's rows and gendash's store beside them, all features on, synced and refreshed."""
    number = next(_numbers)
    database, owner = f"desk_{number}", f"desk_owner_{number}"
    load.create_database(server.url(), database)
    try:
        load.load(server.url(database), world.platform)
        password = secrets.token_urlsafe(9)
        _grant(server.url(database), database, owner, password)
        with LangfuseDouble(world.platform.observations, world.platform.scores, models=price_list()) as double:
            secrets_ = {
                "GENDASH_DATABASE_URL": server.url(database, owner, password),
                "GENDASH_ADMIN_DATABASE_URL": server.url(database),
                "GENDASH_READER_PASSWORD": password,
                "GENDASH_ADMIN_READER_PASSWORD": password,
                "LANGFUSE_BASE_URL": double.url,
                "LANGFUSE_PUBLIC_KEY": double.public_key,
                "LANGFUSE_SECRET_KEY": double.secret_key,
            }

            def configured(lines: str) -> Config:
                return load_config(SETTINGS.format(zone=world.zone, number=number) + lines, environ=secrets_ | environ)

            config = configured(features)
            catalog = load_catalog(config)
            migrate(config, catalog)
            report = sync(config, now=world.now)
            assert report.complete, report
        audience = "admin" if catalog.dashboards[name].audience == "admin" else "reader"
        role = f"desk_{audience}_{number}"
        found = Store(world, config, catalog, name, server.url(database, role, password), configured)
        found.refresh(world.now)
        yield found
    finally:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database)))
            for role in (owner, f"desk_reader_{number}", f"desk_admin_{number}"):
                admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


def _grant(url: str, database: str, owner: str, password: str) -> None:
    """The role that reads the platform's tables and may own a schema beside them, and nothing else."""
    role, secret = sql.Identifier(owner), sql.Literal(password)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("create role {} login password {}").format(role, secret))
        admin.execute(sql.SQL("grant select on all tables in schema public to {}").format(role))
        admin.execute(sql.SQL("grant create on database {} to {}").format(sql.Identifier(database), role))


def same(shown: Any, wanted: Any) -> bool:
    """Whether two figures are equal: counts exactly; shares and times within 1e-9."""
    if isinstance(shown, bool | str) or shown is None or wanted is None or isinstance(shown, datetime):
        return bool(shown == wanted)
    return abs(float(shown) - float(wanted)) <= 1e-9 * max(1.0, abs(float(wanted)))


def check(found: Table, wanted: Table) -> None:
    """Fails with the first rows that differ."""
    assert found.columns == wanted.columns
    pairs = zip(found.rows, wanted.rows, strict=False)
    differing = [(f, w) for f, w in pairs if len(f) != len(w) or not all(map(same, f, w))]
    assert not differing, "\n".join(f"shown  {f}\nwanted {w}" for f, w in differing[:5])
    assert len(found.rows) == len(wanted.rows)

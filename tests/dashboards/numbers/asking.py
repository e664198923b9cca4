"""What number tests ask, and of whom: a dashboard is rendered once, and a database is connected to once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Dashboard
from gendash.engine.render.dashboards import render_dashboard
from gendash.engine.verify.queries import Question, dashboard_queries

_rendered: dict[tuple[int, str, str], tuple[Catalog, dict[str, Any]]] = {}
_open: dict[str, psycopg.Connection[Any]] = {}


def questions(catalog: Catalog, dashboard: Dashboard, at: datetime, only: Sequence[str] = ()) -> list[Question]:
    """The queries of a dashboard at a time, as `dashboard_queries` gives them."""
    key = id(catalog), dashboard.name, dashboard.range
    if key not in _rendered or _rendered[key][0] is not catalog:
        if len(_rendered) > 32:  # mutants have a catalog each
            _rendered.clear()
        _rendered[key] = catalog, render_dashboard(catalog, dashboard)
    return dashboard_queries(catalog, dashboard, at, only, _rendered[key][1]).questions


@contextmanager
def transaction(url: str, zone: str, now: str) -> Iterator[psycopg.Connection[Any]]:
    """A read-only transaction in a time zone, in which it is ``now`` for gendash."""
    connection = _open.get(url)
    if connection is None or connection.closed or connection.broken:
        connection = _open[url] = psycopg.connect(url, autocommit=True, prepare_threshold=None)
    with connection.transaction():
        settings = "set_config('timezone', %s, true), set_config('gendash.now', %s, true)"
        connection.execute(f"select {settings}, set_config('transaction_read_only', 'on', true)".encode(), [zone, now])
        yield connection

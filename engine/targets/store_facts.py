"""Asks the store the questions of `facts`: one short read-only transaction."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import dict_row

from gendash.engine.catalog import Catalog
from gendash.engine.facts import exposition, questions
from gendash.engine.targets.postgres import connect, local_settings, store, trusted

TIMEOUT = "5s"


def facts(catalog: Catalog, at: datetime | None = None) -> str:
    """The exposition of what the store knows, at the time of its clock or ``at``. Raises TargetError."""
    settings = {"statement_timeout": TIMEOUT} | ({"gendash.now": at.isoformat()} if at else {})
    with (
        connect(store(catalog.config), read_only=True, application="gendash metrics") as connection,
        connection.transaction(),
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        local_settings(connection, settings)
        answers = {key: cursor.execute(trusted(sql)).fetchall() for key, sql in questions(catalog).items()}
    return exposition(catalog, answers)

"""Materialized views whose query fails on the present rows: they are made without rows, and stop no migration."""

from __future__ import annotations

from dataclasses import replace

from psycopg import errors

from gendash.engine.clients.postgres import Connection, server_line, trusted
from gendash.engine.store.roles import Step

_CREATE = "create materialized view "
# of values in rows, by the platform's data or by a function that raises; not of the text itself
_OF_ROWS = (
    errors.DataError,
    errors.RaiseException,
    errors.CardinalityViolation,
    errors.ProgramLimitExceeded,
    errors.ObjectNotInPrerequisiteState,
)  # the last: it reads a view that was not filled


def execute_step(connection: Connection, step: Step) -> Step:
    """Executes a step of a migration; a view that cannot be filled is left to the refresh, and the step says so."""
    if not any(text.startswith(_CREATE) for text in step.statements):
        if step.statements:
            connection.execute(trusted(";\n".join(step.statements)))
        return step
    try:
        with connection.transaction():
            connection.execute(trusted(";\n".join(step.statements)))
        return step
    except _OF_ROWS as error:
        texts = [f"{text}\nwith no data" if text.startswith(_CREATE) else text for text in step.statements]
        connection.execute(trusted(";\n".join(texts)))
        return replace(step, what=f"{step.what}, without rows: its query fails ({server_line(error)})")


def is_filled(connection: Connection, view: str) -> bool:
    """False for a materialized view that was never filled, which nobody can read."""
    row = connection.execute("select relispopulated from pg_class where oid = %s::regclass", [view]).fetchone()
    return bool(row and row[0])

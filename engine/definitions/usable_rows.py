"""Rows that can be used: they have all that they must have, and real times. Others count in no figure."""

from __future__ import annotations

from gendash.engine.definitions.local_days import END_OF_DAYS, FIRST_DAY
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation

FIRST_TIME, END_OF_TIME = (f"timestamptz '{day} 00:00:00+00'" for day in (FIRST_DAY, END_OF_DAYS))


def is_usable(staging: Relation) -> str:
    """A condition: a row has all that it must have, and real times. Other rows count in no figure."""
    return " and ".join(required(staging).values())


def required(staging: Relation) -> dict[str, str]:
    """By column that a row must have, the condition that it has it: a value, or a real time."""
    time = str(staging.header.get("time", "")).rpartition(".")[2]
    return {
        name: _is_real(name) if of.get("type") == "timestamptz" else f"{quote_name(name)} is not null"
        for name, of in staging.columns.items()
        if not of.get("null") or name == time
    }


def only_usable(staging: Relation, text: str) -> str:
    """A staging text without the rows that cannot be used; other times that are no real ones are NULL."""
    if not staging.columns:  # a problem of `check`
        return text
    columns = [
        f"case when {_is_real(name)} then {name} end as {name}"
        if of.get("type") == "timestamptz" and of.get("null")
        else quote_name(name)
        for name, of in staging.columns.items()
    ]
    return f"select {', '.join(columns)} from (\n{text}\n) given where {is_usable(staging)}"


def _is_real(time: str) -> str:
    return f"{time} >= {FIRST_TIME} and {time} < {END_OF_TIME}"

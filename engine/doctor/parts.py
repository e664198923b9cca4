"""What a feature needs and the changes that would add it; those of an adapter's SELECTs and of privileges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import quoted_table, split_column
from gendash.engine.doctor.seen import Look
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import AdapterTable

RemedyKind = Literal["sql", "app", "setting", "file"]


@dataclass(frozen=True)
class Fix:
    """One change: SQL for the platform's owner, code of the application, a setting of gendash, or a file.

    ``alters`` is true for what changes the platform itself: its tables, or its code.
    """

    kind: RemedyKind
    text: str
    alters: bool = False


@dataclass(frozen=True)
class Requirement:
    """One thing that a feature needs. ``why`` is what is wrong with it, or an empty text.

    Without a ``whole`` requirement the feature shows nothing; an ``optional`` one only adds to it.
    """

    kind: str
    name: str
    why: str = ""
    unknown: bool = False
    whole: bool = False
    optional: bool = False
    fixes: tuple[Fix, ...] = ()


def select_parts(catalog: Catalog, select: AdapterTable, look: Look) -> Iterator[Requirement]:
    """Requirements for the tables and columns that a file of an adapter reads, all of them."""
    config, unknown = catalog.config, look.columns is None
    there = {table for table, _ in look.columns or ()}
    for table in sorted(select.tables):
        name, fix = f"table {quoted_table(config, table)}", correct([select])
        lacks = not unknown and table not in there
        yield Requirement(
            "table", name, "does not exist" if lacks else "", unknown, True, fixes=(fix,) if lacks else ()
        )
        if table in look.row_secured:
            yield policy(look, quoted_table(config, table))
        if unknown or lacks:
            continue
        for column in sorted(name for of, name in map(split_column, select.columns) if of == table):
            why, fixes = "", tuple[Fix, ...]()
            if (table, column) not in (look.columns or ()):
                why, fixes = "does not exist", (fix,)
            elif (table, column) not in look.readable:
                why, fixes = "the source's role may not read it", (grant(catalog, look, table, [column]),)
            yield Requirement("column", f"column {quoted_table(config, table)}.{quote_name(column)}", why, fixes=fixes)


def correct(selects: Iterable[AdapterTable], why: str = "") -> Fix:
    """The file of an adapter that has to be corrected, or one of several."""
    return Fix("file", f"correct {' or '.join(one.path for one in selects)}{why and f': {why}'}")


def policy(look: Look, place: str) -> Requirement:
    """The policy that shows the rows of a table which row level security may hide."""
    role = quote_name(look.role or "gendash_source")
    sql = f"create policy gendash on {place} for select to {role} using (true)"
    why = f"row level security may hide some from role {role}, so that figures are too low"
    return Requirement("rows", f"rows of {place}", why, fixes=(Fix("sql", sql),))


def grant(catalog: Catalog, look: Look, table: str, columns: Iterable[str]) -> Fix:
    """The GRANT that lets the source's role read columns of a table."""
    names, place = ", ".join(quote_name(name) for name in sorted(columns)), quoted_table(catalog.config, table)
    return Fix("sql", f"grant select ({names}) on {place} to {quote_name(look.role or 'gendash_source')}")

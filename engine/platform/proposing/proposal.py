"""What `gendash init` looks at and what it proposes, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gendash.engine.languages.sql_text import quote_name

CERTAIN = 0.8  # a line that is surer than this is called certain

Place = tuple[str, str]  # schema and table


@dataclass(frozen=True)
class TableSeen:
    """A table: its columns with their types (``enum`` for enums), its foreign keys, its rows.

    ``keys`` are the columns of its primary key, ``key`` is that column if there is one only.
    """

    schema: str
    name: str
    columns: Mapping[str, str]
    key: str = ""
    keys: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)  # schema, table, column
    rows: float = 0.0
    implied: frozenset[str] = frozenset()  # references that no foreign key declares, but names and types imply

    @property
    def place(self) -> Place:
        """Schema and name."""
        return self.schema, self.name

    @property
    def quoted(self) -> str:
        """Schema and name as SQL."""
        return f"{quote_name(self.schema)}.{quote_name(self.name)}"


Sample = Callable[[TableSeen, Sequence[str]], Mapping[str, Sequence[object]]]
"""A function from a table and its columns to some distinct values of each; None is one of them if some are NULL."""


class Line(NamedTuple):
    """A column of a proposed SELECT: its SQL, the platform's columns behind it, how sure it is, and why."""

    column: str
    sql: str
    reads: tuple[str, ...] = ()
    confidence: float = 0.0
    evidence: str = ""
    words: Mapping[str, str] = {}


@dataclass(frozen=True)
class ProposedTable:
    """A proposed SELECT of a canonical table. ``joins`` and ``conditions`` are SQL with (confidence, evidence)."""

    table: str
    source: TableSeen
    lines: Sequence[Line]
    joins: Sequence[str] = ()
    conditions: Sequence[tuple[str, float, str]] = ()
    grouped: str = ""
    alias: str = ""  # of the source, where the lines' first alias is another
    pair: tuple[str, str] | None = None  # a row is a question and its answer
    parts: tuple[ProposedTable, ...] = ()  # the rows are in several tables: each with the same columns


@dataclass(frozen=True)
class Proposal:
    """What was proposed, and what a person has to decide."""

    tables: Mapping[str, ProposedTable]
    questions: Sequence[str]

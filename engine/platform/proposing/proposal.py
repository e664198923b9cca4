"""What `gendash init` looks at and what it proposes, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from gendash.engine.languages.sql_text import quote_name

CERTAIN = 0.8  # a line that is surer than this is called certain

Place = tuple[str, str]  # schema and table


class OfType(NamedTuple):
    """What a column names in rows of one type: the key of a table, and the column of the type with SQL of its value."""

    key: str
    column: str
    value: str
    cast: str = ""  # where both ids are compared as texts

    def holds(self, alias: str) -> str:
        """SQL that is true for rows of the type."""
        return f"{alias}.{quote_name(self.column)} = {self.value}"


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
    shown: frozenset[str] = frozenset()  # references that only the values show
    as_text: frozenset[str] = frozenset()  # references whose type is another than that of the key: compared as texts
    # by a column that names a row together with others, such as a tenant's id: their pairs, own and of that row
    beside: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    typed: Mapping[str, Mapping[Place, OfType]] = field(default_factory=dict)  # that name rows of several tables
    comments: Mapping[str, str] = field(default_factory=dict)  # what the catalog says about columns
    defaults: Mapping[str, str] = field(default_factory=dict)  # constants that new rows have, as texts
    stored: str = ""  # the name in the database, where ``name`` is without the prefix that most tables have

    @property
    def place(self) -> Place:
        """Schema and name."""
        return self.schema, self.name

    @property
    def stored_place(self) -> Place:
        """Schema and name in the database."""
        return self.schema, self.stored or self.name

    @property
    def quoted(self) -> str:
        """Schema and name as SQL."""
        return ".".join(map(quote_name, self.stored_place))


class RowSample(Protocol):
    """What is asked of the platform's rows; each answer is from a sample, and empty or None where none came in time."""

    def __call__(self, one: TableSeen, columns: Sequence[str], /) -> Mapping[str, Sequence[object]]:
        """Some distinct values of columns, by column; None is one of them if some are NULL."""
        ...

    def openers(self, one: TableSeen, talk: str, time: str, value: str) -> Mapping[str, tuple[int, int]]:
        """By a value of SQL over ``m``: how many of some conversations it opens, and how many rows have it."""
        ...

    def known(self, one: TableSeen, column: str, to: TableSeen, key: str) -> float | None:
        """The share of some distinct values of a column that are keys of another table; None if there is no value."""
        ...

    def share(self, one: TableSeen, alias: str, holds: str, given: str = "true") -> float | None:
        """The share of some rows for which a condition holds, of those with another; None if there are too few."""
        ...

    def unique(self, one: TableSeen, column: str) -> bool:
        """True if no value of a column occurs twice in a sample of rows."""
        ...


class Line(NamedTuple):
    """A column of a proposed SELECT: its SQL, the platform's columns behind it, how sure it is, and why.

    ``words`` are what the platform's words mean; those of ``asked`` are guesses, or of no known meaning, however sure
    the column is.
    """

    column: str
    sql: str
    reads: tuple[str, ...] = ()
    confidence: float = 0.0
    evidence: str = ""
    words: Mapping[str, str] = {}
    asked: frozenset[str] = frozenset()


@dataclass
class TableChoice:
    """The tables by kind, and what of the choice is open.

    ``people`` are the tables of people that the others name, that of ``users`` first; ``levels`` are the columns of
    messages that name conversations, and their tables, where one holds several of another: the finest first.
    """

    tables: dict[str, TableSeen]
    people: list[TableSeen] = field(default_factory=list)
    levels: list[tuple[str, TableSeen]] = field(default_factory=list)
    others: dict[str, list[TableSeen]] = field(default_factory=dict)  # by kind the next best, the best first
    events: tuple[str, Mapping[str, str]] = ("", {})  # of events, the column whose words say that one is a message
    doubtful: set[str] = field(default_factory=set)
    questions: list[str] = field(default_factory=list)


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

"""The data that doctor reads from the servers: columns, values of vocabulary columns, rows, metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gendash.engine.model import Relation


class WordColumn(NamedTuple):
    """A column (``table.column``) whose values a staging query maps by a vocabulary."""

    staging: str
    column: str
    vocabulary: str


class Exposed(NamedTuple):
    """Contents of Prometheus: the names of series, the labels by key of each existing metric, the scraped jobs.

    ``bounds`` are the buckets of each existing histogram by key; ``doubled`` says of a metric that it is there twice.
    """

    names: Sequence[str] = ()
    labels: Mapping[str, frozenset[str]] = {}
    jobs: frozenset[str] = frozenset()
    bounds: Mapping[str, frozenset[str]] = {}
    doubled: Sequence[str] = ()


@dataclass(frozen=True)
class Look:
    """The answers of the servers; None if a server was not asked or did not answer, unlike an empty answer.

    ``columns`` are (table, column), ``readable`` those that the source's role may read. ``rows`` is True for a staging
    query that has rows; ``empty`` are tables without rows. ``unknown_words`` has some values of a column that its
    vocabulary does not list. ``unusable`` is the number of rows of a staging query that are left out of all
    figures, by the column that they lack;
    ``fields`` says of a staging query how many rows have a value that is none of its kind, by column.
    ``unreadable`` is the column that cannot be read, and the server's message. ``row_secured`` are tables whose rows
    row level security may hide. ``metrics`` is by key the reason why a metric is not recorded, or an empty text;
    ``traces`` is the same for LLM calls. ``role`` is the role that reads the platform.
    """

    columns: frozenset[tuple[str, str]] | None = None
    readable: frozenset[tuple[str, str]] = frozenset()
    rows: Mapping[str, bool] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    unknown_words: Mapping[WordColumn, Sequence[str]] = field(default_factory=dict)
    unusable: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    row_secured: frozenset[str] = frozenset()
    types: Mapping[tuple[str, str], str] = field(default_factory=dict)
    metrics: Mapping[str, str] | None = None
    exposed: Exposed = field(default_factory=Exposed)
    traces: str | None = None
    role: str = ""


_WORD = re.compile(r"\{\{\s*word\('(\w+\.\w+)',\s*'(\w+)'")


def word_columns(staging: Relation) -> list[WordColumn]:
    """The columns whose values a staging query maps by a vocabulary, each once."""
    return [WordColumn(staging.name, *found) for found in dict.fromkeys(_WORD.findall(staging.text))]

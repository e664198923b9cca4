"""What doctor saw of the platform's database, as data: columns, words of vocabularies, rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gendash.engine.model import Relation


class Spoken(NamedTuple):
    """A column (``table.column``) that a staging text reads by a vocabulary."""

    staging: str
    column: str
    vocabulary: str


class Exposed(NamedTuple):
    """What Prometheus has: the names of series, the labels by key of a metric that is there, the jobs it scrapes."""

    names: Sequence[str] = ()
    labels: Mapping[str, frozenset[str]] = {}
    jobs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Look:
    """What was seen; None where a server was not asked or did not answer, which is not the same as nothing.

    ``columns`` are (table, column), ``readable`` those that the source's role may read. ``rows`` says of a staging
    text whether it has rows, ``empty`` names tables without any. ``strange`` holds, by staging text, canonical column
    and vocabulary, some words of the platform that the vocabulary does not know. ``unusable`` counts, by staging text,
    rows that stand in no figure; ``unreadable`` tells the column that cannot be read, and what the server says.
    ``veiled`` are tables of which row level security may hide rows. ``metrics`` says by key why a metric is not
    recorded, and nothing where it is; ``traces`` the same of LLM calls. ``role`` is who reads the platform.
    """

    columns: frozenset[tuple[str, str]] | None = None
    readable: frozenset[tuple[str, str]] = frozenset()
    rows: Mapping[str, bool] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    strange: Mapping[Spoken, Sequence[str]] = field(default_factory=dict)
    unusable: Mapping[str, int] = field(default_factory=dict)
    unreadable: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    veiled: frozenset[str] = frozenset()
    types: Mapping[tuple[str, str], str] = field(default_factory=dict)
    metrics: Mapping[str, str] | None = None
    exposed: Exposed = field(default_factory=Exposed)
    traces: str | None = None
    role: str = ""


_WORD = re.compile(r"\{\{\s*word\('(\w+\.\w+)',\s*'(\w+)'")


def spoken_in(staging: Relation) -> list[Spoken]:
    """The columns that a staging text reads by a vocabulary, each once."""
    return [Spoken(staging.name, *found) for found in dict.fromkeys(_WORD.findall(staging.text))]

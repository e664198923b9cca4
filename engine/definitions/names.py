"""What texts may refer to, and what a server is known to have."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gendash.engine.config.load import Config
from gendash.engine.model import Relation, Rule

Use = tuple[str, str]
STORE_KINDS = ("table", "rollup", "view")


@dataclass(frozen=True)
class Present:
    """The columns that the source's role may read, as (table, column), their types as far as known, and its version.

    With ``any_bytes`` the database takes any bytes for text (SQL_ASCII).

    A table is named as settings and adapters name it; a column may be ``= SQL``. Types are those of ``format_type``.
    """

    columns: frozenset[tuple[str, str]] = frozenset()
    types: Mapping[tuple[str, str], str] = field(default_factory=dict)
    version: int = 0
    any_bytes: bool = False

    def __contains__(self, column: object) -> bool:
        return column in self.columns


class _Within(threading.local):
    """Names, a list a thread: of two threads that inline the same text, neither is inside the other's."""

    def __init__(self) -> None:
        self.names: list[str] = []


@dataclass(frozen=True)
class Names:
    """Everything that a text may refer to."""

    config: Config
    relations: Mapping[str, Relation]
    rules: Mapping[str, Rule]
    metrics: Mapping[str, Mapping[str, Any]]
    labels: Collection[str] = ()

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names of the store's relations."""
        return frozenset(relation.name for relation in self.relations.values() if relation.kind in STORE_KINDS)

    @cached_property
    def stagings(self) -> dict[str, Relation]:
        """The staging texts by name."""
        return {relation.name: relation for relation in self.relations.values() if relation.kind == "staging"}

    @cached_property
    def staging_within(self) -> _Within:
        """The staging texts that this thread is inlining, outermost first: none may contain itself."""
        return _Within()

    @cached_property
    def expanded(self) -> dict[tuple[str, str], Expanded]:
        """Cached results of `expand` for whole texts, by the text and the path of its staging file."""
        return {}


@dataclass(frozen=True)
class Expanded:
    """A text with its references resolved, what it uses as (kind, name), and (what, do) of each wrong reference."""

    text: str
    uses: frozenset[Use]
    wrong: tuple[tuple[str, str], ...] = ()

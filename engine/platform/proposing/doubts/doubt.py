"""A doubt about a proposal, and what rules that look for one see. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gendash.engine.platform.proposing.proposal import Line, ProposedTable, RowSample, TableSeen

PERSONS = (("conversations", "user_id"), ("tickets", "created_by"))


class Doubt(NamedTuple):
    """Lines of a table that are guesses, all if no columns are named, or only some words of them; or its rows.

    The question is what is asked about it.
    """

    table: str
    columns: Collection[str] | None = None
    rows: bool = False
    question: str = ""
    words: Collection[str] = ()


@dataclass(frozen=True)
class Proposed:
    """What is proposed by canonical table, the platform's tables, and their rows."""

    found: Mapping[str, ProposedTable]
    tables: Sequence[TableSeen]
    sample: RowSample

    def line(self, table: str, column: str) -> Line | None:
        """A proposed line; None if there is none."""
        lines = self.found[table].lines if table in self.found else ()
        return next((line for line in lines if line.column == column), None)

    def others(self, table: str) -> Iterator[TableSeen]:
        """The filled tables of which nothing is proposed, and that a table's source neither names nor is named by."""
        taken, own = {one.source.place for one in self.found.values()}, self.found[table].source
        near = {to[:2] for to in own.references.values()}
        for one in self.tables:
            named = any(to[:2] == own.place for to in one.references.values())
            if one.rows and one.place not in taken | near and not named:
                yield one

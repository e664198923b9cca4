"""The columns of a table that are called after a canonical one, the best first. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.elsewhere import name_of
from gendash.engine.platform.proposing.links import as_id
from gendash.engine.platform.proposing.names import COLUMNS, rank, without_whose
from gendash.engine.platform.proposing.proposal import TableSeen

MOST = 6  # columns that are looked at


def columns_called(full: str, one: TableSeen, chosen: Mapping[str, TableSeen]) -> list[tuple[float, str]]:
    """How well the names of columns fit a canonical one, and these columns; ``chosen`` are the tables by kind."""
    known = (*COLUMNS.get(full, ()), *COLUMNS.get(f"*.{full.partition('.')[2]}", ()))

    def as_known(name: str) -> str:
        if values.is_vocabulary(full) or full == "tickets.category":
            return name_of(one, name)
        return without_whose(name) if full == "tickets.first_response_at" else as_id(one, name)

    fits = [(rank(as_known(name), known), name) for name in one.columns if name != one.key]
    fits = sorted((pair for pair in fits if pair[0] > 0), key=lambda pair: -pair[0])[:MOST]
    if not fits and full == "messages.role":
        flags = [name for name, kind in one.columns.items() if kind == "boolean" and values.side_of_flag(name)]
        return [(0.8, name) for name in flags]
    if not fits and full == "feedback.message_id" and "messages" in chosen:  # the only one that names any
        return [(0.8, name) for name, to in one.references.items() if to[:2] == chosen["messages"].place][:1]
    return fits

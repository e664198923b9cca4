"""When a row was made, by its times: the only one that each row has. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.names import COLUMNS, DELETED, rank, words_of
from gendash.engine.platform.proposing.proposal import Line, RowSample, TableSeen
from gendash.engine.platform.proposing.values import place_of

ONLY, EARLIEST, UNSURE = 0.85, 0.7, 0.6
# words of times that are of something else than a row's making
OF_ELSE = {
    "last", "expire", "expiry", "due", "until", "valid", "birth", "born", "next", "schedule", "scheduled", "deadline",
    "end", "ended", "closed", "resolved", "read", "seen", "login", "verified", "published", "mtime", "start", "hired",
    "effective",
}  # fmt: skip


def made_at(table: str, alias: str, one: TableSeen, sample: RowSample) -> Line | None:
    """The time of a row's making in a column of any name; None if no time, or none of several, can be it."""
    found = {name: read.sql for name, read in _times(alias, one, sample)}
    stays = [name for name in found if rank(name, DELETED) < 0.8]
    fits = [name for name in stays if not set(words_of(name).split("_")) & OF_ELSE]
    if table != "documents" or len(stays) > 1:  # what was uploaded may have the time of its last change only
        fits = [name for name in fits if rank(name, COLUMNS["*.updated_at"]) < 0.8]
    full = [name for name in fits if sample.share(one, alias, f"{place_of(alias, name)} is not null") == 1.0]
    changed = any(rank(name, COLUMNS["*.updated_at"]) >= 0.8 for name in full)
    if len(full) == 1:
        sure = ONLY if one.columns[full[0]] != "date" and not changed else UNSURE
        return Line("created_at", found[full[0]], (full[0],), sure, "the only time of each row")
    if len(fits) == 1:
        return Line("created_at", found[fits[0]], (fits[0],), UNSURE, "its only time")
    for name in full:
        others = [other for other in full if other != name and _alike(one, name, other)]
        first = " and ".join(f"{place_of(alias, name)} <= {place_of(alias, other)}" for other in others)
        if others and (sample.share(one, alias, first) or 0.0) >= 0.99:
            return Line("created_at", found[name], (name,), EARLIEST, "the first of its times")
    return None


def _times(alias: str, one: TableSeen, sample: RowSample) -> Iterator[tuple[str, values.Reading]]:
    """The columns that are times by their types, or by the size of their numbers, with how they are read."""
    sized = [
        name for name, kind in one.columns.items() if kind.startswith(("bigint", "numeric", "double", *values.TEXTS))
    ]
    given = sample(one, [name for name in sized if name not in one.references and name not in one.keys])
    for name, kind in one.columns.items():
        seen = [each for each in given.get(name, ()) if each is not None]
        if kind.startswith(values.TIMES) or seen:
            read = values.read_time(place_of(alias, name), kind, seen)
            if read.adds > 0:
                yield name, read


def _alike(one: TableSeen, name: str, other: str) -> bool:
    return one.columns[name] == one.columns[other]

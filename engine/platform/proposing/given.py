"""Which table holds what, where a person says so: `gendash init --table messages=support.turns`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from gendash.engine.platform.proposing.names import TABLES
from gendash.engine.platform.proposing.proposal import Place, TableChoice, TableSeen

NONE = "none"  # no table holds such rows
Given = Mapping[str, Place | None]  # by canonical table, the platform's; None where no table holds its rows
NOTHING: Given = MappingProxyType({})


def read_given(
    texts: Iterable[str], tables: Sequence[TableSeen]
) -> tuple[dict[str, Place | None], list[tuple[str, str]]]:
    """What texts such as ``messages=support.turns`` say; and what is wrong with them, and what to do."""
    given, wrong = dict[str, Place | None](), []
    by_name = {f"{one.schema}.{one.name}": one.place for one in tables}
    for text in texts:
        kind, _, name = text.partition("=")
        fits = [name] if name in by_name else sorted(full for full in by_name if full.endswith(f".{name}"))
        if kind not in TABLES or not name:
            wrong.append((f"{text} is not KIND=TABLE", f"KIND is one of {', '.join(TABLES)}"))
        elif kind in given:
            wrong.append((f"{text} is a second table of {kind}", f"name one, and add the other in {kind}.sql"))
        elif name == NONE or len(fits) == 1:
            given[kind] = by_name[fits[0]] if fits else None
        elif fits:
            wrong.append((f"{text}: several tables have this name", f"name one of {', '.join(fits)}"))
        else:
            near = get_close_matches(name if "." in name else f"public.{name}", by_name, 3, 0.8)
            listed = f"name one of {', '.join(near)}" if near else "name one that exists"
            wrong.append((f"{text}: no such table", listed))
    return given, wrong


def settle(found: TableChoice, given: Given, tables: Sequence[TableSeen]) -> None:
    """Takes what a person said in place of what was chosen: nothing of it is doubtful, and no table is asked for.

    Which rows of a given table are messages stays a question.
    """
    by_place = {one.stored_place: one for one in tables}
    for kind, place in given.items():
        found.tables.pop(kind, None)
        found.others.pop(kind, None)
        if place:
            found.tables[kind] = by_place[place]
        if kind != "messages" or not found.events[0]:
            found.doubtful.discard(kind)
            found.questions[:] = without_asked(found.questions, (kind,))
    if "users" in given:
        found.people = [found.tables["users"]] if "users" in found.tables else []
    if "conversations" in given:
        found.levels = [level for level in found.levels if level[1].stored_place == given["conversations"]]


def without_asked(questions: Iterable[str], kinds: Iterable[str]) -> list[str]:
    """The questions but those about the rows of a canonical table."""
    return [asked for asked in questions if not asked.startswith(tuple(f"{kind}:" for kind in kinds))]

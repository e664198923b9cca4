"""Proposes messages that a platform keeps as JSON within its conversations: a list, or a map, of objects. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.names import COLUMNS, TEXTS, rank
from gendash.engine.platform.proposing.proposal import Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.values import place_of

JSON = ("json", "jsonb")
AS_JSON = "::jsonb"  # a column of texts that hold JSON
DEEPEST = 3  # keys from the column to the list
SURE, ALIKE = 0.6, 0.82  # where some documents have another form, and where all have one
_ROLE = COLUMNS["messages.role"]
_TIME = (*COLUMNS["messages.created_at"], *COLUMNS["*.created_at"])


class _Objects(NamedTuple):
    """Objects at one place of a JSON column: its keys from the column, and whether they are the values of a map."""

    path: tuple[str, ...]
    is_map: bool
    objects: list[Mapping[str, Any]]


def messages_in_json(
    talks: TableSeen, id_: str, began: Line | None, documents: Mapping[str, Sequence[object]]
) -> tuple[ProposedTable, tuple[str, ...]] | None:
    """The messages in a column of JSON, and words of their role whose meaning is not known.

    ``documents`` are some values of each such column, ``id_`` is the column of a conversation's id and ``began`` its
    time, for messages that have none.
    """
    for column, given in documents.items():
        for found in _places(given):
            alike = all(_is_alike(one, found) for one in given) and not column.endswith(AS_JSON)
            sure = ALIKE if alike else SURE
            proposed = _proposed(talks, column, found, id_, began, sure)
            if proposed:
                return proposed
    return None


def _places(documents: Sequence[object]) -> list[_Objects]:
    """The places with objects in documents, those with the most first."""
    found: dict[tuple[tuple[str, ...], bool], list[Mapping[str, Any]]] = {}
    for one in documents:
        for path, is_map, objects in _objects(one, ()):
            found.setdefault((path, is_map), []).extend(objects)
    return sorted((_Objects(*key, objects) for key, objects in found.items()), key=lambda one: -len(one.objects))


def _objects(value: object, path: tuple[str, ...]) -> Iterator[_Objects]:
    within = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if within and all(isinstance(one, dict) for one in within):
        yield _Objects(path, isinstance(value, dict), within)
    if isinstance(value, dict) and len(path) < DEEPEST:
        for key, one in value.items():
            yield from _objects(one, (*path, str(key)))


def _proposed(
    talks: TableSeen, column: str, found: _Objects, id_: str, began: Line | None, sure: float
) -> tuple[ProposedTable, tuple[str, ...]] | None:
    keys = {
        key: [one[key] for one in found.objects if one.get(key) is not None] for one in found.objects for key in one
    }
    role = _best(keys, _ROLE)
    if not role or not any(rank(key, TEXTS) > 0.7 for key in keys):
        return None
    words = values.read_words("messages.role", f"m.value ->> {quote_text(role)}", role, "text", keys[role])
    if words.adds < 0:
        return None
    name = column.removesuffix(AS_JSON)
    time = _best(keys, _TIME)
    read = values.read_time(f"m.value ->> {quote_text(time)}", _kind(keys[time]), keys[time]) if time else None
    if read and read.adds > 0:
        created = Line("created_at", read.sql, (name,), sure, read.evidence)
    elif began:
        created = began._replace(column="created_at", confidence=0.5, evidence="no time of its own")
    else:
        return None
    talk, number = place_of("c", id_), "key" if found.is_map else "n"
    place = ".".join((name, *found.path))
    ids = keys.get("id", [])
    own = len({str(each) for each in ids}) == len(found.objects) and found.is_map is False
    lines = [
        Line("message_id", "m.value ->> 'id'", (name,), sure, f"id in {place}") if own
        else Line("message_id", f"{talk} || ':' || m.{number}", (id_,), sure, f"its place in {place}"),
        Line("conversation_id", talk, (id_,), sure, "the conversation that holds it"),
        Line("role", words.sql, (name,), SURE if words.unknown else sure, words.evidence, words.words),
        created,
    ]  # fmt: skip
    join = _unnested(talks.columns.get(column, "jsonb"), column, found)
    return ProposedTable("messages", talks, lines, [join], alias="c"), words.unknown


def _is_alike(document: object, found: _Objects) -> bool:
    """True if a document has its objects, or none, where the others have theirs."""
    for key in found.path:
        if not isinstance(document, dict):
            return not document  # nothing, or an empty list
        document = document.get(key)
    within = document.values() if found.is_map and isinstance(document, dict) else document
    return document is None or (isinstance(within, Iterable) and all(isinstance(one, dict) for one in within))


def _best(keys: Mapping[str, list[Any]], known: Sequence[str]) -> str:
    fits = {key: rank(key, known) for key, given in keys.items() if given}
    best = max(fits, key=lambda key: fits[key], default="")
    return best if best and fits[best] > 0.7 else ""


def _kind(given: Sequence[object]) -> str:
    return "numeric" if all(isinstance(one, int | float) for one in given) else "text"


def _unnested(kind: str, column: str, found: _Objects) -> str:
    """SQL that joins each conversation with its objects; another kind of JSON than expected has none."""
    cast = AS_JSON if column.endswith(AS_JSON) else ""
    place = " -> ".join([place_of("c", column.removesuffix(AS_JSON)) + cast, *map(quote_text, found.path)])
    wanted, empty = ("object", "{}") if found.is_map else ("array", "[]")
    function = f"{kind}_each" if found.is_map else f"{kind}_array_elements"
    safe = f"case when {kind}_typeof({place}) = '{wanted}' then {place} else '{empty}' end"
    names = "m (key, value)" if found.is_map else "m (value, n)"
    return f"cross join lateral {function}({safe}){'' if found.is_map else ' with ordinality'} as {names}"

"""SQL texts parsed by PostgreSQL's own grammar (libpg_query): syntax trees and the first error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

# most of a tree; nothing that is named or computed lies below them
LEAVES = frozenset({"string", "integer", "a_const", "type_name", "column_ref", "alias", None})


@lru_cache(maxsize=4096)
def parse_statements(text: str) -> Sequence[Any]:
    """The syntax trees of a SQL text. Raises postgast.PgQueryError."""
    import postgast  # a tenth of a start, and most commands parse no SQL

    found: Sequence[Any] = postgast.parse(text).stmts
    return found


def sql_error(text: str, several: bool = False) -> str:
    """The error of PostgreSQL's parser for a text that should be one SELECT (or several), or an empty string."""
    return sql_fault(text, several)[0]


def sql_fault(text: str, several: bool = False) -> tuple[str, int]:
    """The same, and the character that it is about; -1 where it is about the whole."""
    from postgast import PgQueryError

    if "\0" in text:  # it would end the text for the parser
        return "a NUL character", text.index("\0")
    try:
        found = parse_statements(text)
    except PgQueryError as error:
        said = " ".join(str(error).split())  # it quotes the text up to its end
        return f"SQL does not parse: {said[:300]}", (error.cursorpos or 0) - 1
    if not found or (len(found) > 1 and not several):
        return f"{len(found) or 'no'} SQL statement{'s' if found else ''}", -1
    kinds = {statement.stmt.WhichOneof("node") for statement in found}
    return ("" if kinds == {"select_stmt"} else "not a SELECT"), -1


def nodes(messages: Iterable[Any], leaves: Collection[str | None] = (None,)) -> Iterator[Any]:
    """The messages of syntax trees, without the nodes that wrap them; ``leaves`` and those below them are left out."""
    todo = list(messages)
    while todo:
        message = todo.pop()
        if message.DESCRIPTOR.name == "Node":
            which = message.WhichOneof("node")
            if which in leaves:
                continue
            message = getattr(message, which)
        yield message
        for field, value in message.ListFields():
            if field.message_type:
                todo += value if field.is_repeated else [value]

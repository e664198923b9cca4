"""Functions and types that a SQL text names and PostgreSQL does not have, from the parser's tree. Pure.

Only names without a schema are judged: a function of an extension, or of the platform, is written with its schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from gendash.engine.config.load import suggest
from gendash.engine.languages.sql_parser import LEAVES, nodes, parse_statements
from gendash.engine.languages.sql_scope import Fault

# called like functions, but part of the grammar, so pg_proc does not list them
_OF_THE_GRAMMAR = frozenset({"coalesce", "greatest", "least", "nullif", "exists", "grouping", "cast", "array", "row"})
# types that the grammar knows by another name than pg_type
_SPELLINGS = frozenset(
    {"bigint", "boolean", "char", "decimal", "double precision", "int", "integer", "real", "smallint"}
)


class _Use(NamedTuple):
    """A function with the number of its arguments (-1: not known), or a type with None; its byte in the text."""

    name: str
    arguments: int | None
    place: int


class Builtins:
    """Names of PostgreSQL 14 to 18: of ``functions``, each with ranges of argument counts (no end: null), and types."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.functions: Mapping[str, list[tuple[int, int | None]]] = document["functions"]
        self.types = frozenset(document["types"])

    def faults(self, text: str) -> Iterator[Fault]:
        """The faults of all calls and casts of a SQL text. Raises postgast.PgQueryError."""
        for use in _uses(text):
            if use.arguments is None and use.name not in self.types:
                known = suggest(use.name, self.types | _SPELLINGS)
                do = known or f"a type of an extension needs its schema: public.{' '.join(use.name.split())}"
                yield Fault(f"no type '{use.name}' in PostgreSQL", do, use.place)
            elif use.arguments is not None:
                yield from self._call(use, use.arguments)

    def _call(self, use: _Use, count: int) -> Iterator[Fault]:
        name = use.name
        if name not in self.functions:
            known = suggest(name, {*self.functions, *_OF_THE_GRAMMAR})
            do = known or f"a function of an extension needs its schema: public.{' '.join(name.split())}(...)"
            yield Fault(f"no function '{name}' in PostgreSQL", do, use.place)
            return
        ranges = self.functions[name]
        if count >= 0 and not any(low <= count and (high is None or count <= high) for low, high in ranges):
            what = f"{name} with {count} argument{'' if count == 1 else 's'}"
            yield Fault(what, f"it takes {' or '.join(map(_range, ranges))}", use.place)


@lru_cache(maxsize=4096)
def _uses(text: str) -> tuple[_Use, ...]:
    """The functions and types that a text names without another schema than PostgreSQL's own."""
    found = []
    for node in nodes(parse_statements(text), LEAVES - {"type_name"}):
        kind = node.DESCRIPTOR.name
        if kind == "FuncCall" and (name := _builtin_name(node.funcname)):
            count = len(node.args) + (len(node.agg_order) if node.agg_within_group else 0)
            found.append(_Use(name, -1 if node.func_variadic else count, node.location))
        elif kind == "TypeName" and (name := _builtin_name(node.names)):
            found.append(_Use(name, None, node.location))
    return tuple(found)


def _builtin_name(names: Any) -> str:
    """The name without its schema, where it is one of PostgreSQL's own; else an empty string."""
    parts = [one.string.sval for one in names]
    return parts[-1] if parts and parts[:-1] in ([], ["pg_catalog"]) else ""


def _range(pair: tuple[int, int | None]) -> str:
    low, high = pair
    return f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"

"""Functions and types that a SQL text names and PostgreSQL does not have, from the parser's tree. Pure.

Only names without a schema are judged: a function of an extension, or of the platform, is written with its schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gendash.engine.config.load import suggest
from gendash.engine.languages.sql_parser import LEAVES, nodes
from gendash.engine.languages.sql_scope import Fault

# called like functions, but part of the grammar, so pg_proc does not list them
_OF_THE_GRAMMAR = frozenset({"coalesce", "greatest", "least", "nullif", "exists", "grouping", "cast", "array", "row"})
# types that the grammar knows by another name than pg_type
_SPELLINGS = frozenset(
    {"bigint", "boolean", "char", "decimal", "double precision", "int", "integer", "real", "smallint"}
)


class Builtins:
    """Names of PostgreSQL 14 to 18: of ``functions``, each with ranges of argument counts (no end: null), and types."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.functions: Mapping[str, list[tuple[int, int | None]]] = document["functions"]
        self.types = frozenset(document["types"])

    def faults(self, statements: Iterable[Any]) -> Iterator[Fault]:
        """The faults of all calls and casts of some statements."""
        for node in nodes(statements, LEAVES - {"type_name"}):
            kind = node.DESCRIPTOR.name
            if kind == "FuncCall":
                yield from self._call(node)
            elif kind == "TypeName" and (name := _builtin_name(node.names)) and name not in self.types:
                do = suggest(name, self.types | _SPELLINGS) or f"a type of an extension needs its schema: public.{name}"
                yield Fault(f"no type '{name}' in PostgreSQL", do, node.location)

    def _call(self, node: Any) -> Iterator[Fault]:
        name = _builtin_name(node.funcname)
        if not name:
            return
        if name not in self.functions:
            known = suggest(name, {*self.functions, *_OF_THE_GRAMMAR})
            do = known or f"a function of an extension needs its schema: public.{name}(...)"
            yield Fault(f"no function '{name}' in PostgreSQL", do, node.location)
            return
        count = len(node.args) + (len(node.agg_order) if node.agg_within_group else 0)
        ranges = self.functions[name]
        if not node.func_variadic and not any(low <= count and (high is None or count <= high) for low, high in ranges):
            what = f"{name} with {count} argument{'' if count == 1 else 's'}"
            yield Fault(what, f"it takes {' or '.join(map(_range, ranges))}", node.location)


def _builtin_name(names: Any) -> str:
    """The name without its schema, where it is one of PostgreSQL's own; else an empty string."""
    parts = [one.string.sval for one in names]
    return parts[-1] if parts and parts[:-1] in ([], ["pg_catalog"]) else ""


def _range(pair: tuple[int, int | None]) -> str:
    low, high = pair
    return f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"

"""The scope of a FROM clause: relations by alias, their columns and types, and the lookup of names in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gendash.engine.config.load import suggest

Columns = tuple[tuple[str, str], ...]  # (name, type); the type is empty where it is not known
SYSTEM = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})


class Source(NamedTuple):
    """Columns of something that can be read; ``is_open`` where it may have others that are not known.

    ``key`` names the columns that determine the others, as a primary key does; None where it is not known.
    """

    columns: Columns
    is_open: bool = False
    key: tuple[str, ...] | None = ()

    def renamed(self, names: Iterable[str]) -> Source:
        """The source with its first columns renamed, as ``as t (a, b)`` does."""
        given = list(names)
        if self.is_open and len(given) > len(self.columns):
            kinds = [kind for _, kind in self.columns] + [""] * (len(given) - len(self.columns))
            return Source(tuple(zip(given, kinds, strict=True)), True)
        rest = self.columns[len(given) :]
        kinds = [kind for _, kind in self.columns[: len(given)]]
        new = dict(zip((name for name, _ in self.columns), given, strict=False))
        key = None if self.key is None else tuple(new.get(name, name) for name in self.key)
        return Source((*zip(given, kinds, strict=False), *rest), self.is_open, key)


# functions in FROM whose columns are known by name
RECORDS: Mapping[str, Columns] = {
    **{f"{kind}_each": (("key", "text"), ("value", kind)) for kind in ("json", "jsonb")},
    **{f"{kind}_each_text": (("key", "text"), ("value", "text")) for kind in ("json", "jsonb")},
    **{f"{kind}_array_elements": (("value", kind),) for kind in ("json", "jsonb")},
    **{f"{kind}_array_elements_text": (("value", "text"),) for kind in ("json", "jsonb")},
}
# functions in FROM that give one column, named like the function or its alias
SCALARS = frozenset(
    {"generate_series", "generate_subscripts", "regexp_split_to_table", "string_to_table", "json_object_keys"}
    | {"jsonb_object_keys", "now", "clock"}
)
UNKNOWN = Source((), True)
# schema and name of a relation -> its columns, or what is wrong with reading it, and what to do
Lookup = Callable[[str, str], "Source | tuple[str, str]"]


class Fault(NamedTuple):
    """One fault of a SQL text; ``place`` is its byte in the text, -1 if that is not known."""

    what: str
    do: str
    place: int = -1


@dataclass(frozen=True)
class FromItem:
    """A table, subquery, function or join: relations by alias, and the columns that it gives without a qualifier."""

    relations: tuple[tuple[str, Source], ...]
    given: Source


@dataclass(frozen=True)
class Scope:
    """Everything that an expression can name: the FROM items of its SELECT, the CTEs, and the query around it."""

    lookup: Lookup
    faults: list[Fault]
    ctes: Mapping[str, Source] = field(default_factory=dict)
    items: tuple[FromItem, ...] = ()
    parent: Scope | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)  # names of the SELECT list, for ORDER BY and GROUP BY
    statement: Callable[[Any, Scope], Source] = lambda _node, _scope: UNKNOWN  # resolves a SELECT in an expression

    def report(self, what: str, do: str, place: int = -1) -> None:
        """Adds a fault, once."""
        fault = Fault(what, do, place)
        if fault not in self.faults:
            self.faults.append(fault)

    def relation(self, alias: str) -> Source | None:
        """The relation of an alias, in this scope or those around it."""
        for item in self.items:
            for name, source in item.relations:
                if name == alias:
                    return source
        return self.parent.relation(alias) if self.parent else None

    def aliases(self) -> list[str]:
        """The aliases that a qualifier can name."""
        own = [name for item in self.items for name, _ in item.relations if name]
        return own + (self.parent.aliases() if self.parent else [])

    def column(self, name: str, place: int) -> str:
        """The type of an unqualified column; reports one that does not exist, or is there twice."""
        found = [kind for item in self.items for column, kind in item.given.columns if column == name]
        is_open = any(item.given.is_open for item in self.items)
        if len(found) > 1 and not is_open:
            self.report(f"'{name}' is ambiguous", "write its relation before it", place)
        if found:
            return found[0]
        if name in self.outputs:
            return self.outputs[name]
        whole_row = any(name == alias for item in self.items for alias, _ in item.relations)
        if is_open or whole_row or (name in SYSTEM and self.items):
            return ""
        if self.parent is not None:
            known = self.parent.names()
            if known is None or name in known:
                return self.parent.column(name, place)
        every = self.names() or frozenset()
        self.report(f"no column '{name}'", suggest(name, every) or _listed(every), place)
        return ""

    def qualified(self, alias: str, name: str, place: int) -> str:
        """The type of a column of one relation; reports one that does not exist."""
        source = self.relation(alias)
        if source is None:
            do = suggest(alias, self.aliases()) or "name a relation of the FROM clause"
            self.report(f"no relation '{alias}' in FROM", do, place)
            return ""
        known = dict(source.columns)
        if name in known or source.is_open or name in SYSTEM:
            return known.get(name, "")
        self.report(f"no column '{name}' in '{alias}'", suggest(name, known) or _listed(known), place)
        return ""

    def names(self) -> frozenset[str] | None:
        """The column names that need no qualifier, of this scope and those around it; None if not all are known."""
        if any(item.given.is_open for item in self.items):
            return None
        own = {column for item in self.items for column, _ in item.given.columns} | set(self.aliases())
        own |= self.outputs.keys()
        around = self.parent.names() if self.parent else frozenset()
        return None if around is None else frozenset(own) | around

    def star(self, alias: str = "", place: int = -1) -> Source:
        """The columns of ``*`` or ``alias.*``."""
        if alias:
            source = self.relation(alias)
            if source is None:
                self.qualified(alias, "*", place)
            return source or UNKNOWN
        columns = tuple(column for item in self.items for column in item.given.columns)
        return Source(columns, any(item.given.is_open for item in self.items))


def _listed(names: Iterable[str]) -> str:
    known = sorted(names)
    more = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return f"there are {', '.join(known[:8])}{more}" if known else "there are no columns"


def duplicates(source: Source) -> list[str]:
    """Names that a query gives to two of its columns."""
    names = [name for name, _ in source.columns]
    return sorted({name for name in names if names.count(name) > 1})


def aliased(source: Source, alias: Any, name: str = "") -> FromItem:
    """A source under its alias, or under its own name, with the columns that the alias renames."""
    names = [one.string.sval for one in alias.colnames]
    renamed = source.renamed(names) if names else source
    return FromItem(((alias.aliasname or name, renamed),), renamed)


def joined(left: FromItem, right: FromItem, using: Iterable[str]) -> FromItem:
    """Two joined items; the columns of USING come first, and once."""
    merged = list(using)
    kinds = dict(right.given.columns) | dict(left.given.columns)
    columns = [(name, kinds.get(name, "")) for name in merged]
    columns += [one for side in (left, right) for one in side.given.columns if one[0] not in merged]
    given = Source(tuple(columns), left.given.is_open or right.given.is_open)
    return FromItem((*left.relations, *right.relations), given)

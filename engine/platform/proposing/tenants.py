"""The same tables in several schemas, one for each tenant: their rows are united, and it is asked. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.unions import united

MOST = 20  # schemas; for more a person writes the union, or a view
FEWEST = 3  # tables that schemas of tenants have in common
PEOPLE = ("user_id", "created_by", "assigned_to")


def of_one_tenant(
    tables: Sequence[TableSeen], named: Collection[str] = ()
) -> tuple[list[TableSeen], dict[str, list[str]]]:
    """The tables without those of all tenants but one, and the other schemas by that tenant's.

    Schemas are of tenants if the tables of one are all in the other, with the same columns. The one with the most rows
    stays, or one of ``named``; schemas without rows are templates.
    """
    own: dict[str, dict[str, TableSeen]] = {}
    for one in tables:
        own.setdefault(one.schema, {})[one.name] = one
    rows = {schema: sum(max(one.rows, 0) for one in held.values()) for schema, held in own.items()}
    others: dict[str, list[str]] = {}
    hidden = set[str]()
    for schema in sorted(own, key=lambda each: (each not in named, -rows[each], each)):
        first = next((each for each in others if _alike(own[each], own[schema])), "")
        if not first or schema in named:
            others[schema] = []
        else:
            hidden.add(schema)
            others[first] += [schema] if rows[schema] else []
    twins = {schema: sorted(alike) for schema, alike in others.items() if alike}
    return [one for one in tables if one.schema not in hidden], twins


def _alike(one: Mapping[str, TableSeen], other: Mapping[str, TableSeen]) -> bool:
    less, more = sorted((one, other), key=len)
    same = sum(name in more and more[name].columns == each.columns for name, each in less.items())
    return same >= FEWEST and same == len(less)


def with_tenants(
    found: Mapping[str, ProposedTable], tenants: Mapping[str, Sequence[str]]
) -> tuple[dict[str, ProposedTable], list[str]]:
    """A proposal with the rows of all tenants, whose ids begin with their schema, and the question that it leaves."""
    sources = {part.source.schema for one in found.values() for part in one.parts or (one,)}
    own = next((schema for schema in tenants if schema in sources), "")
    if not own:
        return dict(found), []
    others = tenants[own]
    listed = ", ".join(others[:6]) + (f" and {len(others) - 6} more" if len(others) > 6 else "")
    question = f"do {listed} belong to the same platform as {own}, one schema for each tenant?"
    if len(others) > MOST or any(one.pair or one.grouped for one in found.values()):
        return {name: doubted(one) for name, one in found.items()}, [f"{question} Only {own} is proposed"]
    shared = "users" in found and all(part.source.schema != own for part in found["users"].parts or (found["users"],))
    known = PEOPLE if shared else ()
    united_ = {
        name: _of_all(one, [own, *others], known) if _schema_of(one) == own else one for name, one in found.items()
    }
    return united_, [f"{question} All are proposed"]


def _schema_of(one: ProposedTable) -> str:
    return (one.parts or (one,))[0].source.schema


def doubted(one: ProposedTable) -> ProposedTable:
    """A proposal of which no line is certain."""
    return replace(one, lines=[line._replace(confidence=min(line.confidence, CERTAIN - 0.1)) for line in one.lines])


def _of_all(one: ProposedTable, schemas: Sequence[str], known: Collection[str]) -> ProposedTable:
    """The rows of all schemas; the ids of ``known`` columns are the same in each."""
    parts = [_of_tenant(part, schema, known) for schema in schemas for part in one.parts or (one,)]
    return united(parts)


def _of_tenant(one: ProposedTable, schema: str, known: Collection[str]) -> ProposedTable:
    own, other = f"{quote_name(one.source.schema)}.", f"{quote_name(schema)}."

    def moved(line: Line) -> Line:
        sql = line.sql.replace(own, other)
        is_id = (line.column.endswith("_id") or line.column in PEOPLE) and line.column not in known
        if not is_id or sql.startswith("null"):
            return line._replace(sql=sql)
        sure = min(line.confidence, CERTAIN - 0.1)
        return line._replace(sql=f"{quote_text(schema + ':')} || {sql}", confidence=sure)

    return replace(
        one,
        source=replace(one.source, schema=schema),
        lines=[moved(line) for line in one.lines],
        joins=[join.replace(own, other) for join in one.joins],
        parts=(),
    )

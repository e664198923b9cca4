"""The same tables in several schemas, one for each tenant: their rows are united, and it is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.unions import united

MOST = 20  # schemas; for more a person writes the union, or a view
PEOPLE = ("created_by", "assigned_to")  # ids that are not called so


def tenants_of(found: Mapping[str, ProposedTable], tables: Sequence[TableSeen]) -> list[str]:
    """The other schemas that have every table of a proposal, with the same columns."""
    sources = [part.source for one in found.values() for part in one.parts or (one,)]
    if len({one.schema for one in sources}) != 1:
        return []
    there = {(one.schema, one.name): one.columns for one in tables}
    others = sorted({one.schema for one in tables} - {sources[0].schema})
    return [schema for schema in others if all(there.get((schema, one.name)) == one.columns for one in sources)]


def with_tenants(
    found: Mapping[str, ProposedTable], tables: Sequence[TableSeen]
) -> tuple[dict[str, ProposedTable], list[str]]:
    """A proposal with the rows of all tenants, whose ids begin with their schema, and the question that it leaves."""
    others = tenants_of(found, tables)
    if not others:
        return dict(found), []
    own = next(iter(found.values())).source.schema
    listed = ", ".join(others[:6]) + (f" and {len(others) - 6} more" if len(others) > 6 else "")
    question = f"do {listed} belong to the same platform as {own}, one schema for each tenant?"
    alike = [one for one in found.values() if not (one.pair or one.grouped)]
    if len(others) > MOST or len(alike) < len(found):
        return {name: doubted(one) for name, one in found.items()}, [f"{question} Only {own} is proposed"]
    return {name: _of_all(one, [own, *others]) for name, one in found.items()}, [f"{question} All are proposed"]


def doubted(one: ProposedTable) -> ProposedTable:
    """A proposal of which no line is certain."""
    return replace(one, lines=[line._replace(confidence=min(line.confidence, CERTAIN - 0.1)) for line in one.lines])


def _of_all(one: ProposedTable, schemas: Sequence[str]) -> ProposedTable:
    parts = [_of_tenant(part, schema) for schema in schemas for part in one.parts or (one,)]
    return united(parts)


def _of_tenant(one: ProposedTable, schema: str) -> ProposedTable:
    own, other = f"{quote_name(one.source.schema)}.", f"{quote_name(schema)}."

    def moved(line: Line) -> Line:
        sql = line.sql.replace(own, other)
        is_id = line.column.endswith("_id") or line.column in PEOPLE
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

"""A canonical table whose rows the platform keeps in several tables: one SELECT of each, united. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gendash.engine.platform.proposing.proposal import Line, ProposedTable

_ABSENT = {"role": "'user'", "is_active": "true", "is_voice": "false", "metadata": "null::jsonb"}


def united(parts: Sequence[ProposedTable]) -> ProposedTable:
    """The parts as one proposal with the same columns in each; a line is as sure as its least sure part."""
    first, *_ = parts
    names = list(dict.fromkeys(line.column for one in parts for line in one.lines))
    kinds = {name: _kind(name, parts) for name in names}
    aligned = [replace(one, lines=[_line(one, name, kinds[name]) for name in names]) for one in parts]
    least = {
        name: min(line.confidence for one in aligned for line in one.lines if line.column == name) for name in names
    }
    own = [line._replace(confidence=least[line.column]) for line in aligned[0].lines]
    return replace(first, lines=own, parts=tuple(aligned))


def _kind(name: str, parts: Sequence[ProposedTable]) -> str:
    """The type of a column in the first part that has it, for those that lack it."""
    given = (
        one.source.columns[line.reads[0]] for one in parts for line in one.lines if line.column == name and line.reads
    )
    kind = next(given, "text")
    return "text" if kind == "enum" else kind


def _line(one: ProposedTable, name: str, kind: str) -> Line:
    """A line of a part by its column; words are texts, since an enumeration of one part has not those of another."""
    line = next((line for line in one.lines if line.column == name), None)
    if line is None:
        return Line(name, _ABSENT.get(name, f"null::{kind}"), confidence=0.6, evidence=f"{one.source.name} has none")
    if name == "role" and line.reads and not line.sql.startswith("case"):
        return line._replace(sql=f"{line.sql}::text")
    return line

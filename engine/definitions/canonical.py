"""What an adapter may give: the canonical tables and columns, and the files of one as they were read.

Apart from `adapters`, which parses them: most commands need no parser of SQL, and loading one costs them the most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gendash.engine.model import Relation

FOLDER = "sql/platforms"
_VERSIONS = re.compile(r"--\s*versions:\s*(.+)")


@dataclass(frozen=True)
class CanonicalColumn:
    """A column that an adapter may give: its type and meaning; without a ``required`` one the file is refused."""

    type: str = "text"
    doc: str = ""
    required: bool = False
    read_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adapter:
    """The files of an adapter as they were read, by the canonical table that each gives; ``label`` names it."""

    label: str
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # path and text

    @property
    def versions(self) -> str:
        """The versions of the platform that it was read from, as its files say."""
        found = (_VERSIONS.search(text) for _, text in self.files.values())
        return ", ".join(dict.fromkeys(one[1].strip() for one in found if one))


def contract(relations: Mapping[str, Relation]) -> dict[str, dict[str, CanonicalColumn]]:
    """The canonical tables and their columns, as the staging texts declare what they read."""
    stagings = [relation for relation in relations.values() if relation.kind == "staging"]
    found: dict[str, dict[str, CanonicalColumn]] = {}
    for table in dict.fromkeys(table for one in stagings for table in one.header.get("reads", {})):
        own = relations.get(f"staging.{table}")
        required = own.header.get("required", ()) if own else ()
        readers: dict[str, list[Relation]] = {}
        for one in stagings:
            for column in one.header.get("reads", {}).get(table, {}):
                readers.setdefault(column, []).append(one)
        for column, by in readers.items():
            of = next((one.columns[column] for one in (own, *by) if one and column in one.columns), {})
            found.setdefault(table, {})[column] = CanonicalColumn(
                of.get("type", "jsonb" if column == "metadata" else "text"),
                str(of.get("doc", "")),
                column in required,
                tuple(one.name for one in by),
            )
    return found

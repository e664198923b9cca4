"""A plan for people and for machines: lines, counts, JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gendash.engine.deliver.changes import SIGNS, Change, capped

COMMENT = 60_000  # characters: GitHub takes 65,536 in a comment


def change_as_dict(change: Change) -> dict[str, Any]:
    """A change for ``--json``, without its payload."""
    shown = {"target": change.target, "kind": change.kind, "name": change.name, "title": change.title}
    return {**shown, "action": change.action, "lines": list(change.lines), "version": change.base}


def plan_text(changes: Sequence[Change]) -> str:
    """The plan for people: what changes and what is left alone, line by line; the unchanged are only counted."""
    shown = []
    for change in changes:
        if change.action != "none":
            title = f' "{change.title}"' if change.title and change.title != change.name else ""
            shown.append(f"{SIGNS[change.action]} {change.target} {change.kind} {change.name}{title}")
            lines = capped(list(change.lines)) if change.writes else change.lines
            shown += [f"    {line}" for line in lines]
    return "\n".join([*(_printable(line) for line in shown), change_counts(changes)])


def _printable(line: str) -> str:
    """A line in which nothing that Grafana holds ends the line or moves the cursor."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def plan_markdown(changes: Sequence[Change], server: str) -> str:
    """The plan for a comment: a line that names it, so that it can be found and updated, then what changes.

    Of a long plan what fits into a comment; the counts are those of all.
    """
    body, counts = plan_text(changes), change_counts(changes)
    if len(body) > COMMENT:
        kept = body[:COMMENT].rsplit("\n", 1)[0]
        left = body.count("\n") - kept.count("\n")
        body = f"{kept}\n… {left} more lines: run `gendash plan`"
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", body) or [""]))
    head = ["<!-- gendash plan -->", f"**gendash plan**: {counts}", *([server] if server else [])]
    return "\n\n".join([*head, f"{fence}diff\n{body}\n{fence}"])


def change_counts(changes: Iterable[Change]) -> str:
    """One line that counts the changes."""
    count: Counter[str] = Counter(change.action for change in changes)
    words = {
        "create": "to create",
        "update": "to update",
        "delete": "to remove",
        "blocked": "blocked",
        "left": "left to a person",
    }
    parts = [f"{count[action]} {word}" for action, word in words.items() if count[action]]
    return ", ".join([*(parts or ["nothing to do"]), f"{count['none']} unchanged"])

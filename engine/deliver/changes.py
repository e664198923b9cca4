"""The changes of a plan, as data, and the exit code that they give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Target = Literal["database", "prometheus", "grafana"]
ChangeKind = Literal[
    "folder", "permission", "datasource", "dashboard", "migration", "rules", "reload", "ruler", "alerting"
]
Action = Literal["create", "update", "delete", "none", "blocked", "left"]

SIGNS: dict[str, str] = {"create": "+", "update": "~", "delete": "-", "none": "=", "blocked": "!", "left": "?"}
DONE, FAILED, PENDING, LEFT = 0, 1, 3, 4


@dataclass(frozen=True)
class Change:
    """One change, or the reason why it is not made.

    ``blocked`` cannot be made, or a panel would be dead or a figure for admins public; ``left`` waits for a person who
    decides. ``payload`` is what is sent; it may hold a secret and is never shown. ``base`` is the version that the plan
    saw, ``before`` the former content.
    """

    target: Target
    kind: ChangeKind
    name: str
    action: Action
    title: str = ""
    lines: tuple[str, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    base: int | None = None
    before: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """True if `apply` would write something."""
        return self.action in ("create", "update", "delete")

    def turned(self, action: Action, *lines: str) -> Change:
        """The change with another action and further lines; without its payload where nothing is written."""
        payload = self.payload if action in ("create", "update", "delete") else {}
        return replace(self, action=action, lines=(*self.lines, *lines), payload=payload)


def exit_code(changes: Iterable[Change], applied: bool = False) -> int:
    """1 if anything is blocked, else 4 if anything is left to a person, else 3 if changes are pending, else 0.

    ``applied`` says that changes which write have been made.
    """
    found = list(changes)
    if any(change.action == "blocked" for change in found):
        return FAILED
    if any(change.action == "left" for change in found):
        return LEFT
    return PENDING if not applied and any(change.writes for change in found) else DONE


def capped(lines: list[str], most: int = 12) -> list[str]:
    """At most so many lines; a last one says how many are left out."""
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most} more"]

"""One thing that a feature needs, and the changes that provide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RemedyKind = Literal["sql", "app", "setting"]


@dataclass(frozen=True)
class Fix:
    """One change: SQL for the platform's owner, code of the application, or a setting of gendash."""

    kind: RemedyKind
    text: str


@dataclass(frozen=True)
class Requirement:
    """One thing that a feature needs. ``why`` is what is wrong with it, or an empty text.

    Without a ``whole`` requirement the feature shows nothing; an ``optional`` one only adds to it.
    """

    kind: str
    name: str
    why: str = ""
    unknown: bool = False
    whole: bool = False
    optional: bool = False
    fixes: tuple[Fix, ...] = ()

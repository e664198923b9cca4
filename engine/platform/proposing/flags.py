"""Truth values of any type: booleans, 0 and 1, and letters or words such as J and N. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gendash.engine.languages.sql_text import quote_text

NUMBERS, TEXTS = (
    ("smallint", "integer", "bigint", "numeric"),
    ("text", "character", "varchar", "citext", "enum", '"char"'),
)
PAIRS = (
    ("y", "n"), ("j", "n"), ("t", "f"), ("s", "n"), ("o", "n"), ("true", "false"), ("yes", "no"), ("ja", "nein"),
    ("si", "no"), ("oui", "non"), ("sim", "nao"), ("1", "0"),
)  # fmt: skip


def is_true(place: str, kind: str, given: Sequence[object]) -> str:
    """SQL that is true where a column says yes, and never NULL; empty if its values are no truth values."""
    if kind == "boolean":
        return f"{place} is true"
    values = [one for one in given if one is not None]
    if kind.startswith(NUMBERS):
        return f"coalesce({place}, 0) = 1" if values and {str(one) for one in values} <= {"0", "1"} else ""
    if not values or not kind.startswith(TEXTS):
        return ""
    words = {str(one).strip().lower(): str(one) for one in values}
    pair = next((pair for pair in PAIRS if set(words) <= set(pair)), None)
    if pair is None:
        return ""
    yes, no = pair
    if yes in words:
        return f"coalesce({place}::text, '') = {quote_text(words[yes])}"
    return f"coalesce({place}::text, '') <> {quote_text(words[no])}"


def is_false(place: str, kind: str, given: Sequence[object]) -> str:
    """SQL that is true where a column does not say yes; empty if its values are no truth values."""
    if kind == "boolean":
        return f"{place} is not true"
    if kind.startswith(NUMBERS):
        return f"coalesce({place}, 0) = 0" if is_true(place, kind, given) else ""
    said = is_true(place, kind, given)
    return said.replace(") <> ", ") = ") if ") <> " in said else said.replace(") = ", ") <> ")

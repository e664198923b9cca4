"""Quoting of names and texts in SQL."""

from __future__ import annotations

# PostgreSQL's reserved words: as names they must be quoted
_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with""".split()  # noqa: SIM905
)


def quote_name(name: str) -> str:
    """A SQL identifier, quoted only where it must be."""
    plain = name.isidentifier() and name.isascii() and name == name.lower() and name not in _RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def lower_text(value: str) -> str:
    """A SQL string literal in lower case; Python and a database may differ in letters beyond ASCII."""
    return quote_text(value.lower()) if value.isascii() else f"lower({quote_text(value)})"

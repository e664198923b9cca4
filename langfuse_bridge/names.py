"""Names and ids as they are stored: the one place where long ones are cut, so that every index holds them."""

from __future__ import annotations

import hashlib

LONGEST = 500
"""Bytes of a text that is part of a key: three of them fit into an entry of an index."""
MARKERS = frozenset(("__all", "$__all"))
"""What rollups and Grafana write for "all of them": a name of the data never is one."""
_SURELY_SHORT = LONGEST // 4  # characters: UTF-8 takes up to four bytes for one


def key_text(text: str) -> str:
    """A name or an id as it is stored: of a long one the beginning, with a hash in place of the rest."""
    if len(text) <= _SURELY_SHORT and text not in MARKERS:
        return text
    if text in MARKERS:
        return f"{text} (name)"
    raw = text.encode("utf-8", "replace")
    if len(raw) <= LONGEST:
        return text
    return f"{text[:100]}…{hashlib.blake2b(raw, digest_size=16).hexdigest()}"


def name_or_none(text: str | None) -> str | None:
    """A name as it is stored; NULL for none and for an empty one."""
    return key_text(text) if text else None

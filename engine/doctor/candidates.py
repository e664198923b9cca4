"""Names of a platform that may be meant: similar ones, and those of the same words or synonyms. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

SHOWN = 5
_SYNONYMS = (
    {"conversation", "chat", "session", "thread", "dialog", "dialogue"},
    {"message", "turn", "post", "utterance"},
    {"user", "account", "person", "people", "member", "contact", "customer", "owner", "author"},
    {"feedback", "rating", "vote", "score", "review", "thumb", "reaction"},
    {"document", "file", "source", "upload", "attachment"},
    {"ticket", "issue", "case", "request"},
    {"status", "state", "phase"},
    {"created", "added", "inserted", "started", "time", "timestamp", "date"},
    {"updated", "modified", "changed", "edited"},
    {"role", "sender", "kind", "type"},
    {"comment", "reason", "note", "text"},
)
# a column that says who made a row is one of a user's id
_PHRASES = {"created_by": "user_id", "made_by": "user_id", "uploaded_by": "user_id", "owner": "user_id"}


def candidates(name: str, known: Iterable[str], most: int = SHOWN) -> list[str]:
    """The known names that may be meant by a name, the most likely first; those that share no word are left out."""
    wanted = _words(name)

    def likeness(one: str) -> tuple[float, float]:
        there = _words(_PHRASES.get(one.lower(), one))
        shared = len(wanted & there) / max(1, len(wanted | there))
        return shared, SequenceMatcher(None, name.lower(), one.lower()).ratio()

    likely = {one: likeness(one) for one in known if one != name}
    same = [one for one, (shared, _) in likely.items() if shared > 0]
    spelled = [one for one, (_, ratio) in likely.items() if ratio >= 0.6]
    return sorted(same or spelled, key=lambda one: (-likely[one][0], -likely[one][1], one))[: most if same else 1]


def hint(name: str, known: Sequence[str]) -> str:
    """What to look at for a name that does not exist: the names that may be meant, else how many there are."""
    likely = candidates(name, known)
    if likely:
        return f"did you mean {' or '.join(map(repr, likely))}?"
    return f"one of {', '.join(sorted(known)[:30])}?" if known else "no candidates exist"


def _words(name: str) -> frozenset[str]:
    """The words of a name in any style, singular, each as the first of its synonyms."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)
    return frozenset(_canonical(part.lower()) for part in parts)


def _canonical(word: str) -> str:
    word = word if word.endswith(("ss", "us")) or len(word) < 4 else word.removesuffix("s")
    return next((min(group) for group in _SYNONYMS if word in group), word)

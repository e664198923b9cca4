"""Names of a platform that may be meant: synonyms by the lists of `init`, the same words, similar ones. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from gendash.engine.platform.proposing.names import COLUMNS, TABLES, rank, words_of

SHOWN = 5
SAME = 0.7  # rank of a name that is in a list, or nearly


def candidates(name: str, known: Iterable[str], most: int = SHOWN) -> list[str]:
    """The known names that may be meant by a name, the most likely first; those that share no word are left out."""
    lists = list(_lists(name))
    wanted = _words(name)

    def likeness(one: str) -> tuple[float, float, float]:
        synonym = max((rank(one.rpartition(".")[2], names) for names in lists), default=0.0)
        there = _words(one)
        shared = len(wanted & there) / max(1, len(wanted | there))
        return synonym, shared, SequenceMatcher(None, name.lower(), one.lower()).ratio()

    likely = {one: likeness(one) for one in known if one != name}
    same = [one for one, (synonym, shared, _) in likely.items() if synonym > 0 or shared > 0]
    spelled = [one for one, (_, _, ratio) in likely.items() if ratio >= 0.6]
    order = sorted(same or spelled, key=lambda one: (*(-value for value in likely[one]), one))
    return order[: most if same else 1]


def hint(name: str, known: Sequence[str]) -> str:
    """What to look at for a name that does not exist: the names that may be meant, else how many there are."""
    likely = candidates(name, known)
    if likely:
        return f"did you mean {' or '.join(map(repr, likely))}?"
    return f"one of {', '.join(sorted(known)[:30])}?" if known else "no candidates exist"


def _lists(name: str) -> Iterator[Sequence[str]]:
    """The lists that a name is in: of tables of its kind, or of columns that are called so in any table."""
    own = words_of(name)
    yield from (names for names in TABLES.values() if rank(name, names) > SAME)
    for column, names in COLUMNS.items():
        if own == words_of(column.partition(".")[2]) or rank(name, names) > SAME:
            yield names


def _words(name: str) -> frozenset[str]:
    return frozenset(filter(None, words_of(name).split("_")))

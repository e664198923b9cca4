"""Names and words by which init recognises tables, columns and values: two lists in provisioning/."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from gendash.engine.definitions.load import data

_DATA: Mapping[str, Any] = data("provisioning/platform_names.yaml")
TABLES: Mapping[str, Sequence[str]] = {kind: names.split() for kind, names in _DATA["tables"].items()}
COLUMNS: Mapping[str, Sequence[str]] = {column: names.split() for column, names in _DATA["columns"].items()}
WORDS: Mapping[str, Mapping[str, Sequence[str]]] = {
    column: {"" if word == "none" else word: of.split() for word, of in words.items()}
    for column, words in _DATA["words"].items()
}
QUESTION, ANSWER, ANSWERED, DELETED, TEXTS = (
    _DATA[key].split() for key in ("question", "answer", "answered", "deleted", "texts")
)
PERSON, STAFF, CHUNKS, INTERNAL, SHOWN, METADATA = (
    _DATA[key].split() for key in ("person", "staff", "chunks", "internal", "shown", "metadata")
)
LABELS, ROLES, MEMBERSHIPS, PARTICIPANTS = (
    _DATA[key].split() for key in ("labels", "roles", "memberships", "participants")
)
FAILURES, STATES, BOTS, LOGINS, WRITERS = (
    _DATA[key].split() for key in ("failures", "states", "bots", "logins", "writers")
)
PROCESSED = _DATA["processed"].split()
CHANNELS, SPOKEN = _DATA["channels"].split(), frozenset(_DATA["spoken"].split())
MACHINE = _DATA["machine"].split()
TRIALS = _DATA["trials"].split()
ASIDE = frozenset(_DATA["aside"].split())
WHOSE = frozenset(_DATA["whose"].split())
TENANTS = frozenset(_DATA["tenants"].split())
FILE_TYPES = frozenset(_DATA["file_types"].split())
CHANGES, WAS, BECAME, CHANGED = (_DATA[key].split() for key in ("changes", "was", "became", "changed"))
UNSURE: Mapping[str, Mapping[str, Sequence[str]]] = {
    column: {word: of.split() for word, of in words.items()} for column, words in _DATA["unsure"].items()
}
INVERTED, IS_USER = (frozenset(_DATA[key].split()) for key in ("inverted", "is_user"))


_OTHER: Mapping[str, Any] = data("provisioning/translations.yaml")
TRANSLATED: Mapping[str, str] = {each: word for word, of in _OTHER["translations"].items() for each in of.split()}
BETWEEN, UNITS = (frozenset(_OTHER[key].split()) for key in ("between", "units"))
# letters that stay when accents are left out, and the two dots of ä, which is ae
_LETTERS = str.maketrans({"\u0308": "e", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "ł": "l", "đ": "d"})
AFFIXES = {"t", "tbl", "tb", "tab"}
IDS = ("uid", "uuid", "guid", "fk", "sk", "no", "nr")  # what keys of rows are called beside id; sk in star schemas
MOMENTS = ("date", "on", "ts", "datetime", "dt", "timestamp", "instant")  # what times are called beside at
ABOUT = {"for", "on", "of", "by", "to", "auf", "de", "von", "sur", "per"}
NOT, OPPOSITE = ("not", "no", "non", "never", "un"), {"5": "1", "1": "5", "true": "false", "false": "true"}


@lru_cache(maxsize=20_000)
def words_of(name: str) -> str:
    """A name as English words in lower case, joined by underscores and each in the singular."""
    plain = unicodedata.normalize("NFKD", name).translate(_LETTERS).encode("ascii", "ignore").decode()
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", plain).lower().strip("_").split("_")
    parts = [part for part in parts if part and not re.fullmatch(r"v?\d+", part)]
    while len(parts) > 1 and (parts[-1] in AFFIXES or parts[0] in AFFIXES):  # as some name each of their tables
        parts = parts[:-1] if parts[-1] in AFFIXES else parts[1:]
    whole = TRANSLATED.get("_".join(parts))
    words = [TRANSLATED.get(part) or TRANSLATED.get(_singular(part)) or part for part in parts]
    if words != parts:  # de of fecha_de_creacion; by itself it is a name
        words = [word for word in words if word not in BETWEEN]
    return whole or "_".join(map(_singular, words))


def without_whose(name: str) -> str:
    """A name without the words that say whose it is: first_manager_reply_at is first_reply_at."""
    return "_".join(word for word in words_of(name).split("_") if word not in WHOSE)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def joined_words(word: str) -> str:
    """A word in the singular, its parts joined: in-progress, inProgress and in_progress are one; a sign as it is."""
    return words_of(word).replace("_", "") or word


def head_of(word: str) -> str:
    """A phrase without what it is about: waiting for customer is waiting."""
    parts = words_of(word).split("_")
    end = next((n for n, part in enumerate(parts) if n and part in ABOUT), len(parts))
    return "_".join(parts[:end])


def of_class(word: str) -> str:
    """The name of a class without those that it is in: App\\Models\\StaffMember is StaffMember."""
    return word.rpartition("\\")[2]


def rank(name: str, known: Sequence[str]) -> float:
    """How well a name fits a list: 1 for its first entry, at least 0.8 for any, less where it only ends with one.

    userid, userId and user_id are one, since names that are not quoted lose their capitals.
    """
    return _rank(name, tuple(known))


@lru_cache(maxsize=100_000)
def _rank(name: str, known: tuple[str, ...]) -> float:
    words, (singular, joined) = id_words(words_of(name)), _compared(known)
    if words.replace("_", "") in joined:
        return 1.0 - 0.2 * joined.index(words.replace("_", "")) / len(singular)
    ends = [one for one in singular if words.endswith(f"_{one}") and len(one) > 3]
    if not ends and "_" in words:  # app_chatmessage, as Django writes it
        ends = [one for one in singular if "_" in one and words.rpartition("_")[2] == one.replace("_", "")]
    return 0.6 - 0.1 * singular.index(max(ends, key=len)) / len(singular) if ends else 0.0


@lru_cache(maxsize=1_000)
def _compared(known: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The names of a list as they are compared: as words, and these joined."""
    singular = [id_words(words_of(one)) for one in known]
    return singular, [one.replace("_", "") for one in singular]


def id_words(words: str) -> str:
    """A name of an id as most platforms have it: owner_uid, owner_uuid, id_owner and fk_owner are owner_id.

    Units and codes are left out: sent_ms is sent, status_cd is status. Times are as closed_at: closed_on, closed_date.
    """
    begin, _, unit = words.rpartition("_")
    words = begin if begin and unit in UNITS else words
    first, _, rest = words.partition("_")
    if first in ("id", "fk", "co", "cod") and rest:
        rest = rest.removeprefix("seq_")
        return f"{rest.removesuffix('_id')}_id"
    if first in ("date", "time", "dt", "dh") and rest and "_" not in first:
        return f"{rest}_at"  # date_created, and fecha_alta: created_at
    whole, _, last = words.rpartition("_")
    if whole and last in MOMENTS:
        return f"{whole}_at"
    if last in ("id", *IDS) and whole.endswith(("_by", "_to")):
        return whole  # assigned_to_id is assigned_to
    return f"{whole}_id" if whole and last in IDS else words


@lru_cache(maxsize=20_000)
def meaning(column: str, word: str) -> str | None:
    """The canonical word that a platform's word means; empty for one that is known to mean none; None if unknown."""
    word = of_class(word)
    given = head_of(word) or word.strip().lower()
    for canonical, known in WORDS.get(column, {}).items():
        if given.replace("_", "") in map(joined_words, known):
            return canonical
    if given.partition("_")[0] in NOT:  # not_helpful is the opposite of helpful, and nothing known where none is
        return OPPOSITE.get(meaning(column, given.partition("_")[2]) or "")
    last, first = given.rpartition("_")[2], given.partition("_")[0]  # global_member, ROLE_ADMIN; pending_reminder
    if last == given:
        return None
    ways = (last, first)
    if meaning(column, first) == "in_progress":  # pending close is not closed
        ways = (first, last)
    return next((of for each in ways if (of := meaning(column, each)) is not None), None)

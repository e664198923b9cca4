"""How init reads a column: the SQL that turns its values into canonical ones, and how sure that is. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from gendash.engine.languages.lenient_sql import EPOCHS, UNITS
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.platform.proposing import flags
from gendash.engine.platform.proposing.names import (
    FILE_TYPES,
    INVERTED,
    IS_USER,
    WORDS,
    joined_words,
    meaning,
    words_of,
)

TIMES, NUMBERS = ("timestamp", "date"), ("smallint", "integer", "bigint", "numeric", "double", "real")
TEXTS = ("text", "character", "enum", "citext", "varchar")
# a column whose meaning is in its values; without a row there is no evidence for or against
NO_ROWS, KNOWN = 0.1, 0.38
GUESSED = 0.15  # a vocabulary of which not all words are known
SAID = 0.5  # values that can be nothing else, whatever the column is called
FEWEST_LEVELS = 4  # of a scale in words; fewer are thumbs
UNNAMED, THUMBED = 0.7, 0.85
THUMBS = {
    "up", "down", "thumbup", "thumbdown", "like", "dislike", "liked", "disliked", "upvote", "downvote", "helpful",
    "unhelpful", "nothelpful", "👍", "👎",
}  # fmt: skip
STAFF = {"employee", "member", "staff"}  # who asks where nobody else does
SIZES = dict.fromkeys(("kb", "kib", "ko", "kilobyte"), 1024) | dict.fromkeys(("mb", "mib", "mo", "megabyte"), 1024**2)
BESIDE = {"colleague", "teammate", "coworker"}
SAYS_MORE = 0.05  # who wrote a message, and which rows are none
SAYS_WRITTEN = {
    "is",
    "was",
    "from",
    "by",
    "sent",
    "written",
    "authored",
    "generated",
    "message",
    "msg",
    "reply",
    "post",
}
MOST_WORDS = 12  # numbers of a vocabulary; more are amounts or ids
DEFAULT_WORDS = {"human": "user", "ai": "assistant"}  # of the vocabulary of messages.role


class Reading(NamedTuple):
    """SQL for a column, what its values add to the confidence (negative: they speak against it), and the evidence.

    ``words`` are the platform's words that mean a canonical one, ``unknown`` those whose meaning is not known.
    """

    sql: str
    adds: float
    evidence: str = ""
    words: Mapping[str, str] = {}
    unknown: tuple[str, ...] = ()


def read_time(place: str, kind: str, values: Sequence[object]) -> Reading:
    """A time as it is: a timestamp, a number since 1970, or a text in the form of ISO; staging reads each."""
    if kind.startswith(TIMES):
        return Reading(place, 0.38, kind)
    digits = kind.startswith(TEXTS) and all(_DIGITS.match(str(one).strip()) for one in values)
    if kind.startswith(NUMBERS) or digits:
        numbers = [float(str(one)) for one in values if not isinstance(one, bool)]
        units = {_unit(one) for one in numbers if one}  # 0 is a time that was never set
        if units and "" not in units:  # staging reads each value by its size
            return Reading(place, 0.36 if len(units) == 1 else 0.3, f"{' or '.join(sorted(units))} since 1970")
    texts = [str(one) for one in values] if kind.startswith(TEXTS) else []
    if texts and all(_ISO.match(one.strip()) for one in texts):
        return Reading(place, 0.36, "text of times")
    if texts and all(_COMPACT.match(one.strip()) for one in texts):
        return Reading(f"to_timestamp({place}, 'YYYYMMDDHH24MISS')::timestamp", 0.36, "digits of times")
    return Reading(place, -1.0)


def _unit(number: float) -> str:
    """The unit of a number that is a time of these years; empty if it is none."""
    return next((name for unit, name in UNITS.items() if EPOCHS[0] * unit <= number < EPOCHS[1] * unit), "")


_MEDIA = re.compile(r"(application|text|image|audio|video|message|font|model)/[\w.+-]+$")
_DIGITS = re.compile(r"\d{9,19}([.]\d{1,9})?$")
_COMPACT = re.compile(r"(20|21)\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-6]\d$")  # 20260317093000
_ISO = re.compile(r"(20|21)\d\d-[01]\d-[0-3]\d([T ][0-2]\d:[0-5]\d|$)")


def read_words(
    column: str,
    place: str,
    name: str,
    kind: str,
    values: Sequence[object],
    own: Mapping[str, str] = MappingProxyType({}),
) -> Reading:
    """A vocabulary: words as they are where gendash knows them, else mapped one by one; a boolean by its name.

    ``own`` are words of which the platform's other tables say what they mean.
    """
    if kind == "boolean":
        return _read_boolean(column, place, name)
    given = list(dict.fromkeys(str(one) for one in values if one is not None and str(one).strip()))
    if kind.startswith(NUMBERS) and given and set(given) <= {"0", "1"} and column != "tickets.priority":
        flag = _read_boolean(column, f"{place} = 1", name)
        if flag.words:
            return flag
    if kind.startswith(NUMBERS) or len(given) > 30:
        adds = -0.1 if 1 < len(given) <= MOST_WORDS else -0.2
        return Reading(place, adds, "numbers without a meaning" if given else "", unknown=tuple(given[:MOST_WORDS]))
    if not kind.startswith(TEXTS) or kind.endswith("[]"):
        return Reading(place, -1.0)
    if not given:
        return Reading(place, NO_ROWS, "no rows to look at")
    found = {one.lower(): own.get(one.lower()) or meaning(column, one) for one in given}
    if column == "messages.role" and any(one.endswith("_message") for one in found):  # the others are steps
        found = {one: of if one.endswith("_message") else None for one, of in found.items()}
    words = {one: of for one, of in found.items() if of}
    unknown = tuple(one for one, of in found.items() if of is None)
    if column == "messages.role" and len([of for of in words.values() if of == "user"]) > 1:
        answers = tuple(
            one for one in words if words_of(one) in STAFF
        )  # customers ask, so employees answer; it is asked
        words, unknown = {**words, **dict.fromkeys(answers, "assistant")}, (*unknown, *answers)
    if column == "messages.role" and "assistant" in words.values():  # who works there answers beside it; it is asked
        words |= {one: "assistant" for one in unknown if words_of(one) in BESIDE}
    sides = {"user", "assistant"} - set(words.values())
    if column == "messages.role" and len(unknown) == 1 and len(sides) == 1:
        words[unknown[0]] = sides.pop()  # the only other word; it is asked
    if column.endswith(".role") and column != "messages.role" and words:
        words |= dict.fromkeys((one for one in unknown), "user")  # who is not known to be more; it is asked
    share = 1 - len(unknown) / len(found)
    evidence = f"words {', '.join(sorted(found)[:6])}"
    runs = column.endswith(".role") and {"admin", "super_admin"} & set(words.values())  # all others are no more
    if share < 0.3 and not runs:
        return Reading(place, -0.4, evidence, words, unknown)
    plain = all(one == of or DEFAULT_WORDS.get(one) == of for one, of in words.items())
    sql = place if plain else case_of(f"lower({place}::text)" if kind != "text" else f"lower({place})", words)
    steps = SAYS_MORE if column == "messages.role" and not sides and "" in found.values() else 0.0
    return Reading(sql, KNOWN * share + steps if not unknown else GUESSED * share, evidence, words, unknown)


def case_of(subject: str, words: Mapping[str, str]) -> str:
    """SQL that gives words their canonical ones, and leaves others as they are."""
    cases = " ".join(f"when {quote_text(one)} then {quote_text(of)}" for one, of in sorted(words.items()))
    return f"case {subject} {cases} else {subject} end"


def _read_boolean(column: str, place: str, name: str) -> Reading:
    name = words_of(name)
    side = side_of_flag(name) if column == "messages.role" else ""
    if side:
        other = "user" if side == "assistant" else "assistant"
        sql = f"case when {place} then '{side}' else '{other}' end"
        return Reading(sql, KNOWN, "boolean", {"true": side, "false": other})
    if column == "messages.role" and name.startswith(("is_", "from_", "out", "in")):
        yes, no = ("user", "assistant") if name in IS_USER else ("assistant", "user")
        return Reading(f"case when {place} then '{yes}' else '{no}' end", KNOWN, "boolean", {"true": yes, "false": no})
    runs = ("admin", "administrator", "superuser", "staff")
    if column == "users.role" and name.replace("_", "").endswith(runs):
        words = {"true": "admin", "false": "user"}
        return Reading(f"case when {place} then 'admin' else 'user' end", KNOWN, "boolean", words)
    if column == "tickets.status" and name.endswith(("resolved", "solved", "closed")):
        end = "closed" if name.endswith("closed") else "resolved"
        sql = f"case when {place} then '{end}' else 'open' end"
        return Reading(sql, KNOWN, "boolean", {"true": end, "false": "open"})
    if column == "tickets.priority":
        words = {"true": "high", "false": "medium"}
        return Reading(f"case when {place} then 'high' else 'medium' end", 0.3, "boolean", words)
    if column == "documents.status" and name.endswith(("processed", "indexed")):
        words = {"true": "done", "false": "processing"}
        return Reading(f"case when {place} then 'done' else 'processing' end", KNOWN, "boolean", words)
    return Reading(place, -1.0)


def side_of_flag(name: str) -> str:
    """Who writes where a truth value is true, such as is_customer_message or sent_by_bot; empty if it says neither."""
    words = [word for word in words_of(name).split("_") if word not in SAYS_WRITTEN]
    side = (
        meaning("messages.role", words[0]) if len(words) == 1 and words[0] not in ("me", "you", "in", "out") else None
    )
    return side if side in ("user", "assistant") else ""


def is_inverted(name: str) -> bool:
    """True if a column says that an account may not sign in, such as account_blocked."""
    words = words_of(name)
    return words in INVERTED or words.rpartition("_")[2] in INVERTED


def read_active(place: str, name: str, kind: str, values: Sequence[object]) -> Reading:
    """Whether an account may sign in: a boolean, or a status."""
    if kind == "boolean":
        inverted = is_inverted(name)
        return Reading(f"{place} is not true" if inverted else place, KNOWN, "boolean")
    if kind.startswith(TIMES):
        return Reading(f"{place} is null", KNOWN if is_inverted(name) else -1.0, "the time of a block")
    if kind.startswith(NUMBERS):
        bits = {int(one) for one in values if isinstance(one, int | float)}
        known = bool(bits) and bits <= {0, 1}
        inverted = is_inverted(name)
        sql = f"coalesce({place}, 0) = 0" if inverted else f"{place} = 1"
        return Reading(sql, KNOWN if known else -1.0, "0 and 1")
    inverted = is_inverted(name)
    said = (flags.is_false if inverted else flags.is_true)(place, kind, values) if kind.startswith(TEXTS) else ""
    if said:
        return Reading(said, KNOWN, "one letter or word for yes")
    read = read_words("users.is_active", place, name, kind, values)
    if read.adds < 0 or not read.words or (read.unknown and set(read.words.values()) != {"true", "false"}):
        return read._replace(adds=-1.0)
    yes = ", ".join(quote_text(one) for one, of in sorted(read.words.items()) if of == "true")
    sql = f"lower({place}::text) in ({yes})" if yes else "false"
    return read._replace(sql=sql, adds=KNOWN - 0.1)


def read_rating(place: str, name: str, kind: str, values: Collection[object]) -> Reading:
    """A rating from 1 to 5: stars as they are, thumbs as 5 and 1, ten points halved."""
    if kind == "boolean":
        words = {"true": "5", "false": "1"}
        return Reading(f"case when {place} then 5 when not {place} then 1 end", KNOWN, "boolean", words)
    if kind.startswith(NUMBERS):
        return _read_points(place, {Decimal(one) for one in values if isinstance(one, int | float | Decimal)})
    scale = {str(one).lower(): meaning("feedback.scale", str(one)) for one in values if one is not None}
    levels = set(scale.values())
    if kind.startswith(TEXTS) and None not in levels and len(levels) >= FEWEST_LEVELS:
        words = {word: str(level) for word, level in scale.items()}
        cases = " ".join(f"when {quote_text(one)} then {of}" for one, of in sorted(words.items()))
        return Reading(f"case lower({place}::text) {cases} end", KNOWN, f"words {', '.join(sorted(words)[:6])}", words)
    read = read_words("feedback.rating", place, name, kind, list(values))
    if not read.words:
        return read
    cases = " ".join(f"when {quote_text(one)} then {of}" for one, of in sorted(read.words.items()))
    return read._replace(sql=f"case lower({place}::text) {cases} end")


def sure_of_rating(read: Reading) -> float:
    """How sure words are a rating whatever their column is called: good and bad may be said of anything, thumbs not."""
    return THUMBED if all(joined_words(one) in THUMBS for one in read.words) else UNNAMED


def _read_points(place: str, points: set[Decimal]) -> Reading:
    if not points:
        return Reading(place, NO_ROWS, "no rows to look at")
    if points <= {-1, 0, 1} and -1 in points:
        return Reading(f"case {place} when 1 then 5 when -1 then 1 end", KNOWN, "1 and -1", {"1": "5", "-1": "1"})
    if points <= {0, 1} and len(points) == 2:
        return Reading(f"case {place} when 1 then 5 when 0 then 1 end", KNOWN, "1 and 0", {"1": "5", "0": "1"})
    least, most = min(points), max(points)
    halves = {one % 1 for one in points} - {0}
    evidence = f"from {least} to {most}"
    if least >= 1 and 2 < most <= 5 and halves <= {Decimal("0.5")}:  # stars and a half are rounded up
        return Reading(f"round({place})" if halves else place, KNOWN, evidence)
    if not halves and least == 0 and 5 < most <= 10:
        return Reading(f"round(1 + {place} * 0.4)::int", 0.05, f"{evidence}: from 0 to 10?")
    if not halves and least >= 0 and most <= 10:
        return Reading(f"ceil({place} / 2.0)::int", 0.05, f"{evidence}: ten points?")
    return Reading(place, -0.5, evidence)  # such as the score of a search


def read_file_type(place: str, name: str, kind: str, values: Sequence[object] = ()) -> Reading:
    """The extension: a column of its own, the end of a file name, or the second half of a media type."""
    if not kind.startswith(TEXTS):
        return Reading(place, -1.0)
    words = words_of(name)
    if words.endswith("name"):
        return Reading(f"substring({place} from '[.]([^.]+)$')", 0.2, "end of the file name")
    if any("/" in str(one) for one in values):
        adds = 0.34 if all(_MEDIA.match(str(one)) for one in values) else 0.2
        return Reading(f"split_part({place}, '/', 2)", adds, "media types")
    known = sum(str(one).lower().lstrip(".") in FILE_TYPES for one in values)
    if known and known >= 0.8 * len(values):
        return Reading(place, SAID if len(values) > 1 else KNOWN, "types of files")
    return Reading(place, 0.2 if known or not values else 0.1, kind)


def are_types(values: Sequence[object]) -> bool:
    """True if each value is a media type, or each the extension of a file."""
    given = [str(one) for one in values]
    return all(_MEDIA.match(one) for one in given) or all(one.lower().lstrip(".") in FILE_TYPES for one in given)


def read_count(place: str, kind: str, name: str = "") -> Reading:
    """A number of bytes or chunks; in other units by its name, which may be of 1000 or of 1024 bytes."""
    if not kind.startswith(NUMBERS):
        return Reading(place, -1.0)
    times = SIZES.get(words_of(name).rpartition("_")[2], 0)
    if times:
        return Reading(f"({place} * {times})::bigint", 0.1, "another unit, by its name")
    return Reading(place, 0.36, kind)


def read_plain_text(place: str, kind: str) -> Reading:
    """A text as it is."""
    return Reading(place, 0.3, kind) if kind.startswith(TEXTS) and not kind.endswith("[]") else Reading(place, -1.0)


def place_of(alias: str, name: str) -> str:
    """SQL of a column of an alias."""
    return f"{alias}.{quote_name(name)}"


def is_vocabulary(column: str) -> bool:
    """True if a canonical column's values are words."""
    return column in WORDS

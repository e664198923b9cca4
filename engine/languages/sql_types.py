"""Types of SQL expressions as far as they are certain; an empty string is a type that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_NAMES = {
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "decimal": "numeric",
    "varchar": "text",
    "bpchar": "text",
    "name": "text",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}
NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")  # each wider than the one before
TIMES = ("date", "timestamp", "timestamptz")
_FAMILIES = {
    **dict.fromkeys(NUMBERS, "number"),
    **dict.fromkeys(TIMES, "time"),
    **{name: name for name in ("text", "boolean", "interval", "uuid", "json", "jsonb", "bytea")},
}
_COUNTS = frozenset({"count", "row_number", "rank", "dense_rank", "pg_total_relation_size", "pg_database_size"})
_TEXTS = frozenset(
    """lower upper initcap concat concat_ws btrim ltrim rtrim left right replace to_char md5 format string_agg
    split_part substring substr repeat lpad rpad regexp_replace array_to_string quote_literal quote_ident
    reverse""".split()  # noqa: SIM905
)
_INTEGERS = frozenset({"length", "char_length", "cardinality", "array_length", "width_bucket", "ntile", "position"})
_BOOLEANS = frozenset({"bool_or", "bool_and", "every", "starts_with", "isfinite"})
_AS_GIVEN = frozenset({"min", "max", "lag", "lead", "first_value", "last_value", "nth_value", "any_value", "abs"})
COMPARED = frozenset({"=", "<>", "<", ">", "<=", ">="})
_NEVER_ADDED = frozenset({"text", "boolean", "time", "uuid", "json", "jsonb", "bytea"})


def plain(name: str) -> str:
    """A type as this module writes it: ``int8`` is ``bigint``, lengths are left out."""
    bare = " ".join(str(name).lower().partition("(")[0].split())
    if bare.endswith("[]"):
        return plain(bare[:-2]) + "[]"
    return _NAMES.get(bare, bare)


def family(kind: str) -> str:
    """The family of a type: types of one family can be compared; an empty string for a type that is not known here."""
    return "array" if kind.endswith("[]") else _FAMILIES.get(kind, "")


def unlike(left: str, right: str) -> bool:
    """True if PostgreSQL has no comparison of the two types."""
    a, b = family(left), family(right)
    return bool(a and b and a != b)


def common(kinds: Iterable[str]) -> str:
    """The type that values of several types get in CASE, COALESCE or UNION."""
    known = {kind for kind in kinds if kind}
    if len(known) == 1:
        return known.pop()
    return max(known, key=NUMBERS.index) if known and known <= set(NUMBERS) else ""


def cannot_add(function: str, kind: str) -> bool:
    """True if sum and avg do not accept an argument of the type."""
    return function in ("sum", "avg") and family(kind) in _NEVER_ADDED


def cannot_compute(left: str, right: str) -> bool:
    """True if + - * / do not accept the operands: a text or a boolean with another known type."""
    families = {family(left), family(right)}
    return "" not in families and bool(families & {"text", "boolean", "uuid"})


def of_call(function: str, kinds: Sequence[str]) -> str:
    """The type of a function's result."""
    first = kinds[0] if kinds else ""
    if function in _COUNTS:
        return "bigint"
    for names, kind in ((_TEXTS, "text"), (_INTEGERS, "integer"), (_BOOLEANS, "boolean")):
        if function in names:
            return kind
    if function in _AS_GIVEN:
        return first
    if function in ("sum", "avg"):
        return _of_sum(function, first)
    fixed = {
        "now": "timestamptz",
        "clock": "timestamptz",
        "to_timestamp": "timestamptz",
        "make_interval": "interval",
        "age": "interval",
        "extract": "numeric",
        "date_part": "double precision",
        "random": "double precision",
    }
    if function in fixed:
        return fixed[function]
    if function == "timezone":
        return {"timestamptz": "timestamp", "timestamp": "timestamptz", "date": "timestamp"}.get(kinds[-1], "")
    if function == "date_trunc" and len(kinds) > 1:
        return "timestamptz" if kinds[1] == "date" or len(kinds) == 3 else kinds[1]
    if function in ("round", "floor", "ceil", "ceiling", "trunc"):
        return "numeric" if first == "numeric" else "double precision" if first in NUMBERS and len(kinds) == 1 else ""
    return f"{first}[]" if function == "array_agg" and first and not first.endswith("[]") else ""


def _of_sum(function: str, kind: str) -> str:
    if kind in ("interval", "double precision"):
        return kind
    if function == "sum":
        return {"smallint": "bigint", "integer": "bigint", "bigint": "numeric", "numeric": "numeric"}.get(kind, "")
    return "numeric" if kind in ("smallint", "integer", "bigint", "numeric") else ""


def of_operator(name: str, left: str, right: str) -> str:
    """The type of a binary operator's result."""
    if name in COMPARED or name in ("~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*", "@>", "<@", "?", "&&"):
        return "boolean"
    if name in ("->>", "#>>"):
        return "text"
    if name == "||":
        families = {family(left), family(right)}
        return "text" if "text" in families and not families & {"", "array", "json", "jsonb"} else ""
    if name not in ("+", "-", "*", "/") or not left or not right:
        return ""
    return _of_arithmetic(name, left, right)


def beside_time(sign: str, kind: str) -> str:
    """The type as which PostgreSQL reads a literal in quotes beside a time or an interval; empty for other types."""
    if kind == "interval" or (kind in TIMES and sign == "-"):
        return kind
    return "interval" if kind in ("timestamp", "timestamptz") and sign == "+" else ""


def _of_arithmetic(sign: str, left: str, right: str) -> str:
    both = {left, right}
    if both <= set(NUMBERS):
        wide = max(both, key=NUMBERS.index)
        return "double precision" if wide == "real" and len(both) == 2 else wide
    if both <= {"interval", *NUMBERS}:
        return "interval"
    if both == {"date"} and sign == "-":
        return "integer"
    if both <= set(TIMES) and sign == "-":
        return "interval" if "date" not in both else ""
    if (left in TIMES and right == "interval") or (right in TIMES and left == "interval"):
        time = left if right == "interval" else right
        return "timestamp" if time == "date" else time
    return "date" if both == {"date", "integer"} else ""

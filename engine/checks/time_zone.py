"""A design rule of its own: no SQL depends on the time zone of the session, which is the reader's and not ours.

The types of columns are those that the headers of relations state; what has no known type is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import postgast

from gendash.engine.checks.queries import sample
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.grafana_macros import MacroError
from gendash.engine.languages.sql_parser import LEAVES, nodes, parse_statements
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Problem

DATE, LOCAL, INSTANT, LENGTH = "date", "timestamp", "timestamptz", "interval"
SAME = {"min", "max"}
SESSION = {"SVFOP_CURRENT_DATE", "SVFOP_CURRENT_TIME", "SVFOP_LOCALTIME", "SVFOP_LOCALTIMESTAMP"}
COMPARED = {"=", "<", ">", "<=", ">=", "<>"}
HINT = "say at time zone {{ zone() }}, or cast a date to timestamp first"


def check_session_zone(catalog: Catalog) -> list[Problem]:
    """Days, hours and months are cut in the installation's zone, never in the zone of the database session."""
    types = frozenset(column_types(catalog).items())
    return [
        Problem(where, f"{what} follows the zone of the session", HINT)
        for where, text in all_sql(catalog)
        for what in _followers(text, types)
    ]


@lru_cache(maxsize=4096)
def _followers(text: str, types: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(set(in_session_zone(text, dict(types)))))


def column_types(catalog: Catalog) -> dict[str, str]:
    """Types of the columns of relations by name, for names that mean one type everywhere."""
    found: dict[str, set[str]] = {}
    for relation in catalog.relations.values():
        for name, column in relation.columns.items():
            found.setdefault(name, set()).add(str(column.get("type", "")))
    return {name: next(iter(types)) for name, types in found.items() if len(types) == 1}


def all_sql(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for relation in catalog.relations.values():
        if relation.kind in ("rollup", "view", "audit"):
            yield relation.path, _without_selects(catalog, catalog.expanded(relation.text).text)
    for where, dashboard, query in catalog.queries():
        if query.language == "sql":
            try:
                yield where, sample(query, dashboard, catalog.expand(query).text)
            except MacroError:
                continue  # check_queries_parse reports it


def _without_selects(catalog: Catalog, text: str) -> str:
    """The text with only the types of what an adapter gives: each read sets the session's zone, platform.time_zone."""
    for table, one in catalog.adapter.items():
        types = {name: of.type for name, of in catalog.contract.get(table, {}).items()}
        given = ", ".join(f"null::{types.get(name, 'text')} as {quote_name(name)}" for name in one.outputs)
        text = text.replace(one.text, f"select {given}") if one.text else text
    return text


def in_session_zone(text: str, types: Mapping[str, str]) -> Iterator[str]:
    """Each expression of a SQL text whose value depends on the session's time zone; none where it does not parse."""
    try:
        every = list(nodes(parse_statements(text), LEAVES))
    except postgast.PgQueryError:
        return
    # a name that the text gives to something else is not the column that the headers know
    given = [(n.name, _kind(n.val, types)) for n in every if n.DESCRIPTOR.name == "ResTarget" and n.name]
    other = {name for name, kind in given if kind != types.get(name)}
    known = {**types, **dict.fromkeys(other, "")}
    for node in every:
        yield from _judge(node, known)


def _judge(message: Any, types: Mapping[str, str]) -> Iterator[str]:
    name = message.DESCRIPTOR.name
    if name == "TypeCast":
        source, target = _kind(message.arg, types), _type(message)
        if (source == INSTANT and target in (DATE, LOCAL, "time")) or (source in (DATE, LOCAL) and target == INSTANT):
            yield f"a cast from {source} to {target}"
    elif name == "SQLValueFunction":
        if _operation(message) in SESSION:
            yield "current_date"
    elif name == "FuncCall":
        yield from _judge_call(_function(message), list(message.args), types)
    elif name in ("AExpr", "A_Expr") and _operator(message) in COMPARED:
        kinds = {_kind(message.lexpr, types), _kind(message.rexpr, types)}
        if INSTANT in kinds and kinds & {DATE, LOCAL}:
            yield f"a comparison of timestamptz with {'date' if DATE in kinds else 'timestamp'}"


def _judge_call(function: str, arguments: list[Any], types: Mapping[str, str]) -> Iterator[str]:
    kinds = [_kind(argument, types) for argument in arguments]
    if function == "generate_series" and len(kinds) == 3 and kinds[0] == DATE:
        yield "generate_series over dates"
    elif function == "date_trunc" and len(kinds) == 2 and kinds[1] in (INSTANT, DATE):
        yield f"date_trunc of a {kinds[1]}"
    elif function in ("extract", "date_part") and kinds[-1] == INSTANT and _word(arguments[0]) != "epoch":
        yield f"extract({_word(arguments[0])}) of a timestamptz"
    elif function == "timezone" and kinds[-1] == DATE:
        yield "at time zone of a date"
    elif function == "to_char" and kinds[0] == INSTANT:
        yield "to_char of a timestamptz"


def _kind(node: Any, types: Mapping[str, str]) -> str:
    """The type of an expression, or an empty string if it cannot be determined."""
    which = node.WhichOneof("node") if node.DESCRIPTOR.name == "Node" else None
    inner = getattr(node, which) if which else node
    if which == "type_cast":
        return _type(inner)
    if which == "column_ref":
        last = inner.fields[-1]
        return _known(types.get(last.string.sval, "")) if last.WhichOneof("node") == "string" else ""
    if which == "func_call":
        return _call_kind(_function(inner), list(inner.args), types)
    if which in ("coalesce_expr", "min_max_expr"):
        return next((kind for one in inner.args if (kind := _kind(one, types))), "")
    if which == "a_expr" and _operator(inner) in ("+", "-"):
        return _sum_kind(_operator(inner), _kind(inner.lexpr, types), _kind(inner.rexpr, types))
    return ""


def _call_kind(function: str, arguments: list[Any], types: Mapping[str, str]) -> str:
    if function in ("now", "clock"):
        return INSTANT
    if function == "make_interval":
        return LENGTH
    if function == "timezone":
        return {INSTANT: LOCAL, LOCAL: INSTANT, DATE: LOCAL}.get(_kind(arguments[-1], types), "")
    if function == "date_trunc":
        kind = _kind(arguments[1], types)
        return INSTANT if kind == DATE or len(arguments) == 3 else kind
    return _kind(arguments[0], types) if function in SAME and arguments else ""


def _sum_kind(sign: str, left: str, right: str) -> str:
    if left == right:
        return "" if sign == "-" and left != LENGTH else left
    if LENGTH in (left, right):
        other = left if right == LENGTH else right
        return LOCAL if other == DATE else other
    return left if left != LENGTH else ""


def _known(name: str) -> str:
    return name if name in (DATE, LOCAL, INSTANT, LENGTH) else ""


def _type(cast: Any) -> str:
    return str(cast.type_name.names[-1].string.sval)


def _function(call: Any) -> str:
    return str(call.funcname[-1].string.sval)


def _operator(expression: Any) -> str:
    return str(expression.name[-1].string.sval) if expression.name else ""


def _word(node: Any) -> str:
    return str(node.a_const.sval.sval)


def _operation(message: Any) -> str:
    return str(message.DESCRIPTOR.fields_by_name["op"].enum_type.values_by_number[message.op].name)

"""Names that PostgreSQL gives to the columns of a SELECT that have none of their own (its FigureColname)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gendash.engine.languages import sql_types as types

_FIXED = {
    "coalesce_expr": "coalesce",
    "a_array_expr": "array",
    "row_expr": "row",
    "grouping_func": "grouping",
    "xml_serialize": "xmlserialize",
    "json_object_constructor": "json_object",
    "json_array_constructor": "json_array",
    "json_array_query_constructor": "json_array",
    "json_object_agg": "json_objectagg",
    "json_array_agg": "json_arrayagg",
    "json_parse_expr": "json",
    "json_scalar_expr": "json_scalar",
    "json_serialize_expr": "json_serialize",
}


def output_name(node: Any) -> str:
    """The name that PostgreSQL gives to an expression without AS."""
    return _name(node)[0]


def _name(node: Any) -> tuple[str, bool]:
    """The name, and whether it is better than that of a cast around it."""
    which = node.WhichOneof("node")
    inner: Any = getattr(node, which) if which else None
    if which == "column_ref":
        names = list(_strings(inner.fields))
        return (names[-1], True) if names else ("?column?", False)
    if which == "a_indirection":
        names = list(_strings(inner.indirection))
        return (names[-1], True) if names else _name(inner.arg)
    if which == "func_call":
        return inner.funcname[-1].string.sval, True
    if which == "type_cast":
        name, is_better = _name(inner.arg)
        return (name, True) if is_better else (inner.type_name.names[-1].string.sval, False)
    if which == "collate_clause":
        return _name(inner.arg)
    if which == "case_expr":
        name, is_better = _name(inner.defresult)
        return (name, True) if is_better else ("case", False)
    if which == "sub_link":
        return _sublink_name(inner)
    if which == "a_expr" and "NULLIF" in enum_name(inner, "kind"):
        return "nullif", True
    if which == "json_func_expr":
        return enum_name(inner, "op").removesuffix("_OP").lower(), True
    if which in ("min_max_expr", "xml_expr"):
        return enum_name(inner, "op").removeprefix("IS_").lower(), True
    if which == "sqlvalue_function":
        return enum_name(inner, "op").removeprefix("SVFOP_").removesuffix("_N").lower(), True
    return (_FIXED[which], True) if which in _FIXED else ("?column?", False)


def _sublink_name(link: Any) -> tuple[str, bool]:
    kind = enum_name(link, "sub_link_type")
    if kind == "EXPR_SUBLINK" and link.subselect.select_stmt.values_lists:
        return "column1", True
    if kind == "EXPR_SUBLINK" and link.subselect.select_stmt.target_list:
        target = link.subselect.select_stmt.target_list[0].res_target
        return (target.name, True) if target.name else _name(target.val)
    return {"EXISTS_SUBLINK": ("exists", True), "ARRAY_SUBLINK": ("array", True)}.get(kind, ("?column?", False))


def _strings(nodes: Iterable[Any]) -> Iterator[str]:
    return (one.string.sval for one in nodes if one.WhichOneof("node") == "string")


def enum_name(message: Any, name: str) -> str:
    """The name of an enumerated value of a node."""
    field = message.DESCRIPTOR.fields_by_name[name]
    return str(field.enum_type.values_by_number[getattr(message, name)].name)


def has_star(indirection: Any) -> bool:
    return bool(indirection.indirection) and indirection.indirection[-1].HasField("a_star")


def cast_type(node: Any) -> str:
    """The type that a cast gives."""
    kind = types.plain(node.type_name.names[-1].string.sval)
    return f"{kind}[]" if node.type_name.array_bounds else kind

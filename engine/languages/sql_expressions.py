"""The types of expressions on the parser's tree, and what PostgreSQL refuses in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gendash.engine.config.load import suggest
from gendash.engine.languages import sql_literals as literals
from gendash.engine.languages import sql_types as types
from gendash.engine.languages.sql_names import cast_type, enum_name
from gendash.engine.languages.sql_scope import Scope

_BY_ZERO = ("division by a literal 0", "divide by something else, or by nullif(..., 0)")
_SESSION = {"CURRENT_DATE": "date", "CURRENT_TIMESTAMP": "timestamptz", "LOCALTIMESTAMP": "timestamp"}


def expression(node: Any, scope: Scope) -> str:
    """The type of an expression, an empty string where it is not known; faults below it are reported."""
    which = node.WhichOneof("node")
    if which is None:
        return ""
    inner = getattr(node, which)
    known = _KINDS.get(which)
    if known is not None:
        return known(inner, scope)
    visit_below(inner, scope)
    return ""


def visit_below(message: Any, scope: Scope) -> None:
    """Visits the expressions below a node that needs no handling of its own."""
    for field, value in message.ListFields():
        if field.message_type:
            for one in value if field.is_repeated else (value,):
                name = one.DESCRIPTOR.name
                if name == "Node":
                    expression(one, scope)
                elif name != "TypeName":
                    visit_below(one, scope)


def _column(ref: Any, scope: Scope) -> str:
    names = [one.string.sval for one in ref.fields if one.WhichOneof("node") == "string"]
    if len(names) < len(ref.fields):
        scope.star(names[-1] if names else "", ref.location)
        return ""
    if len(names) == 1:
        return scope.column(names[0], ref.location)
    return scope.qualified(names[-2], names[-1], ref.location) if len(names) <= 3 else ""


def _cast(node: Any, scope: Scope) -> str:
    expression(node.arg, scope)
    kind = cast_type(node)
    read_as(kind, node.arg, scope)
    return kind


def _constant(node: Any, _scope: Scope) -> str:
    which = node.WhichOneof("val")
    if which == "fval":
        return "numeric" if {".", "e", "E"} & {*node.fval.fval} else "bigint"
    return {"ival": "integer", "boolval": "boolean"}.get(which, "") if not node.isnull else ""


def _call(node: Any, scope: Scope) -> str:
    name = node.funcname[-1].string.sval
    kinds = [expression(one, scope) for one in node.args]
    sorts = [expression(one.sort_by.node, scope) for one in node.agg_order]
    condition(node.agg_filter, scope, "FILTER")
    if node.HasField("over"):
        visit_below(node.over, scope)
    if kinds and types.cannot_add(name, kinds[0]):
        scope.report(f"{name} of a {kinds[0]}", f"{name} takes numbers and intervals", node.location)
    if name in ("mod", "div") and len(kinds) == 2 and literals.is_zero(node.args[1]):
        scope.report(*_BY_ZERO, node.location)
    if name in ("date_trunc", "extract", "date_part") and node.args:
        part = literals.text_of(node.args[0])
        if part is not None and not literals.is_field(part):
            do = suggest(part, literals.FIELDS) or "a time has year, month, day, hour, ..."
            scope.report(f"{name} of '{part}'", do, node.location)
    if name == "percentile_disc" or (name == "mode" and sorts):
        return sorts[0] if sorts else ""
    if name == "percentile_cont":
        is_array = bool(kinds and kinds[0].endswith("[]"))
        return "double precision" if sorts and sorts[0] in types.NUMBERS and not is_array else ""
    return types.of_call(name, kinds)


def _operation(node: Any, scope: Scope) -> str:
    operation = enum_name(node, "kind")
    name = node.name[-1].string.sval if node.name else ""
    left = expression(node.lexpr, scope)
    if node.rexpr.WhichOneof("node") == "list":
        for one in node.rexpr.list.items:
            _compare(name if name in types.COMPARED else "=", (node.lexpr, left), one, node, scope)
        return "boolean"
    if operation.endswith(("_ANY", "_ALL")):
        items = node.rexpr.a_array_expr.elements
        is_text = bool(items) and all(literals.text_of(one) is not None for one in items)
        kind = "text[]" if is_text else expression(node.rexpr, scope)
        if kind.endswith("[]"):
            _same(name, left, kind[:-2], node, scope)
        return "boolean"
    if not node.HasField("lexpr"):
        right = expression(node.rexpr, scope)
        return right if name == "-" else ""
    right = _compare(name, (node.lexpr, left), node.rexpr, node, scope)
    if name in ("/", "%") and literals.is_zero(node.rexpr):
        scope.report(*_BY_ZERO, node.location)
    return left if operation.endswith("NULLIF") else types.of_operator(name, left, right)


def _compare(name: str, given: tuple[Any, str], other: Any, node: Any, scope: Scope) -> str:
    """The type of the right operand; reports operands that the operator does not take."""
    (operand, left), right = given, expression(other, scope)
    _same(name, left, right, node, scope)
    is_sum = name in ("+", "-", "*", "/", "%")
    if name in types.COMPARED or (is_sum and {left, right} & set(types.NUMBERS)):
        read_as(left, other, scope)
        read_as(right, operand, scope)
    elif name in ("+", "-"):
        for kind, literal in ((left, other), (right, operand)):
            _beside_time(name, kind, literal, scope)
    return right


def _beside_time(sign: str, kind: str, node: Any, scope: Scope) -> None:
    """Reports a literal in quotes that PostgreSQL cannot add to or subtract from a time or an interval."""
    if kind == "date" and sign == "+" and literals.text_of(node) is not None:
        do = "write a number of days without quotes, or cast it to interval"
        scope.report("date + a text in quotes", do, node.a_const.location)
    else:
        read_as(types.beside_time(sign, kind), node, scope)


def _same(name: str, left: str, right: str, node: Any, scope: Scope) -> None:
    wrong = types.unlike(left, right) if name in types.COMPARED else False
    if wrong or (name in ("+", "-", "*", "/") and types.cannot_compute(left, right)):
        scope.report(f"{left} {name} {right}", "cast one side, or name another column", node.location)


def read_as(kind: str, node: Any, scope: Scope) -> None:
    """Reports a literal in quotes that cannot be read as the type that it is compared with or cast to."""
    text = literals.text_of(node)
    if kind and text is not None and literals.is_unreadable(text, kind):
        scope.report(f"'{text[:40]}' is no {kind}", "correct it, or cast the other side", node.a_const.location)


def condition(node: Any, scope: Scope, name: str) -> None:
    """Visits what must be true or false; reports what is something else."""
    kind = expression(node, scope) or ("text" if literals.text_of(node) is not None else "")
    if node.WhichOneof("node") == "a_const" and kind == "text":
        read_as("boolean", node, scope)
    elif types.unlike(kind, "boolean"):
        scope.report(f"{name} of a {kind}", "compare it with something", _start(node))


def _start(node: Any) -> int:
    which = node.WhichOneof("node")
    return getattr(getattr(node, which), "location", -1) if which else -1


def matched(name: str, nodes: Iterable[Any], scope: Scope) -> str:
    """The type that alternatives have in common; reports those that have none."""
    nodes = list(nodes)
    kinds = [expression(one, scope) for one in nodes]
    for node, kind in zip(nodes, kinds, strict=True):
        first = next((one for one in kinds if types.family(one)), "")
        if types.unlike(first, kind):
            scope.report(f"{name} of {first} and {kind}", "cast one of them", _start(node))
            return ""
        read_as(first, node, scope)
    return types.common(kinds)


def _sublink(node: Any, scope: Scope) -> str:
    test = expression(node.testexpr, scope)
    found = scope.statement(node.subselect, scope)
    link = enum_name(node, "sub_link_type")
    first = found.columns[0][1] if found.columns else ""
    if link == "EXPR_SUBLINK":
        return first
    if link == "ANY_SUBLINK":
        _same("=", test, first, node, scope)
    return "boolean" if link in ("ANY_SUBLINK", "ALL_SUBLINK", "EXISTS_SUBLINK") else ""


def _case(node: Any, scope: Scope) -> str:
    whens = [one.case_when for one in node.args]
    if node.HasField("arg"):
        kind = expression(node.arg, scope)
        for when in whens:
            _compare("=", (node.arg, kind), when.expr, node, scope)
    else:
        for when in whens:
            condition(when.expr, scope, "WHEN")
    return matched("CASE", [*(when.result for when in whens), node.defresult], scope)


def _truth(node: Any, scope: Scope) -> str:
    for one in node.args:
        condition(one, scope, enum_name(node, "boolop").removesuffix("_EXPR"))
    return "boolean"


def _test(node: Any, scope: Scope) -> str:
    visit_below(node, scope)
    return "boolean"


def _array(node: Any, scope: Scope) -> str:
    kind = matched("ARRAY", node.elements, scope)
    return f"{kind}[]" if kind and not kind.endswith("[]") else ""


def _session(node: Any, _scope: Scope) -> str:
    return _SESSION.get(enum_name(node, "op").removeprefix("SVFOP_"), "")


_KINDS: Mapping[str, Callable[[Any, Scope], str]] = {
    "column_ref": _column,
    "type_cast": _cast,
    "a_const": _constant,
    "func_call": _call,
    "a_expr": _operation,
    "sub_link": _sublink,
    "case_expr": _case,
    "coalesce_expr": lambda node, scope: matched("COALESCE", node.args, scope),
    "min_max_expr": lambda node, scope: matched(enum_name(node, "op").removeprefix("IS_"), node.args, scope),
    "bool_expr": _truth,
    "null_test": _test,
    "boolean_test": _test,
    "a_array_expr": _array,
    "sqlvalue_function": _session,
    "select_stmt": lambda node, scope: scope.statement(node, scope) and "",
}

"""The columns that a SELECT returns, and those that it reads and do not exist: from the parser's tree, with types.

Where something cannot be known (a function that returns records, a node that is not handled) nothing is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gendash.engine.languages import sql_literals as literals
from gendash.engine.languages import sql_types as types
from gendash.engine.languages.remembered import Remembered
from gendash.engine.languages.sql_expressions import condition, expression, matched, read_as, visit_below
from gendash.engine.languages.sql_grouping import grouping_faults
from gendash.engine.languages.sql_names import has_star, output_name
from gendash.engine.languages.sql_parser import parse_statements
from gendash.engine.languages.sql_scope import (
    RECORDS,
    SCALARS,
    UNKNOWN,
    Fault,
    FromItem,
    Lookup,
    Scope,
    Source,
    aliased,
    joined,
)


def _columns_of(text: str, lookup: Lookup) -> tuple[list[Source], list[Fault]]:
    return resolve(parse_statements(text), lookup)


_REMEMBERED = Remembered(_columns_of)


def read_columns_of(text: str, lookup: Lookup) -> tuple[list[Source], list[Fault]]:
    """The columns of every statement of a SQL text, and its faults. Raises postgast.PgQueryError."""
    return _REMEMBERED(text, lookup)


def resolve(statements: Iterable[Any], lookup: Lookup) -> tuple[list[Source], list[Fault]]:
    """The columns of every statement, and the faults of all."""
    faults: list[Fault] = []
    outside = Scope(lookup, faults, statement=_statement)
    return [_statement(one.stmt, outside) for one in statements], faults


def _statement(node: Any, outside: Scope) -> Source:
    if node.DESCRIPTOR.name == "SelectStmt":
        return _select(node, outside)
    return _select(node.select_stmt, outside) if node.WhichOneof("node") == "select_stmt" else UNKNOWN


def _select(query: Any, outside: Scope) -> Source:
    """The columns of a SELECT; ``outside`` holds the CTEs that it can read, and the query around it."""
    if query.HasField("with_clause"):
        outside = replace(outside, ctes=_ctes(query.with_clause, outside))
    inside = replace(outside, items=(), outputs={}, parent=outside)
    if query.HasField("larg"):
        return _set_operation(query, outside)
    if query.values_lists:
        return _values(query, inside)
    items: tuple[FromItem, ...] = ()
    for node in query.from_clause:
        items += (_from(node, replace(inside, items=items)),)
    _report_twins(items, inside)
    scope = replace(inside, items=items)
    given = _targets(query.target_list, scope)
    named = replace(scope, outputs=dict(given.columns))
    condition(query.where_clause, scope, "WHERE")
    condition(query.having_clause, scope, "HAVING")
    for node in query.group_clause:
        _grouped(node, named, given)
    for window in query.window_clause:
        visit_below(window, scope)
    for node in query.distinct_clause:
        _ordered(node, named, given, "DISTINCT ON")
    for one in query.sort_clause:
        _ordered(one.sort_by.node, named, given, "ORDER BY")
    for node in (query.limit_count, query.limit_offset):
        expression(node, outside)
        read_as("bigint", node, outside)
    for fault in grouping_faults(query, named):
        scope.report(*fault)
    return given


def _report_twins(items: tuple[FromItem, ...], scope: Scope) -> None:
    names = [name for item in items for name, _ in item.relations if name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        scope.report(f"'{name}' occurs twice in FROM", "give each an alias of its own")


def _ctes(clause: Any, outside: Scope) -> Mapping[str, Source]:
    """The CTEs of a WITH clause, added to those around it."""
    ctes = dict(outside.ctes)
    if clause.recursive:  # each may read the others; those that follow are not known yet
        ctes |= {one.common_table_expr.ctename: UNKNOWN for one in clause.ctes}
    for one in (node.common_table_expr for node in clause.ctes):
        names = [alias.string.sval for alias in one.aliascolnames]
        scope = replace(outside, ctes=ctes)
        query = one.ctequery.select_stmt
        if clause.recursive and query.HasField("larg"):
            first = _select(query.larg, replace(scope, faults=[]))
            ctes = ctes | {one.ctename: first.renamed(names)}
            scope = replace(outside, ctes=ctes)
        found = _statement(one.ctequery, scope)
        if len(names) > len(found.columns) and not found.is_open:
            scope.report(f"'{one.ctename}' names {len(names)} columns and returns {len(found.columns)}", "give as many")
            found = UNKNOWN
        extra = bool(one.HasField("search_clause") or one.HasField("cycle_clause"))
        ctes = ctes | {one.ctename: found.renamed(names)._replace(is_open=found.is_open or extra)}
    return ctes


def _set_operation(query: Any, outside: Scope) -> Source:
    left, right = _select(query.larg, outside), _select(query.rarg, outside)
    given = left
    if not (left.is_open or right.is_open):
        if len(left.columns) != len(right.columns):
            what = f"sides of a UNION with {len(left.columns)} and {len(right.columns)} columns"
            outside.report(what, "give as many on each side")
        else:
            pairs = list(zip(left.columns, right.columns, strict=True))
            for (name, kind), (_, other) in pairs:
                if types.unlike(kind, other):
                    outside.report(f"'{name}' is {kind} on one side of a UNION and {other} on another", "cast one")
            for side, others in ((query.larg, right), (query.rarg, left)):
                shown = side.target_list if len(side.target_list) == len(others.columns) else ()
                for target, (_, kind) in zip(shown, others.columns, strict=False):
                    read_as(kind, target.res_target.val, outside)
            given = Source(tuple((name, types.common((kind, other))) for (name, kind), (_, other) in pairs))
    named = replace(outside, items=(), parent=None, outputs=dict(given.columns))
    if not given.is_open:
        for one in query.sort_clause:
            _constant(one.sort_by.node, named, given, "ORDER BY")
            expression(one.sort_by.node, named)
    return given


def _values(query: Any, scope: Scope) -> Source:
    rows = [row.list.items for row in query.values_lists]
    kinds = [matched("VALUES", column, scope) for column in zip(*rows, strict=False)]
    return Source(tuple((f"column{number}", kind) for number, kind in enumerate(kinds, 1)))


def _targets(targets: Iterable[Any], scope: Scope) -> Source:
    columns: list[tuple[str, str]] = []
    is_open = False
    for target in (one.res_target for one in targets):
        fields = target.val.column_ref.fields
        if fields and fields[-1].HasField("a_star"):
            every = scope.star(fields[-2].string.sval if len(fields) > 1 else "", target.location)
        elif target.val.WhichOneof("node") == "a_indirection" and has_star(target.val.a_indirection):
            expression(target.val, scope)
            every = UNKNOWN
        else:
            kind = expression(target.val, scope)
            every = Source(((target.name or output_name(target.val), kind),))
        columns += every.columns
        is_open = is_open or every.is_open
    return Source(tuple(columns), is_open)


# ── FROM ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _from(node: Any, scope: Scope) -> FromItem:
    """One item of FROM; ``scope`` holds the items to its left, which only LATERAL ones and functions can name."""
    which = node.WhichOneof("node")
    inner = getattr(node, which)
    if which == "range_var":
        return aliased(_relation(inner, scope), inner.alias, inner.relname)
    if which == "range_subselect":
        around = scope if inner.lateral else replace(scope, items=())
        return aliased(_statement(inner.subquery, around), inner.alias)
    if which == "range_function":
        return _function_item(inner, scope)
    if which == "join_expr":
        return _join(inner, scope)
    if which == "range_table_sample":
        return _from(inner.relation, scope)
    return aliased(UNKNOWN, inner.alias) if hasattr(inner, "alias") else FromItem((), UNKNOWN)


def _relation(node: Any, scope: Scope) -> Source:
    if not node.schemaname and node.relname in scope.ctes:
        return scope.ctes[node.relname]
    found = scope.lookup(node.schemaname, node.relname)
    if isinstance(found, Source):
        return found
    scope.report(*found, node.location)
    return UNKNOWN


def _join(node: Any, scope: Scope) -> FromItem:
    left = _from(node.larg, scope)
    right = _from(node.rarg, replace(scope, items=(*scope.items, left)))
    names = [one.string.sval for one in node.using_clause]
    both = [dict(side.given.columns) for side in (left, right)]
    if node.is_natural:
        if left.given.is_open or right.given.is_open:
            return FromItem((*left.relations, *right.relations), UNKNOWN)
        names = [name for name in both[0] if name in both[1]]
    for name in names:
        for side, item in zip(both, (left, right), strict=True):
            if name not in side and not item.given.is_open:
                replace(scope, items=(item,), parent=None).column(name, -1)
            if [column for column, _ in item.given.columns].count(name) > 1:
                scope.report(f"'{name}' occurs twice on one side of USING", "join ON columns with their relations")
        if types.unlike(both[0].get(name, ""), both[1].get(name, "")):
            scope.report(f"joins '{name}' as {both[0][name]} with {both[1][name]}", "cast one of them")
    item = joined(left, right, names)
    condition(node.quals, replace(scope, items=(*scope.items, item)), "ON")
    if node.join_using_alias.aliasname:
        merged = Source(tuple(one for one in item.given.columns if one[0] in names))
        item = replace(item, relations=(*item.relations, (node.join_using_alias.aliasname, merged)))
    return aliased(item.given, node.alias) if node.alias.aliasname else item


def _function_item(node: Any, scope: Scope) -> FromItem:
    calls = [one.list.items for one in node.functions]
    for items in calls:
        expression(items[0], scope)
    name = calls[0][0].func_call.funcname[-1].string.sval if calls[0][0].HasField("func_call") else ""
    alias = node.alias.aliasname
    if len(calls) > 1 or any(items[1].list.items for items in calls if len(items) > 1):
        given = UNKNOWN
    elif node.coldeflist:
        given = Source(tuple((one.column_def.colname, "") for one in node.coldeflist))
    else:
        given = _function_columns(calls[0][0], name, alias, scope)
    if node.ordinality:
        given = given._replace(columns=(*given.columns, ("ordinality", "bigint"))) if not given.is_open else UNKNOWN
    return aliased(given, node.alias, name)


def _function_columns(call: Any, name: str, alias: str, scope: Scope) -> Source:
    if name in RECORDS:
        known = RECORDS[name]
        return Source(((alias, known[0][1]),) if len(known) == 1 and alias else known)
    arguments = list(call.func_call.args)
    if name in SCALARS:
        kind = expression(arguments[0], scope) if name == "generate_series" else ""
        return Source(((alias or name, kind if kind in types.NUMBERS or kind in ("timestamp", "timestamptz") else ""),))
    kinds = [expression(one, scope) for one in arguments] if name == "unnest" else []
    if len(kinds) == 1 and kinds[0].endswith("[]") and types.family(kinds[0][:-2]):
        return Source(((alias or name, kinds[0][:-2]),))
    return UNKNOWN


def _grouped(node: Any, scope: Scope, given: Source) -> None:
    """GROUP BY: a bare name is a column, or else one of the SELECT list."""
    which = node.WhichOneof("node")
    if which in ("grouping_set", "row_expr"):
        for one in node.grouping_set.content if which == "grouping_set" else node.row_expr.args:
            _grouped(one, scope, given)
    else:
        _constant(node, scope, given, "GROUP BY")
        expression(node, scope if which == "column_ref" else replace(scope, outputs={}))


def _ordered(node: Any, scope: Scope, given: Source, clause: str) -> None:
    """ORDER BY: a bare name is one of the SELECT list, or else a column."""
    fields = node.column_ref.fields
    if len(fields) == 1 and fields[0].string.sval in scope.outputs:
        return
    _constant(node, scope, given, clause)
    expression(node, replace(scope, outputs={}))


def _constant(node: Any, scope: Scope, given: Source, clause: str) -> None:
    """Reports a constant of a clause that is no number of a column of the SELECT list."""
    value = node.a_const.WhichOneof("val") if node.WhichOneof("node") == "a_const" else None
    if value == "ival":
        number = node.a_const.ival.ival
        if not given.is_open and not 0 < number <= len(given.columns):
            what = f"{clause} {number}, but the SELECT list has {len(given.columns)}"
            scope.report(what, "name a column, or give its number", node.a_const.location)
    elif value is not None and (value != "sval" or literals.text_of(node) is not None):
        scope.report(f"{clause} a constant", "name a column, or give its number", node.a_const.location)

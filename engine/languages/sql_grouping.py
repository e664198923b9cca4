"""Columns that a grouped SELECT reads outside its aggregates without grouping by them, from the parser's tree.

A column that may belong to a query around it, or that a key of a table of the platform may determine, is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gendash.engine.languages.sql_scope import Fault, Scope

_AGGREGATES = frozenset(
    """any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every
    json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
    json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
    jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percentile_cont percentile_disc range_agg
    range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
    stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg""".split()  # noqa: SIM905
)
_CONSTRUCTORS = frozenset({"JsonArrayAgg", "JsonObjectAgg"})  # aggregates that are written as grammar
_CLOSED = frozenset({"SelectStmt", "ColumnRef", "A_Const", "TypeName"})  # no call of the expression lies below them
Column = tuple[str, str]  # (alias, name); the alias is empty where it is not certain


def grouping_faults(query: Any, scope: Scope) -> Iterator[Fault]:
    """The faults of a SELECT's grouping; ``scope`` holds its FROM items."""
    yield from _misplaced([query.where_clause], "WHERE", "compare it in HAVING")
    yield from _misplaced(query.group_clause, "GROUP BY", "group by what it is computed from")
    shown = [one.res_target.val for one in query.target_list]
    sorts = [*(by.sort_by.node for by in query.sort_clause), *query.distinct_clause]
    sorts = [node for node in sorts if not _names_an_output(node, scope)]
    every = [*shown, query.having_clause, *sorts, *query.window_clause]
    aggregates = [one for place in every for one in _own_calls(place) if _is_aggregate(one)]
    nested = list(_nested(aggregates))
    yield from nested
    if nested or not (query.group_clause or query.having_clause.WhichOneof("node") or aggregates):
        return
    grouping = _Grouping(scope, list(_grouped(query.group_clause, query.target_list, scope)))
    wrong = [fault for node in every for fault in grouping.wrong(node)]
    if wrong:  # one fault, however many columns
        names = [f"'{name}'" for name in dict.fromkeys(name for name, _ in wrong)]
        what = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        do = "add them to GROUP BY, or aggregate them" if names[1:] else "add it to GROUP BY, or aggregate it"
        yield Fault(f"{what} {'are' if names[1:] else 'is'} neither grouped nor aggregated", do, wrong[0][1])


def _misplaced(places: Iterable[Any], name: str, do: str) -> Iterator[Fault]:
    for call in (one for place in places for one in _own_calls(place)):
        is_window = call.DESCRIPTOR.name == "FuncCall" and call.HasField("over")
        if is_window or _is_aggregate(call):
            kind = "a window function" if is_window else "an aggregate"
            yield Fault(f"{kind} in {name}", "compute it in a query below" if is_window else do, _place(call))


def _nested(aggregates: Iterable[Any]) -> Iterator[Fault]:
    for outer in aggregates:
        for call in _own_calls(outer):
            if _is_aggregate(call) or (call.DESCRIPTOR.name == "FuncCall" and call.HasField("over")):
                yield Fault("an aggregate of an aggregate", "compute the inner one in a query below", _place(call))


def _place(call: Any) -> int:
    return call.location if call.DESCRIPTOR.name == "FuncCall" else -1


def _is_aggregate(node: Any) -> bool:
    kind = node.DESCRIPTOR.name
    if kind != "FuncCall":
        return kind in _CONSTRUCTORS
    names = [one.string.sval for one in node.funcname]
    known = names[-1] in _AGGREGATES or node.agg_within_group or node.agg_star
    return bool(known and names[:-1] in ([], ["pg_catalog"]) and not node.HasField("over"))


def _may_aggregate(call: Any) -> bool:
    """True for a function with a schema, which may be an aggregate of an extension; AT TIME ZONE is in pg_catalog."""
    return len(call.funcname) > 1 and call.funcname[0].string.sval != "pg_catalog" and not call.HasField("over")


def _children(message: Any) -> Iterator[Any]:
    """What is directly below a message, without the nodes that wrap it."""
    for field, value in message.ListFields():
        if field.message_type:
            for one in value if field.is_repeated else (value,):
                if one.DESCRIPTOR.name == "Node":
                    which = one.WhichOneof("node")
                    if which:
                        yield getattr(one, which)
                else:
                    yield one


def _own_calls(node: Any) -> Iterator[Any]:
    """The calls of an expression in their order, those of queries within it left out."""
    todo = [_children(node)]
    while todo:
        one = next(todo[-1], None)
        if one is None:
            todo.pop()
            continue
        name = one.DESCRIPTOR.name
        if name == "FuncCall" or name in _CONSTRUCTORS:
            yield one
        if name not in _CLOSED:
            todo.append(_children(one))


def _names_an_output(node: Any, scope: Scope) -> bool:
    """A sort by a name of the SELECT list, whose expression is judged there."""
    fields = node.column_ref.fields
    return len(fields) == 1 and fields[0].string.sval in scope.outputs


def _grouped(clause: Iterable[Any], targets: Any, scope: Scope) -> Iterator[Any]:
    """The expressions of GROUP BY; a number or a name of the SELECT list stands for what it names."""
    for node in clause:
        which = node.WhichOneof("node")
        if which == "grouping_set":
            yield from _grouped(node.grouping_set.content, targets, scope)
        elif which == "row_expr":
            yield from _grouped(node.row_expr.args, targets, scope)
        elif which == "a_const" and 0 < node.a_const.ival.ival <= len(targets):
            yield targets[node.a_const.ival.ival - 1].res_target.val
        else:
            yield node
            if which == "column_ref" and len(node.column_ref.fields) == 1:
                name = node.column_ref.fields[0].string.sval
                yield from (one.res_target.val for one in targets if one.res_target.name == name)


class _Grouping:
    """What a SELECT groups by: columns, and whole expressions by their shape."""

    def __init__(self, scope: Scope, nodes: list[Any]) -> None:
        self.scope = scope
        self.relations = dict(relation for item in scope.items for relation in item.relations)
        self.is_inner = any(around.items for around in _around(scope))
        self.shapes = {_shape(node) for node in nodes}
        self.kinds = {shape[0] for shape in self.shapes if shape}
        self.columns = [
            column
            for node in nodes
            if node.WhichOneof("node") == "column_ref" and (column := self._own(node.column_ref))
        ]
        # a star in GROUP BY, or an ordinal of one, is all of its columns; another constant is a fault of its own
        self.is_open = any(field.HasField("a_star") for node in nodes for field in node.column_ref.fields)
        self.is_open |= any(node.WhichOneof("node") == "a_const" for node in nodes)

    def wrong(self, node: Any) -> Iterator[tuple[str, int]]:
        """Columns below an expression, outside its aggregates, that are not grouped by, and their bytes in the text."""
        if self.is_open:
            return
        for ref, inside in self._read(node, within=False):
            yield from self._judge(ref, inside)

    def _read(self, node: Any, within: bool) -> Iterator[tuple[Any, bool]]:
        """Column references outside aggregates, and whether they are in a query within."""
        if node.DESCRIPTOR.name == "Node":
            which = node.WhichOneof("node")
            node = getattr(node, which) if which else node
        kind = node.DESCRIPTOR.name
        if not within and kind in self.kinds and _shape(node) in self.shapes:
            return
        if kind == "ColumnRef":
            yield node, within
        elif kind in {*_CONSTRUCTORS, "GroupingFunc"} or (
            kind == "FuncCall" and (_is_aggregate(node) or _may_aggregate(node))
        ):
            return
        else:
            for field, value in node.ListFields():
                if field.message_type:
                    for one in value if field.is_repeated else (value,):
                        yield from self._read(one, within or kind == "SelectStmt")

    def _own(self, ref: Any) -> Column | None:
        """A reference to a column of this SELECT's FROM; None if it is, or may be, something else."""
        names = [one.string.sval for one in ref.fields]
        if len(names) > 2 or ref.fields[-1].HasField("a_star"):
            return None
        if len(names) == 2:
            return (names[0], names[1]) if names[0] in self.relations else None
        owners = [alias for alias, source in self.relations.items() if names[0] in dict(source.columns)]
        if not owners and (self.is_inner or not any(source.is_open for source in self.relations.values())):
            return None
        return (owners[0] if len(owners) == 1 else "", names[0])

    def _judge(self, ref: Any, within: bool) -> Iterator[tuple[str, int]]:
        if within and len(ref.fields) == 1:
            return  # of the query within, or not: its own names are not known here
        if ref.fields[-1].HasField("a_star"):
            alias = ref.fields[0].string.sval if len(ref.fields) > 1 else ""
            read = [
                (name, column)
                for name, source in self.relations.items()
                if alias in ("", name) and not within
                for column, _ in source.columns
            ]
        else:
            own = self._own(ref)
            read = [own] if own else self._whole_row(ref)
        for column in read:
            if not self._covers(column):
                yield column[1], ref.location

    def _whole_row(self, ref: Any) -> list[Column]:
        """The columns of a relation that is read as a row; none where the name may be of the query around."""
        alias = ref.fields[0].string.sval
        source = self.relations.get(alias)
        if len(ref.fields) > 1 or source is None or source.is_open or self.is_inner:
            return []
        return [(alias, column) for column, _ in source.columns]

    def _covers(self, column: Column) -> bool:
        alias, name = column
        if any(name == other and (not alias or not of or alias == of) for of, other in self.columns):
            return True
        source = self.relations.get(alias)
        if source is None:
            return False
        grouped = {other for of, other in self.columns if of in ("", alias)}
        if source.key is None or source.is_open:  # of a table of the platform any column may be the key
            return bool(grouped)
        return bool(source.key) and grouped >= set(source.key)


def _around(scope: Scope) -> Iterator[Scope]:
    while scope.parent is not None:
        scope = scope.parent
        yield scope


def _shape(node: Any) -> Any:
    """A tree without places, qualifiers and casts' spelling, so that equal expressions are equal."""
    kind = node.DESCRIPTOR.name
    if kind == "Node":
        which = node.WhichOneof("node")
        return _shape(getattr(node, which)) if which else ()
    if kind == "ColumnRef":
        return kind, node.fields[-1].string.sval
    return kind, tuple(
        (field.name, *(_shape(one) if field.message_type else one for one in (value if field.is_repeated else [value])))
        for field, value in node.ListFields()
        if field.name != "location"
    )

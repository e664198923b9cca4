"""Windows of a SQL text that begin by the clock and do not end by it, from the parser's tree.

A comparison such as ``created_at >= clock() - interval '7 days'`` begins a window. One that ends it for the same column
may be beside it, around it (WHERE or ON of the same SELECT) or in what is read. A comparison with the clock itself, or
with a time after it, begins none: what is due is to come by nature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gendash.engine.languages.remembered import Remembered
from gendash.engine.languages.sql_names import output_name
from gendash.engine.languages.sql_parser import parse_statements

Kind = Literal["", "now", "ahead", "by clock"]
"""What a value has of the clock: nothing, the clock itself, a time after it, or something computed from it."""
Ended = Callable[[str], frozenset[str]]
_TIMES = frozenset(  # functions that return a time of their arguments
    {"date_trunc", "date_bin", "timezone", "min", "max", "lag", "lead", "first_value", "last_value", "generate_series"}
)
_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "="}


@dataclass(frozen=True)
class Result:
    """Columns of a result: what each has of the clock, and those that hold nothing dated ahead of it."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Scope:
    """What names mean in a SELECT; ``stored`` are names of columns of relations, ``ended`` those of one relation."""

    stored: frozenset[str]
    ended: Ended
    picked: frozenset[str] = frozenset()
    ctes: Mapping[str, Result] = field(default_factory=dict)
    items: Mapping[str, Result] = field(default_factory=dict)

    def kind(self, qualifier: str, name: str) -> Kind:
        """What a column has of the clock; a stored name without a qualifier is that of the stored column."""
        if qualifier or name not in self.stored:
            items = [self.items[qualifier]] if qualifier in self.items else [] if qualifier else self.items.values()
            return next((item.kinds[name] for item in items if item.kinds.get(name)), "")
        only = [item.kinds.get(name, "") for item in self.items.values() if name in item.kinds]
        return only[0] if len(only) == 1 == len(self.items) else ""

    def is_ended(self, qualifier: str, name: str) -> bool:
        """True if a column of what is read holds nothing dated ahead."""
        items = [self.items[qualifier]] if qualifier in self.items else [] if qualifier else self.items.values()
        return any(name in item.ended for item in items)


def open_windows(text: str, stored: frozenset[str], ended: Ended, picked: Iterable[str] = ()) -> set[str]:
    """The columns that have a window without an end. Raises postgast.PgQueryError for a text that does not parse.

    ``stored`` are the names of columns of relations; ``ended`` gives, by relation, those that hold nothing dated ahead.
    ``picked`` are the texts of times that a reader picks; a window that begins with one needs an end as well.
    """
    return _REMEMBERED((text, stored, frozenset(picked)), ended)[1]


def ended_columns(text: str, stored: frozenset[str], ended: Ended) -> frozenset[str]:
    """The columns of a text's result that hold nothing dated ahead of the clock."""
    return _REMEMBERED((text, stored, frozenset[str]()), ended)[0].ended


def _read(given: tuple[str, frozenset[str], frozenset[str]], ended: Ended) -> tuple[Result, set[str]]:
    text, stored, picked = given
    reader, statements, scope = _Reader(), parse_statements(text), _Scope(stored, ended, picked)
    if len(statements) != 1 or statements[0].stmt.WhichOneof("node") != "select_stmt":
        return Result(), set()  # two SELECTs are an audit that compares them, days ahead as well
    return reader.query(statements[0].stmt.select_stmt, scope), reader.open


_REMEMBERED = Remembered(_read)


class _Reader:
    """Walks the tree of one text, and collects the columns of open windows."""

    def __init__(self) -> None:
        self.open: set[str] = set()

    # ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────

    def query(self, node: Any, outside: _Scope) -> Result:
        """What a SELECT's result has of the clock."""
        ctes = dict(outside.ctes)
        for one in (each.common_table_expr for each in node.with_clause.ctes):
            if one.ctequery.WhichOneof("node") == "select_stmt":
                found = self.query(one.ctequery.select_stmt, replace(outside, ctes=ctes))
                ctes[one.ctename] = _renamed(found, one.aliascolnames)
        scope = replace(outside, ctes=ctes)
        if node.HasField("larg"):
            left, right = self.query(node.larg, scope), self.query(node.rarg, scope)
            names = dict(zip(right.kinds, left.kinds, strict=False))
            return Result(left.kinds, left.ended & {names.get(name, "") for name in right.ended})
        return self._select(node, scope)

    def _select(self, node: Any, outside: _Scope) -> Result:
        items, conditions = dict(outside.items), [node.where_clause] if node.HasField("where_clause") else []
        own: dict[str, Result] = {}
        for one in node.from_clause:
            self._from(one, replace(outside, items={**items, **own}), own, conditions)
        scope = replace(outside, items={**items, **own})
        parts = [part for condition in conditions for part in _parts(condition)]
        ends = frozenset(name for part in parts for name in self._ends(part, scope))
        for part in parts:
            self._look(part, scope, ends)
        self._look_into(node, scope, ends, {"where_clause", "from_clause", "with_clause"})
        return self._outputs(node, scope, own, ends)

    def _outputs(self, node: Any, scope: _Scope, own: Mapping[str, Result], ends: frozenset[str]) -> Result:
        kinds: dict[str, Kind] = {}
        ended = set[str]()
        for target in (each.res_target for each in node.target_list):
            if target.val.WhichOneof("node") == "column_ref" and not _last(target.val.column_ref):
                for item in own.values():  # *
                    kinds |= item.kinds
                    ended |= item.ended
                ended |= ends
                continue
            name = target.name or output_name(target.val)
            kinds[name] = self._kind(target.val, scope)
            refs = list(_columns(target.val))
            if any(column in ends or scope.is_ended(table, column) for table, column in refs):
                ended.add(name)
            if kinds[name] in ("now", "by clock"):
                ended.add(name)
        return Result(kinds, frozenset(ended))

    def _from(self, node: Any, scope: _Scope, own: dict[str, Result], conditions: list[Any]) -> None:
        which = node.WhichOneof("node")
        item = getattr(node, which)
        if which == "join_expr":
            self._from(item.larg, scope, own, conditions)
            self._from(item.rarg, replace(scope, items={**scope.items, **own}), own, conditions)
            if item.HasField("quals"):
                conditions.append(item.quals)
        elif which == "range_var":
            found = scope.ctes.get(item.relname) if not item.schemaname else None
            known = found or Result({}, scope.ended(item.relname))
            own[item.alias.aliasname or item.relname] = _renamed(known, item.alias.colnames)
        elif which == "range_subselect":
            own[item.alias.aliasname] = _renamed(self.query(item.subquery.select_stmt, scope), item.alias.colnames)
        elif which == "range_function":
            self._function(item, scope, own)

    def _function(self, item: Any, scope: _Scope, own: dict[str, Result]) -> None:
        """A function in FROM, as a series of days: its columns have of the clock what its arguments have."""
        calls = [each.list.items[0] for each in item.functions]
        kinds = [self._kind(call, scope) for call in calls]
        kind: Kind = "by clock" if any(kinds) else ""
        alias = item.alias.aliasname or (output_name(calls[0]) if calls else "")
        names = [each.string.sval for each in item.alias.colnames] or [alias]
        own[alias] = Result(dict.fromkeys(names, kind), frozenset(names) if kind else frozenset())

    # ── expressions ──────────────────────────────────────────────────────────────────────────────────────────────

    def _kind(self, node: Any, scope: _Scope) -> Kind:
        which = node.WhichOneof("node")
        inner = getattr(node, which) if which else node
        if which == "column_ref":
            return scope.kind(*_column(inner))
        if which == "func_call" and inner.funcname[-1].string.sval in ("clock", "now"):
            return "now"
        if which == "a_const" and inner.sval.sval in scope.picked:
            return "by clock"
        if which == "sub_link":
            kinds = self.query(inner.subselect.select_stmt, scope).kinds
            return next(iter(kinds.values()), "")
        parts = [self._kind(child, scope) for child in _values(which, inner)]
        if which == "a_expr" and _sign(inner) == "+" and "now" in parts:
            return "ahead"
        if which in ("type_cast", "coalesce_expr") and parts == ["ahead"]:
            return "ahead"
        return "by clock" if any(parts) else ""

    def _comparison(self, node: Any, scope: _Scope) -> Iterator[tuple[str, Kind, list[tuple[str, str]]]]:
        """The signs of a comparison of columns with the clock, what it has of the clock, and the columns."""
        if node.WhichOneof("node") != "a_expr":
            return
        inner = node.a_expr
        if not (inner.HasField("lexpr") and inner.HasField("rexpr")):
            return
        sides = [inner.lexpr, inner.rexpr]
        if inner.rexpr.WhichOneof("node") == "list":
            items = list(inner.rexpr.list.items)
            if _sign(inner).upper() == "BETWEEN" and len(items) == 2:
                for sign, bound in ((">=", items[0]), ("<=", items[1])):
                    kind = self._kind(bound, scope)
                    if kind and not self._kind(inner.lexpr, scope):
                        yield sign, kind, list(_columns(inner.lexpr))
            return
        sign, kinds = _sign(inner), [self._kind(side, scope) for side in sides]
        if sign in _FLIPPED and bool(kinds[0]) != bool(kinds[1]):
            place = 0 if kinds[1] else 1
            yield sign if place == 0 else _FLIPPED[sign], kinds[1 - place], list(_columns(sides[place]))

    def _ends(self, node: Any, scope: _Scope) -> set[str]:
        return {
            name
            for sign, kind, columns in self._comparison(node, scope)
            if sign in ("<", "<=", "=") and kind != "ahead"
            for _, name in columns
        }

    def _look(self, node: Any, scope: _Scope, ends: frozenset[str]) -> None:
        """Collects open windows of a condition and of all below it; ``ends`` are the columns that end around it."""
        which = node.WhichOneof("node")
        inner = getattr(node, which) if which else node
        if which == "select_stmt":
            self.query(inner, scope)
            return
        parts = _parts(node)
        if len(parts) > 1:
            ends = ends | {name for part in parts for name in self._ends(part, scope)}
            for part in parts:
                self._look(part, scope, ends)
            return
        for sign, kind, columns in self._comparison(node, scope):
            if sign in (">", ">=") and kind == "by clock":
                closed = any(name in ends or scope.is_ended(table, name) for table, name in columns)
                own = self._ends(node, scope)  # of BETWEEN
                if columns and not closed and not own:
                    self.open |= {name for _, name in columns}
        self._look_into(inner, scope, ends, set())

    def _look_into(self, message: Any, scope: _Scope, ends: frozenset[str], without: set[str]) -> None:
        for name, value in message.ListFields():
            if name.message_type and name.name not in without:
                for child in value if name.is_repeated else [value]:
                    if child.DESCRIPTOR.name == "Node":
                        self._look(child, scope, ends)
                    elif child.DESCRIPTOR.name == "SelectStmt":
                        self.query(child, scope)
                    else:
                        self._look_into(child, scope, ends, set())


def _parts(node: Any) -> list[Any]:
    """The conditions that are joined by AND."""
    if node.WhichOneof("node") == "bool_expr":
        kind = node.bool_expr.DESCRIPTOR.fields_by_name["boolop"].enum_type.values_by_number[node.bool_expr.boolop].name
        if kind == "AND_EXPR":
            return [part for one in node.bool_expr.args for part in _parts(one)]
    return [node]


def _values(which: str | None, inner: Any) -> Iterable[Any]:
    """The parts of an expression that its value is a time of, if it is one: no sums, counts, conditions or texts."""
    if which == "a_expr":
        return [side for side in (inner.lexpr, inner.rexpr) if _sign(inner) in ("+", "-") and side.WhichOneof("node")]
    if which == "func_call":
        return list(inner.args) if inner.funcname[-1].string.sval in _TIMES else ()
    if which == "case_expr":
        return [each.case_when.result for each in inner.args] + [inner.defresult] * inner.HasField("defresult")
    if which == "type_cast":
        return [inner.arg]
    return inner.args if which in ("coalesce_expr", "min_max_expr") else ()


def _children(message: Any) -> Iterator[Any]:
    """The nodes right below a message."""
    for name, value in message.ListFields():
        if name.message_type:
            for child in value if name.is_repeated else [value]:
                if child.DESCRIPTOR.name == "Node":
                    yield child
                else:
                    yield from _children(child)


def _columns(node: Any) -> Iterator[tuple[str, str]]:
    """The columns that an expression names, outside of queries in it."""
    which = node.WhichOneof("node")
    if which == "column_ref":
        if _last(node.column_ref):
            yield _column(node.column_ref)
    elif which and which != "sub_link":
        for child in _children(getattr(node, which)):
            yield from _columns(child)


def _column(ref: Any) -> tuple[str, str]:
    names = [each.string.sval for each in ref.fields]
    return (names[-2] if len(names) > 1 else ""), names[-1]


def _last(ref: Any) -> str:
    """The name of a column; an empty string for ``*``."""
    return str(ref.fields[-1].string.sval)


def _sign(expression: Any) -> str:
    return str(expression.name[-1].string.sval) if expression.name else ""


def _renamed(found: Result, names: Iterable[Any]) -> Result:
    given = [each.string.sval for each in names]
    new = dict(zip(found.kinds, given, strict=False))
    if not new:
        return found
    kinds = {new.get(name, name): kind for name, kind in found.kinds.items()}
    return Result(kinds, frozenset(new.get(name, name) for name in found.ended))

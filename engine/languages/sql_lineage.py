"""What a SELECT reads, from the parser's tree: tables, the columns behind each column of its result, and the rest.

Without a database nothing is known of the tables' columns, so a column must say its table where several are in scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from gendash.engine.config.load import suggest
from gendash.engine.languages.sql_names import enum_name, output_name
from gendash.engine.languages.sql_parser import parse_statements
from gendash.engine.languages.sql_scope import SYSTEM, Fault


class Column(NamedTuple):
    """A column of a table; ``schema`` is empty where the text names none."""

    schema: str
    table: str
    name: str


NONE: frozenset[Column] = frozenset()


class Output(NamedTuple):
    """A column of a result: the columns that its values come from, and those that it returns unchanged."""

    behind: frozenset[Column] = NONE
    plain: frozenset[Column] = NONE

    def __or__(self, other: Output) -> Output:
        return Output(self.behind | other.behind, self.plain | other.plain)


@dataclass
class SelectReads:
    """What a SELECT reads. ``rows`` are the columns that decide which rows there are; ``joined`` those of equalities.

    ``bare`` are the bytes at which a table is named without its schema.
    """

    outputs: dict[str, Output] = field(default_factory=dict)
    rows: frozenset[Column] = NONE
    joined: set[Column] = field(default_factory=set)
    tables: set[tuple[str, str]] = field(default_factory=set)
    bare: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def columns(self) -> frozenset[Column]:
        """All columns of tables that the text names."""
        return self.rows.union(*(one.behind for one in self.outputs.values()))


@dataclass(frozen=True)
class _Item:
    """One item of FROM: a table (``base``), or a result with its columns; of a function any column has ``all``."""

    alias: str
    base: tuple[str, str] | None = None
    outputs: Mapping[str, Output] = field(default_factory=dict)
    all: frozenset[Column] | None = None

    def column(self, name: str) -> Output | None:
        if self.base:
            one = frozenset({Column(*self.base, name)})
            return Output(one, one)
        return self.outputs.get(name) or (Output(self.all) if self.all is not None else None)


@dataclass(frozen=True)
class _Scope:
    items: tuple[_Item, ...] = ()
    ctes: Mapping[str, Mapping[str, Output]] = field(default_factory=dict)
    parent: _Scope | None = None
    using: frozenset[str] = frozenset()

    def around(self) -> Iterator[_Scope]:
        scope: _Scope | None = self
        while scope:
            yield scope
            scope = scope.parent


def reads_of(text: str) -> SelectReads:
    """What one SELECT reads. Raises postgast.PgQueryError for a text that does not parse."""
    reader = _Reader()
    outputs, rows = reader.query(parse_statements(text)[0].stmt.select_stmt, _Scope())
    reader.found.outputs, reader.found.rows = dict(outputs), rows
    # the first part of a recursive query is read twice
    return replace(reader.found, bare=sorted(set(reader.found.bare)), faults=list(dict.fromkeys(reader.found.faults)))


class _Reader:
    """Walks the tree of one text, and collects its tables and faults."""

    def __init__(self) -> None:
        self.found = SelectReads()

    def fault(self, what: str, do: str, place: int) -> None:
        self.found.faults.append(Fault(what, do, place))

    # ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────

    def query(
        self, node: Any, outside: _Scope, only_rows: bool = False
    ) -> tuple[Mapping[str, Output], frozenset[Column]]:
        """The columns of a SELECT's result, and the columns that decide which rows it has.

        Where only its rows count, as within EXISTS, its list may be ``*``.
        """
        ctes, rows = dict(outside.ctes), set[Column]()
        if node.HasField("into_clause"):
            self.fault("SELECT INTO creates a table", "leave INTO out: an adapter only reads", -1)
        if node.locking_clause:
            self.fault("locks rows (FOR UPDATE or SHARE)", "leave that out: an adapter only reads", -1)
        for one in (each.common_table_expr for each in node.with_clause.ctes):
            inner = replace(outside, ctes=ctes)
            if one.ctequery.WhichOneof("node") != "select_stmt":
                self.fault(f"'{one.ctename}' is not a SELECT", "an adapter only reads", one.location)
                continue
            select = one.ctequery.select_stmt
            if node.with_clause.recursive and select.HasField("larg"):
                first, _ = self.query(select.larg, inner)
                inner = replace(outside, ctes={**ctes, one.ctename: _renamed(first, one.aliascolnames)})
            outputs, more = self.query(select, inner)
            ctes[one.ctename] = _renamed(outputs, one.aliascolnames)
            rows |= more
        scope = replace(outside, ctes=ctes)
        if node.HasField("larg"):
            outputs, more = self._union(node, scope)
        elif node.values_lists:
            columns = zip(*(row.list.items for row in node.values_lists), strict=False)
            outputs = {
                f"column{number}": Output(self.expressions(column, scope)) for number, column in enumerate(columns, 1)
            }
            more = NONE
        else:
            outputs, more = self._select(node, scope, only_rows)
        return outputs, more | rows

    def _union(self, node: Any, scope: _Scope) -> tuple[Mapping[str, Output], frozenset[Column]]:
        left, left_rows = self.query(node.larg, scope)
        right, right_rows = self.query(node.rarg, scope)
        if len(left) != len(right):
            self.fault(f"sides of a UNION with {len(left)} and {len(right)} columns", "give as many on each side", -1)
        outputs = {name: one | other for (name, one), other in zip(left.items(), right.values(), strict=False)}
        rows = left_rows | right_rows
        if "UNION" not in node.DESCRIPTOR.fields_by_name["op"].enum_type.values_by_number[node.op].name or not node.all:
            rows = rows.union(*(one.behind for one in outputs.values()))
        return outputs, rows

    def _select(self, node: Any, outside: _Scope, only_rows: bool) -> tuple[Mapping[str, Output], frozenset[Column]]:
        scope = _Scope((), outside.ctes, outside if outside.items or outside.parent else None)
        rows = NONE
        for one in node.from_clause:
            items, using, more = self._from(one, scope)
            scope = replace(scope, items=(*scope.items, *items), using=scope.using | using)
            rows |= more
        outputs: dict[str, Output] = {}
        for target in (one.res_target for one in node.target_list):
            fields = target.val.column_ref.fields
            if fields and fields[-1].HasField("a_star"):
                outputs |= {} if only_rows else self._star(fields, scope, target.location)
                continue
            name = target.name or output_name(target.val)
            twin = (
                f"{name} ({len(outputs) + 1})" if name in outputs else name
            )  # the right side of a UNION may have them
            outputs[twin] = self.output(target.val, scope)
        clauses = [node.where_clause, node.having_clause, node.limit_count, node.limit_offset]
        clauses += [
            *node.window_clause,
            *node.group_clause,
            *node.distinct_clause,
            *(one.sort_by.node for one in node.sort_clause),
        ]
        for clause in clauses:
            names = [one.string.sval for one in clause.column_ref.fields]
            if len(names) == 1 and names[0] in outputs:
                rows |= outputs[names[0]].behind
            else:
                rows |= self.expressions([clause], scope)
        if node.distinct_clause:
            rows = rows.union(*(one.behind for one in outputs.values()))
        return outputs, rows

    def _star(self, fields: Any, scope: _Scope, place: int) -> dict[str, Output]:
        chosen = [one for one in scope.items if len(fields) == 1 or one.alias == fields[-2].string.sval]
        found: dict[str, Output] = {}
        for item in chosen:
            if item.base or item.all is not None:
                self.fault(
                    f"* of {item.alias}", "name the columns: privileges and lineage follow from their names", place
                )
            found |= item.outputs
        return found

    # ── FROM ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _from(self, node: Any, scope: _Scope) -> tuple[tuple[_Item, ...], frozenset[str], frozenset[Column]]:
        """The items, the columns of USING, and the columns that decide about rows."""
        which = node.WhichOneof("node")
        inner = getattr(node, which)
        if which == "range_var":
            alias = inner.alias.aliasname or inner.relname
            names = inner.alias.colnames
            if not inner.schemaname and inner.relname in scope.ctes:
                return (_Item(alias, outputs=_renamed(scope.ctes[inner.relname], names)),), frozenset(), NONE
            if names:
                self.fault(f"renames the columns of {inner.relname}", "rename them in the SELECT list", inner.location)
            if not inner.schemaname:
                self.found.bare.append(inner.location)
            self.found.tables.add((inner.schemaname, inner.relname))
            return (_Item(alias, base=(inner.schemaname, inner.relname)),), frozenset(), NONE
        if which == "range_subselect":
            around = scope if inner.lateral else replace(scope, items=())
            outputs, rows = self.query(inner.subquery.select_stmt, around)
            item = _Item(inner.alias.aliasname, outputs=_renamed(outputs, inner.alias.colnames))
            return (item,), frozenset(), rows
        if which == "join_expr":
            return self._join(inner, scope)
        if which == "range_table_sample":
            self.fault("TABLESAMPLE gives other rows at each read", "read the whole table", inner.location)
            return self._from(inner.relation, scope)
        behind = self.below(inner, scope)
        calls = [one.list.items[0] for one in inner.functions] if which == "range_function" else []
        alias = inner.alias.aliasname or (output_name(calls[0]) if calls else "")
        return (_Item(alias, all=behind),), frozenset(), behind

    def _join(self, node: Any, scope: _Scope) -> tuple[tuple[_Item, ...], frozenset[str], frozenset[Column]]:
        left, using, rows = self._from(node.larg, scope)
        right, more_using, more = self._from(node.rarg, replace(scope, items=(*scope.items, *left)))
        names = frozenset(one.string.sval for one in node.using_clause)
        if node.is_natural:
            self.fault("a natural join", "name the columns after ON", -1)
        both = (*left, *right)
        for name in names:
            found = [one.column(name) for one in both if one.base or name in one.outputs]
            behind = frozenset[Column]().union(*(one.behind for one in found if one))
            rows |= behind
            self.found.joined |= behind
        inside = replace(scope, items=(*scope.items, *both), using=scope.using | using | more_using | names)
        self._equalities(node.quals, inside)
        rows |= more | self.expressions([node.quals], inside)
        return both, using | more_using | names, rows

    def _equalities(self, quals: Any, scope: _Scope) -> None:
        """Notes the columns that a join compares."""
        parts = quals.bool_expr.args if quals.HasField("bool_expr") else [quals]
        for one in (part.a_expr for part in parts if part.HasField("a_expr")):
            if [name.string.sval for name in one.name] == ["="]:
                for side in (one.lexpr, one.rexpr):
                    self.found.joined |= self.output(side, scope).plain

    # ── expressions ──────────────────────────────────────────────────────────────────────────────────────────────

    def output(self, node: Any, scope: _Scope) -> Output:
        """The columns behind an expression."""
        if node.WhichOneof("node") == "column_ref":
            return self._column(node.column_ref, scope)
        return Output(self.expressions([node], scope))

    def expressions(self, nodes: Iterable[Any], scope: _Scope) -> frozenset[Column]:
        """The columns that expressions name, with those that decide about the rows of their subqueries."""
        found = NONE
        for node in nodes:
            which = node.WhichOneof("node")
            if which == "column_ref":
                found |= self._column(node.column_ref, scope).behind
            elif which == "select_stmt":
                outputs, rows = self.query(node.select_stmt, scope)
                found |= rows.union(*(one.behind for one in outputs.values()))
            elif which == "sub_link" and enum_name(node.sub_link, "sub_link_type") == "EXISTS_SUBLINK":
                found |= self.query(node.sub_link.subselect.select_stmt, scope, only_rows=True)[1]
            elif which == "param_ref":
                self.fault(f"a parameter, ${node.param_ref.number}", "write the value", node.param_ref.location)
            elif which:
                found |= self.below(getattr(node, which), scope)
        return found

    def below(self, message: Any, scope: _Scope) -> frozenset[Column]:
        """The columns that the expressions below a node name."""
        found = NONE
        for of, value in message.ListFields():
            if of.message_type:
                for one in value if of.is_repeated else (value,):
                    is_node = one.DESCRIPTOR.name == "Node"
                    found |= self.expressions([one], scope) if is_node else self.below(one, scope)
        return found

    def _column(self, ref: Any, scope: _Scope) -> Output:
        names = [one.string.sval for one in ref.fields if one.WhichOneof("node") == "string"]
        if len(names) < len(ref.fields):
            return Output()  # count(*) has none; another * was reported
        found = (
            self._qualified(names[-2], names[-1], scope, ref.location)
            if len(names) > 1
            else self._bare(names[0], scope, ref.location)
        )
        if any(one.name in SYSTEM for one in found.plain):
            self.fault(f"the server's own column '{names[-1]}'", "name one of the table's columns", ref.location)
        return found

    def _qualified(self, alias: str, name: str, scope: _Scope, place: int) -> Output:
        every = [item for one in scope.around() for item in one.items]
        item = next((one for one in every if one.alias == alias), None)
        if item is None:
            hint = suggest(alias, [one.alias for one in every]) or "name one of the FROM clause"
            self.fault(f"no relation '{alias}' in FROM", hint, place)
            return Output()
        found = item.column(name)
        if found is None:
            self.fault(f"no column '{name}' in '{alias}'", suggest(name, item.outputs) or "name another", place)
        return found or Output()

    def _bare(self, name: str, scope: _Scope, place: int) -> Output:
        for one in scope.around():
            given = [item for item in one.items if not item.base and (name in item.outputs or name == item.alias)]
            bases = [item for item in one.items if item.base]
            if any(item.alias == name for item in bases):
                self.fault(f"names the whole row of '{name}'", "name its columns", place)
                return Output()
            if name in one.using:
                found = [item.column(name) for item in one.items if item.base or name in item.outputs]
                return Output(frozenset[Column]().union(*(each.behind for each in found if each)))
            if len(given) == 1 and not bases:
                return given[0].column(name) or Output(given[0].all or NONE)
            if given and given[0].alias == name and given[0].all is not None:
                return Output(given[0].all)  # a function in FROM, as a value
            if len(one.items) == 1:
                item = one.items[0]
                if item.base and one.parent and name not in SYSTEM and any(each.items for each in one.parent.around()):
                    self.fault(f"'{name}' without its table", "write the table's alias before it", place)
                found_one = item.column(name)
                if found_one:
                    return found_one
            elif one.items and (bases or len(given) > 1):
                self.fault(f"'{name}' without its table", "write the table's alias before it", place)
                return Output()
        self.fault(f"no column '{name}'", "name one of a relation in FROM", place)
        return Output()


def _renamed(outputs: Mapping[str, Output], names: Iterable[Any]) -> Mapping[str, Output]:
    """The columns of a result under the names that an alias gives to the first of them."""
    given = [one.string.sval for one in names]
    return dict(zip([*given, *list(outputs)[len(given) :]], outputs.values(), strict=True)) if given else outputs

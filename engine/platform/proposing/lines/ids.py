"""The ids of rows as SQL: unique across united tables, and as other tables name them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.evidence.links import id_column, id_family
from gendash.engine.platform.proposing.proposal import RowSample, TableChoice, TableSeen
from gendash.engine.platform.proposing.values import place_of


class Ids:
    """The ids of the rows of tables, given the choice of tables."""

    def __init__(self, tables: Sequence[TableSeen], sample: RowSample, choice: TableChoice) -> None:
        self.tables, self.with_nulls = tables, sample
        self.chosen, self.people, self.levels = choice.tables, choice.people, choice.levels
        self._scopes: dict[tuple[str, str], tuple[str, ...]] = {}

    def sample(self, one: TableSeen, columns: Sequence[str]) -> Mapping[str, Sequence[object]]:
        """Some values of columns; NULL is none."""
        given = self.with_nulls(one, columns).items()
        return {name: [value for value in values if value is not None] for name, values in given}

    def sources(self, table: str) -> Sequence[TableSeen]:
        """The tables that are united to a canonical one; none if it is the chosen table."""
        return {"users": self.people, "conversations": [one for _, one in self.levels]}.get(table, [])

    def id_of(self, one: TableSeen) -> str:
        """The column by which other tables name a row: that of most foreign keys, the key, or one that is called id."""
        named = [to for other in self.tables for to in refer(other, one)]
        return max(sorted(set(named)), key=named.count) if named else id_column(one)

    def scope(self, one: TableSeen) -> tuple[str, ...]:
        """The columns, such as a tenant's id, without which the id of a row is not unique; seen in a sample of rows."""
        id_ = self.id_of(one)
        if id_ not in one.keys or len(one.keys) < 2 or one.columns[id_] == "uuid":
            return ()
        if one.place not in self._scopes:
            others = tuple(key for key in one.keys if key != id_)
            self._scopes[one.place] = () if self.with_nulls.unique(one, id_) else others
        return self._scopes[one.place]

    def id_sql(self, one: TableSeen, alias: str) -> str:
        """SQL of the id of a row, with the columns without which it is not unique."""
        id_ = self.id_of(one)
        return " || ':' || ".join(place_of(alias, column) for column in ((*self.scope(one), id_) if id_ else one.keys))

    def names_sql(self, of: TableSeen, column: str, alias: str, one: TableSeen) -> str:
        """SQL of the id of a row of ``one`` that a column of another table names."""
        key = of.references.get(column, ("", "", ""))[2]
        if column in of.shown and key not in ("", self.id_of(one)):  # a name, where others name the key
            same = f"{place_of('w', key)} = {place_of(alias, column)}"
            return f"(select {self.id_sql(one, 'w')} from {one.quoted} w where {same})"
        own = {to: mine for mine, to in of.beside.get(column, ())}
        places = [place_of(alias, own[key]) for key in self.scope(one) if key in own]
        return " || ':' || ".join((*places, place_of(alias, column)))

    def named_as(self, table: str, one: TableSeen, place: str) -> str:
        """SQL of an id of a row of ``one``, so that ids of all tables that are united are distinct and of one type."""
        united_ones = self.sources(table)
        kinds = {id_family(each.columns[self.id_of(each)]) for each in united_ones if self.id_of(each)}
        if len(united_ones) < 2 or kinds == {"uuid"}:
            return place
        if kinds == {"text"} and table == "conversations":
            return place
        return f"{quote_text(one.name + ':')} || {place}"

    def origin(self, place: tuple[str, str]) -> tuple[str, str]:
        """The table whose ids a table's key repeats, such as that of accounts for profiles; else the table itself."""
        for _ in range(3):
            one = next((each for each in self.tables if each.place == place), None)
            if one is None or one.key not in one.references:
                break
            place = one.references[one.key][:2]
        return place


def refer(other: TableSeen, one: TableSeen) -> list[str]:
    """The columns of ``one`` that foreign keys of another table name."""
    return [column for *place, column in other.references.values() if tuple(place) == one.place]

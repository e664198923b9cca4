"""What staging texts may refer to: tables, columns, words of the platform; values read as a time, number or JSON.

A value that is none costs its field and no query (`languages/lenient_sql`). Rows whose parents do not count do not
count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from gendash.engine.config.load import suggest
from gendash.engine.definitions.names import Names, Present, Use
from gendash.engine.definitions.platform_names import (
    columns_behind,
    mapped_column,
    mapped_sql,
    mapped_table,
    named_in,
    part_of_table,
    table_uses,
    whole_table,
)
from gendash.engine.languages.lenient_sql import (
    NUMBERS,
    TIMES,
    is_not_utf8,
    json_or_null,
    number_or_null,
    same_types,
    time_or_null,
    truth_or_null,
)
from gendash.engine.languages.sql_text import lower_text, quote_name, quote_text
from gendash.engine.model import Relation

_DIGITS = {"int": 9, "bigint": 15}  # before the point: sums of 15 digits stay within a bigint
_READERS: Mapping[str, Callable[[str, str, int], str]] = {
    "time": lambda value, kind, _: time_or_null(value, kind),
    "truth": lambda value, kind, _: truth_or_null(value, kind),
    "json": json_or_null,
    "int": lambda value, kind, _: number_or_null(value, kind, _DIGITS["int"], "int"),
    "bigint": lambda value, kind, _: number_or_null(value, kind, _DIGITS["bigint"], "bigint"),
}
_TYPES = {"time": "timestamptz", "truth": "boolean", "json": "jsonb"}
_READ_AS = re.compile(r"\{\{\s*(time|truth|json|number)\(\s*'(\w+)\.(\w+)'(?:[^}]*into='(\w+)')?")


def counted_part(
    names: Names,
    staging: Relation,
    table: str,
    present: Present | None = None,
    conditions: Collection[str] = (),
) -> str:
    """SQL of a table's rows that count, that fulfil the conditions, and whose parents count."""
    outer = quote_name(mapped_table(names.config, staging, table))
    parents = [condition for condition, _ in _parents_count(names, table, outer, present)]
    return part_of_table(names.config, staging, table, present, [*conditions, *parents])


def _parents_count(
    names: Names, table: str, outer: str, present: Present | None, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, set[Use]]]:
    """For each parent whose rows may not count a condition on a row of ``outer``, and what the condition reads.

    The staging text of a table declares its parents. A row whose parent does not exist counts: audits report it.
    """
    config, path = names.config, (*path, table)
    staging = names.stagings.get(table)
    for own, parent in (staging.header.get("parents", {}) if staging else {}).items():
        owner, _, key = parent.partition(".")
        of = names.stagings.get(owner)
        if staging is None or of is None or owner in path:
            continue
        alias, place = f"parent_{len(path)}", mapped_table(config, of, owner)
        rows = config.get(f"platform.rows.{owner}")
        above = list(_parents_count(names, owner, alias, present, path))
        counts = [*([mapped_sql(f"= {rows}", alias)] if rows else []), *(condition for condition, _ in above)]
        if not counts:
            continue
        child, id_ = mapped_column(config, staging, table, own), mapped_column(config, of, owner, key)
        read = set(table_uses(of, owner, place)).union(*(uses for _, uses in above))
        if owner in of.adapter:  # its SELECT is in the condition as a whole
            read |= {("column", column) for column in of.adapter[owner].columns}
        for one, name, mapped in ((of, owner, id_), (of, owner, f"= {rows or ''}"), (staging, table, child)):
            read |= {("column", column) for column in columns_behind(config, one, name, mapped)}
        types = (type_of(names, staging, table, own, present), type_of(names, of, owner, key, present))
        cast = "" if same_types(*types) else "::text"
        yield (
            f"not exists (select from {whole_table(config, of, owner)} as {alias} "
            f"where {mapped_sql(id_, alias)}{cast} = {mapped_sql(child, outer)}{cast} "
            f"and ({' and '.join(counts)}) is not true)",
            read,
        )


def type_of(names: Names, staging: Relation, table: str, column: str, present: Present | None) -> str:
    """The type of a column of a staging text on the server, or an empty text where it is not known."""
    place = mapped_table(names.config, staging, table), mapped_column(names.config, staging, table, column)
    return present.types.get(place, "") if present else ""


def _read_as(names: Names, staging: Relation, present: Present) -> dict[tuple[str, str], str]:
    """Conditions that a column of a staging text's own table holds a value which is none of its kind.

    By the column and what else is to be said of it. Only columns whose type leaves a doubt: a time is one, a text may
    be none. A blank text is no value. Of a database that takes any bytes for text every text is in doubt.
    """
    table = next(iter(staging.header["tables"]))
    found = {}
    for how, owner, column, into in _READ_AS.findall(staging.text):
        mapped = mapped_column(names.config, staging, table, column)
        pairs = _pairs(names, staging, table, mapped)
        if owner != table or mapped == NOTHING or any(one not in present for one in pairs):
            continue
        value, kind = mapped_sql(mapped), type_of(names, staging, table, column, present)
        read = _READERS[into or {"number": "int"}.get(how, how)](value, kind, present.version)
        if read not in (value, f"{value}::timestamptz"):
            found[column, ""] = f"btrim({value}::text) <> '' and ({read}) is null"
    for column in staging.header["reads"].get(table, {}) if present.any_bytes else ():
        mapped = mapped_column(names.config, staging, table, column)
        known = all(one in present for one in _pairs(names, staging, table, mapped))
        if known and mapped != NOTHING and _may_be_text(type_of(names, staging, table, column, present)):
            found[column, NOT_UTF8] = is_not_utf8(mapped_sql(mapped))
    return found


def _may_be_text(kind: str) -> bool:
    return not kind.startswith((*TIMES, *NUMBERS, "boolean", "uuid"))


def unreadable_fields(names: Names, staging: Relation, present: Present | None, cuts: Mapping[str, str]) -> str:
    """SQL of one row: the rows of a staging text's table with a value that is none of its kind, all, and a sample.

    The sample names the columns, each with the number of its rows. Without ``present`` nothing is known of types.
    """
    table = next(iter(staging.header.get("tables") or ()), "")
    wrong = _read_as(names, staging, present) if present and table else {}
    if not wrong:
        return "(select 0 as found, 0 as total, null::text as sample)"
    place = quote_name(mapped_table(names.config, staging, table))
    part = cuts.get(f"{staging.name}.{table}") or counted_part(names, staging, table, present)
    counts = (
        f"'{column} ' || nullif(count(*) filter (where {one}), 0) || '{also}'" for (column, also), one in wrong.items()
    )
    either = " or ".join(f"({one})" for one in wrong.values())
    return (
        f"(select count(*) filter (where {either}) as found, count(*) as total, "
        f"concat_ws(', ', {', '.join(counts)}) as sample from {part} as {place})"
    )


NOT_UTF8 = " not UTF-8"
NOTHING = "= null"
"""What a column is mapped to that an adapter does not give."""


def _pairs(names: Names, staging: Relation, table: str, mapped: str) -> list[tuple[str, str]]:
    return [(mapped_table(names.config, staging, table), one) for one in named_in(mapped)]


@dataclass(frozen=True)
class StagingScope:
    """What a staging text may call beside what every text may; its calls add to ``uses`` and to ``wrong``."""

    names: Names
    staging: Relation
    uses: set[Use]
    wrong: list[tuple[str, str]]
    present: Present | None
    cuts: Mapping[str, str]

    def functions(self) -> dict[str, Callable[..., Any]]:
        readers = {"time": "time", "truth": "truth", "json": "json", "number": "int"}
        return {
            **{name: partial(self._read, how) for name, how in readers.items()},
            "table": self.table,
            "column": self.column,
            "words": self.words,
            "word": self.word,
            "like": self.like,
            "stage": self.stage,
        }

    def table(self, name: str, rows: str = "counted") -> str:
        """``table('users', 'all')`` is the table with the rows that do not count, too."""
        config, staging = self.names.config, self.staging
        tables = staging.header.get("tables", {})
        if name not in tables:
            self.wrong.append((f"no table '{name}' in the header", suggest(name, tables) or "add it to tables:"))
            return name
        mapped = mapped_table(config, staging, name)
        self.uses.update(table_uses(staging, name, mapped))
        if rows == "all":
            return whole_table(config, staging, name)
        chosen = columns_behind(config, staging, name, f"={config.get(f'platform.rows.{name}', '')}")
        self.uses.update(("column", one) for one in chosen)
        parents = _parents_count(self.names, name, quote_name(mapped), self.present)
        self.uses.update(*(read for _, read in parents))
        return self.cuts.get(f"{staging.name}.{name}") or counted_part(self.names, staging, name, self.present)

    def column(self, name: str, alias: str = "", optional: str = "", like: str = "") -> str:
        """``column('users.role', 'u')``; ``optional`` is the type of the NULL that replaces a missing column.

        ``like`` is the column that it is compared with: where their types differ, both are compared as texts.
        """
        owner, _, own = name.partition(".")
        reads = self.staging.header.get("reads", {})
        if own not in reads.get(owner, {}):
            known = [f"{t}.{c}" for t, cs in reads.items() for c in cs]
            self.wrong.append((f"no column '{name}' in the header", suggest(name, known) or "add it to reads:"))
            return own
        mapped = mapped_column(self.names.config, self.staging, owner, own)
        if optional and self._is_missing(owner, mapped):
            return f"null::{optional}"
        self.uses.update(("column", one) for one in columns_behind(self.names.config, self.staging, owner, mapped))
        compared, _, with_ = like.partition(".")
        other = self._type(compared, with_) if with_ else ""
        cast = "" if same_types(self._type(owner, own), other) else "::text"
        return f"{mapped_sql(mapped, alias)}{cast}"

    def _is_missing(self, table: str, mapped: str) -> bool:
        pairs = _pairs(self.names, self.staging, table, mapped)
        return self.present is not None and any(one not in self.present for one in pairs)

    def _type(self, table: str, column: str) -> str:
        return type_of(self.names, self.staging, table, column, self.present)

    def _read(self, how: str, name: str, alias: str = "", optional: str = "", into: str = "") -> str:
        """``time('users.created_at', 'u')``, ``number('documents.size', into='bigint')`` and the like."""
        into = into or how
        value, (owner, _, own) = self.column(name, alias, optional), name.partition(".")
        if into not in _READERS:
            self.wrong.append((f"no number of type '{into}'", f"into: one of {', '.join(_DIGITS)}"))
            return value
        if value == f"null::{optional}" or mapped_column(self.names.config, self.staging, owner, own) == NOTHING:
            return f"null::{_TYPES.get(into, into)}"
        if self.present is None and into in _TYPES:
            return f"{value}::{_TYPES[into]}"
        return _READERS[into](value, self._type(owner, own), self.present.version if self.present else 0)

    def _listed(self, vocabulary: str, word: str) -> list[str]:
        words = self.staging.header.get("words", {}).get(vocabulary, {})
        if word not in words:
            self.wrong.append((f"no word '{vocabulary}.{word}' in the header", "add it to words:"))
            return []
        own: list[str] = self.names.config.get(f"platform.vocabularies.{vocabulary}.{word}", words[word])
        return own

    def words(self, vocabulary: str, word: str) -> str:
        """The platform's words for a canonical word, as a SQL list: ``('open', 'new')``."""
        return f"({', '.join(map(quote_text, self._listed(vocabulary, word))) or 'null'})"

    def word(self, name: str, vocabulary: str, alias: str = "", absent: str = "") -> str:
        """The canonical word for a column of whatever type, capital letters or not; ``other`` where none fits.

        ``absent`` is the word of every row on a platform that has no such column.
        """
        known = self.staging.header.get("words", {})
        if vocabulary not in known:
            self.wrong.append((f"no vocabulary '{vocabulary}' in the header", "add it to words:"))
            return "null"
        owner, _, column = name.partition(".")
        if absent and mapped_column(self.names.config, self.staging, owner, column) == NOTHING:
            return quote_text(absent)
        text = f"lower({self.column(name, alias)}::text)"
        cases = [
            f"when {text} in ({', '.join(map(lower_text, own))}) then {quote_text(one)}"
            for one in known[vocabulary]
            if (own := self._listed(vocabulary, one))
        ]
        return f"case {' '.join(cases)} else 'other' end" if cases else "'other'"

    def like(self, name: str) -> str:
        """The type of a column of the reference platform's ids; the doctor puts in that of the real platform."""
        self.column(name)
        return "uuid"

    def stage(self, name: str, *_rows: str) -> str:
        self.wrong.append((f"a staging text reads no other, such as '{name}'", "read the platform's table"))
        return "(select)"

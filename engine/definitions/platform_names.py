"""The platform's own names of tables, columns and labels, from the settings, and SQL in place of a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator

from gendash.engine.config.load import Config
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation

# ── the platform's names ─────────────────────────────────────────────────────────────────────────────────────────
# For a column's name, "= SQL" over columns of its table may be given, each in braces; braces in strings are text.
_BRACES = re.compile(r"'(?:[^']|'')*'|\{([^{}']+)\}")


def mapped_table(config: Config, staging: Relation, table: str) -> str:
    """The platform's name of a table of a staging text; under an adapter that of its SELECT, or of none.

    A table of another schema than ``platform.schema`` has its schema before a dot, as in settings.
    """
    default: str = staging.header.get("tables", {}).get(table, table)
    name = "" if config["platform.adapter"] else str(config.get(f"platform.tables.{table}") or "")
    return table_name(config, *split_name(config, name)) if name else default


def columns_behind(config: Config, staging: Relation, table: str, mapped: str) -> set[str]:
    """The platform's columns (``table.column``) behind a mapped one; under an adapter behind columns of its SELECT."""
    select = staging.adapter.get(table)
    if select is None:
        place = mapped_table(config, staging, table)
        return {column_key(place, one) for one in named_in(mapped)}
    return set[str]().union(*(select.outputs.get(one, frozenset()) for one in named_in(mapped)))


def table_uses(staging: Relation, table: str, mapped: str) -> Iterator[tuple[str, str]]:
    """What a table is read from: itself, or the tables of an adapter's SELECT and the columns that choose its rows."""
    select = staging.adapter.get(table)
    if select is None:
        yield "table", mapped
        return
    yield from (("table", name) for name in select.tables)
    yield from (("column", name) for name in select.rows)


def column_key(table: str, column: str) -> str:
    """A column as one text, ``table.column``; a name with a dot is quoted, so that the table ends before it."""
    return f'{table}."{column}"' if "." in column else f"{table}.{column}"


def split_column(key: str) -> tuple[str, str]:
    """Table and column of a ``column_key``."""
    if key.endswith('"') and '."' in key:
        table, _, column = key[:-1].rpartition('."')
    else:
        table, _, column = key.rpartition(".")
    return table, column


def names_in_text(staging: Relation) -> frozenset[tuple[str, str]]:
    """The tables and columns, as uses, that SELECTs of an adapter name: all are in the text of the staging query."""
    tables = {("table", name) for one in staging.adapter.values() for name in one.tables}
    return frozenset(tables | {("column", name) for one in staging.adapter.values() for name in one.columns})


def mapped_column(config: Config, staging: Relation, table: str, column: str) -> str:
    """The platform's name of a column of a staging text, or ``= SQL``; an empty string where it has none."""
    default = staging.header["reads"].get(table, {}).get(column, "")
    name: str = config.get(f"platform.columns.{table}.{column}") or default
    return name


def mappings(config: Config, staging: Relation, table: str) -> Iterator[tuple[str, str]]:
    """Everything that is read of a table: the setting that maps it, and its value."""
    for column in staging.header.get("reads", {}).get(table, {}):
        yield f"platform.columns.{table}.{column}", mapped_column(config, staging, table, column)
    rows = config.get(f"platform.rows.{table}")
    if rows:
        yield f"platform.rows.{table}", f"= {rows}"


def is_expression(mapped: str) -> bool:
    """True if the mapped value is an SQL expression instead of a column's name."""
    return mapped.startswith("=")


def named_in(mapped: str) -> list[str]:
    """The platform's columns behind a mapped one: itself, or those that its expression names."""
    return [one for one in _BRACES.findall(mapped[1:]) if one] if is_expression(mapped) else [mapped]


def mapped_sql(mapped: str, alias: str = "", column: Callable[[str], str] = quote_name) -> str:
    """SQL of a mapped column, of the table of an alias; ``column`` writes each name."""
    prefix = f"{alias}." if alias else ""
    if not is_expression(mapped):
        return prefix + column(mapped)
    text = _BRACES.sub(lambda found: prefix + column(found[1]) if found[1] else found[0], mapped[1:].strip())
    return f"({text})"


def table_name(config: Config, schema: str, table: str) -> str:
    """How a table of the platform is called: with its schema, if that is not ``platform.schema``, or a dot is in it."""
    own = schema in ("", config["platform.schema"]) and "." not in table
    return table if own else f"{schema or config['platform.schema']}.{table}"


def split_name(config: Config, name: str) -> tuple[str, str]:
    """Schema and table of a name that `table_name` gave: what precedes its first dot is the schema."""
    schema, dot, table = name.partition(".")
    return (schema, table) if dot else (config["platform.schema"], name)


def quoted_table(config: Config, name: str) -> str:
    """SQL of a table by the name that `table_name` gave."""
    return ".".join(map(quote_name, split_name(config, name)))


def platform_schemas(config: Config, stagings: Iterable[Relation]) -> set[str]:
    """The schemas whose tables are read."""
    stagings = list(stagings)
    tables = {table for one in stagings for select in one.adapter.values() for table in select.tables}
    tables |= {mapped_table(config, one, table) for one in stagings for table in one.header.get("tables", {})}
    return {config["platform.schema"], *(split_name(config, table)[0] for table in tables)}


def whole_table(config: Config, staging: Relation, table: str) -> str:
    """SQL of a table with all its rows: its name, or an adapter's SELECT in parentheses."""
    if table in staging.adapter:
        return f"(\n{staging.adapter[table].text}\n)"
    return quoted_table(config, mapped_table(config, staging, table))


def part_of_table(
    config: Config,
    staging: Relation,
    table: str,
    present: Container[tuple[str, str]] | None = None,
    conditions: Collection[str] = (),
) -> str:
    """SQL of a table's rows that count (``platform.rows``) and fulfil the conditions; the table where all do.

    A part has those columns only that the text names: a role may be let read no others.
    """
    mapped, whole = mapped_table(config, staging, table), whole_table(config, staging, table)
    every = dict(mappings(config, staging, table))
    rows = every.pop(f"platform.rows.{table}", "")
    conditions = [*conditions, *([mapped_sql(rows)] if rows else [])]
    if not conditions:
        return whole
    columns = {name for one in every.values() for name in named_in(one) if present is None or (mapped, name) in present}
    alias = f" as {quote_name(mapped)}" if table in staging.adapter or "." in mapped else ""
    listed = ", ".join(map(quote_name, sorted(columns)))
    return f"(select {listed} from {whole}{alias} where {' and '.join(conditions)})"


def mapped_label(config: Config, name: str, metric: str = "") -> str:
    """The platform's name of a label, on a metric or on all."""
    mapped: str = config.get(f"labels.{metric}.{name}") or config.get(f"labels.{name}") or name
    return mapped

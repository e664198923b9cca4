"""The platform's own names of tables, columns and labels, from the settings, and SQL in place of a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from gendash.engine.config.load import Config
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation

# ── the platform's names ─────────────────────────────────────────────────────────────────────────────────────────
# For a column's name, "= SQL" over columns of its table may be given, each in braces; braces in strings are text.
_BRACES = re.compile(r"'(?:[^']|'')*'|\{([^{}']+)\}")


def mapped_table(config: Config, staging: Relation, table: str) -> str:
    """The platform's name of a table of a staging text."""
    name: str = config.get(f"platform.tables.{table}") or staging.header["tables"].get(table, table)
    return name


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


def whole_table(config: Config, staging: Relation, table: str) -> str:
    """SQL of a table with all its rows."""
    return f"{quote_name(config['platform.schema'])}.{quote_name(mapped_table(config, staging, table))}"


def part_of_table(
    config: Config,
    staging: Relation,
    table: str,
    present: Collection[tuple[str, str]] | None = None,
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
    return f"(select {', '.join(map(quote_name, sorted(columns)))} from {whole} where {' and '.join(conditions)})"


def mapped_label(config: Config, name: str, metric: str = "") -> str:
    """The platform's name of a label, on a metric or on all."""
    mapped: str = config.get(f"labels.{metric}.{name}") or config.get(f"labels.{name}") or name
    return mapped

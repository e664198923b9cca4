"""Adapters: SELECTs with canonical columns that staging texts read in place of the platform's tables.

The files are plain SQL. What they read (for privileges, lineage, advice and `doctor`) follows from their syntax trees;
a table that an adapter does not give is a feature that is off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gendash.engine.config.load import Config
from gendash.engine.config.settings import FED_BY
from gendash.engine.definitions.canonical import Adapter
from gendash.engine.definitions.platform_names import column_key, table_name
from gendash.engine.languages.sql_columns import resolve
from gendash.engine.languages.sql_lineage import Column, SelectReads, reads_of
from gendash.engine.languages.sql_parser import parse_statements, sql_fault
from gendash.engine.languages.sql_scope import Source
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import AdapterTable, Relation

_FOREIGN = Source((), True, None)  # a table of the platform: columns and key are not known
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TABLE = re.compile(r"\{\{\s*table\(\s*['\"](\w+)['\"]")


def adapted(
    config: Config, relations: Mapping[str, Relation], adapter: Adapter
) -> tuple[Config, dict[str, Relation], dict[str, AdapterTable]]:
    """The settings and relations under an adapter, and its tables: staging reads them, and what it lacks is off."""
    tables = {name: adapter_table(config, adapter, name, *file) for name, file in adapter.files.items()}
    found = {
        key: _with_selects(one, adapter.label, tables) if one.kind == "staging" else one
        for key, one in relations.items()
    }
    return _with_features(config, relations, tables), found, tables


def adapter_table(config: Config, adapter: Adapter, table: str, path: str, text: str) -> AdapterTable:
    """One file of an adapter, parsed; a file that cannot be used has its faults, and gives no columns."""
    name = f"{adapter.label}/{table}"
    template = _TEMPLATE.search(text)
    if template:
        place = len(text[: template.start()].encode())
        fault = (place, f"holds a template: {template[0]}", "an adapter's file is plain SQL")
        return AdapterTable(name, path, text, faults=(fault,))
    error, character = sql_fault(text)
    if error:
        return AdapterTable(name, path, text, faults=((len(text[: max(character, 0)].encode()), error, "fix the SQL"),))
    reads = reads_of(text)
    wrong = [] if reads.faults else resolve(parse_statements(text), lambda _schema, _name: _FOREIGN)[1]
    if wrong:
        return AdapterTable(name, path, text, faults=tuple((one.place, one.what, one.do) for one in wrong))
    faults = [(fault.place, fault.what, fault.do) for fault in reads.faults]
    if any(schema == config["schema"] for schema, _ in reads.tables):
        faults.append((-1, f"reads schema {config['schema']}, which is gendash's own", "read the platform's tables"))

    def named(columns: Iterable[Column]) -> frozenset[str]:
        return frozenset(column_key(table_name(config, one.schema, one.table), one.name) for one in columns)

    return AdapterTable(
        name,
        path,
        text,
        _with_schema(text, reads, config["platform.schema"]),
        {column: named(one.behind) for column, one in reads.outputs.items()},
        {column: named(one.plain) for column, one in reads.outputs.items()},
        named(reads.rows),
        named(reads.joined),
        frozenset(table_name(config, *one) for one in reads.tables),
        tuple(faults),
    )


def _with_schema(text: str, reads: SelectReads, schema: str) -> str:
    """The statement with a schema before each table that is named without one, and nothing after its end."""
    (statement,) = parse_statements(text)
    raw = text.encode()
    raw = raw[: statement.stmt_location + statement.stmt_len] if statement.stmt_len else raw
    for place in sorted(reads.bare, reverse=True):
        raw = raw[:place] + f"{quote_name(schema)}.".encode() + raw[place:]
    return _without_comments(raw.decode()).rstrip()


def _without_comments(text: str) -> str:
    """The text without the comments before its first word."""
    return re.sub(r"\A(\s+|--[^\n]*\n|/\*.*?\*/)+", "", text, flags=re.DOTALL)


def _with_selects(staging: Relation, label: str, tables: Mapping[str, AdapterTable]) -> Relation:
    """A staging text that reads SELECTs in place of tables, by the names of their columns."""
    read = staging.header.get("tables", {})
    given = {table: tables[table] for table in read if table in tables}
    columns: dict[str, Any] = {
        table: {
            column: column if table not in given or column in given[table].outputs else "= null" for column in named
        }
        for table, named in staging.header.get("reads", {}).items()
    }
    header = {**staging.header, "tables": {table: f"{label}/{table}" for table in read}, "reads": columns}
    return replace(staging, header=header, adapter=given)


def _with_features(config: Config, relations: Mapping[str, Relation], tables: Mapping[str, AdapterTable]) -> Config:
    """The settings with the features of tables that are given on, unless a setting says otherwise, and others off.

    A feature that needs one of several columns stays as it is: metadata may hold it, or anything else.
    """
    values, origins = dict(config.values), dict(config.origins)
    origin = f"platform.adapter: {config['platform.adapter']}"
    for feature in FED_BY["platform"]:
        key = f"features.{feature}"
        lacking = _lacks(feature, relations, tables)
        if lacking:
            values[key], origins[key] = False, f"{origin}, which gives no {lacking}"
        elif key not in config.origins and not _choices(feature, relations):
            values[key], origins[key] = True, origin
    return replace(config, values=values, origins=origins)


def _choices(feature: str, relations: Mapping[str, Relation]) -> bool:
    return any(
        one.header.get("one_of") and one.header.get("feature") == feature
        for one in relations.values()
        if one.kind == "staging"
    )


def _lacks(feature: str, relations: Mapping[str, Relation], tables: Mapping[str, AdapterTable]) -> str:
    """The first table that a feature needs and that is not given, or its columns of which none is given, if any."""
    for one in relations.values():
        if one.kind != "staging" or one.header.get("feature") != feature:
            continue
        for table in _TABLE.findall(one.text):
            if table not in tables:
                return str(table)
        choices = [name.split(".") for name in one.header.get("one_of", ())]
        if choices and not any(column in tables[table].outputs for table, column in choices if table in tables):
            return " or ".join(one.header["one_of"])
    return ""

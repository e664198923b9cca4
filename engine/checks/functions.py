"""Offline checks of what SQL calls: functions and types are PostgreSQL's, and panels read nothing but relations."""

from __future__ import annotations

import re

from gendash.engine.checks.columns import sql_texts
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.sql_parser import nodes, parse_statements, sql_error
from gendash.engine.model import Problem

# functions that read what no panel may: files, other servers, settings, sizes and sessions of the database
_READERS = re.compile(
    r"pg_(?!catalog$)\w+|dblink\w*|lo_\w+|(query|table|schema|database|cursor)_to_xml\w*|current_setting|set_config"
    r"|(current|last|next|set)val|txid_\w+|inet_(client|server)_\w+|has_\w+_privilege|version|to_reg\w+"
    r"|(col|obj|shobj)_description"
)
_HARMLESS = frozenset({"pg_typeof", "pg_size_pretty", "pg_size_bytes"})


def check_builtins(catalog: Catalog) -> list[Problem]:
    """Every function and type without a schema is one of PostgreSQL's, with as many arguments as it takes."""
    if catalog.builtins is None:
        return []
    return [
        Problem(text.where(fault.place), fault.what, fault.do)
        for text in sql_texts(catalog)
        if not sql_error(text.final, several=True)
        for fault in catalog.builtins.faults(parse_statements(text.final))
    ]


def check_system_functions(catalog: Catalog) -> list[Problem]:
    """A panel calls no function that reads beyond gendash's relations: the server's files, sessions or settings."""
    found = []
    for text in sql_texts(catalog):
        if text.kind != "panel" or not _READERS.search(text.final) or sql_error(text.final):
            continue
        for node in nodes(parse_statements(text.final)):
            if node.DESCRIPTOR.name == "FuncCall":
                name = node.funcname[-1].string.sval
                if _READERS.fullmatch(name) and name not in _HARMLESS:
                    what = f"{name}() reads more than gendash's relations"
                    found.append(Problem(text.where(node.location), what, "read a relation"))
    return found

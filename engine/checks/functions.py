"""Offline checks of what SQL may use where it runs: PostgreSQL's functions and types, and what a server has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gendash.engine.checks.columns import sql_texts
from gendash.engine.definitions.audits import places, queries
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.sql_parser import nodes, parse_statements, sql_error
from gendash.engine.model import Problem

# functions that read what no panel may: files, other servers, settings, sizes and sessions of the database
_READERS = re.compile(
    r"pg_(?!catalog$)\w+|dblink\w*|lo_\w+|(query|table|schema|database|cursor)_to_xml\w*|current_setting|set_config"
    r"|(current|last|next|set)val|txid_\w+|inet_(client|server)_\w+|has_\w+_privilege|version|to_reg\w+"
    r"|(col|obj|shobj)_description"
)
_RANDOM = re.compile(r"random\w*|setseed|gen_random_\w+|uuidv[47]|uuid_generate_v(1|1mc|4)")
_HARMLESS = frozenset({"pg_typeof", "pg_size_pretty", "pg_size_bytes"})


def check_builtins(catalog: Catalog) -> list[Problem]:
    """Every function and type without a schema is one of PostgreSQL's, with as many arguments as it takes."""
    if catalog.builtins is None:
        return []
    return [
        Problem(text.where(fault.place), fault.what, fault.do)
        for text in sql_texts(catalog)
        if not sql_error(text.final, several=True)
        for fault in catalog.builtins.faults(text.final)
    ]


def check_system_functions(catalog: Catalog) -> list[Problem]:
    """A panel calls no function that reads beyond gendash's relations: the server's files, sessions or settings."""
    return [
        Problem(text.where(place), f"{name}() reads more than gendash's relations", "read a relation")
        for text in sql_texts(catalog)
        if text.kind == "panel"
        for name, place in system_functions(text.final)
    ]


def system_functions(text: str) -> Iterator[tuple[str, int]]:
    """The functions that a SQL text calls and that read files, sessions or settings, with their places in it."""
    return ((name, place) for name, place in _calls(text, _READERS) if name not in _HARMLESS)


def random_functions(text: str) -> Iterator[tuple[str, int]]:
    """The functions that a SQL text calls and that give other values in each run, with their places in it."""
    return _calls(text, _RANDOM)


def _calls(text: str, names: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    if not names.search(text) or sql_error(text):
        return
    for node in nodes(parse_statements(text)):
        if node.DESCRIPTOR.name == "FuncCall" and names.fullmatch(node.funcname[-1].string.sval):
            yield node.funcname[-1].string.sval, node.location


def check_audit_places(catalog: Catalog) -> list[Problem]:
    """A query of an audit names what is where it runs: staging texts in the source, relations in the store."""
    found = []
    for relation in (one for one in catalog.relations.values() if one.kind == "audit"):
        for place, text in zip(places(relation), queries(relation), strict=False):
            elsewhere = {"source": ("relation", "store"), "store": ("staging", "source")}.get(place)
            for kind, name in sorted(catalog.expanded(text).uses):
                if elsewhere and kind == elsewhere[0]:
                    what = f"reads '{name}' in the {place}; it is in the {elsewhere[1]}"
                    found.append(Problem(relation.path, what, f"fix place:, or the query for the {place}"))
    return found

"""Offline checks of an adapter's files: they are plain SQL, and give what staging texts read."""

from __future__ import annotations

from collections.abc import Iterator

from gendash.engine.checks.functions import random_functions, system_functions
from gendash.engine.config.load import nearest, suggest
from gendash.engine.definitions.canonical import CanonicalColumn
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import named_in
from gendash.engine.model import AdapterTable, Problem


def check_adapter(catalog: Catalog) -> list[Problem]:
    """Every file of the adapter is one SELECT of a canonical table, with known columns and those that are required."""
    found: list[Problem] = []
    named = catalog.config["platform.adapter"]
    if named and not catalog.adapter and not catalog.problems:
        do = "write a SELECT for each canonical table, or run gendash init"
        found.append(Problem(catalog.config.where("platform.adapter"), f"no *.sql in '{named}'", do))
    for table, one in catalog.adapter.items():
        if table not in catalog.contract:
            hint = suggest(table, catalog.contract) or f"the tables are {', '.join(catalog.contract)}"
            found.append(Problem(one.path, f"no canonical table '{table}'", hint))
            continue
        found += [Problem(_place(one, byte), what, do) for byte, what, do in one.faults]
        found += [
            Problem(
                _place(one, byte), f"{name}() reads more than the platform's tables", "an adapter only reads tables"
            )
            for name, byte in system_functions(one.raw)
        ]
        found += [
            Problem(_place(one, byte), f"{name}() gives another value at each read", "use what the tables hold")
            for name, byte in random_functions(one.raw)
        ]
        if catalog.builtins is not None and not one.faults:
            found += [
                Problem(_place(one, wrong.place), wrong.what, wrong.do) for wrong in catalog.builtins.faults(one.raw)
            ]
        if not one.faults:
            found += _columns(one, table, catalog.contract[table])
    return found


def _place(one: AdapterTable, byte: int) -> str:
    line = one.raw.encode()[:byte].count(b"\n") + 1
    return f"{one.path}:{line}" if byte >= 0 else one.path


def _columns(one: AdapterTable, table: str, contract: dict[str, CanonicalColumn]) -> Iterator[Problem]:
    lacking = [name for name, of in contract.items() if of.required and name not in one.outputs]
    twins = {name: name.rpartition(" (")[0] for name in one.outputs if name not in contract}
    for name in dict.fromkeys(twin for twin in twins.values() if twin in one.outputs):
        yield Problem(one.path, f"returns '{name}' twice", "keep one")
    extra = [name for name, twin in twins.items() if twin not in one.outputs]
    meant = {nearest(name, contract) for name in extra}
    for name in extra:
        hint = suggest(name, contract) or f"{table} has {', '.join(contract)}"
        yield Problem(one.path, f"no canonical column '{name}'", hint)
    for name in (one for one in lacking if one not in meant):
        yield Problem(one.path, f"gives no column '{name}'", f"return it: {contract[name].doc}")


def check_adapter_settings(catalog: Catalog) -> list[Problem]:
    """Under an adapter no setting renames a table, and columns and rows are SQL over the columns that it gives."""
    config, found = catalog.config, []
    if not config["platform.adapter"]:
        return []
    for key, value in config.under("platform").items():
        kind, _, name = key.partition(".")
        where, table = config.where(f"platform.{key}"), name.partition(".")[0]
        if kind == "tables":
            do = f"read it in {table}.sql of an adapter of your own"
            found.append(Problem(where, f"platform.{key} has no effect with an adapter", do))
        if kind not in ("columns", "rows") or table not in catalog.adapter:
            continue
        given = catalog.adapter[table].outputs
        for column in named_in(f"= {value}" if kind == "rows" else str(value)):
            if column not in given:
                do = suggest(column, given) or f"it gives {', '.join(given)}"
                found.append(Problem(where, f"platform.{key}: the adapter gives no '{column}'", do))
    return found

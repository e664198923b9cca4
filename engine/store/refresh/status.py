"""`gendash db status`: the refresh state of each relation."""

from __future__ import annotations

from typing import Any

from gendash.engine.clients.postgres import connect, source, store, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import cadence_s, qualified, stagings
from gendash.engine.errors import TargetError, Unexpected
from gendash.engine.model import Problem
from gendash.engine.platform import columns
from gendash.engine.store.refresh.run import EARLY, believed_age, refreshed_relations


def refresh_status(config: Config, catalog: Catalog) -> list[dict[str, Any]]:
    """One row per refreshed relation: rows, age, last duration, cadence, state, last error, and a note.

    A note names optional columns that the platform lacks, and a feature that is off although its tables exist.
    """
    with connect(store(config), read_only=True) as connection:
        there = connection.execute("select to_regclass(%s) is not null", [qualified(config, "_refresh")]).fetchone()
        if not there or not there[0]:
            raise Unexpected(Problem(f"schema {config['schema']}", "does not exist", "run `gendash db migrate`"))
        clock = f"{qualified(config, 'clock')}()"
        found = connection.execute(
            trusted(
                f"select relation, rows, extract(epoch from {clock} - finished_at)::float8, duration_s, error, absent "
                f"from {qualified(config, '_refresh')}"
            )
        ).fetchall()
    states = {name: rest for name, *rest in found}
    unused = _unused(config, catalog)
    rows = []
    for relation in refreshed_relations(catalog):
        count, age, took, error, absent = states.get(relation.name, (None, None, None, None, None))
        cadence, on = cadence_s(config, relation), catalog.enabled(relation)
        notes = [f"without {name}" for name in absent or ()] + unused.get(relation.name, [])
        rows.append(
            {
                "relation": relation.name,
                "kind": "rollup" if relation.kind == "rollup" else "view",
                "rows": count,
                "age_s": None if age is None else round(age),
                "took_s": None if took is None else round(took, 2),
                "cadence_s": round(cadence),
                "state": _state(age, cadence, error) if on else "off",
                "error": error or "",
                "note": "; ".join(notes),
            }
        )
    return rows


def _state(age_s: float | None, cadence_s: float, error: str | None) -> str:
    """The state of a relation whose feature is on, as its last refresh left it."""
    if error:
        return "failed"
    if age_s is None:
        return "never"
    return "due" if (believed_age(age_s) or 0.0) >= cadence_s * (1 - EARLY) else "fresh"


def _unused(config: Config, catalog: Catalog) -> dict[str, list[str]]:
    """Notes by rollup whose feature is off although the platform has all tables and columns that it reads."""
    if not config.has("platform"):
        return {}
    off = [r for r in catalog.relations.values() if r.kind == "rollup" and not catalog.enabled(r)]
    off = [relation for relation in off if stagings(catalog, relation)]
    if not off:
        return {}
    try:
        with connect(source(config), read_only=True) as connection:
            seen = columns.read_columns(connection, catalog)
    except TargetError as error:
        return {relation.name: [str(error)] for relation in off}
    return {
        relation.name: [f"feature {relation.header['feature']} is off, although its tables exist"]
        for relation in off
        if not columns.missing(catalog, relation, seen)
    }

"""`gendash db plan`: what the next migrate creates, and what the refresh after it reads and writes."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gendash.engine.clients.postgres import Connection, connect, source, store, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import columns_read, is_materialized, qualified, rollups
from gendash.engine.model import Relation
from gendash.engine.platform import columns as postgres_source
from gendash.engine.platform.estimate import RATES, Estimate, Statistics, estimate, total_estimate
from gendash.engine.platform.statistics import select_statistics, source_now, statistics
from gendash.engine.platform.steady_cost import SteadyCost, history_days, steady_costs, steady_seconds, stored_costs
from gendash.engine.store.migrate import preview
from gendash.engine.store.roles import Step

_FROM_STORE = "filled from the store's own rows, mostly those of the Langfuse sync: cannot be estimated"
SLOWEST = 8
_PLURALS = {"index": "indexes", "materialized": "materialized views"}


@dataclass(frozen=True)
class Preview:
    """The objects, reads and writes to come. ``lacking`` names the missing privileges, with the SQL for them."""

    steps: list[Step]
    lacking: str
    source: str
    store: str
    tables: dict[str, set[str]]
    statistics: Statistics
    writes: list[Estimate]
    problems: list[str]
    steady: list[SteadyCost] = field(default_factory=list)
    own: list[SteadyCost] = field(default_factory=list)
    relations: int = 0

    @property
    def created(self) -> dict[str, int]:
        """The number of objects to create, by kind."""
        counts = Counter(" ".join(step.what.split()[:2]) for step in self.steps if step.what.startswith("create "))
        found = {kind.removeprefix("create "): number for kind, number in counts.items()}
        statements = [text for step in self.steps for text in step.statements]
        indexes = sum("primary key (" in text for text in statements)
        indexes += sum(text.startswith(("create index", "create unique index")) for text in statements)
        return {**found, "index": indexes} if indexes else found

    @property
    def total(self) -> Estimate:
        """The sum of all writes."""
        return total_estimate(self.writes)

    @property
    def first_s(self) -> float:
        """Seconds of the refresh after the migration: what is written, and what the store computes of it."""
        return (self.total.seconds or 0.0) + steady_seconds(self.own, self.relations) if self.writes else 0.0

    @property
    def steady_s(self) -> float:
        """Seconds of a refresh of everything once all is filled."""
        return steady_seconds(self.steady, self.relations)


def look_ahead(config: Config, catalog: Catalog) -> Preview:
    """The preview of migrate and the next refresh; writes nothing. Raises TargetError if a database cannot be read."""
    steps, lacking = preview(config, catalog)
    rebuilt = {name for step in steps for name, kind, digest in step.records if kind in ("rollup", "query") and digest}
    with connect(store(config), read_only=True) as connection:
        filled = _filled(connection, config)
    wanted = [r for r in catalog.build_order() if r.kind == "rollup" and catalog.enabled(r)]
    todo = [relation for relation in wanted if relation.name in rebuilt or relation.name not in filled]
    if not config.has("platform"):
        nothing = [_unknown(relation) for relation in todo]
        return Preview(steps, lacking, config.none("platform"), store(config).where, {}, {}, nothing, [])
    tables = columns_read(catalog)
    with connect(source(config), read_only=True) as connection:
        seen = postgres_source.read_columns(connection, catalog)
        known = statistics(connection, config, tables)
        known |= select_statistics(connection, catalog, known, seen.indexed)
        now = source_now(connection)
    reading = {relation.name for relation in rollups(catalog)}
    problems = [str(p) for r in todo if r.name in reading for p in postgres_source.missing(catalog, r, seen)]
    writes = [
        estimate(catalog, relation, known, now) if relation.name in reading else _unknown(relation) for relation in todo
    ]
    where = (source(config).where, store(config).where)
    sizes = {one.relation: one.rows for one in (estimate(catalog, r, known, now) for r in rollups(catalog)) if one.rows}
    days = history_days(known, now)
    steady = steady_costs(catalog, known, now) + stored_costs(catalog, sizes, days)
    own = stored_costs(catalog, sizes, 1.0)
    each = len([one for one in catalog.build_order() if catalog.enabled(one) and _is_refreshed(one)])
    return Preview(steps, lacking, *where, tables, known, writes, list(dict.fromkeys(problems)), steady, own, each)


def _is_refreshed(relation: Relation) -> bool:
    return relation.kind == "rollup" or is_materialized(relation)


def _unknown(relation: Relation) -> Estimate:
    return Estimate(relation.name, note=_FROM_STORE)


def _filled(connection: Connection, config: Config) -> set[str]:
    """The relations that were refreshed in full at least once."""
    target = qualified(config, "_refresh")
    there = connection.execute(
        "select coalesce(has_table_privilege(to_regclass(%s), 'select'), false) "
        "from (select from pg_namespace where nspname = %s and has_schema_privilege(oid, 'usage')) as schema",
        [target, config["schema"]],
    ).fetchone()
    if not there or not there[0]:
        return set()
    rows = connection.execute(trusted(f"select relation from {target} where full_at is not null")).fetchall()
    return {name for (name,) in rows}


def preview_as_dict(found: Preview) -> dict[str, Any]:
    """The preview for ``--json``."""
    return {
        "store": found.store,
        "source": found.source,
        "created": found.created,
        "steps": [step.what for step in found.steps if step.what],
        "missing_rights": found.lacking,
        "read": [
            {"table": table, "columns": sorted(columns), **_table(found.statistics, table)}
            for table, columns in sorted(found.tables.items())
        ],
        "written": [one._asdict() for one in found.writes],
        "total": found.total._asdict(),
        "first_s": found.first_s,
        "steady": [one._asdict() for one in found.steady],
        "steady_s": found.steady_s,
        "problems": found.problems,
        "rates": {name: rate._asdict() for name, rate in RATES.items()},
    }


def _table(known: Statistics, table: str) -> dict[str, Any]:
    if table not in known:
        return {"rows": None, "pages": None, "note": "does not exist"}
    return {"rows": round(known[table].rows), "pages": known[table].pages, "note": known[table].guessed}


def preview_text(found: Preview) -> str:
    """The preview for people."""
    made = ", ".join(_counted(kind, number) for kind, number in found.created.items())
    other = [step.what for step in found.steps if step.what and not step.what.startswith("create ")]
    lines = [f"{found.store}: migrate creates {made or 'nothing'}", *(f"  {line}" for line in other)]
    if found.lacking:
        lines += ["", found.lacking]
    tables = [
        [table, str(len(columns)), _count(row["rows"]), _count(row["pages"]), row["note"]]
        for table, columns in sorted(found.tables.items())
        for row in [_table(found.statistics, table)]
    ]
    if tables:
        lines += ["", f"{found.source}: refresh reads, never writes"]
        lines += _aligned(["table", "columns", "rows", "pages", ""], tables)
    else:
        lines += ["", f"{found.source}; refresh reads no table of a platform"]
    if found.writes:
        lines += ["", "the next refresh reads in full and writes to the store, about"]
        known = [one for one in found.writes if one.rows is not None]
        rows = [_written(one) for one in [*known, found.total]]
        lines += _aligned(["relation", "rows", "disk", "WAL", "rows read", "pages read", "time", ""], rows)
        lines += [f"  with what the store computes of it about {_time(found.first_s)}"]
        unknown = [one.relation for one in found.writes if one.rows is None]
        lines += [f"  {', '.join(unknown)}: {_FROM_STORE}"] if unknown else []
        lines += [
            "",
            "Estimated from the planner's statistics, within a factor of 2 in rows and 3 in disk; the rest by",
        ]
        lines += [f"  {rate.value:g} {rate.unit} ({rate.source})" for rate in RATES.values()]
    else:
        lines += ["", "every relation is filled: a refresh reads what is due, and writes what differs"]
    if found.steady:
        lines += ["", f"each refresh of everything after that takes about {found.steady_s:.1f} s, for the most part"]
        slow = sorted(found.steady, key=lambda one: -one.seconds)[:SLOWEST]
        rows = [[one.relation, _count(one.rows), f"{one.seconds:.2f} s", one.how] for one in slow]
        lines += _aligned(["relation", "rows read", "time", ""], rows)
    return "\n".join([*lines, *([""] if found.problems else []), *found.problems])


def _counted(kind: str, number: int) -> str:
    return f"{number} {kind}" if number == 1 else f"{number} {_PLURALS.get(kind, f'{kind}s')}"


def _written(one: Estimate) -> list[str]:
    time = "" if one.seconds is None else _time(one.seconds)
    sizes = [_size(one.bytes), _size(one.wal_bytes)]
    return [one.relation, _count(one.rows), *sizes, _count(one.read_rows), _count(one.read_pages), time, one.note]


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def _count(number: float | None) -> str:
    return "?" if number is None else f"{number:,.0f}"


def _size(number: float | None) -> str:
    if number is None:
        return "?"
    power = min(4, max(0, math.floor(math.log10(number or 1) / 3)))
    return f"{number / 1000**power:.3g} {('B', 'kB', 'MB', 'GB', 'TB')[power]}"


def _aligned(head: list[str], rows: list[list[str]]) -> list[str]:
    cells = [head, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    last = len(head) - 1
    return [
        "  " + "  ".join(
            cell.ljust(width) if i in (0, last) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]  # fmt: skip

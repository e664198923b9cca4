"""Refreshes a relation that reads other relations of the store: only the days that changes of its inputs affect.

Triggers record the days of a relation that a transaction wrote (``_changed``), and each dependent records the snapshot
of transactions that it has seen. So a change that commits late is not missed, and without changes nothing is computed,
unless the result of the query changes with time alone.
"""

from __future__ import annotations

import time
from datetime import date, timedelta

from gendash.engine.clients.postgres import trusted
from gendash.engine.definitions.local_days import Days, spread
from gendash.engine.definitions.relations import inputs, is_tracked, moves_with, qualified, query_of, reach
from gendash.engine.model import Relation
from gendash.engine.store.refresh import changes, write
from gendash.engine.store.refresh.context import Known, Outcome, Run
from gendash.engine.store.refresh.write import Written, part_name
from gendash.engine.store.unfilled_views import is_filled

TRACKED_S = 86_000  # changes are kept for two days; a relation not refreshed for longer than one is computed in full


def from_store(run: Run, relation: Relation, before: Known, begun: float) -> Outcome:
    """Refreshes all rows, those of the days that changes affect, or none."""
    connection, config = run.connection, run.config
    read = inputs(run.catalog, relation)
    full = run.ask.full or before.age_s is None or before.age_s > TRACKED_S
    with connection.transaction():
        run.begin()
        changed = changes.changed_days(connection, config, relation, read)
        if not full and changed.days == {} and not _moves(run, relation, before):
            done, days, rows = Written(), Days(()), None
        elif relation.kind == "view":
            done, days = None, None
            rows = _refresh_view(run, relation)
        else:
            days = _affected(relation, changed.days) if not full and changed.days else None
            done, rows = _compute(run, relation, days)
        rows = write.record(
            connection,
            config,
            relation,
            time.monotonic() - begun,
            rows=rows,
            done=done,
            whole=days is None,
            snapshot=changed.snapshot,
        )
    return Outcome(rows, done.touched if done else None)


def _moves(run: Run, relation: Relation, before: Known) -> bool:
    """True if the relation must be computed even without a recorded change: untracked inputs, or time moves it."""
    read = inputs(run.catalog, relation)
    if not read or not all(map(is_tracked, read.values())):
        return True
    moment = moves_with(run.catalog, relation)
    return moment == "now" or (moment == "today" and not before.today)


def _affected(relation: Relation, changed: write.Changed) -> Days | None:
    """The days of a relation that changes of its inputs affect; None for all."""
    if not relation.header.get("window"):
        return None
    affected: set[date] = set()
    onwards: list[date] = []  # a day that reads all days before it is affected from the first change on
    for name, noted in changed.items():
        known = {day for day in noted if day}
        if len(known) < len(noted):
            return None
        back, ahead = reach(relation, name)
        affected |= spread(known, (ahead, back or 0))
        onwards += [] if back is not None else [min(known) - timedelta(days=ahead)]
    if not onwards:
        return Days(tuple(sorted(affected)))
    first = min(onwards)
    return Days((*sorted(day for day in affected if day < first), first), onwards=True)


def _refresh_view(run: Run, relation: Relation) -> int:
    target = qualified(run.config, relation.name)
    how = "concurrently " if is_filled(run.connection, target) else ""
    run.connection.execute(trusted(f"refresh materialized view {how}{target}"))
    changes.note_all(run.connection, run.config, relation)
    return write.count(run.connection, target)


def _compute(run: Run, relation: Relation, days: Days | None) -> tuple[Written, int | None]:
    connection, config = run.connection, run.config
    parts, inside = {}, "true"
    if days:
        for name, one in inputs(run.catalog, relation).items():
            back, ahead = reach(relation, name)
            part = days if back is None else Days(tuple(sorted(spread(days.days, (back, ahead)))))
            parts[name] = changes.part_of(config, relation, one, part)
        if relation.header.get("reach"):  # rows at the edge of a part are incomplete
            inside = write.on_days(config, relation, days)
    query = query_of(run.catalog, relation, cuts={f"view.{name}": part_name(name) for name in parts})
    write.load_query(connection, relation, query, parts, inside)
    done = write.write_difference(connection, config, relation, days)
    write.keep_count(connection, config, relation, done.added)
    rows = write.count(connection, qualified(config, relation.name)) if days is None else None
    return done, rows

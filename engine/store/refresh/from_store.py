"""A relation that stands on others of the store: made anew where they changed, and only on the days that this touches.

Triggers note which days of a relation a transaction wrote to (``_changed``), and who stands on it remembers which
transactions it has seen. So a change that commits late is not missed, and where none came nothing is computed, unless
the time alone changes what a query gives.
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

TRACKED_S = 86_000  # what changed is kept for two days; who was not refreshed for longer than one computes all


def from_store(run: Run, relation: Relation, before: Known, begun: float) -> Outcome:
    """All rows, those of the days that follow from what changed, or none."""
    connection, config = run.connection, run.config
    read = inputs(run.catalog, relation)
    anew = run.ask.full or before.age_s is None or before.age_s > TRACKED_S
    with connection.transaction():
        run.begin()
        news = changes.news(connection, config, relation, read)
        if not anew and news.days == {} and not _moves(run, relation, before):
            done, days, rows = Written(), Days(()), None
        elif relation.kind == "view":
            done, days = None, None
            rows = _refresh_view(run, relation)
        else:
            days = _touched(relation, news.days) if not anew and news.days else None
            done, rows = _compute(run, relation, days)
        rows = write.record(
            connection,
            config,
            relation,
            time.monotonic() - begun,
            rows=rows,
            done=done,
            whole=days is None,
            snapshot=news.snapshot,
        )
    return Outcome(rows, done.touched if done else None)


def _moves(run: Run, relation: Relation, before: Known) -> bool:
    """Whether it must be computed though nothing that is noted changed."""
    read = inputs(run.catalog, relation)
    if not read or not all(map(is_tracked, read.values())):
        return True
    moment = moves_with(run.catalog, relation)
    return moment == "now" or (moment == "today" and not before.today)


def _touched(relation: Relation, changed: write.Changed) -> Days | None:
    """The days of a relation that follow from the days that changed below it; None for all."""
    if not relation.header.get("window"):
        return None
    touched: set[date] = set()
    onwards: list[date] = []  # whoever reads all days before its own is touched from the first change on
    for name, noted in changed.items():
        known = {day for day in noted if day}
        if len(known) < len(noted):
            return None
        back, ahead = reach(relation, name)
        touched |= spread(known, (ahead, back or 0))
        onwards += [] if back is not None else [min(known) - timedelta(days=ahead)]
    if not onwards:
        return Days(tuple(sorted(touched)))
    first = min(onwards)
    return Days((*sorted(day for day in touched if day < first), first), onwards=True)


def _refresh_view(run: Run, relation: Relation) -> int:
    target = qualified(run.config, relation.name)
    run.connection.execute(trusted(f"refresh materialized view concurrently {target}"))
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
        if relation.header.get("reach"):  # what stands on the edge of a part is not whole
            inside = write.on_days(config, relation, days)
    query = query_of(run.catalog, relation, cuts={f"view.{name}": part_name(name) for name in parts})
    write.load_query(connection, relation, query, parts, inside)
    done = write.write_difference(connection, config, relation, days)
    write.keep_count(connection, config, relation, done.added)
    rows = write.count(connection, qualified(config, relation.name)) if days is None else None
    return done, rows

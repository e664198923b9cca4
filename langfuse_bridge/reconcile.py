"""Compares the store with the server's own totals by day, fetches what differs again, explains the rest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from psycopg import sql

from gendash.engine.config.load import Config
from gendash.engine.errors import Unreachable
from gendash.engine.model import Problem
from gendash.langfuse_bridge import sync as bridge
from gendash.langfuse_bridge.api_client import Api, Client, in_one_line
from gendash.langfuse_bridge.open_run import enter, open_client, open_store
from gendash.langfuse_bridge.pages import Window
from gendash.langfuse_bridge.server_retention import keep_history
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import FREE_TEXT, OBSERVATIONS, SCORES, STREAMS
from gendash.langfuse_bridge.sync_report import StreamReport
from gendash.langfuse_bridge.totals import Figures, TotalsKey, number, totals_by_day, utc_day

DAY, RESOLUTION = timedelta(days=1), timedelta(microseconds=1)
_OLD_TOKENIZER = "the older API does not count the input of failed calls that came without usage"
# The server sums decimals of 12 places, and doubles, and sends the sum as a double.
_RELATIVE, _PER_ROW = Decimal("1e-9"), Decimal("1e-12")
_NOTHING: Figures = {}


@dataclass(frozen=True)
class TotalsDifference:
    """A day and model, or a day and score, on which server and store disagree, and why, where that is known.

    ``aside`` is the number of the day's items that were set aside: what they cost is in no figure of the store.
    """

    day: date
    stream: str
    name: str
    server: Figures
    store: Figures
    why: str = ""
    aside: int = 0


@dataclass
class Reconciliation:
    """Days compared, days fetched again, rows that this changed, and what still differs after it."""

    project: str
    start: datetime
    end: datetime
    days: int
    before: list[TotalsDifference] = field(default_factory=list)
    repaired: list[date] = field(default_factory=list)
    written: int = 0
    deleted: int = 0
    after: list[TotalsDifference] = field(default_factory=list)

    @property
    def agree(self) -> bool:
        """True if there are no differences, or only explained ones."""
        return all(difference.why for difference in self.after)


def reconcile(
    config: Config,
    *,
    now: datetime,
    from_: datetime | None = None,
    to: datetime | None = None,
    repair: bool = True,
    client: Client | None = None,
    store: Store | None = None,
) -> Reconciliation:
    """Compares whole UTC days (the server knows no others), by default all closed ones of the last 30 days.

    Differing days are fetched again unless ``repair`` is off. Raises an error of the tree where a server fails.
    """
    store = store or open_store(config)
    client = client or open_client(config, store)
    try:
        with in_one_line(client):
            states = [store.state(config["langfuse.project"], stream.name) for stream in STREAMS]
            _, api, _ = enter(config, client, store, states[0])
            keep_history(config, client, store, config["langfuse.project"], now)
            states = [store.state(config["langfuse.project"], stream.name) for stream in STREAMS]
            # Only days that are closed from end to end: others would differ by what was never asked for.
            newest = min(filter(None, (now, to, *(state.closed_until for state in states))))
            # Days that the server may have dropped rows of are not compared: the store keeps them.
            kept = [state.kept_before for state in states]
            oldest = max(
                filter(None, (from_ or now - 30 * DAY, *(state.closed_from or now for state in states), *kept))
            )
            window = Window(utc_day(oldest + DAY - RESOLUTION), utc_day(newest))
            return _reconcile(config, client, store, api, window, now, repair)
    finally:
        client.close()
        store.disconnect()


def _reconcile(
    config: Config, client: Client, store: Store, api: Api, window: Window, now: datetime, repair: bool
) -> Reconciliation:
    assert window.end
    project = config["langfuse.project"]
    found = Reconciliation(project, window.start, window.end, max(0, (window.end - window.start) // DAY))
    if not found.days:
        return found
    found.before = found.after = totals_differences(totals_by_day(client, api, window), stored(store, project, window))
    found.repaired = sorted({difference.day for difference in found.before}) if repair else []
    again: dict[tuple[date, str], int] = {}
    aside: dict[tuple[date, str], int] = {}
    for day in found.repaired:
        part = _day(day, window)
        report = bridge.sync(config, now=now, from_=part.start, to=part.end, resume=False, client=client, store=store)
        if not report.complete:
            raise Unreachable(Problem(client.where, report.notes[-1], "run again then; repaired days stay"))
        for stream in report.streams:
            found.written += stream.written
            found.deleted += stream.deleted
            again[day, stream.stream] = _sent_again(store, project, part, stream)
            aside[day, stream.stream] = stream.rejected
    if found.repaired:
        left = totals_differences(totals_by_day(client, api, window), stored(store, project, window))
        found.after = [
            replace(_explained(difference, api, again), aside=aside.get((difference.day, difference.stream), 0))
            for difference in left
        ]
    return found


def _day(day: date, window: Window) -> Window:
    start = window.start + (day - window.start.date())
    return Window(start, start + DAY)


def _sent_again(store: Store, project: str, day: Window, report: StreamReport) -> int:
    """Rows of a day that the server may count more than once: versions that it listed, or scores that were changed."""
    stream = next(stream for stream in STREAMS if stream.name == report.stream)
    changed = sql.SQL("updated_at > created_at" if stream is SCORES else "false")
    query = sql.SQL(
        "select count(*), count(*) filter (where {}) from {} where project = %s and {time} >= %s and {time} < %s"
    ).format(changed, store.table(stream.table), time=sql.Identifier(stream.time))
    with store.transaction() as connection:
        kept, rewritten = connection.execute(query, [project, *day]).fetchone() or (0, 0)
    return max(report.read - kept, rewritten)


def totals_differences(server: dict[TotalsKey, Figures], store: dict[TotalsKey, Figures]) -> list[TotalsDifference]:
    """The differences of two sets of totals, in order."""
    keys = sorted(server.keys() | store.keys())
    pairs = [(key, server.get(key, _NOTHING), store.get(key, _NOTHING)) for key in keys]
    return [TotalsDifference(*key, theirs, ours) for key, theirs, ours in pairs if not _equal(theirs, ours)]


def _equal(one: Figures, other: Figures) -> bool:
    slack = _PER_ROW * max(_figure(one, "count"), _figure(other, "count"), Decimal(1))

    def same(name: str) -> bool:
        mine, theirs = _figure(one, name), _figure(other, name)
        exact = name not in ("cost_usd", "value")
        return abs(mine - theirs) <= (0 if exact else abs(mine) * _RELATIVE + slack)

    return all(same(name) for name in one.keys() | other.keys())


def _figure(figures: Figures, name: str) -> Decimal:
    return figures.get(name, Decimal(0))


def _explained(difference: TotalsDifference, api: Api, again: dict[tuple[date, str], int]) -> TotalsDifference:
    day, stream, server, store, why = (
        difference.day,
        difference.stream,
        difference.server,
        difference.store,
        difference.why,
    )
    more = _figure(server, "count") - _figure(store, "count")
    known = more <= again.get((day, stream), 0)
    if stream == SCORES.name and more > 0 and known:
        why = f"the server counts {more} scores again that were changed; the store keeps the newest of each"
    elif api == "v2" and more > 0 and known:
        why = f"the server counts {more} observations again that were sent twice; the store keeps the newest of each"
    elif api == "v1" and more == 0 and _figure(server, "input_tokens") < _figure(store, "input_tokens"):
        why = _OLD_TOKENIZER
    return replace(difference, why=why)


_USAGE = (
    "sum((select sum(tokens::numeric) from jsonb_each_text(usage) as used (name, tokens) where name ilike '%%{}%%'))"
)
_STORED = {
    OBSERVATIONS: (
        "coalesce(model, '')",
        {
            # By the server's rule, since the columns also know names of usage types that the server adds to neither.
            "input_tokens": _USAGE.format("input"),
            "output_tokens": _USAGE.format("output"),
            "total_tokens": "sum(total_tokens)",
            "cost_usd": "sum(cost_usd)",
        },
        "true",
    ),
    # Doubles are added as numeric, so that the order in which rows are read does not matter.
    SCORES: (
        "concat_ws(' ', name, case data_type when 'CATEGORICAL' then value_text else data_type end)",
        {"value": "sum(value_num::numeric)"},
        "data_type <> all(%s)",
    ),
}


def stored(store: Store, project: str, window: Window) -> dict[TotalsKey, Figures]:
    """The same totals from the store."""
    found: dict[TotalsKey, Figures] = {}
    for stream, (name, sums, which) in _STORED.items():
        query = sql.SQL(
            "select ({time} at time zone 'UTC')::date, {name}, count(*), {sums}"
            " from {table} where project = %s and {time} >= %s and {time} < %s and {which} group by 1, 2"
        ).format(
            time=sql.Identifier(stream.time),
            name=sql.SQL(name),
            sums=sql.SQL(", ").join(map(sql.SQL, sums.values())),
            table=store.table(stream.table),
            which=sql.SQL(which),
        )
        values = [project, *window, *([list(FREE_TEXT)] if "%s" in which else [])]
        with store.transaction() as connection:
            for day, what, count, *figures in connection.execute(query, values):
                named = dict(zip(sums, map(number, figures), strict=True))
                found[TotalsKey(day, stream.name, what)] = {"count": Decimal(count)} | named
    return found

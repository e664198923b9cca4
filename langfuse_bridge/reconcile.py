"""Compares the store with the server's own totals by day and model, fetches what differs anew, explains the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from psycopg import sql

from gendash.engine.config import Config
from gendash.langfuse_bridge import sync as bridge
from gendash.langfuse_bridge.client import Api, Client
from gendash.langfuse_bridge.pages import Window
from gendash.langfuse_bridge.rows import OBSERVATIONS
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.totals import Key, Totals, by_day_and_model, utc_day

DAY, RESOLUTION = timedelta(days=1), timedelta(microseconds=1)
_OLD_TOKENIZER = "the older API does not count the input of failed calls that came without usage"
# The server sums decimals of 12 places and sends the sum as a double.
_RELATIVE, _PER_ROW = Decimal("1e-9"), Decimal("1e-12")


@dataclass(frozen=True)
class Difference:
    """One day and model on which server and store disagree, and why, where that is known."""

    day: date
    model: str | None
    server: Totals
    store: Totals
    why: str = ""


@dataclass
class Reconciliation:
    """Days compared, days fetched anew, rows that this changed, and what still differs after it."""

    start: datetime
    end: datetime
    days: int
    before: list[Difference] = field(default_factory=list)
    repaired: list[date] = field(default_factory=list)
    written: int = 0
    deleted: int = 0
    after: list[Difference] = field(default_factory=list)

    @property
    def agree(self) -> bool:
        """Whether nothing differs, or only what is explained."""
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

    Differing days are fetched anew unless ``repair`` is off. Raises an error of the tree where a server fails.
    """
    client, store = client or bridge.open_client(config), store or bridge.open_store(config)
    try:
        state = store.state(config["langfuse.project"], OBSERVATIONS.name)
        _, api, _ = bridge.detect(client, state)
        # Only days that are closed from end to end: others would differ by what was never asked for.
        newest = min(filter(None, (now, to, state.closed_until)))
        oldest = max(filter(None, (from_ or now - 30 * DAY, state.closed_from or now)))
        window = Window(utc_day(oldest + DAY - RESOLUTION), utc_day(newest))
        return _reconcile(config, client, store, api, window, now, repair)
    finally:
        client.close()
        store.disconnect()


def _reconcile(
    config: Config, client: Client, store: Store, api: Api, window: Window, now: datetime, repair: bool
) -> Reconciliation:
    assert window.end
    found = Reconciliation(window.start, window.end, max(0, (window.end - window.start) // DAY))
    if not found.days:
        return found
    project = config["langfuse.project"]
    found.before = found.after = differences(by_day_and_model(client, api, window), stored(store, project, window))
    found.repaired = sorted({difference.day for difference in found.before}) if repair else []
    extra: dict[date, int] = {}
    for day in found.repaired:
        part = _day(day, window)
        report = bridge.sync(config, now=now, from_=part.start, to=part.end, client=client, store=store)
        observations = report.streams[0]
        found.written += sum(stream.written for stream in report.streams)
        found.deleted += sum(stream.deleted for stream in report.streams)
        kept = sum(totals.count for totals in stored(store, project, part).values())
        extra[day] = observations.read - kept
    if found.repaired:
        left = differences(by_day_and_model(client, api, window), stored(store, project, window))
        found.after = [_explained(difference, api, extra) for difference in left]
    return found


def _day(day: date, window: Window) -> Window:
    start = window.start + (day - window.start.date())
    return Window(start, start + DAY)


def differences(server: dict[Key, Totals], store: dict[Key, Totals]) -> list[Difference]:
    """The days and models on which two sets of totals disagree, in order."""
    keys = sorted(server.keys() | store.keys(), key=lambda key: (key[0], key[1] or ""))
    pairs = [(key, server.get(key, Totals()), store.get(key, Totals())) for key in keys]
    return [Difference(*key, theirs, ours) for key, theirs, ours in pairs if not _equal(theirs, ours)]


def _equal(one: Totals, other: Totals) -> bool:
    whole = ("count", "input_tokens", "output_tokens", "total_tokens")
    slack = abs(one.cost_usd) * _RELATIVE + _PER_ROW * max(one.count, other.count, 1)
    same_cost = abs(one.cost_usd - other.cost_usd) <= slack
    return same_cost and all(getattr(one, name) == getattr(other, name) for name in whole)


def _explained(difference: Difference, api: Api, extra: dict[date, int]) -> Difference:
    more = difference.server.count - difference.store.count
    why = ""
    if api == "v2" and 0 < more <= extra.get(difference.day, 0):
        why = f"the server counts {more} observations again that were sent twice; the store keeps the newest of each"
    elif api == "v1" and more == 0 and difference.server.input_tokens < difference.store.input_tokens:
        why = _OLD_TOKENIZER
    return Difference(difference.day, difference.model, difference.server, difference.store, why)


def stored(store: Store, project: str, window: Window) -> dict[Key, Totals]:
    """The same totals from the store."""
    query = sql.SQL(
        "select (start_time at time zone 'UTC')::date, model, count(*), sum(input_tokens), sum(output_tokens),"
        " sum(total_tokens), coalesce(sum(cost_usd), 0)"
        " from {} where project = %s and start_time >= %s and start_time < %s group by 1, 2"
    ).format(store.table(OBSERVATIONS.table))
    with store.transaction() as connection:
        lines = connection.execute(query, [project, window.start, window.end]).fetchall()
    return {
        (day, model): Totals(count, int(read), int(wrote), int(total), cost)
        for day, model, count, read, wrote, total, cost in lines
    }

"""Every figure of User Analytics equals an independent calculation from the raw rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

import psycopg
import pytest
from desk_store import Store, filled
from desk_store import same as nearly
from overview_figures import DAY, Table, View, changed, numbered, over_picked, price, started, tile, whole
from overview_worlds import STORIES, Rows, Story, World, is_billed, make, nothing

from gendash.demo.postgres import Server
from gendash.demo.timeline import COLUMNS
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.load import load_catalog
from gendash.engine.verify.verdict import judge, table

NAME = "user-analytics"
ALL_ON = "features: {" + ", ".join(f"{name}: true" for name, _, _ in FEATURES) + "}"
BOARD = load_catalog(load_config(ALL_ON)).dashboards[NAME]
NAMES = ("utc at a full hour", "berlin at midnight, autumn change", "kathmandu, three quarters off")
MOMENTS = [(name, hours) for name in NAMES for hours in (0.0, *STORIES[name].later)]
EMPTY = "berlin on the day of 25 hours"
"""The story whose platform is without a row."""

Open = Callable[..., tuple[Store, datetime]]


def planted(story: Story) -> World:
    """A world with more people: at the borders of weeks, of their first seven days, and of every bucket."""
    world = make(story)
    view, rng, number = View(world, story.now), Random(story.seed), iter(range(10**6))
    tick = timedelta(microseconds=1)

    def add(name: str, at: datetime, **values: Any) -> str:
        key = f"{next(number):08x}-aaaa-4000-a000-000000000000"
        row = {"id": key, "created_at": at, "updated_at": at} | values
        getattr(world.platform, name).append(tuple(row.get(column) for column in COLUMNS[name]))
        return key

    def person(at: datetime, **values: Any) -> str:
        email = f"{next(number)}@planted.example"
        return add("users", at, **{"email": email, "hashed_password": "x", "role": "user", "is_active": True} | values)

    def talk(at: datetime, user: str | None, *said: datetime, answers: int = 0) -> str:
        key = add("conversations", at, user_id=user, title="", is_voice_conversation=False)
        for when in said:
            add("messages", when, conversation_id=key, role="user", content="")
        for _ in range(answers):
            message = add("messages", at, conversation_id=key, role="assistant", content="")
        return message if answers else key

    monday = view.today - timedelta(days=view.today.weekday())
    for weeks in (0, 1, 2, 8, 9, 16, 17):
        begin = view.start(monday - weeks * 7 * DAY)
        for at in (begin, begin - tick):
            if at <= story.now:
                who = person(at)
                for later in (timedelta(), 7 * DAY - tick, 7 * DAY, 21 * DAY, 63 * DAY - tick, 63 * DAY):
                    if rng.random() < 0.7 and at + later <= story.now:
                        talk(at + later, who, at + later)
    for ago in (6, 7, 36, 37, 20):
        begin = view.start(view.today - ago * DAY)
        for first, second in ((0, 1), (1, 6), (6, 7), (7, 8), (3, 3)):
            who = person(begin + 2 * tick, first_name="Ada" if ago == 20 else None, last_name=" ")
            days = [view.start(view.today - (ago - n) * DAY) + 3 * tick for n in (first, second)]
            for at in (at for at in days if at <= story.now):
                message = talk(at, who, at, answers=1)
                if second in (1, 6):
                    add("feedback", at, message_id=message, user_id=who, rating=rng.choice((1, 3, 4, 5)))
    heavy = story.now - 3 * DAY
    for count in (1, 2, 3, 4, 5, 9, 10, 19, 20):
        who = person(story.now - 80 * DAY, is_active=count % 2 == 0, role=rng.choice(("admin", "super_admin", "boss")))
        for _ in range(count):
            talk(heavy, who)
    for said in (0, 1, 2, 3, 4, 5, 8, 9, 16, 17):
        talk(heavy, None, *[heavy] * (said // 2), answers=said - said // 2)
    for age in (timedelta(hours=24), timedelta(hours=24) - tick):
        talk(story.now - age, person(story.now - 70 * DAY), story.now - age)
    for minutes in (0, 14.9, 15, 15.1):
        at = story.now - timedelta(minutes=minutes)
        talk(at, person(story.now - 70 * DAY), at)
    calls = [row for row in world.platform.observations if row["type"] == "GENERATION"]
    world.platform.observations += [
        replace_call(row, f"nobody-{n}", user)
        for n, (row, user) in enumerate(zip(calls[-40:], ("", "gone") * 20, strict=True))
    ]
    return World(world.platform, world.zone, world.now, world.budget, world.server_zone)


def replace_call(row: Mapping[str, Any], key: str, user: str) -> dict[str, Any]:
    return {**row, "id": key, "traceId": key, "userId": user, "parentObservationId": None}


@pytest.fixture(scope="module")
def stores(postgres: Server) -> Iterator[Open]:
    """Opens the store of a story at some hours after its beginning; each is filled once."""
    with ExitStack() as stack:
        made: dict[str, Store] = {}

        def open_(name: str, hours: float = 0.0) -> tuple[Store, datetime]:
            if name not in made:
                story = STORIES[name]
                world = nothing(story) if name == EMPTY else planted(replace(story, scale=0.02))
                made[name] = stack.enter_context(filled(postgres, world, NAME))
            at = STORIES[name].now + timedelta(hours=hours)
            made[name].refresh(at)
            return made[name], at

        yield open_


# ── what the raw rows say ────────────────────────────────────────────────────────────────────────────────────────


class Said(NamedTuple):
    """A message that a user with an account wrote."""

    user: str
    at: datetime
    day: date


def _said(view: View) -> list[Said]:
    owners = {row["id"]: row["user_id"] for row in view.world.rows["conversations"]}
    found = []
    for row in view.world.rows["messages"]:
        user = owners[row["conversation_id"]]
        if row["role"] in ("user", "human") and user:
            found.append(Said(user, row["created_at"], view.day(row["created_at"])))
    return found


def _by_day(view: View) -> dict[date, set[str]]:
    found: dict[date, set[str]] = defaultdict(set)
    for said in _said(view):
        found[said.day].add(said.user)
    return found


def _distinct(days: Mapping[date, set[str]], last: date, length: int) -> int:
    return len(set().union(*(days.get(last - n * DAY, set()) for n in range(length))))


def _recent(view: View, length: int = 30) -> Rows:
    """Conversations begun today and on the days before."""
    return [row for row in view.world.rows["conversations"] if 0 <= view.days_ago(row["created_at"]) < length]


def _old_enough(view: View) -> Rows:
    return [row for row in _recent(view) if view.at - row["created_at"] >= timedelta(hours=24)]


def _messages(view: View) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in view.world.rows["messages"]:
        found[row["conversation_id"]].append("user" if row["role"] == "human" else row["role"])
    return found


def _curve(
    view: View, value: Callable[[date], Any], label: str, back: int, first: int = 0, against: str = "vs prior"
) -> Table:
    last = view.today - first * DAY
    name = changed(label, value(last), value(last - back * DAY), against)
    rows = [(view.start(last - ago * DAY), name, value(last - ago * DAY)) for ago in range(29, -1, -1)]
    return Table(("time", "metric", "value"), rows)


def _shown_days(view: View, first: int = 0) -> list[date]:
    """Days that begin in the picked range, without the last ``first`` ones."""
    return [day for day in view.picked_days(30 * DAY) if (view.today - day).days >= first]


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def guests(view: View) -> Table:
    days = {*view.picked_days(30 * DAY)}
    talks = [row for row in view.world.rows["conversations"] if view.day(row["created_at"]) in days]
    alone = sum(row["user_id"] is None for row in talks)
    return tile(view, f"of {len(talks)} conversations", Fraction(alone, len(talks)) if talks else None)


def sign_ups(view: View) -> Table:
    active = Counter(view.day(row["created_at"]) for row in view.world.rows["users"] if row["is_active"])
    return over_picked(view, 30 * DAY, active)


def users(view: View) -> Table:
    ages = [view.days_ago(row["created_at"]) for row in view.world.rows["users"] if row["is_active"]]
    name = changed("now", len(ages), sum(age >= 30 for age in ages), "in 30 d")
    rows = [(view.start(view.today - ago * DAY), name, sum(age >= ago for age in ages)) for ago in range(29, -1, -1)]
    return Table(("time", "metric", "value"), rows)


def daily(view: View) -> Table:
    days = _by_day(view)
    return _curve(view, lambda day: _distinct(days, day, 1), "yest.", 7, 1, "vs a week ago")


def weekly(view: View) -> Table:
    days = _by_day(view)
    return _curve(view, lambda day: _distinct(days, day, 7), "7 d", 7)


def monthly(view: View) -> Table:
    days = _by_day(view)
    return _curve(view, lambda day: _distinct(days, day, 30), "30 d", 30)


def sticky(view: View) -> Table:
    days = _by_day(view)

    def value(day: date) -> Fraction | None:
        month = _distinct(days, day, 30)
        return Fraction(sum(_distinct(days, day - n * DAY, 1) for n in range(30)), 30 * month) if month else None

    return _curve(view, value, "30 d", 30, 1)


def turns(view: View) -> Table:
    found = Counter(
        view.day(row["created_at"]) for row in view.world.rows["messages"] if row["role"] in ("user", "human")
    )
    return over_picked(view, 30 * DAY, found)


def active_users(view: View) -> Table:
    days = _by_day(view)
    first = min(days, default=view.today)
    rows = [
        (
            view.start(day),
            _distinct(days, day, 1),
            _distinct(days, day, 7) if day >= first + 6 * DAY else None,
            _distinct(days, day, 30) if day >= first + 29 * DAY else None,
        )
        for day in _shown_days(view, 1)
    ]
    return Table(("time", "daily", "weekly", "monthly"), rows)


def roles(view: View) -> Table:
    known = ("user", "admin", "super_admin")
    found = Counter(
        row["role"] if row["role"] in known else "other" for row in view.world.rows["users"] if row["is_active"]
    )
    return Table(("name", "value"), [(role.replace("_", " "), found[role]) for role in (*known, "other")])


def cohorts(view: View) -> Table:
    weeks: dict[date, set[str]] = defaultdict(set)
    for row in view.world.rows["users"]:
        day = view.day(row["created_at"])
        weeks[day - day.weekday() * DAY].add(row["id"])
    days = _by_day(view)
    monday = view.today - view.today.weekday() * DAY
    lines: list[tuple[str, int, list[tuple[int, int] | None]]] = []
    for back in range(1, 17):
        week = monday - 7 * back * DAY
        people = weeks.get(week, set())
        cells: list[tuple[int, int] | None] = []
        for k in range(9):
            span = [week + (7 * k + n) * DAY for n in range(7)]
            there = people & set().union(*(days.get(day, set()) for day in span))
            cells.append((len(there), len(people)) if span[-1] < view.today else None)
        if people:
            lines.append((f"{week:%d %b}", len(people), cells))
    summed = [[cells[k] for _, _, cells in lines if cells[k]] for k in range(9)]
    total = [(sum(c[0] for c in column if c), sum(c[1] for c in column if c)) for column in summed]
    if lines:
        lines.insert(0, ("all", sum(size for _, size, _ in lines), [c if c[1] else None for c in total]))
    rows = [(name, size, *(Fraction(*cell) if cell else None for cell in cells)) for name, size, cells in lines]
    return Table(("Week", "Users", *(f"W{k}" for k in range(9))), rows)


class First(NamedTuple):
    """What an account did within its first seven local days."""

    days: int
    waited: timedelta | None
    rated: bool


def _first_days(view: View) -> list[First]:
    said, rated = defaultdict(list), defaultdict(list)
    for one in _said(view):
        said[one.user].append(one)
    for row in view.world.rows["feedback"]:
        rated[row["user_id"]].append(view.day(row["created_at"]))
    found = []
    for row in view.world.rows["users"]:
        day = view.day(row["created_at"])
        if not 7 <= (view.today - day).days <= 36:
            continue
        week = {day + n * DAY for n in range(7)}
        mine = [one for one in said[row["id"]] if one.day in week]
        waited = max(min(one.at for one in mine) - row["created_at"], timedelta()) if mine else None
        found.append(First(len({one.day for one in mine}), waited, bool(week & {*rated[row["id"]]})))
    return found


def activation(view: View) -> Table:
    people = _first_days(view)
    steps = {
        "registered": len(people),
        "wrote": sum(one.days > 0 for one in people),
        "came back": sum(one.days > 1 for one in people),
        "rated": sum(one.days > 1 and one.rated for one in people),
    }
    rows = []
    for step, count in steps.items():
        share = f", {whole(Fraction(100 * count, len(people)))} %" if people and step != "registered" else ""
        rows.append((step + share, count))
    return Table(("name", "value"), rows)


def first_message(view: View) -> Table:
    people = _first_days(view)
    waits = sorted(one.waited for one in people if one.waited is not None)
    half = -(-len(people) // 2)
    median = waits[half - 1].total_seconds() if people and len(waits) >= half else None
    return Table(("time", "metric", "value"), [(view.at, "median after sign-up", median)])


def active_now(view: View) -> Table:
    lately = {one.user for one in _said(view) if timedelta() <= view.at - one.at < timedelta(minutes=15)}
    return tile(view, "active, 15 min", len(lately))


def _per_user(view: View) -> list[int]:
    return sorted(Counter(row["user_id"] for row in _recent(view) if row["user_id"]).values())


def per_user(view: View) -> Table:
    counts = _per_user(view)
    if not counts:
        return tile(view, "per user", None)
    return tile(view, f"per user, median {counts[-(-len(counts) // 2) - 1]}", Fraction(sum(counts), len(counts)))


def top_share(view: View) -> Table:
    counts = _per_user(view)
    top = counts[-max(len(counts) // 10, 1) :]
    return tile(view, "of talks, 30 d", Fraction(sum(top), sum(counts)) if counts else None)


def per_conversation(view: View) -> Table:
    messages, talks = _messages(view), _old_enough(view)
    every = sum(len(messages[row["id"]]) for row in talks)
    return tile(view, "mean per talk", Fraction(every, len(talks)) if talks else None)


def single_turn(view: View) -> Table:
    messages, talks = _messages(view), _old_enough(view)
    single = sum(messages[row["id"]].count("user") == 1 for row in talks)
    return tile(view, "of talks, 30 d", Fraction(single, len(talks)) if talks else None)


def _buckets(counts: list[int], bounds: Mapping[str, tuple[int, float]]) -> Table:
    rows = [(name, sum(low <= count <= high for count in counts)) for name, (low, high) in bounds.items()]
    return Table(("name", "value"), rows)


def conversations_per_user(view: View) -> Table:
    bounds = {"1": (1, 1), "2": (2, 2), "3 to 4": (3, 4), "5 to 9": (5, 9), "10 to 19": (10, 19)}
    return _buckets(_per_user(view), {**bounds, "20 or more": (20, float("inf"))})


def messages_per_conversation(view: View) -> Table:
    messages = _messages(view)
    counts = [len(messages[row["id"]]) for row in _old_enough(view)]
    bounds = {"none": (0, 0), "1 to 2": (1, 2), "3 to 4": (3, 4), "5 to 8": (5, 8), "9 to 16": (9, 16)}
    return _buckets(counts, {**bounds, "17 or more": (17, float("inf"))})


def hours(view: View) -> Table:
    """Messages per hour of the day, by weekday; days before the first message are no days."""
    wrote = [row["created_at"] for row in view.world.rows["messages"] if row["role"] in ("user", "human")]
    first = min(map(view.day, wrote), default=view.today)
    days = [day for ago in range(1, 29) if (day := view.today - ago * DAY) >= first]
    found = Counter(
        (view.day(at).weekday(), at.astimezone(view.world.zone).hour) for at in wrote if view.day(at) in days
    )
    rows = []
    for weekday, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        among = sum(day.weekday() == weekday for day in days)
        if among:
            counts = [found[weekday, hour] + found[weekday, hour + 1] for hour in range(0, 24, 2)]
            rows.append((name, *(Fraction(count, 2 * among) for count in counts)))
    return Table(("Day", *(f"{hour:02d}–{hour + 2:02d}" for hour in range(0, 24, 2))), rows)


def growth(view: View) -> Table:
    found = Counter(view.day(row["created_at"]) for row in view.world.rows["users"] if row["is_active"])
    return Table(("time", "registered"), [(view.start(day), found[day]) for day in _shown_days(view) if found])


def accounts_per_day(view: View) -> Table:
    users, counted = view.world.rows["users"], {view.day(view.world.now), view.today}  # at the first refresh, and now
    first = min((view.day(row["created_at"]) for row in users), default=None)
    rows = []
    for day in [day for day in _shown_days(view) if first and day >= first]:
        there = Counter(row["is_active"] for row in users if view.day(row["created_at"]) <= day)
        all_ = there[True] + there[False]
        rows.append((view.start(day), *((there[True], there[False], 0) if day in counted else (0, 0, all_))))
    return Table(("time", "may sign in", "may not", "as known today"), rows)


def new_and_returning(view: View) -> Table:
    days = _by_day(view)
    known: set[str] = set()
    rows = {}
    for day in sorted(days):
        rows[day] = (view.start(day), len(days[day] & known), len(days[day] - known))
        known |= days[day]
    return Table(("time", "returning", "first time"), [rows[day] for day in _shown_days(view) if day in rows])


def _name(row: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (row["first_name"], row["last_name"]))).strip() or row["id"][:8]


def _turns(view: View) -> dict[str, Rows]:
    """Steps by trace of the last 30 days; a trace belongs to the day on which its first step began.

    Traces without an LLM call are among them where a step carries cost or tokens.
    """
    traces: dict[str, Rows] = defaultdict(list)
    for row in view.world.platform.observations:
        traces[row["traceId"]].append(row)
    found = {}
    for trace, steps in traces.items():
        if any(map(is_billed, steps)) and 0 <= view.days_ago(min(map(started, steps))) < 30:
            found[trace] = steps
    return found


def _user_of(steps: Rows) -> str:
    return max(str(row["userId"] or "") for row in steps)


def _calls(steps: Rows) -> int:
    return sum(row["type"] == "GENERATION" for row in steps)


def _tokens(calls: Rows) -> int:
    return sum(row["inputUsage"] + row["outputUsage"] for row in calls)


def _cost(calls: Rows) -> Decimal:
    return sum((price(row) for row in calls), Decimal(0))


def top_users(view: View) -> Table:
    wrote, last = Counter[str](), dict[str, datetime]()
    active: dict[str, set[date]] = defaultdict(set)
    for one in _said(view):
        if 0 <= (view.today - one.day).days < 30:
            wrote[one.user] += 1
            active[one.user].add(one.day)
            last[one.user] = max(one.at, last.get(one.user, one.at))
    begun = Counter(row["user_id"] for row in _recent(view))
    ratings: dict[str, list[int]] = defaultdict(list)
    for row in view.world.rows["feedback"]:
        if 0 <= view.days_ago(row["created_at"]) < 30:
            ratings[row["user_id"]].append(row["rating"])
    spent: dict[str, Rows] = defaultdict(list)
    for calls in _turns(view).values():
        spent[_user_of(calls)] += calls
    accounts = {row["id"]: row for row in view.world.rows["users"]}
    known = ("user", "admin", "super_admin")
    rows: list[tuple[Any, ...]] = []
    for user in sorted(wrote, key=lambda user: (-wrote[user], user))[:100]:
        account, rated = accounts[user], ratings[user]
        good = Fraction(sum(rating >= 4 for rating in rated), len(rated)) if rated else None
        role = account["role"] if account["role"] in known else "other"
        figures = (wrote[user], role, len(active[user]), begun[user], _tokens(spent[user]), _cost(spent[user]))
        rows.append((_name(account), *figures, len(rated), good, last[user], user))
    head = ("User", "Messages", "Role", "Days", "Talks", "Tokens", "Cost", "Ratings", "CSAT", "Last seen", "Id", "Row")
    return Table(head, numbered(rows, len(wrote)))


def llm_by_user(view: View) -> Table:
    accounts = {row["id"]: row for row in view.world.rows["users"]}
    by_user: dict[tuple[str, str], list[Rows]] = defaultdict(list)
    for calls in _turns(view).values():
        user = _user_of(calls)
        known = user in accounts
        name = "(untagged)" if not user else _name(accounts[user]) if known else "(unknown)"
        by_user[user if known else "", name].append(calls)
    turns = {key: sum(_calls(trace) > 0 for trace in made) for key, made in by_user.items()}
    every = sum(turns.values())
    found = []
    for (user, name), made in by_user.items():
        calls = [row for trace in made for row in trace]
        count = turns[user, name]
        figures = (_cost(calls), count, Fraction(count, every), _calls(calls), _tokens(calls))
        found.append((name, *figures, user))
    found.sort(key=lambda row: (-row[1], -row[2], row[6], row[0]))
    places = [row for row in found if row[6]][:100]
    rows = [row for row in numbered(found, len(found)) if not row[6] or row[:7] in places]
    rows = [(*row[:6], row[6] or "unknown", *row[7:]) for row in rows]
    return Table(("User", "Cost", "Turns", "Of all turns", "Calls", "Tokens", "Id", "Row"), rows)


def desk(view: View) -> Table:
    accounts = {row["id"]: row for row in view.world.rows["users"]}
    made: dict[str, tuple[Rows, Rows]] = defaultdict(lambda: ([], []))
    for index, (kind, who) in enumerate((("tickets", "created_by"), ("documents", "user_id"))):
        for row in view.world.rows[kind]:
            if 0 <= view.days_ago(row["created_at"]) < 90:
                made[row[who] or ""][index].append(row)
    order = sorted(made, key=lambda user: (-len(made[user][0]) - len(made[user][1]), user == "", user))
    kept = {*[user for user in order if user][:100], ""}
    rows = []
    for user in [user for user in order if user in kept]:
        tickets, documents = made[user]
        states = Counter(row["status"] for row in documents)
        ended = states["done"] + states["failed"]
        rows.append(
            (
                _name(accounts[user]) if user in accounts else user[:8] or "unknown",
                len(tickets),
                sum(row["status"] in ("open", "in_progress") for row in tickets),
                sum(row["priority"] in ("urgent", "high") for row in tickets),
                len(documents),
                Fraction(states["failed"], ended) if ended else None,
                sum(row["file_size"] or 0 for row in documents),
                max(row["created_at"] for row in (*tickets, *documents)),
                user or "unknown",
            )
        )
    head = ("User", "Tickets", "Waiting", "Urgent+", "Documents", "Failed", "Size", "Newest", "Id", "Row")
    return Table(head, numbered(rows, len(made)))


@dataclass(frozen=True)
class People(View):
    """A world looked at from a time, and through the choice of a user (empty: everybody)."""

    user: str = ""


def user_conversations(view: View) -> Table:
    user = view.user if isinstance(view, People) else ""
    accounts = {row["id"]: row for row in view.world.rows["users"]}
    begun = [
        row
        for row in view.world.rows["conversations"]
        if user in ("", row["user_id"] or "unknown")
        and view.at - (timedelta(hours=view.hours) or 30 * DAY) <= row["created_at"] <= view.at
    ]
    begun.sort(key=lambda row: row["id"])
    begun.sort(key=lambda row: row["created_at"], reverse=True)
    wrote: dict[str, list[str]] = defaultdict(list)
    for row in view.world.rows["messages"]:
        wrote[row["conversation_id"]].append(row["role"])
    rows = [
        (
            _name(accounts[row["user_id"]]) if row["user_id"] else "unknown",
            row["id"],
            row["created_at"],
            "voice" if row["is_voice_conversation"] else "chat",
            len(wrote[row["id"]]),
            sum(role in ("user", "human") for role in wrote[row["id"]]),
            row["user_id"] or "unknown",
        )
        for row in begun[:200]
    ]
    head = ("User", "Conversation", "Begun", "Channel", "Messages", "Questions", "Id", "Row")
    return Table(head, numbered(rows, len(begun)))


def _every_day(view: View, first: date | None) -> list[date]:
    return [first + n * DAY for n in range((view.today - first).days + 1)] if first else []


def weekly_before(view: View) -> Table:
    days = _by_day(view)
    begun = [view.day(row["created_at"]) for row in view.world.rows["conversations"]]
    known = _every_day(view, min((*days, *begun), default=None))

    def week(day: date) -> int:
        return len(set[str]().union(*(days.get(day - n * DAY, set()) for n in range(7))))

    found = view.before(week, known, 30 * DAY)
    return found._replace(rows=[row for row in found.rows if row[0] < view.start(view.today)])


def registered_before(view: View) -> Table:
    counts = Counter(view.day(row["created_at"]) for row in view.world.rows["users"] if row["is_active"])
    return view.before(lambda day: counts[day], _every_day(view, min(counts, default=None)), 30 * DAY)


BEFORE = {"active_users": weekly_before, "growth": registered_before}
"""Calculations of the second query of a panel, which is compared with the first."""

FIGURES: Mapping[str, Callable[[View], Table]] = {
    one.__name__: one
    for one in (
        guests, sign_ups, users, daily, weekly, monthly, sticky, turns, active_users, roles, cohorts, activation,
        active_now, first_message, per_user, top_share, per_conversation, single_turn, conversations_per_user,
        messages_per_conversation, hours, growth, accounts_per_day, new_and_returning, top_users, llm_by_user, desk, user_conversations,
    )
}  # fmt: skip
"""Calculations by the slug of their panel, for panels whose one query is SQL."""


def same(shown: Any, wanted: Any) -> bool:
    """Counts, money and words exactly; quotients within 1e-9."""
    if isinstance(wanted, Decimal):
        return isinstance(shown, Decimal) and shown == wanted
    return nearly(shown, wanted)


def check(found: Table, wanted: Table) -> None:
    """Fails with the first rows that differ."""
    assert found.columns == wanted.columns
    pairs = zip(found.rows, wanted.rows, strict=False)
    differing = [(f, w) for f, w in pairs if not all(map(same, f, w))]
    assert not differing, "\n".join(f"shown  {f}\nwanted {w}" for f, w in differing[:5])
    assert len(found.rows) == len(wanted.rows)


@pytest.mark.parametrize("slug", FIGURES)
@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_a_panel_shows_what_follows_from_the_raw_rows(stores: Open, name: str, hours: float, slug: str) -> None:
    store, at = stores(name, hours)
    check(store.figures(slug, at), FIGURES[slug](View(store.world, at)))


@pytest.mark.parametrize(
    "slug", ["guests", "sign_ups", "turns", "growth", "new_and_returning", "accounts_per_day", "user_conversations"]
)
@pytest.mark.parametrize("hours", [24, 1000])
def test_a_panel_follows_the_picked_range(stores: Open, slug: str, hours: int) -> None:
    store, at = stores(NAMES[1])
    check(store.figures(slug, at, hours=hours), FIGURES[slug](View(store.world, at, hours=hours)))


@pytest.mark.parametrize("compare", ["", "7d", "28d", "$__range"])
@pytest.mark.parametrize("hours", [0, 50])
@pytest.mark.parametrize("slug", BEFORE)
@pytest.mark.parametrize("name", NAMES)
def test_a_curve_is_compared_with_earlier_days(stores: Open, name: str, slug: str, hours: int, compare: str) -> None:
    store, at = stores(name)
    wanted = BEFORE[slug](View(store.world, at, hours=hours, compare=compare))
    check(store.figures(slug, at, hours=hours, number=1, compare=compare), wanted)


@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_the_conversations_of_a_chosen_user_are_listed(stores: Open, name: str, hours: float) -> None:
    store, at = stores(name, hours)
    most = [row[10] for row in store.figures("top_users", at).rows[:3]]
    assert most
    for user in most:
        wanted = user_conversations(People(store.world, at, user=user))
        check(store.figures("user_conversations", at, user=user), wanted)
    talks = store.figures("user_conversations", at, user=most[0])
    assert len(talks.rows) > 0


@pytest.mark.parametrize("slug", FIGURES)
def test_an_empty_platform_shows_zero_for_counts_and_nothing_for_quotients(stores: Open, slug: str) -> None:
    store, at = stores(EMPTY)
    found = store.figures(slug, at)
    wanted = FIGURES[slug](View(store.world, at))
    nobody = slug in ("users", "active_users")  # views that begin with the first account or message
    check(found, wanted._replace(rows=found.rows if nobody else wanted.rows))
    question = store.question(slug, at)[0]
    numeric = [column not in ("time", "metric", "name") for column in found.columns]
    finding = judge(question.query, table(found.columns, found.rows, question.query.format, numeric))
    assert finding.status == "ok", finding


def test_no_figure_depends_on_the_time_zone_of_the_session(stores: Open) -> None:
    store, at = stores("kathmandu, three quarters off", 0.25)

    def moments(zone: str) -> Table:
        """With times in UTC: Python takes one in the hour that comes twice for unequal to the same one elsewhere."""
        found = store.figures(slug, at, zone=zone)
        utc = [
            tuple(cell.astimezone(UTC) if isinstance(cell, datetime) else cell for cell in row) for row in found.rows
        ]
        return found._replace(rows=utc)

    for slug in FIGURES:
        assert moments("America/New_York") == moments("UTC"), slug


def test_figures_of_different_panels_agree(stores: Open) -> None:
    store, at = stores("utc at a full hour")

    def column(slug: str, index: int = -1) -> list[Any]:
        return [row[index] for row in store.figures(slug, at).rows]

    assert column("users")[-1] == sum(column("roles"))
    assert (
        column("daily")[-1] == column("active_users", 1)[-1] == sum(store.figures("new_and_returning", at).rows[-2][1:])
    )
    assert all(day <= week <= month for day, week, month in (row[1:] for row in store.figures("active_users", at).rows))
    steps = column("activation")
    assert steps == sorted(steps, reverse=True)
    assert sum(column("llm_by_user", 3)) == pytest.approx(1, abs=1e-9)


def test_names_of_people_are_read_by_admins_only(stores: Open) -> None:
    store, at = stores("utc at a full hour")
    assert BOARD.audience == "admin"
    assert "Ada" in {row[0] for row in store.figures("top_users", at).rows}
    shared = store.reader_url.replace("desk_admin_", "desk_reader_")
    with psycopg.connect(shared) as connection:
        for relation in ("user_name", "user_top_30d", "user_llm_30d"):
            assert not connection.execute(
                "select has_table_privilege(%s, 'select')", [f"gendash.{relation}"]
            ).fetchone()[0]  # type: ignore[index]


def test_every_panel_has_its_number_test() -> None:
    panels = {panel.slug: [query.language for query in panel.queries] for panel in BOARD.panels()}
    assert {slug for slug, languages in panels.items() if {*languages} == {"sql"}} == {*FIGURES}

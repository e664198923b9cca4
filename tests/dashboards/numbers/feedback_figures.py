"""What the panels of Feedback & quality must show, calculated from raw rows by what their descriptions say.

Nothing here reads gendash's SQL. Each calculation gives the columns and rows of an answer, in order.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import sqrt
from typing import Any

from overview_figures import DAY, Number, Table, View, changed, named, numbered, over_picked, started, tile
from overview_figures import csat as csat_of_overview
from overview_worlds import Rows

Z = 1.96
GOOD, BAD = (4, 5), (1, 2)
RANGE = 30 * DAY


@dataclass(frozen=True)
class Voices(View):
    """A world looked at from a time: its ratings, its evaluations and its turns; ``breakdown`` is a dimension."""

    breakdown: str = "model"  # the first choice of the variable

    @cached_property
    def ratings(self) -> Rows:
        """All ratings that were given until now, with the answer that they are about."""
        answers = {row["id"]: row for row in self.world.rows["messages"]}
        found = []
        for row in self.world.rows["feedback"]:
            answer = answers[row["message_id"]]
            facts = json.loads(answer["metadata"] or "{}")
            turn = self.turns.get(facts.get("trace_id", ""))
            talk = {"talk": answer["conversation_id"], "answered_at": answer["created_at"], "role": answer["role"]}
            comment = (row["comment"] or "").strip(" ") or None
            found.append({**row, **talk, "comment": comment, "trace": facts.get("trace_id"), "turn": turn})
        return found

    def recent(self, days: int) -> Rows:
        """Ratings of today and the days before, of so many days."""
        return [r for r in self.ratings if 0 <= self.days_ago(r["created_at"]) < days and r["created_at"] <= self.at]

    @cached_property
    def turns(self) -> dict[str, dict[str, Any]]:
        """Turns by trace: traces with an LLM call."""
        return {t: _turn(rows) for t, rows in self.steps.items() if any(r["type"] == "GENERATION" for r in rows)}

    @cached_property
    def steps(self) -> dict[str, Rows]:
        """The observations of each trace."""
        steps: dict[str, Rows] = {}
        for row in self.world.platform.observations:
            steps.setdefault(row["traceId"], []).append(row)
        return steps

    @cached_property
    def scores(self) -> Rows:
        """Evaluations of today and the 29 days before, with the newest rating of the same trace, if there is one."""
        rated = {
            row["trace"]: row["rating"]
            for row in sorted(self.recent(30), key=lambda row: (row["created_at"], _backwards(row["id"])))
            if row["trace"]
        }
        found = []
        for row in self.world.platform.scores:
            at = datetime.fromisoformat(row["timestamp"])
            subject = row["subject"]
            trace = subject.get("traceId", subject["id"] if subject["kind"] == "trace" else None)
            if row["source"] in ("EVAL", "ANNOTATION") and at <= self.at:
                found.append({**row, "at": at, "ago": self.days_ago(at), "rating": rated.get(trace)})
        return found


def _backwards(text: str) -> tuple[int, ...]:
    """A sort key that turns the order of texts around."""
    return tuple(-ord(letter) for letter in text)


def _ends(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["endTime"]) if row["endTime"] else started(row)


def _turn(steps: Rows) -> dict[str, Any]:
    calls = [row for row in steps if row["type"] == "GENERATION"]
    last = max(calls, key=lambda row: (started(row), row["id"]))
    prices = [Decimal(repr(row["costDetails"]["total"])) for row in steps if "total" in row["costDetails"]]
    ends = max(max(_ends(row), started(row)) for row in steps)
    prompt = f"{last['promptName']} v{last['promptVersion']}" if last.get("promptName") else None
    return {
        "at": min(map(started, steps)),
        "failed": any(row["level"] == "ERROR" and not row["parentObservationId"] for row in steps),
        "duration_s": (ends - min(map(started, steps))).total_seconds(),
        "cost_usd": sum(prices, Decimal(0)) if prices else None,
        "tokens": sum(row["inputUsage"] + row["outputUsage"] for row in steps),
        "model": last["model"] or "unknown",
        "prompt": prompt,
    }


def share(above: int, below: int) -> Fraction | None:
    return Fraction(above, below) if below else None


def satisfied(ratings: Iterable[Mapping[str, Any]]) -> int:
    return sum(row["rating"] in GOOD for row in ratings)


def rolling(view: Voices, figure: Callable[[int], Number]) -> Table:
    """A figure of 30 days by how many days ago they end, for the last 30 days."""
    current = figure(0)
    name = changed("30 d", current, None if current is None else figure(30))
    rows = [(view.start(view.today - ago * DAY), name, figure(ago)) for ago in range(29, -1, -1)]
    return Table(("time", "metric", "value"), rows)


def _sum(counts: Mapping[int, int], ago: int, days: int = 30) -> int:
    return sum(counts.get(each, 0) for each in range(ago, ago + days))


# ── states ───────────────────────────────────────────────────────────────────────────────────────────────────────


def quality(view: Voices) -> Table:
    recent = view.recent(30)
    if not recent:
        return tile(view, "target 80 %", None)
    good = satisfied(recent)
    state = 2 if Fraction(good, len(recent)) < Fraction(7, 10) else 1 if Fraction(good, len(recent)) < 0.8 else 0
    return tile(view, f"{good * 1000 // len(recent) / 10:.1f} % of {len(recent)}, target 80 %", state)


def coverage(view: Voices) -> Table:
    recent = view.recent(30)
    traced = sum(row["turn"] is not None for row in recent)
    return tile(view, f"of {len(recent)} traced", share(traced, len(recent)))


def queue(view: Voices) -> Table:
    hours = [(view.hour(view.at) - view.hour(row["created_at"])).total_seconds() / 3600 for row in view.ratings]
    bad = [
        row
        for row, ago in zip(view.ratings, hours, strict=True)
        if ago <= 23 and row["rating"] in BAD and row["created_at"] <= view.at
    ]
    return tile(view, f"24 h, {sum(row['comment'] is not None for row in bad)} commented", len(bad))


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def ratings(view: Voices) -> Table:
    return over_picked(view, RANGE, Counter(view.day(row["created_at"]) for row in view.ratings))


def response(view: Voices) -> Table:
    owners = {row["id"]: row["user_id"] for row in view.world.rows["conversations"]}
    until = view.hour(view.at) - DAY

    def ripe(at: datetime) -> bool:
        return view.hour(at) < until

    answers = Counter(
        view.day(row["created_at"])
        for row in view.world.rows["messages"]
        if row["role"] in ("assistant", "ai") and owners[row["conversation_id"]] and ripe(row["created_at"])
    )
    rated_answers = {
        row["message_id"]: row["answered_at"]
        for row in view.ratings
        if row["role"] in ("assistant", "ai") and owners[row["talk"]] and ripe(row["answered_at"])
    }
    return over_picked(view, RANGE, Counter(map(view.day, rated_answers.values())), answers)


def negative(view: Voices) -> Table:
    all_ = Counter(view.day(row["created_at"]) for row in view.ratings)
    bad = Counter(view.day(row["created_at"]) for row in view.ratings if row["rating"] in BAD)
    return over_picked(view, RANGE, bad, all_)


def eval_(view: Voices) -> Table:
    numeric = [row for row in view.scores if row["dataType"] == "NUMERIC"]
    counts = Counter(row["name"] for row in numeric if row["ago"] < 30)
    name = min(counts, key=lambda name: (-counts[name], name)) if counts else ""
    means = {}
    for ago in range(29, -1, -1):
        values = [row["value"] for row in numeric if row["name"] == name and ago <= row["ago"] < ago + 7]
        means[ago] = sum(values) / len(values) if values else None
    was = "" if means[7] is None else f", was {math.floor(Fraction(means[7]) * 100 + Fraction(1, 2)) / 100:.2f}"
    told = f"{name[:10]}{was}" if name else "7 d"
    rows = [(view.start(view.today - ago * DAY), told, mean) for ago, mean in means.items()]
    return Table(("time", "metric", "value"), rows)


def no_answer(view: Voices) -> Table:
    turns = Counter(view.day(turn["at"]) for turn in view.turns.values())
    failed = Counter(view.day(turn["at"]) for turn in view.turns.values() if turn["failed"])
    return over_picked(view, RANGE, failed, turns)


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _picked(view: Voices) -> list[date]:
    """The days that begin in the picked range, from the first rating to today."""
    known = set(_known(view))
    return [day for day in view.picked_days(RANGE) if day in known]


def _known(view: Voices) -> list[date]:
    """The days from the first rating to today."""
    days = [view.day(row["created_at"]) for row in view.ratings]
    return [min(days) + n * DAY for n in range((view.today - min(days)).days + 1)] if days else []


def csat_before(view: Voices) -> Table:
    def week(day: date) -> Any:
        given = _week(view, day)
        return share(sum(rating in GOOD for rating in given), len(given))

    return view.before(week, _known(view), RANGE)


def ratings_before(view: Voices) -> Table:
    given = Counter(view.day(row["created_at"]) for row in view.ratings)
    return view.before(lambda day: given[day], _known(view), RANGE)


def _week(view: Voices, day: date) -> list[int]:
    return [row["rating"] for row in view.ratings if 0 <= (day - view.day(row["created_at"])).days < 7]


def wilson(good: int, n: int) -> tuple[float, float]:
    """The ends between which a true share is believed to lie, solved from |p - share| = z sqrt(p (1 - p) / n)."""
    a, b, c = n + Z * Z, 2 * good + Z * Z, good * good / n
    root = sqrt(max(b * b - 4 * a * c, 0))
    return (b - root) / (2 * a), (b + root) / (2 * a)


def rolling_csat(view: Voices) -> Table:
    rows: list[tuple[Any, ...]] = []
    for day in _picked(view):
        week = _week(view, day)
        good = sum(rating in GOOD for rating in week)
        low, high = wilson(good, len(week)) if week else (None, None)
        rows.append((view.start(day), low, share(good, len(week)), high))
    return Table(("time", "from", "CSAT", "to"), rows)


def distribution(view: Voices) -> Table:
    days = set(view.picked_days(RANGE))
    counts = Counter(row["rating"] for row in view.ratings if view.day(row["created_at"]) in days)
    return Table(("name", "value"), [(str(value), counts[value]) for value in (5, 4, 3, 2, 1)])


def per_day(view: Voices) -> Table:
    counts = Counter((view.day(row["created_at"]), row["rating"]) for row in view.ratings)
    rows = [
        (view.start(day), *(counts[day, value] for value in (1, 2, 3, 4, 5)), view.start(day + DAY).timestamp() * 1000)
        for day in _picked(view)
    ]
    return Table(("time", "1", "2", "3", "4", "5", "until"), rows)


def mean(view: Voices) -> Table:
    weeks = [(view.start(day), _week(view, day)) for day in _picked(view)]
    return Table(("time", "mean"), [(at, share(sum(week), len(week))) for at, week in weeks])


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────


def negative_list(view: Voices) -> Table:
    low = view.at - (timedelta(hours=view.hours) or RANGE)
    inside = [row for row in view.recent(30) if row["created_at"] >= low]
    bad = sorted((row for row in inside if row["rating"] in BAD), key=lambda row: row["id"])
    bad.sort(key=lambda row: row["created_at"], reverse=True)
    bad.sort(key=lambda row: not row["comment"])
    rows = [
        (
            row["created_at"],
            row["rating"],
            row["comment"] or "–",
            named(view.world, row["user_id"]),
            row["talk"][:8],
            row["turn"]["duration_s"] if row["turn"] else None,
            row["turn"]["model"] if row["turn"] else "not traced",
            (row["trace"] or "–")[:8],
        )
        for row in bad[:500]
    ]
    columns = ("Given", "Rating", "Comment", "User", "Conversation", "Answer time", "Model", "Trace", "Row")
    return Table(columns, numbered(rows, len(bad)))


def conversations(view: Voices) -> Table:
    talks: dict[str, Rows] = {}
    for row in view.recent(30):
        talks.setdefault(row["talk"], []).append(row)
    ranked = sorted(
        (Fraction(sum(row["rating"] for row in mine), len(mine)), -len(mine), talk) for talk, mine in talks.items()
    )
    rows = []
    for average, less, talk in ranked[:1000]:
        mine = sorted(talks[talk], key=lambda row: (row["created_at"], _backwards(row["id"])))
        comment = next((row["comment"] for row in reversed(mine) if row["comment"]), "–")
        rows.append((talk[:8], average, -less, mine[-1]["created_at"], comment))
    return Table(("Conversation", "Mean", "Ratings", "Last", "Last comment", "Row"), numbered(rows, len(ranked)))


def labels(view: Voices) -> Table:
    given = [row for row in view.scores if row["dataType"] == "CATEGORICAL" and row["ago"] < 30]
    names = Counter(row["name"] for row in given)
    groups: dict[tuple[str, str], Rows] = {}
    for row in given:
        groups.setdefault((row["name"], row["value"]), []).append(row)
    rows = []
    for (name, label), mine in sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1])):
        rated = [row for row in mine if row["rating"] is not None]
        part = Fraction(len(mine), names[name])
        rows.append((name, label, part, len(mine), len(rated), share(satisfied(rated), len(rated))))
    return Table(("Score", "Label", "Share", "Scores", "Rated", "CSAT", "Row"), numbered(rows, len(rows))[:50])


def quintiles(view: Voices) -> Table:
    traced = [row for row in view.recent(30) if row["turn"]]
    found: dict[int, dict[str, Any]] = {}
    for measure, name in (("duration_s", "Time"), ("cost_usd", "Cost"), ("tokens", "Size")):
        ranked = sorted(
            (row for row in traced if row["turn"][measure] is not None),
            key=lambda row: (row["turn"][measure], row["id"]),
        )
        size, more = divmod(len(ranked), 5)
        begin = 0
        for fifth in range(1, 6):
            mine = ranked[begin : begin + size + (fifth <= more)]
            begin += len(mine)
            if mine:
                group = found.setdefault(fifth, {"Fifth": fifth})
                group[f"{name} to"] = float(mine[-1]["turn"][measure])
                group[f"By {name.lower()}"] = share(satisfied(mine), len(mine))
                if name == "Time":
                    group["Ratings"] = len(mine)
    columns = ("Fifth", "Time to", "By time", "Cost to", "By cost", "Size to", "By size", "Ratings")
    return Table(columns, [tuple(found[fifth].get(name) for name in columns) for fifth in sorted(found)])


def models(view: Voices) -> Table:
    groups: dict[tuple[str, str], Rows] = {}
    for row in view.recent(30):
        if row["turn"]:
            groups.setdefault((row["turn"]["model"], row["turn"]["prompt"] or "none"), []).append(row)
    rows = [
        (*key, len(mine), sum(row["rating"] in BAD for row in mine), share(satisfied(mine), len(mine)))
        for key, mine in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return Table(("Model", "Prompt", "Ratings", "Negative", "CSAT", "Row"), numbered(rows, len(rows))[:50])


def prompts(view: Voices) -> Table:
    groups: dict[tuple[str, int], Rows] = {}
    for row in view.recent(30):
        if row["turn"] and row["turn"]["prompt"]:
            name, _, version = row["turn"]["prompt"].rpartition(" v")
            groups.setdefault((name, int(version)), []).append(row)
    rows = []
    for (name, version), mine in sorted(groups.items(), key=lambda item: (item[0][0], -item[0][1])):
        n = len(mine)
        low, high = wilson(satisfied(mine), n)
        earlier = max((other for prompt, other in groups if prompt == name and other < version), default=None)
        before, verdict = None, "first version"
        if earlier is not None:
            before = share(satisfied(groups[name, earlier]), len(groups[name, earlier]))
            assert before is not None
            verdict = f"● as v{earlier}, by chance"
            if not low <= before <= high:
                verdict = f"▲ better than v{earlier}" if before < low else f"▼ worse than v{earlier}"
        first = min(row["created_at"] for row in mine)
        rows.append((name, version, first, n, share(satisfied(mine), n), low, high, before, verdict))
    columns = ("Prompt", "Version", "First rated", "Ratings", "CSAT", "From", "To", "Before", "Verdict", "Row")
    return Table(columns, numbered(rows, len(rows))[:50])


def _average(values: Iterable[float]) -> float | None:
    known = list(values)
    return sum(known) / len(known) if known else None


def _by_name(view: Voices, *kinds: str) -> dict[str, Rows]:
    groups: dict[str, Rows] = {}
    for row in view.scores:
        if row["dataType"] in kinds and row["ago"] < 30:
            groups.setdefault(row["name"], []).append({**row, "value": float(row["value"])})
    return groups


def scores(view: Voices) -> Table:
    rows = []
    groups = _by_name(view, "NUMERIC", "BOOLEAN")
    for name, mine in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        rated = [row for row in mine if row["rating"] is not None]
        good = _average(row["value"] for row in rated if row["rating"] in GOOD)
        rest = _average(row["value"] for row in rated if row["rating"] not in GOOD)
        gap = None if good is None or rest is None else good - rest
        rows.append((name, len(mine), _average(row["value"] for row in mine), len(rated), good, rest, gap))
    columns = ("Score", "Scores", "Mean", "Rated", "Satisfied", "Others", "Gap", "Row")
    return Table(columns, numbered(rows, len(rows))[:50])


def guardrails(view: Voices) -> Table:
    groups = _by_name(view, "BOOLEAN")
    rows = [
        (f"{name}, n = {len(mine)}", share(sum(row["value"] == 0 for row in mine), len(mine)))
        for name, mine in sorted(groups.items())
    ]
    return Table(("name", "value"), rows[:12])


def _groups_of(view: Voices, row: Mapping[str, Any]) -> list[str]:
    """The groups of the chosen dimension that a rated turn belongs to."""
    if not row["turn"]:
        return ["(not traced)"]
    steps = view.steps[row["trace"]]
    last = max((one for one in steps if one["type"] == "GENERATION"), key=lambda one: (started(one), one["id"]))
    first = min(steps, key=lambda one: (started(one), one["id"]))
    tenants = [name for one in steps if (name := str((one["metadata"] or {}).get("tenant", "")))]
    if view.breakdown == "tag":
        return list(last["tags"]) or ["(none)"]
    value = {
        "model": last["model"] or "unknown",
        "environment": first["environment"],
        "release": last["release"],
        "version": last["version"],
        "session": last["sessionId"],
        "tags together": ", ".join(sorted(last["tags"])),
        "tenant": min(tenants, default=""),
    }[view.breakdown]
    return [value or "(none)"]


def groups(view: Voices) -> Table:
    columns = ("Group", "Share", "Ratings", "Negative", "CSAT")
    pairs = [(name, row) for row in view.recent(30) for name in _groups_of(view, row)]
    counts = Counter(name for name, _ in pairs)
    unknown = ("(none)", "(not traced)")
    kept = {*sorted(counts, key=lambda name: (name not in unknown, -counts[name], name))[:50]}
    inside: dict[str, list[int]] = {}
    picked = set(view.picked_days(RANGE))
    for name, row in pairs:
        if view.day(row["created_at"]) in picked:
            inside.setdefault(name if name in kept else "other", []).append(row["rating"])
    ranked = sorted(inside, key=lambda name: (name == "other", -len(inside[name]), name))
    shown = [name for name in ranked[:24] if name != "other"]
    rest = [rating for name in ranked if name not in shown for rating in inside[name]]
    named = [(name, inside[name]) for name in shown] + ([("other", rest)] if rest else [])
    all_ = sum(map(len, inside.values()))
    rows = [
        (
            name, share(len(given), all_), len(given), sum(one in BAD for one in given),
            share(sum(one in GOOD for one in given), len(given)),
        )
        for name, given in named
    ]  # fmt: skip
    return Table(columns, rows)


FIGURES: Mapping[str, Callable[[Voices], Table]] = {
    "quality": quality,
    "coverage": coverage,
    "queue": queue,
    "csat": csat_of_overview,
    "ratings": ratings,
    "response": response,
    "negative": negative,
    "eval": eval_,
    "no_answer": no_answer,
    "rolling_csat": rolling_csat,
    "distribution": distribution,
    "negative_list": negative_list,
    "conversations": conversations,
    "labels": labels,
    "per_day": per_day,
    "mean": mean,
    "quintiles": quintiles,
    "groups": groups,
    "models": models,
    "prompts": prompts,
    "scores": scores,
    "guardrails": guardrails,
}
"""Calculations by the slug of their panel."""
BEFORE: Mapping[str, Callable[[Voices], Table]] = {"rolling_csat": csat_before, "per_day": ratings_before}
"""Calculations of the second query of a panel, which is compared with the first."""

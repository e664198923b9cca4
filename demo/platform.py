"""The demo platform, invented day by day from a seed: users who come and go, what they ask, upload, rate and report.

Every entity draws from a random stream of its own, named by seed and key, so that a change to one does not reshuffle
the others.
"""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime
from itertools import islice
from math import log
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gendash.demo import tickets_and_documents
from gendash.demo.llm import PROJECT, Caller, Turn, answer_s, iso, turn
from gendash.demo.texts import COMMENTS, EVALUATED, FOLLOW_UPS, FROM_CHAT, TOPICS, chosen
from gendash.demo.timeline import Platform, moment
from gendash.demo.traffic import DAYS, WEEKDAYS, growth, incident_before, local_day, midnight
from gendash.demo.users import FOREVER, User, about, identity, register, time_of_day
from gendash.demo.vocabularies import INTENTS

TRACED_DAYS = 32
"""Days since when LLM calls are traced; before, turns left messages only."""

_INTENTS, _INTENT_WEIGHTS = tuple(INTENTS), tuple(INTENTS.values())
_TURNS, _TURN_WEIGHTS = range(1, 13), (40, 26, 14, 8, 5, 3, 1.5, 1, 0.6, 0.4, 0.3, 0.2)


class World(NamedTuple):
    """The state from which the next days are generated."""

    platform: Platform
    users: list[User]

    def rng(self, *key: object) -> Random:
        """The random stream of one entity."""
        return Random(":".join(map(str, (self.platform.seed, *key))))


def generate(seed: int, now: datetime, scale: float = 1.0, zone: str = "Europe/Berlin") -> Platform:
    """The platform at ``now``: 110 days of history, the same for the same arguments."""
    return start(seed, now, scale, zone).platform


def start(seed: int, now: datetime, scale: float = 1.0, zone: str = "Europe/Berlin") -> World:
    """The platform at ``now`` together with what `live_day` needs to continue it."""
    now = now.astimezone(UTC)
    born = now.timestamp()
    platform = Platform(seed, born, now, scale, ZoneInfo(zone), incident_before(born))
    world = World(platform, [])
    collecting = gc.isenabled()
    gc.disable()  # nothing of this is garbage, and looking through a million rows for it costs seconds
    try:
        for day in range(-DAYS, 1):
            live_day(world, day)
        _incident(world)
        for number in range(4):  # whatever the hour, somebody is there right now
            visit(world, f"last-{number}", platform.born - 60 - 50 * number)
    finally:
        if collecting:
            gc.enable()
    return world


def live_day(world: World, day: int) -> None:
    """Adds a local day, counted from the day of the first now: what of it is not yet due waits in ``later``."""
    platform = world.platform
    begin = midnight(local_day(moment(world.platform.born), day, platform.zone), platform.zone)
    weekday = WEEKDAYS[moment(begin + 43200).weekday()]
    expected = 41 * growth(begin, world.platform.born) * weekday if day > -DAYS else 480
    world.users.extend(register(platform, world.rng("users", day), begin, expected, first=day == -DAYS))
    people, staff = _people(world, begin), _staff(world)
    tickets_and_documents.uploads(platform, world.rng("documents", day), begin, weekday, people)
    tickets_and_documents.reports(platform, world.rng("tickets", day), begin, weekday, people, staff)
    rng = world.rng("visits", day)
    visits: list[tuple[float, User | None]] = []
    for user in world.users:
        age = (begin - user.created) / 86400
        if rng.random() >= user.habit.chance(age) * (weekday if age >= 0 else 1):
            continue
        for _ in range(1 + (rng.random() < user.habit.conversations - 1)):
            at = user.created + rng.expovariate(1 / 900) if age < 0 else time_of_day(rng, begin)
            if user.created < at < min(user.deleted, user.inactive):
                visits.append((at, user))
    visits += [(time_of_day(rng, begin), None) for _ in range(about(rng, len(visits) * 0.136))]
    for number, (at, visitor) in enumerate(visits):
        _conversation(world, world.rng("conversation", day, number), at, visitor)
    _staging(world, world.rng("staging", day), begin, len(visits))


def visit(world: World, name: str, at: float) -> None:
    """Adds a conversation that somebody begins at a time."""
    rng = world.rng("visit", name)
    _conversation(world, rng, at, rng.choice(_people(world, at)))


def _people(world: World, at: float) -> list[User]:
    return [u for u in world.users if u.created <= at < min(u.deleted, u.inactive) and u.habit.first]


def _staff(world: World) -> list[str]:
    staff = (user.id for user in world.users if user.role in ("admin", "super_admin") and user.deleted == FOREVER)
    return list(islice(staff, 12))


def _conversation(world: World, rng: Random, at: float, user: User | None) -> None:
    """One conversation with its turns: some fail, some are taken up again days later, some are by voice."""
    platform = world.platform
    conversation = identity(rng)
    owner = user.id if user and user.deleted == FOREVER else None
    is_voice = rng.random() < 0.1
    turns = rng.choices(_TURNS, _TURN_WEIGHTS)[0]
    resumed = rng.randrange(1, turns) if turns > 1 and not is_voice and rng.random() < 0.08 else 0
    intent = rng.choices(_INTENTS, _INTENT_WEIGHTS)[0]
    title = ""
    begin = last = at
    for number in range(turns):
        if number and number == resumed:
            at += rng.uniform(0.6, 5) * 86400
        if rng.random() < 0.15:
            intent = rng.choices(_INTENTS, _INTENT_WEIGHTS)[0]
        title = title or chosen(TOPICS[intent], conversation).title
        if user and at >= min(user.deleted, user.inactive):
            break
        answered = _turn(world, rng, at, user, owner, conversation, intent, number)
        last, at = answered, answered + rng.lognormvariate(log(45), 0.8)
    call = (None, None, None, None, False, None)
    if is_voice:
        phone = f"+49 30 5551 {rng.randrange(10**5):05d}"
        call = (moment(begin), moment(last), last - begin, f"room-{conversation[:8]}", True, phone)  # type: ignore[assignment]
    row = (conversation, owner, title, *call, moment(begin))
    during = (*row[:4], None, None, *row[6:]) if is_voice else row
    platform.put("conversations", [(begin - 0.001, (*during, moment(begin))), (last, (*row, moment(last)))])


def _turn(
    world: World,
    rng: Random,
    at: float,
    user: User | None,
    owner: str | None,
    conversation: str,
    intent: str,
    number: int,
) -> float:
    """Adds a question and, unless the agent failed, its answer; when it came. ``number`` 0 begins the conversation."""
    platform = world.platform
    severity = platform.incident.severity(at)
    traced: Turn | None = None
    if at >= world.platform.born - TRACED_DAYS * 86400:
        tagged = user is not None and rng.random() > 0.05
        caller = _caller(world, at, user.id if user and tagged else "", conversation, intent, "production")
        traced = turn(rng, at + 0.05, caller, severity)
        _record(platform, traced)
        end, ok, facts = traced.end, traced.ok, {"intent": intent, "trace_id": traced.trace_id, "model": traced.model}
    else:
        end, ok, facts = at + answer_s(rng, severity), rng.random() > 0.008, {"intent": intent}
    asking, topic = identity(rng), chosen(TOPICS[intent], conversation)
    question, answer = chosen(FOLLOW_UPS, asking) if number else topic[1:]
    asked = (asking, conversation, "user", question, None, moment(at), moment(at))
    platform.put("messages", [(at, asked)])
    if ok:
        message, when = identity(rng), moment(end)
        row = (message, conversation, "assistant", answer, json.dumps(facts), when, when)
        platform.put("messages", [(end, row)])
        if owner:
            _rating(world, rng, message, owner, end, end - at, traced)
    return end


def _caller(world: World, at: float, user_id: str, session: str, intent: str, environment: str) -> Caller:
    age = (world.platform.born - at) / 86400
    week = moment(at).isocalendar()
    return Caller(
        user_id, session, intent, environment, "1.5.1" if age < 10 else "1.5.0", f"rel-{week.year}.{week.week:02d}",
        7 if age < 10 else 6,
    )  # fmt: skip


def _record(platform: Platform, traced: Turn) -> None:
    for row in traced.observations:
        platform.put("observations", [(datetime.fromisoformat(row["createdAt"]).timestamp(), row)])


def _rating(
    world: World, rng: Random, message: str, owner: str, answered: float, took: float, traced: Turn | None
) -> None:
    """Perhaps a rating: mostly thumbs (5 or 1), some changed or withdrawn later, few while the platform is down."""
    platform = world.platform
    severity = platform.incident.severity(answered)
    if rng.random() > 0.24 * (1 - 0.75 * severity):
        return
    happy = 0.87 - 0.25 * (took > 10) - 0.4 * severity
    rating = 5 if rng.random() < happy else 1
    if rng.random() < 0.06:
        rating = rng.choice((2, 3, 4))
    given = answered + rng.lognormvariate(log(40), 0.7)
    commented, feedback = rng.random() < 0.12, identity(rng)
    comments = {number: chosen(texts, feedback) if commented else None for number, texts in COMMENTS.items()}
    row = (feedback, message, owner, rating, comments[rating], moment(given))
    versions = [(given, (*row, moment(given)))]
    if rng.random() < 0.03:
        edited = given + rng.uniform(0.02, 12) * 86400
        versions.append((edited, (*row[:3], 6 - rating, comments[6 - rating], moment(given), moment(edited))))
    platform.put("feedback", versions)
    if traced:
        subject = {"kind": "trace", "id": traced.trace_id}
        scores = [_score(row[0], "user_feedback", "API", given, at, subject, v[3]) for at, v in versions]
        platform.put("scores", list(zip((at for at, _ in versions), scores, strict=True)))
        if rng.random() < 0.35:
            _evaluate(platform, rng, traced, rating)


def _evaluate(platform: Platform, rng: Random, traced: Turn, rating: int) -> None:
    """Adds scores of an automatic evaluation to the answer of a turn."""
    answer = next(row for row in reversed(traced.observations) if row["name"] == "answer")
    at = traced.end + rng.uniform(20, 90)
    subject = {"kind": "observation", "id": answer["id"], "traceId": traced.trace_id}
    relevance = round(min(1.0, max(0.0, rng.gauss(0.62 + 0.05 * rating, 0.12))), 4)
    tone = rng.choice(("friendly", "neutral", "neutral", "terse"))
    for name, value in (("relevance", relevance), ("tone", tone), ("guardrail_passed", rng.random() < 0.985)):
        platform.put("scores", [(at, _score(identity(rng), name, "EVAL", at, at, subject, value))])


def _score(
    id: str, name: str, source: str, at: float, updated: float, subject: dict[str, str], value: float | str | bool
) -> dict[str, object]:
    kinds = {bool: "BOOLEAN", str: "CATEGORICAL"}
    return {
        "id": id,
        "projectId": PROJECT,
        "name": name,
        "source": source,
        "timestamp": iso(at),
        "environment": "production",
        "createdAt": iso(int(at)),
        "updatedAt": iso(updated),
        "comment": EVALUATED if source == "EVAL" else FROM_CHAT,
        "configId": None,
        "metadata": {},
        "authorUserId": None,
        "queueId": None,
        "subject": subject,
        "dataType": kinds.get(type(value), "NUMERIC"),
        "value": value,
    }


def _staging(world: World, rng: Random, begin: float, visits: int) -> None:
    """LLM calls of the staging environment, which leave no rows in the platform's database."""
    if begin < world.platform.born - TRACED_DAYS * 86400:
        return
    for number in range(about(rng, visits * 0.3)):
        at = time_of_day(rng, begin)
        intent = rng.choices(_INTENTS, _INTENT_WEIGHTS)[0]
        tester = f"tester-{number % 4}" if rng.random() < 0.8 else ""
        caller = _caller(world, at, tester, f"staging-{begin:.0f}-{number}", intent, "staging")
        _record(world.platform, turn(rng, at, caller, 0.0))


def _incident(world: World) -> None:
    """Makes the incident show at any hour of the day: people who try again, uploads that fail, tickets."""
    platform, rng = world.platform, world.rng("incident")
    scale, window = max(platform.scale, 0.25), platform.incident
    people = _people(world, window.start)
    for number in range(round(14 * scale)):
        at = rng.uniform(window.start + 120, window.end - 120)
        _conversation(world, world.rng("incident", number), at, rng.choice(people))
    tickets_and_documents.incident(platform, rng, people, _staff(world), scale)

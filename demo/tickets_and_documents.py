"""Documents and tickets of the demo platform: what people upload, and what they report."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from random import Random

from gendash.demo.texts import DOCUMENTS, INCIDENT_TICKETS, TICKETS, chosen, file_name
from gendash.demo.timeline import Platform, Row, moment
from gendash.demo.users import FOREVER, User, about, identity, time_of_day
from gendash.demo.vocabularies import CATEGORIES, DUE_H, FILE_TYPES, PRIORITIES, RESOLVED_H

_TYPES, _TYPE_WEIGHTS = tuple(FILE_TYPES), tuple(FILE_TYPES.values())
_CATEGORIES, _CATEGORY_WEIGHTS = tuple(CATEGORIES), tuple(CATEGORIES.values())
_PRIORITIES, _PRIORITY_WEIGHTS = tuple(PRIORITIES), tuple(PRIORITIES.values())
_HOUR_S, _DAY_S = 3600.0, 86400.0


def uploads(platform: Platform, rng: Random, begin: float, weekday: float, people: Sequence[User]) -> None:
    """Adds the documents of one day; a few fail, and now and then one is never finished."""
    for _ in range(about(rng, 7 * platform.scale * weekday) if people else 0):
        fate = rng.random()
        end = "failed" if fate < 0.035 else "" if fate < 0.039 else "done"
        took = rng.lognormvariate(log(40), 0.9) if rng.random() > 0.012 else rng.uniform(700, 2400)
        _document(platform, rng, time_of_day(rng, begin), rng.choice(people), end, took)


def _document(platform: Platform, rng: Random, at: float, owner: User, end: str, took: float) -> None:
    if owner.deleted < FOREVER:
        return  # the platform deletes a user's documents with the user
    kind = rng.choices(_TYPES, _TYPE_WEIGHTS)[0]
    size = int(rng.lognormvariate(log(180_000), 1.1))
    document = identity(rng)
    title = chosen(DOCUMENTS, document)
    head = (document, owner.id, title, file_name(title, kind), kind, size, f"{rng.getrandbits(256):064x}")
    created = moment(at)
    versions: list[tuple[float, Row]] = [(at, (*head, "processing", 0, created, created))]
    if end:
        chunks = 1 + size // 2400 if end == "done" else 0
        versions.append((at + took, (*head, end, chunks, created, moment(at + took))))
    platform.put("documents", versions)


def reports(
    platform: Platform, rng: Random, begin: float, weekday: float, people: Sequence[User], staff: Sequence[str]
) -> None:
    """Adds the tickets of one day, more than half of them out of a conversation."""
    for _ in range(about(rng, 6 * platform.scale * weekday) if people else 0):
        at = time_of_day(rng, begin)
        category = rng.choices(_CATEGORIES, _CATEGORY_WEIGHTS)[0]
        priority = rng.choices(_PRIORITIES, _PRIORITY_WEIGHTS)[0]
        titles, recent = TICKETS[category], platform.conversations[-60:]
        if recent and rng.random() < 0.6:
            row = rng.choice(recent)
            _ticket(
                platform,
                rng,
                max(at, row[-2].timestamp() + 60),
                row[0],
                row[1],
                category,
                priority,
                staff,
                TICKETS[category],
            )
        else:
            user = rng.choice(people)
            creator = user.id if user.deleted == FOREVER else None
            _ticket(platform, rng, at, None, creator, category, priority, staff, titles)


def _ticket(
    platform: Platform, rng: Random, at: float, conversation: str | None, creator: str | None, category: str | None,
    priority: str, staff: Sequence[str], titles: Sequence[str],
) -> None:  # fmt: skip
    """One ticket and its history. A reopened ticket loses its resolution until it is resolved again."""
    ticket, agent = identity(rng), rng.choice(staff)
    due = moment(at + DUE_H[priority] * _HOUR_S)
    versions: list[tuple[float, Row]] = []
    before: str | None = None
    answered = resolved = None
    for moved, status in _life(rng, at, priority):
        if status == "in_progress" and answered is None:
            answered = moment(moved)
        if status in ("resolved", "in_progress"):
            resolved = moment(moved) if status == "resolved" else None
        assigned = agent if before else None
        closed = moment(moved) if status == "closed" else None
        row = (
            ticket, conversation, creator, assigned, category, chosen(titles, ticket), status, priority, answered,
            resolved, closed, due, moment(at), moment(moved),
        )  # fmt: skip
        versions.append((moved, row))
        platform.put("ticket_status_history", [(moved + 0.001, (ticket, before, status, moment(moved), assigned))])
        before = status
    platform.put("tickets", versions)


def _life(rng: Random, at: float, priority: str) -> list[tuple[float, str]]:
    """The times at which a ticket enters each status: some are never taken up, some never resolved, some reopened."""
    typical = RESOLVED_H[priority] * _HOUR_S
    steps = [(at, "open")]
    if rng.random() < 0.008:
        return steps
    steps.append((at + rng.lognormvariate(log(typical / 8), 0.8), "in_progress"))
    if rng.random() < 0.015:
        return steps
    steps.append((steps[-1][0] + rng.lognormvariate(log(typical * 0.8), 0.8), "resolved"))
    if rng.random() < 0.07:
        steps.append((steps[-1][0] + rng.uniform(0.1, 3) * _DAY_S, "in_progress"))
        steps.append((steps[-1][0] + rng.lognormvariate(log(typical * 0.5), 0.7), "resolved"))
    if rng.random() < 0.8:
        steps.append((steps[-1][0] + rng.uniform(1, 4) * _DAY_S, "closed"))
    return steps


def incident(platform: Platform, rng: Random, people: Sequence[User], staff: Sequence[str], scale: float) -> None:
    """Adds what the incident left behind: uploads that failed or are stuck, and people who complain."""
    window = platform.incident
    for number in range(round(16 * scale)):
        at = rng.uniform(window.start + 60, window.end - 60)
        _document(platform, rng, at, rng.choice(people), "" if number % 3 == 0 else "failed", rng.uniform(20, 90))
    for number in range(round(9 * scale)):
        at = rng.uniform(window.start + 600, window.end + 1800)
        creator = rng.choice(people)
        known = creator.id if creator.deleted == FOREVER else None
        _ticket(platform, rng, at, None, known, "bug", "urgent" if number % 3 == 0 else "high", staff, INCIDENT_TICKETS)

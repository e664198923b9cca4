"""Users of the demo platform: who registers, how often they come, and who leaves."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from random import Random
from typing import NamedTuple

from gendash.demo.texts import FIRST_NAMES, LAST_NAMES
from gendash.demo.timeline import Platform, moment
from gendash.demo.traffic import HOURS

FOREVER = float("inf")
STAFF = 6
_DAY_S = 86400.0


class Habit(NamedTuple):
    """The activity of a kind of user: chance a day at first, days until most have left, the share that stays."""

    first: float
    fades_d: float
    stays: float
    conversations: float

    def chance(self, age_d: float) -> float:
        """Chance of a visit on an average weekday, ``age_d`` days after registration; negative: on that very day."""
        if age_d < 0:
            return 0.7 if self.first else 0.0
        return self.first * (self.stays + (1 - self.stays) * exp(-age_d / self.fades_d))


_HABITS = {
    Habit(0.0, 1.0, 0.0, 1.0): 22,
    Habit(0.4, 1.5, 0.006, 1.0): 31,
    Habit(0.22, 12.0, 0.1, 1.1): 28,
    Habit(0.4, 30.0, 0.28, 1.2): 15,
    Habit(0.75, 60.0, 0.45, 1.7): 4,
}
_KINDS, _KIND_WEIGHTS = tuple(_HABITS), tuple(_HABITS.values())
_ROLES, _ROLE_WEIGHTS = ("user", "admin", "super_admin", "support_agent"), (955, 30, 5, 10)
_HOURS = range(24)


class User(NamedTuple):
    """A registered user; times in epoch seconds, FOREVER where they never happen."""

    id: str
    created: float
    role: str
    habit: Habit
    deleted: float
    inactive: float


def identity(rng: Random) -> str:
    """A random UUID."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def about(rng: Random, expected: float) -> int:
    """A whole number near ``expected``, on average that."""
    spread = max(0.0, rng.gauss(expected, expected**0.5))
    return int(spread) + (rng.random() < spread % 1)


def time_of_day(rng: Random, begin: float) -> float:
    """A moment of the day that starts at ``begin``, likelier in its busy hours."""
    hour: int = rng.choices(_HOURS, HOURS)[0]
    return begin + hour * 3600 + rng.random() * 3600


def register(platform: Platform, rng: Random, begin: float, expected: float, first: bool) -> Sequence[User]:
    """The users of one day, about ``expected`` times the scale; the first day has the staff too."""
    count = about(rng, expected * platform.scale)
    users = [_staff(rng, begin + number) for number in range(STAFF)] if first else []
    users += [_user(platform, rng, time_of_day(rng, begin)) for _ in range(count)]
    for user in users:
        if user.deleted == FOREVER:
            _row(platform, rng, user)
    return users


def _staff(rng: Random, created: float) -> User:
    role = "super_admin" if rng.random() < 0.3 else "admin"
    return User(identity(rng), created, role, _KINDS[-1], FOREVER, FOREVER)


def _user(platform: Platform, rng: Random, created: float) -> User:
    left, fate = created + rng.uniform(5, 80) * _DAY_S, rng.random()
    if left > platform.now.timestamp():
        fate = 1.0
    role, habit = rng.choices(_ROLES, _ROLE_WEIGHTS)[0], rng.choices(_KINDS, _KIND_WEIGHTS)[0]
    deleted = left if fate < 0.05 else FOREVER
    return User(identity(rng), created, role, habit, deleted, left if 0.05 <= fate < 0.13 else FOREVER)


def _row(platform: Platform, rng: Random, user: User) -> None:
    first, last, number = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES), rng.getrandbits(40)
    row = (
        user.id, f"{first}.{last}+{number:x}@quillby.example".lower(), f"$2b$12${number:053x}", user.role, True,
        first, last, f"+49 30 23125 {number % 1000:03d}", moment(user.created),
    )  # fmt: skip
    versions = [(user.created, (*row, moment(user.created)))]
    if user.inactive < FOREVER:
        versions.append((user.inactive, (*row[:4], False, *row[5:], moment(user.inactive))))
    platform.put("users", versions)

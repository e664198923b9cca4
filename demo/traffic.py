"""The load of the demo platform at a moment, and its one incident, which rows, metrics and LLM calls share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = 110
"""Days of history before the current one."""

WEEKDAYS = (1.12, 1.2, 1.18, 1.14, 1.0, 0.42, 0.38)
_HOURS = (3, 2, 2, 2, 2, 4, 9, 22, 48, 70, 82, 80, 62, 68, 80, 78, 66, 56, 48, 44, 40, 32, 20, 9)
HOURS = tuple(weight * 24 / sum(_HOURS) for weight in _HOURS)

_RAMP_S = 120.0


@dataclass(frozen=True)
class Incident:
    """A time, in epoch seconds, in which the database answers late or not at all."""

    start: float
    end: float

    def severity(self, at: float) -> float:
        """0 outside, 1 at its height, in between for two minutes at both ends."""
        return max(0.0, min(1.0, (at - self.start) / _RAMP_S, (self.end - at) / _RAMP_S))


def incident_before(now: float) -> Incident:
    """The incident: 45 minutes, over for two and a half hours."""
    return Incident(now - 195 * 60, now - 150 * 60)


def growth(at: float, now: float) -> float:
    """Size of the platform at a time, as a share of its size now."""
    return 0.3 + 0.7 * max(0.0, 1 + (at - now) / (DAYS * 86400))


def level(at: float, now: float, zone: ZoneInfo) -> float:
    """Traffic at a time, relative to an average moment of today's size: growth, weekday and hour of the zone."""
    local = datetime.fromtimestamp(at, zone)
    into = local.minute / 60 + local.second / 3600 - 0.5
    here, there = HOURS[local.hour], HOURS[(local.hour + (1 if into > 0 else -1)) % 24]
    hour = here + (there - here) * abs(into)
    return growth(at, now) * WEEKDAYS[local.weekday()] * hour


def local_day(now: datetime, offset: int, zone: ZoneInfo) -> date:
    """The local date that lies ``offset`` days after the one of ``now``."""
    return now.astimezone(zone).date() + timedelta(days=offset)


def midnight(day: date, zone: ZoneInfo) -> float:
    """Epoch seconds at which a local day starts."""
    return datetime.combine(day, time(), zone).astimezone(UTC).timestamp()

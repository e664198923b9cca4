"""The pages of `gendash page`, drawn for each request: dashboards of the token's audience, and a user's own lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gendash.api.own import OwnList, own_rows
from gendash.api.request import Wrong, shown_span
from gendash.api.world import World
from gendash.engine.languages.grafana_macros import Span
from gendash.engine.model import Dashboard
from gendash.engine.read.panels import DashboardRead, Moment, dashboard_read, dashboards_of
from gendash.pages.site import About, ListSection, Site, picked_text, span_text

MOST_OWN = 50
RANGE = ("range", "from", "to")
LAST = timedelta(milliseconds=1)  # behind the end of a range as panels take it
_WORDS = {"sla due at": "due", "created at": "created", "updated at": "updated", "resolved at": "resolved"} | {
    "first response at": "first response",
    "first at": "first",
    "last at": "last",
    "conversation id": "conversation",
    "ticket id": "ticket",
    "document id": "document",
    "feedback id": "rating",
    "message id": "message",
    "has comment": "with comment",
    "file size": "bytes",
}
NUMBERS = ("bigint", "int", "smallint", "float8", "numeric")
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)


def _site(world: World, dashboards: list[Dashboard], audience: str, **more: Any) -> Site:
    config = world.catalog.config
    about = About(audience, world.now, config["time_zone"], config["instance"], live=True, **more)
    return Site(world.catalog, dashboards, about)


def index_page(world: World, audience: str) -> str:
    """The page that leads to the dashboards of an audience."""
    return _site(world, dashboards_of(world.catalog, audience), audience).index((), {})


def dashboard_page(world: World, audience: str, name: str, moment: Moment, range_: str) -> str:
    """The page of a dashboard. Raises Wrong."""
    allowed = dashboards_of(world.catalog, audience)
    board = next((one for one in allowed if one.name == name), None)
    if board is None:
        raise Wrong("no dashboard has this name", 404)
    read = dashboard_read(world.catalog, world.sources(audience), board, replace(moment, lenient=True))
    span = None if range_ else moment.span
    times = [("range", range_)] if range_ else _ends(span)
    days = _days(span, world.zone)
    left_out = _not_picked(read, moment)
    more = {"range": range_, "times": times, "days": days, "picked": moment.picked, "left_out": left_out}
    return _site(world, allowed, audience, **more).page(read)


def _not_picked(read: DashboardRead, moment: Moment) -> list[str]:
    """A line for each variable that has no such option as was asked for, since its link was clicked elsewhere."""
    found = []
    for variable, choice in read.choices:
        asked = [dict(variable.options).get(one, one) for one in moment.picked.get(variable.name, ())]
        if asked and asked not in (["All"], ["$__all"]) and sorted(asked) != sorted(choice.picked or ()):
            shown = picked_text(variable, choice.picked)
            found.append(f"{variable.label}: '{', '.join(asked)[:60]}' is none of its options, so {shown} is shown.")
    return found


def chosen(params: Mapping[str, str]) -> dict[str, str]:
    """What a form sends, without what is not chosen, which is empty; a named range goes before days."""
    passed = ("from", "to") if params.get("range") else ()
    return {name: value for name, value in params.items() if value and name not in passed}


def _ends(span: Span | None) -> list[tuple[str, str]]:
    """The parameters of an address for a range without a name, whose end is the last moment in it."""
    return [("from", span.start.isoformat()), ("to", (span.end + LAST).isoformat())] if span else []


def _days(span: Span | None, zone: ZoneInfo) -> list[str]:
    """The first day of a range without a name, and the day before which it ends, empty where that is no midnight."""
    if span is None:
        return []
    end = (span.end + LAST).astimezone(zone)
    return [span.start.astimezone(zone).date().isoformat(), end.date().isoformat() if end.time() == time.min else ""]


def own_page(world: World, lists: list[OwnList], subject: str, params: Mapping[str, str]) -> str:
    """A user's own conversations, tickets, documents, ratings, usage and cost. Raises Wrong."""
    asked = chosen(params)
    given = {"limit": str(MOST_OWN)} | ({} if "from" in asked else {"range": "30d"}) | asked
    sections = []
    for own in lists:
        body = own_rows(world, own, subject, given)
        shown = [name for name in own.columns if any(row[name] is not None for row in body["rows"])] or own.columns
        rows = [[_cell(row[name], name) for name in shown] for row in body["rows"]]
        totals = [(_heading(name).lower(), _cell(value, name)) for name, value in body.get("totals", {}).items()]
        title = own.path.removeprefix("me/").replace("-", " ").capitalize().replace("Llm", "LLM")
        types = [str(world.catalog.relations[own.relation].columns[name]["type"]) for name in shown]
        columns = [(_heading(name), kind in NUMBERS) for name, kind in zip(shown, types, strict=True)]
        sections.append(ListSection(title, own.doc, columns, rows, totals, body["next"] is not None))
    span, _ = shown_span(world.catalog.config, {one: given[one] for one in RANGE if one in given}, world.now)
    when = span_text(span, world.catalog.config["time_zone"])
    doc = f"What the platform holds of you, {when}; nobody else sees this page with another token."
    days = [] if "range" in given else _days(span, world.zone)
    site = _site(world, [], "everyone", range=given.get("range", ""), days=days, home="me.html")
    return site.lists("My usage", doc, sections)


def _heading(name: str) -> str:
    words = name.removesuffix("_usd").replace("_", " ")
    return _WORDS.get(words, words).capitalize()


def _cell(value: object, name: str) -> str:
    """A value for people: times without what nobody reads, money with its sign, digits in groups of three."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_usd"):
        return f"${Decimal(str(value)):,.4f}"
    if isinstance(value, int):
        return f"{value:,}"
    text = str(value)
    return f"{text[:10]} {text[11:16]}" if len(text) >= 19 and text[10:11] == "T" else text

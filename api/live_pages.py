"""The pages of `gendash page`, drawn for each request: dashboards of the token's audience, and a user's own lists."""

from __future__ import annotations

from collections.abc import Mapping

from gendash.api.answers import World
from gendash.api.own import OwnList, own_rows
from gendash.api.request import Wrong
from gendash.engine.model import Dashboard
from gendash.engine.read.panels import Moment, dashboard_read, dashboards_of
from gendash.pages.site import About, ListSection, Site

MOST_OWN = 50
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)


def _site(world: World, dashboards: list[Dashboard], audience: str, range_: str = "") -> Site:
    config = world.catalog.config
    about = About(audience, world.now, config["time_zone"], config["instance"], live=True, range=range_)
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
    read = dashboard_read(world.catalog, world.sources(audience), board, moment)
    return _site(world, allowed, audience, range_).page(read)


def own_page(world: World, lists: list[OwnList], subject: str, params: Mapping[str, str]) -> str:
    """A user's own conversations, tickets, documents, ratings, usage and cost. Raises Wrong."""
    given = {"limit": str(MOST_OWN)} | ({} if "from" in params else {"range": "30d"}) | dict(params)
    sections = []
    for own in lists:
        body = own_rows(world, own, subject, given)
        rows = [[_cell(row[name]) for name in own.columns] for row in body["rows"]]
        totals = [(name.replace("_", " "), str(value)) for name, value in body.get("totals", {}).items()]
        title = own.path.removeprefix("me/").replace("-", " ").capitalize()
        columns = [name.replace("_", " ") for name in own.columns]
        sections.append(ListSection(title, own.doc, columns, rows, totals, body["next"] is not None))
    doc = "What the platform holds of you in the last 30 days; nobody else sees this page with another token."
    return _site(world, [], "everyone").lists("My usage", doc, sections)


def _cell(value: object) -> str:
    """A value for people: times without what nobody reads."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"{text[:10]} {text[11:16]}" if len(text) >= 19 and text[10:11] == "T" else text

"""The pages of `gendash page`, drawn for each request: dashboards of the token's audience, and a user's own lists."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gendash.api.own import OwnList, own_rows
from gendash.api.request import Wrong
from gendash.api.world import World
from gendash.engine.model import Dashboard
from gendash.engine.read.panels import Moment, dashboard_read, dashboards_of
from gendash.pages.site import About, ListSection, Site

MOST_OWN = 50
NUMBERS = ("bigint", "int", "smallint", "float8", "numeric")
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
        shown = [name for name in own.columns if any(row[name] is not None for row in body["rows"])] or own.columns
        rows = [[_cell(row[name], name) for name in shown] for row in body["rows"]]
        totals = [(_heading(name), _cell(value, name)) for name, value in body.get("totals", {}).items()]
        title = own.path.removeprefix("me/").replace("-", " ").capitalize().replace("Llm", "LLM")
        types = [str(world.catalog.relations[own.relation].columns[name]["type"]) for name in shown]
        columns = [(_heading(name), kind in NUMBERS) for name, kind in zip(shown, types, strict=True)]
        sections.append(ListSection(title, own.doc, columns, rows, totals, body["next"] is not None))
    when = "the last 30 days" if given.get("range") == "30d" else "the chosen range"
    doc = f"What the platform holds of you in {when}; nobody else sees this page with another token."
    return _site(world, [], "everyone").lists("My usage", doc, sections)


def _heading(name: str) -> str:
    return name.removesuffix("_usd").replace("_", " ")


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

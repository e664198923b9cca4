"""Figures of endpoints: the values of panels, by the queries that the panels send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gendash.api.endpoint import Endpoint, figure_panel, figure_title, fixed_reason, named_window
from gendash.api.request import Asked, Wrong
from gendash.api.world import World
from gendash.engine.clients.answers import Failed
from gendash.engine.languages.grafana_macros import Choice, Span
from gendash.engine.model import Dashboard, Panel, Query
from gendash.engine.read.display import display
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field
from gendash.engine.read.lifted import Lifted, lifted_text
from gendash.engine.read.panels import (
    Answered,
    Moment,
    PanelRead,
    framed,
    read_panel,
    rendered_panel,
    settled_choices,
)
from gendash.engine.read.questions import sent_query, store_role, timing_of
from gendash.engine.read.reader import Rows, Statement
from gendash.engine.read.reduce import reduce_values


@dataclass(frozen=True)
class Figure:
    """What of a figure is the same in all requests; ``texts`` are its queries by letter and interval."""

    dashboard: Dashboard
    panel: Panel
    rendered: Mapping[str, Any]
    about: Mapping[str, Any]
    reason: str
    window: str
    queries: Sequence[tuple[Query, Mapping[str, Any]]]
    choices: Sequence[Choice] | None
    missing: Sequence[str]
    texts: dict[tuple[str, int], Lifted | Failed | None] = field(default_factory=dict)

    def statement(self, world: World, query: Query, target: Mapping[str, Any], span: Span) -> Statement | Failed | None:
        """One of its queries over a range; None where it cannot be sent together with others."""
        if query.language != "sql" or self.choices is None:
            return None
        time = timing_of(world.catalog.config, self.dashboard, query, target, self.rendered, span)
        form = (str(target["refId"]), time.interval_ms)
        if form not in self.texts:
            sent = sent_query(world.catalog, self.dashboard, query, target, self.rendered, span)
            self.texts[form] = lifted_text(sent, self.choices)
        text = self.texts[form]
        return text.statement(time) if isinstance(text, Lifted) else text


@dataclass(frozen=True)
class Pending:
    """A figure whose queries wait to be sent: each with its letter, and its role and text or why it is not sent."""

    figure: Figure
    asked: Sequence[tuple[Query, str, tuple[str, Statement] | Failed]]

    @property
    def statements(self) -> list[tuple[str, Statement]]:
        """What is to be sent, each with its role."""
        return [one for _, _, one in self.asked if not isinstance(one, Failed)]

    def answer(self, world: World, answers: Sequence[Rows | Failed]) -> dict[str, Any]:
        """The figure, from the answers to its statements."""
        rest = iter(answers)
        found = []
        for query, ref, one in self.asked:
            given = one if isinstance(one, Failed) else next(rest)
            found.append(Answered(query, ref, "", given.message if isinstance(given, Failed) else given))
        figure = self.figure
        return {**figure.about, **figure_of(framed(figure.panel, figure.rendered, found, None), world)}


def figures_asked(world: World, endpoint: Endpoint, audience: str, asked: Asked) -> dict[str, dict[str, Any] | Pending]:
    """Each figure of the endpoint that the audience may see, as its panel shows it, or what it needs. Raises Wrong."""
    names = [one for one in asked.figures if one != "none"] or ([] if asked.figures else list(endpoint.figures))
    found: dict[str, dict[str, Any] | Pending] = {}
    for name in names:
        figure = _figure(world, endpoint, name)
        if figure.dashboard.audience == "admin" and audience != "admin":
            if asked.figures:
                raise Wrong(f"{name} is for admins", 403)
            continue
        reason = figure.reason
        if reason and asked.explicit and asked.figures:
            raise Wrong(f"{name} cannot follow a range: {reason}; leave out range, from and to, or the figure")
        if reason and asked.explicit:
            found[name] = {**figure.about, "refused": f"cannot follow a range: {reason}"}
            continue
        found[name] = _pending(world, figure, audience, asked)
    return found


def _figure(world: World, endpoint: Endpoint, name: str) -> Figure:
    key = (endpoint.path, name)
    if key not in world.figures:
        catalog = world.catalog
        dashboard, panel = figure_panel(catalog, endpoint.figures[name])
        title, meaning = figure_title(name, panel), catalog.prose(panel.doc)
        rendered = rendered_panel(world.rendered(dashboard), dashboard, panel.slug)
        missing = catalog.missing_features(panel)
        world.figures[key] = Figure(
            dashboard,
            panel,
            rendered,
            {"title": title, "meaning": meaning, "panel": endpoint.figures[name]},
            fixed_reason(name, panel),
            named_window(name, panel),
            list(zip(catalog.live(panel), rendered.get("targets", ()), strict=True)) if not missing else [],
            settled_choices(catalog, dashboard, rendered),
            missing,
        )
    found: Figure = world.figures[key]
    return found


def _pending(world: World, figure: Figure, audience: str, asked: Asked) -> dict[str, Any] | Pending:
    """A figure whose queries can be sent together with others, or one that was read by itself."""
    if figure.missing:
        return {**figure.about, **figure_of(PanelRead(figure.panel, figure.rendered, missing=figure.missing), world)}
    own = Span.last(figure.window, world.now) if figure.window else None
    span = own if figure.reason else asked.span
    each: list[tuple[Query, str, tuple[str, Statement] | Failed]] = []
    for query, target in figure.queries:
        role = store_role(world.catalog.config, query, target)
        statement = figure.statement(world, query, target, span or Span.last(figure.dashboard.range, world.now))
        is_there = role in world.pools.pools and (role == "reader" or audience == "admin")
        if statement is None or not is_there:
            break
        each.append((query, target["refId"], statement if isinstance(statement, Failed) else (role, statement)))
    if len(each) == len(figure.queries):
        return Pending(figure, each)
    moment = Moment(world.now, world.at, span)
    shown = world.rendered(figure.dashboard)
    read = read_panel(world.catalog, world.sources(audience), figure.dashboard, figure.panel.slug, moment, shown)
    assert read
    return {**figure.about, **figure_of(read, world)}


def figure_of(read: PanelRead, world: World) -> dict[str, Any]:
    """The reduced value of a panel, or one for each name; ``state`` says why there is none."""
    if read.missing:
        return {"value": None, "state": f"not available: needs {', '.join(read.missing)}"}
    if read.faults:
        return {"value": None, "state": "error: " + "; ".join(dict.fromkeys(read.faults))}
    if read.rendered["type"] == "table":
        return _first_numbers(read, world)
    calc = (read.rendered.get("options", {}).get("reduceOptions", {}).get("calcs") or ["lastNotNull"])[0]
    fields = [one for frame in read.frames for one in frame.fields if one.kind == "number"]
    values = {display_name(one, read.frames): _value(one, reduce_values(one.values, calc), world) for one in fields}
    if not values:
        return {"value": None, "state": "no data"}
    if read.rendered["type"] == "stat" and len(values) == 1:
        ((name, value),) = values.items()
        return {**value, "note": name}
    return {"values": values, "state": "ok"}


def _first_numbers(read: PanelRead, world: World) -> dict[str, Any]:
    """Of a table the first number of each row, by its first text."""
    frame = next((one for one in read.frames if one.length), None)
    names = next((one for one in frame.fields if one.kind == "string"), None) if frame else None
    numbers = next((one for one in frame.fields if one.kind == "number"), None) if frame else None
    if names is None or numbers is None:
        return {"value": None, "state": "no data"}
    pairs = zip(names.values, numbers.values, strict=True)
    return {"values": {str(name): _value(numbers, number, world) for name, number in pairs}, "state": "ok"}


def _value(one: Field, number: Any, world: World) -> dict[str, Any]:
    unit = str(one.config.get("unit", "none"))
    shown = str(display(one, number, str(world.zone), world.now))
    plain = None if number is None or number != number else number
    plain = int(plain) if isinstance(plain, float) and plain.is_integer() and abs(plain) < 2**53 else plain
    money = unit.startswith("currency") and plain is not None
    value = format(Decimal(f"{plain:.12g}"), "f") if money else plain  # sums of floats have dust behind 12 digits
    return {"value": value, "text": shown, "unit": unit, "state": "ok" if plain is not None else "no data"}

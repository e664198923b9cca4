"""What endpoints answer: figures by the queries of panels, and rows of relations, page by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gendash.api.endpoint import (
    Endpoint,
    Grain,
    column_type,
    figure_panel,
    figure_title,
    fixed_reason,
    named_window,
)
from gendash.api.request import Asked, Wrong, cursor_of, whole_days
from gendash.api.store import Pools
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.prometheus import Call
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import Unexpected
from gendash.engine.languages.grafana_macros import Span
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Dashboard, Problem
from gendash.engine.read.display import display
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field
from gendash.engine.read.moments import moment_of
from gendash.engine.read.panels import Moment, PanelRead, dashboards_of, read_panel
from gendash.engine.read.reader import clock_setting
from gendash.engine.read.reduce import reduce_values
from gendash.engine.read.sources import Sources
from gendash.engine.render.dashboards import render_dashboard
from gendash.engine.render.schema_sql import readers_of

ALL = "__all"
"""What a relation writes for all of a dimension together: a row of its own, which is given only where it is asked for,
so that rows add up."""


@dataclass(frozen=True)
class World:
    """What all answers need: definitions, the store, Prometheus if there is one, and a clock."""

    catalog: Catalog
    pools: Pools
    call: Call | None = None
    at: datetime | None = None
    clock: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # dashboards as JSON, which take long to render
    compiled: dict[tuple[Any, ...], str] = field(default_factory=dict)  # SQL of endpoints, by what it depends on

    @property
    def now(self) -> datetime:
        """The time that counts as now."""
        return self.at or datetime.now(UTC)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of all days."""
        return ZoneInfo(self.catalog.config["time_zone"])

    def sources(self, audience: str) -> Sources:
        """The servers as the panels of an audience ask them."""
        missing = {} if self.call else {"": "Prometheus is not there"}
        return Sources(self.pools.readers(audience, self.settings()), self.call, missing)

    def rendered(self, dashboard: Dashboard) -> Mapping[str, Any]:
        """A dashboard's JSON, rendered once."""
        if dashboard.name not in self.drawn:
            self.drawn[dashboard.name] = render_dashboard(self.catalog, dashboard)
        return self.drawn[dashboard.name]

    def settings(self) -> dict[str, str]:
        """Session settings of a query: the clock of the store, if another time counts as now."""
        if self.at is None:
            return {}
        if not self.clock:  # the pass for it is the owner's to give, once
            self.clock["gendash.now"] = clock_setting(self.catalog.config, self.at)
        return dict(self.clock)


def native_grain(catalog: Catalog, endpoint: Endpoint) -> Grain:
    """How fine the rows of an endpoint are."""
    kind = column_type(catalog.relations[endpoint.rows.relation], endpoint.rows.time)
    return "day" if kind == "date" else "hour"


def figures(world: World, endpoint: Endpoint, audience: str, asked: Asked) -> dict[str, Any]:
    """Each figure of the endpoint that the audience may see, as its panel shows it."""
    names = [one for one in asked.figures if one != "none"] or ([] if asked.figures else list(endpoint.figures))
    found: dict[str, Any] = {}
    for name in names:
        dashboard, panel = figure_panel(world.catalog, endpoint.figures[name])
        if dashboard.audience == "admin" and audience != "admin":
            if asked.figures:
                raise Wrong(f"{name} is for admins", 403)
            continue
        title, meaning = figure_title(name, panel), world.catalog.prose(panel.doc)
        about = {"title": title, "meaning": meaning, "panel": endpoint.figures[name]}
        reason = fixed_reason(name, panel)
        if reason and asked.explicit and asked.figures:
            raise Wrong(f"{name} cannot follow a range: {reason}; leave out range, from and to, or the figure")
        if reason and asked.explicit:
            found[name] = about | {"refused": f"cannot follow a range: {reason}"}
            continue
        window = named_window(name, panel)
        own = Span.last(window, world.now) if window else None
        moment = Moment(world.now, world.at, own if reason else asked.span)
        shown = world.rendered(dashboard)
        read = read_panel(world.catalog, world.sources(audience), dashboard, panel.slug, moment, shown)
        assert read
        found[name] = about | figure_of(read, world)
    return found


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


def rows(world: World, endpoint: Endpoint, asked: Asked) -> tuple[list[dict[str, Any]], str]:
    """One page of rows, oldest first, and the cursor of the next one, empty at the end. Raises Wrong."""
    text = _rows_sql(world, endpoint, asked)
    values = _rows_values(world, endpoint, asked)
    given = world.pools.ask(role_for(world.catalog, endpoint), text, values, world.settings())
    if isinstance(given, Failed):
        raise Unexpected(Problem("store", given.message, "run `gendash db migrate` and `gendash verify`"))
    columns = given.columns
    found = [dict(zip(columns, row, strict=True)) for row in given.rows[: asked.limit]]
    if asked.grain == "hour":
        found = [row | {"hour": plain_value(row["hour"], world.zone)} for row in found]
    if len(given.rows) <= asked.limit:
        return found, ""
    keys = [asked.grain, *endpoint.rows.by]
    return found, cursor_of(f"{endpoint.path} {asked.grain}", [found[-1][name] for name in keys])


def role_for(catalog: Catalog, endpoint: Endpoint) -> str:
    """The role that may read the rows of an endpoint: everyone's, unless only admins' dashboards read them."""
    allowed = readers_of(catalog, catalog.relations[endpoint.rows.relation])
    return "reader" if catalog.config["roles.reader"] in allowed else "admin_reader"


def columns_of(endpoint: Endpoint, asked: Asked) -> list[str]:
    """The columns of a row, in order."""
    others = [] if asked.grain == "week" else list(endpoint.rows.others)
    return [asked.grain, *endpoint.rows.by, *endpoint.rows.sums, *others]


def _rows_values(world: World, endpoint: Endpoint, asked: Asked) -> dict[str, Any]:
    """The parameters of the query of rows."""
    by_day = native_grain(world.catalog, endpoint) == "day"
    first, behind = whole_days(asked.span, world.zone) if by_day else (asked.span.start, asked.span.end)
    values = {"first": first, "behind": behind, "limit": asked.limit + 1}
    values |= {f"filter{index}": value for index, value in enumerate(asked.filters.values())}
    return values | {f"after{index}": value for index, value in enumerate(asked.after or ())}


def _rows_sql(world: World, endpoint: Endpoint, asked: Asked) -> str:
    """The query of rows, made once for each form of request."""
    form = (endpoint.path, asked.grain, *asked.filters, asked.after is None)
    if form not in world.compiled:
        world.compiled[form] = _compiled(world.catalog, endpoint, asked)
    return world.compiled[form]


def _compiled(catalog: Catalog, endpoint: Endpoint, asked: Asked) -> str:
    source = endpoint.rows
    relation = catalog.relations[source.relation]
    dims = [quote_name(one) for one in source.by]
    inner = [f"{_bucket(catalog, endpoint, asked.grain)} as {quote_name(asked.grain)}", *dims]
    inner += [f"sum({quote_name(one)}) as {quote_name(one)}" for one in source.sums]
    others = [] if asked.grain == "week" else [quote_name(one) for one in source.others]
    inner += [f"min({one}) as {one}" for one in others]
    time = quote_name(source.time)
    where = [f"{time} >= %(first)s", f"{time} < %(behind)s"]
    where += [f"{quote_name(name)}::text = %(filter{index})s" for index, name in enumerate(asked.filters)]
    others_of = (name for name in source.by if name not in asked.filters)
    where += [f"{quote_name(name)}::text is distinct from {quote_text(ALL)}" for name in others_of]
    keys = [f"grouped.{quote_name(asked.grain)}", *(f"grouped.{one}::text" for one in dims)]
    after = ""
    if asked.after is not None:
        kind = "timestamptz" if asked.grain == "hour" else "date"
        marks = [f"%(after0)s::{kind}", *(f"%(after{index + 1})s" for index in range(len(dims)))]
        after = f" where ({', '.join(keys)}) > ({', '.join(marks)})"
    shown = [keys[0] if asked.grain == "hour" else f"{keys[0]}::text"]
    shown += [_shown(str(column_type(relation, name)), name) for name in columns_of(endpoint, asked)[1:]]
    groups = ", ".join(str(index + 1) for index in range(1 + len(dims)))
    return (
        f"select {', '.join(shown)} from (select {', '.join(inner)} from {qualified(catalog.config, source.relation)} "
        f"where {' and '.join(where)} group by {groups}) as grouped{after} order by {', '.join(keys)} limit %(limit)s"
    )


def _bucket(catalog: Catalog, endpoint: Endpoint, grain: Grain) -> str:
    """The SQL of the bucket of a row."""
    time, zone = quote_name(endpoint.rows.time), quote_text(catalog.config["time_zone"])
    if native_grain(catalog, endpoint) == "day":
        return {"day": time, "week": f"date_trunc('week', {time}::timestamp)::date"}[grain]
    local = f"({time} at time zone {zone})"
    return {"hour": time, "day": f"{local}::date", "week": f"date_trunc('week', {local})::date"}[grain]


def _shown(kind: str, name: str) -> str:
    """A column as JSON has it: sums of whole numbers stay whole, what JSON has no type for is text."""
    column = f"grouped.{quote_name(name)}"
    if kind in ("bigint", "int", "smallint", "float8", "boolean", "text"):
        return f"{column}::{'bigint' if kind in ('int', 'smallint') else kind} as {quote_name(name)}"
    return f"{column}::text as {quote_name(name)}"


def plain_value(value: Any, zone: ZoneInfo) -> Any:
    """A value as JSON has it: money as a text, times with their zone."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and value != value else value


def dashboard_list(catalog: Catalog, audience: str) -> list[dict[str, Any]]:
    """The dashboards of an audience with their panels."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "question": catalog.prose(one.doc),
            "audience": one.audience,
            "range": one.range,
            "panels": [{"slug": p.slug, "title": p.title, "meaning": catalog.prose(p.doc)} for p in one.panels()],
        }
        for one in dashboards_of(catalog, audience)
    ]


def panel_answer(read: PanelRead, world: World) -> dict[str, Any]:
    """Everything that a panel shows: its frames with names, units, values and texts."""
    frames = [
        {
            "query": frame.ref,
            "fields": [
                {
                    "name": display_name(one, read.frames),
                    "type": one.kind,
                    "unit": one.config.get("unit"),
                    "labels": dict(one.labels),
                    "values": [_cell(one, value, world) for value in one.values],
                    "last": str(display(one, reduce_values(one.values, "lastNotNull"), str(world.zone), world.now)),
                }
                for one in frame.fields
            ],
        }
        for frame in read.frames
    ]
    return {
        "panel": read.panel.slug,
        "title": read.panel.title,
        "kind": read.rendered["type"],
        "meaning": world.catalog.prose(read.panel.doc),
        "range": None if read.span is None else span_answer(read.span, world),
        "faults": list(dict.fromkeys(read.faults)),
        "missing": list(read.missing),
        "frames": frames,
    }


def _cell(one: Field, value: Any, world: World) -> Any:
    if value is None or value != value:
        return None
    if one.kind == "time":
        moment = moment_of(float(value), str(world.zone))
        return moment.isoformat() if moment else None
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    if str(one.config.get("unit", "")).startswith("currency"):
        return format(Decimal(f"{value:.12g}"), "f")
    return value


def span_answer(span: Any, world: World) -> dict[str, str]:
    """A range with its zone."""
    return {name: at.astimezone(world.zone).isoformat() for name, at in (("from", span.start), ("to", span.end))}


def as_csv(columns: Sequence[str], found: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV. A text that a spreadsheet would run as a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in found:
        writer.writerow([harmless(row.get(name)) for name in columns])
    return out.getvalue()


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

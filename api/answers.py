"""What endpoints answer: figures by the queries of panels, and rows of relations, page by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gendash.api.endpoint import Endpoint, Grain, column_type
from gendash.api.figures import Pending, figures_asked
from gendash.api.request import Asked, cursor_of, whole_days
from gendash.api.world import World
from gendash.engine.clients.answers import Failed
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import TargetError, Unexpected
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Problem
from gendash.engine.read.display import display
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field
from gendash.engine.read.moments import moment_of
from gendash.engine.read.panels import PanelRead, dashboards_of
from gendash.engine.read.reader import Rows, Statement
from gendash.engine.read.reduce import reduce_values
from gendash.engine.read.sources import reason_of
from gendash.engine.render.schema_sql import readers_of

ALL = "__all"
"""What a relation writes for all of a dimension together: a row of its own, which is given only where it is asked for,
so that rows add up."""


def native_grain(catalog: Catalog, endpoint: Endpoint) -> Grain:
    """How fine the rows of an endpoint are."""
    kind = column_type(catalog.relations[endpoint.rows.relation], endpoint.rows.time)
    return "day" if kind == "date" else "hour"


def stats(
    world: World, endpoint: Endpoint, audience: str, asked: Asked, with_figures: bool = True
) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """The figures, one page of rows, oldest first, and the cursor of the next one, empty at the end. Raises Wrong.

    All that the store is asked is sent together.
    """
    figures = figures_asked(world, endpoint, audience, asked) if with_figures else {}
    waiting = [one for one in figures.values() if isinstance(one, Pending)]
    page = role_for(world.catalog, endpoint), rows_statement(world, endpoint, asked)
    given = iter(_ask(world, [page, *(one for each in waiting for one in each.statements)]))
    found, cursor = rows(world, endpoint, asked, next(given))
    shown = {
        name: one.answer(world, [next(given) for _ in one.statements]) if isinstance(one, Pending) else one
        for name, one in figures.items()
    }
    return shown, found, cursor


def _ask(world: World, asked: Sequence[tuple[str, Statement]]) -> list[Rows | Failed]:
    """The answers, by role of the store. Raises Unreachable for the role of the first; another one's is an answer."""
    found: dict[int, Rows | Failed] = {}
    for role in dict.fromkeys(role for role, _ in asked):
        places = [place for place, (of, _) in enumerate(asked) if of == role]
        try:
            given = world.pools.ask_all(role, [asked[place][1] for place in places])
        except TargetError as error:
            if role == asked[0][0]:
                raise
            given = [Failed("", reason_of(error))] * len(places)
        found |= dict(zip(places, given, strict=True))
    return [found[place] for place in range(len(asked))]


def rows_statement(world: World, endpoint: Endpoint, asked: Asked) -> Statement:
    """The query of one page of rows."""
    return Statement(_rows_sql(world, endpoint, asked), _rows_values(world, endpoint, asked))


def rows(world: World, endpoint: Endpoint, asked: Asked, given: Rows | Failed) -> tuple[list[dict[str, Any]], str]:
    """One page of rows, oldest first, and the cursor of the next one, empty at the end. Raises Unexpected."""
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

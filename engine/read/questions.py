"""One query of a panel, variable or annotation as it is sent: its text, its time range, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.grafana_macros import PIXELS_A_COLUMN, Choice, Span, Timing, timing
from gendash.engine.model import Dashboard, Query, Variable


@dataclass(frozen=True)
class Sent:
    """A query, its text as Grafana sends it, its time range, and its role of the store.

    ``role`` is empty for a question to Prometheus; ``relations`` are those that the query names.
    """

    query: Query
    text: str
    time: Timing
    role: str
    relations: frozenset[str]


def sent_query(
    catalog: Catalog,
    dashboard: Dashboard,
    query: Query,
    target: Mapping[str, Any],
    panel: Mapping[str, Any],
    span: Span | datetime,
) -> Sent:
    """The query of a rendered target in a rendered panel (empty for a variable or an annotation).

    ``span`` is the picked range, or the end of the dashboard's own; a panel with a window of its own keeps that.
    """
    time = timing_of(catalog.config, dashboard, query, target, panel, span)
    relations = frozenset(name for kind, name in catalog.expand(query).uses if kind == "relation")
    return Sent(
        query, target.get("rawSql") or target["expr"], time, store_role(catalog.config, query, target), relations
    )


def store_role(config: Config, query: Query, target: Mapping[str, Any]) -> str:
    """The role of the store as which a rendered target is asked; empty for a question to Prometheus."""
    admin = target["datasource"]["uid"] == config["datasources.admin.uid"]
    return ("admin_reader" if admin else "reader") if query.language == "sql" else ""


def timing_of(
    config: Config,
    dashboard: Dashboard,
    query: Query,
    target: Mapping[str, Any],
    panel: Mapping[str, Any],
    span: Span | datetime,
) -> Timing:
    """The time of a query: `sent_query` says what it depends on."""
    end = span.end if isinstance(span, Span) else span
    own = panel.get("timeFrom")
    return timing(
        span if isinstance(span, Span) and not own else Span.last(own or dashboard.range, end),
        query.language,
        points=points_of(panel),
        least=panel.get("interval", ""),
        scrape=config["prometheus.scrape_interval"] if query.language == "promql" else "",
        min_step=target.get("interval", ""),
        zone=config["time_zone"],
    )


def first_choice(variable: Variable, found: Sequence[str] = ()) -> Choice:
    """What is chosen at first: All, or the first option where there is no All; ``found`` are its query's options."""
    has_all = bool(variable.all_value) and not variable.options
    options = [value for _, value in variable.options] or [*found]
    return Choice(
        variable.name,
        options,
        None if has_all else tuple(options[:1]),
        variable.multi,
        has_all,
        variable.all_value if has_all else "",
    )


def points_of(panel: Mapping[str, Any]) -> int:
    """How many points a rendered panel has room for."""
    return int(panel.get("maxDataPoints") or panel.get("gridPos", {}).get("w", 24) * PIXELS_A_COLUMN)


def aligned_range(time: Timing) -> tuple[datetime, datetime]:
    """Start and end on multiples of the step, counted in local time as at the end: so Grafana aligns a range."""
    offset = time.span.end.astimezone(ZoneInfo(time.zone)).utcoffset()
    ahead, step_s = offset.total_seconds() if offset else 0.0, time.step_ms / 1000
    start, end = (
        datetime.fromtimestamp((moment.timestamp() + ahead) // step_s * step_s - ahead, UTC)
        for moment in (time.span.start, time.span.end)
    )
    return start, end

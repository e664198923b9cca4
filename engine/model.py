"""The vocabulary of definitions: what content modules are written in.

Eight frozen dataclasses and three short constructors; no behaviour beyond that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Language = Literal["sql", "promql"]
Audience = Literal["everyone", "admin"]


class SettingRef(str):
    """The key of a setting whose value is put in when a panel is rendered."""

    __slots__ = ()


class Viz(Protocol):
    """What the engine asks of a visualisation: grafanalib's one method."""

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON; title, targets, data source, position and id come from the engine."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it stands, what it is, and what to do about it."""

    where: str
    what: str
    do: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" + (f"; {self.do}" if self.do else "")
        return "".join(
            letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
        )


@dataclass(frozen=True)
class Query:
    """One SQL or PromQL text with references such as ``{{ view('activity_day') }}``.

    ``feature`` leaves the query out where that feature is off. ``may_be_empty`` and ``may_be_zero`` hold the
    reason why a healthy, quiet platform looks so; without a reason `verify` treats it as a fault.
    """

    language: Language
    text: str
    legend: str = ""
    format: Literal["time_series", "table", "heatmap"] = "time_series"
    instant: bool = False
    feature: str = ""
    may_be_empty: str = ""
    may_be_zero: str = ""


@dataclass(frozen=True)
class Variable:
    """A dashboard variable filled by a query; ``all_value`` is what All stands for (a regular expression)."""

    name: str
    label: str
    doc: str
    query: Query
    multi: bool = False
    all_value: str = ".*"
    regex: str = ""
    feature: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel: a visualisation, what it means, and what it asks.

    ``doc`` says what the figure is, its source, formula, window and caveat. ``window`` is a fixed time range such
    as ``24h`` that does not follow the picker. ``leads_to`` names ``dashboard`` or ``dashboard/panel``. ``feature``
    (one name, or several separated by blanks: all are needed) turns the panel into a calm text where it is off;
    ``needs`` says there, in a few words, what would light it up. ``exempt`` holds the ids of design rules that the
    panel need not keep, each with the reason.
    """

    slug: str
    title: str
    doc: str
    viz: Viz
    queries: Sequence[Query]
    width: int
    height: int
    window: str = ""
    leads_to: str = ""
    feature: str = ""
    needs: str = ""
    exempt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row of panels under a heading that is a question; no heading for the first. Closed rows are collapsed."""

    title: str
    panels: Sequence[Panel]
    open: bool = True


@dataclass(frozen=True)
class Dashboard:
    """One question and the panels that answer it. ``range`` is the default time range, such as ``24h``."""

    name: str
    title: str
    doc: str
    rows: Sequence[Row]
    refresh: str
    range: str
    audience: Audience = "everyone"
    variables: Sequence[Variable] = ()
    annotations: Sequence[tuple[str, Query]] = ()

    def panels(self) -> list[Panel]:
        """All panels, in reading order."""
        return [panel for row in self.rows for panel in row.panels]


@dataclass(frozen=True)
class Relation:
    """One SQL file: its header and its query. ``kind`` is the folder that it is in; a table has no query.

    ``line`` is the line of the file on which the query begins, 0 where it is not known; ``lines`` holds that of each
    key of the header by its path, such as ``columns.day.type``.
    """

    name: str
    kind: Literal["staging", "table", "rollup", "view", "audit"]
    path: str
    header: Mapping[str, Any]
    text: str
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One recording or alerting rule. ``otherwise`` is the expression used where ``feature`` is off."""

    name: str
    kind: Literal["record", "alert"]
    group: str
    path: str
    expr: str
    doc: str
    feature: str = ""
    otherwise: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    for_: str = ""


def sql(text: str, **options: Any) -> Query:
    """A SQL query over gendash's own relations."""
    return Query("sql", text, **options)


def promql(text: str, **options: Any) -> Query:
    """A PromQL query over recorded series, or over raw metrics through the contract."""
    return Query("promql", text, **options)


def slo(name: str) -> SettingRef:
    """The value of a setting under ``slo.``, for thresholds: ``slo('api_errors.objective')``."""
    return SettingRef(f"slo.{name}")

"""The types of definitions: content modules in ``dashboards/`` consist of their values.

Frozen dataclasses and three short constructors, without behaviour. The docstring of a class has one entry
``field: meaning`` for each field; `docs/reference/keys.md` shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Language = Literal["sql", "promql"]
Audience = Literal["everyone", "admin"]
PanelRole = Literal["", "freshness", "guide"]


class SettingRef(str):
    """The key of a setting; a rendered panel has the setting's value in its place."""

    __slots__ = ()


class Viz(Protocol):
    """A visualisation: any object with grafanalib's method ``to_json_data``."""

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON; title, targets, data source, position and id come from the engine."""


@dataclass(frozen=True)
class Problem:
    """One fault: its place, what is wrong there, and what to do about it; only what to do may have several lines."""

    where: str
    what: str
    do: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}".replace("\n", " ").replace("\t", " ")
        text = head + (f"; {self.do}" if self.do else "")
        return "".join(
            letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
        )


@dataclass(frozen=True)
class Query:
    """One SQL or PromQL text, usually made with ``sql(...)`` or ``promql(...)``.

    language: the language of the text, set by the constructor.
    text: the query; relations, metrics and settings are named by references.
        Good: ``select day, users from {{ view('activity_day') }}``. Bad: ``from gendash.activity_day``.
    legend: name of the series in the legend of a PromQL query, as Grafana's legend format.
        Good: ``{{endpoint}}``. Bad: empty, which shows the raw series with all labels.
    format: shape of the answer: ``time_series`` has a column ``time``, ``table`` any columns, ``heatmap`` buckets.
        Good: ``table`` for a bar chart by name. Bad: ``time_series`` without a column ``time``.
    instant: true for one value at the end of the range (PromQL only).
        Good: true for a stat of the present value. Bad: true for a line over time.
    feature: features, separated by blanks, that must be on; the query is left out while one is off.
        Good: ``langfuse``. Bad: the panel's own feature again.
    may_be_empty: the reason why a healthy platform may give no row; without it no row is a fault for `verify`.
        Good: ``no ticket was opened in the range``. Bad: ``sometimes empty``.
    may_be_zero: the reason why a healthy platform may give only zeros; without it that is a fault for `verify`.
        Good: ``no request failed in the range``. Bad: ``yes``.
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
    """A choice at the top of a dashboard, filled by a query or with fixed options.

    name: name in queries. Good: ``job``, read as ``$job``. Bad: ``$job`` or ``Service``.
    label: text beside the choice. Good: ``Service``. Bad: ``job``.
    doc: one sentence on what is chosen, shown as its tooltip.
        Good: ``Scrape job of the platform; All adds them up.`` Bad: ``The job.``
    query: gives the options, one text each; none with fixed ``options``.
        Good: distinct values in order. Bad: options without an order.
    multi: true if several options can be chosen.
        Good: true with ``job=~"$job"``. Bad: true with ``job="$job"``.
    all_value: value of the option All, inserted as it is into queries; empty for no such option, so that the first
        one is chosen at first. Good: ``.+`` in PromQL. Bad: ``all``.
    regex: keeps or cuts options, as Grafana's field of that name. Good: ``/^api-/``. Bad: ``job=~"api-.+"``.
    feature: features, separated by blanks, that must be on; the variable is left out while one is off.
        Good: ``langfuse``. Bad: a feature that only some of its options need.
    options: fixed options instead of a query, as pairs of a text and the value in queries. There is no All; the first
        is chosen at first, and `verify` runs queries with the second. Good: ``("one week", "7d")``. Bad: one option.
    """

    name: str
    label: str
    doc: str
    query: Query | None = None
    multi: bool = False
    all_value: str = ".*"
    regex: str = ""
    feature: str = ""
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Panel:
    """One panel: a visualisation, its queries and its description.

    slug: name within the dashboard, in snake_case; ids and links follow from it, so it stays when the title changes.
        Good: ``errors_by_endpoint``. Bad: ``panel_3``.
    title: a few words. Good: ``Errors by endpoint``. Bad: ``How many requests of the API failed?``
    doc: description shown in Grafana: what the figure is, its source, formula, window and caveat.
        Good: ``Requests answered with 5xx / all requests, over the range above. Source: the API's metrics.``
        Bad: ``Shows the error rate.``
    viz: the visualisation, with units and thresholds. Good: ``Stat(unit="s")``. Bad: a number without a unit.
    queries: the queries, shown together; Grafana names them A, B, C in this order.
        Good: one unit for all. Bad: seconds and counts in one chart.
    width: columns of the grid, of 24; every line of panels adds up to 24. Good: 4, 6, 8, 12, 16 or 24. Bad: 7.
    height: rows of the grid, about 30 pixels each. Good: one height for a whole line. Bad: 8 beside 6.
    window: fixed time range, if the panel does not follow the time picker.
        Good: ``30d``. Bad: the dashboard's own range.
    leads_to: target of the panel's link: ``dashboard`` or ``dashboard/panel``, by name and slug.
        Good: ``system-health/rate_by_endpoint``. Bad: a URL.
    passes: what the link of ``leads_to`` hands on as a choice there: the name of a variable of that dashboard, and
        where its value comes from: the column whose cells carry the link, ``{{label}}`` of a Prometheus series, or
        empty for the name of the clicked bar or series. The name ``time`` stands for the range: ``all`` for all times,
        a duration for so much around the click, or the column with the end of the clicked bucket, in milliseconds.
        Good: ``{"model": "Model"}``, ``{"time": "1h"}``. Bad: a variable that the dashboard lacks.
    unlinked: names of bars and series without a link, since they are no choice on the dashboard that it leads to.
        Good: ``("other", "before")``. Bad: a name that is a choice there.
    feature: features, separated by blanks, that must be on; while one is off, a text is shown in the panel's place.
        Good: ``tickets ticket_history``. Bad: ``tickets, ticket_history``.
    needs: for that text: what is missing, in a few words.
        Good: ``evaluation scores in Langfuse``. Bad: ``feature evaluation is off``.
    exempt: design rules that the panel does not follow, by id, each with the reason.
        Good: ``{"units": "a length of days does not fit the tile"}``. Bad: ``{"units": "not needed"}``.
    role: what gendash uses the panel for: ``freshness`` shows the age of the data, ``guide`` explains how the figures
        are counted, and the dashboard links to it. Good: empty, or a shared panel that has one. Bad: two guides.
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
    passes: Mapping[str, str] = field(default_factory=dict)
    unlinked: Sequence[str] = ()
    feature: str = ""
    needs: str = ""
    exempt: Mapping[str, str] = field(default_factory=dict)
    role: PanelRole = ""


@dataclass(frozen=True)
class Row:
    """Panels under one heading.

    title: a question that the panels answer; empty for the first row.
        Good: ``Which endpoints fail?`` Bad: ``Errors``.
    panels: in reading order; the grid is filled from left to right.
        Good: tiles, then charts, then tables. Bad: a line of panels that does not add up to 24 columns.
    open: false if the row is collapsed when the dashboard opens; its queries run only once it is opened.
        Good: false for tables of details. Bad: false for the first row.
    """

    title: str
    panels: Sequence[Panel]
    open: bool = True


@dataclass(frozen=True)
class Dashboard:
    """A dashboard: one question and the panels that answer it.

    name: name of the module, with ``-`` for ``_``; the uid follows from it.
        Good: ``system-health`` in system_health.py. Bad: ``SystemHealth``.
    title: title in Grafana. Good: ``System Health``. Bad: ``gendash dashboard 2``.
    doc: the question, and for whom it is. Good: ``Is the platform up, fast and free of errors?`` Bad: ``Health.``
    rows: the rows, from top to bottom. Good: the answer first, details collapsed. Bad: one row of 40 panels.
    refresh: interval of automatic reloads, as a duration; slower than the data changes is enough.
        Good: ``1m``. Bad: ``5s`` for rollups that are refreshed every 5 minutes.
    range: default time range, as a duration that ends now. Good: ``24h``. Bad: ``now-24h``.
    audience: ``admin`` hides it in a folder for admins, and its queries may read relations for admins.
        Good: ``admin`` for costs. Bad: ``everyone`` for a panel that names users.
    variables: choices at the top, from left to right. Good: one that most panels use. Bad: one that no panel uses.
    annotations: marks on all charts: pairs of a name and a query.
        Good: ``("Deploys", promql(...))``. Bad: one mark a request.
    """

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
class AdapterTable:
    """One SQL file of an adapter: a SELECT in place of one of the platform's tables, and what its tree says it reads.

    name: how messages call it, such as ``dify/messages.sql``; it is the table's name wherever one is asked for.
    path: path of the file, for messages.
    raw: the file's text.
    text: the SELECT, each table with its schema.
    outputs: by column of its result, the platform's columns (``table.column``) that its values come from.
    plain: by column of its result, the platform's columns that it returns unchanged.
    rows: the platform's columns that decide which rows there are.
    joined: the platform's columns that joins compare.
    tables: the platform's tables. A table outside of ``platform.schema`` is called ``schema.table``.
    faults: byte of the file, what is wrong with it, and what to do.
    """

    name: str
    path: str
    raw: str = ""
    text: str = ""
    outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plain: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    faults: tuple[tuple[int, str, str], ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """All of the platform's columns that the text names: the role that runs it must be allowed to read them."""
        return self.rows.union(*self.outputs.values())


RelationKind = Literal["staging", "table", "rollup", "view", "audit"]


@dataclass(frozen=True)
class Relation:
    """One SQL file, as it was read: its header and its query.

    name: name of the file without ``.sql``; of staging with the prefix ``staging.``.
        Good: ``activity_day``, the subject and the grain. Bad: ``tmp2``.
    kind: the folder: a table is filled by gendash itself, staging reads the platform, rollups and views read these.
        Good: a rollup for what is read often. Bad: a rollup for what one panel reads once a day.
    path: path of the file, for messages.
    header: the YAML between ``/*`` and ``*/``; the keys are listed below.
        Good: ``grain: one row per day``. Bad: an unknown key, which is a problem.
    text: the query; of a table empty. Good: ``{{ staging('users') }}``. Bad: the platform's own name of the table.
    columns: by name, each with its keys. Good: ``hours: {doc: "time to the answer, hours"}``. Bad: a doc without unit.
    line: line of the file on which the query begins, from 1; 0 if it is not known.
    lines: line of each key of the header by its path, such as ``columns.day.type``.
    adapter: of staging, the adapter's SELECTs by the name of the table that they give; without an adapter empty.
    """

    name: str
    kind: RelationKind
    path: str
    header: Mapping[str, Any]
    text: str
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)
    adapter: Mapping[str, AdapterTable] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One recording or alerting rule, as an entry of ``recording_rules/*.yaml`` with ``each`` expanded.

    name: of a recorded series level:metric:operations, of an alert CamelCase.
        Good: ``job:http_requests:rate5m``, ``ApiErrors``. Bad: ``error_rate``, ``api-errors``.
    kind: ``record`` or ``alert``, by the key that holds the name.
    group: the group; its rules are evaluated in order, so a rule follows the rules that it reads.
    path: path of the file, for messages.
    expr: the expression, with references. Good: ``rate({{ metric('http_requests') }}[5m])``. Bad: a raw metric's name.
    doc: one sentence with the unit. Good: ``Requests per second by job.`` Bad: ``Request rate rule.``
    feature: features, separated by blanks, that must be on; the rule is left out while one is off.
        Good: ``kb_metrics vector_metrics``. Bad: ``kb_metrics, vector_metrics``.
    otherwise: the expression that replaces ``expr`` while a feature is off. Good: one over metrics that remain.
        Bad: ``vector(0)``, which claims a measurement.
    labels: labels that the rule adds. Good: ``{severity: critical}``. Bad: ``{value: "{{ $value }}"}``.
    annotations: summary, description and dashboard of an alert. Good: a summary with the value. Bad: no dashboard.
    for_: key ``for``: duration for which the condition must hold before the alert fires.
        Good: ``10m``. Bad: empty, so that one bad sample alerts.
    kept_for: why a series is recorded that nothing here reads. Good: ``the capacity report reads it``. Bad: ``later``.
    of_objective: key ``slos``: the rule is there for each objective of gendash.yaml. Good: ``true`` where the
        name has the objective's. Bad: ``true`` under one name for all objectives.
    lines: line of each key by its path, such as ``labels.severity``, of the rule itself under an empty path, and of the
        first line of a text below its key under ``key|``.
    """

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
    kept_for: str = ""
    of_objective: bool = False
    lines: Mapping[str, int] = field(default_factory=dict)


def sql(text: str, **options: Any) -> Query:
    """A SQL query over gendash's own relations; ``options`` are further fields of `Query`."""
    return Query("sql", text, **options)


def promql(text: str, **options: Any) -> Query:
    """A PromQL query over recorded series or the platform's metrics; ``options`` are further fields of `Query`."""
    return Query("promql", text, **options)


def slo(name: str) -> SettingRef:
    """A reference to a setting under ``slo.``, for thresholds: ``slo('api_errors.objective')``."""
    return SettingRef(f"slo.{name}")

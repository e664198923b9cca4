"""Dashboards read: the rendered panels of an audience, each with its frames as Grafana would show them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id
from gendash.engine.errors import ContentError, TargetError
from gendash.engine.languages.grafana_macros import Choice, Span
from gendash.engine.model import Dashboard, Panel, Problem, Query, Row, Variable
from gendash.engine.read.fields import display_name, js_regex, with_config
from gendash.engine.read.frames import Frame, promql_frames, series_name, sql_frames
from gendash.engine.read.questions import Sent, first_choice, sent_query
from gendash.engine.read.reader import Rows
from gendash.engine.read.sources import (
    PROMETHEUS,
    Sources,
    expanded_text,
    given_options,
    open_sources,
    picked_options,
    reason_of,
    send_query,
)
from gendash.engine.read.transform import UnknownTransformation, transformed
from gendash.engine.render.dashboards import live_annotations, render_dashboard

WORKERS = 3  # below the reader's connection limit
OPTIONS = ("everyone", "admin")


@dataclass(frozen=True)
class Moment:
    """The time of reading, the picked range if any, and the values picked for variables.

    ``at`` is set if the store's clock must show another time than now; ``end`` is the time that counts as now. With
    ``lenient`` a value that is no option of its variable is left out, instead of refused.
    """

    end: datetime
    at: datetime | None = None
    span: Span | None = None
    picked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lenient: bool = False


@dataclass(frozen=True)
class PanelRead:
    """A rendered panel and its frames; ``faults`` are reasons, a line each, why frames are missing.

    ``texts`` are the queries as they were sent, by letter. ``span`` is the range of the panel.
    """

    panel: Panel
    rendered: Mapping[str, Any]
    frames: Sequence[Frame] = ()
    faults: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    span: Span | None = None
    missing: Sequence[str] = ()


@dataclass(frozen=True)
class Answered:
    """A query of a panel, its letter, its text as it was sent, and the answer, which is a reason if there is none."""

    query: Query
    ref: str
    text: str
    answer: Rows | Sequence[Mapping[str, Any]] | str


@dataclass(frozen=True)
class Mark:
    """An annotation: its first and last time in milliseconds since 1970, and its text."""

    at: float
    until: float
    name: str
    text: str


@dataclass(frozen=True)
class DashboardRead:
    """A dashboard with all its panels read, by row; ``choices`` are its variables as they were picked."""

    dashboard: Dashboard
    rendered: Mapping[str, Any]
    rows: Sequence[tuple[Row, Sequence[PanelRead]]]
    choices: Sequence[tuple[Variable, Choice]]
    marks: Sequence[Mark]
    span: Span

    @property
    def panels(self) -> list[PanelRead]:
        """All panels, in reading order."""
        return [one for _, panels in self.rows for one in panels]


def sources_for(stack: ExitStack, config: Config, audience: str, at: datetime | None = None) -> Sources:
    """The servers that an audience's dashboards ask; none is asked that the settings call none."""
    wanted = {"reader"} | ({"admin_reader"} if audience == "admin" else set())
    return open_sources(stack, config, wanted if config.has("store") else set(), config.has("prometheus"), at)


def dashboards_of(catalog: Catalog, audience: str, names: Sequence[str] = ()) -> list[Dashboard]:
    """The dashboards that an audience may see, or those of them that are named. Raises ContentError."""
    allowed = [one for one in catalog.dashboards.values() if audience == "admin" or one.audience == "everyone"]
    known = {one.name for one in allowed}
    wrong = [name for name in names if name not in known]
    if wrong:
        why = "is for admins" if audience != "admin" else ""
        problems = [
            Problem(name, why, "ask for it with --audience admin")
            if why and name in catalog.dashboards
            else Problem(
                name, "no dashboard has this name", suggest(name, known) or f"one of {', '.join(sorted(known))}"
            )
            for name in wrong
        ]
        raise ContentError(problems)
    return [one for one in allowed if not names or one.name in names]


def dashboard_read(catalog: Catalog, sources: Sources, dashboard: Dashboard, moment: Moment) -> DashboardRead:
    """All panels of a dashboard, each query run once."""
    rendered = render_dashboard(catalog, dashboard)
    shown = {panel["id"]: panel for top in rendered["panels"] for panel in (top, *top.get("panels", ()))}
    span = moment.span or Span.last(dashboard.range, moment.end)
    choices = _choices(catalog, sources, dashboard, rendered, moment)
    picked = [choice for _, choice in choices]
    read = partial(_contained, partial(_panel_read, catalog, sources, dashboard, picked, moment))
    with ThreadPoolExecutor(WORKERS) as pool:
        every = [(panel, shown[panel_id(dashboard.name, panel.slug)]) for panel in dashboard.panels()]
        panels = dict(zip([panel.slug for panel, _ in every], pool.map(lambda one: read(*one), every), strict=True))
    rows = [(row, [panels[panel.slug] for panel in row.panels]) for row in dashboard.rows]
    marks = _marks(catalog, sources, dashboard, rendered, picked, moment)
    return DashboardRead(dashboard, rendered, rows, choices, marks, span)


def read_panel(
    catalog: Catalog,
    sources: Sources,
    dashboard: Dashboard,
    slug: str,
    moment: Moment,
    rendered: Mapping[str, Any] | None = None,
) -> PanelRead | None:
    """One panel of a dashboard, or None where it has none of this name; ``rendered`` is the dashboard's JSON if known.

    Only variables that its queries name are asked for.
    """
    panel = next((one for one in dashboard.panels() if one.slug == slug), None)
    if panel is None:
        return None
    rendered = rendered or render_dashboard(catalog, dashboard)
    own = rendered_panel(rendered, dashboard, slug)
    names = {*moment.picked, *_variables_in(dashboard, own)}
    picked = [choice for _, choice in _choices(catalog, sources, dashboard, rendered, moment, names)]
    return _panel_read(catalog, sources, dashboard, picked, moment, panel, own)


def rendered_panel(rendered: Mapping[str, Any], dashboard: Dashboard, slug: str) -> Mapping[str, Any]:
    """The panel of this name in a dashboard's JSON. Raises KeyError."""
    shown = {one["id"]: one for top in rendered["panels"] for one in (top, *top.get("panels", ()))}
    found: Mapping[str, Any] = shown[panel_id(dashboard.name, slug)]
    return found


def settled_choices(catalog: Catalog, dashboard: Dashboard, panel: Mapping[str, Any]) -> list[Choice] | None:
    """The first choices of the variables that a rendered panel names, or None where a server has to be asked."""
    names = _variables_in(dashboard, panel)
    named = [one for one in dashboard.variables if one.name in names and not catalog.variable_lacks(one)]
    return None if any(one.query and not one.all_value for one in named) else [first_choice(one) for one in named]


def _variables_in(dashboard: Dashboard, panel: Mapping[str, Any]) -> set[str]:
    """The variables that the queries of a rendered panel name, and those that the queries of these name."""
    found: set[str] = set()
    every = [str(one.get("rawSql") or one.get("expr")) for one in panel.get("targets", ())]
    for variable in reversed(dashboard.variables):  # a variable names only those before it
        if any(
            f"${variable.name}" in text or f"${{{variable.name}" in text or f"[[{variable.name}" in text
            for text in every
        ):
            found.add(variable.name)
            every += [variable.query.text] if variable.query else []
    return found


def _contained(read: Callable[..., PanelRead], panel: Panel, rendered: Mapping[str, Any]) -> PanelRead:
    """A panel, or the fault that reading it met: the others are shown."""
    try:
        return read(panel, rendered)
    except Exception as error:
        return PanelRead(panel, rendered, faults=[reason_of(error)])


def _panel_read(
    catalog: Catalog,
    sources: Sources,
    dashboard: Dashboard,
    choices: Sequence[Choice],
    moment: Moment,
    panel: Panel,
    rendered: Mapping[str, Any],
) -> PanelRead:
    missing = catalog.missing_features(panel)
    if missing or not rendered.get("targets"):
        return PanelRead(panel, rendered, missing=missing)
    live = list(zip(catalog.live(panel), rendered["targets"], strict=True))
    given: list[Answered] = []
    span = None
    for query, target in live:
        sent = sent_query(catalog, dashboard, query, target, rendered, moment.span or moment.end)
        text, answer = _answered(sources, sent, choices)
        span = sent.time.span
        given.append(Answered(query, target["refId"], text, answer))
    return framed(panel, rendered, given, span)


def framed(panel: Panel, rendered: Mapping[str, Any], answered: Sequence[Answered], span: Span | None) -> PanelRead:
    """A rendered panel with the frames that the answers to its queries make."""
    frames: list[Frame] = []
    faults: list[str] = []
    for one in answered:
        if isinstance(one.answer, str):
            faults.append(one.answer)
        elif isinstance(one.answer, Rows):
            frames += sql_frames(one.answer, one.query.format, one.ref)
        else:
            frames += promql_frames(one.answer, one.query, one.ref, len(answered) > 1, one.text)
    try:
        frames = transformed(frames, rendered.get("transformations", ()))
    except UnknownTransformation as error:
        faults.append(f"transformation {error} is carried out by Grafana only")
        frames = []
    shown = _shown_fields(rendered, with_config(frames, rendered["fieldConfig"]))
    return PanelRead(panel, rendered, shown, faults, {one.ref: one.text for one in answered}, span)


def _shown_fields(rendered: Mapping[str, Any], frames: Sequence[Frame]) -> list[Frame]:
    """The frames of a tile without the numbers that it does not name: these only widen the scale of its curve."""
    pattern = rendered.get("options", {}).get("reduceOptions", {}).get("fields")
    if rendered["type"] != "stat" or not pattern:
        return list(frames)
    named = js_regex(pattern)[0].search
    return [
        frame.with_fields(f for f in frame.fields if f.kind != "number" or named(display_name(f, frames)))
        for frame in frames
    ]


def _answered(
    sources: Sources, sent: Sent, choices: Sequence[Choice]
) -> tuple[str, Rows | Sequence[Mapping[str, Any]] | str]:
    """The text that was sent and the answer, which is a reason in one line if there is none."""
    if not _is_there(sources, sent.role):
        return sent.text, sources.down.get(sent.role, "its server is not there")
    text = expanded_text(sent, sent.text, choices)
    if isinstance(text, Failed):
        return sent.text, text.message
    try:
        given = send_query(sources, sent, text)
    except TargetError as error:
        return text, reason_of(error)
    if isinstance(given, Failed):
        return text, given.message
    return text, given if isinstance(given, Rows) else given.series


def _is_there(sources: Sources, role: str) -> bool:
    return role in sources.readers if role != PROMETHEUS else sources.call is not None


def _choices(
    catalog: Catalog,
    sources: Sources,
    dashboard: Dashboard,
    rendered: Mapping[str, Any],
    moment: Moment,
    names: Collection[str] | None = None,
) -> list[tuple[Variable, Choice]]:
    """Each variable, or those that are named, with its options and what is picked, All where nothing is.

    Raises ContentError.
    """
    templates = {one["name"]: one for one in rendered["templating"]["list"]}
    found: list[tuple[Variable, Choice]] = []
    for variable in dashboard.variables:
        if (names is not None and variable.name not in names) or catalog.variable_lacks(variable):
            continue
        options: list[str] = []
        is_all = names is not None and variable.all_value and variable.name not in moment.picked
        if variable.query and not is_all:  # of one panel nobody sees the options, and All is a text of its own
            template = templates[variable.name]
            text = template["query"]["query"] if isinstance(template["query"], dict) else template["query"]
            target = {"expr": text, "datasource": template["datasource"]}
            sent = sent_query(catalog, dashboard, variable.query, target, {}, moment.span or moment.end)
            options = _options(sources, sent, variable, [choice for _, choice in found])
        choice = first_choice(variable, options)
        picked, texts = moment.picked.get(variable.name), dict(variable.options)
        if moment.lenient and picked is not None and _is_wrong(choice, texts, picked):
            picked = None
        found.append((variable, _pick(choice, texts, picked)))
    return found


def _is_wrong(choice: Choice, values: Mapping[str, str], picked: Sequence[str]) -> bool:
    try:
        _pick(choice, values, picked)
    except ContentError:
        return True
    return False


def _pick(choice: Choice, values: Mapping[str, str], picked: Sequence[str] | None) -> Choice:
    """A choice with what was picked, by value or by the text of a fixed option; All is written as Grafana does."""
    if picked is None or (choice.include_all and list(picked) in (["All"], ["$__all"]) and "All" not in choice.options):
        return choice
    picked = [values.get(one, one) for one in picked]
    wrong = [one for one in picked if one not in choice.options]
    if wrong or (len(picked) > 1 and not choice.multi):
        what = f"no option '{wrong[0]}'" if wrong else "takes one value"
        known = [*values] or choice.options
        hint = (suggest(wrong[0], known) if wrong else "") or f"one of {', '.join(known[:10])}"
        raise ContentError([Problem(f"variable {choice.name}", what, hint)])
    return replace(choice, picked=tuple(picked))


def _options(sources: Sources, sent: Sent, variable: Variable, before: Sequence[Choice]) -> list[str]:
    if not _is_there(sources, sent.role):
        return []
    try:
        given = given_options(sources, sent, before)
    except TargetError:
        return []
    return [] if isinstance(given, Failed) else picked_options(given.texts, variable.regex, not variable.all_value)


def _marks(
    catalog: Catalog,
    sources: Sources,
    dashboard: Dashboard,
    rendered: Mapping[str, Any],
    choices: Sequence[Choice],
    moment: Moment,
) -> list[Mark]:
    """The annotations of a dashboard: from when to when a series is there, as Grafana marks it."""
    found: list[Mark] = []
    queries: list[tuple[str, Query]] = list(live_annotations(catalog, dashboard))
    for (name, query), shown in zip(queries, rendered["annotations"]["list"], strict=True):
        target = {"interval": shown.get("step", "")} | dict(shown)
        sent = sent_query(catalog, dashboard, query, target, {}, moment.span or moment.end)
        _, given = _answered(sources, sent, choices)
        if isinstance(given, str | Rows):
            continue
        for one in given:
            found += _runs(one, name, series_name(one["metric"], query.legend), sent.time.step_ms)
    return sorted(found, key=lambda mark: mark.at)


def _runs(one: Mapping[str, Any], name: str, text: str, step_ms: int) -> list[Mark]:
    """A mark for each unbroken run of samples other than 0."""
    found: list[Mark] = []
    last = -math.inf
    for at, value in one.get("values", ()):
        if float(value) == 0:
            continue
        if at * 1000 - last > step_ms * 1.5:
            found.append(Mark(at * 1000, at * 1000, name, text))
        last = at * 1000
        found[-1] = replace(found[-1], until=last)
    return found

"""Everything that dashboards ask, read from their rendered JSON: what is verified is what is pushed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gendash.engine.config.load import FEATURE_NEEDS, Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id
from gendash.engine.model import Dashboard, Panel, Query, Variable
from gendash.engine.read.questions import Sent, points_of, sent_query
from gendash.engine.render.dashboards import datasource, live_annotations, render_dashboard
from gendash.engine.verify.verdict import Verdict


@dataclass(frozen=True)
class Question(Sent):
    """One query to verify; ``verdict`` is the empty form that the answer fills in.

    ``target`` is what the dashboard holds of it, ``points`` how many its panel has room for.
    """

    verdict: Verdict
    target: Mapping[str, Any] = field(default_factory=dict)
    points: int = 0


@dataclass(frozen=True)
class Asked:
    """The questions of one dashboard, in reading order; a verdict among ``items`` is one that needs no question."""

    variables: Sequence[tuple[Variable, Question | None]] = ()
    items: Sequence[Question | Verdict] = ()

    @property
    def questions(self) -> list[Question]:
        """All questions, those of variables first."""
        return [*(q for _, q in self.variables if q), *(item for item in self.items if isinstance(item, Question))]


def dashboard_queries(
    catalog: Catalog,
    dashboard: Dashboard,
    at: datetime,
    only: Sequence[str] = (),
    rendered: Mapping[str, Any] | None = None,
) -> Asked:
    """The queries of dashboards at a time. ``only`` names dashboards or ``dashboard/panel``; empty means everything.

    Variables are always among it where a panel is, since panels cannot be asked without their options. ``rendered`` is
    the dashboard's JSON where the caller has it.
    """
    whole = not only or dashboard.name in only
    panels = [panel for panel in dashboard.panels() if whole or f"{dashboard.name}/{panel.slug}" in only]
    if not panels:
        return Asked()
    rendered = rendered or render_dashboard(catalog, dashboard)
    every = [panel for top in rendered["panels"] for panel in (top, *top.get("panels", ()))]
    shown = {panel["id"]: panel for panel in every if panel.get("type") != "row"}
    on = [variable for variable in dashboard.variables if not catalog.variable_lacks(variable)]
    templates = {template["name"]: template for template in rendered["templating"]["list"]}
    variables = [
        (one, _variable(catalog, dashboard, one, one.query, templates[one.name], at) if one.query else None)
        for one in on
        if one.name in templates
    ]
    items: list[Question | Verdict] = [
        unavailable(catalog.config, Verdict(dashboard.name, one.name, one.label, "variable", "", "ok"), lacks)
        for one in dashboard.variables
        if (lacks := catalog.variable_lacks(one))
    ]
    for panel in panels:
        if (number := panel_id(dashboard.name, panel.slug)) in shown:  # else an override takes it out
            items += _panel(catalog, dashboard, panel, shown.pop(number), at)
    for added in shown.values() if whole else ():
        items += _foreign(catalog, dashboard, added, at)
    if whole:
        items += _annotations(catalog, dashboard, rendered["annotations"]["list"], at)
    return Asked(variables, items)


def unavailable(config: Config, verdict: Verdict, lacks: Iterable[str]) -> Verdict:
    """The verdict of a query that cannot run: it names features that are off and servers set to `none`."""
    names = list(lacks)
    needs = " and ".join(FEATURE_NEEDS.get(name, name) for name in names)
    off = ", ".join(sorted({config.switch(name) for name in names}))
    return replace(verdict, status="not_available", why=f"needs {needs}; {off}", off=off)


def _panel(
    catalog: Catalog, dashboard: Dashboard, panel: Panel, shown: Mapping[str, Any], at: datetime
) -> list[Question | Verdict]:
    blank = Verdict(dashboard.name, panel.slug, panel.title, "panel", "", "ok")
    missing = catalog.missing_features(panel)
    if missing:
        return [unavailable(catalog.config, blank, missing)]
    found: list[Question | Verdict] = []
    lacks = sorted(frozenset[str]().union(*map(catalog.query_lacks, panel.queries)))
    if lacks:
        blank = replace(blank, why=f"a part is left out: {', '.join(map(catalog.config.switch, lacks))}")
    live = [*catalog.live(panel)]
    for number, target in enumerate(shown.get("targets", ())):
        query = live[number] if number < len(live) else _query_of(target)
        own, due = replace(blank, ref=target["refId"]), datasource(catalog, query, dashboard)["uid"]
        if target["datasource"]["uid"] == due:
            found.append(_question(catalog, dashboard, own, query, target, shown, at))
        else:
            what = f"asks data source {target['datasource']['uid']}, which is not the one of its language and audience"
            found.append(replace(own, status="error", why=f"{what}: {due}"))
    return found


def _foreign(
    catalog: Catalog, dashboard: Dashboard, shown: Mapping[str, Any], at: datetime
) -> Iterator[Question | Verdict]:
    """The queries of a panel that only an override has: those of our own data sources."""
    ours = {catalog.config[f"datasources.{key}.uid"] for key in ("database", "admin", "prometheus")}
    for target in shown.get("targets") or ():
        blank = Verdict(
            dashboard.name, f"#{shown['id']}", str(shown.get("title")), "panel", str(target.get("refId")), "ok"
        )
        source = target.get("datasource") or shown.get("datasource") or {}
        if source.get("uid") in ours and (target.get("rawSql") or target.get("expr")):
            asked = {**target, "datasource": source}
            yield _question(catalog, dashboard, blank, _query_of(asked), asked, shown, at)


def _query_of(target: Mapping[str, Any]) -> Query:
    """A query that no definition has, as a target of the JSON says it."""
    if target.get("rawSql"):
        return Query("sql", target["rawSql"], format=target.get("format") or "table")
    return Query("promql", target.get("expr") or "", instant=bool(target.get("instant")))


def _variable(
    catalog: Catalog,
    dashboard: Dashboard,
    variable: Variable,
    query: Query,
    template: Mapping[str, Any],
    at: datetime,
) -> Question:
    blank = Verdict(dashboard.name, variable.name, variable.label, "variable", "", "ok")
    text = template["query"]["query"] if isinstance(template["query"], dict) else template["query"]
    return _question(catalog, dashboard, blank, query, {"expr": text, "datasource": template["datasource"]}, {}, at)


def _annotations(
    catalog: Catalog, dashboard: Dashboard, rendered: Sequence[Mapping[str, Any]], at: datetime
) -> Iterator[Question | Verdict]:
    live = live_annotations(catalog, dashboard)
    for name, query in dashboard.annotations:
        if (name, query) not in live:
            blank = Verdict(dashboard.name, name, name, "annotation", "A", "ok")
            yield unavailable(catalog.config, blank, sorted(catalog.query_lacks(query)))
    for (name, query), found in zip(live, rendered, strict=True):
        yield _annotation(catalog, dashboard, name, query, found, at)


def _annotation(
    catalog: Catalog, dashboard: Dashboard, name: str, query: Query, shown: Mapping[str, Any], at: datetime
) -> Question:
    """The question of an annotation: it marks events, so an empty answer is fine."""
    blank = Verdict(dashboard.name, name, name, "annotation", "A", "ok")
    calm = replace(query, may_be_empty=query.may_be_empty or "nothing happened in this time")
    return _question(catalog, dashboard, blank, calm, {"interval": shown.get("step", "")} | dict(shown), {}, at)


def _question(
    catalog: Catalog,
    dashboard: Dashboard,
    blank: Verdict,
    query: Query,
    target: Mapping[str, Any],
    panel: Mapping[str, Any],
    at: datetime,
) -> Question:
    sent = sent_query(catalog, dashboard, query, target, panel, at)
    place = (sent.query, sent.text, sent.time, sent.role, sent.relations)
    return Question(*place, blank, target, points_of(panel))

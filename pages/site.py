"""A site of dashboards: an index and a page each, as files that load nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import lines
from gendash.engine.definitions.lineage import Lineage
from gendash.engine.languages.grafana_macros import Span
from gendash.engine.model import Dashboard, Variable
from gendash.engine.read.panels import DashboardRead, PanelRead
from gendash.engine.verify.verdict import Finding, Verdict, worst
from gendash.pages.colors import css_variables
from gendash.pages.links import target_of
from gendash.pages.panel import body, markdown
from gendash.pages.setting import Setting

_PAGES = ("page", "range", "index", "lists", "layout")
_TEMPLATES = (*(f"{name}.html.j2" for name in _PAGES), "style.css", "script.js")
_KINDS = {
    "rule": "recording rules",
    "metric": "metrics",
    "relation": "relations",
    "table": "tables of the platform",
    "column": "columns of the platform",
    "field": "fields of Langfuse",
    "setting": "settings",
}


@dataclass(frozen=True)
class About:
    """For whom a site is and of which moment: what each page says of itself.

    ``range`` is the name of the picked range, ``days`` are its ends where it has none; ``times`` are the parameters of
    an address for it and ``picked`` are values by variable: what links of a live page hand on.
    """

    audience: str
    at: datetime
    zone: str
    instance: str = ""
    left_out: Sequence[str] = ()
    home: str = "index.html"
    live: bool = False
    range: str = ""
    times: Sequence[tuple[str, str]] = ()
    days: Sequence[str] = ()
    picked: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def moment(self) -> str:
        """The moment in words, local time."""
        return f"{self.at.astimezone(ZoneInfo(self.zone)):%A, %-d %B %Y, %H:%M}"


@dataclass(frozen=True)
class ListSection:
    """A table under a heading; ``columns`` are headings, and true for numbers.

    ``more`` is true if there are further rows, ``nothing`` what is said without any.
    """

    title: str
    doc: str
    columns: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str]] = ()
    more: bool = False
    nothing: str = "nothing in this range"


class Site:
    """Pages of one audience and moment. Each page is text that can be written to a file or sent."""

    def __init__(self, catalog: Catalog, dashboards: Sequence[Dashboard], about: About) -> None:
        self.catalog, self.dashboards, self.about = catalog, dashboards, about
        self.lineage = Lineage(catalog)
        self.names = frozenset(one.name for one in dashboards)
        self.handed = {one.name: urlencode([*about.times, *_picks(one, about.picked)]) for one in dashboards}
        self.environment = Environment(
            loader=DictLoader({name: page_text(name) for name in _TEMPLATES}),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, read: DashboardRead, verdicts: Sequence[Verdict] = ()) -> str:
        """The page of one dashboard."""
        handed = self.handed if self.about.live else None
        setting = Setting(self.catalog, self.about.zone, self.about.at, read.marks, self.names, handed)
        name = read.dashboard.name
        found = [one for one in verdicts if one.dashboard == name and one.kind == "panel"]
        reads = {one.panel.slug: one for one in read.panels}
        rows = [
            (row, [[self._panel(name, reads[one.slug], setting, found) for one in line] for line in lines(row.panels)])
            for row, _ in read.rows
        ]
        return self._render(
            "page.html.j2",
            dashboard=read.dashboard,
            doc=self.catalog.prose(read.dashboard.doc),
            rows=rows,
            span=span_text(read.span, self.about.zone),
            choices=[
                (one, choice, picked_text(one, choice.picked), one.options or [(text, text) for text in choice.options])
                for one, choice in read.choices
            ],
            marks=len(read.marks),
        )

    def index(self, verdicts: Sequence[Verdict], sizes: Mapping[str, int]) -> str:
        """The page that leads to all others."""
        entries = [
            {
                "dashboard": one,
                "doc": self.catalog.prose(one.doc),
                "panels": len(one.panels()),
                "questions": [row.title for row in one.rows if row.title],
                "wrong": [v for v in verdicts if v.dashboard == one.name and not v.calm],
                "size": sizes.get(one.name, 0),
            }
            for one in self.dashboards
        ]
        return self._render("index.html.j2", entries=entries, verdicts=len(verdicts))

    def lists(self, title: str, doc: str, sections: Sequence[ListSection]) -> str:
        """A page of plain tables under headings."""
        return self._render("lists.html.j2", title=title, doc=doc, sections=sections)

    def _render(self, template: str, **values: object) -> str:
        return self.environment.get_template(template).render(
            about=self.about,
            at=self.about.moment,
            dashboards=self.dashboards,
            handed=self.handed,
            dark=Markup(css_variables("dark")),
            light=Markup(css_variables("light")),
            style=Markup(page_text("style.css")),
            script=Markup(page_text("script.js")),
            **values,
        )

    def _panel(
        self, dashboard: str, read: PanelRead, setting: Setting, verdicts: Sequence[Verdict]
    ) -> dict[str, object]:
        panel = read.panel
        href, leads = target_of(panel.leads_to, setting)
        found = [one for one in verdicts if one.panel == panel.slug]
        return {
            "panel": panel,
            "kind": read.rendered["type"],
            "body": body(read, setting),
            "doc": markdown(self.catalog.prose(panel.doc)),
            "texts": read.texts,
            "faults": list(dict.fromkeys(read.faults)),
            "lineage": self._lineage(dashboard, panel.slug),
            "verdict": _worst(found),
            "verdicts": found,
            "href": href,
            "leads": leads,
        }

    def _lineage(self, dashboard: str, slug: str) -> list[tuple[str, list[str]]]:
        below = self.lineage.below(("panel", f"{dashboard}/{slug}"))
        return [
            (words, sorted(name for kind, name in below if kind == wanted))
            for wanted, words in _KINDS.items()
            if any(kind == wanted for kind, _ in below)
        ]


def span_text(span: Span, zone: str) -> str:
    """A range in words, local time."""
    start, end = (one.astimezone(ZoneInfo(zone)) for one in (span.start, span.end))
    return f"{start:%-d %b %Y, %H:%M} to {end:%-d %b %Y, %H:%M}"


def page_text(name: str) -> str:
    """A template of this folder."""
    return (files("gendash.pages") / "templates" / name).read_text("utf-8")


def _picks(dashboard: Dashboard, picked: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The parameters of an address for what is picked of the variables that a dashboard has."""
    return [(f"var-{one.name}", value) for one in dashboard.variables for value in picked.get(one.name, ())]


def picked_text(variable: Variable, picked: Sequence[str] | None) -> str:
    """What is picked of a variable, by its names."""
    texts = {value: text for text, value in variable.options}
    return "All" if picked is None else " + ".join(texts.get(one, one) for one in picked)


def _worst(verdicts: Sequence[Verdict]) -> Finding | None:
    return worst(Finding(one.status, one.why) for one in verdicts) if verdicts else None

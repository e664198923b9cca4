"""A catalog -> the pages of docs/reference, as Markdown that forges render. Pure and deterministic; no dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import jinja2

from gendash.engine.config.settings import SETTINGS
from gendash.engine.definitions.canonical import Adapter
from gendash.engine.definitions.catalog import Catalog, Node
from gendash.engine.definitions.header_keys import COLUMN_KEYS, HEADER_KEYS
from gendash.engine.definitions.lineage import Lineage
from gendash.engine.definitions.rule_keys import METRIC_KEYS, RULE_KEYS
from gendash.engine.definitions.typed import declared, described
from gendash.engine.definitions.windows import sql_panels
from gendash.engine.model import Dashboard, Panel, Query, Relation, Row, Rule, SettingRef, Variable
from gendash.engine.render.dashboards import tidy
from gendash.engine.render.links import link_target

TEMPLATES = (
    "README",
    "dashboard",
    "relations",
    "recording-rules",
    "alerts",
    "metrics",
    "adapters",
    "commands",
    "settings",
    "keys",
    "glossary",
    "coverage",
    "windows",
    "lineage",
    "rules",
)
KINDS = {"table": "tables", "rollup": "rollups", "view": "views", "staging": "staging", "audit": "audits"}
DEFINITIONS = (Dashboard, Row, Panel, Query, Variable)
ALARMS = {"semi-dark-orange": "amber", "orange": "amber", "red": "red"}
UNITS = {
    "short": "count",
    "locale": "count",
    "sishort": "count",
    "dateTimeFromNow": "how long ago",
    "dateTimeAsIso": "time",
    "cps": "per second",
    "none": "none",
    "percentunit": "share (shown in %)",
    "percent": "%",
    "s": "seconds",
    "dtdurations": "seconds",
    "currencyUSD": "USD",
    "reqps": "requests per second",
    "bytes": "bytes",
    "decbytes": "bytes",
    "ops": "operations per second",
    "opm": "per minute",
}


def _unit(unit: str) -> str:
    """A unit of Grafana in words; one of a panel's own (``suffix:turns/min``) as it is shown."""
    return UNITS.get(unit) or (unit.removeprefix("suffix:") if unit.startswith("suffix:") else f"`{unit}`")


@dataclass(frozen=True)
class Material:
    """The content of the pages besides the catalog: plan, glossary, commands, design rules, shipped adapters."""

    plan: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    plan_rest: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    glossary: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    commands: tuple[Mapping[str, Any], ...] = ()
    rules: tuple[Any, ...] = ()
    ignored: tuple[str, ...] = ()
    adapters: tuple[Adapter, ...] = ()


def pages(catalog: Catalog, material: Material, templates: Mapping[str, str]) -> dict[str, bytes]:
    """The pages by their paths below the folder of the reference; ``templates`` holds the texts of TEMPLATES."""
    book = _Book(catalog, material, templates)
    found = {"README.md": book.page("README")}
    for dashboard in catalog.dashboards.values():
        found[f"dashboards/{dashboard.name}.md"] = book.page("dashboard", up="../", dashboard=dashboard)
    for kind, name in KINDS.items():
        listed = [relation for _, relation in sorted(catalog.relations.items()) if relation.kind == kind]
        if listed:
            found[f"{name}.md"] = book.page("relations", kind=kind, relations=listed)
    for name in TEMPLATES[3:]:
        found[f"{name}.md"] = book.page(name)
    return {path: text.encode() for path, text in found.items()}


class _Book:
    """The functions that templates ask, over one catalog."""

    def __init__(self, catalog: Catalog, material: Material, templates: Mapping[str, str]) -> None:
        self.catalog, self.material, self.lineage = catalog, material, Lineage(catalog)
        self._env = jinja2.Environment(
            loader=jinja2.DictLoader(dict(templates)),
            undefined=jinja2.Undefined,  # headers and metrics leave out what they do not have
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        self._env.filters |= {"code": code, "anchor": anchor}
        for of in (cell, description_of, paragraphs):  # descriptions refer to settings
            self._env.filters[of.__name__] = lambda text, of=of: of(catalog.prose("" if text is None else str(text)))
        self._env.globals |= {
            "catalog": catalog,
            "config": catalog.config,
            "book": self,
            "material": material,
            "settings": SETTINGS,
            "kinds": KINDS,
            "windows": list(sql_panels(catalog)),
            "keys": {
                "header": HEADER_KEYS,
                "column": COLUMN_KEYS,
                "rule": RULE_KEYS,
                "metric": METRIC_KEYS,
                "definitions": [(one.__name__, described(one)[0], declared(one)) for one in DEFINITIONS],
                "ignored": material.ignored,
            },
        }

    def page(self, template: str, up: str = "", **values: Any) -> str:
        """One page; ``up`` leads from it to the folder of the reference."""
        text = self._env.get_template(template).render(up=up, **values)
        lines = [line.rstrip() for line in text.splitlines()]
        kept = [line for before, line in pairwise(["", *lines]) if line or before]
        return "\n".join(kept).strip() + "\n"

    def link(self, node: Node, up: str) -> str:
        """A node's name, leading to the place that explains it."""
        kind, name = node
        target = self.place(kind, name)
        return f"[`{name}`]({up}{target})" if target else f"`{name}`"

    def place(self, kind: str, name: str) -> str:
        """The page and anchor that explain a node; empty where there is none."""
        if kind == "panel":
            dashboard, slug = link_target(name)
            return f"dashboards/{dashboard}.md" + (f"#{slug}" if slug else "")
        if kind in ("relation", "staging"):
            relation = self.catalog.relations.get(name if kind == "relation" else f"staging.{name}")
            return f"{KINDS[relation.kind]}.md#{relation.name}" if relation else ""
        if kind == "rule" and name in self.catalog.rules:
            page = "alerts" if self.catalog.rules[name].kind == "alert" else "recording-rules"
            return f"{page}.md#{anchor(name)}"
        if kind == "stored":
            return f"tables.md#{name.partition('.')[0]}"
        pages = {"metric": "metrics", "setting": "settings", "field": "lineage", "column": "lineage"}
        return f"{pages[kind]}.md#{anchor(name)}" if kind in pages else ""

    def links(self, nodes: Iterable[Node], kinds: str, up: str) -> str:
        """The nodes of some kinds (separated by blanks) as links in order, with commas."""
        wanted = kinds.split()
        listed = sorted((node for node in nodes if node[0] in wanted), key=lambda node: (wanted.index(node[0]), node))
        return ", ".join(self.link(node, up) for node in listed)

    def uses(self, kind: str, name: str) -> frozenset[Node]:
        """The nodes that a node uses directly; staging replaces the tables and columns that it reads."""
        uses = self.lineage.uses((kind, name))
        staged = any(use[0] == "staging" for use in uses)
        return frozenset(use for use in uses if not (staged and use[0] in ("table", "column")))

    def below(self, kind: str, name: str) -> frozenset[Node]:
        """All that a node depends on."""
        return self.lineage.below((kind, name))

    def above(self, kind: str, name: str) -> frozenset[Node]:
        """All that depends on a node."""
        return self.lineage.above((kind, name))

    def users(self, kind: str, name: str) -> frozenset[Node]:
        """The nodes that use a node directly."""
        return self.lineage.users((kind, name))

    def names(self, kind: str) -> list[str]:
        """The names of all nodes of a kind, in order."""
        return sorted(name for one, name in self.lineage.nodes if one == kind)

    def type_of(self, panel: Panel) -> str:
        """The type of a panel's visualisation."""
        return str(panel.viz.to_json_data()["type"])

    def unit(self, panel: Panel) -> str:
        """Units in words: that of all fields, then those of single ones."""
        config = panel.viz.to_json_data().get("fieldConfig", {})
        usual = config.get("defaults", {}).get("unit")
        own = {
            fields_of(override["matcher"]): str(prop["value"])
            for override in config.get("overrides", [])
            for prop in override["properties"]
            if prop["id"] == "unit" and prop["value"] != usual
        }
        shown = [_unit(usual)] if usual else []
        return "; ".join(shown + [f"{name}: {_unit(unit)}" for name, unit in own.items()])

    def limits(self, panel: Panel) -> str:
        """The limits at which a panel, or one of its fields, turns amber or red, in words; empty without limits."""
        config = panel.viz.to_json_data().get("fieldConfig", {})
        usual = self._judged((config.get("defaults", {}).get("thresholds") or {}).get("steps", []))
        own = [
            f"{fields_of(override['matcher'])}: {judged}"
            for override in config.get("overrides", [])
            for prop in override["properties"]
            if prop["id"] == "thresholds" and (judged := self._judged(prop["value"]["steps"]))
        ]
        return "; ".join(([usual] if usual else []) + own)

    def _judged(self, steps: list[dict[str, Any]]) -> str:
        found = []
        for index, step in enumerate(steps):
            alarm = ALARMS.get(step["color"])
            if not alarm:
                continue
            worse_below = any(later["color"] not in ALARMS for later in steps[index + 1 :])
            edge = steps[index + 1]["value"] if worse_below else step["value"]
            if edge is not None:
                found.append(f"{alarm} {'below' if worse_below else 'from'} {self._amount(edge)}")
        return ", ".join(found)

    def _amount(self, value: Any) -> str:
        if not isinstance(value, SettingRef):
            return f"{value:g}"
        key = str(value)
        return f"{self.catalog.config.get(key)} (`{key}`)"

    def states(self, panel: Panel) -> list[str]:
        """The words that a panel shows for values, each with its meaning."""
        mappings = panel.viz.to_json_data().get("fieldConfig", {}).get("defaults", {}).get("mappings", [])
        options = [one["options"] for one in mappings if one["type"] == "value"]
        return [f"{value} is “{of['text']}”" for option in options for value, of in option.items() if of.get("text")]

    def queries(self, panel: Panel) -> list[tuple[str, str]]:
        """Language and text of each query, as the servers get it but for Grafana's variables."""
        return [(query.language, tidy(self.catalog.expand(query).text)) for query in panel.queries]

    def sources(self, panel: Panel) -> str:
        """The sources of a panel, in words."""
        kinds = {kind for kind, _ in self.below("panel", self.name_of(panel))}
        languages = {query.language for query in panel.queries}
        return " and ".join(
            name
            for name, used in (
                ("PostgreSQL", "sql" in languages and ("column" in kinds or "field" not in kinds)),
                ("Langfuse (synced to PostgreSQL)", "field" in kinds),
                ("Prometheus", "promql" in languages),
            )
            if used
        )

    def name_of(self, panel: Panel) -> str:
        """``dashboard/slug`` of a panel of this catalog."""
        owners = (d.name for d in self.catalog.dashboards.values() if any(p is panel for p in d.panels()))
        return f"{next(owners)}/{panel.slug}"

    def alerts(self, panel: Panel) -> list[Node]:
        """Alerts that read a recorded series which the panel reads too."""
        read = {use for use in self.uses("panel", self.name_of(panel)) if use[0] == "rule"}
        return [("rule", name) for name, rule in sorted(self.catalog.rules.items()) if self._shares(rule, read)]

    def _shares(self, rule: Rule, read: set[Node]) -> bool:
        return rule.kind == "alert" and bool(self.lineage.uses(("rule", rule.name)) & read)

    def target(self, panel: Panel) -> tuple[str, Node] | None:
        """Title and node of what a panel leads to; None where it leads nowhere here."""
        name, slug = link_target(panel.leads_to)
        dashboard = self.catalog.dashboards.get(name)
        if dashboard is None:
            return None
        title = next((p.title for p in dashboard.panels() if p.slug == slug), "")
        return (f"{dashboard.title}: {title}" if title else dashboard.title), ("panel", panel.leads_to)

    def panel(self, name: str) -> Panel | None:
        """The panel of ``dashboard/slug``."""
        dashboard, slug = link_target(name)
        found: Dashboard | None = self.catalog.dashboards.get(dashboard)
        return next((panel for panel in found.panels() if panel.slug == slug), None) if found else None

    def expression(self, rule: Rule) -> list[str]:
        """The expressions of a rule: the usual one, and the one that replaces it if its feature is off."""
        on = self.catalog.expand_text(rule.expr)
        return [tidy(on)] + ([tidy(self.catalog.expand_text(rule.otherwise))] if rule.otherwise else [])

    def rules(self, kind: str) -> dict[str, list[Rule]]:
        """Rules of a kind by group, in their order."""
        found: dict[str, list[Rule]] = {}
        for rule in self.catalog.rules.values():
            if rule.kind == kind:
                found.setdefault(rule.group, []).append(rule)
        return found

    def cadence(self, relation: Relation) -> str:
        """The interval of a relation's refreshes."""
        return str(self.catalog.config.get(f"cadences.{relation.name}") or relation.header.get("cadence", ""))


def fields_of(matcher: Mapping[str, Any]) -> str:
    """The fields that an override is about, as a list where it is a plain choice of names."""
    text = str(matcher["options"])
    choice = re.fullmatch(r"/\^\(([\w %/|.]+)\)\$/", text)
    return choice[1].replace("|", ", ") if choice else text


def anchor(name: str) -> str:
    """A name as the target of a link."""
    return name.replace(":", "-").replace("$", "")


def description_of(text: str) -> str:
    """Text of a definition as Markdown: what would be read as markup is kept as it is."""
    return " ".join(str(text).split()).replace("<", "&lt;").replace("*", "\\*")


def paragraphs(text: str) -> str:
    """Text of several paragraphs as Markdown."""
    return "\n\n".join(description_of(part) for part in str(text).split("\n\n"))


def cell(text: Any) -> str:
    """Text for a cell of a table."""
    return description_of("" if text is None else str(text)).replace("|", "\\|")


def code(text: Any) -> str:
    """Text as code within a line or a cell; nothing for nothing."""
    shown = " ".join(str(text).split()).replace("|", "\\|")
    return f"`{shown}`" if shown else ""

"""All definitions of an installation, what they use, and the order in which relations can be built."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any, NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.definitions.canonical import CanonicalColumn, contract
from gendash.engine.definitions.names import STORE_KINDS, Expanded, Names, Use
from gendash.engine.definitions.prose import prose
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.visual import Schemas
from gendash.engine.errors import ContentError
from gendash.engine.languages.spots import in_entry
from gendash.engine.languages.sql_builtins import Builtins
from gendash.engine.model import AdapterTable, Dashboard, Panel, Problem, Query, Relation, Rule, SettingRef, Variable

_STRING = re.compile(r"'[^']*'")
_IS_ROUTE = re.compile(r"""(?<!!)=~?\s*"\{\{\s*setting\(['"](handlers\.\w+)['"]\)""")


class Style(NamedTuple):
    """``style.yaml`` of a content root as it was read: levels by design rule, its place, and the line of each key."""

    levels: Any
    where: str
    lines: Mapping[str, int]


class MetricLines(NamedTuple):
    """The file of a metric of the contract, and the line of each of its keys, as in `Rule.lines`."""

    path: str
    lines: Mapping[str, int]


class Document(NamedTuple):
    """A file that definitions need besides: its text, and of YAML the content and the line of each key by its path."""

    text: str
    content: Any = None
    lines: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Catalog:
    """The definitions by name, together with the settings under which they are rendered.

    ``own`` names the dashboards of users' roots, ``styles`` holds how those roots take design rules, by dashboard and
    by folder of files. ``problems`` are those of reading the files; unless it is ``complete``, a name that is missing
    may be in a file that could not be read. ``schemas`` are Grafana's, of visual options; ``builtins`` are
    PostgreSQL's functions and types. ``documents`` are the shipped templates, glossary, plan and instrumentation, and
    promtool's tests of all roots, by path.
    ``adapter`` has the files of ``platform.adapter`` by the table that each gives.
    ``overrides`` are the changes over what is rendered, by place.
    ``templates`` are the rules for each objective as `objectives.EXAMPLE` fills them in, where gendash.yaml has none.
    ``left_out`` names dashboards that are there but cannot be read or judged: nothing that names one is wrong.
    """

    config: Config
    dashboards: Mapping[str, Dashboard]
    relations: Mapping[str, Relation]
    rules: Mapping[str, Rule]
    metrics: Mapping[str, Mapping[str, Any]]
    own: frozenset[str] = frozenset()
    styles: Mapping[str, Style] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    complete: bool = True
    schemas: Schemas | None = None
    left_out: frozenset[str] = frozenset()
    builtins: Builtins | None = None
    metric_lines: Mapping[str, MetricLines] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    adapter: Mapping[str, AdapterTable] = field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    templates: Mapping[str, Rule] = field(default_factory=dict)

    @cached_property
    def contract(self) -> dict[str, dict[str, CanonicalColumn]]:
        """The canonical tables and columns that an adapter may give."""
        return contract(self.relations)

    @cached_property
    def names(self) -> Names:
        """The names that references in texts may use."""
        labels = {label for metric in self.metrics.values() for label in metric.get("labels", {})}
        return Names(self.config, self.relations, self.rules, self.metrics, labels | {"job", "instance"})

    def in_metric(self, key: str, of: str = "", place: int = -1) -> str:
        """The place of a metric of the contract, of one of its keys, or of a character of its ``sql``."""
        path, lines = self.metric_lines.get(key, MetricLines("recording_rules/metrics.yaml", {}))
        raw = str(self.metrics[key].get("sql", "")) if of == "sql" else ""
        return in_entry(path, key, lines, of, raw, place)

    def expand(self, query: Query) -> Expanded:
        """A query's text with its references resolved."""
        return self.expanded(query.text)

    def expanded(self, text: str, staging: Relation | None = None) -> Expanded:
        """A text with its references resolved; ``staging`` is given for a staging text."""
        return resolve_references(text, self.names, staging)

    def style_of(self, where: str) -> Style | None:
        """The level of each design rule in the content root of a place; None for shipped content."""
        name = re.split("[/ :]", where, maxsplit=1)[0]
        if name in self.own:
            return self.styles[name] if name in self.styles else Style({}, "", {})
        found = (style for key, style in self.styles.items() if "/" in key and where.startswith(key))
        return next(found, None)

    def panels(self) -> Iterator[tuple[str, Dashboard, Panel]]:
        """All panels, each with its dashboard and its place ``dashboard/slug``."""
        for dashboard in self.dashboards.values():
            for panel in dashboard.panels():
                yield f"{dashboard.name}/{panel.slug}", dashboard, panel

    def queries(self) -> Iterator[tuple[str, Dashboard, Query]]:
        """All queries of panels, variables and annotations, each with its place."""
        for where, dashboard, panel in self.panels():
            for index, query in enumerate(panel.queries):
                yield f"{where} query {chr(65 + index)}", dashboard, query
        for dashboard in self.dashboards.values():
            for variable in dashboard.variables:
                if variable.query:
                    yield f"{dashboard.name} variable {variable.name}", dashboard, variable.query
            for name, query in dashboard.annotations:
                yield f"{dashboard.name} annotation {name}", dashboard, query

    @cached_property
    def purpose(self) -> dict[str, str]:
        """Names of the relations that the engine itself reads, by the ``purpose:`` of their header."""
        return {str(one.header["purpose"]): name for name, one in self.relations.items() if one.header.get("purpose")}

    @cached_property
    def shown_to(self) -> dict[str, frozenset[str]]:
        """By relation, the audiences of the dashboards that read it; what `verify` asks of every reader is for all."""
        found = {self.purpose["freshness"]: {"everyone", "admin"}} if "freshness" in self.purpose else {}
        for _, dashboard, query in self.queries():
            for kind, name in self.expand(query).uses:
                if kind == "relation":
                    found.setdefault(name, set()).add(dashboard.audience)
        return {name: frozenset(audiences) for name, audiences in found.items()}

    def body(self, where: str) -> dict[str, Any]:
        """The visualisation of ``dashboard/slug`` as Grafana's JSON, references to settings left in it."""
        return self._bodies[where]

    @cached_property
    def _bodies(self) -> dict[str, dict[str, Any]]:
        return {where: {"options": {}, **panel.viz.to_json_data()} for where, _, panel in self.panels()}

    def prose(self, text: str) -> str:
        """A description with the values of the settings that it refers to."""
        return prose(text, self.config)

    def expand_text(self, text: str) -> str:
        """A rule's text with its references resolved."""
        return self.expanded(text).text

    def live(self, panel: Panel) -> list[Query]:
        """The queries of a panel whose features are on; none where the panel's own feature is off."""
        if not self.config.on(panel.feature):
            return []
        return [query for query in panel.queries if not self.query_lacks(query)]

    def missing_features(self, panel: Panel) -> list[str]:
        """Features that are off and servers that are none of what a panel needs, or else each of its queries."""
        missing = self.config.off(panel.feature)
        if missing or not panel.queries or self.live(panel):
            return missing
        return sorted(frozenset().union(*map(self.query_lacks, panel.queries)))

    def query_lacks(self, query: Query) -> frozenset[str]:
        """Features that are off and servers that are none without which a query has no source."""
        server = "prometheus" if query.language == "promql" else "store"
        if not self.config.has(server):
            return frozenset({server})
        uses = self.expand(query).uses
        lacks = frozenset(self.config.off(query.feature)) | self._no_routes(query.text)
        lacks = lacks.union(*(self.rule_lacks(name) for kind, name in uses if kind == "rule"))
        return lacks | self._all_lack(name for kind, name in uses if kind == "relation")

    def variable_lacks(self, variable: Variable) -> list[str]:
        """The same of a variable; one that lacks something is not shown."""
        return self.config.off(variable.feature) or sorted(self.query_lacks(variable.query) if variable.query else ())

    def relation_lacks(self, name: str, above: frozenset[str] = frozenset()) -> frozenset[str]:
        """The same of a relation: what it reads itself, or each relation that it reads; a circle (``above``) ends."""
        if name in above:
            return frozenset()
        if name not in self._relations_lack:
            relation, uses = self.relations[name], self.relation_uses(name)
            lacks = frozenset(self.config.off(relation.header.get("feature", "")))
            if self._reads_none(relation):
                lacks |= {"platform"}
            below = (used for kind, used in uses if kind == "relation")
            self._relations_lack[name] = lacks or self._all_lack(below, above | {name})
        return self._relations_lack[name]

    @cached_property
    def _relations_lack(self) -> dict[str, frozenset[str]]:
        return {}

    def _all_lack(self, relations: Iterable[str], above: frozenset[str] = frozenset()) -> frozenset[str]:
        """The features and servers that relations lack, if each of them lacks one; gendash's own tables lack none."""
        each = [self.relation_lacks(name, above) for name in relations if name in self.relations]
        return frozenset[str]().union(*each) if all(each) else frozenset()

    def _reads_none(self, relation: Relation) -> bool:
        """True if it reads the tables of a platform that is set to `none`."""
        return not self.config.has("platform") and any(
            kind == "staging" for kind, _ in self.relation_uses(relation.name)
        )

    def rule_lacks(self, name: str) -> frozenset[str]:
        """The same of a rule: its own features, or those of its replacement expression, or of the rules below it."""
        return self._rules_lack.get(name, frozenset()) if self.config.has("prometheus") else frozenset({"prometheus"})

    @cached_property
    def _rules_lack(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}

        def lacks(name: str) -> frozenset[str]:
            if name in found or name not in self.rules:
                return found.get(name, frozenset())
            rule, found[name] = self.rules[name], frozenset()
            own = frozenset(self.config.off(rule.feature))
            if own and not rule.otherwise:
                found[name] = own
                return own
            text = rule.otherwise if own else rule.expr
            uses = self.expanded(text).uses
            of = {self.metrics[one].get("feature", "") for kind, one in uses if kind == "metric" and own}
            off = frozenset(one for features in of for one in self.config.off(features))
            found[name] = off.union(self._no_routes(text), *(lacks(one) for kind, one in uses if kind == "rule"))
            return found[name]

        for name in self.rules:
            lacks(name)
        return found

    def _no_routes(self, text: str) -> frozenset[str]:
        """The settings of routes that are `none` and that a selector of a text equals: it would find no series."""
        return frozenset(key for key in _IS_ROUTE.findall(text) if self.config.none(key))

    def relation_uses(self, name: str) -> frozenset[Use]:
        """The nodes that a relation's text uses directly, staging inlined: relations, tables, columns, settings."""
        relation = self.relations[name]
        staging = relation if relation.kind == "staging" else None
        return self.expanded(relation.text, staging).uses

    def lineage(self, name: str) -> frozenset[Use]:
        """Everything below a relation: relations, staging, platform tables and columns, what Langfuse sends."""
        return below(self.uses, ("relation", name))

    def uses(self, node: Use) -> frozenset[Use]:
        """The nodes that a panel, relation, staging text, rule, metric or stored column uses directly; else none."""
        kind, name = node
        if kind == "panel":
            return self._panel_uses[name]
        if kind == "relation" and name in self.relations:
            return self.relation_uses(name) | self._stored(name)
        if kind == "staging" and f"staging.{name}" in self.relations:
            return self.relation_uses(f"staging.{name}")
        if kind == "stored":
            table, _, column = name.partition(".")
            fields = self.relations[table].columns[column].get("from", "")
            return frozenset(("field", field) for field in fields.split())
        texts: tuple[str, ...] = ()
        if kind == "rule" and name in self.rules:
            texts = (self.rules[name].expr, self.rules[name].otherwise)
        elif kind == "metric" and name in self.metrics:
            texts = (self.metrics[name].get("sql", ""),)
        return frozenset().union(*(self.expanded(text).uses for text in texts))

    @cached_property
    def _panel_uses(self) -> dict[str, frozenset[Use]]:
        """The nodes that each panel uses, on or off: references of its queries, settings of its thresholds."""
        return {
            where: frozenset(("setting", key) for key in refs_in(self.body(where))).union(
                *(self.expand(query).uses for query in panel.queries)
            )
            for where, _, panel in self.panels()
        }

    def _stored(self, name: str) -> frozenset[Use]:
        """Columns of the tables that the bridge fills and whose names occur in a relation's text."""
        text = self.relations[name].text
        words = set(re.findall(r"\w+", _STRING.sub(" ", text)))
        read = {table for kind, table in self.relation_uses(name) if kind == "relation"} & self.relations.keys()
        return frozenset(
            ("stored", f"{table}.{column}")
            for table in read
            for column, of in self.relations[table].columns.items()
            if of.get("from") and column in words
        )

    def enabled(self, relation: Relation) -> bool:
        """True if a relation's features are on, and the servers that it reads exist."""
        return self.config.on(relation.header.get("feature", "")) and not self._reads_none(relation)

    def build_order(self) -> list[Relation]:
        """Tables, rollups and views so that each follows what it reads. Raises ContentError on a cycle."""
        graph = {
            name: sorted(used for kind, used in self.relation_uses(name) if kind == "relation")
            for name, relation in sorted(self.relations.items())
            if relation.kind in STORE_KINDS
        }
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            names = " -> ".join(error.args[1])
            raise ContentError(
                Problem("sql", f"views read each other in a circle: {names}", "break the circle")
            ) from error
        rank = {"table": 0, "rollup": 1, "view": 2}
        known = [self.relations[name] for name in order if name in self.relations]
        return sorted(known, key=lambda relation: rank[relation.kind])  # stable: the derived order holds within a kind


Node = tuple[str, str]


def below(uses: Callable[[Node], Iterable[Node]], *starts: Node) -> frozenset[Node]:
    """Everything that can be reached from the starts by ``uses``."""
    found: set[Node] = set()
    todo = list(starts)
    while todo:
        for use in set(uses(todo.pop())) - found:
            found.add(use)
            todo.append(use)
    return frozenset(found)


def refs_in(value: Any) -> Iterator[str]:
    """Keys of the settings that a value refers to, however deep."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, SettingRef):
            yield str(item)
        elif isinstance(item, dict):
            todo += item.values()
        elif isinstance(item, list | tuple):
            todo += item

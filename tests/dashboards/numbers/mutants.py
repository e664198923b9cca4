"""Panels with one thing in them wrong, for each thing that can be: what checks, verify and number tests must catch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from overview_figures import Table

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Dashboard, Panel, Query

DAY = "interval '1 day'"
_LABEL = re.compile(r'(\w+)(=~?)"([^"]*)"')
_TIMES = (r"\{\{ now\(\) \}\}", r"\$__timeFrom\(\)", r"\$__timeTo\(\)")
_SPANS = (r"(interval ')(?!1 )(\d+)( )", r"(::date - )(\d+)()", r"(\[)(\d+)([smhdw]\])")
_LONGER = 4


@dataclass(frozen=True)
class Mutant:
    """A panel that is wrong. ``source`` is the language of a query whose data source was swapped, else empty."""

    board: str
    slug: str
    what: str
    panel: Panel
    source: str = ""

    @property
    def name(self) -> str:
        return f"{self.board}/{self.slug}: {self.what}"


def mutants(catalog: Catalog, board: Dashboard, columns: Mapping[str, Sequence[Table]]) -> Iterator[Mutant]:
    """Every mutant of a dashboard's panels; ``columns`` are the right answers to SQL queries by slug."""
    for panel in board.panels():
        live = catalog.live(panel)
        tables = iter(columns.get(panel.slug, ()))
        for number, query in enumerate(live):
            table = next(tables, None) if query.language == "sql" else None
            for what, wrong in _wrong(catalog, query, table):
                changed = [*live[:number], wrong, *live[number + 1 :]]
                yield Mutant(board.name, panel.slug, f"{number} {what}", replace(panel, queries=changed, leads_to=""))
            yield Mutant(board.name, panel.slug, f"{number} another data source", panel, query.language)
        if len(live) > 1 and live[0].language == "promql" == live[1].language and live[0].format == "table":
            changed = [replace(live[0], text=live[1].text), replace(live[1], text=live[0].text), *live[2:]]
            yield Mutant(board.name, panel.slug, "two columns swapped", replace(panel, queries=changed, leads_to=""))


def _wrong(catalog: Catalog, query: Query, table: Table | None) -> Iterator[tuple[str, Query]]:
    texts = (*_emptied(query), *_renamed(catalog, query), *_shifted(query), *_halved(query, table))
    seen = {query.text}
    for what, text in (*texts, *_swapped(table, query)):
        if text not in seen:
            seen.add(text)
            yield what, replace(query, text=text)


def _emptied(query: Query) -> Iterator[tuple[str, str]]:
    if query.language == "sql":
        yield "emptied", f"select * from (\n{query.text}\n) as mutant where false"
    else:
        yield "emptied", f"({query.text}) unless ({query.text})"


def _renamed(catalog: Catalog, query: Query) -> Iterator[tuple[str, str]]:
    """Relations, rules, metrics, columns, variables and labels under names that are not there."""
    words = {name for kind, name in catalog.expand(query).uses if kind in ("rule", "relation", "metric")}
    words |= {column for name in words if name in catalog.relations for column in catalog.relations[name].columns}
    for word in sorted(words):
        for kind in ("view", "rule", "metric"):  # a name that is not there: written out, since a reference is checked
            gone = f"{'{{ schema() }}.' if kind == 'view' else ''}{word}_gone"
            yield f"no {kind} {word}", re.sub(rf"""\{{\{{ {kind}\(['"]{word}['"]\) \}}\}}""", gone, query.text)
        if query.language == "sql" and word not in catalog.relations and f" as {word}" not in query.text:
            found = rf"(?<![\w'\"{{.])(?:\w+\.)?{word}(?=[\s,)]|$)(?!\s*\()"
            yield f"no column {word}", re.sub(found, f"{word}_gone", query.text)
    for match in re.finditer(r"\$\{?([a-z_]\w*)", query.text):  # $1 is a group of label_replace
        yield f"no variable {match[1]}", query.text.replace(match[0], match[0] + "x")
    for match in _LABEL.finditer(query.text if query.language == "promql" else ""):
        if not match[3].endswith("|"):  # which also finds series without the label
            yield f"no label {match[1]}", query.text.replace(match[0], f'{match[1]}_gone{match[2]}"{match[3]}"')


def _shifted(query: Query) -> Iterator[tuple[str, str]]:
    """Another time: a day earlier, or a window that is too long."""
    if query.language == "promql":
        yield "an hour ago", re.sub(r"(\}\}\{[^}]*\}(?:\[[^]]+\])?)(?! @| offset)", r"\1 offset 1h", query.text)
    for time in _TIMES:
        yield f"{time} a day ago", re.sub(time, lambda match: f"({match[0]} - {DAY})", query.text)
    yield "filter a day late", re.sub(r"\$__timeFilter\((\w+)\)", rf"$__timeFilter(\1 + {DAY})", query.text)
    for span in _SPANS:
        for match in re.finditer(span, query.text):
            longer = f"{match[1]}{int(match[2]) * _LONGER}{match[3]}"
            yield f"{match[0].strip()} as {longer.strip()}", query.text.replace(match[0], longer)


def _halved(query: Query, table: Table | None) -> Iterator[tuple[str, str]]:
    if query.language == "promql":
        yield "halved", f"0.5 * ({query.text})"
    elif table:
        for name in _numbers(table):
            yield f"{name} halved", _selected(query, table, {name: f'"{name}" * 0.5'})


def _swapped(table: Table | None, query: Query) -> Iterator[tuple[str, str]]:
    names = _numbers(table) if table else []
    for one, other in pairwise(names):
        yield f"{one} and {other} swapped", _selected(query, table, {one: f'"{other}"', other: f'"{one}"'})


def _numbers(table: Table) -> list[str]:
    """Columns with a number in them that is not 0: half of nothing is nothing."""
    kinds = (int, float, Decimal, Fraction)
    held = [
        [row[n] for row in table.rows if isinstance(row[n], kinds) and not isinstance(row[n], bool)]
        for n in range(len(table.columns))
    ]
    return [name for name, values in zip(table.columns, held, strict=True) if any(values)]


def _selected(query: Query, table: Table | None, changed: Mapping[str, str]) -> str:
    assert table
    columns = ", ".join(f'{changed[name]} as "{name}"' if name in changed else f'"{name}"' for name in table.columns)
    return f"select {columns} from (\n{query.text}\n) as mutant"


EQUIVALENT: Mapping[str, str] = {
    r"cost-usage/spend_against_usual: 0 interval '36 .*": "only bounds what is read: the four weeks joined decide",
    r"support-tickets/per_hour: 0 interval '840 .*": "only bounds what is read: the four weeks joined decide",
    r"overview/cost_per_day: 1 filter a day late": "the LLM calls of these rows begin after the day that it adds",
    r"cost-usage/cost_by_model: 1 .*now.* a day ago": "only bounds hours, by which there is no budget; days end by today()",
    r"agent-performance/(latency_by_model|first_token): 0 .*now.* a day ago": "only bounds hours, and no three of them have enough calls in these rows; days end by today()",
    r"(overview/routes|system-health/errors_by_handler): 4 an hour ago": "as many routes an hour ago",
    r"system-health/(latency_by_handler: 6|targets: 5) an hour ago": "as many routes and processes an hour ago",
    r".*/(route_states|rate_by_endpoint): \d \[1h\] as \[4h\]": "routes rank alike over one hour and over four",
    r"system-health/(targets: [0134]|db_pool: 2) an hour ago": "the figure is the same at every hour",
    r"system-health/audits: 0 .* a day ago": "every audit passes on these rows; its own number test has some that do not",
    r"knowledge-base/drift: 0 an hour ago": "no document was processed within the hour before",
    r"user-analytics/(auth_success|sign_in): 0 an hour ago": "sign-ins succeed equally often at every hour",
    r"user-analytics/sign_in: 0 halved": "sign-ins are fine at every look, and half of 0 is 0",
}
"""Mutants that show the same on the history and rows of these tests, by name, and why."""


def equivalent(mutant: Mutant) -> bool:
    """Whether a mutant is known to show what the right panel shows."""
    return any(re.fullmatch(name, mutant.name) for name in EQUIVALENT)

"""Runs every query on the live PostgreSQL and Prometheus, as Grafana would, and judges each answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from gendash.engine.clients import prometheus as prom
from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import ContentError, GendashError, TargetError, Unexpected
from gendash.engine.languages.grafana_macros import Choice
from gendash.engine.languages.promql import parse
from gendash.engine.model import Problem, Variable
from gendash.engine.read.reader import Rows, RunQuery
from gendash.engine.read.sources import (
    PROMETHEUS,
    Sources,
    expanded_text,
    given_options,
    open_sources,
    picked_options,
    reason_of,
    send,
)
from gendash.engine.render.rules import rule_expression
from gendash.engine.verify.audited import doubt_finder, shares_beyond
from gendash.engine.verify.freshness import Filled, Finder, relation_finder
from gendash.engine.verify.queries import Asked, Question, dashboard_queries, unavailable
from gendash.engine.verify.recorded import Recorded, look_at_series
from gendash.engine.verify.verdict import OK, Answer, Finding, Status, Verdict, judge, series, table

WORKERS = 3  # gentle on the platform's database; below the reader's connection limit
TRIED = 5  # options of a variable that are tried until one has rows
RULES = "rules"
NOTHING = Answer(0)
MIGRATE = "run `gendash db migrate`"

_REFUSALS: Mapping[str, tuple[Status, str]] = {  # by SQLSTATE: what it means for a panel, and what to do
    "42703": ("missing", ""),
    "42883": ("missing", ""),
    "42P01": ("missing", MIGRATE),
    "3F000": ("missing", MIGRATE),
    "42501": ("error", MIGRATE),
}
_MATCHERS = re.compile(r'\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}')
_MATCHER = re.compile(r'\w+(?:=~|!~|!=|=)"(?:[^"\\]|\\.)*"')
_NAMED = re.compile(r"\$(\w+)|\$\{(\w+)[^}]*\}|\[\[(\w+)")


@dataclass(frozen=True)
class Servers:
    """The servers, and what is known about their data at the time that is judged.

    ``down`` gives the fault of each server that cannot be asked, by role of the store, or of Prometheus.
    """

    catalog: Catalog
    sources: Sources
    down: Mapping[str, Finding]
    relations: Callable[[Iterable[str]], Finding]
    doubts: Callable[[Iterable[str]], Finding]
    series: Finder
    loaded: Mapping[str, Sequence[prom.LoadedRule]]
    rules_unknown: Finding = OK


@dataclass(frozen=True)
class QueryResult:
    """An answer, how long it took, and what is thought of it."""

    finding: Finding
    answer: Answer = NOTHING
    ms: float = 0.0

    def fill(self, blank: Verdict) -> Verdict:
        """The verdict of a question; a note of the blank verdict is kept if there is no other."""
        found, rows = self.finding, self.answer.rows
        why = found.why or blank.why
        return replace(blank, status=found.status, why=why, allowed=found.allowed, rows=rows, ms=self.ms)


def verify(
    config: Config, catalog: Catalog, *, at: datetime | None = None, only: Sequence[str] = (), workers: int = WORKERS
) -> list[Verdict]:
    """A verdict on every query of every panel, variable and annotation, and on every rule, in reading order.

    ``at`` is the time that is judged (now where absent); ``only`` names dashboards, ``dashboard/panel`` or ``rules``.
    A server that cannot be asked is an error of each question to it. Raises ContentError for unknown names.
    """
    _check_names(catalog, only)
    moment = at or datetime.now(UTC)
    rules = list(catalog.rules) if not only or RULES in only else []
    asked = [dashboard_queries(catalog, dashboard, moment, only) for dashboard in catalog.dashboards.values()]
    with ExitStack() as stack:
        live = _connect(stack, config, catalog, asked, moment, at, bool(rules))
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        found: list[Verdict] = []
        for one in asked:
            choices, verdicts = _variables(live, one)
            found += verdicts
            found += pool.map(partial(_verdict, live, choices), one.items)
        return found + list(pool.map(partial(_rule, live), rules))


def any_failed(verdicts: Iterable[Verdict]) -> bool:
    """True if any verdict needs action, or if neither a panel nor a rule could be judged."""
    every = list(verdicts)
    judged = any(one.kind in ("panel", "rule") and one.status != "not_available" for one in every)
    return not judged or not all(verdict.calm for verdict in every)


def _check_names(catalog: Catalog, only: Sequence[str]) -> None:
    known = {RULES, *catalog.dashboards}
    known |= {f"{d.name}/{panel.slug}" for d in catalog.dashboards.values() for panel in d.panels()}
    wrong = [name for name in only if name not in known]
    if wrong:
        raise ContentError([Problem("--only", f"nothing is named '{n}'", suggest(n, known)) for n in wrong])


# ── servers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _connect(
    stack: ExitStack,
    config: Config,
    catalog: Catalog,
    asked: Sequence[Asked],
    moment: datetime,
    at: datetime | None,
    rules: bool,
) -> Servers:
    """Connections to the servers that are needed, each tried."""
    needed = [question for one in asked for question in one.questions]
    asked_roles = {question.role for question in needed}
    roles = asked_roles - {PROMETHEUS}
    if roles and (config["admin_reader_password"] or config["roles.passwords"] == "none"):
        roles.add("admin_reader")  # who may read the results of audits
    wants_prometheus = (rules and config.has("prometheus")) or PROMETHEUS in asked_roles
    sources = open_sources(stack, config, roles, wants_prometheus, at)
    down = {role: Finding("error", why) for role, why in sources.down.items()}
    filled: dict[str, Filled] = {}
    for role, reader in sources.readers.items():
        try:
            filled |= _filled(catalog, reader)
        except GendashError as error:
            down[role] = _failed_query(error)
    auditor = None if "admin_reader" in down else sources.readers.get("admin_reader")
    beyond = shares_beyond(catalog, auditor) if auditor else {}
    relations, doubts = relation_finder(catalog, filled), doubt_finder(catalog, beyond)
    seen = Recorded(catalog)
    if sources.call is not None:
        try:
            seen = look_at_series(catalog, sources.call, moment)
        except TargetError as error:
            down[PROMETHEUS] = _failed_query(error)
    return Servers(catalog, sources, down, relations, doubts, seen.find, seen.loaded, seen.rules_unknown)


def _failed_query(error: GendashError) -> Finding:
    """A failed query as a finding, in one line."""
    return Finding("error", reason_of(error))


def _filled(catalog: Catalog, ask: RunQuery) -> dict[str, Filled]:
    """The last refresh of each relation, from the store."""
    view = catalog.purpose.get("freshness")
    if view is None:  # no root declares one
        return {}
    answer = ask(f"select relation, age_s, cadence_s, error from {qualified(catalog.config, view)}")
    if isinstance(answer, Failed):
        raise Unexpected(Problem("store", answer.message, MIGRATE))
    return {name: Filled(age_s, cadence_s or 0.0, error or "") for name, age_s, cadence_s, error in answer.rows}


# ── panels and annotations ───────────────────────────────────────────────────────────────────────────────────────


def _verdict(live: Servers, choices: Sequence[Choice], item: Question | Verdict) -> Verdict:
    """The verdict on one query: with All for every variable, then with real options of each in turn."""
    if isinstance(item, Verdict):
        return item
    result = _ask(live, item, choices)
    used = {name for match in _NAMED.findall(item.text) for name in match}
    for choice in choices:
        if result.finding.status == "ok" and result.answer.rows and choice.name in used and choice.options:
            result = replace(result, finding=_with_options(live, item, choices, choice, result.finding))
    return result.fill(item.verdict)


def _with_options(live: Servers, item: Question, choices: Sequence[Choice], one: Choice, with_all: Finding) -> Finding:
    """``with_all``, or what is wrong with real options: an error with one, or rows with none of those tried."""
    tried = one.options[:TRIED]
    for option in tried:
        result = _ask(live, item, [replace(c, picked=(option,)) if c is one else c for c in choices])
        if result.finding.status in ("error", "missing"):
            return replace(result.finding, why=f"with {one.name} = {option}: {result.finding.why}")
        if result.answer.rows:
            return with_all
    if item.query.may_be_empty:
        return with_all
    return Finding("no_rows", f"rows with All, but none with {one.name} = {' or '.join(tried)}")


def _ask(live: Servers, item: Question, choices: Sequence[Choice]) -> QueryResult:
    if item.role in live.down:
        return QueryResult(live.down[item.role])
    text = expanded_text(item, item.text, choices)
    if isinstance(text, Failed):
        return QueryResult(Finding("error", text.message))
    try:
        given = send(live.sources, item, text)
        if isinstance(given, Failed):
            return QueryResult(_refused(live, item, given), ms=given.ms)
        if isinstance(given, Rows):
            answer = table(given.columns, given.rows, item.query.format, given.numeric)
            found = judge(item.query, answer, live.relations(item.relations))
            doubt = live.doubts(item.relations) if found.status == "ok" and answer.rows else OK
            return QueryResult(found if doubt.status == "ok" else doubt, answer, given.ms)
        answer = series(given.series)
        return QueryResult(judge(item.query, answer, live.series(text, not answer.rows)), answer, given.ms)
    except TargetError as error:  # a server that went away meanwhile
        return QueryResult(_failed_query(error))


def _refused(live: Servers, item: Question, given: Failed) -> Finding:
    """The reason why a server rejected a query; a missing relation is named first."""
    if item.role == PROMETHEUS:
        return Finding("error", given.message)
    status, do = _REFUSALS.get(given.code, ("error", ""))
    source = live.relations(item.relations)
    if status == source.status == "missing":
        return source
    role = live.catalog.config[f"roles.{item.role}"]
    what = f"role {role} may not read: {given.message}" if given.code == "42501" else given.message
    return Finding(status, f"{what}; {do}" if do else what)


# ── variables ────────────────────────────────────────────────────────────────────────────────────────────────────


def _variables(live: Servers, asked: Asked) -> tuple[list[Choice], list[Verdict]]:
    """All for each variable of a dashboard, with its options, and the verdicts on their queries."""
    choices: list[Choice] = []
    verdicts: list[Verdict] = []
    for variable, question in asked.variables:
        options, result = _options(live, variable, question, choices)
        choices.append(Choice(variable.name, options, multi=variable.multi, all_value=variable.all_value))
        verdicts.append(result.fill(question.verdict))
    return choices, verdicts


def _options(
    live: Servers, variable: Variable, item: Question, choices: Sequence[Choice]
) -> tuple[list[str], QueryResult]:
    """The options of a variable as the browser makes them, and what is thought of them."""
    if item.role in live.down:
        return [], QueryResult(live.down[item.role])
    try:
        given = given_options(live.sources, item, choices)
        if isinstance(given, Failed):
            return [], QueryResult(_refused(live, item, given))
        options = picked_options(given.texts, variable.regex)
        answer = Answer(len(options), texts=len(options))
        if item.role != PROMETHEUS:
            source = live.relations(item.relations)
        else:
            source = live.series(given.selector, not given.texts) if given.selector else OK
    except TargetError as error:
        return [], QueryResult(_failed_query(error))
    return options, QueryResult(judge(item.query, answer, source), answer, given.ms)


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rule(live: Servers, name: str) -> Verdict:
    """The finding for a rule: loaded as defined, healthy, and, if it records, with its series present."""
    rule = live.catalog.rules[name]
    blank = Verdict(RULES, name, f"{rule.kind} {name}", "rule", "", "ok")
    if lacks := sorted(live.catalog.rule_lacks(name)):
        return unavailable(live.catalog.config, blank, lacks)
    if down := live.down.get(PROMETHEUS):
        return replace(blank, status=down.status, why=down.why)
    if live.rules_unknown.status != "ok":
        return replace(blank, status=live.rules_unknown.status, why=live.rules_unknown.why)
    loaded = live.loaded.get(name, [])
    own = _normal(rule_expression(live.catalog, rule).text)
    same = next((one for one in loaded if _normal(one.expr) == own), None)
    if same is None:
        what = "another expression of it is loaded" if loaded else "not loaded"
        status: Status = "error" if loaded else "missing"
        return replace(blank, status=status, why=f"{what}; give Prometheus the file of this rule and reload it")
    if same.health == "err":
        return replace(blank, status="error", why=same.error)
    try:
        finding = live.series(name, False) if rule.kind == "record" else OK
    except TargetError as error:
        finding = _failed_query(error)
    return replace(blank, status=finding.status, why=finding.why, rows=1)


def _normal(expr: str) -> str:
    """An expression as the parser prints it, matchers sorted as Prometheus does: equal for equal meanings."""
    try:
        text = str(parse(expr))
    except ValueError:  # newer than our parser
        return " ".join(expr.split())
    return _MATCHERS.sub(lambda found: "{" + ",".join(sorted(_MATCHER.findall(found[1]))) + "}", text)

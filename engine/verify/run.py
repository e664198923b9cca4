"""Runs every query on the live PostgreSQL and Prometheus, as Grafana would, and judges each answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import ContentError, Unexpected
from gendash.engine.languages.grafana_macros import Choice, browser_part
from gendash.engine.model import Problem, Variable
from gendash.engine.read.questions import first_choice
from gendash.engine.read.reader import NUMBER, Rows, RunQuery, expect_rows
from gendash.engine.read.sources import (
    PROMETHEUS,
    Sources,
    expanded_text,
    given_options,
    open_sources,
    picked_options,
    send_query,
)
from gendash.engine.verify.audited import doubt_finder, shares_beyond
from gendash.engine.verify.freshness import Filled, relation_finder
from gendash.engine.verify.queries import Asked, Question, dashboard_queries
from gendash.engine.verify.recorded import Recorded, look_at_series
from gendash.engine.verify.rules import RULES, rule_verdict
from gendash.engine.verify.servers import Servers, failed_query
from gendash.engine.verify.through_grafana import Through
from gendash.engine.verify.verdict import OK, Answer, Finding, Status, Verdict, judge, series, table

WORKERS = 3  # gentle on the platform's database; below the reader's connection limit
TRIED = 5  # options of a variable that are tried until one has rows
NOTHING = Answer(0)
MIGRATE = "run `gendash db migrate`"

_REFUSALS: Mapping[str, tuple[Status, str]] = {  # by SQLSTATE: what it means for a panel, and what to do
    "42703": ("missing", ""),
    "42883": ("missing", ""),
    "42P01": ("missing", MIGRATE),
    "3F000": ("missing", MIGRATE),
    "42501": ("error", MIGRATE),
}
_NAMED = re.compile(r"\$(\w+)|\$\{(\w+)[^}]*\}|\[\[(\w+)")


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
    config: Config,
    catalog: Catalog,
    *,
    at: datetime | None = None,
    only: Sequence[str] = (),
    workers: int = WORKERS,
    through: Through | None = None,
) -> list[Verdict]:
    """A verdict on every query of every panel, variable and annotation, and on every rule, in reading order.

    ``at`` is the time that is judged (now where absent); ``only`` names dashboards, ``dashboard/panel`` or ``rules``.
    ``through`` asks Grafana instead of the servers behind it, as the dashboards do, and judges Grafana itself too.
    A server that cannot be asked is an error of each question to it. Raises ContentError for unknown names.
    """
    _check_names(catalog, only)
    moment = at or datetime.now(UTC)
    by_grafana = config["alerting.by"] == "grafana"  # then Prometheus has no alerts to load
    own = [name for name, rule in catalog.rules.items() if not (by_grafana and rule.kind == "alert")]
    rules = own if not only or RULES in only else []
    asked = [dashboard_queries(catalog, dashboard, moment, only) for dashboard in catalog.dashboards.values()]
    with ExitStack() as stack:
        live = _connect(stack, config, catalog, asked, moment, at, bool(rules), through)
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        found: list[Verdict] = []
        for one in asked:
            choices, verdicts = _variables(live, one)
            found += verdicts
            found += pool.map(partial(_verdict, live, choices), one.items)
        return found + list(pool.map(partial(rule_verdict, live), rules))


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
    through: Through | None = None,
) -> Servers:
    """Connections to the servers that are needed, each tried."""
    needed = [question for one in asked for question in one.questions]
    asked_roles = {question.role for question in needed}
    roles = asked_roles - {PROMETHEUS}
    if roles and (config["admin_reader_password"] or config["roles.passwords"] == "none"):
        roles.add("admin_reader")  # who may read the results of audits
    wants_prometheus = (rules and config.has("prometheus")) or PROMETHEUS in asked_roles
    if through:
        call = through.call if wants_prometheus else None
        sources = Sources({role: through.reader(role) for role in sorted(roles)}, call, {})
    else:
        sources = open_sources(stack, config, roles, wants_prometheus, at)
    down = {role: Finding("error", why) for role, why in sources.down.items()}
    filled: dict[str, Filled] = {}
    for role, reader in sources.readers.items():
        try:
            filled |= _filled(catalog, reader)
        except Exception as error:
            down[role] = failed_query(error)
    auditor = None if "admin_reader" in down else sources.readers.get("admin_reader")
    beyond: dict[str, str] = {}
    try:
        beyond = shares_beyond(catalog, auditor) if auditor else {}
    except Exception as error:
        down["admin_reader"] = failed_query(error)
    relations, doubts = relation_finder(catalog, filled), doubt_finder(catalog, beyond)
    seen = Recorded(catalog)
    if sources.call is not None:
        try:
            seen = look_at_series(catalog, sources.call, moment)
        except Exception as error:
            down[PROMETHEUS] = failed_query(error)
    return Servers(catalog, sources, down, relations, doubts, seen.find, seen.loaded, seen.rules_unknown, through)


def _filled(catalog: Catalog, ask: RunQuery) -> dict[str, Filled]:
    """The last refresh of each relation, from the store."""
    view = catalog.purpose.get("freshness")
    if view is None:  # no root declares one
        return {}
    answer = ask(f"select relation, age_s, cadence_s, error from {qualified(catalog.config, view)}")
    if isinstance(answer, Failed):
        do = MIGRATE if answer.code in _REFUSALS else "check that the store answers, and the address of its data source"
        raise Unexpected(Problem("store", answer.message, do))
    rows = expect_rows(answer, (str,), NUMBER, NUMBER, (str,))
    return {name: Filled(age_s, cadence_s or 0.0, error or "") for name, age_s, cadence_s, error in rows}


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
            return replace(result.finding, why=f"with {one.name} = {_shown(option)}: {result.finding.why}")
        if result.answer.rows:
            return with_all
    if item.query.may_be_empty:
        return with_all
    return Finding("no_rows", f"rows with All, but none with {one.name} = {' or '.join(map(_shown, tried))}")


def _shown(option: str) -> str:
    """An option, which may be any text of a user, in one short line."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in option).split())
    return line if len(line) <= 60 else f"{line[:60]}…"


def _ask(live: Servers, item: Question, choices: Sequence[Choice]) -> QueryResult:
    if item.role in live.down:
        return QueryResult(live.down[item.role])
    text = expanded_text(item, item.text, choices)
    if isinstance(text, Failed):
        return QueryResult(Finding("error", text.message))
    try:
        if live.through:
            return _by_grafana(live, live.through, item, choices)
        given = send_query(live.sources, item, text)
        if isinstance(given, Failed):
            return QueryResult(_refused(live, item, given), ms=given.ms)
        if isinstance(given, Rows):
            answer = table(given.columns, given.rows, item.query.format, given.numeric)
            return QueryResult(_judged(live, item, answer), answer, given.ms)
        answer = series(given.series)
        return QueryResult(judge(item.query, answer, live.series(text, not answer.rows)), answer, given.ms)
    except Exception as error:  # a server that went away meanwhile, or a fault of ours: the others are judged
        return QueryResult(failed_query(error))


def _by_grafana(live: Servers, through: Through, item: Question, choices: Sequence[Choice]) -> QueryResult:
    """The same by Grafana's own query API: the browser's part of the text is done here, Grafana does the rest."""
    given, ms = through.ask(item, browser_part(item.query.language, item.text, item.time, choices))
    sql = item.query.language == "sql"
    if isinstance(given, Failed):
        return QueryResult(_refused(live, item, given), ms=ms)
    if sql:
        return QueryResult(_judged(live, item, given), given, ms)
    text = expanded_text(item, item.text, choices)
    broken = Finding("error", text.message) if isinstance(text, Failed) else None
    source = broken or live.series(str(text), not given.rows)
    return QueryResult(judge(item.query, given, source), given, ms)


def _judged(live: Servers, item: Question, answer: Answer) -> Finding:
    """What is thought of the rows that the store gave."""
    found = judge(item.query, answer, live.relations(item.relations))
    doubt = live.doubts(item.relations, item.text) if found.status == "ok" and answer.rows else OK
    return found if doubt.status == "ok" else doubt


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
    """What is chosen of each variable of a dashboard, and the verdicts on those that have a query.

    That is All, or the second of fixed options, since the first may well show nothing more.
    """
    choices: list[Choice] = []
    verdicts: list[Verdict] = []
    for variable, question in asked.variables:
        if question is None:
            choice = first_choice(variable)
            choices.append(replace(choice, picked=choice.options[1:2]))
            continue
        options, result = _options(live, variable, question, choices)
        choices.append(first_choice(variable, options))
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
        options = picked_options(given.texts, variable.regex, not variable.all_value)
        answer = Answer(len(options), texts=len(options))
        if item.role != PROMETHEUS:
            source = live.relations(item.relations)
        else:
            source = live.series(given.selector, not given.texts) if given.selector else OK
        return options, QueryResult(judge(item.query, answer, source), answer, given.ms)
    except Exception as error:
        return [], QueryResult(failed_query(error))

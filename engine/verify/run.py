"""Runs every query on the live PostgreSQL and Prometheus, as Grafana would, and judges each answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from gendash.engine.clients import prometheus as prom
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.postgres import store
from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import qualified, reader_login
from gendash.engine.errors import ContentError, Denied, GendashError, TargetError, Unexpected
from gendash.engine.languages.grafana_macros import Choice, MacroError, Timing, browser_part, expand_macros, leftovers
from gendash.engine.model import Problem, Variable
from gendash.engine.verify.audited import doubt_finder, shares_beyond
from gendash.engine.verify.freshness import Filled, relation_finder
from gendash.engine.verify.queries import Asked, Question, dashboard_queries
from gendash.engine.verify.reader import RunQuery, open_reader
from gendash.engine.verify.recorded import Recorded, look_at_series
from gendash.engine.verify.rules import RULES, rule_verdict
from gendash.engine.verify.servers import PROMETHEUS, Servers, failed_query
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
_LABEL_VALUES = re.compile(r"label_values\((?:(.+),\s*)?([^,]+)\)\s*")
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
    roles = {question.role for question in needed} - {PROMETHEUS}
    if roles and (config["admin_reader_password"] or config["roles.passwords"] == "none"):
        roles.add("admin_reader")  # who may read the results of audits
    down: dict[str, Finding] = {}
    readers: dict[str, RunQuery] = {}
    filled: dict[str, Filled] = {}
    for role in sorted(roles):
        try:
            reader = through.reader(role) if through else stack.enter_context(_reader(config, role, at))
            readers[role] = reader
            filled |= _filled(catalog, readers[role])
        except GendashError as error:
            down[role] = failed_query(error)
    auditor = None if "admin_reader" in down else readers.get("admin_reader")
    beyond = shares_beyond(catalog, auditor) if auditor else {}
    relations, doubts = relation_finder(catalog, filled), doubt_finder(catalog, beyond)
    call: prom.Call | None = None
    seen = Recorded(catalog)
    if (rules and config.has("prometheus")) or any(question.role == "" for question in needed):
        try:
            call = through.call if through else stack.enter_context(prom.prometheus(config))
            seen = look_at_series(catalog, call, moment)
        except TargetError as error:
            down[PROMETHEUS] = failed_query(error)
    return Servers(catalog, readers, call, down, relations, doubts, seen.find, seen.loaded, seen.rules_unknown, through)


def _reader(config: Config, role: str, at: datetime | None) -> AbstractContextManager[RunQuery]:
    """Access as a role of the data sources; never as the owner, who may read what panels may not."""
    user, password = reader_login(config, role), config[f"{role}_password"]
    if not password and config["roles.passwords"] != "none":
        what = f"not set, so nothing can be asked as role {user}"
        do = "set it to the password that the role has, and run `gendash db migrate` if it has none"
        raise Denied(Problem(f"GENDASH_{role.upper()}_PASSWORD", what, do))
    return open_reader(store(config), user, password, at, f"GENDASH_{role.upper()}_PASSWORD")


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
    text = live.down.get(item.role) or _expanded(item, item.text, choices)
    if isinstance(text, Finding):
        return QueryResult(text)
    try:
        if live.through:
            return _by_grafana(live, live.through, item, choices)
        return _sql(live, item, text) if item.query.language == "sql" else _promql(live, item, text)
    except TargetError as error:  # a server that went away meanwhile
        return QueryResult(failed_query(error))


def _by_grafana(live: Servers, through: Through, item: Question, choices: Sequence[Choice]) -> QueryResult:
    """The same by Grafana's own query API: the browser's part of the text is done here, Grafana does the rest."""
    given, ms = through.ask(item, browser_part(item.query.language, item.text, item.time, choices))
    sql = item.query.language == "sql"
    if isinstance(given, Failed):
        return QueryResult(_refused(live, item, given) if sql else Finding("error", given.message), ms=ms)
    if sql:
        return QueryResult(_judged(live, item, given), given, ms)
    text = _expanded(item, item.text, choices)
    source = text if isinstance(text, Finding) else live.series(text, not given.rows)
    return QueryResult(judge(item.query, given, source), given, ms)


def _expanded(item: Question, text: str, choices: Sequence[Choice]) -> str | Finding:
    try:
        out = expand_macros(item.query.language, text, item.time, choices)
    except MacroError as error:
        return Finding("error", str(error))
    left = leftovers(out)
    return Finding("error", f"nothing expands {', '.join(left)}: no such macro or variable here") if left else out


def _sql(live: Servers, item: Question, text: str) -> QueryResult:
    given = live.readers[item.role](text)
    if isinstance(given, Failed):
        return QueryResult(_refused(live, item, given), ms=given.ms)
    answer = table(given.columns, given.rows, item.query.format, given.numeric)
    return QueryResult(_judged(live, item, answer), answer, given.ms)


def _judged(live: Servers, item: Question, answer: Answer) -> Finding:
    """What is thought of the rows that the store gave."""
    found = judge(item.query, answer, live.relations(item.relations))
    doubt = live.doubts(item.relations) if found.status == "ok" and answer.rows else OK
    return found if doubt.status == "ok" else doubt


def _refused(live: Servers, item: Question, given: Failed) -> Finding:
    """The reason why the database rejected a query; a missing source is named first."""
    status, do = _REFUSALS.get(given.code, ("error", ""))
    source = live.relations(item.relations)
    if status == source.status == "missing":
        return source
    role = live.catalog.config[f"roles.{item.role}"]
    what = f"role {role} may not read: {given.message}" if given.code == "42501" else given.message
    return Finding(status, f"{what}; {do}" if do else what)


def _promql(live: Servers, item: Question, text: str) -> QueryResult:
    assert live.call is not None
    span = item.time.span
    if item.query.instant:
        given = prom.instant(live.call, text, span.end)
    else:
        start, end = _aligned(item.time)
        given = prom.over(live.call, text, start, end, item.time.step_ms)
    if isinstance(given, Failed):
        return QueryResult(Finding("error", given.message), ms=given.ms)
    if given.partial:
        return QueryResult(Finding("error", f"the answer is partial: {given.partial}"), ms=given.ms)
    answer = series(given.series)
    return QueryResult(judge(item.query, answer, live.series(text, not answer.rows)), answer, given.ms)


def _aligned(time: Timing) -> tuple[datetime, datetime]:
    """Start and end on multiples of the step, counted in local time as at the end: so Grafana aligns a range."""
    offset = time.span.end.astimezone(ZoneInfo(time.zone)).utcoffset()
    ahead, step_s = offset.total_seconds() if offset else 0.0, time.step_ms / 1000
    start, end = (
        datetime.fromtimestamp((moment.timestamp() + ahead) // step_s * step_s - ahead, UTC)
        for moment in (time.span.start, time.span.end)
    )
    return start, end


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
        given = _label_values(live, item, choices) if item.query.language == "promql" else _texts(live, item, choices)
    except TargetError as error:
        given = failed_query(error)
    if isinstance(given, Finding):
        return [], QueryResult(given)
    found, source, ms = given
    options = _picked(found, variable.regex)
    answer = Answer(len(options), texts=len(options))
    return options, QueryResult(judge(item.query, answer, source), answer, ms)


Judged = tuple[list[str], Finding, float]


def _label_values(live: Servers, item: Question, choices: Sequence[Choice]) -> Judged | Finding:
    match = _LABEL_VALUES.fullmatch(item.text)
    if not match:
        return Finding("error", "a PromQL variable is written label_values(metric, label)")
    selector = _expanded(item, match[1] or "", choices)
    if isinstance(selector, Finding):
        return selector
    assert live.call is not None
    given = prom.label_values(live.call, match[2].strip(), selector, item.time.span.start, item.time.span.end)
    if isinstance(given, Failed) or given.partial:
        return Finding(
            "error", given.message if isinstance(given, Failed) else f"the answer is partial: {given.partial}"
        )
    found = [str(value) for value in given.data]
    return found, live.series(selector, not found) if selector else OK, given.ms


def _texts(live: Servers, item: Question, choices: Sequence[Choice]) -> Judged | Finding:
    text = _expanded(item, item.text, choices)
    if isinstance(text, Finding):
        return text
    given = live.readers[item.role](text)
    if isinstance(given, Failed):
        return _refused(live, item, given)
    texts = [i for i, _ in enumerate(given.columns) if any(isinstance(row[i], str) for row in given.rows)]
    if given.rows and not texts:
        return Finding("error", "no column of text to take options from; cast it to text")
    rank = {"value": 0, "text": 1}
    best = min(texts, key=lambda i: rank.get(given.columns[i], 2), default=0)
    found = [str(row[best]) for row in given.rows if row[best] is not None]
    return found, live.relations(item.relations), given.ms


def _picked(found: Sequence[str], regex: str) -> list[str]:
    """Each option once, sorted; what the expression captures where there is one."""
    if regex:
        pattern = re.compile(regex.strip("/").replace("(?<", "(?P<"))
        matches = [match for match in (pattern.search(text) for text in found) if match]
        found = [match[1] if pattern.groups else match.string for match in matches]
    return sorted(set(found))

"""The servers behind the data sources, as Grafana uses them, and the answers to single queries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gendash.engine.clients import prometheus as prom
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.postgres import store
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_login
from gendash.engine.errors import Denied, GendashError, TargetError, problems_of
from gendash.engine.languages.grafana_macros import Choice, MacroError, expand_macros, leftovers
from gendash.engine.model import Problem
from gendash.engine.read.questions import Sent, aligned_range
from gendash.engine.read.reader import Rows, RunQuery, clock_setting, open_reader

PROMETHEUS = ""  # the role of a question that is not for the store
NOT_EXPANDED = "macro"  # the code of a query that was not sent
PARTIAL = "partial"  # the code of an answer from which data is missing
_LABEL_VALUES = re.compile(r"label_values\((?:(.+),\s*)?([^,]+)\)\s*")


@dataclass(frozen=True)
class Sources:
    """The servers that can be asked; ``down`` gives the reason for each that cannot, by role of the store.

    The role of Prometheus is the empty text.
    """

    readers: Mapping[str, RunQuery]
    call: prom.Call | None
    down: Mapping[str, str]


def open_sources(
    stack: ExitStack, config: Config, roles: Iterable[str], prometheus: bool, at: datetime | None = None
) -> Sources:
    """Connections to the store as each role, and to Prometheus if wanted; ``at`` is the time of the store's clock."""
    down: dict[str, str] = {}
    readers: dict[str, RunQuery] = {}
    for role in sorted(roles):
        try:
            readers[role] = stack.enter_context(_reader(config, role, at))
        except GendashError as error:
            down[role] = reason_of(error)
    call: prom.Call | None = None
    if prometheus:
        try:
            call = stack.enter_context(prom.prometheus(config))
        except TargetError as error:
            down[PROMETHEUS] = reason_of(error)
    return Sources(readers, call, down)


def reason_of(error: Exception) -> str:
    """The problems of an error in one line."""
    return "; ".join(map(str, problems_of(error)))


def _reader(config: Config, role: str, at: datetime | None) -> AbstractContextManager[RunQuery]:
    """Access as a role of the data sources; never as the owner, who may read what panels may not."""
    user, password = reader_login(config, role), config[f"{role}_password"]
    if not password and config["roles.passwords"] != "none":
        what = f"not set, so nothing can be asked as role {user}"
        do = "set it to the password that the role has, and run `gendash db migrate` if it has none"
        raise Denied(Problem(f"GENDASH_{role.upper()}_PASSWORD", what, do))
    login = f"GENDASH_{role.upper()}_PASSWORD, and run `gendash db migrate`, which sets the role's password to it"
    return open_reader(store(config), user, password, partial(clock_setting, config, at) if at else None, login)


def expanded_text(item: Sent, text: str, choices: Sequence[Choice]) -> str | Failed:
    """A text with variables and macros replaced; Failed if something is left that nothing expands."""
    try:
        out = expand_macros(item.query.language, text, item.time, choices)
    except MacroError as error:
        return Failed(NOT_EXPANDED, str(error))
    chosen = {part for choice in choices for value in choice.picked or () for part in leftovers(value)}
    left = [part for part in leftovers(out) if part not in chosen]
    if left:
        return Failed(NOT_EXPANDED, f"nothing expands {', '.join(left)}: no such macro or variable here")
    return out


def send_query(sources: Sources, item: Sent, text: str) -> Rows | prom.Data | Failed:
    """The answer to an expanded text. Raises TargetError where the server went away."""
    if item.query.language == "sql":
        return sources.readers[item.role](text)
    assert sources.call is not None
    if item.query.instant:
        return _whole(prom.instant(sources.call, text, item.time.span.end))
    start, end = aligned_range(item.time)
    return _whole(prom.over(sources.call, text, start, end, item.time.step_ms))


def _whole(given: prom.Data | Failed) -> prom.Data | Failed:
    """An answer, unless the server says that data is missing from it."""
    partial = "" if isinstance(given, Failed) else given.partial
    return Failed(PARTIAL, f"the answer is partial: {partial}", given.ms) if partial else given


@dataclass(frozen=True)
class Given:
    """The texts that a variable's query gave, in how many milliseconds, and the series that it read, if any."""

    texts: Sequence[str]
    ms: float
    selector: str = ""


def given_options(sources: Sources, item: Sent, choices: Sequence[Choice]) -> Given | Failed:
    """What the query of a variable gives, before the variable's expression. Raises TargetError."""
    return _label_values(sources, item, choices) if item.query.language == "promql" else _texts(sources, item, choices)


def _label_values(sources: Sources, item: Sent, choices: Sequence[Choice]) -> Given | Failed:
    match = _LABEL_VALUES.fullmatch(item.text)
    if not match:
        return Failed(NOT_EXPANDED, "a PromQL variable is written label_values(metric, label)")
    selector = expanded_text(item, match[1] or "", choices)
    if isinstance(selector, Failed):
        return selector
    assert sources.call is not None
    span = item.time.span
    given = _whole(prom.label_values(sources.call, match[2].strip(), selector, span.start, span.end))
    if isinstance(given, Failed):
        return given
    return Given([str(value) for value in given.data], given.ms, selector)


def _texts(sources: Sources, item: Sent, choices: Sequence[Choice]) -> Given | Failed:
    text = expanded_text(item, item.text, choices)
    if isinstance(text, Failed):
        return text
    given = sources.readers[item.role](text)
    if isinstance(given, Failed):
        return given
    texts = [i for i, _ in enumerate(given.columns) if any(isinstance(row[i], str) for row in given.rows)]
    if given.rows and not texts:
        return Failed(NOT_EXPANDED, "no column of text to take options from; cast it to text")
    rank = {"value": 0, "text": 1}
    best = min(texts, key=lambda i: rank.get(given.columns[i], 2), default=0)
    return Given([str(row[best]) for row in given.rows if row[best] is not None], given.ms)


def picked_options(found: Sequence[str], regex: str, in_order: bool = False) -> list[str]:
    """Each option once, sorted or as it came; what the variable's expression captures where there is one."""
    if regex:
        pattern = re.compile(regex.strip("/").replace("(?<", "(?P<"))
        matches = [match for match in (pattern.search(text) for text in found) if match]
        found = [match[1] if pattern.groups else match.string for match in matches]
    return [*dict.fromkeys(found)] if in_order else sorted(set(found))

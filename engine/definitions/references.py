"""References in SQL and PromQL texts: ``{{ view('activity_day') }}`` becomes a name, and is remembered as a use.

The texts are Jinja2 templates, so the functions of a scope are all there is; an unknown name is a problem with a hint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from inspect import isfunction
from typing import Any

from gendash.engine.config.load import Config, no_such, setting_of, suggest
from gendash.engine.config.urls import public
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.names import Expanded, Names, Present, Use
from gendash.engine.definitions.platform_names import mapped_label
from gendash.engine.definitions.staging_references import StagingScope, unreadable_fields
from gendash.engine.definitions.usable_rows import is_usable, only_usable
from gendash.engine.languages.metric_names import placeholder, with_selectors
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.languages.templates import TemplateFault, render_template
from gendash.engine.model import Relation

CALENDAR_AHEAD = 31  # days after today that charts by day go ahead at most
NO_TEMPLATE = "not a template"
_WORD = r"""(?:'[^'\\]*'|"[^"\\]*")"""
_GIVEN = rf"{_WORD}(?:\s*,\s*{_WORD})*(?:\s*,\s*\w+\s*=\s*{_WORD})*"
_CALL = re.compile(rf"\{{\{{\s*(\w+)\(\s*({_GIVEN})?\s*\)\s*\}}\}}")
_ARGUMENTS = re.compile(rf"(?:(\w+)\s*=\s*)?({_WORD})")


def _render(text: str, scope: Mapping[str, Callable[..., Any]]) -> str:
    """The text as Jinja renders it. Where all that it holds are calls with words, compiling it would cost the most."""
    calls = _CALL.findall(text)
    plain = len(calls) == text.count("{{") and "{%" not in text and "{#" not in text and "\r" not in text
    if not plain or any(name not in scope for name, _ in calls):
        return render_template(text, scope)

    def result(call: re.Match[str]) -> str:
        given = [(name, word[1:-1]) for name, word in _ARGUMENTS.findall(call[2] or "")]
        positional = [word for name, word in given if not name]
        return str(scope[call[1]](*positional, **{name: word for name, word in given if name}))

    return _CALL.sub(result, text)


def resolve_references(
    text: str,
    names: Names,
    staging: Relation | None = None,
    present: Present | None = None,
    cuts: Mapping[str, str] | None = None,
) -> Expanded:
    """``text`` with every reference resolved.

    ``staging`` is given for a staging text only, and adds ``table``, ``column``, ``time`` and the like, ``words``.
    ``present`` holds the columns that the source has: an optional column that is not among them becomes a typed NULL,
    and values are read as their types ask for. Without it every column counts as there, of the wanted type. ``cuts``
    holds, by staging name and table (``messages.messages``) or by relation (``view.llm_turn``), what replaces a table:
    a part of it.
    """
    key = (text, staging.path if staging else "")
    is_whole = present is None and not cuts
    if is_whole and key in names.expanded:
        return names.expanded[key]
    found = _expand(text, names, staging, present, cuts)
    if is_whole:
        names.expanded[key] = found
    return found


def _expand(
    text: str,
    names: Names,
    staging: Relation | None,
    present: Present | None,
    cuts: Mapping[str, str] | None,
) -> Expanded:
    scope = _Scope(names, present, cuts or {})
    functions = scope.functions()
    if staging is not None:
        functions |= StagingScope(names, staging, scope.uses, scope.wrong, present, scope.cuts).functions()
    try:
        out = _render(text, functions)
    except (TemplateFault, TypeError) as error:  # TypeError: a reference with too few or too many names
        what = re.sub(r"^\S*\.(?=\w+\()", "", str(error))
        unknown = re.search(r"'(\w+)' is undefined", what)
        do = suggest(unknown[1], functions) if unknown else ""
        scope.wrong.append((f"{NO_TEMPLATE}: {what}", do or "check the {{ }} in the text"))
        out = text
    return Expanded(with_selectors(out), frozenset(scope.uses), tuple(scope.wrong))


@dataclass(frozen=True)
class _Scope:
    """What a text may call, and what its calls found: its uses, and (what, do) of each wrong reference."""

    names: Names
    present: Present | None
    cuts: Mapping[str, str]
    uses: set[Use] = field(default_factory=set)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {name: getattr(self, name) for name in _FUNCTIONS}

    def _known(self, kind: str, name: str, among: Collection[str]) -> bool:
        if name in among:
            self.uses.add((kind, name))
            return True
        self.wrong.append(no_such(kind, name, among))
        return False

    def schema(self) -> str:
        return quote_name(self.names.config["schema"])

    def view(self, name: str) -> str:
        self._known("relation", name, self.names.stored)
        return self.cuts.get(f"view.{name}", f"{self.schema()}.{quote_name(name)}")

    def stage(self, name: str, rows: str = "usable") -> str:
        """``stage('messages', 'all')`` has the rows that cannot be used, too."""
        if not self._known("staging", name, self.names.stagings):
            return "(select)"
        staging, within = self.names.stagings[name], self.names.staging_within.names
        if name in within:
            self.wrong.append((f"staging '{name}' reads itself", "break the circle"))
            return "(select)"
        within.append(name)
        try:
            inner = resolve_references(staging.text, self.names, staging, self.present, self.cuts)
        finally:
            within.pop()
        self.uses.update(inner.uses)
        self.wrong.extend(inner.wrong)
        text = inner.text.strip().rstrip(";")
        return f"(\n{text if rows == 'all' else only_usable(staging, text)}\n)"

    def usable(self, name: str) -> str:
        """The condition on a row of ``stage(name, 'all')`` that can be used; else it is in no figure."""
        known = self._known("staging", name, self.names.stagings)
        return f"({is_usable(self.names.stagings[name])})" if known else "true"

    def unreadable(self, name: str) -> str:
        """One row: found, total, and a sample, of the rows of a staging text's table with a value that is none."""
        if not self._known("staging", name, self.names.stagings):
            return "(select)"
        return unreadable_fields(self.names, self.names.stagings[name], self.present, self.cuts)

    def rule(self, name: str) -> str:
        self._known("rule", name, self.names.rules)
        return name

    def metric(self, name: str) -> str:
        if self._known("metric", name, self.names.metrics):
            return placeholder(self.names.config.get(f"metrics.{name}") or self.names.metrics[name]["name"])
        return name

    def label(self, name: str, of: str = "") -> str:
        """The platform's name of a label: on one metric (given by its key), or on all."""
        self._known("label", name, self.names.labels)
        return mapped_label(self.names.config, name, of)

    def by(self, of: str, *labels: str) -> str:
        """``by (job, handler)``: the labels that are kept of a metric, under both names where they have two.

        Other labels of an instrumentation are never known, so none is kept: a ratio would divide each by itself.
        """
        self._known("metric", of, self.names.metrics)
        own = [one for name in labels for one in (name, name if name == "le" else self.label(name, of))]
        return f"by ({', '.join(dict.fromkeys(['job', *own]))})"

    def slo(self, name: str) -> str:
        return self.setting(f"slo.{name}")

    def setting(self, key: str) -> str:
        config = self.names.config
        if key not in config.values:
            self.wrong.append((f"no setting '{key}'", suggest(key, config.values) or "see `gendash config`"))
            return "null"
        declared = setting_of(key)
        if declared is None or declared.secret:
            self.wrong.append((f"setting '{key}' is a secret", "secrets cannot be used in texts"))
            return "null"
        self.uses.add(("setting", key))
        value = public(config[key]) if declared.type in ("url", "server") else config[key]
        if isinstance(value, bool):
            return str(value).lower()
        return f"{value:g}" if isinstance(value, float) else str(value)

    def texts(self, key: str) -> str:
        """A setting that is a list, as SQL's array of texts."""
        config = self.names.config
        if key not in config.values or not isinstance(config[key], list | tuple):
            self.wrong.append((f"setting '{key}' is no list", "use setting()"))
            return "null"
        self.uses.add(("setting", key))
        return f"array[{', '.join(map(quote_text, config[key]))}]::text[]"

    def duration_s(self, key: str) -> str:
        text = self.setting(key)
        try:
            return f"{seconds(text):g}"
        except ValueError:
            self.wrong.append((f"setting '{key}' is no duration", "use setting()"))
            return "0"

    def zone(self) -> str:
        return quote_text(self.names.config["time_zone"])

    def now(self) -> str:
        return f"{self.schema()}.clock()"

    def today(self) -> str:
        return f"({self.now()} at time zone {self.zone()})::date"

    def calendar(self, first: str, last: str) -> str:
        """The days from one expression to another as a set, none where the first is NULL; never without a bound.

        Rows may be dated by a wrong clock: they count in totals, and ask for no row per day since then.
        """
        back = f"greatest({first}, {self.today()} - {self.setting('growth.days')})"
        return (
            f"generate_series(case when {first} is not null then {back} end::timestamp, "
            f"least(greatest({last}, {self.today()}), {self.today()} + {CALENDAR_AHEAD}), interval '1 day')"
        )

    def feature(self, name: str) -> bool:
        return self._known("feature", name, _features(self.names.config)) and self.names.config.on(name)


_FUNCTIONS = [name for name, one in vars(_Scope).items() if isfunction(one) and name[0] != "_" and name != "functions"]


def _features(config: Config) -> list[str]:
    return [key.removeprefix("features.") for key in config.values if key.startswith("features.")]

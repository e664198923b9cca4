"""References in SQL and PromQL texts: ``{{ view('activity_day') }}`` becomes a name, and is remembered as a use.

The texts are Jinja2 templates, so the functions of a scope are all there is; an unknown name is a problem with a hint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gendash.engine.config.load import Config, setting_of, suggest
from gendash.engine.config.urls import public
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.platform_names import (
    columns_behind,
    mapped_column,
    mapped_label,
    mapped_sql,
    mapped_table,
    named_in,
    part_of_table,
    table_uses,
    whole_table,
)
from gendash.engine.definitions.usable_rows import is_usable, only_usable
from gendash.engine.languages.sql_text import lower_text, quote_name, quote_text
from gendash.engine.languages.templates import TemplateFault, render_template
from gendash.engine.model import Relation, Rule

Use = tuple[str, str]
CALENDAR_AHEAD = 31  # days after today that charts by day go ahead at most
STORE_KINDS = ("table", "rollup", "view")


@dataclass(frozen=True)
class Names:
    """Everything that a text may refer to."""

    config: Config
    relations: Mapping[str, Relation]
    rules: Mapping[str, Rule]
    metrics: Mapping[str, Mapping[str, Any]]
    labels: Collection[str] = ()

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names of the store's relations."""
        return frozenset(relation.name for relation in self.relations.values() if relation.kind in STORE_KINDS)

    @cached_property
    def stagings(self) -> dict[str, Relation]:
        """The staging texts by name."""
        return {relation.name: relation for relation in self.relations.values() if relation.kind == "staging"}

    @cached_property
    def staging_within(self) -> list[str]:
        """The staging texts that are being inlined, outermost first: none may contain itself."""
        return []

    @cached_property
    def expanded(self) -> dict[tuple[str, str], Expanded]:
        """Cached results of `expand` for whole texts, by the text and the path of its staging file."""
        return {}


@dataclass(frozen=True)
class Expanded:
    """A text with its references resolved, what it uses as (kind, name), and (what, do) of each wrong reference."""

    text: str
    uses: frozenset[Use]
    wrong: tuple[tuple[str, str], ...] = ()


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


def counted_part(
    names: Names,
    staging: Relation,
    table: str,
    present: Collection[tuple[str, str]] | None = None,
    conditions: Collection[str] = (),
) -> str:
    """SQL of a table's rows that count, that fulfil the conditions, and whose parents count."""
    outer = quote_name(mapped_table(names.config, staging, table))
    parents = [condition for condition, _ in _parents_count(names, table, outer)]
    return part_of_table(names.config, staging, table, present, [*conditions, *parents])


def _parents_count(names: Names, table: str, outer: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[Use]]]:
    """For each parent whose rows may not count a condition on a row of ``outer``, and what the condition reads.

    The staging text of a table declares its parents. A row whose parent does not exist counts: audits report it.
    """
    config, path = names.config, (*path, table)
    staging = names.stagings.get(table)
    for own, parent in (staging.header.get("parents", {}) if staging else {}).items():
        owner, _, key = parent.partition(".")
        of = names.stagings.get(owner)
        if staging is None or of is None or owner in path:
            continue
        alias, place = f"parent_{len(path)}", mapped_table(config, of, owner)
        rows = config.get(f"platform.rows.{owner}")
        above = list(_parents_count(names, owner, alias, path))
        counts = [*([mapped_sql(f"= {rows}", alias)] if rows else []), *(condition for condition, _ in above)]
        if not counts:
            continue
        child, id_ = mapped_column(config, staging, table, own), mapped_column(config, of, owner, key)
        read = set(table_uses(of, owner, place)).union(*(uses for _, uses in above))
        if owner in of.adapter:  # its SELECT is in the condition as a whole
            read |= {("column", column) for column in of.adapter[owner].columns}
        for one, name, mapped in ((of, owner, id_), (of, owner, f"= {rows or ''}"), (staging, table, child)):
            read |= {("column", column) for column in columns_behind(config, one, name, mapped)}
        yield (
            f"not exists (select from {whole_table(config, of, owner)} as {alias} where {mapped_sql(id_, alias)} = "
            f"{mapped_sql(child, outer)} and ({' and '.join(counts)}) is not true)",
            read,
        )


def resolve_references(
    text: str,
    names: Names,
    staging: Relation | None = None,
    present: Collection[tuple[str, str]] | None = None,
    cuts: Mapping[str, str] | None = None,
) -> Expanded:
    """``text`` with every reference resolved.

    ``staging`` is given for a staging text only, and adds ``table``, ``column`` and ``words``. ``present`` holds the
    (table, column) pairs that the source has; an optional column that is not among them becomes a typed NULL. Without
    ``present`` every column counts as there. ``cuts`` holds, by staging name and table (``messages.messages``) or by
    relation (``view.llm_turn``), what replaces a table: a part of it.
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
    present: Collection[tuple[str, str]] | None,
    cuts: Mapping[str, str] | None,
) -> Expanded:
    uses: set[Use] = set()
    wrong: list[tuple[str, str]] = []
    scope = _scope(names, uses, wrong, present, cuts)
    if staging is not None:
        scope |= _staging_scope(names, staging, uses, wrong, present, cuts or {})
    try:
        out = _render(text, scope)
    except (TemplateFault, TypeError) as error:  # TypeError: a reference with too few or too many names
        what = str(error).rpartition("<locals>.")[2]
        wrong.append((f"{NO_TEMPLATE}: {what}", "check the {{ }} in the text"))
        out = text
    return Expanded(out, frozenset(uses), tuple(wrong))


def _scope(
    names: Names,
    uses: set[Use],
    wrong: list[tuple[str, str]],
    present: Collection[tuple[str, str]] | None,
    cuts: Mapping[str, str] | None,
) -> dict[str, Callable[..., Any]]:
    config = names.config
    schema = quote_name(config["schema"])

    def known(kind: str, name: str, among: Collection[str]) -> bool:
        if name in among:
            uses.add((kind, name))
            return True
        wrong.append((f"no {kind} '{name}'", suggest(name, among) or f"define it or name another {kind}"))
        return False

    def view(name: str) -> str:
        known("relation", name, names.stored)
        return (cuts or {}).get(f"view.{name}", f"{schema}.{quote_name(name)}")

    def stage(name: str, rows: str = "usable") -> str:
        """``stage('messages', 'all')`` has the rows that cannot be used, too."""
        if not known("staging", name, names.stagings):
            return "(select)"
        if name in names.staging_within:
            wrong.append((f"staging '{name}' reads itself", "break the circle"))
            return "(select)"
        names.staging_within.append(name)
        inner = resolve_references(names.stagings[name].text, names, names.stagings[name], present, cuts)
        names.staging_within.pop()
        uses.update(inner.uses)
        wrong.extend(inner.wrong)
        text = inner.text.strip().rstrip(";")
        return f"(\n{text if rows == 'all' else only_usable(names.stagings[name], text)}\n)"

    def usable(name: str) -> str:
        """The condition on a row of ``stage(name, 'all')`` that can be used; else it is in no figure."""
        return f"({is_usable(names.stagings[name])})" if known("staging", name, names.stagings) else "true"

    def rule(name: str) -> str:
        known("rule", name, names.rules)
        return name

    def metric(name: str) -> str:
        if known("metric", name, names.metrics):
            mapped: str = config.get(f"metrics.{name}") or names.metrics[name]["name"]
            return mapped
        return name

    def label(name: str, of: str = "") -> str:
        """The platform's name of a label: on one metric (given by its key), or on all."""
        known("label", name, names.labels)
        return mapped_label(config, name, of)

    def by(of: str, *labels: str) -> str:
        """``by (job, handler)``: the labels that are kept of a metric, under both names where they have two.

        Other labels of an instrumentation are never known, so none is kept: a ratio would divide each by itself.
        """
        known("metric", of, names.metrics)
        own = [one for name in labels for one in (name, name if name == "le" else label(name, of))]
        return f"by ({', '.join(dict.fromkeys(['job', *own]))})"

    def slo(name: str) -> str:
        return setting(f"slo.{name}")

    def setting(key: str) -> str:
        if key not in config.values:
            wrong.append((f"no setting '{key}'", suggest(key, config.values) or "see `gendash config`"))
            return "null"
        declared = setting_of(key)
        if declared is None or declared.secret:
            wrong.append((f"setting '{key}' is a secret", "secrets cannot be used in texts"))
            return "null"
        uses.add(("setting", key))
        value = public(config[key]) if declared.type in ("url", "server") else config[key]
        if isinstance(value, bool):
            return str(value).lower()
        return f"{value:g}" if isinstance(value, float) else str(value)

    def texts(key: str) -> str:
        """A setting that is a list, as SQL's array of texts."""
        if key not in config.values or not isinstance(config[key], list | tuple):
            wrong.append((f"setting '{key}' is no list", "use setting()"))
            return "null"
        uses.add(("setting", key))
        return f"array[{', '.join(map(quote_text, config[key]))}]::text[]"

    def duration_s(key: str) -> str:
        text = setting(key)
        try:
            return f"{seconds(text):g}"
        except ValueError:
            wrong.append((f"setting '{key}' is no duration", "use setting()"))
            return "0"

    today = f"({schema}.clock() at time zone {quote_text(config['time_zone'])})::date"

    def calendar(first: str, last: str) -> str:
        """The days from one expression to another as a set, none where the first is NULL; never without a bound.

        Rows may be dated by a wrong clock: they count in totals, and ask for no row per day since then.
        """
        back = f"greatest({first}, {today} - {setting('growth.days')})"
        return (
            f"generate_series(case when {first} is not null then {back} end::timestamp, "
            f"least(greatest({last}, {today}), {today} + {CALENDAR_AHEAD}), interval '1 day')"
        )

    return {
        "view": view,
        "stage": stage,
        "usable": usable,
        "rule": rule,
        "metric": metric,
        "label": label,
        "by": by,
        "slo": slo,
        "setting": setting,
        "texts": texts,
        "duration_s": duration_s,
        "zone": lambda: quote_text(config["time_zone"]),
        "now": lambda: f"{schema}.clock()",
        "today": lambda: today,
        "calendar": calendar,
        "schema": lambda: schema,
        "feature": lambda name: known("feature", name, _features(config)) and config.on(name),
    }


def _features(config: Config) -> list[str]:
    return [key.removeprefix("features.") for key in config.values if key.startswith("features.")]


def _staging_scope(
    names: Names,
    staging: Relation,
    uses: set[Use],
    wrong: list[tuple[str, str]],
    present: Collection[tuple[str, str]] | None,
    cuts: Mapping[str, str],
) -> dict[str, Callable[..., Any]]:
    config = names.config
    tables: dict[str, str] = staging.header.get("tables", {})
    reads: dict[str, dict[str, str]] = staging.header.get("reads", {})
    words_of: dict[str, dict[str, list[str]]] = staging.header.get("words", {})

    def table(name: str, rows: str = "counted") -> str:
        """``table('users', 'all')`` is the table with the rows that do not count, too."""
        if name not in tables:
            wrong.append((f"no table '{name}' in the header", suggest(name, tables) or "add it to tables:"))
            return name
        mapped = mapped_table(config, staging, name)
        uses.update(table_uses(staging, name, mapped))
        if rows == "all":
            return whole_table(config, staging, name)
        chosen = columns_behind(config, staging, name, f"={config.get(f'platform.rows.{name}', '')}")
        uses.update(("column", one) for one in chosen)
        uses.update(*(read for _, read in _parents_count(names, name, quote_name(mapped))))
        return cuts.get(f"{staging.name}.{name}") or counted_part(names, staging, name, present)

    def column(name: str, alias: str = "", optional: str = "") -> str:
        """``column('users.role', 'u')``; ``optional`` is the type of the NULL that replaces a missing column."""
        owner, _, own = name.partition(".")
        if own not in reads.get(owner, {}):
            known = [f"{t}.{c}" for t, cs in reads.items() for c in cs]
            wrong.append((f"no column '{name}' in the header", suggest(name, known) or "add it to reads:"))
            return own
        place, mapped = mapped_table(config, staging, owner), mapped_column(config, staging, owner, own)
        if optional and present is not None and any((place, one) not in present for one in named_in(mapped)):
            return f"null::{optional}"
        uses.update(("column", one) for one in columns_behind(config, staging, owner, mapped))
        return mapped_sql(mapped, alias)

    def listed(vocabulary: str, word: str) -> list[str]:
        if word not in words_of.get(vocabulary, {}):
            wrong.append((f"no word '{vocabulary}.{word}' in the header", "add it to words:"))
            return []
        own: list[str] = config.get(f"platform.vocabularies.{vocabulary}.{word}", words_of[vocabulary][word])
        return own

    def words(vocabulary: str, word: str) -> str:
        """The platform's words for a canonical word, as a SQL list: ``('open', 'new')``."""
        return f"({', '.join(map(quote_text, listed(vocabulary, word))) or 'null'})"

    def word(name: str, vocabulary: str, alias: str = "") -> str:
        """The canonical word for a column of whatever type, capital letters or not; ``other`` where none fits."""
        if vocabulary not in words_of:
            wrong.append((f"no vocabulary '{vocabulary}' in the header", "add it to words:"))
            return "null"
        text = f"lower({column(name, alias)}::text)"
        cases = [
            f"when {text} in ({', '.join(map(lower_text, own))}) then {quote_text(one)}"
            for one in words_of[vocabulary]
            if (own := listed(vocabulary, one))
        ]
        return f"case {' '.join(cases)} else 'other' end" if cases else "'other'"

    def like(name: str) -> str:
        """The type of a column of the reference platform's ids; the doctor puts in that of the real platform."""
        column(name)
        return "uuid"

    def stage(name: str, *_rows: str) -> str:
        wrong.append((f"a staging text reads no other, such as '{name}'", "read the platform's table"))
        return "(select)"

    return {"table": table, "column": column, "words": words, "word": word, "like": like, "stage": stage}

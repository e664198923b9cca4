"""References in SQL and PromQL texts: ``{{ view('activity_day') }}`` becomes a name, and is remembered as a use.

The texts are Jinja2 templates, so the functions of a scope are all there is; an unknown name is a problem with a hint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import jinja2

from gendash.engine.config import Config, suggest
from gendash.engine.model import Relation, Rule

Use = tuple[str, str]
STORE_KINDS = ("table", "rollup", "view")
# PostgreSQL's reserved words: as names they must be quoted
_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with""".split()  # noqa: SIM905
)


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
    def expanded(self) -> dict[tuple[str, str], Expanded]:
        """What `expand` has given for a whole text, by the text and the path of its staging file."""
        return {}


@dataclass(frozen=True)
class Expanded:
    """A text with its references resolved, what it uses as (kind, name), and (what, do) of each wrong reference."""

    text: str
    uses: frozenset[Use]
    wrong: tuple[tuple[str, str], ...] = ()


_JINJA = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)
_WORD = r"""(?:'[^'\\]*'|"[^"\\]*")"""
_CALL = re.compile(rf"\{{\{{\s*(\w+)\(\s*({_WORD}(?:\s*,\s*{_WORD})*)?\s*\)\s*\}}\}}")
_WORDS = re.compile(_WORD)


@lru_cache(maxsize=4096)
def _template(text: str) -> jinja2.Template:
    return _JINJA.from_string(text)


def _render(text: str, scope: Mapping[str, Callable[..., Any]]) -> str:
    """The text as Jinja renders it. Where all that it holds are calls with words, compiling it would cost the most."""
    calls = _CALL.findall(text)
    plain = len(calls) == text.count("{{") and "{%" not in text and "{#" not in text and "\r" not in text
    if not plain or any(name not in scope for name, _ in calls):
        return _template(text).render(scope)
    return _CALL.sub(lambda call: str(scope[call[1]](*(w[1:-1] for w in _WORDS.findall(call[2] or "")))), text)


def quote_name(name: str) -> str:
    """A SQL identifier, quoted only where it must be."""
    plain = name.isidentifier() and name.isascii() and name == name.lower() and name not in _RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def expand(
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
    relation (``view.llm_turn``), what stands in the place of a table: a part of it.
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
        scope |= _staging_scope(names.config, staging, uses, wrong, present, cuts or {})
    try:
        out = _render(text, scope)
    except jinja2.TemplateError as error:
        wrong.append((f"not a template: {error}", "check the {{ }} in the text"))
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

    def stage(name: str) -> str:
        if not known("staging", name, names.stagings):
            return "(select)"
        inner = expand(names.stagings[name].text, names, names.stagings[name], present, cuts)
        uses.update(inner.uses)
        wrong.extend(inner.wrong)
        return f"(\n{inner.text.strip().rstrip(';')}\n)"

    def rule(name: str) -> str:
        known("rule", name, names.rules)
        return name

    def metric(name: str) -> str:
        if known("metric", name, names.metrics):
            mapped: str = config.get(f"metrics.{name}") or names.metrics[name]["name"]
            return mapped
        return name

    def label(name: str) -> str:
        known("label", name, names.labels)
        mapped: str = config.get(f"labels.{name}") or name
        return mapped

    def slo(name: str) -> str:
        return setting(f"slo.{name}")

    def setting(key: str) -> str:
        if key not in config.values:
            wrong.append((f"no setting '{key}'", suggest(key, config.values) or "see `gendash config`"))
            return "null"
        uses.add(("setting", key))
        value = config[key]
        return f"{value:g}" if isinstance(value, float) else str(value)

    def duration_s(key: str) -> str:
        setting(key)
        return f"{config.seconds(key):g}"

    return {
        "view": view,
        "stage": stage,
        "rule": rule,
        "metric": metric,
        "label": label,
        "slo": slo,
        "setting": setting,
        "duration_s": duration_s,
        "zone": lambda: quote_text(config["time_zone"]),
        "now": lambda: f"{schema}.clock()",
        "today": lambda: f"({schema}.clock() at time zone {quote_text(config['time_zone'])})::date",
        "schema": lambda: schema,
        "feature": lambda name: known("feature", name, _features(config)) and config.on(name),
    }


def _features(config: Config) -> list[str]:
    return [key.removeprefix("features.") for key in config.values if key.startswith("features.")]


def _staging_scope(
    config: Config,
    staging: Relation,
    uses: set[Use],
    wrong: list[tuple[str, str]],
    present: Collection[tuple[str, str]] | None,
    cuts: Mapping[str, str],
) -> dict[str, Callable[..., Any]]:
    tables: dict[str, str] = staging.header.get("tables", {})
    reads: dict[str, dict[str, str]] = staging.header.get("reads", {})
    words_of: dict[str, dict[str, list[str]]] = staging.header.get("words", {})

    def table(name: str) -> str:
        if name not in tables:
            wrong.append((f"no table '{name}' in the header", suggest(name, tables) or "add it to tables:"))
            return name
        mapped = config.get(f"platform.tables.{name}") or tables[name]
        uses.add(("table", mapped))
        whole = f"{quote_name(config['platform.schema'])}.{quote_name(mapped)}"
        return cuts.get(f"{staging.name}.{name}", whole)

    def column(name: str, alias: str = "", optional: str = "") -> str:
        """``column('users.role', 'u')``; ``optional`` is the type of the NULL that stands for a missing column."""
        owner, _, own = name.partition(".")
        if own not in reads.get(owner, {}):
            known = [f"{t}.{c}" for t, cs in reads.items() for c in cs]
            wrong.append((f"no column '{name}' in the header", suggest(name, known) or "add it to reads:"))
            return own
        mapped_table = config.get(f"platform.tables.{owner}") or tables[owner]
        mapped = config.get(f"platform.columns.{owner}.{own}") or reads[owner][own]
        if optional and present is not None and (mapped_table, mapped) not in present:
            return f"null::{optional}"
        uses.add(("column", f"{mapped_table}.{mapped}"))
        return (f"{alias}." if alias else "") + quote_name(mapped)

    def words(vocabulary: str, word: str) -> str:
        """The platform's words for a canonical word, as a SQL list: ``('open', 'new')``."""
        if word not in words_of.get(vocabulary, {}):
            wrong.append((f"no word '{vocabulary}.{word}' in the header", "add it to words:"))
            return "(null)"
        mapped = config.get(f"platform.vocabularies.{vocabulary}.{word}") or words_of[vocabulary][word]
        return "(" + ", ".join(quote_text(w) for w in mapped) + ")"

    return {"table": table, "column": column, "words": words}

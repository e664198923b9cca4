"""Offline checks: functions from a catalog to problems. `gendash check` runs CHECKS and lists everything at once."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gendash.engine.checks import design_rules
from gendash.engine.checks.adapters import check_adapter, check_adapter_settings
from gendash.engine.checks.alert_texts import check_alert_templates, check_rule_variables
from gendash.engine.checks.alerting import check_alerting
from gendash.engine.checks.columns import check_columns
from gendash.engine.checks.design_rules import check_rules
from gendash.engine.checks.documents import check_documents, check_templates
from gendash.engine.checks.functions import check_audit_places, check_builtins, check_system_functions
from gendash.engine.checks.labels import check_labels
from gendash.engine.checks.metric_settings import check_metric_settings
from gendash.engine.checks.overrides import check_overrides
from gendash.engine.checks.prose import check_prose
from gendash.engine.checks.queries import expression_error
from gendash.engine.checks.rule_tests import check_rule_tests
from gendash.engine.checks.rules import RULE_CHECKS
from gendash.engine.checks.sql_headers import HEADER_CHECKS, check_header_keys, faulty
from gendash.engine.checks.texts import (
    check_bare_tables,
    check_circles,
    check_link_targets,
    check_references,
    check_relations_parse,
    check_rules_parse,
)
from gendash.engine.config.load import no_such, suggest
from gendash.engine.config.settings import SETTINGS
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id
from gendash.engine.definitions.objectives import EXAMPLE, objective_metrics
from gendash.engine.definitions.platform_names import is_expression
from gendash.engine.definitions.sound import sound
from gendash.engine.languages.promql import metric_names
from gendash.engine.languages.spots import in_rule
from gendash.engine.model import Problem


def check(catalog: Catalog) -> list[Problem]:
    """All problems of the definitions: of reading, of types, of all checks, then the broken design rules.

    While a file cannot be read, only what is wrong with each file by itself is listed: the names that it declares would
    be reported as missing wherever they are used.
    """
    judged, wrong = sound(catalog)
    found = [*catalog.problems, *check_header_keys(catalog), *wrong]
    platform = [*check_platform_sql(judged), *check_adapter(judged)]
    if platform:  # whatever reads that column, or that file, is not to blame
        return list(dict.fromkeys([*found, *platform]))
    if catalog.complete:
        found += [problem for one in CHECKS for problem in one(judged)] + check_rules(judged)
        found += _rules_of_objectives(judged)
        # what a header says of a refresh is judged once its keys are right
        unclear = {relation.path for relation in catalog.relations.values() if any(faulty(relation))}
        headers = [problem for one in HEADER_CHECKS for problem in one(judged)]
        found += [problem for problem in headers if problem.where.split(":")[0] not in unclear]
        found += check_overrides(judged) if not found else []  # what is rendered is judged once the rest is right
    return _without_consequences(list(dict.fromkeys(found)))


FOLLOW = (
    ("no column ", "[windows-end]", True),
    ("no function ", " neither grouped nor aggregated", True),
    ("not a template: ", "[read]", False),
    ("unknown key ", " in the header", False),
)
"""What a problem begins with, what others contain that may follow from it, and whether only at the same place."""


def _without_consequences(found: list[Problem]) -> list[Problem]:
    """The problems without those that may follow from another one: they are judged once that is right."""
    for cause, consequence, is_near in FOLLOW:
        places = {_place(one) if is_near else "" for one in found if one.what.startswith(cause)}
        found = [one for one in found if consequence not in one.what or (_place(one) if is_near else "") not in places]
    return found


def _place(problem: Problem) -> str:
    """The file or panel of a problem, without its line or query."""
    return problem.where.split(":")[0].split(" ")[0]


def _rules_of_objectives(catalog: Catalog) -> list[Problem]:
    """What would be wrong with the rules for each objective if gendash.yaml had one, where it has none."""
    if not catalog.templates:
        return []
    counters = objective_metrics([EXAMPLE], catalog.config, catalog.metrics)
    rules, metrics = {**catalog.rules, **catalog.templates}, {**catalog.metrics, **counters}
    theirs = {str(rule.annotations.get("dashboard", "")).split("/")[0] for rule in catalog.templates.values()}
    left_out = catalog.left_out | theirs  # dashboards that are made for objectives, too
    whole = replace(catalog, rules=rules, metrics=metrics, dashboards={}, left_out=left_out, templates={})
    files = tuple({rule.path for rule in catalog.templates.values()})
    judges = (
        check_references,
        check_rules_parse,
        check_rule_variables,
        check_alert_templates,
        check_labels,
        *RULE_CHECKS,
    )
    return [problem for one in judges for problem in one(whole) if problem.where.startswith(files)]


def warnings(catalog: Catalog) -> list[Problem]:
    """Broken design rules that the definition's content root sets to `warning`."""
    has_own = bool(catalog.own or catalog.styles)
    return design_rules.rule_warnings(sound(catalog)[0]) if has_own and catalog.complete else []


_REFERENCE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SQL_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_PROMQL_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")


def check_bare_names(catalog: Catalog) -> list[Problem]:
    """A known relation, rule or metric is written as a reference, so that settings and lineage reach it."""
    columns = {name for relation in catalog.relations.values() for name in relation.columns}
    relations = catalog.names.stored - columns
    metrics = {catalog.config.get(f"metrics.{key}") or metric["name"]: key for key, metric in catalog.metrics.items()}
    found = []
    for where, _, query in catalog.queries():
        bare = _REFERENCE.sub(" ", query.text)
        if query.language == "sql":
            words = set(re.findall(r"\w+", _SQL_STRING.sub(" ", bare)))
            found += [
                Problem(where, f"'{w}' without a reference", f"write {{{{ view('{w}') }}}}")
                for w in sorted(words & relations)
            ]
        else:
            words = set(re.findall(r"[\w:]+", _PROMQL_STRING.sub(" ", bare)))
            found += [
                Problem(where, f"'{w}' without a reference", f"write {{{{ rule('{w}') }}}}")
                for w in sorted(words & set(catalog.rules))
            ]
            found += [
                Problem(where, f"'{w}' without a reference", f"write {{{{ metric('{metrics[w]}') }}}}")
                for w in sorted(words & set(metrics) - {"up"})
            ]
    return found


def check_unique(catalog: Catalog) -> list[Problem]:
    """Names, uids, slugs and panel ids are unique."""
    found = []
    uids = Counter(catalog.config.dashboard_uid(dashboard.name) for dashboard in catalog.dashboards.values())
    found += [Problem(f"dashboards {uid}", "two dashboards have this uid", "rename one") for uid in _twice(uids)]
    found += [
        Problem(f"dashboards {uid}", f"uid has {len(uid)} characters", "at most 40: shorten name or instance")
        for uid in uids
        if len(uid) > 40
    ]
    for dashboard in catalog.dashboards.values():
        panels = dashboard.panels()
        slugs = Counter(panel.slug for panel in panels)
        found += [
            Problem(f"{dashboard.name}/{slug}", "two panels have this slug", "rename one") for slug in _twice(slugs)
        ]
        rows = [f"row:{row.title}" for row in dashboard.rows if row.title]
        ids = Counter(panel_id(dashboard.name, slug) for slug in {*slugs, *rows})
        found += [
            Problem(dashboard.name, f"two panels have the id {number}", "rename a slug") for number in _twice(ids)
        ]
    return found


def _twice(counter: Counter[Any]) -> list[Any]:
    return [key for key, count in counter.items() if count > 1]


def check_features(catalog: Catalog) -> list[Problem]:
    """Every feature that a definition names is a setting."""
    known = [key.removeprefix("features.") for key in catalog.config.values if key.startswith("features.")]
    named = [(where, panel.feature) for where, _, panel in catalog.panels()]
    named += [(where, query.feature) for where, _, query in catalog.queries()]
    named += [(f"{d.name} variable {v.name}", v.feature) for d in catalog.dashboards.values() for v in d.variables]
    named += [(relation.path, relation.header.get("feature", "")) for relation in catalog.relations.values()]
    named += [(catalog.in_metric(key, "feature"), metric.get("feature", "")) for key, metric in catalog.metrics.items()]
    named += [(in_rule(rule, "feature"), rule.feature) for rule in catalog.rules.values()]
    return [
        Problem(where, *no_such("feature", name, known, "name one of docs/reference/settings.md"))
        for where, names in named
        for name in names.split()
        if name not in known
    ]


def check_variables(catalog: Catalog) -> list[Problem]:
    """A variable has a name of its own, a query or two and more fixed options, whose texts Grafana can read."""
    found = []
    for dashboard in catalog.dashboards.values():
        for one in dashboard.variables:
            where = f"{dashboard.name} variable {one.name}"
            if sum(one.name == other.name for other in dashboard.variables) > 1:
                found.append(Problem(where, "two variables have this name", "rename or remove one"))
            if bool(one.query) == bool(one.options):
                found.append(Problem(where, "needs a query or fixed options, not both", "give one of them"))
            if len(one.options) == 1:
                found.append(Problem(where, "has one option, which is no choice", "add another, or leave it out"))
            found += [
                Problem(where, f"the option '{text}' holds a comma or a colon", "Grafana separates by them: reword it")
                for text, value in one.options
                if "," in text + value or ":" in text + value
            ]
    return list(dict.fromkeys(found))


def check_breakdown(catalog: Catalog) -> list[Problem]:
    """A key of metadata by which figures are broken down is one that is kept."""
    key = "langfuse.breakdown_keys"
    return [
        Problem(catalog.config.where(key), f"'{name}' is not kept", "add it to langfuse.metadata as well")
        for name in catalog.config[key]
        if name not in catalog.config["langfuse.metadata"]
    ]


_NAMES_OF_CONTENT = ("platform.", "cadences.", "audit_limits.", "metrics.", "labels.")  # other maps name what is new


def check_settings_known(catalog: Catalog) -> list[Problem]:
    """Keys of open maps in gendash.yaml name what the content declares: tables, columns, words, metrics, labels."""
    known: set[str] = set()
    for relation in catalog.relations.values():
        header = relation.header
        if relation.kind == "staging":
            known |= {f"platform.{kind}.{table}" for table in header.get("tables", {}) for kind in ("tables", "rows")}
            known |= {f"platform.columns.{t}.{c}" for t, cs in header.get("reads", {}).items() for c in cs}
            known |= {f"platform.vocabularies.{v}.{w}" for v, ws in header.get("words", {}).items() for w in ws}
        else:
            known.add(f"cadences.{relation.name}")
            known |= {f"audit_limits.{relation.name}"} if header.get("limit") is not None else set()
    known |= {f"metrics.{key}" for key in catalog.metrics} | {f"labels.{label}" for label in catalog.names.labels}
    known |= {f"labels.{key}.{label}" for key, metric in catalog.metrics.items() for label in metric["labels"]}
    open_keys = [one.key for one in SETTINGS if "*" in one.key and one.key.startswith(_NAMES_OF_CONTENT)]
    maps = tuple(key.partition("*")[0] for key in open_keys)
    return [
        Problem(catalog.config.where(key), f"unknown name in '{key}'", _remedy(catalog, key, known))
        for key in catalog.config.values
        if key.startswith(maps) and key not in known
    ]


def _remedy(catalog: Catalog, key: str, known: set[str]) -> str:
    """What to do about an unknown name; of a column that no staging file reads, which ones are read of its table."""
    kind, _, name = key.removeprefix("platform.").partition(".")
    table, _, column = name.partition(".")
    read = {one.rpartition(".")[2] for one in known if one.startswith(f"platform.columns.{table}.")}
    if kind != "columns" or not read:
        return suggest(key, known) or "see docs/reference"
    near = next(iter(difflib.get_close_matches(column, read, n=1, cutoff=0.8)), "")
    paths = sorted(one.path for one in catalog.names.stagings.values() if table in one.header.get("reads", {}))
    unread = f"{', '.join(paths)} read only {', '.join(sorted(read))} of {table}: take it out"
    return f"did you mean '{key.removesuffix(column)}{near}'?" if near else unread


def check_vocabularies(catalog: Catalog) -> list[Problem]:
    """A word of the platform has one meaning within a vocabulary, whatever its capital letters."""
    found = []
    for staging in catalog.names.stagings.values():
        for vocabulary, words in staging.header.get("words", {}).items():
            meanings: dict[str, list[str]] = {}
            for one, default in words.items():
                key = f"platform.vocabularies.{vocabulary}.{one}"
                for word in {str(each).lower() for each in catalog.config.get(key, default)}:
                    meanings.setdefault(word, []).append(one)
            for word, several in meanings.items():
                set_ = [f"platform.vocabularies.{vocabulary}.{one}" for one in several]
                where = next((catalog.config.where(key) for key in set_ if key in catalog.config.origins), staging.path)
                if len(several) > 1:
                    what = f"{vocabulary}: the word '{word}' means {' and '.join(several)}"
                    found.append(Problem(where, what, f"set {' and '.join(set_)}, each word in one of them"))
    return list(dict.fromkeys(found))


def check_platform_sql(catalog: Catalog) -> list[Problem]:
    """SQL in place of the platform's names is one expression over columns in braces, which rights and lineage need."""
    config, found = catalog.config, []
    for key, value in config.under("platform").items():
        mapped = f"= {value}" if key.startswith("rows.") else str(value)
        wrong = expression_error(mapped) if key.startswith(("rows.", "columns.")) and is_expression(mapped) else ""
        if wrong:
            found.append(Problem(config.where(f"platform.{key}"), f"platform.{key}: {wrong}", f"correct {value!r}"))
    return found


def check_rule_names(catalog: Catalog) -> list[Problem]:
    """Recorded series that rules and panels read are recorded by a rule; their names have the form level:metric:ops."""
    found: list[Problem] = []
    own = tuple(str(name) for name in catalog.config.under("metrics").values())  # the platform may record its metrics
    for rule in catalog.rules.values():
        if rule.kind == "record" and not re.fullmatch(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+", rule.name):
            found.append(Problem(in_rule(rule), "not level:metric:operations", "rename it"))
        expanded = catalog.expanded(rule.expr)
        if expanded.wrong:  # check_references reports it
            continue
        try:
            names = metric_names(expanded.text)
        except ValueError:
            continue
        found += [
            Problem(in_rule(rule, "expr"), *no_such("rule", name, catalog.rules))
            for name in sorted(names)
            if ":" in name and name not in catalog.rules and not name.startswith(own)
        ]
    return found


CHECKS: tuple[Callable[[Catalog], list[Problem]], ...] = (
    check_references,
    check_bare_names,
    check_unique,
    check_features,
    check_variables,
    check_breakdown,
    check_settings_known,
    check_adapter,
    check_adapter_settings,
    check_vocabularies,
    check_relations_parse,
    check_circles,
    check_bare_tables,
    check_columns,
    check_system_functions,
    check_builtins,
    check_audit_places,
    check_link_targets,
    check_rules_parse,
    check_rule_names,
    check_labels,
    check_metric_settings,
    check_prose,
    check_alerting,
    check_rule_variables,
    check_alert_templates,
    check_rule_tests,
    check_documents,
    check_templates,
    *RULE_CHECKS,
)

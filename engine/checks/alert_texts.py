"""Offline checks of the texts of rules: variables of `each`, and Prometheus' templates in labels and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gendash.engine.config.load import suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.spots import in_rule
from gendash.engine.model import Problem, Rule

# https://prometheus.io/docs/prometheus/latest/configuration/template_reference/ and text/template of Go
VARIABLES = ("labels", "value", "externalLabels", "externalURL")
FUNCTIONS = (
    "query", "first", "label", "value", "sortByLabel", "humanize", "humanize1024", "humanizeDuration",
    "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration", "now", "title", "toUpper", "toLower",
    "stripPort", "match", "reReplaceAll", "graphLink", "tableLink", "parseDuration", "stripDomain", "args", "tmpl",
    "safeHtml", "externalURL", "pathPrefix", "urlQueryEscape", "strvalue",
    "and", "or", "not", "len", "index", "slice", "print", "printf", "println", "html", "js", "urlquery", "call",
    "eq", "ne", "lt", "le", "gt", "ge", "true", "false", "nil",
)  # fmt: skip
OPENING = ("if", "range", "with", "define", "block")
WORDS = (*OPENING, "else", "end", "template", "break", "continue")
_ACTION = re.compile(r"\{\{-?((?:(?!\{\{).)*?)-?\}\}", re.DOTALL)
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|'[^']*'|/\*.*?\*/", re.DOTALL)
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)")
_WORD = re.compile(r"(?<![\w.$])[A-Za-z]\w*")
_GROUP = re.compile(r"\(\?P?<")  # a named group, whose $name belongs to label_replace


def check_rule_variables(catalog: Catalog) -> list[Problem]:
    """Nothing is left of `$name`: in expression and text, only `each` fills it in."""
    found = []
    for rule in catalog.rules.values():
        texts = ((rule.kind, rule.name), ("doc", rule.doc), ("expr", rule.expr), ("otherwise", rule.otherwise))
        for key, text in texts:
            names = [] if _GROUP.search(text) else re.findall(r"\$\{?([A-Za-z_]\w*)", text)
            found += [
                Problem(
                    in_rule(rule, key).partition(" ")[0],
                    f"nothing fills in '${name}'",
                    f"give {name} in each map of each:",
                )
                for name in dict.fromkeys(names)
            ]
    return list(dict.fromkeys(found))


def check_alert_templates(catalog: Catalog) -> list[Problem]:
    """Labels and annotations are templates that Prometheus can fill in: what they call and name exists."""
    return [
        Problem(in_rule(rule, f"{part}.{name}"), what, do)
        for rule in catalog.rules.values()
        for part, texts in (("labels", rule.labels), ("annotations", rule.annotations))
        for name, text in texts.items()
        for what, do in dict.fromkeys(_wrong_template(text, rule))
    ]


def _wrong_template(text: str, rule: Rule) -> Iterator[tuple[str, str]]:
    """What is wrong with one template, and what to do."""
    rest = _ACTION.sub("", text)
    if "{{" in rest or "}}" in rest:
        yield "a {{ without }}, or the other way round", "close each {{ with }}"
        return
    for name in _VARIABLE.findall(rest):
        yield f"'${name}' outside {{{{ }}}} is shown as it is", f"write {{{{ ${name} }}}}, or fill it in by each:"
    actions = [_STRING.sub('""', action) for action in _ACTION.findall(text)]
    own = {name for action in actions for name in re.findall(r"\$(\w+)(?=[^|]*:=)", action)}
    for action in actions:
        for name in _VARIABLE.findall(action):
            if name not in own and name not in VARIABLES:
                yield f"no variable '${name}' in a template", suggest(name, VARIABLES) or _listed(VARIABLES, "$")
        for word in _WORD.findall(action):
            if word not in FUNCTIONS and word not in WORDS:
                yield f"no function '{word}' in a template", suggest(word, FUNCTIONS) or "use one of Prometheus'"
    first = [(action.split() or [""])[0] for action in actions]
    if sum(word in OPENING for word in first) != first.count("end"):
        yield "as many {{ end }} as {{ if }}, {{ range }} and {{ with }} are needed", f"fix the template of {rule.name}"


def _listed(names: tuple[str, ...], before: str) -> str:
    return "known: " + ", ".join(before + name for name in names)

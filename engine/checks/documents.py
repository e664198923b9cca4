"""Offline checks of the files around the definitions: glossary, plan, instrumentation, templates of provisioning."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Iterator

import jinja2
import yaml

from gendash.engine.checks.rules import readable_rules
from gendash.engine.config.load import Config, no_such
from gendash.engine.config.settings import SETTINGS
from gendash.engine.definitions.catalog import Catalog, Document
from gendash.engine.definitions.keys import Key, faults
from gendash.engine.model import Problem
from gendash.engine.render.prometheus import TEMPLATES as PROMETHEUS
from gendash.engine.render.prometheus import render_prometheus
from gendash.engine.render.provisioning import render_provisioning
from gendash.engine.render.rules import live_rules

GLOSSARY, PLAN, INSTRUMENTATION = (
    "dashboards/glossary.yaml",
    "dashboards/plan.yaml",
    "provisioning/instrumentation.yaml",
)
_ANY = ("",)  # the one kind of such an entry
GLOSSARY_KEYS = (
    Key("means", "text", "what the term is", _ANY, _ANY),
    Key("formula", "text", "how it is computed", _ANY),
    Key("unit", "text", "unit of the figure", _ANY),
    Key("source", "text", "which source is the truth for it", _ANY),
    Key("words", "list", "how panels write it", _ANY),
    Key("short", "list", "abbreviations of it in titles and descriptions", _ANY),
)
PLAN_KEYS = (
    Key("bullet", "text", "what the plan asks for", _ANY, _ANY),
    Key("panels", "list", "the panels that show it, as dashboard/panel", _ANY, _ANY),
    Key("departure", "text", "the entry of docs/departures.md that says what differs", _ANY),
)


def check_documents(catalog: Catalog) -> list[Problem]:
    """Glossary, plan and instrumentation have known keys, and name panels and features that exist."""
    found: list[Problem] = []
    for path, check in ((GLOSSARY, _glossary), (PLAN, _plan), (INSTRUMENTATION, _instrumentation)):
        document = catalog.documents.get(path)
        if document is not None and not isinstance(document.content, dict):
            found.append(Problem(path, "not a map", "write 'name: ...' lines"))
        elif document is not None:
            for at, what, do in check(catalog, document):
                line = next((document.lines[key] for key in (at, at.rpartition(".")[0]) if key in document.lines), 0)
                found.append(Problem(f"{path}:{line}" if line else path, what, do))
    return found


def _glossary(_: Catalog, document: Document) -> Iterator[tuple[str, str, str]]:
    for term, entry in document.content.items():
        yield from _entry(entry, GLOSSARY_KEYS, str(term))


def _plan(catalog: Catalog, document: Document) -> Iterator[tuple[str, str, str]]:
    panels = [where for where, _, _ in catalog.panels()]
    for name, bullets in document.content.items():
        if name not in {*catalog.dashboards, *catalog.left_out}:
            yield str(name), *no_such("dashboard", str(name), catalog.dashboards)
        for number, entry in enumerate(bullets if isinstance(bullets, list) else [bullets]):
            at = f"{name}[{number}]"
            wrong = list(_entry(entry, PLAN_KEYS, at))
            yield from wrong
            for panel in entry["panels"] if not wrong else ():
                board = panel.partition("/")[0]
                if board not in {*catalog.dashboards, *catalog.left_out}:
                    yield f"{at}.panels", *no_such("dashboard", board, catalog.dashboards)
                elif panel not in panels and board not in catalog.left_out:
                    yield f"{at}.panels", *no_such("panel", panel, panels)


def _instrumentation(catalog: Catalog, document: Document) -> Iterator[tuple[str, str, str]]:
    known = [key.removeprefix("features.") for key in catalog.config.values if key.startswith("features.")]
    for name, text in document.content.items():
        if name not in known:
            yield str(name), *no_such("feature", str(name), known)
        elif not isinstance(text, str):
            yield str(name), f"{name} is {text!r:.40}, not a text", "write the instructions below `name: |`"


def _entry(entry: object, keys: tuple[Key, ...], at: str) -> Iterator[tuple[str, str, str]]:
    if not isinstance(entry, dict):
        yield at, f"{entry!r:.40} is not a map", f"known keys: {', '.join(key.name for key in keys)}"
        return
    for fault in faults(entry, keys):
        yield f"{at}.{fault.key}", fault.what, fault.do


def check_templates(catalog: Catalog) -> list[Problem]:
    """The templates of provisioning can be filled in, with and without what is optional, and give YAML."""
    found = []
    unreadable = {rule.name for rule in live_rules(catalog)} - {rule.name for _, rule, _ in readable_rules(catalog)}
    if unreadable:  # the checks of rules report them
        rules = {name: rule for name, rule in catalog.rules.items() if name not in unreadable}
        catalog = dataclasses.replace(catalog, rules=rules)
    for path, document in catalog.documents.items():
        if path.endswith(".j2"):
            found += list(_wrong_template(catalog, path, document.text))[:1]
    return found


def _wrong_template(catalog: Catalog, path: str, text: str) -> Iterator[Problem]:
    """The first fault of a template, of each variant of the settings."""
    name = path.rpartition("/")[2]
    texts = {**{other.rpartition("/")[2]: "" for other in catalog.documents}, name: text}
    variants = list(_variants(catalog.config))
    for config in variants if name in PROMETHEUS else variants[:1]:
        try:
            if name in PROMETHEUS:
                files = render_prometheus(catalog, texts, config)
            else:
                files = render_provisioning(config, texts, None, admin=True)
            for content in files.values():
                yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except jinja2.TemplateSyntaxError as error:
            yield Problem(f"{path}:{error.lineno}", f"not a template: {error.message}", "fix the line")
        except yaml.YAMLError as error:
            what = " ".join(str(getattr(error, "problem", None) or error).split())
            yield Problem(path, f"gives what is not YAML: {what}", "fix the template")
        except Exception as error:  # a template may raise anything
            lines = [
                frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"
            ]
            yield Problem(f"{path}:{lines[-1]}" if lines else path, " ".join(str(error).split()), "fix the template")


def _variants(config: Config) -> Iterator[Config]:
    """The settings with each way to keep samples for long, all features, and a Prometheus that needs a password."""
    features = {key: True for key in config.values if key.startswith("features.")}
    address = {"prometheus_url": "http://user@prometheus:9090", "datasources.prometheus_address": ""}
    for setting in SETTINGS:
        if setting.key == "prometheus.long_term":
            for kind in setting.choices:
                values = {**config.values, **features, setting.key: kind, **address}
                yield dataclasses.replace(config, values=values)

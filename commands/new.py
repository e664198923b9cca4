"""new: a minimal dashboard, view or rule in a content root, to start from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gendash.commands._common import CONTENT, Settings, content_roots

if TYPE_CHECKING:
    from gendash.engine.config.load import Config
    from gendash.engine.model import Problem

TEMPLATES = Path(__file__).with_name("templates")
FILES = {
    "dashboard": {"dashboards/{}.py": "dashboard.py"},
    "view": {"sql/views/{}.sql": "view.sql"},
    "rule": {"recording_rules/{}.yaml": "rule.yaml", "recording_rules/tests/{}.yaml": "rule_test.yaml"},
}
"""By kind, each file below the content root and the template that it is made from."""

SHOWN_BY = {
    "dashboard": "",
    "view": 'in a panel: sql("select at as \\"time\\", messages from {{{{ view(\'{}\') }}}} order by 1")',
    "rule": 'in a panel: promql(\'{{{{ rule("job:{}:avg5m") }}}}{{job="{{{{ setting("prometheus.job") }}}}"}}\')',
}
LONGEST_NAME = 40
_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")


@click.command()
@click.argument("kind", type=click.Choice(list(FILES)))
@click.argument("name")
@click.pass_obj
def new(settings: Settings, kind: str, name: str) -> None:
    """Write a minimal dashboard, view or rule.

    It goes into the first folder of `content:`, passes `gendash check`, and works in `gendash demo`: an example to
    change. No file is overwritten. See docs/own-dashboards.md.
    """
    from gendash.engine.errors import ContentError, raise_if
    from gendash.engine.render.write import write_new

    config = settings.config()
    roots = content_roots(config, settings.base) or [settings.base / CONTENT]
    name = name.replace("-", "_")
    texts = _texts(kind, name, roots[0], settings.base, config)
    raise_if(ContentError, _wrong_name(kind, name, config) or _existing(kind, name, list(texts), roots))
    write_new({path: text.encode() for path, text in texts.items()})
    for path in texts:
        click.echo(os.path.relpath(path))
    add = "" if config["content"] else f"add `content: [{CONTENT}]` to {settings.base / 'gendash.yaml'}, then "
    click.echo(f"next: {add}gendash check")
    if SHOWN_BY[kind]:
        click.echo(SHOWN_BY[kind].format(name))


def _texts(kind: str, name: str, root: Path, base: Path, config: Config) -> dict[Path, str]:
    """The new files by path: the templates with their words in capital letters replaced."""
    found = {}
    for pattern, template in FILES[kind].items():
        path = root / pattern.format(name)
        rules = base / "out" / "prometheus" / "rules" / f"gendash-{name}.yml"
        words = {
            "NAME": name.replace("_", "-") if kind == "dashboard" else name,
            "TITLE": name.replace("_", " ").capitalize(),
            "JOB": config["prometheus.job"],
            "RULE_FILE": os.path.relpath(rules, path.parent),
            "THIS_FILE": os.path.relpath(path, base),
        }
        found[path] = _filled((TEMPLATES / f"{template}.template").read_text("utf-8"), words)
    return found


def _filled(text: str, words: Mapping[str, str]) -> str:
    """A template with its words replaced."""
    return re.sub(rf"\b({'|'.join(words)})\b", lambda word: words[word[0]], text)


def _wrong_name(kind: str, name: str, config: Config) -> list[Problem]:
    """The reasons why a name cannot be that of a file, a relation, a rule group or a dashboard's uid."""
    from gendash.engine.model import Problem

    where = f"new {kind} '{name}'"
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        do = f"use lower-case letters, digits and _, {LONGEST_NAME} at most, such as orders_day"
        return [Problem(where, "not a name", do)]
    if kind == "view" and "_" not in name:
        return [Problem(where, "does not say what a row is", f"name subject and grain, such as {name}_day")]
    if kind == "dashboard" and len(uid := config.dashboard_uid(name)) > LONGEST_NAME:
        return [Problem(where, f"its uid {uid} has {len(uid)} characters", f"at most {LONGEST_NAME}: shorten the name")]
    return []


def _existing(kind: str, name: str, paths: list[Path], roots: list[Path]) -> list[Problem]:
    """Files of the same name: own ones are kept, and shipped ones would be replaced."""
    from gendash.engine.definitions.content_modules import PACKAGED
    from gendash.engine.model import Problem

    found = [
        Problem(os.path.relpath(path), "exists", "change it, or choose another name") for path in paths if path.exists()
    ]
    if found:
        return found
    folders = ("tables", "rollups", "views") if kind == "view" else ()
    patterns = [f"sql/{folder}/{{}}.sql" for folder in folders] or list(FILES[kind])[:1]
    taken = [root / one.format(name) for root in [PACKAGED, *roots] for one in patterns]
    return [
        Problem(f"new {kind} '{name}'", f"would replace {path.parent.name}/{path.name}", "choose another name")
        for path in taken
        if path.exists()
    ][:1]

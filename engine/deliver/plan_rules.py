"""The planned changes in Prometheus' rules directory: only files that gendash wrote and that were not edited since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gendash.engine.clients.prometheus import LoadedRule
from gendash.engine.definitions.yaml_text import read_yaml
from gendash.engine.deliver.changes import Action, Change, capped
from gendash.engine.languages.promql import normal_form
from gendash.engine.render.rules import signed_rules

OURS, EDITED, FOREIGN = "ours", "edited", "foreign"


def rule_changes(wanted: Mapping[str, bytes], there: Mapping[str, bytes] | str) -> list[Change]:
    """One change for each file by name, the unchanged included; ``there`` may be the reason why nothing can be seen.

    ``wanted`` and ``there`` hold files by name; a payload's ``content`` is None where a file goes.
    """
    if isinstance(there, str):
        return [_change(name, "blocked", there) for name in sorted(wanted)]
    changes = [_file(name, content, there.get(name)) for name, content in sorted(wanted.items())]
    gone = [name for name, content in sorted(there.items()) if name not in wanted and author(content) != FOREIGN]
    return changes + [_gone(name, there[name]) for name in gone]


def reload_change(
    wanted: Mapping[str, bytes], owed: bool, loaded: Mapping[str, Sequence[LoadedRule]] | str
) -> list[Change]:
    """The reload that Prometheus needs for files that are as wanted: none where it has loaded what is in them.

    ``loaded`` may be the reason why that is not known; then a reload is due if one is ``owed``.
    """
    change = Change("prometheus", "reload", "reload", "update", "reload")
    if isinstance(loaded, str):
        return [change.turned("update", f"written earlier, and not known to be loaded ({loaded})")] if owed else []
    missing = [
        name
        for content in wanted.values()
        for name, rule in _rules(content).items()
        if not any(normal_form(one.expr) == normal_form(str(rule["expr"])) for one in loaded.get(name, ()))
    ]
    if not missing:
        return []
    lines = capped([f"not loaded as written: {name}" for name in missing], 5)
    return [change.turned("update", *lines)]


def author(content: bytes) -> str:
    """The author of a rule file: ours as written, ours but edited since, or not ours."""
    first, _, rest = content.partition(b"\n")
    if not first.startswith(b"# Written by gendash ("):
        return FOREIGN
    try:
        return OURS if signed_rules(rest.decode()) == content else EDITED
    except UnicodeDecodeError:
        return EDITED


def _file(name: str, wanted: bytes, there: bytes | None) -> Change:
    if there is None:
        return _change(name, "create", *_differences({}, _rules(wanted)), content=wanted)
    if there == wanted:
        return _change(name, "none")
    if author(there) == FOREIGN:
        return _change(name, "left", "not written by gendash; rename it, then plan again")
    lines = _differences(_rules(there), _rules(wanted))
    if author(there) == EDITED:
        todo = "take the edit into recording_rules/ of your content folder, delete the file, then plan again"
        return _change(name, "left", "edited since we wrote it; left alone", *lines, todo)
    return _change(name, "update", *(lines or ["comments only"]), content=wanted, before=there)


def _gone(name: str, there: bytes) -> Change:
    if author(there) == EDITED:
        return _change(name, "left", "no longer ours to write, and edited since we wrote it; delete it by hand")
    return _change(name, "update", "removed: no live rule belongs into it", content=None, before=there)


def _change(
    name: str, action: Action, *lines: str, content: bytes | None = None, before: bytes | None = None
) -> Change:
    payload: dict[str, Any] = {"content": content} if action in ("create", "update") else {}
    return Change("prometheus", "rules", name, action, name, lines, payload, before={"content": before})


def _rules(content: bytes) -> dict[str, Any]:
    """Rules by name; none where the text is no rule file."""
    try:
        groups = (read_yaml(content.decode(), 0).content or {}).get("groups") or []
        return {rule.get("record") or rule["alert"]: rule for group in groups for rule in group.get("rules") or []}
    except (UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return {}


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    added = [f"+ {name}" for name in after if name not in before]
    removed = [f"- {name}" for name in before if name not in after]
    return added + removed + [f"~ {name}" for name, rule in after.items() if name in before and before[name] != rule]

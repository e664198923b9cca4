"""A plan in a file: what was planned, without any secret, so that `apply FILE` does exactly that or refuses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.report import change_as_dict
from gendash.engine.errors import Refused
from gendash.engine.model import Problem

FORMAT = 1
_TEXTS = ("target", "kind", "name", "action", "content")  # of each row
_SECRETS = ("secureJsonData", "settings")  # of data sources, and of contact points


def plan_document(changes: Sequence[Change], server: str, options: Mapping[str, Any]) -> str:
    """The text of a plan's file: what is planned, where, and with which options."""
    rows = [{**change_as_dict(change), "content": _digest(change)} for change in changes]
    document = {"format": FORMAT, "server": server, "options": dict(options), "changes": rows}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_plan(text: str, where: str) -> dict[str, Any]:
    """The content of a plan's file. Raises Refused where it is none."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT or not isinstance(document["server"], str):
            raise KeyError
        for row in document["changes"]:
            if not all(isinstance(row[key], str) for key in _TEXTS) or "version" not in row:
                raise KeyError
        return dict(document)
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Refused(Problem(where, "not a plan of this gendash", "make one with `gendash plan --out FILE`")) from None


def raise_if_another(document: Mapping[str, Any], changes: Sequence[Change], server: str, where: str) -> None:
    """Raises Refused, naming each change, where what would be done now is not what the file says."""
    todo = "plan again"
    if document["server"] != server:
        raise Refused(Problem(where, f"it was made for {document['server']}, this is {server}", todo))
    planned = {(row["target"], row["kind"], row["name"]): row for row in document["changes"]}
    now = {(change.target, change.kind, change.name): change for change in changes}
    problems = []
    for key in {**planned, **now}:
        row, change = planned.get(key), now.get(key)
        was = f"{row['action']}" if row else "not in it"
        is_now = change.action if change else "gone"
        if row is None or change is None or was != is_now:
            problems.append(Problem(where, f"{' '.join(key)} was {was}, now {is_now}", todo))
        elif (row["content"], row["version"]) != (_digest(change), change.base):
            problems.append(Problem(where, f"{' '.join(key)} has changed since the plan was made", todo))
    if problems:
        raise Refused(problems)


def _digest(change: Change) -> str:
    """What a change would write, without secrets."""
    text = json.dumps(_public(change.payload), sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def _public(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _public(item) for key, item in value.items() if key not in _SECRETS}
    return [_public(item) for item in value] if isinstance(value, list | tuple) else value

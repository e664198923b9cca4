"""`/api/v1/me/...`: a user's own rows. The store's row security decides which these are, never a condition here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gendash.api.answers import plain_value, span_answer
from gendash.api.packaged import yaml_files
from gendash.api.request import Wrong, cursor_of, key_in, limit_asked, span_asked, whole_days
from gendash.api.world import World
from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.keys import Key, faults
from gendash.engine.definitions.relations import key_of, qualified
from gendash.engine.errors import Unexpected
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Problem

ROLE = "user_reader"
_ANY = ("",)  # the one kind of file
_KEYS = (
    Key("path", "text", "below /api/v1/me", _ANY, _ANY),
    Key("doc", "text", "what it lists", _ANY, _ANY),
    Key("relation", "text", "a relation with row security", _ANY, _ANY),
    Key("feature", "text", "features that it needs", _ANY),
    Key("time", "text", "column of its time", _ANY, _ANY),
    Key("columns", "list", "columns of a row", _ANY, _ANY),
    Key("sums", "list", "columns that are added up", _ANY),
)


@dataclass(frozen=True)
class OwnList:
    """A list of a user's own rows: a relation with row security, its column of time, columns, and those to add up."""

    path: str
    doc: str
    relation: str
    time: str
    columns: Sequence[str]
    keys: Sequence[str]
    sums: Sequence[str] = ()


def packaged_lists() -> dict[str, Any]:
    """The content of each packaged file, by its name. Raises ContentError for one that is no YAML."""
    return yaml_files("own")


def read_lists(catalog: Catalog, given: Mapping[str, Any]) -> tuple[list[OwnList], list[Problem]]:
    """Lists whose features are on, and all problems of all files."""
    found, problems = [], []
    for name, content in given.items():
        wrong = list(_wrong(catalog, content, f"api/own/{name}"))
        problems += wrong
        if wrong or not catalog.config.on(content.get("feature", "")):
            continue
        relation = catalog.relations[content["relation"]]
        keys = [key for key in key_of(relation) if key != relation.header["own_rows"] and key != content["time"]]
        found.append(
            OwnList(
                content["path"],
                content["doc"],
                relation.name,
                content["time"],
                content["columns"],
                keys,
                content.get("sums", ()),
            )
        )
    return found, problems


def _wrong(catalog: Catalog, content: Any, where: str) -> list[Problem]:
    if not isinstance(content, dict):
        return [Problem(where, "not a map", "see api/own/tickets.yaml")]
    found = [Problem(f"{where}: {fault.key}", fault.what, fault.do) for fault in faults(content, _KEYS)]
    if found:
        return found
    relation = catalog.relations.get(content["relation"])
    if relation is None or not relation.header.get("own_rows"):
        what = f"'{content['relation']}' is no relation whose header says own_rows"
        return [Problem(f"{where}: relation", what, suggest(content["relation"], catalog.relations))]
    return [
        Problem(f"{where}: columns", f"{relation.name} has no column '{one}'", suggest(one, relation.columns))
        for one in (content["time"], *content["columns"], *content.get("sums", ()))
        if one not in relation.columns
    ]


def own_rows(
    world: World, own: OwnList, subject: str, params: Mapping[str, str], is_csv: bool = False
) -> dict[str, Any]:
    """One page of a user's own rows, newest first, and their totals over the range. Raises Wrong."""
    known = {"range", "from", "to", "limit", "cursor"}
    unknown = [one for one in params if one not in known]
    if unknown:
        raise Wrong(f"no parameter '{unknown[0][:40]}'; there are {', '.join(sorted(known))}")
    span, _ = span_asked(world.catalog.config, params, world.now)
    limit = limit_asked(params, is_csv)
    relation = world.catalog.relations[own.relation]
    by_day = str(relation.columns[own.time]["type"]) == "date"
    ends: tuple[Any, Any] = whole_days(span, world.zone) if by_day else (span.start, span.end)
    values: dict[str, Any] = {"first": ends[0], "behind": ends[1], "limit": limit + 1}
    time, target = quote_name(own.time), qualified(world.catalog.config, own.relation)
    where = f"{time} >= %(first)s and {time} < %(behind)s"
    order = [time, *(f"{quote_name(key)}::text" for key in own.keys)]
    after = ""
    if params.get("cursor"):
        key = key_in(own.path, params["cursor"], len(order))
        kind = "date" if by_day else "timestamptz"
        marks = [f"%(after0)s::{kind}", *(f"%(after{i})s" for i in range(1, len(order)))]
        after = f" and ({', '.join(order)}) < ({', '.join(marks)})"
        values |= {f"after{i}": one for i, one in enumerate(key)}
    shown = list(dict.fromkeys([*own.columns, own.time, *own.keys]))
    text = f"select {', '.join(map(quote_name, shown))} from {target} where {where}{after}"
    text += f" order by {', '.join(f'{one} desc' for one in order)} limit %(limit)s"
    found = [dict(zip(shown, row, strict=True)) for row in _ask(world, subject, text, values)]
    cursor = None
    if len(found) > limit:
        found = found[:limit]
        cursor = cursor_of(own.path, [_key(found[-1][name]) for name in (own.time, *own.keys)])
    rows = [{name: plain_value(row[name], world.zone) for name in own.columns} for row in found]
    body = {"range": span_answer(span, world), "time_zone": str(world.zone), "rows": rows, "next": cursor}
    if own.sums:
        body["totals"] = _totals(world, own, subject, target, where, values)
    return body


def _totals(
    world: World, own: OwnList, subject: str, target: str, where: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    columns = world.catalog.relations[own.relation].columns
    sums = ", ".join(f"coalesce(sum({quote_name(one)}), 0)::{columns[one]['type']}" for one in own.sums)
    (row,) = _ask(world, subject, f"select {sums} from {target} where {where}", values)
    return {name: plain_value(value, world.zone) for name, value in zip(own.sums, row, strict=True)}


def _key(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _ask(world: World, subject: str, text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows as the role of single users, with the subject of the verified token, set for this transaction alone."""
    given = world.pools.ask(ROLE, text, values, {"gendash.subject": subject})
    if isinstance(given, Failed):
        raise Unexpected(Problem("store", given.message, "run `gendash db migrate`"))
    return given.rows

"""Relations of the store: names, keys, cadences, windows from their headers; what rollups read of the platform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gendash.engine.config.load import Config
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import local_day
from gendash.engine.definitions.names import Present
from gendash.engine.definitions.platform_names import names_in_text, split_column
from gendash.engine.definitions.references import resolve_references
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation

STAGE = re.compile(r"\{\{\s*(?:stage|unreadable)\(\s*['\"](\w+)['\"]")


def stagings(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The staging texts that a rollup reads."""
    names = sorted(name for kind, name in catalog.relation_uses(relation.name) if kind == "staging")
    return [catalog.relations[f"staging.{name}"] for name in names]


def driver(catalog: Catalog, relation: Relation) -> Relation:
    """The staging text whose rows a rollup's rows come from: the first that it names."""
    match = STAGE.search(relation.text)
    assert match, f"{relation.path} reads no staging"
    return catalog.relations[f"staging.{match[1]}"]


def rollups(catalog: Catalog) -> Iterator[Relation]:
    """The rollups whose features are on and that read the platform, in the order in which they are filled."""
    for relation in catalog.build_order():
        if relation.kind == "rollup" and catalog.enabled(relation) and stagings(catalog, relation):
            yield relation


def columns_read(catalog: Catalog) -> dict[str, set[str]]:
    """The platform's columns that those rollups name, by table."""
    found: dict[str, set[str]] = {}
    for relation in rollups(catalog):
        named = frozenset[tuple[str, str]]().union(*map(names_in_text, stagings(catalog, relation)))
        for kind, name in catalog.lineage(relation.name) | named:
            if kind == "column":
                table, column = split_column(name)
                found.setdefault(table, set()).add(column)
    return found


DEFAULT_CADENCE = "5m"
_CLOCK = re.compile(r"\{\{\s*(now|today|calendar)\(")


def qualified(config: Config, name: str) -> str:
    """A name in gendash's schema, quoted where it must be."""
    return f"{quote_name(config['schema'])}.{quote_name(name)}"


def reader_roles(config: Config) -> dict[str, str]:
    """The reader roles by audience; that of single users only where one is set."""
    single = {"user": config["roles.user_reader"]} if config["roles.user_reader"] else {}
    return {"everyone": config["roles.reader"], "admin": config["roles.admin_reader"], **single}


def reader_login(config: Config, role: str) -> str:
    """The name with which a connection signs in as ``reader`` or ``admin_reader``: the role's own, or as it is set."""
    login: str = config[f"roles.{role}_login"] or config[f"roles.{role}"]
    return login


def cadence_s(config: Config, relation: Relation) -> float:
    """Seconds between refreshes of a relation: by its setting, else by its header."""
    return seconds(str(config.get(f"cadences.{relation.name}") or relation.header.get("cadence", DEFAULT_CADENCE)))


def is_materialized(relation: Relation) -> bool:
    """True if a view is stored and must be refreshed."""
    return relation.kind == "view" and bool(relation.header.get("materialized"))


def query_of(
    catalog: Catalog,
    relation: Relation,
    present: Present | None = None,
    cuts: Mapping[str, str] | None = None,
) -> str:
    """The query that fills a rollup. ``present`` and ``cuts`` as in `expand`."""
    return resolve_references(relation.text, catalog.names, present=present, cuts=cuts).text.strip().rstrip(";")


def key_of(relation: Relation) -> list[str]:
    """Names of the columns that identify a row."""
    return list(relation.header.get("key", ()))


def inputs(catalog: Catalog, relation: Relation) -> dict[str, Relation]:
    """The stored relations that a relation depends on by name, in order; plain views are replaced by what they read."""
    found: dict[str, Relation] = {}
    for one in _texts(catalog, relation):
        for kind, name in catalog.relation_uses(one.name):
            if kind == "relation" and not _is_plain(catalog.relations[name]):
                found[name] = catalog.relations[name]
    return dict(sorted(found.items()))


def is_tracked(relation: Relation) -> bool:
    """True if the days on which its rows change are recorded: by triggers, or by the refresh of a materialized view."""
    return relation.kind == "rollup" or is_materialized(relation) or bool(relation.header.get("tracked"))


def moves_with(catalog: Catalog, relation: Relation) -> str:
    """The clock that alone changes a relation's rows: `now` (every moment), `today` (a new day), or an empty string."""
    called = {name for one in _texts(catalog, relation) for name in _CLOCK.findall(one.text)}
    return "now" if "now" in called else "today" if called else ""


def _texts(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The relation, and the plain views that it reads, whose texts are part of its own."""
    found = [relation]
    for one in found:
        names = sorted(name for kind, name in catalog.relation_uses(one.name) if kind == "relation")
        found += [view for name in names if _is_plain(view := catalog.relations[name]) and view not in found]
    return found


def _is_plain(relation: Relation) -> bool:
    return relation.kind == "view" and not is_materialized(relation)


def reach(relation: Relation, name: str) -> tuple[int | None, int]:
    """The days (before, after) its own day that a row reads of a relation below it; before is None for all days.

    A relation that reads all days names in ``whole:`` the columns that those rows share, such as the user.
    """
    back, ahead = relation.header.get("reach", {}).get(name, (0, 0))
    return None if back == "all" else back, ahead


def day_of(config: Config, relation: Relation) -> str:
    """SQL: the local day of a row; NULL where rows have none."""
    column = relation.header.get("time")
    if not column:
        return "null::date"
    name = quote_name(column)
    return name if relation.columns[column]["type"] == "date" else local_day(name, config["time_zone"])


def merges(relation: Relation) -> dict[str, str]:
    """The aggregate that puts partial rows together, by column; empty where each row of the query is a row."""
    return {name: column["merge"] for name, column in relation.columns.items() if column.get("merge")}


def user_columns(relation: Relation) -> list[str]:
    """Columns that name a user who may be gone."""
    return [name for name, column in relation.columns.items() if column.get("of_user")]

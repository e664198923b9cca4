"""The start of a run: opens the store, a client with its keys, the project, and reads which private fields are open."""

from __future__ import annotations

from dataclasses import replace

from psycopg import sql

from gendash.engine.clients.http_policy import route_of
from gendash.engine.config.load import Config, variable_part
from gendash.engine.errors import ConfigError, Refused
from gendash.engine.model import Problem
from gendash.langfuse_bridge import api_client as langfuse
from gendash.langfuse_bridge.api_client import Api, Client
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import FIELDS, FREE_TEXT, OBSERVATIONS, STREAMS
from gendash.langfuse_bridge.sync_state import SyncState


def open_store(config: Config) -> Store:
    """The store of a configuration. Raises ConfigError where none is named."""
    if not config["database_url"]:
        raise ConfigError(Problem("GENDASH_DATABASE_URL", "no store is named", "set it to the owner's URL"))
    return Store(config["database_url"], config["schema"])


def open_client(config: Config, store: Store | None = None) -> Client:
    """A client with the keys of a configuration, whose budget is the store's. Raises ConfigError without keys."""
    missing = [name for name in ("public_key", "secret_key") if not config[f"langfuse.{name}"]]
    further = config["langfuse.project"] in config["langfuse.projects"]
    variables = f"LANGFUSE_{variable_part(config['langfuse.project'])}" if further else "LANGFUSE"
    if missing:
        names = " and ".join(f"{variables}_{name.upper()}" for name in missing)
        raise ConfigError(Problem(names, "no API key for Langfuse", "set it, or turn features.langfuse off"))
    keys = config["langfuse.public_key"], config["langfuse.secret_key"]
    plan, share = config["langfuse.plan"], config["langfuse.budget"]
    book = store.book if store else None
    route = replace(route_of(config, "langfuse"), variable=f"{variables}_HEADERS")
    if further:
        route = replace(route, key=f"langfuse.servers.{config['langfuse.project']}")
    return Client(config["langfuse.base_url"], *keys, plan, share, variables=variables, budget=book, route=route)


def open_shaper(config: Config, store: Store, project: str) -> Shaper:
    """The shaper, which turns items into rows; users are hashed with the key that the store keeps."""
    return Shaper(project, store.user_key(), config["langfuse.metadata"], config["langfuse.fields"])


def enter(config: Config, client: Client, store: Store, state: SyncState) -> tuple[str, Api, str]:
    """Version of the server, the API to read, and why, after a look at whose keys these are.

    Raises Refused where they belong to another project than the stored rows, which the look-backs would delete.
    """
    name = config["langfuse.project"]
    # A server that failed the last time is probably still away: other projects wait for this one.
    server, found = langfuse.version(client, tries=1 if state.error else 0), langfuse.check_keys(client)
    if found and state.project_id not in (None, found):
        what = f"the keys belong to project {found}, the rows of '{name}' came from {state.project_id}"
        do = f"name {found} under langfuse.projects, or `gendash langfuse purge --all --project {name}` first"
        raise Refused(Problem(client.where, what, do))
    other = store.other_name(name, found) if found else None
    if other:
        what = f"the keys of '{name}' and '{other}' belong to the same project {found}, whose calls would count twice"
        raise Refused(Problem(client.where, what, "give one of them other keys, or drop it from langfuse.projects"))
    if found and state.project_id is None:
        store.note(name, OBSERVATIONS.name, {"project_id": found})
    # Where requests are limited, what was found out for a version holds: Langfuse Cloud has no modes.
    if client.allowed("v2/metrics") and state.server == server and state.api in ("v1", "v2"):
        return server, "v2" if state.api == "v2" else "v1", "as found before for this version"
    return server, *langfuse.choose_api(client, server)


def settle_fields(config: Config, store: Store, project: str, state: SyncState) -> list[str]:
    """Empties the columns of fields that are no longer open, and notes which ones are; lines on what was done.

    That comes before any row, so that a run that is killed never keeps more than is noted.
    """
    fields = sorted([*config["langfuse.fields"], *(f"metadata.{key}" for key in config["langfuse.metadata"])])
    before = state.fields or []
    lines = []
    for name in sorted(set(before) - set(fields)):
        key = name.removeprefix("metadata.")
        stream, column = FIELDS.get(name, (OBSERVATIONS, "metadata"))
        if column == "metadata":
            value: sql.Composable = sql.SQL("metadata - {}").format(sql.Literal(key))
        elif name == "score_text":
            kinds = sql.SQL(", ").join(map(sql.Literal, FREE_TEXT))
            value = sql.SQL("case when data_type not in ({}) then value_text end").format(kinds)
        else:
            value = sql.SQL("null")
        lines.append(f"{name} is closed: emptied in {store.clear(stream.table, project, column, value):,} rows")
    if fields != before:
        store.note(project, OBSERVATIONS.name, {"fields": fields})
        for stream in STREAMS:  # a range that was broken off begins again: it was read for the new fields
            store.note(project, stream.name, {"range_at": None})
        if set(fields) - set(before) and state.closed_until:
            lines.append(f"{', '.join(sorted(set(fields) - set(before)))}: older rows get it from `sync --from`")
    return lines

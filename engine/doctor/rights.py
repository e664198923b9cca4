"""The minimum privileges of each command, and the missing and excess privileges of this installation's roles. Pure.

What a role must read follows from the definitions: the source's role reads the columns that staging queries name, a
reader the relations of its audience.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import platform_schemas, quoted_table, split_name
from gendash.engine.definitions.relations import reader_roles
from gendash.engine.definitions.requirements import feature_needs
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.render.schema_sql import FILE_LIMIT, readers_of, role_settings
from gendash.engine.store.privileges import Held, by_role, foreign_privileges, summary
from gendash.engine.store.roles import Surroundings, reader_differences

WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
Column = tuple[str, str]
_MIGRATE = "-- run `gendash db migrate`"


class Command(NamedTuple):
    """The privileges that a command needs on each server; empty if it does not connect to it."""

    command: str
    database: str = ""
    prometheus: str = ""
    langfuse: str = ""
    grafana: str = ""


_OWNER, _SOURCE = "owner: owns schema {schema}, TEMPORARY", "source: SELECT on the columns below"
_QUERIES, _KEYS = "its HTTP API", "keys of the project"
COMMANDS = (
    Command("check, build, config"),
    Command("doctor", "source, owner: to connect", _QUERIES, _KEYS, "role Viewer"),
    Command("db migrate", f"{_OWNER}; CREATEROLE the first time, or GENDASH_ADMIN_DATABASE_URL"),
    Command("db refresh, db audit", f"{_OWNER}; {_SOURCE}", "its HTTP API, for audits that compare with it"),
    Command("db status, metrics", "owner: reads schema {schema}"),
    Command("langfuse sync, reconcile", _OWNER, langfuse=_KEYS),
    Command("verify", "readers: LOGIN and SELECT on the relations of their audience", _QUERIES),
    Command("plan", "owner: to look", "reads prometheus.rules_dir", grafana="role Editor, to see versions"),
    Command(
        "apply",
        _OWNER,
        "writes prometheus.rules_dir, may reload",
        grafana="role Editor; Admin if it creates data sources or the hidden folder",
    ),
)


@dataclass(frozen=True)
class RoleSeen:
    """An existing role: its attributes (``superuser``, ...) and its privileges on the platform's and gendash's schemas.

    ``tables`` are privileges by (schema, table), ``columns`` the platform's columns that it may read, ``owned`` the
    tables that it owns, ``schemas`` those that it may use, ``creates`` those that it may create in, ``plain`` the
    platform's tables that have a ``ctid``.
    """

    name: str
    exists: bool = True
    attributes: frozenset[str] = frozenset()
    login: bool = True
    temporary: bool = True
    schemas: frozenset[str] = frozenset()
    creates: frozenset[str] = frozenset()
    owned: frozenset[tuple[str, str]] = frozenset()
    tables: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    columns: frozenset[Column] = frozenset()
    plain: frozenset[str] = frozenset()


class Noted(NamedTuple):
    """A finding on a role: it ``lacks`` a privilege, or has ``more`` than it needs; and the SQL that corrects it."""

    role: str
    kind: str
    what: str
    sql: str = ""


def columns_to_grant(catalog: Catalog, there: Collection[Column], plain: Collection[str]) -> set[Column]:
    """The existing columns of the platform that enabled features read.

    A large table is read by ranges of ``ctid``, which a role with privileges on single columns must be granted too.
    """
    names = {
        name
        for feature, needs in feature_needs(catalog).items()
        if catalog.config.on(feature)
        for name in needs.columns | needs.optional
    }
    read = {column for column in there if ".".join(column) in names}
    if catalog.config["platform.adapter"]:
        return read  # a SELECT is cut by time
    return read | {(table, "ctid") for table, _ in read if table in plain}


def relations_read(catalog: Catalog, audience: str) -> set[str]:
    """The names of the store's relations that the role of an audience may read."""
    role = reader_roles(catalog.config)[audience]
    store = [one for one in catalog.relations.values() if one.kind in ("table", "rollup", "view")]
    return {one.name for one in store if role in readers_of(catalog, one)}


def source_notes(catalog: Catalog, seen: RoleSeen, there: Collection[Column]) -> list[Noted]:
    """The missing and excess privileges of the source's role, which needs to read the columns of enabled features."""
    config, role, read = catalog.config, quote_name(seen.name), columns_to_grant(catalog, there, seen.plain)
    found = list(_attributes(seen))
    schemas = sorted(platform_schemas(config, catalog.names.stagings.values()))
    for schema in (one for one in schemas if one not in seen.schemas):
        grant = f"grant usage on schema {quote_name(schema)} to {role}"
        found.append(Noted(seen.name, "lacks", f"USAGE on schema {schema}", grant))
    for table in sorted({table for table, _ in read}):
        wanted = sorted(column for one, column in read if one == table)
        hidden = [column for column in wanted if (table, column) not in seen.columns]
        grant = f"grant select ({', '.join(map(quote_name, wanted))}) on {quoted_table(config, table)} to {role}"
        if hidden:
            where = ".".join(split_name(config, table))
            found.append(Noted(seen.name, "lacks", f"SELECT on {where} ({', '.join(hidden)})", grant))
    if "superuser" not in seen.attributes:
        for schema in schemas:
            found += _more_of_tables(config, seen, schema, read)
            found += _creates(seen, schema)
    return found


def _more_of_tables(config: Config, seen: RoleSeen, schema: str, read: Collection[Column]) -> Iterator[Noted]:
    quoted, role = quote_name(schema), quote_name(seen.name)
    owned = sorted(table for one, table in seen.owned if one == schema)
    if owned:
        what = f"owns {_names(owned)} in schema {schema}; a separate role that may only read would do"
        yield Noted(seen.name, "more", what, _own_role(config, read))
        return
    for (one, table), privileges in sorted(seen.tables.items()):
        place = f"{quoted}.{quote_name(table)}"
        writes = [name for name in WRITES if name in privileges] if one == schema else []
        if writes:
            sql = f"revoke {', '.join(writes).lower()} on {place} from {role}"
            yield Noted(seen.name, "more", f"{', '.join(writes)} on {schema}.{table}", sql)
    for table in sorted({table for table, _ in seen.columns if split_name(config, table)[0] == schema}):
        wanted = {column for one, column in read if one == table}
        beyond = sorted(column for one, column in seen.columns if one == table and column not in {*wanted, "ctid"})
        if beyond:
            place = quoted_table(config, table)
            sql = f"revoke select on {place} from {role}"
            if wanted:
                sql += f"; grant select ({', '.join(quote_name(name) for name in sorted(wanted))}) on {place} to {role}"
            where = ".".join(split_name(config, table))
            yield Noted(seen.name, "more", f"SELECT on {where} ({', '.join(beyond)}), which nothing reads", sql)


def _own_role(config: Config, read: Collection[Column]) -> str:
    """SQL that creates a role which may only read the given columns of the platform."""
    return "; ".join(["create role gendash_source login password '…'", *grants(config, read, "gendash_source")])


def grants(config: Config, read: Collection[Column], role: str) -> list[str]:
    """The statements that let a role read the given columns of the platform, and nothing else."""
    schemas = sorted({split_name(config, table)[0] for table, _ in read})
    lines = [f"grant usage on schema {quote_name(schema)} to {quote_name(role)}" for schema in schemas]
    for table in sorted({table for table, _ in read}):
        names = ", ".join(quote_name(column) for one, column in sorted(read) if one == table)
        lines.append(f"grant select ({names}) on {quoted_table(config, table)} to {quote_name(role)}")
    return lines


def owner_notes(catalog: Catalog, seen: RoleSeen, database: str) -> list[Noted]:
    """The missing and excess privileges of the store's role, which needs its own schema and temporary tables."""
    schema, role = catalog.config["schema"], quote_name(seen.name)
    found = list(_attributes(seen))
    if schema not in seen.creates:
        sql = f"create schema if not exists {quote_name(schema)} authorization {role}"
        found.append(Noted(seen.name, "lacks", f"schema {schema}, which it should own", sql))
    if not seen.temporary:
        sql = f"grant temporary on database {quote_name(database)} to {role}"
        found.append(Noted(seen.name, "lacks", f"TEMPORARY on database {database}", sql))
    return found


def reader_notes(catalog: Catalog, seen: RoleSeen, audience: str) -> list[Noted]:
    """The missing and excess privileges of a reader, which needs to read the relations of its audience."""
    if not seen.exists:
        return [Noted(seen.name, "lacks", "the role itself: it does not exist", "-- run `gendash db migrate`")]
    config, role = catalog.config, quote_name(seen.name)
    schema, wanted = config["schema"], relations_read(catalog, audience)
    found = list(_attributes(seen))
    if not seen.login:
        found.append(Noted(seen.name, "lacks", "LOGIN", f"alter role {role} login password '…'"))
    if schema not in seen.schemas:
        found.append(Noted(seen.name, "lacks", f"USAGE on schema {schema}", "-- run `gendash db migrate`"))
    if "superuser" in seen.attributes:
        return found
    readable = {name for (one, name), held in seen.tables.items() if one == schema and "SELECT" in held}
    if wanted - readable:
        found.append(Noted(seen.name, "lacks", f"SELECT on {_names(wanted - readable)}", "-- run `gendash db migrate`"))
    for (one, table), held in sorted(seen.tables.items()):
        beyond = sorted(held - ({"SELECT"} if one == schema and table in wanted else set()))
        if beyond:
            place = f"{quote_name(one)}.{quote_name(table)}"
            sql = f"revoke {', '.join(beyond).lower()} on {place} from {role}"
            found.append(Noted(seen.name, "more", f"{', '.join(beyond)} on {one}.{table}", sql))
    return found + [note for one in sorted(seen.creates) for note in _creates(seen, one)]


def limit_notes(seen: Surroundings, config: Config, rejected: Collection[str]) -> list[Noted]:
    """What sessions of the readers have changed of their own roles; ``rejected`` are those whose password fails."""
    found = []
    for role in dict.fromkeys(reader_roles(config).values()):
        if role in rejected:
            found.append(Noted(role, "lacks", "the password that is configured: the server rejects it", _MIGRATE))
        if role not in seen.roles:
            continue
        name, differs = quote_name(role), reader_differences(seen, config, role)
        if differs:
            what = f"another {', '.join(differs)} than gendash sets; its sessions can change most of them"
            limits = "; ".join([f"alter role {name} reset all", *role_settings(config, role, limits_files=False)])
            found.append(Noted(role, "more", what, _MIGRATE if seen.roles[role].ours else limits))
        if not any(one.startswith("temp_file_limit=") for one in seen.roles[role].settings):
            sql = f"alter role {name} set temp_file_limit = {quote_text(FILE_LIMIT)}"
            found.append(Noted(role, "more", "temporary files without a limit; only a superuser can set one", sql))
        owned = [f"{seen.large_objects[role]} large objects"] if role in seen.large_objects else []
        owned += seen.owned.get(role, ())
        if owned:
            found.append(Noted(role, "more", f"owns {', '.join(owned)}", f"drop owned by {name}; {_MIGRATE}"))
    return found


def privilege_notes(catalog: Catalog, held: Collection[Held]) -> list[Noted]:
    """The privileges on gendash's schema that the definitions do not give, by role."""
    found = by_role(foreign_privileges(catalog, held)).items()
    return [Noted(role, "more", f"privileges on {summary(objects)}", _MIGRATE) for role, objects in found]


def _creates(seen: RoleSeen, schema: str) -> Iterator[Noted]:
    if schema in seen.creates:
        sql = f"revoke create on schema {quote_name(schema)} from {quote_name(seen.name)}"
        yield Noted(seen.name, "more", f"CREATE in schema {schema}", sql)


def _attributes(seen: RoleSeen) -> Iterator[Noted]:
    for name in sorted(seen.attributes):
        yield Noted(seen.name, "more", name.upper(), f"alter role {quote_name(seen.name)} no{name}")


def public_notes(
    database: str, owner: str, held: Collection[str], functions: Mapping[str, int], alone: bool
) -> list[Noted]:
    """The excess privileges of PUBLIC, that is, all except CONNECT.

    If others use the database (not ``alone``), the notes say so. ``owner`` needs to keep its temporary tables.
    """
    whose = "" if alone else ", if nobody else needs it"
    found = []
    if "temporary" in held:
        of = f"temporary on database {quote_name(database)}"
        sql = f"grant {of} to {quote_name(owner)}; revoke {of} from public"
        found.append(Noted("PUBLIC", "more", f"TEMPORARY on database {database}{whose}", sql))
    if "create" in held:
        found.append(
            Noted("PUBLIC", "more", f"CREATE in schema public{whose}", "revoke create on schema public from public")
        )
    for schema, count in sorted(functions.items()):
        sql = f"revoke execute on all functions in schema {quote_name(schema)} from public"
        what = f"EXECUTE on {count} function{'s' if count > 1 else ''} of schema {schema}{whose}"
        found.append(Noted("PUBLIC", "more", what, sql))
    return found


TOKEN = {  # the permissions that `apply` needs, and why
    "dashboards:create": "role Editor, to save dashboards",
    "folders:create": "role Editor, to make folders",
    "datasources:create": "role Admin, to make data sources; or give Grafana provisioning/ of `gendash build`",
    "folders.permissions:write": "role Admin, to hide the folder of the admin dashboards",
}


def token_notes(allowed: Collection[str] | None, *, is_new: bool) -> list[Noted]:
    """The missing and excess permissions of the service account of Grafana's token, which needs those of `apply`.

    Permissions of an Admin are needed only if Grafana ``is_new`` to gendash: later, data sources and folders exist.
    """
    if allowed is None:
        return []
    needed = {action: why for action, why in TOKEN.items() if is_new or "role Admin" not in why}
    lacking = {action: why for action, why in needed.items() if action not in allowed}
    found = [Noted("grafana token", "lacks", f"{action}: {why}") for action, why in lacking.items()]
    beyond = [name for name in allowed if name.startswith(("users:", "server.", "orgs:"))]
    if beyond:
        what = f"{_names(beyond)}, which gendash does not need; use a service account with a lower role"
        found.append(Noted("grafana token", "more", what))
    return found


def role_of(catalog: Catalog) -> dict[str, str]:
    """The reader roles by audience."""
    return reader_roles(catalog.config)


def _names(names: Collection[str], most: int = 4) -> str:
    found = sorted(names)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")

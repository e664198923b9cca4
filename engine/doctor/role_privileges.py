"""Reads from the system catalogs the privileges of roles on the platform's schema and on gendash's."""

from __future__ import annotations

from typing import Any

from gendash.engine.clients.postgres import Connection, local_settings
from gendash.engine.config.load import Config
from gendash.engine.definitions.platform_names import table_name
from gendash.engine.doctor.rights import WRITES, RoleSeen
from gendash.engine.platform.columns import READ_SETTINGS

_ATTRIBUTES = ("superuser", "createrole", "createdb", "bypassrls", "replication")


def role_seen(connection: Connection, role: str, schemas: list[str], config: Config | None = None) -> RoleSeen:
    """A role and its privileges on the given schemas; with ``config``, which names the tables, on columns, too."""
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        row = connection.execute(
            "select rolcanlogin, has_database_privilege(rolname, current_database(), 'temporary'), "
            "array[rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication] "
            "from pg_roles where rolname = %s",
            [role],
        ).fetchone()
        if not row:
            return RoleSeen(role, exists=False)
        login, temporary, attributes = row
        spaces = _rows(
            connection,
            "select nspname, has_schema_privilege(%s::name, oid, 'usage'), "
            "has_schema_privilege(%s::name, oid, 'create') from pg_namespace where nspname = any(%s)",
            [role, role, schemas],
        )
        tables: dict[tuple[str, str], set[str]] = {}
        for schema, table, privilege in _rows(
            connection,
            "select nspname, relname, privilege from pg_class c join pg_namespace n on n.oid = relnamespace, "
            "unnest(%s::text[]) as privilege where nspname = any(%s) and relkind in ('r', 'p', 'v', 'm', 'f') "
            "and has_table_privilege(%s::name, c.oid, privilege)",
            [["SELECT", *WRITES], schemas, role],
        ):
            tables.setdefault((schema, table), set()).add(privilege)
        owned = _rows(
            connection,
            "select nspname, relname from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname = any(%s) and relkind in ('r', 'p', 'v', 'm', 'f') "
            "and pg_has_role(%s::name, relowner, 'usage')",
            [schemas, role],
        )
        columns = _rows(
            connection,
            "select nspname, relname, attname, has_column_privilege(%s::name, c.oid, attnum, 'select') "
            "from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace "
            "where nspname = any(%s) and relkind in ('r', 'p', 'v', 'm', 'f') "
            "and (attnum > 0 or attname = 'ctid') and not attisdropped",
            [role, schemas if config else []],
        )
        columns = [(table_name(config, schema, table), *rest) for schema, table, *rest in columns] if config else []
    return RoleSeen(
        role,
        attributes=frozenset(name for name, has in zip(_ATTRIBUTES, attributes, strict=True) if has),
        login=login,
        temporary=temporary,
        schemas=frozenset(name for name, may, _ in spaces if may),
        creates=frozenset(name for name, _, may in spaces if may),
        owned=frozenset((schema, table) for schema, table in owned),
        tables={place: frozenset(held) for place, held in tables.items()},
        columns=frozenset((table, column) for table, column, may in columns if may),
        plain=frozenset(table for table, column, _ in columns if column == "ctid"),
    )


def public_seen(connection: Connection) -> tuple[str, frozenset[str], dict[str, int]]:
    """The database's name, the privileges of PUBLIC on it, and the number of functions it may execute, by schema."""
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        (database,) = _rows(connection, "select current_database()", [])[0]
        held = _rows(
            connection,
            "select lower(privilege_type) from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) "
            "where datname = current_database() and grantee = 0 union all "
            "select 'create' from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) "
            "where nspname = 'public' and grantee = 0 and privilege_type = 'CREATE'",
            [],
        )
        functions = _rows(
            connection,
            "select nspname, count(*) from pg_proc p join pg_namespace n on n.oid = pronamespace, "
            "aclexplode(coalesce(proacl, acldefault('f', proowner))) "
            "where grantee = 0 and privilege_type = 'EXECUTE' and nspname <> 'information_schema' "
            "and nspname not like 'pg\\_%%' and exists (select from aclexplode(nspacl) as of_schema "
            "where of_schema.grantee = 0 and of_schema.privilege_type = 'USAGE') group by 1",
            [],
        )
    return database, frozenset(name for (name,) in held), dict(functions)


def _rows(connection: Connection, text: Any, values: list[Any]) -> list[Any]:
    return connection.execute(text, values).fetchall()

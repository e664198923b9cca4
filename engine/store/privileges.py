"""Privileges on gendash's schema: what the definitions grant to the reader roles, and nothing else to anybody.

Default privileges, which managed servers set up for their own roles, and a DBA's ``grant … on all tables`` would open
what only the owner reads. So each migration compares all privileges on what gendash made with those that it grants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from gendash.engine.clients.postgres import Connection
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import qualified, reader_roles
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation
from gendash.engine.render.schema_sql import FOR_READERS, FUNCTIONS, function_sql, readers_of
from gendash.engine.store.roles import Step

PUBLIC = "public"  # no role can have this name
_HELD = """
with ours as (
  select 'table' as kind, relname as name, relowner as owner, relacl as acl
  from pg_class where relnamespace = to_regnamespace(%(schema)s) and relkind in ('r', 'v', 'm')
    and relname = any(%(relations)s)
  union all
  select 'table', relname, relowner, attacl
  from pg_class c join pg_attribute on attrelid = c.oid
  where relnamespace = to_regnamespace(%(schema)s) and relkind in ('r', 'v', 'm') and relname = any(%(relations)s)
    and attacl is not null
  union all
  select 'function', proname, proowner, coalesce(proacl, acldefault('f', proowner))
  from pg_proc where pronamespace = to_regnamespace(%(schema)s) and proname = any(%(functions)s)
  union all
  select 'schema', nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner))
  from pg_namespace where oid = to_regnamespace(%(schema)s)
)
select kind, name, case held.grantee when 0 then 'public' else pg_get_userbyid(held.grantee) end,
  array_agg(distinct lower(held.privilege_type)) filter (where held.grantee is not null), bool_or(held.is_grantable)
from ours left join lateral aclexplode(acl) as held on held.grantee <> owner
where pg_has_role(owner, 'usage') group by 1, 2, 3 order by 1, 2, 3
"""


class Held(NamedTuple):
    """Privileges of one role on one object, such as (table, x, anon, {select}); without a role, nobody has any."""

    kind: str
    name: str
    role: str
    privileges: frozenset[str] = frozenset()


def wanted_privileges(catalog: Catalog) -> dict[tuple[str, str, str], str]:
    """The privilege that the definitions give, by kind and name of an object and role; there is no other."""
    config = catalog.config
    readers = list(dict.fromkeys(reader_roles(config).values()))
    wanted = {("table", one.name, role): "select" for one in _stored(catalog) for role in readers_of(catalog, one)}
    wanted |= {("function", name, role): "execute" for name in FOR_READERS for role in readers}
    return wanted | {("schema", config["schema"], role): "usage" for role in readers}


def held_privileges(connection: Connection, catalog: Catalog) -> list[Held]:
    """All privileges on relations, functions and schema of gendash, except those of their owners."""
    names = {
        "schema": quote_name(catalog.config["schema"]),
        "relations": [one.name for one in _stored(catalog)],
        "functions": list(FUNCTIONS),
    }
    return [
        Held(kind, name, role or "", frozenset([*(privileges or ()), *(["grant option"] if grantable else [])]))
        for kind, name, role, privileges, grantable in connection.execute(_HELD, names)
    ]


def foreign_privileges(catalog: Catalog, held: Iterable[Held]) -> list[Held]:
    """Of the privileges held those that the definitions do not give."""
    wanted = wanted_privileges(catalog)
    beyond = (one._replace(privileges=one.privileges - {wanted.get(one[:3], "")}) for one in held)
    return [one for one in beyond if one.privileges]


def privilege_steps(catalog: Catalog, held: Collection[Held]) -> list[Step]:
    """The steps that revoke what the definitions do not give, one for each role, and grant again what is missing."""
    wanted = wanted_privileges(catalog)
    steps = []
    for role, objects in by_role(foreign_privileges(catalog, held)).items():
        statements = []
        for one in objects:
            statements.append(f"revoke all on {_sql(catalog, one)} from {quote_role(role)} cascade")
            if one[:3] in wanted:
                statements.append(f"grant {wanted[one[:3]]} on {_sql(catalog, one)} to {quote_role(role)}")
        steps.append(Step(f"revoke privileges of {role} on {summary(objects)}", tuple(statements)))
    there = {one[:2] for one in held}
    has = {(*one[:3], privilege) for one in held for privilege in one.privileges}
    lost = [Held(*key) for key, privilege in wanted.items() if key[:2] in there and (*key, privilege) not in has]
    for role, objects in by_role(lost).items():
        grants = (f"grant {wanted[one[:3]]} on {_sql(catalog, one)} to {quote_role(role)}" for one in objects)
        steps.append(Step(f"grant {role} again what it reads: {summary(objects)}", tuple(grants)))
    return steps


def by_role(held: Iterable[Held]) -> dict[str, list[Held]]:
    """Privileges by role, in the order of the roles' names."""
    found: dict[str, list[Held]] = {}
    for one in held:
        found.setdefault(one.role, []).append(one)
    return dict(sorted(found.items()))


def summary(objects: Collection[Held], most: int = 3) -> str:
    """The names of a few objects, and how many others there are."""
    names = sorted(f"{one.kind} {one.name}" for one in objects)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def quote_role(role: str) -> str:
    """A role as a name in SQL; PUBLIC is a keyword."""
    return role if role == PUBLIC else quote_name(role)


def _sql(catalog: Catalog, held: Held) -> str:
    config = catalog.config
    if held.kind == "schema":
        return f"schema {quote_name(held.name)}"
    return f"{held.kind} {function_sql(config, held.name) if held.kind == 'function' else qualified(config, held.name)}"


def _stored(catalog: Catalog) -> list[Relation]:
    return [one for one in catalog.relations.values() if one.kind in ("table", "rollup", "view")]

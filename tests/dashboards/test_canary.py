"""What people wrote and who they are is found by no query that a reader may run, beyond what admins are shown."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from desk_store import Store, filled
from overview_worlds import STORIES, World, make
from psycopg import sql

from gendash.demo.postgres import Server
from gendash.demo.timeline import COLUMNS

PRIVATE = {
    "users": ("email", "hashed_password", "first_name", "last_name", "phone_number"),
    "conversations": ("title", "room_name", "phone_number"),
    "messages": ("content",),
    "feedback": ("comment",),
    "documents": ("title", "filename", "file_hash"),
    "tickets": ("title",),
}
"""Columns of the platform that hold what is private."""

TRACED = ("input", "output", "statusMessage")
NAMES = {"canary_first_name", "canary_last_name"}
ADMINS_SEE = {
    "user_top_30d": NAMES,
    "user_llm_30d": NAMES,
    "llm_user_30d": NAMES,
    "user_desk_90d": NAMES,
    "user_name": NAMES,
    "rating_turn_30d": {"canary_comment"},
    "rating_conversation_30d": {"canary_comment"},
}
"""What stands in relations for admins, by design.md 6: names and comments, nothing else."""


def planted() -> World:
    """A world in which every private place holds a word that stands nowhere else."""
    world = make(STORIES["utc at a full hour"])
    for table, private in PRIVATE.items():
        rows = [dict(zip(COLUMNS[table], row, strict=True)) for row in getattr(world.platform, table)]
        for number, row in enumerate(rows):
            row |= {column: f"canary_{column} {number}" for column in private}
        getattr(world.platform, table)[:] = [tuple(row.values()) for row in rows]
    for row in world.platform.observations:
        row |= {key: f"canary_{key}" for key in TRACED}
        row["metadata"] = {**(row["metadata"] or {}), "note": "canary_metadata"}
    for score in world.platform.scores:
        score |= {"comment": "canary_score", "metadata": {"note": "canary_metadata"}}
    return World(world.platform, world.zone, world.now, world.budget, world.server_zone)


@pytest.fixture(scope="module")
def store(postgres: Server) -> Iterator[Store]:
    """The store of that world."""
    with filled(postgres, planted(), "overview") as found:
        yield found


READABLE = """
select c.oid::regclass::text, n.nspname, c.relname,
  array_agg(quote_ident(a.attname) order by a.attnum) filter (where has_column_privilege(c.oid, a.attnum, 'select'))
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
where c.relkind in ('r', 'v', 'm', 'p', 'f') and a.attnum > 0 and not a.attisdropped
  and n.nspname <> 'information_schema'  -- which only names what the searched catalogs hold
  and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
group by 1, 2, 3"""


def found(url: str, words: str) -> dict[str, set[str]]:
    """What a role finds of words that match an expression, by relation, in everything that it may select from."""
    seen: dict[str, set[str]] = {}
    with psycopg.connect(url, autocommit=True) as connection:
        for relation, _, name, columns in connection.execute(READABLE.encode()).fetchall():
            text = f"select (regexp_matches(concat_ws(' ', {', '.join(columns)}), %s, 'g'))[1] from {relation}"
            try:
                matches = {row[0] for row in connection.execute(text.encode(), [f"({words})"]).fetchall()}
            except psycopg.errors.InsufficientPrivilege:  # a view of the catalog on a function that is not ours to call
                continue
            if matches:
                seen[name] = matches
    return seen


def reader(store: Store, audience: str) -> str:
    """The URL of one of the two roles that Grafana uses."""
    return store.of("cost-usage" if audience == "admin" else "overview").reader_url


@pytest.mark.parametrize(("audience", "allowed"), [("reader", {}), ("admin", ADMINS_SEE)])
def test_what_is_private_is_found_by_no_query(store: Store, audience: str, allowed: dict[str, set[str]]) -> None:
    with psycopg.connect(store.config["database_url"]) as owner:
        owner.execute("select 'canary_statement'")  # still the last statement of a session while others look
        seen = found(reader(store, audience), "canary_[a-z_A-Z]+")
    # statistics that PostgreSQL shows of columns which the role may read
    assert seen.pop("pg_stats", set()) <= set().union(*allowed.values())
    assert seen == allowed


def test_the_words_are_there_to_be_found(store: Store) -> None:
    with psycopg.connect(store.config["admin_database_url"]) as admin:
        for table, private in PRIVATE.items():
            for column in private:
                query = sql.SQL("select count(*) from public.{} where {} like %s").format(
                    sql.Identifier(table), sql.Identifier(column)
                )
                row = admin.execute(query, [f"canary_{column}%"]).fetchone()
                assert row and row[0] > 0, (table, column)
    everything = found(store.config["admin_database_url"], "canary_[a-z_A-Z]+")
    assert {*ADMINS_SEE, *PRIVATE} <= {*everything}
    assert not {word for relation, words in everything.items() for word in words if relation.startswith("lf_")}


def test_the_shared_reader_finds_nobody_by_the_whole_id(store: Store) -> None:
    people = {row["id"] for row in store.world.rows["users"]}
    wrote = {row["user_id"] for row in store.world.rows["conversations"] if row["user_id"]}
    assert wrote <= people
    uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    shared = found(reader(store, "reader"), uuid)
    assert {relation: ids & people for relation, ids in shared.items() if ids & people} == {}


@pytest.mark.parametrize("audience", ["reader", "admin"])
def test_a_reader_may_call_no_function_that_lends_it_other_rights(store: Store, audience: str) -> None:
    asked = """
    select p.oid::regprocedure::text, n.nspname, p.prosecdef from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where has_function_privilege(p.oid, 'execute') and has_schema_privilege(n.oid, 'usage')
      and (n.nspname not in ('pg_catalog', 'information_schema') or p.prosecdef)"""
    with psycopg.connect(reader(store, audience), autocommit=True) as connection:
        functions = connection.execute(asked.encode()).fetchall()
        # it answers with a time, the owner's if the session shows the owner's pass (tests/engine/store/test_viewer.py)
        assert [name for name, _, is_definer in functions if is_definer] == [f"{store.config['schema']}.set_clock()"]
        assert {schema for _, schema, _ in functions} <= {store.config["schema"]}
        for text in ("select pg_read_file('postgresql.conf')", "select pg_ls_dir('.')", "table public.users"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(text.encode())


def test_a_reader_may_read_what_is_declared_for_its_audience_and_nothing_else(store: Store) -> None:
    for role, audiences in (("reader", {"everyone"}), ("admin", {"everyone", "admin"})):
        with psycopg.connect(reader(store, role)) as connection:
            rows = connection.execute(READABLE.encode()).fetchall()
        relations = store.catalog.relations.values()
        declared = {one.name for one in relations if one.header.get("audience", "none") in audiences}
        assert {schema for _, schema, _, _ in rows} == {"pg_catalog", store.config["schema"]}
        readable = {name for _, schema, name, _ in rows if schema != "pg_catalog"}
        assert readable <= declared
        assert len(readable) > 20

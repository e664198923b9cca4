from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from gendash.demo.postgres import Server
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import Refused, TargetError
from gendash.engine.store.migrate import Migrated, migrate, pending

Definitions = Callable[..., Catalog]
SNAPSHOT = {
    "relations": """select n.nspname, relname, relkind, relacl::text, pg_get_userbyid(relowner),
        obj_description(c.oid, 'pg_class'), case when relkind in ('v', 'm') then pg_get_viewdef(c.oid) end
        from pg_class c join pg_namespace n on n.oid = relnamespace where n.nspname !~ '^pg_|^information_schema'""",
    "columns": """select relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull,
        col_description(c.oid, attnum), pg_get_expr(adbin, adrelid) from pg_attribute a
        join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
        left join pg_attrdef d on adrelid = attrelid and adnum = attnum
        where n.nspname !~ '^pg_|^information_schema' and attnum > 0 and not attisdropped""",
    "indexes": "select tablename, indexdef from pg_indexes where schemaname !~ '^pg_'",
    "functions": """select proname, prosrc, proacl::text, obj_description(p.oid, 'pg_proc') from pg_proc p
        join pg_namespace n on n.oid = pronamespace where n.nspname !~ '^pg_|^information_schema'""",
    "schemas": "select nspname, nspacl::text, obj_description(oid, 'pg_namespace') from pg_namespace",
    "roles": """select rolname, rolcanlogin, rolconnlimit, rolconfig::text, rolsuper, rolcreaterole,
        shobj_description(oid, 'pg_authid') from pg_roles""",
    "databases": "select datacl::text from pg_database where datname = current_database()",
}
LEFT = (
    "select nspname from pg_namespace where nspname = 'gendash' union all "
    "select rolname from pg_roles where rolname ~ '^gendash'"
)
RECORDS = "select name, kind, case kind when 'role' then '' else hash end from gendash._object"


def snapshot(url: str) -> dict[str, list[Any]]:
    """All that migrate can change, but for what is random: keys and passwords."""
    with psycopg.connect(url) as connection:
        found = {name: sorted(map(repr, connection.execute(text.encode()))) for name, text in SNAPSHOT.items()}
        if any("'_object'" in row for row in found["relations"]):
            found["records"] = sorted(map(repr, connection.execute(RECORDS)))
    return found


class Killed(BaseException):
    """The process is gone: no handler of an ordinary exception may help."""


@contextmanager
def killed_before(monkeypatch: pytest.MonkeyPatch, statement: int) -> Iterator[list[str]]:
    """Cuts every connection before the n-th statement of all; yields the texts of those that were sent."""
    sent: list[str] = []
    execute = psycopg.Connection.execute

    def counting(self: psycopg.Connection[Any], query: Any, *args: Any, **kwargs: Any) -> Any:
        if len(sent) >= statement:
            self.close()
            raise Killed
        sent.append(str(query))
        return execute(self, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", counting)
        yield sent


def run(catalog: Catalog, **options: Any) -> Migrated:
    return migrate(catalog.config, catalog, **options)


def with_role(url: str, user: str, password: str) -> str:
    return re.sub(r"//[^@]*@", f"//{user}:{password}@", url)


def test_migrating_twice_does_nothing_the_second_time(database: str, definitions: Definitions) -> None:
    catalog = definitions(database, GENDASH_READER_PASSWORD="one")
    assert run(catalog).done
    before = snapshot(database)
    assert pending(catalog.config, catalog) == []
    assert run(catalog).done == []
    assert snapshot(database) == before


def test_a_dry_run_says_what_a_run_does_and_does_nothing(database: str, definitions: Definitions) -> None:
    catalog = definitions(database)
    before = snapshot(database)
    told = run(catalog, dry_run=True).done
    assert snapshot(database) == before
    assert told == run(catalog).done


@pytest.mark.parametrize("every", [24, pytest.param(1, marks=pytest.mark.soak)])
def test_a_migration_killed_before_any_statement_leaves_no_trace(
    new_database: Callable[[], str], definitions: Definitions, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    clean = new_database()
    with killed_before(monkeypatch, 10**9) as sent:
        run(definitions(clean))
    expected = snapshot(clean)
    with psycopg.connect(clean, autocommit=True) as connection:
        connection.execute("drop schema gendash cascade; drop role gendash_reader; drop role gendash_admin_reader")
    nothing = snapshot(clean)
    catalog = definitions(clean)
    last = max(number for number, text in enumerate(sent) if text.startswith("insert into gendash._object"))
    for statement in range(last % every, last + 1, every):
        with pytest.raises(Killed), killed_before(monkeypatch, statement):
            run(catalog)
        with psycopg.connect(clean) as connection:
            left = connection.execute(LEFT).fetchall()
        assert left == [], f"left behind before statement {statement}: {sent[statement]}"
    assert snapshot(clean) == nothing
    with pytest.raises(Killed), killed_before(monkeypatch, last + 1):  # passwords are steps of their own
        run(catalog)
    assert snapshot(clean) == expected
    assert len(sent) > 60


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.soak)])
def test_a_migration_with_an_admin_goes_on_after_any_kill(
    postgres: Server,
    new_database: Callable[[], str],
    definitions: Definitions,
    monkeypatch: pytest.MonkeyPatch,
    every: int,
) -> None:
    def fresh() -> tuple[str, Catalog]:
        url = new_database()
        owner = with_role(url, "gendash_owner", "pw")
        return url, definitions(owner, GENDASH_ADMIN_DATABASE_URL=postgres.url(), GENDASH_READER_PASSWORD="secret")

    def forget_roles(url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop schema gendash cascade; drop owned by gendash_owner, gendash_reader cascade")
            connection.execute("drop role gendash_owner, gendash_reader, gendash_admin_reader")

    url, catalog = fresh()
    with killed_before(monkeypatch, 10**9) as sent:
        run(catalog)
    expected = snapshot(url)
    steps = [number for number, text in enumerate(sent) if "role" in text or "password" in text or "schema" in text]
    for statement in [*[*range(12), *steps[12::4]][::every], len(sent) - 1]:
        forget_roles(url)
        with pytest.raises(Killed), killed_before(monkeypatch, statement):
            run(catalog)
        run(catalog)
        assert snapshot(url) == expected, f"differs after a kill before statement {statement}"


def test_migrations_at_the_same_time_wait_for_each_other(database: str, definitions: Definitions) -> None:
    catalog = definitions(database)
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append(run(catalog).done)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bool(done) for done in results) == [False, False, True], results
    assert run(catalog).done == []


def test_a_changed_view_is_replaced_with_those_above_it_and_nothing_else_is_touched(
    database: str, definitions: Definitions, tmp_path: Path
) -> None:
    run(definitions(database))
    views = tmp_path / "sql" / "views"
    views.mkdir(parents=True)
    packaged = definitions(database).relations["freshness_now"]
    (views / "top.sql").write_text(
        "/*\ndoc: Top.\naudience: everyone\nkey: [source]\ncolumns: {source: {type: text, doc: source}}\n*/\n"
        "select source from {{ view('freshness_now') }}"
    )
    assert run(definitions(database, roots=(tmp_path,))).done == ["create view top"]
    header = "doc: x\ngrain: x\naudience: everyone\ncolumns: {source: {type: text, doc: x}}"
    (views / "freshness_now.sql").write_text(f"/*\n{header}\n*/\n{packaged.text.replace('never synced', 'never')}")
    before = snapshot(database)
    assert run(definitions(database, roots=(tmp_path,))).done == ["replace view freshness_now", "replace view top"]
    after = snapshot(database)
    differs = {row.split(",")[1] for row in set(before["relations"]) ^ set(after["relations"])}
    assert differs == {" 'freshness_now'"}
    (views / "top.sql").unlink()
    (views / "freshness_now.sql").unlink()
    assert run(definitions(database)).done == ["drop top", "replace view freshness_now"]


def test_readers_never_meet_a_missing_relation_while_one_is_replaced(database: str, definitions: Definitions) -> None:
    run(definitions(database))
    stop, errors, reads = threading.Event(), [], [0]

    def read() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not stop.is_set():
                try:
                    connection.execute("select * from gendash.activity_day").fetchall()
                    reads[0] += 1
                except psycopg.Error as error:
                    errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for zone in ("Europe/Berlin", "Asia/Kathmandu", "UTC"):
            assert "replace view activity_day" in run(definitions(database, f"time_zone: {zone}")).done
    finally:
        stop.set()
        reader.join()
    assert reads[0] > 5
    assert errors == []


def test_a_table_is_altered_with_its_rows_kept(database: str, definitions: Definitions, tmp_path: Path) -> None:
    tables = tmp_path / "sql" / "tables"
    tables.mkdir(parents=True)
    head = "/*\ndoc: Kept.\naudience: none\nkey: [{key}]\nindexes: {indexes}\ncolumns:\n{columns}*/"

    def write(key: str, indexes: str, **columns: str) -> None:
        lines = "".join(f"  {name}: {{{spec}, doc: some}}\n" for name, spec in columns.items())
        (tables / "kept.sql").write_text(head.format(key=key, indexes=indexes, columns=lines))

    write("a", "[[b]]", a="type: int", b="type: text, null: true", c="type: int")
    run(definitions(database, roots=(tmp_path,)))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("insert into gendash.kept values (1, '7', 3), (2, null, 4)")
    write("a, d", "[[d]]", a="type: bigint", b="type: int, null: true", d="type: text, default: \"'new'\"")
    catalog = definitions(database, roots=(tmp_path,))
    assert run(catalog).done == ["alter table kept"]
    assert run(catalog).done == []
    with psycopg.connect(database) as connection:
        assert connection.execute("select a, b, d from gendash.kept order by a").fetchall() == [
            (1, 7, "new"),
            (2, None, "new"),
        ]
    altered = snapshot(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("drop schema gendash cascade")
    run(catalog)
    made = snapshot(database)
    for part in ("relations", "indexes"):
        assert altered[part] == made[part]
    strip = re.compile(r"\('kept', \d+, ")  # columns that were dropped leave gaps in the numbers
    assert sorted(strip.sub("", row) for row in altered["columns"]) == sorted(
        strip.sub("", row) for row in made["columns"]
    )


def test_a_rollup_with_other_columns_is_made_anew_and_one_with_another_query_keeps_its_rows(
    platform: str, definitions: Definitions, tmp_path: Path
) -> None:
    run(definitions(platform))
    with psycopg.connect(platform, autocommit=True) as connection:
        connection.execute("insert into gendash.message_hour values (now(), 'user', 5, now())")
        connection.execute(
            "insert into gendash._refresh (relation, finished_at) values ('message_hour', now()), ('user_day', now())"
        )
    done = run(definitions(platform, "time_zone: Asia/Tokyo")).done
    assert "refresh message_hour in full" in done
    state = "select relation, finished_at is null from gendash._refresh order by 1"
    with psycopg.connect(platform, autocommit=True) as connection:
        assert connection.execute("select messages from gendash.message_hour").fetchall() == [(5,)]
        assert connection.execute(state.encode()).fetchall() == [("message_hour", True), ("user_day", True)]
    rollups = tmp_path / "sql" / "rollups"
    rollups.mkdir(parents=True)
    relation = definitions(platform).relations["message_hour"]
    head = "doc: x\naudience: everyone\nkey: [hour]\ncolumns: {hour: {type: timestamptz, doc: x}}"
    (rollups / "message_hour.sql").write_text(f"/*\n{head}\n*/\n{relation.text}")
    done = run(definitions(platform, "time_zone: Asia/Tokyo", roots=(tmp_path,))).done
    assert done == ["replace rollup message_hour"]
    with psycopg.connect(platform) as connection:
        assert connection.execute("select count(*) from gendash.message_hour").fetchone() == (0,)


def test_a_strangers_relation_is_left_alone(database: str, definitions: Definitions) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create schema gendash; create table gendash.account_now (mine int)")
    with pytest.raises(Refused, match=r"gendash\.account_now: a table of this name exists.*choose another schema"):
        run(definitions(database))
    with psycopg.connect(database) as connection:
        assert connection.execute("select * from gendash.account_now").fetchall() == []


def test_what_a_stranger_put_into_the_schema_survives(database: str, definitions: Definitions) -> None:
    run(definitions(database))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create table gendash.notes (mine int)")
    assert run(definitions(database)).done == []
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from gendash.notes").fetchone() == (0,)


def test_a_strangers_view_on_ours_stops_a_change_with_a_clear_line(database: str, definitions: Definitions) -> None:
    run(definitions(database))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create view public.mine as select day from gendash.activity_day")
    before = snapshot(database)
    with pytest.raises(TargetError, match="view mine depends on view"):
        run(definitions(database, "time_zone: Asia/Tokyo"))
    assert snapshot(database) == before


def test_a_relation_that_somebody_dropped_comes_back(database: str, definitions: Definitions) -> None:
    run(definitions(database))
    before = snapshot(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("drop view gendash.refresh_now")
    assert run(definitions(database)).done == ["replace view refresh_now"]
    assert snapshot(database) == before


@pytest.mark.parametrize("schema", ["Dash-1", "select", "über$"])
def test_names_that_need_quoting_are_quoted(database: str, definitions: Definitions, schema: str) -> None:
    text = f'schema: "{schema}"\nroles: {{reader: Some-Reader, admin_reader: order}}\n'
    if not schema.isascii():
        with pytest.raises(Exception, match="schema"):
            definitions(database, text)
        return
    catalog = definitions(database, text)
    assert run(catalog).done
    assert run(catalog).done == []
    with psycopg.connect(database) as connection:
        query = sql.SQL("select count(*) from {}.account_now").format(sql.Identifier(schema))
        assert connection.execute(query).fetchone() == (1,)


def test_without_a_password_a_reader_cannot_log_in_and_that_is_said(database: str, definitions: Definitions) -> None:
    result = run(definitions(database))
    assert [note.split(",")[0] for note in result.notes][:2] == [
        "role gendash_reader cannot log in",
        "role gendash_admin_reader cannot log in",
    ]
    with pytest.raises(psycopg.OperationalError, match=r"not permitted to log in|password authentication failed"):
        psycopg.connect(with_role(database, "gendash_reader", "x"))


def test_passwords_are_set_changed_and_never_sent(
    postgres: Server, database: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed_before(monkeypatch, 10**9) as sent:
        run(definitions(database, GENDASH_READER_PASSWORD="first-secret"))
        assert psycopg.connect(with_role(database, "gendash_reader", "first-secret")).close() is None
        done = run(definitions(database, GENDASH_READER_PASSWORD="second-secret")).done
    assert done == ["set password of gendash_reader"]
    assert psycopg.connect(with_role(database, "gendash_reader", "second-secret")).close() is None
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(with_role(database, "gendash_reader", "first-secret"))
    assert not [text for text in sent if "-secret" in text]
    assert "-secret" not in postgres.log


def test_a_reader_sees_what_its_audience_may_see_and_nothing_else(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform, GENDASH_READER_PASSWORD="r", GENDASH_ADMIN_READER_PASSWORD="a")
    run(catalog)
    seen = {}
    for role, password in (("gendash_reader", "r"), ("gendash_admin_reader", "a")):
        with psycopg.connect(with_role(platform, role, password), autocommit=True) as connection:
            rows = connection.execute(
                "select oid::regclass::text from pg_class where relkind in ('r', 'v', 'm') "
                "and relnamespace in ('gendash'::regnamespace, 'public'::regnamespace) "
                "and has_table_privilege(oid, 'select')"
            ).fetchall()
            seen[role] = {name.removeprefix("gendash.") for (name,) in rows}
            assert connection.execute("select gendash.clock() = now()").fetchone() == (True,)
            for forbidden in (
                "select gendash.user_hash('a')",
                "select * from gendash._secret",
                "select * from gendash.lf_observation",
                "select * from users",
                "insert into gendash.message_hour values (now(), 'user', 1, now())",
                "create table public.x (a int)",
                "create table gendash.x (a int)",
            ):
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                    connection.execute(forbidden.encode())
            settings = "select current_setting('statement_timeout'), current_setting('default_transaction_read_only')"
            assert connection.execute(settings.encode()).fetchone() == ("5s", "on")
    read: dict[str, set[str]] = {"everyone": {"refresh_now"}, "admin": {"refresh_now"}}
    for _, dashboard, query in catalog.queries():
        read[dashboard.audience] |= set(re.findall(r"view\(\s*'(\w+)'", query.text))
    assert seen["gendash_reader"] == read["everyone"]
    assert seen["gendash_admin_reader"] == read["admin"]
    assert {"user_day", "user_top_30d", "rating_turn_30d"} <= seen["gendash_admin_reader"] - seen["gendash_reader"]


def test_an_owner_who_may_not_make_roles_is_given_the_sql(database: str, definitions: Definitions) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("create role poor login password 'poor'")
    catalog = definitions(with_role(database, "poor", "poor"))
    before = snapshot(database)
    with pytest.raises(Refused) as caught:
        run(catalog)
    assert snapshot(database) == before
    text = str(caught.value)
    assert (
        "role poor may not create role gendash_reader, create role gendash_admin_reader, create schema gendash" in text
    )
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(text.split("to run:")[1].encode())
    assert run(catalog).done
    assert run(catalog).done == []


def test_an_admin_makes_owner_roles_and_schema_and_the_owner_the_rest(
    postgres: Server, database: str, definitions: Definitions
) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database.split("/")[-1])))
    owner = with_role(database, "gendash_owner", "p%40ss")
    catalog = definitions(owner, GENDASH_ADMIN_DATABASE_URL=postgres.url(), GENDASH_READER_PASSWORD="r")
    planned = pending(catalog.config, catalog)
    assert planned[:3] == [
        "create role gendash_owner",
        "create role gendash_reader",
        "create role gendash_admin_reader",
    ]
    assert run(catalog).done
    assert run(catalog).done == []
    with psycopg.connect(with_role(database, "gendash_reader", "r")) as connection:
        assert connection.execute("select count(*) from gendash.account_now").fetchone() == (1,)
        owners = connection.execute(
            "select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = 'gendash'::regnamespace"
        ).fetchall()
    assert owners == [("gendash_owner",)]


def test_a_role_that_was_there_before_is_used_as_it_is(database: str, definitions: Definitions) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("create role gendash_reader login password 'theirs' connection limit 3")
    result = run(definitions(database))
    assert "create role gendash_reader" not in result.done
    assert any(note.startswith("role gendash_reader existed before") for note in result.notes)
    with psycopg.connect(with_role(database, "gendash_reader", "theirs")) as connection:
        assert connection.execute("select count(*) from gendash.account_now").fetchone() == (1,)
        limit = connection.execute("select rolconnlimit from pg_roles where rolname = 'gendash_reader'").fetchone()
    assert limit == (3,)


def test_limits_of_our_roles_follow_the_settings(database: str, definitions: Definitions) -> None:
    run(definitions(database))
    catalog = definitions(database, "datasources: {max_open_connections: 30}")
    assert run(catalog).done == ["set limits of role gendash_reader", "set limits of role gendash_admin_reader"]
    assert run(catalog).done == []


def test_every_relation_and_column_is_commented(database: str, definitions: Definitions) -> None:
    run(definitions(database))
    with psycopg.connect(database) as connection:
        bare = connection.execute(
            "select c.oid::regclass::text, attname from pg_class c join pg_attribute on attrelid = c.oid "
            "where relnamespace = 'gendash'::regnamespace and relkind in ('r', 'v', 'm') and attnum > 0 "
            "and not attisdropped and (coalesce(col_description(c.oid, attnum), '') = '' "
            "or coalesce(obj_description(c.oid, 'pg_class'), '') = '')"
        ).fetchall()
    assert bare == []


def test_columns_are_named_and_typed_as_their_headers_say(database: str, definitions: Definitions) -> None:
    catalog = definitions(database)
    run(catalog)
    with psycopg.connect(database) as connection:
        for relation in catalog.build_order():
            found = connection.execute(
                "select attname::text, format_type(atttypid, null) from pg_attribute "
                "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
                [f"gendash.{relation.name}"],
            ).fetchall()
            names = [(name, str(column["type"])) for name, column in relation.columns.items()]
            wanted = connection.execute(
                "select name, format_type(to_regtype(type), null) from unnest(%s::text[], %s::text[]) as t (name, type)",
                [[name for name, _ in names], [kind for _, kind in names]],
            ).fetchall()
            assert found == wanted, relation.name

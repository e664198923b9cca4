"""The sync in a store that `gendash db migrate` made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
from bridge_parts import NOW, client_of, observation, score, settings

from gendash.engine.definitions.load import load_catalog
from gendash.engine.store.migrate import migrate
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.sync import sync


def test_a_migrated_store_takes_the_rows_and_hashes_users_as_its_function_does(
    double: Any, database: str, sleeper: Any
) -> None:
    double.add(observation(1, NOW - timedelta(minutes=1), userId="user-1"))
    double.put_score(score(1, NOW - timedelta(minutes=1)))
    store = Store(database, "gendash")
    config = settings(double, store, "langfuse: {since: 2h}")
    migrate(config, load_catalog(config))
    report = sync(config, now=NOW, store=store, client=client_of(double, sleeper))
    assert [stream.written for stream in report.streams] == [1, 1]
    with psycopg.connect(database) as connection:
        found = connection.execute("select user_hash = gendash.user_hash('user-1') from gendash.lf_observation")
        assert found.fetchall() == [(True,)]

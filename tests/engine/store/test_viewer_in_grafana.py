"""The same attacks through a real Grafana: a Viewer sends them to the shared data source, as `/api/ds/query` lets them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from viewer_attacks import ATTACKS, Attack

from gendash.demo import load
from gendash.demo.platform import generate
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.render.provisioning import LIFETIME_S
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = [pytest.mark.grafana, pytest.mark.postgres]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
UID = "gendash-attacked"


def with_role(url: str, user: str, password: str) -> str:
    return re.sub(r"//[^@]*@", f"//{user}:{password}@", url)


@pytest.fixture(scope="module")
def migrated(own_postgres: Server) -> Iterator[Any]:
    with psycopg.connect(own_postgres.url(), autocommit=True) as connection:
        connection.execute("create database shown")
    admin = own_postgres.url("shown")
    load.load(admin, generate(1, NOW, 0.03))
    environ = {
        "GENDASH_DATABASE_URL": with_role(admin, "gendash_owner", "o"),
        "GENDASH_ADMIN_DATABASE_URL": admin,
        "GENDASH_READER_PASSWORD": "reader-password",
        "GENDASH_ADMIN_READER_PASSWORD": "admin-reader-password",
    }
    catalog = load_catalog(load_config("", environ=environ))
    migrate(catalog.config, catalog)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("grant select on all tables in schema public to gendash_owner")
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    yield lambda: migrate(catalog.config, catalog).done


@pytest.fixture(scope="module")
def viewer(grafana: Any, migrated: Any, own_postgres: Server) -> Any:
    """Sends each text in a session of its own."""
    return sender(grafana, own_postgres, UID, {"maxOpenConns": 2, "maxIdleConns": 0})


def sender(grafana: Any, own_postgres: Server, uid: str, pool: dict[str, int]) -> Any:
    """Sends a text as a Viewer's query; returns the SQLSTATE that the answer names, or ``done``, and the values."""
    source = {
        "uid": uid,
        "name": uid,
        "type": "grafana-postgresql-datasource",
        "access": "proxy",
        "url": f"127.0.0.1:{own_postgres.port}",
        "user": "gendash_reader",
        "jsonData": {"database": "shown", "sslmode": "disable", **pool},
        "secureJsonData": {"password": "reader-password"},
    }
    grafana("POST", "/api/datasources", source)
    token = grafana.token("Viewer")

    def send(text: str) -> tuple[str, list[Any]]:
        query = {"refId": "A", "datasource": {"uid": uid}, "rawSql": text, "format": "table"}
        said = grafana.session.post(
            f"{grafana.url}/api/ds/query",
            json={"queries": [query], "from": "now-1h", "to": "now"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=90,
        )
        body = said.json()  # a query that fails is answered with status 400
        answer = body.get("results", {}).get("A", {"error": body.get("message", "")})
        error = answer.get("error", "")
        state = re.search(r"SQLSTATE (\w{5})", error)
        if error:
            return (state[1] if state else error), []
        frames = answer.get("frames") or []
        return "done", [value for frame in frames for column in frame["data"]["values"] for value in column]

    return send


def wrong(attack: Attack, ended: str, values: list[Any]) -> str:
    """What an outcome contradicts. Grafana may hide a state and give the message of the server, or its own."""
    expected = attack.ends.split()
    if attack.ends == "empty":
        return "" if ended == "done" and not any(values) else f"{ended}: {values}"
    by_message = len(ended) > 5 and "transaction is aborted" not in ended  # which another attack would have left
    refused = ended != "done" and (by_message or ended in expected)
    if expected[0] in ("own", "undone", "cost"):
        return "" if ended == "done" or (refused and len(expected) > 1) else ended
    return "" if refused else f"{ended}: {values}"


def test_a_session_that_is_left_broken_ends_within_its_lifetime(
    grafana: Any, migrated: Any, own_postgres: Server
) -> None:
    """Sessions are shared by all Viewers; the lifetime in the data source is what bounds what one leaves to another."""
    for lifetime_s in (2, LIFETIME_S):
        uid = f"gendash-broken-{lifetime_s}"
        ask = sender(grafana, own_postgres, uid, {"maxOpenConns": 1, "connMaxLifetime": lifetime_s})
        assert ask("select 1") == ("done", [1])
        assert ask("set idle_in_transaction_session_timeout = 0; begin; select 1/0")[0] != "done"
        time.sleep(4)
        assert (ask("select 1") == ("done", [1])) == (lifetime_s == 2)


@pytest.mark.parametrize("order", [1, -1])
def test_a_viewer_is_held_to_what_is_listed_through_grafana(viewer: Any, migrated: Any, order: int) -> None:
    faults = {}
    for attack in ATTACKS[::order]:
        ended, values = viewer(attack.sql)
        problem = wrong(attack, ended, values)
        if problem:
            faults[attack.name] = problem
        if attack.ends.startswith("undone"):
            migrated()
    assert not faults, "\n".join(f"{name}: {what}" for name, what in faults.items())
    assert viewer("select count(*) > 0 from gendash.activity_day") == ("done", [True])

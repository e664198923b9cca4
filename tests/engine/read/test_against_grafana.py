"""Frames of SQL answers, compared with those that a real Grafana makes of the same queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from gendash.demo.postgres import Server
from gendash.engine.clients.postgres import Place, open_connection
from gendash.engine.read.frames import Frame, sql_frames
from gendash.engine.read.reader import Rows, run_query

pytestmark = [pytest.mark.grafana, pytest.mark.postgres]

HOURS = "generate_series(timestamptz '2026-11-29 00:00+00', '2026-11-29 05:00+00', '1 hour')"
QUERIES = {
    "one value": f"select h as time, extract(hour from h)::int as n from {HOURS} h order by 1",
    "two values": f"select h as time, 1 as n, 2.5::numeric as m from {HOURS} h order by 1",
    "a metric": f"select h as time, m as metric, 3::bigint as value from {HOURS} h, (values ('b'), ('a')) v(m) order by 1, 2",
    "gaps": f"select h as time, case when extract(hour from h)::int %% 2 = 0 then 'x' else 'y' end as metric, 1.5 as value from {HOURS} h order by 1",
    "labels": f"select h as time, 'p' as model, 'q' as environment, 4 as calls from {HOURS} h order by 1",
    "a null text": f"select h as time, null::text as metric, 1 as value from {HOURS} h order by 1",
    "nulls": f"select h as time, null::float8 as value from {HOURS} h order by 1",
    "money": f"select h as time, 12.345678901234567890::numeric as cost from {HOURS} h order by 1",
    "days": "select d::date as time, 1 as n from generate_series('2026-11-01'::timestamp, '2026-11-03', '1 day') d",
    "seconds": "select 1764374400 as time, 1 as n union all select 1764378000, 2 order by 1",
    "nothing": "select now() as time, 1 as n where false",
}
TABLES = {
    "types": "select 1::int2 a, 2::int8 b, 1.5::numeric c, 'NaN'::float8 d, true e, 'x'::text f, null::text g, 0.1::float4 h",
    "times": "select timestamptz '2026-11-29 12:00+01' a, timestamp '2026-11-29 12:00' b, date '2026-11-29' c",
    "several rows": "select * from (values ('a', 1), ('b', null), (null, 3)) v(name, n)",
}


@pytest.fixture(scope="module")
def asked(grafana: Any, own_postgres: Server) -> Iterator[tuple[Callable[[str, str], list[Any]], Any]]:
    """A function that asks Grafana, and a connection to the same database."""
    url = urlsplit(own_postgres.url())
    uid = f"read-{uuid4().hex[:8]}"
    source = {
        "uid": uid,
        "name": uid,
        "type": "grafana-postgresql-datasource",
        "access": "proxy",
        "url": f"{url.hostname}:{url.port}",
        "user": url.username,
        "jsonData": {"database": url.path[1:], "sslmode": "disable"},
        "secureJsonData": {"password": url.password or ""},
    }
    grafana("POST", "/api/datasources", source)

    def ask(text: str, form: str) -> list[Any]:
        target = {"type": source["type"], "uid": uid}
        query = {"refId": "A", "datasource": target, "rawSql": text, "rawQuery": True, "format": form}
        found = grafana("POST", "/api/ds/query", {"from": "0", "to": "1", "queries": [query]})
        return list(found["results"]["A"].get("frames", ()))

    with open_connection(Place("test", own_postgres.url(), "test")) as connection:
        yield ask, connection
    grafana("DELETE", f"/api/datasources/uid/{uid}")


def theirs(frames: list[Any]) -> list[tuple[Any, ...]]:
    found = []
    for frame in frames:
        for field, values in zip(frame["schema"]["fields"], frame["data"]["values"], strict=True):
            found.append((field.get("name", ""), field["type"], field.get("labels") or {}, values))
    return found


def ours(frames: list[Frame]) -> list[tuple[Any, ...]]:
    return [(one.name, one.kind, dict(one.labels), list(one.values)) for frame in frames for one in frame.fields]


def compared(asked: Any, text: str, form: str) -> None:
    ask, connection = asked
    given = run_query(connection, text.replace("%%", "%"), {})
    assert isinstance(given, Rows), given
    expected = theirs(ask(text.replace("%%", "%"), form))
    found = ours(sql_frames(given, form, "A"))
    assert [one[:3] for one in found] == [one[:3] for one in expected]
    for (*_, own), (*_, other) in zip(found, expected, strict=True):
        assert own == pytest.approx(other) if all(isinstance(one, int | float) for one in other) else own == other


@pytest.mark.parametrize("name", QUERIES)
def test_a_time_series_has_the_fields_and_values_of_grafana(asked: Any, name: str) -> None:
    compared(asked, QUERIES[name], "time_series")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_fields_and_values_of_grafana(asked: Any, name: str) -> None:
    compared(asked, TABLES[name], "table")

"""Frames of SQL and Prometheus answers, compared with those that a real Grafana makes of the same queries."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from gendash.demo.postgres import Server
from gendash.engine.clients.postgres import Place, open_connection
from gendash.engine.model import promql
from gendash.engine.read.frames import Frame, promql_frames, sql_frames
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


START = 1764374400.0  # a whole quarter of an hour
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "one": [{"metric": {"__name__": "up", "job": "a"}, "values": [[START + 15 * i, str(i)] for i in range(5)]}],
    "several": [
        {"metric": {"job": name, "code": "200"}, "values": [[START, "1"], [START + 15, "2.5"], [START + 60, "1e-7"]]}
        for name in ("a", "b")
    ],
    "without_labels": [{"metric": {}, "values": [[START + 30, "12"]]}],
    "no_number": [{"metric": {"job": "a"}, "values": [[START, "NaN"], [START + 15, "+Inf"], [START + 30, "-Inf"]]}],
    "odd_labels": [{"metric": {"job": 'a \\ b " {{job}}', "model": ""}, "values": [[START, "1"]]}],
    "nothing": [],
}


@pytest.fixture(scope="module")
def prometheus_asked(grafana: Any) -> Iterator[Callable[[str, str, bool], list[Any]]]:
    """A function that asks Grafana for series of a Prometheus that gives `ANSWERS` by the name of the query."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            series, instant = ANSWERS.get(sent.get("query", [""])[0], []), self.path.endswith("/query")
            found = [{"metric": one["metric"], "value": one["values"][-1]} if instant else one for one in series]
            kind = "vector" if instant else "matrix"
            body = json.dumps({"status": "success", "data": {"resultType": kind, "result": found}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    uid = f"read-{uuid4().hex[:8]}"
    url = f"http://127.0.0.1:{server.server_address[1]}"
    source = {"uid": uid, "name": uid, "type": "prometheus", "access": "proxy", "url": url}
    grafana("POST", "/api/datasources", source | {"jsonData": {"httpMethod": "POST", "timeInterval": "15s"}})

    def ask(expr: str, legend: str, instant: bool) -> list[Any]:
        query = {"refId": "A", "datasource": {"type": "prometheus", "uid": uid}, "expr": expr, "legendFormat": legend}
        query |= {"instant": instant, "range": not instant, "format": "time_series", "intervalMs": 15000}
        times = {"from": str(int(START * 1000)), "to": str(int(START * 1000) + 60_000)}
        found = grafana("POST", "/api/ds/query", times | {"queries": [query | {"maxDataPoints": 100}]})
        return list(found["results"]["A"].get("frames", ()))

    yield ask
    grafana("DELETE", f"/api/datasources/uid/{uid}")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("instant", [False, True], ids=["range", "instant"])
@pytest.mark.parametrize("legend", ["", "__auto", "{{job}}: {{code}}", "{{ job }}{{missing}}", "plain"])
@pytest.mark.parametrize("name", ANSWERS)
def test_series_of_prometheus_have_the_names_labels_and_values_of_grafana(
    prometheus_asked: Any, name: str, legend: str, instant: bool
) -> None:
    series = [{"metric": one["metric"], "value": one["values"][-1]} if instant else one for one in ANSWERS[name]]
    found = promql_frames(series, promql(name, legend=legend, instant=instant), "A", False, name)
    expected = [one for one in prometheus_asked(name, legend, instant) if one["data"]["values"]]
    assert len(found) == len(expected)
    for own, other in zip(found, expected, strict=True):
        time, value = other["schema"]["fields"]
        assert (value.get("labels") or {}) == dict(own.fields[1].labels)
        assert [time["type"], value["type"]] == [one.kind for one in own.fields]
        assert own.fields[0].values == other["data"]["values"][0]
        special = (other["data"].get("entities") or [None, None])[1] or {}
        numbers = list(other["data"]["values"][1])
        for key, sign in (("NaN", math.nan), ("Inf", math.inf), ("NegInf", -math.inf)):
            for place in special.get(key, ()):
                numbers[place] = sign
        assert own.fields[1].values == pytest.approx(numbers, nan_ok=True)
        if legend != "__auto":  # Grafana's page makes that name, of labels that differ
            assert own.fields[1].named == value.get("config", {}).get("displayNameFromDS", "")

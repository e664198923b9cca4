"""Our expansion of macros against what a real Grafana sends to its data sources, on random texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest

from gendash.engine.languages.grafana_macros import MacroError, Span, Timing, promql_macros, sql_macros, timing

pytestmark = [pytest.mark.grafana, pytest.mark.postgres]
COUNT = 200
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)

COLUMNS = ["t", "created_at", "a.b", "now()", " c ", "extract(epoch from x)"]
INTERVALS = ["'1h'", "5m", "'1d'", "'7d'", "'30d'", "'90s'", "'1h30m'", "'250ms'", "'2w'", "'1.5h'", "'$__interval'"]
INTERVALS += ["soon", "''", "$__interval"]
FILLS = ["", ", 0", ", NULL", ", previous", ",1.5", ", x"]
FORMS = ["$__time({c})", "$__timeEpoch({c})", "$__timeFilter({c})", "$__timeFrom()", "$__timeTo()", "$$ $1 $x ${{y}}"]
FORMS += ["$__timeGroup({c}, {i}{f}){e}", "$__timeGroupAlias({c},{i}{f})", "$__unixEpochGroup({c}, {i}{f}){e}"]
FORMS += ["$__unixEpochFilter({c})", "$__unixEpochNanoFilter({c})", "$__unixEpochNanoFrom() $__unixEpochNanoTo()"]
FORMS += ["$__unixEpochFrom() $__unixEpochTo()", "$__interval $__interval_ms $__intervals", "$__nothing({c})"]
PROMQL = ["a[$__interval]", "a[${__interval}]", "a[$__rate_interval]", "a[${__rate_interval}]", "a[$__range]"]
PROMQL += ["vector($__interval_ms)", "vector($__range_s)", "vector(${__range_ms})", "vector(${__rate_interval_ms})"]


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """URL of a server that takes the part of Prometheus, and the queries that it was sent."""
    queries: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            queries.append({key: values[0] for key, values in parse_qs(body).items()})
            content = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": []}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", queries
        server.shutdown()


def query(grafana: Any, span: Span, **query: Any) -> dict[str, Any]:
    bounds = {"from": str(int(span.start.timestamp() * 1000)), "to": str(int(span.end.timestamp() * 1000))}
    body = bounds | {"queries": [{"refId": "A", **query}]}
    answer = grafana.session.post(f"{grafana.url}/api/ds/query", json=body, auth=grafana.auth, timeout=20)
    found: dict[str, Any] = answer.json()["results"].get("A", {})
    return found


def spans(random: Random) -> Iterator[Span]:
    for _ in range(COUNT):
        end = NOW - timedelta(milliseconds=random.randrange(10**9))
        hours = random.choice([1 / 60, 1, 24, 168, 720, random.uniform(0.001, 9000)])
        yield Span(end - timedelta(milliseconds=int(hours * 3_600_000)), end)


def test_sql_reaches_the_database_as_we_expand_it(grafana: Any, postgres: Any) -> None:
    uid = uuid4().hex[:12]
    grafana("POST", "/api/datasources", {
        "name": uid, "uid": uid, "type": "grafana-postgresql-datasource", "access": "proxy", "user": "postgres",
        "url": f"127.0.0.1:{postgres.port}", "jsonData": {"database": "postgres", "sslmode": "disable"},
        "secureJsonData": {"password": postgres.password},
    })  # fmt: skip
    random = Random(f"sql {COUNT}")
    refused = 0
    for span in spans(random):
        parts = {"c": random.choice(COLUMNS), "i": random.choice(INTERVALS), "f": random.choice(FILLS)}
        text = " ; ".join(random.choice(FORMS).format(**parts, e=random.choice(["", ",", " ,", ")"])) for _ in range(3))
        interval_ms = random.choice([1, 1000, 60_000, 90_000, 86_400_000, random.randrange(1, 10**8)])
        answer = query(
            grafana, span, datasource={"uid": uid}, rawSql=text, rawQuery=True, format="table", intervalMs=interval_ms
        )
        try:
            ours = sql_macros(text, Timing(span, interval_ms, interval_ms, 15_000))
        except MacroError as error:
            refused += 1
            assert str(error) in answer["error"], text
            continue
        assert answer["frames"][0]["schema"]["meta"]["executedQueryString"] == ours
    assert 0 < refused < COUNT


def test_promql_reaches_prometheus_as_we_expand_it(grafana: Any, asked: tuple[str, list[dict[str, str]]]) -> None:
    url, queries = asked
    uid = uuid4().hex[:12]
    grafana("POST", "/api/datasources", {
        "name": uid, "uid": uid, "type": "prometheus", "access": "proxy", "url": url,
        "jsonData": {"timeInterval": "15s", "httpMethod": "POST"},
    })  # fmt: skip
    random = Random(f"promql {COUNT}")
    for span in spans(random):
        points, min_step = random.choice([1, 100, 450, 1800, 20_000]), random.choice(["", "30s", "2m"])
        text = " + ".join(random.sample(PROMQL, 3))
        time = timing(
            span, "promql", points=points, least=random.choice(["", "1m", "500ms"]), scrape="15s", min_step=min_step
        )
        options = {"interval": min_step} if min_step else {}
        options |= {"intervalMs": time.interval_ms, "maxDataPoints": points}
        query(grafana, span, datasource={"uid": uid}, expr=text, range=True, **options)
        sent = queries.pop()
        assert sent["query"] == promql_macros(text, time)
        assert float(sent["step"]) * 1000 == time.step_ms

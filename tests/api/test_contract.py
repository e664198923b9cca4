"""What OpenAPI says is what the API does: for any request that a schema allows or forbids, and for a generated client."""

from __future__ import annotations

import importlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema
import pytest
import schemathesis
import uvicorn
from api_store import Store, get, signed
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode

from gendash.api.app import create_app
from gendash.demo.postgres import Server
from gendash.engine.clients.prometheus import Data

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def store(own_postgres: Server) -> Store:
    return Store(own_postgres, scale=0.02)


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    """The API, with a Prometheus that has one series of every name."""

    def call(_path: str, params: Mapping[str, str]) -> Data:
        points = [[float(params["end"]) - 60, "NaN"], [float(params["end"]), "1.5"]] if "end" in params else []
        return Data({"resultType": "matrix", "result": [{"metric": {"job": "x"}, "values": points}]}, 1.0)

    with TestClient(create_app(store.service(call=call)), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_the_document_is_valid_and_describes_every_answer_and_parameter(document: dict[str, Any]) -> None:
    validate(document)
    for path, item in document["paths"].items():
        assert set(item) == {"get"}, path
        operation = item["get"]
        assert operation["operationId"] and operation["summary"]
        names = [one["name"] for one in operation.get("parameters", ())]
        assert len(names) == len(set(names)) and all(one["description"] for one in operation.get("parameters", ()))
        assert all(f"{{{one['name']}}}" in path for one in operation.get("parameters", ()) if one["in"] == "path")
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema["type"] in ("object", "array") and len(schema) > 1, path


ROLES = ("boss", "eye", "u0", "jwt", "nobody")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("examples", [2, pytest.param(40, marks=pytest.mark.soak)], ids=["sample", "soak"])
def test_no_request_is_an_error_of_the_server_and_each_answer_is_as_described(
    client: TestClient, store: Store, document: dict[str, Any], role: str, mode: GenerationMode, examples: int
) -> None:
    token = signed(sub=store.users[1]) if role == "jwt" else role
    statuses = set()
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        assert operation is not None
        if mode is GenerationMode.NEGATIVE and not document["paths"][operation.path]["get"].get("parameters"):
            continue  # nothing to forbid

        @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def sent(case: Any) -> None:
            known = names(document, client, case.path) if mode is GenerationMode.POSITIVE else {}
            path = case.path.format(**(case.path_parameters or {}) | known)
            query = {name: text for name, text in (case.query or {}).items() if text is not None}
            answer = client.request("GET", path, params=query, headers={"Authorization": f"Bearer {token}"})
            statuses.add(answer.status_code)
            assert answer.status_code < 500, (path, query, answer.text)
            described = document["paths"][case.path]["get"]["responses"]
            if answer.headers.get("content-type", "").startswith("application/json"):
                status = str(answer.status_code)
                assert status in described or answer.status_code == 404, (path, query, answer.text)
                schema = described[status if status in described else "404"]["content"]["application/json"]["schema"]
                jsonschema.validate(answer.json(), schema)

        sent()
    assert statuses & ({401} if role == "nobody" else {200, 403})


_NAMES: dict[str, dict[str, str]] = {}


def names(document: dict[str, Any], client: TestClient, path: str) -> dict[str, str]:
    """Names that exist, for the parts of a path."""
    if "{" not in path:
        return {}
    if path not in _NAMES:
        board = get(client, "/api/v1/dashboards").json()[0]
        _NAMES[path] = {"name": board["name"], "slug": board["panels"][0]["slug"]}
        if "metrics" in path:
            _NAMES[path] = {"name": next(iter(get(client, "/api/v1/analytics/metrics").json()))}
    return _NAMES[path]


def test_a_generated_client_calls_the_api(store: Store, document: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none"]
    done = subprocess.run(
        [*command, "--output-path", "figures_client"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "Warning" not in done.stdout, done.stdout + done.stderr
    sys.path.insert(0, str(tmp_path))
    try:
        package = importlib.import_module("figures_client")
        default = "figures_client.api.default"
        calls = {
            name: importlib.import_module(f"{default}.{name}")
            for name in ("analytics_tickets_stats", "dashboards", "me_tickets")
        }
        with running(store) as url, ExitStack() as stack:
            boss, user = (
                stack.enter_context(package.AuthenticatedClient(base_url=url, token=token)) for token in ("boss", "u0")
            )
            tickets = calls["analytics_tickets_stats"].sync(client=boss, limit=5)
            assert len(tickets.rows) == 5 and tickets.rows[0].created is not None and tickets.time_zone == store.zone
            assert any(one.name == "overview" for one in calls["dashboards"].sync(client=boss))
            mine = calls["me_tickets"].sync(client=user, from_="2026-01-01")
            assert {one.ticket_id for one in mine.rows} and mine.range_.from_ is not None
            refused = calls["me_tickets"].sync_detailed(client=boss)
            assert refused.status_code == 403 and refused.parsed.error
    finally:
        sys.path.remove(str(tmp_path))


class running:
    """The API on a port of its own, in a thread."""

    def __init__(self, store: Store) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = uvicorn.Config(create_app(store.service()), port=self.port, log_level="critical")
        self.server = uvicorn.Server(config)
        self.thread = Thread(target=self.server.run)

    def __enter__(self) -> str:
        self.thread.start()
        while not self.server.started:
            pass
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()

"""What `plan` and `apply` ask of a Grafana that holds all eight dashboards already. No Grafana is needed here."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.state import desired
from gendash.engine.render.dashboards import render_dashboards

DASHBOARDS, ADMIN = 8, 4


@pytest.fixture(scope="module")
def holdings() -> dict[str, Any]:
    """Grafana's answers by path, once everything was applied."""
    catalog = load_catalog(load_config(""))
    admin = [catalog.config.dashboard_uid(d.name) for d in catalog.dashboards.values() if d.audience == "admin"]
    wanted = desired(catalog.config, render_dashboards(catalog), admin)
    answers: dict[str, Any] = {
        "/api/health": {"database": "ok", "version": "12.3.0"},
        "/api/access-control/user/permissions": {},
        "/api/org": {"id": 1, "name": "Main Org."},
        "/api/datasources": wanted.datasources,
        "/api/dashboards/public-dashboards": {"publicDashboards": []},
        "/api/search": [{"uid": uid} for uid in wanted.dashboards],
    }
    for uid in wanted.admin:
        answers[f"/api/dashboards/uid/{uid}/permissions"] = []
    for place in wanted.folders:
        answers[f"/api/folders/{place.uid}"] = {"uid": place.uid, "title": place.title}
        answers[f"/api/folders/{place.uid}/permissions"] = []
    for uid, (dashboard, folder) in wanted.dashboards.items():
        answers[f"/api/dashboards/uid/{uid}"] = {
            "dashboard": dashboard,
            "meta": {"folderUid": folder, "version": 7},
        }
    return answers


@pytest.fixture
def server(holdings: dict[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A double of Grafana and what it is asked. It answers for no dashboard before all eight are asked for."""
    asked: list[tuple[str, str]] = []
    together = Barrier(DASHBOARDS, timeout=20)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            path = self.path.partition("?")[0]
            asked.append((self.command, path))
            if re.fullmatch("/api/dashboards/uid/[^/]+", path):
                together.wait()
            body = json.dumps(holdings.get(path, {"message": "not found"})).encode()
            self.send_response(200 if path in holdings else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize("command", [["plan", "--exit-code"], ["apply", "--state", "state"]])
def test_one_read_a_dashboard_all_at_once_and_no_write(
    server: tuple[str, list[tuple[str, str]]], command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, asked = server
    monkeypatch.chdir(tmp_path)
    env = {"GENDASH_GRAFANA_URL": url, "GENDASH_GRAFANA_TOKEN": "glsa_secret", "GENDASH_DATABASE_URL": None}
    done = CliRunner().invoke(cli, [*command, "--only", "grafana"], env=env)
    assert done.exit_code == 0, done.output
    first, last = done.output.splitlines()
    assert first == f"Grafana 12.3.0 at {url}, organisation 1 'Main Org.'"
    assert re.fullmatch(r"(nothing to do|0 changed), \d+ unchanged", last), done.output
    kinds = Counter((method, path.split("/")[2]) for method, path in asked)
    assert kinds == {
        ("GET", "dashboards"): DASHBOARDS + ADMIN + 1,  # permissions of those for admins, and the public links
        ("GET", "folders"): len({path for _, path in asked if path.startswith("/api/folders/")}),
        ("GET", "datasources"): 1,
        ("GET", "health"): 1,
        ("GET", "user"): 1,
        ("GET", "org"): 1,
        ("GET", "search"): 1,
        ("GET", "access-control"): 1,
    }
    assert len(set(asked)) == len(asked)
    kept = {"checked", "applies"}  # notes of what passed, and what rollback would bring back
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and not kept & set(path.parts)], "no backup"

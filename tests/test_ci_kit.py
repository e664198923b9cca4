"""The script of docs/ci, each job as far as a machine without those services can run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from grafana_double import Double

ROOT = Path(__file__).resolve().parents[1]  # the kit is no part of the package
SCRIPT = ROOT / "docs" / "ci" / "gendash-ci.sh"


@pytest.fixture
def double() -> Iterator[Double]:
    made = Double()
    server = made.run()
    yield made
    server.shutdown()
    server.server_close()


def job(folder: Path, *words: str, timeout: int = 120, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs a job in a folder, with the gendash of these tests."""
    (folder / "bin").mkdir(exist_ok=True)
    program = folder / "bin" / "gendash"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m gendash.cli "$@"\n')
    program.chmod(0o755)
    (folder / "gendash.yaml").write_text("prometheus_url: none\n")
    env = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **environ}
    return subprocess.run([SCRIPT, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=timeout)


def test_an_unknown_job_is_wrong_usage(tmp_path: Path) -> None:
    assert job(tmp_path, "nonsense").returncode == 2


def test_check_builds_and_fails_where_a_definition_is_wrong(tmp_path: Path) -> None:
    done = job(tmp_path, "check")
    assert done.returncode == 0 and (tmp_path / "out" / "manifest.json").is_file(), done.stderr
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "overrides.yaml").write_text("nowhere/x: {title: y}\n")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("content: [mine]\n")
    environ = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["gendash", "--config", str(wrong), "check"], cwd=tmp_path, env={**os.environ, **environ}, capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 1 and "no dashboard 'nowhere'" in done.stderr


def test_plan_apply_and_drift_end_with_the_code_of_what_they_found(tmp_path: Path, double: Double) -> None:
    access = {
        "GENDASH_GRAFANA_URL": double.url,
        "GENDASH_GRAFANA_TOKEN": "glsa_secret",
        "GENDASH_DATABASE_URL": "postgresql://owner@127.0.0.1:9/store",
    }
    only = ("--only", "grafana")
    planned = job(tmp_path, "plan", *only, **access)
    assert planned.returncode == 0, planned.stderr
    assert (tmp_path / "reports" / "plan.md").read_text().startswith("<!-- gendash plan -->")
    assert job(tmp_path, "drift", *only, **access).returncode == 3
    done = job(tmp_path, "apply", "reports/plan.json", **access)
    assert done.returncode == 0, done.stdout + done.stderr
    assert job(tmp_path, "drift", *only, **access).returncode == 0
    double.edit("gendash-overview", lambda board: board.update(description="theirs"))
    assert job(tmp_path, "drift", *only, **access).returncode == 4
    assert job(tmp_path, "plan", *only, **access).returncode == 4
    double.public.add("gendash-user-analytics")
    assert job(tmp_path, "drift", *only, **access).returncode == 1


def test_the_plan_is_one_comment_that_is_updated_in_place(tmp_path: Path) -> None:
    comments: dict[int, str] = dict.fromkeys(range(1, 101), "a person's")

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.command == "POST":
                comments[len(comments) + 1] = json.loads(raw)["body"]
            if self.command == "PATCH":
                comments[int(self.path.rsplit("/", 1)[1])] = json.loads(raw)["body"]
            rows: Any = [{"id": number, "body": text} for number, text in comments.items()]
            page = int((parse_qs(urlsplit(self.path).query).get("page") or ["1"])[0])
            body = rows[(page - 1) * 100 : page * 100]
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = answer

        def log_message(self, *_: Any) -> None:
            pass

    (tmp_path / "reports").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        access = {
            "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
            "GITHUB_REPOSITORY": "us/ours",
            "GITHUB_TOKEN": "secret",
            "PULL_REQUEST": "5",
        }
        for text in ("<!-- gendash plan -->\n\nfirst", '<!-- gendash plan -->\n\n"second" $x `y`'):
            (tmp_path / "reports" / "plan.md").write_text(text)
            done = job(tmp_path, "comment", **access)
            assert done.returncode == 0, done.stderr
        server.shutdown()
    assert comments.pop(101) == '<!-- gendash plan -->\n\n"second" $x `y`'
    assert set(comments.values()) == {"a person's"}


def test_verify_leaves_a_report_for_the_pipeline_also_where_it_fails(tmp_path: Path, double: Double) -> None:
    access = {"GENDASH_GRAFANA_URL": double.url, "GENDASH_GRAFANA_TOKEN": "glsa_secret"}
    done = job(tmp_path, "verify", "--grafana", "--only", "overview/health", **access)
    unknown = job(tmp_path, "verify", "--grafana", "--only", "overview/nothing", **access)
    assert unknown.returncode == 1 and "nothing is named 'overview/nothing'" in unknown.stderr, unknown.stderr
    report = ElementTree.parse(tmp_path / "reports" / "verify.xml")
    assert done.returncode == 1 and report.findall(".//testcase"), done.stdout + done.stderr


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.prometheus
def test_the_demo_is_verified_with_own_content(tmp_path: Path) -> None:
    done = job(tmp_path, "demo", "--scale", "0.05", "--dir", "demo", "--now", "2026-11-20T12:00:00Z", timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_the_action_only_calls_the_script() -> None:
    action = yaml.safe_load((ROOT / "docs" / "ci" / "action" / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    assert "gendash-ci.sh" in step["run"]

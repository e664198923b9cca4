from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from gendash.demo import history
from gendash.demo.run import MARK, Options, Steps, commands, run_demo
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.errors import GendashError, Refused, Unexpected
from gendash.engine.model import Problem


def loads_nothing(text: str) -> bool:
    """True if a page names no file and no address that a browser would load by itself."""
    return not re.search(r"<(?:link|img|iframe|object|embed)|<script[^>]*src|@import|url\(", text)


NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)


def steps(seen: list[tuple[str, Catalog]], code: int = 0, failing: str = "") -> Steps:
    """Steps that only note that they were taken, and in which state of the settings."""

    def take(name: str) -> Callable[..., int]:
        def step(catalog: Catalog, *_: object) -> int:
            seen.append((name, catalog))
            if name == failing:
                raise Unexpected(Problem(name, "went wrong", "mend it"))
            return code

        return step

    names = ("migrate", "sync", "refresh", "build", "apply")

    def page(catalog: Catalog, _at: object, out: Path, left_out: Sequence[str]) -> Path:
        seen.append((f"page without {len(left_out)}", catalog))
        return out / "index.html"

    judged = {"verify": take("verify"), "audit": take("audit"), "page": page}
    return Steps(load_catalog, *map(take, names), metrics=lambda *_: "", **judged)


def refusal(options: Options) -> str:
    with pytest.raises(GendashError) as caught:
        run_demo(steps([]), options, lambda _: None)
    return str(caught.value)


def test_a_living_demo_cannot_start_at_another_time(tmp_path: Path) -> None:
    assert refusal(Options(folder=tmp_path / "demo", keep=True, now=NOW)).startswith("--now: --keep continues")
    assert not (tmp_path / "demo").exists()


def test_an_unknown_feature_is_refused_with_a_hint(tmp_path: Path) -> None:
    assert "did you mean 'tickets'?" in refusal(Options(folder=tmp_path / "demo", without=["ticket"]))


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(Refused, match="is not empty, and no demo made it"):
        run_demo(steps([]), Options(folder=tmp_path), lambda _: None)
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.postgres
def test_without_prometheus_and_grafana_the_demo_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    seen: list[tuple[str, Catalog]] = []
    said: list[str] = []
    own = tmp_path / "own"
    own.mkdir()
    opened: list[str] = []
    options = Options(
        folder=tmp_path / "demo", now=NOW, scale=0.02, without=["tickets"], content=[own], show=opened.append
    )
    assert run_demo(steps(seen, code=1), options, said.append) == 1
    assert [name for name, _ in seen] == ["migrate", "sync", "refresh", "build", "audit", "verify", "page without 1"]
    first = tmp_path / "demo" / "pages" / "index.html"
    assert opened == [first.as_uri()]
    assert f"the dashboards in your browser: {first}" in said
    config = seen[-1][1].config
    assert config["content"] == [str(own)]
    assert not config.on("tickets") and not config.on("http_metrics") and config.on("langfuse")
    assert [line.partition(":")[2].split()[0] for line in said if line.startswith("left out")] == [
        "Prometheus:",
        "Grafana:",
    ]
    assert (tmp_path / "demo" / MARK).is_file()


@pytest.mark.postgres
def test_where_prometheus_cannot_be_had_the_demo_proves_every_other_panel(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"  # the discard port: nobody listens there
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "GENDASH_PROMETHEUS_RELEASES"), nowhere)
    environment = {**os.environ, **proxies, "PATH": str(tmp_path)}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-P", "-m", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run(command, cwd=tmp_path, env=environment, timeout=300, check=False, **pipes)
        assert done.returncode == 0, done.stdout[-2000:]
        return done.stdout

    assert run("gendash.demo.fetch_prometheus").startswith("prometheus: left out (")
    said = run("gendash.cli", "demo", "--scale", "0.05").splitlines()
    judged = next(line for line in said if "panels judged" in line)
    ok, total = (int(number) for number in re.findall(r"(\d+) panels judged: (\d+) ok", judged)[0])
    assert ok == total > 150 and "not judged" in judged and "(prometheus_url: none)" in judged
    (line,) = (line for line in said if line.startswith("left out: Prometheus"))
    assert "run `make fetch`" in line
    pages = {path.stem: path.read_text("utf-8") for path in (tmp_path / ".gendash/demo/pages").glob("*.html")}
    assert set(pages) == {"index", *load_catalog(load_config("")).dashboards}
    for name, text in pages.items():
        assert loads_nothing(text), name
        assert len(text.encode()) < 1_500_000, name
        assert "Prometheus: not found" in text, name
    drawn = len(re.findall('<svg[^>]*class="(?:chart|spark)"', "".join(pages.values())))
    assert drawn > 25
    assert "Not available: needs" in pages["system-health"]


@pytest.mark.postgres
def test_what_a_step_raises_ends_the_demo_and_its_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    seen: list[tuple[str, Catalog]] = []
    with pytest.raises(Unexpected, match="sync: went wrong"):
        run_demo(steps(seen, failing="sync"), Options(folder=tmp_path / "demo", now=NOW, scale=0.02), lambda _: None)
    url = seen[0][1].config["database_url"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


@pytest.mark.postgres
@pytest.mark.prometheus
def test_the_steps_find_a_database_a_langfuse_and_a_prometheus(
    tmp_path: Path, tool: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENDASH_GRAFANA_BIN", raising=False)
    seen: list[tuple[str, Catalog]] = []
    said: list[str] = []
    options = Options(
        folder=tmp_path / "demo",
        now=NOW,
        scale=0.02,
        tools=[tool("prometheus").parent],
        reach=history.Reach(1, 0.25, 1),
    )
    assert run_demo(steps(seen), options, said.append) == 0
    verified = next(catalog.config for name, catalog in seen if name == "verify")
    for key in ("database_url", "admin_database_url", "reader_password", "langfuse.secret_key", "prometheus_url"):
        assert verified[key], key
    assert verified.where("prometheus_url") == "GENDASH_PROMETHEUS_URL"
    assert any("the incident: 12:45 to 13:30 (Europe/Berlin)" in line for line in said)
    secrets = [verified[key] for key in ("database_url", "reader_password", "langfuse.secret_key")]
    assert not any(secret in line for secret in secrets for line in said)


def test_what_to_type_holds_in_a_folder_with_a_blank() -> None:
    folder = Path("/a folder/it's here")
    words = shlex.split(commands(folder / "env", folder / "gendash.yaml"))
    assert words == [".", f"{folder}/env;", "gendash", "--config", f"{folder}/gendash.yaml", "verify"]

"""The command line as its users meet it: one clear line, the right exit code, and nothing half done."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import forked
import pytest

from gendash.api import endpoint, packaged
from gendash.cli import cli
from gendash.engine.errors import ContentError

PORT = "127.0.0.1:9"  # the discard port: nobody listens


def gendash(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return forked.gendash(*arguments, cwd=cwd, environment={"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", **environment})


def test_check_says_how_much_there_is_and_that_nothing_is_wrong(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "gendash.cli", "check"]
    done = subprocess.run(command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "no problems" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "enviroments: {staging: {a: 1, b: 2}}",
            "gendash.yaml:2: unknown setting 'enviroments'; did you mean 'environments'?",
        ),
        ("instanc: prod", "gendash.yaml:2: unknown setting 'instanc'; did you mean 'instance'?"),
        (
            "metrics: {http_request: x}",
            "gendash.yaml:2: unknown name in 'metrics.http_request', with --env prod; did you mean 'metrics.http_requests'?",
        ),
    ],
)
def test_check_reports_a_fault_of_an_environment_that_was_not_asked_for(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "gendash.yaml").write_text(f"environments:\n  prod: {{{text}}}\n  dev: {{instance: dev}}\n")
    done = gendash("check", cwd=tmp_path)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "note:" not in line]) == (
        1,
        [f"gendash: {said}"],
    )
    assert gendash("--env", "dev", "check", cwd=tmp_path).returncode == 0


def test_check_reports_what_serve_would_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = deepcopy(endpoint.packaged_endpoints())
    given["users.yaml"]["figures"]["accounts"] = "overview/userz"
    monkeypatch.setattr(endpoint, "packaged_endpoints", lambda: given)
    (tmp_path / "gendash.yaml").write_text("")
    with pytest.raises(
        ContentError, match=r"^api/endpoints/users.yaml: .*'overview/userz'; did you mean 'overview/users'"
    ):
        cli(["--config", str(tmp_path / "gendash.yaml"), "check"], standalone_mode=False)


@pytest.mark.parametrize(
    ("command", "folder", "text"),
    [
        (["check"], "endpoints", b"a: ["),
        (["serve", "--port", "1"], "endpoints", b"- 1"),
        (["check"], "own", b"\xff"),
        (["serve", "--port", "1"], "own", b"path: &a [*a]"),
    ],
)
def test_a_broken_file_of_our_own_endpoints_is_one_line(
    command: list[str], folder: str, text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in ("endpoints", "own"):
        (tmp_path / "api" / one).mkdir(parents=True)
    (tmp_path / "api" / folder / "users.yaml").write_bytes(text)
    monkeypatch.setattr(packaged, "files", lambda _: tmp_path / "api")
    (tmp_path / "gendash.yaml").write_text(f"api: {{tokens: {{one: {{sha256: {'ab' * 32}}}}}}}\n")
    with pytest.raises(ContentError) as error:
        cli(["--config", str(tmp_path / "gendash.yaml"), *command], standalone_mode=False)
    assert {one.where.partition(":")[0] for one in error.value.problems} == {f"api/{folder}/users.yaml"}


def test_build_writes_a_manifest_and_the_same_bytes_twice(tmp_path: Path) -> None:
    assert gendash("build", cwd=tmp_path).returncode == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["files"]
    assert "dashboards/gendash-overview.json" in manifest
    assert len(manifest["dashboards/gendash-overview.json"]) == 64
    again = gendash("build", cwd=tmp_path)
    assert "0 changed" in again.stdout


def test_build_counts_every_file_that_it_writes(tmp_path: Path) -> None:
    first = gendash("build", cwd=tmp_path).stdout
    files = sum(path.is_file() for path in (tmp_path / "out").rglob("*"))
    assert first == f"out: {files} files, {files} changed\n"
    assert gendash("build", cwd=tmp_path).stdout == f"out: {files} files, 0 changed\n"
    (tmp_path / "gendash.yaml").write_text("features: {tickets: false}\ninstance: dev\n")
    again = gendash("build", cwd=tmp_path).stdout
    written, changed, removed = (int(part.split()[0]) for part in again.removeprefix("out: ").split(", "))
    assert written == sum(path.is_file() for path in (tmp_path / "out").rglob("*"))
    assert removed > 0 and changed <= written


def test_build_check_exits_3_when_the_folder_differs_and_names_the_file(tmp_path: Path) -> None:
    gendash("build", cwd=tmp_path)
    assert gendash("build", "--check", cwd=tmp_path).returncode == 0
    (tmp_path / "out" / "dashboards" / "gendash-overview.json").write_text("{}")
    done = gendash("build", "--check", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout.splitlines() == ["dashboards/gendash-overview.json"]


def test_build_removes_what_an_earlier_build_wrote_and_leaves_foreign_files(tmp_path: Path) -> None:
    gendash("build", cwd=tmp_path)
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "gendash.yaml").write_text("instance: dev\n")
    gendash("build", cwd=tmp_path)
    assert not (tmp_path / "out" / "dashboards" / "gendash-overview.json").exists()
    assert (tmp_path / "out" / "dashboards" / "dev-gendash-overview.json").exists()
    assert (tmp_path / "out" / "mine.txt").exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    done = gendash("build", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("gendash: out: cannot write")
    assert len(done.stderr.splitlines()) == 1


def test_a_malformed_settings_file_lists_every_problem_and_exits_1(tmp_path: Path) -> None:
    (tmp_path / "gendash.yaml").write_text("time_zon: UTC\nslo: {api_errors: {red: 9}}\n")
    done = gendash("check", cwd=tmp_path)
    assert done.returncode == 1
    assert [line.split(":")[1:3] for line in done.stderr.splitlines()] == [
        [" gendash.yaml", "1"],
        [" gendash.yaml", "2"],
    ]


def test_a_settings_file_that_is_not_there_or_not_text_is_one_line(tmp_path: Path) -> None:
    done = gendash("--config", "nowhere.yaml", "check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "gendash: nowhere.yaml: cannot read: No such file or directory; check --config\n",
    )
    (tmp_path / "gendash.yaml").write_bytes(b"\xff\xfe\x00")
    done = gendash("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "not UTF-8 text" in done.stderr


@pytest.mark.parametrize(
    ("command", "environment", "named"),
    [
        (["plan", "--only", "grafana"], {"GENDASH_GRAFANA_URL": f"http://{PORT}", "GENDASH_GRAFANA_TOKEN": "t"}, PORT),
        (["verify"], {"GENDASH_PROMETHEUS_URL": f"http://{PORT}"}, PORT),
        (["db", "migrate"], {"GENDASH_DATABASE_URL": f"postgresql://u:hunter2@{PORT}/d"}, PORT),
        (["db", "refresh"], {"GENDASH_DATABASE_URL": f"postgresql://u:hunter2@{PORT}/d"}, PORT),
        (["langfuse", "sync"], {"GENDASH_DATABASE_URL": f"postgresql://u:hunter2@{PORT}/d",
                                "LANGFUSE_BASE_URL": f"http://{PORT}", "LANGFUSE_PUBLIC_KEY": "p",
                                "LANGFUSE_SECRET_KEY": "hunter2"}, PORT),
        (["db", "status"], {}, "GENDASH_DATABASE_URL"),
        (["plan"], {}, "no target is configured"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_server_that_is_away_is_named_in_clear_lines_without_secrets(
    tmp_path: Path, command: list[str], environment: dict[str, str], named: str
) -> None:
    done = gendash(*command, cwd=tmp_path, **environment)
    assert done.returncode == 1
    assert named in done.stderr + done.stdout  # verify names it in its table
    assert all(line.startswith("gendash: ") for line in done.stderr.splitlines()), done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_wrong_usage_exits_2(tmp_path: Path) -> None:
    assert gendash("plan", "--only", "moon", cwd=tmp_path).returncode == 2
    assert gendash("verify", "--at", "tomorrow", cwd=tmp_path).returncode == 2


def test_config_tells_each_value_and_its_origin_and_masks_secrets(tmp_path: Path) -> None:
    (tmp_path / "gendash.yaml").write_text("time_zone: Europe/Berlin\n")
    done = gendash("config", "--json", cwd=tmp_path, GENDASH_GRAFANA_TOKEN="hunter2")
    rows = {row["setting"]: row for row in json.loads(done.stdout)}
    assert rows["time_zone"] == {"setting": "time_zone", "value": "Europe/Berlin", "from": "gendash.yaml:1"}
    assert rows["grafana_token"]["value"] == "********"
    assert "hunter2" not in done.stdout


def test_content_of_ones_own_adds_a_dashboard_and_a_broken_module_is_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "dashboards"
    folder.mkdir(parents=True)
    (tmp_path / "gendash.yaml").write_text("content: [mine]\n")
    (folder / "ours.py").write_text(
        "from gendash.engine.model import Dashboard, Row\n"
        "DASHBOARD = Dashboard('ours', 'Ours', 'doc', [Row('', [])], '1m', '24h')\n"
    )
    assert gendash("build", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "dashboards" / "gendash-ours.json").exists()
    (folder / "ours.py").write_text("1 / 0\n")
    done = gendash("build", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "gendash: mine/dashboards/ours.py:1: ZeroDivisionError: division by zero; fix the module\n"


@pytest.mark.parametrize("group", [[], ["db"], ["langfuse"]], ids=["gendash", "db", "langfuse"])
def test_help_shows_the_first_sentence_of_each_command_whole(group: list[str], tmp_path: Path) -> None:
    shown = gendash(*group, "--help", cwd=tmp_path, COLUMNS="80").stdout
    commands = shown.partition("Commands:")[2]
    assert len(commands.splitlines()) > 4 and "..." not in commands


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from gendash.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code, "--help"], capture_output=True, text=True, check=True)
    heavy = {
        "gendash.engine",
        "psycopg",
        "grafanalib",
        "grafana_client",
        "requests",
        "jinja2",
        "yaml",
        "postgast",
        "promql_parser",
    }
    assert not heavy & set(done.stdout.split())
    assert "gendash.cli" in done.stdout.split()


def test_doctor_writes_what_it_found_and_keeps_the_file(tmp_path: Path) -> None:
    text = "# ours\nfeatures:\n  langfuse: true  # soon\n"
    (tmp_path / "gendash.yaml").write_text(text)
    (tmp_path / "gendash.yaml").chmod(0o640)
    environment = {"GENDASH_PROMETHEUS_URL": f"http://u:hunter2@{PORT}"}
    done = gendash("doctor", "--write", "--json", cwd=tmp_path, **environment)
    assert done.returncode == 1, done.stderr  # Prometheus does not answer
    found = json.loads(done.stdout)
    assert found["written"] == {"langfuse": False}  # no keys; nothing else is known
    assert (tmp_path / "gendash.yaml").read_text() == text.replace("true", "false")
    assert (tmp_path / "gendash.yaml").stat().st_mode & 0o777 == 0o640
    assert done.stderr == "gendash.yaml: features.langfuse: false\n"
    again = gendash("doctor", "--write", "--full", cwd=tmp_path, **environment)
    assert again.stderr == "gendash.yaml: nothing to change\n"
    assert "hunter2" not in done.stdout + again.stdout
    assert [line for line in again.stdout.splitlines() if "failed  " in line] == [
        "  prometheus  failed          prometheus 127.0.0.1:9: no connection: Connection refused; "
        "check GENDASH_PROMETHEUS_URL and that Prometheus runs"
    ]


def test_doctor_says_what_it_cannot_write_and_leaves_the_file(tmp_path: Path) -> None:
    (tmp_path / "gendash.yaml").write_text("features: {langfuse: true}\nfeatures.langfuse: true\n")
    done = gendash("doctor", "--write", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("gendash: ")
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "gendash.yaml").read_text() == "features: {langfuse: true}\nfeatures.langfuse: true\n"


def test_config_prints_the_schema_and_masks_passwords_in_urls(tmp_path: Path) -> None:
    schema = json.loads(gendash("config", "--schema", cwd=tmp_path).stdout)
    assert schema["properties"]["features"]["properties"]["tickets"]["type"] == "boolean"
    for options in ([], ["--json"]):
        done = gendash("config", *options, cwd=tmp_path, GENDASH_PROMETHEUS_URL="http://me:hunter2@h:9090/p")
        assert "http://********@h:9090/p" in done.stdout
        assert "hunter" not in done.stdout

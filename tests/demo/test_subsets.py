"""A platform that has any subset of the servers: what `verify`, `doctor` and `plan` say of each, on real servers.

The demo's platform, Langfuse and Prometheus are started once; each subset of what fills a store has one of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product, takewhile
from pathlib import Path

import pytest

from gendash.commands.demo import _steps
from gendash.commands.doctor import examine
from gendash.demo import history
from gendash.demo.run import SETTINGS as DEMO
from gendash.demo.run import Options, run_demo
from gendash.engine.config.load import Config, load_config
from gendash.engine.config.settings import SERVERS, SETTINGS
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.apply import configured
from gendash.engine.doctor.report import DoctorReport
from gendash.engine.verify.report import verdict_counts
from gendash.engine.verify.run import any_failed, verify
from gendash.engine.verify.verdict import Verdict

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "adopting.md"
COLUMNS = {"PostgreSQL": "platform", "Prometheus": "prometheus", "Langfuse": "langfuse", "Grafana": "grafana"}
SUBSETS = [frozenset(n for n, on in zip(COLUMNS, each, strict=True) if on) for each in product((1, 0), repeat=4)][:-1]


# `make test` tries each server alone, the three that verify asks, and all four; `make soak` every subset
def _is_for_soak(there: frozenset[str]) -> bool:
    return len(there) == 2 or ("Grafana" in there and len(there) == 3)


ASKED = [
    pytest.param(there, id="+".join(sorted(there)), marks=pytest.mark.soak if _is_for_soak(there) else ())
    for there in SUBSETS
]
VARIABLES = {one.env for one in SETTINGS if one.env and "*" not in one.env}
STORES = [frozenset({"PostgreSQL"}), frozenset({"Langfuse"})]  # besides the demo's own, which has both


def documented() -> dict[frozenset[str], int]:
    """The exit code of each subset as the page's table says."""
    _, head, below = PAGE.read_text("utf-8").partition(f"| {' | '.join(COLUMNS)} | exit code of `verify` |")
    assert head
    lines = takewhile(lambda line: line.startswith("|"), below.strip().splitlines()[1:])
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {frozenset(n for n, c in zip(COLUMNS, row, strict=False) if c == "yes"): int(row[4][0]) for row in rows}


@dataclass
class Found:
    """What was found of each subset while the demo's servers were up."""

    verdicts: dict[frozenset[str], list[Verdict]] = field(default_factory=dict)
    reports: dict[frozenset[str], DoctorReport] = field(default_factory=dict)
    targets: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict)
    down: list[Verdict] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # of Grafana


def without(whole: Config, there: frozenset[str], grafana: str = "") -> Catalog:
    """The demo's definitions where each server that is not in a subset is none, as a person would set it."""
    fills = there & {"PostgreSQL", "Langfuse"}
    schema = "_".join(["gendash", *map(str.lower, fills)]) if fills in STORES else "gendash"
    none = {SERVERS[server] for name, server in COLUMNS.items() if name not in there}
    none |= set() if fills else {SERVERS["store"]}
    environ = {
        one.env: "none" if one.key in none else str(whole[one.key] or "") for one in SETTINGS if one.env in VARIABLES
    }
    environ |= {"GENDASH_GRAFANA_TOKEN": "secret"} | ({"GENDASH_GRAFANA_URL": grafana} if "Grafana" in there else {})
    return load_catalog(load_config(f"{DEMO.read_text('utf-8')}\nschema: {schema}\n", environ=environ))


@pytest.fixture(scope="module")
def grafana() -> Iterator[tuple[str, list[str]]]:
    """An address at which something listens, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.fixture(scope="module")
def found(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tool: Callable[[str], Path],
    grafana: tuple[str, list[str]],
) -> Found:
    address, asked = grafana
    is_soak = any(item.get_closest_marker("soak") for item in request.session.items)
    chosen = [there for there in SUBSETS if is_soak or not _is_for_soak(there)]
    steps, found = _steps(), Found(asked=asked)

    def fill(whole: Config) -> None:
        for there in STORES:
            catalog = without(whole, there)
            steps.migrate(catalog)
            if "Langfuse" in there:
                steps.sync(catalog, NOW)
            steps.refresh(catalog, NOW)

    def judge(demo: Catalog, at: datetime | None) -> int:
        fill(demo.config)
        for there in chosen:
            catalog = without(demo.config, there, address)
            found.verdicts[there] = verify(catalog.config, catalog, at=at)
            found.targets[there] = configured(catalog.config)
            if len(there) == 1 and "Grafana" not in there:
                found.reports[there] = examine(catalog, NOW)
        cut = replace(demo.config, values={**demo.config.values, "prometheus_url": "http://127.0.0.1:1"})
        found.down = verify(cut, replace(demo, config=cut), at=at)
        return 0

    options = Options(
        tmp_path_factory.mktemp("demo") / "demo",
        now=NOW,
        scale=0.1,
        tools=[tool("prometheus").parent],
        reach=history.Reach(2, 0.25, 1),
    )
    undrawn = replace(steps, verify=judge, page=lambda _catalog, _at, out, _left_out: out / "index.html")
    assert run_demo(undrawn, options, lambda _: None) == 0
    return found


pytestmark = [pytest.mark.postgres, pytest.mark.prometheus]


def test_the_table_of_the_page_names_every_subset() -> None:
    assert documented().keys() == set(SUBSETS)


@pytest.mark.parametrize("there", ASKED)
def test_verify_ends_as_the_page_says(found: Found, there: frozenset[str]) -> None:
    verdicts = found.verdicts[there]
    assert [one for one in verdicts if not one.calm] == []
    assert any_failed(verdicts) == bool(documented()[there])


@pytest.mark.parametrize("there", ASKED)
def test_what_is_not_judged_waits_for_a_server_that_is_none_and_for_nothing_else(
    found: Found, there: frozenset[str]
) -> None:
    none = {f"{SERVERS[server]}: none" for name, server in COLUMNS.items() if name not in there}
    none |= set() if there & {"PostgreSQL", "Langfuse"} else {"database_url: none"}
    off = {one.off for one in found.verdicts[there] if one.status == "not_available"}
    assert {part for why in off for part in why.split(", ")} <= none
    last = verdict_counts(found.verdicts[there]).splitlines()[-1]
    judged = len({(v.dashboard, v.panel) for v in found.verdicts[there] if v.kind == "panel" and not v.off})
    assert last.startswith(f"{judged} panels judged: {judged} ok" if judged else "no panel judged")


def test_what_each_server_feeds_is_judged_where_it_is(found: Found) -> None:
    def judged(*there: str) -> set[tuple[str, str]]:
        every = found.verdicts[frozenset(there)]
        return {(one.dashboard, one.panel) for one in every if one.kind == "panel" and not one.off}

    alone = [judged("PostgreSQL"), judged("Langfuse"), judged("Prometheus")]
    assert all(len(panels) > 50 for panels in alone)
    whole = judged("PostgreSQL", "Langfuse", "Prometheus")
    assert set().union(*alone) < whole
    for there in found.verdicts:
        assert judged(*there) <= whole
        assert judged(*there) == judged(*(there - {"Grafana"}) or ("Grafana",))


def test_verify_asks_no_grafana(found: Found) -> None:
    assert found.asked == []


@pytest.mark.parametrize("there", ["PostgreSQL", "Langfuse", "Prometheus"])
def test_the_doctor_says_once_what_is_none_and_nothing_is_wrong_for_it(found: Found, there: str) -> None:
    report = found.reports[frozenset({there})]
    states = {server.name: server.state for server in report.servers}
    expected = {"source": "PostgreSQL", "prometheus": "Prometheus", "langfuse": "Langfuse", "grafana": "Grafana"}
    assert {n: states[n] for n in expected} == {n: "ok" if c == there else "none" for n, c in expected.items()}
    assert states["store"] == ("none" if there == "Prometheus" else "ok")
    assert not report.failed


def test_a_plan_covers_the_targets_that_are_there(found: Found) -> None:
    for there, targets in found.targets.items():
        store = bool(there & {"PostgreSQL", "Langfuse"})
        assert targets == tuple(n for n, on in (("database", store), ("grafana", "Grafana" in there)) if on)


def test_a_server_that_is_down_fails_its_own_panels_by_one_line(found: Found) -> None:
    wrong = [one for one in found.down if not one.calm]
    assert {one.why for one in wrong} == {
        "prometheus 127.0.0.1:1: no connection: Connection refused; check GENDASH_PROMETHEUS_URL and that Prometheus runs"
    }
    good = {(one.dashboard, one.panel) for one in found.down if one.kind == "panel" and one.calm}
    assert len(good) > 100
    assert any_failed(found.down)

"""A Prometheus with the demo's history, and the answers that PromQL panels of all dashboards get from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path

import requests
from all_series import SERIES
from asking import questions
from overview_series import Labels, Samples, Values

from gendash.demo import history, servers
from gendash.demo.platform import generate
from gendash.demo.run import history_rules
from gendash.engine.clients import prometheus
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import Choice, expand_macros
from gendash.engine.render.rules import render_rules
from gendash.engine.verify.queries import Question

NOW = datetime(2026, 11, 5, 15, tzinfo=UTC)
FEATURES_ON = "".join(f"  {name}: {str(name != 'store_metrics').lower()}\n" for name, _, _ in FEATURES)
ALL_ON = f"features:\n{FEATURES_ON}"
ALL = [  # compared with three hours before, which is no option of the dashboards, but where samples are dense
    *(Choice(name, ("x",), None, multi=True, all_value=".+") for name in ("job", "instance", "handler")),
    Choice("compare", ("3h",), ("3h",), include_all=False),
]
TOLD = "change"
NAME_LINE = {"__name__", TOLD, "limit", "share"}
"""Labels that make the name line of a tile; which ones a panel has is tested by `named`."""
"""The label in which a head tile tells what it was a day before; `told` compares it."""

RANGE = "6h"
"""The picked time range, so short that all of it was scraped every 15 seconds."""

CACHE = Path(__file__).resolve().parents[3] / ".cache"


@dataclass
class Graphs:
    """Dashboards on a running Prometheus, and the samples that it holds."""

    catalog: Catalog
    samples: Samples
    call: prometheus.Call
    url: str
    rules: Path

    @contextmanager
    def rules_of(self, catalog: Catalog) -> Iterator[None]:
        """Prometheus with the rules of other definitions, for as long as the block runs."""
        self._load(catalog)
        try:
            yield
        finally:
            self._load(self.catalog)

    def _load(self, catalog: Catalog) -> None:
        write_rules(catalog, self.rules)
        requests.post(f"{self.url}/-/reload", timeout=30).raise_for_status()

    def asked(self, dashboard: str, slug: str, hours_ago: float) -> list[Question]:
        """The PromQL queries of a panel, its time range ending so many hours before the end of the history."""
        board = replace(self.catalog.dashboards[dashboard], range=RANGE)
        at = NOW - timedelta(hours=hours_ago)
        found = questions(self.catalog, board, at, [f"{dashboard}/{slug}"])
        return [one for one in found if (one.verdict.kind, one.query.language) == ("panel", "promql")]

    def answers(self, dashboard: str, slug: str, hours_ago: float) -> list[dict[Labels, float]]:
        """What a panel shows at a time, query by query."""
        at = NOW - timedelta(hours=hours_ago)
        asked = self.asked(dashboard, slug, hours_ago)
        return [self.ask(expand_macros("promql", question.text, question.time, ALL), at) for question in asked]

    def differences(self, dashboard: str, slug: str, hours_ago: float) -> list[str]:
        """Where a panel's answer for a time is not what follows from the samples, one line each."""
        at, length = NOW - timedelta(hours=hours_ago), seconds(RANGE)
        found = self.answers(dashboard, slug, hours_ago)
        wanted = SERIES[dashboard][slug](self.samples, at.timestamp(), length)
        assert len(found) == len(wanted)
        lines = []
        for number, (answer, values) in enumerate(zip(found, wanted, strict=True)):
            lines += [f"query {number}: {line}" for line in compare(answer, values)]
        return lines

    def named(self, dashboard: str, slug: str, hours_ago: float) -> dict[str, str]:
        """The labels that make the name line of a tile."""
        at = NOW - timedelta(hours=hours_ago)
        (question,) = self.asked(dashboard, slug, hours_ago)
        answer = prometheus.instant(self.call, expand_macros("promql", question.text, question.time, ALL), at)
        assert isinstance(answer, prometheus.Data), answer
        (one,) = answer.series
        return {name: value for name, value in one["metric"].items() if name in NAME_LINE}

    def told(self, dashboard: str, slug: str, hours_ago: float) -> str:
        """What the name line of a head tile says about a day before."""
        at = NOW - timedelta(hours=hours_ago)
        (question,) = self.asked(dashboard, slug, hours_ago)
        answer = prometheus.instant(self.call, expand_macros("promql", question.text, question.time, ALL), at)
        assert isinstance(answer, prometheus.Data), answer
        (one,) = answer.series
        return str(one["metric"][TOLD])

    def ask(self, text: str, at: datetime) -> dict[Labels, float]:
        """Values by labels at a time, without those that are no number, which panels show as nothing."""
        answer = prometheus.instant(self.call, text, at)
        assert isinstance(answer, prometheus.Data), answer
        values = {labels(one["metric"]): float(one["value"][1]) for one in answer.series}
        return {key: value for key, value in values.items() if not isnan(value)}


def labels(metric: Mapping[str, str]) -> Labels:
    """Labels without the name of the series, and without the one that tells how it changed."""
    return tuple(sorted((name, value) for name, value in metric.items() if name not in NAME_LINE))


def compare(found: Mapping[Labels, float], wanted: Values) -> list[str]:
    lines = [f"{key} is missing" for key in sorted({*wanted} - {*found})]
    lines += [f"{key} is too much" for key in sorted({*found} - {*wanted})]
    return lines + [
        f"{key} shows {found[key]}, wanted {wanted[key]}"
        for key in sorted({*found} & {*wanted})
        if not wanted[key].holds(found[key])
    ]


def write_rules(catalog: Catalog, folder: Path) -> None:
    """Rule files of these definitions, and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, content in render_rules(catalog).items():
        (folder / Path(path).name).write_bytes(content)


@contextmanager
def graphs(folder: Path) -> Iterator[Graphs]:
    """A Prometheus over 31 days of made history; it ends with the block."""
    tools = [path.parent for path in CACHE.glob("**/promtool")]
    promtool, binary = servers.find("promtool", *tools), servers.find("prometheus", *tools)
    assert promtool and binary
    catalog = load_catalog(load_config(ALL_ON))
    end = int(NOW.timestamp())
    scrapes = history.scrape(generate(1, NOW, 1.0, "UTC"), end, reach=history.Reach(days=31, fine=1, detail=2))
    said: list[str] = []
    texts = history.write(scrapes, history_rules(catalog), folder / "texts", said.append)
    with servers.making_blocks(promtool, texts, folder / "data") as wait:
        wait()
    assert said == []
    write_rules(catalog, folder / "rules")
    with (
        servers.prometheus(binary, folder, folder / "rules", retention="50y") as url,
        prometheus.prometheus(load_config("", environ={"GENDASH_PROMETHEUS_URL": url})) as call,
    ):
        yield Graphs(catalog, Samples(scrapes, end), call, url, folder / "rules")

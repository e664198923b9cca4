"""`verify --grafana`: what is sent is what a dashboard sends, and what Grafana answers is judged as a panel shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from grafana_double import Double

from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.verify.run import verify
from gendash.engine.verify.through_grafana import answer_of, frames_of, judge_grafana, through_grafana
from gendash.engine.verify.verdict import Verdict


def frame(*columns: tuple[str, str, list[Any]]) -> dict[str, Any]:
    return {
        "schema": {"fields": [{"name": name, "type": kind} for name, kind, _ in columns]},
        "data": {"values": [values for *_, values in columns]},
    }


EMPTY = {"schema": {"fields": []}, "data": {"values": []}}


@pytest.mark.parametrize(
    ("frames", "series", "rows", "numbers", "texts"),
    [
        ([EMPTY], False, 0, (), 0),
        ([frame(("role", "string", ["a", "b"]), ("n", "number", [1, None]))], False, 2, (1.0, None), 2),
        ([frame(("time", "time", [1, 2]), ("n", "number", [1, 2]))], False, 2, (1.0, 2.0), 0),
        ([frame(("created_at", "time", [1, None]))], False, 2, (), 1),
        ([frame(("Time", "time", [1, 2]), ("Value", "number", [1, 0])), EMPTY], True, 1, (1.0, 0.0), 0),
    ],
)
def test_frames_are_counted_as_a_panel_draws_them(
    frames: list[Any], series: bool, rows: int, numbers: tuple[Any, ...], texts: int
) -> None:
    answer = answer_of(frames_of(frames), series)
    assert (answer.rows, answer.numbers, answer.texts) == (rows, numbers, texts)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(load_config("features: {tickets: true}\n"))


class Queried(Double):
    """A Grafana whose data sources answer; ``result`` is what a panel's query gets."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self.catalog, self.sent, self.result = catalog, [], {"frames": [frame(("n", "number", [3]))]}  # type: Any
        self.health: dict[str, tuple[int, Any]] = {}
        self.plugins = sorted(
            {panel["type"] for board in render_dashboards(catalog).values() for panel in _panels(board)}
        )
        for key in ("database", "admin", "prometheus"):
            uid = catalog.config[f"datasources.{key}.uid"]
            self.datasources[uid] = {"uid": uid, "name": uid}

    def post_ds_query(self, _: Any, __: Any, body: Any) -> tuple[int, Any]:
        (query,) = body["queries"]
        if query.get("rawSql", "").startswith("select relation, age_s"):
            names = list(self.catalog.relations)
            cells = [names, [1.0] * len(names), [60.0] * len(names), [None] * len(names)]
            kinds = zip(
                ("relation", "age_s", "cadence_s", "error"),
                ("string", "number", "number", "string"),
                cells,
                strict=True,
            )
            return 200, {"results": {query["refId"]: {"frames": [frame(*kinds)]}}}
        if query.get("rawSql", "").startswith("select name, sample from"):  # no audit found anything
            return 200, {"results": {query["refId"]: {"frames": []}}}
        self.sent.append(body)
        status = 400 if "error" in self.result else 200
        return status, {"results": {query["refId"]: self.result}}

    def get_health(self, parts: list[str], *_: Any) -> tuple[int, Any]:
        if parts[0] == "health":
            return 200, {"database": "ok", "version": self.version}
        return self.health.get(parts[2], (200, {"status": "OK"}))

    def get_plugins(self, *_: Any) -> tuple[int, Any]:
        return 200, [{"id": kind} for kind in self.plugins]


def _panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for top in board["panels"] for panel in (top, *top.get("panels", ())) if panel["type"] != "row"]


@pytest.fixture
def double(catalog: Catalog) -> Iterator[Queried]:
    made = Queried(catalog)
    server = made.run()
    yield made
    server.shutdown()
    server.server_close()


def catalog_of(double: Queried, catalog: Catalog) -> Catalog:
    return replace(catalog, config=config_of(double))


def config_of(double: Queried) -> Config:
    environ = {"GENDASH_GRAFANA_URL": double.url, "GENDASH_GRAFANA_TOKEN": "glsa_secret"}
    return load_config("features: {tickets: true}\n", environ=environ)


def one_panel(catalog: Catalog, audience: str = "everyone") -> str:
    """A panel of an audience's dashboards that reads SQL with a macro and a variable."""
    for dashboard in catalog.dashboards.values():
        for panel in dashboard.panels():
            texts = [catalog.expand(query).text for query in catalog.live(panel)]
            plain = all(query.language == "sql" for query in panel.queries)
            shared = dashboard.audience == audience and not catalog.missing_features(panel)
            if shared and plain and texts and "$__time" in texts[0]:
                return f"{dashboard.name}/{panel.slug}"
    raise AssertionError("no such panel")


def judged(double: Queried, catalog: Catalog, name: str) -> list[Verdict]:
    with through_grafana(catalog_of(double, catalog), lambda _: None) as through:
        return [one for one in verify(config_of(double), catalog, only=[name], through=through) if one.kind == "panel"]


def test_a_query_is_sent_with_its_macros_and_without_variables(double: Queried, catalog: Catalog) -> None:
    name = one_panel(catalog)
    verdicts = judged(double, catalog, name)
    assert {one.status for one in verdicts} == {"ok"}, verdicts
    (query,) = double.sent[-1]["queries"]
    assert (
        "$__time" in query["rawSql"] and query["rawQuery"] is True and query["datasource"]["uid"] == "gendash-postgres"
    )
    assert query["maxDataPoints"] > 0 and query["intervalMs"] > 0
    assert int(double.sent[-1]["to"]) - int(double.sent[-1]["from"]) >= 3_600_000


@pytest.mark.parametrize(
    ("result", "status", "words"),
    [
        ({"error": 'db query error: pq: relation "gendash.x" does not exist'}, "missing", "does not exist"),
        ({"error": "db query error: pq: permission denied for view x"}, "error", "may not read"),
        ({"error": "db query error: pq: syntax error"}, "error", "syntax error"),
        ({"status": 500, "error": "context deadline exceeded"}, "error", "deadline"),
    ],
)
def test_what_grafana_answers_is_judged(
    double: Queried, catalog: Catalog, result: dict[str, Any], status: str, words: str
) -> None:
    double.result = result
    found = judged(double, catalog, one_panel(catalog))
    assert {one.status for one in found} == {status} and words in found[0].why


def test_grafana_itself_is_judged(double: Queried, catalog: Catalog) -> None:
    def own() -> dict[str, tuple[str, str]]:
        with through_grafana(catalog_of(double, catalog), lambda _: None) as through:
            return {one.title: (one.status, one.why) for one in judge_grafana(catalog, through)}

    double.folders["gendash-admin"] = {"uid": "gendash-admin", "title": "x"}
    assert {status for status, _ in own().values()} == {"ok"}
    double.health["gendash-postgres"] = 400, {"message": "no", "details": {"verboseMessage": "connection refused"}}
    double.plugins.remove("stat")
    double.permissions["gendash-admin"] = [{"role": "Viewer", "permission": 1}]
    secret = next(catalog.config.dashboard_uid(d.name) for d in catalog.dashboards.values() if d.audience == "admin")
    double.public.add(secret)
    del double.datasources["gendash-prometheus"]
    found = own()
    assert "connection refused" in found["data source gendash-postgres"][1]
    assert found["data source gendash-prometheus"][0] == "missing"
    assert found["plug-ins of panels"] == ("missing", "not installed: stat; install them in Grafana")
    assert "open to Viewers" in found["who may open gendash-admin"][1]
    assert found[f"public link of {secret}"][0] == "error"


def test_dashboards_for_admins_are_asked_in_the_organisation_that_has_them(double: Queried, catalog: Catalog) -> None:
    other = Queried(catalog)
    other.organisation = (2, "Admins")
    server = other.run()
    everybody, admins = (f"gendash-postgres{end}" for end in ("", "-admin"))
    del double.datasources[admins], other.datasources[everybody]
    other.folders["gendash-admin"] = {"uid": "gendash-admin", "title": "x"}
    names = [one_panel(catalog, audience) for audience in ("everyone", "admin")]
    with (
        through_grafana(catalog_of(double, catalog), lambda _: None) as every,
        through_grafana(catalog_of(other, catalog), lambda _: None) as there,
    ):
        through = replace(every, admin=there)
        verdicts = verify(config_of(double), catalog, only=names, through=through)
        assert {one.status for one in verdicts if one.kind == "panel"} == {"ok"}
        asked = [{query["datasource"]["uid"] for query in one["queries"]} for one in other.sent]
        assert asked and {admins} in asked
        assert {query["datasource"]["uid"] for one in double.sent for query in one["queries"]} == {everybody}
        own = {one.title: one.status for one in judge_grafana(catalog, through)}
        assert (
            own[f"data source {admins}"] == own[f"data source {everybody}"] == own["who may open gendash-admin"] == "ok"
        )
        double.datasources[admins] = other.datasources.pop(admins)
        assert {one.title: one.status for one in judge_grafana(catalog, through)}[f"data source {admins}"] == "missing"
    server.shutdown()
    server.server_close()


def test_a_store_that_does_not_answer_is_not_to_be_migrated(double: Queried, catalog: Catalog) -> None:
    failed = 400, {"results": {"A": {"error": "failed to connect to server"}}}
    double.faults.append(lambda _, path: failed if path == "/api/ds/query" else None)
    (found, *_) = judged(double, catalog, one_panel(catalog))
    assert found.status == "error" and "migrate" not in found.why and "data source" in found.why

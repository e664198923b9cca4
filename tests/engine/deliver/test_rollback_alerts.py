"""`gendash rollback` of alerting rules: the group that Grafana evaluates, on Grafana and on the double, and a ruler's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from grafana_double import Double
from ruler_double import PREFIXES, Ruler, running_ruler

from gendash.cli import cli
from gendash.engine.clients.grafana import session
from gendash.engine.config.load import load_config
from gendash.engine.deliver import grafana as target
from gendash.engine.deliver.alerting import ObservedAlerting, observe_alerting
from gendash.engine.deliver.apply import PlanOptions, carry_out, observe_and_plan
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.plan_rollback import plan_rollback
from gendash.engine.deliver.ruler import group_text
from gendash.engine.store.migrate import migrate

ALONE = "instance: back\ndatabase_url: none\nsource_url: none\nlangfuse: {base_url: none}\n"


@dataclass
class Site:
    """An installation whose alerts Grafana evaluates; ``run`` gives the exit code and what was said."""

    url: str
    token: str
    capture: pytest.CaptureFixture[str]

    def run(self, objective: float, receiver: str, *arguments: str) -> tuple[int, str]:
        alerting = f"{{by: grafana, receivers: {{{receiver}: {{kind: email, to: [a@example.org]}}}}}}"
        text = f"slo: {{api_errors: {{objective: {objective}}}}}\nalerting: {alerting}\nprometheus_url: http://127.0.0.1:9\n"
        Path("gendash.yaml").write_text(ALONE + text)
        code = 0
        try:
            cli(list(arguments), standalone_mode=False)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = self.capture.readouterr()
        return code, said.out + said.err

    def there(self) -> ObservedAlerting:
        environ = {"GENDASH_GRAFANA_URL": self.url, "GENDASH_GRAFANA_TOKEN": self.token}
        with session(load_config(ALONE, environ=environ), lambda _: None) as ask:
            return observe_alerting(ask)

    def rules(self) -> dict[str, tuple[Any, ...]]:
        """Our rules: title, expression and contact point by uid."""
        ours = (rule for rule in self.there().rules if str(rule["uid"]).startswith("gd-"))
        return {
            rule["uid"]: (rule["title"], rule["data"][0]["model"]["expr"], rule["notification_settings"]["receiver"])
            for rule in ours
        }


@pytest.fixture(params=["double", pytest.param("grafana", marks=pytest.mark.grafana)])
def site(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Site]:
    """Grafana with its own alerting, or the double."""
    monkeypatch.chdir(tmp_path)

    def made(url: str, token: str) -> Site:
        monkeypatch.setenv("GENDASH_GRAFANA_URL", url)
        monkeypatch.setenv("GENDASH_GRAFANA_TOKEN", token)
        return Site(url, token, capsys)

    if request.param == "double":
        double = Double()
        server = double.run()
        yield made(double.url, "glsa_x")
        server.shutdown()
        server.server_close()
        return
    with request.getfixturevalue("new_grafana")({"GF_UNIFIED_ALERTING_ENABLED": "true"}) as real:
        yield made(real.url, real.token("Admin"))


def test_the_rules_that_grafana_evaluates_go_back(site: Site) -> None:
    assert site.run(0.005, "mail", "apply", "--yes")[0] == 0
    before = site.rules()
    assert site.run(0.02, "mail", "apply", "--yes")[0] == 0
    after = site.rules()
    assert len(before) > 5 and before.keys() == after.keys() and before != after
    code, said = site.run(0.02, "mail", "rollback", "--dry-run")
    assert code == 3 and "~ ApiErrorBudgetBurnFast: data[0].model.expr differs" in said, said
    assert site.rules() == after, "a dry run writes nothing"
    code, said = site.run(0.02, "mail", "rollback", "--yes")
    assert code == 0 and "blocked" not in said, said
    assert site.rules() == before
    _, said = site.run(0.005, "mail", "plan")
    assert "alerting" not in said, said


def test_rules_whose_contact_point_is_gone_stay_and_the_reason_is_said(site: Site) -> None:
    assert site.run(0.005, "mail", "apply", "--yes")[0] == 0
    assert site.run(0.005, "people", "apply", "--yes")[0] == 0
    after = site.rules()
    assert {receiver for _, _, receiver in after.values()} == {"back-gendash people"}
    code, said = site.run(0.005, "people", "rollback", "--yes")
    assert code == 1 and "contact point 'back-gendash mail'" in said and "apply the earlier definitions" in said, said
    assert site.rules() == after


def test_what_an_interrupted_rollback_did_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.run(0.005, "mail", "apply", "--yes")[0] == 0
    assert site.run(0.02, "mail", "apply", "--yes")[0] == 0

    def interrupted(*_: Any) -> Change:
        raise KeyboardInterrupt

    monkeypatch.setattr(target, "_write", interrupted)
    code, said = site.run(0.02, "mail", "rollback", "--yes")
    assert code == 1 and "interrupted: 0 changes were made; plan again" in said, said


# ── groups of a ruler ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=PREFIXES)
def ruler(request: pytest.FixtureRequest) -> Iterator[Ruler]:
    """A ruler under the prefix of Mimir, and of Cortex."""
    with running_ruler(request.param) as double:
        yield double


def groups_of(ruler: Ruler) -> dict[str, str]:
    return {name: group_text(group) for name, group in ruler.namespaces["gendash"].items()}


def settings(ruler: Ruler, objective: float) -> str:
    return (
        f"prometheus: {{ruler_url: '{ruler.url}'}}\nslo: {{api_errors: {{objective: {objective}}}}}\n"
        "features: {users: false, conversations: false, feedback: false, documents: false}\n"
    )


def applied(catalog: Any, state: Path, minutes_ago: int = 0) -> list[Change]:
    """Applies are distinguished by the second, so each has a minute of its own."""
    planned = observe_and_plan(catalog, PlanOptions(("prometheus",), overwrite=True))
    return carry_out(catalog, planned, state, datetime.now(UTC) - timedelta(minutes=minutes_ago), print)


def test_groups_of_a_ruler_go_back_unless_somebody_edited_them(
    ruler: Ruler, database: str, definitions: Callable[..., Any], tmp_path: Path
) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("create table if not exists public.users (id int)")
    first, second = (definitions(database, settings(ruler, objective)) for objective in (0.005, 0.02))
    migrate(first.config, first)
    applied(first, tmp_path, 3)
    before = groups_of(ruler)
    applied(second, tmp_path, 2)
    after = groups_of(ruler)
    assert before.keys() == after.keys() and before != after
    back = plan_rollback(second, tmp_path, None)
    done = carry_out(second, back.planned, tmp_path, datetime.now(UTC), print, keep=False)
    assert {change.action for change in done} == {"none", "update"}
    assert groups_of(ruler) == before
    applied(second, tmp_path)
    (edited,) = [name for name in after if before[name] != after[name]][:1]
    ruler.namespaces["gendash"][edited]["rules"][0]["expr"] = "vector(7)"
    theirs = groups_of(ruler)
    back = plan_rollback(second, tmp_path, None)
    (change,) = [one for one in back.planned.changes if one.name == edited]
    assert change.action == "left" and "not as we wrote it last" in change.lines[0]
    carry_out(second, back.planned, tmp_path, datetime.now(UTC), print, keep=False)
    assert groups_of(ruler)[edited] == theirs[edited]


def test_without_a_store_a_group_that_differs_is_left(ruler: Ruler, tmp_path: Path) -> None:
    from gendash.engine.definitions.load import load_catalog

    first, second = (load_catalog(load_config(ALONE + settings(ruler, objective))) for objective in (0.005, 0.02))
    applied(first, tmp_path, 3)
    applied(second, tmp_path, 2)
    there = deepcopy(ruler.namespaces)
    back = plan_rollback(second, tmp_path, None)
    left = [one for one in back.planned.changes if one.action == "left"]
    assert left and "no store remembers" in left[0].lines[0]
    carry_out(second, back.planned, tmp_path, datetime.now(UTC), print, keep=False)
    assert ruler.namespaces == there

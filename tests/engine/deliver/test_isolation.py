"""What a Viewer can reach at each level of isolation, tried as a Viewer with raw SQL on a real Grafana."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.adopt import observe_edits
from gendash.engine.deliver.apply import PlanOptions, carry_out, observe_and_plan
from gendash.engine.deliver.changes import exit_code
from gendash.engine.deliver.report import plan_text
from gendash.engine.deliver.uninstall import carry_out_uninstall, plan_uninstall
from gendash.engine.errors import Refused
from gendash.engine.verify.through_grafana import judge_grafana, through_grafana

ONLY = PlanOptions(("grafana",))


def catalog_of(server: Any, text: str, **environ: str) -> Catalog:
    given = {
        "GENDASH_GRAFANA_URL": server.url,
        "GENDASH_GRAFANA_TOKEN": server.token("Admin"),
        "GENDASH_DATABASE_URL": "postgresql://owner@127.0.0.1:9/store",
    }
    return load_catalog(load_config(text, environ={**given, **environ}))


def token_of(server: Any, org: int) -> str:
    """A token of the role Admin in an organisation."""
    there = {"headers": {"X-Grafana-Org-Id": str(org)}, "auth": server.auth, "timeout": 20}
    name = f"gendash-{uuid4().hex[:6]}"
    made = server.session.post(
        f"{server.url}/api/serviceaccounts", json={"name": name, "role": "Admin"}, **there
    ).json()
    path = f"{server.url}/api/serviceaccounts/{made['id']}/tokens"
    return str(server.session.post(path, json={"name": name}, **there).json()["key"])


def raw_sql(server: Any, uid: str) -> int:
    """The status of any SQL that a Viewer sends to a data source."""
    query = {"refId": "A", "datasource": {"uid": uid}, "rawSql": "select 1", "rawQuery": True, "format": "table"}
    headers = {"Authorization": f"Bearer {server.token('Viewer')}"}
    body = {"queries": [query], "from": "now-1h", "to": "now"}
    return int(server.session.post(f"{server.url}/api/ds/query", json=body, headers=headers, timeout=20).status_code)


@pytest.mark.grafana
def test_a_viewer_reaches_the_admin_data_source_unless_it_is_in_an_organisation_of_its_own(
    new_grafana: Any, tmp_path: Path
) -> None:
    with new_grafana() as server:
        plain = catalog_of(server, "instance: one\n")
        done = carry_out(plain, observe_and_plan(plain, ONLY), tmp_path, datetime.now(UTC), print)
        assert exit_code(done, applied=True) == 0, plan_text(done)
        assert raw_sql(server, "one-gendash-postgres-admin") != 404, "a folder hides no data source"

        org = server("POST", "/api/orgs", {"name": "Admins"})["orgId"]
        text = "instance: two\naccess: {isolation: organisation}\n"
        apart = catalog_of(server, text, GENDASH_GRAFANA_ADMIN_TOKEN=token_of(server, org))
        planned = observe_and_plan(apart, ONLY)
        assert len(planned.server.splitlines()) == 2 and "'Admins'" in planned.server
        done = carry_out(apart, planned, tmp_path, datetime.now(UTC), print)
        assert exit_code(done, applied=True) == 0, plan_text(done)
        assert {change.action for change in observe_and_plan(apart, ONLY).changes} == {"none"}
        assert raw_sql(server, "two-gendash-postgres-admin") == 404
        assert raw_sql(server, "two-gendash-postgres") != 404
        there = {row["uid"] for row in server("GET", "/api/search?type=dash-db")}
        secret = [apart.config.dashboard_uid(d.name) for d in apart.dashboards.values() if d.audience == "admin"]
        assert "two-gendash-overview" in there and secret and not there & set(secret)
        _verified_adopted_and_removed(server, apart, org)


def _verified_adopted_and_removed(server: Any, apart: Catalog, org: int) -> None:
    """What verify, adopt and uninstall do with the dashboards of both organisations."""
    with through_grafana(apart) as through:
        own = {one.title: one for one in judge_grafana(apart, through)}
    assert not [one for one in own.values() if one.status == "missing"], own
    assert own["data source two-gendash-postgres-admin"].status == "error", "its store does not answer here"
    assert own["who may open two-gendash-admin"].status == "ok"
    there = {"headers": {"X-Grafana-Org-Id": str(org)}, "auth": server.auth, "timeout": 20}
    url = f"{server.url}/api/dashboards"
    live = server.session.get(f"{url}/uid/two-gendash-cost-usage", **there).json()
    board, folder = live["dashboard"], live["meta"]["folderUid"]
    board["description"] = "Theirs"
    server.session.post(f"{url}/db", json={"dashboard": board, "folderUid": folder}, **there).raise_for_status()
    assert {name: found.overrides for name, found in observe_edits(apart).items()} == {
        "cost-usage": {"cost-usage": {"description": "Theirs"}}
    }
    state = Path("nowhere")
    planned = plan_uninstall(apart.config, ["grafana"], state, indexes=False)
    assert any("organisation of admins" in line and "cost-usage" in line for line in planned.stays), planned.stays
    done = carry_out_uninstall(apart.config, planned, ["grafana"], state, print)
    gone = {(one.place, one.name) for one in done.grafana if not one.stays}
    assert ("grafana", "two-gendash-overview") in gone
    assert ("grafana (organisation of admins)", "two-gendash-user-analytics") in gone
    left = server.session.get(f"{server.url}/api/search?type=dash-db&tag=gendash", **there).json()
    assert [row["uid"] for row in left] == ["two-gendash-cost-usage"]


@pytest.mark.grafana
def test_a_token_of_the_same_organisation_isolates_nothing_and_is_refused(grafana: Any) -> None:
    text = "instance: same\naccess: {isolation: organisation}\n"
    same = catalog_of(grafana, text, GENDASH_GRAFANA_ADMIN_TOKEN=grafana.token("Admin"))
    with pytest.raises(Refused, match="a token of the organisation in which everybody"):
        observe_and_plan(same, ONLY)
    with pytest.raises(Refused, match="there is no token of that organisation"):
        observe_and_plan(catalog_of(grafana, text), ONLY)

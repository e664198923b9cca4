"""`gendash uninstall` against a real Grafana: what bears our mark goes, an edit and whatever is not ours stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gendash.engine.config.load import Config, load_config
from gendash.engine.deliver import grafana as target
from gendash.engine.deliver import uninstall_grafana
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.plan import plan
from gendash.engine.deliver.state import desired
from gendash.engine.deliver.uninstall_grafana import Removal

pytestmark = pytest.mark.grafana
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Site = Callable[..., Config]


@pytest.fixture
def site(grafana: Any, tmp_path: Path) -> Iterator[Site]:
    """Applies dashboards of those names to an installation of its own: ``site("overview", "users", admin="users")``."""
    made: list[Config] = []

    def apply(*names: str, admin: str = "", instance: str = "") -> Config:
        prefix = instance or f"r{uuid4().hex[:6]}"
        uids = ("database", "admin", "prometheus")
        sources = "".join(f"  {key}: {{uid: {prefix}-{key}, name: {prefix} {key}}}\n" for key in uids)
        environ = {
            "GENDASH_GRAFANA_URL": grafana.url,
            "GENDASH_GRAFANA_TOKEN": grafana.token("Admin"),
            "GENDASH_DATABASE_URL": "postgresql://owner:secret@127.0.0.1:5432/store",
        }
        config = load_config(f"instance: {prefix}\ndatasources:\n{sources}", environ=environ)
        boards = {
            config.dashboard_uid(name): {
                "uid": config.dashboard_uid(name),
                "title": name,
                "schemaVersion": 42,
                "tags": ["gendash"],
                "panels": [{"id": 1, "type": "stat", "title": "x", "datasource": {"uid": f"{prefix}-database"}}],
            }
            for name in names
        }
        wanted = desired(config, boards, [config.dashboard_uid(admin)] if admin else [])
        changes = plan(wanted, observe_grafana(config, wanted))
        done = target.apply_to_grafana(config, wanted, changes, tmp_path, NOW, lambda _: None, pause=lambda _: None)
        assert {change.action for change in done} <= {"create", "update", "none", "left"}
        made.append(config)
        return config

    yield apply
    for config in made:
        for place in ("gendash", "gendash-admin"):
            grafana.session.delete(f"{grafana.url}/api/folders/{config.prefixed(place)}", auth=grafana.auth, timeout=20)
        uid = config["datasources.database.uid"]
        grafana.session.delete(f"{grafana.url}/api/datasources/uid/{uid}", auth=grafana.auth, timeout=20)


def remove(config: Config) -> dict[str, str]:
    """What became of each thing: why it stays, or nothing."""
    done = uninstall_grafana.remove_from_grafana(config, uninstall_grafana.find_in_grafana(config))
    return {f"{one.kind} {one.name.removeprefix(config['instance'] + '-')}": one.stays for one in done}


def test_what_apply_made_goes_and_a_second_time_there_is_nothing(grafana: Any, site: Site) -> None:
    config = site("overview", "users", admin="users")
    other = site("overview")  # another installation in the same Grafana
    listed = uninstall_grafana.find_in_grafana(config)
    assert [(one.kind, one.stays) for one in listed] == [
        ("dashboard", ""),
        ("dashboard", ""),
        ("data source", ""),
        ("folder", ""),
        ("folder", ""),
    ]
    assert remove(config) == dict.fromkeys(
        ["dashboard gendash-overview", "dashboard gendash-users", "data source database", "folder gendash",
         "folder gendash-admin"], ""
    )  # fmt: skip
    assert uninstall_grafana.find_in_grafana(config) == []
    assert len(uninstall_grafana.find_in_grafana(other)) == 3


def test_a_dashboard_that_the_definitions_no_longer_have_goes_too(site: Site) -> None:
    config = site("overview", "old")
    site("overview", instance=config["instance"])
    assert "dashboard gendash-old" in remove(config)


def test_an_edit_and_what_is_not_ours_stay_and_so_does_their_folder(grafana: Any, site: Site) -> None:
    config = site("overview", "users")
    edited, place = config.dashboard_uid("overview"), config.prefixed("gendash")
    live = grafana("GET", f"/api/dashboards/uid/{edited}")["dashboard"]
    live["panels"][0]["title"] = "by hand"
    grafana("POST", "/api/dashboards/db", {"dashboard": live, "folderUid": place})
    theirs = {"uid": config.dashboard_uid("theirs"), "title": "Theirs", "tags": ["gendash"], "panels": []}
    grafana("POST", "/api/dashboards/db", {"dashboard": theirs, "folderUid": place})
    done = remove(config)
    assert done["dashboard gendash-users"] == ""
    assert "edited it after our version 1" in done["dashboard gendash-overview"]
    assert "dashboard gendash-theirs" not in done
    assert done["folder gendash"] in (
        "since it contains 'overview', 'Theirs'",
        "since it contains 'Theirs', 'overview'",
    )
    assert grafana("GET", f"/api/dashboards/uid/{edited}")["dashboard"]["panels"][0]["title"] == "by hand"


def test_a_data_source_that_gendash_did_not_make_stays(grafana: Any, site: Site) -> None:
    instance = f"r{uuid4().hex[:6]}"
    theirs = {"uid": f"{instance}-database", "name": f"{instance} database", "type": "grafana-postgresql-datasource",
              "access": "proxy", "url": "127.0.0.1:5432", "user": "gendash_reader", "jsonData": {}}  # fmt: skip
    grafana("POST", "/api/datasources", theirs)
    config = site("overview", instance=instance)
    assert [one.kind for one in uninstall_grafana.find_in_grafana(config)] == ["dashboard", "folder"]
    remove(config)
    assert grafana("GET", f"/api/datasources/uid/{instance}-database")["name"] == theirs["name"]


def test_what_changed_between_listing_and_removal_is_looked_at_again(grafana: Any, site: Site) -> None:
    config = site("overview", "users")
    listed = uninstall_grafana.find_in_grafana(config)
    uid = config.dashboard_uid("overview")
    live = grafana("GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    live["panels"][0]["title"] = "just now"
    grafana("POST", "/api/dashboards/db", {"dashboard": live, "folderUid": config.prefixed("gendash")})
    grafana("DELETE", f"/api/dashboards/uid/{config.dashboard_uid('users')}")
    done = {one.name: one for one in uninstall_grafana.remove_from_grafana(config, listed)}
    assert isinstance(done[uid], Removal)
    assert "edited it" in done[uid].stays
    assert config.dashboard_uid("users") not in done

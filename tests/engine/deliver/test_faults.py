"""What is reported is what happened: redirects, resets, refusals and failures at any request, on a double of Grafana."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from gendash.engine.clients.grafana import wait_for_grafana
from gendash.engine.clients.http_policy import basic
from gendash.engine.config.load import load_config
from gendash.engine.deliver.changes import Change, exit_code
from gendash.engine.errors import Denied, TargetError, Unexpected

New = Callable[..., Any]


def of(changes: list[Change], kind: str, name: str = "") -> Change:
    return next(change for change in changes if change.kind == kind and name in change.name)


def only_writes(fault: Any, times: int = 1, kinds: tuple[str, ...] = ("POST", "PUT", "DELETE")) -> Any:
    """A fault at the first writes."""
    seen = count()
    return lambda method, _: fault if method in kinds and next(seen) < times else None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_on_no_request_and_nothing_counts_as_done(installation: New, status: int) -> None:
    site = installation()
    site.add("overview")
    made = site.plan()
    site.double.faults.append(lambda method, path: (status, f"-> /grafana{path}") if method != "GET" else None)
    done = site.apply(made)
    assert {change.action for change in done} == {"blocked"} and exit_code(done, applied=True) == 1
    assert f"HTTP {status}" in done[0].lines[0] and "/grafana" in done[0].lines[0]
    assert done[0].lines[-1] == "nothing was written"
    assert not site.double.folders and not site.double.datasources and not site.double.dashboards


def test_a_redirect_of_the_first_read_says_where_it_leads(installation: New) -> None:
    site = installation()
    site.double.faults.append(lambda _, path: (301, f"-> /grafana{path}"))
    with pytest.raises(Unexpected, match=f"set grafana_url to {site.double.url}/grafana"):
        site.plan()


@pytest.mark.parametrize("fault", ["reset", "drop", (502, "<html>"), (500, {"message": "database is locked"})])
@pytest.mark.parametrize("at", range(6))
def test_one_lost_answer_at_any_write_loses_nothing_and_writes_nothing_twice(
    installation: New, fault: Any, at: int
) -> None:
    site = installation()
    uids = [site.add("overview"), site.add("users", admin=True)]
    seen = count()
    site.double.faults.append(lambda method, _: fault if method == "POST" and next(seen) == at else None)
    done = site.apply()
    assert {change.action for change in done} <= {"create", "update"}, [c.lines for c in done]
    assert [len(site.double.dashboards[uid]["versions"]) for uid in uids] == [1, 1]
    assert not [row for row in site.double.permissions["gendash-admin"] if row.get("role")]
    site.double.faults.clear()
    assert {change.action for change in site.plan()} == {"none"}


@pytest.mark.parametrize("fault", ["reset", (429, "<html>"), (500, {"message": "x"}), (503, "<html>")])
def test_one_failure_at_any_read_costs_nothing(installation: New, fault: Any) -> None:
    site = installation()
    site.add("overview")
    site.apply()
    site.double.edit(site.uid("overview"), lambda board: board.update(title="Theirs"))
    reads = len(site.double.asked)
    clean = site.plan()
    for at in range(len(site.double.asked) - reads):
        seen = count()
        site.double.faults = [lambda _m, _p, at=at, seen=seen: fault if next(seen) == at else None]
        assert site.plan() == clean


def test_too_many_writes_are_sent_again_after_the_pause(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.double.faults.append(only_writes((429, "<html>slow down"), times=2))
    assert {change.action for change in site.apply()} == {"create"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ((413, "<html><title>Request Entity Too Large</title>"), "HTTP 413.*client_max_body_size.*nothing was written"),
        ((401, {"message": "Invalid API key"}), "401.*nothing was written"),
        ((403, "<html>"), "HTTP 403.*GENDASH_GRAFANA_HEADERS.*nothing was written"),
        ((407, "<html>"), "HTTP 407.*PROXY_AUTH.*nothing was written"),
        ((400, {"message": "bad"}), "400 bad; nothing was written"),
    ],
)
def test_a_refusal_is_named_with_its_status_and_a_remedy(installation: New, fault: Any, words: str) -> None:
    import re

    site = installation()
    site.add("overview")
    made = site.plan()
    site.double.faults.append(only_writes(fault, times=99))
    done = site.apply(made)
    assert {change.action for change in done} == {"blocked"}
    assert re.search(words, " ".join(done[0].lines)), done[0].lines
    assert not site.double.folders


def test_a_history_that_cannot_be_read_costs_its_own_dashboard_and_advises_nothing(installation: New) -> None:
    site = installation()
    site.add("overview")
    site.add("users")
    site.apply()
    for name in ("overview", "users"):
        site.double.edit(site.uid(name), lambda board: board.update(description="theirs"))
    site.double.faults.append(
        lambda _, path: (500, {"message": "boom"}) if path.endswith("overview/versions") else None
    )
    changes = site.plan()
    lost = of(changes, "dashboard", "overview")
    assert lost.action == "blocked" and "500 boom" in lost.lines[0] and "restore" not in " ".join(lost.lines)
    assert of(changes, "dashboard", "users").action == "left"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_folder_that_cannot_be_read_is_not_taken_to_be_absent(installation: New, status: int) -> None:
    site = installation()
    site.add("overview")
    site.double.faults.append(
        lambda _, path: (status, {"message": "later"}) if path.endswith("/folders/gendash") else None
    )
    changes = site.plan()
    assert of(changes, "folder").action == "blocked" and "cannot be read" in of(changes, "folder").lines[0]
    assert of(changes, "dashboard").action == "blocked"
    assert str(status) in of(changes, "folder").lines[0]


def test_an_answer_that_does_not_name_what_was_written_is_looked_up(installation: New) -> None:
    site = installation()
    site.add("overview")
    made = site.plan()
    site.double.faults.append(only_writes((200, {"status": "ok"}), times=99))
    done = site.apply(made)
    assert {change.action for change in done} == {"blocked"} and not site.double.folders


def test_a_grafana_that_starts_is_waited_for(installation: New) -> None:
    site, seen = installation(), count()
    site.double.faults.append(lambda *_: (503, "<html>starting") if next(seen) < 9 else None)
    wait_for_grafana(site.config, 30.0, lambda _: None)
    assert next(seen) > 9
    seen = count()
    clock = iter(range(1000))
    with pytest.raises(TargetError, match="503"):
        wait_for_grafana(site.config, 0.5, lambda _: None, lambda: float(next(clock)))


def test_the_organisation_is_named_and_another_one_is_refused(installation: New) -> None:
    from gendash.engine.deliver.observe import observe_grafana

    site = installation("grafana_org_id: 7\n")
    site.double.organisation = (7, "Emea")
    server = observe_grafana(site.config, site.wanted()).server
    assert server == f"Grafana 12.3.0 at {site.double.url}, organisation 7 'Emea'"
    assert {headers.get("X-Grafana-Org-Id") for _, _, headers in site.double.asked} == {"7"}
    site.double.organisation = (1, "Main Org.")
    with pytest.raises(Denied, match=r"grafana_org_id is 7, the credentials are for 1 'Main Org\.'"):
        site.plan()


def test_credentials_of_a_proxy_are_sent_to_it_and_never_shown(installation: New) -> None:
    site = installation(GENDASH_GRAFANA_PROXY_AUTH="me:proxy-secret")
    proxied = load_config(
        f"grafana: {{proxy: '{site.double.url}'}}\n",
        environ={"GENDASH_GRAFANA_URL": "http://grafana.example", **site.environ},
    )
    wait_for_grafana(proxied, 0.0, lambda _: None)
    assert {asked[2].get("Proxy-Authorization") for asked in site.double.asked} == {basic("me", "proxy-secret")}
    assert "proxy-secret" not in repr(proxied)


def test_a_server_that_goes_away_during_apply_is_named_and_the_rest_is_not_tried(installation: New) -> None:
    site = installation()
    site.add("overview")
    made = site.plan()
    site.double.url = "http://127.0.0.1:9"
    done = site.apply(made)
    assert "no connection" in done[0].lines[-2] and done[0].lines[-1] == "nothing was written"
    assert {change.lines[-1] for change in done[1:]} == {"not tried: Grafana no longer answers"}

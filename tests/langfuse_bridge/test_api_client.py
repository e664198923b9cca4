"""Requests: which API, how fast, how often again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bridge_parts import NOW, Sleeper, client_of, observation, score, stored

from gendash.demo.langfuse_faults import Fault
from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_client import Client, Paused, choose_api, version

MINUTE = timedelta(minutes=1)
ANY = api_types.decoder(Any)


@pytest.mark.parametrize(
    ("mode", "server", "api", "reason"),
    [
        ("events_only", "4.16.0", "v2", "answers /v2/metrics"),
        ("dual", "4.2.0", "v2", "answers /v2/metrics"),
        ("legacy", "4.16.0", "v1", "write mode legacy"),
        ("legacy", "3.225.4", "v1", "keeps its data in the older lists"),
    ],
)
def test_the_way_is_chosen_by_version_and_mode_and_told(
    mode: Any, server: str, api: str, reason: str, double: Any, store: Any, run: Any
) -> None:
    double.mode, double.version = mode, server
    double.add(observation(1, NOW - MINUTE))
    report = run(text="langfuse: {since: 2h}")
    assert report.api == api and reason in report.reason
    assert len(stored(store, "lf_observation")) == 1
    double.log.clear()
    cloud = client_of(double, Sleeper(), plan="pro")
    assert run(NOW + MINUTE, text="langfuse: {since: 2h}", client=cloud).api == api
    assert not any("metrics" in path for path, _ in double.log), "where requests are counted, what was found is kept"


def test_a_server_that_changes_its_version_is_looked_at_again(double: Any, store: Any, run: Any) -> None:
    double.mode, double.version = "legacy", "3.225.4"
    double.add(observation(1, NOW - MINUTE))
    assert run(text="langfuse: {since: 2h}").api == "v1"
    double.mode, double.version = "events_only", "4.16.0"
    assert run(NOW + MINUTE).api == "v2"
    assert len(stored(store, "lf_observation")) == 1


def test_a_server_that_changes_its_mode_is_not_taken_for_an_empty_one(double: Any, store: Any, run: Any) -> None:
    double.mode = "dual"
    double.add(observation(1, NOW - MINUTE))
    run(text="langfuse: {since: 2h}")
    double.mode = "legacy"  # where /v2/observations answers 200 with nothing
    assert run(NOW + MINUTE).api == "v1"
    assert len(stored(store, "lf_observation")) == 1


def test_an_exhausted_quota_of_the_probe_means_cloud_and_so_the_new_api(double: Any, sleeper: Any) -> None:
    double.fault = lambda path: Fault(429, retry_after=86393) if path == "v2/metrics" else None
    client = client_of(double, sleeper)
    assert choose_api(client, version(client))[0] == "v2"
    client.close()


@pytest.mark.parametrize(
    ("plan", "share", "path", "allowed"),
    [
        ("hobby", 0.5, "v2/observations", (15, 60)),
        ("hobby", 0.5, "observations", (7, 60)),
        ("hobby", 0.01, "v3/scores", (1, 60)),
        ("hobby", 0.99, "v3/scores", (29, 60)),
        ("hobby", 0.5, "v2/metrics", (50, 86400)),
        ("core", 0.5, "traces/t-1", (15, 60)),
        ("core", 0.5, "v2/metrics", (50, 3600)),
        ("pro", 0.5, "v3/scores", (500, 60)),
        ("pro", 0.5, "models", (500, 60)),
        ("pro", 0.5, "v2/scores", (50, 60)),
        ("pro", 0.5, "metrics", (1000, 86400)),
        ("pro", 0.5, "projects", None),
        ("self-hosted", 0.5, "v2/observations", None),
        ("auto", 0.5, "v2/observations", None),
    ],
)
def test_our_share_of_the_budget_follows_plan_and_path(plan: str, share: float, path: str, allowed: Any) -> None:
    assert Client("http://host", "pk", "sk", plan, share).allowed(path) == allowed


def test_cloud_counts_as_the_smallest_plan_until_a_setting_says_more() -> None:
    assert Client("https://us.cloud.langfuse.com", "pk", "sk").allowed("v3/scores") == (15, 60)


def test_no_minute_sees_more_requests_than_our_share(double: Any, sleeper: Sleeper) -> None:
    sent: list[float] = []
    double.fault = lambda _path: sent.append(sleeper.now)
    client = client_of(double, sleeper, plan="hobby")
    for _ in range(40):
        client.get("v2/observations", {"limit": 1}, ANY)
        sleeper.now += 0.3
    client.close()
    assert all(sum(start <= at < start + 60 for at in sent) <= 15 for start in sent)
    assert sleeper.now < 240


def test_a_hobby_organisation_is_never_refused_for_what_we_ask(double: Any, store: Any, run: Any, sleeper: Any) -> None:
    double.plan, double.now = "hobby", sleeper.clock
    for number in range(50):
        double.add(observation(number, NOW - timedelta(hours=5) * number))
        double.put_score(score(number, NOW - timedelta(hours=5) * number))
    refused: list[str] = []
    answer = double.answer
    double.answer = lambda *args: (found := answer(*args), found[0] == 429 and refused.append(args[1]))[0]
    run(client=client_of(double, sleeper, plan="hobby"), text="langfuse: {since: 20d}")
    assert refused == [] and len(stored(store, "lf_observation")) == 50


def test_a_short_pause_is_waited_for_and_a_long_one_raised(double: Any, sleeper: Sleeper) -> None:
    client = client_of(double, sleeper, patience_s=30)
    pauses = iter([Fault(429, retry_after=29), Fault(429, retry_after=31)])
    double.fault = lambda _path: next(pauses)
    with pytest.raises(Paused) as pause:
        client.get("v2/observations", {}, ANY)
    client.close()
    assert sleeper.naps[0] == 29 and pause.value.wait == timedelta(seconds=31)


def test_tries_are_spaced_further_and_further_with_chance(double: Any, sleeper: Sleeper) -> None:
    double.fault = lambda _path: Fault(503)
    naps = []
    for chance in (0.0, 1.0):
        client = client_of(double, sleeper)
        client.chance = lambda chance=chance: chance  # type: ignore[misc]
        sleeper.naps.clear()
        with pytest.raises(Exception, match="HTTP 503"):
            client.get("v2/observations", {}, ANY)
        client.close()
        naps.append(list(sleeper.naps))
    assert naps[0] == [0.5, 1, 2, 4, 8] and naps[1] == [1.5, 3, 6, 12, 24]


def test_a_client_and_a_store_do_not_print_secrets() -> None:
    from gendash.langfuse_bridge.store import Store

    shown = repr(Client("https://a:b@host", "pk-lf-1", "sk-lf-2")) + repr(Store("postgresql://o:hidden@h/db", "s"))
    assert not any(secret in shown for secret in ("a:b", "pk-lf-1", "sk-lf-2", "hidden"))

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import requests

from gendash.demo import history, live, load
from gendash.demo import platform as demo
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.timeline import Platform
from gendash.engine.errors import Unreachable
from gendash.engine.model import Problem


def test_a_life_goes_on_in_database_langfuse_and_metrics(database: str, small: Platform) -> None:
    world = demo.start(17, small.now, 0.05)
    load.load(database, world.platform)
    begun = small.now.timestamp()
    scrapes = history.scrape(world.platform, begun, reach=history.Reach(1, 1, 1))
    double = LangfuseDouble(world.platform.observations, world.platform.scores)
    life = live.Life(world, database, double, scrapes.fleet, scrapes.roles, at=begun, next_visit=begun + live.VISIT_S)
    agent = scrapes.fleet.api[0]
    before = len(double.observations()), agent.values['agent_messages_total{role="user"}'], sum(agent.values.values())
    for minute in range(1, 16):
        live.catch_up(life, begun + 60 * minute)
    assert life.at == begun + 900
    assert len(double.observations()) > before[0]
    assert sum(agent.values.values()) > before[2]
    with psycopg.connect(database) as connection:
        row = connection.execute("select count(*) from messages where role = 'user' and created_at > %s", [small.now])
        asked = row.fetchone()
    assert asked and asked[0] == agent.values['agent_messages_total{role="user"}'] - before[1] >= 8


def test_the_next_day_is_decided_before_it_begins(database: str, small: Platform) -> None:
    world = demo.start(19, small.now, 0.03)
    load.load(database, world.platform)
    life = live.Life(world, database, LangfuseDouble(), at=small.now.timestamp())
    live.catch_up(life, small.now.timestamp() + 60)
    assert life.days == 1
    last = max(at for at, _, table, _ in world.platform.later if table == "messages")
    assert datetime.fromtimestamp(last, UTC) > small.now + timedelta(hours=10)
    live.catch_up(life, (small.now + timedelta(hours=26)).timestamp())
    assert life.days == 2


def test_metrics_are_served_for_each_target_and_never_go_back(scrapes: history.Scrapes, small: Platform) -> None:
    world = demo.start(23, small.now, 0.02)
    fleet = history.scrape(world.platform, small.now.timestamp(), reach=history.Reach(1, 1, 1)).fleet
    life = live.Life(world, "", LangfuseDouble(), fleet, at=small.now.timestamp())
    with live.exporter(life) as targets:
        assert [(t.job, t.instance) for t in targets] == [
            ("ai-agent-api", "api-1:8000"),
            ("ai-agent-api", "api-2:8000"),
            ("redis", "redis:9121"),
        ]
        url = f"http://{targets[0].address}"
        first = requests.get(url + targets[0].path, timeout=5)
        assert first.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        fleet.step(life.at, life.at + 15)
        second = requests.get(url + targets[0].path, timeout=5)
        assert requests.get(url + "/metrics", timeout=5).status_code == 404
    samples = [dict(line.rsplit(" ", 1) for line in answer.text.splitlines()) for answer in (first, second)]
    assert set(samples[0]) == set(samples[1]) == set(fleet.api[0].values) | set(fleet.api[0].gauges)
    counters = [key for key in samples[0] if key.startswith("http_requests_total")]
    assert all(float(samples[0][key]) <= float(samples[1][key]) for key in counters)
    assert any(float(samples[0][key]) < float(samples[1][key]) for key in counters)
    assert set(scrapes.columns[0][2]) >= set(samples[0])


def test_chores_are_done_when_they_are_due_and_a_failing_one_is_named_and_tried_again() -> None:
    time = [0.0]
    done: list[tuple[str, float]] = []
    said: list[str] = []

    def failing() -> None:
        done.append(("refresh", time[0]))
        if time[0] < 30:
            raise Unreachable(Problem("store", "no answer", "start it"))

    def pass_time(seconds: float) -> None:
        time[0] += seconds

    chores = [live.Chore("sync", 20, lambda: done.append(("sync", time[0]))), live.Chore("refresh", 30, failing)]
    life = live.Life(demo.start(1, datetime(2026, 11, 19, tzinfo=UTC), 0.01), "", LangfuseDouble())
    live.keep(life, chores, said.append, until=61, clock=lambda: time[0], sleep=pass_time)
    assert [at for name, at in done if name == "sync"] == [0, 20, 40, 60]
    assert [at for name, at in done if name == "refresh"] == [0, 30, 60]
    assert said == ["refresh: store: no answer; start it"]

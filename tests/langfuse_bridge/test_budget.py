"""One budget for all who ask the same organisation, whatever process or project they are."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from bridge_parts import NOW, Sleeper, client_of, observation, score, settings, stored

from gendash.langfuse_bridge.api_client import Paused
from gendash.langfuse_bridge.api_types import decoder
from gendash.langfuse_bridge.budget import PLANS, OwnBudget, allowance
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.sync import sync

ANY = decoder(Any)


def most_within(times: list[float], period_s: float) -> int:
    """The largest number of times in any half-open span of a length."""
    return max(sum(start <= at < start + period_s for at in times) for start in times)


@pytest.mark.parametrize(("plan", "kind"), [(plan, kind) for plan in PLANS for kind in PLANS[plan]])
def test_no_period_sees_more_than_our_share_however_one_asks(plan: str, kind: str) -> None:
    chance, clock = random.Random(plan + kind), Sleeper()
    share = 0.5 if plan == "hobby" or "metrics" in kind else 0.03
    allowed = allowance(plan, kind, share)
    assert allowed and allowed.limit == max(1, int(PLANS[plan][kind][0] * share))
    book, times = OwnBudget(clock.clock), []
    for _ in range(3 * allowed.limit):
        clock.now += book("x", allowed, 1e9)
        times.append(clock.now)
        clock.now += chance.choice((0, 0, allowed.interval_s * chance.random() * 3))
    assert most_within(times, allowed.period_s) <= allowed.limit
    assert most_within(times, allowed.period_s) >= min(allowed.limit, 2) / 2, "and the share is used"


def test_a_wait_that_is_too_long_is_said_and_books_nothing(store: Any, sleeper: Sleeper) -> None:
    shared = Store(store.url, store.schema, now=lambda: NOW + timedelta(seconds=sleeper.now))
    hourly = allowance("core", "v2/metrics", 0.1)
    assert hourly
    for book in (OwnBudget(sleeper.clock), shared.book):
        waits = [round(book("x", hourly, 60.0), 3) for _ in range(9)]
        assert waits[:5] == [0.0] * 5 and len(set(waits[5:])) == 1 and waits[-1] > 500
    shared.disconnect()
    client = client_of_plan(sleeper, shared)
    with pytest.raises(Paused) as pause:
        for _ in range(60):
            client._pace("v2/metrics")
    assert pause.value.wait > timedelta(minutes=1)
    shared.disconnect()


def client_of_plan(sleeper: Sleeper, shared: Store) -> Any:
    from gendash.langfuse_bridge.api_client import Client

    return Client("http://host", "pk", "sk", "core", budget=shared.book, clock=sleeper.clock, sleep=sleeper.sleep)


class SharedClock(Sleeper):
    """One clock for several threads: it moves once all of them sleep, to the first that wakes."""

    def __init__(self, sleepers: int) -> None:
        super().__init__()
        self.awake, self.due, self.turn = sleepers, list[float](), threading.Condition()

    def sleep(self, seconds: float) -> None:
        with self.turn:
            wake = self.now + seconds
            self.due.append(wake)
            self._rest()
            assert self.turn.wait_for(lambda: self.now >= wake, timeout=60), "one waits for what another holds"
            self.due.remove(wake)
            self.awake += 1

    def leave(self) -> None:
        with self.turn:
            self._rest()

    def _rest(self) -> None:
        self.awake -= 1
        if not self.awake and self.due:
            self.now = max(self.now, min(self.due))
            self.turn.notify_all()


def test_two_syncs_of_two_projects_of_one_organisation_stay_within_the_share_together(double: Any, store: Any) -> None:
    """Both sleep on one clock, and the double counts what reaches it in any minute of that clock."""
    clock, sent = SharedClock(sleepers=2), []
    for number in range(30):
        double.add(observation(number, NOW - timedelta(hours=8) * number))
        double.put_score(score(number, NOW - timedelta(hours=8) * number))

    def fault(path: str) -> None:
        if path not in ("health", "projects", "v2/metrics"):
            sent.append(clock.now)

    double.fault = fault
    errors: list[BaseException] = []

    def one(name: str) -> None:
        own = Store(store.url, store.schema, now=lambda: NOW + timedelta(seconds=clock.now))
        client = client_of(double, clock, plan="hobby", budget=own.book)
        client.patience_s = 1e9
        try:
            sync(settings(double, own, f"langfuse: {{project: {name}, since: 20d}}"), now=NOW, store=own, client=client)
        except BaseException as error:
            errors.append(error)
        finally:
            clock.leave()

    # The same keys under two names would be refused, so each gets another project of the same organisation.
    answer, names = double.answer, iter(("one", "two"))

    def answered(method: str, path: str, *rest: Any) -> Any:
        if path.endswith("/projects"):
            double.project_id = next(names)
        return answer(method, path, *rest)

    double.answer = answered
    threads = [threading.Thread(target=one, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and len(stored(store, "lf_observation")) == 60
    assert len(sent) > 40 and most_within(sent, 60) <= 15
    assert [name.split()[1:] for (name,) in stored(store, "_budget", "name")] == [
        ["acme", "public"],
        ["acme", "v2/metrics"],
    ]

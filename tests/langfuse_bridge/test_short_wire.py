"""The way without sockets gives what the real one gives, for answers and for every fault that histories have."""

from __future__ import annotations

from typing import Any

import pytest
from bridge_parts import NOW, client_of, observation
from short_wire import ShortWire

from gendash.demo.langfuse_faults import Fault
from gendash.engine.clients.http_policy import HttpAnswer

PARAMS = {"fromStartTime": "2026-11-20T00:00:00.000Z", "fields": "core,basic,time", "limit": 3, "page": 1}
FAULTS = [
    None,
    *(Fault(status) for status in (500, 503, 422, 413, 504, 524)),
    Fault(429, retry_after=5),
    Fault(cut=True),
    Fault(drop=True),
    Fault(keep=0.0),
    Fault(keep=0.4),
    Fault(200, page="Sign in"),
    Fault(403, page="Blocked"),
    Fault(302, location="https://login.example.com/sso"),
]


@pytest.mark.parametrize("path", ["v2/observations", "observations", "traces/trace-000001", "no such path"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_both_ways_give_the_same(path: str, fault: Fault | None, double: Any, sleeper: Any) -> None:
    for number in range(5):
        double.add(observation(number, NOW))
    double.mode = "dual"
    double.fault = lambda _path: fault
    client = client_of(double, sleeper)
    answers: list[HttpAnswer | type[Exception]] = []
    for session in (client._session, ShortWire(double, client.where)):
        client._session = session
        try:
            answers.append(client._send(path, PARAMS))
        except Exception as error:
            answers.append(type(error))
        client.close()
    wired, short = answers
    if isinstance(wired, HttpAnswer) and isinstance(short, HttpAnswer):
        assert (short.status, short.is_html) == (wired.status, wired.is_html)
        assert short.is_html or short.body == wired.body
        for name in ("Location", "Retry-After"):
            assert short.headers.get(name) == wired.headers.get(name)
    else:
        assert wired is short

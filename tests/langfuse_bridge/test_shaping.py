"""Pages shaped in processes of their own give what they give here, whatever happens to these processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bridge_parts import NOW, observation

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.langfuse_bridge import helper_process, shaping, stream_run, sync
from gendash.langfuse_bridge.api_client import Client
from gendash.langfuse_bridge.api_types import Observation
from gendash.langfuse_bridge.helper_process import Helper
from gendash.langfuse_bridge.odd_items import page_decoder
from gendash.langfuse_bridge.packed_rows import packer
from gendash.langfuse_bridge.replace import copy_packed, copy_rows
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.shaping import Shaping
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import OBSERVATIONS

ODD: list[dict[str, Any]] = [
    {},
    {"name": "山田 \U0001f600 \\u0000 tab\t", "tags": ["b", "a", ""], "level": "ERROR", "statusMessage": "timeout"},
    {"usageDetails": {"input": 2**53, "output": 0}, "costDetails": {"total": Decimal("1e-12"), "x": Decimal("-0.5")}},
    {
        "costDetails": {"total": Decimal("999999999999999.123456789012")},
        "modelParameters": {"t": [1, None, {"a": "é"}]},
    },
    {"endTime": None, "completionStartTime": None, "parentObservationId": None, "promptVersion": 2**31 - 1},
    {"startTime": "1969-12-31T23:59:59.999Z", "userId": "u", "sessionId": "x" * 5000},
]


@pytest.fixture(autouse=True)
def closed(store: Store) -> Iterator[None]:
    yield
    store.disconnect()


def rows_of(store: Store) -> list[tuple[Any, ...]]:
    with store.transaction() as connection:
        query = "select t::text from gendash.lf_observation t order by trace_id, id, start_time"
        return connection.execute(query).fetchall()


def body_of(items: list[dict[str, Any]]) -> bytes:
    return msgspec.json.Encoder(decimal_format="number").encode({"data": items, "meta": {}})


def test_packed_rows_are_what_the_driver_writes(store: Store) -> None:
    shaper = Shaper("p", b"k", ["a"], ["user_id", "error_text", "model_parameters"])
    items = page_decoder(Observation)(body_of([observation(i, NOW) | odd for i, odd in enumerate(ODD)])).data
    rows = [shaper.observation(item) for item in items]
    packed = packer(OBSERVATIONS)(rows)
    assert len(packed.rows) == len(ODD) and not packed.rejected
    table = store.table("lf_observation")
    with store.transaction() as connection:
        copy_packed(connection, table, OBSERVATIONS.names, [row.data for row in packed.rows])
    ours = rows_of(store)
    with store.transaction() as connection:
        connection.execute("truncate gendash.lf_observation")
        copy_rows(connection, table, OBSERVATIONS, [(*a, b.digest) for a, b in zip(rows, packed.rows, strict=True)])
    assert rows_of(store) == ours
    assert [row.key for row in packed.rows] == [(row[1], row[2]) for row in rows]
    assert len({row.digest for row in packed.rows}) == len(ODD)
    assert [row.digest for row in packer(OBSERVATIONS)(rows).rows] == [row.digest for row in packed.rows]


def test_a_row_that_does_not_fit_its_columns_is_set_aside() -> None:
    row = list(Shaper("p", b"k").observation(page_decoder(Observation)(body_of([observation(1, NOW)])).data[0]))
    row[OBSERVATIONS.at("input_tokens")] = 2**70
    page = packer(OBSERVATIONS)([tuple(row)])
    assert not page.rows and page.rejected[0].id == row[OBSERVATIONS.at("id")]


@pytest.fixture
def double() -> Iterator[LangfuseDouble]:
    items = [observation(i, NOW - timedelta(seconds=i)) | ODD[i % 2] for i in range(60)]
    with LangfuseDouble(items) as running:
        yield running


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of a few rows, and helpers from the first page on."""
    monkeypatch.setattr(shaping, "AFTER", 1)
    monkeypatch.setitem(stream_run.LIMITS, "v2/observations", 3)


@pytest.fixture
def helped(small: None, monkeypatch: pytest.MonkeyPatch) -> list[Shaping]:
    """The shapings of the syncs, whose first page waits for a helper."""
    made: list[Shaping] = []

    class Waiting(Shaping):
        def __init__(self, shaper: Shaper) -> None:
            super().__init__(shaper, helpers=2)
            made.append(self)

        def _start(self) -> None:
            super()._start()
            until = time.monotonic() + 60
            while len(self._at_work) < self.most:
                assert time.monotonic() < until
                time.sleep(0.01)

    monkeypatch.setattr(sync, "Shaping", Waiting)
    return made


def fresh(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute("truncate gendash.lf_observation, gendash._sync")


def test_helpers_give_the_same_rows(run: Callable[..., Any], store: Store, helped: list[Shaping]) -> None:
    report = run()
    ours = rows_of(store)
    assert len(ours) == 60 and report.complete and not report.notes
    (shaping_,) = helped
    assert all(helper._process.poll() is not None for helper in shaping_._started), "they end with the run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync, "Shaping", lambda shaper: Shaping(shaper, helpers=0))
        fresh(store)
        run()
    assert rows_of(store) == ours


def test_helpers_that_die_cost_nothing_but_a_line(
    run: Callable[..., Any], store: Store, helped: list[Shaping], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    shaped = Helper.shaped

    def killed(self: Helper, *args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls in (3, 5):
            self._process.kill()
        return shaped(self, *args)

    monkeypatch.setattr(Helper, "shaped", killed)
    report = run()
    assert len(rows_of(store)) == 60 and report.complete
    assert [note.split(":")[0] for note in report.notes] == ["a process that shaped rows ended with -9"] * 2


@pytest.mark.parametrize("executable", ["", "/nowhere/python3", "/bin/true"])
def test_where_no_process_can_be_started_rows_are_shaped_here(
    run: Callable[..., Any], store: Store, small: None, monkeypatch: pytest.MonkeyPatch, executable: str
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(sync, "Shaping", lambda shaper: Shaping(shaper, helpers=2))
    report = run()
    assert len(rows_of(store)) == 60 and report.complete and not report.notes


def test_a_program_that_is_no_helper_is_none(
    run: Callable[..., Any], store: Store, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python3"
    program.write_text("#!/bin/sh\necho hello\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(sync, "Shaping", lambda shaper: Shaping(shaper, helpers=2))
    assert run().complete and len(rows_of(store)) == 60


def test_a_small_sync_starts_no_process(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper_process.subprocess, "Popen", None)
    assert run().complete


def test_a_page_that_a_helper_cannot_read_is_asked_for_again(
    run: Callable[..., Any], store: Store, double: LangfuseDouble, helped: list[Shaping], monkeypatch: Any
) -> None:
    broken: list[int] = []
    send = Client._send

    def breaks(self: Any, path: str, params: Any) -> Any:
        answer = send(self, path, params)
        if path == "v2/observations" and len(broken) < 2:
            broken.append(1)
            # an escape that JSON does not know: it is seen by who reads the text, not by who skips it
            return replace(answer, body=answer.body.replace(b'"name":"', b'"name":"\\q', 1))
        return answer

    monkeypatch.setattr(Client, "_send", breaks)
    assert run().complete and len(rows_of(store)) == 60 and len(broken) == 2


_PARENT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs tests in the background has it ignored
from gendash.langfuse_bridge.helper_process import Helper
from gendash.langfuse_bridge.rows import Shaper
helper = Helper(Shaper("p", b"secret-of-users"))
assert helper.is_ready()
print(helper._process.pid, flush=True)
time.sleep(60)
"""


def is_there(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_helper_ends_with_its_parent_and_holds_no_secret_in_sight(sent: int) -> None:
    environ = os.environ | {"LANGFUSE_SECRET_KEY": "sk-not-for-helpers", "PGPASSWORD": "sk-not-for-helpers"}
    command = [sys.executable, "-P", "-c", _PARENT]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        for part in ("cmdline", "environ"):
            seen = Path(f"/proc/{pid}/{part}").read_bytes()
            assert b"secret-of-users" not in seen and b"not-for-helpers" not in seen
        parent.send_signal(sent)
    until = time.monotonic() + 20
    while is_there(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_helper_is_not_interrupted_by_itself(store: Store) -> None:
    """Ctrl-C reaches the whole group: the parent ends the helper when it is done."""
    helper = Helper(Shaper("p", b"k"))
    try:
        assert helper.is_ready()
        os.kill(helper._process.pid, signal.SIGINT)
        page = helper.shaped(OBSERVATIONS, body_of([observation(1, NOW)]))
        assert page and len(page.rows) == 1
        assert helper.shaped(OBSERVATIONS, b"no json") is None
        assert helper.shaped(OBSERVATIONS, body_of([observation(2, NOW)]))
    finally:
        helper.end()


@pytest.mark.parametrize(
    ("body", "cursor"),
    [
        (b'{"data":[],"meta":{"cursor":"a"}}', "a"),
        (b'{"data": [{"meta": {"cursor": "row"}}], "meta" : {"cursor": "a", "limit": 5} }\n', "a"),
        (b'{"meta":{"cursor":"a"},"data":[{"meta":{"cursor":"row"}}]}', "a"),
        (b'{"meta":{"cursor":"a"},"other":{"meta":{"cursor":"b"}},"data":[]}', "a"),
        (b'{"meta":{"cursor":"a"},"data":[],"other":{"meta":{"cursor":"b"}}}', "a"),
        (b'{"data":[],"meta":{"cursor":"a","more":{"meta":{"cursor":"b"}}}}', "a"),
        (b'{"data":[],"meta":{"cursor":"a","text":"}} \\"meta\\":{\\"cursor\\":\\"b\\"}}"}}', "a"),
        (b'{"data":[{"name":"\\"meta\\":{}}"}],"meta":{"cursor":"\\u0000a"}}', "a"),
        (b'{"data":[],"meta":{}}', None),
        (b'{"data":[]}', None),
    ],
)
def test_the_cursor_is_that_of_the_answer_and_not_of_a_row(body: bytes, cursor: str | None) -> None:
    assert shaping._meta(body).cursor == cursor == shaping._SKIM(body).meta.cursor


def test_a_helper_starts_without_settings_and_clients() -> None:
    look = "import sys, gendash.langfuse_bridge.helper_process; print(*sys.modules)"
    names = subprocess.run(
        [sys.executable, "-P", "-c", look], capture_output=True, text=True, check=True
    ).stdout.split()
    needless = {"yaml", "http.client", "gendash.engine.config.load", "gendash.engine.clients.http_policy"}
    assert "gendash.langfuse_bridge.page_shaper" in names and not needless & set(names)

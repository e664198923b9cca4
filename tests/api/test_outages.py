"""The API while Redis, PostgreSQL or the process itself are killed, and beside a refresh: clear errors, and recovery."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import psycopg
import pytest
from api_store import NOW, Store, get, plan_paths, settings
from fastapi.testclient import TestClient

from gendash.api import shared as redis_module
from gendash.api.app import create_app
from gendash.api.endpoint import packaged_endpoints, read_endpoints
from gendash.api.limits import Limiter
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
PATH = "/api/v1/analytics/tickets/stats?figures=none"
CONNECTIONS = 6  # the default of api.connections


@pytest.fixture(scope="module")
def store(own_postgres: Server) -> Store:
    return Store(own_postgres, scale=0.02)


@pytest.fixture(scope="module")
def cut(own_postgres: Server, store: Store) -> Iterator[Cut]:
    found = Cut(own_postgres)
    yield found
    found.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], seconds: float = 240) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.1)


@contextmanager
def redis_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on PATH; install Redis")
    with subprocess.Popen([program, "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL) as process:
        until(lambda: answers(port))
        try:
            yield process
        finally:
            process.kill()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def lines_of(caplog: pytest.LogCaptureFixture, name: str) -> list[Any]:
    found = [json.loads(one.getMessage()) for one in caplog.records if one.name == "gendash.api"]
    return [one[name] for one in found if name in one]


def test_processes_share_answers_and_counts_by_redis_and_outlive_it(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_module, "PAUSE_S", 0.5)
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    one, two = (store.service(redis=url) for _ in range(2))
    low = settings(store.users).replace(" requests_per_minute: 100000", " requests_per_minute: 40", 1)
    for each in (one, two):
        each.limiter = Limiter(load_config(low), each.shared)
    with (
        caplog.at_level("WARNING", "gendash.api"),
        TestClient(create_app(one)) as first,
        TestClient(create_app(two)) as second,
    ):
        with redis_server(port) as process:
            assert get(first, PATH).status_code == get(second, PATH).status_code == 200
            assert (one.cache.misses, two.cache.misses, two.cache.hits) == (1, 0, 1)
            statuses = Counter(
                get(each, "/api/v1/dashboards").status_code for _ in range(25) for each in (first, second)
            )
            assert statuses == {200: 38, 429: 12}  # 40 in both together
            process.kill()
            process.wait()
            assert [get(each, PATH, "eye").status_code for _ in range(3) for each in (first, second)] == [200] * 6
            assert get(first, f"{PATH}&limit=3", "eye").status_code == 200
        down = [text for text in lines_of(caplog, "redis") if "not there" in text]
        assert len(down) == 2 and str(port) not in "".join(down)  # a line of each process
        with redis_server(port):
            until(
                lambda: get(first, PATH, "eye").status_code == 200 and one.shared is not None and one.shared.is_there()
            )
            until(lambda: get(first, PATH, "eye").status_code == 200 and "is back" in lines_of(caplog, "redis"))


def test_a_high_limit_is_counted_in_redis_now_and_then_and_holds_to_one_in_a_hundred(store: Store) -> None:
    low = load_config(settings(store.users).replace(" requests_per_minute: 100000", " requests_per_minute: 400", 1))

    async def sent(url: str) -> tuple[list[int], int]:
        shared = [redis_module.Shared(url) for _ in range(2)]
        each = [Limiter(low, one) for one in shared]
        waits = [await each[number % 2].wait_for_token("one") for number in range(600)]
        scripts = (await shared[0].client.info("commandstats"))["cmdstat_evalsha"]["calls"]
        for one in shared:
            await one.close()
        return waits, scripts

    with redis_server(port := free_port()):
        waits, scripts = asyncio.run(sent(f"redis://127.0.0.1:{port}/0"))
    assert 400 <= waits.count(0) <= 400 + 2 * 4 and waits[-1]
    assert all(1 <= one <= 60 for one in waits if one)
    assert scripts < 400  # of 600; those beyond the limit are asked one by one


def test_a_redis_that_never_answers_costs_one_wait_and_not_each_request_one(store: Store) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        service = store.service(redis=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        with TestClient(create_app(service)) as client:
            assert [get(client, PATH).status_code for _ in range(30)] == [200] * 30
        silent.setblocking(False)
        asked = 0
        with pytest.raises(BlockingIOError):
            while True:
                silent.accept()[0].close()
                asked += 1
        assert 1 <= asked <= 2


class Cut:
    """A PostgreSQL server that is killed as by a crash, and started again on its port with its data."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.started: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Ends the one that was started here, as a crash would not."""
        if self.started is not None:
            self.started.send_signal(signal.SIGQUIT)
            self.started.wait(30)

    def kill(self) -> None:
        pid = int((self.server.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)  # a process that nobody waited for still counts as one that holds the data
        until(lambda: not answers(self.server.port))

    def start(self) -> None:
        owner = self.server.folder.stat()
        account: dict[str, Any] = (
            {} if os.geteuid() else {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        )
        folder = self.server.folder
        command = [str(self.server.binaries / "postgres"), "-D", str(folder / "data"), "-p", str(self.server.port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))} | {
            "LC_ALL": "C"
        }
        for attempt in range(20):  # what the killed one left may take a moment to end
            process = subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.DEVNULL, **account)
            time.sleep(0.5 + attempt * 0.2)
            if process.poll() is None:
                self.started = process
                return
        raise AssertionError("the server did not start again")


def test_a_killed_store_is_503_in_one_line_of_the_log_and_comes_back_by_itself(
    store: Store, cut: Cut, caplog: pytest.LogCaptureFixture
) -> None:
    service = store.service()
    with (
        caplog.at_level("WARNING", "gendash.api"),
        TestClient(create_app(service), raise_server_exceptions=False) as client,
    ):
        assert get(client, PATH).status_code == 200
        cut.kill()
        try:
            time.sleep(1.1)  # what was read of the store's refreshes is used for a second
            for path in (*[f"{PATH}&limit={n}" for n in range(1, 30)], "/api/v1/dashboards/overview/panels/users"):
                refused = get(client, path)
                assert refused.status_code == 503 and refused.headers["retry-after"] == "5"
                assert "store: not available now" in refused.json()["error"]
            own = get(client, "/api/v1/me/tickets", "u0")
            page = get(client, "/dashboards/overview.html")
            assert own.status_code == page.status_code == 503
            assert client.get("/readyz").status_code == 503 and client.get("/healthz").status_code == 200
            said = [str(one) for one in lines_of(caplog, "error")]
            assert len(said) == 1, said
        finally:
            cut.start()
        until(lambda: get(client, PATH).status_code == 200)
        until(lambda: client.get("/readyz").status_code == 200)
        assert get(client, "/api/v1/me/tickets", "u0").status_code == 200


class Process:
    """`gendash serve` in a process of its own."""

    def __init__(self, store: Store, folder: Path, port: int) -> None:
        (folder / "gendash.yaml").write_text(settings(store.users, zone=store.zone))
        self.url, self.log = f"http://127.0.0.1:{port}", (folder / "log").open("ab")
        command = [sys.executable, "-P", "-c", "from gendash.cli import main; main()", "--config", "gendash.yaml"]
        command += ["serve", "--port", str(port), "--at", NOW.isoformat()]
        environ = {**os.environ, **store.environ}
        self.process = subprocess.Popen(command, cwd=folder, env=environ, stderr=self.log)
        until(lambda: answers(port))

    def get(self, path: str, token: str = "boss") -> httpx2.Response:
        return httpx2.get(self.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def end(self, number: int = signal.SIGKILL) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.log.close()
        return code


def test_a_killed_process_starts_again_and_a_stopped_one_gives_the_answers_that_it_began(
    store: Store, tmp_path: Path
) -> None:
    port = free_port()
    first = Process(store, tmp_path, port)
    catalog = store.catalog
    endpoints, _ = read_endpoints(catalog, packaged_endpoints())
    slow = next(one for one in endpoints if catalog.relations[one.rows.relation].kind == "rollup")
    path = f"/api/v1/{slow.path}?figures=none"
    before = first.get(path).json()["rows"]
    first.end()
    with pytest.raises(httpx2.TransportError):
        first.get(path)
    second = Process(store, tmp_path, port)
    assert second.get(path).json()["rows"] == before
    with ThreadPoolExecutor(1) as pool, psycopg.connect(store.admin) as admin:
        admin.execute(f"lock table gendash.{slow.rows.relation} in access exclusive mode")
        waiting = pool.submit(second.get, f"{path}&limit=7")
        until(lambda: bool(blocked(store.admin)))
        second.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        admin.rollback()
        assert waiting.result().status_code == 200
    assert second.end(signal.SIGTERM) == 0
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log and store.users[0] not in log


def blocked(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute("select 1 from pg_stat_activity where wait_event_type = 'Lock'").fetchall()


@pytest.mark.parametrize(
    ("seconds", "per_second"), [(4, 50), pytest.param(300, 200, marks=pytest.mark.soak)], ids=["sample", "soak"]
)
def test_a_load_beside_refreshes_loses_no_request_and_keeps_within_the_pool(
    store: Store, tmp_path: Path, seconds: int, per_second: int
) -> None:
    server = Process(store, tmp_path, free_port())
    done, most, runs = Event(), [0], [0]
    paths = [f"{path}?figures=none&limit={limit}" for path in plan_paths() for limit in (5, 50)]
    paths += ["/api/v1/dashboards", "/api/v1/dashboards/overview/panels/users"]

    def again(job: Callable[[], None]) -> Thread:
        def loop() -> None:
            while not done.is_set():
                job()

        thread = Thread(target=loop)
        thread.start()
        return thread

    def refreshed() -> None:
        runs[0] += 1
        refresh(store.catalog.config, store.catalog, at=NOW + timedelta(minutes=runs[0]), full=False)

    def counted() -> None:
        with psycopg.connect(store.admin) as connection:
            row = connection.execute(
                "select max(count) from (select count(*) from pg_stat_activity where application_name = 'gendash serve'"
                " group by usename) as by_role"
            ).fetchone()
        most[0] = max(most[0], (row and row[0]) or 0)
        time.sleep(0.2)

    threads = [again(refreshed), again(counted)]
    statuses: Counter[int] = Counter()
    start = time.monotonic()

    def client(number: int) -> None:
        with httpx2.Client(base_url=server.url, headers={"Authorization": "Bearer boss"}, timeout=60) as session:
            for index in range(seconds * per_second // 8):
                time.sleep(max(0.0, start + index * 8 / per_second - time.monotonic()))
                statuses[session.get(paths[(index * 8 + number) % len(paths)]).status_code] += 1

    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(client, range(8)))
    finally:
        done.set()
        for one in threads:
            one.join()
        code = server.end(signal.SIGTERM)
    assert statuses == {200: seconds * per_second // 8 * 8} and runs[0] >= 1 and code == 0
    assert 1 <= most[0] <= CONNECTIONS

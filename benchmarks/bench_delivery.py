"""Plan and apply of 8 and of 200 dashboards on a Grafana: requests and time, first, unchanged, one changed.

As ratios to the same dashboards pushed one by one with grafana-client, which neither compares nor keeps edits. Needs
an empty Grafana: `python -m gendash.benchmarks.bench_delivery --url http://admin:admin@localhost:3000`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gendash.engine.clients.grafana import Grafana
from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.grafana import apply_to_grafana
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.plan import plan
from gendash.engine.deliver.state import Desired, desired
from gendash.engine.render.dashboards import render_dashboards


def main() -> None:
    """Prints one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="Grafana with an admin's name and password")
    asked = parser.parse_args()
    requests = counted()
    for number in (8, 200):
        measure(asked.url, number, requests)


def counted() -> list[str]:
    """The methods of all requests from now on."""
    seen: list[str] = []
    once = Grafana.__call__

    def count(self: Any, method: str, path: str, **options: Any) -> Any:
        seen.append(method)
        return once(self, method, path, **options)

    Grafana.__call__ = count  # type: ignore[method-assign]  # a benchmark counts from outside
    return seen


def boards(config: Config, number: int, change: str = "") -> Desired:
    """So many dashboards, copies of the eight, all in the folder for everybody; ``change`` is put into the first."""
    own = list(render_dashboards(load_catalog(config)).values())
    found: dict[str, dict[str, Any]] = {}
    for place in range(number):
        uid = config.dashboard_uid(f"n{place}")
        copy = json.loads(json.dumps(own[place % len(own)]))
        found[uid] = {**copy, "uid": uid, "title": f"{copy['title']} {place}{change if place == 0 else ''}"}
    return replace(desired(config, found), prefix="")


def measure(url: str, number: int, requests: list[str]) -> None:
    """The figures of one number of dashboards."""
    environ = {"GENDASH_GRAFANA_URL": url, "GENDASH_DATABASE_URL": "postgresql://o@127.0.0.1:9/s"}
    config = load_config(f"instance: b{number}\n", environ=environ)
    baseline = timed(
        lambda: push_one_by_one(url, boards(load_config(f"instance: c{number}\n", environ=environ), number))
    )
    print(f"{number} dashboards, grafana-client one by one: {baseline:.2f} s, {number + 1} requests", flush=True)
    with TemporaryDirectory() as state:
        for name, change in (("first", ""), ("unchanged", ""), ("one changed", " changed")):
            wanted = boards(config, number, change)
            requests.clear()
            took = timed(lambda wanted=wanted: deliver(config, wanted, Path(state)))
            writes = sum(method != "GET" for method in requests)
            ratio = took / baseline
            print(f"  {name}: {took:.2f} s ({ratio:.2f}), {len(requests)} requests, {writes} writes", flush=True)


def deliver(config: Config, wanted: Desired, state: Path) -> None:
    """Plan and apply."""
    changes = plan(wanted, observe_grafana(config, wanted))
    apply_to_grafana(config, wanted, changes, state, datetime.now(UTC), print)


def push_one_by_one(url: str, wanted: Desired) -> None:
    """What a script would do: a folder, then each dashboard, overwriting."""
    from grafana_client import GrafanaApi

    api = GrafanaApi.from_url(url.rstrip("/") + "/")
    folder = wanted.folders[0]
    api.folder.create_folder(title=folder.title, uid=folder.uid)
    for dashboard, _ in wanted.dashboards.values():
        api.dashboard.update_dashboard({"dashboard": dashboard, "folderUid": folder.uid, "overwrite": True})


def timed(work: Callable[[], Any]) -> float:
    """Seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()

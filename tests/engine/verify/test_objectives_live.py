"""`verify` on a live Prometheus judges the panels that three lines of gendash.yaml make."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
import yaml

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.render.rules import render_rules
from gendash.engine.verify.run import verify

MINE = {"checkout": {"objective": 0.99, "good": 'orders_total{result="ok"}', "total": "orders_total"}}
ALONE = "database_url: none\nsource_url: none\nlangfuse: {base_url: none}\n"


def catalog(text: str) -> Any:
    return load_catalog(load_config(yaml.safe_dump({"slos": MINE}) + ALONE + text))


@pytest.mark.prometheus
def test_verify_shows_the_panels_of_an_objective(start_prometheus: Any) -> None:
    now = math.floor(time.time())
    lines = ["# TYPE orders counter"]
    for result, rate in (("ok", 9), ("failed", 1)):
        for step in range(240):
            at = now - (240 - step) * 15
            lines.append(f'orders_total{{job="ai-agent-api",result="{result}"}} {rate * step} {at}')
    url = start_prometheus(
        "\n".join(lines) + "\n", render_rules(catalog(""))["prometheus/rules/gendash-objectives.yml"].decode()
    )
    time.sleep(4)  # rules of windows read what the rules before them recorded
    found = catalog(f"prometheus_url: {url}\n")
    verdicts = verify(found.config, found, only=("objectives",))
    own = {one.panel: one for one in verdicts if one.panel.startswith("checkout_")}
    assert {name: one.status for name, one in own.items()} == dict.fromkeys(own, "ok"), own
    assert len(own) >= 5

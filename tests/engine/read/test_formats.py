"""Numbers as texts and many values as one, compared with recorded answers of Grafana's own package."""

from __future__ import annotations

import json
import lzma
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.load import load_catalog
from gendash.engine.read.display import display
from gendash.engine.read.frames import Field
from gendash.engine.read.moments import ago, clock_text
from gendash.engine.read.reduce import REDUCERS, reduce_values
from gendash.engine.read.units import UNITS, format_value
from gendash.engine.render.dashboards import render_dashboards

DATA = Path(__file__).parents[2] / "data"
RECORDED = json.loads((DATA / "grafana_formats.json").read_text("utf-8"))
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("unit", RECORDED["units"])
def test_a_number_reads_as_grafana_writes_it_in_every_unit(unit: str) -> None:
    asked = [(value, decimals) for value in RECORDED["values"] for decimals in RECORDED["decimals"]]
    ours = [str(format_value(unit, float(value), decimals)) for value, decimals in asked]
    assert ours == RECORDED["units"][unit]


def test_every_unit_has_a_recorded_answer_or_is_a_time() -> None:
    assert set(UNITS) - set(RECORDED["units"]) == {"string"}


def test_every_value_of_every_panel_reads_as_grafana_writes_it() -> None:
    """Unit, decimals, mappings and words for nothing as our panels have them, by the package's display processor."""
    recorded = json.loads(lzma.decompress((DATA / "grafana_texts.json.xz").read_bytes()))
    values = [None if value is None else float(value) for value in recorded["values"]]
    assert len(recorded["cases"]) * len(values) > 6000
    for config, texts in recorded["cases"]:
        ours = [str(display(Field("x", "number", [value], config=config), value)) for value in values]
        assert ours == [text.replace("undefined", "") for text in texts], config  # "∞undefined req/s" is theirs


def test_every_unit_of_our_panels_is_among_the_recorded_texts() -> None:
    recorded = json.loads(lzma.decompress((DATA / "grafana_texts.json.xz").read_bytes()))
    assert {unit for unit in used("unit") if not unit.startswith("dateTime")} <= {
        c.get("unit") for c, _ in recorded["cases"]
    }


def used(key: str) -> set[str]:
    """Values of a key anywhere in the rendered dashboards."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("id") == key:
                found.add(value["value"])
            found.update([value[key]] if isinstance(value.get(key), str) else [])
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    features = ", ".join(f"{name}: true" for name, _, _ in FEATURES)
    walk(render_dashboards(load_catalog(load_config(f"features: {{{features}}}"))))
    return found


def test_the_units_of_our_dashboards_are_all_known() -> None:
    units = used("unit")
    assert len(units) > 8
    assert {
        unit for unit in units if unit not in UNITS and not unit.startswith(("dateTime", "suffix:", "prefix:"))
    } == set()


@pytest.mark.parametrize("calc", [*REDUCERS, "p5", "p50", "p95"])
def test_values_reduce_as_in_grafana(calc: str) -> None:
    for case in RECORDED["reduced"]:
        ours, theirs = reduce_values(case["values"], calc), case["answers"][calc]
        theirs = float(theirs) if theirs in ("Infinity", "-Infinity", "NaN") else theirs
        if calc == "median" and theirs != theirs:
            theirs = None  # of nulls alone
        if calc == "logmin" and theirs and theirs > 1e300:
            theirs = None  # Grafana shows the largest number there is where no value is above zero
        same = ours == theirs or (isinstance(ours, float) and ours == pytest.approx(theirs, nan_ok=True))
        assert same, (case["values"], ours, theirs)


def test_nan_is_no_value_for_reducers_that_skip_nulls() -> None:
    assert reduce_values([1.0, math.nan], "lastNotNull") == 1.0
    assert reduce_values([math.nan, None], "mean") is None
    assert reduce_values([math.nan, 2.0], "sum") == 2.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [  # by moment.js 2.30
        (0, "a few seconds ago"),
        (44, "a few seconds ago"),
        (45, "a minute ago"),
        (89, "a minute ago"),
        (90, "2 minutes ago"),
        (44 * 60, "44 minutes ago"),
        (45 * 60, "an hour ago"),
        (21 * 3600, "21 hours ago"),
        (22 * 3600, "a day ago"),
        (25 * 86400, "25 days ago"),
        (26 * 86400, "a month ago"),
        (200 * 86400, "7 months ago"),
        (400 * 86400, "a year ago"),
        (800 * 86400, "2 years ago"),
        (-600, "in 10 minutes"),
    ],
)
def test_an_age_is_in_the_words_of_moment(seconds: int, words: str) -> None:
    assert ago((NOW - timedelta(seconds=seconds)).timestamp() * 1000, NOW) == words
    assert str(format_value("dateTimeFromNow", (NOW - timedelta(seconds=seconds)).timestamp() * 1000, now=NOW)) == words


def test_times_follow_the_zone_and_what_is_no_time_is_said() -> None:
    ms = NOW.timestamp() * 1000
    assert str(format_value("dateTimeAsIso", ms, zone="Europe/Berlin")) == "2026-11-29 13:00:00"
    assert clock_text(ms, "UTC", "YYYY-MM-DD [%] HH:mm") == "2026-11-29 [%] 12:00"
    assert str(format_value("dateTimeAsIso", 1e300)) == "Invalid date"

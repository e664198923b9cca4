"""Rows have the bytes that PostgreSQL gives back, so that a thorough rerun finds by them what others changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import psycopg
import pytest
from bridge_parts import NOW, observation, score, stored

from gendash.langfuse_bridge import replace
from gendash.langfuse_bridge.binary_values import json_value, numbers_value
from gendash.langfuse_bridge.packed_rows import stored_key
from gendash.langfuse_bridge.streams import OBSERVATIONS

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NUMBERS: list[dict[str, Any]] = [
    {},
    {"input": 1},
    {"output": 170, "input": 300, "input_cached_tokens": 2**53, "total": -4},
    {"total": Decimal("5E-7"), "input": Decimal("1.50"), "ab": Decimal("0E-12"), "x": Decimal("-1E+3")},
    {'100 % of "E"': 3, "é": 1, "z": 2, "%s": 4, "": 5},
]
VALUES: list[Any] = [
    {},
    [],
    {"bb": [1, {"z": None, "a": True}], "a": {"long name": 'x, ": y', "k": []}},
    'a text: {"a":1}',
    {"é": "\t\n\\ \u007f", "z": [Decimal("0.10"), -1]},
]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(one, numbers_value(one)) for one in NUMBERS] + [(one, json_value(one)) for one in [*NUMBERS[:3], *VALUES]],
)
def test_json_has_the_bytes_that_postgresql_gives_back(value: Any, encoded: str, database: str) -> None:
    text = encoded.removeprefix("\x01")
    with psycopg.connect(database) as connection:
        ((found,),) = connection.execute("select (%s::jsonb)::text", [text]).fetchall()
    read = msgspec.json.Decoder(float_hook=Decimal).decode(text)
    assert read == value and (found == text or "E" in text), "only a number with an exponent has another text there"


@pytest.fixture
def filled(double: Any, run: Any) -> Any:
    for number in range(30):
        cost = {"input": 5e-7 * number, "total": 1e-6 * number}
        double.add(observation(number, NOW - MINUTE * (number + 1), costDetails=cost, tags=["b", "a"]))
        double.put_score(score(number, NOW - MINUTE * (number + 1)))
    run(from_=NOW - DAY, to=NOW)
    return double


def test_a_rerun_of_what_is_stored_asks_for_no_comparison_of_values(filled: Any, run: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(replace, "_make_diff", lambda *_: pytest.fail("the bytes of a row differ"))
    report = run(NOW + HOUR, from_=NOW - DAY, to=NOW)
    assert [(done.read, done.written) for done in report.streams[:2]] == [(30, 0), (30, 0)]


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ("lf_observation set cost_usd = 7 where id = 'obs-000003'", (1, 0)),
        ("lf_observation set usage = '{}' where id <= 'obs-000004'", (5, 0)),
        ("lf_observation set cost = '{\"total\": 1}', tags = '{}' where id = 'obs-000005'", (1, 0)),
        ("lf_observation set name = null, end_time = 'infinity' where id = 'obs-000006'", (1, 0)),
        ("lf_observation set id = 'odd' where id = 'obs-000007'", (1, 0)),
        ("lf_score set value_num = 'NaN' where id = (select max(id) from gendash.lf_score)", (0, 1)),
        # equal values in other bytes are not written again
        ("lf_observation set cost_usd = cost_usd * 1.000, cost = cost || jsonb '{\"total\": 0.0000010}'"
         " where id = 'obs-000001'", (0, 0)),
    ],
)  # fmt: skip
def test_what_others_changed_is_found_whatever_the_column(
    change: str, written: tuple[int, int], filled: Any, store: Any, run: Any
) -> None:
    before = (stored(store, "lf_observation"), stored(store, "lf_score"))
    with psycopg.connect(store.url, autocommit=True) as connection:
        assert connection.execute(f"update gendash.{change}".encode()).rowcount
    report = run(NOW + HOUR, from_=NOW - DAY, to=NOW)
    assert tuple(done.written for done in report.streams[:2]) == written
    assert (stored(store, "lf_observation"), stored(store, "lf_score")) == before


def test_the_key_of_a_stored_row_is_read_from_its_bytes() -> None:
    texts = b"".join(len(text.encode()).to_bytes(4, "big") + text.encode() for text in ("default", "träce", ""))
    assert stored_key(OBSERVATIONS)(b"\x00\x27" + texts + b"rest") == ("träce", "")

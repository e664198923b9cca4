"""Values that are no time, number, truth value or JSON are NULL, and end no query; others are as PostgreSQL reads them."""

from __future__ import annotations

import json
import random
from typing import Any

import psycopg
import pytest

from gendash.engine.languages.lenient_sql import (
    epoch_between,
    json_or_null,
    number_or_null,
    same_types,
    time_or_null,
    truth_or_null,
)

TIMES = {
    "2026-03-01T10:00:00Z": "2026-03-01 10:00:00",
    " 2026-03-01 10:00:00.123456+00 ": "2026-03-01 10:00:00.123456",
    "2026-03-01T10:00:00+05:30": "2026-03-01 04:30:00",
    "2026-03-01T10:00-0800": "2026-03-01 18:00:00",
    "2026-03-01 10:00:00 UTC": "2026-03-01 10:00:00",
    "2026-03-01": "2026-02-28 23:00:00",  # without a zone: in the session's
    "2024-02-29 00:00": "2024-02-28 23:00:00",
    "2000-02-29T00:00:00Z": "2000-02-29 00:00:00",
    "1772359200": "2026-03-01 10:00:00",
    "1772359200.5": "2026-03-01 10:00:00.5",
    "1772359200000": "2026-03-01 10:00:00",
    "1772359200000000": "2026-03-01 10:00:00",
    "1772359200000000000": "2026-03-01 10:00:00",
}
NO_TIMES = """
|yesterday|now|infinity|2026-02-30|2026-13-01|2023-02-29|2100-02-29|2026-04-31T10:00:00Z|2026-03-01T25:00:00Z
|2026-03-01T10:60:00Z|2026-03-01T10:00:00+19:00|2026-03-01T10:00:00 Mars/Base|0001-01-01|01/02/2026|12|-1|1e300|NaN
|2026-03-01 BC|null|9999-12-31|20260301|17723592000000000000000|2026-03-01T10:00:00Zjunk|2026-03-01\n
"""
JSONS = [
    '{"a": 1}', "[]", "{}", '"x"', "null", "-1.5e3", " [1, [true, {\"k\\n\": [null, \"\\u00e9\\ud83d\\ude00\"]}]] ",
    '{"a": {"b": [1, "}"]}, "c": "\\"[{"}', "0", '{"": ""}', '["a\\\\", "b"]', '[1 , 2\n,\t3]', '"s"', '{"0": "v"}',
]  # fmt: skip
NO_JSONS = [
    "", "x", "{bad", "{'a': 1}", '{"a": }', "[1,]", "[1 2]", "01", "1.", "+1", "truefalse", '{"a" 1}', '{0: 1}', '"\\x"',
    '"\\u0000"', '"\\ud800"', '"\\ude00"', '{"a": 1} x', "{,}", "nul", "[0", '"a\nb"', "1e99999", "NaN", "'a'", "\\", '"a',
    '""""', "00", "[0]0", "{}{}", ":", '{"a":"b":"c"}', "--1", "- 1", "1e", '"\\u12"', "\x01",
]  # fmt: skip


@pytest.fixture
def connection(database: str) -> Any:
    with psycopg.connect(database, autocommit=True) as one:
        one.execute("set timezone = 'Europe/Berlin'")
        yield one


def read(connection: Any, values: list[str], text: str, kind: str = "text") -> list[Any]:
    query = f"select {text} from unnest(%s::{kind}[]) with ordinality as given (v, n) order by n"
    return [row[0] for row in connection.execute(query.replace("%s", "%(values)s"), {"values": values})]


def percent(text: str) -> str:
    return text.replace("%", "%%")


@pytest.mark.parametrize("kind", ["text", ""])
def test_times_kept_as_text_are_read_and_what_is_none_is_null(connection: Any, kind: str) -> None:
    text = f"({percent(time_or_null('v', kind))}) at time zone 'UTC'"
    found = [str(one) for one in read(connection, list(TIMES), f"({text})::text")]
    assert found == list(TIMES.values())
    assert set(read(connection, NO_TIMES.split("|"), text)) == {None}


def test_every_day_of_a_leap_cycle_and_no_other_is_a_day(connection: Any) -> None:
    days = [f"{y}-{m:02d}-{d:02d}" for y in (2023, 2024, 2100, 2000) for m in range(1, 13) for d in range(1, 32)]
    found = read(connection, days, f"({percent(time_or_null('v', 'text'))})::date::text")

    def is_day(text: str) -> bool:
        year, month, day = map(int, text.split("-"))
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return day <= [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]

    assert found == [day if is_day(day) else None for day in days]


@pytest.mark.parametrize("kind", ["date", "timestamp without time zone"])
def test_dates_beyond_the_range_of_times_are_null_in_every_time_zone(connection: Any, kind: str) -> None:
    values = ["2026-03-01", "infinity", "-infinity", "4714-11-24 BC", "294276-12-31"]
    values += ["5874897-12-31"] if kind == "date" else []
    connection.execute("begin")
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        connection.execute(f"set local timezone = '{zone}'")
        found = read(connection, values, f"({time_or_null('v', kind)})::date::text", kind)
        assert found == ["2026-03-01", *[None] * (len(values) - 1)], zone
    connection.execute("rollback")


@pytest.mark.parametrize("kind", ["bigint", "numeric", "double precision"])
def test_numbers_are_times_by_their_size(connection: Any, kind: str) -> None:
    values = ["1772359200", "1772359200000", "1772359200000000", "0", "-1", "12", "99999999999", "9223372036854775000"]
    values += [] if kind == "bigint" else ["NaN", "1e18", "1e300"]
    values += ["Infinity", "-Infinity"] if kind.startswith("double") else []
    found = read(connection, values, f"(({percent(time_or_null('v', kind))}) at time zone 'UTC')::text", kind)
    assert found[:3] == ["2026-03-01 10:00:00"] * 3
    # 9.2e18 is 2262, and 1e18 is 2001-09-09 in nanoseconds
    assert [one for one in found[3:] if one] == ([] if kind == "bigint" else ["2001-09-09 01:46:40"])


def test_a_span_of_time_is_a_span_of_numbers_in_every_unit(connection: Any) -> None:
    condition = epoch_between("v", "timestamptz '2026-03-01 10:00+00'", "timestamptz '2026-03-01 11:00+00'")
    values = ["1772359199", "1772359200", "1772362799999", "1772362800000", "1772359200000000", "0"]
    assert read(connection, values, condition, "bigint") == [False, True, True, False, True, False]
    onwards = epoch_between("v", "timestamptz '2026-03-01 10:00+00'", None)
    assert read(connection, values, onwards, "bigint") == [False, True, True, True, True, False]


def test_numbers_kept_as_text_and_numbers_out_of_range(connection: Any) -> None:
    words = [" 4 ", "4.6", "+3", "-2", "like", "", "NaN", "1e300", "99999999999999999999", "12 MB", "Infinity"]
    found = read(connection, words, number_or_null("v", "text", 9, "int"))
    assert found == [4, 5, 3, -2, *[None] * 7]
    values = ["4", "4.6", "NaN", "1e300", "-1e15"]
    assert read(connection, values, number_or_null("v", "float8", 9, "int"), "float8") == [4, 5, None, None, None]
    assert read(connection, values, number_or_null("v", "numeric", 15, "bigint"), "numeric") == [4, 5, None, None, None]
    assert read(connection, ["5", "9000000000"], number_or_null("v", "bigint", 9, "int"), "bigint") == [5, None]


@pytest.mark.parametrize("kind", ["real", "double precision", "numeric", "text"])
def test_half_a_star_is_rounded_the_same_whatever_the_type(connection: Any, kind: str) -> None:
    read = number_or_null("v", kind, 9, "int")
    found = connection.execute(
        f"select {read} from (values ('3.5'::text::{kind}), ('4.5'), ('-4.5')) t (v)".encode()
    ).fetchall()
    assert [one for (one,) in found] == [4, 5, -5]


def test_truth_values_as_words_and_numbers(connection: Any) -> None:
    words = ["t", "TRUE", " yes ", "1", "on", "f", "No", "0", "off", "maybe", "", "2"]
    assert read(connection, words, truth_or_null("v", "text")) == [True] * 5 + [False] * 4 + [None] * 3
    assert read(connection, ["0", "1", "7"], truth_or_null("v", "smallint"), "smallint") == [False, True, True]
    assert truth_or_null("v", "boolean") == "v"


@pytest.mark.parametrize("version", [14, 16])
def test_json_kept_as_text(connection: Any, version: int) -> None:
    if version >= 16 and connection.info.server_version < 160000:
        pytest.skip("this server has no pg_input_is_valid")
    text = json_or_null("v", "text", version)
    assert read(connection, JSONS, text) == [json.loads(one) for one in JSONS]
    assert read(connection, NO_JSONS, f"({text}) is null") == [True] * len(NO_JSONS)


def test_a_text_counts_as_json_exactly_where_the_server_can_cast_it(connection: Any) -> None:
    """Random texts of the letters of JSON, and valid ones with a letter changed, against the cast itself."""
    source = random.Random(7)
    letters = '{}[],:"0 1-.eEtrufalsn\\/u\n x'
    texts = ["".join(source.choices(letters, k=source.randint(1, 12))) for _ in range(400)]
    for one in JSONS * 20:
        at = source.randrange(len(one))
        texts.append(one[:at] + source.choice(letters) + one[at + 1 :])
    valid = []
    for one in texts:
        try:
            connection.execute("select %s::jsonb", [one])
            valid.append(True)
        except psycopg.errors.DataError:
            valid.append(False)
    assert any(valid)
    found = read(connection, texts, f"({json_or_null('v', 'text', 14)}) is not null")
    assert [one for one, a, b in zip(texts, found, valid, strict=True) if a != b] == []


def test_types_are_the_same_by_family() -> None:
    assert same_types("integer", "bigint")
    assert same_types("text", "character varying")
    assert same_types("", "uuid"), "a type that is not known is compared as it is"
    assert not same_types("uuid", "text")
    assert not same_types("bigint", "text")

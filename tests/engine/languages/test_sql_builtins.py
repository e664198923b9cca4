"""The list of PostgreSQL's functions and types, against a live server.

`GENDASH_GOLDEN=write pytest tests/engine/languages/test_sql_builtins.py` adds what the server at hand has. The list was
written with PostgreSQL 15 and 18: 16 and 17 have no function that 18 lacks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import psycopg
import pytest

from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.languages.sql_builtins import Builtins

LIST = PACKAGED / "engine" / "definitions" / "postgres_names.json"
# what SQL can call: not what the server calls itself, which takes or gives types without a text form
FUNCTIONS = """
select proname, pronargs - pronargdefaults, case when provariadic = 0 then pronargs end
from pg_proc where pronamespace = 'pg_catalog'::regnamespace and prokind <> 'p'
and not '{internal, cstring}'::regtype[] && (proargtypes::oid[] || prorettype)::regtype[]
and prorettype not in (select oid from pg_type where typname like '%trigger' or typname like '%handler')
"""
TYPES = """
select typname from pg_type
where typnamespace = 'pg_catalog'::regnamespace and typtype <> 'c' and typelem = 0 or typname in ('name', 'point')
"""
Ranges = list[tuple[int, int | None]]


def read(url: str) -> dict[str, Any]:
    with psycopg.connect(url) as connection:
        rows = sorted(connection.execute(FUNCTIONS).fetchall(), key=lambda row: str(row[0]))
        functions = {
            str(name): merged((low, high) for _, low, high in of) for name, of in groupby(rows, lambda r: r[0])
        }
        return {"functions": functions, "types": sorted(str(row[0]) for row in connection.execute(TYPES).fetchall())}


def merged(ranges: Iterable[tuple[int, int | None]]) -> Ranges:
    """Ranges without overlaps, in order."""
    found: Ranges = []
    for low, high in sorted(ranges, key=lambda one: (one[0], one[1] is not None, one[1] or 0)):
        if found and (found[-1][1] is None or low <= found[-1][1] + 1):
            last = found[-1]
            found[-1] = (last[0], None if last[1] is None or high is None else max(last[1], high))
        else:
            found.append((low, high))
    return found


def listed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(LIST.read_text("utf-8"))
    return found


@pytest.mark.postgres
def test_every_function_and_type_of_the_server_is_listed(database: str) -> None:
    now, known = read(database), listed()
    if os.environ.get("GENDASH_GOLDEN") == "write":
        for name, ranges in now["functions"].items():
            known["functions"][name] = merged([*map(tuple, known["functions"].get(name, ())), *ranges])
        known["functions"] = dict(sorted(known["functions"].items()))
        known["types"] = sorted({*known["types"], *now["types"]})
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(of)}" for name, of in known["functions"].items())
        LIST.write_text(f'{{"types": {json.dumps(known["types"])},\n"functions": {{\n{lines}\n}}}}\n', "utf-8")
    known = listed()
    lacking = [
        (name, ranges)
        for name, ranges in now["functions"].items()
        if merged([*map(tuple, known["functions"].get(name, ())), *ranges])
        != [tuple(one) for one in known["functions"].get(name, ())]
    ]
    assert (lacking, sorted({*now["types"]} - {*known["types"]})) == ([], [])


@pytest.mark.postgres
@pytest.mark.parametrize(
    "query",
    [
        "select percentile_cont(0.5) within group (order by x) from generate_series(1, 3) as x",
        "select rank(2) within group (order by x) from generate_series(1, 3) as x",
        "select count(*), count(distinct x), string_agg(x::text, ',' order by x desc) from generate_series(1, 3) as x",
        "select coalesce(null, 1), greatest(1, 2), nullif(1, 2), extract(hour from now()), trim(both 'x' from 'xax')",
        "select lag(x, 1) over (order by x), row_number() over () from generate_series(1, 3) as x",
        "select substring('abc' from 2 for 1), position('b' in 'abc'), overlay('abc' placing 'x' from 1)",
        "select make_interval(days => 3), date_trunc('day', now(), 'UTC'), concat(variadic array['b'])",
        "select '{}'::jsonb, 1::int, 1::numeric(10, 2), 'a'::varchar(3), now()::timestamptz(3), '{1}'::int[]",
        "select '5 days'::interval day, x.value from jsonb_each_text('{}') as x",
    ],
)
def test_what_the_server_runs_is_no_fault(database: str, query: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(query.encode())
    assert list(Builtins(listed()).faults(query)) == []


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("query", "what", "do"),
    [
        ("select coalece(null, 1)", "no function 'coalece' in PostgreSQL", "did you mean 'coalesce'?"),
        ("select date_truc('day', now())", "no function 'date_truc' in PostgreSQL", "did you mean 'date_trunc'?"),
        ("select date_trunc(now())", "date_trunc with 1 argument", "it takes 2 to 3"),
        (
            "select h3_latlng_to_cell(1, 2)",
            "no function 'h3_latlng_to_cell' in PostgreSQL",
            "a function of an extension needs its schema: public.h3_latlng_to_cell(...)",
        ),
        ("select 1::bigin", "no type 'bigin' in PostgreSQL", "did you mean 'bigint'?"),
        ("select cast('{}' as jsnb)", "no type 'jsnb' in PostgreSQL", "did you mean 'jsonb'?"),
    ],
)
def test_what_the_server_refuses_is_one_fault(database: str, query: str, what: str, do: str) -> None:
    with psycopg.connect(database) as connection, pytest.raises(psycopg.ProgrammingError):
        connection.execute(query.encode())
    (fault,) = Builtins(listed()).faults(query)
    assert (fault.what, fault.do) == (what, do)

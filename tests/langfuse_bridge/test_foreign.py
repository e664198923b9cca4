"""Answers of servers that nobody here has seen: each is stored rightly, or told in one line and nothing is touched.

Recordings lie in ``langfuse-fixtures`` of the reference (GENDASH_REFERENCE names another one of the same layout).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from bridge_parts import NOW, Sleeper, iso, observation, score, stored
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gendash.demo import langfuse_wire as wire
from gendash.engine.config import load_config
from gendash.engine.errors import GendashError
from gendash.langfuse_bridge import items
from gendash.langfuse_bridge.client import Client, Missing, Paused, TooMuch
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.sync import sync

REFERENCE = Path(os.environ.get("GENDASH_REFERENCE") or Path(__file__).resolve().parents[3] / "shared" / "reference")
FIXTURES = REFERENCE / "langfuse-fixtures"
recorded = pytest.mark.skipif(not FIXTURES.is_dir(), reason="no recorded answers (GENDASH_REFERENCE)")
LISTS = {"observations": items.ObservationPage, "scores": items.ScorePage, "traces": items.TracePage}
START, END = NOW - timedelta(hours=1), NOW
Row = dict[str, Any]
Answer = Callable[[str], tuple[int, Any]]


def spoken(answer: Answer) -> Client:
    """A client that hears what ``answer`` says to each path: a status, and a body as text or as what JSON holds."""

    class Session:
        def get(self, url: str, **_: Any) -> requests.Response:
            response = requests.Response()
            response.status_code, body = answer(url.split("/api/public/")[1])
            text = body if isinstance(body, str) else json.dumps(body)
            response.headers["Content-Type"] = "text/html" if text.startswith("<") else "application/json"
            response._content = text.encode("utf-8", "surrogatepass")
            return response

        def close(self) -> None: ...

    sleeper = Sleeper()
    client = Client("http://foreign", "pk", "sk", clock=sleeper.clock, sleep=sleeper.sleep)
    client._session = Session()  # type: ignore[assignment]
    return client


def told(error: GendashError) -> str:
    """The one line that the user sees."""
    (problem,) = error.problems
    assert "\n" not in str(problem) and "report this as a bug" not in str(problem)
    return str(problem)


@recorded
def test_every_recorded_answer_is_read_whole_or_told_in_one_line() -> None:
    read: dict[str, int] = {}
    for line in (FIXTURES / "INDEX.tsv").read_text("utf-8").splitlines():
        _status, name, path, *_ = line.split("\t")
        kind = LISTS.get(path.removeprefix("/api/public/").removeprefix("v2/").removeprefix("v3/"))
        answer = json.loads((FIXTURES / name).read_text("utf-8"))["response"]
        status, body = answer["status"], answer["body"]
        client = spoken(lambda _path, said=(status, body): said)  # type: ignore[misc]
        if kind is None:
            continue
        try:
            page = client.get(path.removeprefix("/api/public/"), {}, items.decoder(kind))
        except GendashError as error:
            assert status != 200 or "missing required field" in told(error), name  # without the groups that we ask for
        except (Missing, TooMuch, Paused):
            assert status in (404, 410, 422, 429), name
        else:
            shaper = Shaper("p", b"k", ["attempt", "scope.name"], ["user_id", "error_text", "model_parameters"])
            shape = {"observations": shaper.observation, "scores": shaper.score, "traces": lambda one: one}
            rows = [shape[path.split("/")[-1]](one) for one in page.data]
            assert status == 200 and len(rows) == len(body["data"]), name
            read[path] = read.get(path, 0) + len(rows)
    assert sum(read.values()) > 100 and any("observations" in path for path in read), read


ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8)))
OPTIONAL = [
    "endTime",
    "completionStartTime",
    "parentObservationId",
    "name",
    "level",
    "statusMessage",
    "version",
    "environment",
    "model",
    "modelId",
    "modelParameters",
    "inputPrice",
    "outputPrice",
    "usageDetails",
    "costDetails",
    "usagePricingTierId",
    "promptName",
    "promptVersion",
    "userId",
    "sessionId",
    "isRootObservation",
    "traceName",
    "release",
    "tags",
    "metadata",
    "latency",
    "timeToFirstToken",
    "bookmarked",
]
TEXTS = ("name", "statusMessage", "version", "model", "promptName", "userId", "sessionId", "traceName", "release")
COUNT = st.sampled_from([0, 1, 17, 2**31, 2**53, 2**53 + 1, 2**63, 2**70, -5])
USAGE = st.dictionaries(
    st.sampled_from(["input", "output", "total", "cache_read_input_tokens", "output_reasoning_tokens", "Ünits", ""]),
    COUNT | COUNT.map(str),
)
MONEY = st.sampled_from([0, 0.1, 1e-12, 1.5e-7, "0.000123", "1e-5", -1.25, 123456789.123456])
COST = st.dictionaries(st.sampled_from(["input", "output", "total", "cache_read"]), MONEY)
WORDS = st.sampled_from(["", "null", "0", "a\0b", "😀", "\ud83d", "x" * 5000, "Zürich\u2028", "\\u0000", "'; drop"])


def spelled(at: datetime, form: int) -> str:
    """A time in one of the ways in which servers spell it."""
    local = at.astimezone(ZONES[form % 3])
    text = local.isoformat(timespec=("seconds", "milliseconds", "microseconds")[form // 3 % 3])
    return text.replace("+00:00", "Z") if form // 9 % 2 else text


@st.composite
def foreign(draw: st.DrawFn, number: int) -> Row:
    """An observation as another version of the server may send it."""
    at = END - timedelta(seconds=number * 60 + draw(st.integers(1, 50)))
    row = observation(number, at)
    row |= {"startTime": spelled(at, draw(st.integers(0, 17))), "endTime": spelled(at, draw(st.integers(0, 17)))}
    for change in draw(
        st.lists(
            st.sampled_from(["absent", "null", "empty", "extra", "usage", "cost", "words", "odd", "text"]), max_size=6
        )
    ):
        if change == "absent":
            row.pop(draw(st.sampled_from(OPTIONAL)), None)
        elif change == "null":
            row[draw(st.sampled_from(OPTIONAL))] = None
        elif change == "empty":
            row[draw(st.sampled_from(TEXTS))] = ""
        elif change == "extra":
            row[draw(st.sampled_from(["newField", "toolCalls", "_v"]))] = draw(
                st.sampled_from([None, [], {"a": [1]}, 3])
            )
        elif change == "usage":
            row["usageDetails"] = draw(USAGE)
        elif change == "cost":
            row["costDetails"] = draw(COST)
        elif change == "words":
            row[draw(st.sampled_from(TEXTS))] = draw(WORDS)
        elif change == "text":
            key = draw(st.sampled_from(["promptVersion", "latency", "inputPrice", "isRootObservation", "totalCost"]))
            row[key] = draw(st.sampled_from(["3", "0.5", "true", "", 4, 2**40]))
        else:
            odd = {"type": "WORKFLOW", "level": "FATAL", "tags": ["b", "a\0", ""], "modelParameters": "none"}
            odd |= {"endTime": iso(at - timedelta(days=2)), "metadata": ["x"], "inputPrice": "", "level ": 1}
            odd |= {"startTime": at.replace(tzinfo=None).isoformat(), "updatedAt": iso(at).replace("T", " ")}
            key = draw(st.sampled_from(sorted(odd)))
            row[key] = odd[key]
    return dict(draw(st.permutations(list(row.items()))))


@st.composite
def pages(draw: st.DrawFn) -> list[Row]:
    """One to three observations, newest first, now and then one of them twice."""
    rows = [draw(foreign(number)) for number in range(draw(st.integers(1, 3)))]
    return [*rows, rows[-1]] if draw(st.booleans()) else rows


META = st.sampled_from([{}, {"cursor": None}, {"cursor": ""}, {"limit": 1000, "next": {}}, None, {"totalItems": "5"}])
FUZZ = settings(
    max_examples=int(os.environ.get("GENDASH_FUZZ", "60")),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # the example is short enough to be read
    derandomize="GENDASH_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def synced(store: Any, version: str, said: dict[str, Any], now: datetime = NOW) -> Any:
    """A sync of the last hour with a server that says this; what else is asked has no rows."""
    empty: Row = {"data": [], "meta": {"totalItems": 0}}
    said = {"health": {"version": version}, "projects": {"data": [{"id": "p"}]}} | said
    config = load_config(
        "langfuse: {metadata: [tenant], fields: [user_id, error_text, model_parameters]}",
        environ={"GENDASH_DATABASE_URL": store.url},
    )
    client = spoken(lambda path: (200, said.get(path, empty)))
    return sync(config, now=now, from_=START, to=END, client=client, store=store)


def number(value: Any) -> Decimal:
    return Decimal(str(value)) if value is not None else Decimal(0)


def clean(value: Any) -> Any:
    """A text as it must be stored: no NUL, whole characters, and nothing for an empty one."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode() or None if value else None


def wanted(row: Row) -> tuple[Any, ...]:
    """Some columns of the row that must be stored, computed from the wire and not with the bridge's code."""
    usage = {clean(k) or "": int(v) for k, v in (row.get("usageDetails") or {}).items()}
    cost = {key: number(value) for key, value in (row.get("costDetails") or {}).items()}
    total = cost["total"] if "total" in cost else sum(cost.values(), Decimal(0))
    start = datetime.fromisoformat(row["startTime"])
    end = datetime.fromisoformat(row["endTime"]) if row.get("endTime") else None
    return (
        clean(row["traceId"]),
        clean(row["id"]),
        row["type"],
        row.get("level") or "DEFAULT",
        clean(row.get("name")),
        clean(row.get("model")),
        clean(row.get("userId")),
        sum(v for k, v in usage.items() if "input" in k),
        sum(v for k, v in usage.items() if "output" in k),
        usage.get("total", 0),
        usage,
        total if cost else None,
        cost,
        sorted(clean(tag) or "" for tag in row.get("tags") or []),
        start,
        (end - start).total_seconds() if end else None,
    )


COLUMNS = (
    "trace_id, id, type, level, name, model, user_id, input_tokens, output_tokens, total_tokens, usage, cost_usd, cost, "
    "tags, start_time, latency_s"
)


def kept(store: Any) -> list[tuple[Any, ...]]:
    found = []
    with psycopg.connect(store.url) as connection:
        connection.execute("set time zone 'UTC'")
        for row in connection.execute(f"select {COLUMNS} from gendash.lf_observation order by trace_id, id".encode()):
            values = list(row)
            values[12] = {key: number(value) for key, value in values[12].items()}
            found.append(tuple(values))
    return found


@FUZZ
@given(rows=pages(), meta=META, old=st.booleans())
def test_a_foreign_page_is_stored_rightly_or_told_in_one_line_and_touches_nothing(
    rows: list[Row], meta: Any, old: bool, store: Any
) -> None:
    before = stored(store, "lf_observation")
    path, version = ("observations", "3.170.1") if old else ("v2/observations", "4.20.0")
    traces = {
        row["traceId"]: {"id": row["traceId"], "timestamp": iso(START), "userId": row.get("userId")} for row in rows
    }
    if old:
        rows = [row | {"metadata": row.get("metadata"), "input": "x", "tags": None} for row in rows]
    said = {path: {"data": rows, "meta": meta} if meta is not None else {"data": rows}}
    said |= {f"traces/{name}": {**trace} for name, trace in traces.items()}
    try:
        synced(store, version, said)
    except GendashError as error:
        line = told(error)
        assert "another shape" in line or "outside the requested time" in line, line
        assert stored(store, "lf_observation") == before
    else:
        expected = {wanted(row)[:2]: wanted(row) for row in rows}
        for ours, theirs in zip(kept(store), sorted(expected.values()), strict=True):
            assert ours == theirs


DATA = st.sampled_from(["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "JSON"])
VALUE = st.sampled_from([0.5, 1, True, False, "good", "1", "true", "", None, 2**70, "😀", "a\0", -1e300])


@FUZZ
@given(kind=DATA, value=VALUE, quoted=st.booleans(), old=st.booleans(), changes=st.dictionaries(
    st.sampled_from(["environment", "subject", "comment", "authorUserId", "newField", "metadata"]), st.none(), max_size=3
))  # fmt: skip
def test_a_foreign_score_is_stored_rightly_or_told_in_one_line(
    kind: str, value: Any, quoted: bool, old: bool, changes: Row, store: Any
) -> None:
    before = stored(store, "lf_score")
    row = score(1, END - timedelta(minutes=1), dataType=kind, value=value) | changes
    row = wire.score_v2(row, None) if old and row["subject"] and kind != "JSON" and value is not None else row
    meta = {"totalItems": "1"} if quoted else {"totalItems": 1}
    path, version = ("v2/scores", "3.170.1") if old else ("v3/scores", "4.20.0")
    try:
        synced(store, version, {path: {"data": [row], "meta": meta}})
    except GendashError as error:
        assert "another shape" in told(error) and stored(store, "lf_score") == before
    else:
        ((name, found, text),) = stored(store, "lf_score", "id, value_num, value_text")
        assert name == row["id"]
        if kind == "NUMERIC" and isinstance(value, int | float) and not isinstance(value, bool):
            assert found == float(value)
        if kind == "NUMERIC" and isinstance(value, str):
            assert found == (1 if value == "1" else None)
        if kind == "CATEGORICAL" and isinstance(value, str):
            assert text == clean(value)

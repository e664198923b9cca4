"""Answers of servers that nobody here has seen: each is stored rightly, or told in one line and nothing is touched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from email.message import Message
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, Sleeper, iso, observation, score, stored
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from recordings import answer as recorded_answer
from recordings import index

from gendash.demo import langfuse_wire as wire
from gendash.engine.clients.http_policy import HttpAnswer
from gendash.engine.config.load import load_config
from gendash.engine.errors import GendashError
from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_client import Client, Missing, Paused, TooMuch
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.sync import sync

LISTS = {"observations": api_types.ObservationPage, "scores": api_types.ScorePage, "traces": api_types.TracePage}
START, END = NOW - timedelta(hours=1), NOW
Row = dict[str, Any]
Answer = Callable[[str, dict[str, Any]], tuple[int, Any]]


def spoken(answer: Answer) -> Client:
    """A client that hears what ``answer`` says to each path and its parameters: a status, and a body as text or as
    what JSON holds."""

    class Session:
        def request(self, method: str, path: str, params: dict[str, Any]) -> HttpAnswer:
            status, body = answer(path.removeprefix("/api/public/"), params)
            text = body if isinstance(body, str) else json.dumps(body)
            headers = Message()
            headers["Content-Type"] = "text/html" if text.startswith("<") else "application/json"
            return HttpAnswer(method, path, status, headers, text.encode("utf-8", "surrogatepass"))

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


def test_every_recorded_answer_is_read_whole_or_told_in_one_line() -> None:
    read: dict[str, int] = {}
    for _status, name, path, *_ in index("langfuse"):
        kind = LISTS.get(path.removeprefix("/api/public/").removeprefix("v2/").removeprefix("v3/"))
        answer = recorded_answer("langfuse", name.removesuffix(".json"))["response"]
        status, body = answer["status"], answer["body"]
        client = spoken(lambda _path, _params, said=(status, body): said)  # type: ignore[misc]
        if kind is None:
            continue
        try:
            page = client.get(path.removeprefix("/api/public/"), {}, api_types.decoder(kind))
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
    assert any("observations" in path for path in read), read


def recorded_rows(path: str) -> list[Row]:
    """All rows of a list that were recorded with their times, newest first."""
    rows: list[Row] = []
    for status, name, at, *_ in index("langfuse"):
        if (status, at) == ("200", f"/api/public/{path}"):
            rows += recorded_answer("langfuse", name.removesuffix(".json"))["response"]["body"]["data"]
    return sorted((row for row in rows if "updatedAt" in row), key=when, reverse=True)


def when(row: Row) -> datetime:
    return datetime.fromisoformat(row.get("startTime") or row["timestamp"])


@pytest.mark.parametrize(
    ("version", "paths"),
    [("4.16.0", ("v2/observations", "v3/scores")), ("3.170.1", ("observations", "v2/scores"))],
    ids=["v4", "v3"],
)
def test_a_recording_is_synced_whole(version: str, paths: tuple[str, str], store: Any) -> None:
    known = {path: recorded_rows(path) for path in (*paths, "traces")}
    fixed = {"health": {"version": version}, "projects": {"data": [{"id": "p"}]}}

    def answer(path: str, params: dict[str, Any]) -> tuple[int, Any]:
        if path.startswith("traces/"):
            return 404, {"message": "not recorded"}
        if path not in known:
            return 200, fixed.get(path, {"data": [], "meta": {"totalItems": 0}})
        low, high = (params.get(f"{bound}{'StartTime' if 'obs' in path else 'Timestamp'}") for bound in ("from", "to"))
        rows = [row for row in known[path] if (not low or when(row) >= datetime.fromisoformat(low))]
        rows = [row for row in rows if not high or when(row) < datetime.fromisoformat(high)]
        first = (int(params.get("page", 1)) - 1) * int(params["limit"])
        cut = rows[first : first + int(params["limit"])] if "page" in params else rows
        return 200, {"data": cut, "meta": {"totalItems": len(rows)} if "page" in params else {}}

    config = load_config("", environ={"GENDASH_DATABASE_URL": store.url})
    times = [when(row) for path in paths for row in known[path]]
    assert times, "nothing was recorded of this generation"
    end = max(times) + timedelta(milliseconds=1)
    sync(config, now=end, from_=min(times), to=end, client=spoken(answer), store=store)
    rows, scores = (known[path] for path in paths)
    ours = stored(store, "lf_observation", "trace_id, id, type, start_time")
    assert {key[:2] for key in ours} == {(row["traceId"], row["id"]) for row in rows} and len(ours) > 0
    newest = {(row["traceId"], row["id"]): row for row in sorted(rows, key=lambda row: (row["updatedAt"], when(row)))}
    assert sorted(ours) == sorted((*key, row["type"], when(row)) for key, row in newest.items())
    assert {name for (name,) in stored(store, "lf_score", "id")} == {row["id"] for row in scores}


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


def synced(store: Any, version: str, said: dict[str, Any]) -> Any:
    """A sync of the last hour with a server that says this; what else is asked has no rows."""
    empty: Row = {"data": [], "meta": {"totalItems": 0}}
    said = {"health": {"version": version}, "projects": {"data": [{"id": "p"}]}} | said
    config = load_config(
        "langfuse: {metadata: [tenant], fields: [user_id, error_text, model_parameters]}",
        environ={"GENDASH_DATABASE_URL": store.url},
    )
    client = spoken(lambda path, _params: (200, said.get(path, empty)))
    return sync(config, now=NOW, from_=START, to=END, client=client, store=store)


def number(value: Any) -> Decimal:
    return Decimal(str(value)) if value is not None else Decimal(0)


def clean(value: Any) -> Any:
    """A text as it must be stored: no NUL, whole characters, and nothing for an empty one."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode() or None if value else None


def hopeless(row: Row) -> bool:
    """Whether the row cannot be stored: its times do not say how far from UTC they are."""
    return any(datetime.fromisoformat(row[key]).tzinfo is None for key in ("startTime", "updatedAt"))


def wanted(row: Row) -> tuple[Any, ...]:
    """Some columns of the row that must be stored, computed from the wire and not with the bridge's code."""
    usage = {clean(k) or "": int(v) for k, v in (row.get("usageDetails") or {}).items() if abs(int(v)) <= 2**53}
    cost = {key: number(value) for key, value in (row.get("costDetails") or {}).items()}
    total = cost["total"] if "total" in cost else sum(cost.values(), Decimal(0))
    start = datetime.fromisoformat(row["startTime"])
    end = datetime.fromisoformat(row["endTime"]) if row.get("endTime") else None
    end = end if end and end.tzinfo else None
    return (
        clean(row["traceId"]) or clean(row["id"]),
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
        (end - start).total_seconds() if end and end >= start else None,
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
        # The older API keeps users and tags at the trace.
        rows = [row | {"input": "x", "tags": None, "userId": traces[row["traceId"]]["userId"]} for row in rows]
    said = {path: {"data": rows, "meta": meta} if meta is not None else {"data": rows}}
    said |= {f"traces/{name}": {**trace} for name, trace in traces.items()}
    try:
        synced(store, version, said)
    except GendashError as error:
        assert "another shape" in told(error) and all(map(hopeless, rows))
        assert stored(store, "lf_observation") == before
    else:
        expected = {wanted(row)[:2]: wanted(row) for row in rows if not hopeless(row)}
        assert len(stored(store, "lf_rejected")) == len({clean(row["id"]) for row in rows if hopeless(row)})
        for ours, theirs in zip(kept(store), sorted(expected.values()), strict=True):
            assert ours == theirs


DATA = st.sampled_from(["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "JSON"])
VALUE = st.sampled_from([0.5, 1, True, False, "good", "1", "true", "", None, 2**70, "😀", "a\0", -1e300])


@FUZZ
@given(kind=DATA, value=VALUE, quoted=st.booleans(), old=st.booleans(), changes=st.dictionaries(
    st.sampled_from(["environment", "subject", "comment", "authorUserId", "newField", "metadata"]), st.none(), max_size=3
))  # fmt: skip
def test_a_foreign_score_is_stored_rightly(
    kind: str, value: Any, quoted: bool, old: bool, changes: Row, store: Any
) -> None:
    row = score(1, END - timedelta(minutes=1), dataType=kind, value=value) | changes
    if old and row["subject"] and (isinstance(value, str) or kind == "NUMERIC") and kind != "JSON":
        row = wire.score_v2(row, None)
    meta = {"totalItems": "1"} if quoted else {"totalItems": 1}
    path, version = ("v2/scores", "3.170.1") if old else ("v3/scores", "4.20.0")
    synced(store, version, {path: {"data": [row], "meta": meta}})
    ((name, found, text),) = stored(store, "lf_score", "id, value_num, value_text")
    assert name == row["id"]
    if kind == "NUMERIC" and isinstance(value, int | float) and not isinstance(value, bool):
        assert found == float(value)
    if kind == "NUMERIC" and isinstance(value, str):
        assert found == (1 if value == "1" else None)
    if kind == "CATEGORICAL" and isinstance(value, str):
        assert text == clean(value)

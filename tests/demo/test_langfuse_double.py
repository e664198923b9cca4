"""The double of Langfuse against recorded answers of a real server, and its own rows, faults and limits."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import requests
from recordings import answer, answers

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.langfuse_faults import Fault
from gendash.demo.langfuse_wire import GROUPS, SCORE_GROUPS

Row = dict[str, Any]

# Recorded answers that the double does not give, and why.
LEFT_OUT = {
    "events_only_ingestion_trace_create": "the double takes rows from its owner, not over HTTP",
    "metrics_daily_v1": "the daily totals of v1 are nothing that a client of ours reads",
    "metrics_v1_histogram_latency": "bins of ClickHouse's adaptive histogram cannot be told from outside",
    "metrics_v2_histogram_latency": "bins of ClickHouse's adaptive histogram cannot be told from outside",
    "legacy_observations_v2": "recorded on a server that had been in another mode before; by design it is empty",
}
# Objects whose keys are data.
OPEN = {
    "usageDetails",
    "costDetails",
    "metadata",
    "modelParameters",
    "input",
    "output",
    "prices",
    "tokenizerConfig",
    "subject",
}


@cache
def fixture(name: str) -> Any:
    return answer("langfuse", name)


def body(name: str) -> Any:
    return fixture(name)["response"]["body"]


def names() -> list[str]:
    return [name for name in answers("langfuse") if name not in LEFT_OUT]


def faults(name: str) -> Fault | None:
    """What was wrong with the server when an answer was recorded: the code of its engine's error, or a used-up limit."""
    if name.startswith("err_429"):
        return Fault(429, retry_after=float(fixture(name)["response"]["headers"]["Retry-After"]))
    if name.startswith(("err_ch", "err_clickhouse")):
        return Fault(422 if name.startswith(("err_ch159", "err_ch241")) else 500)
    return None


def mode_of(name: str) -> Any:
    return next((mode for mode in ("events_only", "legacy") if name.startswith(mode)), "dual")


def full(row: Row) -> Row:
    """A recorded observation with every key; one that was not recorded is empty."""
    empty: Row = {key: None for keys in GROUPS.values() for key in keys}
    empty |= {"usageDetails": {}, "costDetails": {}, "tags": [], "metadata": {}, "modelParameters": {}}
    texts = ("statusMessage", "version", "userId", "sessionId", "model", "internalModelId", "promptId", "promptName")
    empty |= dict.fromkeys((*texts, "traceName", "release", "name"), "")
    empty |= {"createdAt": "2026-11-22T20:30:49.601Z", "updatedAt": "2026-11-22T20:30:49.601Z", "level": "DEFAULT"}
    empty |= {"environment": "production", "isRootObservation": False, "bookmarked": False, "public": False}
    return empty | row


@cache
def known_observations() -> list[Row]:
    """The union of recorded observations, with everything that some answer says about each."""
    found: dict[str, Row] = {}
    lists = ("observations_v2_core_only", "observations_v2_page1_default_fields", "observations_v2_page2_cursor")
    lists += ("observations_v2_limit1000", "observations_v2_sync_fields", "events_only_observations_v2")
    for name in (*lists, "observations_v2_all_fields_generations", "observations_v2_all_fields_generations_p2"):
        for row in body(name)["data"]:
            found[row["id"]] = found.get(row["id"], {}) | {k: v for k, v in row.items() if v is not None}
    return [full(row) for row in found.values()]


@cache
def known_scores() -> list[Row]:
    empty: Row = {key: None for keys in SCORE_GROUPS.values() for key in keys} | {"metadata": {}}
    found = {
        row["id"]: empty | {"subject": {"kind": "trace", "id": known_observations()[0]["traceId"]}} | row
        for row in body("scores_v3_window")["data"]
    }
    for row in body("scores_v3_all_fields")["data"]:
        found[row["id"]] = empty | row
    older = {"id": "older", "timestamp": "2026-11-20T00:00:00.000Z", "name": "older", "dataType": "NUMERIC"}
    return [*found.values(), next(iter(found.values())) | older]


@pytest.fixture(scope="module")
def recorded() -> Iterator[Callable[..., LangfuseDouble]]:
    """The double with the rows that were recorded, one for each set of options."""
    running: dict[str, LangfuseDouble] = {}

    def recorded(**options: Any) -> LangfuseDouble:
        key = repr(options)
        if key not in running:
            running[key] = LangfuseDouble(
                known_observations(), known_scores(), project_id="chatbot-prod", models=models(), **options
            ).start()
        return running[key]

    yield recorded
    for double in running.values():
        double.stop()


def models() -> list[Row]:
    found: list[Row] = body("models_all100")["data"]
    return found


@pytest.fixture
def start() -> Iterator[Callable[..., LangfuseDouble]]:
    running: list[LangfuseDouble] = []

    def start(*rows: Any, **options: Any) -> LangfuseDouble:
        running.append(LangfuseDouble(*rows, **options).start())
        return running[-1]

    yield start
    for double in running:
        double.stop()


def ask(double: LangfuseDouble, path: str, params: Any = None, method: str = "GET", **options: Any) -> Any:
    options.setdefault("auth", (double.public_key, double.secret_key))
    return requests.request(method, double.url + path, params=params, timeout=10, **options)


def replay(double: LangfuseDouble, name: str) -> Any:
    """The double's answer to the request of a fixture."""
    request = fixture(name)["request"]
    options: dict[str, Any] = {}
    if name == "err_401_bad_public":
        options["auth"] = ("pk-lf-nobody", double.secret_key)
    elif name == "err_401_bad_secret":
        options["auth"] = (double.public_key, "sk-lf-wrong")
    elif name == "err_401_no_auth":
        options["auth"] = None
    elif name in ("err_401_bearer", "err_403_bearer_public_key"):
        key = double.public_key if "403" in name else "pk-lf-nobody"
        options |= {"auth": None, "headers": {"Authorization": f"Bearer {key}"}}
    return ask(double, request["path"], request["params"], request["method"], **options)


def shape(value: Any, key: str = "") -> Any:
    """Keys and kinds of values; numbers are of one kind, and what may be null says nothing."""
    if value is None:
        return "anything"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return [shape(value[0], key)] if value and key != "tags" else []
    if isinstance(value, dict):
        return "open" if key in OPEN else {name: shape(item, name) for name, item in value.items()}
    return "text"


def fits(ours: Any, theirs: Any) -> bool:
    if "anything" in (ours, theirs) or "open" in (ours, theirs):
        return True
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(fits(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return not ours or not theirs or fits(ours[0], theirs[0])
    return bool(ours == theirs)


@pytest.mark.parametrize("name", names())
def test_a_recorded_request_gets_an_answer_of_the_same_status_and_shape(name: str, start: Any, recorded: Any) -> None:
    if name.startswith("cloud_"):  # which counts requests
        rows = known_observations(), known_scores()
        double = start(*rows, project_id="chatbot-prod", mode=mode_of(name), plan="pro", models=models())
    else:
        double = recorded(mode=mode_of(name))
    double.quote_integers = name.startswith("ch25_3_")
    double.fault = lambda _path: faults(name)
    answer, real = replay(double, name), fixture(name)["response"]
    assert answer.status_code == real["status"]
    assert answer.headers["Content-Type"] == real["headers"]["Content-Type"]
    if isinstance(real["body"], str):
        assert "<html" in answer.text
        return
    ours, theirs = shape(answer.json()), shape(real["body"])
    for side in (ours, theirs):
        # Whether another page follows depends on how many rows there are.
        side.get("meta", {}).pop("cursor", None)
    assert fits(ours, theirs), (ours, theirs)
    if real["status"] >= 400:
        told = [re.split("Must be|\\n|Use GET", side["message"])[0] for side in (answer.json(), real["body"])]
        assert told[0] == told[1]
    for header in ("Retry-After", "X-RateLimit-Remaining"):
        assert answer.headers.get(header) == real["headers"].get(header)


def test_nearly_every_recorded_answer_is_held_against_the_double() -> None:
    everything = set(answers("langfuse"))
    assert set(LEFT_OUT) < everything and len(everything) - len(names()) == len(LEFT_OUT) == 5


SAME = (
    "observations_v2_all_fields_generations",
    "observations_v2_all_fields_generations_p2",
    "observations_v2_sync_fields",
    "observations_v2_page1_default_fields",
    "observations_v2_page2_cursor",
    "observations_v2_core_only",
    "observations_v2_unknown_field_group",
    "observations_v2_empty",
    "observations_v2_limit1000",
    "scores_v3_window",
    "scores_v3_upserted",
    "health",
    "ready",
    "err_405",
    "err_401_no_auth",
    "err_401_bad_secret",
    "err_401_bearer",
    "err_403_bearer_public_key",
    "err_observations_v2_bad_cursor",
    "err_observations_v2_limit1001",
    "err_observations_v2_parseio",
    "err_observations_v1_page0",
    "err_scores_v3_limit101",
    "err_scores_v3_unknown_param",
    "err_scores_v3_userId",
    "err_trace_404",
    "err_observation_v1_404",
    "events_only_traces",
    "events_only_metrics_v1",
    "legacy_metrics_v2",
    "metrics_v2_empty_window",
    "metrics_v2_empty_window_no_time",
    "metrics_v2_by_user_no_limit",
    "metrics_v2_by_user_time_dimension",
    "metrics_v2_err_highcard_orderby_dim",
    "metrics_v2_err_bad_json",
    "metrics_v2_err_no_query",
    "metrics_v2_err_bad_agg",
    "metrics_v2_err_row_limit_5000",
    "metrics_v2_err_granularity_5m",
    "metrics_v2_err_from_after_to",
    "metrics_v2_traces_view",
)


@pytest.mark.parametrize("name", SAME)
def test_where_the_rows_are_known_the_answer_is_the_recorded_one(name: str, start: Any) -> None:
    double = start(known_observations(), known_scores(), project_id="chatbot-prod", mode=mode_of(name))
    ours, theirs = replay(double, name).json(), body(name)
    for side in (ours, theirs):
        cursor = side.get("meta", {}).get("cursor") if isinstance(side.get("meta"), dict) else None
        if cursor:
            side["meta"] = side["meta"] | {"cursor": json.loads(base64.b64decode(cursor + "==="))}
    assert ours == theirs


@pytest.mark.parametrize("name", ["scores_v3_page1", "scores_v3_page2", "scores_v3_boolean", "scores_v3_categorical"])
def test_scores_come_in_the_recorded_order(name: str, start: Any) -> None:
    # These were recorded before the score of the upsert test was written.
    double = start([], [row for row in known_scores() if row["name"] != "upsert-test"])
    assert replay(double, name).json() == body(name)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_daily_totals_equal_the_recorded_ones(version: str, start: Any) -> None:
    double = start(body("observations_v2_limit1000")["data"], [], mode="dual")
    ours, theirs = (
        {(line["providedModelName"], line["time_dimension"]): line for line in lines}
        for lines in (
            replay(double, f"metrics_{version}_daily_by_model").json()["data"],
            body(f"metrics_{version}_daily_by_model")["data"],
        )
    )
    assert ours.keys() == theirs.keys()
    for key, line in ours.items():
        # Version 1 did not count the tokens of failed calls without usage, for which it holds other rows.
        exact = version == "v2" or line["sum_totalTokens"] == theirs[key]["sum_totalTokens"]
        assert line["count_count"] == theirs[key]["count_count"]
        assert line["p95_latency"] == pytest.approx(theirs[key]["p95_latency"])
        if exact:
            assert line["sum_totalCost"] == pytest.approx(theirs[key]["sum_totalCost"], abs=1e-10)
            assert line["sum_inputTokens"] == theirs[key]["sum_inputTokens"]


def test_empty_hours_are_filled_as_recorded_and_an_order_turns_that_off(start: Any) -> None:
    double = start(body("observations_v2_limit1000")["data"], [], mode="dual")
    ours, theirs = (
        replay(double, "metrics_v2_hourly_by_model").json()["data"],
        body("metrics_v2_hourly_by_model")["data"],
    )
    assert len(ours) == len(theirs) == 81
    empty = [[line["time_dimension"] for line in lines if line["count_count"] == 0] for lines in (ours, theirs)]
    assert empty[0] == empty[1] != []
    nofill = replay(double, "metrics_v2_orderby_time_nofill").json()["data"]
    assert all(line["count_count"] for line in nofill)


def test_a_span_sent_twice_is_seen_as_recorded_before_and_after_the_merge(start: Any) -> None:
    double = start([full(row) for row in body("observations_v2_resent_span_before_merge")["data"]], [], mode="dual")
    for state in ("before", "after"):
        name = f"observations_v2_resent_span_{state}_merge"
        ours, theirs = (
            sorted((row["startTime"], row["endTime"]) for row in rows)
            for rows in (replay(double, name).json()["data"], body(name)["data"])
        )
        assert ours == theirs
        for version in ("v1", "v2"):
            metrics = f"metrics_{version}_resent_span_{state}_merge"
            assert replay(double, metrics).json()["data"][0]["count_count"] == body(metrics)["data"][0]["count_count"]
        assert len(replay(double, f"observations_v1_resent_span_{state}_merge").json()["data"]) == 1
        double.merge()


@pytest.mark.parametrize("name", ["observations_v1_page1", "observations_v1_page2"])
def test_the_older_list_has_the_recorded_rows_in_the_recorded_order(name: str, start: Any) -> None:
    double = start(known_observations(), [], mode="dual")
    ours, theirs = replay(double, name).json()["data"], body(name)["data"]
    assert [row["id"] for row in ours] == [row["id"] for row in theirs]
    differ = {"createdAt", "updatedAt", "metadata", "input", "output", "modelParameters", "usagePricingTierId"}
    for mine, real in zip(ours, theirs, strict=True):
        if real["type"] == "GENERATION" and real["level"] != "ERROR":
            assert {k: v for k, v in mine.items() if k not in differ} == {
                k: v if k != "calculatedInputCost" else pytest.approx(v) for k, v in real.items() if k not in differ
            }


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("err_ch159_observations_v2", Fault(422)),
        ("err_clickhouse_down_observations_v2", Fault(500)),
        ("err_429_observations_v2", Fault(429, retry_after=57.2)),
    ],
)
def test_faults_answer_as_recorded(name: str, fault: Fault, start: Any) -> None:
    double = start()
    double.fault = lambda _path: fault
    answer, real = replay(double, name), fixture(name)["response"]
    assert answer.status_code == real["status"]
    assert fits(shape(answer.json()), shape(real["body"]))
    assert answer.json()["message"] == real["body"]["message"]
    assert answer.headers.get("Retry-After") == real["headers"].get("Retry-After")


def test_a_plan_refuses_the_request_that_uses_up_its_limit(start: Any) -> None:
    now = 1000.0
    double = start(plan="hobby", now=lambda: now)
    codes = [ask(double, "/api/public/v2/observations").status_code for _ in range(31)]
    assert codes == [200] * 29 + [429] * 2
    assert ask(double, "/api/public/projects").status_code == 200
    now += 60
    assert ask(double, "/api/public/v2/observations").status_code == 200


def row(number: int, at: str = "2026-11-20T10:00:00.000Z", **changes: Any) -> Row:
    return full({"id": f"o{number}", "traceId": f"t{number}", "startTime": at, "endTime": at, "type": "SPAN"} | changes)


def pages(double: LangfuseDouble, limit: int, **params: Any) -> list[list[str]]:
    found, cursor = [], None
    while True:
        query = {"limit": limit, **params} | ({"cursor": cursor} if cursor else {})
        answer = ask(double, "/api/public/v2/observations", query).json()
        found.append([item["id"] for item in answer["data"]])
        cursor = answer["meta"].get("cursor")
        if not cursor:
            return found


def test_a_cursor_goes_on_below_the_last_row_whatever_arrives_above_it(start: Any) -> None:
    double = start([row(n, f"2026-11-20T10:00:{n:02d}.000Z") for n in range(10)])
    first = ask(double, "/api/public/v2/observations", {"limit": 4}).json()
    double.add(row(99, "2026-11-20T10:00:08.500Z"))
    second = ask(double, "/api/public/v2/observations", {"limit": 4, "cursor": first["meta"]["cursor"]}).json()
    assert [item["id"] for item in second["data"]] == ["o5", "o4", "o3", "o2"]


def test_equal_times_are_split_over_pages_without_loss(start: Any) -> None:
    double = start([row(n) for n in range(50)])
    found = pages(double, 7)
    assert sorted(name for page in found for name in page) == sorted(f"o{n}" for n in range(50))
    assert len(found) == 8


def test_short_and_empty_pages_carry_a_cursor_and_lose_nothing(start: Any) -> None:
    double = start([row(n, f"2026-11-20T10:00:{n:02d}.000Z") for n in range(20)])
    shares = iter([0.0, 0.0, 0.5, 0.0, 1.0])
    double.fault = lambda _path: Fault(keep=share) if (share := next(shares, None)) is not None else None
    found = pages(double, 6)
    assert found[:2] == [[], []] and len(found[2]) == 3
    assert [name for page in found for name in page] == [f"o{n}" for n in reversed(range(20))]


def test_bounds_include_the_start_and_exclude_the_end(start: Any) -> None:
    double = start([row(n, f"2026-11-20T10:00:0{n}.000Z") for n in range(4)])
    bounds = {"fromStartTime": "2026-11-20T10:00:01Z", "toStartTime": "2026-11-20T10:00:03Z"}
    assert pages(double, 10, **bounds) == [["o2", "o1"]]


def test_rows_are_replaced_and_deleted_while_it_runs(start: Any) -> None:
    double = start([row(1), row(2), row(3)])
    double.replace(row(1, "2026-11-20T11:00:00.000Z"))
    double.delete("t2")
    assert pages(double, 10) == [["o1", "o3"]]


def test_a_cut_answer_and_a_dropped_one_are_connection_errors(start: Any) -> None:
    double = start([row(n) for n in range(100)])
    double.fault = lambda _path: Fault(cut=True)
    with pytest.raises(requests.RequestException):
        ask(double, "/api/public/v2/observations")
    double.fault = lambda _path: Fault(drop=True)
    with pytest.raises(requests.RequestException):
        ask(double, "/api/public/v2/observations")


def test_long_metadata_is_cut_unless_it_is_asked_for(start: Any) -> None:
    double = start([row(1, metadata={"a": "x" * 300, "b": "y" * 300})])
    query = {"fields": "core,metadata", "expandMetadata": "b"}
    found = ask(double, "/api/public/v2/observations", query).json()["data"][0]["metadata"]
    assert (len(found["a"]), len(found["b"])) == (200, 300)


def test_integers_can_be_quoted_as_older_engines_do(start: Any) -> None:
    double = start([row(1)])
    double.quote_integers = True
    query = {"view": "observations", "metrics": [{"measure": "count", "aggregation": "count"}]}
    query |= {"fromTimestamp": "2026-11-20T00:00:00Z", "toTimestamp": "2026-11-21T00:00:00Z"}
    answer = ask(double, "/api/public/v2/metrics", {"query": json.dumps(query)}).json()
    assert answer["data"] == [{"count_count": "1"}]

"""A double of Langfuse's read API over rows in memory, faithful to recorded answers, with faults on demand.

It serves what the bridge and its checks read: health, projects, both generations of observations, scores and metrics,
traces and models. Rows may be added, replaced and deleted while it runs.
"""

from __future__ import annotations

import base64
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Literal
from urllib.parse import unquote

from gendash.demo import langfuse_metrics as metrics
from gendash.demo import langfuse_params as ask
from gendash.demo import langfuse_wire as wire
from gendash.demo.langfuse_faults import PREFIX, Answer, Fault, broken_answer, deprecation
from gendash.demo.langfuse_http import ENCODE, server_of
from gendash.demo.langfuse_params import Params
from gendash.demo.langfuse_rows import Key, Rows
from gendash.demo.langfuse_wire import Row, iso, millis

Mode = Literal["events_only", "dual", "legacy"]

_GONE = (
    "This endpoint is not available on deployments running in Langfuse v4 events_only mode. "
    "Learn more about Langfuse v4 at: https://langfuse.com/docs/v4"
)
_NO_V2_METRICS = (
    "The metrics v2 API is only available in a Langfuse v4 write mode. Learn more at: https://langfuse.com/docs/v4"
)
_WRONG_KEYS = "Invalid credentials. Confirm that you've configured the correct host."
_RAW_IO = (
    "parseIoAsJson=true is no longer supported on the v2 observations endpoint. Input/output fields are always "
    "returned as raw strings. Remove the parseIoAsJson parameter or set it to false."
)
_NEEDS_TRACE = " filter requires a trace JOIN and is not supported in v3 — use v2 or omit this filter"
_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>404</title></head><body>This page could not be found.</body></html>'
)
_V1_ONLY = ("metrics", "metrics/daily", "observations", "traces", "sessions", "scores", "v2/scores")
_SCORE_PARAMS = {"limit", "cursor", "fields", "id", "name", "source", "dataType", "environment", "traceId", "sessionId"}
_SCORE_PARAMS |= {"observationId", "fromTimestamp", "toTimestamp", "configId", "queueId", "authorUserId"}
LIMITS: dict[str, dict[str, tuple[int, int]]] = {
    "hobby": {"public-api": (30, 60), "legacy": (15, 60), "metrics": (100, 86400), "v2/metrics": (100, 86400)},
    "core": {"public-api": (1000, 60), "legacy": (30, 60), "metrics": (2000, 86400), "v2/metrics": (100, 3600)},
    "pro": {"public-api": (1000, 60), "legacy": (100, 60), "metrics": (2000, 86400), "v2/metrics": (500, 3600)},
}


class LangfuseDouble(Rows):
    """A server on 127.0.0.1; ``with LangfuseDouble(...) as double`` starts it, ``double.url`` is its address.

    ``observations`` have the shape of `v2/observations` with all field groups, ``scores`` that of `v3/scores` with
    all of theirs. ``fault`` is asked once per request, with its path below ``/api/public/``; ``plan`` turns on the
    limits of a Langfuse Cloud plan, by the clock ``now``, which may be wrong. ``log`` holds path and query of every
    request, ``connections`` counts what they came over.
    """

    def __init__(
        self,
        observations: Iterable[Row] = (),
        scores: Iterable[Row] = (),
        *,
        project_id: str = "demo",
        public_key: str = "pk-lf-demo",
        secret_key: str = "sk-lf-demo",
        mode: Mode = "events_only",
        version: str = "4.16.0",
        models: Sequence[Row] = (),
        plan: str = "",
        now: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(observations, scores)
        self.project_id, self.mode, self.version, self.models = project_id, mode, version, list(models)
        self.public_key, self.secret_key, self.plan, self.now, self.port = public_key, secret_key, plan, now, port
        self.fault: Callable[[str], Fault | None] = lambda _path: None
        self.log: list[tuple[str, Params]] = []
        self.quote_integers = False
        self.retention_days = 0
        self.connections = 0
        self._spent: dict[str, tuple[float, int]] = {}
        self._server: ThreadingHTTPServer | None = None

    # server

    @property
    def url(self) -> str:
        """Address of the running server."""
        assert self._server
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> LangfuseDouble:
        """Starts serving in a thread of its own."""
        self._server = server_of(self, self.port)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stops serving and frees the port."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> LangfuseDouble:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    # answers

    def answer(self, method: str, path: str, params: Params, authorization: str, fault: Fault | None) -> Answer:
        """Status and body of a request; checks come in the recorded order: mode, method, keys, limits, parameters."""
        route = path.removeprefix(PREFIX)
        known = _route(route) if path.startswith(PREFIX) else None
        if known is None:
            return 404, _PAGE
        if route in ("health", "ready"):
            return 200, {"status": "OK", "version": self.version}
        if self.mode == "events_only" and known in _V1_ONLY:
            return 404, {"message": _GONE}
        if method == "DELETE" and route.startswith("traces/") and not self._unauthorized(authorization):
            self.delete(route.removeprefix("traces/"))
            return 200, {"message": "Trace deleted successfully"}
        if method != "GET":
            return 405, {"message": "Method not allowed", "error": "MethodNotAllowedError"}
        refused = self._unauthorized(authorization) or self._over_limit(known)
        if refused:
            return refused
        if fault and fault.status:
            return broken_answer(fault, known)
        with self.lock:
            handler: Callable[[Params, str, Fault | None], Answer] = getattr(self, _HANDLERS[known])
            try:
                status, body = handler(params, route, fault)
            except ask.Bad as bad:
                return 400, bad.body
        if self.plan and known in _V1_ONLY and status == 200:
            body = body | {"_deprecation": deprecation(known)}  # only Langfuse Cloud says so
        return status, body

    def _unauthorized(self, header: str) -> Answer | None:
        scheme, _, rest = header.partition(" ")
        if not header:
            return 401, {"message": "No authorization header"}
        if scheme == "Bearer":
            if rest == self.public_key:
                return 403, {"message": "Access denied - insufficient permissions for this endpoint"}
            return 401, {"message": "Invalid public key. Confirm that you've configured the correct host."}
        try:
            pair = base64.b64decode(rest).decode()
        except ValueError:
            pair = ""
        return None if pair == f"{self.public_key}:{self.secret_key}" else (401, {"message": _WRONG_KEYS})

    def _over_limit(self, known: str) -> Answer | None:
        if not self.plan or known == "projects":
            return None
        kind = known if known.endswith("metrics") else "legacy" if known in _V1_ONLY else "public-api"
        limit, period = LIMITS[self.plan][kind]
        now = self.now()
        start, used = self._spent.get(kind, (now, 0))
        start, used = (now, 0) if now >= start + period else (start, used)
        self._spent[kind] = (start, used + 1)
        if used + 1 < limit:
            return None
        return broken_answer(Fault(429, retry_after=start + period - now), known, limit, now)

    def _projects(self, _params: Params, _route: str, _fault: Fault | None) -> Answer:
        organization = {"id": "acme", "name": "Acme Inc"}
        project: Row = {"id": self.project_id, "name": self.project_id, "organization": organization, "metadata": {}}
        if self.retention_days:
            project["retentionDays"] = self.retention_days
        return 200, {"data": [project]}

    def _models(self, params: Params, _route: str, _fault: Fault | None) -> Answer:
        return 200, ask.numbered(self.models, params)

    def _observations_v2(self, params: Params, _route: str, fault: Fault | None) -> Answer:
        limit = ask.integer(params, "limit", 50, 0, 1000)
        if ask.one(params, "parseIoAsJson") == "true":
            raise ask.Bad({"code": "custom", "path": ["parseIoAsJson"], "message": _RAW_IO})
        groups = ask.one(params, "fields", "core,basic").split(",")
        expand = ask.one(params, "expandMetadata").split(",")
        low, high = ask.window(params, "fromStartTime", "toStartTime")
        below: Key = (high,)
        if "cursor" in params:
            at, trace_id, last_id = ask.cursor(params, ("lastStartTimeTo", "lastTraceId", "lastId"))
            below = min(below, (millis(at), zlib.crc32(trace_id.encode()), last_id))
        wanted = ask.observation_filter(params)
        found = self.by_start.falling(below, (low,)) if self.mode != "legacy" else iter(())
        rows, more = ask.take((row for _, row in found if wanted(row)), limit, fault.keep if fault else None)
        body: Row = {"data": [wire.observation_v2(row, groups, expand) for row in rows], "meta": {}}
        if more:
            last = rows[-1] if rows else {"startTime": iso(below[0]), "traceId": "", "id": ""}
            place = {"lastStartTimeTo": last["startTime"], "lastTraceId": last["traceId"], "lastId": last["id"]}
            if not rows and "cursor" in params:
                place = dict(zip(place, ask.cursor(params, tuple(place)), strict=True))
            body["meta"]["cursor"] = base64.b64encode(ENCODE(place)).decode()
        return 200, body

    def _scores_v3(self, params: Params, _route: str, fault: Fault | None) -> Answer:
        unknown = sorted(set(params) - _SCORE_PARAMS)
        for name in ("userId", "traceTags"):
            if name in unknown:
                raise ask.Bad({"code": "custom", "message": name + _NEEDS_TRACE, "path": []})
        if unknown:
            word = "Unrecognized key: " if len(unknown) == 1 else "Unrecognized keys: "
            text = word + ", ".join(f'"{name}"' for name in unknown)
            raise ask.Bad({"code": "unrecognized_keys", "keys": unknown, "path": [], "message": text})
        limit = ask.integer(params, "limit", 50, 0, 100)
        groups = ask.one(params, "fields", "core").split(",")
        low, high = ask.window(params, "fromTimestamp", "toTimestamp")
        below: Key = (high,)
        if "cursor" in params:
            at, last_id = ask.cursor(params, ("lastTimestamp", "lastId"))
            below = min(below, (millis(at), last_id))
        wanted = ask.score_filter(params)
        found = (row for _, row in self.by_time.falling(below, (low,)) if wanted(row))
        rows, more = ask.take(found, limit, fault.keep if fault else None)
        meta: Row = {"limit": limit}
        if more:
            last = rows[-1] if rows else {"timestamp": iso(below[0]), "id": below[1] if len(below) > 1 else ""}
            place = {"v": 1, "lastTimestamp": last["timestamp"], "lastId": last["id"]}
            meta["cursor"] = base64.b64encode(ENCODE(place)).decode().rstrip("=")
        return 200, {"data": [wire.score_v3(row, groups) for row in rows], "meta": meta}

    def _observations_v1(self, params: Params, route: str, _fault: Fault | None) -> Answer:
        name = route.removeprefix("observations").lstrip("/")
        if name:
            row = next((row for row in self.observations() if row["id"] == name), None)
            if row is None:
                return 404, {"message": f"Observation with id {name} not found", "error": "LangfuseNotFoundError"}
            return 200, wire.observation_v1(row)
        wanted = ask.observation_filter(params)
        low, high = ask.window(params, "fromStartTime", "toStartTime")
        found = self.by_start.falling((high,), (low,))
        rows = [row for key, row in found if self.is_latest(key, row) and wanted(row)]
        return 200, ask.numbered(rows, params, wire.observation_v1)

    def _traces_v1(self, params: Params, route: str, _fault: Fault | None) -> Answer:
        name = unquote(route.removeprefix("traces").lstrip("/"))
        groups = params["fields"][0].split(",") if "fields" in params else None
        if name:
            return self._trace_v1(name)
        low, high = ask.window(params, "fromTimestamp", "toTimestamp")
        same = ("userId", "name", "sessionId", "version", "release", "environment")
        rows = [
            trace
            for trace in self.traces()
            if low <= millis(trace["timestamp"]) < high
            and all(trace[key] in params[key] for key in same if key in params)
        ]
        if ask.one(params, "orderBy") == "timestamp.asc":
            rows.reverse()
        return 200, ask.numbered(rows, params, lambda trace: wire.trace_v1(trace, groups))

    def _trace_v1(self, name: str) -> Answer:
        trace = next((trace for trace in self.traces() if trace["id"] == name), None)
        if trace is None:
            text = f"Trace {name} not found within authorized project"
            return 404, {"message": text, "error": "LangfuseNotFoundError"}
        rows = [wire.observation_v1(row) for row in self.observations() if row["traceId"] == name]
        about = [row for row in self.by_time.rows.values() if wire.subject_ids(row)["traceId"] == name]
        return 200, trace | {"observations": rows, "scores": [wire.score_v2(row, None, False) for row in about]}

    def _scores_v2(self, params: Params, route: str, _fault: Fault | None) -> Answer:
        low, high = ask.window(params, "fromTimestamp", "toTimestamp")
        wanted = ask.score_filter(params)
        rows = [row for _, row in self.by_time.falling((high,), (low,)) if wanted(row)]
        by_id = {trace["id"]: trace for trace in self.traces()}
        with_session = route == "v2/scores"

        def shape(row: Row) -> Row:
            return wire.score_v2(row, by_id.get(wire.subject_ids(row)["traceId"] or ""), with_session)

        return 200, ask.numbered(rows, params, shape)

    def _sessions(self, params: Params, _route: str, _fault: Fault | None) -> Answer:
        seen: dict[str, Row] = {}
        for row in self.observations():
            if row.get("sessionId"):
                first = seen.setdefault(row["sessionId"], row)
                if row["createdAt"] < first["createdAt"]:
                    seen[row["sessionId"]] = row
        same = ("createdAt", "projectId", "environment")
        rows = [{"id": name, **{key: row[key] for key in same}} for name, row in seen.items()]
        return 200, ask.numbered(sorted(rows, key=lambda row: row["createdAt"], reverse=True), params)

    def _metrics_v2(self, params: Params, _route: str, _fault: Fault | None) -> Answer:
        if self.mode == "legacy":
            return 404, {"message": _NO_V2_METRICS, "error": "LangfuseNotFoundError"}
        return self._metrics(params, 2)

    def _metrics_v1(self, params: Params, _route: str, _fault: Fault | None) -> Answer:
        return self._metrics(params, 1)

    def _metrics(self, params: Params, version: int) -> Answer:
        def select(view: str, low: int, high: int) -> Iterator[Row]:
            if view == "observations":
                return (row for _, row in self.by_start.falling((high,), (low,)))
            if view == "traces":
                return (row for row in self.traces() if low <= millis(row["timestamp"]) < high)
            kinds = metrics.SCORE_VIEWS[view]
            return (row for _, row in self.by_time.falling((high,), (low,)) if row["dataType"] in kinds)

        status, body = metrics.answer(select, params["query"][0] if "query" in params else None, version)
        if status == 200 and self.quote_integers:
            for line in body["data"]:
                line.update({key: str(value) for key, value in line.items() if type(value) is int})
        return status, body


_HANDLERS = {
    "projects": "_projects",
    "models": "_models",
    "v2/observations": "_observations_v2",
    "v3/scores": "_scores_v3",
    "v2/metrics": "_metrics_v2",
    "metrics": "_metrics_v1",
    "observations": "_observations_v1",
    "traces": "_traces_v1",
    "scores": "_scores_v2",
    "v2/scores": "_scores_v2",
    "sessions": "_sessions",
}


def _route(route: str) -> str | None:
    """The route that answers a path: itself, or its list where the path names one item."""
    if route in _HANDLERS or route in ("health", "ready", "metrics/daily"):
        return route
    head = route.split("/")[0]
    return head if head in ("observations", "traces", "sessions") else None

"""Queries through Grafana, as dashboards send them: by `/api/ds/query`, with its macros, data sources and rights."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec

from gendash.engine.clients.answers import Failed
from gendash.engine.clients.grafana import Grafana, named_server, open_roles, proxy_session, reason, session
from gendash.engine.clients.http import PATIENCE, Pause, Session
from gendash.engine.clients.prometheus import Call, calls_of
from gendash.engine.config.load import Config
from gendash.engine.config.organisations import grafana_organisations
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import TargetError, problems_of
from gendash.engine.model import Audience
from gendash.engine.read.reader import Rows, RunQuery
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.render.provisioning import POSTGRES, folder, uses
from gendash.engine.verify.queries import Question
from gendash.engine.verify.verdict import Answer, Status, Verdict

GRAFANA = "grafana"
_AXIS = ("time", "timeend", "Time")
_CODES = (  # what a message of PostgreSQL means, since Grafana passes no SQLSTATE on
    (re.compile(r"relation .* does not exist"), "42P01"),
    (re.compile(r"does not exist"), "42703"),
    (re.compile(r"permission denied"), "42501"),
)


class _Field(msgspec.Struct):
    """A field of a data frame without its cells."""

    name: str | None = None
    type: str = ""


class _Schema(msgspec.Struct):
    fields: list[_Field] | None = None


class _Cells(msgspec.Struct):
    values: list[list[Any]] | None = None


class DataFrame(msgspec.Struct):
    """A data frame of Grafana's query API. Raises ValueError where columns, cells and types do not fit."""

    schema: _Schema = msgspec.field(default_factory=_Schema)
    data: _Cells = msgspec.field(default_factory=_Cells)

    def __post_init__(self) -> None:
        columns, values = self.schema.fields or [], self.data.values or []
        if values and (len(columns) != len(values) or len({len(cells) for cells in values}) > 1):
            raise ValueError("columns of different lengths")
        for column, cells in zip(columns, values, strict=False):
            if column.type == "number" and not all(cell is None or isinstance(cell, int | float) for cell in cells):
                raise ValueError("a number that is none")


Frames = list[DataFrame]
Board = Mapping[str, Any]


@dataclass(frozen=True)
class Through:
    """A session with Grafana, and Prometheus behind it; ``server`` names it with version and organisation.

    ``admin`` is the organisation that has the dashboards ``for_admins``, where that is another one.
    """

    config: Config
    session: Grafana
    prometheus: Session
    call: Call
    server: str
    admin: Through | None = None
    for_admins: frozenset[str] = frozenset()

    def ask(self, item: Question, text: str) -> tuple[Answer | Failed, float]:
        """The answer to one query of a dashboard, and its milliseconds."""
        if self.admin and item.verdict.dashboard in self.for_admins:
            return self.admin.ask(item, text)
        sql = item.query.language == "sql"
        query = {**item.target, ("rawSql" if sql else "expr"): text, "refId": item.verdict.ref or "A"}
        query |= {"rawQuery": True, "format": item.query.format} if sql else {}
        if not sql and not query.get("instant"):
            query["range"] = True
        query |= {"intervalMs": item.time.interval_ms, "maxDataPoints": item.points}
        given, ms = self._query(query, item.time.span.start.timestamp(), item.time.span.end.timestamp())
        return (given if isinstance(given, Failed) else answer_of(given, series=not sql)), ms

    def reader(self, role: str) -> RunQuery:
        """A function that runs SQL as a role of the store, by the data source that has it."""
        if self.admin and role == "admin_reader":
            return self.admin.reader(role)
        key = "admin" if role == "admin_reader" else "database"
        source = {"type": POSTGRES, "uid": self.config[f"datasources.{key}.uid"]}

        def run(text: str) -> Rows | Failed:
            query = {"refId": "A", "datasource": source, "rawSql": text, "rawQuery": True, "format": "table"}
            now = time.time()
            given, ms = self._query(query | {"intervalMs": 60_000, "maxDataPoints": 1000}, now - 3600, now)
            return given if isinstance(given, Failed) else _rows(given, ms)

        return run

    def _query(self, query: Mapping[str, Any], start: float, end: float) -> tuple[Frames | Failed, float]:
        body = {"queries": [query], "from": str(round(start * 1000)), "to": str(round(end * 1000))}
        began = time.perf_counter()
        status, answer = self.session("POST", "/ds/query", json=body)
        ms = (time.perf_counter() - began) * 1000
        results = answer.get("results") if isinstance(answer, Mapping) else None
        found = results.get(query["refId"]) if isinstance(results, Mapping) else None
        if not isinstance(found, Mapping):
            what = reason(status, answer) if status != 200 else "Grafana gave no result for it: its text is empty"
            return Failed("", what, ms), ms
        if found.get("error") or status != 200:
            message = str(found.get("error") or reason(status, answer)).removeprefix("db query error: ")
            code = next((code for pattern, code in _CODES if pattern.search(message)), "")
            return Failed(code, message.removeprefix("pq: "), ms), ms
        try:
            return frames_of(found.get("frames") or []), ms
        except ValueError as error:
            return Failed("", f"Grafana's frames are of another shape: {error}", ms), ms


@contextmanager
def through_grafana(catalog: Catalog, pause: Pause = time.sleep) -> Iterator[Through]:
    """Grafana, ready to be asked. Raises Unreachable, Denied or Unexpected where it does not answer as Grafana."""
    with ExitStack() as stack:
        every, *admin = [_open(stack, config, pause) for config, _ in grafana_organisations(catalog.config)]
        names = frozenset(one.name for one in catalog.dashboards.values() if one.audience == "admin")
        server = "\n".join(one.server for one in (every, *admin))
        yield replace(every, server=server, admin=admin[0] if admin else None, for_admins=names)


def _open(stack: ExitStack, config: Config, pause: Pause) -> Through:
    """One organisation."""
    ask = stack.enter_context(session(config, pause))
    ask.requests.patience = PATIENCE
    server = named_server(ask, config["grafana_org_id"])
    source = proxy_session(ask, config["datasources.prometheus.uid"], "Prometheus", "datasources.prometheus")
    behind = stack.enter_context(source)
    return Through(config, ask, behind, calls_of(behind), server)


def frames_of(value: Any) -> Frames:
    """The data frames of an answer. Raises ValueError where they have another shape."""
    return msgspec.convert(value, Frames)


def answer_of(frames: Sequence[DataFrame], series: bool) -> Answer:
    """The cells that a panel draws of data frames; ``series``: each frame is one series, as of Prometheus."""
    numbers: list[float | None] = []
    texts = rows = 0
    for frame in frames:
        names, kinds, columns = _columns(frame)
        if not columns:
            continue
        rows += 1 if series else len(columns[0])
        axis = [kind == "time" and (series or name in _AXIS) for name, kind in zip(names, kinds, strict=True)]
        drawn = [i for i, is_axis in enumerate(axis) if not is_axis]
        for i in drawn or range(len(columns)):
            if kinds[i] == "number":
                numbers += [None if cell is None else float(cell) for cell in columns[i]]
            else:
                texts += sum(cell is not None for cell in columns[i])
    return Answer(rows, tuple(numbers), texts)


def _columns(frame: DataFrame) -> tuple[list[str], list[str], list[list[Any]]]:
    """Names, kinds and cells of a frame's columns; none where it has no row."""
    fields, values = frame.schema.fields or [], frame.data.values or []
    if not values or not values[0]:
        return [], [], []
    return [str(one.name) for one in fields], [one.type for one in fields], values


def _rows(frames: Sequence[DataFrame], ms: float) -> Rows:
    names, kinds, columns = _columns(frames[0]) if frames else ([], [], [])
    return Rows(tuple(names), tuple(kind == "number" for kind in kinds), list(zip(*columns, strict=True)), ms)


def judge_grafana(catalog: Catalog, through: Through) -> list[Verdict]:
    """Verdicts on Grafana itself: health of data sources, plug-ins of panels, and who may open what is for admins."""
    rendered = render_dashboards(catalog)
    hidden = {catalog.config.dashboard_uid(name) for name in through.for_admins}
    found = []
    for part, boards in _by_organisation(through, rendered, hidden):
        used = sorted(set().union(*map(uses, boards)))
        own = [uid for uid in used if not uid.startswith("-- ")]
        found += [_looked(uid, f"data source {uid}", partial(_health, part, uid)) for uid in own]
    found.append(_looked("plugins", "plug-ins of panels", partial(_plugins, through, rendered.values())))
    return found + (_secrecy(through.admin or through, sorted(hidden)) if hidden else [])


def _by_organisation(
    through: Through, rendered: Mapping[str, Board], hidden: Collection[str]
) -> list[tuple[Through, list[Board]]]:
    """The dashboards of each organisation."""
    if through.admin is None:
        return [(through, list(rendered.values()))]
    everybody = [board for uid, board in rendered.items() if uid not in hidden]
    return [(through, everybody), (through.admin, [board for uid, board in rendered.items() if uid in hidden])]


def _verdict(name: str, title: str, status: Status = "ok", why: str = "") -> Verdict:
    return Verdict(GRAFANA, name, title, "server", "", status, why)


def _looked(name: str, title: str, look: Callable[[], Verdict]) -> Verdict:
    """A verdict on a part of Grafana; an error of it costs no other."""
    try:
        return look()
    except Exception as error:
        return _verdict(name, title, "error", "; ".join(one.what for one in problems_of(error)))


def _health(through: Through, uid: str) -> Verdict:
    title = f"data source {uid}"
    status, body = through.session("GET", f"/datasources/uid/{uid}")
    if status == 404:
        return _verdict(uid, title, "missing", "Grafana has no such data source; run `gendash apply`")
    status, body = through.session("GET", f"/datasources/uid/{uid}/health")
    if status == 200:
        return _verdict(uid, title)
    details = body.get("details") if isinstance(body, Mapping) else None
    detail = details.get("verboseMessage") if isinstance(details, Mapping) else ""
    said = [reason(status, body), through.session.requests.server.cleared(str(detail or ""), 300)]
    return _verdict(uid, title, "error", "; ".join(filter(None, said)))


def _plugins(through: Through, dashboards: Any) -> Verdict:
    title = "plug-ins of panels"
    status, body = through.session("GET", "/plugins", params={"type": "panel", "embedded": 0})
    if status != 200 or not isinstance(body, list):
        return _verdict("plugins", title, "error", f"cannot be listed: {reason(status, body)}")
    top = [panel for dashboard in dashboards for panel in dashboard["panels"]]
    kinds = {str(panel["type"]) for one in top for panel in (one, *one.get("panels", ()))} - {"row"}
    missing = sorted(kinds - {str(one.get("id")) for one in body if isinstance(one, Mapping)})
    why = f"not installed: {', '.join(missing)}; install them in Grafana"
    return _verdict("plugins", title, "missing", why) if missing else _verdict("plugins", title)


def _secrecy(through: Through, admin: Sequence[str]) -> list[Verdict]:
    """Whether anybody but admins may open the folder and the dashboards for admins."""
    audience: Audience = "admin"
    place = folder(through.config, audience).uid
    found = [_permissions(through, f"/folders/{place}", place)]
    found += [_permissions(through, f"/dashboards/uid/{uid}", uid) for uid in admin]
    return found + _public_links(through, admin)


def _public_links(through: Through, admin: Sequence[str]) -> list[Verdict]:
    """An error for each dashboard for admins that has a public link, and for links that cannot be listed."""
    name, title = "public-dashboards", "public links"
    try:
        status, body = through.session("GET", "/dashboards/public-dashboards")
        if status != 200:  # switched off
            return []
        rows = _objects(body["publicDashboards"] or [])
        links = {str(row.get("dashboardUid")) for row in rows if row.get("isEnabled")}
    except (TargetError, LookupError, TypeError) as error:
        why = error.problems[0].what if isinstance(error, TargetError) else "they are of another shape"
        return [_verdict(name, title, "error", f"cannot be listed: {why}")]
    why = "anybody can open it by a public link; delete the link in Grafana"
    return [_verdict(uid, f"public link of {uid}", "error", why) for uid in sorted(links & set(admin))]


def _permissions(through: Through, path: str, uid: str) -> Verdict:
    title = f"who may open {uid}"
    try:
        status, rows = through.session("GET", f"{path}/permissions")
    except TargetError as error:
        return _verdict(uid, title, "error", error.problems[0].what)
    if status == 404:
        return _verdict(uid, title, "missing", "it is not in Grafana; run `gendash apply`")
    if status != 200:
        return _verdict(uid, title, "error", f"cannot be seen: {reason(status, rows)}; use a token of the role Admin")
    try:
        roles = open_roles(_objects(rows))
    except TypeError:
        return _verdict(uid, title, "error", "cannot be seen: the answer is no list of permissions")
    why = f"open to {' and '.join(f'{role}s' for role in roles)}, and it is for admins; run `gendash plan`"
    return _verdict(uid, title, "error", why) if roles else _verdict(uid, title)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """A list of objects. Raises TypeError for anything else."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise TypeError("not a list of objects")
    return value

"""Metrics of the demo platform counted from its rows and LLM calls, so that all sources agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from gendash.demo.llm import Observation
from gendash.demo.metrics import Target, series
from gendash.demo.timeline import COLUMNS, Change, Platform, Row
from gendash.demo.vocabularies import TOOLS

Roles = Mapping[str, str]
"""The role of each user, as metrics name it."""


def roles(platform: Platform) -> dict[str, str]:
    """Users by id with the role that metrics name."""
    return {row[0]: "admin" if row[3] in ("admin", "super_admin") else "user" for row in platform.users}


def changes(platform: Platform, since: float) -> list[Change]:
    """Everything of the platform that metrics count, since a time and in time order."""
    found: list[Change] = []
    for table in _COUNTED:
        at = _when(table)
        found += [(when, table, row) for row in getattr(platform, table) if (when := at(row)) >= since]
    found.sort(key=lambda change: change[:2])
    return found


def _when(table: str) -> Callable[[Any], float]:
    if table == "observations":
        return lambda row: datetime.fromisoformat(row["createdAt"]).timestamp()
    column = COLUMNS[table].index("updated_at" if table == "documents" else "created_at")
    return lambda row: row[column].timestamp()


def count(target: Target, table: str, row: Any, known: Roles) -> None:
    """Counts one row in the target that runs the agent."""
    if table in _COUNTED:
        _COUNTED[table](target, row, known)


def _user(target: Target, row: Row, _known: Roles) -> None:
    if row[-1] == row[-2]:
        target.values["users_registered_total"] += 1
        _request(target, "/api/v1/auth/register", "201", 0.28)


def _conversation(target: Target, row: Row, known: Roles) -> None:
    target.values[series("agent_conversations_total", user_role=known.get(row[1], "anonymous"))] += 1


def _message(target: Target, row: Row, _known: Roles) -> None:
    target.values[series("agent_messages_total", role=row[2])] += 1


def _feedback(target: Target, row: Row, _known: Roles) -> None:
    target.values[series("feedback_submitted_total", rating=str(row[3]))] += 1
    _request(target, "/api/v1/feedback", "201", 0.04)


def _document(target: Target, row: Row, _known: Roles) -> None:
    kind, status, chunks = row[4], row[7], row[8]
    if status == "processing":
        return
    _request(target, "/api/v1/kb/documents", "200", 0.34)
    ended = "success" if status == "done" else "error"
    target.values[series("kb_documents_uploaded_total", file_type=kind, status=ended)] += 1
    target.values[series("vector_store_operations_total", operation="upsert", status=ended)] += 1
    target.gauges["kb_chunks_total"] += chunks
    target.gauges["vector_store_vectors_total"] += chunks


def _observation(target: Target, row: Observation, known: Roles) -> None:
    if row["environment"] != "production":
        return
    status = "error" if row["level"] == "ERROR" else "success"
    kind = row["type"]
    if kind == "AGENT":
        _turn(target, row, status, known)
    elif kind == "GENERATION":
        for word, tokens in (("prompt", row["inputUsage"]), ("completion", row["outputUsage"])):
            target.values[series("agent_tokens_used_total", model=row["model"], type=word)] += tokens
    elif kind in ("TOOL", "RETRIEVER"):
        target.values[series("agent_tool_calls_total", tool_name=row["name"], status=status)] += 1
        if kind == "RETRIEVER":
            _search(target, row, status)


def _turn(target: Target, row: Observation, status: str, known: Roles) -> None:
    intent = row["metadata"]["intent"]
    role = known.get(row["userId"], "anonymous")
    target.values[series("agent_queries_total", user_role=role, intent=intent, status=status)] += 1
    tools = TOOLS.get(intent, "")
    target.observe("agent_response_duration_seconds", row["latency"], intent=intent, tools_used=tools)
    _request(target, "/api/v1/formzed-chat", "500" if status == "error" else "200", row["latency"])


def _search(target: Target, row: Observation, status: str) -> None:
    target.values[series("kb_searches_total", status=status)] += 1
    target.values[series("vector_store_operations_total", operation="search", status=status)] += 1
    target.observe("kb_search_duration_seconds", row["latency"])
    target.observe("vector_store_operation_duration_seconds", row["latency"] * 0.6, operation="search")
    found = int(row["id"][:2], 16) % 13  # any fixed number that differs from search to search
    target.observe("kb_search_results_count", 0 if status == "error" else found)


def _request(target: Target, handler: str, status: str, seconds: float) -> None:
    target.values[series("http_requests_total", handler=handler, method="POST", status=status)] += 1
    target.observe("http_request_duration_seconds", seconds, handler=handler, method="POST")
    target.observe("http_request_duration_highr_seconds", seconds)


_COUNTED: dict[str, Callable[[Target, Any, Roles], None]] = {
    "users": _user,
    "conversations": _conversation,
    "messages": _message,
    "feedback": _feedback,
    "documents": _document,
    "observations": _observation,
}


def between(found: Iterable[Change], edges: Iterable[float]) -> Iterator[list[Change]]:
    """The changes up to each edge, and after the edge before it; both in time order."""
    pending = iter(found)
    change = next(pending, None)
    for edge in edges:
        due: list[Change] = []
        while change is not None and change[0] <= edge:
            due.append(change)
            change = next(pending, None)
        yield due

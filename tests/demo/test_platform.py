from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gendash.demo import platform as demo
from gendash.demo.llm import iso
from gendash.demo.texts import COMMENTS, TOPICS
from gendash.demo.timeline import COLUMNS, Platform
from gendash.demo.traffic import incident_before, level

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
TITLES = [("conversations", "title"), ("documents", "title"), ("tickets", "title")]


def column(platform: Platform, table: str, name: str) -> list[Any]:
    index = COLUMNS[table].index(name)
    return [row[index] for row in getattr(platform, table)]


def digest(platform: Platform) -> str:
    everything = [getattr(platform, table) for table in (*COLUMNS, "observations", "scores")]
    return hashlib.sha256(json.dumps(everything, default=str).encode()).hexdigest()


def test_the_same_seed_gives_the_same_platform_and_another_seed_another_one() -> None:
    first, again, other = (digest(demo.generate(seed, NOW, 0.02)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_a_platform_has_rows_of_every_kind(small: Platform) -> None:
    assert all(getattr(small, table) for table in COLUMNS)
    assert set(column(small, "users", "role")) >= {"user", "admin"}
    assert set(column(small, "users", "is_active")) == {True, False}
    assert set(column(small, "documents", "file_type")) == {".pdf", ".docx", ".txt", ".md", ".markdown"}
    assert set(column(small, "documents", "status")) == {"done", "failed", "processing"}
    assert set(column(small, "tickets", "status")) == {"open", "in_progress", "resolved", "closed"}
    assert set(column(small, "tickets", "priority")) == {"low", "medium", "high", "urgent"}
    assert set(column(small, "feedback", "rating")) == {1, 2, 3, 4, 5}
    assert set(column(small, "conversations", "is_voice_conversation")) == {True, False}
    assert None in column(small, "tickets", "assigned_to")
    assert None in column(small, "tickets", "category")


def test_every_row_points_to_rows_that_exist(small: Platform) -> None:
    users, conversations = set(column(small, "users", "id")), set(column(small, "conversations", "id"))
    messages, tickets = set(column(small, "messages", "id")), set(column(small, "tickets", "id"))
    assert set(column(small, "conversations", "user_id")) <= users | {None}
    assert set(column(small, "messages", "conversation_id")) <= conversations
    assert set(column(small, "feedback", "message_id")) <= messages
    assert set(column(small, "feedback", "user_id")) <= users
    assert set(column(small, "documents", "user_id")) <= users
    assert set(column(small, "tickets", "conversation_id")) <= conversations | {None}
    assert set(column(small, "tickets", "created_by")) <= users | {None}
    assert set(column(small, "tickets", "assigned_to")) <= users | {None}
    assert set(column(small, "ticket_status_history", "ticket_id")) == tickets


def test_keys_are_unique(small: Platform) -> None:
    for table, columns in COLUMNS.items():
        if columns[0] == "id":
            assert max(Counter(column(small, table, "id")).values()) == 1, table
    assert max(Counter(column(small, "feedback", "message_id")).values()) == 1
    assert max(Counter(column(small, "documents", "file_hash")).values()) == 1
    assert max(Counter((row["traceId"], row["id"]) for row in small.observations).values()) == 1


def test_nothing_lies_in_the_future_or_before_its_own_beginning(small: Platform) -> None:
    for table in COLUMNS:
        for row in getattr(small, table):
            moments = [value for value in row if isinstance(value, datetime)]
            due = row[COLUMNS[table].index("sla_due_at")] if table == "tickets" else None
            assert all(moment <= NOW for moment in moments if moment is not due), row
    for table in ("users", "conversations", "feedback", "documents", "tickets"):
        begun, changed = column(small, table, "created_at"), column(small, table, "updated_at")
        assert all(a <= b for a, b in zip(begun, changed, strict=True)), table
    assert all(row["startTime"] <= row["endTime"] <= iso(NOW.timestamp()) for row in small.observations)
    assert all(row["timestamp"] <= row["updatedAt"] <= iso(NOW.timestamp()) for row in small.scores)


def test_a_resolved_ticket_was_resolved_after_it_began_and_an_open_one_never(small: Platform) -> None:
    names = COLUMNS["tickets"]
    for row in small.tickets:
        ticket = dict(zip(names, row, strict=True))
        assert (ticket["resolved_at"] is not None) == (ticket["status"] in ("resolved", "closed"))
        assert (ticket["closed_at"] is not None) == (ticket["status"] == "closed")
        assert ticket["resolved_at"] is None or ticket["resolved_at"] >= ticket["created_at"]


def test_the_last_status_in_a_tickets_history_is_the_tickets(small: Platform) -> None:
    last: dict[str, str] = {}
    for ticket, _, status, _, _ in sorted(small.ticket_status_history, key=lambda row: (row[0], row[3])):
        last[ticket] = status
    names = COLUMNS["tickets"]
    assert {row[0]: row[names.index("status")] for row in small.tickets} == last


def test_some_conversations_belong_to_nobody(small: Platform) -> None:
    owners = column(small, "conversations", "user_id")
    assert 0.08 < owners.count(None) / len(owners) < 0.25


def test_users_who_left_are_gone_with_all_that_goes_with_them() -> None:
    world = demo.start(11, NOW, 0.1)
    left = {user.id for user in world.users if user.deleted < float("inf")}
    assert left
    for table, name in (("users", "id"), ("feedback", "user_id"), ("documents", "user_id"), ("tickets", "created_by")):
        assert not left & set(column(world.platform, table, name)), table
    assert not left & set(column(world.platform, "conversations", "user_id"))


def test_texts_read_as_people_write_them_and_vary(small: Platform) -> None:
    for table, name in (*TITLES, ("messages", "content"), ("feedback", "comment")):
        texts = [text for text in column(small, table, name) if text]
        assert len(set(texts)) > min(len(texts) / 4, 15), f"{table}.{name}"
        assert all(re.fullmatch(r"[A-Z0-9][^_{}]{5,110}", text) for text in texts), f"{table}.{name}"
    names = Counter(zip(column(small, "users", "first_name"), column(small, "users", "last_name"), strict=True))
    assert max(names.values()) < 5
    assert {rating for rating, text in comments(small) if text in COMMENTS[5]} == {5}
    assert len({text for rating, text in comments(small) if rating == 1}) > 4


def comments(platform: Platform) -> list[tuple[int, str]]:
    """Ratings with their comment, where there is one."""
    rows = zip(column(platform, "feedback", "rating"), column(platform, "feedback", "comment"), strict=True)
    return [(rating, text) for rating, text in rows if text]


def test_a_conversation_is_about_its_title(small: Platform) -> None:
    titles = dict(zip(column(small, "conversations", "id"), column(small, "conversations", "title"), strict=True))
    topics = {topic.title: topic for topics in TOPICS.values() for topic in topics}
    first: dict[str, tuple[Any, str]] = {}
    for row in small.messages:
        message = dict(zip(COLUMNS["messages"], row, strict=True))
        begun = (message["created_at"], message["content"])
        if message["role"] == "user":
            first[message["conversation_id"]] = min(begun, first.get(message["conversation_id"], begun))
    asked = {id: text for id, (_, text) in first.items() if titles[id] in topics}
    assert len(asked) > 1000
    assert all(text == topics[titles[id]].question for id, text in asked.items())


def test_answers_name_their_trace_and_the_trace_exists(small: Platform) -> None:
    facts = [json.loads(text) for text in column(small, "messages", "metadata") if text]
    assert all(fact["intent"] for fact in facts)
    named = {fact["trace_id"] for fact in facts if "trace_id" in fact}
    assert named and named <= {row["traceId"] for row in small.observations}


def test_observations_are_complete_on_the_wire(small: Platform) -> None:
    shapes = {frozenset(row) for row in small.observations}
    assert len(shapes) == 1
    assert {"id", "traceId", "costDetails", "usageDetails", "completionStartTime", "tags", "inputPrice"} < shapes.pop()
    roots = Counter(row["traceId"] for row in small.observations if row["isRootObservation"])
    assert set(roots.values()) == {1}
    assert {row["type"] for row in small.observations} == {"AGENT", "GENERATION", "TOOL", "RETRIEVER", "EMBEDDING"}
    assert {row["environment"] for row in small.observations} == {"production", "staging"}


def test_a_call_costs_what_its_tokens_cost_and_an_unknown_model_has_no_cost(small: Platform) -> None:
    calls = [row for row in small.observations if row["type"] == "GENERATION"]
    for row in calls:
        assert row["usageDetails"]["total"] == row["inputUsage"] + row["outputUsage"]
        parts = sum(cost for kind, cost in row["costDetails"].items() if kind != "total")
        assert row["costDetails"].get("total", 0) == pytest.approx(parts, abs=1e-11)
    without = {row["model"] for row in calls if not row["costDetails"]}
    assert without == {"llama-3.3-70b-internal"}
    assert any("input_cached_tokens" in row["usageDetails"] for row in calls)


def test_only_streamed_answers_have_a_first_token_and_it_comes_in_time(small: Platform) -> None:
    calls = [row for row in small.observations if row["type"] == "GENERATION"]
    streamed = [row for row in calls if row["completionStartTime"]]
    assert 0.3 < len(streamed) / len(calls) < 0.9
    assert all(row["startTime"] <= row["completionStartTime"] <= row["endTime"] for row in streamed)
    assert all((row["timeToFirstToken"] is None) == (row["completionStartTime"] is None) for row in calls)


def test_the_incident_shows_in_llm_calls_documents_and_tickets(small: Platform) -> None:
    start, end = (iso(at) for at in (small.incident.start + 300, small.incident.end - 300))
    calls = [row for row in small.observations if row["type"] == "GENERATION"]
    during = [row for row in calls if start <= row["startTime"] <= end]
    failed = [sum(row["level"] == "ERROR" for row in rows) / len(rows) for rows in (during, calls)]
    assert failed[0] > 0.15 > 0.03 > failed[1]
    names = COLUMNS["documents"]
    uploaded = [dict(zip(names, row, strict=True)) for row in small.documents]
    window = [d for d in uploaded if small.incident.start <= d["created_at"].timestamp() <= small.incident.end]
    assert {"failed", "processing"} <= {d["status"] for d in window}
    since = [at for at in column(small, "tickets", "created_at") if at.timestamp() > small.incident.start]
    assert len(since) >= 2


@pytest.mark.parametrize("hour", [1, 9, 22])
def test_whatever_the_hour_somebody_is_there_and_the_incident_left_its_marks(hour: int) -> None:
    now = datetime(2026, 11, 22, hour, tzinfo=UTC)
    platform = demo.generate(5, now, 0.05)
    recent = [at for at in column(platform, "messages", "created_at") if at > now - timedelta(minutes=5)]
    assert recent
    begun = moments(platform, "documents")
    assert any(platform.incident.start <= at <= platform.incident.end for at in begun)


def moments(platform: Platform, table: str) -> list[float]:
    return [at.timestamp() for at in column(platform, table, "created_at")]


def test_time_that_passes_brings_later_rows_in_order_and_none_twice() -> None:
    world = demo.start(9, NOW, 0.05)
    demo.live_day(world, 1)
    known = {table: {row[0] for row in getattr(world.platform, table)} for table in COLUMNS}
    first = world.platform.advance(NOW + timedelta(hours=3))
    second = world.platform.advance(NOW + timedelta(hours=20))
    changes = first + second
    assert [at for at, _, _ in changes] == sorted(at for at, _, _ in changes)
    assert all(NOW.timestamp() < at <= (NOW + timedelta(hours=20)).timestamp() for at, _, _ in changes)
    conversations = known["conversations"]
    for _, table, row in changes:
        if table == "conversations":
            conversations.add(row[0])
        elif table == "messages":
            assert row[0] not in known["messages"]
            assert row[1] in conversations, "a message before its conversation"
            known["messages"].add(row[0])
    assert {table for _, table, _ in changes} >= {"users", "conversations", "messages", "observations"}


def test_traffic_grows_rests_at_night_and_on_weekends(small: Platform) -> None:
    now = NOW.timestamp()
    noon, night, sunday = now - 5 * 3600, now - 13 * 3600, now - 4 * 86400 - 5 * 3600
    assert level(noon, now, small.zone) > 3 * level(night, now, small.zone)
    assert level(noon, now, small.zone) > 2 * level(sunday, now, small.zone)
    assert level(noon, now, small.zone) > level(noon - 84 * 86400, now, small.zone)


def test_the_incident_has_soft_edges_and_is_over() -> None:
    incident = incident_before(NOW.timestamp())
    assert incident.end - incident.start == 45 * 60
    assert incident.severity(incident.start) == 0
    assert incident.severity(incident.start + 60) == pytest.approx(0.5)
    assert incident.severity((incident.start + incident.end) / 2) == 1
    assert incident.severity(NOW.timestamp()) == 0

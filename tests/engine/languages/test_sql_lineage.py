"""What a SELECT reads follows from its syntax tree."""

from __future__ import annotations

import pytest

from gendash.engine.languages.sql_lineage import SelectReads, reads_of


def behind(reads: SelectReads, column: str) -> list[str]:
    return sorted(".".join(filter(None, one)) for one in reads.outputs[column].behind)


def rows(reads: SelectReads) -> list[str]:
    return sorted(".".join(filter(None, one)) for one in reads.rows)


def test_columns_come_through_joins_subqueries_ctes_and_functions() -> None:
    reads = reads_of("""
        with talk as (select c.id, c.owner from chats c where c.gone is null)
        select t.id::text as conversation_id, e.message ->> 'role' as role, m.at as created_at,
          (select count(*) from auth.users u where u.id = t.owner) as n
        from talk t join lines m on m.chat = t.id cross join lateral jsonb_array_elements(m.body -> 'all') as e (message)
    """)
    assert reads.faults == []
    assert behind(reads, "conversation_id") == ["chats.id"]
    assert behind(reads, "role") == ["lines.body"]
    assert behind(reads, "n") == ["auth.users.id", "chats.owner"]
    assert rows(reads) == ["chats.gone", "chats.id", "lines.body", "lines.chat"]
    assert reads.tables == {("", "chats"), ("", "lines"), ("auth", "users")}
    assert sorted(one.name for one in reads.joined) == ["chat", "id"]


def test_what_is_returned_unchanged_is_plain_also_through_a_union() -> None:
    reads = reads_of("select a.at, a.id || 'x' as id from a union all select b.seen, b.id from b")
    assert sorted(one.table for one in reads.outputs["at"].plain) == ["a", "b"]
    assert [one.table for one in reads.outputs["id"].plain] == ["b"]
    assert behind(reads, "id") == ["a.id", "b.id"]
    assert reads_of("select at::timestamptz as at from a").outputs["at"].plain == frozenset()


def test_two_nameless_columns_of_a_unions_right_side_keep_their_places() -> None:
    reads = reads_of(
        "select a.id, 'user' as role, true as may, a.name from a union all select b.id, 'x', false, b.who from b"
    )
    assert behind(reads, "name") == ["a.name", "b.who"]


def test_tables_without_a_schema_are_known_by_their_bytes() -> None:
    text = "select 'é' as x, t.a from t join s.u on u.a = t.a where exists (select from v where v.a = t.a)"
    assert [text.encode()[place:][:2] for place in reads_of(text).bare] == [b"t ", b"v "]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("select * from t", "* of t"),
        ("select id from a join b on a.x = b.y", "'id' without its table"),
        ("select a.id from a where exists (select from b where b.z = id)", "'id' without its table"),
        ("select c.id from a", "no relation 'c' in FROM"),
        ("select to_jsonb(t) as x from t", "names the whole row of 't'"),
        ("select x.k from (select t.id from t) x", "no column 'k' in 'x'"),
        ("select a.id from a natural join b", "a natural join"),
        ("with x as (delete from t returning t.id) select x.id from x", "'x' is not a SELECT"),
        ("select a.id from a union all select b.id, b.x from b", "sides of a UNION with 1 and 2 columns"),
    ],
)
def test_what_cannot_be_derived_is_a_fault(text: str, fault: str) -> None:
    assert fault in [one.what for one in reads_of(text).faults]

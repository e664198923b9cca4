"""Adapters offline: what is derived from their files, and what check says about wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from gendash.engine.checks.definitions import check
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.lineage import Lineage
from gendash.engine.definitions.load import read_catalog
from gendash.engine.definitions.platform_names import names_in_text
from gendash.engine.definitions.relations import columns_read

USERS = (
    "select u.id as user_id, u.made as created_at, u.login as first_name from auth.accounts u where u.gone is null\n"
)
TALKS = "select id as conversation_id, owner as user_id, begun as created_at from talks\n"
LINES = (
    "select l.id as message_id, l.talk as conversation_id, l.who as role, l.at as created_at from lines l -- all\n;\n"
)


def catalog(folder: Path, settings: str = "", **files: str) -> Catalog:
    adapter = folder / "ours"
    adapter.mkdir(exist_ok=True)
    for name, text in {"users": USERS, "conversations": TALKS, "messages": LINES, **files}.items():
        (adapter / f"{name}.sql").write_text(text, "utf-8")
    return read_catalog(load_config(f"platform:\n  adapter: ./ours\n{settings}"), [], folder)


def said(found: Catalog) -> list[str]:
    return [str(problem) for problem in check(found)]


def test_a_folder_of_selects_is_enough(tmp_path: Path) -> None:
    found = catalog(tmp_path)
    assert said(found) == []
    on = [
        name
        for name in ("users", "conversations", "feedback", "documents", "tickets", "intent")
        if found.config.on(name)
    ]
    assert on == ["users", "conversations"]
    assert found.config.where("features.feedback") == "platform.adapter: ./ours, which gives no feedback"


def test_features_follow_what_is_given_unless_a_setting_says_otherwise(tmp_path: Path) -> None:
    ticket = "select t.id as ticket_id, t.state as status, t.at as created_at from t\n"
    assert catalog(tmp_path, tickets=ticket).config.on("tickets")
    assert not catalog(tmp_path, "features: {tickets: false}\n", tickets=ticket).config.on("tickets")
    assert not catalog(tmp_path, "features: {documents: true}\n", tickets=ticket).config.on("documents")
    assert not catalog(tmp_path, tickets=ticket).config.on("intent"), "nothing gives metadata"


def test_lineage_and_rights_are_those_of_the_syntax_tree(tmp_path: Path) -> None:
    found = catalog(tmp_path)
    lineage = Lineage(found)
    assert lineage.find("users.created_at") == [("column", "auth.accounts.made")]
    assert ("staging", "people") in lineage.above(("column", "auth.accounts.login"))
    assert ("staging", "users") not in lineage.users(("column", "auth.accounts.login")), "it does not show names"
    assert ("staging", "users") in lineage.users(("column", "auth.accounts.gone")), "it decides about rows"
    named = names_in_text(found.relations["staging.users"])
    assert ("column", "auth.accounts.login") in named, "it is in the text, so it must be readable"
    assert columns_read(found)["auth.accounts"] == {"id", "made", "login", "gone"}


def test_columns_words_and_rows_can_still_be_set_over_what_the_adapter_gives(tmp_path: Path) -> None:
    settings = """\
  columns: {messages: {role: "= case {role} when 'bot' then 'assistant' else {role} end"}}
  rows: {messages: "{role} <> 'note'"}
  vocabularies: {message_role: {user: [human]}}
"""
    found = catalog(tmp_path, settings)
    assert said(found) == []
    text = found.expanded(found.relations["staging.messages"].text, found.relations["staging.messages"]).text
    assert "case m.role when 'bot'" in text
    assert "where (role <> 'note')" in text
    assert 'from "public"."lines" l' in text.replace("public.lines", '"public"."lines"')


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"mesages": LINES}, "mesages.sql: no canonical table 'mesages'; did you mean 'messages'?"),
        ({"messages": LINES.replace("l.who as role, ", "")}, "messages.sql: gives no column 'role'; return it: user, "),
        ({"messages": LINES.replace("as role", "as rolle")}, "no canonical column 'rolle'; did you mean 'role'?"),
        ({"messages": "select l.id as message_id,\n l.talk as from lines l"}, "messages.sql:2: SQL does not parse"),
        ({"messages": "delete from lines"}, "messages.sql:1: not a SELECT"),
        ({"messages": LINES.replace("lines l", "{{ table('x') }} l")}, "messages.sql:1: holds a template: {{ table('x') }}"),
        ({"messages": LINES.replace("from lines l", "from lines l\njoin talks t on t.id = talk")}, "messages.sql:2: 'talk' without its table"),
        ({"messages": LINES.replace("l.who as", "pg_read_file('/etc/passwd') as")}, "messages.sql:1: pg_read_file() reads more than the platform's tables"),
        ({"conversations": TALKS.replace("owner as", "count(*) as")}, "conversations.sql:1: 'id' and 'begun' are neither grouped nor aggregated"),
        ({"conversations": TALKS.rstrip() + "\nwhere begun::date > 'x'"}, "conversations.sql:2: 'x' is no date"),
        ({"conversations": TALKS.rstrip() + "\nwhere size / 0 > 1"}, "conversations.sql:2: division by a literal 0"),
        ({"users": USERS.replace("u.made as", "u.made::timestampz as")}, "users.sql:1: no type 'timestampz' in PostgreSQL"),
        ({"users": USERS.replace("u.made as", "lowr(u.made) as")}, "users.sql:1: no function 'lowr' in PostgreSQL"),
        ({"users": USERS.replace("auth.accounts", "gendash.user_entity")}, "users.sql: reads schema gendash"),
        ({"users": USERS.replace(" from", " into x from")}, "users.sql: SELECT INTO creates a table; leave INTO out"),
        ({"users": USERS.rstrip() + " for update"}, "users.sql: locks rows (FOR UPDATE or SHARE); leave that out"),
        ({"users": f"with p as ({USERS} for share) select user_id, created_at from p"}, "users.sql: locks rows"),
        ({"users": USERS.replace(" u where", " u tablesample system (9) where")}, "TABLESAMPLE gives other rows at each"),
        ({"users": USERS.replace("is null", "> $1")}, "users.sql:1: a parameter, $1; write the value"),
        ({"users": USERS.replace("is null", "> random()")}, "users.sql:1: random() gives another value at each read"),
        ({"users": USERS.replace("u.login", "u.xmin")}, "users.sql:1: the server's own column 'xmin'; name one of the"),
        ({"users": USERS.replace("u.gone", "u.gone\0")}, "users.sql:1: a NUL character; fix the SQL"),
        ({"users": USERS.replace("u.login as first_name", "u.made as created_at")}, "users.sql: returns 'created_at' twice"),
        ({"users": "-- nothing yet"}, "users.sql:1: no SQL statement; fix the SQL"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_line_with_its_place(tmp_path: Path, files: dict[str, str], problem: str) -> None:
    (line,) = said(catalog(tmp_path, **files))
    assert problem in line


def test_what_follows_the_statement_and_a_byte_order_mark_are_left_out(tmp_path: Path) -> None:
    for number, end in enumerate(("", " -- é;\n", "; -- é\n", ";;\n/* é; */ ;\n")):
        (tmp_path / str(number)).mkdir()
        found = catalog(tmp_path / str(number), users=f"\ufeff-- é\n{USERS.rstrip()}{end}")
        assert said(found) == []
        assert found.adapter["users"].text.startswith("select u.id")


def test_all_columns_of_windows_of_recursion_and_within_exists_are_found(tmp_path: Path) -> None:
    lines = (
        "with recursive t as (select l.id, l.up, l.who, l.at from lines l where l.up is null union all "
        "select n.id, n.up, n.who, n.at from t join lines n on n.up = t.id) "
        "select t.id as message_id, first_value(t.id) over w as conversation_id, t.who as role, t.at as created_at "
        "from t where exists (select * from talks k where k.line = t.id) window w as (partition by t.up)"
    )
    found = catalog(tmp_path, messages=lines)
    assert said(found) == []
    assert columns_read(found)["lines"] == {"id", "up", "who", "at"}
    assert "line" in columns_read(found)["talks"]
    assert "public.public" not in found.adapter["messages"].text
    assert found.adapter["messages"].text.count("public.lines") == 2
    window = LINES.replace("l.who as role", "first_value(l.who) over w as role")
    (tmp_path / "w").mkdir()
    ordered = catalog(
        tmp_path / "w", messages=window.replace("lines l -- all", "lines l window w as (order by l.place)")
    )
    assert columns_read(ordered)["lines"] == {"id", "talk", "who", "at", "place"}


@pytest.mark.parametrize(
    "time",
    ["date_trunc('day', l.at)", "l.at::date", "current_date::timestamptz", "to_char(l.created_at, 'YYYY-MM-DD')"],
)
def test_days_within_an_adapter_are_those_of_the_platforms_time_zone(tmp_path: Path, time: str) -> None:
    assert said(catalog(tmp_path, messages=LINES.replace("l.at as", f"{time} as"))) == []


def test_an_adapter_without_files_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    found = read_catalog(load_config("platform: {adapter: ./ours}"), [], tmp_path)
    assert said(found) == [
        "gendash.yaml:1: no *.sql in './ours'; write a SELECT for each canonical table, or run gendash init"
    ]


def test_a_key_of_the_platform_may_determine_what_is_not_grouped(tmp_path: Path) -> None:
    talks = (
        "select t.id as conversation_id, t.owner as user_id, max(t.begun) as created_at from talks t group by t.id\n"
    )
    assert said(catalog(tmp_path, conversations=talks)) == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("  tables: {messages: lines}\n", "platform.tables.messages has no effect with an adapter"),
        ("  columns: {messages: {role: who}}\n", "platform.columns.messages.role: the adapter gives no 'who'"),
        ("  rows: {users: '{gone} is null'}\n", "platform.rows.users: the adapter gives no 'gone'"),
    ],
)
def test_settings_name_what_the_adapter_gives(tmp_path: Path, settings: str, problem: str) -> None:
    assert problem in "\n".join(said(catalog(tmp_path, settings)))


def test_an_adapter_that_does_not_exist_and_files_that_nothing_reads_are_problems(tmp_path: Path) -> None:
    missing = read_catalog(load_config("platform: {adapter: dfy}"))
    assert [str(one) for one in missing.problems] == ["gendash.yaml:1: no adapter 'dfy'; did you mean 'dify'?"]
    found = catalog(tmp_path)
    (tmp_path / "ours" / "notes.txt").write_text("x")
    (tmp_path / "ours" / "README.md").write_text("x")
    found = catalog(tmp_path)
    assert [str(one) for one in found.problems if "nothing reads" in one.what] == [
        f"{tmp_path}/ours/notes.txt: nothing reads this file; here are read: *.sql, one file a canonical table"
    ]

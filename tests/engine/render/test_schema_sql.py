from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import postgast

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.names import Present
from gendash.engine.definitions.relations import cadence_s, query_of
from gendash.engine.model import Relation
from gendash.engine.render.schema_sql import pieces, sql_artifacts

_PRINT = """
import hashlib
from gendash.engine.config.load import load_config
from gendash.engine.render.schema_sql import sql_artifacts
from gendash.engine.definitions.load import load_catalog
artifacts = sql_artifacts(load_catalog(load_config()))
print(hashlib.sha256(repr(sorted(artifacts.items())).encode()).hexdigest())
"""


def catalog(text: str = "") -> Catalog:
    return load_catalog(load_config(text))


def changed(relation: Relation, **changes: object) -> Catalog:
    base = catalog()
    return replace(base, relations={**base.relations, relation.name: replace(relation, **changes)})  # type: ignore[arg-type]


def test_the_same_definitions_give_the_same_bytes_in_every_process() -> None:
    sums = {
        subprocess.run(
            [sys.executable, "-c", _PRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(sums) == 1


def test_every_artifact_is_sql() -> None:
    artifacts = sql_artifacts(catalog())
    rollups = {f"sql/refresh/{r.name}.sql" for r in catalog().relations.values() if r.kind == "rollup"}
    assert set(artifacts) == {"sql/schema.sql", *rollups}
    for path, text in artifacts.items():
        assert postgast.parse(text.decode()), path


def test_every_piece_stands_after_what_it_reads() -> None:
    made: set[str] = set()
    for piece in pieces(catalog()):
        if piece.kind != "about":
            assert piece.reads <= made, piece.name
        made.add(piece.name)


def test_no_piece_names_the_platform() -> None:
    text = "\n".join(statement for piece in pieces(catalog()) for statement in piece.statements)
    assert "public." not in text
    assert "from users" not in text


def test_relations_of_features_that_are_off_are_made_too() -> None:
    off = catalog("features: {users: false, conversations: false, feedback: false, documents: false}")
    assert [p.name for p in pieces(off)] == [p.name for p in pieces(catalog())]


def test_a_time_zone_changes_what_depends_on_days_and_nothing_else() -> None:
    def hashes(text: str) -> dict[tuple[str, str], str]:
        return {(piece.name, piece.kind): piece.hash for piece in pieces(catalog(text))}

    utc, tokyo = hashes(""), hashes("time_zone: Asia/Tokyo")
    differs = {name for name, digest in utc.items() if tokyo[name] != digest}
    assert ("message_hour", "query") in differs
    assert ("conversation_day", "materialized") in differs
    assert not {name for name in differs if name[1] in ("table", "rollup", "function")}
    noted = {name for name, kind in differs if kind == "about"}
    assert {"lf_observation", "llm_turn", "message_hour"} <= noted, "triggers note days"
    assert {catalog().relations[name].columns[catalog().relations[name].header["time"]]["type"] for name in noted} == {
        "timestamptz"
    }
    assert ("ticket_status_now", "view") not in differs


def test_only_the_audience_may_read() -> None:
    rights = {
        piece.name: [line for line in piece.statements if line.startswith(("grant", "revoke"))]
        for piece in pieces(catalog())
        if piece.kind == "about"
    }
    assert rights["activity_day"][1:] == [
        "grant select on gendash.activity_day to gendash_reader, gendash_admin_reader"
    ]
    assert rights["user_day"][1:] == ["grant select on gendash.user_day to gendash_admin_reader"]
    assert rights["user_entity"][1:] == [], "no panel reads it"
    assert [lines[0] for name, lines in rights.items() if name != "gendash"] == [
        f"revoke all on gendash.{name} from public, gendash_reader, gendash_admin_reader"
        for name in rights
        if name != "gendash"
    ]


def test_names_and_words_are_quoted() -> None:
    text = 'schema: "Dash-1"\nplatform: {tables: {users: user}, vocabularies: {user_role: {user: ["it\'s"]}}}'
    found = catalog(text)
    query = query_of(found, found.relations["user_entity"])
    assert 'from public."user" u' in query
    assert "in ('it''s')" in query
    create = next(piece for piece in pieces(found) if piece.name == "user_entity").statements[0]
    assert create.startswith('create table "Dash-1".user_entity (')


def test_a_cut_replaces_the_table_it_names_only() -> None:
    found = catalog()
    query = query_of(found, found.relations["message_hour"], cuts={"messages.messages": "(select 1)"})
    assert "from (select 1) m" in query
    assert "left join public.conversations c" in query


def test_an_optional_column_that_is_missing_is_a_typed_null() -> None:
    found = catalog()
    relation = found.relations["conversation_hour"]
    query = query_of(found, relation, present=Present(frozenset({("conversations", "id")})))
    assert "coalesce(null::boolean, false) as is_voice" in query


def test_a_cadence_is_a_setting_or_the_headers_or_the_default() -> None:
    found = catalog("cadences: {user_day: 90s}")
    assert cadence_s(found.config, found.relations["user_day"]) == 90
    assert cadence_s(found.config, found.relations["ticket_entity"]) == 60
    assert cadence_s(found.config, found.relations["budget_now"]) == 300

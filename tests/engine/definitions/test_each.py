"""``each:`` in SQL files: relations that differ in a few words are written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gendash.engine.checks.definitions import check
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog, read_catalog

TWINS = """/*
each:
  - {name: our_7d, days: 7}
  - {name: our_30d, days: 30}
doc: Messages of $days days.
grain: one row
audience: everyone
columns:
  last_$days: {type: bigint, doc: "messages of $days days"}
*/
select sum(messages)::bigint as last_$days from {{ view('user_day') }} where day > {{ today() }} - $days
"""


def read(root: Path, text: str, name: str = "our_7d_30d") -> Catalog:
    path = root / "sql" / "views" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return read_catalog(load_config(""), [root])


def test_a_file_with_each_gives_one_relation_for_each_map(tmp_path: Path) -> None:
    catalog = read(tmp_path, TWINS)
    assert check(catalog) == []
    short, long = catalog.relations["our_7d"], catalog.relations["our_30d"]
    assert (short.name, short.header["doc"], [*short.columns]) == ("our_7d", "Messages of 7 days.", ["last_7"])
    assert long.text.endswith("- 30") and "as last_30" in long.text
    assert "each" not in long.header and "our_7d_30d" not in catalog.relations
    assert short.path == long.path
    assert short.lines["columns.last_7"] == 9 and short.line == 11


def test_a_file_of_a_users_root_replaces_one_of_the_relations(tmp_path: Path) -> None:
    shipped = load_catalog(load_config("")).relations
    assert shipped["llm_turn_day"].path == shipped["llm_turn_hour"].path
    other = "/*\ndoc: x\ngrain: x\naudience: none\ncolumns: {day: x}\n*/\nselect 1 as day\n"
    (tmp_path / "sql" / "rollups").mkdir(parents=True)
    (tmp_path / "sql" / "rollups" / "llm_turn_day.sql").write_text(other)
    catalog = read_catalog(load_config(""), [tmp_path])
    assert catalog.relations["llm_turn_day"].header["doc"] == "x"
    assert catalog.relations["llm_turn_hour"] == shipped["llm_turn_hour"]


@pytest.mark.parametrize(
    ("each", "said"),
    [
        ("each: 5", "each is not a list of maps"),
        ("each: []", "each is not a list of maps"),
        ("each: [a]", "each is not a list of maps"),
        ("each: [{days: 7}]", "each, map 1: name is None"),
        ("each: [{name: Big}]", "each, map 1: name is 'Big'"),
        ('each: [{name: "a; drop"}]', "each, map 1: name is 'a; drop'"),
        ("each: [{name: our_7d, days: 7}, {name: our_30d}]", "each, map 2: other keys than the first"),
        ("each: [{name: our_7d, days: [7]}]", "each, map 1: days is [7]"),
        ("each: [{name: our_7d, days: true}]", "each, map 1: days is True"),
        ('each: [{name: our_7d, days: "7\\n8"}]', "each, map 1: days is"),
    ],
)
def test_a_wrong_each_is_one_problem_with_its_line(tmp_path: Path, each: str, said: str) -> None:
    head, _, rest = TWINS.partition("each:")
    text = head + each + "\n" + rest.partition("30}\n")[2]
    found = [str(problem) for problem in check(read(tmp_path, text))]
    assert len(found) == 1, found
    assert "sql/views/our_7d_30d.sql:2: " + said in found[0]


def test_two_relations_of_one_name_are_a_problem(tmp_path: Path) -> None:
    read(tmp_path, TWINS)
    catalog = read(tmp_path, TWINS, "other")
    assert [problem.what.partition(" is in ")[0] for problem in catalog.problems] == ["'our_7d'", "'our_30d'"]


def test_a_header_that_the_values_break_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    catalog = read(tmp_path, TWINS.replace("days: 30}", "days: '30: ]'}"))
    assert not catalog.complete
    assert any("not YAML" in problem.what for problem in catalog.problems)


def test_today_and_windows_have_one_spelling() -> None:
    catalog = load_catalog(load_config(""))
    texts = {relation.path: relation.text for relation in catalog.relations.values()}
    texts |= {where: query.text for where, _, query in catalog.queries()}
    for where, text in texts.items():
        rest = " ".join(text.split())
        assert "({{ now() }} at time zone {{ zone() }})::date" not in rest, f"{where}: write {{{{ today() }}}}"
        assert "date_trunc('day', {{ now() }}" not in rest, f"{where}: write {{{{ today() }}}}"
    # a fixed window is in the name: no column tells windows apart
    assert [name for name in catalog.relations if name.endswith("_window")] == []

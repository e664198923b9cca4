"""What is picked of variables, and how a picked value reaches a query."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gendash.dashboards.viz import Stat
from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import ContentError
from gendash.engine.languages.grafana_macros import Choice, Span, timing
from gendash.engine.model import Dashboard, Panel, Query, Row, Variable
from gendash.engine.read.panels import Moment, dashboard_read, read_panel
from gendash.engine.read.questions import Sent, first_choice
from gendash.engine.read.reader import Rows
from gendash.engine.read.sources import Sources, expanded_text

THAN = Variable(
    "than", "Than", "doc", options=(("nothing", "50y"), ("the period before", "$__range"), ("a week", "7d"))
)
NOW = datetime(2026, 11, 5, 15, tzinfo=UTC)


def chosen(**picked: list[str]) -> Choice:
    board = Dashboard("one", "One", "doc", [], "30s", "24h", variables=(THAN,))
    catalog = Catalog(load_config(""), {"one": board}, {}, {}, {})
    read = dashboard_read(catalog, Sources({}, None, {}), board, Moment(NOW, picked=picked))
    ((_, choice),) = read.choices
    return choice


def test_the_first_of_fixed_options_is_chosen_where_nothing_is_picked() -> None:
    assert chosen().picked == ("50y",)
    assert first_choice(Variable("v", "V", "doc", Query("sql", ""), all_value=""), ["b", "a"]).picked == ("b",)
    assert first_choice(Variable("v", "V", "doc", Query("sql", "")), ["b", "a"]).picked is None


def test_a_fixed_option_is_picked_by_its_text_or_its_value() -> None:
    assert chosen(than=["a week"]).picked == chosen(than=["7d"]).picked == ("7d",)


def test_a_wrong_option_is_refused_with_the_texts() -> None:
    with pytest.raises(ContentError, match="no option 'a weak'; did you mean 'a week'"):
        chosen(than=["a weak"])


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("sql", "select ${than:sqlstring}", "select '$__range'"),
        ("promql", "sum(up offset $than)", "sum(up offset 86400s)"),
    ],
)
def test_a_value_that_names_a_macro_is_replaced_where_the_server_knows_it(
    language: str, text: str, wanted: str
) -> None:
    kind = "sql" if language == "sql" else "promql"
    sent = Sent(Query(kind, text), text, timing(Span.last("24h", NOW), kind), "", frozenset())
    assert expanded_text(sent, text, [chosen(than=["the period before"])]) == wanted
    assert isinstance(expanded_text(sent, text + " $__rnge", [chosen(than=["a week"])]), Failed)


def test_one_panel_asks_for_the_options_of_a_variable_only_where_something_of_it_is_picked() -> None:
    """All is a text of its own then; who picks is checked against the options."""
    team = Variable("team", "Team", "doc", Query("sql", "select 'a' as options"), all_value="'__all'")
    first = Variable("first", "First", "doc", Query("sql", "select 'a' as options"), all_value="")
    tile = Panel(
        "n", "N", "doc", Stat(), [Query("sql", "select 1 as n where $team = '__all' or '${first}' = 'a'")], 24, 4
    )
    board = Dashboard("one", "One", "doc", [Row("", [tile])], "30s", "24h", variables=(team, first))
    catalog = Catalog(
        load_config("", environ={"GENDASH_DATABASE_URL": "postgresql://host/name"}), {"one": board}, {}, {}, {}
    )
    asked: list[str] = []

    def reader(text: str) -> Rows:
        asked.append(text)
        is_panel = "where" in text
        return Rows(("n",), (is_panel,), [(1,)] if is_panel else [("a",)], 0.0)

    def texts(**picked: list[str]) -> list[str]:
        asked.clear()
        assert read_panel(catalog, Sources({"reader": reader}, None, {}), board, "n", Moment(NOW, picked=picked))
        return list(asked)

    options, panel = texts()
    assert (options.count("as options\n"), panel) == (1, "select 1 as n where '__all' = '__all' or 'a' = 'a'")
    assert len(texts(team=["a"])) == 3
    with pytest.raises(ContentError, match="no option 'b'"):
        texts(team=["b"])

"""Links of all dashboards as Grafana gets them: where they lead, what they keep, how many clicks a cause is away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gendash.dashboards._lists import ROW
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.windows import follows_picker
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.render.links import TIME, link_target, panel_url

ON = "features:\n" + "".join(f"  {name}: true\n" for name, _, _ in FEATURES)
ROOT = Path(__file__).resolve().parents[2]
KEPT = "${__url_time_range}&${__all_variables}"
PAGE = re.compile(r"\$\{__url\.params:exclude:viewPanel,editPanel,inspect,inspectTab,shareView(?P<changed>[\w,-]*)\}")
RANGE = re.compile(  # the picked one, all times, an hour around the click, or the clicked bar
    r"\$\{__url_time_range\}(&\$\{__url_time_range\})?|from=0&to=now|time=\$\{__value\.time\}&time\.window=3600000"
    r"|from=\$\{__value\.time\}&to=\$\{__data\.fields\.until\.numeric\}"
)
CLICKED = r"__field\.name|__field\.labels\.\w+|__value\.raw|__data\.fields\.\w+\.text"
HANDED_ON = re.compile(r"\$\{(?P<kept>\w+):queryparam\}|var-(?P<set>\w+)=\$\{(?:" + CLICKED + r"):percentencode\}")


@cache
def everything() -> Catalog:
    return load_catalog(load_config(ON))


@cache
def rendered() -> dict[str, dict[str, Any]]:
    return render_dashboards(everything())


def links(value: Any) -> Iterator[dict[str, Any]]:
    """Every link of fields, however deep."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "links" and isinstance(item, list):
                yield from item
            yield from links(item["value"] if key == "properties" and isinstance(item, dict) else item)
        if value.get("id") == "links":
            yield from value["value"]
    elif isinstance(value, list):
        for item in value:
            yield from links(item)


def addresses() -> set[str]:
    catalog = everything()
    found = {panel_url(catalog, dashboard.name) for dashboard in catalog.dashboards.values()}
    return found | {panel_url(catalog, d.name, p.slug) for _, d, p in catalog.panels()}


def test_every_link_between_dashboards_keeps_time_and_variables_and_leads_to_a_panel_that_is_there() -> None:
    known, count = addresses(), 0
    for uid, dashboard in rendered().items():
        for link in links(dashboard["panels"]):
            if link["url"].startswith("/d/"):
                address, handed_on = parts(link["url"])
                assert address in known, (uid, link)
                assert handed_on == KEPT or keeps(dashboard, handed_on), (uid, link)
                count += 1
    assert count > 100


def keeps(dashboard: dict[str, Any], handed_on: str) -> bool:
    """Whether a link hands on the time range, a clicked value, and each variable of the dashboard once."""
    span = RANGE.match(handed_on)
    if not span:
        return False
    rest = [part for part in handed_on[span.end() :].split("&") if part]
    found = [match["kept"] or match["set"] for part in rest if (match := HANDED_ON.fullmatch(part))]
    names = [one["name"] for one in dashboard["templating"]["list"]]
    clicked = [part for part in rest if part.startswith("var-")] or "__url_time_range" not in span[0]
    return bool(clicked) and len({*found}) == len(rest) and {*names} <= {*found}


def parts(url: str) -> tuple[str, str]:
    """The address of a link, and what it hands on from the time range on."""
    picked = PAGE.search(url)
    if picked:  # of a fixed window: all that the page's address holds but the open panel and what was clicked
        rest = url[picked.end() :].split("&")
        shown = [part for part in rest if part.startswith("viewPanel=")]
        clicked = [match["set"] for part in rest[1 + len(shown) :] if (match := HANDED_ON.fullmatch(part))]
        assert len(rest) == 1 + len(shown) + len(clicked), url
        assert picked["changed"].split(",")[1:] == [f"var-{name}" for name in clicked], url
        return "?".join([url[: picked.start()], *shown]), KEPT
    span = RANGE.search(url)
    assert span, url
    return url[: span.start() - 1], url[span.start() :]


def strings(value: Any) -> Iterator[str]:
    """Every text within a rendered dashboard."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


GLOBALS = [
    "__all",
    "__all_variables",
    "__data",
    "__field",
    "__range",
    "__range_s",
    "__rate_interval",
    "__timeFilter",
    "__timeFrom",
    "__timeTo",
    "__unixEpochFrom",
    "__unixEpochTo",
    "__url",
    "__url_time_range",
    "__value",
]
"""What Grafana puts in by itself."""


def test_no_variable_and_no_panel_of_a_rendered_dashboard_is_made_up() -> None:
    variables = {uid: {one["name"] for one in board["templating"]["list"]} for uid, board in rendered().items()}
    panels = {uid: {f"panel-{panel['id']}" for panel in flat(board)} for uid, board in rendered().items()}
    addressed = 0
    for uid, board in rendered().items():
        for text in strings(board):
            named = {*re.findall(r"\$\{?([a-z_]\w*)", text, re.I)}
            assert named - {*GLOBALS} <= variables[uid], (uid, text)
            for there, rest in re.findall(r"/d/([\w-]+)(\S*)", text):
                assert {*re.findall(r"viewPanel=([\w-]+)", rest)} <= panels[there], (uid, text)
                assert {*re.findall(r"[?&]var-(\w+)=", rest)} <= variables[there], (uid, text)
                addressed += 1
    assert addressed > 150


OF_DATA = [
    "success",
    "error",
    "10-or-more",
    "1",
    "2",
    "3",
    "4",
    "5",
    "in-progress",
    "done",
    "processing",
    "failed",
    "other",
    "none",
    "get",
    "set",
    "delete",
    "search",
    "upsert",
    "insert",
    "super-admin",
]
"""Names of fields that are values of labels and columns, by which a time series or a bar is named."""


def test_an_override_names_a_field_that_a_query_gives() -> None:
    """Where all names are known, `check` compares them; a field that a value names is in no query."""
    for uid, board in rendered().items():
        for panel in flat(board):
            asked = json.dumps([panel.get("targets"), panel.get("transformations")])
            for one in panel.get("fieldConfig", {}).get("overrides", ()):
                name = one["matcher"]["options"]
                if one["matcher"]["id"] == "byName" and json.dumps(name)[1:-1] not in asked:
                    assert name.replace(" ", "-") in OF_DATA, (uid, panel["title"], name)


def test_a_panel_of_the_same_dashboard_is_asked_again_for_the_clicked_value() -> None:
    """It is, where the picked range is given twice; else it shows the rows of before until the next refresh."""
    count = 0
    for dashboard in rendered().values():
        for link in links(dashboard["panels"]):
            sets = "&var-" in link["url"] and "${__url_time_range}" in link["url"]
            if sets and link["url"].startswith(f"/d/{dashboard['uid']}?viewPanel="):
                assert link["url"].count("${__url_time_range}") == 2, link
                count += 1
    assert count > 15


def test_a_clicked_value_beyond_the_options_of_its_variable_stays() -> None:
    """Grafana drops it when it reads the options again: only lists that follow the range are read again."""
    asked = [one for board in rendered().values() for one in board["templating"]["list"] if one["type"] == "query"]
    cut = [one for one in asked if one["datasource"]["type"] != "prometheus"]
    assert len(cut) > 10
    assert {one["refresh"] for one in cut if "$__" not in one["query"]} == {1}
    assert {one["refresh"] for one in asked if one not in cut} == {2}


def test_a_tile_of_a_fixed_window_hands_on_the_picked_range_and_not_its_own() -> None:
    windows = [(where, panel) for where, _, panel in everything().panels() if panel.window and panel.leads_to]
    by_title = {(uid, p["title"]): p for uid, board in rendered().items() for p in flat(board)}
    assert len(windows) > 15
    for where, panel in windows:
        uid = everything().config.dashboard_uid(where.partition("/")[0])
        (url,) = {link["url"] for link in links(by_title[uid, panel.title]["fieldConfig"])}
        assert TIME in panel.passes or PAGE.search(url), where


def flat(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The panels of a dashboard, those of folded rows too."""
    for top in board["panels"]:
        yield from [top, *top.get("panels", [])]


def test_a_link_that_hands_on_a_clicked_value_leads_to_panels_that_follow_it() -> None:
    catalog, count = everything(), 0
    for where, _, panel in catalog.panels():
        name, slug = link_target(panel.leads_to)
        for variable, column in panel.passes.items():
            if variable == TIME:
                continue
            there = catalog.dashboards[name]
            chosen = next(one for one in there.panels() if one.slug == slug) if slug else there
            panels = [chosen] if slug else there.panels()
            texts = [query.text for one in panels for query in one.queries]
            assert any(re.search(rf"\$\{{?{variable}\b", catalog.expand_text(text)) for text in texts), (
                where,
                variable,
            )
            asked = " ".join(query.text + query.legend for query in panel.queries)
            given = f'"{column}"' in asked or "{{" in column or column in str(catalog.body(where)["transformations"])
            assert not column or given, where
            count += 1
    assert count >= 30


def test_a_clicked_day_leads_to_a_panel_that_follows_the_range() -> None:
    catalog, count = everything(), 0
    for where, _, panel in catalog.panels():
        name, slug = link_target(panel.leads_to)
        if panel.passes.get(TIME) and slug:
            there = next(one for one in catalog.dashboards[name].panels() if one.slug == slug)
            assert follows_picker(catalog, there) or where in NOW_ONLY, where
            count += 1
    assert count >= 20


NOW_ONLY: dict[str, str] = {}
"""Panels with a clicked time that lead to one that shows now, and why."""

NO_VALUE = {
    # bars and rows that no list can be narrowed by
    "user-analytics/conversations_per_user": "a number of conversations is no field of a user",
    "user-analytics/messages_per_conversation": "a number of messages is no field of a conversation",
    "user-analytics/activation": "a step of a group of accounts",
    "user-analytics/roles": "the list of users is by activity, and shows the role",
    "agent-performance/tool_calls": "the table has every tool",
    "agent-performance/depth": "the list of turns shows their LLM calls, by which it can be sorted",
    "agent-performance/tools": "the table has every tool",
    "agent-performance/tools_in_traces": "the table has every tool",
    "agent-performance/intents": "the table has every intent",
    "agent-performance/intent_csat": "an intent is no field of a rating in lists",
    "agent-performance/prompts": "a prompt is no field of a rating in lists",
    "cost-usage/tools": "the table has every tool",
    "cost-usage/tool_usage": "the table has every tool",
    "feedback-quality/distribution": "the list has ratings of 1 and 2, and says which; the others have no link",
    "feedback-quality/groups": "groups are ranked by ratings here and by cost there, so that other differs",
    "feedback-quality/guardrails": "the table has every evaluation",
    "knowledge-base/ages": "the list shows the time of the last change, by which it can be sorted",
    "support-tickets/distribution": "the list shows the time that each ticket took, by which it can be sorted",
}
"""Bars and tables that lead on without what was clicked, and why."""


def test_every_bar_and_row_hands_on_what_was_clicked() -> None:
    catalog = everything()
    silent = {
        where
        for where, _, panel in catalog.panels()
        if panel.leads_to and not panel.passes
        if catalog.body(where)["type"] in ("bargauge", "table", "state-timeline")
    }
    assert silent == {*NO_VALUE}


def test_every_table_is_paged_and_says_of_how_many_rows_it_shows_which() -> None:
    catalog, uncut = everything(), []
    for where, _, panel in catalog.panels():
        body = catalog.body(where)
        if body["type"] == "table":
            assert body["options"]["footer"]["enablePagination"], where
            asked = " ".join(query.text for query in panel.queries)
            said = f'as "{ROW}"' in asked or "'Of'" in str(body["transformations"])
            if not said:
                uncut.append(where)
    assert {*uncut} == {*WHOLE}


def test_an_empty_table_says_so_in_a_sentence_and_an_empty_cell_does_not() -> None:
    asked = [p for board in rendered().values() for p in flat(board) if p["type"] == "table" and p.get("targets")]
    short, count = set(), 0
    for panel in asked:
        defaults = panel["fieldConfig"]["defaults"]
        cells = {
            one["options"]["match"]: one["options"]["result"]["text"]
            for one in defaults["mappings"]
            if one["type"] == "special"
        }
        if " " in defaults["noValue"] and defaults["noValue"][0].isupper():
            assert {*cells} == {"null+nan", "empty"} and len({*cells.values()}) == 1, panel["title"]
            assert len(cells["empty"]) < 10, panel["title"]
            count += 1
        elif "rawSql" in panel["targets"][0]:
            short.add(panel["title"])
    assert count > 30
    assert short == {"User retention by week of registration, 16 weeks", "Largest database tables, now"}


WHOLE = {
    "agent-performance/groups": "the 24 largest, and other",
    "agent-performance/tools": "every tool of the agent: shares and failures are not cut",
    "cost-usage/groups": "the 24 largest, and other",
    "feedback-quality/groups": "the 24 with most ratings, and other",
    "feedback-quality/quintiles": "five fifths",
    "support-tickets/sla_by_priority": "one row a priority",
    "support-tickets/by_priority": "one row a priority",
    "support-tickets/steps": "five steps",
    "knowledge-base/success_by_type": "one row a file type, of which there are at most growth.groups",
    "knowledge-base/time_to_done": "one row a file type, of which there are at most growth.groups",
    "user-analytics/cohorts": "sixteen weeks",
    "user-analytics/hours": "seven days",
    "system-health/db_operations": "one row a kind of statement",
}
"""Tables that are never cut."""


def test_every_bar_and_every_line_leads_on() -> None:
    catalog = everything()
    drawn = {"bargauge", "timeseries", "trend", "heatmap", "state-timeline", "stat"}
    asking = [(where, panel) for where, _, panel in catalog.panels() if panel.queries and not panel.role]
    silent = {where for where, panel in asking if catalog.body(where)["type"] in drawn and not panel.leads_to}
    assert silent == {"system-health/redis"}, "a row of figures, each of which is explained by its name"


def clicks(panel: dict[str, Any]) -> Iterator[str]:
    """The addresses within Grafana that a rendered panel leads to, without what they hand on."""
    for link in links(panel["fieldConfig"]):
        if link["url"].startswith("/d/"):
            yield parts(link["url"])[0]


def test_every_symptom_of_the_overview_reaches_a_chart_or_table_elsewhere_in_two_clicks() -> None:
    catalog = everything()
    by_address: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for where, dashboard, panel in catalog.panels():
        flat = [
            p
            for top in rendered()[catalog.config.dashboard_uid(dashboard.name)]["panels"]
            for p in [top, *top.get("panels", [])]
        ]
        body = next(p for p in flat if p["title"] == panel.title and p["type"] != "row")
        for slug in ("", panel.slug):
            by_address.setdefault(panel_url(catalog, dashboard.name, slug), []).append((where, body))
    asking = [p for p in catalog.dashboards["overview"].panels() if p.queries and not p.role]
    for symptom in asking:
        seen = by_address[panel_url(catalog, "overview", symptom.slug)]
        for _ in range(2):
            seen = [*seen, *(found for _, body in seen for url in clicks(body) for found in by_address[url])]
        causes = [where for where, body in seen if body["type"] != "stat" and not where.startswith("overview/")]
        assert causes, symptom.slug


def test_the_ten_questions_name_what_is_there() -> None:
    """Dashboards, rows, panels and variables by the beginning of their name, and headers and bars as queries have them."""
    text = re.sub(r"\*\*.*?\*\*", "", (ROOT / "docs" / "questions.md").read_text("utf-8"), flags=re.S)
    said = {" ".join(name.split()) for name in re.findall(r"\*([^*]+)\*", text)}
    boards = everything().dashboards.values()
    names = [one.title for board in boards for one in (board, *board.rows, *board.panels())]
    names += [variable.label for board in boards for variable in board.variables]
    queries = json.dumps(
        [[panel.get("targets"), panel.get("fieldConfig")] for b in rendered().values() for panel in flat(b)]
    )
    unknown = {one for one in said if not any(name.lower().startswith(one.lower()) for name in names)}
    assert len(said) > 20
    assert {one for one in unknown if one not in queries} == set()


def test_every_dashboard_lists_all_others_with_time_and_variables() -> None:
    for dashboard in rendered().values():
        siblings = next(link for link in dashboard["links"] if link["type"] == "dashboards")
        assert (siblings["keepTime"], siblings["includeVars"], siblings["asDropdown"]) == (True, True, True)
        assert set(siblings["tags"]) <= set(dashboard["tags"])


def test_every_figure_of_the_overview_is_at_most_two_clicks_from_another_dashboard() -> None:
    catalog = everything()
    leads = {where: panel.leads_to for where, _, panel in catalog.panels()}
    asking = [p for p in catalog.dashboards["overview"].panels() if p.queries and p.slug != "freshness"]
    for panel in asking:
        path = [f"overview/{panel.slug}"]
        while len(path) < 3 and link_target(path[-1])[0] == "overview":
            assert leads.get(path[-1]), path
            path.append(leads[path[-1]])
        assert link_target(path[-1])[0] != "overview", path


def test_a_table_that_leads_on_has_its_link_on_one_column() -> None:
    catalog = everything()
    for where, dashboard, panel in catalog.panels():
        if catalog.body(where)["type"] == "table" and panel.leads_to:
            uid = catalog.config.dashboard_uid(dashboard.name)
            flat = [p for top in rendered()[uid]["panels"] for p in [top, *top.get("panels", [])]]
            body = next(p for p in flat if p["title"] == panel.title)
            assert "links" not in body["fieldConfig"]["defaults"], where
            inside = [one for one in links(body["fieldConfig"]["overrides"]) if one["url"].startswith("/d/")]
            assert len(inside) == 1, where


def sources(value: Any) -> Iterator[Any]:
    """Every data source that a dashboard names, wherever it does."""
    if isinstance(value, dict):
        yield from (item for key, item in value.items() if key == "datasource")
        for item in value.values():
            yield from sources(item)
    elif isinstance(value, list):
        for item in value:
            yield from sources(item)


def test_every_data_source_stands_as_type_and_uid_of_the_settings() -> None:
    config = everything().config
    uids = {config[f"datasources.{name}.uid"] for name in ("database", "admin", "prometheus")} | {"-- Mixed --"}
    for uid, dashboard in rendered().items():
        found = list(sources(dashboard))
        assert len(found) > 20, uid
        assert all(set(source) == {"type", "uid"} and source["uid"] in uids for source in found), uid

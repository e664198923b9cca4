"""The API over a real store: figures as on the dashboards, every page of rows, and who may see what."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import jwt
import psycopg
import pytest
from api_store import AUDIENCE, ISSUER, NOW, OTHER, Store, get, plan_paths, settings, signed
from fastapi.testclient import TestClient

from gendash.api.app import create_app
from gendash.api.cache import Cache
from gendash.api.endpoint import figure_panel, packaged_endpoints, read_endpoints
from gendash.api.limits import Limiter
from gendash.api.own import packaged_lists, read_lists
from gendash.api.request import cursor_of
from gendash.api.store import Pools
from gendash.commands.serve import application
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.errors import ConfigError, GendashError
from gendash.engine.languages.grafana_macros import Span
from gendash.engine.read.panels import Moment, dashboards_of, read_panel, sources_for
from gendash.engine.read.reader import Rows
from gendash.engine.read.reduce import reduce_values
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def store(own_postgres: Server) -> Store:
    return Store(own_postgres)


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(store.service()), raise_server_exceptions=False) as found:
        yield found


@pytest.mark.parametrize("path", plan_paths())
def test_each_endpoint_of_the_plan_gives_the_figures_that_the_dashboards_show(
    client: TestClient, store: Store, path: str
) -> None:
    answer = get(client, path)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["rows"] and body["figures"] and body["time_zone"] == "Europe/Berlin"
    texts = {}
    with ExitStack() as stack:
        sources = sources_for(stack, store.catalog.config, "admin", NOW)
        for name, figure in body["figures"].items():
            board, _, slug = figure["panel"].partition("/")
            (dashboard,) = dashboards_of(store.catalog, "admin", [board])
            window = re.search(r"_(\d+[hd])$", name)
            picked = Span(*(datetime.fromisoformat(body["range"][end]) for end in ("from", "to")))
            moment = Moment(NOW, NOW, Span.last(window[1], NOW) if window else picked)
            read = read_panel(store.catalog, sources, dashboard, slug, moment)
            assert read
            numbers = [one for frame in read.frames for one in frame.fields if one.kind == "number"]
            if read.rendered["type"] == "table":
                texts[name] = numbers[0].values
            else:
                calc = read.rendered["options"]["reduceOptions"]["calcs"][0]
                texts[name] = [reduce_values(one.values, calc) for one in numbers]
    for name, figure in body["figures"].items():
        shown = figure.get("values", {"": figure})
        values = [None if one["value"] is None else float(one["value"]) for one in shown.values()]
        assert values == pytest.approx([None if n is None else float(n) for n in texts[name]]), name


def test_a_figure_is_called_by_the_window_of_its_panel(store: Store) -> None:
    endpoints, _ = read_endpoints(store.catalog, packaged_endpoints())
    for endpoint in endpoints:
        for name, of in endpoint.figures.items():
            _, panel = figure_panel(store.catalog, of)
            window, title = re.search(r"_(\d+)(d|h)$", name), re.search(r"(\d+) (d|h)\b", panel.title)
            if window and title:
                assert window.groups() == title.groups(), (endpoint.path, name, panel.title)
            assert not title or window or not re.search(r"_\d", name), (endpoint.path, name, panel.title)


def test_every_row_is_on_one_page_while_rows_arrive(client: TestClient, store: Store) -> None:
    (own,) = (one for one in read_lists(store.catalog, packaged_lists())[0] if one.path == "me/conversations")
    key, table = own.keys[0], f"gendash.{own.relation}"
    path = "/api/v1/me/conversations?from=2026-01-01&limit="
    before = [row[key] for row in get(client, f"{path}1000", "u0").json()["rows"]]
    copy = f"insert into {table} select (jsonb_populate_record(one, %s::jsonb)).* from {table} as one where {key} = %s"
    found: list[str] = []
    cursor = ""
    with psycopg.connect(store.admin, autocommit=True) as admin:
        try:
            for page in range(len(before)):
                body = get(client, f"{path}2{cursor}", "u0").json()
                found += [row[key] for row in body["rows"]]
                if body["next"] is None:
                    break
                cursor = f"&cursor={body['next']}"
                fresh = {key: f"arrived-{page}", own.time: (NOW - timedelta(seconds=page)).isoformat()}
                admin.execute(copy, [json.dumps(fresh), before[0]])
        finally:
            admin.execute(f"delete from {table} where {key} like 'arrived-%'")
    assert [one for one in found if not one.startswith("arrived")] == before
    assert len(found) == len(set(found)) and len(before) > 4


def test_rows_of_days_add_up_to_what_the_store_holds_and_weeks_to_days(client: TestClient, store: Store) -> None:
    path = "/api/v1/analytics/conversations/stats?figures=none&limit=1000&from=2026-10-05&to=2026-11-02"
    days, weeks = (get(client, path + more).json()["rows"] for more in ("", "&group=week"))
    by_week: dict[tuple[str, str], int] = {}
    for row in days:
        day = datetime.fromisoformat(row["day"])
        week = (day - timedelta(days=day.weekday())).date().isoformat()
        by_week[week, row["channel"]] = by_week.get((week, row["channel"]), 0) + row["conversations"]
    assert {(row["week"], row["channel"]): row["conversations"] for row in weeks} == by_week
    with psycopg.connect(store.admin) as connection:
        counted = connection.execute(
            "select count(*) from conversations where (created_at at time zone 'Europe/Berlin')::date"
            " between '2026-10-05' and '2026-11-01'"
        ).fetchone()
    assert counted and sum(row["conversations"] for row in days) == counted[0] > 0


def test_every_row_is_on_exactly_one_page(client: TestClient) -> None:
    path = "/api/v1/analytics/tickets/stats?figures=none&range=30d"
    whole = get(client, f"{path}&limit=1000").json()
    assert whole["next"] is None and len(whole["rows"]) > 40
    found, cursor = [], ""
    for _ in range(200):
        page = get(client, f"{path}&limit=7{cursor}").json()
        found += page["rows"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == whole["rows"]


def test_csv_has_the_same_rows_and_no_formula(client: TestClient) -> None:
    path = "/api/v1/analytics/langfuse/cost-estimation?figures=none"
    rows = get(client, path).json()["rows"]
    answer = get(client, path, Accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["cost_usd"] for row in found] == [row["cost_usd"] for row in rows]
    assert all(Decimal(row["cost_usd"]) >= 0 for row in found)
    assert get(client, path, Accept="image/png").status_code == 406


def test_csv_is_all_rows_and_with_a_limit_each_page_names_the_next(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/api/v1/analytics/tickets/stats?from=2026-06-01"
    whole = get(client, path, Accept="text/csv")
    rows = whole.text.splitlines()
    assert len(rows) > 101 and "link" not in whole.headers
    found, query, pages = rows[:1], "from=2026-06-01&limit=999", 0
    for _ in range(100):
        page = get(client, f"/api/v1/analytics/tickets/stats?{query.replace('999', '70')}", Accept="text/csv")
        found += page.text.splitlines()[1:]
        pages += 1
        if "link" not in page.headers:
            break
        link = re.fullmatch(r'<\?(.+)>; rel="next"', page.headers["link"])
        assert link
        query = link[1]
    assert found == rows and pages > 1
    own = get(client, "/api/v1/me/conversations?from=2026-06-01&limit=1", "u0", Accept="text/csv")
    assert "&limit=1&cursor=" in own.headers["link"] and own.text.count("\r\n") == 2
    monkeypatch.setattr("gendash.api.request.MOST_CSV", 3)
    refused = get(client, f"{path}&group=week", Accept="text/csv")
    assert refused.status_code == 422 and "more than 3 rows" in refused.json()["error"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("application/json;q=0.5, text/csv;q=0.9", "text/csv"),
        ("Text/CSV; header=present", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv, */*", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/csv;q=odd", "text/csv"),
        ("*/*;q=0", None),
        ("application/xml", None),
    ],
)
def test_accept_is_read_with_its_weights(client: TestClient, accept: str, expected: str | None) -> None:
    answer = get(client, "/api/v1/analytics/users/stats?figures=none", Accept=accept)
    assert answer.headers["content-type"].startswith(expected) if expected else answer.status_code == 406


def test_head_is_get_without_its_body_and_other_methods_are_refused(client: TestClient) -> None:
    path, headers = "/api/v1/analytics/users/stats?figures=none", {"Authorization": "Bearer boss"}
    head, answer = client.head(path, headers=headers), client.get(path, headers=headers)
    assert head.status_code == 200 and head.content == b""
    assert {name: head.headers[name] for name in ("etag", "content-length", "vary")} == {
        name: answer.headers[name] for name in ("etag", "content-length", "vary")
    }
    assert client.head("/healthz").status_code == 200 and client.head(path).status_code == 401
    assert client.post(path, headers=headers).status_code == client.options(path, headers=headers).status_code == 405


@pytest.mark.parametrize(
    "when", ["2026-W47-1", "20261116", "2026-11-16T10:00:00+23:59", "2026-11-16T10:00:00+01:00:30"]
)
@pytest.mark.parametrize("path", ["analytics/tickets/stats?figures=none&", "me/conversations?"])
def test_a_cursor_of_ones_own_making_is_a_time_or_refused(client: TestClient, path: str, when: str) -> None:
    is_own = path.startswith("me")
    listed, keys = ("me/conversations", ["a"]) if is_own else ("analytics/tickets/stats day", ["a", "b"])
    wanted = f"/api/v1/{path}cursor={cursor_of(listed, [when, *keys])}"
    assert get(client, wanted, "u0" if is_own else "boss").status_code == 200


def test_a_cursor_of_another_list_is_refused_and_one_of_another_user_shows_nothing_of_theirs(
    client: TestClient,
) -> None:
    page = get(client, "/api/v1/me/conversations?range=30d&limit=1", "u0").json()
    assert get(client, f"/api/v1/me/tickets?cursor={page['next']}", "u0").status_code == 422
    other = get(client, f"/api/v1/me/conversations?range=30d&limit=1000&cursor={page['next']}", "u1").json()["rows"]
    mine = get(client, "/api/v1/me/conversations?range=30d&limit=1000", "u0").json()["rows"]
    ids = {row["conversation_id"] for row in mine}
    assert len(ids) > 1 and not ids & {row["conversation_id"] for row in other}
    days = get(client, "/api/v1/analytics/tickets/stats?range=30d&figures=none&limit=2").json()["next"]
    weeks = f"/api/v1/analytics/tickets/stats?range=30d&figures=none&group=week&cursor={days}"
    assert "not one that this endpoint gave" in get(client, weeks).json()["error"]


def test_variables_are_checked_by_name_and_all_is_written_as_grafana_does(client: TestClient) -> None:
    path = "/api/v1/dashboards/support-tickets/panels/by_status"
    assert "no variable 'prioritie'" in get(client, f"{path}?var-prioritie=high").json()["error"]
    every = get(client, path).json()["frames"]
    for name in ("All", "$__all"):
        assert get(client, f"{path}?var-priority={name}").json()["frames"] == every
    assert get(client, f"{path}?var-priority=All&var-priority=high").status_code == 422


def test_the_end_of_a_range_is_in_no_figure_and_in_no_row(client: TestClient) -> None:
    """The panels' days are those that begin up to the end of Grafana's range, which a midnight would be."""
    path, days = "/api/v1/analytics/langfuse/trace-stats?limit=1000", "from=2026-11-02&to=2026-11-05"
    found = get(client, f"{path}&{days}").json()
    assert {row["day"] for row in found["rows"]} == {"2026-11-02", "2026-11-03", "2026-11-04"}
    share, turns = found["figures"]["without_user_share"], sum(row["turns"] for row in found["rows"])
    last = get(client, f"{path}&from=2026-11-02&to=2026-11-04T23:59:59").json()
    assert share["value"] == last["figures"]["without_user_share"]["value"] and turns == sum(
        row["turns"] for row in last["rows"]
    )
    shortest = "from=2026-11-02T00:00:00&to=2026-11-02T00:00:00.0005"
    assert get(client, f"{path}&{shortest}").status_code == 200
    longer = get(client, f"{path}&from=2026-11-02&to=2026-11-05T00:00:01").json()["figures"]["without_user_share"]
    assert longer["value"] != share["value"]


def test_a_figure_with_a_window_of_its_own_refuses_a_range_with_the_reason(client: TestClient) -> None:
    path = "/api/v1/analytics/users/stats?range=7d"
    assert "cannot follow a range" in get(client, path).json()["figures"]["active_users_7d"]["refused"]
    refused = get(client, f"{path}&figures=active_users_7d")
    assert refused.status_code == 422 and "active_users_7d cannot follow a range" in refused.json()["error"]


def test_a_figure_with_a_window_in_its_name_is_of_that_window_and_titled_so(client: TestClient) -> None:
    path = "/api/v1/analytics/users/stats?figures=sign_ups_7d"
    assert get(client, path).json()["figures"]["sign_ups_7d"]["title"] == "New accounts, 7 d"
    assert "part of its name, 7d" in get(client, f"{path}&range=30d").json()["error"]
    tickets = "/api/v1/analytics/tickets/stats?range=7d&figures="
    assert "part of its name, 30d" in get(client, f"{tickets}created_30d").json()["error"]
    assert get(client, f"{tickets}reopened_share").status_code == 200


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("from=x", "no time"),
        ("from=2026-11-01&to=2026-10-01", "before"),
        ("from=1800-01-01", "2001"),
        ("from=2001-01-01", "longer than 400d"),
        ("to=2026-01-01", "needs from"),
        ("range=1y", "24h, 7d, 30d"),
        ("range=7d&from=2026-01-01", "exclude"),
        ("limit=0", "1 to 1000"),
        ("limit=99999999999999999999", "1 to 1000"),
        ("limit=%C2%B2", "1 to 1000"),
        ("cursor=zz", "cursor"),
        ("cursor=WyJhIl0", "cursor"),
        ("group=year", "day, week"),
        ("figures=x", "no figure"),
        ("color=red", "no parameter"),
        ("limit=1&limit=2", "more than once"),
        ("channel=a%00", "no text"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, query: str, word: str) -> None:
    answer = get(client, f"/api/v1/analytics/conversations/stats?{query}")
    assert answer.status_code == 422 and word in answer.json()["error"], answer.text


@pytest.mark.parametrize("evil", ["'", "';drop table x--", "\\", "%s", "%(limit)s", "{}", '"', "$1", "💥", "a" * 200])
def test_sql_in_any_parameter_is_a_text(client: TestClient, store: Store, evil: str) -> None:
    for path in ("/api/v1/analytics/tickets/stats", "/api/v1/dashboards/overview/panels/users"):
        for name in ("priority", "category", "from", "cursor", "figures", "range", "var-job"):
            answer = client.get(path, params={name: evil}, headers={"Authorization": "Bearer boss"})
            assert answer.status_code in (200, 422), (path, name, answer.text)
    assert get(client, "/api/v1/me/tickets?cursor=" + evil, "u0").status_code == 422
    assert get(client, plan_paths()[0]).status_code == 200


def test_a_viewer_sees_what_is_for_everyone_and_a_user_only_themselves(client: TestClient) -> None:
    assert get(client, "/api/v1/analytics/langfuse/cost-estimation", "eye").status_code == 403
    names = {one["name"] for one in get(client, "/api/v1/dashboards", "eye").json()}
    assert "overview" in names and "cost-usage" not in names
    assert get(client, "/api/v1/dashboards/cost-usage/panels/month", "eye").status_code == 404
    assert get(client, "/api/v1/dashboards/cost-usage/panels/month").status_code == 200
    assert "active_users_1d" not in get(client, plan_paths()[0], "eye").json()["figures"]
    assert get(client, plan_paths()[0] + "?figures=active_users_1d", "eye").status_code == 403
    everything = [*plan_paths(), "/api/v1/dashboards", "/api/v1/dashboards/overview/panels/users"]
    everything += ["/api/v1/analytics/metrics", "/api/v1/analytics/metrics/up"]
    assert {get(client, path, "u0").status_code for path in everything} == {403}
    assert get(client, "/api/v1/me/tickets", "boss").status_code == 403


OWN = {
    "conversations": "select id::text from conversations where user_id::text = %s and {} > now() - interval '1000 years'",
    "tickets": "select id::text from tickets where created_by::text = %s",
    "documents": "select id::text from documents where user_id::text = %s",
    "ratings": "select id::text from feedback where user_id::text = %s",
}


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("who", [0, 1])
def test_a_user_gets_exactly_their_own_rows(client: TestClient, store: Store, kind: str, who: int) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        page = get(client, f"/api/v1/me/{kind}?from=2026-01-01&limit=3{cursor}", f"u{who}").json()
        found += [next(iter(row.values())) for row in page["rows"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    with psycopg.connect(store.admin) as connection:
        text = OWN[kind].format("created_at")
        own = {row[0] for row in connection.execute(text, [store.users[who]])}
    assert len(found) == len(set(found)) and set(found) == own


def test_counts_and_cost_of_a_user_are_theirs_and_never_a_text(client: TestClient, store: Store) -> None:
    messages = get(client, "/api/v1/me/messages?from=2026-01-01&limit=1000", "u0").json()["rows"]
    with psycopg.connect(store.admin) as connection:
        row = connection.execute(
            "select count(*) from messages m join conversations c on c.id = m.conversation_id"
            " where c.user_id::text = %s and m.role = 'user'",
            [store.users[0]],
        ).fetchone()
        every = connection.execute(
            "select sum(cost_usd), sum(turns) from gendash.llm_user_day where user_hash ="
            " (select user_hash from gendash.user_entity where user_id = %s)",
            [store.users[0]],
        ).fetchone()
    assert row and every and sum(one["messages"] for one in messages) == row[0] > 0
    usage = get(client, "/api/v1/me/llm-usage?from=2026-01-01", "u0").json()
    assert Decimal(usage["totals"]["cost_usd"]) == every[0] > 0 and usage["totals"]["turns"] == every[1]


def test_a_prepared_statement_gives_each_user_their_own_rows(store: Store) -> None:
    service, path = store.service(), "/api/v1/me/conversations?limit=5&from=2026-11-01"
    prepared = "select count(*) from pg_prepared_statements where statement like '%conversation_entity%'"
    with TestClient(create_app(service)) as client:
        given = [[get(client, path, who).json()["rows"] for who in ("u0", "u1")] for _ in range(6)]
        assert all(one == given[0] for one in given) and given[0][0] != given[0][1] and all(given[0])
        found = service.world.pools.ask("user_reader", prepared, None, {"gendash.subject": "nobody"})
        assert isinstance(found, Rows) and found.rows[0][0] > 0


def test_the_role_of_users_sees_nothing_without_a_subject_and_owns_nothing(store: Store) -> None:
    pools = Pools(store.catalog.config)
    try:
        for subject in ("", "nobody", "' or true --"):
            given = pools.ask(
                "user_reader", "select count(*) from gendash.conversation_entity", None, {"gendash.subject": subject}
            )
            assert given.rows == [(0,)]  # type: ignore[union-attr]
        for relation in ("user_name", "rating_detail", "ticket_now", "lf_observation", "_secret", "user_top_30d"):
            refused = pools.ask(
                "user_reader", f"select 1 from gendash.{relation}", None, {"gendash.subject": store.users[0]}
            )
            assert refused.code == "42501"  # type: ignore[union-attr]
        after = pools.ask("user_reader", "select current_setting('gendash.subject', true)")
        assert after.rows in ([(None,)], [("",)])  # type: ignore[union-attr]
    finally:
        pools.close()
    with psycopg.connect(store.admin) as connection:
        owned = connection.execute(
            "select count(*) from pg_class where relowner = 'gendash_user_reader'::regrole"
        ).fetchone()
        whole = connection.execute("select count(*) from gendash.conversation_entity").fetchone()
    assert owned == (0,) and whole and whole[0] > 0
    with ExitStack() as stack:
        sources = sources_for(stack, store.catalog.config, "admin", NOW)
        seen = sources.readers["admin_reader"]("select count(*) from gendash.user_day")
        assert seen.rows[0][0] > 0  # type: ignore[union-attr]  # row security hides nothing from admins' panels


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("", "no token"),
        ("wrong", "not known"),
        ("a.b.c", "cannot be read"),
    ],
)
def test_an_unknown_token_is_refused(client: TestClient, token: str, why: str) -> None:
    answer = get(client, plan_paths()[0], token)
    assert answer.status_code == 401 and why in answer.json()["error"]
    assert "Bearer" in answer.headers["www-authenticate"]


def test_signed_tokens_are_checked_in_every_part(client: TestClient, store: Store) -> None:
    path = "/api/v1/me/conversations?from=2026-01-01"
    good = get(client, path, signed(sub=store.users[0])).json()["rows"]
    assert good == get(client, path, "u0").json()["rows"] != []
    assert get(client, plan_paths()[0], signed(role="viewer")).status_code == 200
    forged = jwt.encode(
        {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": time.time() + 60},
        "",
        algorithm="none",
        headers={"kid": "k1"},
    )
    wrong = {
        "expired": signed(exp=time.time() - 120),
        "another audience": signed(aud="other"),
        "another issuer": signed(iss="https://evil.test"),
        "signature is wrong": signed(OTHER),
        "a claim is missing": signed(exp=None),
        "does not have": signed(OTHER, kid="k2"),
        "no role": signed(role="root"),
        "names no user": signed(sub=""),
        "not accepted": forged,
        "not valid yet": signed(nbf=time.time() + 600),
    }
    for why, token in wrong.items():
        answer = get(client, path, token)
        assert answer.status_code == 401 and why in answer.json()["error"], (why, answer.text)
    assert get(client, path, signed(exp=time.time() - 10, sub=store.users[0])).status_code == 200  # within the leeway


def test_an_etag_saves_the_body_and_answers_are_private(client: TestClient) -> None:
    first = get(client, plan_paths()[0])
    assert first.headers["cache-control"].startswith("private, max-age=")
    again = get(client, plan_paths()[0], **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert "no-store" in get(client, "/api/v1/me/tickets", "u0").headers["cache-control"]


def test_a_stampede_asks_once_and_a_fault_is_not_kept() -> None:
    asked: list[int] = []

    def slow() -> bytes:
        asked.append(1)
        time.sleep(0.1)
        return b"x"

    def broken() -> bytes:
        raise GendashError([])

    async def run() -> None:
        cache = Cache()
        found = await asyncio.gather(*(cache.answer("k", 60, slow) for _ in range(20)))
        assert len(asked) == 1 and {one.body for one in found} == {b"x"}
        given = await asyncio.gather(*(cache.answer("other", 60, broken) for _ in range(3)), return_exceptions=True)
        assert all(isinstance(one, GendashError) for one in given)
        assert (await cache.answer("other", 60, lambda: b"y")).body == b"y"

    asyncio.run(run())


def test_who_goes_away_ends_the_answer_for_nobody_else() -> None:
    async def run() -> None:
        cache, begun = Cache(), Event()

        def slow() -> bytes:
            begun.set()
            time.sleep(0.1)
            return b"x"

        first = asyncio.create_task(cache.answer("k", 60, slow))
        second = asyncio.create_task(cache.answer("k", 60, slow))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        first.cancel()
        assert (await second).body == b"x" and not cache.running

    asyncio.run(run())


def test_what_is_kept_is_bounded_in_time_and_bytes() -> None:
    async def run() -> None:
        now = [0.0]
        cache = Cache(clock=lambda: now[0])
        for seconds, later, asked in ((15, 14, 1), (15, 16, 2), (300, 59, 1), (300, 61, 2)):
            before, key = cache.misses, f"{seconds} {later}"
            await cache.answer(key, seconds, lambda: b"x")
            now[0] += later
            await cache.answer(key, seconds, lambda: b"x")
            assert cache.misses - before == asked, key
        for index in range(80):
            await cache.answer(str(index), 60, lambda: b"x" * 2**20)
        assert cache.memory.currsize <= 64 * 2**20
        assert (await cache.answer("huge", 60, lambda: b"x" * (65 * 2**20))).body[:1] == b"x"

    asyncio.run(run())


def test_a_refresh_makes_a_kept_answer_old(store: Store) -> None:
    service = store.service()
    try:
        below = service.versions.endpoint_relations(service.endpoints[0])
        before = asyncio.run(service.versions.of(below))
        assert "=" in before
        refresh(store.catalog.config, store.catalog, at=NOW + timedelta(minutes=20))
        service.versions.read_at = -10
        assert asyncio.run(service.versions.of(below)) != before
    finally:
        refresh(store.catalog.config, store.catalog, at=NOW)
        service.world.pools.close()


def test_too_many_requests_are_told_when_to_come_back(store: Store) -> None:
    service = store.service()
    low = load_config(settings(store.users).replace("requests_per_minute: 100000", "requests_per_minute: 3"))
    service.limiter = Limiter(low)
    with TestClient(create_app(service)) as client:
        statuses = [get(client, "/api/v1/dashboards").status_code for _ in range(5)]
        assert statuses.count(429) >= 2
        late = get(client, "/api/v1/dashboards")
        assert late.status_code == 429 and 1 <= int(late.headers["retry-after"]) <= 61
        assert client.get("/healthz").status_code == 200


def test_a_store_that_is_gone_is_503_and_the_process_lives(store: Store) -> None:
    service = store.service()
    for pool in service.world.pools.pools.values():
        pool.close()
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        answer = get(client, plan_paths()[0])
        assert answer.status_code == 503 and answer.headers["retry-after"]
        assert client.get("/readyz").status_code == 503 and client.get("/healthz").text == "ok"


def test_probes_metrics_and_logs_hold_no_person(
    client: TestClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "gendash.api"):
        get(client, "/api/v1/me/tickets?from=2026-01-01", signed(sub=store.users[0]))
    assert '"route":"/api/v1/me/tickets"' in caplog.text and store.users[0] not in caplog.text
    text = client.get("/metrics").text
    assert 'gendash_api_requests_total{route="/api/v1/me/tickets"' in text and store.users[0] not in text
    assert client.get("/readyz").text == "ok"


def test_openapi_describes_each_field_and_the_app_runs_below_a_path(client: TestClient, store: Store) -> None:
    document = client.get("/openapi.json").json()
    assert {f"{path}" for path in plan_paths()} <= set(document["paths"])
    schema = document["paths"][plan_paths()[1]]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    columns = schema["properties"]["rows"]["items"]["properties"]
    assert columns["conversations"]["description"] == "conversations begun on it"
    assert schema["properties"]["figures"]["properties"]["conversations_30d"]["description"]
    service = store.service()
    with TestClient(create_app(service), root_path="/gendash") as below:
        assert get(below, "/gendash/api/v1/dashboards").status_code == 200


def test_a_body_and_an_unknown_path_are_refused(client: TestClient) -> None:
    large = client.request("GET", plan_paths()[0], content=b"x" * 2000, headers={"Authorization": "Bearer boss"})
    assert large.status_code == 413
    assert get(client, "/api/v1/nothing").status_code == 404
    assert client.post(plan_paths()[0], headers={"Authorization": "Bearer boss"}).status_code == 405


def test_a_server_without_any_token_does_not_start(store: Store) -> None:
    catalog = load_catalog(load_config(""))
    with ExitStack() as stack, pytest.raises(ConfigError, match="no token and no issuer"):
        application(stack, catalog)


def test_a_server_says_at_its_start_that_users_lack_their_role(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        application(stack, store.definitions())
    assert capsys.readouterr().err == ""
    with ExitStack() as stack:
        application(stack, store.definitions(GENDASH_USER_READER_PASSWORD=""))
    assert "set GENDASH_USER_READER_PASSWORD, then run `gendash db migrate`" in capsys.readouterr().err


def test_endpoints_are_checked_against_the_definitions(store: Store) -> None:
    good = packaged_endpoints()["users.yaml"]
    cases: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
        (lambda e: e.update(colour="red"), "unknown key 'colour'"),
        (lambda e: e["figures"].update(x="overview/nothing"), "no panel"),
        (lambda e: e["rows"].update(relation="nothing"), "no relation"),
        (lambda e: e["rows"].update(sums=["nothing"]), "has no column"),
        (lambda e: e["rows"].update(time="dau"), "is no day and no time"),
        (lambda e: e.update(cache="1h"), "longer than 5 minutes"),
        (lambda e: e.update(path="../x"), "lower-case words"),
        (lambda e: e["rows"].update(relation="user_day", sums=["messages"], others={}), "not read by a dashboard"),
    ]
    for change, words in cases:
        content = {**good, "figures": dict(good["figures"]), "rows": dict(good["rows"])}
        change(content)
        _, problems = read_endpoints(store.catalog, {"x.yaml": content})
        assert any(words in str(one) for one in problems), words


def test_pages_are_drawn_for_the_audience_of_the_token_and_show_no_other(client: TestClient) -> None:
    page = get(client, "/dashboards/overview.html", "eye")
    assert page.status_code == 200 and page.text.count('class="chart"') >= 3
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert 'href="cost-usage.html"' not in page.text
    assert get(client, "/dashboards/cost-usage.html", "eye").status_code == 404
    assert 'href="cost-usage.html"' in get(client, "/dashboards/index.html").text
    week = get(client, "/dashboards/user-analytics.html?range=7d").text
    assert "12 Nov 2026, 16:00 to 19 Nov 2026, 16:00" in week and "<option selected>7d</option>" in week
    assert get(client, "/dashboards/overview.html?var-nothing=x").status_code == 200
    picked = get(client, "/dashboards/support-tickets.html?range=7d&var-priority=high").text
    assert 'href="overview.html?range=7d"' in picked
    assert 'href="support-tickets.html?var-priority=high&amp;var-status=open&amp;from=2025-10-16#ticket_list"' in picked
    assert "is none of its options" not in picked
    other = get(client, "/dashboards/support-tickets.html?var-priority=all").text
    assert "Priority: &#39;all&#39; is none of its options, so All is shown." in other
    assert get(client, "/dashboards/overview.html?range=1y").status_code == 422


def test_my_usage_is_a_page_of_the_users_own_rows(client: TestClient, store: Store) -> None:
    mine, other = (get(client, "/dashboards/me.html", token).text for token in ("u0", "u1"))
    assert re.search(r"<b>\$\d+\.\d{4}</b> cost", mine) and '<th class="right">Calls</th>' in mine
    ids = {row["ticket_id"] for row in get(client, "/api/v1/me/tickets", "u0").json()["rows"]}
    ids |= {row["conversation_id"] for row in get(client, "/api/v1/me/conversations?limit=50", "u0").json()["rows"]}
    assert ids and all(one in mine and one not in other for one in ids)
    assert get(client, "/dashboards/me.html", "boss").status_code == 403
    assert get(client, "/dashboards/overview.html", "u0").status_code == 403
    assert (
        client.get("/", headers={"Authorization": "Bearer u0"}, follow_redirects=False)
        .headers["location"]
        .endswith("me.html")
    )
    days = get(client, "/dashboards/me.html?range=&from=2026-11-01&to=2026-11-05", "u0").text
    assert "1 Nov 2026, 00:00 to 4 Nov 2026, 23:59" in days and 'name="from" value="2026-11-01"' in days
    assert '<a class="home" href="me.html">' in mine and "<option selected>30d</option>" in mine
    week = get(client, "/dashboards/me.html?range=7d&from=2026-11-01&to=", "u0").text
    assert "12 Nov 2026, 16:00 to 19 Nov 2026, 16:00" in week
    browser = client.get("/dashboards/me.html", auth=("me", "u0"))
    assert browser.status_code == 200

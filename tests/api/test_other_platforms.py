"""The API over platforms of other shapes, in another zone, without Langfuse and Prometheus: what is there, what is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from api_store import digest, get
from fastapi.testclient import TestClient

from gendash.api.app import create_app
from gendash.api.cache import Cache
from gendash.api.endpoint import packaged_endpoints, read_endpoints
from gendash.api.identity import Gate
from gendash.api.limits import Limiter
from gendash.api.own import packaged_lists, read_lists
from gendash.api.service import Service
from gendash.api.store import Pools
from gendash.api.versions import Versions
from gendash.api.world import World
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog, shipped_adapters
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
PLATFORMS = Path(__file__).parents[1] / "sql" / "platforms"
NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
KEPT = ("chatwoot",)  # the others in `make soak`
OWNERS = {  # the relation of each list, and whose a row is
    "conversations": ("conversation_entity", "user_id"),
    "tickets": ("ticket_entity", "created_by"),
    "documents": ("document_entity", "user_id"),
    "ratings": ("rating_entity", "user_id"),
}
DAYS = "from=2026-01-01&to=2026-04-01&limit=1000"


def settings(name: str, subject: str = "nobody") -> str:
    return "\n".join(
        [
            "time_zone: America/New_York",
            f"platform: {{adapter: {name}}}",
            "features: {langfuse: false, http_metrics: false}",
            "roles: {user_reader: gendash_user_reader}",
            "api:",
            "  tokens:",
            f"    boss: {{sha256: {digest('boss')}, role: admin}}",
            f'    u0: {{sha256: {digest("u0")}, role: user, subject: "{subject}"}}',
        ]
    )


def service(catalog: Catalog) -> Service:
    endpoints, problems = read_endpoints(catalog, packaged_endpoints())
    lists, wrong = read_lists(catalog, packaged_lists())
    assert problems + wrong == []
    pools = Pools(catalog.config, at=NOW)
    world, limiter = World(catalog, pools, None, NOW), Limiter(catalog.config, None)
    return Service(world, endpoints, lists, Gate(catalog.config), limiter, Cache(None), Versions(catalog, pools), None)


@pytest.fixture(
    params=[pytest.param(one, marks=() if one in KEPT else pytest.mark.soak) for one in sorted(shipped_adapters())]
)
def platform(own_postgres: Server, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A database of a platform's shape, and the name of its adapter."""
    name = f"other_{request.param.replace('-', '_')}"
    with psycopg.connect(own_postgres.url(), autocommit=True) as admin:
        admin.execute(f"create database {name}")
        with psycopg.connect(own_postgres.url(name), autocommit=True) as connection:
            if request.param == "reference":
                connection.execute((PLATFORMS.parents[2] / "demo" / "platform.sql").read_bytes())
            connection.execute((PLATFORMS / f"{request.param}.sql").read_bytes())
        yield request.param, own_postgres.url(name)
        admin.execute(f"drop database {name} with (force)")
        for (role,) in admin.execute("select rolname from pg_roles where oid >= 16384").fetchall():
            admin.execute(f"drop role {role}")  # roles belong to the whole server


def test_endpoints_give_what_the_platform_has_and_a_user_their_own_rows(platform: tuple[str, str]) -> None:
    name, url = platform
    environ = {"GENDASH_DATABASE_URL": url, "GENDASH_PROMETHEUS_URL": "none", "GENDASH_READER_PASSWORD": "r"}
    environ |= {"GENDASH_ADMIN_READER_PASSWORD": "a", "GENDASH_USER_READER_PASSWORD": "u"}
    with psycopg.connect(url, autocommit=True) as connection:
        catalog = load_catalog(load_config(settings(name), environ=environ))
        migrate(catalog.config, catalog)
        refresh(catalog.config, catalog, at=NOW)
        most = "select user_id::text from gendash.user_day group by 1 order by sum(messages) desc, 1 limit 1"
        (subject,) = connection.execute(most).fetchone() or ("nobody",)
        catalog = load_catalog(load_config(settings(name, subject), environ=environ))
        with TestClient(create_app(service(catalog))) as client:
            paths = get(client, "/openapi.json").json()["paths"]
            assert not [one for one in paths if "langfuse" in one or one.endswith("llm-usage")]
            assert get(client, "/api/v1/analytics/langfuse/trace-stats").status_code == 404
            for path in [one for one in paths if one.endswith("/stats")]:
                found = get(client, path).json()
                assert found["time_zone"] == "America/New_York" and found["range"]["from"].endswith("-04:00"), path
                states = {one["state"].partition(":")[0] for one in found["figures"].values()}
                assert states <= {"ok", "no data", "not available"}, (path, found["figures"])
            messages = get(client, f"/api/v1/me/messages?{DAYS}", "u0").json()["rows"]
            written = "select sum(messages) from gendash.user_day where user_id::text = %s"
            counted = connection.execute(written, [subject]).fetchone()
            assert (sum(row["messages"] for row in messages) or None,) == counted
            assert bool(messages) == (subject != "nobody")
            for listed, (relation, owner) in OWNERS.items():
                if f"/api/v1/me/{listed}" not in paths:
                    assert get(client, f"/api/v1/me/{listed}", "u0").status_code == 404
                    continue
                rows = get(client, f"/api/v1/me/{listed}?{DAYS}", "u0").json()["rows"]
                counted = (
                    f"select count(*) from gendash.{relation} where {owner}::text = %s and created_at >= '2026-01-01'"
                )
                assert (len(rows),) == connection.execute(counted.encode(), [subject]).fetchone(), listed
            page = get(client, "/dashboards/overview.html")
            assert page.status_code == 200 and "Not available: needs" in page.text
            assert get(client, "/dashboards/me.html", "u0").status_code == 200

"""A filled store with an API over it, for the tests of the API."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from typing import Any

import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient

from gendash.api.cache import Cache
from gendash.api.endpoint import packaged_endpoints, read_endpoints
from gendash.api.identity import Gate
from gendash.api.limits import Limiter
from gendash.api.own import packaged_lists, read_lists
from gendash.api.service import Service
from gendash.api.shared import Shared
from gendash.api.store import Pools
from gendash.api.versions import Versions
from gendash.api.world import World
from gendash.demo import load
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.llm import PROJECT, price_list
from gendash.demo.platform import generate
from gendash.demo.postgres import Server
from gendash.engine.clients.prometheus import Call
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.langfuse_bridge.sync import sync

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
FEATURES = "users conversations feedback documents tickets ticket_history intent langfuse"
TOKENS = {"boss": "admin", "eye": "viewer"}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUER, AUDIENCE = "https://issuer.test", "gendash"


def settings(users: list[str], more: str = "", zone: str = "Europe/Berlin") -> str:
    tokens = [f"    {name}: {{sha256: {digest(name)}, role: {role}}}" for name, role in TOKENS.items()]
    tokens += [
        f'    u{i}: {{sha256: {digest(f"u{i}")}, role: user, subject: "{user}"}}' for i, user in enumerate(users)
    ]
    features = ", ".join(f"{name}: true" for name in FEATURES.split())
    return "\n".join(
        [
            f"time_zone: {zone}",
            f"features: {{{features}, http_metrics: false}}",
            "langfuse: {project: demo}",
            "roles: {user_reader: gendash_user_reader}",
            f"api:\n  jwt: {{issuer: '{ISSUER}', audience: {AUDIENCE}, keys: 'https://issuer.test/keys'}}",
            "  requests_per_minute: 100000\n  address_requests_per_minute: 100000",
            "  tokens:",
            *tokens,
            more,
        ]
    )


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Store:
    """A filled store, the ids of two users who did much, and the URL of its owner and of a superuser."""

    def __init__(
        self,
        server: Server,
        name: str = "api",
        seed: int = 3,
        zone: str = "Europe/Berlin",
        scale: float = 0.05,
        empty: bool = False,
    ) -> None:
        world = generate(seed, NOW, scale)
        self.zone = zone
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(f"create database {name}")
        self.admin = server.url(name)
        load.load(self.admin, world)
        if empty:
            with psycopg.connect(self.admin) as connection:
                listed = connection.execute(
                    "select string_agg(format('%I', tablename), ', ') from pg_tables where schemaname = 'public'"
                ).fetchone()
                connection.execute(f"truncate {listed and listed[0]}")
        self.owner = server.url(name, load.OWNER, load.add_owner(self.admin))
        counted = (
            "select user_id::text from conversations where user_id is not null group by 1 order by count(*) desc, 1"
        )
        with psycopg.connect(self.admin) as connection:
            self.users = [row[0] for row in connection.execute(f"{counted} limit 2")]
        with LangfuseDouble(
            [] if empty else world.observations,
            [] if empty else world.scores,
            project_id=PROJECT,
            public_key="pk",
            secret_key="sk",
            models=price_list(),
        ) as double:
            environ = {"LANGFUSE_BASE_URL": double.url, "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk"}
            self.catalog = self.definitions(**environ)
            migrate(self.catalog.config, self.catalog)
            sync(self.catalog.config, now=NOW)
            refresh(self.catalog.config, self.catalog, at=NOW)

    def definitions(self, more: str = "", **environ: str) -> Catalog:
        return load_catalog(load_config(settings(self.users, more, self.zone), environ=self.environ | environ))

    @property
    def environ(self) -> dict[str, str]:
        """The settings that are secret or of this machine."""
        return {
            "GENDASH_DATABASE_URL": self.owner,
            "GENDASH_ADMIN_DATABASE_URL": self.admin,
            "GENDASH_READER_PASSWORD": "r",
            "GENDASH_ADMIN_READER_PASSWORD": "a",
            "GENDASH_USER_READER_PASSWORD": "u",
            "GENDASH_PROMETHEUS_URL": "none",
        }

    def service(self, more: str = "", redis: str = "", call: Call | None = None, **environ: str) -> Service:
        catalog = self.definitions(more, **environ)
        endpoints, problems = read_endpoints(catalog, packaged_endpoints())
        lists, wrong = read_lists(catalog, packaged_lists())
        assert problems + wrong == []
        pools = Pools(catalog.config, at=NOW)
        gate = Gate(catalog.config, lambda _again: {"k1": KEY.public_key()})
        versions = Versions(catalog, pools)
        world, shared = World(catalog, pools, call, NOW), Shared(redis) if redis else None
        limiter = Limiter(catalog.config, shared)
        return Service(world, endpoints, lists, gate, limiter, Cache(shared), versions, shared)


def get(client: TestClient, path: str, token: str = "boss", **headers: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {token}"} | headers)


def signed(key: Any = KEY, kid: str = "k1", algorithm: str = "RS256", **claims: Any) -> str:
    whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": time.time() + 60} | claims
    return jwt.encode({k: v for k, v in whole.items() if v is not None}, key, algorithm=algorithm, headers={"kid": kid})


def plan_paths() -> list[str]:
    kinds = ("users", "conversations", "tickets", "documents", "feedback")
    langfuse = ("token-usage", "cost-estimation", "model-performance", "trace-stats")
    return [f"/api/v1/analytics/{one}/stats" for one in kinds] + [
        f"/api/v1/analytics/langfuse/{one}" for one in langfuse
    ]

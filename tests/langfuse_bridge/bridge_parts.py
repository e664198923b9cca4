"""What the tests of the bridge are put together from: tables, configurations, clients, rows on the wire."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import yaml

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.engine.config.load import Config, load_config
from gendash.langfuse_bridge.api_client import Client
from gendash.langfuse_bridge.store import Store

TABLES = Path(__file__).resolve().parents[2] / "sql" / "tables"
KEY = bytes(range(32))
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@cache
def header(name: str) -> dict[str, Any]:
    """The header of a table's SQL file."""
    match = re.match(r"\s*/\*(.*?)\*/", (TABLES / f"{name}.sql").read_text("utf-8"), re.DOTALL)
    assert match
    found: dict[str, Any] = yaml.safe_load(match[1])
    return found


def create(connection: psycopg.Connection[Any], name: str) -> None:
    """Makes a table as its header says."""
    head = header(name)
    columns = [f"{c} {d['type']}{'' if d.get('null') else ' not null'}" for c, d in head["columns"].items()]
    connection.execute(
        f"create table gendash.{name} ({', '.join(columns)}, primary key ({', '.join(head['key'])}))".encode()
    )
    for index in head.get("indexes", []):
        connection.execute(f"create index on gendash.{name} ({', '.join(index)})".encode())


def make_store(url: str) -> Store:
    """An empty store at a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema gendash")
        for name in ("lf_observation", "lf_score", "lf_model", "lf_rejected", "_sync", "_budget", "_secret"):
            create(connection, name)
        connection.execute("insert into gendash._secret values ('user_hash', %s, '', '', now())", [KEY])
    return Store(url, "gendash")


class Sleeper:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def settings(double: LangfuseDouble, store: Store, text: str = "") -> Config:
    """A configuration that points at a double and a store."""
    return load_config(
        text,
        environ={
            "LANGFUSE_BASE_URL": double.url,
            "LANGFUSE_PUBLIC_KEY": double.public_key,
            "LANGFUSE_SECRET_KEY": double.secret_key,
            "GENDASH_DATABASE_URL": store.url,
        },
    )


def client_of(double: LangfuseDouble, sleeper: Sleeper, **fields: Any) -> Client:
    """A client of a double that never really sleeps."""
    client = Client(double.url, double.public_key, double.secret_key)
    return replace(client, **{"clock": sleeper.clock, "sleep": sleeper.sleep, "chance": lambda: 0.5} | fields)


def stored(store: Store, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Rows of a table of the store, in the order of all their columns."""
    with psycopg.connect(store.url) as connection:
        return sorted(connection.execute(f"select {columns} from gendash.{table}".encode()).fetchall(), key=repr)


def iso(at: datetime) -> str:
    """The wire's spelling of a time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def observation(number: int, at: datetime, **changes: Any) -> dict[str, Any]:
    """A generation in the wire format of v2/observations with all field groups."""
    end = at + timedelta(milliseconds=1500)
    written = changes.pop("written", end)
    row: dict[str, Any] = {
        "id": f"obs-{number:06d}",
        "traceId": f"trace-{number // 3:06d}",
        "startTime": iso(at),
        "endTime": iso(end),
        "projectId": "demo",
        "parentObservationId": None if number % 3 == 0 else f"obs-{number - number % 3:06d}",
        "type": "GENERATION",
        "name": "answer",
        "level": "DEFAULT",
        "statusMessage": "",
        "version": "",
        "environment": "production",
        "bookmarked": False,
        "public": False,
        "userId": f"user-{number // 3 % 5}",
        "sessionId": f"session-{number // 3 % 7}",
        "isRootObservation": number % 3 == 0,
        "completionStartTime": iso(at + timedelta(milliseconds=400)),
        "createdAt": iso(written),
        "updatedAt": iso(written),
        "input": '"question"',
        "output": '"answer"',
        "metadata": {"tenant": "acme"},
        "model": "gpt-4o-mini",
        "internalModelId": "model-1",
        "modelParameters": {},
        "usageDetails": {
            "input": 100 + number % 50,
            "input_cached_tokens": 10,
            "output": 20,
            "total": 130 + number % 50,
        },
        "inputUsage": 110 + number % 50,
        "outputUsage": 20,
        "totalUsage": 130 + number % 50,
        "costDetails": {"input": 0.000015, "output": 0.0000121, "total": 0.0000271},
        "inputCost": 0.000015,
        "outputCost": 0.0000121,
        "totalCost": 0.0000271,
        "usagePricingTierId": "model-1_tier_default",
        "usagePricingTierName": "Standard",
        "promptId": "",
        "promptName": "",
        "promptVersion": None,
        "latency": 1.5,
        "timeToFirstToken": 0.4,
        "modelId": "model-1",
        "inputPrice": "1.5e-7",
        "outputPrice": "6e-7",
        "totalPrice": None,
        "traceName": "chat",
        "release": "rel-1",
        "tags": ["web", "eu"],
    }
    return row | changes


def score(number: int, at: datetime, **changes: Any) -> dict[str, Any]:
    """A numeric score in the wire format of v3/scores with all field groups."""
    row: dict[str, Any] = {
        "id": f"score-{number:06d}",
        "projectId": "demo",
        "name": "relevance",
        "source": "API",
        "timestamp": iso(at),
        "environment": "production",
        "createdAt": iso(at),
        "updatedAt": iso(at),
        "comment": None,
        "configId": None,
        "metadata": {},
        "authorUserId": None,
        "queueId": None,
        "subject": {"kind": "trace", "id": f"trace-{number // 3:06d}"},
        "dataType": "NUMERIC",
        "value": 0.25,
    }
    return row | changes

"""What the store remembers of deliveries: digests of secrets and rule groups, its project, and earlier applies."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gendash.engine.clients.postgres import connect, store, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import TargetError


@dataclass(frozen=True)
class Memory:
    """The store's memory for one Grafana: its key, and the digest of the secret written last, by uid of data source."""

    key: bytes = field(repr=False)
    written: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def project(self) -> str:
        """Eight letters that identify the store, for marks; they reveal nothing of its key."""
        return hmac.new(self.key, b"project", hashlib.sha256).hexdigest()[:8]

    def digest(self, secret: str) -> str:
        """The keyed digest of a secret."""
        return hmac.new(self.key, b"secret:" + secret.encode(), hashlib.sha256).hexdigest()


def recall(config: Config, server: str) -> Memory | None:
    """The memory for a Grafana; None where there is no store, or none that `db migrate` has prepared, or no answer."""
    if not config["database_url"] or not config.has("store"):
        return None
    try:
        with connect(store(config), read_only=True) as connection:
            tables = connection.execute(
                "select count(*) from pg_class where oid in (to_regclass(%s), to_regclass(%s))",
                [qualified(config, "_delivered"), qualified(config, "_secret")],
            ).fetchone()
            if not tables or tables[0] < 2:
                return None
            key = connection.execute(
                trusted(f"select key from {qualified(config, '_secret')} where name = 'user_hash'")
            ).fetchone()
            rows = connection.execute(
                trusted(f"select uid, digest from {qualified(config, '_delivered')} where server = %s"), [server]
            ).fetchall()
    except TargetError:
        return None
    return Memory(bytes(key[0]), dict(rows)) if key else None


def remember(config: Config, server: str, digests: Mapping[str, str]) -> None:
    """Notes the digests of secrets that were written into data sources, by uid. Raises TargetError if it cannot."""
    if not digests:
        return
    with connect(store(config)) as connection:
        for uid, digest in digests.items():
            connection.execute(
                trusted(
                    f"insert into {qualified(config, '_delivered')} (server, uid, digest, written_at) "
                    "values (%s, %s, %s, now()) on conflict (server, uid) "
                    "do update set digest = excluded.digest, written_at = excluded.written_at"
                ),
                [server, uid, digest],
            )


def note_apply(config: Config, server: str, at: datetime, content: str, most: int) -> bool:
    """Keeps what was delivered, of each place the newest ``most``; False where there is no store to keep it in."""
    if noted_applies(config, server) is None:
        return False
    table = qualified(config, "_apply")
    with connect(store(config)) as connection:
        connection.execute(
            trusted(f"insert into {table} (server, at, content) values (%s, %s, %s) on conflict do nothing"),
            [server, at, content],
        )
        connection.execute(
            trusted(
                f"delete from {table} where server = %s and at not in "
                f"(select at from {table} where server = %s order by at desc limit %s)"
            ),
            [server, server, most],
        )
    return True


def noted_applies(config: Config, server: str) -> list[tuple[datetime, str]] | None:
    """When what was delivered there, newest first; None where no store has kept it."""
    if not config["database_url"] or not config.has("store"):
        return None
    table = qualified(config, "_apply")
    try:
        with connect(store(config), read_only=True) as connection:
            there = connection.execute("select to_regclass(%s) is not null", [table]).fetchone()
            if not there or not there[0]:
                return None
            rows = connection.execute(
                trusted(f"select at, content from {table} where server = %s order by at desc"), [server]
            ).fetchall()
    except TargetError:
        return None
    return [(row[0], str(row[1])) for row in rows]

"""What the store remembers of deliveries: digests of secrets and of rule groups, and its project."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

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

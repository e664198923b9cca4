"""One refresh, and one migration, at a time: by rows of tables that only the owner reads.

A refresh holds a row that names the running process and its expiry. That is no session lock, since connection poolers
do not preserve them; and no advisory lock, since every role of a server can take each of those.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from datetime import UTC

from gendash.engine.clients.postgres import Connection, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import Refused
from gendash.engine.model import Problem

LASTS_S = 120
RENEWED_S = 30
BELIEVED_S = 600  # an expiry further away is of a clock that was ahead


def lock_installation(connection: Connection, config: Config) -> bool:
    """Waits for other migrations of this schema, and holds them until the transaction ends; False without a schema."""
    secret = qualified(config, "_secret")
    found = connection.execute("select to_regclass(%s) is not null", [secret]).fetchone()
    if not found or not found[0]:
        return False
    connection.execute(trusted(f"select from {secret} where name = 'user_hash' for update"))
    return True


class Lease:
    """A lease on one kind of work, renewed by every write to the store: a process that lost it writes nothing."""

    def __init__(self, connection: Connection, config: Config, name: str) -> None:
        self._connection = connection
        self._table = qualified(config, "_lease")
        self._name = name
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._renewed = time.monotonic()

    def take(self) -> None:
        """Takes the lease if it is free or has expired; else raises Refused, naming its holder."""
        held = self._held()  # read before the insert, which would wait while the holder locks the row
        if held:
            raise Refused(held)
        taken = self._connection.execute(
            trusted(
                f"insert into {self._table} as lease (name, owner, since, until) "
                "values (%s, %s, now(), now() + make_interval(secs => %s)) "
                "on conflict (name) do update set owner = excluded.owner, since = excluded.since, "
                "until = excluded.until where lease.until < now() or lease.until > now() + make_interval(secs => %s) "
                "returning name"
            ),
            [self._name, self._owner, LASTS_S, BELIEVED_S],
        ).fetchone()
        if not taken:
            raise Refused(self._held() or Problem(f"db {self._name}", "another process has just run it", "try again"))

    def _held(self) -> Problem | None:
        row = self._connection.execute(
            trusted(
                f"select owner, since, until from {self._table} where name = %s and until >= now() "
                "and until <= now() + make_interval(secs => %s)"
            ),
            [self._name, BELIEVED_S],
        ).fetchone()
        if not row:
            return None
        owner, since, until = row
        at, end = since.astimezone(UTC), until.astimezone(UTC)
        what = f"already running in {owner.rsplit(':', 1)[0]} since {at:%Y-%m-%d %H:%M:%S} UTC"
        return Problem(
            f"db {self._name}", what, f"wait until it ends; if it has died, its lease expires at {end:%H:%M:%S} UTC"
        )

    def renew(self) -> None:
        """Renews the lease in the current transaction, or in a new one. Raises Refused if it was lost."""
        renewed = self._connection.execute(
            trusted(
                f"update {self._table} set until = clock_timestamp() + make_interval(secs => %s) "
                "where name = %s and owner = %s"
            ),
            [LASTS_S, self._name, self._owner],
        )
        if not renewed.rowcount:
            what = "the lease was lost to another process"
            raise Refused(Problem(f"db {self._name}", what, "let only one process run it"))
        self._renewed = time.monotonic()

    def keep(self) -> None:
        """Renews the lease if that is due."""
        if time.monotonic() - self._renewed > RENEWED_S:
            self.renew()

    def give_back(self) -> None:
        """Ends the lease if it is still ours."""
        self._connection.execute(
            trusted(f"delete from {self._table} where name = %s and owner = %s"), [self._name, self._owner]
        )

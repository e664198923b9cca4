"""The admin and the owner: which role owns the schema, and the connection of a role that may create it.

The user of a URL is a name to sign in with. A pooler may want another than that of the role, and a login may act as
another role (`ALTER ROLE … SET role`). So the owner is `current_user` of its connection; only an owner who cannot
connect yet is named by the settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from gendash.engine.clients.postgres import Connection, Place, connect
from gendash.engine.config.load import DEFAULTS, Config
from gendash.engine.errors import Refused
from gendash.engine.model import Problem


def expected_owner(config: Config, place: Place) -> str:
    """The role that will own the schema if it cannot connect yet: roles.owner if set, else the user of the URL.

    A user such as ``gendash_owner.project`` or ``gendash_owner@server`` is roles.owner behind a pooler.
    """
    owner: str = config["roles.owner"]
    if owner != DEFAULTS["roles.owner"] or place.user.startswith((f"{owner}.", f"{owner}@")):
        return owner
    return place.user or owner


@contextmanager
def admin_connection(config: Config, place: Place) -> Iterator[Connection]:
    """A connection as the admin (``admin_database_url``) to the store's database.

    The admin's URL may name another database of the server, since databases have one name behind a pooler and another
    on the server itself. The store's name is used if the server has such a database, else that of the admin's URL.
    """
    admin = Place("admin", config["admin_database_url"], config.where("admin_database_url"))
    database = place.parts.get("dbname", "")
    with ExitStack() as stack:
        if database and admin.parts.get("dbname") not in (None, database):
            with connect(admin) as first:
                row = first.execute("select exists (select from pg_database where datname = %s)", [database]).fetchone()
            database = database if row and row[0] else ""
        yield stack.enter_context(connect(admin.with_(dbname=database) if database else admin))


def check_same_database(admin: Connection, owner: Connection) -> None:
    """Raises Refused if admin and owner are not connected to the same database."""
    theirs, ours = (one.execute("select current_database()").fetchone() for one in (admin, owner))
    assert theirs and ours
    if theirs != ours:
        what = f"it leads to database {theirs[0]}, but the store is database {ours[0]}"
        raise Refused(Problem("GENDASH_ADMIN_DATABASE_URL", what, f"name database {ours[0]} in it"))


def current_role(connection: Connection) -> str:
    """The role with whose privileges a connection acts."""
    row = connection.execute("select current_user").fetchone()
    assert row
    return str(row[0])

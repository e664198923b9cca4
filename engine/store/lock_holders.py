"""Sessions that hold locks on gendash's relations. Every query takes one on what it reads, until its transaction ends.

So a session of a reader role that leaves a transaction open stops a migration. Its time limits end it, unless the
session has changed them; then a migration ends the session, as far as its role may.
"""

from __future__ import annotations

from gendash.engine.clients.postgres import Connection
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_roles

LONG_S = 10  # beyond the time limit of a reader's query
_HOLDERS = """
select distinct usename, pid from pg_locks join pg_stat_activity using (pid)
join pg_class c on c.oid = pg_locks.relation join pg_namespace n on n.oid = relnamespace
where granted and database = (select oid from pg_database where datname = current_database())
  and nspname = %s and pid <> pg_backend_pid() order by 1, 2
"""
# The time of a transaction can be seen only by a role that may also end it
_LONG = """
select pg_terminate_backend(pid) from (
  select distinct pid from pg_locks join pg_stat_activity using (pid)
  join pg_class c on c.oid = pg_locks.relation join pg_namespace n on n.oid = relnamespace
  where granted and database = (select oid from pg_database where datname = current_database())
    and nspname = %s and usename = any(%s) and xact_start < now() - make_interval(secs => %s)
) as long
"""


def lock_holders(connection: Connection, config: Config) -> list[str]:
    """The sessions that hold locks in the schema, each as ``role (pid 123)``."""
    found = connection.execute(_HOLDERS, [config["schema"]]).fetchall()
    return [f"{role} (pid {pid})" for role, pid in found]


def end_long_readers(connection: Connection, config: Config) -> int:
    """Ends sessions of reader roles that hold locks in the schema beyond their time limits; returns how many.

    Raises the driver's InsufficientPrivilege if the role may not end them; `lock_holders` names them.
    """
    readers = list(reader_roles(config).values())
    return len(connection.execute(_LONG, [config["schema"], readers, LONG_S]).fetchall())

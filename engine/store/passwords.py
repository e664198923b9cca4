"""Passwords of the reader roles: set by `migrate`, and tried, since each session of a role can change its role's."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping

from gendash.engine.clients.postgres import Connection, Place, open_connection, store
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_roles
from gendash.engine.errors import Denied, TargetError
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.store.roles import PASSWORDS, Reader, Record, Step, Surroundings

Accepts = Callable[[str, str], bool | None]
_REFUSED = "$refused"  # after a fingerprint: the server rejected the password that the last migration set


def password_steps(
    connection: Connection,
    seen: Surroundings,
    config: Config,
    recorded: Mapping[tuple[str, str], str],
    accepts: Accepts,
) -> list[Step]:
    """The steps that set passwords of readers: new ones, and those that the server rejects.

    Each session of a role can change the role's password, so it is tried (``accepts``). Where it cannot be tried, or is
    always rejected, it is set again without a line about it. The server sees a SCRAM verifier only.
    """
    steps = []
    for audience, role in reader_roles(config).items():
        password = config[PASSWORDS[audience]]
        there = seen.roles.get(role, Reader(may_alter=False))
        if not password or not there.may_alter:
            continue
        known = recorded.get((role, "role"), "")
        is_known = there.login and _is_fingerprint(known, password)
        accepted = accepts(role, password) if is_known else None
        if is_known and accepted:
            forgotten = ((role, "role", known.removesuffix(_REFUSED)),)
            steps += [Step("", (), forgotten)] if known.endswith(_REFUSED) else []
            continue
        is_new = not is_known or (accepted is False and not known.endswith(_REFUSED))
        record = known if is_known else fingerprint(password)
        verifier = scram(connection, role, password)
        statement = f"alter role {quote_name(role)} login password {quote_text(verifier)}"
        steps.append(Step(f"set password of {role}" if is_new else "", (statement,), ((role, "role", record),)))
    return steps


def refused_passwords(
    steps: Iterable[Step], config: Config, accepts: Callable[[str, str], bool | None]
) -> list[Record]:
    """Records of passwords that were just set and that the server rejects still: a pooler, say, has its own list."""
    passwords = {role: config[PASSWORDS[audience]] for audience, role in reader_roles(config).items()}
    records = [record for step in steps for record in step.records if record[1] == "role"]
    return [
        (role, kind, f"{known}{_REFUSED}")
        for role, kind, known in records
        if known and not known.endswith(_REFUSED) and accepts(role, passwords[role]) is False
    ]


def accepts_password(place: Place, role: str, password: str) -> bool | None:
    """Whether the server lets a role in with a password; None where it asks for none, or cannot be asked."""
    try:
        connection = open_connection(place.with_(user=role, password=password))
    except Denied:
        return False
    except TargetError:
        return None
    used = bool(connection.pgconn.used_password)
    connection.close()
    return True if used else None


def rejected_passwords(config: Config) -> list[str]:
    """The reader roles whose configured password the store's server rejects."""
    passwords = {role: config[PASSWORDS[audience]] for audience, role in reader_roles(config).items()}
    place = store(config)
    return [
        role for role, password in passwords.items() if password and accepts_password(place, role, password) is False
    ]


def scram(connection: Connection, role: str, password: str) -> str:
    """The SCRAM verifier that the server stores for a password; computed here, so that no log contains the password."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


def fingerprint(password: str, salt: str = "") -> str:
    """A salted, slow hash, by which `migrate` detects a changed password."""
    salt = salt or secrets.token_hex(16)
    return f"{salt}${hashlib.pbkdf2_hmac('sha256', password.encode(), salt.encode(), 20_000).hex()}"


def _is_fingerprint(known: str, password: str) -> bool:
    known = known.removesuffix(_REFUSED)
    return bool(known) and hmac.compare_digest(known, fingerprint(password, known.split("$")[0]))

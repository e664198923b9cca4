"""Passwords of the reader roles: set by `migrate`, and tried, since each session of a role can change its role's."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping

from gendash.engine.clients.postgres import Connection, open_connection, store, translate
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_login, reader_roles
from gendash.engine.errors import Denied, TargetError
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Problem
from gendash.engine.store.roles import PASSWORDS, Reader, Record, Step, Surroundings, sets_passwords

_REFUSED = "$refused"  # after a fingerprint: the server rejected the password that the last migration set


def password_steps(
    connection: Connection, seen: Surroundings, config: Config, recorded: Mapping[tuple[str, str], str]
) -> list[Step]:
    """The steps that set passwords of readers as ``roles.passwords`` says: new ones, and those that the server rejects.

    Each session of a role can change the role's password, so it is tried. Where it cannot be tried, or is always
    rejected, it is set again without a line about it.
    """
    steps: list[Step] = []
    if not sets_passwords(config):
        return steps
    for audience, role in reader_roles(config).items():
        password = config[PASSWORDS[audience]]
        there = seen.roles.get(role, Reader(may_alter=False))
        if not password or not there.may_alter:
            continue
        known = recorded.get((role, "role"), "")
        is_known = there.login and _is_fingerprint(known, password)
        accepted = accepts_password(config, role) if is_known else None
        if is_known and accepted:
            forgotten = ((role, "role", known.removesuffix(_REFUSED)),)
            steps += [Step("", (), forgotten)] if known.endswith(_REFUSED) else []
            continue
        is_new = not is_known or (accepted is False and not known.endswith(_REFUSED))
        record = known if is_known else fingerprint(password)
        statement = password_sql(connection, config, role, password)
        steps.append(Step(f"set password of {role}" if is_new else "", (statement,), ((role, "role", record),)))
    return steps


def refused_passwords(steps: Iterable[Step], config: Config) -> list[Record]:
    """Records of passwords that were just set and that the server rejects still: a pooler, say, has its own list."""
    records = [record for step in steps for record in step.records if record[1] == "role"]
    return [
        (role, kind, f"{known}{_REFUSED}")
        for role, kind, known in records
        if known and not known.endswith(_REFUSED) and accepts_password(config, role) is False
    ]


def accepts_password(config: Config, role: str) -> bool | None:
    """Whether the server lets a reader sign in with its password; None where it asks for none, or cannot be asked."""
    place = store(config)
    audience = next(name for name, one in reader_roles(config).items() if one == role)
    login, password = reader_login(config, PASSWORDS[audience].removesuffix("_password")), config[PASSWORDS[audience]]
    try:
        connection = open_connection(place.with_(user=login, password=password), reads=True)
    except Denied:
        return False
    except TargetError:
        return None
    used = bool(connection.pgconn.used_password)
    connection.close()
    return True if used else None


def rejected_passwords(config: Config) -> list[str]:
    """The reader roles whose configured password the store's server rejects."""
    given = [role for audience, role in reader_roles(config).items() if config[PASSWORDS[audience]]]
    return [role for role in given if accepts_password(config, role) is False]


def password_sql(connection: Connection, config: Config, role: str, password: str) -> str:
    """The statement that sets a password. A SCRAM verifier is computed here, so that no log contains the password."""
    if config["roles.passwords"] == "verifier":
        pgconn = connection.pgconn
        password = pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    return f"alter role {quote_name(role)} login password {quote_text(password)}"


def password_refused(role: str, error: Exception) -> Denied:
    """The error for a password that the server did not accept; never the statement, which holds it."""
    (problem,) = translate(error, f"role {role}").problems
    todo = (
        "set roles.passwords to plain if the server takes passwords in plain text only, or to none and set it where"
        " the server's passwords are managed"
    )
    return Denied(Problem(f"role {role}", f"its password could not be set: {problem.what}", todo))


def fingerprint(password: str, salt: str = "") -> str:
    """A salted, slow hash, by which `migrate` detects a changed password."""
    salt = salt or secrets.token_hex(16)
    return f"{salt}${hashlib.pbkdf2_hmac('sha256', password.encode(), salt.encode(), 20_000).hex()}"


def _is_fingerprint(known: str, password: str) -> bool:
    known = known.removesuffix(_REFUSED)
    return bool(known) and hmac.compare_digest(known, fingerprint(password, known.split("$")[0]))

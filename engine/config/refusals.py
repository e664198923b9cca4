"""Values that no setting of any type may hold: checked once, when the settings are read, and nowhere later.

Names that several settings share, texts without control characters, numbers that every server can hold, URLs of the
right kind, no credentials in the file, and secrets that a header or a connection can carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gendash.engine.config import urls
from gendash.engine.config.settings import Setting
from gendash.engine.model import Problem

LARGEST = 1e15  # what every server, JSON and a bigint hold exactly
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_DATABASES = {"database_url", "source_url", "admin_database_url"}
_ADDRESSES = {"datasources.prometheus_address", "prometheus.rules_url", "prometheus.ruler_url"}
_IN_A_HEADER = ("token", "public_key", "secret_key")  # how the names of such secrets end
_CREDENTIALS = re.compile(r"[^\s/@]*:[^\s@]*@")
# Each of a group is an object of its own; one name for two would join what each may see, or write one over the other.
_DISTINCT = (
    ("roles.owner", "roles.reader", "roles.admin_reader", "roles.user_reader"),
    ("folders.everyone.uid", "folders.admin.uid"),
    *(tuple(f"datasources.{kind}.{of}" for kind in ("database", "admin", "prometheus")) for of in ("uid", "name")),
)
_SHARED_SCHEMAS = ("public", "information_schema")
_BLANKS = "\ufeff\u200b \t\r\n\v\f\xa0"


def without_blanks(value: str) -> str:
    """A value of the environment or of a file without the blanks, line ends and marks around it."""
    return value.strip(_BLANKS)


def refusal(setting: Setting, value: Any, in_file: bool) -> tuple[str, str] | None:
    """The fault of a value of the right type, and what to do; None if there is none. No value is repeated."""
    texts = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    if any(_CONTROL.search(text) for text in texts):
        return "it has a control character, or is not UTF-8 text", "take it out"
    if setting.key == "schema" and (value in _SHARED_SCHEMAS or str(value).startswith("pg_")):
        return "other roles and the server use this schema", "name one that gendash has for itself, such as gendash"
    numbers = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int | float)]
    if any(not -LARGEST <= number <= LARGEST for number in numbers):  # also for NaN
        return "it is out of range", f"give a number of at most {LARGEST:g}"
    if (setting.type in ("url", "server") and value != "none") or (setting.key in _ADDRESSES and value):
        return _url_refusal(setting, str(value), in_file)
    if setting.secret and setting.key.endswith(_IN_A_HEADER) and not re.fullmatch(r"[!-~]+", str(value)):
        return "it has a character that no HTTP header can carry", "copy it again"
    if in_file and setting.type in ("str", "list") and any(_holds_credentials(text) for text in texts):
        return "it holds credentials, and would be written into artifacts", "keep them with the server that needs them"
    return None


def shared_names(values: Mapping[str, Any], origins: Mapping[str, str]) -> Iterator[Problem]:
    """A problem for each setting that has the name of another one of its group."""
    for group in _DISTINCT:
        seen: dict[str, str] = {}
        for key in filter(values.get, group):
            other = seen.setdefault(values[key], key)
            if other != key:
                where = origins.get(key) or origins.get(other, "")
                yield Problem(where, f"{key}: '{values[key]}' is the name that {other} has", "give each its own")


def _holds_credentials(text: str) -> bool:
    return urls.holds_credentials(text) if "://" in text else bool(_CREDENTIALS.match(text))


def _url_refusal(setting: Setting, value: str, in_file: bool) -> tuple[str, str] | None:
    try:
        if setting.key in _DATABASES:
            urls.read_postgres(value)
            return None
        found = urls.read_http(value)
    except urls.BadUrl as error:
        is_database = setting.key in _DATABASES
        form = urls.POSTGRES_FORM if is_database else urls.HTTP_FORM
        return f"not a {'PostgreSQL ' if is_database else ''}URL: {error}", form
    if found.user or found.password:
        if setting.key.endswith("base_url"):
            return "it holds credentials", "take them out: the API keys are the credentials"
        if in_file:
            return "it holds credentials", f"set {setting.env} or {setting.env}_FILE instead"
    return None

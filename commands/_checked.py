"""A note of each catalog that the checks have passed, so that a command does not judge an unchanged one again.

Checks are functions of a catalog alone (a law of the house), so their verdict holds as long as the catalog, the code of
the engine and the libraries are the same. Only "no problems" is noted: a catalog with a problem is judged every time.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gendash.engine.config.load import Config
    from gendash.engine.definitions.catalog import Catalog

PACKAGE = Path(__file__).resolve().parents[1]
_MOST_NOTES = 100


def digest(catalog: Catalog) -> str:
    """SHA-256, in hex, of everything that decides what the checks find; empty for what cannot be written down."""
    judged = judged_settings(catalog.config)
    for field in dataclasses.fields(catalog):  # of all fields, so that a new one cannot be forgotten
        if field.name not in ("config", "schemas", "builtins"):  # the latter two are files of the engine
            value = getattr(catalog, field.name)
            judged.append(sorted(value) if isinstance(value, frozenset) else value)
    written = io.BytesIO()
    try:
        _Writer(written, protocol=5).dump(judged)
    except Exception:  # a user's class may hold or raise anything: the checks report it
        return ""
    found = hashlib.sha256(written.getvalue())
    for part in _code():
        found.update(hashlib.sha256(part).digest())
    return found.hexdigest()


def judged_settings(config: Config) -> list[Any]:
    """The values of all settings and where they come from; of a secret whether it is there or `none`."""
    from gendash.engine.config.load import setting_of
    from gendash.engine.config.value_types import NONE

    declared = {key: setting_of(key) for key in config.values}
    values = {
        key: (value == NONE, bool(value)) if one is None or one.secret else value
        for (key, value), one in zip(config.values.items(), declared.values(), strict=True)
    }
    return [values, sorted(config.origins.items())]


def is_noted(folder: Path, key: str) -> bool:
    """True if a catalog with this digest has passed the checks before, by the notes in ``folder``."""
    try:
        return bool(key) and (folder / key).is_file()
    except OSError:
        return False


def note(folder: Path, key: str) -> None:
    """Notes that the catalog with this digest has passed; the oldest notes go. Does nothing where it cannot write."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / key).touch(mode=0o600)
        notes = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for old in notes[:-_MOST_NOTES]:
            old.unlink(missing_ok=True)
    except OSError:
        return


class _Writer(pickle.Pickler):
    """Writes visualisations as the JSON that they give, whatever class they are of, and SELECTs as their texts."""

    def reducer_override(self, value: Any) -> Any:
        """How a value is written: one that has ``to_json_data`` as what that returns, a read-only map as a map.

        A SELECT of an adapter is its text, from which all of it follows.
        """
        if type(value).__name__ == "AdapterTable":
            return str, (value.raw,)
        if isinstance(value, MappingProxyType):
            return dict, (dict(value),)
        given = getattr(type(value), "to_json_data", None)
        return (list, ([type(value).__qualname__, given(value)],)) if given else NotImplemented


def _code() -> Iterator[bytes]:
    """What the verdict depends on beside the catalog: the engine's files, this Python, its libraries' versions."""
    for path in sorted((PACKAGE / "engine").rglob("*")):
        if path.suffix in (".py", ".json"):
            yield path.as_posix().encode()
            yield path.read_bytes()
    yield from installed()


def installed() -> Iterator[bytes]:
    """This Python and the versions of its libraries."""
    yield sys.version.encode()
    for folder in sorted({path for path in sys.path if path.endswith("-packages")}):
        yield from sorted(path.name.encode() for path in Path(folder).glob("*.dist-info"))

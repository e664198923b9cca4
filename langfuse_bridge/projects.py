"""The Langfuse projects of a configuration: each as a configuration of its own, so that one can fail alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gendash.engine.config.load import DEFAULTS, Config, suggest
from gendash.engine.config.settings import FIELDS
from gendash.engine.errors import ConfigError
from gendash.engine.model import Problem

_METADATA = "metadata."
_OF_A_SERVER = ("headers", "ca_file", "client_cert", "proxy", "proxy_auth", "insecure")


def each_project(config: Config, only: str = "", known: Sequence[str] = ()) -> list[Config]:
    """A configuration for each project, or for one. ``known`` are further names that may be asked for.

    Raises ConfigError for a name that there is not.
    """
    names = [config["langfuse.project"], *config["langfuse.projects"]]
    if not only:
        return [_of(config, name) for name in names]
    if only not in (*names, *known):
        do = suggest(only, names) or f"known: {', '.join(names)}"
        raise ConfigError(Problem("--project", f"no Langfuse project '{only}'", do))
    return [_of(config, only)]


def _of(config: Config, name: str) -> Config:
    if name == config["langfuse.project"]:
        return config
    own = config.under(f"langfuse.servers.{name}")
    inherited = dict(config.values)
    if "base_url" in own:  # another server: it gets no header, certificate or proxy of the first
        inherited = {key: value for key, value in inherited.items() if not key.startswith("langfuse.headers.")}
        inherited |= {f"langfuse.{key}": DEFAULTS[f"langfuse.{key}"] for key in _OF_A_SERVER}
    keys = {"public_key": "", "secret_key": ""}  # those of the first project would bring its rows
    values: dict[str, Any] = {f"langfuse.{key}": value for key, value in (keys | own).items()}
    return replace(config, values={**inherited, **values, "langfuse.project": name})


def widened(config: Config, fields: Sequence[str]) -> Config:
    """The configuration with other private fields open; ``metadata.KEY`` opens one key. No fields change nothing.

    Raises ConfigError with every name that is unknown.
    """
    if not fields:
        return config
    wrong = [name for name in fields if name not in FIELDS and not name.removeprefix(_METADATA).strip(".")]
    wrong += [name for name in fields if name not in FIELDS and not name.startswith(_METADATA)]
    if wrong:
        known = (*FIELDS, f"{_METADATA}KEY")
        hints = [suggest(name, known) or f"known: {', '.join(known)}" for name in wrong]
        raise ConfigError([Problem("--fields", f"unknown field '{n}'", h) for n, h in zip(wrong, hints, strict=True)])
    metadata = [name.removeprefix(_METADATA) for name in fields if name.startswith(_METADATA)]
    values = {
        "langfuse.fields": [name for name in fields if name in FIELDS],
        "langfuse.metadata": [*config["langfuse.metadata"], *metadata],
    }
    return replace(config, values={**config.values, **values})

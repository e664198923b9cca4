"""Further headers of requests: which names and values may be set, and where. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gendash.engine.model import Problem

NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
VALUE = r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?"
LINES = rf"\s*{NAME}:[ \t]*{VALUE}(?:\s*\n\s*{NAME}:[ \t]*{VALUE})*\s*"
"""Headers as one text: `Name: value`, one a line."""

_SECRET = re.compile(r"auth|cookie|token|secret|password|passwd|credential|signature|api-?key|access-?key", re.I)
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "content-encoding", "accept-encoding"})


def headers_in(text: str) -> dict[str, str]:
    """The headers of a text that holds one `Name: value` a line."""
    pairs = (line.partition(":") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def header_problems(values: Mapping[str, Any], origins: Mapping[str, str]) -> Iterator[Problem]:
    """The faults in the headers of all servers: invalid names, names that HTTP itself sets, and names of secrets."""
    for key, value in values.items():
        before, found, name = key.partition(".headers.")
        if found:
            yield from _name_problem(before, name, origins.get(key, ""))
            if _SECRET.search(name):
                do = f"set {_variable(before)} or {_variable(before)}_FILE to `{name}: <value>` instead"
                yield Problem(origins.get(key, ""), f"{key}: the name is that of a secret", do)
        elif key.endswith(".headers"):
            for one in headers_in(value):
                yield from _name_problem(key.removesuffix(".headers"), one, origins.get(key, ""))


def _name_problem(server: str, name: str, where: str) -> Iterator[Problem]:
    if not re.fullmatch(NAME, name):
        yield Problem(where, f"{server}.headers: {name!r} is no name of a header", "use letters, digits and -")
    elif name.lower() in _OURS:
        yield Problem(where, f"{server}.headers: {name} is set by gendash itself", "take it out")


def variable_prefix(server: str) -> str:
    """How the variables of a server's requests begin, by the beginning of its settings."""
    return "LANGFUSE" if server == "langfuse" else f"GENDASH_{server.replace('.', '_').upper()}"


def _variable(server: str) -> str:
    """The variable that holds the secret headers of a server, by the beginning of its settings."""
    if server.startswith("langfuse.servers."):
        project = re.sub(r"\W", "_", server.rpartition(".")[2]).upper()
        return f"LANGFUSE_{project}_HEADERS"
    return f"{variable_prefix(server)}_HEADERS"

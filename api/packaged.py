"""The YAML files that this package has of endpoints and lists."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from gendash.engine.definitions.yaml_text import read_yaml
from gendash.engine.errors import ContentError, raise_if
from gendash.engine.model import Problem


def yaml_files(folder: str) -> dict[str, Any]:
    """The content of each file of a folder of `api/`, by its name. Raises ContentError for files that are no YAML."""
    found, problems = {}, list[Problem]()
    for one in sorted((files("gendash.api") / folder).iterdir(), key=lambda file: file.name):
        if not one.name.endswith(".yaml"):
            continue
        where = f"api/{folder}/{one.name}"
        try:
            text = one.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or "not readable"
            problems.append(Problem(where, why, "fix the file"))
            continue
        read = read_yaml(text, 0)
        problems += [Problem(f"{where}:{line}" if line else where, what, do) for line, what, do in read.faults]
        found[one.name] = read.content
    raise_if(ContentError, problems)
    return found

"""What is picked of a dashboard's variables when its queries are put to a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gendash.engine.languages.grafana_macros import Choice
from gendash.engine.model import Dashboard
from gendash.engine.read.questions import first_choice

FIRST = {"breakdown": "model"}
"""The first option of variables without All."""


def picks(board: Dashboard, picked: Mapping[str, str]) -> list[Choice]:
    """Every variable with the value that is picked for it, else as at first."""
    firsts = [first_choice(one, (FIRST.get(one.name, "x"),)) for one in board.variables]
    return [replace(one, picked=(picked[one.name],)) if picked.get(one.name) else one for one in firsts]

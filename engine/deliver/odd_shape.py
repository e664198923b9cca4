"""Objects in Grafana may have any shape, since programs save them too: one that is odd costs only its own change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gendash.engine.deliver.changes import Change
from gendash.engine.errors import internal

ODD_SHAPE = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError)
"""What reading a value raises that has another shape than expected."""
WHAT = "Grafana holds it in a shape that Grafana does not write"


def contained(change: Change, make: Callable[[], list[Change]]) -> list[Change]:
    """The changes that are made of an object; where its shape is odd, ``change``, blocked."""
    try:
        return make()
    except ODD_SHAPE as error:
        return [change.turned("blocked", odd(error, "look at its JSON in Grafana, and delete or correct it"))]


def odd(error: Exception, todo: str) -> str:
    """One line on an object of an odd shape, with the place in the code and without a value."""
    return f"{WHAT} ({internal(error).what}); {todo}"


def rows_in(body: Any) -> list[Mapping[str, Any]]:
    """The objects of a list. Raises TypeError for what is no list of objects."""
    if not isinstance(body, list) or not all(isinstance(row, Mapping) for row in body):
        raise TypeError("not a list of objects")
    return body

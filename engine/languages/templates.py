"""The template language of content: calls of references, conditions, and loops over lists that are written out.

A text of SQL or PromQL is data, also where somebody else wrote it: it reaches nothing but the references that it is
given, it ends, and what it gives is bounded. So the language is a list of what may be in a template, and not Jinja
without a list of what may not; Jinja's sandbox is the second wall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 200_000  # characters of a template
LARGEST = 2_000_000  # characters of what it gives
MOST_ROUNDS = 1000  # of loops within each other
FILTERS = ("lower", "upper", "trim")
LOOP = ("first", "last", "index", "index0", "length")
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Call, nodes.Name, nodes.Const, nodes.Keyword),
    *(nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat),
    *(nodes.For, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Filter, nodes.Neg),
)


class TemplateFault(ValueError):
    """What is wrong with a template: one line, without the text."""


_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True
)
_ENVIRONMENT.globals.clear()
_ENVIRONMENT.filters = {name: one for name, one in _ENVIRONMENT.filters.items() if name in FILTERS}
_ENVIRONMENT.tests.clear()


def render_template(text: str, scope: Mapping[str, Callable[..., Any]]) -> str:
    """The text with its references called. Raises TemplateFault."""
    try:
        found, size = [], 0
        for part in _template(text).generate(scope):
            size += len(part)
            if size > LARGEST:
                raise TemplateFault(f"it gives more than {LARGEST:,} characters")
            found.append(part)
        return "".join(found)
    except TemplateFault:
        raise
    except RecursionError:
        raise TemplateFault("it is nested too deep") from None
    # TypeError: a reference with too few or too many names; others: values that it cannot be called with
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        raise TemplateFault(" ".join(str(error).rpartition("<locals>.")[2].split())) from None


@lru_cache(maxsize=4096)
def _template(text: str) -> jinja2.Template:
    if len(text) > LONGEST:
        raise TemplateFault(f"it is longer than {LONGEST:,} characters")
    tree = _ENVIRONMENT.parse(text)
    _check(tree, 1)
    return _ENVIRONMENT.from_string(tree)


def _check(node: nodes.Node, rounds: int) -> None:
    """Raises TemplateFault for what is not in the language. Nothing is evaluated before, not even a constant."""
    line = f"line {node.lineno}"
    if not isinstance(node, _ALLOWED):
        raise TemplateFault(f"{line}: {type(node).__name__.lower()} is not allowed in templates")
    called = node.node if isinstance(node, nodes.Call) and not (node.dyn_args or node.dyn_kwargs) else None
    if isinstance(node, nodes.Call) and not isinstance(called, nodes.Name):
        raise TemplateFault(f"{line}: only references can be called")
    if isinstance(node, nodes.Getattr) and not (
        isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in LOOP
    ):
        raise TemplateFault(f"{line}: attribute {node.attr[:40]} is not allowed in templates")
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise TemplateFault(f"{line}: filter {node.name[:40]} is not allowed in templates")
    if isinstance(node, nodes.For):
        if not isinstance(node.iter, nodes.List | nodes.Tuple) or node.recursive:
            raise TemplateFault(f"{line}: a loop goes over a list that is written in it")
        rounds *= max(1, len(node.iter.items))
        if rounds > MOST_ROUNDS:
            raise TemplateFault(f"{line}: loops of more than {MOST_ROUNDS} rounds")
    for child in node.iter_child_nodes():
        _check(child, rounds)

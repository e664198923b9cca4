"""The template language: what it has, that it reaches nothing else, and that it ends."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.names import Names
from gendash.engine.definitions.references import resolve_references
from gendash.engine.languages.templates import LARGEST, TemplateFault, render_template

SCOPE: dict[str, Any] = {"view": lambda name: f"gendash.{name}", "feature": lambda name: name == "on"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("select 1 from {{ view('a') }}", "select 1 from gendash.a"),
        ("{% if feature('on') %}yes{% else %}no{% endif %}", "yes"),
        ("{% if not feature('on') or feature('off') %}yes{% else %}no{% endif %}", "no"),
        ('{% for a, b in [("x", 1), ("y", 2)] %}{{ a }}{{ b }}{{ ", " if not loop.last }}{% endfor %}', "x1, y2"),
        ("{{ view('a') | upper }}", "GENDASH.A"),
        ("{{ 'a' ~ 1 }}{# a note #}{% raw %}{{ x }}{% endraw %}", "a1{{ x }}"),
    ],
)
def test_what_the_language_has(text: str, wanted: str) -> None:
    assert render_template(text, SCOPE) == wanted


ESCAPES = [
    "{{ cycler.__init__.__globals__.os.system('touch /tmp/gendash-owned') }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ view.__globals__ }}",
    "{{ view.__code__.co_consts }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ joiner }}",
    "{{ namespace(a=1).a }}",
    "{{ (view | attr('__globals__'))['os'] }}",
    "{{ [].append(1) }}",
    "{{ '%s' | format(view) }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
    "{% extends '/etc/passwd' %}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% set x = view %}{{ x }}",
    "{% call view('a') %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% with a = 1 %}{{ a }}{% endwith %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% block a %}{% endblock %}",
]
ENDLESS = [
    "{% for a in range(1000000000) %}x{% endfor %}",
    "{{ 'x' * 10000000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ '%1000000000s' % 1 }}",
    "{{ 'x' | center(1000000000) }}",
    "{{ [1, 2] * 1000000000 }}",
    "{{ 1 // 0 }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for a in 'xxxxxxxxxx' %}{% endfor %}",
    "".join("{% for a in [1,1,1,1,1,1,1,1,1,1] %}" for _ in range(9)) + "x" + "{% endfor %}" * 9,
    "{{ " + "not " * 100_000 + "1 }}",
    "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
    "{{ view('" + "x" * 300_000 + "') }}{# #}",
]


@pytest.mark.parametrize("text", [*ESCAPES, *ENDLESS])
def test_nothing_else_is_in_it_and_it_ends(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(TemplateFault) as caught:
        render_template(text, SCOPE)
    assert time.process_time() - begun < 5
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_what_it_gives_is_bounded() -> None:
    with pytest.raises(TemplateFault, match="gives more than"):
        render_template("{% for a in [1,2,3] %}{{ big() }}{% endfor %}", {"big": lambda: "x" * LARGEST})


@pytest.mark.parametrize("key", ["database_url", "grafana_token", "langfuse.secret_key", "grafana.headers"])
def test_no_secret_can_be_read(key: str) -> None:
    environ = {
        "GENDASH_DATABASE_URL": "postgresql://me:SECRET@h/db",
        "GENDASH_GRAFANA_TOKEN": "SECRET",
        "LANGFUSE_SECRET_KEY": "SECRET",
        "GENDASH_GRAFANA_HEADERS": "X-Token: SECRET",
    }
    names = Names(load_config("", environ=environ), {}, {}, {})
    for text in (f"{{{{ setting('{key}') }}}}", f"{{{{ setting('{key}') }}}}{{# #}}", f"{{{{ slo('../{key}') }}}}"):
        found = resolve_references(text, names)
        assert "SECRET" not in found.text
        assert found.wrong


@pytest.mark.parametrize(
    "call", ["view()", "view(1)", "view(['a'])", "setting(view)", "by()", "nothing('a')", "duration_s('schema')"]
)
def test_a_reference_that_is_called_with_nonsense_is_a_problem(call: str) -> None:
    found = resolve_references(f"select {{{{ {call} }}}}", Names(load_config(), {}, {}, {}))
    assert found.wrong

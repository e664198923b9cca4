"""Seeded mutations of texts and of JSON values: what a person mistypes, and what somebody hostile sends."""

from __future__ import annotations

import copy
import random
from typing import Any

SECRET = "Zx9secret"
TEXTS = (
    *(
        "",
        " ",
        "\0",
        "\x07",
        "\ufeff",
        "'",
        '"',
        "\\",
        "%",
        "${x}",
        "{{",
        "}}",
        "{% if %}",
        "{{ x.__class__ }}",
        "/*",
        "*/",
        "--",
    ),
    *(
        ";",
        "&a",
        "*a",
        "!!python/name:os.system",
        "!!binary =",
        "|",
        ">",
        "?",
        "- ",
        ": ",
        "#",
        "[",
        "]",
        "{",
        "}",
        "<<: *a",
    ),
    *(
        "null",
        "~",
        "true",
        "0x1F",
        "1e999",
        "-0",
        ".inf",
        ".nan",
        "9" * 400,
        "2026-02-30",
        "0s",
        "-1m",
        "٣s",
        "é",
        "漢",
        "\U0001f4a9",
    ),
    *(
        "__all",
        "$__all",
        "x" * 7000,
        "../../etc/passwd",
        "http://[::bad/",
        "javascript:alert(1)",
        "\r\nX: y",
        "\u202e",
        "\ud7ff",
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, 1e308, float("inf"), float("nan"), 0.1),
    *([], {}, [None], {"": None}, [[[]]], "", "x", "null", "NaN", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
    *("10000-01-01T00:00:00Z", "1970-01-01", "\0", "\ud800", "x" * 7000, "{" * 2000, *TEXTS[:8]),
)


def mutated_text(rng: random.Random, text: str) -> str:
    """A text with one to four changes: characters, lines and blocks dropped, doubled, moved, or odd ones put in."""
    for _ in range(rng.randint(1, 4)):
        at, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        end = min(end, at + rng.choice((1, 3, 20, 200)))
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + rng.choice(TEXTS) + text[at:]
        elif kind == 2:
            text = text[:at] + text[at:end] * rng.choice((2, 3, 30)) + text[end:]
        elif kind == 3:
            text = text[:at] + rng.choice(TEXTS) + text[end:]
        else:
            lines = text.split("\n")
            one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            text = "\n".join(lines)
    return text


def mutated_value(rng: random.Random, value: Any) -> Any:
    """A value with one to three changes anywhere within it."""
    whole = [copy.deepcopy(value)]
    for _ in range(rng.randint(1, 3)):
        holder: Any = whole
        key: Any = 0
        while isinstance(holder[key], list | dict) and holder[key] and rng.random() < 0.75:
            holder = holder[key]
            key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        kind = rng.randrange(4)
        if kind == 0 and isinstance(holder, dict):
            holder[rng.choice(TEXTS)] = holder.pop(key)
        elif kind == 1 and isinstance(holder, list) and holder is not whole:
            holder.extend([holder[key]] * 3)
        elif kind == 2:
            deep: Any = "x"
            for _ in range(rng.choice((5, 300))):
                deep = [deep] if rng.random() < 0.5 else {"a": deep}
            holder[key] = deep
        else:
            holder[key] = copy.deepcopy(rng.choice(VALUES))
        if not whole:
            break
    return whole[0]

"""Names of metrics beyond letters and digits, such as ``http.server.duration``, which Prometheus 3 and others keep.

They are selected by their label ``__name__``, which every server understands: ``{__name__="http.server.duration"}``.
The quoted form of Prometheus 3 means the same.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_MARK = "\ue000"  # of the private use area: in no name
_MARKED = re.compile(rf"{_MARK}([^{_MARK}]+){_MARK}([a-zA-Z0-9_]*)(\s*\{{)?")


def is_plain(name: str) -> bool:
    """True if a name can be written in PromQL without quotes."""
    return bool(_PLAIN.fullmatch(name))


def placeholder(name: str) -> str:
    """A name for a text in which a suffix and matchers may follow it; `with_selectors` writes it as a selector."""
    return name if is_plain(name) else f"{_MARK}{name}{_MARK}"


def with_selectors(text: str) -> str:
    """The text with each placeholder name as a selector."""

    def written(found: re.Match[str]) -> str:
        return f'{{__name__="{found[1]}{found[2]}"' + (", " if found[3] else "}")

    return _MARKED.sub(written, text) if _MARK in text else text


def selector(name: str, matchers: str = "") -> str:
    """PromQL that selects the series of a metric; ``matchers`` are in braces."""
    return with_selectors(placeholder(name) + matchers)


def bucket_bound(le: str) -> float | None:
    """The upper bound of a histogram's bucket, which its label ``le`` holds; None for a text that is no number."""
    try:
        return float(le)
    except ValueError:
        return None

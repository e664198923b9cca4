"""Design rules for titles: each fits its panel, and names figure and window without its dashboard or row."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.windows import follows_picker
from gendash.engine.model import Panel, Problem

LIMIT = {4: 9, 6: 22, 8: 32, 12: 55, 16: 70, 24: 110}
"""Characters that fit a width of the grid at 1280 pixels beside the docked menu."""
NAME_LINE_LIMIT = {4: 20, 6: 26, 8: 40}
WINDOW = re.compile(
    r"\b(now|today|yesterday|(this|calendar) months?|daily|weekly|monthly)\b"
    r"|\b(last (\d+ )?\w+|per (hour|day)|first \w+ days)\b"
    r"|\b\d+ (s|min|h|d|days|weeks|months)\b"
)
_FIXED = re.compile(r", \d+ (s|min|h|d|days|weeks|months)$")
_WORD = re.compile(r"[^\W\d_][\w'-]*|p\d\d")
# words that say how something is counted, or in which state it is, and not what it is
_GENERIC_WORDS = """
    a active all amount at average budget by count cost current daily data duration empty error errors failed
    failures forecast growth health in largest last lost max mean median min monthly negative new now number of old
    oldest open over p50 p95 p99 per percentiles rate ratio share size slow state status speed the time today top
    total trend used usage value weekly worst
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())


def check_titles_unique(catalog: Catalog) -> list[Problem]:
    """No two panels of a dashboard have the same title."""
    return [
        Problem(dashboard.name, f"two panels have the title '{title}'", "rename one")
        for dashboard in catalog.dashboards.values()
        for title, count in Counter(panel.title for panel in dashboard.panels()).items()
        if count > 1
    ]


def check_titles(catalog: Catalog) -> list[Problem]:
    """Titles fit their panel at 1280 pixels, and constant name lines their tile."""
    found = []
    for where, _, panel in catalog.panels():
        limit = LIMIT.get(panel.width, 0)
        if not panel.title.strip() or (limit and len(panel.title) > limit):
            found.append(
                Problem(where, f"title of {len(panel.title)} characters", f"1 to {limit} fit width {panel.width}")
            )
        longest = NAME_LINE_LIMIT.get(panel.width)
        if catalog.body(where)["type"] == "stat" and longest:
            found += [
                Problem(where, f"name line '{query.legend}' is too long", f"at most {longest} characters fit")
                for query in panel.queries
                if "{{" not in query.legend and len(query.legend) > longest
            ]
    return found


def check_titles_alone(catalog: Catalog) -> list[Problem]:
    """A title has two words or more, of which one names what is counted: it is also read in alerts and searches."""
    return [
        Problem(where, f"the title '{panel.title}' names no figure", "name what is counted: 'Failed documents, now'")
        for where, _, panel in catalog.panels()
        if panel.queries and panel.title.strip() and not _names_a_figure(panel.title)
    ]


def _names_a_figure(title: str) -> bool:
    words = _WORD.findall(WINDOW.sub("", title.lower()))
    own = [word for word in words if word not in _GENERIC]
    return bool(own) and (len(words) > 1 or bool(re.search(r"\b(daily|weekly|monthly|first)\b|\bper\b", title.lower())))


def check_titles_one_figure(catalog: Catalog) -> list[Problem]:
    """One title is one figure on all dashboards: panels that share it have one slug, or the same queries."""
    seen: dict[str, list[tuple[str, Panel]]] = defaultdict(list)
    for where, _, panel in catalog.panels():
        if panel.queries:
            seen[panel.title.lower()].append((where, panel))
    return [
        Problem(where, f"has the title '{panel.title}' of {first[0]}, which shows another figure", "rename one")
        for first, *others in seen.values()
        for where, panel in others
        if where.partition("/")[0] != first[0].partition("/")[0] and not _same_figure(catalog, first, (where, panel))
    ]


def _same_figure(catalog: Catalog, *two: tuple[str, Panel]) -> bool:
    (one, a), (other, b) = two
    if a.slug == b.slug:
        return bool(catalog.body(one)["type"] == catalog.body(other)["type"])
    return [query.text for query in a.queries] == [query.text for query in b.queries]


def check_titles_window(catalog: Catalog) -> list[Problem]:
    """A SQL panel that does not follow the time picker has its window, or 'now', in its title."""
    return [
        Problem(where, f"the title '{panel.title}' lacks its window", "end it with the window: ', 7 d' or ', now'")
        for where, _, panel in catalog.panels()
        if panel.role != "freshness" and panel.title.strip() and not follows_picker(catalog, panel)
        if not WINDOW.search(panel.title.lower())
    ]


def check_titles_follow(catalog: Catalog) -> list[Problem]:
    """A panel whose SQL follows the time picker names no fixed window in its title."""
    return [
        Problem(
            where, f"the title '{panel.title}' names a window, and the panel follows the picked range", "leave it out"
        )
        for where, _, panel in catalog.panels()
        if panel.queries and all(query.language == "sql" for query in panel.queries)
        if _FIXED.search(panel.title) and follows_picker(catalog, panel)
    ]

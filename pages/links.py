"""Links of a page: to pages of the same site, on live pages with what was picked and clicked, and to web addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from gendash.engine.definitions.grid import panel_id
from gendash.engine.read.display import display
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field, Frame
from gendash.engine.render.links import link_target
from gendash.pages.setting import Setting

_SCHEMES = ("http", "https")
_VALUE = re.compile(r"\$\{__((?:data|value|field)\.[^}]+?)(?::(?:raw|percentencode|text))?\}")
_COLUMN = re.compile(r"data\.fields[.\[\"']*([^\"'\]]+?)[\"'\]]*(?:\.(?:text|numeric))?")
_NO_FRAME = Frame("", ())
_ALL_TIMES = "from=0&to=now"
_ALL_DAYS = 399  # nearly the longest range that the API answers


@dataclass(frozen=True)
class Clicked:
    """What a link belongs to: a field, the row of its frame where it is a cell or a bar of a row, and its name."""

    field: Field
    frame: Frame = _NO_FRAME
    row: int | None = None
    name: str = ""


def target_of(leads_to: str, setting: Setting) -> tuple[str, str]:
    """Address and name of what a panel leads to; empty where that is no page of this site."""
    name, slug = link_target(leads_to)
    if name not in setting.pages:
        return "", ""
    target = setting.catalog.dashboards[name]
    title = next((one.title for one in target.panels() if one.slug == slug), target.title)
    return _page(name, slug, setting, {}), title


def address_of(clicked: Clicked, setting: Setting, otherwise: str = "") -> str:
    """Where the first usable link of a field leads; a value never brings a scheme or a host."""
    for link in clicked.field.config.get("links", ()):
        url = str(link.get("url", ""))
        if page := _page_of(url, clicked, setting):
            return page
        target = _VALUE.sub(lambda match: _written(match, clicked), url)
        if "${" not in target and urlsplit(target).scheme in _SCHEMES and urlsplit(target).netloc:
            return target
    return otherwise


def _written(match: re.Match[str], clicked: Clicked) -> str:
    """A value in an address: whole where it begins the address, else as a part of it."""
    value = _value(match[1], clicked) or ""
    return value if match.start() == 0 else quote(value, safe="")


def _value(source: str, clicked: Clicked) -> str | None:
    """The text of `value.raw`, `field.name`, `field.labels.x`, `data.fields.x.text`; None where there is none."""
    own, row = clicked.field, clicked.row
    if source == "field.name":
        return clicked.name or display_name(own, [clicked.frame])
    if source.startswith("field.labels."):
        return own.labels.get(source.removeprefix("field.labels."))
    named = _COLUMN.fullmatch(source)
    wanted = named[1] if named else ""
    one = next((each for each in clicked.frame.fields if wanted in (each.name, each.column)), None) if named else own
    if one is None or row is None or row >= len(one.values) or one.values[row] is None:
        return None
    return str(display(one, one.values[row])) if source.endswith(".text") else str(one.values[row])


def _page_of(url: str, clicked: Clicked, setting: Setting) -> str:
    """The page of a link to one of our dashboards, or an empty text."""
    path, _, query = url.partition("?")
    name = next((one for one in setting.pages if path == f"/d/{setting.catalog.config.dashboard_uid(one)}"), "")
    if not name:
        return ""
    parts = dict(part.partition("=")[::2] for part in query.split("&"))
    ids = _slugs(name, tuple(one.slug for one in setting.catalog.dashboards[name].panels()))
    given: dict[str, str] = {}
    for key, written in parts.items():
        match = _VALUE.fullmatch(written)
        value = _value(match[1], clicked) if match else None
        if key.startswith("var-") and value is not None:
            given[key] = value
    if _ALL_TIMES in query:
        given["from"] = (setting.now - timedelta(days=_ALL_DAYS)).date().isoformat()
    return _page(name, ids.get(parts.get("viewPanel", ""), ""), setting, given)


@cache
def _slugs(dashboard: str, slugs: tuple[str, ...]) -> Mapping[str, str]:
    """The panels of a dashboard by what Grafana's addresses call them."""
    return {f"panel-{panel_id(dashboard, slug)}": slug for slug in slugs}


def _page(name: str, slug: str, setting: Setting, given: Mapping[str, str]) -> str:
    """The address of a page; a live one has what was picked, and in its place what was clicked."""
    place = f"#{slug}" if slug else ""
    if setting.handed is None:
        return f"{name}.html{place}"
    times = ("range", "from", "to") if "from" in given else ()
    handed = parse_qsl(setting.handed.get(name, ""))
    kept = [(key, value) for key, value in handed if key not in given and key not in times]
    query = urlencode([*kept, *given.items()])
    return f"{name}.html{'?' if query else ''}{query}{place}"

"""A person's edit in Grafana -> overrides, so that what the definitions render equals what is there.

Three-way, by part and field: an edit is what differs between our last version and the present dashboard. Where the
definition changed the same field since, the two conflict, and a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gendash.engine.config.load import suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.overrides import ROW, WHOLE, Fields, dotted, panel_places
from gendash.engine.deliver.apply import organisations, wanted_of
from gendash.engine.deliver.marks import Owner, last_own_version
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.odd_shape import ODD_SHAPE, odd
from gendash.engine.deliver.plan_newer import NewerDashboard
from gendash.engine.deliver.state import LiveDashboard
from gendash.engine.errors import Refused, raise_if
from gendash.engine.model import Dashboard, Problem
from gendash.engine.render.dashboard_diff import MISSING, Path, changed_paths, flat, stamp, stamped, values_agree
from gendash.engine.render.dashboards import render_dashboard

Overrides = Mapping[str, Fields | None]


@dataclass(frozen=True)
class Conflict:
    """A field that both the definition and a person changed; MISSING where one took it out."""

    place: str
    field: str
    before: Any
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        def shown(value: Any) -> str:
            return "nothing" if value is MISSING else repr(value)

        sides = f"the definition says {shown(self.ours)}, Grafana {shown(self.theirs)}, before {shown(self.before)}"
        return f"{self.place} {self.field}: {sides}"


@dataclass(frozen=True)
class Adopted:
    """New overrides by place, with what stays undecided, or the reason why nothing can be adopted."""

    overrides: Overrides
    conflicts: Sequence[Conflict] = ()
    refused: str = ""


def adopt_dashboard(
    catalog: Catalog, dashboard: Dashboard, live: LiveDashboard, owner: Owner, theirs: bool | None = None
) -> Adopted:
    """The overrides that take the edits of one dashboard into the definitions.

    ``theirs`` decides conflicts: True for Grafana's value, False for the definition's; None leaves them undecided.
    """
    now = render_dashboard(catalog, dashboard)
    base = last_own_version(live.history, owner)
    if base is None and stamped(live.dashboard) != stamped(stamp(now)):
        return Adopted({}, refused="our last version is not known, so edits and older content cannot be separated")
    before = base[0]["data"] if base else now
    old, new, ours = flat(before), flat(live.dashboard), flat(now)
    edited = [path for path in changed_paths(old, new) if _differs(ours, new, path)]
    clash = [path for path in edited if _differs(old, ours, path) and path[:2] not in _wholes(edited, old, ours, new)]
    places = _places(dashboard)
    conflicts = [_conflict(path, places, old, ours, new) for path in clash] if theirs is None else []
    taken = [path for path in edited if theirs or path not in set(clash)]
    if not taken:
        return Adopted({}, conflicts)
    wanted = dict(ours) | {path: new[path] for path in taken if path in new}
    wanted = {path: value for path, value in wanted.items() if path in new or path not in set(taken)}
    found = _overrides(taken, places, now, live.dashboard, ours, new)
    for whole in (False, True):
        if whole:
            found |= _whole_parts(catalog, dashboard, found, wanted, live.dashboard, places)
        rendered = flat(
            render_dashboard(replace(catalog, overrides=merge_overrides(catalog.overrides, found)), dashboard)
        )
        if not changed_paths(rendered, wanted):
            return Adopted(found, conflicts)
    left = changed_paths(rendered, wanted)
    return Adopted({}, conflicts, f"{_place(left[0], places)} {dotted(list(left[0][2:]))} cannot be said by overrides")


def adopted_edits(
    catalog: Catalog, dashboard: Dashboard, live: LiveDashboard, owner: Owner, theirs: bool | None = None
) -> Adopted:
    """`adopt_dashboard`, which refuses what has another shape than a dashboard."""
    try:
        return adopt_dashboard(catalog, dashboard, live, owner, theirs)
    except ODD_SHAPE as error:
        return Adopted({}, refused=odd(error, "correct it in Grafana first"))


def _rendered(catalog: Catalog, dashboard: Dashboard, found: Overrides) -> dict[str, Any]:
    return render_dashboard(replace(catalog, overrides=merge_overrides(catalog.overrides, found)), dashboard)


def merge_overrides(before: Overrides, found: Overrides) -> dict[str, Fields | None]:
    """Overrides with further ones: of a place in both the fields are joined."""
    merged = dict(before)
    for place, fields in found.items():
        there = merged.get(place)
        merged[place] = {**there, **fields} if there and fields and WHOLE not in fields else fields
    return merged


def _differs(one: Mapping[Path, Any], other: Mapping[Path, Any], path: Path) -> bool:
    return not values_agree(one.get(path, MISSING), other.get(path, MISSING))


def _wholes(paths: Sequence[Path], *sides: Mapping[Path, Any]) -> set[Path]:
    """Parts that one of the sides lacks as a whole."""
    parts = {path[:2] for path in paths if path[0] != "dashboard"}
    there = [{path[:2] for path in side} for side in sides]
    return {part for part in parts if part not in there[0] and part not in there[1]}


def _conflict(
    path: Path, places: Mapping[Path, str], old: Mapping[Path, Any], ours: Mapping[Path, Any], new: Mapping[Path, Any]
) -> Conflict:
    sides = (side.get(path, MISSING) for side in (old, ours, new))
    return Conflict(_place(path, places), dotted(list(path[2:])), *sides)


def _places(dashboard: Dashboard) -> dict[Path, str]:
    """The place of each panel that the definition names, by part of the normal form."""
    found: dict[Path, str] = {("panel", str(number)): place for place, number in panel_places(dashboard).items()}
    return found | {("dashboard", ""): dashboard.name}


def _place(path: Path, places: Mapping[Path, str]) -> str:
    part, name = path[:2]
    sign = {"panel": "#", "variable": "$", "annotation": "@"}.get(part, "")
    return places.get((part, name)) or f"{places['dashboard', '']}/{sign}{name}"


def _overrides(
    taken: Sequence[Path],
    places: Mapping[Path, str],
    now: Mapping[str, Any],
    live: Mapping[str, Any],
    ours: Mapping[Path, Any],
    new: Mapping[Path, Any],
) -> dict[str, Fields | None]:
    """The smallest fields that bring the values of ``taken``; whole parts where one side has none."""
    ours_has, new_has = {path[:2] for path in ours}, {path[:2] for path in new}
    found: dict[str, Any] = {}
    for path in taken:
        part, place = path[:2], _place(path, places)
        if part not in new_has:
            found[place] = None
        elif part not in ours_has:
            found[place] = _whole(live, part, places)
        elif path[2:] == ("row",):
            found.setdefault(place, {})[ROW] = _row_place(new.get(path), places)
        else:
            steps, value = _field(_raw(now, part), _raw(live, part), list(path[2:]))
            found.setdefault(place, {})[dotted(steps)] = value
    return found


def _row_place(row: Any, places: Mapping[Path, str]) -> Any:
    return places.get(("panel", str(row)), row) if row is not None else ""


def _whole(live: Mapping[str, Any], part: Path, places: Mapping[Path, str]) -> dict[str, Any]:
    raw = dict(_raw(live, part))
    row = raw.pop("__row", None)
    raw.pop("id", None)
    if raw.get("type") == "row":  # what is in it has places of its own
        raw["panels"] = []
    return {WHOLE: raw} | ({ROW: _row_place(row, places)} if row is not None else {})


def _whole_parts(
    catalog: Catalog,
    dashboard: Dashboard,
    found: Overrides,
    wanted: Mapping[Path, Any],
    live: Mapping[str, Any],
    places: Mapping[Path, str],
) -> dict[str, Fields | None]:
    """Parts as they are in Grafana, for those that the fields alone do not make equal."""
    rendered = flat(_rendered(catalog, dashboard, found))
    parts = {path[:2] for path in changed_paths(rendered, wanted) if path[0] != "dashboard"}
    return {_place(part, places): _whole(live, part, places) for part in sorted(parts) if _raw(live, part)}


def _raw(dashboard: Mapping[str, Any], part: Path) -> Mapping[str, Any]:
    """A part of a dashboard's JSON; of a panel in a folded row ``__row`` is the row's id."""
    kind, name = part
    if kind == "dashboard":
        return dashboard
    if kind != "panel":
        holder = dashboard.get("templating" if kind == "variable" else "annotations") or {}
        return next((one for one in holder.get("list") or () if one.get("name") == name), {})
    for top in dashboard.get("panels") or ():
        if str(top.get("id")) == name:
            return dict(top)
        for inner in top.get("panels") or ():
            if str(inner.get("id")) == name:
                return {**inner, "__row": top.get("id")}
    return {}


def _field(now: Any, live: Any, path: list[str]) -> tuple[list[str], Any]:
    """The steps to set and the value to set there: the leaf, or the list around it where its length changed."""
    for depth, step in enumerate(path):
        if isinstance(live, list):
            if not isinstance(now, list) or len(now) != len(live):
                return path[:depth], live
            now, live = now[int(step)], live[int(step)]
        elif isinstance(live, Mapping) and step in live:
            now, live = (now.get(step) if isinstance(now, Mapping) else None), live[step]
        else:
            return path[: depth + 1], None
    return path, live


def observe_edits(catalog: Catalog, names: Sequence[str] = (), theirs: bool | None = None) -> dict[str, Adopted]:
    """What is to be adopted, by dashboard, of those that somebody edited. Raises Refused for an unknown name."""
    wrong = [name for name in names if name not in catalog.dashboards]
    raise_if(Refused, [Problem("adopt", f"no dashboard '{n}'", suggest(n, catalog.dashboards)) for n in wrong])
    found: dict[str, Adopted] = {}
    for one, audience in organisations(catalog):
        wanted = wanted_of(one, audience=audience)
        observed = observe_grafana(one.config, wanted)
        for name in names or catalog.dashboards:
            live = observed.dashboards.get(one.config.dashboard_uid(name))
            if isinstance(live, str):
                found[name] = Adopted({}, refused=str(live))
            elif isinstance(live, NewerDashboard):
                found[name] = Adopted({}, refused=f"it is stored in Grafana's newer format ({live.format})")
            elif live is not None and (live.history or name in names):
                adopted = adopted_edits(one, one.dashboards[name], live, wanted.owner, theirs)
                if adopted != Adopted({}):
                    found[name] = adopted
    return found

"""The plan of `gendash rollback`, over every organisation of Grafana and the rules."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from gendash.engine.clients.grafana import session
from gendash.engine.clients.http import Pause
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.deliver.alerting import ObservedAlerting, alerting_changes, observe_alerting
from gendash.engine.deliver.applies import Delivered, kept_applies
from gendash.engine.deliver.apply import Part, Planned, configured, organisations, rules_plan, server_key, wanted_of
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.rollback import folders_back, read_versions, rollback_changes, until_before_last
from gendash.engine.deliver.state import Desired
from gendash.engine.render.grafana_alerting import grafana_alerting

NEVER = "database, data sources, contact points and secrets are not rolled back: apply earlier definitions for those"


class Rollback(NamedTuple):
    """A plan, the moment that it goes back to, and what it cannot bring back, in words."""

    planned: Planned
    moment: datetime | None
    notes: Sequence[str]


def plan_rollback(catalog: Catalog, state: Path, until: datetime | None, pause: Pause = time.sleep) -> Rollback:
    """What brings back the state of a time, or before the last apply. Raises Refused where there was none.

    A time without a fraction of a second is that second's end.
    """
    if until and not until.microsecond:
        until = until.replace(microsecond=999_999)
    targets = configured(catalog.config)
    parts, changes, servers, notes = [], list[Change](), list[str](), [NEVER]
    kept = kept_applies(catalog.config, server_key(catalog.config), state)
    if "grafana" not in targets:
        until = until or until_before_last({}, wanted_of(catalog).owner, kept)
    for one, audience in organisations(catalog) if "grafana" in targets else ():
        wanted = wanted_of(one, audience=audience)
        observed = observe_grafana(one.config, wanted, pause)
        own_kept = kept_applies(one.config, server_key(one.config), state)
        with session(one.config, pause) as ask:
            histories = {uid: read_versions(ask, uid) for uid in wanted.dashboards}
        until = until or until_before_last(histories, wanted.owner, own_kept)
        old = _newest(own_kept, until)
        target, own = rollback_changes(wanted, observed, histories, until, old.builds if old else {})
        if old:
            notes += [f"{one}; apply earlier definitions" for one in _lost(old, wanted)]
            aim, places = folders_back(wanted, observed, old)
            target, own = replace(target, folders=aim.folders), places + own
            own += _alerts_back(one, old, pause) if audience != "admin" else []
        parts.append(Part(one, target, own))
        servers.append(observed.server)
    old = _newest(kept, until) if until else None
    if old is None:
        notes.append("folders, permissions and rules stay as they are: no apply before that time was kept")
    elif "prometheus" in targets:
        changes += rules_plan(catalog, old.rules)
    changes += [change for part in parts for change in part.changes]
    return Rollback(Planned(changes, parts, "\n".join(servers)), until, notes)


def _lost(old: Delivered, wanted: Desired) -> list[str]:
    """The dashboards of then that the definitions no longer have, so that nothing is known of them."""
    gone = {uid: title for uid, title in old.dashboards.items() if uid not in wanted.dashboards}
    return [f"dashboard {uid} '{title}' is no longer in the definitions" for uid, title in gone.items()]


def _newest(kept: Sequence[Delivered], until: datetime) -> Delivered | None:
    return next((one for one in kept if one.at <= until), None)


def _alerts_back(catalog: Catalog, old: Delivered, pause: Pause) -> list[Change]:
    """The group of rules that Grafana evaluates, as it was; contact points and mute times stay."""
    if catalog.config["alerting.by"] != "grafana":
        return []
    with session(catalog.config, pause) as ask:
        there = observe_alerting(ask)
    was = grafana_alerting(catalog)._replace(rules=old.alerts)
    gone = _no_longer_there(old.alerts.values(), there)
    changes = [change for change in alerting_changes(was, there, ()) if change.name == was.group or there.unreadable]
    todo = "which left Grafana since: apply the earlier definitions"
    return [c.turned("blocked", f"rules of then name {', '.join(gone)}, {todo}") if gone else c for c in changes]


def _no_longer_there(rules: Iterable[Mapping[str, Any]], there: ObservedAlerting) -> list[str]:
    """Contact points and mute times that rules name and Grafana lacks: it would refuse the rules."""
    named = [rule["notification_settings"] for rule in rules if rule.get("notification_settings")]
    points = {one["receiver"] for one in named} - {str(one.get("name")) for one in there.contact_points}
    mutes = {name for one in named for name in one.get("mute_time_intervals") or ()}
    mutes -= {str(one.get("name")) for one in there.mute_timings}
    return [*(f"contact point '{n}'" for n in sorted(points)), *(f"mute time '{n}'" for n in sorted(mutes))]

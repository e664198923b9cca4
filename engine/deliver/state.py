"""The desired and the present state of Grafana, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gendash.engine.config.load import Config
from gendash.engine.deliver.marks import Owner
from gendash.engine.deliver.plan_newer import NewerDashboard
from gendash.engine.render.dashboard_diff import stamp
from gendash.engine.render.provisioning import Folder, declared_data_sources, folder, secrets, uses


class Unreadable(str):
    """The reason why an object could not be read this time: whether it is there is not known."""

    __slots__ = ()


@dataclass(frozen=True)
class Desired:
    """The desired state of Grafana: folders, data sources, and dashboards with the uid of their folder.

    ``admin_datasource`` is the uid of the one that reads what only admins should see; ``admin`` holds the uids of
    dashboards that only admins should see. ``secrets`` gives the digest of each data source's secret by uid, and
    ``written`` the digest of the one that was written last, where the store remembers them; None: no store remembers.
    ``prefix`` is how the uids of our dashboards begin. ``overwrite`` allows that edits of people are overwritten,
    ``prune`` that what left the definitions is removed; of a ``partial`` one nothing has left them.
    """

    owner: Owner
    folders: Sequence[Folder]
    datasources: Sequence[Mapping[str, Any]]
    dashboards: Mapping[str, tuple[Mapping[str, Any], str]]
    admin_datasource: str = ""
    admin: frozenset[str] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    written: Mapping[str, str] | None = field(default=None, repr=False)
    overwrite: bool = False
    prune: bool = False
    prefix: str = ""
    partial: bool = False

    def only(
        self, dashboards: Iterable[str] = (), folders: Iterable[str] = (), datasources: Iterable[str] = ()
    ) -> Desired:
        """A part of it, by uid: what it lacks is not taken to have left the definitions."""
        return replace(
            self,
            folders=[place for place in self.folders if place.uid in set(folders)],
            datasources=[source for source in self.datasources if source["uid"] in set(datasources)],
            dashboards={uid: found for uid, found in self.dashboards.items() if uid in set(dashboards)},
            partial=True,
        )


@dataclass(frozen=True)
class LiveDashboard:
    """A dashboard in Grafana. ``history`` is the part of its versions that the plan needs, newest first."""

    dashboard: Mapping[str, Any]
    meta: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]] = ()


Rows = Sequence[Mapping[str, Any]]


def panels_of(dashboard: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The panels of a dashboard, those inside of rows too, of whatever shape it is."""
    top = dashboard.get("panels")
    found = [panel for panel in top if isinstance(panel, Mapping)] if isinstance(top, list) else []
    return found + [inner for panel in found for inner in panel.get("panels") or () if isinstance(inner, Mapping)]


def library_panels(dashboard: Mapping[str, Any]) -> dict[str, str]:
    """The titles of a dashboard's library panels by the uid of their library element."""
    found = [(panel["libraryPanel"], panel) for panel in panels_of(dashboard) if panel.get("libraryPanel")]
    return {str(one["uid"]): str(panel.get("title") or one.get("name")) for one, panel in found if one.get("uid")}


@dataclass(frozen=True)
class ObservedGrafana:
    """The present state of Grafana. A text instead of an object is the reason why it cannot be read; None: absent.

    ``permissions`` are the rows of hidden folders, of the folders above them, and of admin dashboards, by uid; None
    where unknown. ``rights`` are the actions that our token is allowed, None where unknown. ``public`` holds the uids
    of dashboards with a public link, ``teams`` ids of teams by name. ``orphans`` are dashboards with our tag and prefix
    that the definitions lack. ``no_library`` are uids of library panels that our dashboards use and that there are not.
    ``server`` names the server, its version and the organisation.
    """

    dashboards: Mapping[str, LiveDashboard | NewerDashboard | str | None]
    folders: Mapping[str, Mapping[str, Any] | str | None]
    permissions: Mapping[str, Rows | None]
    datasources: Rows | str
    rights: frozenset[str] | None = None
    public: frozenset[str] | None = frozenset()
    teams: Mapping[str, int] = field(default_factory=dict)
    orphans: Mapping[str, LiveDashboard | NewerDashboard | str | None] = field(default_factory=dict)
    no_library: frozenset[str] = frozenset()
    server: str = ""


def may(observed: ObservedGrafana, action: str) -> bool:
    """True if our token may do it, or if Grafana does not report what it may."""
    return observed.rights is None or action in observed.rights


def may_on(observed: ObservedGrafana, action: str, *scopes: str) -> bool:
    """True if our token may do it on an object that has these scopes, or if Grafana does not report what it may."""
    every = ["*", *(f"{scope.partition(':')[0]}:*" for scope in scopes), *scopes]
    return observed.rights is None or any(f"{action} {scope}" in observed.rights for scope in every)


def desired(
    config: Config, dashboards: Mapping[str, Mapping[str, Any]], admin: Iterable[str] = (), project: str = ""
) -> Desired:
    """The desired state of Grafana for dashboards by uid; those whose uid is in ``admin`` go into the hidden folder.

    ``project`` identifies the project where no setting names it.
    """
    hidden = frozenset(admin)
    places = {uid: folder(config, "admin" if uid in hidden else "everyone") for uid in dashboards}
    used = set().union(*(uses(dashboard) for dashboard in dashboards.values())) if dashboards else set()
    return Desired(
        Owner(config["instance"], config["project"] or project),
        sorted(set(places.values()), key=lambda place: place.hidden),
        declared_data_sources(config, secrets(config), used),
        {uid: (stamp(dashboard), places[uid].uid) for uid, dashboard in sorted(dashboards.items())},
        config["datasources.admin.uid"],
        hidden,
        prefix=config.dashboard_uid(""),
    )

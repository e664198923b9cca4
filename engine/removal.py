"""What `uninstall` takes away, as data: what is listed is what goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gendash.engine.diff import lost_edits
from gendash.engine.plan import SOURCE_MARK, TAG, Live, ours, source_mark


class Removal(NamedTuple):
    """One thing that goes, or ``stays`` for a reason. ``version`` is the one that was looked at."""

    place: str
    kind: str
    name: str
    title: str = ""
    stays: str = ""
    version: int = 0

    def __str__(self) -> str:
        title = f' "{self.title}"' if self.title and self.title != self.name else ""
        return f"{'!' if self.stays else '-'} {self.place} {self.kind} {self.name}{title}" + (
            f": stays, {self.stays}" if self.stays else ""
        )


def dashboard(uid: str, live: Live, instance: str) -> Removal | None:
    """A dashboard that bears our tag: goes where the last version is ours; None where we never wrote it."""
    found = ours(live.history, instance)
    if found is None or TAG not in (live.dashboard.get("tags") or []):
        return None
    title, version = str(live.dashboard.get("title") or ""), int(live.meta.get("version") or 0)
    stays = ""
    if live.meta.get("provisioned"):
        stays = "since Grafana reads it from a file: remove the file"
    elif live.meta.get("canDelete") is False:
        stays = "since the token may not delete it"
    elif lost_edits(found[0]["data"], live.dashboard, found[0]["data"]):
        by = live.meta.get("updatedBy") or "somebody"
        stays = f"since {by} edited it after our version {found[0]['version']}: delete it in Grafana"
    return Removal("grafana", "dashboard", uid, title, stays, version)


def data_source(source: Mapping[str, Any], instance: str) -> Removal | None:
    """A data source that gendash made, by the mark that it left in it."""
    if (source.get("jsonData") or {}).get(SOURCE_MARK) != source_mark(instance):
        return None
    return Removal("grafana", "data source", str(source["uid"]), str(source.get("name") or ""))


def folder(uid: str, title: str, holds: Sequence[str]) -> Removal:
    """A folder of ours: goes where nothing stands in it but what goes too."""
    stays = f"since it holds {', '.join(holds)}" if holds else ""
    return Removal("grafana", "folder", uid, title, stays)

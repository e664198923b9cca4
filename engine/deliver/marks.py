"""The marks by which gendash recognizes what it wrote: in the messages of versions, and in data sources.

A mark names the installation (`instance`) and the project. Two marks of one installation and of two projects are of
two owners; a mark without a project, as one that was written without the store, fits every project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

TAG = "gendash"
MADE_BY = "madeBy"  # in a data source's jsonData, where Grafana keeps what it does not know
BUILD = "gendashBuild"  # beside it: the digest of what was written, by which an edit is recognized
_NAME = r"[a-z0-9-]+"
_MARK = re.compile(
    rf"gendash: (?P<build>[0-9a-f]{{12}})(?: instance=(?P<instance>{_NAME}))?(?: project=(?P<project>{_NAME}))?"
    r" folder=(?P<folder>[\w-]*)"
)


class Owner(NamedTuple):
    """Who writes: an installation of a project; both may be empty."""

    instance: str = ""
    project: str = ""

    def fits(self, other: Owner) -> bool:
        """True if the two may be one: the same installation, and no two different projects."""
        same_project = self.project == other.project or not (self.project and other.project)
        return self.instance == other.instance and same_project

    def __str__(self) -> str:
        parts = (("instance", self.instance), ("project", self.project))
        return " ".join(f"{key} {value}" for key, value in parts if value) or "no name"


def mark(build: str, owner: Owner, folder_uid: str) -> str:
    """The message of a version that gendash writes: by it the next plan recognizes the version as ours."""
    parts = (("instance", owner.instance), ("project", owner.project))
    names = "".join(f" {key}={value}" for key, value in parts if value)
    return f"gendash: {build}{names} folder={folder_uid}"


def is_mark(message: Any) -> bool:
    """True if the message of a version shows that gendash, of any installation, wrote it."""
    return bool(_MARK.match(str(message or "")))


def owner_of(message: Any) -> tuple[Owner, str] | None:
    """Who wrote a version with this message, and into which folder; None if it is no mark of gendash."""
    found = _MARK.match(str(message or ""))
    return (Owner(found["instance"] or "", found["project"] or ""), found["folder"]) if found else None


def build_of(message: Any) -> str:
    """The content hash of what was written with this message; empty if it is no mark of gendash."""
    found = _MARK.match(str(message or ""))
    return found["build"] if found else ""


def last_own_version(history: Sequence[Mapping[str, Any]], owner: Owner) -> tuple[Mapping[str, Any], str] | None:
    """The newest version that this owner wrote and the folder that it wrote it to."""
    for version in history:
        found = owner_of(version.get("message"))
        if found and found[0].fits(owner):
            return version, found[1]
    return None


def other_writer(history: Sequence[Mapping[str, Any]], owner: Owner) -> Owner | None:
    """The other project that wrote the newest version of gendash; None if that was this owner, or nobody."""
    newest = next((found for version in history if (found := owner_of(version.get("message")))), None)
    return newest[0] if newest and not newest[0].fits(owner) else None


def source_mark(owner: Owner) -> str:
    """The mark in a data source that gendash made it, and for whom."""
    return " ".join(filter(None, [TAG, owner.instance, owner.project and f"project={owner.project}"]))


def source_owner(source: Mapping[str, Any]) -> Owner | None:
    """Who made a data source, by the mark in it; None if gendash did not."""
    data = source.get("jsonData")
    words = str((data.get(MADE_BY) if isinstance(data, Mapping) else "") or "").split()
    if not words or words[0] != TAG:
        return None
    names = dict(word.split("=", 1) for word in words[1:] if "=" in word)
    return Owner(next((word for word in words[1:] if "=" not in word), ""), names.get("project", ""))

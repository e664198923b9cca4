"""The planned changes of data sources: ours are kept as declared, those of others are left alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.marks import BUILD, MADE_BY, source_mark, source_owner
from gendash.engine.deliver.state import Desired, ObservedGrafana, may
from gendash.engine.render.provisioning import POSTGRES

_TOP = ("name", "type", "url", "user", "basicAuth", "basicAuthUser")
_BY_FILE = "or let Grafana read provisioning/datasources/gendash.yaml of `gendash build`"


def data_source_change(source: Mapping[str, Any], wanted: Desired, observed: ObservedGrafana) -> Change:
    """The change of one data source. Missing, or of another kind, it blocks: panels would be dead."""
    uid, name = source["uid"], source["name"]
    lines = [f"{source['type']} at {source['url']}"]
    if uid == wanted.admin_datasource:
        lines.append("Grafana lets every Viewer of this organisation query it: where that matters, use one of its own")
    create = Change("grafana", "datasource", uid, "create", name, tuple(lines), marked(source, wanted))
    if isinstance(observed.datasources, str):
        what = f"cannot be seen ({observed.datasources})"
        return create.turned("blocked", f"{what}; give the token's service account the role Admin, {_BY_FILE}")
    for there in observed.datasources:
        if there.get("uid") == uid:
            return _existing(source, there, wanted, observed)
        if there.get("name") == name:
            todo = "rename one of them (datasources: in gendash.yaml)"
            return create.turned("blocked", f"'{name}' exists with another uid, {there.get('uid')}; {todo}")
    if not may(observed, "datasources:create"):
        what = "is missing, and the token may not create data sources"
        return create.turned("blocked", f"{what}; give its service account the role Admin, {_BY_FILE}")
    if source["type"] == POSTGRES and not (source["url"] and source["jsonData"]["database"]):
        return create.turned("blocked", "is missing, and so is the store's address; set GENDASH_DATABASE_URL")
    if source["type"] == POSTGRES and "secureJsonData" not in source:
        return create.turned(
            "create", f"without a password for {source['user']}; set it in the environment if it needs one"
        )
    return create


def marked(source: Mapping[str, Any], wanted: Desired) -> dict[str, Any]:
    """A data source as it is sent: with the mark of its owner and the digest of what is written."""
    own = {MADE_BY: source_mark(wanted.owner), BUILD: _digest(source)}
    return {**source, "jsonData": {**source["jsonData"], **own}}


def _existing(
    source: Mapping[str, Any], there: Mapping[str, Any], wanted: Desired, observed: ObservedGrafana
) -> Change:
    uid, name = source["uid"], source["name"]
    change = Change("grafana", "datasource", uid, "update", name, (), marked(source, wanted), before={"live": there})
    kind = _kind(there)
    if kind != source["type"]:
        what = f"the uid is taken by a data source of type {kind}, and panels need {source['type']}"
        return change.turned("blocked", f"{what}; give ours another uid (datasources: in gendash.yaml), or delete that")
    differences = _differences(source, there)
    maker = source_owner(there)
    secret = _secret(uid, wanted)
    if maker and not maker.fits(wanted.owner):
        what = f"belongs to another installation of gendash ({maker}), whose data panels would show"
        return change.turned("blocked", f"{what}; give this one an instance: or project: of its own")
    if there.get("readOnly") or not maker:
        where = "Grafana reads it from a file: change it there" if there.get("readOnly") else "not made by gendash"
        lines = [f"{line}; {where}, or change the setting" for line in differences]
        return change.turned("left" if lines else "none", *lines)
    if not differences and not secret:
        return change.turned("none")
    recorded = (there.get("jsonData") or {}).get(BUILD)
    if differences and recorded != _digest(there) and not wanted.overwrite:
        todo = "change the setting, or pass --overwrite-edits"
        return change.turned("left", *(f"{line}; edited in Grafana: {todo}" for line in differences))
    if not may(observed, "datasources:write"):
        what = "the token may not change data sources; give its service account the role Admin"
        return change.turned("blocked", *differences, *filter(None, [secret]), what)
    if not differences and wanted.written is None:
        return Change("grafana", "datasource", uid, "none", name, (secret,), change.payload)
    return change.turned("update", *differences, *filter(None, [secret]))


def _secret(uid: str, wanted: Desired) -> str:
    """What to say of the data source's secret: empty where it is the one that was written last, or there is none."""
    digest = wanted.secrets.get(uid)
    if not digest:
        return ""
    if wanted.overwrite:
        return "the password is written again, as --overwrite-edits says"
    if wanted.written is None:
        return "the password is written again, since no store remembers which one was written last"
    return "" if wanted.written.get(uid) == digest else "the password changed"


def _kind(there: Mapping[str, Any]) -> str:
    return POSTGRES if there.get("type") == "postgres" else str(there.get("type"))


def _declared(source: Mapping[str, Any]) -> dict[str, Any]:
    """The declared fields of a data source that have a value, by dotted name."""
    found = {key: source[key] for key in _TOP if source.get(key)}
    return found | {f"jsonData.{key}": value for key, value in source["jsonData"].items() if value not in ("", False)}


def _live(source: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields as Grafana has them."""
    live = {**there, "type": _kind(there)}
    live |= {f"jsonData.{key}": value for key, value in (there.get("jsonData") or {}).items()}
    if isinstance(live.get("url"), str):
        live["url"] = live["url"].rstrip("/")
    return {key: live[key] for key in _declared(source) if live.get(key) not in (None, "", False)}


def _differences(source: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """The fields of an existing data source that differ from the declared ones; passwords cannot be compared."""
    live = _live(source, there)
    return [
        f"{key} is {live.get(key)!r} in Grafana, declared {value!r}"
        for key, value in _declared(source).items()
        if live.get(key) != value
    ]


def _digest(source: Mapping[str, Any]) -> str:
    """The digest of a data source's own fields, without our marks and without secrets: another one after an edit."""
    fields = {key: source[key] for key in _TOP if source.get(key)} | {"type": _kind(source)}
    own = {key: value for key, value in (source.get("jsonData") or {}).items() if key not in (MADE_BY, BUILD) and value}
    return hashlib.sha256(json.dumps([fields, own], sort_keys=True).encode()).hexdigest()[:12]

"""A double of Grafana's API, as far as gendash uses it, for what a real one cannot be made to do: faults at any request.

What it answers follows the recorded answers of a real 12.3.0; the same tests run on both.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LEVELS = {"View": 1, "Edit": 2, "Admin": 4}
TIME = "2026-11-29T20:00:00Z"
Answer = tuple[int, Any]
Fault = Callable[[str, str], "Answer | str | None"]
"""Gets method and path; gives an answer in place of Grafana's, ``drop`` (done, no answer), ``reset`` (not done)."""


@dataclass
class Double:
    """The state of one organisation, and what was asked of it. ``rights`` None: the token may do all."""

    version: str = "12.3.0"
    organisation: tuple[int, str] = (1, "Main Org.")
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    permissions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    datasources: dict[str, dict[str, Any]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    teams: dict[str, int] = field(default_factory=dict)
    alerting: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    library: set[str] = field(default_factory=set)
    rights: list[str] | None = None
    scopes: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    lock: RLock = field(default_factory=RLock)

    def save(self, dashboard: dict[str, Any], folder: str, message: str, who: str) -> dict[str, Any]:
        """Stores a version, whatever the one before was."""
        uid = dashboard["uid"]
        now = self.dashboards.setdefault(uid, {"versions": [], "folder": folder})
        number = len(now["versions"]) + 1
        data = {key: value for key, value in dashboard.items() if key not in ("id", "version")} | {"version": number}
        now["versions"].append({"version": number, "message": message, "createdBy": who, "created": TIME, "data": data})
        now["folder"] = folder
        return {"status": "success", "uid": uid, "version": number, "id": 1, "folderUid": folder}

    def live(self, uid: str) -> dict[str, Any]:
        """A dashboard as it is now."""
        return deepcopy(self.dashboards[uid]["versions"][-1]["data"])

    def edit(self, uid: str, change: Callable[[dict[str, Any]], Any], who: str = "alice", message: str = "") -> None:
        """Saves a dashboard as a person would."""
        dashboard = self.live(uid)
        change(dashboard)
        self.save(dashboard, self.dashboards[uid]["folder"], message, who)

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        """Status and body for a request below /api."""
        parts = [unquote(part) for part in path.split("/")[2:]]
        for name in (f"{method.lower()}_{'_'.join(p for i, p in enumerate(parts) if i in shown)}" for shown in _SHOWN):
            handler = getattr(self, name.replace("-", "_"), None)
            if handler:
                found: Answer = handler(parts, query, body)
                return found
        return 404, {"message": "Not found"}

    def get_health(self, *_: Any) -> Answer:
        return 200, {"database": "ok", "version": self.version}

    def get_org(self, *_: Any) -> Answer:
        return 200, {"id": self.organisation[0], "name": self.organisation[1]}

    def get_access_control_user_permissions(self, *_: Any) -> Answer:
        known = ("folders:create", "folders:write", "dashboards:create", "datasources:create", "datasources:write")
        known += ("folders.permissions:read", "dashboards.permissions:read")
        return 200, {right: ["*"] for right in (known if self.rights is None else self.rights)} | self.scopes

    def get_teams_search(self, *_: Any) -> Answer:
        return 200, {"teams": [{"id": number, "name": name} for name, number in self.teams.items()]}

    def get_search(self, _: Any, query: dict[str, str], __: Any) -> Answer:
        folders = query.get("folderUIDs", "").split(",")
        rows = [
            {"uid": uid, "title": now["versions"][-1]["data"]["title"], "folderUid": now["folder"]}
            for uid, now in self.dashboards.items()
            if query.get("tag") in (None, *(now["versions"][-1]["data"].get("tags") or []))
            and folders in ([""], folders if now["folder"] in folders else [""])
        ]
        return 200, rows

    def get_folders(self, parts: list[str], *_: Any) -> Answer:
        found = self.folders.get(parts[1])
        return (200, self._folder(parts[1])) if found else (404, {"message": "folder not found"})

    def get_counts(self, parts: list[str], *_: Any) -> Answer:
        within = sum(now["folder"] == parts[1] for now in self.dashboards.values())
        return 200, {"alertrule": 0, "dashboard": within, "folder": 0, "librarypanel": 0}

    def _folder(self, uid: str) -> dict[str, Any]:
        found, parents, above = dict(self.folders[uid]), [], self.folders[uid].get("parentUid")
        while above:
            parents.insert(0, {"uid": above, "title": self.folders[above]["title"]})
            above = self.folders[above].get("parentUid")
        return found | ({"parents": parents} if parents else {})

    def post_folders(self, parts: list[str], _: Any, body: Any) -> Answer:
        if body.get("parentUid") and body["parentUid"] not in self.folders:
            return 404, {"message": "folder not found"}
        if len(parts) > 2:
            self.folders[parts[1]]["parentUid"] = body["parentUid"]
            return 200, self._folder(parts[1])
        if body["uid"] in self.folders:
            return 412, {"message": "the folder has been changed by someone else"}
        self.folders[body["uid"]] = {"version": 1, "updatedBy": "sa", **body}
        roles = [{"role": "Editor", "permission": 2}, {"role": "Viewer", "permission": 1}]
        self.permissions[body["uid"]] = [] if body.get("parentUid") else roles
        return 200, self._folder(body["uid"])

    def put_folders(self, parts: list[str], _: Any, body: Any) -> Answer:
        self.folders[parts[1]]["title"] = body["title"]
        return 200, self._folder(parts[1])

    def get_permissions(self, parts: list[str], *_: Any) -> Answer:
        return 200, self.permissions.get(parts[-2], [])

    def post_permissions(self, parts: list[str], _: Any, body: Any) -> Answer:
        self.permissions[parts[-2]] = body["items"]
        return 200, {"message": "Folder permissions updated"}

    def post_builtInRoles(self, parts: list[str], _: Any, body: Any) -> Answer:
        return self._one_permission(parts[2], {"role": parts[4]}, body["permission"])

    def post_teams(self, parts: list[str], _: Any, body: Any) -> Answer:
        return self._one_permission(parts[2], {"teamId": int(parts[4])}, body["permission"])

    def _one_permission(self, uid: str, who: dict[str, Any], level: str) -> Answer:
        """One row of a folder's permissions; an empty level takes it out."""
        rows = [row for row in self.permissions.get(uid, []) if not who.items() <= row.items()]
        self.permissions[uid] = [*rows, *([who | {"permission": LEVELS[level]}] if level else [])]
        return 200, {"message": f"Permission {'updated' if level else 'removed'}"}

    def get_datasources(self, parts: list[str], *_: Any) -> Answer:
        shown = [{k: v for k, v in one.items() if k != "secureJsonData"} for one in self.datasources.values()]
        if len(parts) == 1:
            return 200, shown
        found = [one for one in shown if one["uid"] == parts[-1]]
        return (200, found[0]) if found else (404, {"message": "Data source not found"})

    def post_datasources(self, _: list[str], __: Any, body: Any) -> Answer:
        if any(body["uid"] == one["uid"] or body["name"] == one["name"] for one in self.datasources.values()):
            return 409, {"message": "data source with the same name already exists"}
        return self.put_datasources(["", "", body["uid"]], None, body)

    def put_datasources(self, parts: list[str], _: Any, body: Any) -> Answer:
        before = self.datasources.get(parts[-1], {})
        secret = {**before.get("secureJsonData", {}), **body.get("secureJsonData", {})}
        self.datasources[parts[-1]] = {**body, "uid": parts[-1], "secureJsonData": secret, "readOnly": False}
        return 200, {"datasource": {"uid": parts[-1]}, "message": "Datasource saved", "name": body["name"]}

    def delete_datasources(self, parts: list[str], *_: Any) -> Answer:
        gone = self.datasources.pop(parts[-1], None)
        return (200, {"message": "Data source deleted"}) if gone else (404, {"message": "Data source not found"})

    def get_dashboards_public_dashboards(self, *_: Any) -> Answer:
        return 200, {"publicDashboards": [{"dashboardUid": uid, "isEnabled": True} for uid in self.public]}

    def get_dashboards_uid(self, parts: list[str], *_: Any) -> Answer:
        now = self.dashboards.get(parts[2])
        if not now:
            return 404, {"message": "Dashboard not found"}
        newest = now["versions"][-1]
        title = self.folders.get(now["folder"], {}).get("title", "")
        meta = {"version": newest["version"], "folderUid": now["folder"], "folderTitle": title, "updated": TIME}
        return 200, {"dashboard": newest["data"], "meta": {**meta, "updatedBy": newest["createdBy"], "canSave": True}}

    def get_versions(self, parts: list[str], query: dict[str, str], _: Any) -> Answer:
        if parts[2] not in self.dashboards:
            return 404, {"message": "Dashboard not found"}
        versions = self.dashboards[parts[2]]["versions"]
        if len(parts) > 4:
            return 200, versions[int(parts[4]) - 1]
        listed = [{**v, "message": "Initial save"} if v["version"] == 1 else v for v in reversed(versions)]
        return 200, {"versions": listed[: int(query.get("limit", 1000))]}

    def post_dashboards_db(self, _: Any, __: Any, body: Any) -> Answer:
        dashboard, uid = body["dashboard"], body["dashboard"]["uid"]
        now = self.dashboards.get(uid)
        if now and dashboard.get("version") != len(now["versions"]) and not body.get("overwrite"):
            return 412, {"status": "version-mismatch", "message": "The dashboard has been changed by someone else"}
        if body.get("folderUid") and body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        return 200, self.save(dashboard, body.get("folderUid", ""), body.get("message", ""), "sa-gendash")

    def delete_dashboards_uid(self, parts: list[str], *_: Any) -> Answer:
        gone = self.dashboards.pop(parts[2], None)
        return (200, {"message": "deleted"}) if gone else (404, {"message": "Dashboard not found"})

    def get_library_elements(self, parts: list[str], *_: Any) -> Answer:
        there = parts[1] in self.library
        return (
            (200, {"result": {"uid": parts[1]}}) if there else (404, {"message": "library element could not be found"})
        )

    def get_v1_provisioning(self, parts: list[str], *_: Any) -> Answer:
        found = deepcopy(list(self.alerting[parts[2]].values()))
        for one in found:
            one.get("settings", {}).update({"url": "[REDACTED]"} if "url" in one.get("settings", {}) else {})
        return 200, found

    def post_v1_provisioning(self, parts: list[str], _: Any, body: Any) -> Answer:
        self.alerting[parts[2]][body.get("uid") or body["name"]] = body
        return 201, body

    def put_v1_provisioning(self, parts: list[str], _: Any, body: Any) -> Answer:
        if parts[2] != "folder":
            return self.post_v1_provisioning(parts, _, body)
        rules = self.alerting["alert-rules"]
        for uid in [uid for uid, rule in rules.items() if rule["ruleGroup"] == parts[5]]:
            del rules[uid]
        rules.update({rule["uid"]: rule for rule in body["rules"]})
        return 200, body

    def delete_v1_provisioning(self, parts: list[str], *_: Any) -> Answer:
        return (200, {}) if self.alerting[parts[2]].pop(parts[3], None) else (404, {"message": "not found"})

    def run(self) -> ThreadingHTTPServer:
        """A server that answers from this state; who starts it shuts it down."""
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # the whole answer in one packet

            def answer(self) -> None:
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with double.lock:
                    double.asked.append((self.command, parts.path, dict(self.headers)))
                    faults = (fault(self.command, parts.path) for fault in double.faults)
                    fault = next((found for found in faults if found is not None), None)
                    if fault is None or fault == "drop":
                        given = double.answer(self.command, parts.path, query, json.loads(raw or "null"))
                    else:
                        given = fault if isinstance(fault, tuple) else (0, None)
                if isinstance(fault, str):
                    self.close_connection = True
                    return
                self.reply(*given)

            def reply(self, status: int, body: Any) -> None:
                text = body if isinstance(body, str) else json.dumps(body)
                location = text.removeprefix("-> ") if text.startswith("-> ") else ""
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if text.startswith("<") else "application/json")
                if location:
                    self.send_header("Location", location)
                if status == 429:
                    self.send_header("Retry-After", "0")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        return server


_SHOWN = ((0, 1, 2), (3,), (2,), (0, 1), (0,))
"""Which parts of a path name its handler: the last word that says what it is about, else its beginning."""

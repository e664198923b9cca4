"""Plan and apply over every target that is configured: database, Prometheus, Grafana, in this order."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from gendash.engine.clients.grafana import public_url, session
from gendash.engine.clients.http import Pause
from gendash.engine.config.load import Config, suggest
from gendash.engine.config.organisations import grafana_organisations
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.deliver import applies, grafana, ruler, rules_dir
from gendash.engine.deliver.alerting import alerting_changes, observe_alerting, secrets_of
from gendash.engine.deliver.changes import Action, Change
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.plan import plan
from gendash.engine.deliver.plan_rules import reload_change, rule_changes
from gendash.engine.deliver.state import Desired, desired
from gendash.engine.errors import Refused, TargetError, raise_if
from gendash.engine.model import Problem
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.render.grafana_alerting import grafana_alerting
from gendash.engine.render.rules import render_rules
from gendash.engine.store.delivered import Memory, recall, remember
from gendash.engine.store.migrate import migrate, pending

SWITCHES = {
    "database": ("database_url",),
    "prometheus": ("prometheus.rules_dir", ruler.SETTING),
    "grafana": ("grafana_token",),
}
SERVER_OF = {"database": "store", "prometheus": "prometheus", "grafana": "grafana"}


DASHBOARD = "dashboard/"


class PlanOptions(NamedTuple):
    """What plan and apply are asked for. ``only`` names targets, or dashboards as ``dashboard/NAME``."""

    only: tuple[str, ...] = ()
    prune: bool = False
    overwrite: bool = False


EVERYTHING = PlanOptions()


class Part(NamedTuple):
    """What one organisation of Grafana should hold, with the settings to reach it, and its changes."""

    catalog: Catalog
    wanted: Desired
    changes: list[Change]


class Planned(NamedTuple):
    """A plan: all changes in the order in which they are made; those of Grafana again by organisation.

    ``server`` names Grafana, its version and the organisations; empty where Grafana is no target.
    """

    changes: list[Change]
    parts: list[Part]
    server: str = ""


def configured(config: Config, only: Sequence[str] = ()) -> tuple[str, ...]:
    """The targets for which there is a setting to reach them, or those of ``only``; none where each server is none.

    Raises Refused where nothing is configured, and for a target of ``only`` whose server is none.
    """
    named = tuple(dict.fromkeys("grafana" if name.startswith(DASHBOARD) else name for name in only))
    wrong = [
        Problem("--only", f"there is no {one} ({why})", "leave it out") for one, why in none(config) if one in named
    ]
    raise_if(Refused, wrong)
    found = tuple(
        target
        for target, keys in SWITCHES.items()
        if any(config[key] for key in keys) and config.has(SERVER_OF[target])
    )
    if not found and (config.has("store") or config.has("grafana")):
        raise Refused(Problem("plan", "no target is configured", "set GENDASH_GRAFANA_TOKEN or GENDASH_DATABASE_URL"))
    return named or found


def none(config: Config) -> list[tuple[str, str]]:
    """The targets set to `none`, each with its setting."""
    return [(target, config.none(server)) for target, server in SERVER_OF.items() if not config.has(server)]


def observe_and_plan(catalog: Catalog, options: PlanOptions = EVERYTHING, pause: Pause = time.sleep) -> Planned:
    """The changes of all targets that are configured, or of those of ``only``.

    Raises TargetError where one does not answer, Refused for a dashboard of ``only`` that there is not.
    """
    config = catalog.config
    targets = configured(config, options.only)
    changes: list[Change] = []
    parts: list[Part] = []
    servers: list[str] = []
    if "database" in targets:
        changes += _database(catalog)
    if "prometheus" in targets:
        changes += rules_plan(catalog, render_rules(catalog), options)
    if "grafana" in targets:
        for one, audience in organisations(catalog):
            wanted = wanted_of(one, options, audience)
            observed = observe_grafana(one.config, wanted, pause)
            servers.append(observed.server)
            own = plan(wanted, observed)
            own += _alerting(one, wanted, pause) if audience != "admin" else []
            parts.append(Part(one, wanted, own))
            changes += own
    if len(set(servers)) < len(servers):
        what = "it is a token of the organisation in which everybody's dashboards are"
        raise Refused(Problem("GENDASH_GRAFANA_ADMIN_TOKEN", what, "make one in an organisation for admins"))
    return Planned(changes, parts, "\n".join(servers))


def organisations(catalog: Catalog) -> list[tuple[Catalog, str]]:
    """The organisations of Grafana that are delivered to, each with the audience whose dashboards go there; "": all."""
    return [(replace(catalog, config=config), audience) for config, audience in grafana_organisations(catalog.config)]


def _alerting(catalog: Catalog, wanted: Desired, pause: Pause) -> list[Change]:
    """The changes of alerting by Grafana; none where Prometheus evaluates alerts, or of a plan of single dashboards."""
    if catalog.config["alerting.by"] != "grafana" or wanted.partial:
        return []
    with session(catalog.config, pause) as ask:
        there = observe_alerting(ask)
    known = wanted.written or {}
    same = {uid for uid, digest in wanted.secrets.items() if known.get(uid) == digest}
    return alerting_changes(grafana_alerting(catalog), there, same)


def _secret_texts(catalog: Catalog, wanted: Desired) -> dict[str, str]:
    """The secrets of data sources and contact points by uid."""
    sources = {one["uid"]: one["secureJsonData"] for one in wanted.datasources if one.get("secureJsonData")}
    found = {uid: json.dumps(secret, sort_keys=True) for uid, secret in sources.items()}
    return found | (secrets_of(grafana_alerting(catalog)) if catalog.config["alerting.by"] == "grafana" else {})


def wanted_of(catalog: Catalog, options: PlanOptions = EVERYTHING, audience: str = "") -> Desired:
    """The desired state of Grafana, or of an audience's part, with what the store remembers of written secrets."""
    config = catalog.config
    memory = recall(config, server_key(config))
    admin = [config.dashboard_uid(d.name) for d in catalog.dashboards.values() if d.audience == "admin"]
    rendered = render_dashboards(catalog)
    names = [name.removeprefix(DASHBOARD) for name in options.only if name.startswith(DASHBOARD)]
    wrong = [name for name in names if name not in catalog.dashboards]
    raise_if(Refused, [Problem("--only", f"no dashboard '{n}'", suggest(n, catalog.dashboards)) for n in wrong])
    if audience:
        rendered = {uid: one for uid, one in rendered.items() if (uid in admin) == (audience == "admin")}
    if names:
        rendered = {uid: rendered[uid] for uid in map(config.dashboard_uid, names) if uid in rendered}
    wanted = desired(config, rendered, admin, memory.project if memory else "")
    return replace(
        wanted,
        secrets={uid: memory.digest(text) if memory else "?" for uid, text in _secret_texts(catalog, wanted).items()},
        written=memory.written if memory else None,
        overwrite=options.overwrite,
        prune=options.prune,
        partial=bool(names),
    )


def carry_out(
    catalog: Catalog,
    planned: Planned,
    state: Path,
    now: datetime,
    say: Callable[[str], None],
    done: list[Change] | None = None,
    keep: bool = True,
) -> list[Change]:
    """Makes the changes and returns the result of each; ``blocked`` if it could not be made. ``say`` gets progress.

    ``done`` gets each result as soon as it is there, so that an interruption can name it. What was delivered is kept
    for a rollback, if ``keep``.
    """
    config, changes = catalog.config, planned.changes
    done = [] if done is None else done
    own = {target: [change for change in changes if change.target == target] for target in SWITCHES}
    if any(change.writes for change in own["database"]):
        migrated = migrate(config, catalog)
        for note in migrated.notes:
            say(f"note: {note}")
        if migrated.problems:
            lines = tuple(str(problem) for problem in migrated.problems)
            own["database"] = [replace(change, action="blocked", lines=lines) for change in own["database"]]
    done += own["database"]
    sent, own["prometheus"] = _ruler_apart(own["prometheus"])
    if sent:
        done += _to_ruler(catalog, sent)
    if any(change.writes for change in own["prometheus"]):
        line = rules_dir.apply_rules(_rules_dir(config), own["prometheus"], config)
        say(line)
        done += [change for change in own["prometheus"] if change.kind != "reload"]
        if line != rules_dir.RELOADED:
            done.append(Change("prometheus", "reload", "reload", "blocked", "reload", (line,)))
    else:
        done += own["prometheus"]
    for part in planned.parts:
        made: list[Change] = []
        try:
            grafana.apply_to_grafana(part.catalog.config, part.wanted, part.changes, state, now, say, done=made)
        finally:
            done += made
            _remember(part.catalog, part.wanted, part.changes, made)
    if keep:
        _keep(catalog, planned, state, now, done, say)
    return done


def _failed(done: Sequence[Change]) -> bool:
    """True if anything is blocked but a reload, which Prometheus makes up for by itself."""
    return any(change.action == "blocked" and change.kind != "reload" for change in done)


def _keep(
    catalog: Catalog, planned: Planned, state: Path, now: datetime, done: Sequence[Change], say: Callable[[str], None]
) -> None:
    """Keeps what a whole apply delivered, for `rollback`; that it cannot be kept is no failure of the apply."""
    if any(part.wanted.partial for part in planned.parts) or _failed(done):
        return
    places: list[tuple[Catalog, Desired | None]] = [(part.catalog, part.wanted) for part in planned.parts]
    places = places or [(catalog, None)]
    try:
        for one, wanted in places:
            text = applies.delivered_text(one, wanted)
            applies.keep_apply(one.config, server_key(one.config), state, now, text, any(c.writes for c in done))
    except TargetError as error:
        say(f"note: {error.problems[0]}")


def _remember(catalog: Catalog, wanted: Desired, planned: Sequence[Change], made: Sequence[Change]) -> None:
    """Notes the secrets that were written; the store may have got its memory in this very apply."""
    config = catalog.config
    failed = {change.name for change in made if change.action in ("blocked", "left")}
    sent = {change.name for change in planned if change.kind in ("datasource", "alerting") and change.payload}
    written = {change.name for change in made} & sent - failed
    memory: Memory | None = recall(config, server_key(config)) if written else None
    if memory:
        texts = _secret_texts(catalog, wanted)
        remember(config, server_key(config), {uid: memory.digest(texts[uid]) for uid in written & texts.keys()})


def server_key(config: Config) -> str:
    """What the store's memory calls this Grafana."""
    admin = " admin" if config["access.admin_token"] and config["grafana_token"] == config["access.admin_token"] else ""
    return f"{public_url(config['grafana_url'])} {config['grafana_org_id']}{admin}"


def _database(catalog: Catalog) -> list[Change]:
    lines = tuple(pending(catalog.config, catalog))
    action: Action = "update" if lines else "none"
    return [Change("database", "migration", f"schema {catalog.config['schema']}", action, lines=lines)]


def rules_plan(catalog: Catalog, rendered: Mapping[str, bytes], options: PlanOptions = EVERYTHING) -> list[Change]:
    """The changes of the rule directory and of the ruler, of those that are configured, to rule files by path."""
    config = catalog.config
    found: list[Change] = []
    if config[ruler.SETTING]:
        written, groups = _written_groups(config), ruler.wanted_groups(rendered)
        found += ruler.ruler_changes(groups, ruler.observe_ruler(config), written, options.overwrite, options.prune)
        if not config["prometheus.rules_dir"]:
            return found
    files = {Path(path).name: content for path, content in rendered.items()}
    folder = _rules_dir(config)
    changes = rule_changes(files, rules_dir.observe_rules_dir(folder))
    if any(change.action != "none" for change in changes):
        return found + changes  # what is written is loaded by the reload after it
    loaded = rules_dir.observe_loaded(config)
    return found + changes + reload_change(files, rules_dir.reload_is_owed(folder), loaded)


def _written_groups(config: Config) -> Callable[[str, str], bool] | None:
    """Whether a group's text is the one that was written last; None where no store remembers."""
    memory = recall(config, _ruler_key(config))
    return (lambda name, text: memory.written.get(name) == memory.digest(text)) if memory else None


def _ruler_apart(changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    groups = [change for change in changes if change.kind == "ruler"]
    return groups, [change for change in changes if change.kind != "ruler"]


def _to_ruler(catalog: Catalog, changes: Sequence[Change]) -> list[Change]:
    """Sends the groups, and notes what was written."""
    config = catalog.config
    done = ruler.send_to_ruler(config, changes)
    written = [change for change in done if change.writes and change.payload]
    memory = recall(config, _ruler_key(config)) if written else None
    if memory:
        texts = {change.name: memory.digest(ruler.group_text(change.payload["group"])) for change in written}
        remember(config, _ruler_key(config), texts)
    return done


def _ruler_key(config: Config) -> str:
    """What the store's memory calls this ruler."""
    return f"ruler {public_url(config[ruler.SETTING])} {ruler.ruler_namespace(config)}"


def _rules_dir(config: Config) -> Path:
    if not config["prometheus.rules_dir"]:
        what = "no rules directory is configured"
        raise Refused(Problem("prometheus.rules_dir", what, "set it to a folder that rule_files of Prometheus names"))
    return Path(config["prometheus.rules_dir"])

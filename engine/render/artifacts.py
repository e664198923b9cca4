"""A catalog -> every artifact of `out/`, as bytes by path: the same in every run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.render.alertmanager import render_alertmanager
from gendash.engine.render.dashboard_diff import stamp
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.render.objective_tests import render_objective_tests
from gendash.engine.render.prometheus import TEMPLATES as PROMETHEUS_TEMPLATES
from gendash.engine.render.prometheus import render_prometheus
from gendash.engine.render.provisioning import render_provisioning, uses
from gendash.engine.render.rules import render_manifest, render_rules
from gendash.engine.render.schema_sql import sql_artifacts

TEMPLATES = ("datasources.yaml.j2", "dashboards.yaml.j2", *PROMETHEUS_TEMPLATES)


def stamped_dashboards(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """The dashboards by uid, each with the hidden variable that identifies the build."""
    return {uid: stamp(dashboard) for uid, dashboard in render_dashboards(catalog).items()}


def to_bytes(dashboard: Mapping[str, Any]) -> bytes:
    """The bytes of a dashboard's file: equal content gives equal bytes."""
    text = msgspec.json.format(json.dumps(dashboard, sort_keys=True, ensure_ascii=False))  # indented 5 times faster
    return f"{text}\n".encode()


def artifacts(catalog: Catalog, templates: Mapping[str, str]) -> dict[str, bytes]:
    """Files by path below ``out/``; ``templates`` holds the texts of TEMPLATES by name.

    Dashboards for admins are in a folder of their own, since Grafana reads one folder for each provider.
    """
    stamped = stamped_dashboards(catalog)
    admin = {catalog.config.dashboard_uid(d.name) for d in catalog.dashboards.values() if d.audience == "admin"}
    folder = {uid: "dashboards-admin" if uid in admin else "dashboards" for uid in stamped}
    used = set().union(*(uses(dashboard) for dashboard in stamped.values()))
    return {
        **{f"{folder[uid]}/{uid}.json": to_bytes(dashboard) for uid, dashboard in stamped.items()},
        **render_provisioning(catalog.config, templates, used, bool(admin)),
        **render_rules(catalog),
        **render_manifest(catalog),
        **render_objective_tests(catalog),
        **render_alertmanager(catalog.config),
        **render_prometheus(catalog, templates),
        **sql_artifacts(catalog),
    }

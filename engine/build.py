"""A catalog -> every artifact of `out/`, as bytes by path: the same in every run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gendash.engine.catalog import Catalog
from gendash.engine.diff import stamp
from gendash.engine.render_dashboard import render_dashboards, to_bytes
from gendash.engine.render_provisioning import render_provisioning
from gendash.engine.render_rules import render_prometheus, render_rules
from gendash.engine.render_sql import render_sql

TEMPLATES = ("datasources.yaml.j2", "dashboards.yaml.j2", "prometheus.yml.j2")


def stamped_dashboards(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """The dashboards by uid, each with the hidden variable that says which build it is."""
    return {uid: stamp(dashboard) for uid, dashboard in render_dashboards(catalog).items()}


def artifacts(catalog: Catalog, templates: Mapping[str, str]) -> dict[str, bytes]:
    """Files by path below ``out/``; ``templates`` holds the texts of TEMPLATES by name."""
    dashboards = {f"dashboards/{uid}.json": to_bytes(d) for uid, d in stamped_dashboards(catalog).items()}
    return {
        **dashboards,
        **render_provisioning(catalog, templates),
        **render_rules(catalog),
        **render_prometheus(catalog, templates["prometheus.yml.j2"]),
        **render_sql(catalog),
    }

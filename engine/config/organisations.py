"""The organisations of Grafana that an installation has: one, or one for everybody and one for admins. Pure."""

from __future__ import annotations

from gendash.engine.config.load import Config
from gendash.engine.errors import Refused
from gendash.engine.model import Problem


def grafana_organisations(config: Config) -> list[tuple[Config, str]]:
    """The settings to reach each organisation, with the audience whose dashboards are there; "" for all.

    Raises Refused where there should be one for admins, and no token for it.
    """
    if config["access.isolation"] != "organisation":
        return [(config, "")]
    if not config["access.admin_token"]:
        what = "access.isolation is organisation, and there is no token of that organisation"
        raise Refused(Problem("GENDASH_GRAFANA_ADMIN_TOKEN", what, "set it to a service account's token there"))
    there = {**config.values, "grafana_token": config["access.admin_token"], "grafana_org_id": 0}
    return [(config, "everyone"), (Config(there, config.origins), "admin")]

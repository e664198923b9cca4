"""What the doctor sees of a real Grafana: its version, its data sources, and what a token may do."""

from __future__ import annotations

from typing import Any

import pytest

from gendash.engine.clients.grafana import server_capabilities
from gendash.engine.config.load import load_config
from gendash.engine.doctor.rights import token_notes
from gendash.engine.errors import Denied

pytestmark = pytest.mark.grafana


def test_a_token_is_told_what_it_lacks_and_what_it_has_beyond(grafana: Any) -> None:
    told = {}
    for role in ("Viewer", "Editor", "Admin"):
        environ = {"GENDASH_GRAFANA_URL": grafana.url, "GENDASH_GRAFANA_TOKEN": grafana.token(role)}
        version, allowed, _ = server_capabilities(load_config(environ=environ))
        assert version.startswith("Grafana 1")
        for is_new in (True, False):
            notes = token_notes(allowed, is_new=is_new)
            told[role, is_new] = {note.what.partition(": ")[0] for note in notes if note.kind == "lacks"}
    assert {"dashboards:create", "folders:create", "datasources:create"} <= told["Viewer", True]
    assert told["Editor", True] == {"datasources:create", "folders.permissions:write"}
    assert told["Editor", False] == told["Admin", True] == set()


def test_a_wrong_token_is_one_problem(grafana: Any) -> None:
    environ = {"GENDASH_GRAFANA_URL": grafana.url, "GENDASH_GRAFANA_TOKEN": "glsa_hunter2"}
    with pytest.raises(Denied) as caught:
        server_capabilities(load_config(environ=environ))
    assert "hunter2" not in str(caught.value)

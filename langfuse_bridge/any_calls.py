"""Checks for `gendash doctor` whether a Langfuse project has any LLM calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gendash.langfuse_bridge.api_client import Client, check_keys, choose_api, version
from gendash.langfuse_bridge.api_types import decoder
from gendash.langfuse_bridge.pages import api_time

LOOK_BACK = timedelta(days=30)


def calls(client: Client, now: datetime) -> tuple[str, str]:
    """The server's version, and why there is no LLM call (empty if there is one). Raises an error of the tree.

    One row of the last 30 days is asked for, without its content.
    """
    server = version(client)
    check_keys(client)
    api, _ = choose_api(client, server)
    path, fields = ("v2/observations", {"fields": "core"}) if api == "v2" else ("observations", {})
    window = {"fromStartTime": api_time(now - LOOK_BACK), "toStartTime": api_time(now + timedelta(days=1))}
    found = client.get(path, {"limit": 1, "type": "GENERATION", **fields, **window}, decoder(dict[str, Any]))
    why = "" if found.get("data") else f"none in the last {LOOK_BACK.days} days: nothing is traced"
    return f"version {server}", why

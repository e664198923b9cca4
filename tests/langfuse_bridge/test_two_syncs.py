"""Two syncs of one stream at once: the second waits for the first, and takes nothing for granted then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW

from gendash.langfuse_bridge.models import MODELS
from gendash.langfuse_bridge.pages import Window
from gendash.langfuse_bridge.store import Overtaken, Store
from gendash.langfuse_bridge.streams import OBSERVATIONS

HOUR = Window(NOW - timedelta(hours=1), NOW)


def close(store: Store, windows: int) -> Any:
    return store.close(OBSERVATIONS, "main", HOUR, {}, windows, {}, 0, rejected=(HOUR, []))


def replace_list(store: Store, _windows: int) -> Any:
    return store.replace_list(MODELS, "main", [], {}, (NOW, []))


@pytest.mark.parametrize("write", [close, replace_list])
def test_a_second_sync_waits_until_the_first_has_written(
    write: Callable[[Store, int], Any], store: Store, request: pytest.FixtureRequest
) -> None:
    stream = OBSERVATIONS if write is close else MODELS
    windows = store.state("main", stream.name).windows
    store.disconnect()
    ended: list[Any] = []

    def second() -> None:
        other = Store(store.url, "gendash")
        try:
            ended.append(write(other, windows))
        except Overtaken as error:
            ended.append(error)
        finally:
            other.disconnect()

    with psycopg.connect(store.url) as first, psycopg.connect(store.url, autocommit=True) as look:
        first.execute("select from gendash._sync where project = 'main' for update")
        thread = threading.Thread(target=second)
        thread.start()
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'for update'"
        while thread.is_alive() and not look.execute(waits + " and datname = current_database()").fetchone()[0]:  # type: ignore[index]
            thread.join(0.02)
        assert ended == [], "it wrote beside the first"
        first.execute("update gendash._sync set windows = windows + 1 where project = 'main'")
        first.commit()
        thread.join(30)
    assert len(ended) == 1
    assert isinstance(ended[0], Overtaken) or write is replace_list

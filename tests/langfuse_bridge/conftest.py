"""A store with the bridge's tables, a double, and a run of one into the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.sync import sync

sys.path.append(str(Path(__file__).parent))  # tests are no package, so their shared parts need a path

from bridge_parts import NOW, Sleeper, client_of, make_store, settings


@pytest.fixture
def store(copy_of: Callable[..., str]) -> Store:
    return Store(copy_of("bridge", make_store), "gendash")


@pytest.fixture
def double() -> Iterator[LangfuseDouble]:
    with LangfuseDouble() as running:
        yield running


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def run(double: LangfuseDouble, store: Store, sleeper: Sleeper) -> Callable[..., Any]:
    """Runs a sync of the double into the store, by default at NOW."""

    def run(now: datetime = NOW, text: str = "", **options: Any) -> Any:
        options.setdefault("client", client_of(double, sleeper))
        options.setdefault("store", store)
        return sync(settings(double, store, text), now=now, **options)

    return run

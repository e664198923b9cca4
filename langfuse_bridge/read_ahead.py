"""Reading while writing: an iterator runs in a thread of its own, a little ahead of who takes its items."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")

_LOOK_S = 0.1
_LAST_S = 1.0


@contextmanager
def read_ahead(items: Generator[Item, Any, Any], most: int = 1) -> Iterator[Iterator[Item]]:
    """The items, of which at most ``most`` wait to be taken. An error of the iterator comes after its items.

    Leaving the block ends the iterator: it is waited for, except briefly when the process is interrupted.
    """
    ready: queue.Queue[tuple[str, Any]] = queue.Queue(most)
    stop = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, ready, stop), name="read ahead", daemon=True)
    thread.start()
    patience: float | None = None
    try:
        yield _taken(ready)
    except Exception:
        raise
    except BaseException:  # somebody waits for the process to end
        patience = _LAST_S
        raise
    finally:
        stop.set()
        thread.join(patience)


def lagging(items: Iterator[Item], behind: Callable[[], int]) -> Iterator[Item]:
    """The items, each given when ``behind`` further ones have come. An error comes after the items before it."""
    waiting: deque[Item] = deque()
    failure: Exception | None = None
    try:
        for item in items:
            waiting.append(item)
            while len(waiting) > behind():
                yield waiting.popleft()
    except Exception as error:
        failure = error
    yield from waiting
    if failure:
        raise failure


def _taken(ready: queue.Queue[tuple[str, Any]]) -> Iterator[Any]:
    while True:
        kind, value = ready.get()
        if kind == "error":
            raise value
        if kind == "end":
            return
        yield value


def _fill(items: Generator[Any, Any, Any], ready: queue.Queue[tuple[str, Any]], stop: threading.Event) -> None:
    """Puts the items into the queue until they end, fail, or nobody takes them any more."""

    def put(kind: str, value: Any = None) -> bool:
        while not stop.is_set():
            try:
                ready.put((kind, value), timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False

    try:
        for item in items:
            if not put("item", item):
                return
    except BaseException as error:  # whatever it is, it belongs to who takes the items
        put("error", error)
    else:
        put("end")
    finally:
        items.close()

"""From the body of a page to packed rows: here, or in processes of their own once there are many pages.

Shaping depends on nothing but the body, and takes most of a sync's time of computing. So it is what other processes do:
they hold no state, no connection and no secret but the key of user hashes, and what they fail to do is done here.
"""

from __future__ import annotations

import os
import queue
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

import msgspec

from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_types import Meta
from gendash.langfuse_bridge.helper_process import Ended, Helper
from gendash.langfuse_bridge.packed_rows import PackedPage
from gendash.langfuse_bridge.page_shaper import page_shaper
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.streams import STREAMS, Stream

AFTER = 4_000
"""Rows of a run that are shaped here before others help: to start a process costs as much as shaping so many."""
MOST = 2
"""More helpers than these wait for the server and for PostgreSQL."""


class _Skimmed(msgspec.Struct):
    data: msgspec.Raw
    meta: Meta = msgspec.field(default_factory=Meta)


_SKIM, _META = api_types.decoder(_Skimmed), api_types.decoder(Meta)
_LAST = re.compile(rb'"meta"\s*:\s*(\{[^{}]*\})\s*\}\s*')
"""The end of a body whose last key is ``meta``. After any deeper ``meta`` come more brackets than one."""


def _meta(body: bytes) -> Meta:
    """What a page says of the following ones, where possible without a look at its rows: these are read elsewhere."""
    last = _LAST.fullmatch(body, max(body.rfind(b'"meta"'), 0))
    meta: Meta = _META(last[1]) if last else _SKIM(body).meta
    return meta


class Pending(NamedTuple):
    """A page that may still be shaped: what it says of the following ones, and how to get its rows.

    ``page`` raises ValueError for a body that cannot be read.
    """

    meta: Meta
    page: Callable[[], PackedPage]


Decode = Callable[[bytes], Pending]


class Shaping:
    """Shapes pages of one project; ``helpers`` is the number of processes that may help, by default what fits here.

    `close` ends them. ``notes`` says which of them failed.
    """

    def __init__(self, shaper: Shaper, helpers: int | None = None) -> None:
        self.shaper = shaper
        self.most = fitting() if helpers is None else helpers
        self.notes: list[str] = []
        self._works = {stream.name: page_shaper(shaper, stream) for stream in STREAMS}
        self._turn = threading.Lock()
        self._rows = 0
        self._threads: ThreadPoolExecutor | None = None
        self._started: list[Helper] = []
        self._at_work: list[Helper] = []
        self._free: queue.SimpleQueue[Helper | None] = queue.SimpleQueue()

    @property
    def ahead(self) -> int:
        """Pages that may be asked for before the oldest of them is taken."""
        return len(self._at_work) + 1 if self._at_work else 0

    def here(self, stream: Stream) -> Decode:
        """A function that shapes a page in this process."""

        def decode(body: bytes) -> Pending:
            page, meta = self._here(stream, body)
            return Pending(meta, lambda: page)

        return decode

    def anywhere(self, stream: Stream) -> Decode:
        """A function that leaves a page to a helper where there is one, after so many rows that it is worth it."""

        def decode(body: bytes) -> Pending:
            if self._at_work and self._threads:
                return Pending(_meta(body), self._threads.submit(self._helped, stream, body).result)
            page, meta = self._here(stream, body)
            self._rows += len(page.rows)
            if self._rows >= AFTER and self._threads is None:
                self._start()
            return Pending(meta, lambda: page)

        return decode

    def close(self) -> None:
        """Ends the helpers. A page that is still with one is of no use to anybody."""
        for helper in self._started:
            helper.end()
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
        for helper in self._started:  # one may just have been started
            helper.end()

    def _start(self) -> None:
        if self.most:
            self._threads = ThreadPoolExecutor(self.most, "shaping")
            with suppress(RuntimeError):  # no thread can be started either
                for _ in range(self.most):
                    self._threads.submit(self._welcome)

    def _welcome(self) -> None:
        """Starts a helper; without one, pages are shaped here as before."""
        try:
            helper = Helper(self.shaper)
        except (OSError, ValueError):
            return
        self._started.append(helper)
        if helper.is_ready():
            self._free.put(helper)
            self._at_work.append(helper)

    def _helped(self, stream: Stream, body: bytes) -> PackedPage:
        """A page from a helper; one that no helper can shape is shaped here."""
        helper, page = self._free.get(), None
        try:
            page = helper.shaped(stream, body) if helper else None
        except Ended as ended:
            if helper in self._at_work:
                self._at_work.remove(helper)
            self.notes.append(f"a process that shaped rows {ended}: its work was done without it")
            helper = None
        finally:
            self._free.put(helper)  # None where it has ended, so that nobody waits for it
        return page or self._here(stream, body)[0]

    def _here(self, stream: Stream, body: bytes) -> tuple[PackedPage, Meta]:
        with self._turn:
            return self._works[stream.name](body)


def fitting() -> int:
    """The number of helpers for which this machine has processors beside the one that writes."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        cores = os.cpu_count() or 1
    return min(MOST, cores) if cores > 1 else 0

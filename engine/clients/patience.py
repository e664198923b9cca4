"""A connection that gives up on a server that sends nothing for longer than its own limits of time allow.

A process that is stopped, or a virtual machine that is paused, keeps its connections: the host still acknowledges what
is sent, so that neither keepalive nor `statement_timeout` ends a wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg


class Silent(psycopg.OperationalError):
    """The server sent nothing in time."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection of which each wait ends after ``patience_s`` seconds, and the connection with it; None: never."""

    patience_s: float | None = None

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
        """See psycopg.Connection. Raises Silent."""
        if self.patience_s is None:
            return super().wait(gen, *args, **options)
        try:
            return super().wait(_within(gen, self.patience_s), *args, **options)
        except Silent:
            self.pgconn.finish()
            raise


def _within(gen: Generator[Any, Any, Any], patience_s: float) -> Generator[Any, Any, Any]:
    """The generator; the driver sends it 0 from time to time while nothing arrives, which ends it after a while."""
    end = time.monotonic() + patience_s
    try:
        waits_for = next(gen)
        while True:
            ready = yield waits_for
            if ready:
                end = time.monotonic() + patience_s
            elif time.monotonic() > end:
                raise Silent(f"no answer within {patience_s:g} s")
            waits_for = gen.send(ready)
    except StopIteration as done:
        return done.value

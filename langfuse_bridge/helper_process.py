"""A process that shapes pages for another one, over two pipes: `python -m gendash.langfuse_bridge.helper_process`.

It ends with its parent, however that ends: nobody writes to its standard input then. A message is its length, what it
is, and its bytes.
"""

from __future__ import annotations

import gc
import os
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from gendash.langfuse_bridge.packed_rows import PackedPage
from gendash.langfuse_bridge.page_shaper import page_shaper
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.streams import STREAMS, Stream

_HEAD = struct.Struct("!QB")
_READY, _SHAPED, _FAILED = range(3)
_Settings = tuple[str, bytes, tuple[str, ...], tuple[str, ...]]
_ENCODE, _PAGE = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(PackedPage).decode
_SETTINGS = msgspec.msgpack.Decoder(_Settings).decode
_KEPT = frozenset(("PATH", "HOME", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV"))
_KEPT_KINDS = ("LC_", "LD_", "DYLD_", "PYTHON")
"""The variables that a helper gets, by name and by how their names begin: none with a secret."""


class Ended(Exception):
    """A helper ended; the text says how."""


class Helper:
    """A helper as its parent sees it. Raises OSError or ValueError where none can be started."""

    def __init__(self, shaper: Shaper) -> None:
        if not Path(sys.executable or "").name.lower().startswith(("python", "pypy")):
            raise ValueError("a program with Python inside: it would be started, and not Python")
        environ = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_KEPT_KINDS)}
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        command = [sys.executable, "-P", "-m", __name__]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ
        )
        assert self._process.stdin and self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        for pipe in (self._to, self._from):
            _widen(pipe)
        self._settings = _ENCODE((shaper.project, shaper.key, shaper.metadata, sorted(shaper.fields)))

    def is_ready(self) -> bool:
        """True once it waits for pages; False where it ends instead."""
        try:
            return self._ask(_READY, self._settings)[0] == _READY
        except Ended:
            return False

    def shaped(self, stream: Stream, body: bytes) -> PackedPage | None:
        """The page of a body; None where it cannot be shaped. Raises Ended."""
        kind, answer = self._ask(STREAMS.index(stream), body)
        return _PAGE(answer) if kind == _SHAPED else None

    def _ask(self, kind: int, content: bytes) -> tuple[int, bytes]:
        try:
            _send(self._to, kind, content)
            found = _receive(self._from)
        except (OSError, ValueError):  # ValueError: it was ended meanwhile
            found = None
        if found is None:
            self.end()
            raise Ended(f"ended with {self._process.returncode}")
        return found

    def end(self) -> None:
        """Ends the process at once: it holds nothing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._to, self._from):
            with suppress(OSError):  # what it was to get is no longer wanted
                pipe.close()


def _widen(pipe: IO[bytes]) -> None:
    """Lets a pipe hold a page, where the system can: else each part of 64 KiB is a change of processes."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 2**20)


def _send(to: IO[bytes], kind: int, content: bytes) -> None:
    to.write(_HEAD.pack(len(content), kind))
    to.write(content)
    to.flush()


def _receive(source: IO[bytes]) -> tuple[int, bytes] | None:
    """The next message; None where the other side has ended."""
    head = source.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    length, kind = _HEAD.unpack(head)
    content = source.read(length)
    return (kind, content) if len(content) == length else None


def work(source: IO[bytes], to: IO[bytes]) -> None:
    """Shapes pages until nobody sends any."""
    first = _receive(source)
    if first is None:
        return
    shaper = Shaper(*_SETTINGS(first[1]))
    works = [page_shaper(shaper, stream) for stream in STREAMS]
    _send(to, _READY, b"")
    while (found := _receive(source)) is not None:
        kind, body = found
        try:
            answer = _ENCODE(works[kind](body)[0])
        except Exception:  # the parent finds out why, and reports it
            _send(to, _FAILED, b"")
        else:
            _send(to, _SHAPED, answer)


def main() -> None:
    """The process, from its start until its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends this process
    gc.disable()  # rows hold no cycles
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # nothing is left to be written


if __name__ == "__main__":
    main()

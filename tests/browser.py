"""A Chromium without a window, driven over the DevTools protocol on a pipe: no port, no driver program."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def program() -> str | None:
    """The path of a Chromium on PATH, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


# Chromium reads commands from descriptor 3 and writes answers to 4
_BECOME = """import os, sys
import fcntl
read, write = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])
os.dup2(read, 3), os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])"""


class Browser:
    """One tab of a browser; commands and answers are JSON with a NUL behind."""

    def __init__(self, read: int, write: int) -> None:
        self.read, self.write, self.rest, self.number, self.session = read, write, b"", 0, ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.faults: list[str] = []

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a command. Raises AssertionError with what the browser says."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": params}
        os.write(
            self.write, json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode() + b"\0"
        )
        while True:
            given = self._next()
            if given.get("id") == number:
                assert "error" not in given, (method, given["error"])
                return given["result"]

    def _next(self) -> Any:
        while b"\0" not in self.rest:
            part = os.read(self.read, 1 << 20)
            assert part, "the browser went away"
            self.rest += part
        one, _, self.rest = self.rest.partition(b"\0")
        given = json.loads(one)
        if given.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
            self.faults.append(json.dumps(given["params"])[:300])
        return given

    def show(self, address: str, width: int, height: int = 1000, theme: str = "dark", media: str = "screen") -> None:
        """Opens a page, in a window of so many pixels, in a theme, for the screen or for paper."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.ask("Emulation.setEmulatedMedia", media=media, features=features)
        self.faults = []
        self.ask("Page.navigate", url=address)
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def value(self, script: str) -> Any:
        """The value of an expression, as JSON has it."""
        given = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in given, given["exceptionDetails"]
        return given["result"].get("value")

    def picture(self, path: Path) -> None:
        """Writes the whole page as PNG."""
        given = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(given["data"]))

    def paper(self, path: Path) -> None:
        """Writes the page as it is printed."""
        given = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(given["data"]))


@contextmanager
def browser(environ: Mapping[str, str] = os.environ) -> Iterator[Browser]:
    """A browser with a profile of its own, both gone afterwards."""
    found = program()
    assert found, "no Chromium on PATH"
    mine_read, its_write = os.pipe()
    its_read, mine_write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        options += ["--remote-debugging-pipe", f"--user-data-dir={profile}", "--force-color-profile=srgb"]
        process = subprocess.Popen(
            [sys.executable, "-c", _BECOME, str(its_read), str(its_write), found, *options, "about:blank"],
            pass_fds=(its_read, its_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
        )
        os.close(its_read)
        os.close(its_write)
        try:
            yield Browser(mine_read, mine_write)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
            os.close(mine_read)
            os.close(mine_write)

"""The rules directory of Prometheus and its reload: reading its files, and carrying out a plan for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gendash.engine.clients.http_policy import explain
from gendash.engine.clients.prometheus import LoadedRule, loaded_rules, prometheus, prometheus_session
from gendash.engine.config.load import Config
from gendash.engine.deliver.changes import Change
from gendash.engine.errors import GendashError, TargetError, Unexpected
from gendash.engine.model import Problem
from gendash.engine.render.rules import PREFIX
from gendash.engine.render.write import write_file

TIMEOUT_S = 30  # a reload waits for rule files to be parsed
OWED = f".{PREFIX}reload-owed"  # beside the rule files from when they are written until they are loaded
RELOADED = "rules written, Prometheus reloaded"


def find_binary(name: str, *folders: Path) -> str | None:
    """Path of ``prometheus`` or ``promtool``: on PATH, else unpacked anywhere below one of the folders."""
    found = shutil.which(name)
    if found:
        return found
    unpacked = (path for folder in folders if folder.is_dir() for path in sorted(folder.rglob(name)))
    return next((str(path) for path in unpacked if path.is_file() and os.access(path, os.X_OK)), None)


def observe_rules_dir(rules_dir: Path) -> dict[str, bytes] | str:
    """The files with our prefix by name, or one line with the reason why the directory cannot be used."""
    if not rules_dir.is_dir():
        return f"no folder {rules_dir}; make it, and name it in rule_files of Prometheus"
    if not os.access(rules_dir, os.W_OK):
        return f"folder {rules_dir} is not writable for this user"
    try:
        return {path.name: path.read_bytes() for path in sorted(rules_dir.glob(f"{PREFIX}*.yml")) if path.is_file()}
    except OSError as error:
        return f"cannot read {error.filename}: {error.strerror}"


def reload_is_owed(rules_dir: Path) -> bool:
    """True if rules were written and no reload of Prometheus has succeeded since."""
    return (rules_dir / OWED).exists()


def forget_reload(rules_dir: Path) -> None:
    """Removes the note that a reload is owed."""
    _write(rules_dir, {OWED: None})


def observe_loaded(config: Config) -> dict[str, list[LoadedRule]] | str:
    """The rules that Prometheus has loaded, by name, or one line with the reason why that is not known."""
    try:
        with prometheus(config) as call:
            return loaded_rules(call)
    except TargetError as error:
        return f"{error.problems[0].what}; {error.problems[0].do}"


def apply_rules(rules_dir: Path, changes: Sequence[Change], config: Config) -> str:
    """Writes the planned files, then makes Prometheus reload; returns one line: RELOADED, or what is left to do.

    A reload that Prometheus refuses is undone: it would keep running on the old rules, but not start again. Raises
    Unexpected with its reason, or TargetError where a file cannot be written. An empty line: nothing to do.
    """
    contents: dict[str, bytes | None] = {
        c.name: c.payload["content"] for c in changes if c.writes and c.kind == "rules"
    }
    before = {c.name: (c.before or {}).get("content") for c in changes if c.writes}
    if not any(change.writes for change in changes):
        return ""
    now = observe_rules_dir(rules_dir)
    overtaken = [name for name in contents if isinstance(now, str) or now.get(name) != before[name]]
    if overtaken:
        problem = Problem(str(rules_dir), f"{', '.join(overtaken)} changed between plan and apply", "plan again")
        raise TargetError(problem)
    try:
        _write(rules_dir, {OWED: b"", **contents})
        line = reload(config)
    except TargetError:
        with suppress(TargetError):
            _write(rules_dir, {name: before[name] for name in contents} | {OWED: None})
        raise
    if line == RELOADED:
        forget_reload(rules_dir)
    return line


def reload(config: Config) -> str:
    """Has Prometheus read its files again; returns RELOADED, or why it did not. Raises Unexpected for wrong rules."""
    with prometheus_session(config) as session:
        try:
            answer = session.request("POST", "/-/reload", timeout_s=max(TIMEOUT_S, session.server.route.timeout_s))
        except GendashError as error:
            why = f"{error.problems[0].what}; {error.problems[0].do}"
            return f"rules written; Prometheus does not answer, so it was not reloaded ({why})"
        if answer.status == 200:
            return RELOADED
        if answer.status == 500 and not answer.is_html:
            reason = session.server.cleared(answer.text, 300)
            raise Unexpected(
                Problem("prometheus", f"rejected the rules (previous ones restored): {reason}", "fix them, then apply")
            )
        (problem,) = explain(session.server, answer).problems
        lifecycle = answer.status == 403 and not answer.is_html
        why = "start it with --web.enable-lifecycle" if lifecycle else f"{problem.what}; {problem.do}"
        return f"rules written; Prometheus does not let us reload it ({why}): send it SIGHUP"


def _write(rules_dir: Path, contents: Mapping[str, bytes | None]) -> None:
    """Each file at once or not at all; None removes it."""
    for name, content in contents.items():
        target = rules_dir / name
        try:
            if content is None:
                target.unlink(missing_ok=True)
                continue
            write_file(target, content, 0o644)
        except OSError as error:
            raise TargetError(Problem(str(target), f"cannot write: {error.strerror}", "check its rights")) from error

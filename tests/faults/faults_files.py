"""Faults of files: those that nothing reads, that cannot be read, that have moved, and templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from fault import FOLDER, Fault, typo

STRAY = ("notes.txt", "x.json", "overview.yml", "draft.sql.bak", "panel.PY", "new.md")
FOLDERS = (
    "dashboards",
    "sql",
    "sql/views",
    "sql/rollups",
    "sql/staging",
    "sql/tables",
    "sql/audits",
    "recording_rules",
)


def of_files(root: str, paths: Sequence[str], contents: dict[str, bytes], taken: frozenset[str]) -> Iterator[Fault]:
    """Faults of whole files of a content root; ``root`` is empty or ends with a slash."""
    for folder in FOLDERS:
        if not any(path.startswith(f"{root}{folder}/") for path in paths):
            continue
        for name in STRAY:
            yield Fault("stray file", f"{root}{folder}/{name}", "written", content=b"nothing reads this\n")
        yield Fault("stray folder", f"{root}{folder}/draft", "made", content=FOLDER)
        yield Fault(
            "stray folder",
            f"{root}{folder}/draft/more.sql",
            "made with a file",
            content=b"select 1\n",
            names=("draft",),
        )
    for name in ("dashbord", "views", "rules", "recording-rules", "overrides.yaml", "sql/view", "sql/rollup"):
        if root:
            is_file = "." in name
            path = f"{root}{name}" if is_file else f"{root}{name}/x.sql"
            yield Fault(
                "stray folder", path, "made with a file", content=b"select 1\n", names=(PurePosixPath(name).name,)
            )
    for path in paths:
        inner = PurePosixPath(path)
        if inner.name == "__init__.py" or inner.suffix not in (".py", ".sql", ".yaml", ".j2"):
            continue
        yield Fault("file", path, "empty", content=b"")
        yield Fault("file", path, "binary", content=bytes(range(256)) * 4)
        yield Fault("file", path, "not UTF-8", content=contents[path] + b"\n-- \xff\xfe\n")
        yield Fault("file", path, "a NUL within", content=contents[path][:200] + b"\0" + contents[path][200:])
        yield Fault("file", path, "cut in half", content=contents[path][: len(contents[path]) // 2])
        yield Fault("file", path, "a folder", content=FOLDER, removed=path)
        wrong = inner.with_name(typo(inner.stem, taken) + inner.suffix).as_posix()
        names = (inner.stem, inner.stem.replace("_", "-"))
        yield Fault("file misnamed", wrong, f"from {inner.name}", content=contents[path], removed=path, names=names)
        for suffix in (".yml", ".txt", ""):
            moved = inner.with_suffix(suffix).as_posix()
            yield Fault("file suffix", moved, f"from {inner.name}", content=contents[path], removed=path, names=names)


def of_template(path: str, text: str, taken: frozenset[str]) -> Iterator[Fault]:
    """Faults of a template that `build` fills in."""
    for number, match in enumerate(re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", text)):
        where = f"{number} {match[0]}"
        yield Fault("template left open", path, where, (match.end() - 2, match.end(), ""))
        if match[0].startswith("{%"):
            yield Fault("template tag left out", path, where, (*match.span(), ""))
        for word in re.finditer(r"[a-z_]\w+", re.sub(r"\"[^\"]*\"", lambda m: '"' * len(m[0]), match[0])):
            if word[0] not in ("in", "not", "and", "or", "is"):
                new = typo(word[0], taken)
                edit = (match.start() + word.start(), match.start() + word.end(), new)
                yield Fault("template name", path, f"{where} {word[0]}", edit, names=(new,))

"""One fault in one place of a content root, and what the operators share: typing errors and edits of YAML nodes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

Edit = tuple[int, int, str]
FOLDER = b"\0folder"  # in place of a file's content: a folder of that name
WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Fault:
    """A change of one file that makes content wrong. ``edit`` replaces characters; ``content`` the whole file.

    ``names`` are the words that a report may name instead of the file: a fault is often first felt by what reads it.
    """

    kind: str
    path: str
    what: str
    edit: Edit | None = None
    content: bytes | None = None
    names: tuple[str, ...] = ()
    removed: str = ""

    @property
    def name(self) -> str:
        return f"{self.path}: {self.kind}: {self.what}"

    def apply(self, root: Path) -> None:
        """Writes the fault into a copy of the content."""
        if self.removed:
            (root / self.removed).unlink()
        target = root / self.path
        if self.content == FOLDER:
            target.mkdir()
        elif self.content is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.content)
        elif self.edit:
            start, end, new = self.edit
            text = target.read_text("utf-8")
            target.write_text(text[:start] + new + text[end:], "utf-8")

    def is_named(self, lines: Iterable[str]) -> bool:
        """Whether a line names the file, the dashboard that it makes, or a word of the fault."""
        stem = Path(self.path).stem.replace("_", "-")
        sought = [self.path, Path(self.path).name, *self.names]
        sought += [f"{stem}/", f"{stem}:", f"{stem} "] if self.path.startswith("dashboards/") else []
        if Path(self.path).name.startswith("_") or self.path.endswith("viz.py"):  # what they give is on every dashboard
            return any(re.match(r"[a-z-]+(/\w+|:| variable | annotation )|dashboards/", line) for line in lines)
        return any(word in line for line in lines for word in sought)


def typo(word: str, taken: Collection[str] = ()) -> str:
    """The word with one typing error, the same in every run; never a word that is taken."""
    draw = Random(word)
    for _ in range(50):
        at = draw.randrange(len(word))
        found = draw.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
                word[:at] + draw.choice("aeinrst") + word[at + 1 :],
            )
        )
        if found != word and found not in taken and (WORD.fullmatch(found) or not WORD.fullmatch(word)):
            return found
    return word + "x"


def pairs(node: yaml.Node | None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.Node, yaml.Node]]:
    """Every key with its value, at any depth, and the keys (or positions) that lead there."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key, value
            yield from pairs(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from pairs(value, (*path, str(number)))


def span(node: yaml.Node, offset: int = 0) -> tuple[int, int]:
    return offset + node.start_mark.index, offset + node.end_mark.index


def without(text: str, key: yaml.Node, value: yaml.Node, offset: int = 0) -> Edit | None:
    """The edit that takes a pair out; None where that is more than one cut."""
    start, end = offset + key.start_mark.index, offset + value.end_mark.index
    line = text.rfind("\n", 0, start) + 1
    if not text[line:start].strip() and text[end : end + 1] in ("\n", ""):
        return line, end + 1, ""
    if not text[line:start].strip() and text[line:end].endswith("\n"):  # a block ends at the next line
        return line, end, ""
    if match := re.compile(r"\s*,\s*").match(text, end):
        return start, match.end(), ""
    before = re.search(r",\s*$", text[:start])
    return (before.start(), end, "") if before else None


def twice(text: str, key: yaml.Node, value: yaml.Node, offset: int = 0) -> Edit | None:
    """The edit that writes a pair a second time; None where it is no simple one."""
    start, end = offset + key.start_mark.index, offset + value.end_mark.index
    line = text.rfind("\n", 0, start) + 1
    pair = text[start:end].rstrip()
    if not text[line:start].strip():
        return start, start, f"{pair}\n{text[line:start]}"
    return (start, start, f"{pair}, ") if "\n" not in pair else None

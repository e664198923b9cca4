"""What was found of a text, kept until an answer that it depends on is another one. Pure.

`check` asks about the same texts for each environment of gendash.yaml; hardly any answer differs between them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Text = TypeVar("Text", bound=Hashable)
Found = TypeVar("Found")
MOST = 4096  # texts


class Remembered(Generic[Text, Found]):
    """``find(text, lookup)``, called again for a text only where an answer of ``lookup`` is another one.

    What is found must follow from the text and the answers alone, and nobody may change it.
    """

    def __init__(self, find: Callable[[Text, Callable[..., Any]], Found]) -> None:
        self._find = find
        self._kept: dict[Text, tuple[dict[tuple[Any, ...], Any], Found]] = {}

    def __call__(self, text: Text, lookup: Callable[..., Any]) -> Found:
        if text in self._kept:
            asked, found = self._kept[text]
            if all(lookup(*names) == answer for names, answer in asked.items()):
                return found
        answers: dict[tuple[Any, ...], Any] = {}

        def noted(*names: Any) -> Any:
            if names not in answers:
                answers[names] = lookup(*names)
            return answers[names]

        found = self._find(text, noted)
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[text] = answers, found
        return found

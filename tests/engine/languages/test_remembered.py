from __future__ import annotations

from gendash.engine.languages.remembered import MOST, Remembered


def test_a_text_is_read_again_only_where_an_answer_differs() -> None:
    answers, read = {"a": 1, "b": 2, "c": 3}, list[str]()

    def total(text: str, lookup: object) -> int:
        read.append(text)
        assert callable(lookup)
        return sum(lookup(name) for name in text + text)

    remembered = Remembered(total)
    assert remembered("ab", answers.__getitem__) == 6
    answers["c"] = 30
    assert remembered("ab", answers.__getitem__) == 6
    assert read == ["ab"], "nothing that it asked for is another"
    answers["b"] = 20
    assert remembered("ab", answers.__getitem__) == 42
    assert remembered("ab", answers.__getitem__) == 42
    assert read == ["ab", "ab"]


def test_it_holds_a_bounded_number_of_texts() -> None:
    remembered = Remembered[int, int](lambda number, _: number)
    for number in range(3 * MOST):
        assert remembered(number, {}.get) == number
    assert len(remembered._kept) <= MOST

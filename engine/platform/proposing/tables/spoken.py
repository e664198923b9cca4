"""Messages in a table of any name: texts, each of one of two sides, several to a row that they belong to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gendash.engine.platform.proposing.evidence.beside import leaves, role_beside
from gendash.engine.platform.proposing.evidence.elsewhere import words_named
from gendash.engine.platform.proposing.names import TEXTS, rank, words_of
from gendash.engine.platform.proposing.proposal import Place, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.called_people import side_of_word, words_of_askers
from gendash.engine.platform.proposing.tables.scores import is_aside, is_of_people
from gendash.engine.platform.proposing.values import MOST_WORDS, place_of
from gendash.engine.platform.proposing.values import TEXTS as TEXT_KINDS

MOST_TABLES = 40  # the largest ones that are looked at
PHRASES = 0.5  # of texts, those of several words
_PHRASE = "'[[:alpha:]][[:punct:]]* +[[:alpha:]]'"


def spoken_tables(tables: Sequence[TableSeen], sample: RowSample) -> set[Place]:
    """The tables whose rows are texts of both sides, several to each row of another table; whatever they are called."""
    found = set()
    for one in sorted(tables, key=lambda each: -each.rows)[:MOST_TABLES]:
        may_be = one.rows and not is_aside(one, tables) and belongs(one, tables, sample)
        is_text = may_be and any(_is_text(one, name, sample) for name in _texts(one))
        if (is_text and next(sided(one, tables, sample), None)) or (may_be and _is_said_in_json(one, sample)):
            found.add(one.place)
    return found


def _is_said_in_json(one: TableSeen, sample: RowSample) -> bool:
    """True if the JSON of rows has a text, and a word of which each value is known, and both sides are among them."""
    role = next(role_beside(one, sample), None)
    return bool(role and any(column in role.reads for column, *_ in leaves(one, sample, TEXTS)))


def belongs(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> list[str]:
    """The columns that name a row of another table, which is nobody's account, several of one each."""
    people = {each.place for each in tables if is_of_people(each)}
    named = [name for name, to in one.references.items() if to[:2] not in people | {one.place}]
    return [name for name in named if not sample.unique(one, name)]


def sided(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, str]]:
    """The columns of which some words mean a person's side, and some an agent's, with SQL of each as text."""
    words = {name: words_named(one, name, place_of("m", name), tables) for name in one.references}
    texts = [name for name, kind in one.columns.items() if kind.startswith(TEXT_KINDS) and name not in one.references]
    given, own = sample(one, texts) if texts else {}, words_of_askers(one, tables)
    for name in [*texts, *words]:
        of = words.get(name)
        if of and any(words_of(each) in TEXTS for each in of.table.columns):
            continue  # a row that is said itself
        seen = sample(of.table, [of.label])[of.label] if of else given.get(name, ())
        means = [side_of_word(str(each), own) for each in seen if each is not None]
        if 1 < len(means) <= MOST_WORDS and {"user", "assistant"} <= set(means):
            yield name, of.sql if of else place_of("m", name)


def _texts(one: TableSeen) -> list[str]:
    texts = [
        name
        for name, kind in one.columns.items()
        if kind.startswith(("text", "character", "json")) and "[]" not in kind
    ]
    texts = [name for name in texts if name not in one.references and name not in one.keys]
    return sorted(texts, key=lambda name: words_of(name) not in TEXTS and not rank(name, TEXTS))


def _is_text(one: TableSeen, name: str, sample: RowSample) -> bool:
    """True if most values are phrases; a column that is called a text is one whatever is in it."""
    if words_of(name) in TEXTS:
        return True
    share = sample.share(one, "m", f"{place_of('m', name)} ~ {_PHRASE}", f"{place_of('m', name)} <> ''")
    return (share or 0.0) >= PHRASES

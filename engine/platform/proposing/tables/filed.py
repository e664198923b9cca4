"""Documents in a table of any name: names of files, and how far each is, or the parts that were made of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gendash.engine.platform.proposing.names import FILE_TYPES, TABLES, TEXTS, meaning, rank, words_of
from gendash.engine.platform.proposing.proposal import Place, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.scores import chunks_of, is_aside
from gendash.engine.platform.proposing.values import MOST_WORDS, are_types, place_of
from gendash.engine.platform.proposing.values import TEXTS as TEXT_KINDS

MOST_TABLES = 60
NEARLY, SOME = 0.9, 0.5  # of texts, those that end as files do, and those that end as files of known types
_ENDS = "|".join(sorted(FILE_TYPES - {"url"}))


def filed_tables(tables: Sequence[TableSeen], sample: RowSample) -> set[Place]:
    """The tables of files that are read to answer from, whatever they are called."""
    talks = (*TABLES["messages"], *TABLES["conversations"], *TABLES["tickets"])
    found = set()
    for one in sorted(tables, key=lambda each: -each.rows)[:MOST_TABLES]:
        beside = is_aside(one, tables) or any(rank(to[1], talks) >= 0.8 for to in one.references.values())
        cut, stated = _parts(one, tables), _is_stated(one, sample)
        filed = (cut or stated) and file_name(one, sample)
        if one.rows and not beside and (filed or (cut and stated and _is_typed(one, sample))):
            found.add(one.place)
    return found


def file_name(one: TableSeen, sample: RowSample) -> str:
    """The column whose texts end as names of files do, whatever it is called; empty if none does."""
    texts = [name for name, kind in one.columns.items() if kind.startswith(TEXT_KINDS) and words_of(name) not in TEXTS]
    for name in (
        each for each in texts if each not in one.references and each not in one.keys and "[]" not in one.columns[each]
    ):
        place = place_of("d", name)
        ends, given = (
            (f"{place}::text ~* '[.]{end}$'" for end in ("[a-z0-9]{1,6}", f"({_ENDS})")),
            f"{place}::text <> ''",
        )
        any_, known = ((sample.share(one, "d", each, given) or 0.0) for each in ends)
        if any_ >= NEARLY and known >= SOME:
            return name
    return ""


def _parts(one: TableSeen, tables: Sequence[TableSeen]) -> bool:
    found = chunks_of(one, tables)
    return bool(found and any(words_of(name) in TEXTS for name in found[0].columns))


def _is_typed(one: TableSeen, sample: RowSample) -> bool:
    """True if each value of a column is the type of a file."""
    texts = [name for name, kind in one.columns.items() if kind.startswith(TEXT_KINDS) and name not in one.references]
    given = sample(one, texts) if texts else {}
    words = ([each for each in of if each is not None] for of in given.values())
    return any(of and are_types(of) for of in words)


def _is_stated(one: TableSeen, sample: RowSample) -> bool:
    """True if a column's words are those of documents on their way: some are done, and some are not."""
    texts = [name for name, kind in one.columns.items() if kind.startswith(TEXT_KINDS) and "[]" not in kind]
    given = sample(one, texts) if texts else {}
    for words in given.values():
        means = {meaning("documents.status", str(each)) for each in words if each is not None}
        if len(words) <= MOST_WORDS and {"done", "processing"} <= means and len(means - {None}) >= 2:
            return True
    return False

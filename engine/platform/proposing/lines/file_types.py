"""The types of documents' files: what a column's values are, else the ends of their names. Pure."""

from __future__ import annotations

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.filed import file_name
from gendash.engine.platform.proposing.values import place_of

DOUBTFUL, WHOLE = CERTAIN - 0.1, 0.85
NO_TYPES = {"application/octet-stream", "binary/octet-stream", "text/plain"}  # what is said of a file of any type


def file_type(one: TableSeen, called: Line | None, score: float, sample: RowSample) -> Line | None:
    """The type of a document's file where a column's name does not say it; ``called`` is the best line by a name."""
    typed = None if score >= CERTAIN else _typed_by_values(one, sample)
    line = typed or called
    return (_ends_of_names(one, line, sample) if line else _ends(one, WHOLE, sample)) or typed


def _typed_by_values(one: TableSeen, sample: RowSample) -> Line | None:
    """The types of files in a column of any name, by its values; None if there is none, or several are."""
    names = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS)]
    seen = sample(one, [name for name in names if name != one.key and name not in one.references])
    given = {name: [each for each in found if each is not None] for name, found in seen.items()}
    reads = {
        name: values.read_file_type(place_of("d", name), "", one.columns[name], each)
        for name, each in given.items()
        if each and values.are_types(each)
    }
    if len(reads) != 1:
        return None
    name, read = next(iter(reads.items()))
    return Line("file_type", read.sql, (name,), WHOLE if len(given[name]) > 1 else DOUBTFUL, read.evidence)


def _ends_of_names(one: TableSeen, line: Line, sample: RowSample) -> Line | None:
    """The ends of files' names, where media types say the type of some in words of their own, such as msword."""
    if line.evidence != "media types":
        return None
    named = f"{place_of('d', line.reads[0])} ~ '/(vnd[.]|x-|msword)'"
    given = {each for each in sample(one, line.reads).get(line.reads[0], ()) if each is not None}
    own = (sample.share(one, "d", named) or 0.0) > 0 or bool(given and given <= NO_TYPES)
    own = own or (len(given) == 1 and len(_several_ends(one, sample)) > 1)  # the same of each file
    return _ends(one, WHOLE, sample) if own else _other_ends(one, line, sample)


def _other_ends(one: TableSeen, line: Line, sample: RowSample) -> Line | None:
    """The ends of files' names where some are other words than the media type has, such as txt and plain."""
    ends = _ends(one, DOUBTFUL, sample)
    given = f"{ends.sql} is not null" if ends else ""
    same = sample.share(one, "d", f"lower({line.sql}) = lower({ends.sql})", given) if ends else None
    return ends if same is not None and same < 1 else None


def _several_ends(one: TableSeen, sample: RowSample) -> set[str]:
    """What comes after the last dot of files' names."""
    name = file_name(one, sample)
    given = sample(one, [name]).get(name, ()) if name else ()
    return {str(each).rpartition(".")[2].lower() for each in given if each is not None}


def _ends(one: TableSeen, sure: float, sample: RowSample) -> Line | None:
    name = file_name(one, sample)
    sql = f"substring({place_of('d', name)} from '[.]([^.]+)$')"
    return Line("file_type", sql, (name,), sure, "end of the file name") if name else None

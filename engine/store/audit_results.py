"""Results of audits: rows or keys that were found, a share, figures on which two sources differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from gendash.engine.definitions.audits import find_key, queries
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation

SAMPLE = 5  # how many of the keys that an audit found are recorded
AuditKey = tuple[str, ...]
FiguresByKey = dict[AuditKey, tuple[Decimal, ...]]


class Finds(NamedTuple):
    """The number of rows or keys that an audit found, and the first of them as one text."""

    found: int
    sample: str = ""


def share_finds(limit: Decimal, parts: Sequence[Sequence[object]]) -> Finds:
    """The result of an audit of a share over all slices: 0 found if within the limit; the sample is the share.

    A third column of the query adds to the sample, such as the names of what was found.
    """
    found, total = (sum(int(str(part[column])) for part in parts) for column in (0, 1))
    share = Decimal(found) / total if total else Decimal(0)
    named = ", ".join(str(part[2]) for part in parts if len(part) > 2 and part[2])
    line = f"{share:.1%} of {total}" if total else ""
    return Finds(found if share > limit else 0, f"{line}: {named}" if named else line)


def counted(audit: Relation) -> Relation:
    """The audit with its query replaced by one that returns one row: the count, and the first keys as one text."""
    if audit.header.get("limit") is not None:
        return replace(audit, text=queries(audit)[0])
    key = ", ".join(f"{quote_name(name)}::text" for name in find_key(audit))
    text = (
        f"select count(*) as found, array_to_string((array_agg(k order by k))[1:{SAMPLE}], ', ') as sample "
        f"from (select concat_ws(' ', {key}) as k from (\n{queries(audit)[0]}\n) as faults) as keys"
    )
    return replace(audit, text=text)


def total_finds(parts: Sequence[Finds]) -> Finds:
    """The sum over the results of all slices."""
    sample = sorted(key for part in parts for key in part.sample.split(", ") if key)[:SAMPLE]
    return Finds(sum(part.found for part in parts), ", ".join(sample))


def folded(parts: Sequence[tuple[AuditKey, tuple[Decimal, ...]]]) -> FiguresByKey:
    """The figures by key, summed over the rows of all slices."""
    found: FiguresByKey = {}
    for key, values in parts:
        before = found.get(key)
        found[key] = tuple(a + b for a, b in zip(before, values, strict=True)) if before else values
    return found


def unequal_keys(audit: Relation, left: FiguresByKey, right: FiguresByKey) -> Finds:
    """The keys at which two sources differ by more than the audit allows; a key that one side lacks counts as 0."""
    tolerance = Decimal(str(audit.header.get("tolerance", 0)))
    slack = Decimal(str(audit.header.get("slack", 0)))
    wrong = []
    for key in sorted({*left, *right}):
        zero = tuple(Decimal(0) for _ in left.get(key) or right[key])
        pairs = list(zip(left.get(key, zero), right.get(key, zero), strict=True))
        if any(abs(a - b) > max(slack, tolerance * max(abs(a), abs(b))) for a, b in pairs):
            figures = " ".join(f"{a.normalize():f} / {b.normalize():f}" for a, b in pairs)
            wrong.append(f"{' '.join(key)}: {figures}" if key else figures)
    return Finds(len(wrong), ", ".join(wrong[:SAMPLE]))

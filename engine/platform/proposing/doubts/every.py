"""What speaks against a proposal that its evidence calls certain: rivals, unread flags, words read loosely. Pure.

A line is certain by what speaks for it. Each rule here looks for the contrary, whatever spoke for the line; what it
finds is a guess. The rules were measured on what earlier versions of init proposed for platforms that those had not
seen (docs/strangers.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gendash.engine.platform.proposing.doubts import of_lines, of_tables, of_words
from gendash.engine.platform.proposing.doubts.doubt import Doubt, Proposed
from gendash.engine.platform.proposing.given import NOTHING, Given
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable, RowSample, TableSeen

DOUBTED = CERTAIN - 0.1


def cautious(
    found: Mapping[str, ProposedTable], tables: Sequence[TableSeen], sample: RowSample, given: Given = NOTHING
) -> tuple[dict[str, ProposedTable], list[str]]:
    """The proposal in which nothing is certain that something speaks against, and what is asked about that.

    That a table is another kind's is no doubt where a person said so.
    """
    doubted, asked = dict(found), list[str]()
    for rule in RULES:
        for doubt in list(rule(Proposed(doubted, tables, sample))):
            if doubt.table in given and doubt.columns is None:
                continue
            before = doubted[doubt.table]
            doubted[doubt.table] = _with_doubt(before, doubt)
            asked += [doubt.question] if doubt.question and doubted[doubt.table] != before else []
    return doubted, asked


def _with_doubt(one: ProposedTable, doubt: Doubt) -> ProposedTable:
    meant = [doubt.columns is None or line.column in doubt.columns for line in one.lines]
    lines = [_doubted(line, doubt) if is_meant else line for line, is_meant in zip(one.lines, meant, strict=True)]
    all_ = doubt.rows or doubt.columns is None
    conditions = [(sql, min(sure, DOUBTED), why) if all_ else (sql, sure, why) for sql, sure, why in one.conditions]
    parts = tuple(_with_doubt(part, doubt) for part in one.parts)
    return replace(one, lines=lines, conditions=conditions, parts=parts)


def _doubted(line: Line, doubt: Doubt) -> Line:
    if doubt.words:
        return line._replace(asked=line.asked | {word.lower() for word in doubt.words})
    return line._replace(confidence=min(line.confidence, DOUBTED))


RULES = (
    of_tables.incomplete,
    of_tables.other_person,
    of_tables.other_writers,
    of_tables.second_person,
    of_tables.same_person,
    of_tables.unnamed_people,
    of_tables.owned_people,
    of_tables.other_people,
    of_tables.part_of_talk,
    of_tables.rival_messages,
    of_tables.generic_pairs,
    of_tables.rival_documents,
    of_tables.unproven_documents,
    of_tables.aside,
    of_tables.unlinked,
    of_lines.staff,
    of_lines.other_id,
    of_lines.other_key,
    of_lines.loose_words,
    of_lines.empty,
    of_lines.two_askers,
    of_lines.other_sides,
    of_lines.other_state,
    of_lines.lock_beside,
    of_lines.archived,
    of_lines.rows_of_versions,
    of_lines.unread_flags,
    of_words.no_messages,
    of_words.words_of_several,
    of_words.by_login,
    of_words.groups_as_categories,
    of_words.unknown_categories,
    of_words.other_requests,
)

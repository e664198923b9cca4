"""Which panels a share beyond its limit makes doubtful: those that depend on it, and no others."""

from __future__ import annotations

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.verify.audited import doubt_finder

TICKETS = "select * from {{ view('daily_snapshot') }} where subject = 'tickets'"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(load_config("features: {tickets: true, documents: true, users: true}\n"), ())


@pytest.mark.parametrize(
    ("audit", "relation", "text", "doubtful"),
    [
        ("document_word", "ticket_now", "", False),
        ("document_word", "document_now", "", True),
        ("ticket_word", "document_day", "", False),
        ("ticket_word", "ticket_day", "", True),
        ("document_word", "daily_snapshot", TICKETS, False),
        ("account_word", "daily_snapshot", TICKETS, False),
        ("ticket_word", "daily_snapshot", TICKETS, True),
        ("document_word", "daily_snapshot", "select * from {{ view('daily_snapshot') }}", True),
    ],
)
def test_a_relation_of_several_subjects_passes_on_the_doubts_about_what_its_reader_names(
    catalog: Catalog, audit: str, relation: str, text: str, doubtful: bool
) -> None:
    find = doubt_finder(catalog, {audit: "2.0% of 100"})
    assert (find([relation], text).status == "doubtful") is doubtful


def test_subjects_name_relations_that_the_rows_are_made_of(catalog: Catalog) -> None:
    declared = [one for one in catalog.relations.values() if "subjects" in one.header]
    assert len(declared) == 2
    for one in declared:
        read = {name for kind, name in catalog.relation_uses(one.name) if kind == "relation"}
        named = {name for names in one.header["subjects"].values() for name in names.split()}
        assert named <= read
        assert {name for name in read if not name.startswith("_")} == named

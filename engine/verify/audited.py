"""Figures that audits found to depend on data that is not as it seems: each in a verdict of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gendash.engine.clients.answers import Failed
from gendash.engine.definitions.audits import audits, is_off, share_limit, touched
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.names import Use
from gendash.engine.definitions.relations import qualified
from gendash.engine.read.reader import RunQuery, expect_rows
from gendash.engine.verify.verdict import OK, Finding


def shares_beyond(catalog: Catalog, ask: RunQuery) -> dict[str, str]:
    """The share that each audit of a share found beyond its limit in its last run, by the audit's name."""
    view = catalog.purpose.get("audits")
    answer = ask(f"select name, sample from {qualified(catalog.config, view)} where state = 'found'") if view else None
    if answer is None or isinstance(answer, Failed):  # not migrated yet, or this role may not read it
        return {}
    known = audits(catalog)
    return {
        name: sample or ""
        for name, sample in expect_rows(answer, (str,), (str,))
        if name in known and not is_off(catalog, known[name]) and share_limit(catalog.config, known[name]) is not None
    }


def doubt_finder(catalog: Catalog, beyond: Mapping[str, str]) -> Callable[[Iterable[str], str], Finding]:
    """A function from relations and the text that reads them to the doubt that audits cast; ``beyond`` has shares."""
    known = audits(catalog)
    wrong = {name: touched(catalog, known[name]) for name in beyond}

    def find(names: Iterable[str], text: str) -> Finding:
        asked = _behind(catalog, [name for name in names if name in catalog.relations], text) if beyond else frozenset()
        for name, share in beyond.items():
            if wrong[name] & asked:
                doc = " ".join(catalog.prose(str(known[name].header["doc"])).split())
                limit = share_limit(catalog.config, known[name])
                todo = f"see `gendash doctor`, or raise audit_limits.{name}"
                return Finding("doubtful", f"audit {name}: {share}, at most {limit:.1%} accepted: {doc} {todo}")
        return OK

    return find


def _behind(catalog: Catalog, names: Iterable[str], text: str) -> frozenset[Use]:
    """The relations and all below them; of one with ``subjects:`` only what those depend on that its reader names."""
    todo: list[tuple[Use, str]] = [(("relation", name), text) for name in names]
    seen: set[tuple[Use, frozenset[Use]]] = set()
    while todo:
        node, reader = todo.pop()
        relation = catalog.relations.get(node[1] if node[0] == "relation" else f"staging.{node[1]}")
        subjects = relation.header.get("subjects", {}) if relation else {}
        of = " ".join(below for subject, below in subjects.items() if f"'{subject}'" in reader).split()
        uses = frozenset(("relation", one) for one in of) or catalog.uses(node)
        if (node, uses) not in seen:
            seen.add((node, uses))
            todo += [(use, relation.text if relation else "") for use in uses]
    return frozenset(node for node, _ in seen)

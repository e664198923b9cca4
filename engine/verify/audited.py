"""Figures that audits found to depend on data that is not as it seems: each in a verdict of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gendash.engine.clients.answers import Failed
from gendash.engine.definitions.audits import audits, is_off, share_limit, touched
from gendash.engine.definitions.catalog import Catalog
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


def doubt_finder(catalog: Catalog, beyond: Mapping[str, str]) -> Callable[[Iterable[str]], Finding]:
    """A function from relations of the store to the doubt that audits cast on them; ``beyond`` has shares by audit."""
    known = audits(catalog)
    wrong = {name: touched(catalog, known[name]) for name in beyond}

    def find(names: Iterable[str]) -> Finding:
        asked = [name for name in names if name in catalog.relations]
        for name, share in beyond.items():
            if any(wrong[name] & {("relation", one), *catalog.lineage(one)} for one in asked):
                doc = " ".join(catalog.prose(str(known[name].header["doc"])).split())
                limit = share_limit(catalog.config, known[name])
                todo = f"see `gendash doctor`, or raise audit_limits.{name}"
                return Finding("doubtful", f"audit {name}: {share}, at most {limit:.1%} accepted: {doc} {todo}")
        return OK

    return find

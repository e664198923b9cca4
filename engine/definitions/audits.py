"""Audits as their headers declare them: a query that must return no rows or a small share, or two that agree. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.names import Use
from gendash.engine.model import Relation


def audits(catalog: Catalog) -> Mapping[str, Relation]:
    """All audits by name."""
    return {name: relation for name, relation in sorted(catalog.relations.items()) if relation.kind == "audit"}


def places(audit: Relation) -> list[str]:
    """The servers that an audit queries: one, or the two that it compares."""
    place = audit.header.get("place", "")
    return list(place) if isinstance(place, list) else [place]


def queries(audit: Relation) -> list[str]:
    """The query for each of `places`, with references unresolved."""
    texts = [text for text in re.split(r";\s*\n", audit.text.strip().rstrip(";")) if text.strip()]
    return [*texts, str(audit.header["promql"])] if audit.header.get("promql") else texts


def find_key(audit: Relation) -> list[str]:
    """The columns that identify what an audit found."""
    return list(audit.header.get("key", ()))


def share_limit(config: Config, audit: Relation) -> Decimal | None:
    """The largest accepted share of rows, for an audit whose query gives ``found`` and ``total``; None for others."""
    limit = audit.header.get("limit")
    return None if limit is None else Decimal(str(config.get(f"audit_limits.{audit.name}", limit)))


def is_off(catalog: Catalog, audit: Relation) -> bool:
    """True if the audit needs a feature that is off, or a server that is not used (``none``)."""
    return not catalog.enabled(audit) or ("prometheus" in places(audit) and not catalog.config.has("prometheus"))


def touched(catalog: Catalog, audit: Relation) -> frozenset[Use]:
    """What is wrong where an audit finds something: what its header names under ``touches:``, or all it reads."""
    named = audit.header.get("touches")
    if named is not None:
        return frozenset(("relation", name) for name in named)
    return frozenset(use for use in catalog.relation_uses(audit.name) if use[0] in ("relation", "staging"))

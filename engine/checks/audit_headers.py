"""Headers of audits: where an audit runs, how severe a finding is, and the columns that identify one."""

from __future__ import annotations

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Problem
from gendash.engine.store.audit_results import PLACES, find_key, places, queries, share_limit

SEVERITIES = ("critical", "warning")
_KNOWN = {
    "doc",
    "place",
    "feature",
    "severity",
    "cadence",
    "days",
    "key",
    "tolerance",
    "slack",
    "promql",
    "must_compare",
    "limit",
}


def problems(catalog: Catalog) -> list[Problem]:
    """Whatever is wrong with the headers of audits."""
    found = []
    for audit in (relation for relation in catalog.relations.values() if relation.kind == "audit"):
        where, pair = places(audit), len(places(audit)) == 2
        wrong = (
            (
                set(where) > set(PLACES) or not set(where) <= set(PLACES),
                f"place {where}",
                f"one of {', '.join(PLACES)}",
            ),
            (len(queries(audit)) != len(where), "not one query for each place", "write as many as there are places"),
            ("prometheus" in where[:1], "prometheus is its first place", "name it second, with promql:"),
            (audit.header.get("severity") not in SEVERITIES, "no severity", f"one of {', '.join(SEVERITIES)}"),
            (
                not pair and not find_key(audit) and share_limit(audit) is None,
                "no key",
                "name the columns that identify a find under key:, or the share that may be found under limit:",
            ),
            (bool(set(audit.header) - _KNOWN), f"unknown {sorted(set(audit.header) - _KNOWN)}", "take it out"),
        )
        found += [Problem(audit.path, what, do) for is_wrong, what, do in wrong if is_wrong]
        references = catalog.expanded(str(audit.header.get("promql", ""))).wrong
        found += [Problem(audit.path, what, do) for what, do in references]
    return found

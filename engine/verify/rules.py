"""Verdicts on rules: loaded as defined, healthy, and with their series."""

from __future__ import annotations

from dataclasses import replace

from gendash.engine.languages.promql import normal_form
from gendash.engine.read.sources import PROMETHEUS
from gendash.engine.render.rules import rule_expression
from gendash.engine.verify.queries import unavailable
from gendash.engine.verify.servers import Servers, failed_query
from gendash.engine.verify.verdict import OK, Status, Verdict

RULES = "rules"


def rule_verdict(live: Servers, name: str) -> Verdict:
    """The finding for a rule: loaded as defined, healthy, and, if it records, with its series present."""
    rule = live.catalog.rules[name]
    blank = Verdict(RULES, name, f"{rule.kind} {name}", "rule", "", "ok")
    if lacks := sorted(live.catalog.rule_lacks(name)):
        return unavailable(live.catalog.config, blank, lacks)
    if down := live.down.get(PROMETHEUS):
        return replace(blank, status=down.status, why=down.why)
    if live.rules_unknown.status != "ok":
        return replace(blank, status=live.rules_unknown.status, why=live.rules_unknown.why)
    loaded = live.loaded.get(name, [])
    own = normal_form(rule_expression(live.catalog, rule).text)
    same = next((one for one in loaded if normal_form(one.expr) == own), None)
    if same is None:
        what = "another expression of it is loaded" if loaded else "not loaded"
        status: Status = "error" if loaded else "missing"
        return replace(blank, status=status, why=f"{what}; give Prometheus the file of this rule and reload it")
    if same.health == "err":
        return replace(blank, status="error", why=same.error)
    try:
        finding = live.series(name, False) if rule.kind == "record" else OK
    except Exception as error:
        finding = failed_query(error)
    return replace(blank, status=finding.status, why=finding.why, rows=1)

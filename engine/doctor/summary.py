"""The report of `gendash doctor` on one screen: what works, what is missing, and the next step. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from gendash.engine.doctor.diagnose import Feature
from gendash.engine.doctor.report import DoctorReport, changes
from gendash.engine.doctor.rights import Noted

WIDTH, MISSING, AUDITS = 118, 6, 4
MIGRATE = "gendash db migrate"


def as_summary(report: DoctorReport) -> str:
    """The report in at most 24 lines or so."""
    lines = [f"{one.name:<11} {one.state:<15} {_cut(one.line, 90)}" for one in report.servers]
    lines += ["", *_works(report), *_missing(report.features), *_audits(report), *_roles(report.notes)]
    details = "details: --full; all GRANTs: --sql; what the application could record: --instrumentation"
    return "\n".join([*lines, "", f"next: {report.next_step}", details])


def missing_grants(report: DoctorReport) -> str:
    """SQL for a DBA: the GRANTs and policies that are missing, each once; nothing that changes a table."""
    wanted = [fix.text for _, fixes in changes(report.features, alter=False) for fix in fixes if fix.kind == "sql"]
    lacks = [note.sql for note in report.notes if note.kind == "lacks" and note.sql]
    wanted += [sql for sql in lacks if sql.startswith("grant ")]
    lines = [f"{text.rstrip(';')};" for text in dict.fromkeys(wanted)]
    if any(not sql.startswith("grant ") for sql in lacks):
        lines.append(f"-- the rest: `{MIGRATE}` creates the roles and grants what they read")
    return "\n".join(lines or ["-- nothing is missing"])


def next_step(report: DoctorReport) -> str:
    """The one thing to do next: what everything later depends on comes first."""
    steps = (*_servers(report), *_names(report), *_privileges(report), *_switches(report), *_figures(report))
    return next(iter(steps), "gendash verify, then gendash apply")


def _servers(report: DoctorReport) -> Iterator[str]:
    states = {one.name: one for one in report.servers}
    for name in ("source", "store"):
        one = states.get(name)
        if one and one.state == "not configured":
            yield f"{one.line}: the role that will own gendash's schema"
        elif one and one.state == "failed":
            yield one.line


def _names(report: DoctorReport) -> Iterator[str]:
    for feature in report.features:
        wanted = [fix for part in feature.parts if part.why and not part.optional for fix in part.fixes]
        ours = [
            f"in gendash.yaml: {fix.text}" for fix in wanted if fix.kind == "setting" and "platform." in fix.text[:9]
        ]
        ours = list(dict.fromkeys([fix.text for fix in wanted if fix.kind == "file"] + ours))
        if feature.on and ours:
            more = f" (and {len(ours) - 1} more for {feature.name}: --full)" if len(ours) > 1 else ""
            yield f"{ours[0]}{more}; or features.{feature.name}: false"


def _privileges(report: DoctorReport) -> Iterator[str]:
    lacks = [note for note in report.notes if note.kind == "lacks"]
    hidden = [fix for _, fixes in changes(report.features, alter=False) for fix in fixes if fix.kind == "sql"]
    if hidden or any("SELECT on" in note.what and not note.sql.startswith("--") for note in lacks):
        yield "give a DBA the output of `gendash doctor --sql`: privileges to read the platform are missing"
    if any(note.sql.startswith("--") or "schema" in note.what for note in lacks):
        yield (
            f"{MIGRATE}: it creates the roles, the schema and everything in it"
            " (GENDASH_ADMIN_DATABASE_URL, if the owner may not create roles)"
        )


def _switches(report: DoctorReport) -> Iterator[str]:
    switched = [one.name for one in report.features if one.wanted != one.on]
    if switched:
        yield f"gendash doctor --write: sets the features {', '.join(switched)} to what was found"


def _figures(report: DoctorReport) -> Iterator[str]:
    if any(one.name == "store" and one.state == "ok" for one in report.servers) and not report.audits:
        yield "gendash db refresh, which also runs the first audits of the data"
    failed = next((one for one in report.servers if one.state == "failed"), None)
    if failed:
        yield failed.line
    found = [one.name for one in report.audits if one.state in ("found", "failed")]
    if found:
        yield f"look at the audits {', '.join(found[:3])}, on which figures depend: `gendash doctor --full`"


def _works(report: DoctorReport) -> Iterator[str]:
    counts = Counter(panel.state for panel in report.panels)
    there = [one.name for one in report.features if one.state == "there"]
    lit = f"works: {counts['lit']} of {len(report.panels)} panels have all that they need"
    whole = f"{lit}; whole: {', '.join(there) or 'none'}"
    yield from textwrap.wrap(whole, WIDTH, subsequent_indent="       ")
    off = [one.name for one in report.features if one.state == "there" and not one.on]
    if off:
        yield f"       switched off although it is there: {', '.join(off)}"


def _missing(features: Sequence[Feature]) -> Iterator[str]:
    found = [one for one in features if one.state in ("partly", "absent") and any(part.why for part in one.parts)]
    found.sort(key=lambda one: (not one.on, -one.panels))
    for one in found[:MISSING]:
        wrong = [part for part in one.parts if part.why and not part.optional] or [p for p in one.parts if p.why]
        more = f" (+{len(wrong) - 1})" if len(wrong) > 1 else ""
        state = "on" if one.on else "off"
        yield _cut(f"lacks: {one.name} ({state}, {one.panels} panels): {wrong[0].name}: {wrong[0].why}{more}", WIDTH)
    if len(found) > MISSING:
        yield f"lacks: {', '.join(one.name for one in found[MISSING:])}: --full"
    unknown = [one.name for one in features if one.state == "unknown"]
    if unknown:
        yield _cut(f"not known, since a server does not answer: {', '.join(unknown)}", WIDTH)


def _audits(report: DoctorReport) -> Iterator[str]:
    if not report.audits:
        yield "audits: none has run"
        return
    bad = [one for one in report.audits if one.state in ("found", "failed")]
    yield f"audits: {sum(one.state == 'passed' for one in report.audits)} passed, {len(bad)} not"
    for one in bad[:AUDITS]:
        yield _cut(f"  {one.name} {one.line}: {one.doc}", WIDTH)


def _roles(notes: Sequence[Noted]) -> Iterator[str]:
    counts = Counter(note.kind for note in notes)
    if counts:
        yield f"roles: {counts['lacks']} privileges are missing, {counts['more']} are not needed"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"

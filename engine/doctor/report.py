"""The report of `gendash doctor`, as text and as data for JSON. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from gendash.engine.doctor.diagnose import Feature, PanelFound
from gendash.engine.doctor.parts import Fix
from gendash.engine.doctor.rights import COMMANDS, Noted


@dataclass(frozen=True)
class ServerReport:
    """The state of one server, with its version and address or the reason of a failure in one line."""

    name: str
    state: Literal["ok", "failed", "not configured", "none"]
    line: str


class AuditSeen(NamedTuple):
    """The last result of an audit: its state, what it found or the share that it measured, and its description."""

    name: str
    state: str
    line: str
    doc: str


@dataclass(frozen=True)
class DoctorReport:
    """All findings; ``reads`` are the platform's columns that the source's role must read, by table."""

    schema: str
    servers: Sequence[ServerReport]
    features: Sequence[Feature]
    panels: Sequence[PanelFound]
    reads: Mapping[str, Sequence[str]]
    notes: Sequence[Noted]
    audits: Sequence[AuditSeen] = ()
    next_step: str = ""

    @property
    def failed(self) -> bool:
        """True if a server failed, a role lacks a privilege, or a feature is on whose requirements are not met."""
        lacks = any(note.kind == "lacks" for note in self.notes)
        unmet = any(feature.on and feature.state in ("absent", "partly") for feature in self.features)
        return lacks or unmet or any(server.state == "failed" for server in self.servers)


def changes(features: Sequence[Feature], *, alter: bool = True) -> list[tuple[str, list[Fix]]]:
    """The changes by which each feature gets all that it needs, each change once, in the order to apply them.

    Without ``alter`` those that change the platform itself are left out.
    """
    found: list[tuple[str, list[Fix]]] = []
    listed: set[Fix] = set()
    for feature in features:
        fixes = [fix for part in feature.parts for fix in part.fixes if part.why and (alter or not fix.alters)]
        if fixes and feature.wanted is False and feature.state != "unknown":
            fixes.append(Fix("setting", f"features.{feature.name}: true"))
        elif feature.wanted and not feature.on:
            fixes = [*fixes, Fix("setting", f"features.{feature.name}: true")]
        new = [fix for fix in dict.fromkeys(fixes) if fix not in listed]
        listed.update(new)
        if new:
            found.append((feature.name, sorted(new, key=lambda fix: ("sql", "app", "setting", "file").index(fix.kind))))
    return found


def report_as_dict(report: DoctorReport) -> dict[str, Any]:
    """The whole report as data for JSON; ``changes`` by feature."""
    return {
        "servers": [asdict(server) for server in report.servers],
        "features": [asdict(feature) | {"wanted": feature.wanted} for feature in report.features],
        "panels": [asdict(panel) for panel in report.panels],
        "changes": {name: [asdict(fix) for fix in fixes] for name, fixes in changes(report.features)},
        "commands": [command._asdict() | {"database": _database(report, command.database)} for command in COMMANDS],
        "reads": dict(report.reads),
        "roles": [note._asdict() for note in report.notes],
        "audits": [audit._asdict() for audit in report.audits],
        "next": report.next_step,
    }


def as_text(report: DoctorReport, *, alter: bool = True) -> str:
    """The report as text, in sections: servers, features, panels, changes, audits, privileges.

    Without ``alter`` no change of the platform itself is proposed.
    """
    sections = (
        ("servers", (f"{one.name:<11} {one.state:<15} {one.line}" for one in report.servers)),
        ("features", _features(report.features)),
        (_count(report.panels), _panels(report.panels)),
        ("changes that light them up", _changes(report.features, alter)),
        ("audits of the data", _audits(report.audits)),
        ("minimum privileges, by command", _commands(report)),
        ("missing and excess privileges of the roles", _roles(report.notes)),
    )
    return "\n".join(
        line for title, lines in sections for line in ("", title, *(f"  {line}".rstrip() for line in lines))
    ).lstrip("\n")


def _features(features: Sequence[Feature]) -> Iterator[str]:
    for one in features:
        yield f"{one.name:<15} {one.state:<8} {'on' if one.on else 'off':<4} {one.panels:>3} panels  {one.needs}"
        wrong = [part for part in one.parts if part.why]
        if one.state != "there":
            there = [part.name for part in one.parts if not part.why and not part.unknown]
            if there:
                yield f"    there    {', '.join(there)}"
        for part in wrong:
            yield f"    {'without ' if part.optional else 'missing '} {part.name}: {part.why}"
        if any(part.unknown for part in one.parts):
            yield f"    unknown  {', '.join(part.name for part in one.parts if part.unknown)}"


_WANTS = {"waits": "for", "partly": "needs", "dark": "needs", "unknown": "cannot see"}


def _count(panels: Sequence[PanelFound]) -> str:
    counts = Counter(panel.state for panel in panels)
    return "panels: " + ", ".join(f"{count} {state}" for state, count in counts.most_common())


def _panels(panels: Sequence[PanelFound]) -> Iterator[str]:
    for name in dict.fromkeys(panel.dashboard for panel in panels):
        shown = [panel for panel in panels if panel.dashboard == name]
        yield f"{name}: {sum(panel.state == 'lit' for panel in shown)} of {len(shown)} lit"
        for state, lacks in dict.fromkeys((one.state, one.lacks) for one in shown if one.state != "lit"):
            slugs = [one.slug for one in shown if (one.state, one.lacks) == (state, lacks)]
            yield f"  {state:<8} {_WANTS[state]} {'; '.join(lacks)}"
            yield from textwrap.wrap(", ".join(slugs), 100, initial_indent=" " * 11, subsequent_indent=" " * 11)


def _changes(features: Sequence[Feature], alter: bool) -> Iterator[str]:
    found = changes(features, alter=alter)
    for name, fixes in found:
        yield f"{name}:"
        for fix in fixes:
            text = fix.text if fix.kind != "sql" else f"{fix.text.rstrip(';')};"
            yield from textwrap.indent(text, " " * 12).replace(" " * 12, f"    {fix.kind:<8}", 1).splitlines()
    if not found:
        yield "none: nothing is missing" if alter else "none that leave the platform as it is; see --instrumentation"


def _audits(audits: Sequence[AuditSeen]) -> Iterator[str]:
    for one in audits:
        if one.state != "passed" or one.line:
            yield f"{one.name:<20} {one.state:<7} {one.line}".rstrip()
        if one.state in ("found", "failed"):
            yield from textwrap.wrap(one.doc, 100, initial_indent=" " * 4, subsequent_indent=" " * 4)
    if not audits:
        yield "none has run: `gendash db refresh`, then `gendash db audit`"


def _commands(report: DoctorReport) -> Iterator[str]:
    for command in COMMANDS:
        servers = {
            "database": _database(report, command.database),
            **{name: text for name, text in command._asdict().items() if name not in ("command", "database")},
        }
        needs = [f"{name}: {text}" for name, text in servers.items() if text]
        yield f"{command.command:<25} {' | '.join(needs) or 'none: connects to no server'}"
    for table, columns in report.reads.items():
        yield f"the source reads {table} ({', '.join(columns)})"


def _database(report: DoctorReport, text: str) -> str:
    return text.replace("{schema}", report.schema)


def _roles(notes: Sequence[Noted]) -> Iterator[str]:
    for note in notes:
        yield f"{note.role:<22} {note.kind:<6} {note.what}"
        if note.sql:
            yield f"    {note.sql}{'' if note.sql.startswith('--') else ';'}"
    if not notes:
        yield "none, as far as the roles could be read"

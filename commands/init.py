"""init: from a database that nobody has described to a gendash.yaml and an adapter."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gendash.commands._common import Settings, say

if TYPE_CHECKING:
    from gendash.engine.clients.postgres import Connection
    from gendash.engine.config.load import Config
    from gendash.engine.definitions.catalog import Catalog
    from gendash.engine.platform.proposing.proposal import Proposal, TableSeen

FOLDER = "my_platform"
GRANTS = "grants.sql"
ROLE = "gendash_source"


@click.command()
@click.option(
    "--table",
    "named",
    multiple=True,
    metavar="KIND=TABLE",
    help="The table that holds users, conversations, messages, feedback, documents or tickets; `none` if no table "
    "does. Answers a question of a former run; may be repeated.",
)
@click.pass_obj
def init(settings: Settings, named: tuple[str, ...]) -> None:
    """Look at the platform's database and write what gendash needs: gendash.yaml, an adapter, grants.sql.

    A platform that gendash knows is recognised by its tables. For any other an adapter is proposed in my_platform/,
    with the evidence and a confidence beside each line, and questions about what cannot be decided. The database is
    GENDASH_SOURCE_URL, or else GENDASH_DATABASE_URL; nothing in it is changed, and no file is overwritten.
    """
    from gendash.engine.clients.postgres import connect, source
    from gendash.engine.errors import Refused, raise_if
    from gendash.engine.model import Problem
    from gendash.engine.platform.snapshot import read_snapshot
    from gendash.engine.render.write import write_new

    config, base = settings.config(), settings.base
    file = Path(settings.path or "gendash.yaml")
    here = [base / name for name in (file.name, GRANTS, FOLDER) if (base / name).exists()]
    raise_if(
        Refused, [Problem(os.path.relpath(one), "exists", "init overwrites nothing: move it away") for one in here]
    )
    if not (config["source_url"] or config["database_url"]):
        raise Refused(Problem("init", "no database is named", "set GENDASH_SOURCE_URL, or GENDASH_DATABASE_URL"))
    with connect(source(config), read_only=True, application="gendash init") as connection:
        tables = read_snapshot(connection, config["schema"])
        known = None if named else _known_platform(tables)
        texts, zoneless = ({}, "") if known else _proposed(connection, config, tables, named)
        schema, adapter = known or (_schema_of(tables, texts), f"./{FOLDER}")
        texts = {f"{FOLDER}/{name}": text for name, text in texts.items()}
        settings_text = _settings_text(config, schema, adapter, zoneless)
        written = {file.name: settings_text, **texts}
        write_new({base / name: text.encode() for name, text in written.items()})
        grants = _grants(settings)  # of the adapter that was written
        try:
            write_new({base / GRANTS: grants.encode()})
        except BaseException:  # all of it, or nothing: a second try would find the first half in its way
            for name in written:
                (base / name).unlink(missing_ok=True)
            raise
    for name in [*written, GRANTS]:
        click.echo(f"wrote {os.path.relpath(base / name)}")
    _next_steps(bool(texts))


def _known_platform(tables: list[TableSeen]) -> tuple[str, str] | None:
    """Schema and name of the shipped adapter whose tables and columns are all there; the one with most columns."""
    from gendash.engine.config.load import load_config
    from gendash.engine.definitions.adapters import adapter_table
    from gendash.engine.definitions.load import packaged_adapters

    config = load_config()
    by_schema: dict[str, set[str]] = {}
    for one in tables:
        by_schema.setdefault(one.schema, set()).update(f"{one.name}.{column}" for column in one.columns)
    found = []
    for adapter in packaged_adapters():
        name = adapter.label
        files = (adapter_table(config, adapter, table, *file) for table, file in adapter.files.items())
        read = frozenset[str]().union(*(one.columns for one in files))
        for schema, there in by_schema.items():
            if read <= there:
                found.append((len(read), schema, name))
            elif len(read & there) > 0.8 * len(read):
                lacks = ", ".join(sorted(read - there)[:5])
                say(f"note: schema {schema} looks like {name}, but lacks {lacks}: another version?")
    if not found:
        return None
    size, schema, name = max(found)
    click.echo(f"this is {name}: all {size} columns that its adapter reads are in schema {schema}")
    return schema, name


def _proposed(
    connection: Connection, config: Config, tables: list[TableSeen], named: tuple[str, ...]
) -> tuple[dict[str, str], str]:
    """The files of a proposed adapter by name, and a time that is stored without a zone, if there is one.

    Prints what was found, how sure it is, and the questions.
    """
    from gendash.engine.definitions.load import load_catalog
    from gendash.engine.errors import Refused, raise_if
    from gendash.engine.model import Problem
    from gendash.engine.platform.proposing.files import select_text
    from gendash.engine.platform.proposing.given import read_given
    from gendash.engine.platform.proposing.propose import propose
    from gendash.engine.platform.snapshot import Samples

    given, wrong = read_given(named, tables)
    raise_if(Refused, [Problem("init --table", *one) for one in wrong])
    contract = load_catalog(config).contract
    found = propose(tables, Samples(connection), contract, given)
    if not found.tables:
        what = f"no table of an agent platform was recognised among {len(tables)}"
        raise Refused(Problem("init", what, "name those of messages and users by --table, or write an adapter by hand"))
    _report(found)
    zoneless = _zoneless(found)
    if zoneless:
        read = f"times without a time zone, such as {zoneless}, are read as {config['platform.time_zone']}"
        say(f"note: {read}; if they are of another zone, set platform.time_zone")
    return {f"{name}.sql": select_text(one, found.questions) for name, one in found.tables.items()}, zoneless


def _zoneless(found: Proposal) -> str:
    """The first column that is read as a time and is stored without a zone, as schema.table.column; else empty."""
    parts = [part for one in found.tables.values() for part in (one, *one.parts)]
    return next(
        (
            ".".join((*part.source.stored_place, column))
            for part in parts
            for line in part.lines
            if line.column.endswith("_at")
            for column in line.reads
            if part.source.columns.get(column) == "timestamp without time zone"
        ),
        "",
    )


def _report(found: Proposal) -> None:
    from gendash.engine.platform.proposing.proposal import CERTAIN

    lines = [line for one in found.tables.values() for line in one.lines]
    sure = sum(line.confidence >= CERTAIN for line in lines)
    for name, one in found.tables.items():
        certain = sum(line.confidence >= CERTAIN for line in one.lines)
        click.echo(f"{name}: {'.'.join(one.source.stored_place)}, {len(one.lines)} columns, {certain} of them certain")
    others = f"read the others, and words with a mark, in {FOLDER}/"
    click.echo(f"{sure} of {len(lines)} columns are certain (at least {CERTAIN:.0%}); {others}")
    for number, question in enumerate(found.questions, 1):
        click.echo(f"question {number}: {question}")


def _schema_of(tables: list[TableSeen], texts: dict[str, str]) -> str:
    """The schema that most proposed files read; texts name every schema, so that it is a default only."""
    schemas = {one.schema for one in tables}
    return max(sorted(schemas), key=lambda name: sum(f"from {name}." in text for text in texts.values()))


def _settings_text(config: Config, schema: str, adapter: str, zoneless: str) -> str:
    """The first gendash.yaml: what cannot be guessed by a default. ``zoneless`` is a time without a zone."""
    where = "" if schema == "public" else f"  schema: {schema}\n"
    if zoneless:
        where += f"  time_zone: {config['platform.time_zone']}  # of stored times without a zone, such as {zoneless}\n"
    lines = [f"platform:\n  adapter: {adapter}\n{where}time_zone: {config['time_zone']}  # of days and weeks\n"]
    if not config["langfuse.public_key"]:
        lines.append("langfuse: {base_url: none}  # take this out when LANGFUSE_PUBLIC_KEY is set\n")
    if config.where("prometheus_url") == "default" and not _answers(config):
        lines.append(f"prometheus_url: none  # none answers at {config['prometheus_url']}\n")
    return "".join(lines)


def _answers(config: Config) -> bool:
    from gendash.engine.clients.answers import Failed
    from gendash.engine.clients.prometheus import prometheus
    from gendash.engine.errors import TargetError

    try:
        with prometheus(config) as call:
            return not isinstance(call("query", {"query": "1"}), Failed)
    except TargetError:
        return False


def _grants(settings: Settings) -> str:
    """SQL for a DBA: a role that may read what the adapter names, and nothing else."""
    from gendash.engine.definitions.platform_names import names_in_text, split_column
    from gendash.engine.doctor.rights import grants

    catalog: Catalog = settings.checked()
    named = frozenset[tuple[str, str]]().union(*map(names_in_text, catalog.names.stagings.values()))
    columns = {split_column(name) for kind, name in named if kind == "column"}
    lines = [
        "-- For a DBA of the platform's database: a role that may read what the adapter names, and nothing else.",
        f"-- Then: alter role {ROLE} password '…'; and set GENDASH_SOURCE_URL to postgresql://{ROLE}:…@…",
        f"create role {ROLE} login;",
        *(f"{statement};" for statement in grants(catalog.config, columns, ROLE)),
    ]
    return "\n".join([*lines, ""])


def _next_steps(is_proposed: bool) -> None:
    steps = [
        f"read {FOLDER}/*.sql, and answer the questions there; `gendash check` checks them" if is_proposed else "",
        f"have a DBA run {GRANTS}, and set GENDASH_SOURCE_URL to its role",
        "set GENDASH_DATABASE_URL to the store (by default the same database), and GENDASH_ADMIN_DATABASE_URL for the "
        "first migration, which creates the roles",
        "gendash doctor",
        "gendash db migrate, then gendash db plan, which says what the first refresh reads and writes",
        "gendash db refresh && gendash verify",
    ]
    click.echo("next:")
    for number, step in enumerate(filter(None, steps), 1):
        click.echo(f"  {number}. {step}")

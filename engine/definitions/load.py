"""Content roots -> Catalog. The only module that opens content files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.canonical import FOLDER, Adapter
from gendash.engine.definitions.catalog import Catalog, Document, MetricLines, Style
from gendash.engine.definitions.content_modules import PACKAGED, dashboard_names, load_dashboards, objective_dashboards
from gendash.engine.definitions.each import filled, wrong_each
from gendash.engine.definitions.objectives import EXAMPLE, objective_metrics, objectives
from gendash.engine.definitions.overrides import OVERRIDES, Fields, override_problems, sound_overrides
from gendash.engine.definitions.rule_files import lines_of_entries, metrics_of, rules_of
from gendash.engine.definitions.strays import STYLE, adapter_strays, relative_root, strays, unfit
from gendash.engine.definitions.visual import Schemas
from gendash.engine.definitions.yaml_text import LOADER, read_yaml
from gendash.engine.errors import ContentError, raise_if
from gendash.engine.languages.spots import in_rule
from gendash.engine.languages.sql_builtins import Builtins
from gendash.engine.model import AdapterTable, Dashboard, Problem, Relation, RelationKind, Rule

RULE_TESTS = "recording_rules/tests/*.yaml"
DOCUMENTS = ("dashboards/*.yaml", "provisioning/*.j2", "provisioning/*.yaml")
_FOLDERS: dict[str, RelationKind] = {
    "staging": "staging",
    "tables": "table",
    "rollups": "rollup",
    "views": "view",
    "audits": "audit",
}
_HEADER = re.compile(r"\s*/\*(.*?)\*/(.*)", re.DOTALL)


def load_catalog(config: Config, roots: Iterable[Path] = (), base: Path = Path()) -> Catalog:
    """The definitions of the packaged root and then of ``roots``; a later file replaces an earlier one of its name.

    ``base`` is the folder to which that of an adapter is relative. Raises ContentError with all problems of reading.
    """
    catalog = read_catalog(config, roots, base)
    raise_if(ContentError, catalog.problems)
    return catalog


def read_catalog(config: Config, roots: Iterable[Path] = (), base: Path = Path(), *, code: bool = True) -> Catalog:
    """The definitions as far as they can be read, with the problems of reading them, for `checks.check`.

    Without ``code`` no Python of ``roots`` is run: their dashboards are left out.
    """
    problems: list[Problem] = []
    mine = objectives(config)
    content = _Content()
    roots = [PACKAGED, *roots]
    for root in roots:
        if root.is_dir():
            content.add(root, [one.values() for one in mine or (EXAMPLE,)], problems, code)
        else:
            problems.append(Problem(config.where("content"), f"no folder '{root}'", "fix content:"))
    made = objective_dashboards([one.name for one in mine])
    dashboards = {**made, **content.dashboards}
    styles = content.styles | dict.fromkeys(made, Style({}, "", {}))  # what it is about is the user's own
    rules = _all_rules(content.rules, problems)
    templates = {name: rule for name, rule in rules.items() if rule.of_objective and not mine}
    rules = {name: rule for name, rule in rules.items() if name not in templates}
    adapter = _adapter(config, roots, base, problems)
    relations: dict[str, Relation] = content.relations
    tables: dict[str, AdapterTable] = {}
    if adapter:
        from gendash.engine.definitions.adapters import adapted  # brings a parser of SQL

        config, relations, tables = adapted(config, relations, adapter)
    return Catalog(
        config,
        dashboards,
        relations,
        rules,
        {**objective_metrics(mine, config, content.metrics), **content.metrics},
        own=frozenset(name for name in dashboards if name in styles),
        styles=styles,
        problems=tuple(problems),
        complete=content.complete,
        schemas=Schemas(_packaged_json("grafana_panels")),
        left_out=frozenset(content.named - dashboards.keys()),
        builtins=Builtins(_packaged_json("postgres_names")),
        metric_lines=content.metric_lines,
        documents=content.documents,
        adapter=tables,
        overrides=content.overrides,
        templates=templates,
    )


@dataclass
class _Content:
    """What the content roots hold, as far as it was read: a name of a later root replaces that of an earlier one."""

    relations: dict[str, Relation] = field(default_factory=dict)
    rules: dict[str, dict[str, Rule]] = field(default_factory=dict)
    metrics: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    metric_lines: dict[str, MetricLines] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    dashboards: dict[str, Dashboard] = field(default_factory=dict)
    styles: dict[str, Style] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    overrides: dict[str, Fields | None] = field(default_factory=dict)
    complete: bool = True

    def add(self, root: Path, slos: list[dict[str, Any]], problems: list[Problem], code: bool) -> None:
        """Reads one root; without ``code`` none of its Python is run."""
        reader, is_ours = _Root(root, problems), root == PACKAGED
        loaded = reader.relations()
        lacking = _lacking(self.relations, loaded)
        problems += lacking
        self.relations |= loaded
        self.rules |= reader.rules(slos)
        metrics, lines = reader.metrics()
        self.metrics |= metrics
        self.metric_lines |= lines
        self.documents |= reader.documents([RULE_TESTS, *(DOCUMENTS if is_ours else ())])
        found = load_dashboards(root, reader.shown, problems) if code or is_ours else {}
        self.dashboards |= found
        self.named |= dashboard_names(root)
        if not is_ours:
            owned = [*found, f"{reader.prefix}sql/", f"{reader.prefix}recording_rules/"]
            self.styles |= dict.fromkeys(owned, reader.style())
            self.overrides |= reader.overrides(self.dashboards)
        problems += strays(root, is_ours, reader.prefix)
        self.complete &= reader.complete and not lacking  # what reads those columns is not to blame


def _packaged_json(name: str) -> Any:
    return json.loads((PACKAGED / "engine" / "definitions" / f"{name}.json").read_text("utf-8"))


def _adapter(config: Config, roots: Iterable[Path], base: Path, problems: list[Problem]) -> Adapter | None:
    """The files of the adapter that ``platform.adapter`` names; None if it names none."""
    named = config["platform.adapter"]
    if not named:
        return None
    is_folder = "/" in named or named.startswith(".")
    folders = [base / named] if is_folder else [root / FOLDER / named for root in roots]
    found = [folder for folder in folders if folder.is_dir()]
    if not found:
        known = shipped_adapters(roots)
        others = f"name one of {', '.join(known)}, or a folder of your own such as ./my_platform"
        do = ("" if is_folder else suggest(named, known)) or others
        problems.append(Problem(config.where("platform.adapter"), f"no adapter '{named}'", do))
        return None
    folder, files = found[-1], {}
    reader = _Root(next((root for root in roots if folder.is_relative_to(root)), folder), problems)
    for path in sorted(folder.glob("*.sql")):
        text = reader.text(path)
        if text is not None:
            files[path.stem] = (reader.shown(path), text)
    problems += adapter_strays(folder, reader.shown)
    return Adapter(folder.resolve().name, files)


def packaged_adapters() -> list[Adapter]:
    """The shipped adapters, in the order of their names."""
    files = {name: sorted((PACKAGED / FOLDER / name).glob("*.sql")) for name in shipped_adapters()}
    return [Adapter(name, {p.stem: (p.name, p.read_text("utf-8")) for p in paths}) for name, paths in files.items()]


def shipped_adapters(roots: Iterable[Path] = (PACKAGED,)) -> list[str]:
    """The names of the adapters in content roots."""
    return sorted({path.name for root in roots for path in (root / FOLDER).glob("*") if any(path.glob("*.sql"))})


def _lacking(before: Mapping[str, Relation], now: Mapping[str, Relation]) -> list[Problem]:
    """A staging text that replaces another gives all that rollups read of it."""
    found = []
    for name, one in now.items():
        columns = before[name].columns if one.kind == "staging" and name in before else {}
        lacking = ", ".join(column for column in columns if column not in one.columns)
        if lacking:
            found.append(
                Problem(
                    one.path,
                    f"replaces a staging text that returns {lacking} too",
                    "return it, as null::type if there is no source",
                )
            )
    return found


def _all_rules(files: Mapping[str, Mapping[str, Rule]], problems: list[Problem]) -> dict[str, Rule]:
    """Rules by name; one that is in two files is a problem."""
    found: dict[str, Rule] = {}
    for rule in (rule for group in files.values() for rule in group.values()):
        if rule.name in found:
            problems.append(Problem(in_rule(rule), f"is in {found[rule.name].path} too", "keep one"))
        found[rule.name] = rule
    return found


class _Root:
    """One content root: its files and how messages call them; it is not ``complete`` once one is unreadable."""

    def __init__(self, root: Path, problems: list[Problem]) -> None:
        self.root, self.problems, self.complete = root, problems, True
        self.prefix = "" if root == PACKAGED else f"{relative_root(root)}/"

    def shown(self, path: Path) -> str:
        """The name of a file in messages: of a shipped one its path in the package, else its path with the root."""
        own = path.is_relative_to(self.root)
        return (self.prefix if own else "") + path.relative_to(self.root if own else PACKAGED).as_posix()

    def relations(self) -> dict[str, Relation]:
        """The SQL files by name; staging texts have names of their own."""
        found: dict[str, Relation] = {}
        for folder, kind in _FOLDERS.items():
            for path in sorted((self.root / "sql" / folder).glob("*.sql")):
                text = self.text(path)
                for one in self._relations(text, path.stem, kind, self.shown(path)) if text is not None else ():
                    name = one.name if kind != "staging" else f"staging.{one.name}"
                    if name in found:
                        self.problems.append(Problem(one.path, f"'{name}' is in {found[name].path} too", "keep one"))
                    found[name] = one
        return found

    def _relations(self, text: str, name: str, kind: RelationKind, where: str) -> Iterator[Relation]:
        """The relation of a SQL file, or with ``each:`` one for each of its maps; none where it cannot be read."""
        match = _HEADER.match(text)
        before = self.complete
        first = text[: match.start(1)].count("\n") if match else 0
        header, lines = self._yaml(match[1], where, first) if match else (None, {})
        if not match or not isinstance(header, dict):
            if before == self.complete:  # else the reason is reported
                self.problems.append(Problem(where, "no header", "start the file with /* doc: ... */ in YAML"))
            self.complete = False
        elif "each" not in header:
            yield self._relation(text, match, name, kind, where, header, lines)
        elif wrong := list(wrong_each(header["each"])):
            self.problems += [Problem(f"{where}:{lines['each']}", what, do) for what, do in wrong]
            self.complete = False
        else:
            for values in header["each"]:
                own_text = filled(text, values)
                own = _HEADER.match(own_text)
                own_header, own_lines = self._yaml(own[1], where, first) if own else (None, {})
                if own and isinstance(own_header, dict):
                    rest = {key: value for key, value in own_header.items() if key != "each"}
                    yield self._relation(own_text, own, values["name"], kind, where, rest, own_lines)

    @staticmethod
    def _relation(
        text: str,
        match: re.Match[str],
        name: str,
        kind: RelationKind,
        where: str,
        header: dict[str, Any],
        lines: Mapping[str, int],
    ) -> Relation:
        header = {_key(key): value for key, value in header.items()}
        listed = header.get("columns")
        columns = {
            str(name): {_key(key): of for key, of in value.items()} if isinstance(value, dict) else {"doc": value}
            for name, value in (listed.items() if isinstance(listed, dict) else ())
        }
        body = match[2].lstrip()
        line = text[: len(text) - len(body)].count("\n") + 1
        return Relation(name, kind, where, header, body.rstrip(), columns, line, lines)

    def rules(self, slos: Sequence[Mapping[str, str]]) -> dict[str, dict[str, Rule]]:
        """Rules by file name and rule name; ``slos`` is what rules for each objective fill in."""
        found: dict[str, dict[str, Rule]] = {}
        for path in sorted((self.root / "recording_rules").glob("*.yaml")):
            text = self.text(path) if path.name != "metrics.yaml" else None
            if text is not None:
                where = self.shown(path)
                content, lines = self._yaml(text, where)
                if self.complete or content is not None:
                    content = [] if content is None else content
                    found[path.name], complete = rules_of(content, where, path.stem, self.problems, lines, slos)
                    self.complete &= complete
        return found

    def metrics(self) -> tuple[dict[str, Mapping[str, Any]], dict[str, MetricLines]]:
        """The metric contract by canonical name, and where each metric is."""
        path = self.root / "recording_rules" / "metrics.yaml"
        text = self.text(path) if path.exists() else None
        if text is None:
            return {}, {}
        content, lines = self._yaml(text, self.shown(path))
        content = {} if content is None else content
        found, complete = metrics_of(content, self.shown(path), self.problems, lines)
        self.complete &= complete
        lines_of = lines_of_entries(lines)
        return found, {key: MetricLines(self.shown(path), lines_of(key)) for key in found}

    def documents(self, patterns: Iterable[str]) -> dict[str, Document]:
        """The files that match, by shown path."""
        found = {}
        for path in (path for pattern in patterns for path in sorted(self.root.glob(pattern))):
            text = self.text(path)
            if text is not None:
                content, lines = self._yaml(text, self.shown(path)) if path.suffix == ".yaml" else (None, {})
                found[self.shown(path)] = Document(text, content, lines)
        return found

    def style(self) -> Style:
        """The level of each design rule in this root as written, unchecked: error, warning or off."""
        return Style(*self._optional(STYLE))

    def overrides(self, dashboards: Mapping[str, Dashboard]) -> dict[str, Fields | None]:
        """The overrides of this root by place."""
        content, where, lines = self._optional(OVERRIDES)
        self.problems += override_problems(content, where, lines, dashboards)
        return sound_overrides(content)

    def _optional(self, name: str) -> tuple[Any, str, Mapping[str, int]]:
        """The content of a YAML file that a root may have, its name in messages, and the lines of its keys."""
        path = self.root / name
        text = self.text(path) if path.exists() else None
        content, lines = self._yaml(text, self.shown(path)) if text is not None else (None, {})
        return {} if content is None else content, self.shown(path), lines

    def text(self, path: Path) -> str | None:
        """The text of a file; None if it cannot be read, which is a problem; a folder is one for `strays`."""
        if path.is_dir():
            self.complete = False
            return None
        why = unfit(path, self.root) if self.root != PACKAGED else ""
        try:
            if not why:
                return path.read_text("utf-8-sig")  # editors on Windows begin a file with a byte order mark
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8 text"
        self.problems.append(Problem(self.shown(path), f"cannot read: {why}", "fix the file"))
        self.complete = False
        return None

    def _yaml(self, text: str, where: str, first: int = 0) -> tuple[Any, Mapping[str, int]]:
        """The content of a YAML text, and the line of each key of its maps by path, such as ``columns.day``.

        ``first`` is the number of lines of the file before the text.
        """
        read = read_yaml(text, first)
        for line, what, do in read.faults:
            self.problems.append(Problem(f"{where}:{line}" if line else where, what, do))
        self.complete &= read.is_complete
        return read.content, read.lines


def _key(key: object) -> str:
    """A key of a map as it is written; YAML reads `null` as None."""
    return "null" if key is None else str(key)


def read_documents(root: Path, problems: list[Problem]) -> dict[str, Document]:
    """Templates, glossary and the like of a root, by shown path; what cannot be read is added to ``problems``."""
    return _Root(root, problems).documents(DOCUMENTS)


def template(name: str) -> str:
    """The text of a template in ``provisioning/``."""
    return (PACKAGED / "provisioning" / name).read_text("utf-8")


def instrumentation() -> dict[str, str]:
    """Instructions by feature for the application to provide it; `gendash doctor` prints them."""
    found: dict[str, str] = yaml.safe_load(template("instrumentation.yaml"))
    return {name: text.strip() for name, text in found.items()}


def page_template(name: str) -> str:
    """The text of a template of the reference."""
    return (PACKAGED / "engine" / "reference" / "templates" / f"{name}.md.j2").read_text("utf-8")


def data(path: str) -> Any:
    """A packaged YAML file of content, such as the glossary."""
    return yaml.load((PACKAGED / path).read_text("utf-8"), Loader=LOADER)

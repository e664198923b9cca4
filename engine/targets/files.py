"""Content roots -> definitions, and artifacts -> a folder. The only place that opens content files."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from gendash.engine.catalog import Catalog
from gendash.engine.config import Config
from gendash.engine.errors import ContentError, TargetError
from gendash.engine.model import Dashboard, Problem, Relation, Rule
from gendash.engine.read_rules import metrics_of, rules_of

PACKAGED = Path(__file__).resolve().parents[2]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: ten times faster
_FOLDERS = {"staging": "staging", "tables": "table", "rollups": "rollup", "views": "view", "audits": "audit"}
_HEADER = re.compile(r"\s*/\*(.*?)\*/(.*)", re.DOTALL)


def load_catalog(config: Config, roots: Iterable[Path] = ()) -> Catalog:
    """The definitions of the packaged root and then of ``roots``; a later file replaces an earlier one of its name.

    Raises ContentError with every file that cannot be read.
    """
    problems: list[Problem] = []
    relations: dict[str, Relation] = {}
    rules: dict[str, dict[str, Rule]] = {}
    metrics: dict[str, Mapping[str, Any]] = {}
    dashboards: dict[str, Dashboard] = {}
    own: set[str] = set()
    for root in [PACKAGED, *roots]:
        if not root.is_dir():
            where = config.where("content")
            problems.append(Problem(where, f"no folder '{root}'", "mend content:"))
            continue
        loaded = _load_relations(root, problems)
        problems += _lacking(relations, loaded)
        relations |= loaded
        rules |= _load_rules(root, problems)
        metrics |= _load_metrics(root, problems)
        found = _load_dashboards(root, problems)
        dashboards |= found
        own |= {dashboard.name for dashboard in found.values()} if root != PACKAGED else set()
    by_name = _all_rules(rules, problems)
    if problems:
        raise ContentError(problems)
    return Catalog(config, dashboards, relations, by_name, metrics, frozenset(own))


def _lacking(before: Mapping[str, Relation], now: Mapping[str, Relation]) -> list[Problem]:
    """A staging text that replaces another gives all that rollups read of it."""
    found = []
    for name, one in now.items():
        columns = before[name].columns if one.kind == "staging" and name in before else {}
        lacking = ", ".join(column for column in columns if column not in one.columns)
        if lacking:
            found.append(Problem(one.path, f"replaces a text that gives {lacking} too", "give it, if only null::type"))
    return found


def _load_relations(root: Path, problems: list[Problem]) -> dict[str, Relation]:
    found: dict[str, Relation] = {}
    for folder, kind in _FOLDERS.items():
        for path in sorted((root / "sql" / folder).glob("*.sql")):
            where = f"sql/{folder}/{path.name}"
            match = _HEADER.match(path.read_text("utf-8"))
            header = _yaml(match[1], where, problems) if match else None
            if not match or not isinstance(header, dict):
                problems.append(Problem(where, "no header", "start the file with /* doc: ... */ in YAML"))
                continue
            columns = {
                # YAML reads the key `null` as None
                name: {key or "null": of for key, of in value.items()} if isinstance(value, dict) else {"doc": value}
                for name, value in (header.get("columns") or {}).items()
            }
            name = path.stem if kind != "staging" else f"staging.{path.stem}"
            body = match[2].lstrip()
            line = match.string[: match.end() - len(body)].count("\n") + 1
            found[name] = Relation(path.stem, kind, where, header, body.rstrip(), columns, line)  # type: ignore[arg-type]
    return found


def _load_rules(root: Path, problems: list[Problem]) -> dict[str, dict[str, Rule]]:
    """Rules by file name and rule name."""
    found: dict[str, dict[str, Rule]] = {}
    for path in sorted((root / "recording_rules").glob("*.yaml")):
        if path.name != "metrics.yaml":
            where = f"recording_rules/{path.name}"
            content = _yaml(path.read_text("utf-8"), where, problems)
            found[path.name] = rules_of([] if content is None else content, where, path.stem, problems)
    return found


def _all_rules(files: Mapping[str, Mapping[str, Rule]], problems: list[Problem]) -> dict[str, Rule]:
    """Rules by name; one that stands in two files is a problem."""
    found: dict[str, Rule] = {}
    for rule in (rule for group in files.values() for rule in group.values()):
        if rule.name in found:
            where = f"{rule.path} {rule.name}"
            problems.append(Problem(where, f"stands in {found[rule.name].path} too", "keep one"))
        found[rule.name] = rule
    return found


def _load_metrics(root: Path, problems: list[Problem]) -> dict[str, Mapping[str, Any]]:
    path = root / "recording_rules" / "metrics.yaml"
    if not path.exists():
        return {}
    where = "recording_rules/metrics.yaml"
    content = _yaml(path.read_text("utf-8"), where, problems)
    return metrics_of({} if content is None else content, where, problems)


def _load_dashboards(root: Path, problems: list[Problem]) -> dict[str, Dashboard]:
    found: dict[str, Dashboard] = {}
    for path in sorted((root / "dashboards").glob("*.py")):
        if path.stem == "viz" or path.stem.startswith("_"):
            continue
        where = f"dashboards/{path.name}"
        try:
            module = _import(path, root)
            dashboard = module.DASHBOARD
        except Exception as error:  # a user's module may raise anything; the cause goes into the one line
            problems.append(Problem(where, f"{type(error).__name__}: {error}", "mend the module"))
            continue
        found[path.stem.replace("_", "-")] = dashboard
    return found


def _import(path: Path, root: Path) -> Any:
    if root == PACKAGED:
        return importlib.import_module(f"gendash.dashboards.{path.stem}")
    name = f"_gendash_content_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _yaml(text: str, where: str, problems: list[Problem]) -> Any:
    try:
        return yaml.load(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(Problem(f"{where}:{line}", f"not YAML: {error.problem}", "mend the line"))
        return None


def template(name: str) -> str:
    """The text of a template in ``provisioning/``."""
    return (PACKAGED / "provisioning" / name).read_text("utf-8")


def instrumentation() -> dict[str, str]:
    """How an application gets a feature, by feature: what `gendash doctor` prints."""
    found: dict[str, str] = yaml.safe_load(template("instrumentation.yaml"))
    return {name: text.strip() for name, text in found.items()}


def page_template(name: str) -> str:
    """The text of a template of the reference."""
    return (PACKAGED / "engine" / "pages" / f"{name}.md.j2").read_text("utf-8")


def data(path: str) -> Any:
    """A packaged YAML file of content, such as the glossary."""
    return yaml.load((PACKAGED / path).read_text("utf-8"), Loader=LOADER)


def write_artifacts(artifacts: Mapping[str, bytes], out: Path, manifest: bool = True) -> list[str]:
    """Writes artifacts below ``out`` together with ``manifest.json``, removes what an earlier build left there.

    Returns the paths that changed. Files that no build wrote are left alone.
    """
    try:
        return _write(with_manifest(artifacts) if manifest else artifacts, out)
    except OSError as error:
        raise TargetError(Problem(str(out), f"cannot write: {error.strerror}", "check path and rights")) from error


def _write(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    changed = differing(artifacts, out)
    for path in changed:
        target = out / path
        if path in artifacts:
            _replace(target, artifacts[path])
        else:
            target.unlink(missing_ok=True)
    return changed


def write_file(target: Path, content: bytes) -> None:
    """Writes one file at once or not at all, so that no reader meets half of it."""
    try:
        _replace(target, content)
    except OSError as error:
        raise TargetError(Problem(str(target), f"cannot write: {error.strerror}", "check path and rights")) from error


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(content)
    if target.exists():  # a file that was private stays so
        partial.chmod(target.stat().st_mode & 0o7777)
    partial.replace(target)


def with_manifest(artifacts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The artifacts and a ``manifest.json`` that holds the sha256 of each."""
    sums = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(artifacts.items())}
    manifest = json.dumps({"files": sums}, indent=2, sort_keys=True) + "\n"
    return {**artifacts, "manifest.json": manifest.encode()}


def differing(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    """Paths whose content below ``out`` differs, and those that only an earlier manifest names."""
    found = [
        path for path, data in artifacts.items() if not (out / path).is_file() or (out / path).read_bytes() != data
    ]
    try:
        before = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        before = {}
    gone = [path for path in before if path not in artifacts and (out / path).is_file()]
    return sorted(found + gone)


def left(state: Path) -> list[str]:
    """What gendash keeps in its state folder: backups, and a demo's folder. Nothing else there is ours."""
    demo = state / "demo" / ".gendash-demo"
    found = [state / "backups", *([demo.parent] if demo.is_file() else [])]
    return [str(path) for path in found if path.is_dir()]


def leave(state: Path, paths: Iterable[str]) -> None:
    """Removes those, and the state folder where that leaves it empty."""
    try:
        for path in paths:
            shutil.rmtree(path, ignore_errors=False)
        if state.is_dir() and not any(state.iterdir()):
            state.rmdir()
    except OSError as error:
        raise TargetError(Problem(str(state), f"cannot remove: {error.strerror}", "check its rights")) from error

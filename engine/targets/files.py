"""Content roots -> definitions, and artifacts -> a folder. The only place that opens content files."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any, Literal

import yaml

from gendash.engine.catalog import Catalog
from gendash.engine.config import Config, suggest
from gendash.engine.errors import ContentError, TargetError
from gendash.engine.model import Dashboard, Problem, Relation, Rule

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
    for root in [PACKAGED, *roots]:
        if not root.is_dir():
            where = config.where("content")
            problems.append(Problem(where, f"no folder '{root}'", "mend content:"))
            continue
        relations |= _load_relations(root, problems)
        rules |= _load_rules(root, problems)
        metrics |= _load_metrics(root, problems)
        dashboards |= _load_dashboards(root, problems)
    if problems:
        raise ContentError(problems)
    by_name = {rule.name: rule for group in rules.values() for rule in group.values()}
    return Catalog(config, dashboards, relations, by_name, metrics)


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
                name: value if isinstance(value, dict) else {"doc": value}
                for name, value in (header.get("columns") or {}).items()
            }
            name = path.stem if kind != "staging" else f"staging.{path.stem}"
            found[name] = Relation(path.stem, kind, where, header, match[2].strip(), columns)  # type: ignore[arg-type]
    return found


def _load_rules(root: Path, problems: list[Problem]) -> dict[str, dict[str, Rule]]:
    """Rules by file name and rule name."""
    found: dict[str, dict[str, Rule]] = {}
    known = {"record", "alert", "expr", "doc", "feature", "otherwise", "labels", "annotations", "for", "each"}
    for path in sorted((root / "recording_rules").glob("*.yaml")):
        if path.name == "metrics.yaml":
            continue
        where = f"recording_rules/{path.name}"
        found[path.name] = {}
        for entry in _each(_yaml(path.read_text("utf-8"), where, problems) or []):
            unknown = set(entry) - known
            kind: Literal["record", "alert"] = "record" if "record" in entry else "alert"
            if unknown or not entry.get(kind) or not entry.get("expr") or not entry.get("doc"):
                hint = ", ".join(suggest(key, known) for key in unknown if suggest(key, known))
                what = f"rule {entry.get(kind, '?')}: " + (
                    f"unknown keys {sorted(unknown)}" if unknown else "incomplete"
                )
                problems.append(Problem(where, what, hint or "a rule has record or alert, expr and doc"))
                continue
            name = entry[kind]
            if name in found[path.name]:
                problems.append(Problem(where, f"rule {name} stands twice", "keep one"))
            found[path.name][name] = Rule(
                name=name,
                kind=kind,
                group=path.stem,
                path=where,
                expr=entry["expr"],
                doc=entry["doc"],
                feature=entry.get("feature", ""),
                otherwise=entry.get("otherwise", ""),
                labels=entry.get("labels", {}),
                annotations=entry.get("annotations", {}),
                for_=entry.get("for", ""),
            )
    return found


def _each(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The entries; one with ``each`` (a list of maps) stands once for each map, its ``$name`` replaced by the values."""

    def fill(value: Any, values: Mapping[str, Any]) -> Any:
        if isinstance(value, dict):
            return {key: fill(inner, values) for key, inner in value.items()}
        return Template(value).safe_substitute(values) if isinstance(value, str) else value

    for entry in entries:
        rest = {key: value for key, value in entry.items() if key != "each"}
        yield from (fill(rest, values) for values in entry["each"]) if "each" in entry else (rest,)


def _load_metrics(root: Path, problems: list[Problem]) -> dict[str, Mapping[str, Any]]:
    path = root / "recording_rules" / "metrics.yaml"
    if not path.exists():
        return {}
    found = _yaml(path.read_text("utf-8"), "recording_rules/metrics.yaml", problems)
    return found if isinstance(found, dict) else {}


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
        found[path.stem] = dashboard
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


def write_artifacts(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    """Writes artifacts below ``out`` together with ``manifest.json``, removes what an earlier build left there.

    Returns the paths that changed. Files that no build wrote are left alone.
    """
    try:
        return _write(with_manifest(artifacts), out)
    except OSError as error:
        raise TargetError(Problem(str(out), f"cannot write: {error.strerror}", "check path and rights")) from error


def _write(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    changed = differing(artifacts, out)
    for path in changed:
        target = out / path
        if path in artifacts:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(target.name + ".part")
            partial.write_bytes(artifacts[path])
            partial.replace(target)
        else:
            target.unlink(missing_ok=True)
    return changed


def with_manifest(artifacts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The artifacts and a ``manifest.json`` that holds the sha256 of each."""
    sums = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(artifacts.items())}
    manifest = json.dumps({"files": sums}, indent=2, sort_keys=True) + "\n"
    return {**artifacts, "manifest.json": manifest.encode()}


def differing(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    """Paths whose content below ``out`` differs from ``artifacts``, or that an earlier manifest names and these do not."""
    found = [
        path for path, data in artifacts.items() if not (out / path).is_file() or (out / path).read_bytes() != data
    ]
    try:
        before = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        before = {}
    gone = [path for path in before if path not in artifacts and (out / path).is_file()]
    return sorted(found + gone)

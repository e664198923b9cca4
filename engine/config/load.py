"""Settings with their origin: flag > environment > gendash.yaml > default. All problems are listed at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from gendash.engine.config.refusals import refusal, without_blanks
from gendash.engine.config.settings import FEATURES, SETTINGS, Setting
from gendash.engine.config.yaml_tree import read_tree
from gendash.engine.errors import ConfigError
from gendash.engine.model import Problem

UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(0*[1-9][0-9]*)(ms|s|m|h|d|w)")
_LONGEST_S = 100 * 366 * 86400
_BY_KEY = {setting.key: setting for setting in SETTINGS}
_zones = cache(available_timezones)  # it walks a tree of files
_OPEN = [setting for setting in SETTINGS if "*" in setting.key]


def seconds(duration: str) -> float:
    """Seconds of a duration such as ``15s``, ``5m`` or ``30d``, above 0 and at most a century.

    Raises ValueError for anything else.
    """
    match = _DURATION.fullmatch(duration)
    if not match or len(match[1]) > 15 or int(match[1]) * UNITS_S[match[2]] > _LONGEST_S:
        raise ValueError(duration)
    return int(match[1]) * UNITS_S[match[2]]


def suggest(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


@dataclass(frozen=True)
class Config:
    """All settings by dotted key. ``origins`` says where each value came from; a key not in it has its default."""

    values: Mapping[str, Any] = field(repr=False)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key of an open map, or ``default``."""
        return self.values.get(key, default)

    def under(self, prefix: str) -> dict[str, Any]:
        """All set values whose key starts with ``prefix.``, by the rest of the key."""
        return {key[len(prefix) + 1 :]: value for key, value in self.values.items() if key.startswith(prefix + ".")}

    def where(self, key: str) -> str:
        """``file:line`` or the variable that set a key, for messages; ``default`` where nothing did."""
        return self.origins.get(key, "default")

    def on(self, features: str) -> bool:
        """Whether every feature of a blank-separated list is on; an empty list is."""
        return all(self.values[f"features.{name}"] for name in features.split())

    def seconds(self, key: str) -> float:
        """A duration setting in seconds."""
        return seconds(self.values[key])

    @property
    def zone(self) -> ZoneInfo:
        """The installation's time zone."""
        return ZoneInfo(self.values["time_zone"])

    def dashboard_uid(self, name: str) -> str:
        """Uid of a dashboard in Grafana: at most 40 characters, with the instance prefix where one is set."""
        return self.prefixed(f"gendash-{name}")

    def prefixed(self, uid: str) -> str:
        """A uid with the instance prefix where one is set."""
        return f"{self.values['instance']}-{uid}" if self.values["instance"] else uid


def load_config(
    text: str = "",
    path: str = "gendash.yaml",
    environ: Mapping[str, str] | None = None,
    env_name: str = "",
    read_file: Callable[[str], str] | None = None,
) -> Config:
    """Settings from the text of ``gendash.yaml`` and the environment. Raises ConfigError with every problem.

    ``env_name`` overlays ``environments:`` of the file; ``read_file`` returns the content of a secret's ``…_FILE``.
    """
    problems: list[Problem] = []
    values = {s.key: s.default for s in SETTINGS if "*" not in s.key}
    origins: dict[str, str] = {}
    leaves, environments = read_tree(text, path, problems)
    if env_name and env_name not in environments:
        hint = suggest(env_name, environments) or f"add it under environments: in {path}"
        problems.append(Problem("--env", f"no environment '{env_name}'", hint))
    for key, (value, where) in [*leaves.items(), *environments.get(env_name, {}).items()]:
        setting = setting_of(key)
        if setting is None:
            known = [s.key for s in SETTINGS]
            problems.append(Problem(where, f"unknown setting '{key}'", suggest(key, known) or "see `gendash config`"))
        elif setting.secret:
            variable = setting.env.replace("*", variable_part(key.rpartition(".")[0].rpartition(".")[2]))
            problems.append(Problem(where, f"'{key}' is a secret", f"set {variable} or {variable}_FILE instead"))
        else:
            _store(setting, key, value, where, values, origins, problems, in_file=True)
    for setting in SETTINGS:
        # A * in a variable stands for each of the Langfuse projects.
        names = values["langfuse.projects"] if "*" in setting.env else [""] if setting.env else []
        for name in names:
            key, env = setting.key.replace("*", name), setting.env.replace("*", variable_part(name))
            _from_environment(setting, key, env, environ or {}, read_file, values, origins, problems)
    _check_projects(values, origins, problems)
    if problems:
        raise ConfigError(problems)
    return Config(values, origins)


def setting_of(key: str) -> Setting | None:
    """The setting that a dotted key belongs to; None for an unknown key."""
    if key in _BY_KEY and "*" not in key:
        return _BY_KEY[key]
    parts = key.split(".")
    for setting in _OPEN:
        pattern = setting.key.split(".")
        if len(pattern) == len(parts) and all(p in ("*", part) for p, part in zip(pattern, parts, strict=True)):
            return setting
    return None


def variable_part(project: str) -> str:
    """The name of a Langfuse project within the names of variables."""
    return re.sub(r"\W", "_", project).upper()


def _check_projects(values: Mapping[str, Any], origins: Mapping[str, str], problems: list[Problem]) -> None:
    """Two projects of one name, or of names with the same variables, would be one."""
    where, seen = origins.get("langfuse.projects", ""), {variable_part(values["langfuse.project"])}
    for name in values["langfuse.projects"]:
        if variable_part(name) in seen:
            problems.append(Problem(where, f"langfuse.projects: '{name}' stands twice", "give each a name of its own"))
        seen.add(variable_part(name))
    for key in values:
        if key.startswith("langfuse.servers.") and key.split(".")[2] not in values["langfuse.projects"]:
            hint = suggest(key.split(".")[2], values["langfuse.projects"]) or "list it under langfuse.projects"
            problems.append(Problem(origins[key], f"unknown Langfuse project '{key.split('.')[2]}'", hint))


def _from_environment(
    setting: Setting,
    key: str,
    variable: str,
    environ: Mapping[str, str],
    read_file: Callable[[str], str] | None,
    values: dict[str, Any],
    origins: dict[str, str],
    problems: list[Problem],
) -> None:
    aliases = [variable.replace("BASE_URL", "HOST")] if variable.endswith("BASE_URL") else []
    for name in [variable, *aliases]:
        value = without_blanks(environ.get(name, ""))
        if value:
            _store(setting, key, value, name, values, origins, problems)
            return
    file_name = environ.get(f"{variable}_FILE")
    if file_name and read_file:
        try:
            content = without_blanks(read_file(file_name))
        except (OSError, ValueError) as error:  # a name with a NUL, or bytes that are not UTF-8
            why = getattr(error, "strerror", None) or "not UTF-8 text"
            problems.append(Problem(f"{variable}_FILE", f"cannot read '{file_name}': {why}", "check path and rights"))
            return
        _store(setting, key, content, f"{variable}_FILE", values, origins, problems)


def _store(
    setting: Setting,
    key: str,
    value: Any,
    where: str,
    values: dict[str, Any],
    origins: dict[str, str],
    problems: list[Problem],
    in_file: bool = False,
) -> None:
    wrong = _wrong(setting, value)
    refused = None if wrong else refusal(setting, value, in_file)
    if refused:
        what, do = refused
        problems.append(Problem(where, f"{key}: {what}", do))
        return
    if wrong:
        shown = "its value" if setting.secret else _shown(value)
        todo = setting.doc if setting.default is None else f"default: {setting.default!r}"
        problems.append(Problem(where, f"{key}: {shown} is not {wrong}", todo))
        return
    if setting.type == "words":
        value = [str(word).lower() if isinstance(word, bool) else str(word) for word in value]
    values[key] = float(value) if setting.type in ("share", "money", "float") else value
    origins[key] = where


def _shown(value: Any) -> str:
    """A value for messages: cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}…"


PATTERNS = {
    "name": (re.compile(r"[A-Za-z_][\w$-]{0,62}"), "a name (letters, digits, _)"),
    "column": (re.compile(r"[^\x00=][^\x00]{0,62}|=[^\x00]+"), "a name of at most 63 characters, or = SQL"),
    "identifier": (re.compile(r"[^\x00]{1,63}"), "a name of at most 63 characters"),
    "name?": (re.compile(r"[a-z0-9-]{0,12}"), "at most 12 lower-case letters, digits or -"),
    "uid": (re.compile(r"[A-Za-z0-9_-]{1,40}"), "a uid (1 to 40 letters, digits, - or _)"),
    "uid?": (re.compile(r"[A-Za-z0-9_-]{0,40}"), "a uid, or nothing"),
    "metric": (re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*"), "a metric name"),
    "label": (re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*"), "a label name"),
    "duration": (_DURATION, "a duration such as 15s, 5m or 30d"),
}


def _wrong(setting: Setting, value: Any) -> str:
    """What a value should have been, or an empty string where it is right."""
    kind = setting.type
    if kind in PATTERNS:
        pattern, text = PATTERNS[kind]
        right = isinstance(value, str) and pattern.fullmatch(value) and (kind != "duration" or _is_duration(value))
        return "" if right else text
    number = isinstance(value, int | float) and not isinstance(value, bool)
    checks: dict[str, tuple[bool, str]] = {
        "bool": (isinstance(value, bool), "true or false"),
        "int": (isinstance(value, int) and number and value > 0, "a whole number above 0"),
        "float": (number and value > 0, "a number above 0"),
        "money": (number and value > 0, "an amount in USD above 0"),
        "share": (number and 0 < value < 1, "a share between 0 and 1"),
        "list": (isinstance(value, list) and all(isinstance(v, str) for v in value), "a list of texts"),
        "words": (
            isinstance(value, list) and all(isinstance(v, str | int | float) for v in value),
            "a list of words or numbers",
        ),
        "names": (
            isinstance(value, list) and all(isinstance(v, str) and PATTERNS["name"][0].fullmatch(v) for v in value),
            "a list of names (letters, digits, _)",
        ),
        "zone": (isinstance(value, str) and value in _zones(), "an IANA time zone such as Europe/Berlin"),
        "url": (isinstance(value, str) and bool(value), "a URL"),  # what it must be says `refusal`
        "str": (isinstance(value, str), "a text"),
    }
    right, text = checks[kind]
    if right and setting.choices and not set(value if kind == "list" else [value]) <= set(setting.choices):
        return ("a list of " if kind == "list" else "one of ") + ", ".join(setting.choices)
    return "" if right else text


def _is_duration(value: str) -> bool:
    try:
        return seconds(value) > 0
    except ValueError:
        return False


FEATURE_NEEDS = {name: needs for name, _, needs in FEATURES}

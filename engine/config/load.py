"""Settings with their origin: flag > environment > gendash.yaml > default. All problems are listed at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from gendash.engine.config import http_headers
from gendash.engine.config.refusals import refusal, shared_names, without_blanks
from gendash.engine.config.settings import FEATURES, FED_BY, ROUTES, SERVERS, SETTINGS, Setting
from gendash.engine.config.value_types import NONE, TYPES, seconds
from gendash.engine.config.yaml_tree import read_tree
from gendash.engine.errors import ConfigError
from gendash.engine.model import Problem

_BY_KEY = {setting.key: setting for setting in SETTINGS}
DEFAULTS = {setting.key: setting.default for setting in SETTINGS}
_OPEN = [setting for setting in SETTINGS if "*" in setting.key]


def nearest(name: str, known: Iterable[str]) -> str:
    """The nearest known name, or an empty string."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), "")


def suggest(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the nearest known name, or an empty string; a name of several lines is none."""
    near = nearest(name, (one for one in known if one.isprintable()))
    return f"did you mean '{near}'?" if near else ""


def no_such(kind: str, name: str, known: Iterable[str], otherwise: str = "") -> tuple[str, str]:
    """What is wrong with a name of something that is not there, and what to do.

    The words are the same wherever the name is used, so that its users are listed in one line. ``otherwise`` is what
    to do where no known name is near.
    """
    return f"no {kind} '{name}'", suggest(name, known) or otherwise or f"define it or name another {kind}"


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
        """True if all features of a blank-separated list are on (also for an empty list); an unknown feature is off."""
        return all(self.values.get(f"features.{name}", False) for name in features.split())

    def has(self, server: str) -> bool:
        """True if there is a server: its address is not `none`."""
        return bool(self.values[SERVERS[server]] != NONE)

    def none(self, name: str) -> str:
        """The setting by which there is no such server, such as ``prometheus_url: none``; empty if there is one.

        The same of a route, such as ``handlers.search: none``. Empty, too, for a name that is neither.
        """
        if name in ROUTES and self.values[name] == NONE:
            return f"{name}: {NONE}"
        if name not in SERVERS or self.has(name):
            return ""
        key = SERVERS[name]
        implied = self.where(key).endswith(f": {NONE}")
        return self.where(key) if implied else f"{key}: {NONE}"

    def off(self, features: str) -> list[str]:
        """The items of a blank-separated list that are missing: features that are off, and servers set to `none`."""
        names = [name for name in features.split() if not self.on(name)]
        return list(dict.fromkeys(self.unfed(name) or name for name in names))

    def unfed(self, feature: str) -> str:
        """The server that is none and would feed a feature, or an empty string."""
        return next((one for one, fed in FED_BY.items() if feature in fed and not self.has(one)), "")

    def switch(self, name: str) -> str:
        """The setting with its value by which a feature is off or a server does not exist."""
        return self.none(name) or f"features.{name}: false"

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

    @property
    def prefix(self) -> str:
        """Project and instance, joined by ``-``: it distinguishes installations in one Grafana. Empty without both."""
        return _prefix(self.values)

    def prefixed(self, uid: str) -> str:
        """A uid with the prefix of project and instance where one is set."""
        return f"{self.prefix}-{uid}" if self.prefix else uid


def _unknown(key: str, where: str) -> Problem:
    """What is wrong with a key that is no setting: its first part, if nothing begins with that."""
    first, known = key.partition(".")[0], [one.key for one in SETTINGS]
    begins = {one.partition(".")[0] for one in known} | {"environments"}
    name, among = (key, known) if first in begins else (first, [*begins, *known])
    return Problem(where, f"unknown setting '{name}'", suggest(name, among) or "see `gendash config`")


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
    problems = wrong_declarations()
    if problems:  # a fault of this package: no value can be judged by a type that does not exist
        raise ConfigError(problems)
    values = {s.key: s.default for s in SETTINGS if "*" not in s.key}
    origins: dict[str, str] = {}
    leaves, environments = read_tree(text, path, problems)
    if env_name and env_name not in environments:
        hint = suggest(env_name, environments) or f"add it under environments: in {path}"
        problems.append(Problem("--env", f"no environment '{env_name}'", hint))
    for key, (value, where) in [*leaves.items(), *environments.get(env_name, {}).items()]:
        setting = setting_of(key)
        if setting is None:
            problem = _unknown(key, where)
            if problem.what not in [one.what for one in problems]:  # a misspelt map is one fault
                problems.append(problem)
        elif setting.secret and not (setting.type == "server" and value == NONE):  # that there is none is no secret
            variable = setting.env.replace("*", variable_part(key.rpartition(".")[0].rpartition(".")[2]))
            problems.append(Problem(where, f"'{key}' is a secret", f"set {variable} or {variable}_FILE instead"))
        else:
            _store(setting, key, value, where, values, origins, problems, in_file=True)
    for setting in SETTINGS:
        names = _names(setting, values)
        for name in names:
            key, env = setting.key.replace("*", name), setting.env.replace("*", variable_part(name))
            _from_environment(setting, key, env, environ or {}, read_file, values, origins, problems)
    _check_projects(values, origins, problems)
    _switch_off(values, origins, problems)
    _name_data_sources(values, origins)
    problems += [*shared_names(values, origins), *http_headers.header_problems(values, origins)]
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
            problems.append(Problem(where, f"langfuse.projects: '{name}' occurs twice", "give each a name of its own"))
        seen.add(variable_part(name))
    for key in values:
        if key.startswith("langfuse.servers.") and key.split(".")[2] not in values["langfuse.projects"]:
            hint = suggest(key.split(".")[2], values["langfuse.projects"]) or "list it under langfuse.projects"
            problems.append(Problem(origins[key], f"unknown Langfuse project '{key.split('.')[2]}'", hint))


def _prefix(values: Mapping[str, Any]) -> str:
    return "-".join(filter(None, (values["project"], values["instance"])))


def _name_data_sources(values: dict[str, Any], origins: dict[str, str]) -> None:
    """Puts the prefix into uid and name of the data sources that nothing else names: installations share none."""
    prefix = _prefix(values)
    for kind in ("database", "admin", "prometheus") if prefix else ():
        for key, form in ((f"datasources.{kind}.uid", "{0}-{1}"), (f"datasources.{kind}.name", "{1} ({0})")):
            if key not in origins:
                values[key] = form.format(prefix, values[key])
                origins[key] = "instance" if values["instance"] else "project"


def _names(setting: Setting, values: Mapping[str, Any]) -> list[str]:
    """What a * in a setting's variable matches: the Langfuse projects, or the receivers that the file names."""
    if "*" not in setting.env:
        return [""] if setting.env else []
    prefix = setting.key.partition("*")[0]
    if prefix == "langfuse.servers.":
        return list(values["langfuse.projects"])
    return list(dict.fromkeys(key.removeprefix(prefix).partition(".")[0] for key in values if key.startswith(prefix)))


def _switch_off(values: dict[str, Any], origins: dict[str, str], problems: list[Problem]) -> None:
    """Switches off the features of servers that are `none`; the origin of such a value is the server's setting.

    A store that is `none` leaves no place for what would be read from a platform or from Langfuse.
    """
    if values["database_url"] == NONE:
        wanted = {
            "platform": values["source_url"] not in ("", NONE),
            "langfuse": values["features.langfuse"] and values["langfuse.base_url"] != NONE,
        }
        for server, is_wanted in wanted.items():
            key = SERVERS[server]
            if is_wanted:
                what = f"database_url is none, but what comes from {key} is kept in the store"
                problems.append(Problem(origins["database_url"], what, f"set {key}: {NONE}, or name a store"))
            elif values[key] != NONE:
                values[key], origins[key] = NONE, f"database_url: {NONE}"
    if values["langfuse.base_url"] == NONE and values["langfuse.projects"]:
        what = "langfuse.base_url is none, but langfuse.projects names projects"
        problems.append(Problem(origins["langfuse.base_url"], what, "drop one of the two"))
    for server, features in FED_BY.items():
        if values[SERVERS[server]] == NONE:
            off = {f"features.{name}" for name in features}
            values.update(dict.fromkeys(off, False))
            origins.update(dict.fromkeys(off, f"{SERVERS[server]}: {NONE}"))


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
            is_number = setting.type in ("int", "int?") and value.isascii() and value.isdigit() and len(value) < 20
            _store(setting, key, int(value) if is_number else value, name, values, origins, problems)
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
        hidden = setting.secret or setting.env or "url" in setting.key  # a secret may be in the wrong variable
        shown = "its value" if hidden else _shown(value)
        todo = setting.doc if setting.default is None else f"default: {setting.default!r}"
        problems.append(Problem(where, f"{key}: {shown} is not {wrong}", todo))
        return
    if setting.type == "words":
        value = [str(word).lower() if isinstance(word, bool) else str(word) for word in value]
    values[key] = float(value) if setting.type in ("share", "money", "float") else value
    origins[key] = where


def _shown(value: Any) -> str:
    """A value for messages: cut where it is long, and not repeated where it may hold credentials."""
    text = repr(value)
    if "@" in text:
        return "its value"
    return text if len(text) <= 80 else f"{text[:60]}…"


def _wrong(setting: Setting, value: Any) -> str:
    """The expected type of a value in words; an empty string if the value is correct."""
    kind = TYPES[setting.type]
    if not kind.fits(value):
        return kind.says
    several = setting.type == "list"
    if setting.choices and not set(value if several else [value]) <= set(setting.choices):
        return ("a list of " if several else "one of ") + ", ".join(setting.choices)
    return ""


def wrong_declarations(settings: Iterable[Setting] = SETTINGS) -> list[Problem]:
    """A problem for each setting whose type is none of TYPES, or whose default does not fit its type."""
    found = []
    for one in settings:
        where = f"engine/config/settings.py {one.key}"
        if one.type not in TYPES:
            found.append(
                Problem(where, f"no type '{one.type}'", suggest(one.type, TYPES) or f"one of {', '.join(TYPES)}")
            )
        elif one.default not in (None, "") and (wrong := _wrong(one, one.default)):
            found.append(Problem(where, f"default {one.default!r} is not {wrong}", "fix the default or the type"))
    return found


FEATURE_NEEDS = {name: needs for name, _, needs in FEATURES} | {
    **{key: f"a {what}" for key, (_, what) in ROUTES.items()},
    "store": "a store",
    "platform": "the platform's tables",
    "prometheus": "Prometheus",
}

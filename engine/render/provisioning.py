"""Grafana's data sources and folders as gendash wants them, and the files from which Grafana can read them.

The same declaration serves both ways of delivery: `apply` sends it with the passwords, `build` writes it with names of
environment variables in place of passwords and addresses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from gendash.engine.config.load import DEFAULTS, Config
from gendash.engine.config.urls import HttpUrl, read_http, read_postgres
from gendash.engine.config.value_types import NONE
from gendash.engine.definitions.relations import reader_login
from gendash.engine.model import Audience
from gendash.engine.render.datasource_options import SourceOptions, postgres_options, prometheus_options
from gendash.engine.render.yaml_templates import EnvironmentVariable, yaml_template

POSTGRES = "grafana-postgresql-datasource"
_LOOPBACK = ("127.", "localhost", "[::1]", "/")


class Folder(NamedTuple):
    """A folder of Grafana, at the root or below ``parent``. ``hidden`` ones are for admins and ``teams`` only."""

    uid: str
    title: str
    hidden: bool
    parent: str = ""
    teams: tuple[str, ...] = ()


class Secrets(NamedTuple):
    """The credentials of the data sources, and the address of the store."""

    reader: str
    admin_reader: str
    prometheus: str
    address: str
    database: str
    sslmode: str


IN_FILES = Secrets(
    EnvironmentVariable("$GENDASH_READER_PASSWORD"),
    EnvironmentVariable("$GENDASH_ADMIN_READER_PASSWORD"),
    EnvironmentVariable("$GENDASH_PROMETHEUS_PASSWORD"),
    EnvironmentVariable("$GENDASH_DATABASE_ADDRESS"),
    EnvironmentVariable("$GENDASH_DATABASE_NAME"),
    EnvironmentVariable("$GENDASH_DATABASE_SSLMODE"),
)


def folder(config: Config, audience: Audience) -> Folder:
    """The folder of the dashboards for an audience, with the prefix of project and instance."""
    uid, title = config[f"folders.{audience}.uid"], config[f"folders.{audience}.title"]
    prefix, hidden = config.prefix, audience == "admin"
    teams = tuple(config["access.admin_teams"]) if hidden else ()
    named = f"{title} ({prefix})" if prefix else title
    return Folder(config.prefixed(uid), named, hidden, config[f"folders.{audience}.parent"], teams)


def secrets(config: Config) -> Secrets:
    """The values of the settings; an address or a database that is not set is empty."""
    address, database = _store(config["database_url"])
    return Secrets(
        config["reader_password"],
        config["admin_reader_password"],
        _prometheus_url(config).password,
        address,
        database,
        _sslmode(config["database_url"], config["datasources.database_address"] or address),
    )


def declared_data_sources(config: Config, known: Secrets, used: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Declarations in the shape of Grafana's API, in a fixed order. ``used`` narrows them to those uids."""
    found = [
        _postgres(config, known, "database", reader_login(config, "reader"), known.reader),
        _postgres(config, known, "admin", reader_login(config, "admin_reader"), known.admin_reader),
        _prometheus(config, known),
    ]
    return [source for source in found if used is None or source["uid"] in used]


def uses(dashboard: Any) -> set[str]:
    """Uids of the data sources that a dashboard names anywhere."""
    if isinstance(dashboard, dict):
        source = dashboard.get("datasource")
        own = {source["uid"]} if isinstance(source, dict) and isinstance(source.get("uid"), str) else set()
        return own.union(*(uses(value) for value in dashboard.values() if isinstance(value, dict | list)))
    if isinstance(dashboard, list):
        return set().union(*(uses(item) for item in dashboard if isinstance(item, dict | list)))
    return set()


def render_provisioning(
    config: Config, templates: Mapping[str, str], used: Collection[str] | None = None, admin: bool = False
) -> dict[str, bytes]:
    """``provisioning/{datasources,dashboards}/gendash.yaml`` by path below ``out/``, without any secret.

    ``templates`` holds the text of ``datasources.yaml.j2`` and ``dashboards.yaml.j2``. ``used`` narrows the data
    sources to those uids; ``admin`` is true if there are dashboards for admins (in ``dashboards-admin/``).
    """
    audiences: list[Audience] = ["everyone", "admin"] if admin else ["everyone"]
    providers = [_provider(config, audience) for audience in audiences]
    sources = declared_data_sources(config, IN_FILES, used)
    return {
        f"provisioning/{name}/gendash.yaml": yaml_template(templates[f"{name}.yaml.j2"])
        .render(sources=sources, providers=providers)
        .encode()
        for name in ("datasources", "dashboards")
    }


def _provider(config: Config, audience: Audience) -> dict[str, Any]:
    where = folder(config, audience)
    place = "dashboards" if audience == "everyone" else "dashboards-admin"
    return {
        "name": where.uid,
        "folder": where.title,
        "folderUid": where.uid,
        "hidden": where.hidden,
        "path": EnvironmentVariable(f"$GENDASH_OUT/{place}"),
    }


# Grafana sends the queries of all Viewers through the same sessions. What one of them sets in a session, or a failed
# transaction that it leaves open, meets the panels of the others until the session ends: else in four hours.
LIFETIME_S = 60


def _postgres(config: Config, known: Secrets, key: str, login: str, password: str) -> dict[str, Any]:
    address = config["datasources.database_address"] or known.address
    options = postgres_options(config)
    source: dict[str, Any] = {
        "name": config[f"datasources.{key}.name"],
        "uid": config[f"datasources.{key}.uid"],
        "type": POSTGRES,
        "access": "proxy",
        "url": address,
        "user": config[f"datasources.{key}.user"] or login,
        "jsonData": {
            "database": config["datasources.database_name"] or known.database,
            "sslmode": known.sslmode if config["datasources.sslmode"] == "prefer" else config["datasources.sslmode"],
            "maxOpenConns": config["datasources.max_open_connections"],
            "connMaxLifetime": LIFETIME_S,
            "postgresVersion": 1400,  # the oldest that gendash supports; only Grafana's query builder looks at it
            "timescaledb": False,
            **options.plain,
        },
    }
    secret = {"password": password} if password else {}
    return _with_secrets(source, secret, options, in_files=known is IN_FILES)


def _with_secrets(
    source: dict[str, Any], secret: dict[str, str], options: SourceOptions, *, in_files: bool
) -> dict[str, Any]:
    """The declaration with its secrets; in files names of variables stand for those that are set by the environment."""
    named = {name: EnvironmentVariable(text) for name, text in options.variables.items()} if in_files else {}
    every = secret | options.secret | named
    return {**source, "secureJsonData": every} if every else source


def _prometheus(config: Config, known: Secrets) -> dict[str, Any]:
    options = prometheus_options(config)
    source: dict[str, Any] = {
        "name": config["datasources.prometheus.name"],
        "uid": config["datasources.prometheus.uid"],
        "type": "prometheus",
        "access": "proxy",
        "url": _prometheus_url(config).public,
        "jsonData": {
            "timeInterval": config["prometheus.scrape_interval"],
            "manageAlerts": True,
            **options.plain,
        },
    }
    user = _prometheus_url(config).user
    source |= {"basicAuth": True, "basicAuthUser": user} if user else {}
    secret = {"basicAuthPassword": known.prometheus} if user and known.prometheus else {}
    return _with_secrets(source, secret, options, in_files=known is IN_FILES)


def _prometheus_url(config: Config) -> HttpUrl:
    url = config["datasources.prometheus_address"] or config["prometheus_url"]
    return read_http(DEFAULTS["prometheus_url"] if url == NONE else url)  # no data source is made of it then


def _store(url: str) -> tuple[str, str]:
    """``host:port`` (or a socket's folder) and database of a store's URL, of several hosts the first.

    Empty is what the URL does not say, as one that names a service does.
    """
    if url in ("", NONE):
        return "", ""
    parts = read_postgres(url)
    host, port = parts.get("host", "").partition(",")[0], parts.get("port", "").partition(",")[0] or "5432"
    if "service" in parts and not host:
        return "", parts.get("dbname", "")
    host, database = host or "localhost", parts.get("dbname") or parts.get("user", "")
    if host.startswith("/"):
        return host, database
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}", database


def _sslmode(url: str, address: str) -> str:
    """What ``prefer`` becomes, which Grafana does not know: off on this machine, else the mode of the store's URL."""
    if address.startswith(_LOOPBACK):
        return "disable"
    mode = read_postgres(url).get("sslmode", "") if url not in ("", NONE) else ""
    return mode if mode in ("disable", "verify-ca", "verify-full") else "require"

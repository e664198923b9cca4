"""Files for Grafana: deterministic, without secrets, with dollars as Grafana wants them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.load import template
from gendash.engine.render.provisioning import IN_FILES, declared_data_sources, render_provisioning, secrets, uses

TEMPLATES = {name: template(name) for name in ("datasources.yaml.j2", "dashboards.yaml.j2")}
SECRETS = {
    "GENDASH_DATABASE_URL": "postgresql://owner:owner-secret@db.example:6432/store?sslmode=require",
    "GENDASH_READER_PASSWORD": "reader-secret",
    "GENDASH_ADMIN_READER_PASSWORD": "admin-secret",
    "GENDASH_PROMETHEUS_URL": "http://me:prom-secret@prom.example:9090/p/",
    "GENDASH_GRAFANA_TOKEN": "token-secret",
}


def config(text: str = "", **environ: str) -> Config:
    return load_config(text, environ={**SECRETS, **environ})


def read(files: dict[str, bytes], name: str) -> Any:
    return yaml.safe_load(files[f"provisioning/{name}/gendash.yaml"])


def test_the_files_hold_no_secret_and_nothing_of_the_store_s_url() -> None:
    files = render_provisioning(config(), TEMPLATES, admin=True)
    assert sorted(files) == ["provisioning/dashboards/gendash.yaml", "provisioning/datasources/gendash.yaml"]
    both = b"".join(files.values())
    assert b"secret" not in both and b"db.example" not in both


def test_the_files_do_not_depend_on_secrets_that_are_set() -> None:
    bare = {"GENDASH_PROMETHEUS_URL": SECRETS["GENDASH_PROMETHEUS_URL"]}
    assert render_provisioning(config(), TEMPLATES) == render_provisioning(load_config("", environ=bare), TEMPLATES)


def test_secrets_are_variables_without_braces_and_never_expanded_twice() -> None:
    for source in read(render_provisioning(config(), TEMPLATES), "datasources")["datasources"]:
        for value in source["secureJsonData"].values():
            assert value.startswith("$GENDASH_") and "{" not in value


def test_a_dollar_in_a_name_is_doubled() -> None:
    files = render_provisioning(config("datasources: {database: {name: 'Cost $5'}}\n"), TEMPLATES)
    assert read(files, "datasources")["datasources"][0]["name"] == "Cost $$5"


def test_any_text_stays_one_yaml_value() -> None:
    name = "a: \"b\" 'c' # d\n- e {{ f }}"
    files = render_provisioning(load_config(f"folders: {{everyone: {{title: {json.dumps(name)}}}}}"), TEMPLATES)
    assert read(files, "dashboards")["providers"][0]["folder"] == name


def test_the_data_sources_are_what_grafana_needs() -> None:
    database, admin, prometheus = declared_data_sources(config(), secrets(config()))
    assert (database["type"], database["url"]) == ("grafana-postgresql-datasource", "db.example:6432")
    assert database["jsonData"] == {
        "database": "store",
        "sslmode": "require",
        "maxOpenConns": 10,
        "connMaxLifetime": 60,
        "postgresVersion": 1400,
        "timescaledb": False,
    }
    assert (database["user"], admin["user"]) == ("gendash_reader", "gendash_admin_reader")
    assert database["secureJsonData"] == {"password": "reader-secret"}
    assert admin["secureJsonData"] == {"password": "admin-secret"}
    assert (prometheus["url"], prometheus["basicAuthUser"]) == ("http://prom.example:9090/p", "me")
    assert prometheus["jsonData"] == {
        "httpMethod": "POST",
        "timeInterval": "15s",
        "prometheusType": "Prometheus",
        "manageAlerts": True,
    }


@pytest.mark.parametrize(
    ("url", "address", "database"),
    [
        ("postgresql://o@127.0.0.1/store", "127.0.0.1:5432", "store"),
        ("postgresql://o:p%40@[::1]:5433/a%20b", "[::1]:5433", "a b"),
        ("postgresql:///store?host=/run/pg", "/run/pg", "store"),
        ("postgresql://owner@db", "db:5432", "owner"),
        ("postgresql:///?host=db&port=6000&dbname=x", "db:6000", "x"),
    ],
)
def test_the_store_s_address_comes_from_its_url(url: str, address: str, database: str) -> None:
    known = secrets(config(GENDASH_DATABASE_URL=url))
    assert (known.address, known.database) == (address, database)


def test_the_address_of_the_settings_goes_first() -> None:
    chosen = config("datasources: {database_address: 'pg:5432', prometheus_address: 'http://prom:9090'}\n")
    database, _, prometheus = declared_data_sources(chosen, secrets(chosen))
    assert (database["url"], prometheus["url"]) == ("pg:5432", "http://prom:9090")
    assert "basicAuth" not in prometheus
    assert declared_data_sources(chosen, IN_FILES)[0]["url"] == "pg:5432"


@pytest.mark.parametrize(
    ("address", "setting", "mode"),
    [
        ("127.0.0.1:5432", "prefer", "disable"),
        ("[::1]:5432", "prefer", "disable"),
        ("/run/postgresql", "prefer", "disable"),
        ("db:5432", "prefer", "require"),
        ("127.0.0.1:5432", "verify-full", "verify-full"),
        ("db:5432", "disable", "disable"),
    ],
)
def test_prefer_is_off_on_the_machine_itself_and_required_elsewhere(address: str, setting: str, mode: str) -> None:
    chosen = config(f"datasources: {{database_address: '{address}', sslmode: {setting}}}\n")
    assert declared_data_sources(chosen, secrets(chosen))[0]["jsonData"]["sslmode"] == mode


def test_only_the_data_sources_in_use_are_written() -> None:
    files = render_provisioning(config(), TEMPLATES, used={"gendash-prometheus"})
    assert [source["uid"] for source in read(files, "datasources")["datasources"]] == ["gendash-prometheus"]


def test_uses_finds_data_sources_at_any_depth() -> None:
    deep = {
        "panels": [{"panels": [{"targets": [{"datasource": {"uid": "a"}}]}], "datasource": {"uid": "b"}}, {"x": []}]
    }
    assert uses(deep) == {"a", "b"}


def test_a_provider_of_admin_dashboards_is_written_only_where_there_are_some() -> None:
    assert len(read(render_provisioning(config(), TEMPLATES), "dashboards")["providers"]) == 1
    everyone, admin = read(render_provisioning(config("instance: dev\n"), TEMPLATES, admin=True), "dashboards")[
        "providers"
    ]
    assert (everyone["folderUid"], admin["folderUid"]) == ("dev-gendash", "dev-gendash-admin")
    assert everyone["options"]["path"] != admin["options"]["path"]
    assert not everyone["allowUiUpdates"]


def test_certificates_are_files_on_grafanas_machine_or_texts_that_are_sent_to_it() -> None:
    text = "datasources: {sslmode: verify-full, ca_file: /etc/ca.pem, client_cert: [/etc/c.pem, /etc/k.pem], database_name: app_pool}\n"
    database = declared_data_sources(config(text), secrets(config(text)))[0]
    files = {"sslRootCertFile": "/etc/ca.pem", "sslCertFile": "/etc/c.pem", "sslKeyFile": "/etc/k.pem"}
    wanted = {"database": "app_pool", "sslmode": "verify-full", "tlsConfigurationMethod": "file-path", **files}
    assert wanted.items() <= database["jsonData"].items()
    assert database["secureJsonData"] == {"password": "reader-secret"}
    sent = config(text, GENDASH_DATASOURCES_CA="--CA secret--", GENDASH_DATASOURCES_CLIENT_KEY="--KEY secret--")
    database = declared_data_sources(sent, secrets(sent))[0]
    assert database["jsonData"]["tlsConfigurationMethod"] == "file-content"
    assert not {"sslRootCertFile", "sslCertFile", "sslKeyFile"} & database["jsonData"].keys()
    assert database["secureJsonData"] == {
        "password": "reader-secret",
        "tlsCACert": "--CA secret--",
        "tlsClientKey": "--KEY secret--",
    }
    files = render_provisioning(sent, TEMPLATES)
    assert b"secret--" not in b"".join(files.values())
    assert read(files, "datasources")["datasources"][0]["secureJsonData"]["tlsCACert"] == "$GENDASH_DATASOURCES_CA"


def test_headers_and_the_bearer_that_gendash_sends_are_those_of_the_data_source() -> None:
    text = "prometheus: {headers: {X-Scope-OrgID: team}}\ndatasources: {prometheus: {type: Mimir, method: GET}}\n"
    environ = {"GENDASH_PROMETHEUS_URL": "http://mimir/prometheus", "GENDASH_PROMETHEUS_BEARER": "b-secret",
               "GENDASH_PROMETHEUS_HEADERS": "X-Key: k-secret"}  # fmt: skip
    of = config(text, **environ)
    prometheus = declared_data_sources(of, secrets(of))[2]
    plain, secret = prometheus["jsonData"], prometheus["secureJsonData"]
    assert (plain["prometheusType"], plain["httpMethod"]) == ("Mimir", "GET")
    sent = {plain[f"httpHeaderName{n}"]: secret[f"httpHeaderValue{n}"] for n in (1, 2, 3)}
    assert sent == {"X-Scope-OrgID": "team", "X-Key": "k-secret", "Authorization": "Bearer b-secret"}
    files = render_provisioning(of, TEMPLATES)
    assert b"-secret" not in b"".join(files.values())
    kept = read(files, "datasources")["datasources"][2]["secureJsonData"]
    assert set(kept.values()) == {"team", "$GENDASH_PROMETHEUS_HEADER_X_KEY", "Bearer $GENDASH_PROMETHEUS_BEARER"}


def test_logins_of_the_readers_and_of_grafana_are_settings() -> None:
    of = config("roles: {reader_login: r.project}\ndatasources: {admin: {user: direct}}\n")
    assert [one["user"] for one in declared_data_sources(of, secrets(of))[:2]] == ["r.project", "direct"]

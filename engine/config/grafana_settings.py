"""The settings of what gendash makes in Grafana: data sources, folders, and who may open them."""

from __future__ import annotations

from gendash.engine.config.setting import Setting

GRAFANA: tuple[Setting, ...] = (
    Setting("datasources.database.uid", "uid", "gendash-postgres", "PostgreSQL for everyone"),
    Setting("datasources.database.name", "str", "gendash PostgreSQL", "its name in Grafana"),
    Setting("datasources.admin.uid", "uid", "gendash-postgres-admin", "PostgreSQL for admins"),
    Setting("datasources.admin.name", "str", "gendash PostgreSQL (admin)", "its name in Grafana"),
    Setting(
        "datasources.database.user", "str", "", "the name with which Grafana signs in; roles.reader_login if absent"
    ),
    Setting("datasources.admin.user", "str", "", "the same for admins; roles.admin_reader_login if absent"),
    Setting("datasources.prometheus.uid", "uid", "gendash-prometheus", "Prometheus"),
    Setting("datasources.prometheus.name", "str", "gendash Prometheus", "its name in Grafana"),
    Setting(
        "datasources.database_address",
        "str",
        "",
        "host:port at which Grafana reaches the store; the store's own where absent",
    ),
    Setting(
        "datasources.prometheus_address",
        "str",
        "",
        "URL at which Grafana reaches Prometheus; prometheus_url where absent",
        "GENDASH_PROMETHEUS_ADDRESS",
    ),
    Setting(
        "datasources.sslmode",
        "str",
        "prefer",
        "TLS between Grafana and the store",
        choices=("disable", "prefer", "require", "verify-ca", "verify-full"),
    ),
    Setting("datasources.database_name", "str", "", "name of the database at Grafana's address; else the store's"),
    Setting(
        "datasources.ca_file", "str", "", "PEM file of the authority of the store's certificate, on Grafana's machine"
    ),
    Setting(
        "datasources.client_cert",
        "list",
        [],
        "PEM files of the client certificate and of its key, on Grafana's machine: `[cert.pem, key.pem]`",
    ),
    Setting(
        "datasources.ca",
        "str",
        "",
        "the same authority as text, which is sent to Grafana, instead of files there",
        "GENDASH_DATASOURCES_CA",
        secret=True,
    ),
    Setting(
        "datasources.client_cert_text",
        "str",
        "",
        "the client certificate as text",
        "GENDASH_DATASOURCES_CLIENT_CERT",
        secret=True,
    ),
    Setting(
        "datasources.client_key_text",
        "str",
        "",
        "the key of the client certificate as text",
        "GENDASH_DATASOURCES_CLIENT_KEY",
        secret=True,
    ),
    Setting(
        "datasources.prometheus.type",
        "str",
        "Prometheus",
        "what answers at the address of Prometheus; VictoriaMetrics counts as Prometheus",
        choices=("Prometheus", "Mimir", "Thanos", "Cortex"),
    ),
    Setting("datasources.prometheus.method", "str", "POST", "how Grafana sends queries to it", choices=("POST", "GET")),
    Setting("datasources.max_open_connections", "int", 10, "connections that a data source may open"),
    Setting("folders.everyone.uid", "uid", "gendash", "folder of the dashboards for everyone"),
    Setting("folders.everyone.title", "str", "Agent platform", "its title"),
    Setting("folders.everyone.parent", "uid?", "", "uid of the folder that it is in; else made at the root"),
    Setting("folders.admin.uid", "uid", "gendash-admin", "folder of the admin dashboards"),
    Setting("folders.admin.title", "str", "Agent platform (admin)", "its title"),
    Setting(
        "folders.admin.parent",
        "uid?",
        "",
        "uid of the folder that it is in, a hidden one; else the root",
    ),
    Setting(
        "access.isolation",
        "str",
        "folder",
        "what hides the admin dashboards: a folder, or an organisation of their own, which hides their data too",
        choices=("folder", "organisation"),
    ),
    Setting(
        "access.admin_token",
        "token",
        "",
        "service account token of that organisation",
        "GENDASH_GRAFANA_ADMIN_TOKEN",
        secret=True,
    ),
    Setting("access.admin_teams", "list", [], "teams of Grafana by name that may view the admin dashboards"),
)

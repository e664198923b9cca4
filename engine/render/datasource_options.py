"""What the data sources need beyond address and password: TLS of PostgreSQL, headers and kind of Prometheus.

Fields as Grafana's own code reads them: `tlsConfigurationMethod`, `sslRootCertFile` and the like of the PostgreSQL
source, `httpHeaderName1` with its value of any HTTP source.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gendash.engine.config.http_headers import headers_in
from gendash.engine.config.load import Config

_CONTENTS = {"ca": "tlsCACert", "client_cert_text": "tlsClientCert", "client_key_text": "tlsClientKey"}
_VARIABLES = {
    "ca": "$GENDASH_DATASOURCES_CA",
    "client_cert_text": "$GENDASH_DATASOURCES_CLIENT_CERT",
    "client_key_text": "$GENDASH_DATASOURCES_CLIENT_KEY",
}


class SourceOptions(NamedTuple):
    """Fields for ``jsonData`` and ``secureJsonData``; ``variables`` are the secret ones as names of the environment."""

    plain: dict[str, Any]
    secret: dict[str, str]
    variables: dict[str, str]


def postgres_options(config: Config) -> SourceOptions:
    """The certificates of the PostgreSQL sources: files on Grafana's machine, or texts that are sent to Grafana."""
    texts = {name: config[f"datasources.{name}"] for name in _CONTENTS if config[f"datasources.{name}"]}
    files = {"sslRootCertFile": config["datasources.ca_file"]}
    cert = config["datasources.client_cert"]
    files |= {"sslCertFile": cert[0], "sslKeyFile": cert[-1]} if cert else {}
    files = {name: path for name, path in files.items() if path}
    method = "file-content" if texts else "file-path" if files else ""
    return SourceOptions(
        {"tlsConfigurationMethod": method, **({} if texts else files)} if method else {},
        {_CONTENTS[name]: text for name, text in texts.items()},
        {_CONTENTS[name]: _VARIABLES[name] for name in texts},
    )


def prometheus_options(config: Config) -> SourceOptions:
    """Kind, method and headers of the Prometheus source: those that gendash itself sends, and its bearer token."""
    open_headers, bearer = config.under("prometheus.headers"), config["prometheus.bearer"]
    hidden = dict(headers_in(config["prometheus.headers"]))
    if bearer and "authorization" not in {name.lower() for name in (*hidden, *open_headers)}:
        hidden["Authorization"] = f"Bearer {bearer}"
    headers = {**open_headers, **hidden}
    variables = {name: f"$GENDASH_PROMETHEUS_HEADER_{_variable(name)}" for name in hidden}
    if "Authorization" in hidden and bearer:
        variables["Authorization"] = "Bearer $GENDASH_PROMETHEUS_BEARER"
    plain = {
        "httpMethod": config["datasources.prometheus.method"],
        "prometheusType": config["datasources.prometheus.type"],
    }
    plain |= {f"httpHeaderName{number}": name for number, name in enumerate(headers, 1)}
    return SourceOptions(
        plain,
        {f"httpHeaderValue{number}": value for number, value in enumerate(headers.values(), 1)},
        {
            f"httpHeaderValue{number}": variables.get(name, "")
            for number, name in enumerate(headers, 1)
            if name in variables
        },
    )


def _variable(header: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in header).upper()

"""The settings for requests to an HTTP server, the same for each of them."""

from __future__ import annotations

from gendash.engine.config.setting import Setting


def request_settings(key: str, server: str, variable: str, timeout: str, max_pause: str) -> tuple[Setting, ...]:
    """The settings for requests to one HTTP server: the same for each server."""
    return (
        *route_settings(key, server, variable, ""),
        Setting(
            f"{key}.timeout", "duration", timeout, f"longest time that one request to {server} may take as a whole"
        ),
        Setting(
            f"{key}.max_pause",
            "duration",
            max_pause,
            f"longest pause that {server} can impose by Retry-After",
        ),
    )


def route_settings(key: str, server: str, variable: str, default: str | None) -> tuple[Setting, ...]:
    """How requests to one HTTP server are sent: headers, certificates, proxy."""
    return (
        Setting(
            f"{key}.headers",
            "headers",
            default,
            f"further headers of requests to {server}, one `Name: value` a line; Authorization there"
            " replaces other credentials",
            f"{variable}_HEADERS",
            secret=True,
        ),
        Setting(
            f"{key}.headers.*",
            "header",
            None,
            f"a further header that is no secret, such as `X-Scope-OrgID: tenant`; secret ones: {variable}_HEADERS",
        ),
        Setting(
            f"{key}.ca_file",
            "str",
            default,
            f"PEM file of the authorities that {server}'s certificate is checked against; else REQUESTS_CA_BUNDLE,"
            " SSL_CERT_FILE, those of this machine",
        ),
        Setting(
            f"{key}.client_cert",
            "list",
            None if default is None else [],
            "PEM file of the client certificate, and that of its key where it is another: `[cert.pem, key.pem]`",
        ),
        Setting(
            f"{key}.proxy",
            "proxy",
            default,
            "http://host:port of a proxy, or none; where absent HTTPS_PROXY, HTTP_PROXY and NO_PROXY apply, but never"
            " for this machine's own addresses",
        ),
        Setting(
            f"{key}.proxy_auth",
            "str",
            default,
            f"`user:password` for the proxy between gendash and {server}",
            f"{variable}_PROXY_AUTH",
            secret=True,
        ),
        Setting(
            f"{key}.insecure",
            "bool",
            None if default is None else False,
            f"true: {server}'s certificate is not checked, which every run says; name its authority in ca_file instead",
        ),
    )

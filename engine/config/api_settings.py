"""The settings of the API."""

from __future__ import annotations

from gendash.engine.config.request_settings import request_settings
from gendash.engine.config.setting import Setting

API_SETTINGS: tuple[Setting, ...] = (
    Setting("api.tokens.*.sha256", "str", None, "SHA-256 of a token, as hexadecimal digits: `gendash serve --hash`"),
    Setting("api.tokens.*.role", "str", None, "what it may see", choices=("admin", "viewer", "user")),
    Setting("api.tokens.*.subject", "str", None, "of a token for a user: id of the account on the platform"),
    Setting("api.jwt.issuer", "str", "", "issuer of signed tokens (OIDC); none accepted where empty"),
    Setting("api.jwt.audience", "str", "", "audience that a signed token must name"),
    Setting("api.jwt.keys", "document?", "", "address of the issuer's keys (JWKS)"),
    Setting("api.jwt.role_claim", "str", "role", "claim that holds admin, viewer or user; user where it is absent"),
    Setting("api.jwt.subject_claim", "str", "sub", "claim that holds the id of the account on the platform"),
    Setting("api.jwt.leeway", "duration", "30s", "difference between clocks that is accepted"),
    *request_settings("api.jwt", "the issuer of tokens", "GENDASH_API_JWT", "10s", "5s"),
    Setting("api.requests_per_minute", "int", 600, "requests that one token may send in a minute"),
    Setting("api.address_requests_per_minute", "int", 1200, "requests that one address may send in a minute"),
    Setting("api.connections", "int", 6, "connections that the API opens as each role of the store"),
    Setting("api.statement_timeout", "duration", "5s", "longest time of one query"),
    Setting("api.longest_range", "duration", "400d", "longest range that a request may ask for"),
    Setting("api.root_path", "str", "", "path below which a proxy serves the API, such as /gendash"),
    Setting(
        "redis_url",
        "str",
        "",
        "Redis for the API's cache and limits; memory of the process where empty",
        "GENDASH_REDIS_URL",
        secret=True,
    ),
    Setting(
        "roles.user_reader",
        "role",
        "",
        "role as which the API reads the rows of one user, such as gendash_user_reader; none where empty",
    ),
    Setting(
        "user_reader_password",
        "str",
        "",
        "password of the role for single users",
        "GENDASH_USER_READER_PASSWORD",
        secret=True,
    ),
    Setting("roles.user_reader_login", "str", "", "the name with which connections sign in as roles.user_reader"),
)

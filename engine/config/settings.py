"""The settings, each declared once: name, type, default, meaning. `config/load.py` and the reference read this list.

A key with a ``*`` is an open map: its keys are names that content declares (tables, metrics, views) and are checked
against the content when it is loaded, or names of Langfuse projects.
"""

from __future__ import annotations

from gendash.engine.config.alerting_settings import ALERTING
from gendash.engine.config.api_settings import API_SETTINGS
from gendash.engine.config.grafana_settings import GRAFANA
from gendash.engine.config.objective_settings import OBJECTIVES
from gendash.engine.config.request_settings import request_settings, route_settings
from gendash.engine.config.setting import Setting as Setting
from gendash.engine.config.threshold_settings import THRESHOLDS

FEATURES: tuple[tuple[str, bool, str], ...] = (
    ("users", True, "a users table"),
    ("conversations", True, "tables of conversations and messages"),
    ("feedback", True, "a feedback table with ratings from 1 to 5"),
    ("documents", True, "a documents table (knowledge base)"),
    ("tickets", False, "a tickets table"),
    ("ticket_history", False, "a table of the changes of a ticket's status"),
    ("intent", False, "intents in the metadata of conversations or messages"),
    ("langfuse", False, "LLM calls traced to Langfuse and synced by `gendash langfuse sync`"),
    ("http_metrics", True, "HTTP metrics of prometheus-fastapi-instrumentator"),
    ("process_metrics", True, "process_* metrics of a Prometheus client library"),
    ("agent_metrics", False, "agent_* metrics that the platform really records"),
    ("kb_metrics", False, "kb_* metrics that the platform really records"),
    ("auth_metrics", False, "auth_* metrics that the platform really records"),
    ("db_metrics", False, "db_* metrics that the platform really records"),
    ("cache_metrics", False, "cache_* metrics that the platform really records"),
    ("vector_metrics", False, "vector_store_* metrics that the platform really records"),
    ("redis", False, "a redis_exporter"),
    ("store_metrics", False, "a scrape of what `gendash metrics` writes"),
)

SERVERS = {
    "store": "database_url",
    "platform": "source_url",
    "prometheus": "prometheus_url",
    "langfuse": "langfuse.base_url",
    "grafana": "grafana_url",
}
"""The setting that holds the address of each server; the platform is the database of its tables."""

FED_BY = {
    "platform": ("users", "conversations", "feedback", "documents", "tickets", "ticket_history", "intent"),
    "langfuse": ("langfuse",),
    "prometheus": (
        *("http_metrics", "process_metrics", "agent_metrics", "kb_metrics", "auth_metrics", "db_metrics"),
        *("cache_metrics", "vector_metrics", "redis", "store_metrics"),
    ),
    "store": ("store_metrics",),
}
"""The features whose data come from a server: they are off where it is `none`."""

ROUTES = {
    "handlers.agent": ("/api/v1/formzed-chat", "route of the API that answers a question"),
    "handlers.login": ("/api/v1/auth/login", "route that signs a user in"),
    "handlers.register": ("/api/v1/auth/register", "route that registers a user"),
    "handlers.search": ("/api/v1/kb/search", "route that searches the knowledge base"),
    "handlers.upload": ("/api/v1/kb/documents", "route that takes documents"),
    "handlers.feedback": ("/api/v1/feedback", "route that takes ratings"),
}
"""The settings of the API's routes, with default and meaning. Where one is `none`, what reads its requests is off."""

PLANS = ("auto", "self-hosted", "hobby", "core", "pro")
FIELDS = ("user_id", "error_text", "model_parameters", "score_comment", "score_text", "score_author")
"""What `langfuse.fields` may open; each is one column of an lf_ table, which is empty otherwise."""


SETTINGS: tuple[Setting, ...] = (
    Setting("time_zone", "zone", "UTC", "the one time zone of all days, weeks and months"),
    Setting("schema", "name", "gendash", "schema in the store that gendash owns"),
    Setting(
        "instance",
        "name?",
        "",
        "prefix of the uids and names of dashboards, folders and data sources, and part of marks, so that several"
        " installations share a Grafana",
    ),
    Setting(
        "project",
        "name?",
        "",
        "name of this project in marks and, before instance, in uids and names; without it the store identifies it",
    ),
    Setting("content", "list", [], "folders with dashboards, views and rules of your own"),
    # where the servers are
    Setting(
        "database_url",
        "server",
        "",
        "store, as the owner role; none: no store, only without platform and Langfuse",
        "GENDASH_DATABASE_URL",
        secret=True,
    ),
    Setting(
        "source_url",
        "server",
        "",
        "platform database; the store where absent; none: no platform tables",
        "GENDASH_SOURCE_URL",
        secret=True,
    ),
    Setting(
        "admin_database_url",
        "url",
        "",
        "only for `db migrate`: a role that may create roles",
        "GENDASH_ADMIN_DATABASE_URL",
        secret=True,
    ),
    Setting("reader_password", "str", "", "password of the reader role", "GENDASH_READER_PASSWORD", secret=True),
    Setting(
        "admin_reader_password",
        "str",
        "",
        "password of the admin reader role",
        "GENDASH_ADMIN_READER_PASSWORD",
        secret=True,
    ),
    Setting("prometheus_url", "server", "http://127.0.0.1:9090", "Prometheus, or none", "GENDASH_PROMETHEUS_URL"),
    Setting("grafana_url", "server", "http://127.0.0.1:3000", "Grafana, or none", "GENDASH_GRAFANA_URL"),
    Setting("grafana_token", "token", "", "service account token", "GENDASH_GRAFANA_TOKEN", secret=True),
    Setting(
        "grafana_org_id",
        "int?",
        0,
        "number of the organisation in Grafana; 0: the one of the credentials",
        "GENDASH_GRAFANA_ORG_ID",
    ),
    *request_settings("grafana", "Grafana", "GENDASH_GRAFANA", "15s", "30s"),
    # roles
    Setting("roles.owner", "name", "gendash_owner", "role that migrates and refreshes"),
    Setting("roles.reader", "name", "gendash_reader", "role of the data source for everyone"),
    Setting("roles.admin_reader", "name", "gendash_admin_reader", "role of the data source for admins"),
    Setting(
        "roles.reader_login",
        "str",
        "",
        "the name with which connections sign in as roles.reader, if a pooler or server wants another, such as"
        " gendash_reader.project",
    ),
    Setting("roles.admin_reader_login", "str", "", "the same for roles.admin_reader"),
    Setting(
        "roles.create",
        "bool",
        True,
        "whether `db migrate` may create and alter roles; false: somebody else does, passwords too, and it only grants"
        " on its own schema",
    ),
    Setting(
        "roles.passwords",
        "str",
        "verifier",
        "how `db migrate` sets passwords: as a SCRAM verifier; in plain text, for servers that accept nothing else"
        " (their log may hold it); or none: somebody else sets them, and connections use what libpq finds without one",
        choices=("verifier", "plain", "none"),
    ),
    # the platform's names
    Setting(
        "platform.adapter",
        "str",
        "",
        "how the platform's tables are read: the name of a shipped adapter, or a folder of one's own (`./my_platform`);"
        " without one by the names below",
    ),
    Setting("platform.schema", "identifier", "public", "schema of the platform's tables that name none"),
    Setting(
        "platform.tables.*",
        "table",
        None,
        "table of the platform, by staging name: `app_users`, or `auth.users` in another schema",
    ),
    Setting(
        "platform.columns.*.*",
        "column",
        None,
        "column of the platform, by staging name and canonical column; or `= SQL` over {columns} of the table, each in"
        " braces, such as `= case when {is_bot} then 'assistant' else 'user' end` or `= null`",
    ),
    Setting(
        "platform.rows.*",
        "str",
        None,
        "which rows of a table count, by staging name: SQL over its {columns}, such as `{deleted_at} is null`",
    ),
    Setting(
        "platform.vocabularies.*.*",
        "words",
        None,
        "the platform's words for a canonical word, capital letters or not; numbers and true or false are words too",
    ),
    Setting(
        "platform.read_timeout",
        "duration",
        "4s",
        "the longest statement of a read in the platform's database (statement_timeout); at most 60s",
    ),
    Setting(
        "platform.guests_can_rate",
        "bool",
        False,
        "whether answers in conversations without a user can be rated, and count in the response rate",
    ),
    Setting(
        "platform.late_days",
        "int",
        1,
        "days before today that every refresh compares with the platform; older ones are compared once a day",
    ),
    Setting("platform.time_zone", "zone", "UTC", "time zone of the platform's times that are stored without one"),
    Setting("metrics.*", "metric", None, "the platform's name of a metric"),
    Setting("labels.*", "label", None, "the platform's name of a label, on all metrics"),
    Setting(
        "labels.*.*", "label", None, "the same on one metric, by its key: `labels: {http_requests: {status: code}}`"
    ),
    Setting(
        "audit_limits.*",
        "share",
        None,
        "the share of rows that an audit may find, by its name; else its header's limit",
    ),
    Setting("cadences.*", "duration", None, "how often a relation is refreshed"),
    *(Setting(f"features.{name}", "bool", default, doc) for name, default, doc in FEATURES),
    Setting("privacy.names", "bool", True, "whether names of accounts are stored, for the admin role"),
    Setting("privacy.comments", "bool", True, "whether comments of ratings are stored, for the admin role"),
    Setting("privacy.reasons", "bool", True, "whether reasons of failed documents are stored, for owners and admins"),
    Setting("growth.days", "int", 1826, "days before today that charts by day go back at most; totals have all rows"),
    Setting("growth.groups", "int", 50, "categories, file types and groups of breakdowns; the rest counts as other"),
    Setting("growth.options", "int", 200, "options that a variable of a dashboard offers at most"),
    *GRAFANA,
    *THRESHOLDS,
    *OBJECTIVES,
    # prometheus
    Setting("prometheus.bearer", "token", "", "bearer token", "GENDASH_PROMETHEUS_BEARER", secret=True),
    *request_settings("prometheus", "Prometheus", "GENDASH_PROMETHEUS", "10s", "30s"),
    Setting("prometheus.scrape_interval", "duration", "15s", "scrape interval"),
    Setting("prometheus.evaluation_interval", "duration", "30s", "rule evaluation interval"),
    Setting("prometheus.retention", "duration", "90d", "how long Prometheus keeps samples"),
    Setting(
        "prometheus.long_term",
        "str",
        "none",
        "what keeps samples beyond the server that scrapes: nothing, a second server that federates, a store that it"
        " writes to, or Thanos",
        choices=("none", "federation", "remote_write", "thanos"),
    ),
    Setting(
        "prometheus.detail_retention", "duration", "15d", "with long_term: how long every sample is kept as scraped"
    ),
    Setting("prometheus.remote_url", "str", "http://localhost:8428/api/v1/write", "store of long_term: remote_write"),
    Setting(
        "prometheus.rules_url",
        "str",
        "",
        "where loaded rules are asked for, if not at prometheus_url: the address of vmalert or of a ruler",
    ),
    Setting("prometheus.rules_dir", "str", "", "directory from which Prometheus loads rule files; none: not managed"),
    Setting(
        "prometheus.ruler_url",
        "str",
        "",
        "configuration API of a ruler that rules are written to, beside rules_dir: of Mimir"
        " `https://mimir/prometheus/config/v1/rules`, of Cortex `https://cortex/api/v1/rules`",
    ),
    Setting("prometheus.job", "text", "ai-agent-api", "scrape job of the platform's API"),
    Setting("prometheus.targets", "list", ["localhost:8000"], "host:port of each process of the platform's API"),
    Setting("prometheus.redis_targets", "list", ["localhost:9121"], "host:port of each redis_exporter"),
    Setting(
        "prometheus.store_targets",
        "list",
        ["localhost:9100"],
        "host:port of each node_exporter whose textfile collector reads what `gendash metrics --out` writes",
    ),
    Setting("prometheus.self", "str", "localhost:9090", "host:port at which Prometheus scrapes itself"),
    *(Setting(key, "route", default, f"{what}, or none") for key, (default, what) in ROUTES.items()),
    Setting(
        "grafana_public_url",
        "url?",
        "",
        "address of Grafana in people's browsers, for links in alerts; links are relative without it",
        "GENDASH_GRAFANA_PUBLIC_URL",
    ),
    *ALERTING,
    *API_SETTINGS,
    Setting("docs_url", "str", "docs", "where docs/ is served: prefix of the runbook links of alerts"),
    # langfuse
    Setting("langfuse.project", "name", "default", "key of the project on every row"),
    Setting("langfuse.base_url", "server", "https://cloud.langfuse.com", "Langfuse, or none", "LANGFUSE_BASE_URL"),
    Setting(
        "langfuse.project_id",
        "uid?",
        "",
        "id of the project in Langfuse's addresses; links to users and sessions need it, to traces are shorter with it",
    ),
    Setting("langfuse.public_key", "token", "", "API key", "LANGFUSE_PUBLIC_KEY", secret=True),
    Setting("langfuse.secret_key", "token", "", "API key", "LANGFUSE_SECRET_KEY", secret=True),
    *request_settings("langfuse", "Langfuse", "LANGFUSE", "60s", "1d"),
    Setting("langfuse.since", "duration", "32d", "how far back the first sync goes: 30 whole days, or a month"),
    Setting("langfuse.cadence", "duration", "1m", "how often the sync is expected to run"),
    Setting(
        "langfuse.plan",
        "str",
        "auto",
        "whose request budget applies; auto: hobby for Langfuse Cloud, else self-hosted",
        choices=PLANS,
    ),
    Setting("langfuse.budget", "share", 0.5, "our share of that budget, which belongs to the whole organisation"),
    Setting("langfuse.retention", "duration", "400d", "how long rows from Langfuse are kept"),
    Setting(
        "langfuse.server_retention",
        "server retention",
        "auto",
        "how long Langfuse itself keeps rows: auto (as it says of the project), none (for ever), or a duration",
    ),
    Setting("langfuse.metadata", "list", [], "metadata keys that are kept; none by default"),
    Setting(
        "langfuse.breakdown_keys",
        "list",
        [],
        "those of langfuse.metadata by which cost, calls and ratings are broken down, such as tenant; viewers see them",
    ),
    Setting("langfuse.fields", "list", [], "private fields that are kept too; none by default", choices=FIELDS),
    Setting("langfuse.projects", "names", [], "further Langfuse projects; their keys: LANGFUSE_<NAME>_PUBLIC_KEY, …"),
    Setting("langfuse.servers.*.base_url", "url", None, "its Langfuse; else langfuse.base_url", "LANGFUSE_*_BASE_URL"),
    Setting("langfuse.servers.*.public_key", "token", None, "its API key", "LANGFUSE_*_PUBLIC_KEY", secret=True),
    Setting("langfuse.servers.*.secret_key", "token", None, "its API key", "LANGFUSE_*_SECRET_KEY", secret=True),
    Setting("langfuse.servers.*.plan", "str", None, "its plan; langfuse.plan where absent", choices=PLANS),
    Setting(
        "langfuse.servers.*.server_retention",
        "server retention",
        None,
        "how long its Langfuse keeps rows; langfuse.server_retention where absent",
    ),
    *route_settings("langfuse.servers.*", "its Langfuse", "LANGFUSE_*", None),
)

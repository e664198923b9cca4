"""The settings of who is notified of alerts: receivers, routes and mute times by name."""

from __future__ import annotations

from gendash.engine.config.setting import Setting
from gendash.engine.config.value_types import TypeName

KINDS = ("slack", "email", "pagerduty", "webhook")
WAYS = ("alertmanager", "grafana", "none")
SEVERITIES = ("critical", "warning")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPAN = r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]"

_ROWS: tuple[tuple[str, TypeName, object, str, str, bool, tuple[str, ...]], ...] = (
    (
        "by",
        "str",
        "alertmanager",
        "who notifies: Alertmanager, Grafana (it evaluates, too), or nobody",
        "",
        False,
        WAYS,
    ),
    ("receivers.*.kind", "str", None, "how this receiver is reached", "", False, KINDS),
    ("receivers.*.to", "list", None, "addresses of an email receiver", "", False, ()),
    ("receivers.*.channel", "str", None, "channel of a slack receiver, such as #ops", "", False, ()),
    ("receivers.*.url", "url", None, "address of a webhook that needs no secret in it", "", False, ()),
    (
        "receivers.*.secret",
        "str",
        None,
        "its URL (slack, webhook) or key (pagerduty), for Grafana; Alertmanager (0.26) reads it from a file",
        "GENDASH_RECEIVER_*_SECRET",
        True,
        (),
    ),
    ("routes.*.severity", "list", None, "severities of this route; all where absent", "", False, SEVERITIES),
    (
        "routes.*.slo",
        "list",
        None,
        "its objectives, by the label slo of alerts; all where absent",
        "",
        False,
        (),
    ),
    ("routes.*.alerts", "list", None, "alerts of this route by name, `Api*` for all that begin so", "", False, ()),
    (
        "routes.*.to",
        "list",
        None,
        "its receivers; the first route that fits an alert is taken",
        "",
        False,
        (),
    ),
    ("routes.*.mute", "list", None, "mute times of this route", "", False, ()),
    ("mute_times.*.weekdays", "list", None, "days of a mute time; all where absent", "", False, DAYS),
    (
        "mute_times.*.times",
        "list",
        None,
        "its hours in time_zone: 22:00-06:00; all where absent",
        "",
        False,
        (),
    ),
    ("secrets_dir", "str", "/etc/alertmanager/secrets", "folder with a file for each receiver's secret", "", False, ()),
    ("smtp_host", "str", "localhost:25", "host:port of the mail server that Alertmanager uses", "", False, ()),
    ("smtp_from", "str", "gendash@localhost", "sender of its mails", "", False, ()),
    ("smtp_user", "str", "", "its user there; the password is read from the file smtp in secrets_dir", "", False, ()),
)
ALERTING = tuple(
    Setting(f"alerting.{key}", kind, default, doc, env, secret, choices)
    for key, kind, default, doc, env, secret, choices in _ROWS
)

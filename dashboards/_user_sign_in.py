"""A row of User Analytics: can they log in?"""

from __future__ import annotations

from gendash.dashboards._palette import BAD, CALLS, TEXT, USERS, fixed, override, steps
from gendash.dashboards._queries import QUIET
from gendash.dashboards._user import FAILURE, NO_SIGN_IN, SIGN_IN_NEEDS, SUCCEEDED, SUCCESS, attempts
from gendash.dashboards.viz import Lines
from gendash.engine.model import Panel, SettingRef, promql, slo

SIGN_IN = [
    Panel(
        "logins",
        "Sign-ins per hour, by outcome",
        "Sign-ins that succeeded and that failed within the hour before each point; recorded hourly increases of "
        "Prometheus. A renewed token is not a sign-in. Malformed and limited requests are in neither."
        "\n\nThe plan calls it 'Login rate'.",
        Lines(
            unit="short",
            decimals=0,
            overrides=[
                override("byName", "success", color=fixed(CALLS), custom__lineWidth=2, custom__fillOpacity=12),
                override("byName", "failure", color=fixed(BAD)),
            ],
        ),
        [
            promql(attempts("increase1h", SUCCESS), legend="success", may_be_zero=QUIET),
            promql(
                attempts("increase1h", FAILURE),
                legend="failure",
                may_be_zero="none failed",
                may_be_empty="none failed",
            ),
        ],
        width=8,
        height=8,
        leads_to="user-analytics/auth_failures",
        feature="http_metrics",
        needs=SIGN_IN_NEEDS,
    ),
    Panel(
        "auth_success",
        "Sign-in success rate",
        "Sign-ins that succeeded / those that succeeded or failed, each point over an hour. The dashed line is "
        "{{ slo('sign_in.red') }}. A dip means that sign-in is broken, or an attack: see failures beside it."
        "\n\nThe plan calls it 'Authentication success rate'.",
        Lines(
            unit="percentunit",
            max=1,
            legend=False,
            fill=12,
            color=fixed(USERS),
            limit=True,
            thresholds=steps(("transparent", None), (BAD, slo("sign_in.red"))),
            no_data="no tries",
        ),
        [
            promql(
                SUCCEEDED,
                legend="success",
                may_be_empty=NO_SIGN_IN,
                may_be_zero="none succeeded",
            )
        ],
        width=8,
        height=8,
        leads_to="user-analytics/auth_failures",
        feature="http_metrics",
        needs=SIGN_IN_NEEDS,
    ),
    Panel(
        "auth_failures",
        "Failed sign-ins per minute",
        "Failed sign-ins per minute, each point over 5 minutes, in absolute numbers: a sudden rise is an attack rather "
        "than forgotten passwords. The dashed line is limits.auth_failures_per_minute.\n\n"
        "When above the line: see the runbook of AuthFailuresHigh.",
        Lines(
            unit="suffix:failures/min",
            legend=False,
            color=fixed(TEXT),
            limit=True,
            soft_max=SettingRef("limits.auth_failures_per_minute"),
            thresholds=steps(("transparent", None), (BAD, SettingRef("limits.auth_failures_per_minute"))),
        ),
        [
            promql(
                f"60 * {attempts('rate5m', FAILURE)}",
                legend="failures",
                may_be_zero="none failed",
                may_be_empty="none failed",
            )
        ],
        width=8,
        height=8,
        leads_to="user-analytics/logins",
        feature="http_metrics",
        needs=SIGN_IN_NEEDS,
    ),
]

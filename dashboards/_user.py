"""What the panels of User Analytics share: the choice of a user, and figures of sign-ins."""

from __future__ import annotations

from gendash.engine.model import Variable, sql

NOBODY = "nobody wrote within 30 days"

USER = Variable(
    "user",
    "User",
    "Id of the user whose conversations are listed, unknown for guests and deleted accounts; a click on a name in a "
    "table sets it.",
    sql(
        """
        select user_id from (
          select 'unknown' as user_id
          union select user_id from {{ view('user_top_30d') }}
          {% if feature('langfuse') %}
          union select user_id from {{ view('user_llm_30d') }} where user_id <> '' {% endif %}
          union select user_id from {{ view('user_desk_90d') }} where user_id is not null
        ) as people
        order by user_id <> 'unknown', user_id""",
        may_be_empty="nobody has written, opened a ticket or uploaded a document yet",
    ),
    all_value="'__all'",
    feature="users conversations",
)

SIGN_INS = '{{ rule("job_status:auth_attempts:%s") }}{job=~"$job"%s}'
SUCCESS, FAILURE = ',status="success"', ',status="failure"'
# sign-ins are read from requests where the platform records no auth_ metrics, so nothing is there without those
SIGN_IN_NEEDS = "HTTP metrics of the sign-in route"
NO_SIGN_IN = "nobody tried to sign in"


def attempts(window: str, extra: str = "") -> str:
    """PromQL: recorded sign-ins of all services, of one status or all."""
    return f"sum({SIGN_INS % (window, extra)})"


SUCCEEDED = f"{attempts('increase1h', SUCCESS)} / ({attempts('increase1h')} > 0)"

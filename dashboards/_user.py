"""What the panels of User Analytics share: figures of sign-ins."""

from __future__ import annotations

NOBODY = "nobody wrote within 30 days"
SIGN_INS = '{{ rule("job_status:auth_attempts:%s") }}{job=~"$job"%s}'
SUCCESS, FAILURE = ',status="success"', ',status="failure"'
# sign-ins are read from requests where the platform records no auth_ metrics, so nothing is there without those
SIGN_IN_NEEDS = "HTTP metrics of the sign-in route"
NO_SIGN_IN = "nobody tried to sign in"


def attempts(window: str, extra: str = "") -> str:
    """PromQL: recorded sign-ins of all services, of one status or all."""
    return f"sum({SIGN_INS % (window, extra)})"


SUCCEEDED = f"{attempts('increase1h', SUCCESS)} / ({attempts('increase1h')} > 0)"

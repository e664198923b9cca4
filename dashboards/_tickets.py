"""What the panels of Support Tickets share: which tickets are chosen, columns of tables."""

from __future__ import annotations

from typing import Any

from gendash.dashboards._lists import chosen
from gendash.dashboards._palette import BAD, PRIORITY, TEXT, WARN, nothing, override, steps, words
from gendash.dashboards._tables import COLORED_TEXT
from gendash.engine.model import SettingRef

ALL = "'__all'"

# the table of priorities has a row of all
IN_PRIORITY = f"(${{priority:sqlstring}} in ({ALL}, 'all') or priority = ${{priority:sqlstring}})"
IN_CATEGORY = chosen("category", "category")
CHOSEN = f"{IN_PRIORITY} and {IN_CATEGORY}"
LISTED = " and ".join(
    (
        CHOSEN,
        chosen("status", "replace(status, '_', ' ')"),
        f"(${{assignee:sqlstring}} = {ALL} or coalesce(assignee, 'nobody') = ${{assignee:sqlstring}}"
        " or ${assignee:sqlstring} = 'assigned' and assignee is not null)",
        chosen("creator", "coalesce(creator, 'unknown')"),
    )
)
ONE_PRIORITY = f"priority = case ${{priority:sqlstring}} when {ALL} then 'all' else ${{priority:sqlstring}} end"
NOTHING_WAITS = "no ticket waits"
PRIORITY_WORDS = words(
    urgent=("▲▲ urgent", PRIORITY["urgent"]),
    high=("▲ high", PRIORITY["high"]),
    medium=("● medium", PRIORITY["medium"]),
    low=("▽ low", PRIORITY["low"]),
)
DUE = [
    override(
        "byName",
        "Overdue by",
        unit="s",
        decimals=1,
        mappings=nothing("–"),
        custom__cellOptions=COLORED_TEXT,
        thresholds={"mode": "absolute", "steps": steps((BAD, None))},
    ),
    override(
        "byName",
        "Due in",
        unit="s",
        decimals=1,
        mappings=nothing("–"),
        custom__cellOptions=COLORED_TEXT,
        thresholds={
            "mode": "absolute",
            "steps": steps((WARN, None), (TEXT, SettingRef("limits.ticket_at_risk_s"))),
        },
    ),
]
OVERDUE_AND_DUE = """
                  case when due_at < {{ now() }} then extract(epoch from {{ now() }} - due_at)::float8 end
                    as "Overdue by",
                  case when due_at >= {{ now() }} then extract(epoch from due_at - {{ now() }})::float8 end as "Due in"
""".strip()


def text_column(name: str, width: int, **properties: Any) -> dict[str, Any]:
    """An override that makes a column of a table so wide."""
    return override("byName", name, custom__width=width, **properties)

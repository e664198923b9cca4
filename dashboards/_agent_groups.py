"""A row of Agent Performance: which group of calls is slow or wrong?"""

from __future__ import annotations

from gendash.dashboards._groups import BY_NAME, GROUP_COLORS, LISTED, group_bars, group_table
from gendash.dashboards._llm import WITHOUT_DATES
from gendash.dashboards._palette import CALLS, UNKNOWN, by_model, fixed, nothing, override, up_is_bad
from gendash.dashboards._tables import judged_share, share_bar
from gendash.dashboards.viz import DayBars, Table
from gendash.engine.model import Panel, slo

CALLS_BY_GROUPS = [
    Panel(
        "groups",
        "LLM calls by chosen group: change, errors and time",
        "LLM calls in the picked time by the groups of the dimension chosen above: share, calls, change of whole hours "
        "or days against the time to compare with, else the period before, failed calls / calls, mean time, cost."
        f"\n\nThe {LISTED - 1} groups with most calls, the rest as other, so that they add up; of 'tag', calls count "
        "for each. A click on a group shows its models.",
        Table(
            overrides=[
                override("byName", "Group", custom__width=210, links=[]),
                share_bar("Share", CALLS),
                override("byRegexp", "/^(Calls|Change)$/", unit="locale", decimals=0, mappings=nothing("–")),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                override("byName", "Mean time", unit="s"),
                override("byName", "Cost", unit="currencyUSD", decimals=2, mappings=nothing("no price")),
            ],
        ),
        [
            group_table(
                {
                    "Share": "(calls / total)::float8",
                    "Calls": "calls::bigint",
                    "Change": "change::bigint",
                    "Errors": "(errors / nullif(calls, 0))::float8",
                    "Mean time": "spent_s / nullif(timed, 0)::float8",
                    "Cost": "case when priced > 0 then cost_usd end",
                },
                "calls",
            )
        ],
        width=24,
        height=8,
        leads_to="agent-performance/group_models",
        passes={"group": "Group"},
        feature="langfuse",
    ),
    Panel(
        "groups_over_time",
        "LLM calls over time by chosen group",
        "LLM calls by the groups of the dimension chosen above, by hours up to 3 days, by whole days without today "
        "beyond: the six with most calls, the rest as other. Of 'tag', a call with two counts for both.",
        DayBars(unit="locale", decimals=0, color=BY_NAME, overrides=GROUP_COLORS),
        [group_bars("calls")],
        width=12,
        height=8,
        leads_to="agent-performance/group_models",
        passes={"group": ""},
        unlinked=("other",),
        feature="langfuse",
    ),
    Panel(
        "group_models",
        "LLM calls of the chosen group by model",
        "LLM calls over time of the group chosen above (All: of every group) by model, by hours up to 3 days, by whole "
        "days without today beyond: the six most used, the rest as other. Of 'tag' and All, calls count for each tag.",
        DayBars(unit="locale", decimals=0, color=fixed(UNKNOWN), overrides=by_model(), transformations=WITHOUT_DATES),
        [group_bars("calls", "model")],
        width=12,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": ""},
        unlinked=("other",),
        feature="langfuse",
    ),
]

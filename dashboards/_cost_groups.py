"""A row of Cost & Usage: which group causes it?"""

from __future__ import annotations

from gendash.dashboards._groups import BY_NAME, GROUP_COLORS, LISTED, group_bars, group_table
from gendash.dashboards._llm import PRICES, WITHOUT_DATES
from gendash.dashboards._palette import COST, UNKNOWN, by_model, fixed, nothing, override, up_is_bad
from gendash.dashboards._tables import judged_share, priced, share_bar
from gendash.dashboards.viz import DayBars, Table
from gendash.engine.model import Panel, slo

COST_BY_GROUPS = [
    Panel(
        "groups",
        "LLM cost by chosen group and its change",
        "Cost of all steps in the picked time by the groups of the dimension chosen above: share, cost, change of "
        "whole hours or days against the time to compare with, else the period before, LLM calls, tokens, failed calls "
        f"/ calls.\n\nThe {LISTED - 1} most expensive groups, the rest as other, so that they add up; of 'tag', calls "
        "count for each. A click on a group shows its models.",
        Table(
            overrides=[
                override("byName", "Group", custom__width=210, links=[]),
                share_bar("Share of cost", COST),
                priced("Cost"),
                override("byName", "Change", unit="currencyUSD", decimals=2, mappings=nothing("–")),
                override("byName", "Calls", unit="locale", decimals=0),
                override("byName", "Tokens", unit="sishort", decimals=1),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                override("byName", "Mean time", unit="s"),
            ],
        ),
        [
            group_table(
                {
                    "Share of cost": "(cost_usd / total)::float8",
                    "Cost": "case when priced > 0 then cost_usd end",
                    "Change": "change",
                    "Calls": "calls::bigint",
                    "Tokens": "tokens::bigint",
                    "Errors": "(errors / nullif(calls, 0))::float8",
                    "Mean time": "spent_s / nullif(timed, 0)::float8",
                },
                "cost_usd",
            )
        ],
        width=24,
        height=8,
        leads_to="cost-usage/group_models",
        passes={"group": "Group"},
        feature="langfuse",
    ),
    Panel(
        "groups_over_time",
        "LLM cost over time by chosen group",
        f"{PRICES}, by the groups of the dimension chosen above, by whole days without today, by hours up to 3 days: "
        "the six most expensive, the rest as other. Of 'tag', calls count for each.",
        DayBars(unit="currencyUSD", decimals=2, color=BY_NAME, overrides=GROUP_COLORS),
        [group_bars("cost_usd")],
        width=12,
        height=8,
        leads_to="cost-usage/group_models",
        passes={"group": ""},
        unlinked=("other",),
        feature="langfuse",
    ),
    Panel(
        "group_models",
        "LLM cost of the chosen group by model",
        f"{PRICES}, of the group chosen above (All: of every group) by model, by whole days without today, by hours up "
        "to 3 days: the six most expensive, the rest as other.",
        DayBars(
            unit="currencyUSD",
            decimals=2,
            color=fixed(UNKNOWN),
            overrides=by_model(),
            transformations=WITHOUT_DATES,
        ),
        [group_bars("cost_usd", "model")],
        width=12,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": ""},
        unlinked=("other",),
        feature="langfuse",
    ),
]

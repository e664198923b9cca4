"""Figures by the groups of a chosen dimension: model, release, tag, a key of metadata, ..."""

from __future__ import annotations

from gendash.dashboards._llm import BUCKETS, PICKED_HOURS
from gendash.dashboards._palette import UNKNOWN, by_model, fixed, override
from gendash.dashboards._queries import (
    BY_HOUR,
    DAYS_BACK,
    DAYS_PICKED,
    FIRST_DAY,
    HOURS_PICKED,
    IN_ENVIRONMENT,
    PICKED_FROM,
    PICKED_TO,
    QUIET,
    TODAY,
)
from gendash.engine.model import Query, Variable, sql

LATELY = f"day > {TODAY} - 30 and day <= {TODAY}"
BREAKDOWN = Variable(
    "breakdown",
    "Break down by",
    "Dimension of the panels 'by chosen group': those that LLM calls of the last 30 days name, and the keys of "
    "langfuse.breakdown_keys.",
    sql(
        f"select dimension from {{{{ view('llm_group_day') }}}} where {LATELY} group by 1 "
        "having bool_or(value <> '(none)') order by dimension <> 'model', 1",
        may_be_empty="no LLM call was synced yet",
    ),
    all_value="",
    feature="langfuse",
)
CHOSEN = "dimension = ${breakdown:sqlstring}"
LARGEST, LISTED = 6, 25
"""Groups of a chart and rows of a table; the rest is other."""
IN_GROUP = (
    "(${group:sqlstring} = '__all' or value = ${group:sqlstring} or ${group:sqlstring} = 'other' "
    f"and value not in (select value from listed where rank < {LISTED}))"
)
NO_GROUP = "no LLM call in the picked time"

GROUP = Variable(
    "group",
    "Group",
    "One group of that dimension, the most expensive of the last 30 days first; All adds them up.",
    sql(
        f"select value from {{{{ view('llm_group_day') }}}} where {LATELY} and {CHOSEN} group by 1 "
        "order by sum(cost_usd) desc, sum(calls) desc, 1",
        may_be_empty="no LLM call was synced yet",
    ),
    all_value="'__all'",
    feature="langfuse",
)

_HOURLY = f"{{{{ view('llm_group_hour') }}}} where {BY_HOUR} and {CHOSEN} and {IN_ENVIRONMENT}"
_DAILY = f"{{{{ view('llm_group_day') }}}} where not ({BY_HOUR}) and {CHOSEN} and {IN_ENVIRONMENT}"


def group_bars(measure: str, by: str = "value") -> Query:
    """SQL: a sum of ``llm_group_hour`` by bucket and group, or model: the largest of the range, and other.

    Of the chosen group; ``other`` is what the table of groups by the same sum has under this name.
    """
    text = f"""
    with {BUCKETS},
    listed as (
      select value, row_number() over (
        order by value = 'other', sum(measure) desc nulls last, sum(calls) desc, value
      ) as rank
      from (
        select value, {measure} as measure, calls from {_HOURLY} and {HOURS_PICKED}
        union all
        select value, {measure}, calls from {_DAILY} and {DAYS_PICKED}
      ) as picked
      group by 1
    ),
    facts as (
      select hour as at, {by} as name, sum({measure}) as value from {_HOURLY} and {PICKED_HOURS} and {IN_GROUP}
      group by 1, 2
      union all
      select day::timestamp at time zone {{{{ zone() }}}}, {by}, sum({measure})
      from {_DAILY} and {DAYS_PICKED} and {IN_GROUP} group by 1, 2
    ),
    shown as (select * from facts join buckets using (at)),
    ranked as (
      select name, row_number() over (order by name = 'other', sum(value) desc, name) as rank from shown group by 1
    ),
    named as (select name, case when rank <= {LARGEST} then name else 'other' end as label from ranked)
    select buckets.at as "time", labels.label as metric, coalesce(sum(shown.value), 0) as value
    from buckets cross join (select distinct label from named) as labels
    left join (shown join named using (name)) on shown.at = buckets.at and named.label = labels.label
    group by 1, 2 order by 1, 2"""
    return sql(text, may_be_zero=QUIET, may_be_empty=NO_GROUP)


SUMS = ["calls", "errors", "timed", "spent_s", "tokens", "priced", "cost_usd"]
_BACK_DAYS = f"coalesce({DAYS_BACK}, greatest({PICKED_TO} - {PICKED_FROM}, 1))"
_BACK_HOURS = (
    "case ${compare:sqlstring} when '7d' then interval '7 days' when '28d' then interval '28 days' "
    "else ceil(($__unixEpochTo() - $__unixEpochFrom()) / 3600.0) * interval '1 hour' end"
)


def group_table(columns: dict[str, str], largest: str) -> Query:
    """SQL: figures of the groups in the picked range, largest first, and other last; ``columns`` are name -> SQL.

    They read the sums of ``SUMS``, ``total`` of all groups of ``largest``, and ``change``: that of the whole hours or
    days of the range against the time that the variable ``compare`` names, else the period before; NULL where that is
    not known whole.
    """
    shown = ", ".join(f'{expression} as "{name}"' for name, expression in columns.items())
    names, sums = ", ".join(SUMS), ", ".join(f"sum({name}) as {name}" for name in SUMS)
    text = f"""
    with moments as (
      select date_trunc('hour', least({{{{ now() }}}}, $__timeTo()::timestamptz), {{{{ zone() }}}}) as running,
        {_BACK_HOURS} as back, {_BACK_DAYS} as days, {FIRST_DAY} as first, least({PICKED_TO}, {TODAY} - 1) as last
    ),
    known as (
      select (select min(day) from {{{{ view('llm_group_day') }}}} where {CHOSEN})
        < case when {BY_HOUR} then {PICKED_FROM} - back else first - days end as is_whole
      from moments
    ),
    facts as (
      select value, {sums}, coalesce(sum({largest}) filter (where whole), 0) as whole
      from (
        select value, {names}, hour < running as whole from moments cross join {_HOURLY} and {HOURS_PICKED}
        union all
        select value, {names}, day <= last from moments cross join {_DAILY} and {DAYS_PICKED}
      ) as picked group by 1
    ),
    facts_before as (
      select value, sum({largest}) as earlier
      from (
        select value, {largest} from moments cross join {_HOURLY}
          and hour >= ($__timeFrom()::timestamptz at time zone {{{{ zone() }}}} - back) at time zone {{{{ zone() }}}}
          and hour < (running at time zone {{{{ zone() }}}} - back) at time zone {{{{ zone() }}}}
        union all
        select value, {largest} from moments cross join {_DAILY}
          and day >= first - days and day <= last - days
      ) as earlier group by 1
    ),
    sums as (
      select value, {names}, coalesce(whole, 0) as whole, coalesce(earlier, 0) as earlier
      from facts full join facts_before using (value)
    ),
    ranked as (
      select *, row_number() over (order by value = 'other', {largest} desc nulls last, calls desc, value) as rank
      from sums
    ),
    folded as (
      select case when rank < {LISTED} then value else 'other' end as name, min(rank) as rank,
        {", ".join(f"coalesce(sum({name}), 0) as {name}" for name in SUMS)},
        case when bool_and(is_whole) then sum(whole) - sum(earlier) end as change
      from ranked cross join known group by 1
    )
    select name as "Group", {shown}
    from (select *, nullif(sum({largest}) over (), 0) as total from folded) as all_groups
    order by rank limit {LISTED}"""
    return sql(text, format="table", may_be_zero=QUIET, may_be_empty=NO_GROUP)


BY_NAME = {"mode": "palette-classic-by-name"}
"""A colour for each group, whatever it is called: the same on both dashboards."""
GROUP_COLORS = [*by_model(), override("byName", "other", color=fixed(UNKNOWN))]
"""But a model has its own."""

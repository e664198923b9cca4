"""SQL fragments shared by the dashboards of LLM calls; the panels themselves are defined in their dashboards.

Buckets: a picked range of up to three days is shown by hours, a longer one by full days without today. Relations of
turns, latencies and windows hold a row for all environments, which is the one that All selects.
"""

from __future__ import annotations

from gendash.dashboards._palette import TEXT, fixed, override
from gendash.dashboards._queries import (
    BY_HOUR,
    DAYS_BACK,
    IN_ENVIRONMENT,
    NO_COMPARISON,
    PICKED_FROM,
    PICKED_TO,
    QUIET,
    TODAY,
    UNCOMPARED,
    change,
)
from gendash.engine.model import Query, sql

LOCAL_DAY = "(hour at time zone {{ zone() }})::date"
OF_CALLS = "type = 'GENERATION'"
"""Of the rows of ``llm_hour`` those of LLM calls; the others hold cost and tokens of embeddings and other steps."""
THIS_ENVIRONMENT = "environment = ${environment:sqlstring}"
NO_MODEL = "('__all', 'all models')"
"""What is chosen where no single model is: All, or the series of all of them."""
THIS_MODEL = f"model = case when ${{model:sqlstring}} in {NO_MODEL} then '__all' else ${{model:sqlstring}} end"
IN_MODEL = f"(${{model:sqlstring}} in {NO_MODEL} or model = ${{model:sqlstring}})"
NO_CALLS = "no LLM call in the picked time"
PRICES = "List price as Langfuse computed it, not an invoice"
LAST_30_D = f"day > {TODAY} - 30 and day <= {TODAY}"

TOKENS = {
    "input": "sum(input_tokens - cached_tokens)",
    "input, cached": "sum(cached_tokens)",
    "output": "sum(output_tokens)",
}

# hours that start within the picked range, or full days that do, without today
BUCKETS = f"""
    buckets as (
      select h as at, h + interval '1 hour' as until from generate_series(
        date_trunc('hour', $__timeFrom()::timestamptz, {{{{ zone() }}}}), $__timeTo()::timestamptz, interval '1 hour'
      ) h
      where {BY_HOUR} and h >= $__timeFrom()::timestamptz and h <= {{{{ now() }}}}
      union all
      select d at time zone {{{{ zone() }}}}, (d + interval '1 day') at time zone {{{{ zone() }}}} from generate_series(
        date_trunc('day', $__timeFrom()::timestamptz at time zone {{{{ zone() }}}}),
        $__timeTo()::timestamptz at time zone {{{{ zone() }}}}, interval '1 day'
      ) d
      where not ({BY_HOUR}) and d at time zone {{{{ zone() }}}} >= $__timeFrom()::timestamptz and d::date < {TODAY}
    )"""

# the same range as a condition on hours, so that an index can be used; buckets decide which of them count
PICKED_HOURS = (
    "hour >= $__timeFrom()::timestamptz - interval '1 hour' and hour < $__timeTo()::timestamptz + interval '1 day'"
)
BUCKET_OF_HOUR = (
    f"case when {BY_HOUR} then date_trunc('hour', hour, {{{{ zone() }}}}) "
    "else date_trunc('day', hour, {{ zone() }}) end"
)


def per_bucket(columns: dict[str, str], source: str, condition: str = IN_ENVIRONMENT) -> str:
    """SQL: additive figures of an hourly relation for each bucket, 0 for an empty bucket; name -> aggregate."""
    sums = ", ".join(f'{sql} as "{name}"' for name, sql in columns.items())
    shown = ", ".join(f'coalesce(facts."{name}", 0) as "{name}"' for name in columns)
    return f"""
    with {BUCKETS},
    facts as (
      select {BUCKET_OF_HOUR} as at, {sums}
      from {{{{ view('{source}') }}}} where {PICKED_HOURS} and {condition} group by 1
    )
    select buckets.at as "time", {shown}
    from buckets left join facts on facts.at = buckets.at order by 1"""


def bucket_before(value: str, source: str = "llm_hour", condition: str = IN_ENVIRONMENT) -> Query:
    """SQL: an additive figure of an hourly relation in the buckets that the variable ``compare`` names, as ``before``.

    Nothing before the relation's first hour; the period before is a whole number of hours, or of days.
    """
    text = f"""
    with {BUCKETS},
    shift as (
      select case ${{compare:sqlstring}} when '7d' then interval '7 days' when '28d' then interval '28 days'
        when '{NO_COMPARISON}' then null
        else case when {BY_HOUR} then ceil(($__unixEpochTo() - $__unixEpochFrom()) / 3600.0) * interval '1 hour'
          else make_interval(days => {DAYS_BACK}) end end as back
    ),
    was as (
      select at, (at at time zone {{{{ zone() }}}} - back) at time zone {{{{ zone() }}}} as earlier
      from buckets cross join shift where back is not null
    ),
    facts as (
      select {BUCKET_OF_HOUR} as earlier, {value} as value from {{{{ view('{source}') }}}}
      where hour >= (select min(earlier) from was) and hour < (select max(earlier) from was) + interval '1 day'
        and {condition}
      group by 1
    )
    select at as "time", coalesce(value, 0) as "before"
    from was left join facts using (earlier)
    where earlier >= (select min(hour) from {{{{ view('{source}') }}}}) order by 1"""
    return sql(text, may_be_empty=UNCOMPARED, may_be_zero=QUIET)


def ratio_per_bucket(above: str, below: str, name: str, source: str = "llm_hour", where: str = IN_ENVIRONMENT) -> str:
    """SQL: a quotient of sums for each bucket; no row where the divisor is 0."""
    return f"""
    with {BUCKETS},
    facts as (
      select {BUCKET_OF_HOUR} as at, ({above})::float8 / nullif({below}, 0) as value
      from {{{{ view('{source}') }}}} where {PICKED_HOURS} and {where} group by 1
    )
    select buckets.at as "time", facts.value as "{name}"
    from buckets left join facts on facts.at = buckets.at order by 1"""


def by_model_per_bucket(value: str, condition: str = IN_ENVIRONMENT) -> str:
    """SQL: a figure of ``llm_hour`` by bucket and model; the six largest models of the range, the rest as other."""
    return f"""
    with {BUCKETS},
    facts as (
      select buckets.at, model, {value} as value
      from buckets join {{{{ view('llm_hour') }}}} on hour >= buckets.at and hour < buckets.until
      where {PICKED_HOURS} and {condition} group by 1, 2
    ),
    ranked as (select model, row_number() over (order by sum(value) desc, model) as rank from facts group by model),
    named as (select model, case when rank <= 6 then model else 'other' end as name from ranked),
    names as (select distinct name from named)
    select buckets.at as "time", names.name as metric, coalesce(sum(facts.value), 0) as value
    from buckets cross join names
    left join (facts join named using (model)) on facts.at = buckets.at and named.name = names.name
    group by 1, 2 order by 1, 2"""


GAPS = {"showPoints": "auto", "spanNulls": 10_800_000}
"""Lines by buckets of which some are empty: over three hours at most, and a bucket alone is a point."""


def _widened(figures: str, name: str, condition: str, known: str) -> str:
    """SQL: common tables of stored figures of ``<name>_hour`` or ``<name>_day``, with ``at``; ``shown`` has the rows.

    Where fewer than three hours of a short range are ``known``, these are whole days, the running one included. So
    few calls make a longer bucket, and not a dot among empty ones. ``times`` are all buckets, or these days.
    """
    by_day = f"day between {PICKED_FROM} and {PICKED_TO}"
    return f"""
    with {BUCKETS},
    stored as (
      select hour as at, {figures} from {{{{ view('{name}_hour') }}}} join buckets on buckets.at = hour
      where {BY_HOUR} and {PICKED_HOURS} and {condition}
      union all
      select at, {figures} from {{{{ view('{name}_day') }}}}
      join buckets on buckets.at = day::timestamp at time zone {{{{ zone() }}}}
      where not ({BY_HOUR}) and {condition} and {by_day}
    ),
    few as (select {BY_HOUR} and count(distinct at) filter (where {known}) < 3 as is_so from stored),
    shown as (
      select stored.* from stored cross join few where not is_so
      union all
      select greatest(day::timestamp at time zone {{{{ zone() }}}}, $__timeFrom()::timestamptz), {figures}
      from few join {{{{ view('{name}_day') }}}} on is_so where {condition} and {by_day}
    ),
    times as (select at from buckets cross join few where not is_so union select at from shown)"""


def stored_per_bucket(columns: dict[str, str], name: str, condition: str, enough: str) -> str:
    """SQL: stored figures for each bucket, of whole days where fewer than three hours have ``enough``."""
    figures = ", ".join(f'({sql}) as "{label}"' for label, sql in columns.items())
    wanted = ", ".join(f'shown."{label}"' for label in columns)
    return f"""{_widened(f"{figures}, {enough} as is_enough", name, condition, "is_enough")}
    select times.at as "time", {wanted}
    from times left join shown on shown.at = times.at order by 1"""


def latency_by_model(column: str, calls: str) -> str:
    """SQL: a stored percentile by bucket for all models and the six most used; no row below 20 ``calls``.

    Where fewer than three hours of a short range have as many, it is that of its whole days, the running one included.
    """
    figures = f"model, calls, case when {calls} >= 20 then {column} end as value"
    wanted = f"{THIS_ENVIRONMENT} and {IN_MODEL}"
    return f"""{_widened(figures, "llm_latency", wanted, "value is not null")},
    most as (
      select model from shown group by model
      having count(value) > 0 order by sum(calls) desc, model limit 7
    )
    select times.at as "time",
      case when most.model = '__all' then 'all models' else most.model end as metric, shown.value as value
    from times cross join most left join shown on shown.at = times.at and shown.model = most.model
    order by 1, 2"""


def rolling(facts: str, value: str, name: str = "", label: str = "7 d") -> str:
    """SQL: a figure over the 7 days ending on each of the last 30, from daily columns ``a`` and ``b``.

    Without a name the line shows the change: the last 7 full days against the 7 before, since today is incomplete.
    """
    named = f"'{name}'" if name else change(label)
    return f"""
    with facts as ({facts}),
    rolled as (
      select day, sum(coalesce(a, 0)) over last as a, sum(coalesce(b, 0)) over last as b
      from (select {TODAY} - n as day from generate_series(0, 35) n) as days left join facts using (day)
      window last as (order by day rows between 6 preceding and current row)
    ),
    figures as (
      select coalesce(max({value}) filter (where day = {TODAY} - 1), 0) as current,
        max({value}) filter (where day = {TODAY} - 8) as prior
      from rolled
    )
    select day::timestamp at time zone {{{{ zone() }}}} as "time", {named} as metric, {value} as value
    from rolled cross join figures where day > {TODAY} - 30 order by 1"""


def daily(a: str, b: str = "0", condition: str = IN_ENVIRONMENT) -> str:
    """SQL: two sums of ``llm_hour`` by local day, for `rolling`."""
    return f"""
      select {LOCAL_DAY} as day, {a} as a, {b} as b from {{{{ view('llm_hour') }}}}
      where hour >= (select ({TODAY} - 36)::timestamp at time zone {{{{ zone() }}}})
        and hour <= (select {{{{ now() }}}}) and {condition}
      group by 1"""


def langfuse_link(kind: str, column: str, name: str = "link") -> str:
    """SQL: a column with the address in Langfuse of what an id names; ``kind`` is traces, users or sessions.

    Without the project's id a trace is found all the same, and the others lead to Langfuse itself.
    """
    base = "rtrim('{{ setting('langfuse.base_url') }}', '/')"
    project = "nullif('{{ setting('langfuse.project_id') }}', '')"
    otherwise = f"{base} || '/trace/' || {column}" if kind == "traces" else base
    address = f"coalesce({base} || '/project/' || {project} || '/{kind}/' || {column}, {otherwise})"
    return f'case when {column} is not null then {address} end as "{name}"'


# claude-sonnet-4-20250514 and gpt-4o-2024-08-06 are too long for a legend
WITHOUT_DATES = [
    {"id": "renameByRegex", "options": {"regex": r"^(.*?)-\d{4}-?\d{2}-?\d{2}$", "renamePattern": "$1"}},
]


def dashed(name: str, color: str = TEXT) -> dict[str, object]:
    """A dashed line beside stacked bars: a limit or plan that must not be stacked."""
    return override(
        "byName",
        name,
        color=fixed(color),
        custom__drawStyle="line",
        custom__fillOpacity=0,
        custom__lineWidth=1,
        custom__stacking={"mode": "none", "group": "B"},
        custom__lineStyle={"fill": "dash", "dash": [6, 4]},
    )

"""SQL and PromQL fragments shared by several panels; the panels themselves are defined in their dashboards.

SQL pieces are written inside f-strings, so references carry four braces there and two everywhere else.
"""

from __future__ import annotations

from gendash.engine.model import Query, promql, sql

IN_ENVIRONMENT = "(${environment:sqlstring} = '__all' or environment = ${environment:sqlstring})"
TODAY = "{{ today() }}"
QUIET = "a quiet platform"
NEVER_SYNCED = "no LLM call was ever synced"
REQUESTS = 'sum({{ rule("job:http_requests:rate5m") }}{job=~"$job"})'
FIRING = '{{ metric("alerts") }}{alertstate="firing",severity="%s",job=~"$job|"}'
UP = 'sum({{ rule("job:up:count") }}{job=~"$job"})'


def firing(severity: str) -> str:
    """PromQL: number of firing alerts of a severity; 0, not empty, if Prometheus answers."""
    return f"(count({FIRING % severity}) or 0 * {UP})"


def _moved(text: str, modifiers: str) -> str:
    """PromQL: an expression with modifiers after each of its selectors."""
    found, *rest = text.split('"}')  # where selectors end
    for part in rest:
        window = part[: part.index("]") + 1] if part.startswith("[") else ""
        found += f'"}}{window} {modifiers}{part[len(window) :]}'
    return found


def _at_end(text: str, offset: str = "") -> str:
    """PromQL: value of an expression at the end of the picked range, or at an offset before it."""
    return _moved(text, f"offset {offset} @ end()" if offset else "@ end()")


UNCOMPARED = "nothing is compared, or nothing is known of that time"
NO_COMPARISON = "50y"
"""Value of the variable ``compare`` for none: PromQL needs a duration, and no server has data of that time."""


def before(value: str, legend: str = "before") -> Query:
    """PromQL: a curve as it was at the time that the variable ``compare`` names; no series without one."""
    return promql(_moved(value, "offset $compare"), legend=legend, may_be_empty=UNCOMPARED, may_be_zero=QUIET)


PICKED_FROM = "($__timeFrom()::timestamptz at time zone {{ zone() }})::date"
PICKED_TO = "($__timeTo()::timestamptz at time zone {{ zone() }})::date"
"""SQL: the local days on which the picked range begins and ends."""

FIRST_DAY = "(($__timeFrom()::timestamptz - interval '1 microsecond') at time zone {{ zone() }})::date + 1"
DAYS_PICKED = f"day >= {FIRST_DAY} and day <= {PICKED_TO}"
"""SQL: the days that begin in the picked range, today included: the condition of a figure over all of it."""
BY_HOUR = "$__unixEpochTo() - $__unixEpochFrom() <= 3 * 86400"
HOURS_PICKED = (
    f"hour >= case when {BY_HOUR} then $__timeFrom()::timestamptz "
    f"else ({FIRST_DAY})::timestamp at time zone {{{{ zone() }}}} end "
    f"and hour < case when {BY_HOUR} then $__timeTo()::timestamptz + interval '1 microsecond' "
    f"else ({PICKED_TO} + 1)::timestamp at time zone {{{{ zone() }}}} end and hour <= {{{{ now() }}}}"
)
"""SQL: the same of an hourly relation: hours that begin in a range of up to 3 days, all hours of its days beyond."""

DAYS_BACK = (
    f"case ${{compare:sqlstring}} when '7d' then 7 when '28d' then 28 when '{NO_COMPARISON}' then null "
    f"else greatest({PICKED_TO} - {PICKED_FROM}, 1) end"
)
"""SQL: how many days before lies the day that the variable ``compare`` sets beside one; NULL without one.

The period before is as many days long as the picked range has midnights.
"""


def days_before(value: str, source: str, condition: str = "true") -> Query:
    """SQL: a figure of a daily relation as it was on the days that the variable ``compare`` names, as ``before``.

    ``value`` is an aggregate; ``source`` has the column day.
    """
    text = f"""
    with shift as (select {DAYS_BACK} as days),
    moved as (
      select (day + days)::timestamp at time zone {{{{ zone() }}}} as at, {value} as value
      from shift join {{{{ view('{source}') }}}} on day >= {PICKED_FROM} - days and day <= {PICKED_TO} - days
      where {condition} group by 1
    )
    select at as "time", value as "before" from moved where $__timeFilter(at) order by 1"""
    return sql(text, may_be_empty=UNCOMPARED, may_be_zero=QUIET)


def limited(value: str, limit: str) -> str:
    """PromQL: one series with a label ``limit``, so that a judgement says what it is measured by."""
    return f'({value}) + on () group_left (limit) 0 * count_values("limit", round(vector({limit}), 0.001))'


def compared(
    value: str, otherwise: str = "now, over 5 min", is_share: bool = False, limit: str = "", **empty: str
) -> Query:
    """PromQL: a head tile's curve, with its value a week before the end of the picked range in its name.

    ``limit`` is the key of the setting from which on the figure is judged, in seconds or as a share.
    A week, since the day before is another weekday: a Saturday would be compared with a Friday.
    The name is ``▲12 % vs a week ago``, of a share ``a week ago 0.12 %``; ``otherwise`` if there is no value then.
    """
    now, then = _at_end(value), _at_end(value, "1w")
    if is_share:
        change = f"round(100 * ({then}), 0.01)"
        words = [("a week ago $1 %", "(.*)")]
    else:
        change = f"clamp_max(round(100 * (({now}) / (({then}) > 0)) - 100), 999) + 0"
        words = [("▲$1 % vs a week ago", "([0-9]+)"), ("▼$1 % vs a week ago", "-(.*)")]
    name = f'count_values("change", {change})'
    for text, number in words:
        name = f'label_replace({name}, "change", "{text}", "change", "{number}")'
    text = (
        f"({value}) + on () group_left (change) 0 * {name} "
        f'or on () label_replace({value}, "change", "{otherwise}", "", "")'
    )
    if not limit:
        return promql(text, legend="{{change}}", **empty)
    factor, unit = ("100 * ", "%") if is_share else ("", "s")
    legend = f"{{{{change}}}}, limit {{{{limit}}}} {unit}"
    return promql(limited(text, f"{factor}{{{{ setting('{limit}') }}}}"), legend=legend, **empty)


def change(label: str, against: str = "vs prior") -> str:
    """SQL: a name line such as ``24 h ▲12 % vs prior`` from the columns current and prior."""
    return (
        f"'{label}' || case when prior > 0 then ' ' || case when current >= prior then '▲' else '▼' end || "
        f"least(round(100.0 * abs(current - prior) / prior), 999)::text || ' % {against}' else '' end"
    )


def tile(columns: str, source: str, name: str, value: str = "current") -> str:
    """SQL: one figure with a name line; ``columns`` are read from ``source`` and give current and prior."""
    return f"""
    with figures as (select {columns} from {source})
    select {{{{ now() }}}} as "time", {name} as metric, {value} as value
    from figures"""


def dollars(column: str) -> str:
    """SQL: whole dollars as text."""
    return f"'$' || to_char({column}, 'FM999,999,990')"


def named_bars(source: str, name: str, value: str, order: str) -> str:
    """SQL: one row per bar, the name first, in the order of the domain."""
    return f"select {name} as name, {value} as value from {source} order by {order}"


def own_scale(group: str, value: str = "value") -> str:
    """SQL: the end of a bar's scale, the largest value of its group; the transformation to bars reads ``max``."""
    return f"greatest(max({value}) over (partition by {group}), 1) as max"


def per_hour(value: str, known: str = "true") -> str:
    """SQL: a figure of ``llm_hour`` for each of the last 24 local hours, with its change in the name.

    ``known`` is an aggregate that is true of an hour with a figure; where it is false for all, there is none.

    The change excludes the current hour on both sides: 23 full hours against those that end at the same local time
    one week before, since the day before is another weekday.
    """
    return f"""
    with span as (
      select last, (last at time zone {{{{ zone() }}}} - interval '7 days') at time zone {{{{ zone() }}}} as week_before
      from (select date_trunc('hour', {{{{ now() }}}}, {{{{ zone() }}}}) as last) as this
    ),
    facts as (
      select hour, {value} as value, {known} as known from {{{{ view('llm_hour') }}}}, span
      where hour >= week_before - interval '23 hours' and hour <= last and {IN_ENVIRONMENT} group by hour
    ),
    sums as (
      select coalesce(sum(value) filter (where hour >= last - interval '23 hours' and hour < last), 0) as current,
        coalesce(sum(value) filter (where hour < week_before), 0) as prior,
        coalesce(bool_or(known) filter (where hour >= last - interval '23 hours'), true) as is_known
      from span left join facts on true
    )
    select bucket as "time", {change("24 h", "vs a week ago")} as metric,
      case when is_known then coalesce(value, 0) end as value
    from span
    cross join sums
    cross join lateral generate_series(last - interval '23 hours', last, interval '1 hour') as bucket
    left join facts on facts.hour = bucket
    order by 1"""


LAST_30_DAYS = f"day > {TODAY} - 30 and day <= {TODAY}"


def over_range(rule: str, extra: str = "", by: str = "handler") -> str:
    """PromQL: mean of a recorded series over the picked range, by route or other labels."""
    return f'sum by ({by}) (avg_over_time({{{{ rule("{rule}") }}}}{{job=~"$job"{extra}}}[$__range]))'


REQUESTS_BY_ROUTE = "job_handler_status:http_requests:rate5m"
BUCKETS_BY_ROUTE = "job_handler_le:http_request_duration_seconds_bucket:rate5m"
COUNT_BY_ROUTE = "job_handler:http_request_duration_seconds_count:rate5m"
SERVER_ERRORS = ',status=~"5.."'


def curve(days: str, label: str, back: int, against: str = "vs prior", first: int = 0, more: str = "''") -> str:
    """SQL: a figure for each of 30 days, with its change against ``back`` days earlier in the name, then ``more``.

    ``days`` are common table expressions of which the last, ``curve``, has day and value; they may use ``today``.
    ``first`` 1 excludes today, for figures of single days, since today is incomplete.
    """
    return f"""
    with today as (select {TODAY} as day),
    {days},
    figures as (
      select now.value::numeric as current, case when now.value is not null then before.value end::numeric as prior
      from today
      left join curve now on now.day = today.day - {first} left join curve before on before.day = now.day - {back}
    )
    select curve.day::timestamp at time zone {{{{ zone() }}}} as "time",
      {change(label, against)} || {more} as metric, value
    from curve cross join figures cross join today
    where curve.day > today.day - 30 - {first} and curve.day <= today.day - {first} order by 1"""


def every_day(before: int, last: int = 0) -> str:
    """SQL: the days from so many before today as ``every (day)``, to be joined to the events of each."""
    return f"""today cross join lateral generate_series(
        (today.day - {before})::timestamp, today.day - {last}, interval '1 day') as every (day)"""


def over_picked(daily: str, value: str = "") -> str:
    """SQL: a tile over the days that begin in the picked range; its change leaves today out, as today is incomplete.

    ``daily`` selects day, n and d. Without ``value`` each day has its n, to be summed; else each day has the quotient
    of the sums of n and d until then, and the last one is that of the whole range. The name is ``30 d ▲12 % vs prior``,
    against as many days before, if the first day that is known lies before these.
    """
    figure = value or "n"
    each = value or "coalesce(n, 0)"
    so_far = "sum(coalesce(n, 0)) over so_far as n, sum(coalesce(d, 0)) over so_far as d"
    return f"""
    with today as (select {TODAY} as day),
    span as (
      select {FIRST_DAY} as first, least({PICKED_TO}, today.day) as last, least({PICKED_TO}, today.day - 1) as whole
      from today
    ),
    daily as ({daily}),
    sums as (
      select coalesce(sum(n) filter (where day >= first), 0) as n, coalesce(sum(d) filter (where day >= first), 0) as d,
        coalesce(sum(n) filter (where day < first), 0) as n_before,
        coalesce(sum(d) filter (where day < first), 0) as d_before
      from span left join daily on day >= first - (whole - first + 1) and day <= whole
    ),
    figures as (
      select (select {figure} from (select n, d) as one)::numeric as current,
        case when since <= first - (whole - first + 1) then (
          select {figure} from (select n_before as n, d_before as d) as one
        ) end::numeric as prior
      from sums cross join span cross join (select min(day) as since from daily) as known
    ),
    days as (
      select first + i as day, last - first + 1 as length from span cross join generate_series(0, last - first) as i
    ),
    grown as (
      select days.day, length, {so_far if value else "n, d"}
      from days left join daily on daily.day = days.day window so_far as (order by days.day)
    )
    select day::timestamp at time zone {{{{ zone() }}}} as "time", length || {change(" d")} as metric, {each} as value
    from grown cross join figures order by 1"""


def state_of_share(source: str, red: str, amber: str) -> str:
    """SQL: a state by two limits, the worst is 2, with ``81.2 % of 50, target 95 %`` as its name.

    ``source`` selects one row with ratio and n.
    """
    return f"""
    with figures as ({source})
    select {{{{ now() }}}} as "time",
      coalesce(to_char(floor(1000 * ratio) / 10, 'FM990.0') || ' % of ' || n || ', ', '')
        || 'target ' || trim_scale(100 * {{{{ slo('{amber}') }}}}::numeric) || ' %' as metric,
      case when ratio < {{{{ slo('{red}') }}}} then 2 when ratio < {{{{ slo('{amber}') }}}} then 1
        when ratio is not null then 0 end as value
    from figures"""


def at_days_end(subject: str, states: dict[str, str], later: str, chosen: str = "true") -> str:
    """SQL: counts by state at the end of each picked day; ``states`` are the words by series.

    Days without a count have one figure, of the states in ``later``: they are known as of today only.
    """
    columns = [
        f"coalesce(sum(amount) filter (where known = 'on the day' and state = '{state}'), 0) as \"{name}\""
        for name, state in states.items()
    ]
    columns.append(f"coalesce(sum(amount) filter (where known <> 'on the day'), 0) as \"{LATER}\"")
    return f"""
    select at as "time", {", ".join(columns)}
    from (
      select *, day::timestamp at time zone {{{{ zone() }}}} as at from {{{{ view('daily_snapshot') }}}}
      where subject = '{subject}' and day <= {TODAY} and (known = 'on the day' or {later}) and {chosen}
    ) as counted
    where $__timeFilter(at) group by 1 order by 1"""


LATER = "as known today"
NO_DAY = "no day begins in the picked range, or nothing was there yet"

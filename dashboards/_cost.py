"""What the panels of Cost & Usage share: SQL about this month and its budget."""

from __future__ import annotations

from gendash.dashboards._llm import BUCKETS
from gendash.dashboards._queries import BY_HOUR, TODAY

# whole days of the picked range, where it is shown by days
BUDGET_DAYS = f"with {BUCKETS} select at from buckets where not ({BY_HOUR})"
# the starts of this month, of the last one, of its second day and of the running hour, and as far into the last month
MONTHS = f"""
    months as materialized (
      select month at time zone {{{{ zone() }}}} as this_month,
        (month - interval '1 month') at time zone {{{{ zone() }}}} as last_month,
        (month - interval '1 month' + interval '1 day') at time zone {{{{ zone() }}}} as second_day, running,
        least(month, month - interval '1 month' + (running at time zone {{{{ zone() }}}} - month))
          at time zone {{{{ zone() }}}} as as_far
      from (select date_trunc('month', {TODAY}::timestamp) as month,
        date_trunc('hour', {{{{ now() }}}}, {{{{ zone() }}}}) as running) as starts
    )"""
BUDGET = "{{ setting('budget.monthly_usd') }}"

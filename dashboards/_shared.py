"""Panels, variables and annotations that several dashboards use; the same figure is the same value."""

from __future__ import annotations

from gendash.dashboards._palette import CALLS, COST, TEXT, TICKET, WARN, colored, down_is_bad, override, steps
from gendash.dashboards._queries import LAST_30_DAYS, NO_COMPARISON, QUIET, TODAY, own_scale, per_hour
from gendash.dashboards.viz import BarGauge, Freshness, HeadTile, ShareTile, Text
from gendash.engine.model import Panel, Row, Variable, promql, slo, sql

JOB = Variable(
    "job",
    "Service",
    "Scrape job of the platform; All adds them up.",
    promql("label_values({{ rule('job:up:count') }}, job)"),
    multi=True,
    all_value=".+",
)

# All stands for a literal that no environment has, so that an empty list of environments is no SQL error.
ENVIRONMENT = Variable(
    "environment",
    "Environment",
    "Environment of LLM calls as Langfuse knows it.",
    sql(
        "select environment from {{ view('llm_spend_day') }} group by 1 order by count(*) desc, 1",
        may_be_empty="no LLM call was synced yet",
    ),
    all_value="'__all'",
    feature="langfuse",
)

COMPARE = Variable(
    "compare",
    "Compare with",
    "Earlier time that the main curves show dashed as well: the period before is as long as the picked range.",
    options=(("none", NO_COMPARISON), ("the period before", "$__range"), ("one week", "7d"), ("four weeks", "28d")),
)

ANNOTATIONS = (
    (
        "Deploys",
        promql(
            'changes({{ metric("process_start_time") }}{job=~"$job"}[2m]) > 0',
            legend="{{instance}} restarted",
            feature="process_metrics",
            may_be_empty="nothing restarted",
        ),
    ),
    (
        "Alerts",
        promql(
            # one band however many fire: which ones is in the list of alerts
            'max({{ metric("alerts") }}{alertstate="firing",severity=~"critical|warning",job=~"$job|"})',
            legend="alerts fire",
            may_be_empty="nothing is firing",
        ),
    ),
)


def _age(name: str, expected: str) -> dict[str, object]:
    """Grey below twice the expected interval, amber from there, red from five times."""
    return override("byName", name, thresholds={"mode": "absolute", "steps": AGES[expected]})


AGES = {
    "scrape": steps((TEXT, None), (WARN, 30), ("red", 75)),
    "minute": steps((TEXT, None), (WARN, 120), ("red", 300)),
    "quarter": steps((TEXT, None), (WARN, 1800), ("red", 4500)),  # the slowest schedule of a summary is 15 minutes
    "hour": steps((TEXT, None), (WARN, 7200), ("red", 18000)),
}

# an age below a second, or below zero where the clocks of two servers differ
NOW = {"type": "range", "options": {"from": -3600, "to": 1, "result": {"text": "now", "index": 0}}}
JUST_NOW = "the data came this very moment"

FRESHNESS = Panel(
    "freshness",
    "Data freshness by source, now",
    "Age of the newest data of each source: metrics since the last scrape, database since the platform's newest "
    "row, LLM traces since the last closed sync, summaries since the last refresh. Amber at 2x the expected "
    "interval, red at 5x.\n\nWithout traffic 'Database' grows old although nothing is broken: look at 'Summaries', "
    "which shows when gendash last read it.",
    Freshness(
        unit="s",
        decimals=0,
        color={"mode": "thresholds"},
        mappings=[NOW],
        overrides=[
            _age("Metrics", "scrape"),
            _age("Database", "hour"),
            _age("LLM traces", "minute"),
            _age("Summaries", "quarter"),
        ],
    ),
    [
        promql(
            'time() - max(timestamp({{ metric("up") }}{job=~"$job"}))',
            legend="Metrics",
            instant=True,
            may_be_zero=JUST_NOW,
        ),
        sql(
            "select age_s as \"Database\" from {{ view('freshness_now') }} where source = 'platform'",
            format="table",
            feature="conversations",
            may_be_zero=JUST_NOW,
        ),
        sql(
            "select age_s as \"LLM traces\" from {{ view('freshness_now') }} where source = 'langfuse'",
            format="table",
            feature="langfuse",
            may_be_zero=JUST_NOW,
        ),
        sql(
            "select age_s as \"Summaries\" from {{ view('freshness_now') }} where source = 'rollups'",
            format="table",
            may_be_zero=JUST_NOW,
        ),
    ],
    width=12,
    height=4,
    role="freshness",
)


LLM_CALLS = Panel(
    "llm_calls",
    "LLM calls, 24 h",
    "LLM calls (Langfuse observations of type GENERATION) of the current hour and the 23 before, chosen environment, "
    "all models. The change is against the same hours one week before, without the current one. Synced every minute."
    "\n\nThe plan calls it 'Total LLM calls'.",
    HeadTile(unit="locale", decimals=0, subject=CALLS, calc="sum", min=0),
    [sql(per_hour("sum(calls)"), may_be_zero=QUIET)],
    width=6,
    height=4,
    window="24h",
    leads_to="agent-performance",
    feature="langfuse",
)

LLM_COST = Panel(
    "llm_cost",
    "LLM cost, 24 h",
    "List price of LLM calls, embeddings and every other step with a cost, of the current hour and the 23 before, as "
    "Langfuse computed it. Models without a price count as 0, so an invoice may be higher.",
    HeadTile(unit="currencyUSD", decimals=2, subject=COST, calc="sum", min=0, no_data="no price"),
    [
        sql(
            per_hour("sum(cost_usd)", "bool_or(cost_usd > 0 or calls > uncosted)"),
            may_be_zero=QUIET,
            may_be_empty="no call has a price",
        )
    ],
    width=6,
    height=4,
    window="24h",
    leads_to="cost-usage",
    feature="langfuse",
)

CSAT = Panel(
    "csat",
    "Satisfaction in %, 7 d",
    "User satisfaction: ratings of 4 or 5 / all ratings of today and the 6 days before; above it their number, the "
    "share of the 7 days before and the target. The curve is the same for each of 30 days. Edits count where first "
    "given."
    "\n\nThe plan asks for the average rating: the mean of 1 and 5 describes no rating. It is on Feedback & Quality.",
    ShareTile(
        decimals=1,
        calc="last",
        min=0.5,
        judged=True,
        thresholds=down_is_bad(slo("csat.red"), slo("csat.amber")),
        no_data="no ratings",
    ),
    [
        sql(
            f"""
            with figures as (
              select max(ratings_7d) filter (where day = {TODAY}) as n,
                max(csat_7d) filter (where day = {TODAY} - 7) as prior
              from {{{{ view('csat_day') }}}}
            )
            select at as "time",
              'of ' || case when n < 10000 then to_char(n, 'FM9,990') else n / 1000 || 'k' end
                || coalesce(', was ' || round(100 * prior::numeric), '')
                || ', target ' || trim_scale(100 * {{{{ slo('csat.amber') }}}}::numeric) || ' %' as metric,
              csat_7d as value
            from {{{{ view('csat_day') }}}} cross join figures
            where {LAST_30_DAYS}
            order by 1""",
            may_be_empty="no rating within a week",
            may_be_zero="nobody was satisfied",
        )
    ],
    width=6,
    height=4,
    window="30d",
    leads_to="feedback-quality",
    feature="feedback",
)


def tickets_by_status(slug: str, title: str, doc: str, height: int, chosen: str = "true") -> Panel:
    """Bars: one per status in the order of a ticket's life; unknown statuses only if a ticket has one.

    Those that wait have a scale of their own, so that years of closed ones do not dwarf them.
    """
    text = f"""
    with statuses (status, rank) as (
      values ('open', 1), ('in_progress', 2), ('resolved', 3), ('closed', 4), ('other', 5)
    ),
    counted as (
      select replace(status, '_', ' ') as name, rank, coalesce(sum(tickets) filter (where {chosen}), 0)::bigint as value
      from statuses left join {{{{ view('ticket_status_now') }}}} using (status) group by status, rank
    )
    select name, value, {own_scale("rank <= 2")} from counted where name <> 'other' or value > 0 order by rank"""
    return Panel(
        slug,
        title,
        doc,
        BarGauge(unit="locale", decimals=0, overrides=colored(TICKET)),
        [sql(text, format="table", may_be_zero="no ticket yet")],
        width=8,
        height=height,
        leads_to="support-tickets/ticket_list",
        passes={"status": "", "time": "all"},
        feature="tickets",
    )


def how_to_read(question: str, notes: str) -> Row:
    """The collapsed last row of a dashboard: how its figures are counted."""
    return Row(
        "How are these figures counted?",
        [
            Panel(
                "how_to_read",
                "How to read this dashboard",
                "What the windows, colours and marks on this dashboard mean, and which source is authoritative for "
                "what.",
                Text(
                    content=f"**{question}**\n\n"
                    "- **Windows are whole buckets** in the time zone of this installation: 24 h is the current hour "
                    "and the 23 before it, 7 d is today and the 6 days before. A change ('▲12 %') of 24 h or "
                    "less compares with the same time one week before, of a longer window with the window before.\n"
                    "- **Colour means something is wrong**: orange needs attention, red is over its limit. Grey is "
                    "context: last week, other, unknown. '0' is a zero, 'no traffic' means that there is nothing to "
                    "divide by, '? unknown' that a source does not answer.\n"
                    "- **Sources**: PostgreSQL for people, tickets, documents and ratings; Prometheus for rates and "
                    "latency; Langfuse (synced to PostgreSQL) for LLM calls, tokens and cost.\n"
                    f"{notes}"
                ),
                [],
                width=24,
                height=8,
                role="guide",
            )
        ],
        open=False,
    )

"""Objectives of one's own: are they kept, and how fast is each budget used? There is none without `slos:`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gendash.dashboards._palette import CALLS, down_is_bad
from gendash.dashboards._shared import ANNOTATIONS, FRESHNESS, JOB
from gendash.dashboards.viz import Lines, NumberTile
from gendash.engine.model import Dashboard, Panel, Row, promql, slo

QUIET = "nothing that the objective counts happened"
FINE = "no event was bad"
AGES = replace(FRESHNESS, width=24, height=3)
WINDOWS = ("5m", "1h", "6h", "3d")


def for_objectives(names: Sequence[str]) -> Dashboard:
    """The dashboard: a line of tiles for each objective, then a collapsed row of charts for each."""
    tiles = [panel for name in names for panel in (_left(name), _burn(name), _events(name))]
    return Dashboard(
        name="objectives",
        title="Objectives",
        doc="Are the objectives of your own kept, and how fast is the error budget of each used?",
        refresh="1m",
        range="24h",
        variables=[JOB],
        annotations=ANNOTATIONS,
        rows=[
            Row("", tiles),
            *map(_charts, names),
            Row("How old are these figures?", [replace(FRESHNESS, width=24, height=3)], open=False),
        ],
    )


def _bad(name: str, window: str) -> str:
    return f'{{{{ rule("job:slo_{name}_bad_per_total:ratio_rate{window}") }}}}{{job=~"$job"}}'


def _left(name: str) -> Panel:
    return Panel(
        f"{name}_left",
        f"{name} budget left, 30 d",
        "Error budget left over 30 days: 1 - (bad / all events) / (1 - objective), of the service with the least. "
        f"Below 0 the objective is missed. Counters: slos.{name} in gendash.yaml.",
        NumberTile(unit="percentunit", decimals=0, judged=True, thresholds=down_is_bad(0, slo("budget_left.amber"))),
        [
            promql(
                f'min({{{{ rule("job:slo_{name}_budget_left:ratio30d") }}}}{{job=~"$job"}})',
                legend="budget left, 30 d",
                instant=True,
                may_be_empty=QUIET,
                may_be_zero="the budget is used up exactly",
            )
        ],
        width=8,
        height=3,
        leads_to=f"objectives/{name}_shares",
    )


def _burn(name: str) -> Panel:
    return Panel(
        f"{name}_burn",
        f"{name} burn rate, 1 h",
        "How many times faster than allowed the budget is used, over 1 hour: share of bad events / (1 - objective), of "
        "the fastest service. At 1 it lasts exactly 30 days; from 14.4 on an alert pages.",
        NumberTile(unit="none", decimals=1, no_data="no events"),
        [
            promql(
                f'max({{{{ rule("job:slo_{name}_burn:ratio1h") }}}}{{job=~"$job"}})',
                legend="burn rate, 1 h",
                instant=True,
                may_be_empty=QUIET,
                may_be_zero=FINE,
            )
        ],
        width=8,
        height=3,
        leads_to=f"objectives/{name}_shares",
    )


def _events(name: str) -> Panel:
    return Panel(
        f"{name}_events",
        f"{name} events per second",
        f"All events that the objective counts, per second over 5 minutes; Prometheus, the counter slos.{name}.total.",
        NumberTile(unit="none", decimals=2, subject=CALLS),
        [
            promql(
                f'sum({{{{ rule("job:slo_{name}_total:rate5m") }}}}{{job=~"$job"}})',
                legend="events per second",
                instant=True,
                may_be_empty=QUIET,
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=3,
        leads_to=f"objectives/{name}_rates",
    )


def _charts(name: str) -> Row:
    shares = Panel(
        f"{name}_shares",
        f"{name}: share of bad events by window",
        "Share of events that were not good, of the worst service, over 5 minutes, 1 hour, 6 hours and 3 days: a short "
        "window shows that it continues, a long one that it matters.",
        Lines(unit="percentunit", no_data="no events"),
        [promql(f"max({_bad(name, w)})", legend=w, may_be_empty=QUIET, may_be_zero=FINE) for w in WINDOWS],
        width=12,
        height=8,
    )
    rates = Panel(
        f"{name}_rates",
        f"{name}: all and bad events per second",
        "Events per second over 5 minutes, all services chosen above: all that the objective counts, and those of them "
        "that were not good.",
        Lines(unit="none", no_data="no events"),
        [
            promql(
                f'sum({{{{ rule("job:slo_{name}_{part}:rate5m") }}}}{{job=~"$job"}})',
                legend=legend,
                may_be_empty=QUIET,
                may_be_zero=QUIET,
            )
            for part, legend in (("total", "all"), ("bad", "bad"))
        ],
        width=12,
        height=8,
    )
    return Row(f"Is the objective {name} kept?", [shares, rates], open=False)

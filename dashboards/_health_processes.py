"""A row of System Health, processes: CPU, memory, files, restarts."""

from __future__ import annotations

from gendash.dashboards._health import PROCESS
from gendash.dashboards._lists import of_all, of_column
from gendash.dashboards._palette import BAD, CALLS, OK, TEXT, WARN, override, steps, words
from gendash.dashboards._queries import QUIET
from gendash.dashboards._tables import COLORED_TEXT, columns, judged
from gendash.dashboards.viz import Lines, Table
from gendash.engine.model import Panel, SettingRef, promql

NO_RESTART = "nothing restarted"
UP_NOW = f'topk(50, max by (job, instance) ({{{{ metric("up") }}}}{PROCESS}))'
SHADES = {"mode": "shades", "fixedColor": CALLS}
PROCESSES = [
    Panel(
        "cpu",
        "CPU use by process",
        "CPU time per second of each process, over 5 minutes; 100 % is one core. Ten busiest. A process near 100 % "
        "answers every request late, also simple ones; its event loop is not measured separately.",
        Lines(unit="percentunit", color=SHADES, soft_max=1),
        [
            promql(
                f'topk(10, {{{{ rule("job_instance:process_cpu_seconds:rate5m") }}}}{PROCESS})',
                legend="{{instance}}",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="system-health/targets",
        passes={"instance": "{{instance}}", "time": "1h"},
        feature="process_metrics",
    ),
    Panel(
        "memory",
        "Memory by process",
        "Resident memory of each process at its scrape; ten largest. The dashed line is limits.memory_bytes. A line "
        "that only ever rises until a restart is a leak.",
        Lines(
            unit="bytes",
            color=SHADES,
            limit=True,
            thresholds=steps(("transparent", None), (BAD, SettingRef("limits.memory_bytes"))),
        ),
        [promql(f'topk(10, {{{{ metric("process_resident_memory") }}}}{PROCESS})', legend="{{instance}}")],
        width=8,
        height=8,
        leads_to="system-health/targets",
        passes={"instance": "{{instance}}", "time": "1h"},
        feature="process_metrics",
    ),
    Panel(
        "open_files",
        "% open files of limit by process",
        "Open file descriptors (files and sockets) of each process as a share of its limit; the ten fullest. "
        "At 100 % no connection can be accepted any more.",
        Lines(unit="percentunit", color=SHADES),
        [
            promql(
                f'topk(10, {{{{ rule("job_instance:process_open_fds:ratio") }}}}{PROCESS})',
                legend="{{instance}}",
                may_be_empty="the platform does not expose them",
            )
        ],
        width=8,
        height=8,
        leads_to="system-health/targets",
        passes={"instance": "{{instance}}", "time": "1h"},
        feature="process_metrics",
    ),
    Panel(
        "targets",
        "Scraped processes: up or down, restarts",
        "Every process that Prometheus scrapes: whether its last scrape worked and how long it took, since when it "
        "runs, and its restarts within the picked time range. At most 50.",
        Table(
            no_data="–",
            overrides=[
                override(
                    "byName",
                    "State",
                    custom__cellOptions=COLORED_TEXT,
                    mappings=words(v0=("✖ Down", BAD), v1=("✓ Up", OK)),
                ),
                override("byName", "Runs for", unit="s", decimals=0),
                judged("Restarts", steps((TEXT, None), (WARN, 1)), unit="locale", decimals=0),
                override("byName", "Scrape", unit="s"),
                override("byName", "Samples", unit="locale", decimals=0),
                of_column(),
            ],
            transformations=columns(
                {
                    "instance": "Process",
                    "job": "Service",
                    "Value #A": "State",
                    "Value #B": "Runs for",
                    "Value #C": "Restarts",
                    "Value #D": "Scrape",
                    "Value #E": "Samples",
                    "Value #F": "Of",
                }
            ),
        ),
        [
            promql(UP_NOW, instant=True, format="table", may_be_zero="0 means down"),
            promql(
                f'time() - max by (job, instance) ({{{{ metric("process_start_time") }}}}{PROCESS}) and {UP_NOW}',
                instant=True,
                format="table",
                feature="process_metrics",
                may_be_zero="it has just started",
            ),
            promql(
                f'max by (job, instance) (changes({{{{ metric("process_start_time") }}}}{PROCESS}[$__range])) '
                f"and {UP_NOW}",
                instant=True,
                format="table",
                feature="process_metrics",
                may_be_zero=NO_RESTART,
            ),
            promql(
                f'max by (job, instance) ({{{{ metric("scrape_duration") }}}}{PROCESS}) and {UP_NOW}',
                instant=True,
                format="table",
            ),
            promql(
                f'max by (job, instance) ({{{{ metric("scrape_samples") }}}}{PROCESS}) and {UP_NOW}',
                instant=True,
                format="table",
            ),
            of_all(f'max by (job, instance) ({{{{ metric("up") }}}}{PROCESS})', UP_NOW),
        ],
        width=24,
        height=8,
    ),
]

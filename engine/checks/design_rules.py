"""The design rules: id, what each asks and why, who judges it, and the checks that do so offline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gendash.engine.checks import panel_links, panels, queries, titles
from gendash.engine.checks import rules as rule_checks
from gendash.engine.checks.prose import check_limits_in_prose
from gendash.engine.checks.texts import check_queries_parse
from gendash.engine.checks.time_zone import check_session_zone
from gendash.engine.checks.window_ends import check_windows_end
from gendash.engine.config.load import suggest
from gendash.engine.definitions.catalog import Catalog, Style
from gendash.engine.model import Problem

Check = Callable[[Catalog], list[Problem]]
LEVELS = ("error", "warning", "off")


class DesignRule(NamedTuple):
    """One rule; ``judged`` names who judges it: check, verify, tests or benchmarks.

    ``house`` is the shape that all shipped dashboards share: off elsewhere, unless a root's style.yaml says otherwise.
    """

    number: int
    id: str
    asks: str
    reason: str
    judged: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    house: bool = False


RULES: tuple[DesignRule, ...] = (
    DesignRule(
        1,
        "explained",
        "Each panel has a title of its own and a description whose first paragraph has 40 to 230 "
        "characters: what, source or formula, window, caveat.",
        "A figure that nobody can explain is not believed, and a longer text is cut in the tooltip.",
        ("check",),
        (titles.check_titles_unique, panels.check_descriptions),
    ),
    DesignRule(
        2,
        "units",
        "Each number has a unit of the style; times are seconds.",
        "Two panels that show the same in ms and s are compared wrongly.",
        ("check",),
        (panels.check_units, panels.check_unit_names),
    ),
    DesignRule(
        3,
        "queries-run",
        "Each query parses with its server's grammar, and runs on live data and on an empty store.",
        "A panel that shows an error is worse than none.",
        ("check", "verify", "tests"),
        (check_queries_parse,),
    ),
    DesignRule(
        4,
        "rates-of-counters",
        "rate and increase are applied to counters only, and a counter is never shown without them.",
        "Five gauges of the platform end in _total, and a counter's value is a sum since the last restart.",
        ("check",),
        (queries.check_rates, queries.check_counters),
    ),
    DesignRule(
        5,
        "recorded-rates",
        "Panels read recorded rates; a raw rate follows the step, an increase over the picked range is asked for once.",
        "A fixed range skips samples on long views, and a range query over a range costs its square.",
        ("check",),
        (queries.check_recorded,),
    ),
    DesignRule(
        6,
        "quantiles",
        "A percentile is read from buckets summed by le of a histogram with at least five bounds, and "
        "nothing is computed from it.",
        "An average of percentiles means nothing.",
        ("check",),
        (queries.check_quantiles, queries.check_bounds),
    ),
    DesignRule(
        7,
        "guarded-ratios",
        "Both sides of a division keep the same labels, and the divisor is above 0.",
        "errors / errors is always 1, and no traffic is not 0 %.",
        ("check",),
        (queries.check_ratios,),
    ),
    DesignRule(
        8,
        "job-selector",
        "Each selector names its job.",
        "Another scrape of the same Prometheus must not count.",
        ("check",),
        (queries.check_job,),
    ),
    DesignRule(
        9,
        "source-uids",
        "Data sources are always given as type and uid of gendash.yaml.",
        "Names change, and a variable cannot be resolved by a server-side query. The engine writes them, "
        "so tests judge.",
        ("tests",),
    ),
    DesignRule(
        10,
        "stable-ids",
        "Uids are fixed, ids follow from slugs, the same definitions give the same bytes.",
        "Links survive a new order of panels, and a plan shows only what changed. The engine writes them, "
        "so tests judge.",
        ("tests",),
    ),
    DesignRule(
        11,
        "two-clicks",
        "From each tile at most two clicks lead to the chart, table or dashboard that says why; all "
        "dashboards list each other.",
        "At night nobody searches.",
        ("check", "tests"),
        (panel_links.check_two_clicks,),
    ),
    DesignRule(
        12,
        "links-lead-on",
        "Each tile leads on, to something that exists, and keeps time range and variables.",
        "A symptom without a way to its cause is a riddle.",
        ("check", "tests"),
        (
            panel_links.check_links,
            panel_links.check_links_pass,
            panel_links.check_tiles_lead_on,
            panel_links.check_entities,
            panel_links.check_links_keep,
        ),
    ),
    DesignRule(
        13,
        "skeleton",
        "Above the fold three states, six tiles and the freshness, at most three charts; at most 34 panels that ask "
        "something, the states and the freshness as one, and 6 rows, of which one is open.",
        "All dashboards are read in the same way, and closed rows ask nothing.",
        ("check",),
        (panels.check_skeleton, panels.check_size),
        house=True,
    ),
    DesignRule(
        14,
        "grid",
        "Widths of the grid, full lines, equal heights; tiles 4 high with a curve and 3 without, charts 8 "
        "or as high as the table beside them, lines of few bars 6.",
        "A ragged grid looks broken.",
        ("check",),
        (panels.check_grid, panels.check_heights),
    ),
    DesignRule(
        15,
        "colors",
        "A name has one colour on all dashboards, and no state is shown by colour alone.",
        "Readers learn colours, and some cannot distinguish them.",
        ("check",),
        (panels.check_colors, panels.check_words),
    ),
    DesignRule(
        16,
        "limits",
        "Limits rise from an open end, and those that turn something amber or red are settings.",
        "A panel and an alert with limits of their own disagree one day.",
        ("check",),
        (panels.check_thresholds, panels.check_limits, check_limits_in_prose),
    ),
    DesignRule(
        17,
        "legends",
        "Below width 16 a legend is one line without figures, and each line has a name.",
        "A legend of three lines halves the plot; a raw series is not a name.",
        ("check",),
        (panels.check_legends, panels.check_legend_names),
    ),
    DesignRule(
        18,
        "few-series",
        "At most ten lines: those by a label with many values take the topk. No pies, no second axis.",
        "Nobody can distinguish twenty lines or compare angles.",
        ("check",),
        (queries.check_few_series, panels.check_shapes),
    ),
    DesignRule(
        19,
        "nothing-said",
        "Every panel sets noValue (at most ten characters on a small tile), and no line connects nulls.",
        "Zero, no traffic and unknown are three states.",
        ("check",),
        (panels.check_nothing,),
    ),
    DesignRule(
        20,
        "refresh",
        "Dashboards refresh at an interval of Grafana's list, and begin with a usual range.",
        "Grafana ignores an interval that its list lacks. Where scrapes are rarer, the next longer one is built.",
        ("check",),
        (panels.check_refresh,),
    ),
    DesignRule(
        21,
        "windows-said",
        "A SQL panel that does not follow the picker has its window, or that it shows now, in its title; one that "
        "follows it names none.",
        "Else an old open ticket hides behind the last hour.",
        ("check",),
        (titles.check_titles_window, titles.check_titles_follow),
    ),
    DesignRule(
        22,
        "one-zone",
        "Days are those of the installation's zone: no $__timeGroup by days, nothing that follows the "
        "zone of the session.",
        "Grafana's days are UTC and its weeks begin on Thursday; a reader's session has a zone of its own.",
        ("check", "tests"),
        (queries.check_time_groups, check_session_zone),
    ),
    DesignRule(
        23,
        "bounded-sql",
        "Queries name their columns, tables have a limit, ranges use an index, readers can only read.",
        "A panel must cost the same in a year, and change nothing.",
        ("check", "tests", "benchmarks"),
        (queries.check_columns_named, queries.check_tables_limited),
    ),
    DesignRule(
        24,
        "people",
        "No relation for everyone has a row per person or anybody's words, no shared panel reads one for "
        "admins, and variables are quoted.",
        "In open-source Grafana each viewer can send any SQL to the data source.",
        ("check", "tests"),
        (queries.check_personal, queries.check_audience, queries.check_variables_quoted),
    ),
    DesignRule(
        25,
        "freshness",
        "Each dashboard says how old its data is, marks deploys and alerts, explains how it counts, and "
        "loads in each supported Grafana.",
        "A stale figure that looks fresh is a lie.",
        ("check", "verify", "tests"),
        (panels.check_freshness,),
        house=True,
    ),
    DesignRule(
        26,
        "style",
        "Titles and name lines fit, ratio tiles say their scale, tiles speak from the top left, series share one axis.",
        "Found by trial on a real Grafana, in both themes and at two widths.",
        ("check",),
        (titles.check_titles, panels.check_ratio_tiles, panels.check_stats, panels.check_axes),
    ),
    DesignRule(
        27,
        "read",
        "Each view, rollup and staging text is read by a panel, a metric or another SQL file, and each recorded series "
        "by a panel, a rule or an audit, unless kept_for: says who reads it elsewhere.",
        "A file without effect costs refreshes, and usually means that a name is misspelt where it should be read.",
        ("check",),
        (queries.check_read, rule_checks.check_series_read),
    ),
    DesignRule(
        28,
        "titles-alone",
        "A title names its figure without dashboard and row, in two words or more; one title is one figure.",
        "Titles are read in alerts, links and searches: 'Weekly' or 'Median' names no figure there.",
        ("check",),
        (titles.check_titles_alone, titles.check_titles_one_figure),
    ),
    DesignRule(
        29,
        "windows-end",
        "A window that begins by the clock ends by it, in panels, views, audits and variables: rows dated ahead are in "
        "none. What is due is ahead by nature, and is compared with the clock itself.",
        "One record that a wrong clock dates next year would count in 'last 7 days' every day until then.",
        ("check", "tests"),
        (check_windows_end,),
    ),
    DesignRule(
        30,
        "decimals",
        "Units that scale themselves carry no fixed decimals.",
        "Grafana chooses the unit by the value, and the decimals with it: 2 min, 0.4 s.",
        ("check",),
        (panels.check_decimals,),
    ),
)


# what these find does not run, leads nowhere, or shows what a reader must not see: errors everywhere
ALWAYS: frozenset[Check] = frozenset(
    {
        check_queries_parse,
        queries.check_personal,
        queries.check_audience,
        queries.check_variables_quoted,
        panel_links.check_links,
        panels.check_thresholds,
    }
)


def check_rules(catalog: Catalog) -> list[Problem]:
    """The problems by broken rules, without those of exempt panels, and the exemptions that are not needed."""
    return _judged(catalog)["error"]


def rule_warnings(catalog: Catalog) -> list[Problem]:
    """Broken rules in content roots of users that set the rule to `warning`."""
    return _judged(catalog)["warning"]


def level_of(rule: DesignRule, check: Check, style: Mapping[str, str] | None) -> str:
    """error, warning or off; ``style`` is that of the root, None for shipped content."""
    if style is None or check in ALWAYS:
        return "error"
    return style.get(rule.id, "off" if rule.house else "warning")


def levels_of(style: Style, problems: list[Problem]) -> dict[str, str]:
    """The levels that a root's style.yaml sets for rules. Its faults are appended to ``problems``."""
    content, where, lines = style
    if not isinstance(content, dict):
        problems.append(Problem(where, "not a map of design rules", "write 'rule: error', 'warning' or 'off'"))
        return {}
    rules = {rule.id: rule for rule in RULES}
    found = {}
    for key, given in content.items():
        at = f"{where}:{lines[str(key)]}" if str(key) in lines else where
        level = "off" if given is False else given  # YAML reads off as false
        if key not in rules:
            problems.append(
                Problem(at, f"no design rule '{key}'", suggest(str(key), rules) or "see docs/reference/rules.md")
            )
        elif level not in LEVELS:
            problems.append(Problem(at, f"{key} is {given!r}, not one of {', '.join(LEVELS)}", "fix it"))
        elif level != "error" and set(rules[key].checks) <= ALWAYS:
            problems.append(Problem(at, f"{key} is always an error", "take the line out"))
        else:
            found[key] = level
    return found


def _judged(catalog: Catalog) -> dict[str, list[Problem]]:
    """Broken rules by level."""
    exempt = {where: panel.exempt for where, _, panel in catalog.panels() if panel.exempt}
    found: dict[str, list[Problem]] = {level: [] for level in LEVELS}
    levels = {
        style.where: levels_of(style, found["error"]) for style in {id(s): s for s in catalog.styles.values()}.values()
    }
    used = set()
    for rule in RULES:
        for check, problem in ((one, problem) for one in rule.checks for problem in one(catalog)):
            where = problem.where.split(" ")[0]
            if rule.id in exempt.get(where, {}):
                used.add((where, rule.id))
                continue
            style = catalog.style_of(problem.where)
            level = level_of(rule, check, None if style is None else levels.get(style.where, {}))
            found[level].append(Problem(problem.where, f"{problem.what} [{rule.id}]", problem.do))
    found["error"] += _exemptions(exempt, used)
    return found


def _exemptions(exempt: Mapping[str, Mapping[str, str]], used: set[tuple[str, str]]) -> list[Problem]:
    """Exemptions of no rule, without a reason, or without need."""
    ids = [rule.id for rule in RULES]
    found = []
    for where, reasons in exempt.items():
        for rule, reason in reasons.items():
            if rule not in ids:
                hint = suggest(rule, ids) or "see docs/reference/rules.md"
                found.append(Problem(where, f"exempt from '{rule}', no such rule", hint))
            elif not reason.strip():
                found.append(Problem(where, f"exempt from '{rule}' without a reason", "give one"))
            elif (where, rule) not in used:
                found.append(Problem(where, f"exempt from '{rule}', which it keeps", "take the exemption out"))
    return found

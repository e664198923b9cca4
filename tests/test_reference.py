"""The reference pages, the coverage of the plan, the glossary, and what leads from one to the other."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from gendash.cli import cli
from gendash.commands.reference import reference
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import SETTINGS
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.lineage import Lineage
from gendash.engine.definitions.load import data, load_catalog
from gendash.engine.definitions.relations import cadence_s

DOCS = Path(__file__).resolve().parents[1] / "docs"
PLAN = data("dashboards/plan.yaml")
REST = data("dashboards/plan_rest.yaml")
GLOSSARY = data("dashboards/glossary.yaml")
BULLETS = {
    "overview": 12,
    "agent-performance": 12,
    "user-analytics": 11,
    "support-tickets": 9,
    "knowledge-base": 9,
    "system-health": 10,
    "cost-usage": 8,
    "feedback-quality": 6,
}


@cache
def shipped() -> Catalog:
    return load_catalog(load_config(""))


@cache
def pages() -> dict[str, str]:
    return {path: page.decode() for path, page in reference(shipped(), cli).items()}


def panels() -> dict[str, Any]:
    return {f"{d.name}/{p.slug}": p for d in shipped().dashboards.values() for p in d.panels()}


def test_the_committed_pages_are_those_of_the_definitions() -> None:
    kept = {
        path.relative_to(DOCS / "reference").as_posix(): path.read_text("utf-8")
        for path in (DOCS / "reference").rglob("*.md")
    }
    assert sorted(kept) == sorted(pages()), "run `make generate`"
    assert [path for path, page in pages().items() if kept[path] != page] == [], "run `make generate`"


def slug(heading: str) -> str:
    """The anchor that forges give to a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-")


@cache
def anchors(text: str) -> set[str]:
    found = {slug(line.lstrip("#").strip()) for line in text.splitlines() if re.match(r"#{1,6} ", line)}
    return found | set(re.findall(r'<a id="([^"]+)">', text))


def broken_links(name: str, texts: dict[Path, str]) -> list[str]:
    """Links of a page whose file or anchor does not exist."""
    page = DOCS / name
    text = re.sub(r"```.*?```", "", texts[page], flags=re.DOTALL)
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        path, _, fragment = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        there = texts.get(file)
        if (there is None and not file.exists()) or (fragment and (there is None or fragment not in anchors(there))):
            found.append(target)
    return found


def test_every_link_of_every_page_leads_to_a_page_and_an_anchor_that_exist() -> None:
    texts = {path: path.read_text("utf-8") for path in DOCS.rglob("*.md")}
    texts |= {DOCS / "reference" / path: text for path, text in pages().items()}
    assert {
        str(path.relative_to(DOCS)): bad for path in texts if (bad := broken_links(str(path.relative_to(DOCS)), texts))
    } == {}


def test_a_link_to_nowhere_is_found() -> None:
    page = DOCS / "departures.md"
    assert broken_links("departures.md", {page: "# A\n[x](#a) [y](#b) [z](gone.md) [w](runbooks.md#nothing)"}) == [
        "#b",
        "gone.md",
        "runbooks.md#nothing",
    ]


def test_every_definition_stands_on_a_page() -> None:
    catalog, text = shipped(), pages()
    for dashboard in catalog.dashboards.values():
        page = text[f"dashboards/{dashboard.name}.md"]
        assert [p.slug for p in dashboard.panels() if f'<a id="{p.slug}"></a>' not in page] == []
    everything = "\n".join(text.values())
    names = [relation.name for relation in catalog.relations.values()]
    names += [name.replace(":", "-") for name in catalog.rules]
    names += [*catalog.metrics, *(setting.key for setting in SETTINGS)]
    assert [name for name in names if f'<a id="{name}"></a>' not in everything] == []
    for command in ("build", "db-refresh", "langfuse-sync", "apply", "docs", "lineage"):
        assert f'<a id="gendash-{command}"></a>' in text["commands.md"]


def test_writing_twice_changes_nothing_and_check_names_the_page_that_differs(tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(cli, ["docs", "--out", str(tmp_path)]).exit_code == 0
    assert run.invoke(cli, ["docs", "--out", str(tmp_path), "--check"]).exit_code == 0
    (tmp_path / "glossary.md").write_text("edited")
    (tmp_path / "gone.md").write_text("of a dashboard that was removed")
    found = run.invoke(cli, ["docs", "--out", str(tmp_path), "--check"])
    assert (found.exit_code, found.output.split()) == (3, ["glossary.md", "gone.md"])
    assert "2 changed" in run.invoke(cli, ["docs", "--out", str(tmp_path)]).output
    assert not (tmp_path / "gone.md").exists()


# --- coverage ---


def test_the_plan_has_its_77_bullets() -> None:
    assert {name: len(bullets) for name, bullets in PLAN.items()} == BULLETS
    assert sum(BULLETS.values()) == 77


def uncovered(plan: dict[str, Any], there: set[str]) -> list[str]:
    """Bullets without a panel, and panels of bullets that do not exist."""
    found = []
    for name, bullets in plan.items():
        for one in bullets:
            found += [] if one.get("panels") else [f"{name}: {one['bullet']}"]
            found += [panel for panel in one.get("panels", []) if panel not in there]
            found += [] if any(p.startswith(f"{name}/") for p in one.get("panels", [])) else [f"elsewhere: {one}"]
    return found


def test_every_bullet_of_the_plan_is_shown_on_its_dashboard_by_panels_that_exist() -> None:
    assert uncovered(PLAN, set(panels())) == []


def test_a_bullet_without_a_panel_and_a_panel_that_is_gone_are_told() -> None:
    assert uncovered({"overview": [{"bullet": "x", "panels": []}]}, set())[0] == "overview: x"
    assert uncovered(PLAN, set(panels()) - {"cost-usage/models"}) == ["cost-usage/models"]


def test_every_line_of_the_plan_beside_its_figures_has_a_state_and_a_place() -> None:
    there = anchors((DOCS / "departures.md").read_text("utf-8"))
    lines = [one for found in REST.values() for one in found]
    assert len(lines) > 40
    assert {one["state"] for one in lines} == {"done", "different", "open"}
    assert [one["line"] for one in lines if not one["where"]] == []
    assert [one["line"] for one in lines if (one["state"] == "different") != (one.get("departure") in there)] == []
    files = re.findall(
        r"`((?:api|sql|recording_rules|langfuse_bridge)/[\w./]*)`", " ".join(one["where"] for one in lines)
    )
    assert len(files) > 12 and [name for name in files if not (DOCS.parent / name).exists()] == []


def test_each_line_of_the_plan_is_whole() -> None:
    """An unquoted comma ends a text of YAML's short form, and the rest of the line becomes keys."""
    assert {tuple(one) for lines in REST.values() for one in lines} <= {
        ("line", "state", "where"),
        ("line", "state", "departure", "where"),
    }
    there = (DOCS / "departures.md").read_text("utf-8").split("## Architecture")[1].split("## Without a source")[0]
    named = {one["departure"] for lines in REST.values() for one in lines if "departure" in one}
    assert {slug(title) for title in re.findall(r"^### (.*)$", there, re.M)} == named


PLANNED = {  # seconds: of the dashboard (Prometheus' rate, or the fastest), of PostgreSQL and of Langfuse
    "overview": (30, 300, 60),
    "agent-performance": (30, 300, 60),
    "user-analytics": (60, 300, 300),
    "support-tickets": (60, 60, 0),
    "knowledge-base": (30, 300, 0),
    "system-health": (15, 300, 0),
    "cost-usage": (60, 900, 300),
    "feedback-quality": (300, 300, 300),
}
FIRST = {"agent-performance": "langfuse", "cost-usage": "langfuse", "system-health": "promql"}
UNUSED = {"support-tickets": "langfuse", "knowledge-base": "langfuse", "system-health": "langfuse"}
NAMES = "user_name"  # no figure


@cache
def used(board: str) -> dict[str, dict[str, float]]:
    """By source the panels of a dashboard that show figures of it, each with the cadence of the slowest relation."""
    catalog = shipped()
    lineage, found = Lineage(catalog), dict[str, dict[str, float]]()
    for panel in catalog.dashboards[board].panels():
        below = lineage.below(("panel", f"{board}/{panel.slug}"))
        relations = [catalog.relations[name] for kind, name in below if kind == "relation" and name != NAMES]
        slowest = max((cadence_s(catalog.config, one) for one in relations if "cadence" in one.header), default=0.0)
        sources = {query.language for query in panel.queries if not panel.role}
        if "sql" in sources and any(kind == "field" for kind, _ in below):
            sources = sources - {"sql"} | {"langfuse"}
        for one in sources:
            found.setdefault(one, {})[panel.slug] = slowest
    return found


def _stated(heading: str, board: str) -> str:
    title = shipped().dashboards[board].title.lower()
    return next(str(one["state"]) for one in REST[heading] if one["line"].lower().startswith(f"{title}:"))


@pytest.mark.parametrize("board", PLANNED)
def test_a_rate_of_the_plan_is_called_done_where_nothing_is_slower(board: str) -> None:
    of_dashboard, of_rows, of_calls = PLANNED[board]
    assert seconds(shipped().dashboards[board].refresh) <= of_dashboard
    rows, calls = (max(used(board).get(one, {"": 0.0}).values()) for one in ("sql", "langfuse"))
    recorded = of_dashboard < shipped().config.seconds("prometheus.evaluation_interval")
    slower = rows > of_rows or calls > of_calls or recorded
    assert (_stated("Refresh rates", board) == "different") == slower, (rows, calls)


@pytest.mark.parametrize("board", PLANNED)
def test_the_sources_of_a_dashboard_are_those_of_the_plan(board: str) -> None:
    counts = {source: len(slugs) for source, slugs in used(board).items()}
    first = FIRST.get(board, "sql")
    assert UNUSED.get(board) not in counts
    assert _stated("Sources of each dashboard", board) == "done"
    if board == "feedback-quality":
        assert "promql" not in counts
        return  # ratings by model and trace are of both sources
    assert board == "overview" or max(counts, key=lambda source: counts[source]) == first, counts


def unnamed(words: dict[str, list[str]], there: dict[str, Any]) -> list[str]:
    """Bullets whose own words are in no title and no description of the panels that answer them."""
    return [
        f"{name}: {phrase}"
        for name, phrases in words.items()
        for phrase, one in zip(phrases, PLAN[name], strict=True)
        if not any(phrase.lower() in f"{there[p].title}\n{there[p].doc}".lower() for p in one["panels"])
    ]


def test_every_bullet_of_the_plan_is_found_by_its_own_words() -> None:
    words = yaml.safe_load((DOCS.parent / "tests/data/plan_words.yaml").read_text("utf-8"))
    assert {name: len(phrases) for name, phrases in words.items()} == BULLETS
    assert unnamed(words, panels()) == []
    first = {"overview": ["Lifetime users", *words["overview"][1:]]}
    assert unnamed(first, panels()) == ["overview: Lifetime users"]


def test_every_departure_of_the_plan_has_its_reason() -> None:
    there = anchors((DOCS / "departures.md").read_text("utf-8"))
    named = {one["departure"] for bullets in PLAN.values() for one in bullets if "departure" in one}
    assert named <= there
    sections = (DOCS / "departures.md").read_text("utf-8").split("## Architecture")[0]
    assert {slug(title) for title in re.findall(r"^### (.*)$", sections, re.M)} == named


# --- glossary ---


def _words(term: str, of: dict[str, Any]) -> list[str]:
    return [term, *of.get("words", [])]


def test_every_term_of_the_glossary_is_used_by_a_panel() -> None:
    text = " ".join(f"{p.title} {p.doc}" for p in panels().values()).lower()
    assert [t for t, of in GLOSSARY.items() if not any(w.lower() in text for w in _words(t, of))] == []


def test_every_abbreviation_of_a_title_is_in_the_glossary() -> None:
    known = {short for of in GLOSSARY.values() for short in of.get("short", [])} | {"DB", "HTTP", "LLM"}
    found = {
        word
        for panel in panels().values()
        for word in re.findall(r"\b(?:[A-Z]{2,}|p\d\d|[45]xx)\b", panel.title)
        if word not in known
    }
    assert found == set()
    assert {"DAU", "WAU", "MAU", "CSAT", "SLA", "TTFT", "MTTR", "p95", "SLO"} <= known


def test_every_term_says_what_it_means_and_how_it_is_computed_or_that_there_is_nothing_to_compute() -> None:
    for term, of in GLOSSARY.items():
        assert of.keys() <= {"means", "formula", "unit", "source", "words", "short"}, term
        assert len(of["means"]) > 20, term
        assert "unit" in of or "formula" not in of or term == "Burn rate", term


@pytest.mark.parametrize("path", ["dashboards/overview.md", "alerts.md", "views.md"])
def test_pages_hold_no_date_and_no_path_of_a_machine(path: str) -> None:
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b|/home/|/tmp/", re.sub(r"gpt-4o-\d{4}-\d\d-\d\d", "", pages()[path]))


def test_a_panel_of_each_departure_says_in_its_description_what_the_plan_asks_and_why_not() -> None:
    there = panels()
    silent = [
        one["bullet"]
        for bullets in PLAN.values()
        for one in bullets
        if "departure" in one and not any("The plan" in there[panel].doc for panel in one["panels"])
    ]
    assert silent == []


# ── the variables ────────────────────────────────────────────────────────────────────────────────────────────────

NAMED = re.compile(r"\b(?:GENDASH|LANGFUSE)_[A-Z_*]+")


def variables_of(table: str) -> list[str]:
    """The variables in the first cells of a Markdown table, in their order."""
    return [name for row in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE) for name in NAMED.findall(row)]


def test_adopting_lists_every_variable_once_and_readme_those_of_the_first_day_in_the_same_order() -> None:
    adopting = (DOCS / "adopting.md").read_text("utf-8").partition("\n## ")[0]
    first_day, only_some = adopting.split("\nOnly some installations")
    listed = variables_of(first_day) + variables_of(only_some)
    assert sorted(listed) == sorted(setting.env for setting in SETTINGS if setting.env)
    readme = (DOCS.parent / "README.md").read_text("utf-8").partition("## Use it")[2].partition("\n```\n")[0]
    exported = NAMED.findall("\n".join(re.findall(r"^export (.*)", readme, re.MULTILINE)))
    exported = list(dict.fromkeys(name for name in exported if name in variables_of(first_day)))
    assert exported == [name for name in variables_of(first_day) if name != "GENDASH_PROMETHEUS_BEARER"]

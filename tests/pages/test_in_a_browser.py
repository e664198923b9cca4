"""All dashboards in a real browser, at 1920, 1280 and 390 pixels and on paper: nothing cut, nothing upon each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

import browser as browsers
import pytest
from api_store import NOW, Store

from gendash.api.live_pages import own_page
from gendash.api.service import Service
from gendash.demo.postgres import Server
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.prometheus import Data
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.read.panels import Moment, dashboard_read
from gendash.pages.site import About, Site

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not browsers.program(), reason="no Chromium on PATH; install chromium"),
]
NAMES = sorted(load_catalog(load_config("", environ={})).dashboards)
PAGES = [*NAMES, "index", "me"]
AUDIT = Path(__file__).with_name("layout_audit.js").read_text("utf-8")
MOST_BYTES = 1_500_000
LABELS = (
    {"handler": "/api/v1/conversations/{conversation_id}/messages", "state": "active"},
    {"handler": "/kb", "state": "idle"},
)


def call(path: str, params: Mapping[str, str]) -> Data | Failed:
    """A Prometheus with two series of every name, whose values go up and down; long names are among their labels."""
    if "values" in path:
        return Data(["platform", "a-service-with-a-long-name.example.internal"], 1.0)  # type: ignore[arg-type]
    if path != "query_range":
        at = params.get("time", NOW.timestamp())
        return Data({"resultType": "vector", "result": [{"metric": one, "value": [at, "0.4"]} for one in LABELS]}, 1.0)
    start, end, step = (float(params[name]) for name in ("start", "end", "step"))
    times = [start + step * index for index in range(int((end - start) / step) + 1)]
    metric = {"job": "platform", "instance": "a:1", "model": "gpt-4o-mini-2024-07-18", "le": "0.5", "status": "success"}
    return Data(
        {
            "resultType": "matrix",
            "result": [
                {"metric": metric | one, "values": [[at, f"{(1 + math.sin(at / 5000 + n)) / 3:.4f}"] for at in times]}
                for n, one in enumerate(LABELS)
            ],
        },
        1.0,
    )


@pytest.fixture(scope="module")
def folder(own_postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(own_postgres)
    found: Path = tmp_path_factory.mktemp("pages")
    service = store.service(call=call)
    try:
        write(store, service, found)
    finally:
        service.world.pools.close()
    return found


def write(store: Store, service: Service, folder: Path) -> None:
    catalog, world = service.world.catalog, service.world
    boards = list(catalog.dashboards.values())
    site = Site(catalog, boards, About("admin", NOW, store.zone, live=True))
    for board in boards:
        read = dashboard_read(catalog, world.sources("admin"), board, Moment(NOW, NOW))
        (folder / f"{board.name}.html").write_text(site.page(read), "utf-8")
    (folder / "index.html").write_text(site.index((), {}), "utf-8")
    (folder / "me.html").write_text(own_page(world, list(service.lists), store.users[0], {}), "utf-8")


@pytest.fixture(scope="module")
def tab() -> Iterator[browsers.Browser]:
    with browsers.browser() as found:
        yield found


SHOWN = {"1920": (1920, "screen", "dark"), "1280": (1280, "screen", "light"), "390": (390, "screen", "dark"),
         "paper": (1047, "print", "light")}  # fmt: skip
LAYOUTS = [  # every second page in one of them in `make test`, the next but one in the next
    pytest.param(name, *shown, id=f"{name}-{how}", marks=() if (page / 2 + n) % 4 == 0 else pytest.mark.soak)
    for page, name in enumerate(PAGES)
    for n, (how, shown) in enumerate(SHOWN.items())
]


@pytest.mark.parametrize(("name", "width", "media", "theme"), LAYOUTS)
def test_nothing_is_cut_or_upon_each_other(
    folder: Path, tab: browsers.Browser, name: str, width: int, media: str, theme: str
) -> None:
    path = folder / f"{name}.html"
    assert path.stat().st_size < MOST_BYTES
    tab.show(path.as_uri(), width, theme=theme, media=media)
    assert tab.value(AUDIT) == [] and tab.faults == []


def test_the_audit_finds_what_is_cut_and_what_lies_upon_each_other(tab: browsers.Browser, tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text(
        "<!doctype html><body><div class=panel id=a style='width:100px;position:relative'>"
        "<p style='white-space:nowrap'>a text that is much wider than its panel</p></div>"
        "<div class=panel id=b style='width:300px;position:relative'><p style='position:absolute;top:0'>one text</p>"
        "<p style='position:absolute;top:2px'>another text</p></div>"
        "<div class=panel id=c style='width:80px'><p style='overflow:hidden;white-space:nowrap'>too long to be seen</p></div>"
        "<div style='width:3000px'>wide</div>"
    )
    tab.show(page.as_uri(), 1280)
    found = " ".join(tab.value(AUDIT))
    for words in ("beyond its panel: a", "upon each other: b", "cut: c", "the page is 3008 wide"):
        assert words in found, found


AXE = files("axe_core_python") / "axe.min.js"
RUN = """axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations
  .filter((one) => ['serious', 'critical'].includes(one.impact))
  .map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')))"""


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    "name",
    [
        one if one in ("overview", "index", "me", "support-tickets") else pytest.param(one, marks=pytest.mark.soak)
        for one in PAGES
    ],
)
def test_an_accessibility_checker_finds_nothing_serious(
    folder: Path, tab: browsers.Browser, name: str, theme: str
) -> None:
    tab.show((folder / f"{name}.html").as_uri(), 1280, theme=theme)
    tab.value(AXE.read_text("utf-8") + ";0")
    assert tab.value(RUN) == []

"""`gendash demo`: a synthetic platform from its first row to verified dashboards, in one folder, gone when it ends."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from gendash.demo import history, live, load, platform, recorded_series, servers
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.llm import PROJECT, price_list
from gendash.demo.metrics import STORE_JOB
from gendash.demo.postgres import postgres
from gendash.demo.timeline import Change, Platform
from gendash.engine.config.load import Config, load_config, suggest
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import Refused, TargetError
from gendash.engine.model import Problem
from gendash.engine.render.rules import live_rules, rule_expression
from gendash.engine.render.write import write_file

DATABASE = "platform"
MARK, ENV = ".gendash-demo", "env"
SETTINGS = Path(__file__).with_name("gendash.yaml")
SCRAPED, EVALUATED = "up", "job:http_requests:rate5m"
REFRESH_S = METRICS_S = 60.0
AUDIT_S = 3600.0
Say = Callable[[str], None]


def commands(environment: Path, settings: Path) -> str:
    """What to type in a shell to use a demo that runs, wherever its folder is."""
    return f". {shlex.quote(str(environment))}; gendash --config {shlex.quote(str(settings))} verify"


@dataclass(frozen=True)
class Steps:
    """The engine's steps, handed in by the composition root. ``at`` is the time that they take for now, or None.

    ``build`` and ``apply`` get a folder to write to; ``verify`` prints its table and returns an exit code; ``page``
    draws the dashboards into a folder, gets what was left out, and returns the path of the first page.
    """

    catalog: Callable[[Config], Catalog]
    migrate: Callable[[Catalog], object]
    sync: Callable[[Catalog, datetime], object]
    refresh: Callable[[Catalog, datetime | None], object]
    build: Callable[[Catalog, Path], object]
    apply: Callable[[Catalog, Path], object]
    metrics: Callable[[Catalog, datetime | None], str]
    verify: Callable[[Catalog, datetime | None], int]
    audit: Callable[[Catalog, datetime | None], object]
    page: Callable[[Catalog, datetime | None, Path, Sequence[str]], Path]


@dataclass(frozen=True)
class Options:
    """The options of a demo. ``now`` None is the start of this hour; ``grafana`` is the path of a binary.

    ``tools`` are folders with prometheus and promtool, beside PATH; ``reach`` shortens the history, for tests.
    ``content`` are the user's content roots, ``slos`` the user's objectives by name; ``show`` opens the page that the
    demo ends with.
    """

    folder: Path = Path(".gendash/demo")
    seed: int = 1
    now: datetime | None = None
    scale: float = 1.0
    keep: bool = False
    without: Sequence[str] = ()
    grafana: Path | None = None
    tools: Sequence[Path] = ()
    reach: history.Reach = field(default_factory=history.Reach)
    environ: Mapping[str, str] = field(default_factory=dict)
    content: Sequence[Path] = ()
    slos: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    show: Callable[[str], object] | None = None


def run_demo(steps: Steps, options: Options, say: Say, clock: Callable[[], float] = time.time) -> int:
    """Runs the demo and returns verify's exit code; with ``keep`` it stays until Ctrl-C. Leaves nothing running.

    Raises Refused for options that do not fit together, and whatever a step raises.
    """
    now = _now(options, clock)
    settings = _settings(options)
    options = replace(options, folder=options.folder.resolve())
    _fresh(options.folder)
    with ExitStack() as stack:
        around = stack.enter_context(_around_proxies())
        return _Demo(stack, steps, options, settings, now, say, clock, environment=around).run()


@contextmanager
def _around_proxies() -> Iterator[dict[str, str]]:
    """Environment variables, set meanwhile, by which no proxy is asked for the demo's own servers on 127.0.0.1."""
    names = ("no_proxy", "NO_PROXY")  # programs differ in which one they read first
    before = {name: os.environ.get(name) for name in names}
    value = ",".join(dict.fromkeys(filter(None, [*before.values(), "127.0.0.1"])))
    os.environ |= dict.fromkeys(names, value)
    try:
        yield dict.fromkeys(names, value)
    finally:
        for name, old in before.items():
            if old is None:
                del os.environ[name]
            else:
                os.environ[name] = old


def _now(options: Options, clock: Callable[[], float]) -> datetime:
    if options.keep and options.now:
        what = "--keep continues from the present, so it cannot start at another time"
        raise Refused(Problem("--now", what, "leave out one of the two"))
    if options.now:
        return options.now.astimezone(UTC)
    return datetime.fromtimestamp(clock(), UTC).replace(minute=0, second=0, microsecond=0)


def _settings(options: Options) -> dict[str, Any]:
    """The demo's settings with some features off, and the user's content roots and objectives."""
    settings: dict[str, Any] = yaml.safe_load(SETTINGS.read_text("utf-8"))
    known = [name for name, _, _ in FEATURES]
    wrong = [name for name in options.without if name not in known]
    if wrong:
        hints = [suggest(name, known) or "one of " + ", ".join(known) for name in wrong]
        problems = [Problem("--without", f"no feature '{n}'", hint) for n, hint in zip(wrong, hints, strict=True)]
        raise Refused(problems)
    settings["features"] |= dict.fromkeys(options.without, False)
    settings["content"] = [str(root.resolve()) for root in options.content]
    return settings | ({"slos": {name: dict(one) for name, one in options.slos.items()}} if options.slos else {})


def _fresh(folder: Path) -> None:
    """Makes the demo's folder, replacing an earlier one; a folder that no demo made is left alone."""
    try:
        if folder.exists() and any(folder.iterdir()):
            if not (folder / MARK).is_file():
                what = f"'{folder}' is not empty, and no demo made it"
                raise Refused(Problem("--dir", what, "name another folder, or empty it"))
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text("Rebuilt by every `gendash demo`; nothing here is kept.\n", "utf-8")
    except OSError as error:
        raise TargetError(Problem(str(folder), f"cannot write: {error.strerror}", "check path and rights")) from error


def history_rules(catalog: Catalog) -> list[recorded_series.Rule]:
    """The rules as Prometheus will get them."""
    return [
        recorded_series.rule(one.name, one.kind, rule_expression(catalog, one).text, one.labels, one.for_)
        for one in live_rules(catalog)
    ]


@dataclass
class _Demo:
    """One run, and what its steps share."""

    stack: ExitStack
    steps: Steps
    options: Options
    settings: dict[str, Any]
    now: datetime
    say: Say
    clock: Callable[[], float]
    environment: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    scrapes: history.Scrapes | None = None

    def run(self) -> int:
        """Everything, in order."""
        zone = str(self.settings["time_zone"])
        with self.timed("invented a platform"):
            world = platform.start(self.options.seed, self.now, self.options.scale, zone)
        with self.timed("started PostgreSQL"):
            server = self.stack.enter_context(postgres())
            load.create_database(server.url(), DATABASE)
            admin = server.url(DATABASE)
        with self.timed("loaded {} rows") as counts:
            counts.append(f"{load.load(admin, world.platform):,}")
            owner = server.url(DATABASE, load.OWNER, load.add_owner(admin))
        life = self.langfuse(world, admin)
        extra: list[Change] = []
        if self.options.keep:
            life.next_visit = life.at + live.VISIT_S
            extra = live.catch_up(life, self.clock())
        wait = self.history(life, life.at, extra)
        self.environment |= {
            "GENDASH_DATABASE_URL": owner,
            "GENDASH_ADMIN_DATABASE_URL": admin,
            "GENDASH_READER_PASSWORD": secrets.token_urlsafe(18),
            "GENDASH_ADMIN_READER_PASSWORD": secrets.token_urlsafe(18),
        }
        moment = None if self.options.keep else self.now
        with self.timed("migrated"):
            self.steps.migrate(self.catalog())
        with self.timed("synced Langfuse"):
            self.steps.sync(self.catalog(), self.moment())
        with self.timed("refreshed"):
            self.steps.refresh(self.catalog(), moment)
        out = self.options.folder / "out"
        with self.timed("built dashboards and rules"):
            self.steps.build(self.catalog(), out)
        if self.options.keep:
            self.stack.enter_context(live.living(life, self.clock))
        if wait:
            self.prometheus(life, wait, out)
        with self.timed("audited the data"):
            self.steps.audit(self.catalog(), moment)
        self.grafana(out)
        code = self.verify(life, moment)
        with self.timed("drew the dashboards as pages"):
            lacks = [line for line in self.left_out if not line.startswith("Grafana")]  # of which pages need nothing
            first = self.steps.page(self.catalog(), moment, self.options.folder / "pages", lacks)
        self.epilogue(world.platform, out, first)
        if self.options.show:
            self.options.show(first.as_uri())
        if self.options.keep:
            self.stay(life)
        return code

    def moment(self) -> datetime:
        """The present time of the demo."""
        return datetime.fromtimestamp(self.clock(), UTC) if self.options.keep else self.now

    def config(self) -> Config:
        """The settings as far as they are known by now."""
        return load_config(yaml.safe_dump(self.settings), str(self.options.folder / "gendash.yaml"), self.environment)

    def catalog(self) -> Catalog:
        """The checked definitions under these settings."""
        return self.steps.catalog(self.config())

    @contextmanager
    def timed(self, words: str) -> Iterator[list[str]]:
        """Says what was done and how long it took; ``{}`` is filled with what the block appends."""
        begun = time.monotonic()
        filled: list[str] = []
        yield filled
        self.say(f"{time.monotonic() - begun:7.1f} s  {words.format(*filled)}")

    def langfuse(self, world: platform.World, admin: str) -> live.Life:
        """Starts the double of Langfuse's API with what the platform's agent left there."""
        public, secret = f"pk-lf-{secrets.token_hex(8)}", f"sk-lf-{secrets.token_hex(16)}"
        with self.timed("started a double of Langfuse with {} observations") as counts:
            rows = world.platform.observations
            double = LangfuseDouble(
                rows,
                world.platform.scores,
                project_id=PROJECT,
                public_key=public,
                secret_key=secret,
                models=price_list(),
            )
            self.stack.enter_context(double)
            counts.append(f"{len(rows):,}")
        self.environment |= {
            "LANGFUSE_BASE_URL": double.url,
            "LANGFUSE_PUBLIC_KEY": public,
            "LANGFUSE_SECRET_KEY": secret,
        }
        return live.Life(world, admin, double, at=self.now.timestamp())

    def history(self, life: live.Life, end: float, extra: Sequence[Change]) -> Callable[[], None] | None:
        """Starts to make the blocks of Prometheus' history; the function that waits for them, or None without it."""
        promtool = servers.find("promtool", *self.options.tools)
        if promtool is None or servers.find("prometheus", *self.options.tools) is None:
            do = "run `make fetch` in a checkout, or put prometheus and promtool on PATH"
            self.left_out.append(f"Prometheus: not found, so its panels and rules were not tried; {do}")
            self.settings["prometheus_url"] = "none"
            return None
        with self.timed(f"wrote {self.options.reach.days} days of samples"):
            scrapes = history.scrape(life.world.platform, end, extra, self.options.reach)
            life.fleet, life.roles = scrapes.fleet, scrapes.roles
            if not self.config().on("store_metrics"):
                scrapes.columns = [one for one in scrapes.columns if one[0] != STORE_JOB]
            self.scrapes = scrapes
            data = self.options.folder / "prometheus" / "data"
            rules = history_rules(self.catalog())
            texts = history.write(scrapes, rules, self.options.folder / "history", self.say)
            return self.stack.enter_context(servers.making_blocks(promtool, texts, data))

    def prometheus(self, life: live.Life, wait: Callable[[], None], out: Path) -> None:
        """Starts Prometheus over the history; a living demo is scraped."""
        binary = servers.find("prometheus", *self.options.tools)
        assert binary
        with self.timed("started Prometheus"):
            wait()
            self.facts(life)
            scraped = self.stack.enter_context(live.exporter(life)) if self.options.keep else []
            rules, retention = out / "prometheus" / "rules", self.config()["prometheus.retention"]
            folder = self.options.folder / "prometheus"
            url = self.stack.enter_context(servers.prometheus(binary, folder, rules, scraped, retention))
        self.environment["GENDASH_PROMETHEUS_URL"] = url

    def facts(self, life: live.Life) -> None:
        """Writes the output of `gendash metrics` into the history."""
        catalog = self.catalog()
        if self.scrapes is None or not catalog.config.on("store_metrics"):
            return
        promtool = servers.find("promtool", *self.options.tools)
        assert promtool
        life.facts = self.steps.metrics(catalog, None if self.options.keep else self.now)
        text = history.write_facts(life.facts, self.scrapes, self.options.folder / "history")
        with servers.making_blocks(promtool, [text], self.options.folder / "prometheus" / "data") as wait:
            wait()

    def grafana(self, out: Path) -> None:
        """Starts Grafana where there is one, and pushes the dashboards."""
        named = self.options.grafana or self.options.environ.get("GENDASH_GRAFANA_BIN")
        binary = Path(named).absolute() if named else servers.find("grafana")
        if binary is None:
            self.left_out.append("Grafana: none on PATH; name one with GENDASH_GRAFANA_BIN, or see README: a container")
            return
        home = out / "dashboards" / f"{self.config().dashboard_uid('overview')}.json"
        with self.timed("started Grafana"):
            started = servers.grafana(binary, self.options.folder / "grafana", home)
            url, token = self.stack.enter_context(started)
        self.environment |= {"GENDASH_GRAFANA_URL": url, "GENDASH_GRAFANA_TOKEN": token}
        with self.timed("pushed the dashboards"):
            self.steps.apply(self.catalog(), self.options.folder / "state")

    def verify(self, life: live.Life, moment: datetime | None) -> int:
        """Runs verify; a living demo first waits until it has been scraped and its rules have been evaluated."""
        if self.options.keep and life.fleet:
            url = self.environment["GENDASH_PROMETHEUS_URL"]
            targets = len(life.fleet.scraped(with_store=bool(life.facts))) + 1  # Prometheus scrapes itself, too
            with self.timed("was scraped"):
                servers.wait_for_sample(url, SCRAPED, self.clock(), targets)
                servers.wait_for_sample(url, EVALUATED, self.clock())
            for chore in self.chores(life):
                chore.do()
        with self.timed("verified every panel"):
            return self.steps.verify(self.catalog(), moment)

    def chores(self, life: live.Life) -> list[live.Chore]:
        """The jobs that run at their cadences in live mode."""
        catalog = self.catalog()  # once: a living demo stays what it was when it began
        sync_s = catalog.config.seconds("langfuse.cadence")
        return [
            live.Chore("sync", sync_s, lambda: self.steps.sync(catalog, self.moment())),
            live.Chore("refresh", REFRESH_S, lambda: self.steps.refresh(catalog, None)),
            live.Chore("audit", AUDIT_S, lambda: self.steps.audit(catalog, None)),
            *self.metrics_chore(catalog, life),
        ]

    def metrics_chore(self, catalog: Catalog, life: live.Life) -> list[live.Chore]:
        """The job that renews the metrics of the store, if they are scraped."""

        def write() -> None:
            life.facts = self.steps.metrics(catalog, None)

        return [live.Chore("metrics", METRICS_S, write)] if life.facts else []

    def epilogue(self, shown: Platform, out: Path, page: Path) -> None:
        """Prints the addresses to open, and what was left out."""
        zone, incident = shown.zone, shown.incident
        start, end = (datetime.fromtimestamp(at, zone) for at in (incident.start, incident.end))
        url = self.environment.get("GENDASH_GRAFANA_URL")
        self.say(f"demo: ready after {time.monotonic() - self.began:.0f} s")
        for line in self.left_out:
            self.say(f"left out: {line}")
        self.say(f"the incident: {start:%H:%M} to {end:%H:%M} ({zone.key}), in all three sources")
        self.say(f"dashboards, rules and SQL: {out}")
        self.say(f"the dashboards in your browser: {page}")
        if self.options.keep:
            place = self.options.folder / ENV
            exports = "".join(f"export {k}={shlex.quote(v)}\n" for k, v in sorted(self.environment.items()))
            write_file(place, exports.encode(), 0o600)
            (self.options.folder / "gendash.yaml").write_text(yaml.safe_dump(self.settings, sort_keys=False), "utf-8")
            if url:
                self.say(f"open: {url}/d/{self.config().dashboard_uid('overview')}")
            self.say(f"use it: {commands(place, self.options.folder / 'gendash.yaml')}")
            self.say("running; new data keeps arriving until Ctrl-C")
        else:
            self.say("next: `gendash demo --keep` keeps running with new data, and Grafana if installed")

    def stay(self, life: live.Life) -> None:
        """Keeps the demo running until Ctrl-C."""
        try:
            live.keep(life, self.chores(life), self.say)
        except KeyboardInterrupt:
            self.say("demo: stopping")
        finally:
            (self.options.folder / ENV).unlink(missing_ok=True)

"""An hour of the metrics of an API, and the definitions over nothing but a Prometheus."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.render.rules import render_rules
from gendash.engine.verify.run import verify
from gendash.engine.verify.verdict import Verdict

NOTHING_ELSE = "database_url: none\nsource_url: none\nlangfuse: {base_url: none}\ngrafana_url: none\n"
SCRAPED = "prometheus: {scrape_interval: 2m}\n"  # the samples end when the servers start


def samples(replicas: tuple[str, ...] = ("",), bounds: tuple[str, ...] = ("0.1", "0.5", "1.0", "+Inf")) -> str:
    """An hour of the API's two processes; each replica of Prometheus adds the same series with its own label."""
    now, lines = int(time.time()), []

    def write(name: str, labels: str, rate: float) -> None:
        for replica in replicas:
            own = f'{labels},replica="{replica}"' if replica else labels
            lines.extend(f"{name}{{{own}}} {rate * (at - now + 7200)} {at}" for at in range(now - 3600, now + 1, 15))

    lines.append("# TYPE up gauge")
    for one in ("a", "b"):
        for replica in replicas:
            own = f',replica="{replica}"' if replica else ""
            lines.extend(
                f'up{{job="ai-agent-api",instance="{one}"{own}}} 1 {at}' for at in range(now - 3600, now + 1, 15)
            )
    lines.append("# TYPE http_requests counter")
    for one in ("a", "b"):
        write("http_requests_total", f'job="ai-agent-api",instance="{one}",handler="/x",method="GET",status="2xx"', 1)
        write(
            "http_requests_total", f'job="ai-agent-api",instance="{one}",handler="/x",method="GET",status="5xx"', 0.01
        )
    lines.append("# TYPE http_request_duration_seconds histogram")
    for one in ("a", "b"):
        base = f'job="ai-agent-api",instance="{one}",handler="/x",method="GET"'
        for number, bound in enumerate(bounds):
            write("http_request_duration_seconds_bucket", f'{base},le="{bound}"', 0.5 + number / 10)
        write("http_request_duration_seconds_count", base, 0.5 + (len(bounds) - 1) / 10)
        write("http_request_duration_seconds_sum", base, 0.1)
    return "\n".join(lines) + "\n"


def catalog_of(url: str, text: str = "") -> Catalog:
    return load_catalog(
        load_config(
            NOTHING_ELSE + (text if "prometheus:" in text else SCRAPED + text), environ={"GENDASH_PROMETHEUS_URL": url}
        )
    )


def loaded_rules(text: str = "") -> str:
    """The shipped rules in one file."""
    groups: list[str] = []
    for content in render_rules(catalog_of("http://x", text)).values():
        groups.append(content.decode().split("groups:\n")[1])
    return "groups:\n" + "".join(groups)


def judged(catalog: Catalog, *only: str, at: datetime | None = None) -> dict[str, Verdict]:
    """The verdicts by panel or rule, at a time, or now: the samples last for five minutes after their server started."""
    found = verify(catalog.config, catalog, at=at or datetime.now(UTC), only=only)
    return {one.panel: one for one in found if one.kind in ("panel", "rule")}

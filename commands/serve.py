"""serve: the figures over HTTP."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gendash.commands._common import DONE, Settings, at_option, say

if TYPE_CHECKING:
    from fastapi import FastAPI

    from gendash.engine.definitions.catalog import Catalog

STOP_S = 10  # how long a stopping server waits for answers that it has begun


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--refresh", is_flag=True, help="Also refresh the store and sync Langfuse, each as often as it is due.")
@click.option("--hash", "hashes", is_flag=True, help="Print a new token and its hash for gendash.yaml, and exit.")
@at_option
@click.pass_obj
def serve(settings: Settings, host: str, port: int, refresh: bool, hashes: bool, at: datetime | None) -> None:
    """Serve figures as JSON and CSV, and the dashboards as pages.

    Endpoints, panels and pages, for tokens of the roles admin, viewer and user; /openapi.json describes them.
    Needs the extra: pip install gendash[api].
    """
    if hashes:
        import hashlib
        import secrets

        token = secrets.token_urlsafe(32)
        click.echo(f"token:  {token}\nsha256: {hashlib.sha256(token.encode()).hexdigest()}")
        sys.exit(DONE)
    with ExitStack() as stack:
        catalog = settings.checked()
        app = application(stack, catalog, at)
        if refresh:
            from gendash.commands._kept_filled import kept_filled

            stack.enter_context(kept_filled(settings, catalog.config))
        say(f"gendash: http://{host}:{port} (/openapi.json)")
        run_server(app, host, port, catalog.config["api.root_path"])
    sys.exit(DONE)


def run_server(app: FastAPI, host: str, port: int, root_path: str) -> None:
    """Serves until a signal ends it; answers that were begun are given."""
    import gc
    import logging
    import signal

    import uvicorn

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        root_path=root_path,
        log_config=None,
        access_log=False,
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
        limit_concurrency=400,
        h11_max_incomplete_event_size=32768,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    for number in (signal.SIGINT, signal.SIGTERM):  # raised again after the last answer, when other things have to end
        signal.signal(number, lambda *_: None)
    gc.collect()
    gc.freeze()  # the definitions stay: no later collection needs to walk through them
    uvicorn.Server(config).run()


def application(stack: ExitStack, catalog: Catalog, at: datetime | None = None) -> FastAPI:
    """The application over the servers of the settings; its connections end with the stack.

    Raises ConfigError where nobody could use it, ContentError for faults of endpoints, Refused without the extra.
    """
    from gendash.engine.errors import ContentError, Refused, raise_if
    from gendash.engine.model import Problem

    try:
        from gendash.api.app import create_app
        from gendash.api.cache import Cache
        from gendash.api.endpoint import packaged_endpoints, read_endpoints
        from gendash.api.identity import Gate
        from gendash.api.limits import Limiter
        from gendash.api.own import packaged_lists, read_lists
        from gendash.api.service import Service
        from gendash.api.shared import Shared
        from gendash.api.store import Pools
        from gendash.api.versions import Versions
        from gendash.api.world import World
    except ImportError as error:
        raise Refused(Problem("serve", f"{error.name} is not installed", "pip install 'gendash[api]'")) from None
    from gendash.engine.clients.prometheus import prometheus

    config = catalog.config
    endpoints, problems = read_endpoints(catalog, packaged_endpoints())
    lists, wrong = read_lists(catalog, packaged_lists())
    raise_if(ContentError, problems + wrong)
    gate = Gate(config)
    if not config["user_reader_password"] and (gate.issuer or any(one.role == "user" for one in gate.tokens.values())):
        say("no figures for users of their own: set GENDASH_USER_READER_PASSWORD, then run `gendash db migrate`")
    pools = Pools(config, at=at)
    stack.callback(pools.close)
    call = stack.enter_context(prometheus(config)) if config.has("prometheus") else None
    world = World(catalog, pools, call, at)
    shared = Shared(config["redis_url"]) if config["redis_url"] else None
    versions = Versions(catalog, pools)
    service = Service(world, endpoints, lists, gate, Limiter(config, shared), Cache(shared), versions, shared)
    return create_app(service)

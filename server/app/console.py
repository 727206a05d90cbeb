"""The console's process: pages, login, live events, and the demo shop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.app import world
from server.app.inlet_trial import send_to_inlet
from server.app.notifications import WebhookNotifier, notify_deps, notifying
from server.app.numbers import nothing_more, telling
from server.app.planned import publishing_planned
from server.app.readers import open_logs
from server.app.replay import append_replays
from server.app.trials import open_trial
from server.container.embed import embed_code
from server.demo.seed import PROPERTY
from server.model.dataset import Dataset, DatasetId, TableFacts
from server.model.json import JsonObject
from server.observe.replays import Replays
from server.paths import assets
from server.profile.store import AsyncProfileReader
from server.publish import load_fragments
from server.settings import Settings
from server.store.database import Database
from server.store.tallies import SqliteTallies
from server.web.access.auth import Authenticate, SessionLimits
from server.web.access.https_only import RequireHttps
from server.web.access.security import SecurityHeaders
from server.web.api.routes import api_routes
from server.web.collect.gateway import BehindGateway
from server.web.pages.demo import demo_routes
from server.web.pages.errors import error_handlers
from server.web.routes import CONSOLE_REACH, console_routes
from server.web.services import ConsoleServices, ConsoleState
from server.web.templating import Templates
from server.workers.child import say_ready, serve_http, stop_signal
from server.workers.process import CONSUMER


async def run_console(settings: Settings, environ: Mapping[str, str]) -> None:
    """Until told to stop."""
    async with (
        stop_signal(environ) as stop,
        telling(environ, nothing_more),
        notifying(settings, stop),
        publishing_planned(settings, stop),
    ):
        app = create_console(settings, is_stopping=stop.is_set)
        await serve_http(app, environ, stop, lifespan="on", on_ready=lambda: say_ready(environ))


def create_console(settings: Settings, *, is_stopping: Callable[[], bool]) -> Starlette:
    """The application. Its lifespan opens what it reads; nothing is touched before."""
    folders, limits = assets(), SessionLimits()
    templates = Templates(folders.templates)
    is_https = settings.base_url.startswith("https://")

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[ConsoleState]:
        fragments, trials = load_fragments(folders.static), open_trial()
        database = Database(settings.control_plane_url)
        tallies = SqliteTallies(settings.data_dir / "tallies.db")
        profiles = AsyncProfileReader(settings.data_dir / "profiles.db")
        try:
            async with open_logs(settings) as logs:
                yield ConsoleState(
                    services=ConsoleServices(
                        database=database,
                        processed=logs.processed,
                        failed=logs.failed,
                        dead_letters=logs.dead_letters,
                        replays=Replays(logs.replays, processor=CONSUMER),
                        replay=partial(append_replays, settings),
                        trials=trials,
                        tallies=tallies,
                        profiles=profiles,
                        status=logs.status,
                        modules=fragments.modules,
                        fragments=fragments,
                        base_url=settings.base_url,
                        clock_ms=world.clock_ms,
                        new_token=world.new_token,
                        secure_cookies=is_https,
                        demo_url=f"{settings.base_url}/demo/" if settings.demo else "",
                        send_to_inlet=send_to_inlet,
                        lake_facts=partial(_lake_facts, settings.lake_location),
                        lake_latest=partial(_lake_latest, settings.lake_location),
                        failed_days=settings.failed_days,
                        dataset_grace_days=settings.dataset_grace_days,
                        notifier=WebhookNotifier(notify_deps(settings, database)),
                        is_stopping=is_stopping,
                    )
                )
        finally:
            await profiles.close()
            await tallies.close()
            database.close()

    demo = demo_routes(templates.environment, lambda _request: _DEMO_EMBED) if settings.demo else []
    return Starlette(
        routes=[*api_routes(limits), *console_routes(templates, limits, static=folders.static, demo=demo)],
        middleware=[
            Middleware(BehindGateway),
            Middleware(SecurityHeaders, reach=CONSOLE_REACH, is_https=is_https),
            Middleware(RequireHttps, reach=CONSOLE_REACH, templates=templates, allow_http=settings.console_allow_http),
            Middleware(Authenticate, reach=CONSOLE_REACH, templates=templates, limits=limits),
        ],
        exception_handlers=error_handlers(templates),
        lifespan=lifespan,
    )


async def _lake_facts(lake_url: str, datasets: Sequence[Dataset]) -> Mapping[DatasetId, TableFacts]:
    # Here alone: who never looks at datasets need not hold Arrow and Delta Lake in memory.
    from server.lake.facts import read_facts

    return await asyncio.to_thread(read_facts, lake_url, datasets)


async def _lake_latest(lake_url: str, dataset: Dataset, limit: int) -> Sequence[JsonObject]:
    # As above.
    from server.lake.latest import read_latest

    return await asyncio.to_thread(read_latest, lake_url, dataset, limit=limit)


@dataclass(frozen=True, slots=True)
class _Embed:
    """What the shop's pages have in their head."""

    html: str


# Without a host: the shop is looked at under whatever name the visitor's browser reached it by.
_DEMO_EMBED = _Embed(embed_code(base_url="", property_id=PROPERTY, environment="production"))

"""One collector: takes beacons in, makes them durable, serves what pages load, passes the rest to the console."""

import asyncio
import gc
from collections.abc import Mapping

from starlette.applications import Starlette

from server.app import world
from server.app.logs import open_writer
from server.eventlog.topics import Topic
from server.paths import assets
from server.settings import Settings
from server.store.configuration import StoredConfiguration
from server.store.database import Database
from server.web.durable import DurableApp
from server.web.edge import EdgeDeps, EdgeEndpoint
from server.web.front import Front
from server.web.gateway import Gateway
from server.web.health import health_routes
from server.web.tags import Tags
from server.workers.child import say_ready, serve_http, stop_signal
from server.workers.configuration import ConfigurationWatch
from server.workers.supervisor import CHILD_CONSOLE_SOCKET, CHILD_INDEX

# Decoding a batch makes thousands of objects that die at once: collecting them so seldom saves a third of its time
# (performance.md, section 6).
_GC_THRESHOLDS = (50_000, 20, 50)


async def run_collector(settings: Settings, environ: Mapping[str, str]) -> None:
    """Until told to stop."""
    async with stop_signal(environ) as stop:
        database = Database(settings.control_plane_url)
        source = StoredConfiguration(database)
        watch = await ConfigurationWatch.open(source)
        received = open_writer(settings.data_dir, Topic.RECEIVED, partition=int(environ[CHILD_INDEX]))
        gateway = Gateway(environ[CHILD_CONSOLE_SOCKET])
        edge = EdgeEndpoint(
            EdgeDeps(
                configuration=watch.current,
                clock_ms=world.clock_ms,
                new_id=world.new_event_id,
                new_ecid=world.new_ecid,
                registrable_domain=world.RegistrableDomains(),
                base_paths=settings.edge_base_paths,
                body_bytes=settings.edge_body_bytes,
            )
        )
        pointer = (assets().static / "dist" / "pointer.js").read_text(encoding="utf-8")
        tags = Tags(configuration=watch.current, find_build=source.build, pointer=pointer)
        own = Starlette(routes=[*tags.routes(), *health_routes(lambda: not stop.is_set())])
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(watch.run(stop))
                await serve_http(
                    Front(edge=DurableApp(edge, received), own=own, elsewhere=gateway),
                    environ,
                    stop,
                    certificate=settings.tls_certificate,
                    key=settings.tls_key,
                    on_ready=lambda: say_ready(environ),
                )
                watching.cancel()
        finally:
            await gateway.close()
            await received.close()
            database.close()

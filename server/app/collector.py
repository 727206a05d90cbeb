"""One collector: takes beacons in, makes them durable, serves what pages load, passes the rest to the console."""

import asyncio
import gc
from collections.abc import Iterable, Mapping
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Route

from server.app import world
from server.app.door import make_door
from server.app.logs import open_partition
from server.app.numbers import everybodys, run_directory, telling
from server.app.streaming import create_collection, create_issuer
from server.eventlog.timed_files import TimedFiles
from server.eventlog.topics import Topic
from server.observe.metrics import Sample
from server.observe.metrics_collection import CollectionCounts
from server.observe.metrics_edge import EdgeCounts
from server.observe.metrics_log import SyncCounts
from server.paths import assets
from server.settings import Settings
from server.store.configuration import StoredConfiguration
from server.store.database import Database
from server.store.tokens import save_token_use
from server.web.collect.durable import DurableApp
from server.web.collect.edge import EdgeDeps, EdgeEndpoint
from server.web.collect.front import Front
from server.web.collect.gateway import Gateway
from server.web.collect.heads import Heads
from server.web.collect.health import health_routes
from server.web.collect.metrics import metrics_routes
from server.web.collect.pixel import PixelEndpoint
from server.web.collect.region import parse_region
from server.web.collect.tags import Pointers, Tags
from server.web.domains import RegistrableDomains
from server.web.limits.collector import CollectorConnection
from server.workers.child import drain, say_ready, serve_http, stop_signal
from server.workers.configuration import ConfigurationWatch
from server.workers.supervisor import CHILD_CONSOLE_SOCKET, CHILD_INDEX
from server.workers.token_use import TokenUse


async def run_collector(settings: Settings, environ: Mapping[str, str]) -> None:
    """Until told to stop."""
    door, syncs, edge_counts = make_door(settings), SyncCounts(Topic.RECEIVED), EdgeCounts()
    message_counts = CollectionCounts()

    async def read() -> Iterable[Sample]:
        return [*door.samples(), *syncs.samples(), *edge_counts.samples(), *message_counts.samples()]

    drained = asyncio.Event()
    async with stop_signal(environ) as stop, telling(environ, read):
        database = Database(settings.control_plane_url)
        source = StoredConfiguration(database)
        watch = await ConfigurationWatch.open(source)
        received = open_partition(
            settings, Topic.RECEIVED, partition=int(environ[CHILD_INDEX]), files=TimedFiles(syncs)
        )
        gateway = Gateway(environ[CHILD_CONSOLE_SOCKET])
        deps = EdgeDeps(
            configuration=watch.current,
            clock_ms=world.clock_ms,
            new_id=world.new_event_id,
            new_ecid=world.new_ecid,
            registrable_domain=RegistrableDomains(),
            base_paths=settings.edge_base_paths,
            body_bytes=settings.edge_body_bytes,
            region=parse_region(settings.edge_region),
            counts=edge_counts,
        )
        edge, images = EdgeEndpoint(deps), DurableApp(PixelEndpoint(deps), received)
        issuer = create_issuer(settings)
        token_use = TokenUse(
            clock_ms=world.clock_ms,
            save=lambda used_ms: database.write(partial(save_token_use, used_ms=used_ms)),
        )
        collection = create_collection(
            settings,
            received=received,
            configuration=watch.current,
            issuer=issuer,
            note_use=token_use.note,
            counts=message_counts,
            run_directory=run_directory(environ),
        )
        tags = Tags(configuration=watch.current, find_build=source.build, pointers=_pointers())
        numbers = metrics_routes(lambda: everybodys(environ), token=settings.metrics_token)
        own = Starlette(
            routes=[
                Route("/pixel/{name}", images),
                *tags.routes(),
                *health_routes(lambda: not stop.is_set(), cannot_store=door.cannot_store),
                *numbers,
            ]
        )
        gc.freeze()
        try:
            async with asyncio.TaskGroup() as group:
                # Until it is drained it serves as ever, but for saying that it would rather be asked no more.
                draining = group.create_task(drain(stop, drained, seconds=settings.drain_seconds))
                watching = group.create_task(watch.run(drained))
                group.create_task(issuer.run(drained))
                group.create_task(token_use.run(drained))
                looking = group.create_task(door.watch.run())
                door.lanes.turn.watch(asyncio.get_running_loop())
                front = Front(edge=DurableApp(edge, received), collection=collection, own=own, elsewhere=gateway)
                limited = door.before(front)
                await serve_http(
                    limited,
                    environ,
                    drained,
                    certificate=settings.tls_certificate,
                    key=settings.tls_key,
                    on_ready=lambda: say_ready(environ),
                    handshake_seconds=settings.head_seconds,
                    protocol=partial(
                        CollectorConnection,
                        watch=door.watch,
                        endpoints=(edge, collection.short_way),
                        log=received,
                        limits=limited,
                        heads=Heads(),
                    ),
                )
                draining.cancel()
                watching.cancel()
                looking.cancel()
        finally:
            collection.close()
            await gateway.close()
            await received.close()
            database.close()


def _pointers() -> Pointers:
    dist = assets().static / "dist"
    plain, picker = ((dist / name).read_text(encoding="utf-8") for name in ("pointer.js", "rollout.js"))
    return Pointers(plain=plain, picker=picker)

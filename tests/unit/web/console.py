"""The console as a test needs it: its routes and middleware around a fresh database and event logs in memory."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from server.app.trials import open_trial
from server.eventlog.memory import MemoryEventLog
from server.model.dead_letter import DeadLetter
from server.model.outcome import Outcome, Processed
from server.model.replay import Replay
from server.observe.replays import Replays
from server.observe.status import PipelineStatus, SinkStatus
from server.profile.store import AsyncProfileReader
from server.publish import Fragments, load_fragments
from server.store.database import Database
from server.store.login_links import issue_login_link
from server.store.tallies import SqliteTallies
from server.store.users import Role, User, create_user
from server.web.access.auth import Authenticate, SessionLimits
from server.web.access.https_only import RequireHttps
from server.web.access.reach import Reach
from server.web.access.security import SecurityHeaders
from server.web.pages.errors import error_handlers
from server.web.routes import CONSOLE_REACH, console_routes
from server.web.services import ConsoleServices
from server.web.templating import Templates
from server.workers.tally import TallyDeps, count_some
from tests.builders import NOON_MS, encoded
from tests.unit.property.factories import fixture_modules
from tests.unit.store.migrated import a_migrated_database
from tests.unit.web.notifier import FakeNotifier

ROOT = Path(__file__).parents[3]
HTML = {"accept": "text/html,application/xhtml+xml"}
PUBLIC_URL = "https://tags.shop.example"

LINK_TTL_MS = 3_600_000

OWN_HOST = "127.0.0.1:8000"
PROCESSOR = "process"


def console_app(
    services: ConsoleServices,
    *,
    extra_routes: tuple[BaseRoute, ...] = (),
    allow_http: bool = False,
    outside: tuple[str, ...] = (),
    limits: SessionLimits | None = None,
) -> Starlette:
    """Layers in the order that the composition root has them in."""
    templates, limits = Templates(ROOT / "templates"), limits or SessionLimits()
    reach = Reach(outside=(*CONSOLE_REACH.outside, *outside))
    routes = console_routes(templates, limits, static=ROOT / "static", demo=())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        yield {"services": services}

    return Starlette(
        routes=[*routes, *extra_routes],
        middleware=[
            Middleware(SecurityHeaders, reach=reach, is_https=services.secure_cookies),
            Middleware(RequireHttps, reach=reach, templates=templates, allow_http=allow_http),
            Middleware(Authenticate, reach=reach, templates=templates, limits=limits),
        ],
        exception_handlers=error_handlers(templates),
        lifespan=lifespan,
    )


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_ms = NOON_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass(frozen=True)
class Console:
    """A running console. ``client``: a browser on this machine, not signed in."""

    client: TestClient
    services: ConsoleServices
    clock: Clock

    def issue_link(self, role: Role = Role.ADMIN, *, name: str = "ada") -> str:
        """A login token of a new account."""
        token = self.services.new_token()
        self.services.database.write_sync(lambda connection: self._issue(connection, name, role, token))
        return token

    def _issue(self, connection: Any, name: str, role: Role, token: str) -> User:
        user = create_user(connection, name=name, role=role, now_ms=self.clock())
        issue_login_link(connection, user.id, now_ms=self.clock(), token=token, ttl_ms=LINK_TTL_MS)
        return user

    def sign_in(self, role: Role = Role.ADMIN, *, name: str = "ada") -> None:
        """The client has a session of a new account from now on."""
        token = self.issue_link(role, name=name)
        answer = self.client.post("/login", data={"token": token}, headers=HTML, follow_redirects=False)
        assert answer.status_code == 303, answer.text

    def csrf_token(self) -> str:
        """What the forms of the client's session carry."""
        text = self.client.get("/properties", headers=HTML).text
        return text.partition('name="csrf" value="')[2].partition('"')[0]

    def happened(self, *outcomes: Outcome) -> None:
        """Outcomes, appended to their topics, and counted."""

        async def append() -> None:
            for outcome in outcomes:
                log = self.services.processed if isinstance(outcome, Processed) else self.services.failed
                await log.append([encoded(outcome)])
            for topic, log in (("processed", self.services.processed), ("failed", self.services.failed)):
                deps = TallyDeps(
                    topic=topic, outcomes=log, tallies=self.services.tallies, own_host=OWN_HOST, clock_ms=self.clock
                )
                if await log.end() > await self.services.tallies.progress(topic):
                    await count_some(deps)

        asyncio.run(append())

    def refused(self, *letters: DeadLetter) -> None:
        """Dead letters, appended to their topic."""
        asyncio.run(self.services.dead_letters.append([encoded(each) for each in letters]))


@cache
def _fragments() -> Fragments:
    return load_fragments(ROOT / "static")


@contextmanager
def a_console(
    directory: Path,
    *,
    base_url: str = "http://127.0.0.1:8000",
    address: str = "127.0.0.1",
    status: Callable[[], PipelineStatus] | None = None,
    raise_faults: bool = True,
    is_stopping: Callable[[], bool] = lambda: False,
    demo_url: str = "",
    notifier: FakeNotifier | None = None,
    **app: Any,
) -> Iterator[Console]:
    """``address``: where the client's requests come from. ``app``: what :func:`console_app` takes."""
    clock, numbers = Clock(), itertools.count(1)
    database = Database(a_migrated_database(directory))
    tallies, replays = SqliteTallies(directory / "tallies.db"), MemoryEventLog()
    profiles = AsyncProfileReader(directory / "profiles.db")

    async def replay(wanted: Sequence[Replay]) -> None:
        await replays.append([encoded(each) for each in wanted])

    async def present_status() -> PipelineStatus:
        return status() if status else a_status()

    services = ConsoleServices(
        database=database,
        processed=MemoryEventLog(),
        failed=MemoryEventLog(),
        dead_letters=MemoryEventLog(),
        replays=Replays(replays, processor=PROCESSOR),
        replay=replay,
        trials=open_trial(),
        tallies=tallies,
        profiles=profiles,
        status=present_status,
        modules=fixture_modules(),
        fragments=replace(_fragments(), modules=fixture_modules()),
        base_url=base_url,
        clock_ms=clock,
        new_token=lambda: f"token-{next(numbers):04d}-{'x' * 32}",
        secure_cookies=base_url.startswith("https://"),
        demo_url=demo_url,
        notifier=notifier or FakeNotifier(),
        is_stopping=is_stopping,
    )
    client = TestClient(
        console_app(services, **app),
        base_url=base_url,
        client=(address, 50_000),
        raise_server_exceptions=raise_faults,
    )
    try:
        with client:
            yield Console(client=client, services=services, clock=clock)
    finally:
        asyncio.run(profiles.close())
        asyncio.run(tallies.close())
        database.close()


def a_status(**counts: Any) -> PipelineStatus:
    given = {"received": 3, "processed": 2, "failed": 1, "waiting": 0}
    sinks = (SinkStatus(name="lake", lag=0), SinkStatus(name="profile", lag=0))
    return PipelineStatus(**{"sinks": sinks} | given | counts)

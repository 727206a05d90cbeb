"""What the console's pages need for as long as the process lives. The composition root's lifespan yields it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

from server.model.dataset import Dataset, DatasetId, TableFacts
from server.model.json import JsonObject
from server.model.replay import Replay
from server.observe.repair import Trials
from server.observe.replays import Replays
from server.observe.status import PipelineStatus
from server.ports import EventLog
from server.profile.store import AsyncProfileReader
from server.property.modules import Modules
from server.publish import Fragments
from server.store.database import Database
from server.store.sessions import Session
from server.store.tallies import SqliteTallies
from server.store.users import User
from server.web.notifier import NoNotifier, Notifier


def _never() -> bool:
    return False


async def _no_tables(_datasets: Sequence[Dataset]) -> Mapping[DatasetId, TableFacts]:
    return {}


async def _no_rows(_dataset: Dataset, _limit: int) -> Sequence[JsonObject]:
    return []


async def _nowhere(_url: str, _body: bytes, _token: str) -> tuple[int, bytes]:
    return 0, b"nothing is sent from here"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleServices:
    """One a process, read as ``request.state["services"]``."""

    database: Database
    """The control plane."""
    processed: EventLog
    """Reader of the topic of this name."""
    failed: EventLog
    """Reader of the topic of this name."""
    dead_letters: EventLog
    """Reader of the topic of this name."""
    replays: Replays
    """Which failed events were decided again."""
    replay: Callable[[Sequence[Replay]], Awaitable[None]]
    """Has failed events decided again. Durable when it returns; raises LogUnavailable."""
    trials: Trials
    """What would become of events, if they were decided now."""
    tallies: SqliteTallies
    """Outcomes, counted."""
    profiles: AsyncProfileReader
    """Reads what the core keeps of persons."""
    status: Callable[[], Awaitable[PipelineStatus]]
    """How far the pipeline is now. Asked about twice a second for each live page: cheap."""
    modules: Modules
    """Descriptions of the modules that rules are made of."""
    fragments: Fragments
    """What builds are put together from."""
    base_url: str
    """Public address as browsers see it, without a slash at the end; pages embed their snippet from there."""
    clock_ms: Callable[[], int]
    """Milliseconds since the epoch."""
    new_token: Callable[[], str]
    """A fresh secret of 256 random bits, in characters that a URL and a cookie take as they are."""
    secure_cookies: bool
    """Browsers reach the console by https: cookies are bound to it."""
    demo_url: str = ""
    """Where the demo shop is; empty when it is not served."""
    send_to_inlet: Callable[[str, bytes, str], Awaitable[tuple[int, bytes]]] = _nowhere
    """Sends a body to an address, with a token (empty for none): status and answer, or 0 and why there is none."""
    lake_facts: Callable[[Sequence[Dataset]], Awaitable[Mapping[DatasetId, TableFacts]]] = _no_tables
    """What the tables of datasets say of themselves; those without a table are left out. Raises LakeUnavailable."""
    lake_latest: Callable[[Dataset, int], Awaitable[Sequence[JsonObject]]] = _no_rows
    """So many of a dataset's newest rows at most, as XDM, the newest first. Raises LakeUnavailable."""
    failed_days: int = 7
    """How long failed events are kept, and can be replayed."""
    dataset_grace_days: int = 30
    """How long what a deleted dataset holds stays, and can be brought back."""
    notifier: Notifier = field(default_factory=NoNotifier)
    """Sends notifications to the addresses of subscriptions."""
    is_stopping: Callable[[], bool] = _never
    """Whether the process was told to end: then live pages are let go, so that it can."""


class ConsoleState(TypedDict):
    """``request.state`` of a console page."""

    services: ConsoleServices
    signed_in: NotRequired[Session]
    """Put there by :class:`server.web.access.auth.Authenticate` for everything that is not public."""
    caller: NotRequired[User]
    """Whom an API let in, put there by :mod:`server.web.api.access`."""

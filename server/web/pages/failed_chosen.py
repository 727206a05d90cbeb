"""What is looked at of the failed events, and which a form is about: those that are ticked, or all that match."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.model.dataset import DatasetId
from server.model.outcome import FailureReason, Offset
from server.model.replay import Replay
from server.observe.failures import Failure, FailureFilter, FailureReader
from server.observe.replays import event_of
from server.observe.traffic import HOUR_MS
from server.ports import LogUnavailable
from server.store.tallies import KEEP_MS
from server.web.access.roles import may_edit
from server.web.forms.signed_form import Form
from server.web.pages.live import MAX_OFFSET
from server.web.services import ConsoleState
from server.web.templating import path_for
from server.web.views.failed_groups import Looked, failure_span
from server.web.views.time_chart import Span

MAX_REPLAYED = 1_000
"""Events that are named one by one in a form."""

MAX_REPLAYED_TOGETHER = 10_000
"""Events that one request replays of all that match. Whoever has more sends the form again, or takes the command."""

# All that match are looked for in so many pages of the reader: 200,000 records, a few seconds.
_MAX_PAGES_READ = 10

_DAY_MS = 24 * HOUR_MS

# (value in an address, words, milliseconds)
PERIODS = (
    ("hour", "the last hour", HOUR_MS),
    ("day", "the last 24 hours", _DAY_MS),
    ("week", "the last 7 days", 7 * _DAY_MS),
)
_PERIOD_MS: Mapping[str, int] = {value: length_ms for value, _, length_ms in PERIODS}

_FAULT_DIGITS = 16


class Asked(NamedTuple):
    """How the list is filtered, as it stands in an address or a form; empty for any."""

    reason: str = ""
    dataset: str = ""
    period: str = ""
    group: str = ""
    """Id of a :class:`~server.observe.failure_groups.Fault`."""

    @property
    def looked(self) -> Looked:
        return Looked(self.reason, self.dataset, self.group)

    def span(self, now_ms: int, *, kept_days: int) -> Span:
        """The time that is drawn: the period, or as long as failed events are kept."""
        return failure_span(_PERIOD_MS.get(self.period, min(KEEP_MS, kept_days * _DAY_MS)), now_ms)

    def wanted(self, span: Span) -> FailureFilter:
        return FailureFilter(
            reason=FailureReason(self.reason) if self.reason else None,
            dataset_id=DatasetId(self.dataset) if self.dataset else None,
            since_ms=span.start_ms if self.period else None,
            fault=self.group or None,
        )


def asked_of(given: Mapping[str, str]) -> Asked:
    """Of a query or a form; what makes no sense is as if it was not given."""
    reason, period, group = (given.get(name, "") for name in ("reason", "period", "group"))
    is_fault = len(group) == _FAULT_DIGITS and set(group) <= set("0123456789abcdef")
    return Asked(
        reason=reason if reason in list(FailureReason) else "",
        dataset=given.get("dataset", "")[:100],
        period=period if period in _PERIOD_MS else "",
        group=group if is_fault else "",
    )


class Chosen(NamedTuple):
    """``failures``: the newest first. ``is_all``: there are no others that the form is about."""

    failures: Sequence[Failure]
    is_all: bool = True


async def chosen_failures(request: Request[ConsoleState], form: Form, *, most: int = MAX_REPLAYED_TOGETHER) -> Chosen:
    """What a form is about; ``most``: of all that match. Raises HTTPException."""
    if "whole" in form:
        return await _all_that_match(request, asked_of(form), most=most)
    return Chosen([await find_failure(request, offset) for offset in dict.fromkeys(selected_offsets(form))])


async def _all_that_match(request: Request[ConsoleState], asked: Asked, *, most: int) -> Chosen:
    """Those that can be replayed and nobody did: what failed again is there once more."""
    services = request.state["services"]
    wanted = asked.wanted(asked.span(services.clock_ms(), kept_days=services.failed_days))
    reader, found = FailureReader(services.failed), list[Failure]()
    before: Offset | None = None
    for _ in range(_MAX_PAGES_READ):
        page = await reader.page(wanted, limit=most + 1, before=before)
        replayed = await services.replays.find([each.offset for each in page.failures])
        found += [each for each in page.failures if each.offset not in replayed and event_of(each.failed) is not None]
        before = page.before
        if before is None or len(found) > most:
            break
    if not found:
        raise HTTPException(400, "None of these is left to replay: all were, or nobody can read what they were.")
    return Chosen(found[:most], is_all=before is None and len(found) <= most)


def selected_offsets(form: Form) -> Sequence[Offset]:
    """Of the events to replay: those that are ticked, or all that were shown. Raises HTTPException."""
    texts = form.get("shown", "").split(",") if "all" in form else form.getlist("offset")
    found = [offset for text in texts if (offset := offset_of(text)) is not None]
    if not found:
        raise HTTPException(400, "Nothing was selected. Go back and tick the events to replay.")
    if len(found) > MAX_REPLAYED:
        raise HTTPException(413, f"At most {MAX_REPLAYED:,} at once; `heliograph failed replay` takes any number.")
    return found


def offset_of(text: str) -> Offset | None:
    """The number of a record, as it stands in an address or a form; None for anything else."""
    return Offset(int(text)) if text.isascii() and text.isdecimal() and len(text) < 19 else None


async def find_failure(request: Request[ConsoleState], offset: int) -> Failure:
    """Raises HTTPException 404."""
    if 0 <= offset <= MAX_OFFSET:
        found = await FailureReader(request.state["services"].failed).find(Offset(offset))
        if found is not None:
            return found
    raise HTTPException(404, "This event is not in the event log: the address is wrong, or it was kept long enough.")


def check_may_replay(request: Request[ConsoleState]) -> None:
    """Raises HTTPException 403."""
    if not may_edit(request):
        raise HTTPException(403, "Replaying sends events on to every sink: it is for editors and administrators.")


async def replay_and_list(
    request: Request[ConsoleState], replays: Sequence[Replay], asked: Asked, *, is_all: bool
) -> Response:
    """Back to the list, filtered as it was. Raises HTTPException."""
    try:
        await request.state["services"].replay(replays)
    except LogUnavailable as error:
        detail = f"Nothing was replayed, because it could not be stored: {error}."
        raise HTTPException(503, detail, headers={"Retry-After": "10"}) from error
    told = {"replayed": str(len(replays)), "more": "" if is_all else "1"}
    return RedirectResponse(list_address(request, asked, **told), status_code=303)


def list_address(request: Request[ConsoleState], asked: Asked, **more: str) -> str:
    """Of the list, filtered like this; what is empty is left out."""
    given = {name: value for name, value in {**asked._asdict(), **more}.items() if value}
    return path_for(request, "failed") + (f"?{urlencode(given)}" if given else "")

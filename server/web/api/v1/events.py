"""`/api/v1/events`, `/failed-events`, `/status`: what came, what became of it, and having it decided again."""

import msgspec
from starlette.responses import Response

from server.model.dataset import DatasetId
from server.model.outcome import FailureReason, Offset
from server.observe.failures import Failure, FailureFilter, FailureReader
from server.observe.replays import replay_of
from server.observe.status import PipelineStatus
from server.observe.tap import Line, Tap
from server.ports import LogUnavailable
from server.store.users import Role
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.managed import whole_number
from server.web.api.v1.operation import (
    DEFAULT_PAGE,
    MAX_PAGE,
    PAGE,
    ROOT,
    Operation,
    answer,
    body_of,
    next_address,
    path_parameter,
    query_parameter,
)
from server.web.api.v1.shapes import Events, EventShape, ReplayAnswer, ReplayRequest
from server.web.views.live_facts import iso
from server.web.views.masking import masked

# Of the log's format: a longer number is none of ours.
_MAX_OFFSET = 2**63 - 1

_TOPICS = ("processed", "failed")


async def latest(call: Call) -> Response:
    limit = whole_number(call.request, "limit", usual=DEFAULT_PAGE, least=1, most=MAX_PAGE)
    batch = await _tap(call).recent(limit=limit)
    return answer(Events(items=[_shape(call, line) for line in batch.lines[::-1][:limit]], next=None))


async def one(call: Call) -> Response:
    topic, offset = call.part("topic"), int(call.part("offset"))
    for known in _TOPICS:
        if topic == known and offset <= _MAX_OFFSET:
            line = await _tap(call).find(known, Offset(offset))  # type: ignore[arg-type]  # one of the two
            if line is not None:
                return answer(_shape(call, line))
    raise ApiError(404, "Not found", "the event log does not have it: the address is wrong, or it was kept long enough")


async def failed(call: Call) -> Response:
    given = call.request.query_params
    reason = given.get("reason")
    if reason is not None and reason not in list(FailureReason):
        raise ApiError(400, "Invalid request", f"`reason` is one of {', '.join(FailureReason)}")
    limit = whole_number(call.request, "limit", usual=DEFAULT_PAGE, least=1, most=MAX_PAGE)
    before = whole_number(call.request, "before", usual=0, least=0, most=10**9 - 1)
    wanted = FailureFilter(
        reason=None if reason is None else FailureReason(reason),
        dataset_id=DatasetId(given["dataset"]) if "dataset" in given else None,
    )
    reader = FailureReader(call.services.failed)
    page = await reader.page(wanted, limit=limit, before=Offset(before) if before else None)
    items = [_shape(call, Line("failed", *failure)) for failure in page.failures]
    return answer(Events(items=items, next=next_address(call, before=page.before)))


async def replay(call: Call) -> Response:
    asked = await body_of(call, ReplayRequest)
    found = [await _failure(call, offset) for offset in dict.fromkeys(asked.offsets)]
    now_ms, name = call.services.clock_ms(), call.caller.name
    made = {each.offset: replay_of(each, replayed_ms=now_ms, replayed_by=name) for each in found}
    try:
        await call.services.replay([each for each in made.values() if each is not None])
    except LogUnavailable as error:
        detail = f"nothing was replayed, because it could not be stored: {error}"
        raise ApiError(503, "Unavailable", detail, headers={"retry-after": "10"}) from error
    skipped = [int(offset) for offset, each in made.items() if each is None]
    return answer(ReplayAnswer(replayed=len(made) - len(skipped), skipped=skipped))


async def status(call: Call) -> Response:
    return answer(await call.services.status())


def _tap(call: Call) -> Tap:
    return Tap(processed=call.services.processed, failed=call.services.failed)


async def _failure(call: Call, offset: int) -> Failure:
    found = await FailureReader(call.services.failed).find(Offset(offset)) if offset <= _MAX_OFFSET else None
    if found is None:
        raise ApiError(404, "Not found", f"the event log has no failed event {offset}: nothing was replayed")
    return found


def _shape(call: Call, line: Line) -> EventShape:
    """What a viewer may see of it."""
    outcome = masked(line.outcome) if call.caller.role == Role.VIEWER else line.outcome
    return EventShape(
        topic=line.topic,
        offset=line.offset,
        received_at=iso(line.received_ms) if line.received_ms else "",
        outcome=msgspec.to_builtins(outcome),
    )


_GROUP = "Events"

OPERATIONS = (
    Operation(
        method="GET",
        path=f"{ROOT}/events",
        name="listEvents",
        group=_GROUP,
        about="The latest events with what became of them. Personal data is hidden from viewers.",
        role=Role.VIEWER,
        endpoint=latest,
        parameters=(PAGE[0],),
        gives=Events,
        refusals=(400,),
    ),
    Operation(
        method="GET",
        path=f"{ROOT}/events/{{topic}}/{{offset:int}}",
        name="getEvent",
        group=_GROUP,
        about="One event.",
        role=Role.VIEWER,
        endpoint=one,
        parameters=(
            path_parameter("topic", "What became of it.", type="string", enum=list(_TOPICS)),
            path_parameter("offset", "Where it is in that topic.", type="integer", minimum=0),
        ),
        gives=EventShape,
        refusals=(404,),
    ),
    Operation(
        method="GET",
        path=f"{ROOT}/failed-events",
        name="listFailedEvents",
        group=_GROUP,
        about="Failed events with what is wrong with each.",
        role=Role.VIEWER,
        endpoint=failed,
        parameters=(
            query_parameter("reason", "Why they failed.", type="string", enum=[each.value for each in FailureReason]),
            query_parameter("dataset", "Id of the dataset that they were for."),
            *PAGE,
        ),
        gives=Events,
        refusals=(400,),
    ),
    Operation(
        method="POST",
        path=f"{ROOT}/failed-events/replay",
        name="replayFailedEvents",
        group=_GROUP,
        about="Have failed events decided again, after what was wrong was mended. None arrives twice.",
        role=Role.EDITOR,
        endpoint=replay,
        takes=ReplayRequest,
        gives=ReplayAnswer,
        refusals=(400, 404, 413, 415, 503),
    ),
    Operation(
        method="GET",
        path=f"{ROOT}/status",
        name="getStatus",
        group="Operation",
        about="How far the pipeline is, and every sink.",
        role=Role.VIEWER,
        endpoint=status,
        gives=PipelineStatus,
    ),
)

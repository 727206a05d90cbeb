"""What every page that changes a property does: it saves an edit in a person's name, and tells what was done last."""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request

from server.model.json import Json, JsonObject
from server.store.properties import StoredProperty
from server.store.revisions import Revision, list_revisions
from server.web.forms.drafts import save_edit
from server.web.services import ConsoleState

# More revisions than anybody makes; and what is longer is no number of one.
_MAX_DIGITS = 9


def revision_number(text: str) -> int:
    """The number of a revision, as a form or an address says it; 0, which is none's, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0


async def save_as_asked(
    request: Request[ConsoleState],
    stored: StoredProperty,
    change: Callable[[JsonObject], JsonObject],
    *,
    of: Callable[[JsonObject], Json],
    version: int,
    summary: str,
) -> StoredProperty:
    """:func:`save_edit` by who is signed in, now. Raises what that raises."""
    services = request.state["services"]
    work = partial(
        save_edit,
        property_id=stored.id,
        change=change,
        of=of,
        version=version,
        modules=services.modules,
        now_ms=services.clock_ms(),
        by=request.state["signed_in"].user.name,
        summary=summary,
    )
    return await services.database.write(work)


async def just_done(request: Request[ConsoleState], stored: StoredProperty) -> Revision | None:
    """What was done last, when the address says that it was done a moment ago: it can be undone."""
    if request.query_params.get("done") != str(stored.version):
        return None
    work = partial(list_revisions, property_id=stored.id, limit=1)
    found = await request.state["services"].database.read(work)
    return next(iter(found), None)

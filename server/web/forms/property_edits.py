"""What every page that changes a property does: it saves an edit in a person's name, and tells what was done last."""

from collections.abc import Callable, Sequence
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.model.json import Json, JsonObject
from server.property.custom_code import code_of
from server.property.diff import diff_properties
from server.store.properties import StoredProperty
from server.store.revisions import Revision, list_revisions, revision_document
from server.web.access.roles import may_write_code
from server.web.editor.sections.topics import TOPICS
from server.web.forms.drafts import save_edit
from server.web.services import ConsoleState

UNDONE_ON = frozenset({"rules", "elements", "property-base", *(f"property-{topic.name}" for topic in TOPICS)})
"""Pages that offer to take back what was just done on them, and are shown again then."""

# Enough to see what an edit does; all of it stands in the history.
MAX_CHANGES = 20

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
    """:func:`save_edit` by who is signed in, now. Raises what that raises, and HTTPException 403 for others' code."""
    services = request.state["services"]
    work = partial(
        save_edit,
        property_id=stored.id,
        change=change if may_write_code(request) else partial(_keeping_code, change),
        of=of,
        version=version,
        modules=services.modules,
        now_ms=services.clock_ms(),
        by=request.state["signed_in"].user.name,
        summary=summary,
    )
    return await services.database.write(work)


def _keeping_code(change: Callable[[JsonObject], JsonObject], before: JsonObject) -> JsonObject:
    after = change(before)
    if code_of(after) != code_of(before):
        raise HTTPException(403, "This changes custom code, which is for developers and administrators.")
    return after


async def just_done(request: Request[ConsoleState], stored: StoredProperty) -> Revision | None:
    """What was done last, when the address says that it was done a moment ago: it can be undone."""
    if request.query_params.get("done") != str(stored.version):
        return None
    work = partial(list_revisions, property_id=stored.id, limit=1)
    found = await request.state["services"].database.read(work)
    return next(iter(found), None)


async def changed_by(request: Request[ConsoleState], stored: StoredProperty, last: Revision) -> Sequence[str]:
    """What the revision, which is the newest, changed, in sentences."""
    work = partial(revision_document, property_id=stored.id, number=last.number - 1)
    before = await request.state["services"].database.read(work)
    return () if before is None else diff_properties(before, stored.document)

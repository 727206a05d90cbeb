"""Saving an edit of a property: checked, laid over what others did meanwhile, or refused with what is wrong."""

from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Connection

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.check import check_property
from server.property.diff import diff_properties
from server.property.modules import Modules
from server.publish import PropertyRefused, UnknownProperty
from server.store.properties import StoredProperty, find_property, save_property
from server.store.revisions import list_revisions, revision_document

# Enough to see what somebody else did; more is read in the history.
_MAX_CHANGES = 10


class EditConflict(Exception):
    """Somebody else changed the same thing meanwhile; nothing was saved.

    ``changes``: what was changed since, in sentences. ``version``: of the draft as it is now; an edit that was made of
    that one goes through.
    """

    def __init__(self, *, by: Sequence[str], changes: Sequence[str], version: int) -> None:
        super().__init__(f"changed by {', '.join(by)}")
        self.by = tuple(by)
        self.changes = tuple(changes)
        self.version = version


def save_edit(
    connection: Connection,
    property_id: str,
    change: Callable[[JsonObject], JsonObject],
    *,
    of: Callable[[JsonObject], Json],
    version: int,
    modules: Modules,
    now_ms: int,
    by: str,
    summary: str,
) -> StoredProperty:
    """Make the draft what ``change`` makes of it. Raises UnknownProperty, EditConflict, PropertyRefused.

    ``of``: the part of a document that the edit is about. ``version``: which revision the person was looking at.
    Refused is what the edit made wrong; what was wrong before does not keep anybody from mending something else.
    """
    stored = find_property(connection, property_id)
    if stored is None:
        raise UnknownProperty(property_id)
    if version != stored.version:
        _check_unchanged(connection, stored, of, version)
    document = change(stored.document)
    faults = new_faults(stored.document, document, modules)
    if faults:
        raise PropertyRefused(faults)
    edited = msgspec.structs.replace(
        stored, name=document["property"]["name"], document=document, updated_ms=now_ms, updated_by=by
    )
    return save_property(connection, edited, summary=summary)


def new_faults(before: JsonObject, after: JsonObject, modules: Modules) -> Sequence[Fault]:
    """What a change makes wrong, with places in the changed document."""
    faults = check_property(after, modules)
    if not faults:
        return ()
    known = {(fault.message, fault.cure) for fault in check_property(before, modules)}
    return [fault for fault in faults if (fault.message, fault.cure) not in known]


def _check_unchanged(
    connection: Connection, stored: StoredProperty, of: Callable[[JsonObject], Json], version: int
) -> None:
    base = revision_document(connection, stored.id, version)
    if base is not None and of(base) == of(stored.document):
        return
    since = [each for each in list_revisions(connection, stored.id, limit=50) if each.number > version]
    changes = [] if base is None else diff_properties(base, stored.document)
    raise EditConflict(
        by=list(dict.fromkeys(each.saved_by for each in since)),
        changes=list(changes)[:_MAX_CHANGES],
        version=stored.version,
    )

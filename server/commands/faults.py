"""What a command says of an error that a person can mend: a line each, and no traceback.

Loaded only when there is one: all these errors' modules together are most of the product.
"""

from collections.abc import Sequence

from server.app.erasure import NotErased
from server.app.not_found import NotFound
from server.app.readers import NoInstallation
from server.app.schema_commands import Unreadable as UnreadableSchema
from server.app.serve import CannotServe
from server.commands.output import Unreadable
from server.lake.errors import LakeError
from server.prep.patch import PatchFault
from server.profile.errors import ProfileStoreTooNew, ProfileStoreUnavailable
from server.publish import PropertyRefused
from server.schema.importing import ImportRefused
from server.schema.registry import ChangeRefused
from server.store.database import DatabaseTooNew
from server.store.datasets import DatasetRefused
from server.store.datastreams import DatastreamInUse
from server.store.people import PersonRefused
from server.store.rollouts import RolloutRefused
from server.store.users import NameRefused
from server.wire.datastream import DatastreamRefused

_IN_A_LINE = (
    CannotServe,
    DatabaseTooNew,
    DatasetRefused,
    DatastreamInUse,
    LakeError,
    NameRefused,
    NoInstallation,
    NotErased,
    NotFound,
    PersonRefused,
    ProfileStoreTooNew,
    ProfileStoreUnavailable,
    RolloutRefused,
    Unreadable,
    UnreadableSchema,
)


def fault_lines(error: Exception) -> Sequence[str]:
    """For a terminal; empty for an error that nobody expected."""
    match error:
        case PropertyRefused():
            lines = [f"{fault.path or '/'}: {fault.message} {fault.cure}".rstrip() for fault in error.faults]
            return [*lines, f"heliograph: nothing was changed: {len(error.faults)} to mend"]
        case DatastreamRefused():
            return [*error.faults, "heliograph: nothing was changed"]
        case PatchFault():
            lines = [f"line {number}: {fault}" for number, fault in error.faults]
            return [*lines, "heliograph: nothing was replayed: the edit has to be mended"]
        case ChangeRefused() | ImportRefused():
            return [str(error), "heliograph: nothing was changed"]
    return [f"heliograph: {error}"] if isinstance(error, _IN_A_LINE) else []

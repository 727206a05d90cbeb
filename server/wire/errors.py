"""What can be wrong with a request, as the edge protocol names it.

    WireError
    ├── Malformed      the body is no JSON of ours, or a field of it is of the wrong kind
    ├── Unidentified   the identity it gives has the wrong format
    └── Unconfigured   it names no datastream, or one that cannot be used

Codes, titles and statuses are the protocol's own (edge-protocol.md, section 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Statuses that stand for many things, and titles of codes whose status stands for another thing.
_MANY = frozenset({400, 422})
_UNLIKE = frozenset({"Empty request body", "Unexpected error"})


@dataclass(frozen=True, slots=True)
class EdgeCode:
    """One row of the protocol's error table. ``number``: without the prefix ``EXEG-``."""

    number: str
    status: int
    title: str

    @property
    def reason(self) -> str:
        """How it is counted, where the status alone does not tell: ``invalid_datastream_id``; else ``""``."""
        return self.title.lower().replace(" ", "_") if self.status in _MANY or self.title in _UNLIKE else ""


NO_DATASTREAM = EdgeCode("0002-400", 400, "No datastream ID given")
UNKNOWN_DATASTREAM = EdgeCode("0003-400", 400, "Invalid datastream ID")
DATASTREAM_DISABLED = EdgeCode("0004-422", 422, "Datastream disabled")
BROKEN_JSON = EdgeCode("0101-400", 400, "Invalid JSON")
INVALID_FIELD = EdgeCode("0102-400", 400, "Invalid field value")
MISSING_FIELD = EdgeCode("0103-400", 400, "Missing field")
FAILED_VALIDATION = EdgeCode("0104-422", 422, "Validation failed")
EMPTY_BODY = EdgeCode("0109-408", 408, "Empty request body")
UNSUPPORTED_TYPE = EdgeCode("0111-415", 415, "Unsupported content type")
TOO_LARGE = EdgeCode("0112-413", 413, "Request body too large")
TOO_SLOW = EdgeCode("0109-408", 408, "Request body not received in time")
INVALID_OVERRIDE = EdgeCode("0113-400", 400, "Invalid configuration override")
INVALID_IDENTITY_MAP = EdgeCode("0305-400", 400, "Invalid identity")
INVALID_IDENTITY = EdgeCode("0308-400", 400, "Invalid identity format")
UNEXPECTED = EdgeCode("0001-500", 503, "Unexpected error")
UNAVAILABLE = EdgeCode("0000-503", 503, "Temporarily unavailable")
NO_SUCH_ACTION = EdgeCode("0103-404", 404, "Unknown action")
RATE_LIMITED = EdgeCode("0429-429", 429, "Too many requests")
METHOD_NOT_ALLOWED = EdgeCode("0103-405", 405, "Method not allowed")

NO_CONSENT = EdgeCode("0301-200", 200, "Event dropped: the visitor did not consent")


class WireError(Exception):
    """The request cannot be used. ``detail``: what is wrong, where, and what was expected; safe to give back.

    ``errors``: every fault, where there are several.
    """

    def __init__(self, code: EdgeCode, detail: str, *, errors: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)


class Malformed(WireError):
    pass


class Unidentified(WireError):
    pass


class Unconfigured(WireError):
    pass

"""How streaming ingestion says no, in the platform's own words (streaming-ingestion.md, 1.7).

Clients match on titles and texts: the literal ones are marked with their row of that section's table.
"""

from dataclasses import dataclass

import msgspec

from server.model.json import JsonObject

INLET_PROBLEM = "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet"
AUTHORIZATION_PROBLEM = "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization"

INVALID_FORMAT = "Invalid XDM Message Format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request, or one message of it, is not taken. ``message``: as it is sent, without the inlet and org.

    ``reason``: a word for it, of those in this file and in ingestion_limits.py: a metric's label.
    ``names_inlet``: whether the message begins with inlet and organisation, as some of the platform's do.
    ``cause``: more of it, such as what validation found.
    """

    status: int
    title: str
    message: str
    reason: str = "request"
    names_inlet: bool = False
    cause: JsonObject | None = None

    def text(self, inlet_id: str, org_id: str) -> str:
        return f"inletId: [{inlet_id}] imsOrgId: [{org_id}] {self.message}" if self.names_inlet else self.message


class IngestionError(Exception):
    """The request as a whole is refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def invalid(reason: str, message: str) -> Refusal:
    """A message that cannot be understood, said with the inlet and organisation it came for."""
    return Refusal(status=400, title=INVALID_FORMAT, message=message, reason=reason, names_inlet=True)


# E1
NO_HEADER = Refusal(
    status=400,
    title=INVALID_FORMAT,
    message="The 'header' field is mandatory. Provide a valid 'header' value and try again.",
    reason="no_header",
)
# E2
WRONG_ORG = invalid("wrong_org", "Message has an absent or wrong ims org in the header")
# E3
UNKNOWN_FORMAT = invalid("unknown_format", "Message has unknown xdm format")
# E4
INVALID_MESSAGE = invalid("invalid", "Message is invalid")
# E5. The "[id]" stands there as it is.
NO_TOKEN = Refusal(status=401, title="Authorization", message="[id] Ims service token is empty")
# E6, whose texts are not documented.
BAD_TOKEN = Refusal(status=401, title="Authorization", message="[id] Ims service token is invalid or has expired")
WRONG_TOKEN = Refusal(status=403, title="Authorization", message="[id] Ims service token is not good for this inlet")

# Ours from here on: the platform does not document these cases.
NO_FLOW_ID = invalid(
    "no_flow", "Message names no dataflow: send its id as x-adobe-flow-id, a header or a query parameter"
)
UNKNOWN_FLOW = invalid(
    "unknown_flow", "Message names a dataflow that this connection does not have, or that is switched off"
)
FLOW_OFF = invalid("flow_off", "Message names no dataflow, and all that it could go by are switched off")
NOT_AN_OBJECT = invalid("not_an_object", "Message is no JSON object")
UNKNOWN_INLET = Refusal(status=404, title="Not Found", message="There is no such inlet, or it is switched off")
METHOD_NOT_ALLOWED = Refusal(status=405, title="Method Not Allowed", message="Send messages with POST")
TOO_SLOW = Refusal(status=408, title="Request Timeout", message="The body did not come in time")
UNAVAILABLE = Refusal(
    status=503, title="Service Unavailable", message="Nothing was stored: send it again in a few seconds"
)


def too_large(limit_bytes: int) -> Refusal:
    return Refusal(
        status=413,
        title="Payload Too Large",
        message=f"A request has at most {limit_bytes} bytes, encoded or not: send fewer messages at a time",
    )


def unsupported(message: str) -> Refusal:
    return Refusal(status=415, title="Unsupported Media Type", message=message)


def malformed(message: str) -> Refusal:
    """The request as a whole is none of ours."""
    return Refusal(status=400, title=INVALID_FORMAT, message=message)


def encode_problem(refusal: Refusal, *, inlet_id: str, org_id: str) -> bytes:
    """The body of an answer that refuses a whole request, or the one message of it."""
    report: JsonObject = {"message": refusal.text(inlet_id, org_id)}
    if refusal.cause is not None:
        report["cause"] = refusal.cause
    is_authorization = refusal.title == "Authorization"
    return msgspec.json.encode(
        {
            "type": AUTHORIZATION_PROBLEM if is_authorization else INLET_PROBLEM,
            # A string there and a number elsewhere: so it is on the platform.
            "status": str(refusal.status) if is_authorization else refusal.status,
            "title": refusal.title,
            "report": report,
        }
    )

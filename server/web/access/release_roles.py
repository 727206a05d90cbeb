"""Who decides about what visitors get, beside who publishes it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.model.property import ENVIRONMENTS
from server.store.users import Role
from server.web.access.property_access import PRODUCTION, may_publish
from server.web.access.roles import role_of
from server.web.services import ConsoleState


def may_review(request: Request[ConsoleState]) -> bool:
    """Approve or decline what another person asks to publish."""
    return role_of(request).includes(Role.APPROVER)


def may_switch_gates(request: Request[ConsoleState]) -> bool:
    """Say what publishing needs. Not for approvers: who could switch approval off would need none."""
    return role_of(request) is Role.ADMIN


def require_publisher(request: Request[ConsoleState], environment: str) -> None:
    """Raises HTTPException: 400 for what is no environment, 403 for who may not publish there."""
    if environment not in ENVIRONMENTS:
        raise HTTPException(400, "There is no such environment.")
    if not may_publish(request, environment):
        who = "approvers and administrators" if environment == PRODUCTION else "editors and up"
        raise HTTPException(403, f"Publishing {environment} is for {who}.")

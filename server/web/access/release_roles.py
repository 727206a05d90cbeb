"""Who decides about what visitors get, beside who publishes it."""

from starlette.requests import Request

from server.store.users import Role
from server.web.services import ConsoleState


def may_review(request: Request[ConsoleState]) -> bool:
    """Approve or decline what another person asks to publish."""
    return request.state["signed_in"].user.role in (Role.APPROVER, Role.ADMIN)


def may_switch_gates(request: Request[ConsoleState]) -> bool:
    """Say what publishing needs. Not for approvers: who could switch approval off would need none."""
    return request.state["signed_in"].user.role == Role.ADMIN

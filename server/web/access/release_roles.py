"""Who decides about what visitors get, beside who publishes it."""

from starlette.requests import Request

from server.store.users import Role
from server.web.access.roles import role_of
from server.web.services import ConsoleState


def may_review(request: Request[ConsoleState]) -> bool:
    """Approve or decline what another person asks to publish."""
    return role_of(request).includes(Role.APPROVER)


def may_switch_gates(request: Request[ConsoleState]) -> bool:
    """Say what publishing needs. Not for approvers: who could switch approval off would need none."""
    return role_of(request) is Role.ADMIN

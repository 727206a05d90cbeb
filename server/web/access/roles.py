"""What the person who is signed in may do."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.store.users import Role
from server.web.services import ConsoleState


def may_edit(request: Request[ConsoleState]) -> bool:
    return request.state["signed_in"].user.role != Role.VIEWER


def is_admin(request: Request[ConsoleState]) -> bool:
    return request.state["signed_in"].user.role is Role.ADMIN


def require_admin(request: Request[ConsoleState], what: str) -> None:
    """Raises HTTPException 403 for anybody else. ``what``: the beginning of the sentence that says so."""
    if not is_admin(request):
        raise HTTPException(403, f"{what} is for administrators.")

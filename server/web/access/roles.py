"""What the person who is signed in may do."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.store.users import Role
from server.web.services import ConsoleState


def role_of(request: Request[ConsoleState]) -> Role:
    """Of who is signed in: for the property that the address names, where it names one (reliability-security A10)."""
    user, property_id = request.state["signed_in"].user, request.path_params.get("property_id")
    return user.role if property_id is None else user.role_at(property_id)


def may_edit(request: Request[ConsoleState]) -> bool:
    return role_of(request).includes(Role.EDITOR)


def may_write_code(request: Request[ConsoleState]) -> bool:
    """Custom code, which runs on every page as it was written."""
    return role_of(request).includes(Role.DEVELOPER)


def is_admin(request: Request[ConsoleState]) -> bool:
    return request.state["signed_in"].user.role is Role.ADMIN


def require_admin(request: Request[ConsoleState], what: str) -> None:
    """Raises HTTPException 403 for anybody else. ``what``: the beginning of the sentence that says so."""
    if not is_admin(request):
        raise HTTPException(403, f"{what} is for administrators.")

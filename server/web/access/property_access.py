"""Whose property a request is about, and who may change and publish it."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.store.properties import StoredProperty, find_property
from server.store.users import Role
from server.web.access.roles import may_edit as may_edit
from server.web.access.roles import role_of
from server.web.services import ConsoleState

PRODUCTION = "production"


async def load_property(request: Request[ConsoleState]) -> StoredProperty:
    """The property of the request's address. Raises HTTPException 404."""
    find = partial(find_property, property_id=request.path_params["property_id"])
    stored = await request.state["services"].database.read(find)
    if stored is None:
        raise HTTPException(404, "There is no property with this id.")
    return stored


def may_publish(request: Request[ConsoleState], environment: str) -> bool:
    """Whether who asks may publish there."""
    return role_may_publish(role_of(request), environment)


def role_may_publish(role: Role, environment: str) -> bool:
    """What visitors get needs more than an editor."""
    return role.includes(Role.APPROVER if environment == PRODUCTION else Role.EDITOR)


def require_editor(request: Request[ConsoleState]) -> None:
    """Raises HTTPException 403 for who may only look."""
    if not may_edit(request):
        raise HTTPException(403, "Changing a property is for editors, approvers and administrators.")

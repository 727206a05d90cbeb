"""What the person who is signed in may do."""

from starlette.requests import Request

from server.store.users import Role
from server.web.services import ConsoleState


def may_edit(request: Request[ConsoleState]) -> bool:
    return request.state["signed_in"].user.role != Role.VIEWER

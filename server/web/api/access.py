"""Who asks an API, and whether they may: a program with an API token, or a page of the console with its session."""

from functools import partial
from typing import NamedTuple

from starlette.requests import Request

from server.store import settings
from server.store.api_tokens import API_TOKEN_PREFIX, find_api_user
from server.store.users import Role
from server.web.access.auth import SessionLimits, current_session
from server.web.api.errors import ApiError
from server.web.services import ConsoleState


class Caller(NamedTuple):
    """``name``: of the account, for the history. ``org_id``, ``sandbox``: of the installation."""

    name: str
    role: Role
    org_id: str
    sandbox: str


async def admit_caller(request: Request[ConsoleState], limits: SessionLimits, *, role: Role) -> Caller:
    """Who asks, if they have this role or a higher one. Raises ApiError: 401, 403.

    The platform's clients name organisation and sandbox in headers: those of another one are refused.
    """
    services = request.state["services"]
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip().startswith(API_TOKEN_PREFIX):
        find = partial(find_api_user, token=token.strip(), now_ms=services.clock_ms())
        user = await services.database.read(find)
    elif scheme:
        user = None
    else:
        session = await current_session(request, limits)
        user = None if session is None else session.user
    if user is None:
        raise ApiError(
            401,
            "Not signed in",
            "send `Authorization: Bearer` with a token: `heliograph api-token create ACCOUNT` makes one",
        )
    request.scope["state"]["caller"] = user
    held = user.role_at(request.path_params["property"]) if "property" in request.path_params else user.role
    if not held.includes(role):
        raise ApiError(403, "Not allowed", f"the account {user.name!r} is {held}, and this needs {role}")
    org_id = await services.database.read(partial(settings.get_setting, name=settings.ORG_ID)) or ""
    sandbox = await services.database.read(partial(settings.get_setting, name=settings.SANDBOX)) or ""
    for header, ours in (("x-gw-ims-org-id", org_id), ("x-sandbox-name", sandbox)):
        if request.headers.get(header, ours) != ours:
            raise ApiError(403, "Not allowed", f"`{header}` names another one than {ours!r}, which is served here")
    return Caller(user.name, held, org_id, sandbox)

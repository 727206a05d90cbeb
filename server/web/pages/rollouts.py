"""Steps of what was published for some visitors, or for later: a larger share, back for everyone, not at all."""

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.store.rollouts import RolloutRefused, set_share, stop_rollout, waiting_plans, withdraw_plan
from server.web.access.property_access import load_property
from server.web.access.release_roles import require_publisher
from server.web.forms.property_edits import revision_number
from server.web.forms.release_form import TimingRefused, read_share
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for


def routes(_templates: Templates) -> Sequence[Route]:
    """``rollout-share``, ``rollout-stop``, ``plan-withdraw``: forms of the page ``publish``, which they go back to."""

    async def share(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        environment = form.get("environment", "")
        require_publisher(request, environment)
        try:
            percent = read_share(form.get("share", ""))
        except TimingRefused as refused:
            raise HTTPException(400, str(refused)) from None
        return await _step(request, environment, partial(set_share, percent=percent), done="shared")

    async def stop(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        environment = form.get("environment", "")
        require_publisher(request, environment)
        return await _step(request, environment, stop_rollout, done="returned")

    async def withdraw(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        environment = form.get("environment", "")
        require_publisher(request, environment)
        stored, services = await load_property(request), request.state["services"]
        number = revision_number(form.get("plan", ""))

        def work(connection: Connection) -> bool:
            # Of this environment: who may withdraw here need not be allowed to elsewhere.
            plan = waiting_plans(connection, stored.id).get(environment)
            is_meant = plan is not None and plan.id == number
            return is_meant and withdraw_plan(connection, stored.id, number, now_ms=services.clock_ms())

        if not await services.database.write(work):
            raise HTTPException(409, "This plan does not wait any more: it was done, or withdrawn.")
        return _back(request, stored.id, environment, done="unplanned")

    async def _step(
        request: Request[ConsoleState], environment: str, step: Callable[..., None], *, done: str
    ) -> Response:
        stored, services = await load_property(request), request.state["services"]
        work = partial(
            step,
            property_id=stored.id,
            environment=environment,
            now_ms=services.clock_ms(),
            by=request.state["signed_in"].user.name,
        )
        try:
            await services.database.write(work)
        except RolloutRefused as refused:
            raise HTTPException(409, str(refused)) from None
        return _back(request, stored.id, environment, done=done)

    base = "/properties/{property_id}/publish"
    return (
        Route(f"{base}/share", share, methods=["POST"], name="rollout-share"),
        Route(f"{base}/stop", stop, methods=["POST"], name="rollout-stop"),
        Route(f"{base}/plan", withdraw, methods=["POST"], name="plan-withdraw"),
    )


def _back(request: Request[ConsoleState], property_id: str, environment: str, *, done: str) -> Response:
    path = path_for(request, "publish", property_id=property_id)
    return RedirectResponse(f"{path}?done={done}#{environment}", status_code=303)

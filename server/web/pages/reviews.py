"""What people do before something is published: ask for a look at it, approve or decline it, and switch gates."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.property import ENVIRONMENTS
from server.property.files import revision_of
from server.property.gates import ALWAYS_ON, GateName
from server.store.gates import switch_gate
from server.store.properties import StoredProperty
from server.store.reviews import (
    MAX_WORDS_CHARACTERS,
    ReviewRefused,
    ReviewState,
    ask_review,
    decide_review,
    list_reviews,
)
from server.web.access.property_access import load_property, require_editor
from server.web.access.release_roles import may_review, may_switch_gates
from server.web.forms.property_edits import revision_number
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for

_DECISIONS = {"approve": ReviewState.APPROVED, "decline": ReviewState.DECLINED, "withdraw": ReviewState.WITHDRAWN}
# More than are ever open at once: one an environment.
_NEWEST = 20


def routes(_templates: Templates) -> Sequence[Route]:
    """``review-ask``, ``review-decide``, ``gates-switch``: forms of the page ``publish``, which they go back to."""

    async def ask(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_editor(request)
        environment, note = _environment(form), _words(form, "note")
        stored, services = await load_property(request), request.state["services"]
        if form.get("version") != str(stored.version):
            raise HTTPException(409, "The draft was changed while you looked at it: look at it again, then ask.")

        def work(connection: Connection) -> None:
            ask_review(
                connection,
                stored,
                environment=environment,
                revision=str(revision_of(stored.document)),
                note=note,
                now_ms=services.clock_ms(),
                by=request.state["signed_in"].user.name,
            )

        await services.database.write(work)
        return _back(request, stored, environment, done="asked")

    async def decide(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_editor(request)
        state = _DECISIONS.get(form.get("do", ""))
        if state is None:
            raise HTTPException(400, "Approve, decline or withdraw it.")
        if state is not ReviewState.WITHDRAWN and not may_review(request):
            raise HTTPException(403, "Approving is for approvers and administrators.")
        comment = _words(form, "comment")
        if state is ReviewState.DECLINED and not comment:
            raise HTTPException(400, "Say what should be different: who asked reads it.")
        stored, services = await load_property(request), request.state["services"]
        number = revision_number(form.get("review", ""))

        def work(connection: Connection) -> str:
            mine = next(
                (each for each in list_reviews(connection, stored.id, limit=_NEWEST) if each.id == number), None
            )
            if mine is None:
                raise HTTPException(404, "There is no such request.")
            decide_review(
                connection,
                number,
                state=state,
                comment=comment,
                now_ms=services.clock_ms(),
                by=request.state["signed_in"].user.name,
            )
            return mine.environment

        try:
            environment = await services.database.write(work)
        except ReviewRefused as refused:
            raise HTTPException(409, str(refused)) from None
        return _back(request, stored, environment, done=state.value)

    async def switch(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        if not may_switch_gates(request):
            raise HTTPException(403, "What publishing needs is for administrators to say.")
        environment, wanted = _environment(form), frozenset(form.getlist("gate"))
        stored, services = await load_property(request), request.state["services"]

        def work(connection: Connection) -> None:
            for name in GateName:
                if name not in ALWAYS_ON:
                    switch_gate(
                        connection,
                        stored.id,
                        environment=environment,
                        gate=name.value,
                        is_on=name.value in wanted,
                        now_ms=services.clock_ms(),
                        by=request.state["signed_in"].user.name,
                    )

        await services.database.write(work)
        return _back(request, stored, environment, done="switched")

    base = "/properties/{property_id}/publish"
    return (
        Route(f"{base}/review", ask, methods=["POST"], name="review-ask"),
        Route(f"{base}/decision", decide, methods=["POST"], name="review-decide"),
        Route(f"{base}/gates", switch, methods=["POST"], name="gates-switch"),
    )


def _environment(form: Form) -> str:
    environment = form.get("environment", "")
    if environment not in ENVIRONMENTS:
        raise HTTPException(400, "There is no such environment.")
    return environment


def _words(form: Form, name: str) -> str:
    words = form.get(name, "").strip()
    if len(words) > MAX_WORDS_CHARACTERS:
        raise HTTPException(400, f"Write at most {MAX_WORDS_CHARACTERS:,} characters.")
    return words


def _back(request: Request[ConsoleState], stored: StoredProperty, environment: str, *, done: str) -> Response:
    path = path_for(request, "publish", property_id=stored.id)
    return RedirectResponse(f"{path}?done={done}#{environment}", status_code=303)

"""The form that makes a subscription, or changes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.subscription import EventCode, StoredSubscription
from server.store.subscriptions import SubscriptionRefused, list_subscriptions, save_subscription
from server.web.forms.subscription_form import QUIET_HOURS, read_subscription, usual_values, values_of
from server.web.identifiers import new_uuid
from server.web.pages.subscriptions import editors_form, found, subscription_page
from server.web.services import ConsoleState
from server.web.subscribing import names_in, prove, subscribe
from server.web.templating import Templates, path_for
from server.web.views.event_texts import EVENT_TEXTS, SUCCESSES, EventText, troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFormPage:
    """Context of templates/subscriptions/form.html."""

    template: ClassVar[str] = "subscriptions/form.html"
    section: ClassVar[str] = "subscriptions"

    stored: StoredSubscription | None
    """The one that is changed; None for a new one."""
    values: Mapping[str, str]
    """What the form holds, by field."""
    faults: Mapping[str, str]
    """What is wrong with it, by field."""
    troubles: Sequence[tuple[str, EventText]]
    """What can be told when something is wrong, by code."""
    successes: Sequence[tuple[str, EventText]]
    """What can be told when everything is right, by code."""
    connections: Sequence[tuple[str, str]]
    """(id, name) of datastreams and streaming connections."""
    datasets: Sequence[tuple[str, str]]
    """(id, name)."""
    quiet_hours: Sequence[tuple[str, str]]
    """(hours, in words): how long a silence one can be told of."""
    silence: str = EventCode.STOPPED.value
    """Code of what these hours are for."""


def routes(templates: Templates) -> Sequence[Route]:
    """``subscription-new``, ``-create``, ``-edit``, ``-save``."""

    async def new(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> SubscriptionFormPage:
            names = [each.subscription.name for each in list_subscriptions(connection)]
            return _page(request, connection, None, usual_values(names), {})

        return templates.render(request, await request.state["services"].database.read(work))

    async def create(request: Request[ConsoleState]) -> Response:
        form, services = await editors_form(request), request.state["services"]
        connections, datasets = await _ids(request)
        subscription, faults = read_subscription(
            form, subscription_id=new_uuid(services.new_token), connections=connections, datasets=datasets
        )
        if subscription is not None:
            fault = await services.notifier.fault(subscription.url)
            faults = {"url": fault} if fault else {}
        if subscription is None or faults:
            return await again(request, None, dict(form), faults)
        try:
            secret, unproven = await subscribe(services, subscription, by=request.state["signed_in"].user.name)
        except SubscriptionRefused as error:
            return await again(request, None, dict(form), {"name": str(error)})
        # Not a redirect: the secret is in this answer, and nowhere else.
        page = await subscription_page(request, subscription.id, secret=secret, unproven=unproven)
        return templates.render(request, page)

    async def edit(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> SubscriptionFormPage:
            stored = found(connection, request.path_params["subscription_id"])
            return _page(request, connection, stored, values_of(stored.subscription), {})

        return templates.render(request, await request.state["services"].database.read(work))

    async def save(request: Request[ConsoleState]) -> Response:
        form, services = await editors_form(request), request.state["services"]
        wanted = request.path_params["subscription_id"]
        stored = await services.database.read(lambda connection: found(connection, wanted))
        connections, datasets = await _ids(request)
        former = stored.subscription
        subscription, faults = read_subscription(
            form, subscription_id=former.id, connections=connections, datasets=datasets
        )
        has_moved = subscription is not None and subscription.url != former.url
        if subscription is not None and has_moved:
            fault = await services.notifier.fault(subscription.url)
            faults = {"url": fault} if fault else {}
        if subscription is None or faults:
            return await again(request, stored, dict(form), faults)
        made = msgspec.structs.replace(stored, subscription=subscription)
        if has_moved:
            made = msgspec.structs.replace(made, verified_ms=None, failing_ms=None, reason="")
        try:
            await services.database.write(lambda connection: save_subscription(connection, made))
        except SubscriptionRefused as error:
            return await again(request, stored, dict(form), {"name": str(error)})
        unproven = await prove(services, made) if has_moved else ""
        if unproven:
            page = await subscription_page(request, former.id, unproven=unproven)
            return templates.render(request, page, status=400)
        return RedirectResponse(path_for(request, "subscription", subscription_id=former.id), status_code=303)

    async def again(
        request: Request[ConsoleState],
        stored: StoredSubscription | None,
        values: Mapping[str, str],
        faults: Mapping[str, str],
    ) -> Response:
        """The form as it was sent, with what is wrong with it."""
        page = await request.state["services"].database.read(
            lambda connection: _page(request, connection, stored, values, faults)
        )
        return templates.render(request, page, status=400)

    one = "/subscriptions/{subscription_id}/edit"
    return (
        Route("/subscriptions", create, methods=["POST"], name="subscription-create"),
        Route("/subscriptions/new", new, name="subscription-new"),
        Route(one, edit, name="subscription-edit"),
        Route(one, save, methods=["POST"], name="subscription-save"),
    )


async def _ids(request: Request[ConsoleState]) -> tuple[Sequence[str], Sequence[str]]:
    """Of all connections and datasets."""
    services = request.state["services"]
    names = await services.database.read(lambda connection: names_in(connection, base_url=services.base_url))
    return list(names.connections), list(names.datasets)


def _page(
    request: Request[ConsoleState],
    connection: Connection,
    stored: StoredSubscription | None,
    values: Mapping[str, str],
    faults: Mapping[str, str],
) -> SubscriptionFormPage:
    names = names_in(connection, base_url=request.state["services"].base_url)
    return SubscriptionFormPage(
        stored=stored,
        values=values,
        faults=faults,
        troubles=[(code.value, EVENT_TEXTS[code]) for code in troubles()],
        successes=[(code.value, EVENT_TEXTS[code]) for code in SUCCESSES],
        connections=list(names.connections.items()),
        datasets=list(names.datasets.items()),
        quiet_hours=[(str(hours), _hours(hours)) for hours in QUIET_HOURS],
    )


def _hours(hours: int) -> str:
    if hours % 24 or hours == 24:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{hours // 24} days"

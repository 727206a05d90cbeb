"""Subscriptions: who is told what, how that goes, and trying it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.subscription import EventCode, StoredSubscription
from server.store.outbox import count_waiting, deliveries
from server.store.subscriptions import delete_subscription, find_subscription, list_subscriptions, replace_secret
from server.web.access.roles import may_edit
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.subscribing import (
    names_in,
    new_secret,
    prove,
    send_once_more,
    send_test,
    switch_off,
    switch_on,
)
from server.web.templating import Templates, path_for
from server.web.views.event_texts import EVENT_TEXTS
from server.web.views.subscription_view import Health, ShownDelivery, health, host_of, shown_delivery

# What a person looks through; older ones are kept a while, and counted.
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """One of them in the list."""

    stored: StoredSubscription
    host: str
    """Of its address."""
    health: Health
    events: Sequence[str]
    """What it is told, in words."""
    waiting: int
    """Notifications that are still to be delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionsPage:
    """Context of templates/subscriptions/index.html."""

    template: ClassVar[str] = "subscriptions/index.html"
    section: ClassVar[str] = "subscriptions"

    rows: Sequence[SubscriptionRow]
    can_edit: bool
    """This person may make subscriptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPage:
    """Context of templates/subscriptions/show.html."""

    template: ClassVar[str] = "subscriptions/show.html"
    section: ClassVar[str] = "subscriptions"

    stored: StoredSubscription
    address: str
    """Where it is told: of it, a viewer sees the host alone."""
    health: Health
    events: Sequence[str]
    """What it is told, in words."""
    connections: Sequence[str]
    """Names of those it is told of; none for all."""
    datasets: Sequence[str]
    """Names of those it is told of; none for all."""
    tells_of_silence: bool
    """It is told when nothing comes any more."""
    deliveries: Sequence[ShownDelivery]
    waiting: int
    """Notifications that are still to be delivered."""
    secret: str
    """A new secret, which is shown this once; empty otherwise."""
    unproven: str
    """Why its address did not prove just now that it wants notifications; empty otherwise."""
    can_edit: bool
    """This person may change it."""


def routes(templates: Templates) -> Sequence[Route]:
    """``subscriptions``, ``subscription``, and what is done to one: ``subscription-verify``, ``-test``, ``-again`` …"""

    async def index(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> Sequence[SubscriptionRow]:
            return [
                SubscriptionRow(
                    stored=stored,
                    host=host_of(stored.subscription.url),
                    health=health(stored),
                    events=[EVENT_TEXTS[code].title for code in stored.subscription.events],
                    waiting=count_waiting(connection, stored.subscription.id),
                )
                for stored in list_subscriptions(connection)
            ]

        rows = await request.state["services"].database.read(work)
        return templates.render(request, SubscriptionsPage(rows=rows, can_edit=may_edit(request)))

    async def show(request: Request[ConsoleState]) -> Response:
        page = await subscription_page(request, request.path_params["subscription_id"])
        return templates.render(request, page)

    async def verify(request: Request[ConsoleState]) -> Response:
        stored = await changed(request)
        unproven = await prove(request.state["services"], stored)
        if not unproven:
            return _back(request, stored)
        page = await subscription_page(request, stored.subscription.id, unproven=unproven)
        return templates.render(request, page, status=400)

    async def test(request: Request[ConsoleState]) -> Response:
        stored = await changed(request)
        if stored.verified_ms is None:
            raise HTTPException(400, "Nothing is sent there before its address has answered: ask it again first.")
        await send_test(request.state["services"], stored)
        return _back(request, stored)

    async def again(request: Request[ConsoleState]) -> Response:
        stored = await changed(request)
        if stored.verified_ms is None:
            raise HTTPException(400, "Nothing is sent there before its address has answered: ask it again first.")
        if not await send_once_more(request.state["services"], stored, request.path_params["notification_id"]):
            raise HTTPException(404, "There is no such notification: it was kept long enough.")
        return _back(request, stored)

    async def secret(request: Request[ConsoleState]) -> Response:
        stored, services = await changed(request), request.state["services"]
        made, wanted = new_secret(services), stored.subscription.id
        sealed = services.notifier.seal(made)
        await services.database.write(lambda connection: replace_secret(connection, wanted, sealed_secret=sealed))
        return templates.render(request, await subscription_page(request, wanted, secret=made))

    async def switch(request: Request[ConsoleState]) -> Response:
        """On when it is off, and the other way round."""
        stored = await changed(request)
        await (switch_off if stored.enabled else switch_on)(request.state["services"], stored)
        return _back(request, stored)

    async def delete(request: Request[ConsoleState]) -> Response:
        wanted = (await changed(request)).subscription.id
        await request.state["services"].database.write(lambda connection: delete_subscription(connection, wanted))
        return RedirectResponse(path_for(request, "subscriptions"), status_code=303)

    one = "/subscriptions/{subscription_id}"
    posted: Sequence[tuple[str, Callable[[Request[ConsoleState]], Awaitable[Response]], str]] = (
        (f"{one}/verify", verify, "subscription-verify"),
        (f"{one}/test", test, "subscription-test"),
        (f"{one}/notifications/{{notification_id}}", again, "subscription-again"),
        (f"{one}/secret", secret, "subscription-secret"),
        (f"{one}/switch", switch, "subscription-switch"),
        (f"{one}/delete", delete, "subscription-delete"),
    )
    return (
        Route("/subscriptions", index, name="subscriptions"),
        Route(one, show, name="subscription"),
        *(Route(path, endpoint, methods=["POST"], name=name) for path, endpoint, name in posted),
    )


async def subscription_page(
    request: Request[ConsoleState], subscription_id: str, *, secret: str = "", unproven: str = ""
) -> SubscriptionPage:
    """Raises HTTPException 404. ``secret``, ``unproven``: what to show this once."""
    can_edit = may_edit(request)

    def work(connection: Connection) -> SubscriptionPage:
        stored = found(connection, subscription_id)
        subscription, names = stored.subscription, names_in(connection, base_url=request.state["services"].base_url)
        return SubscriptionPage(
            stored=stored,
            address=subscription.url if can_edit else host_of(subscription.url),
            health=health(stored),
            events=[EVENT_TEXTS[code].title for code in subscription.events],
            connections=[names.connections.get(each, each) for each in subscription.connections],
            datasets=[names.datasets.get(each, each) for each in subscription.datasets],
            tells_of_silence=EventCode.STOPPED in subscription.events,
            deliveries=[shown_delivery(each) for each in deliveries(connection, subscription.id, limit=_SHOWN)],
            waiting=count_waiting(connection, subscription.id),
            secret=secret,
            unproven=unproven,
            can_edit=can_edit,
        )

    return await request.state["services"].database.read(work)


async def editors_form(request: Request[ConsoleState]) -> Form:
    """The form of somebody who may change subscriptions. Raises HTTPException."""
    form = await read_signed_form(request)
    if not may_edit(request):
        raise HTTPException(403, "Changing a subscription is for editors and administrators.")
    return form


async def changed(request: Request[ConsoleState]) -> StoredSubscription:
    """The one that this form is about. Raises HTTPException."""
    await editors_form(request)
    wanted = request.path_params["subscription_id"]
    return await request.state["services"].database.read(lambda connection: found(connection, wanted))


def found(connection: Connection, subscription_id: str) -> StoredSubscription:
    """Raises HTTPException 404."""
    stored = find_subscription(connection, subscription_id)
    if stored is None:
        raise HTTPException(404, "There is no subscription here: the address is wrong, or it was deleted.")
    return stored


def _back(request: Request[ConsoleState], stored: StoredSubscription) -> Response:
    address = path_for(request, "subscription", subscription_id=stored.subscription.id)
    return RedirectResponse(address, status_code=303)

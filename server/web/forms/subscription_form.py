"""What the form of a subscription holds, and what is made of it."""

from collections.abc import Mapping, Sequence

from server.model.subscription import SUBSCRIBED, Subscription
from server.web.forms.signed_form import Form
from server.web.views.event_texts import USUAL
from server.wire.webhook_address import url_fault

QUIET_HOURS = (1, 3, 6, 12, 24, 72, 168)
"""Of how long a silence one is told; at most as long as it is looked for."""

_MAX_NAME_CHARACTERS = 100
_USUAL_QUIET_HOURS = "24"


def usual_values(names: Sequence[str]) -> Mapping[str, str]:
    """Of a new one. ``names``: those that are taken."""
    free = next(name for name in ("Operations", *(f"Operations {n}" for n in range(2, 1_000))) if name not in names)
    chosen = {f"event-{code}": "1" for code in USUAL}
    return {"name": free, "url": "", "quiet_hours": _USUAL_QUIET_HOURS, **chosen}


def values_of(subscription: Subscription) -> Mapping[str, str]:
    """The form, filled with it."""
    chosen = [
        *(f"event-{code}" for code in subscription.events),
        *(f"connection-{each}" for each in subscription.connections),
        *(f"dataset-{each}" for each in subscription.datasets),
    ]
    return {
        "name": subscription.name,
        "url": subscription.url,
        "quiet_hours": str(subscription.quiet_hours),
        **dict.fromkeys(chosen, "1"),
    }


def read_subscription(
    form: Form, *, subscription_id: str, connections: Sequence[str], datasets: Sequence[str]
) -> tuple[Subscription | None, Mapping[str, str]]:
    """What the form says, and what is wrong with it by field. ``connections``, ``datasets``: ids that there are."""
    name, url = form.get("name", "").strip(), form.get("url", "").strip()
    events = tuple(code for code in SUBSCRIBED if f"event-{code}" in form)
    faults: dict[str, str] = {}
    if not 0 < len(name) <= _MAX_NAME_CHARACTERS or not name.isprintable():
        faults["name"] = f"Give it a name of at most {_MAX_NAME_CHARACTERS} characters."
    wrong = url_fault(url)
    if wrong:
        faults["url"] = wrong
    if not events:
        faults["events"] = "Choose something to be told."
    quiet = form.get("quiet_hours", _USUAL_QUIET_HOURS)
    if quiet not in map(str, QUIET_HOURS):
        faults["quiet_hours"] = "Choose one of the times."
    if faults:
        return None, faults
    return (
        Subscription(
            id=subscription_id,
            name=name,
            url=url,
            events=events,
            connections=tuple(each for each in connections if f"connection-{each}" in form),
            datasets=tuple(each for each in datasets if f"dataset-{each}" in form),
            quiet_hours=int(quiet),
        ),
        {},
    )

"""What can be told, in the words of people who subscribe to it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from server.model.subscription import SUBSCRIBED, EventCode


class EventText(NamedTuple):
    """``title``: what it is called. ``when``: when it is told."""

    title: str
    when: str


EVENT_TEXTS: Mapping[EventCode, EventText] = MappingProxyType(
    {
        EventCode.LAKE_FAILURE: EventText(
            "Events failed", "within seconds of the first in an hour, and at ten, a hundred, a thousand of them"
        ),
        EventCode.ERROR_RATE: EventText(
            "Many events failed", "once an hour, when more than one in five of at least 20 did"
        ),
        EventCode.STOPPED: EventText("Nothing comes any more", "once, for each connection and dataset"),
        EventCode.RESUMED: EventText("It comes again", "when something comes after such a silence"),
        EventCode.RUN_FAILURE: EventText(
            "Events of a dataflow failed", "as events that failed, with the run in the platform's shape"
        ),
        EventCode.PROFILE_FAILURE: EventText("Profiles refused events", "what will never be in a profile"),
        EventCode.IDENTITY_FAILURE: EventText(
            "The identity graph refused events", "what will never be in the graph of identities"
        ),
        EventCode.LAKE_SUCCESS: EventText("An hour is in the lake", "when the hour is over and all of it is there"),
        EventCode.PROFILE_SUCCESS: EventText("An hour is in profiles", "when all of it is there"),
        EventCode.IDENTITY_SUCCESS: EventText("An hour is in the identity graph", "when all of it is there"),
        EventCode.RUN_SUCCESS: EventText(
            "A dataflow's hour without a failure", "when the hour is over, with the run in the platform's shape"
        ),
        EventCode.TEST: EventText("A test", "when somebody asks for one"),
    }
)

SUCCESSES = (EventCode.LAKE_SUCCESS, EventCode.PROFILE_SUCCESS, EventCode.IDENTITY_SUCCESS, EventCode.RUN_SUCCESS)

USUAL = (EventCode.LAKE_FAILURE, EventCode.ERROR_RATE, EventCode.STOPPED, EventCode.RESUMED)
"""What a new subscription has: what somebody has to do something about."""


def troubles() -> Sequence[EventCode]:
    """What is told when something is not as it should be, the most wanted first."""
    return [code for code in EVENT_TEXTS if code in SUBSCRIBED and code not in SUCCESSES]

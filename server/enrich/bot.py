"""Events that a program made, marked. They are never dropped: whoever reads decides."""

from server.enrich.deps import Deps
from server.model.event import Event
from server.model.json import JsonObject

_HEADLESS = "HeadlessChrome"


class Bot:
    """``botDetection.score`` 1 and the bot's name, for a client that says it is one.

    That is: the crawlers that ua-parser's list knows, and browsers that say they are automated (headless Chrome, in
    the User-Agent or, where a test tool replaces that, in the client hints; PhantomJS). Headless Chrome counts, since
    nobody looks at its pages: mostly monitors, scrapers and tests. Plain HTTP libraries (curl, okhttp) do not: a
    site's own servers and applications send events with them. Who claims to be a person is not found out here.
    """

    name = "bot"
    writes = frozenset({"botDetection.score", "botDetection.name"})
    reads = frozenset({"client.user_agent", "client.client_hints", "botDetection"})

    def __init__(self, deps: Deps) -> None:
        self._agents = deps.agents

    def enrich(self, event: Event) -> JsonObject:
        """{} for what may be a person, and where the event has a verdict."""
        if "botDetection" in event.xdm:
            return {}
        name = self._agents.look_up(event.client.user_agent).bot
        if name is None and _HEADLESS in event.client.client_hints.get("ua", ""):
            name = _HEADLESS
        return {} if name is None else {"botDetection": {"score": 1, "name": name}}

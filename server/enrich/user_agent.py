"""Browser, operating system and device, from the User-Agent header."""

from server.enrich.agents import MAX_USER_AGENT_CHARS
from server.enrich.deps import Deps
from server.enrich.patch import fill, unit
from server.model.event import Event
from server.model.json import JsonObject

_BROWSER = "environment.browserDetails"


class UserAgent:
    """Fills what neither the event nor the client hints say.

    Browsers freeze much of the string today: a version of Windows or macOS here means *at least* this version.
    """

    name = "user_agent"
    writes = frozenset(
        {
            f"{_BROWSER}.userAgent",
            f"{_BROWSER}.name",
            f"{_BROWSER}.version",
            f"{_BROWSER}.vendor",
            "environment.operatingSystem",
            "environment.operatingSystemVersion",
            "environment.operatingSystemVendor",
            "device.type",
            "device.manufacturer",
            "device.model",
        }
    )
    reads = frozenset({"client.user_agent"})

    def __init__(self, deps: Deps) -> None:
        self._agents = deps.agents

    def enrich(self, event: Event) -> JsonObject:
        """{} for a client that sent no User-Agent."""
        text = event.client.user_agent
        if not text:
            return {}
        agent, xdm = self._agents.look_up(text), event.xdm
        browser = {
            f"{_BROWSER}.name": agent.browser,
            f"{_BROWSER}.version": agent.browser_version,
            f"{_BROWSER}.vendor": agent.browser_vendor,
        }
        system = {
            "environment.operatingSystem": agent.system,
            "environment.operatingSystemVersion": agent.system_version,
            "environment.operatingSystemVendor": agent.system_vendor,
        }
        device = {"device.model": agent.model, "device.manufacturer": agent.manufacturer}
        return fill(
            xdm,
            {
                f"{_BROWSER}.userAgent": text[:MAX_USER_AGENT_CHARS],
                **unit(xdm, f"{_BROWSER}.name", browser),
                **unit(xdm, "environment.operatingSystem", system),
                "device.type": agent.device_type,
                **unit(xdm, "device.model", device),
            },
        )

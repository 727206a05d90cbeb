"""User-Agent strings read: ``user-agents``' own classes, filled by ``ua-parser`` with its Rust backend, cached.

``user_agents.parse`` calls ua-parser's legacy module, which runs some thousand Python regexes: 0.6 ms a string and, for
a hostile one, a second. The Rust backend gives the same answers in 1/29 of the time, linear in the string
(performance.md section 4, reliability-security I13); a test holds both together.
"""

from dataclasses import dataclass
from functools import lru_cache

from ua_parser.core import Domain
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver
from user_agents import parsers

from server.enrich.devices import device_type, manufacturer_and_model
from server.enrich.names import BROWSER_VENDORS, SYSTEM_NAMES, SYSTEM_VENDORS

MAX_USER_AGENT_CHARS = 512
"""Real ones stay under 300; in-app browsers append up to some 450. The rest is cut before any regex sees it."""
CACHED_AGENTS = 4096
"""Hits stop growing at about 1,000 entries on real traffic; an entry is a kilobyte at most."""

# What ua-parser says when it recognises nothing.
_UNKNOWN = "Other"
# Programs that drive a browser or fetch pages, which ua-parser files under browsers.
_AUTOMATION = frozenset({"HeadlessChrome", "PhantomJS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """What one user agent says of itself. None: it does not say.

    ``bot``: name of the bot or automation, None for what may be a person.
    """

    browser: str | None
    browser_version: str | None
    browser_vendor: str | None
    system: str | None
    system_version: str | None
    system_vendor: str | None
    device_type: str | None
    manufacturer: str | None
    model: str | None
    bot: str | None


class UserAgents:
    """A parser with its cache. Making one compiles all patterns: 0.25 s, 35 MB."""

    def __init__(self) -> None:
        self._resolver = Resolver(load_lazy_builtins())
        self._cached = lru_cache(maxsize=CACHED_AGENTS)(self._read)

    def look_up(self, user_agent: str) -> Agent:
        """What the first MAX_USER_AGENT_CHARS of the string say."""
        return self._cached(user_agent[:MAX_USER_AGENT_CHARS])

    def parse(self, user_agent: str) -> parsers.UserAgent:
        """As ``user_agents.parse``, not cached."""
        found = self._resolver(user_agent, Domain.ALL).complete().with_defaults()
        browser, system, device = found.user_agent, found.os, found.device
        # The class's constructor would call the slow parser; everything else of it is used as it is.
        parsed = parsers.UserAgent.__new__(parsers.UserAgent)
        parsed.ua_string = user_agent
        parsed.browser = parsers.parse_browser(browser.family, browser.major, browser.minor, browser.patch)
        parsed.os = parsers.parse_operating_system(system.family, system.major, system.minor, system.patch)
        parsed.device = parsers.parse_device(device.family, device.brand, device.model)
        return parsed

    def _read(self, user_agent: str) -> Agent:
        parsed = self.parse(user_agent)
        browser, system = parsed.browser.family, SYSTEM_NAMES.get(parsed.os.family, parsed.os.family)
        is_automated = parsed.is_bot or browser in _AUTOMATION
        manufacturer, model = manufacturer_and_model(parsed)
        return Agent(
            browser=_known(browser),
            browser_version=parsed.browser.version_string or None,
            browser_vendor=BROWSER_VENDORS.get(browser),
            system=_known(system),
            # Every Chrome on Android says "10; K" today, whatever the system: the K gives it away.
            system_version=None if parsed.device.model == "K" else parsed.os.version_string or None,
            system_vendor=SYSTEM_VENDORS.get(system),
            device_type=device_type(parsed),
            manufacturer=manufacturer,
            model=model,
            bot=browser if is_automated else None,
        )


def _known(family: str) -> str | None:
    return None if family == _UNKNOWN else family

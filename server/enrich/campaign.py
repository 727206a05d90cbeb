"""The campaign that brought the visitor here, from the ``utm_`` parameters of the page's address."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote_plus

from server.enrich.deps import Deps
from server.model.event import Event
from server.model.json import JsonObject

MAX_QUERY_CHARS = 8192
"""Longer addresses are cut by browsers, proxies and servers alike."""
MAX_PARAMETERS = 100
"""Real addresses stay under 30."""
MAX_VALUE_CHARS = 255
"""What the platform's own campaign variables hold."""

CACHED_QUERIES = 1_024
"""All who follow one link of a campaign come with one query; an entry is 8 kB at most."""

_PARTS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_WANTED = frozenset({*_PARTS, "utm_id"})


class Campaign:
    """``marketing.trackingCode`` and ``campaignName``.

    XDM has no fields for source and medium. The tracking code is ``utm_id`` or, without one, source, medium, campaign,
    term and content joined by colons (``newsletter:email:spring``), empty ones in between kept so that places mean the
    same in every code. ``campaignName`` is ``utm_campaign``.
    """

    name = "campaign"
    writes = frozenset({"marketing.trackingCode", "marketing.campaignName"})
    reads = frozenset({"web.webPageDetails.URL", "marketing"})

    def __init__(self, deps: Deps) -> None:
        self._values = lru_cache(maxsize=CACHED_QUERIES)(_parameters)

    def enrich(self, event: Event) -> JsonObject:
        """{} where the event says anything of a campaign: half of one and half of another would be neither."""
        xdm = event.xdm
        if "marketing" in xdm:
            return {}
        web = xdm.get("web")
        page = web.get("webPageDetails") if isinstance(web, dict) else None
        address = page.get("URL") if isinstance(page, dict) else None
        if not isinstance(address, str) or "utm_" not in address:
            return {}
        values = self._values(address.partition("#")[0].partition("?")[2][:MAX_QUERY_CHARS])
        code = values.get("utm_id") or ":".join(values.get(part, "") for part in _PARTS).rstrip(":")
        if not code:
            return {}
        campaign = values.get("utm_campaign")
        return {"marketing": {"trackingCode": code, **({"campaignName": campaign} if campaign else {})}}


def _parameters(query: str) -> Mapping[str, str]:
    """The campaign parameters of a query that are not empty; of repeated ones the first."""
    values: dict[str, str] = {}
    for pair in query.split("&", MAX_PARAMETERS)[:MAX_PARAMETERS]:
        name, _, value = pair.partition("=")
        if name in _WANTED and name not in values and (text := unquote_plus(value).strip()[:MAX_VALUE_CHARS]):
            values[name] = text
    return values

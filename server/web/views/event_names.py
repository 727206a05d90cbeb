"""What people call an event type. Names of our own; the types are XDM's (its schema of time series)."""

import re
from collections.abc import Mapping
from types import MappingProxyType

# Where taking the type's own last word apart would read badly.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "advertising.completes": "Ad completed",
        "advertising.clicks": "Ad clicked",
        "advertising.conversions": "Ad conversion",
        "advertising.impressions": "Ad shown",
        "advertising.starts": "Ad started",
        "application.close": "App closed",
        "application.launch": "App opened",
        "commerce.checkouts": "Checkout",
        "commerce.productListAdds": "Added to cart",
        "commerce.productListOpens": "Cart opened",
        "commerce.productListRemovals": "Removed from cart",
        "commerce.productListReopens": "Cart reopened",
        "commerce.productListViews": "Cart viewed",
        "commerce.productViews": "Product view",
        "commerce.purchases": "Purchase",
        "commerce.saveForLaters": "Saved for later",
        "decisioning.propositionDisplay": "Proposition shown",
        "decisioning.propositionInteract": "Proposition used",
        "media.play": "Media playing",
        "media.pauseStart": "Media paused",
        "media.sessionStart": "Media started",
        "media.sessionComplete": "Media completed",
        "media.sessionEnd": "Media ended",
        "pushTracking.applicationOpened": "App opened from push",
        "web.error": "Page error",
        "web.formFilledOut": "Form sent",
        "web.promotionView": "Promotion seen",
        "web.scrollDepth": "Scrolled",
        "web.vitals": "Web vitals",
        "web.webinteraction.linkClicks": "Link click",
        "web.webpagedetails.pageViews": "Page view",
    }
)

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\-\s]+")


def event_name(event_type: str) -> str:
    """``commerce.productListAdds`` is *Added to cart*; of an unknown type, its last word taken apart."""
    if event_type in _NAMES:
        return _NAMES[event_type]
    words = _WORD_STARTS.sub(" ", event_type.rpartition(".")[2]).strip().lower()
    return words[:1].upper() + words[1:] if words else "Event"

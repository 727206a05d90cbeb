"""What a property begins with: one rule that counts page views, and settings that keep visitors' addresses clean."""

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS


def starter_property(
    *, property_id: str, name: str, domains: list[str], datastream: str, asks_for_consent: bool, has_routes: bool
) -> JsonObject:
    """A property that can be published at once.

    ``domains``: its own hosts; may be empty. ``asks_for_consent``: the pages ask visitors, and nothing is sent before
    they answered. ``has_routes``: there is an event for the routes of single-page applications.
    """
    events: list[JsonObject] = [{"type": "page-ready"}, *([{"type": "route-change"}] if has_routes else [])]
    about: JsonObject = {"id": property_id, "name": name} | ({"domains": domains} if domains else {})
    return {
        "formatVersion": 1,
        "property": about,
        "environments": {environment: {"datastream": datastream} for environment in ENVIRONMENTS},
        "consent": {"default": "pending" if asks_for_consent else "granted", "purposes": ["collect"]},
        "privacy": {"urlParams": {"keep": ["utm_*", "q"]}},
        "xdm": {"base": {"web.webPageDetails.name": "%pageName%"}},
        "dataElements": {
            "pageName": {
                "from": "page",
                "get": "title",
                "apply": ["cleanText", "max(200)"],
                "description": "What the page is called: its title.",
            }
        },
        "rules": [
            {
                "id": "page-view",
                "name": "Page view",
                "description": "Every page that is opened, and every route of a single-page application.",
                "events": events,
                "actions": [
                    {
                        "type": "send-event",
                        "eventType": "web.webpagedetails.pageViews",
                        "xdm": {"web.webPageDetails.pageViews.value": 1},
                    }
                ],
            }
        ],
    }

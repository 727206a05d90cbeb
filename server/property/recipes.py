"""Rules that nearly every site wants, to begin with: one is chosen, and what is different at the site is changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.model.json import Json, JsonObject
from server.property.modules import Modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """``title`` and ``description`` are for the page that offers it; ``rule`` is the rule without an id."""

    id: str
    title: str
    description: str
    rule: JsonObject


def _sends(event_type: str, xdm: JsonObject, **settings: Json) -> list[Json]:
    return [{"type": "send-event", "eventType": event_type, "xdm": xdm, **settings}]


RECIPES: Sequence[Recipe] = (
    Recipe(
        id="page-view",
        title="Page view",
        description="Every page that is opened, and every route of a single-page application.",
        rule={
            "name": "Page view",
            "events": [{"type": "page-ready"}, {"type": "route-change"}],
            "actions": _sends("web.webpagedetails.pageViews", {"web.webPageDetails.pageViews.value": 1}),
        },
    ),
    Recipe(
        id="add-to-cart",
        title="Add to cart",
        description="A click on the button, with the product of the card around it.",
        rule={
            "name": "Add to cart",
            "events": [{"type": "click", "target": "[data-testid=add-to-cart]"}],
            "actions": _sends(
                "commerce.productListAdds",
                {
                    "commerce.productListAdds.value": 1,
                    "productListItems[]": {"one": {"SKU": "%closest([data-sku])[data-sku]%"}},
                },
            ),
        },
    ),
    Recipe(
        id="purchase",
        title="Purchase",
        description="An order that the page tells its data layer; each order number counts once.",
        rule={
            "name": "Purchase",
            "events": [{"type": "data-layer", "event": "orderPlaced", "replay": "all"}],
            "limit": {"times": 1, "per": "visitor", "key": "%event.order.id%"},
            "actions": _sends(
                "commerce.purchases",
                {
                    "commerce.purchases.value": 1,
                    "commerce.order.purchaseID": "%event.order.id%",
                    "commerce.order.priceTotal": "%event.order.total | number%",
                    "commerce.order.currencyCode": "%event.order.currency%",
                    "productListItems[]": {
                        "each": "%event.order.items%",
                        "as": {"SKU": "%item.sku%", "name": "%item.name%", "quantity": "%item.qty | integer%"},
                    },
                },
            ),
        },
    ),
    Recipe(
        id="form",
        title="Form sent",
        description="A newsletter, a contact form, a request.",
        rule={
            "name": "Form sent",
            "events": [{"type": "form-submit", "target": "form"}],
            "actions": _sends("web.formFilledOut", {"web.webInteraction.name": "%event.name%"}),
        },
    ),
    Recipe(
        id="outbound-link",
        title="Link to another site",
        description="Clicks that lead away, with where they lead.",
        rule={
            "name": "Link to another site",
            "events": [{"type": "link-click", "kind": "exit"}],
            "actions": _sends(
                "web.webinteraction.linkClicks",
                {
                    "web.webInteraction.type": "exit",
                    "web.webInteraction.URL": "%this.href | stripQuery%",
                    "web.webInteraction.name": "%this | text | cleanText | max(100)%",
                    "web.webInteraction.linkClicks.value": 1,
                },
            ),
        },
    ),
    Recipe(
        id="download",
        title="Download",
        description="Clicks on files, such as PDF and ZIP.",
        rule={
            "name": "Download",
            "events": [{"type": "link-click", "kind": "download"}],
            "actions": _sends(
                "web.webinteraction.linkClicks",
                {
                    "web.webInteraction.type": "download",
                    "web.webInteraction.URL": "%this.href | stripQuery%",
                    "web.webInteraction.linkClicks.value": 1,
                },
            ),
        },
    ),
)


def usable_recipes(modules: Modules) -> Sequence[Recipe]:
    """Those whose events and actions there are."""
    return [recipe for recipe in RECIPES if _is_usable(recipe.rule, modules)]


def _is_usable(rule: JsonObject, modules: Modules) -> bool:
    return all(modules.find("events", each["type"]) for each in rule["events"]) and all(
        modules.find("actions", each["type"]) for each in rule["actions"]
    )

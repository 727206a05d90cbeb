"""Google Analytics' events and their parameters as XDM: what a person confirms, or changes, after an import."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from server.model.json import JsonObject

EVENT_TYPES: Mapping[str, tuple[str, JsonObject]] = MappingProxyType(
    {
        "page_view": ("web.webpagedetails.pageViews", {"web.webPageDetails.pageViews.value": 1}),
        "view_item": ("commerce.productViews", {"commerce.productViews.value": 1}),
        "view_item_list": ("commerce.productListViews", {"commerce.productListViews.value": 1}),
        "view_cart": ("commerce.productListViews", {"commerce.productListViews.value": 1}),
        "add_to_cart": ("commerce.productListAdds", {"commerce.productListAdds.value": 1}),
        "remove_from_cart": ("commerce.productListRemovals", {"commerce.productListRemovals.value": 1}),
        "add_to_wishlist": ("commerce.saveForLaters", {"commerce.saveForLaters.value": 1}),
        "begin_checkout": ("commerce.checkouts", {"commerce.checkouts.value": 1}),
        "purchase": ("commerce.purchases", {"commerce.purchases.value": 1}),
        "generate_lead": ("web.formFilledOut", {}),
        "click": ("web.webinteraction.linkClicks", {"web.webInteraction.linkClicks.value": 1}),
        "file_download": ("web.webinteraction.linkClicks", {"web.webInteraction.linkClicks.value": 1}),
    }
)

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "page_title": "web.webPageDetails.name",
        "page_location": "web.webPageDetails.URL",
        "page_referrer": "web.webReferrer.URL",
        "transaction_id": "commerce.order.purchaseID",
        "value": "commerce.order.priceTotal",
        "currency": "commerce.order.currencyCode",
        "link_url": "web.webInteraction.URL",
        "link_text": "web.webInteraction.name",
        "campaign": "marketing.campaignName",
    }
)

NUMBERS = frozenset({"value"})
"""Parameters that are numbers, whatever the page writes."""

ITEM: JsonObject = {
    "SKU": "%item.item_id | string%",
    "name": "%item.item_name | string%",
    "quantity": "%item.quantity | integer%",
    "priceTotal": "%item.price | number%",
}
"""An entry of ``items`` as one of ``productListItems``."""

ECOMMERCE: Sequence[str] = ("transaction_id", "value", "currency")
"""What a page pushes in ``ecommerce``, beside ``items``."""


def event_type(name: str) -> tuple[str, JsonObject, bool]:
    """Type and first lines of an event of this name, and whether it is one of XDM's own."""
    known = EVENT_TYPES.get(name)
    return (known[0], dict(known[1]), True) if known else (f"web.{name}", {}, False)

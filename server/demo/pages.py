"""What each page of the demo shop shows: one frozen context a page. Who shows what: server/web/pages/demo.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from server.demo.catalogue import (
    CATEGORIES,
    CURRENCY,
    DELIVERY_CENTS,
    FREE_DELIVERY_FROM_CENTS,
    TAX_RATE,
    Category,
    Product,
)
from server.demo.stories import Story
from server.model.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPage:
    """What the frame around every page needs."""

    template: ClassVar[str]
    """File under templates/demo/."""
    section: ClassVar[str] = ""
    """Entry of the main navigation that it belongs to."""

    name: str
    """For the data layer, such as ``product:pocket-heliograph``."""
    type: str
    """Kind of page, for the data layer, such as ``detail``."""
    title: str
    """What the browser's tab says before the shop's name."""
    description: str
    """One sentence for search engines."""
    category: str = "none"
    """Id of the category that is shown, for the data layer."""
    query: str = ""
    """What stands in the search field."""

    @property
    def data(self) -> JsonObject:
        """What the page's scripts get, in the shop's own words: the data layer begins with it."""
        page = {"name": self.name, "type": self.type, "category": self.category, "currency": CURRENCY, "language": "en"}
        terms = {
            "currency": CURRENCY,
            "taxRate": TAX_RATE,
            "delivery": DELIVERY_CENTS / 100,
            "freeDeliveryFrom": FREE_DELIVERY_FROM_CENTS / 100,
        }
        return {"page": page, "terms": terms} | self.shown()

    def shown(self) -> JsonObject:
        """What this kind of page adds to ``data``."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(ShopPage):
    template: ClassVar[str] = "home.html"

    featured: Sequence[Product]
    categories: Sequence[tuple[Category, Product]]
    """Each with the product whose picture stands for it."""
    announced: Product
    """What the notice in the middle of the page is about."""
    stories: Sequence[Story]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsPage(ShopPage):
    template: ClassVar[str] = "products.html"
    section: ClassVar[str] = "products"

    heading: str
    blurb: str
    products: Sequence[Product]
    categories: Sequence[Category] = CATEGORIES


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage(ShopPage):
    template: ClassVar[str] = "product.html"
    section: ClassVar[str] = "products"

    product: Product
    related: Sequence[Product]

    def shown(self) -> JsonObject:
        return {
            "product": {
                "sku": self.product.sku,
                "name": self.product.name,
                "price": self.product.price_cents / 100,
                "category": self.product.category.id,
                "available": self.product.is_available,
            }
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(ShopPage):
    template: ClassVar[str] = "search.html"

    products: Sequence[Product]
    suggestions: Sequence[Product]
    """What to look at when nothing was found."""

    def shown(self) -> JsonObject:
        return {"search": {"term": self.query, "results": len(self.products)}}


@dataclass(frozen=True, slots=True, kw_only=True)
class CartPage(ShopPage):
    template: ClassVar[str] = "cart.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPage(ShopPage):
    template: ClassVar[str] = "checkout.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThankYouPage(ShopPage):
    template: ClassVar[str] = "thank_you.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(ShopPage):
    template: ClassVar[str] = "account.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoriesPage(ShopPage):
    template: ClassVar[str] = "stories.html"
    section: ClassVar[str] = "stories"

    stories: Sequence[Story]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage(ShopPage):
    template: ClassVar[str] = "story.html"
    section: ClassVar[str] = "stories"

    story: Story
    others: Sequence[Story]

    def shown(self) -> JsonObject:
        return {"story": {"slug": self.story.slug, "title": self.story.title}}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage(ShopPage):
    template: ClassVar[str] = "about.html"
    section: ClassVar[str] = "about"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage(ShopPage):
    """A page that only says something: nothing here, thank you."""

    template: ClassVar[str] = "message.html"

    heading: str
    message: str
    picture: str
    """Name of a file in static/demo/img/stories/, without its ending."""

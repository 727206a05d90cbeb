"""The demo shop at /demo/: a site as a customer would have it, on which Heliograph is judged.

It knows nothing of Heliograph but the embed code in its head; all else that it tells is in its own data layer. Static
files are expected at a route named ``static``; the downloads are its own routes.
"""

from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from typing import Protocol

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from server.demo import pages
from server.demo.catalogue import CATEGORIES, PRODUCTS
from server.demo.lookup import find, in_category, price_list_csv, related, search
from server.demo.stories import STORIES, others
from server.demo.stories import find as find_story
from server.web.templating import path_for

# Nobody types a longer one; the search reads it once a product.
MAX_QUERY_CHARACTERS = 100

# A strict policy, as a careful customer's site has it: the embed code has to work under this.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

_HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # Not no-store: that would keep the pages out of the browser's back/forward cache, which a tag has to live with.
    "cache-control": "no-cache",
}
_DOWNLOAD_HEADERS: Mapping[str, str] = {"x-content-type-options": "nosniff", "cache-control": "no-cache"}

_FEATURED_PRODUCTS = 4
_RELATED_PRODUCTS = 4
_HOME_STORIES = 3
# The one that is sold out: the notice on the home page takes orders for the next five.
_ANNOUNCED_SLUG = "meridian-sextant"


class EmbedCode(Protocol):
    """What goes into the head of every page."""

    @property
    def html(self) -> str:
        """Markup, safe to output as it is."""


def demo_routes(environment: jinja2.Environment, embed: Callable[[Request], EmbedCode]) -> list[Route]:
    """The shop's routes, named ``demo:…``.

    ``environment``: finds ``demo/*.html``, escapes by itself; StrictUndefined is expected. ``embed``: the code for the
    page that answers this request.
    """
    shop = _Shop(environment, embed)
    return [
        Route("/demo/", shop.home, name="demo:home"),
        Route("/demo/products", shop.products, name="demo:products"),
        Route("/demo/products/{slug}", shop.product, name="demo:product"),
        Route("/demo/search", shop.search, name="demo:search"),
        Route("/demo/cart", shop.cart, name="demo:cart"),
        Route("/demo/checkout", shop.checkout, name="demo:checkout", methods=["GET"]),
        Route("/demo/checkout", shop.order, name="demo:order", methods=["POST"]),
        Route("/demo/thank-you", shop.thank_you, name="demo:thank-you"),
        Route("/demo/account", shop.account, name="demo:account"),
        Route("/demo/stories/", shop.stories, name="demo:stories"),
        Route("/demo/stories", shop.to_stories, name="demo:to-stories"),
        Route("/demo/stories/{slug}", shop.story, name="demo:story"),
        Route("/demo/about", shop.about, name="demo:about"),
        Route("/demo/newsletter", shop.newsletter, name="demo:newsletter", methods=["GET"]),
        Route("/demo/newsletter", shop.sign_up, name="demo:sign-up", methods=["POST"]),
        Route("/demo/files/size-guide.pdf", _size_guide, name="demo:size-guide"),
        Route("/demo/files/price-list.csv", _price_list, name="demo:price-list"),
        Route("/demo/{path:path}", shop.not_found, name="demo:not-found"),
    ]


class _Shop:
    """The endpoints: each finds what its page shows and renders it."""

    def __init__(self, environment: jinja2.Environment, embed: Callable[[Request], EmbedCode]) -> None:
        self._environment = environment
        self._embed = embed

    async def home(self, request: Request) -> Response:
        page = pages.HomePage(
            name="home",
            type="home",
            title="Instruments for looking far and being seen",
            description="Heliographs, telescopes, compasses and mugs, made on the ridge and repaired for life.",
            featured=PRODUCTS[:_FEATURED_PRODUCTS],
            categories=[(category, in_category(category.id)[-1]) for category in CATEGORIES],
            announced=next(product for product in PRODUCTS if product.slug == _ANNOUNCED_SLUG),
            stories=STORIES[:_HOME_STORIES],
        )
        return self._render(request, page)

    async def products(self, request: Request) -> Response:
        wanted = request.query_params.get("category", "")
        category = next((category for category in CATEGORIES if category.id == wanted), None)
        if wanted and category is None:
            return await self.not_found(request)
        page = pages.ProductsPage(
            name=f"products:{category.id}" if category else "products",
            type="list",
            title=category.name if category else "All instruments",
            description=category.blurb if category else "Everything that we make, on one page.",
            category=category.id if category else "all",
            heading=category.name if category else "All instruments",
            blurb=category.blurb
            if category
            else "Twelve things, made slowly. We would rather repair than replace them.",
            products=in_category(category.id) if category else PRODUCTS,
        )
        return self._render(request, page)

    async def product(self, request: Request) -> Response:
        product = find(request.path_params["slug"])
        if product is None:
            return await self.not_found(request)
        page = pages.ProductPage(
            name=f"product:{product.slug}",
            type="detail",
            title=product.name,
            description=product.blurb,
            category=product.category.id,
            product=product,
            related=related(product, limit=_RELATED_PRODUCTS),
        )
        return self._render(request, page)

    async def search(self, request: Request) -> Response:
        query = request.query_params.get("q", "")[:MAX_QUERY_CHARACTERS].strip()
        page = pages.SearchPage(
            name="search",
            type="search",
            title=f"Search: {query}" if query else "Search",
            description="Search everything that we make.",
            query=query,
            products=search(query),
            suggestions=PRODUCTS[:_RELATED_PRODUCTS],
        )
        return self._render(request, page)

    async def cart(self, request: Request) -> Response:
        page = pages.CartPage(name="cart", type="cart", title="Your cart", description="What you have chosen so far.")
        return self._render(request, page)

    async def checkout(self, request: Request) -> Response:
        page = pages.CheckoutPage(
            name="checkout", type="checkout", title="Checkout", description="Where shall we send it?"
        )
        return self._render(request, page)

    async def order(self, request: Request) -> Response:
        # The order itself is made in the browser; nothing of the form is read or kept here.
        return RedirectResponse(path_for(request, "demo:thank-you"), status_code=303)

    async def thank_you(self, request: Request) -> Response:
        page = pages.ThankYouPage(
            name="thank-you", type="confirmation", title="Thank you", description="Your order is on its way."
        )
        return self._render(request, page)

    async def account(self, request: Request) -> Response:
        page = pages.AccountPage(
            name="account", type="account", title="Your account", description="Log in with your e-mail address."
        )
        return self._render(request, page)

    async def stories(self, request: Request) -> Response:
        page = pages.StoriesPage(
            name="stories",
            type="stories",
            title="Stories",
            description="Notes from the hill, the workshop and the kitchen wall.",
            stories=STORIES,
        )
        return self._render(request, page)

    async def to_stories(self, request: Request) -> Response:
        return RedirectResponse(path_for(request, "demo:stories"))

    async def story(self, request: Request) -> Response:
        story = find_story(request.path_params["slug"])
        if story is None:
            return await self.not_found(request)
        page = pages.StoryPage(
            name=f"story:{story.slug}",
            type="story",
            title=story.title,
            description=story.teaser,
            story=story,
            others=others(story),
        )
        return self._render(request, page)

    async def about(self, request: Request) -> Response:
        page = pages.AboutPage(
            name="about", type="about", title="About us", description="Six people, one ridge, a good view."
        )
        return self._render(request, page)

    async def newsletter(self, request: Request) -> Response:
        page = pages.MessagePage(
            name="newsletter",
            type="newsletter",
            title="Post from the Ridge",
            description="You are on the list.",
            heading="You are on the list",
            message="Four letters a year, with the weather, one story, and what is new on the bench.",
            picture="two-ridges-one-sunbeam",
        )
        return self._render(request, page)

    async def sign_up(self, request: Request) -> Response:
        # As with the order: the address is not read, let alone kept.
        return RedirectResponse(path_for(request, "demo:newsletter"), status_code=303)

    async def not_found(self, request: Request) -> Response:
        page = pages.MessagePage(
            name="not-found",
            type="error",
            title="Nothing on this hill",
            description="There is no such page.",
            heading="Nothing on this hill",
            message="We looked with the good telescope. The page that you are after has moved, or it never was.",
            picture="a-night-with-the-curlew",
        )
        return self._render(request, page, status=404)

    def _render(self, request: Request, page: pages.ShopPage, *, status: int = 200) -> Response:
        template = self._environment.get_template(f"demo/{page.template}")
        text = template.render(page=page, embed=self._embed(request), link=partial(path_for, request))
        return HTMLResponse(text, status_code=status, headers=_HEADERS)


def _size_guide(request: Request) -> Response:
    # Not async: reading a file is for Starlette's threads.
    content = files("server.demo").joinpath("files/size-guide.pdf").read_bytes()
    return Response(content, media_type="application/pdf", headers=_DOWNLOAD_HEADERS)


def _price_list(request: Request) -> Response:
    return Response(
        price_list_csv(),
        media_type="text/csv",
        headers={**_DOWNLOAD_HEADERS, "content-disposition": 'attachment; filename="price-list.csv"'},
    )

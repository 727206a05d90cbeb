"""Finding things in the catalogue. Pure: the pages ask, these answer."""

from collections.abc import Sequence

from server.demo.catalogue import CURRENCY, PRODUCTS, Product


def find(slug: str) -> Product | None:
    """The product with this slug, or None."""
    return next((product for product in PRODUCTS if product.slug == slug), None)


def in_category(category_id: str) -> Sequence[Product]:
    """The products of one category, in shop order; empty for a category that does not exist."""
    return [product for product in PRODUCTS if product.category.id == category_id]


def search(query: str) -> Sequence[Product]:
    """Products in which every word of the query occurs, in shop order; none for an empty query."""
    words = query.casefold().split()
    if not words:
        return []
    return [product for product in PRODUCTS if all(word in _searched_text(product) for word in words)]


def related(product: Product, *, limit: int) -> Sequence[Product]:
    """Other products to look at next: first those of the same category, then the rest."""
    others = [other for other in PRODUCTS if other is not product]
    return sorted(others, key=lambda other: other.category is not product.category)[:limit]


def price_list_csv() -> str:
    """The whole catalogue as RFC 4180 text with a header line."""
    rows = ["sku,name,category,price,currency,available"]
    rows += [
        f'{product.sku},"{product.name}","{product.category.name}",{product.price},{CURRENCY},'
        f"{'yes' if product.is_available else 'no'}"
        for product in PRODUCTS
    ]
    return "".join(f"{row}\r\n" for row in rows)


def _searched_text(product: Product) -> str:
    details = (value for _, value in product.details)
    texts = (product.sku, product.name, product.category.name, product.blurb, *product.story, *details)
    return " ".join(texts).casefold()

"""The catalogue and what finds things in it."""

import pytest

from server.demo.catalogue import CATEGORIES, PRODUCTS, Product
from server.demo.lookup import find, in_category, price_list_csv, related, search
from server.demo.stories import STORIES, Story


def test_skus_and_slugs_name_one_product_each() -> None:
    assert len({product.sku for product in PRODUCTS}) == len(PRODUCTS)
    assert len({product.slug for product in PRODUCTS}) == len(PRODUCTS)


def test_a_price_is_told_to_machines_and_to_people() -> None:
    lens = find("dewdrop-hand-lens")

    assert lens is not None
    assert (lens.price_cents, lens.price, lens.price_text) == (2800, "28.00", "€28.00")


def test_an_unknown_slug_finds_nothing() -> None:
    assert find("no-such-thing") is None


def test_the_categories_share_the_catalogue_among_them() -> None:
    assert sum(len(in_category(category.id)) for category in CATEGORIES) == len(PRODUCTS)
    assert in_category("no-such-shelf") == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", []),
        ("   ", []),
        ("sextant", ["Meridian Sextant"]),
        ("RM-1004", ["Wren Whistle"]),
        ("moss forest", ["Dewdrop Hand Lens"]),
        ("sextant moss", []),
    ],
)
def test_search(query: str, names: list[str]) -> None:
    assert [product.name for product in search(query)] == names


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_related_products_are_others_and_begin_with_the_same_category(product: Product) -> None:
    found = related(product, limit=4)

    assert len(found) == 4
    assert product not in found
    assert found[0].category is product.category


def test_the_price_list_has_a_line_a_product_and_a_header() -> None:
    lines = price_list_csv().split("\r\n")

    assert lines[0] == "sku,name,category,price,currency,available"
    assert lines[1] == 'RM-1001,"Pocket Heliograph","Signals",89.00,EUR,yes'
    assert len(lines) == len(PRODUCTS) + 2
    assert lines[-1] == ""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_a_story_is_about_something_that_the_shop_sells(story: Story) -> None:
    assert story.product in PRODUCTS
    assert story.quote.rstrip(".") in " ".join(story.paragraphs)

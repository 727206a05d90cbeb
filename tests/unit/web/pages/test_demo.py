"""The demo shop as a browser gets it."""

import csv
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from server.demo.catalogue import CATEGORIES, PRODUCTS
from server.demo.stories import STORIES
from server.web.pages.demo import MAX_QUERY_CHARACTERS, demo_routes
from tests.unit.web.pages.markup import Element, parse

ROOT = Path(__file__).parents[4]
EMBED = '<script async src="/tags/demo/production.js"></script>'

PAGES = [
    "/demo/",
    "/demo/products",
    *(f"/demo/products?category={category.id}" for category in CATEGORIES),
    *(f"/demo/products/{product.slug}" for product in PRODUCTS),
    "/demo/search",
    "/demo/search?q=brass",
    "/demo/search?q=nothing+is+called+so",
    "/demo/cart",
    "/demo/checkout",
    "/demo/thank-you",
    "/demo/account",
    "/demo/stories/",
    *(f"/demo/stories/{story.slug}" for story in STORIES),
    "/demo/about",
    "/demo/newsletter",
]
MISSING = [
    "/demo/products/no-such-thing",
    "/demo/products?category=no-such-shelf",
    "/demo/stories/no-such-story",
    "/demo/nowhere/at/all",
]


@dataclass(frozen=True)
class FixedEmbed:
    html: str = EMBED


@pytest.fixture(scope="module")
def browser() -> Iterator[TestClient]:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    static = Mount("/static", StaticFiles(directory=ROOT / "static"), name="static")
    app = Starlette(routes=[*demo_routes(environment, lambda request: FixedEmbed()), static])
    with TestClient(app, follow_redirects=False) as client:
        yield client


def page_data(document: Element) -> Any:
    [element] = document.all("script", id="page-data")
    return json.loads(element.text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_has_one_heading(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 200
    document = parse(answer.text)
    assert len(document.all("h1")) == 1
    assert len(document.all("main")) == 1
    assert document.all("title")[0].text.endswith(" · Ridge & Mirror")
    assert document.all("html", lang="en")


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_said_in_the_shops_own_frame(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 404
    document = parse(answer.text)
    assert document.all("h1")[0].text == "Nothing on this hill"
    assert page_data(document)["page"]["name"] == "not-found"


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_headings_do_not_skip_a_level(browser: TestClient, path: str) -> None:
    document = parse(browser.get(path).text)

    levels = [int(element.tag[1]) for element in document.every() if element.tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_every_page_embeds_the_tag_once_as_it_was_given(browser: TestClient, path: str) -> None:
    text = browser.get(path).text

    assert text.count(EMBED) == 1
    assert EMBED in text.partition("</head>")[0]


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_a_page_works_under_its_own_strict_policy(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    for element in parse(answer.text).every():
        assert element.tag != "style"
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")]
        if element.tag == "script" and element.attributes.get("type") != "application/json":
            assert element.attributes["src"].startswith("/")
            assert element.text == ""


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_a_page_loads_nothing_from_elsewhere_and_only_files_that_exist(browser: TestClient, path: str) -> None:
    document = parse(browser.get(path).text)

    loaded = [
        element.attributes[name]
        for element in document.every()
        for name in ("src", "srcset", "poster", "href")
        if name in element.attributes and element.tag not in ("a", "form")
    ]
    assert loaded
    for address in loaded:
        if address != "/tags/demo/production.js":
            assert address.startswith("/static/demo/")
            assert (ROOT / address.removeprefix("/")).is_file(), address


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_links_lead_to_pages_that_exist_or_to_example_com(browser: TestClient, path: str) -> None:
    document = parse(browser.get(path).text)

    for link in document.all("a"):
        target = urlsplit(link.attributes.get("href", ""))
        if target.scheme in ("http", "https"):
            assert target.netloc == "example.com"
        elif target.path:
            assert target.scheme in ("", "mailto")
            assert target.scheme == "mailto" or browser.get(target.geturl()).status_code == 200, target.geturl()


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_what_can_be_operated_has_a_name(browser: TestClient, path: str) -> None:
    document = parse(browser.get(path).text)

    labelled = {label.attributes["for"] for label in document.all("label") if "for" in label.attributes}
    wrapped = {id(field) for label in document.all("label") if label.text.strip() for field in label.all("input")}
    # What a template holds is named by the script that fills it in.
    unfilled = {id(element) for template in document.all("template") for element in template.every()}
    for element in document.every():
        if id(element) in unfilled:
            continue
        if element.tag in ("a", "button"):
            assert element.text.strip() or "aria-label" in element.attributes or "aria-hidden" in element.attributes
        if element.tag == "input" and element.attributes.get("type") != "hidden":
            assert id(element) in wrapped or element.attributes.get("id") in labelled, element.attributes
        if element.tag == "img":
            assert "alt" in element.attributes


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_every_page_says_what_it_is_for_the_data_layer(browser: TestClient, path: str) -> None:
    page = page_data(parse(browser.get(path).text))["page"]

    assert set(page) == {"name", "type", "category", "currency", "language"}
    assert all(page.values())
    assert (page["currency"], page["language"]) == ("EUR", "en")


def test_no_two_pages_have_the_same_name(browser: TestClient) -> None:
    names = [page_data(parse(browser.get(path).text))["page"]["name"] for path in PAGES if "/search" not in path]

    assert len(names) == len(set(names))


def test_the_list_shows_every_product_as_a_card_with_its_facts(browser: TestClient) -> None:
    document = parse(browser.get("/demo/products").text)

    cards = document.all("article")
    assert [card.attributes["data-sku"] for card in cards] == [product.sku for product in PRODUCTS]
    for card, product in zip(cards, PRODUCTS, strict=True):
        assert card.attributes["data-price"] == card.attributes["data-total"] == product.price
        assert card.attributes["data-name"] == product.name
        assert card.attributes["data-category"] == product.category.id
        assert card.all("h3", class_="title")[0].text == product.name
        assert len(card.all("input", name="qty")) == 1
        [button] = card.all("button", data_testid="add-to-cart")
        assert [child.tag for child in button.children] == ["svg", "span"]
        assert ("disabled" in button.attributes) is not product.is_available


def test_exactly_one_product_is_sold_out() -> None:
    assert [product.slug for product in PRODUCTS if not product.is_available] == ["meridian-sextant"]


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_a_category_shows_its_products_only(browser: TestClient, category: Any) -> None:
    document = parse(browser.get(f"/demo/products?category={category.id}").text)

    assert document.all("article")
    assert {card.attributes["data-category"] for card in document.all("article")} == {category.id}
    assert page_data(document)["page"]["category"] == category.id


def test_a_products_page_tells_its_product(browser: TestClient) -> None:
    document = parse(browser.get("/demo/products/wren-whistle").text)

    assert page_data(document)["product"] == {
        "sku": "RM-1004",
        "name": "Wren Whistle",
        "price": 12.5,
        "category": "signals",
        "available": True,
    }
    assert document.all("article")[0].all("h1", class_="title")[0].text == "Wren Whistle"


def test_search_finds_all_words_in_any_order(browser: TestClient) -> None:
    document = parse(browser.get("/demo/search?q=DRAWS+brass").text)

    assert [card.attributes["data-name"] for card in document.all("article")] == ["Curlew Telescope"]
    assert page_data(document)["search"] == {"term": "DRAWS brass", "results": 1}


@pytest.mark.parametrize("term", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028 '\"&"])
def test_a_search_term_stays_data(browser: TestClient, term: str) -> None:
    harmless = parse(browser.get("/demo/search", params={"q": "zzz"}).text)

    document = parse(browser.get("/demo/search", params={"q": term}).text)

    assert page_data(document)["search"]["term"] == term.strip()
    assert document.all("input", id="q")[0].attributes["value"] == term.strip()
    assert [element.tag for element in document.every()] == [element.tag for element in harmless.every()]


def test_a_long_search_term_is_cut(browser: TestClient) -> None:
    document = parse(browser.get("/demo/search", params={"q": "x" * 5000}).text)

    assert page_data(document)["search"]["term"] == "x" * MAX_QUERY_CHARACTERS


def test_card_numbers_have_no_name_to_be_sent_under(browser: TestClient) -> None:
    document = parse(browser.get("/demo/checkout").text)

    card_fields = [
        field for field in document.all("input") if field.attributes.get("autocomplete", "").startswith("cc-")
    ]
    assert len(card_fields) == 3
    assert not [field for field in card_fields if "name" in field.attributes]


@pytest.mark.parametrize(
    ("form", "target"), [("/demo/checkout", "/demo/thank-you"), ("/demo/newsletter", "/demo/newsletter")]
)
def test_forms_lead_on_without_scripts(browser: TestClient, form: str, target: str) -> None:
    answer = browser.post(form, data={"email": "ada@example.com"})

    assert answer.status_code == 303
    assert answer.headers["location"] == target


@pytest.mark.parametrize(("short", "full"), [("/demo", "/demo/"), ("/demo/stories", "/demo/stories/")])
def test_a_forgotten_slash_is_forgiven(browser: TestClient, short: str, full: str) -> None:
    answer = browser.get(short)

    assert answer.status_code == 307
    assert urlsplit(answer.headers["location"]).path == full


def test_the_size_guide_is_a_pdf(browser: TestClient) -> None:
    answer = browser.get("/demo/files/size-guide.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4\n")
    table = int(answer.content.rpartition(b"startxref\n")[2].split()[0])
    assert answer.content[table:].startswith(b"xref\n")
    assert answer.content.endswith(b"%%EOF\n")


def test_the_price_list_has_every_product(browser: TestClient) -> None:
    answer = browser.get("/demo/files/price-list.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["sku"], row["name"], row["price"], row["available"]) for row in rows] == [
        (product.sku, product.name, product.price, "yes" if product.is_available else "no") for product in PRODUCTS
    ]


def test_the_film_is_a_small_webm_that_can_be_read_in_parts(browser: TestClient) -> None:
    [source] = parse(browser.get("/demo/about").text).all("source", type="video/webm")

    answer = browser.get(source.attributes["src"], headers={"range": "bytes=0-3"})

    assert answer.status_code == 206
    assert answer.content == b"\x1a\x45\xdf\xa3"
    assert int(answer.headers["content-range"].partition("/")[2]) < 300_000

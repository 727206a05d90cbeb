"""What scripts add to the pages of schemas: finding as one types, and rows without a round trip."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.server import Heliograph

DEMO = "/schemas/_ns.heliograph.dev.demo.schemas.demo-events"


@pytest.fixture(scope="module")
def console(demo: Heliograph, browser: Browser) -> Iterator[Page]:
    """Signed in; nothing is kept by these tests."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{demo.base_url}/")
    yield page
    context.close()


def test_fields_are_found_as_one_types_with_what_they_are_in(demo: Heliograph, console: Page) -> None:
    console.goto(f"{demo.base_url}{DEMO}")
    tree = console.locator("[data-fields]")
    search = console.get_by_label("Find a field")
    expect(tree.get_by_role("link", name="SKU", exact=True)).to_be_hidden()

    search.fill("productlistitems[*].sku")

    expect(console.get_by_text("1 field", exact=True)).to_be_visible()
    expect(tree.get_by_role("link", name="SKU", exact=True)).to_be_visible()
    expect(tree.get_by_text("timestamp", exact=True)).to_be_hidden()
    search.fill("")
    expect(tree.get_by_text("timestamp", exact=True)).to_be_visible()


def test_field_groups_are_found_as_one_types_and_the_preview_follows(demo: Heliograph, console: Page) -> None:
    console.goto(f"{demo.base_url}/schemas/new?class=https://ns.heliograph.dev/xdm/classes/experienceevent")
    preview = console.get_by_role("complementary", name="Preview")

    console.get_by_label("Find a field group").fill("carts")
    expect(console.get_by_label("Advertising details")).to_be_hidden()
    console.get_by_label("Commerce details").check()

    expect(preview.get_by_text("productListItems", exact=True)).to_be_visible()
    console.get_by_label("Find a field group").fill("")
    expect(console.get_by_label("Advertising details")).to_be_visible()


def test_rows_come_and_go_without_a_round_trip(demo: Heliograph, console: Page) -> None:
    console.goto(f"{demo.base_url}/schemas/new?kind=fieldgroups")
    add = console.get_by_role("button", name="Add a field")

    for name in ("first", "second"):
        add.click()
        expect(console.get_by_label("Name", exact=True).last).to_be_focused()
        console.keyboard.type(name)
    console.get_by_role("button", name="Remove").first.click()

    expect(console.get_by_label("Name", exact=True)).to_have_count(1)
    expect(console.get_by_label("Name", exact=True)).to_have_value("second")
    preview = console.get_by_role("complementary", name="Preview")
    expect(preview.get_by_text("second", exact=True)).to_be_visible()
    expect(preview.get_by_text("first", exact=True)).to_have_count(0)

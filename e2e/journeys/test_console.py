"""The console's first pages, in a real browser."""

import re

from playwright.sync_api import Browser, expect

from e2e.server import Heliograph


def test_the_printed_link_signs_in_and_the_live_page_shows_an_event_as_it_comes(
    demo: Heliograph, browser: Browser
) -> None:
    context = browser.new_context()
    console = context.new_page()
    console.goto(demo.login_url)
    console.get_by_role("button").first.click()
    console.wait_for_url(f"{demo.base_url}/")
    console.get_by_role("link", name="Live", exact=True).first.click()
    expect(console.get_by_text("Watching")).to_be_visible()

    shop = context.new_page()
    with shop.expect_response(lambda response: "/ee/v1/" in response.url and response.ok):
        shop.goto(f"{demo.base_url}/demo/products")

    # This visitor's own: other tests' events are on the page as well, and the filter names their types.
    ecid = shop.evaluate("heliograph('identity')")["ECID"]
    line = console.get_by_role("listitem").filter(has_text="Page view").filter(has_text=ecid[-6:])
    expect(line).to_be_visible(timeout=10_000)
    console.goto(f"{demo.base_url}/properties")
    console.get_by_role("link", name="Demo shop").first.click()
    expect(console.get_by_text("/tags/demo/production.js").first).to_be_visible()
    context.close()


def test_the_first_page_shows_events_as_they_come_and_counts_them(demo: Heliograph, browser: Browser) -> None:
    context = browser.new_context()
    console = context.new_page()
    console.goto(demo.run("user", "login-link").stdout.strip())
    console.get_by_role("button", name="Sign in").click()
    expect(console.get_by_role("heading", name="Home")).to_be_visible()
    stranger = browser.new_page()
    stranger.goto(f"{demo.base_url}/live")
    expect(stranger).to_have_url(f"{demo.base_url}/login?next=/live")
    stranger.close()

    shop = context.new_page()
    with shop.expect_response(lambda response: "/ee/v1/" in response.url and response.ok):
        shop.goto(f"{demo.base_url}/demo/products")

    ecid = shop.evaluate("heliograph('identity')")["ECID"]
    console.bring_to_front()
    line = console.get_by_role("listitem").filter(has_text="Page view").filter(has_text=ecid[-6:])
    expect(line).to_be_visible(timeout=10_000)
    # Counted within a second or two of its outcome.
    curve = console.get_by_role("img", name=re.compile("^Page view by half hours over a day: [1-9]"))
    for _ in range(20):
        console.reload()
        if curve.count():
            break
        console.wait_for_timeout(500)
    expect(curve).to_be_visible()
    context.close()


def test_on_a_phone_the_places_are_a_menu(demo: Heliograph, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    phone = context.new_page()
    phone.goto(demo.run("user", "login-link").stdout.strip())
    phone.get_by_role("button", name="Sign in").click()
    datasets = phone.get_by_role("navigation", name="Main").get_by_role("link", name="Datasets")
    expect(datasets).to_be_hidden()

    phone.get_by_role("button", name="Menu").press("Enter")
    datasets.click()

    expect(phone.get_by_role("heading", name="Datasets", exact=True)).to_be_visible()
    context.close()


def test_ctrl_k_finds_a_rule_from_anywhere_and_the_keyboard_alone_opens_it(demo: Heliograph, browser: Browser) -> None:
    context = browser.new_context()
    console = context.new_page()
    console.goto(demo.run("user", "login-link").stdout.strip())
    console.get_by_role("button", name="Sign in").click()
    console.goto(f"{demo.base_url}/monitoring")

    console.keyboard.press("Control+k")
    box = console.get_by_role("dialog", name="Find")
    console.keyboard.type("purch rule")
    expect(box.get_by_role("link").first).to_contain_text("urchase")
    expect(box.get_by_role("status")).to_contain_text("found")
    console.keyboard.press("ArrowDown")
    console.keyboard.press("ArrowUp")
    console.keyboard.press("Escape")
    expect(box).to_be_hidden()
    console.get_by_role("link", name="Find").click()
    expect(box.get_by_role("link", name="Home")).to_be_visible()
    console.keyboard.type("purch rule")
    expect(box.get_by_role("link").first).to_contain_text("urchase")
    console.keyboard.press("Enter")

    console.wait_for_url(f"{demo.base_url}/properties/demo/rules/purchase")
    context.close()

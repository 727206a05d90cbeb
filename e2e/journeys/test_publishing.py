"""A change that two people publish, to some visitors first, and take back: in real browsers."""

import base64
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from e2e.server import Heliograph

# A machine that runs all tests at once is slower than any of its users.
_PATIENCE_SECONDS = 30.0

PUBLISH = "/properties/demo/publish"
COOKIE = "kndctr_DEMO_AdobeOrg_identity"


@contextmanager
def signed_in(browser: Browser, server: Heliograph, link: str) -> Iterator[Page]:
    context = browser.new_context(base_url=server.base_url)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    yield page
    context.close()


def is_picked(ecid: int, build: str, percent: int) -> bool:
    """What static/snippet/rollout.js decides, said once more: FNV-1a of the build's path and the ECID."""
    state = 2_166_136_261
    for sign in f"/tags/builds/{build}.js{ecid}".encode():
        state = (state ^ sign) * 16_777_619 % 2**32
    return state < percent * 2**32 // 100


def builds_of(browser: Browser, server: Heliograph, ecid: int | None, *, pages: int = 2) -> list[str]:
    """What a visitor's pages load, one after the other; None: nobody is known yet, and nobody agrees to be."""
    context = browser.new_context(base_url=server.base_url)
    if ecid is not None:
        value = base64.urlsafe_b64encode(b"\n&" + str(ecid).encode()).decode().rstrip("=")
        context.add_cookies([{"name": COOKIE, "value": value, "url": server.base_url}])
    page = context.new_page()
    found = []
    for _ in range(pages):
        with page.expect_request(re.compile("/tags/builds/")) as loaded:
            page.goto("/demo/")
        found.append(loaded.value.url.rpartition("/")[2].removesuffix(".js"))
    context.close()
    return found


def change(server: Heliograph, directory: Path) -> None:
    """One rule of the shop is switched off in the draft."""
    document = json.loads(server.run("property", "export", "demo").stdout)
    document["rules"][-1]["enabled"] = False
    path = directory / "demo.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    server.run("property", "import", str(path))


def pointers(server: Heliograph) -> tuple[str, str]:
    """(what production points to, what is rolled out there)."""
    with closing(sqlite3.connect(server.data_dir / "control.db")) as connection:
        [[present]] = connection.execute("SELECT build_hash FROM environments WHERE name = 'production'").fetchall()
        [[following]] = connection.execute("SELECT build_hash FROM rollouts").fetchall()
    return present, following


def test_two_people_publish_to_half_of_the_visitors_and_take_it_back(
    new_server: Callable[..., Heliograph], browser: Browser, tmp_path: Path
) -> None:
    # Of several collectors, each follows at its own second.
    server = new_server(options=("--demo", "--workers", "1")).start()
    server.run("property", "gates", "demo", "--environment", "production", "--on", "approval", check=False)
    invited = server.run("user", "invite", "bob", "--role", "approver").stdout
    admins_link = server.run("user", "login-link").stdout.strip()
    bobs_link = re.findall(r"https?://\S+", invited)[0]
    with signed_in(browser, server, admins_link) as page, signed_in(browser, server, bobs_link) as other:
        # A change, and a request to look at it.
        change(server, tmp_path)
        page.goto(PUBLISH)
        card = page.get_by_role("region", name="Production")
        expect(card.get_by_role("button", name="Publish to production")).to_be_disabled()
        card.locator("summary", has_text="Request a review").click()
        card.get_by_label("What to look at").fill("One rule less")
        card.get_by_role("button", name="Request a review").click()
        expect(page.get_by_text("Asked: approvers see it on their first page.")).to_be_visible()

        # Another person finds it, and approves.
        other.goto("/")
        other.get_by_role("link", name="Look at it").click()
        theirs = other.get_by_role("region", name="Production")
        expect(theirs.get_by_text("One rule less")).to_be_visible()
        theirs.get_by_role("button", name="Approve").click()
        expect(other.get_by_text("Approved. Now it can be published.")).to_be_visible()

        # Half of the visitors get it, the same to each on every page.
        page.goto(PUBLISH)
        card.get_by_label("Why").fill("One rule less")
        card.locator("summary", has_text="For some visitors first").click()
        card.get_by_label("Who gets it").select_option("50")
        card.get_by_role("button", name="Publish to production").click()
        expect(card.get_by_role("group", name="Roll-out in production")).to_be_visible()
        present, following = pointers(server)
        ecids = range(10**37, 10**37 + 100)
        lucky = next(each for each in ecids if is_picked(each, following, 50))
        other_one = next(each for each in ecids if not is_picked(each, following, 50))
        expect_pointer(page, following)
        assert builds_of(browser, server, lucky) == [following, following]
        assert builds_of(browser, server, other_one) == [present, present]
        assert builds_of(browser, server, None, pages=1) == [present]

        # And back.
        card.get_by_role("button", name="Roll back the roll-out").click()
        expect(page.get_by_text("Went back.")).to_be_visible()
        expect_pointer(page, following, is_there=False)
        assert builds_of(browser, server, lucky, pages=1) == [present]


def expect_pointer(page: Page, build: str, *, is_there: bool = True) -> None:
    """Collectors follow within a second or two."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while (build in page.request.get("/tags/demo/production.js").text()) is not is_there:
        assert time.monotonic() < give_up, "the pointer did not follow in time"
        time.sleep(0.1)

"""Link clicks that the Web SDK collects by itself, while the page goes away because of them."""

from typing import Any

import pytest

from e2e.alloy.site import Site


def test_a_click_that_leaves_the_page_arrives(site: Site) -> None:
    site.context.route("https://news.test/**", lambda route: route.fulfill(body="elsewhere"))
    site.open(clickCollectionEnabled=True)
    site.send("page with links")
    ecid = site.ecid()

    site.page.click("#news")
    site.page.wait_for_url("https://news.test/today")

    event = site.await_event(lambda xdm: _is_click(xdm, ecid))
    assert event.xdm["web"]["webInteraction"] == {
        "name": "News of today",
        "region": "top",
        "type": "exit",
        "URL": "https://news.test/today",
        "linkClicks": {"value": 1},
    }


@pytest.mark.parametrize(("link", "kind"), [("#prices", "download"), ("#next", "other")])
def test_a_download_and_another_page_are_told_apart(site: Site, link: str, kind: str) -> None:
    site.open(clickCollectionEnabled=True)
    site.send(f"page with a {kind}")
    ecid = site.ecid()

    site.page.click(link)

    event = site.await_event(lambda xdm: _is_click(xdm, ecid))
    assert (event.xdm["web"]["webInteraction"]["type"], event.xdm["web"]["webInteraction"]["region"]) == (kind, "MAIN")


def _is_click(xdm: dict[str, Any], ecid: str) -> bool:
    is_theirs = bool(xdm["identityMap"]["ECID"][0]["id"] == ecid)
    return is_theirs and xdm.get("eventType") == "web.webinteraction.linkClicks"

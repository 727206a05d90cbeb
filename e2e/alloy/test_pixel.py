"""A page of the site in a browser without JavaScript: the image in its `noscript` is the event."""

from collections.abc import Callable

from e2e.alloy.site import SHOP, Site


def test_an_image_collects_where_no_script_runs_and_knows_the_visitor_again(new_site: Callable[..., Site]) -> None:
    site = new_site(java_script_enabled=False)

    for _ in range(2):
        with site.page.expect_response(lambda response: "/pixel/demo.gif" in response.url) as image:
            site.page.goto(f"{SHOP}/noscript")
        assert (image.value.status, len(image.value.body())) == (200, 43)

    first, second = site.stored("offers")
    assert first.xdm["web"]["webPageDetails"]["URL"] == f"{SHOP}/noscript"
    assert first.xdm["identityMap"] == second.xdm["identityMap"]
    assert first.id != second.id


def test_the_web_sdk_goes_on_with_the_identity_of_the_image(new_site: Callable[..., Site]) -> None:
    site = new_site()
    site.open()
    with site.page.expect_response(lambda response: "/pixel/demo.gif" in response.url):
        site.page.evaluate("() => { new Image().src = 'https://edge.shop.test/pixel/demo.gif?name=before+the+SDK' }")

    site.send("after the image")

    [image], [event] = site.stored("before the SDK"), site.stored("after the image")
    assert image.xdm["identityMap"]["ECID"][0]["id"] == event.xdm["identityMap"]["ECID"][0]["id"]

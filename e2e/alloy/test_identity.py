"""Who the visitor is: over pages, domains, and both ways in which the edge's state travels."""

from collections.abc import Callable

from e2e.alloy.site import PARTNER, SHOP, Site


def test_the_web_sdk_keeps_its_identity_over_two_pages(site: Site) -> None:
    site.open()
    site.send("first page")
    first = site.ecid()
    cookies = {cookie["name"]: cookie for cookie in site.context.cookies()}

    site.open(f"{SHOP}/next")
    site.send("second page")

    assert site.ecid() == first
    identity = cookies["kndctr_DEMO_AdobeOrg_identity"]
    assert (identity["domain"], identity["httpOnly"], identity["secure"]) == (".shop.test", False, True)
    events = [*site.stored("first page"), *site.stored("second page")]
    assert [event.xdm["identityMap"]["ECID"][0]["id"] for event in events] == [first, first]


def test_an_identity_can_be_had_before_any_event(site: Site) -> None:
    urls: list[str] = []
    site.page.on("request", lambda request: urls.append(request.url))
    site.open()

    ecid = site.ecid()
    site.send("after getIdentity")

    assert [url.split("?")[0].rsplit("/v1/")[1] for url in urls if "/v1/" in url] == ["identity/acquire", "interact"]
    assert [event.xdm["identityMap"]["ECID"][0]["id"] for event in site.stored("after getIdentity")] == [ecid]


def test_a_link_hands_the_identity_over_to_another_domain(site: Site) -> None:
    site.open()
    site.send("before the link")
    ecid = site.ecid()
    url = site.command("appendIdentityToUrl", {"url": f"{PARTNER}/landing#top"})["url"]

    site.open(url)
    site.send("landing")
    site.open(f"{PARTNER}/next")
    site.send("behind the landing")

    assert "adobe_mc=TS" in url
    assert site.ecid() == ecid
    events = [*site.stored("landing"), *site.stored("behind the landing")]
    assert [event.xdm["identityMap"]["ECID"][0]["id"] for event in events] == [ecid, ecid]
    domains = {cookie["domain"] for cookie in site.context.cookies() if cookie["name"].endswith("_identity")}
    assert domains == {".shop.test", ".partner.test"}


def test_an_edge_of_another_site_is_given_the_state_in_the_body(site: Site) -> None:
    bodies: list[str] = []
    site.page.on("request", lambda request: bodies.append(request.post_data or "") if "/v1/" in request.url else None)
    site.open(f"{PARTNER}/", edgeDomain="edge.shop.test")
    site.send("third-party, first page")
    first = site.ecid()

    site.open(f"{PARTNER}/next", edgeDomain="edge.shop.test")
    site.send("third-party, second page")

    assert site.ecid() == first
    assert '"entries"' not in bodies[0]
    assert "kndctr_DEMO_AdobeOrg_identity" in bodies[1]
    assert {cookie["domain"] for cookie in site.context.cookies()} == {".partner.test"}
    [event] = site.stored("third-party, second page")
    assert event.xdm["identityMap"]["ECID"][0]["id"] == first


def test_a_visitor_of_the_library_before_keeps_the_ecid(site: Site) -> None:
    ecid = "12345678901234567890123456789012345678"
    site.context.add_cookies(
        [{"name": "AMCV_DEMO%40AdobeOrg", "value": f"MCMID|{ecid}", "domain": ".shop.test", "path": "/"}]
    )
    site.open()

    site.send("migrated")

    assert site.ecid() == ecid
    assert [event.xdm["identityMap"]["ECID"][0]["id"] for event in site.stored("migrated")] == [ecid]


def test_events_of_a_stranger_wait_for_the_first_answer_and_have_one_identity(site: Site) -> None:
    site.open()

    site.page.evaluate(
        """() => Promise.all([1, 2, 3].map(number =>
          alloy("sendEvent", {xdm: {web: {webPageDetails: {name: "at once"}}, eventType: `at once ${number}`}})))"""
    )

    events = site.stored("at once")
    assert sorted(event.xdm["eventType"] for event in events) == ["at once 1", "at once 2", "at once 3"]
    assert len({event.xdm["identityMap"]["ECID"][0]["id"] for event in events}) == 1


def test_an_unreachable_third_party_edge_costs_no_event(site: Site) -> None:
    # The Web SDK's own default: a stranger's first request goes to Adobe's host for third-party cookies.
    urls: list[str] = []
    site.page.on("request", lambda request: urls.append(request.url))
    site.open(thirdPartyCookiesEnabled=True)

    site.send("third-party cookies wanted")

    hosts = [url.split("/")[2] for url in urls if "/v1/" in url]
    assert hosts == ["adobedc.demdex.net", "edge.shop.test"]
    assert len(site.stored("third-party cookies wanted")) == 1


def test_a_device_id_of_the_site_outlives_the_identity_cookie(new_site: Callable[..., Site]) -> None:
    ecids = []
    for _ in range(2):
        site = new_site()
        site.context.add_cookies(
            [{"name": "FPID", "value": "d0f6a3c2-8e3c-4b7a-9a51-3a3d5f6f7a01", "domain": ".shop.test", "path": "/"}]
        )
        site.open()
        site.send("with a device id")
        ecids.append(site.ecid())

    assert ecids[0] == ecids[1]
    assert ecids[0] not in {new.ecid() for new in [_opened(new_site())]}


def _opened(site: Site) -> Site:
    site.open()
    return site

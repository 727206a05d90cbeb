"""The compatibility oracle: Adobe's Web SDK as npm delivers it, against our server, over TLS, first-party."""

from e2e.alloy.site import Site


def test_a_page_view_of_the_unmodified_web_sdk_ends_enriched_in_the_lake(site: Site) -> None:
    site.open()
    site.send("home")
    ecid = site.ecid()

    [event] = [event for event in site.server.events() if event["identityMap"]["ECID"][0]["id"] == ecid]

    assert event["eventType"] == "web.webpagedetails.pageViews"
    assert event["web"]["webPageDetails"]["name"] == "home"
    assert event["web"]["webPageDetails"]["URL"] == "https://www.shop.test/"
    assert event["implementationDetails"]["name"] == "https://ns.adobe.com/experience/alloy"
    assert event["environment"]["operatingSystem"] == "Linux"


def test_an_event_that_asks_for_decisions_is_answered_with_none(site: Site) -> None:
    site.open()

    answer = site.send("decisions", renderDecisions=True)

    assert (answer["propositions"], answer["decisions"]) == ([], [])
    assert len(site.stored("decisions")) == 1


def test_another_base_path_and_the_region_are_in_the_address(site: Site) -> None:
    urls: list[str] = []
    site.page.on("request", lambda request: urls.append(request.url))
    site.open(edgeBasePath="data/c")

    site.send("base path, stranger")
    site.send("base path, known")

    paths = [url.split("?")[0] for url in urls if "/v1/" in url]
    assert paths == [
        "https://edge.shop.test/data/c/v1/interact",
        "https://edge.shop.test/data/c/zrh1/v1/interact",
    ]
    assert site.command("getIdentity")["edge"]["regionId"] == 6
    assert len(site.stored("base path, known")) == 1


def test_what_is_wrong_with_an_event_is_what_the_page_is_told(site: Site) -> None:
    site.open()
    site.send("before")

    said = site.page.evaluate(
        """() => alloy("sendEvent", {xdm: {identityMap: {ECID: [{id: "7"}]}}}).catch(error => error.message)"""
    )

    assert "status code 400" in said
    assert "EXEG-0308-400" in said
    assert "an ECID has 38 digits" in said

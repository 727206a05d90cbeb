"""A visitor of the shop, seen as a person: found by an identity, with what they did, and who said what of them."""

import json
import re
import urllib.request

from playwright.sync_api import Browser, Page, expect

from e2e.server import Heliograph


def _customer(server: Heliograph, ecid: str, customer: str) -> None:
    """A record of the customer list, which knows this browser."""
    known = json.loads(server.run("info", "--json").stdout)
    dataset = next(each for each in known["datasets"] if each["name"] == "demo-profiles")
    reference = {"id": dataset["schemaId"], "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    entity = {
        "identityMap": {"CustomerId": [{"id": customer, "primary": True}], "ECID": [{"id": ecid}]},
        "person": {"name": {"firstName": "Grace"}},
    }
    message = {
        "header": {"schemaRef": reference, "datasetId": dataset["id"]},
        "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": entity},
    }
    request = urllib.request.Request(
        known["inlets"][0]["url"],
        data=json.dumps(message).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def test_a_visitor_is_found_by_an_identity_with_events_and_records(
    demo: Heliograph, browser: Browser, page: Page
) -> None:
    with page.expect_response(re.compile(r"/ee/.*interact")) as answered:
        page.goto(f"{demo.base_url}/demo/")
    handles = json.loads(answered.value.text())["handle"]
    ecid = next(each for each in handles if each["type"] == "identity:result")["payload"][0]["id"]
    _customer(demo, ecid, "grace-1906")
    demo.run("wait", "--timeout", "30")
    context = browser.new_context()
    console = context.new_page()
    console.goto(demo.run("user", "login-link").stdout.strip())
    console.get_by_role("button", name="Sign in").click()
    console.goto(f"{demo.base_url}/profiles")

    console.get_by_label("Identity").fill("grace-1906")
    console.get_by_role("button", name="Find").click()

    expect(console.get_by_role("heading", name="CustomerId grace-1906", level=1)).to_be_visible()
    identities = console.get_by_role("list", name="Identities")
    expect(identities.get_by_text(ecid, exact=True)).to_be_visible()
    expect(console.get_by_role("row", name=re.compile("person.name.firstName Grace demo-profiles"))).to_be_visible()
    event = console.get_by_role("list", name="Events, the newest first").get_by_role("listitem").first
    expect(event).to_contain_text("Page view")
    event.locator("summary").first.click()
    expect(event.get_by_text("webPageDetails", exact=True)).to_be_visible()

    console.goto(f"{demo.base_url}/profiles?value={ecid}&namespace=ECID")
    expect(console.get_by_role("heading", name="CustomerId grace-1906", level=1)).to_be_visible()
    context.close()

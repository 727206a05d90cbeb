"""What a page calls private, and what is secret anyway, is in no event, whatever a rule asks for."""

from typing import Any

from playwright.sync_api import BrowserContext

from e2e.modules.served import ServedSite
from server.publish import Fragments

HTML = """
<form>
  <p id="all">Dear <span data-private>Ada Lovelace</span>, <b>welcome</b> <span class="never">4711</span></p>
  <p id="inside" data-private><a id="link" href="#" title="Bills">Bills of Ada</a></p>
  <input id="password" type="password" value="secret">
  <input id="card" autocomplete="cc-number" value="4111111111111111">
  <button type="button">Go</button>
</form>
"""
DOCUMENT: dict[str, Any] = {
    "formatVersion": 1,
    "property": {"id": "shop", "name": "Shop"},
    "consent": {"default": "granted"},
    "privacy": {"neverRead": [".never"]},
    "dataElements": {
        name: {"from": "dom", "selector": f"#{name}", "get": get}
        for name, get in [
            ("all", "text"),
            ("inside", "text"),
            ("link", "text"),
            ("password", "value"),
            ("card", "@value"),
        ]
    },
    "rules": [
        {
            "id": "click",
            "events": [{"type": "click", "target": "button"}],
            "actions": [
                {
                    "type": "send-event",
                    "eventType": "click",
                    "xdm": {f"_x.{name}": f"%{name}%" for name in ("all", "inside", "link", "password", "card")}
                    | {"_x.form": "%closest(form) #inside a | text%"},
                }
            ],
        }
    ],
}


def test_what_is_private_is_never_read(context: BrowserContext, fragments: Fragments) -> None:
    site = ServedSite(DOCUMENT, fragments, {"/": HTML})
    page = site.open(context, "https://www.shop.example/")

    page.locator("button").click()

    [event] = site.wait_for(page, 1)
    assert {name: " ".join(text.split()) for name, text in event["_x"].items()} == {"all": "Dear , welcome"}

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


MASKED_HTML = """
<form>
  <p id="all">Dear <span class="name">Ada Lovelace</span>, <b>welcome</b> <i class="name">42</i></p>
  <p class="name" id="inside">Mrs <b id="deep">King</b></p>
  <input class="name" id="field" value="Ada K."><input id="other" value="plain">
  <div id="long"></div>
  <button type="button">Go</button>
</form>
"""
MASKED: dict[str, Any] = {
    **DOCUMENT,
    "privacy": {"mask": [".name"]},
    "dataElements": {
        "all": {"from": "dom", "selector": "#all"},
        "inside": {"from": "dom", "selector": "#inside"},
        "deep": {"from": "dom", "selector": "#deep"},
        "field": {"from": "dom", "selector": "#field", "get": "value"},
        "attribute": {"from": "dom", "selector": "#field", "get": "@value"},
        "other": {"from": "dom", "selector": "#other", "get": "value"},
        "long": {"from": "dom", "selector": "#long"},
    },
    "rules": [
        {
            "id": "click",
            "events": [{"type": "click", "target": "button"}],
            "actions": [
                {
                    "type": "send-event",
                    "eventType": "click",
                    "xdm": {
                        **{
                            f"_x.{name}": f"%{name}%"
                            for name in ("all", "inside", "deep", "field", "attribute", "other", "long")
                        },
                        "_x.property": "%closest(form) #inside | text%",
                    },
                }
            ],
        }
    ],
}


def test_what_is_to_be_masked_is_only_read_masked(context: BrowserContext, fragments: Fragments) -> None:
    site = ServedSite(MASKED, fragments, {"/": MASKED_HTML})
    page = site.open(context, "https://www.shop.example/")
    # Of so long a text only the beginning is read, and with it the beginning of the name.
    page.evaluate("document.querySelector('#long').innerHTML = 'x'.repeat(1995) + '<b class=name>Ada Lovelace</b>'")

    page.locator("button").click()

    [event] = site.wait_for(page, 1)
    told = event["_x"]
    assert "Ada" not in str(told)
    assert told["long"] == "*" * 1998 + " *"
    assert {name: told[name] for name in told if name != "long"} == {
        "all": "Dear *** ********, welcome **",
        "inside": "*** ****",
        "deep": "****",
        "field": "*** **",
        "attribute": "*** **",
        "other": "plain",
        "property": "*** ****",
    }

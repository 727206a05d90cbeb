"""What each setting of a property is for, in the words of who decides about it, with an example."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.model.json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """``title``: the label. ``help``: a sentence or two. ``example``: stands in the empty field.

    ``usual``: what holds when nothing is said. ``means``: a choice's values as ``Short: the rest``.
    """

    title: str
    help: str = ""
    example: str = ""
    usual: Json = None
    means: Mapping[str, str] = field(default_factory=dict)


WORDS: Mapping[str, Words] = {
    "consent/default": Words(
        title="Until then",
        usual="pending",
        means={
            "pending": "Wait: events stay in the browser, and go out when the visitor agrees. Right for most sites in "
            "the EU.",
            "denied": "Refused: nothing is collected unless the visitor agrees, and what happened before is not sent.",
            "granted": "Agreed: events go out from the first page on, until the visitor refuses.",
        },
    ),
    "consent/whilePending": Words(title="While it waits"),
    "consent/whilePending/do": Words(
        title="What becomes of events",
        usual="queue",
        means={
            "queue": "Keep them: they are sent, in order, as soon as the visitor agrees.",
            "drop": "Forget them: counting begins with the answer.",
        },
    ),
    "consent/whilePending/max": Words(
        title="How many wait at most", help="What happens beyond that is lost. Empty: 50.", example="50"
    ),
    "consent/whilePending/ttl": Words(
        title="How long they wait", help="Such as `30m` or `2h`. Empty: 30 minutes.", example="30m"
    ),
    "consent/purposes": Words(
        title="Purposes",
        help="Names of your own, a letter first: `collect` for measuring, `personalize` for recommendations. Rules and "
        "single fields can ask for one of them.",
        usual=["collect"],
    ),
    "consent/source/map": Words(
        title="Granted when the visitor agreed to all of these",
        help="Numbers of the framework's purposes, with commas: `1, 7, 8` for measuring content and audiences.",
    ),
    "consent/whenDenied": Words(
        title="What becomes of events",
        usual="drop",
        means={"drop": "Forget them: what was refused is never sent."},
    ),
    "consent/gpc/deny": Words(
        title="Global Privacy Control in the browser refuses",
        help="Until the visitor says otherwise on this very site. In some states of the US the law asks for it.",
    ),
    "consent/dnt/deny": Words(
        title="Do Not Track in the browser refuses", help="Until the visitor says otherwise on this very site."
    ),
    "privacy/neverRead": Words(
        title="Elements that are never read",
        help="CSS selectors: their text and what is entered in them is as if it were not there.",
        example=".account-number, [name=iban]",
    ),
    "privacy/mask": Words(
        title="Elements that are only read masked",
        help="CSS selectors: every character becomes `*`, so that you see that something was there, and its length.",
        example=".customer-name",
    ),
    "privacy/urlParams/on": Words(
        title="Remove all parameters but those below", help="Without this, addresses are sent as they are."
    ),
    "privacy/urlParams/keep": Words(
        title="Parameters that stay", help="`utm_*` means all that begin so. Empty: none stays.", example="utm_*"
    ),
    "privacy/cookieless": Words(
        title="Keep nothing in the browser",
        help="No cookie and no storage: each page view is then another visitor, and what waits for consent is gone "
        "with the page.",
        usual=False,
    ),
    "dataLayer/type": Words(
        title="Its habits",
        usual="acdl",
        means={
            "acdl": "Adobe Client Data Layer: objects are merged, lists are replaced.",
            "gtm": "Google Tag Manager: pushes are merged as its dataLayer does.",
        },
    ),
    "dataLayer/name": Words(
        title="Its name on the page",
        help="The global array that your pages push to. Empty: `adobeDataLayer`, or `dataLayer` with Google's habits.",
        example="adobeDataLayer",
    ),
    "dataLayer/resetOnRoute": Words(
        title="Forgotten when the route changes",
        help="Keys at its top: in a single-page app, the last page's product must not be sent with the next page.",
        example="product",
    ),
    "linkClicks/on": Words(title="Collect clicks on links without a rule"),
    "linkClicks/collect": Words(
        title="Which links",
        usual=["internal", "external", "download"],
        means={
            "internal": "links that stay on the site",
            "external": "links that leave it, mail and telephone included",
            "download": "files",
        },
    ),
    "linkClicks/extensions": Words(
        title="Endings of downloads",
        help="Without the dot, in small letters. Empty: documents, archives and media; links with the attribute "
        "`download` always are.",
        example="pdf",
    ),
    "linkClicks/group": Words(
        title="Clicks within the site",
        usual="none",
        means={
            "none": "At once: each click is an event.",
            "page-view": "With the next page view: fewer events, the same knowledge.",
        },
    ),
    "linkClicks/consent": Words(title="Needs consent to", help="None ticked: all purposes of the property."),
    "property/name": Words(title="Name", example="Shop"),
    "property/owner": Words(title="Owner", help="Who answers for it.", example="Web team"),
    "property/description": Words(title="Description", help="What it is for; for people."),
    "property/notes": Words(title="Notes", help="For people; they change nothing."),
    "property/domains": Words(
        title="Hosts",
        help="Visitors who follow a link from one of these to another stay the same visitor. `*.shop.example` means it "
        "and all below.",
        example="shop.example",
    ),
    "property/settings/runtimeBudgetKb": Words(
        title="Largest build, in kB packed", help="What is larger is not published. Empty: 25.", example="25"
    ),
    "property/settings/customCode": Words(
        title="Custom code",
        usual="off",
        means={
            "off": "Off: rules run no code of your own.",
            "reviewed": "Reviewed: rules may run modules that another person than their author has approved.",
        },
    ),
    "environments/development": Words(title="Development"),
    "environments/staging": Words(title="Staging"),
    "environments/production": Words(title="Production"),
    "environments/*/datastream": Words(
        title="Datastream", help="Which one its events go to. None: the one that is chosen when publishing."
    ),
    "environments/*/edge": Words(
        title="Address that beacons go to",
        help="Only when it is another than the one that serves the script: your own subdomain, for example.",
        example="https://c.shop.example",
    ),
    "environments/*/description": Words(title="Description", help="For people."),
    "environments/*/notes": Words(title="Notes", help="For people."),
    "xdm/context": Words(
        title="Facts that are added",
        usual=["web", "device", "environment", "placeContext"],
        means={
            "web": "the page and where the visitor came from",
            "device": "the screen",
            "environment": "the browser's language and window",
            "placeContext": "local time and time zone",
            "highEntropyUserAgentHints": "details of browser and system, where the browser tells them",
        },
    ),
    "xdm/schema": Words(
        title="Meant for the schema",
        help="Its id, for people and editors: events are checked against the schema of their dataset.",
    ),
}


def words_for(name: str) -> Words | None:
    """Those of the setting with this name in the form; ``*`` stands for one key."""
    return WORDS.get(name) or WORDS.get("/".join("*" if i == 1 else key for i, key in enumerate(name.split("/"))))

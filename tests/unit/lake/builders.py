"""What the tests of the lake share: a resolved schema with the shapes of web events, and events that conform to it."""

from typing import Any

from server.model.json import JsonObject
from server.model.outcome import Offset, Processed
from tests.builders import NOON_MS, a_processed, an_xdm

STRING: JsonObject = {"type": "string"}
INTEGER: JsonObject = {"type": "integer"}
NUMBER: JsonObject = {"type": "number"}
BOOLEAN: JsonObject = {"type": "boolean"}
DATE_TIME: JsonObject = {"type": "string", "format": "date-time"}


def an_object(**properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties}


def a_list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


def a_map(values: JsonObject) -> JsonObject:
    return {"type": "object", "additionalProperties": values}


MEASURE = an_object(id=STRING, value=NUMBER)

WEB_EVENTS: JsonObject = an_object(
    _id=STRING,
    timestamp=DATE_TIME,
    receivedTimestamp=DATE_TIME,
    eventType=STRING,
    identityMap=a_map(a_list(an_object(id=STRING, authenticatedState=STRING, primary=BOOLEAN))),
    web=an_object(
        webPageDetails=an_object(URL=STRING, name=STRING, isErrorPage=BOOLEAN, pageViews=MEASURE),
        webReferrer=an_object(URL=STRING, type=STRING),
        webInteraction=an_object(URL=STRING, name=STRING, linkClicks=MEASURE),
    ),
    commerce=an_object(
        order=an_object(
            purchaseID=STRING,
            priceTotal=NUMBER,
            payments=a_list(an_object(transactionID=STRING, paymentAmount=NUMBER)),
        ),
        purchases=MEASURE,
        productListAdds=MEASURE,
    ),
    productListItems=a_list(
        an_object(
            SKU=STRING,
            name=STRING,
            quantity=INTEGER,
            priceTotal=NUMBER,
            selectedOptions=a_list(an_object(attribute=STRING, value=STRING)),
            _tenant={"type": "object"},
        )
    ),
    environment=an_object(
        browserDetails=an_object(
            name=STRING,
            viewportWidth=INTEGER,
            userAgentClientHints=an_object(mobile=BOOLEAN, brands=a_list(an_object(brand=STRING, version=STRING))),
        ),
        ipV4=STRING,
    ),
    device=an_object(type=STRING, screenHeight=INTEGER),
    placeContext=an_object(
        localTime=DATE_TIME,
        localTimezoneOffset=INTEGER,
        geo=an_object(countryCode=STRING, _schema=an_object(latitude=NUMBER, longitude=NUMBER)),
    ),
    segments=a_map(an_object(status=STRING, count=INTEGER)),
    consents={"type": "object"},
    _tenant=an_object(labels=a_map(STRING), anything={}, mixed={"type": ["string", "integer"]}, tags=a_list(STRING)),
)

RECORDS: JsonObject = an_object(_id=STRING, personID=STRING, person=an_object(name=an_object(firstName=STRING)))


def event_id(offset: int) -> str:
    return f"e-{offset:06}"


def an_entry(offset: int, **fields: Any) -> tuple[Offset, Processed]:
    """One element of a batch: by default a page view of its own, one second after that of the offset before."""
    xdm = fields.pop("xdm", None) or an_xdm(_id=event_id(offset), timestamp=a_timestamp(offset))
    given: JsonObject = {"received_ms": NOON_MS + offset * 1000, "offset": offset, "xdm": xdm}
    return Offset(offset), a_processed(**given | fields)


def a_timestamp(seconds: int) -> str:
    """That many seconds, less than a day, after midnight of the day that NOON_MS is in."""
    return f"2026-01-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000Z"


def some_entries(first: int, last: int) -> list[tuple[Offset, Processed]]:
    """Entries of the offsets from ``first`` to ``last``, both included."""
    return [an_entry(offset) for offset in range(first, last + 1)]

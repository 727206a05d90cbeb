"""What validating and enriching one event costs: `python -m bench.validate`.

One core, microseconds of CPU an event, the median of several rounds. The event is a product added to the cart, about
1.6 kB of JSON. Beside our validator stand the reference implementation and, for scale, decoding the JSON.
"""

import json
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial

import jsonschema
import msgspec

from server.enrich import ENRICHMENTS
from server.enrich.deps import load_deps
from server.model.datastream import DatasetId, DatastreamId
from server.model.event import ClientInfo, Event, EventId
from server.model.json import JsonObject
from server.model.outcome import Position
from server.pipeline.process import process
from server.ports import Enrichment
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema

ROUNDS = 7
SECONDS_A_ROUND = 0.4

XDM: JsonObject = {
    "_id": "0b7a4c52-6f0e-4f0e-9d3f-0f6a2c9a7f11",
    "timestamp": "2026-01-31T09:30:00.521Z",
    "eventType": "commerce.productListAdds",
    "identityMap": {
        "ECID": [{"id": "38407912384071923847019283740192837401", "authenticatedState": "ambiguous", "primary": True}],
        "CRM": [{"id": "c-482913", "authenticatedState": "authenticated"}],
    },
    "web": {
        "webPageDetails": {
            "URL": "https://shop.example/lamps/desk?utm_source=newsletter&utm_medium=email&utm_campaign=spring",
            "name": "Desk lamps",
            "siteSection": "lamps",
            "viewName": "product-list",
        },
        "webReferrer": {"URL": "https://shop.example/"},
        "webInteraction": {"name": "Add to cart", "type": "other", "region": "MAIN", "linkClicks": {"value": 1}},
    },
    "commerce": {
        "productListAdds": {"value": 1},
        "cart": {"cartID": "cart-93d0c1"},
        "order": {"currencyCode": "EUR", "priceTotal": 129.9},
    },
    "productListItems": [
        {
            "SKU": "LMP-0042",
            "name": "Desk lamp, brass",
            "quantity": 1,
            "priceTotal": 79.9,
            "currencyCode": "EUR",
            "selectedOptions": [{"attribute": "colour", "value": "brass"}, {"attribute": "plug", "value": "EU"}],
        },
        {"SKU": "BLB-0007", "name": "Bulb, warm white", "quantity": 2, "priceTotal": 50.0, "currencyCode": "EUR"},
    ],
    "device": {"screenHeight": 1080, "screenWidth": 1920, "screenOrientation": "landscape"},
    "environment": {"type": "browser", "browserDetails": {"viewportWidth": 1280, "viewportHeight": 720}},
    "placeContext": {
        "localTime": "2026-01-31T10:30:00.521+01:00",
        "localTimezoneOffset": -60,
        "ianaTimezone": "Europe/Berlin",
    },
    "implementationDetails": {
        "name": "https://heliograph.dev/snippet",
        "version": "0.1.0",
        "environment": "browser",
    },
}

CLIENT = ClientInfo(
    ip="192.0.2.0",
    user_agent=(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Safari/537.36"
    ),
    accept_language="de-DE,de;q=0.9,en;q=0.8",
    client_hints={
        "ua": '"Chromium";v="141", "Google Chrome";v="141", "Not?A_Brand";v="8"',
        "ua-mobile": "?0",
        "ua-platform": '"Windows"',
    },
)

EVENT = Event(
    id=EventId(XDM["_id"]),
    datastream_id=DatastreamId("demo"),
    dataset_id=DatasetId("0123456789abcdef01234567"),
    received_ms=1_769_852_000_000,
    beacon_id="b-1",
    client=CLIENT,
    xdm=XDM,
)


def microseconds(call: Callable[[], object]) -> float:
    """CPU time of one call, the median of ROUNDS."""
    started, calls = time.process_time(), 0
    while time.process_time() - started < SECONDS_A_ROUND / 4:
        call()
        calls += 1
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(calls * 4):
            call()
        rounds.append((time.process_time() - started) / (calls * 4))
    return statistics.median(rounds) * 1e6


def enriched(enrichments: list[Enrichment]) -> None:
    for enrichment in enrichments:
        enrichment.enrich(EVENT)


def main() -> None:
    resolved = resolve_schema(load_ready_schema("demo-events"), builtin_documents().get)
    ours = compile_schema(resolved)
    reference = jsonschema.Draft202012Validator(resolved, format_checker=jsonschema.FormatChecker())
    deps = load_deps()
    enrichments = [construct(deps) for construct in ENRICHMENTS]
    source = Position(partition=0, offset=0)
    encoded = json.dumps(XDM, separators=(",", ":")).encode()
    invalid = {**XDM, "device": {"screenHeight": "1080"}, "unheard": 1}
    assert ours.violations(XDM) == ()
    assert reference.is_valid(XDM)
    assert len(ours.violations(invalid)) == 2
    novel = iter(range(10**9))

    print(f"CPython {platform.python_version()}, event of {len(encoded)} bytes, us of CPU each")
    rows: dict[str, Callable[[], object]] = {
        "decode the JSON (msgspec), nothing validated": lambda: msgspec.json.decode(encoded),
        "validate, ours, valid": lambda: ours.violations(XDM),
        "validate, ours, two violations explained": lambda: ours.violations(invalid),
        "validate, reference, valid": lambda: reference.is_valid(XDM),
        "resolve and compile the demo schema": lambda: compile_schema(
            resolve_schema(load_ready_schema("demo-events"), builtin_documents().get)
        ),
        "all enrichments, patches only": lambda: enriched(enrichments),
        **{f"  {enrichment.name}": partial(enrichment.enrich, EVENT) for enrichment in enrichments},
        "user agent never seen before": lambda: deps.agents.look_up(f"{CLIENT.user_agent} x/{next(novel)}"),
        "process: validate, enrich, merge, validate": lambda: process(EVENT, source, ours, enrichments),
    }
    for name, call in rows.items():
        print(f"{microseconds(call):12.2f}  {name}")


if __name__ == "__main__":
    main()

"""What validating and enriching one event costs: `python -m bench.validate [--floor]`.

One core, microseconds of CPU an event, the median of several rounds. The event is a product added to the cart, about
1.5 kB of JSON. Beside our validator stand the reference implementation and, for scale, decoding the JSON.

With `--floor`, what the core does with an event of any of 400 visitors, with 100 browsers, stands beside what a request
costs that is answered with nothing (bench/floor.py), in turn, round after round: the figure to quote is the ratio.
"""

import itertools
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import jsonschema
import msgspec
import uvloop

from bench.load import run_load
from bench.servers import LOAD_CORE, Server, bind, start_floor
from server.enrich import ENRICHMENTS
from server.enrich.deps import load_deps
from server.model.datastream import DatasetId, DatastreamId
from server.model.event import ClientInfo, Event, EventId
from server.model.json import JsonObject
from server.model.outcome import Position
from server.pipeline.enricher import Enricher
from server.pipeline.process import process
from server.ports import Enrichment
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compile import SchemaValidator, compile_schema
from server.schema.compose import resolve_schema
from server.schema.fields import fields

ROUNDS = 7
SECONDS_A_ROUND = 0.2

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

# The schema of a site that sells, without media, errors and what else the demo has.
SHOP: JsonObject = {
    "allOf": [
        {"$ref": f"https://ns.heliograph.dev/xdm/{name}"}
        for name in (
            "classes/experienceevent",
            "mixins/web",
            "mixins/commerce",
            "mixins/environmentdetails",
            "mixins/implementationdetails",
            "mixins/marketing",
            "mixins/botdetection",
        )
    ]
}

VISITORS, BROWSERS = 400, 100
FLOOR_ROUNDS, FLOOR_SECONDS, FLOOR_CONNECTIONS = 7, 2.0, 64


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


def visitors() -> list[Event]:
    """An event each of many visitors, who share fewer browsers; half of them came by a link of a campaign."""
    events = []
    for number in range(VISITORS):
        browser = number % BROWSERS
        client = msgspec.structs.replace(
            CLIENT,
            ip=f"192.0.{number % 256}.0",
            user_agent=CLIENT.user_agent.replace("141", str(41 + browser)),
            client_hints={name: text.replace("141", str(41 + browser)) for name, text in CLIENT.client_hints.items()},
        )
        xdm = json.loads(json.dumps(XDM))
        xdm["_id"] = f"e-{number}"
        xdm["placeContext"]["localTime"] = f"2026-01-31T10:30:{number % 60:02}.521+01:00"
        if number % 2:
            xdm["web"]["webPageDetails"]["URL"] = f"https://shop.example/lamps/{number}"
        events.append(msgspec.structs.replace(EVENT, id=EventId(xdm["_id"]), client=client, xdm=xdm))
    return events


def compare_with_floor(schemas: dict[str, SchemaValidator], enricher: Enricher) -> None:
    source = Position(partition=0, offset=0)
    decode, encode = msgspec.json.Decoder(Event).decode, msgspec.json.Encoder().encode
    events = visitors()
    records = [encode(event) for event in events]
    body = json.dumps({"events": [{"xdm": XDM}]}, separators=(",", ":")).encode()
    request = b"POST /ee/v1/collect HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    cases: dict[str, Callable[[], object]] = {}
    for name, validator in schemas.items():
        each, record = itertools.cycle(events), itertools.cycle(records)
        decide = partial(process, source=source, validator=validator, enricher=enricher)
        cases[f"validate and enrich, {name}"] = partial(_next, each, decide)
        cases[f"  the same, decoded before and encoded after, {name}"] = partial(
            _next, record, partial(_whole, decode, decide, encode)
        )
    server = start_floor("raw")
    bind(0, {LOAD_CORE})
    try:
        figures = [
            (_floor_us(server, request), {name: microseconds(call) for name, call in cases.items()})
            for _ in range(FLOOR_ROUNDS)
        ]
    finally:
        server.stop()
    print(f"{statistics.median(floor for floor, _ in figures):12.2f}  a request answered with nothing")
    for name in cases:
        ratios = [found[name] / floor for floor, found in figures]
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        median_us = statistics.median(found[name] for _, found in figures)
        print(f"{median_us:12.2f}  {name}: {statistics.median(ratios):.2f} x that ({spread})")


def _whole(*calls_and_value: Any) -> object:
    """The value through all calls."""
    *calls, value = calls_and_value
    return reduce(lambda made, call: call(made), calls, value)


def _next(items: "itertools.cycle[Any]", call: Callable[[Any], object]) -> None:
    call(next(items))


def _floor_us(server: Server, request: bytes) -> float:
    before = server.cpu_seconds()
    load = uvloop.run(
        run_load("127.0.0.1", server.port, [request], connections=FLOOR_CONNECTIONS, seconds=FLOOR_SECONDS)
    )
    return (server.cpu_seconds() - before) / load.requests * 1e6


def main() -> None:
    resolved = resolve_schema(load_ready_schema("demo-events"), builtin_documents().get)
    ours = compile_schema(resolved)
    reference = jsonschema.Draft202012Validator(resolved, format_checker=jsonschema.FormatChecker())
    deps = load_deps()
    enrichments = [construct(deps) for construct in ENRICHMENTS]
    enricher = Enricher(enrichments)
    source = Position(partition=0, offset=0)
    encoded = json.dumps(XDM, separators=(",", ":")).encode()
    invalid = {**XDM, "device": {"screenHeight": "1080"}, "unheard": 1}
    assert ours.violations(XDM) == ()
    assert reference.is_valid(XDM)
    assert len(ours.violations(invalid)) == 2
    novel = iter(range(10**9))
    if "--floor" in sys.argv:
        shop = resolve_schema(SHOP, builtin_documents().get)
        compare_with_floor(
            {
                f"{len(fields(shop))} fields": compile_schema(shop),
                f"{len(fields(resolved))} fields (the demo's)": ours,
            },
            enricher,
        )
        return

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
        "process: validate, enrich, merge, validate": lambda: process(EVENT, source, ours, enricher),
    }
    for name, call in rows.items():
        print(f"{microseconds(call):12.2f}  {name}")


if __name__ == "__main__":
    main()

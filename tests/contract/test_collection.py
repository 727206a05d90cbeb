"""Streaming ingestion's contract as tables: a request, and its exact answer (streaming-ingestion.md, 1 and 8)."""

import gzip
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import brotli
import msgspec
import pytest
from backports import zstd

from server.model.json import JsonObject
from tests.builders import NOON_MS, ORG_ID
from tests.unit.web.inlets import (
    BATCH_ID,
    BODY_BYTES,
    EVENTS,
    EVENTS_FLOW,
    EXPIRED_TOKEN,
    GOOD_TOKEN,
    LOCKED,
    OFF,
    OLD,
    OPEN,
    OTHER_TOKEN,
    OTHERS,
    PROFILES_FLOW,
    PROFILES_SCHEMA,
    RAW,
    RAW_FLOW,
    SYNC_PER_MINUTE,
    TRUSTED_TOKEN,
    Collection,
    a_legacy_message,
    a_message,
    a_person,
    an_entity,
    changed,
    without,
)

INLET_PROBLEM = "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet"
AUTHORIZATION_PROBLEM = "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization"
FORMAT = "Invalid XDM Message Format"
NO_HEADER = "The 'header' field is mandatory. Provide a valid 'header' value and try again."
WRONG_ORG = "Message has an absent or wrong ims org in the header"
UNKNOWN_FORMAT = "Message has unknown xdm format"
NO_FLOW = "Message names no dataflow: send its id as x-adobe-flow-id, a header or a query parameter"
OUT_OF_RANGE = "Message has a number that no double can hold at"
UNKNOWN_FLOW = "Message names a dataflow that this connection does not have, or that is switched off"
HERE = "HERE"
RAW_OBJECT = {"id": "o-1", "total": 12.5}


def named(message: str, inlet: str = OPEN) -> str:
    return f"inletId: [{inlet}] imsOrgId: [{ORG_ID}] {message}"


def taken(inlet: str = OPEN) -> JsonObject:
    return {
        "inletId": inlet,
        "xactionId": BATCH_ID,
        "receivedTimeMs": NOON_MS,
        "syncValidation": {"skipped": True},
    }


def refused(status: int, title: str, message: str) -> JsonObject:
    return {"type": INLET_PROBLEM, "status": status, "title": title, "report": {"message": message}}


def unauthorised(status: int, message: str) -> JsonObject:
    return {
        "type": AUTHORIZATION_PROBLEM,
        "status": str(status),
        "title": "Authorization",
        "report": {"message": message},
    }


class Row(NamedTuple):
    """``path``: below /collection/. ``stored``: how many events are in the log afterwards."""

    name: str
    path: str
    body: object
    status: int
    answer: Any
    stored: int = 0
    headers: Mapping[str, str] = {}
    answer_headers: Mapping[str, str] = {}


def holding(number: bytes, document: object) -> bytes:
    """The document with this in the place of HERE: numbers that cannot be written otherwise."""
    return msgspec.json.encode(document).replace(b'"HERE"', number)


def bearer(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}


SINGLE = [
    Row("an event", OPEN, a_message(), 200, taken(), 1),
    Row("a record", OPEN, a_message(a_person(), schema_id=PROFILES_SCHEMA), 200, taken(), 1),
    Row("no organisation", OPEN, a_message(header={"imsOrgId": None}), 200, taken(), 1),
    Row("no source", OPEN, a_message(header={"source": None}), 200, taken(), 1),
    Row("no header.schemaRef", OPEN, a_message(header={"schemaRef": None}), 200, taken(), 1),
    Row("times as text", OPEN, a_message(header={"createdAt": "1700000000000"}), 200, taken(), 1),
    Row("legacy fields beside", OPEN, a_message(header={"msgId": 1, "msgVersion": "1.0"}), 200, taken(), 1),
    Row("unknown fields beside", OPEN, {**a_message(), "x": [1]}, 200, taken(), 1),
    Row("charset", OPEN, a_message(), 200, taken(), 1, {"content-type": 'application/json; charset="UTF-8"'}),
    Row("right sandbox", OPEN, a_message(), 200, taken(), 1, {"x-sandbox-name": "prod"}),
    Row("right sandbox, other spelling", OPEN, a_message(), 200, taken(), 1, {"sandbox-name": "prod"}),
    Row("its flow in the header", OPEN, a_message(header={"flowId": EVENTS_FLOW}), 200, taken(), 1),
    Row("its flow in the query", f"{OPEN}?x-adobe-flow-id={EVENTS_FLOW}", a_message(), 200, taken(), 1),
    Row("an inlet without flows", OLD, a_message(header={"datasetId": OTHERS}), 200, taken(OLD), 1),
    # Found later, when the message is processed: until then it is received (1.4).
    Row("invalid, asynchronously", OPEN, a_message({"nick": 1}), 200, taken(), 1),
    Row("no xdmEntity", OPEN, without(a_message(), "body.xdmEntity"), 200, taken(), 1),
    Row("null for xdmEntity", OPEN, changed(a_message(), "body.xdmEntity", None), 200, taken(), 1),
    Row("source without name", OPEN, a_message(header={"source": {}}), 200, taken(), 1),
    Row("an unknown dataset", OPEN, a_message(header={"datasetId": "0" * 24}), 200, taken(), 1),
    Row("another dataset's schema", OPEN, a_message(header={"datasetId": "f" * 24}), 200, taken(), 1),
    Row("a dataset of no kind", OPEN, a_message(header={"datasetId": 5}), 200, taken(), 1),
    # E1 to E3.
    Row("no header", OPEN, without(a_message(), "header"), 400, refused(400, FORMAT, NO_HEADER)),
    Row("a header of no kind", OPEN, changed(a_message(), "header", "x"), 400, refused(400, FORMAT, NO_HEADER)),
    Row("bare JSON", OPEN, {"eventType": "x"}, 400, refused(400, FORMAT, NO_HEADER)),
    Row(
        "another organisation",
        OPEN,
        a_message(header={"imsOrgId": "OTHER@AdobeOrg"}),
        400,
        refused(400, FORMAT, named(WRONG_ORG)),
    ),
    Row(
        "an organisation of no kind",
        OPEN,
        a_message(header={"imsOrgId": 5}),
        400,
        refused(400, FORMAT, named(WRONG_ORG)),
    ),
    *(
        Row(f"unknown format: {name}", OPEN, body, 400, refused(400, FORMAT, named(UNKNOWN_FORMAT)))
        for name, body in (
            ("legacy", a_legacy_message()),
            ("no body", without(a_message(), "body")),
            ("a body of no kind", changed(a_message(), "body", [])),
            ("no xdmMeta", without(a_message(), "body.xdmMeta")),
            ("no schemaRef", without(a_message(), "body.xdmMeta.schemaRef")),
            ("a schema that there is not", a_message(schema_id="https://ns.adobe.com/t/schemas/gone")),
            ("a stray %22", a_message(schema_id="https://ns.heliograph.dev/demo/schemas/demo-events%22")),
            ("two schemas", changed(a_message(), "header.schemaRef.id", PROFILES_SCHEMA)),
            ("an entity of no kind", changed(a_message(), "body.xdmEntity", "text")),
            ("an entity of no kind, twice wrong", changed(a_message(header={"flowId": 5}), "body.xdmEntity", [])),
        )
    ),
    Row("no object", OPEN, [1], 400, refused(400, FORMAT, named("Message is no JSON object"))),
    Row(
        "an unknown flow",
        OPEN,
        a_message(header={"flowId": RAW_FLOW}),
        400,
        refused(400, FORMAT, named(UNKNOWN_FLOW)),
    ),
    Row(
        "an identity operation without its dataset",
        OPEN,
        a_message(header={"operations": {"data": "merge", "identity": "create"}}),
        400,
        refused(400, FORMAT, named("Message has header.operations.identity without identityDatasetId")),
    ),
    Row(
        "the wrong sandbox",
        OPEN,
        a_message(),
        400,
        refused(400, FORMAT, "This inlet is in the sandbox 'prod', not in 'dev'"),
        headers={"x-sandbox-name": "dev"},
    ),
    *(
        Row(
            f"a number that no double can hold: {number[:6].decode()}",
            path,
            holding(number, body),
            400,
            refused(400, FORMAT, named(f"{OUT_OF_RANGE} {place}", path[:64])),
        )
        for number, path, body, place in (
            (
                b"1e999",
                OPEN,
                a_message(an_entity(commerce={"order": {"priceTotal": HERE}})),
                "$.commerce.order.priceTotal",
            ),
            (b"-1E+999", OPEN, a_message(an_entity(_id=HERE)), "$._id"),
            (
                b"9" * 309,
                OPEN,
                a_message(an_entity(productListItems=[{}, {"quantity": HERE}])),
                "$.productListItems[1].quantity",
            ),
            # Beside a field of another kind, and beside a key that is taken out.
            (b"1e999", OPEN, a_message(an_entity(_id=HERE), header={"datasetId": 5}), "$._id"),
            (b"1e999", OPEN, a_message(an_entity(_id=HERE, prototype=1)), "$._id"),
            (b"1e999", f"{RAW}?x-adobe-flow-id={RAW_FLOW}", {"total": [HERE]}, "$.total[0]"),
        )
    ),
    Row(
        "a number that no double can hold, in what is not kept",
        OPEN,
        holding(b"1e999", a_message(header={"createdAt": HERE})),
        200,
        taken(),
        1,
    ),
    Row("nothing", OPEN, b"", 400, refused(400, FORMAT, "The body is empty: send a JSON object")),
    # E5 and E6.
    Row(
        "no token",
        LOCKED,
        a_message(),
        401,
        unauthorised(401, "[id] Ims service token is empty"),
        answer_headers={"www-authenticate": "Bearer"},
    ),
    Row(
        "an empty token",
        LOCKED,
        a_message(),
        401,
        unauthorised(401, "[id] Ims service token is empty"),
        headers={"authorization": "Bearer "},
    ),
    Row(
        "another scheme",
        LOCKED,
        a_message(),
        401,
        unauthorised(401, "[id] Ims service token is empty"),
        headers={"authorization": f"Basic {GOOD_TOKEN}"},
    ),
    Row(
        "an unknown token",
        LOCKED,
        a_message(),
        401,
        unauthorised(401, "[id] Ims service token is invalid or has expired"),
        headers=bearer("hgt_nobody"),
    ),
    Row(
        "an expired token",
        LOCKED,
        a_message(),
        401,
        unauthorised(401, "[id] Ims service token is invalid or has expired"),
        headers=bearer(EXPIRED_TOKEN),
    ),
    Row(
        "a huge token",
        LOCKED,
        a_message(),
        401,
        unauthorised(401, "[id] Ims service token is invalid or has expired"),
        headers=bearer("x" * 10_000),
    ),
    Row(
        "another inlet's token",
        LOCKED,
        a_message(),
        403,
        unauthorised(403, "[id] Ims service token is not good for this inlet"),
        headers=bearer(OTHER_TOKEN),
    ),
    Row("its token", LOCKED, a_message(), 200, taken(LOCKED), 1, bearer(GOOD_TOKEN)),
    Row("a trusted issuer's token", LOCKED, a_message(), 200, taken(LOCKED), 1, bearer(TRUSTED_TOKEN)),
    Row("a token that nobody asked for", OPEN, a_message(), 200, taken(), 1, bearer("hgt_nobody")),
    # Raw data.
    Row("raw, flow in the header", RAW, RAW_OBJECT, 200, taken(RAW), 1, {"x-adobe-flow-id": RAW_FLOW}),
    Row("raw, flow in the query", f"{RAW}?x-adobe-flow-id={RAW_FLOW}", RAW_OBJECT, 200, taken(RAW), 1),
    Row("raw, flow in the message", RAW, {"header": {"flowId": RAW_FLOW}, "body": RAW_OBJECT}, 200, taken(RAW), 1),
    Row("raw, no flow", RAW, RAW_OBJECT, 400, refused(400, FORMAT, named(NO_FLOW, RAW))),
    Row(
        "raw, unknown flow",
        f"{RAW}?x-adobe-flow-id={EVENTS_FLOW}",
        RAW_OBJECT,
        400,
        refused(400, FORMAT, named(UNKNOWN_FLOW, RAW)),
    ),
    Row(
        "raw, no object",
        f"{RAW}?x-adobe-flow-id={RAW_FLOW}",
        [1],
        400,
        refused(400, FORMAT, named("Message is no JSON object", RAW)),
    ),
    # What the platform does not document.
    Row(
        "an unknown inlet",
        "5" * 64,
        a_message(),
        404,
        refused(404, "Not Found", "There is no such inlet, or it is switched off"),
    ),
    Row(
        "an inlet that is off",
        OFF,
        a_message(),
        404,
        refused(404, "Not Found", "There is no such inlet, or it is switched off"),
    ),
    Row(
        "a path out of it",
        f"{OPEN}/x",
        a_message(),
        404,
        refused(404, "Not Found", "There is no such inlet, or it is switched off"),
    ),
    Row(
        "a form",
        OPEN,
        a_message(),
        415,
        refused(
            415,
            "Unsupported Media Type",
            "The content type 'application/x-www-form-urlencoded' is not taken here: send application/json",
        ),
        headers={"content-type": "application/x-www-form-urlencoded"},
    ),
    Row(
        "Smile",
        OPEN,
        b":)\n\x00",
        415,
        refused(415, "Unsupported Media Type", "Smile bodies are not decoded here: send application/json"),
        headers={"content-type": "application/x-jackson-smile"},
    ),
    Row(
        "another charset",
        OPEN,
        a_message(),
        415,
        refused(415, "Unsupported Media Type", "JSON is UTF-8: send it so, and leave the charset out"),
        headers={"content-type": "application/json; charset=utf-16"},
    ),
    Row(
        "an unknown encoding",
        OPEN,
        a_message(),
        415,
        refused(
            415,
            "Unsupported Media Type",
            "the content encoding 'rot13' is not known here: one of gzip, deflate, br, zstd, and only one",
        ),
        headers={"content-encoding": "rot13"},
    ),
    Row(
        "too large",
        OPEN,
        msgspec.json.encode(a_message()) + b" " * BODY_BYTES,
        413,
        refused(
            413,
            "Payload Too Large",
            f"A request has at most {BODY_BYTES} bytes, encoded or not: send fewer messages at a time",
        ),
        answer_headers={"connection": "close"},
    ),
    Row(
        "too large when inflated",
        OPEN,
        gzip.compress(msgspec.json.encode(a_message()) + b" " * BODY_BYTES),
        413,
        refused(
            413,
            "Payload Too Large",
            f"A request has at most {BODY_BYTES} bytes, encoded or not: send fewer messages at a time",
        ),
        headers={"content-encoding": "gzip"},
    ),
    Row(
        "broken gzip",
        OPEN,
        gzip.compress(msgspec.json.encode(a_message()))[:-1],
        400,
        refused(400, FORMAT, "the body's end is missing"),
        headers={"content-encoding": "gzip"},
    ),
    *(
        Row(
            f"packed by {name}",
            OPEN,
            pack(msgspec.json.encode(a_message())),
            200,
            taken(),
            1,
            {"content-encoding": name},
        )
        for name, pack in (
            ("gzip", gzip.compress),
            ("deflate", zlib.compress),
            ("br", brotli.compress),
            ("zstd", zstd.compress),
        )
    ),
]


@pytest.mark.parametrize("row", SINGLE, ids=lambda row: row.name)
def test_a_single_message_has_its_exact_answer(row: Row) -> None:
    collection = Collection()

    answer = collection.post(row.path, row.body, headers=row.headers)

    assert (answer.status_code, answer.json()) == (row.status, row.answer)
    is_problem = answer.status_code >= 400
    assert answer.headers["content-type"] == f"application/{'problem+json' if is_problem else 'json;charset=utf-8'}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert {name: answer.headers[name] for name in row.answer_headers} == row.answer_headers
    assert len(collection.events()) == row.stored


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b'{"a": [-Infinity]}',
        b'{"header": \xff}',
        b'\xef\xbb\xbf{"header": {}}',
        b'{"messages": ' + b"[" * 5_000,
    ],
)
def test_what_is_no_json_is_a_400_of_the_whole_request(body: bytes) -> None:
    collection = Collection()

    single, batch = collection.post(OPEN, body), collection.post(f"batch/{OPEN}", body)

    for answer in (single, batch):
        assert answer.status_code == 400
        assert answer.json()["title"] == FORMAT
        assert answer.json()["report"]["message"].startswith("The body cannot be read: ")
    assert collection.events() == []


def item(index: int) -> JsonObject:
    return {"xactionId": f"{BATCH_ID}-{index}"}


def failed_item(index: int, message: str, status: int = 400) -> JsonObject:
    return {"xactionId": f"{BATCH_ID}-{index}", "status": status, "statusCode": status, "message": message}


BATCHES = [
    # The reference's own example, conformance statement 6.
    Row(
        "good and bad ones in their order",
        f"batch/{OPEN}",
        [
            a_message(an_entity(_id="first")),
            without(a_message(), "body"),
            a_message(header={"imsOrgId": "OTHER@AdobeOrg"}),
            a_legacy_message(),
            a_message(an_entity(_id="last")),
        ],
        207,
        [
            item(0),
            failed_item(1, named(UNKNOWN_FORMAT)),
            failed_item(2, named(WRONG_ORG)),
            failed_item(3, named(UNKNOWN_FORMAT)),
            item(4),
        ],
        2,
    ),
    Row("bad ones only", f"batch/{OPEN}", [{}, {}], 207, [failed_item(0, NO_HEADER), failed_item(1, NO_HEADER)]),
    Row(
        "one with a number that no double can hold among good ones",
        f"batch/{OPEN}",
        msgspec.Raw(
            holding(b"1e999", [a_message(), a_message(an_entity(a={"b": HERE})), a_message(an_entity(constructor=1))])
        ),
        207,
        [item(0), failed_item(1, named(f"{OUT_OF_RANGE} $.a.b")), item(2)],
        2,
    ),
    Row("none", f"batch/{OPEN}", [], 207, []),
    Row(
        "one of no kind among good ones",
        f"batch/{OPEN}",
        [a_message(), 5, None, "x", a_message()],
        207,
        [
            item(0),
            *(failed_item(index, named("Message is no JSON object")) for index in (1, 2, 3)),
            item(4),
        ],
        2,
    ),
    Row(
        "fields of no kind",
        f"batch/{OPEN}",
        [
            a_message(header={"flowId": 5}),
            a_message(header={"flowId": {}}),
            a_message(header={"source": "feed"}),
            a_message(header={"source": {"name": 5}}),
        ],
        207,
        [failed_item(0, named(UNKNOWN_FLOW)), failed_item(1, named(UNKNOWN_FLOW)), item(2), item(3)],
        2,
    ),
    Row(
        "raw",
        f"batch/{RAW}",
        [RAW_OBJECT, [1], {"header": {"operations": {"data": "merge"}}, "body": RAW_OBJECT}],
        207,
        [item(0), failed_item(1, named("Message is no JSON object", RAW)), item(2)],
        2,
        {"x-adobe-flow-id": RAW_FLOW},
    ),
    Row(
        "raw without a flow",
        f"batch/{RAW}",
        [RAW_OBJECT],
        207,
        [failed_item(0, named(NO_FLOW, RAW))],
    ),
    Row("with a token", f"batch/{LOCKED}", [a_message()], 207, [item(0)], 1, bearer(GOOD_TOKEN)),
]


@pytest.mark.parametrize("row", BATCHES, ids=lambda row: row.name)
def test_a_batch_has_an_answer_for_each_message(row: Row) -> None:
    collection = Collection()

    answer = collection.post(row.path, {"messages": row.body}, headers=row.headers)

    assert answer.status_code == row.status
    assert answer.json() == {
        "inletId": row.path.removeprefix("batch/"),
        "batchId": BATCH_ID,
        "receivedTimeMs": NOON_MS,
        "responses": row.answer,
    }
    assert len(collection.events()) == row.stored


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({}, 'A batch is {"messages": [...]}: '),
        ([], 'A batch is {"messages": [...]}: '),
        ({"messages": {}}, 'A batch is {"messages": [...]}: '),
        ({"messages": [{}] * 1_001}, "The batch has 1001 messages: send at most 1000 in one request"),
        ({"messages": [5] * 1_001}, "The batch has 1001 messages: send at most 1000 in one request"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(body: object, part: str) -> None:
    collection = Collection()

    answer = collection.post(f"batch/{OPEN}", body)

    assert answer.status_code == 400
    assert part in answer.json()["report"]["message"]
    assert collection.events() == []


def test_a_batch_without_a_token_is_refused_as_a_whole() -> None:
    collection = Collection()

    answer = collection.post(f"batch/{LOCKED}", {"messages": [a_message()]})

    assert (answer.status_code, answer.json()) == (401, unauthorised(401, "[id] Ims service token is empty"))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_only_post_is_answered(method: str) -> None:
    answer = Collection().client.request(method, f"/collection/{OPEN}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_the_limit_is_exact() -> None:
    body = msgspec.json.encode(a_message())
    at_limit = body + b" " * (BODY_BYTES - len(body))

    assert Collection().post(OPEN, at_limit).status_code == 200
    assert Collection().post(OPEN, at_limit + b" ").status_code == 413


def test_a_log_that_cannot_store_is_a_503_that_clients_try_again() -> None:
    collection = Collection()
    collection.log.refuse("disk full")

    for path, body in ((OPEN, a_message()), (f"batch/{OPEN}", {"messages": [a_message()]})):
        answer = collection.post(path, body)

        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["title"] == "Service Unavailable"
        assert "disk" not in answer.text


def test_a_bug_is_a_503_and_stores_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_now_ms: int) -> str:
        raise ZeroDivisionError

    collection = Collection(new_batch_id=broken)

    answers = [
        collection.post(OPEN, a_message()),
        collection.post(f"batch/{OPEN}", {"messages": [a_message()]}),
        collection.post(f"{OPEN}?syncValidation=true", a_message()),
    ]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert caplog.text.count("ZeroDivisionError") >= 3
    assert collection.events() == []


PASSED = taken() | {"syncValidation": {"status": "pass"}}


def node(
    keyword: str, place: str, message: str, *, location: str | None = None, causes: list[Any] | None = None
) -> Any:
    found = {
        "schemaLocation": location or ("#" + place.replace("/", "/properties/") if place != "" else "#"),
        "pointerToViolation": f"#{place}",
        "message": message,
        "causingExceptions": causes or [],
    }
    return found | {"keyword": keyword} if keyword else found


def report(*nodes: JsonObject) -> JsonObject:
    return {
        "type": INLET_PROBLEM,
        "status": 400,
        "title": FORMAT,
        "report": {"message": named("Message is invalid"), "cause": {"_streamingValidation": list(nodes)}},
    }


SYNC = [
    Row("valid", "", a_message(), 200, PASSED, 1),
    Row("valid record", "", a_message(a_person(), schema_id=PROFILES_SCHEMA), 200, PASSED, 1),
    Row(
        "one violation, unwrapped",
        "",
        a_message(an_entity(nick="x")),
        400,
        report(node("additionalProperties", "", "extraneous key [nick] is not permitted")),
    ),
    Row(
        "two violations, wrapped",
        "",
        a_message(an_entity(nick="x", _id=12_345_678_901)),
        400,
        report(
            node(
                "",
                "",
                "2 schema violations found",
                causes=[
                    node("additionalProperties", "", "extraneous key [nick] is not permitted"),
                    node("type", "/_id", "expected type: String, found: Long"),
                ],
            )
        ),
    ),
    Row(
        "a missing timestamp",
        "",
        a_message(without(an_entity(), "timestamp")),
        400,
        report(node("required", "", "required key [timestamp] not found")),
    ),
    Row(
        "two below one field are wrapped there, and counted above",
        "",
        a_message(
            an_entity(web={"webPageDetails": {"URL": 5, "name": False}}, timestamp="yesterday"),
        ),
        400,
        report(
            node(
                "",
                "",
                "3 schema violations found",
                causes=[
                    node(
                        "format",
                        "/timestamp",
                        "[yesterday] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ, "
                        "yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z, yyyy-MM-dd'T'HH:mm:ss[+-]HH:mm, "
                        "yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}[+-]HH:mm]",
                    ),
                    node(
                        "",
                        "/web/webPageDetails",
                        "2 schema violations found",
                        causes=[
                            node("type", "/web/webPageDetails/URL", "expected type: String, found: Integer"),
                            node("type", "/web/webPageDetails/name", "expected type: String, found: Boolean"),
                        ],
                    ),
                ],
            )
        ),
    ),
    Row(
        "one of six is not reported",
        "",
        a_message(an_entity(a=1, b=1, c=1, d=1, e=1, f=1)),
        400,
        report(
            node(
                "",
                "",
                "5 schema violations found",
                causes=[
                    node("additionalProperties", "", f"extraneous key [{key}] is not permitted") for key in "abcde"
                ],
            )
        ),
    ),
    Row(
        "in a list",
        "",
        a_message(an_entity(productListItems=[{"SKU": "a"}, {"SKU": "b", "quantity": "two"}])),
        400,
        report(
            node(
                "type",
                "/productListItems/1/quantity",
                "expected type: Integer, found: String",
                location="#/properties/productListItems/items/properties/quantity",
            )
        ),
    ),
    Row(
        "in a map",
        "",
        a_message(an_entity(identityMap={"Email": {"id": "x"}})),
        400,
        report(
            node(
                "type",
                "/identityMap/Email",
                "expected type: JSONArray, found: JSONObject",
                location="#/properties/identityMap/additionalProperties",
            )
        ),
    ),
    Row(
        "no entity",
        "",
        without(a_message(), "body.xdmEntity"),
        400,
        report(node("", "", "Payload body is missing xdmEntity")),
    ),
    Row(
        "no source name",
        "",
        a_message(header={"source": {}}),
        400,
        report(node("", "", "Payload header is missing Source Name")),
    ),
    Row(
        "another dataset's schema",
        "",
        a_message(header={"datasetId": "f" * 24}),
        400,
        report(node("", "", f"Message does not match dataset schema reference: the dataset's is {PROFILES_SCHEMA}")),
    ),
    Row(
        "a dataset without a flow",
        "",
        a_message(header={"datasetId": OTHERS}),
        400,
        report(node("", "", "the connection has no dataflow into the dataset others")),
    ),
    Row("no body", "", without(a_message(), "body"), 400, refused(400, FORMAT, named(UNKNOWN_FORMAT))),
]


@pytest.mark.parametrize("parameter", ["syncValidation=true", "synchronousValidation=TRUE"])
@pytest.mark.parametrize("row", SYNC, ids=lambda row: row.name)
def test_synchronous_validation_reports_exactly(row: Row, parameter: str) -> None:
    collection = Collection()

    answer = collection.post(f"{OPEN}?{parameter}", row.body)

    assert (answer.status_code, answer.json()) == (row.status, row.answer)
    assert len(collection.events()) == row.stored


def test_raw_data_is_mapped_and_then_validated() -> None:
    collection = Collection()
    path = f"{RAW}?x-adobe-flow-id={RAW_FLOW}&syncValidation=true"

    good = collection.post(path, {"id": "o-1", "at": "2026-01-31 09:30:00", "total": "12.5"})
    bad = collection.post(path, {"id": "o-1", "at": "soon"})

    assert (good.status_code, good.json()) == (200, PASSED | {"inletId": RAW})
    [root] = bad.json()["report"]["cause"]["_streamingValidation"]
    assert (bad.status_code, root["message"]) == (400, "required key [timestamp] not found")
    assert [event.data for event in collection.events()] == [
        {"id": "o-1", "at": "2026-01-31 09:30:00", "total": "12.5"}
    ]


@pytest.mark.parametrize("path", [f"{OPEN}?syncValidation=false", f"{OPEN}?x=syncValidation%3Dtrue"])
def test_without_it_nothing_is_validated(path: str) -> None:
    collection = Collection()

    assert collection.post(path, a_message({"nick": 1})).json() == taken()


def test_a_batch_is_never_validated_synchronously() -> None:
    collection = Collection()

    answer = collection.post(f"batch/{OPEN}?syncValidation=true", {"messages": [a_message({"nick": 1})]})

    assert answer.json()["responses"] == [item(0)]


def test_an_inlet_validates_so_many_messages_in_any_minute_and_another_is_unaffected() -> None:
    collection = Collection()
    path = f"{OPEN}?syncValidation=true"
    for second in range(SYNC_PER_MINUTE):
        collection.now_ms = NOON_MS + second * 1_000
        assert collection.post(path, a_message()).status_code == 200

    collection.now_ms = NOON_MS + 59_500
    refusal, other = collection.post(path, a_message()), collection.post(f"{OLD}?syncValidation=true", a_message())
    plain = collection.post(OPEN, a_message())
    collection.now_ms = NOON_MS + 60_000
    later = collection.post(path, a_message())

    assert refusal.status_code == 429
    assert refusal.headers["retry-after"] == "1"
    assert refusal.json() == refused(
        429, "Too Many Requests", "Synchronous validation is for development: try again later"
    )
    assert (other.status_code, plain.status_code, later.status_code) == (200, 200, 200)


def test_the_use_of_a_token_is_noted_where_it_opened_the_door() -> None:
    collection = Collection()

    for inlet, token in ((LOCKED, GOOD_TOKEN), (LOCKED, OTHER_TOKEN), (LOCKED, EXPIRED_TOKEN), (OPEN, GOOD_TOKEN)):
        collection.post(inlet, a_message(), headers=bearer(token))

    assert collection.used_tokens == [GOOD_TOKEN]


def test_every_message_is_counted_once_taken_or_refused_by_reason() -> None:
    collection = Collection()

    collection.post(f"batch/{OPEN}", {"messages": [a_message(), {}, {}, a_legacy_message(), 5]})
    collection.post(OPEN, a_message())
    collection.post(OPEN, a_message(header={"imsOrgId": "OTHER@AdobeOrg"}))
    collection.post(f"{OPEN}?syncValidation=true", a_message())
    collection.post(f"{OPEN}?syncValidation=true", a_message({"nick": 1}))
    collection.post(OPEN, b"nonsense")

    assert collection.counted() == {
        "taken": 3,
        "no_header": 2,
        "unknown_format": 1,
        "not_an_object": 1,
        "wrong_org": 1,
        "invalid": 1,
    }
    assert len(collection.events()) == 3


def test_two_flows_into_different_datasets_are_told_apart_by_dataset_or_flow() -> None:
    collection = Collection()

    collection.post(OPEN, a_message(header={"flowId": None}))
    collection.post(OPEN, a_message(header={"datasetId": None, "flowId": EVENTS_FLOW}))
    collection.post(
        OPEN,
        a_message(a_person(), schema_id=PROFILES_SCHEMA, header={"datasetId": None}),
        headers={"x-adobe-flow-id": PROFILES_FLOW},
    )
    collection.post(OPEN, a_message(header={"datasetId": None}), headers={"x-adobe-dataset-id": EVENTS})

    routes = [(event.dataset_id, event.ingestion.flow_id) for event in collection.events() if event.ingestion]
    assert routes == [
        (EVENTS, EVENTS_FLOW),
        (EVENTS, EVENTS_FLOW),
        ("f" * 24, PROFILES_FLOW),
        (EVENTS, EVENTS_FLOW),
    ]

import msgspec
import pytest

from server.wire.documents import read
from server.wire.edge import MAX_EVENTS, Handle, decode_edge, encode_edge, encode_problem
from server.wire.errors import BROKEN_JSON, EMPTY_BODY, INVALID_FIELD, Malformed
from server.wire.json import MAX_DEPTH_LEVELS


def test_request_of_the_web_sdk_is_understood() -> None:
    request = decode_edge(
        b'{"events":[{"xdm":{"eventType":"x"},"query":{"personalization":{"schemas":[]}},"data":{"foo":{"bar":1}}}],'
        b'"query":{"identity":{"fetch":["ECID"]}},"meta":{"queueTimeMillis":40,"state":{"domain":"shop.test",'
        b'"cookiesEnabled":true,"entries":[{"key":"kndctr_a_identity","value":"v"}]}}}'
    )

    assert read(request.events[0].xdm) == {"eventType": "x"}
    assert request.events[0].data == msgspec.Raw(b'{"foo":{"bar":1}}')
    assert request.query.identity.fetch == ["ECID"]
    assert request.meta.queue_time_millis == 40
    assert request.meta.state.entries[0].value == "v"


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        (b"", EMPTY_BODY, "empty"),
        (b"{", BROKEN_JSON, "truncated"),
        (b"\xff\xfe{\x00}\x00", BROKEN_JSON, "utf-8"),
        (b"\xef\xbb\xbf{}", BROKEN_JSON, "malformed"),
        (b'{"events":[{"xdm":{"a":NaN}}]}', BROKEN_JSON, "malformed"),
        (b'{"events":[{"xdm":{"a":-Infinity}}]}', BROKEN_JSON, "malformed"),
        (b'{"events":[{},{"xdm":{"a":{"b":[0,1e999]}}}]}', INVALID_FIELD, "at `$.events[1].xdm.a.b[1]`"),
        (b'{"events":[{"data":{"a":-1E+400}}]}', INVALID_FIELD, "at `$.events[0].data.a`"),
        (b'{"events":[{"xdm":{"a":' + b"9" * 309 + b"}}]}", INVALID_FIELD, "at `$.events[0].xdm.a`"),
        (b'{"events":[{"xdm":{"a":"\xff"}}]}', BROKEN_JSON, "utf-8"),
        (b'{"events":[{"xdm":{"a":"\\x"}}]}', BROKEN_JSON, "escape"),
        (b'{"events":[{"data":[]}]}', INVALID_FIELD, "$.events[0].data"),
        (b'{"events":[{"xdm":null}]}', INVALID_FIELD, "$.events[0].xdm"),
        (b'{"events":[{"xdm":{"a":"\\ud800"}}]}', BROKEN_JSON, ""),
        (b"[]", INVALID_FIELD, "Expected `object`"),
        (
            b'{"events":[{},{"xdm":{"a":[' + b"1," * 10_000 + b"1]}}]}",
            INVALID_FIELD,
            "10000 values in one event - at `$.events[1].xdm`",
        ),
        (b'{"events":[{"data":{"a":[' + b'"",' * 10_000 + b'""]}}]}', INVALID_FIELD, "at `$.events[0].data`"),
        (b'{"events":[{},{}],"xdm":{"a":"' + b"x" * 16_400 + b'"}}', INVALID_FIELD, "shared by 2 events - at `$.xdm`"),
        (b'{"events":{}}', INVALID_FIELD, "$.events"),
        (b'{"events":[{"xdm":[]}]}', INVALID_FIELD, "$.events[0].xdm"),
        (b'{"meta":{"queueTimeMillis":"soon"}}', INVALID_FIELD, "$.meta.queueTimeMillis"),
        (b"[" * 2_000, BROKEN_JSON, f"deeper than {MAX_DEPTH_LEVELS} levels at byte {MAX_DEPTH_LEVELS}"),
        (b'{"events":[' + b",".join([b"{}"] * (MAX_EVENTS + 1)) + b"]}", INVALID_FIELD, f"at most {MAX_EVENTS}"),
    ],
)
def test_what_is_wrong_is_named(body: bytes, code: object, detail: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode_edge(body)

    assert caught.value.code == code
    assert detail in caught.value.detail


@pytest.mark.parametrize(
    "body",
    [
        b'{"events":[{"xdm":{"a":[' + b"1," * 9_990 + b"1]}}]}",
        b'{"events":[{"xdm":{"a":"' + b"1," * 30_000 + b'"}}]}',
        b'{"events":[{}],"xdm":{"a":"' + b"x" * 100_000 + b'"}}',
        b'{"events":[{},{}],"xdm":{"a":"' + b"x" * 16_000 + b'"}}',
    ],
    ids=["values", "signs in a string", "shared by one", "little shared by two"],
)
def test_what_is_large_but_within_the_sizes_is_taken(body: bytes) -> None:
    assert decode_edge(body).events


def test_brackets_in_strings_do_not_count_as_depth() -> None:
    body = b'{"events":[{"xdm":{"a":"' + b"[" * 200 + b'\\"[["}}]}'

    assert read(decode_edge(body).events[0].xdm)["a"].startswith("[[")


def test_dangerous_keys_and_nul_are_dropped_at_the_door() -> None:
    request = decode_edge(
        b'{"events":[{"xdm":{"__proto__":{"a":1},"\\u0063onstructor":2,"ok":"a\\u0000b","l":["\\u0000"]}}]}'
    )

    assert read(request.events[0].xdm) == {"ok": "ab", "l": [""]}


def test_harmless_escapes_are_kept_as_they_came() -> None:
    text = b'{"name":"caf\\u00e9 \\ud83d\\ude00"}'

    assert bytes(decode_edge(b'{"events":[{"xdm":' + text + b"}]}").events[0].xdm) == text


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ud83d\\u00e9", "\\ud83dx" + "x" * 40])
@pytest.mark.parametrize("part", ["xdm", "data"])
def test_half_a_character_is_refused_in_what_stays_undecoded_too(part: str, half: str) -> None:
    with pytest.raises(Malformed):
        decode_edge(f'{{"events":[{{"{part}":{{"a":{{"name":"{half}"}}}}}}]}}'.encode())


def test_answer_always_has_a_handle_list() -> None:
    assert msgspec.json.decode(encode_edge("r", [])) == {"requestId": "r", "handle": []}
    assert msgspec.json.decode(encode_edge("r", [Handle(type="t", payload=[{"a": 1}])], [{"w": 1}])) == {
        "requestId": "r",
        "handle": [{"type": "t", "payload": [{"a": 1}]}],
        "warnings": [{"w": 1}],
    }


def test_problem_has_the_protocols_shape() -> None:
    problem = msgspec.json.decode(encode_problem(Malformed(BROKEN_JSON, "what"), request_id="r"))

    assert problem == {
        "type": "https://ns.adobe.com/aep/errors/EXEG-0101-400",
        "status": 400,
        "title": "Invalid JSON",
        "detail": "what",
        "report": {"requestId": "r"},
    }


@pytest.mark.parametrize(
    ("more", "is_plain"),
    [
        ("", True),
        (',"query":{"identity":{"fetch":["ECID"]}}', True),
        (',"meta":{"state":{"domain":"shop.test","cookiesEnabled":true,"entries":[]},"lost":{"full":2}}', True),
        (',"meta":{"state":{"entries":[{"key":"kndctr_a_identity","value":"v"}]}}', False),
        (',"meta":{"configOverrides":{}}', False),
        (',"xdm":{"identityMap":{}}', False),
        (',"identityMap":{"ECID":[{"id":"1"}]}', False),
        (',"consent":[{"standard":"Adobe"}]', False),
    ],
)
def test_a_request_is_plain_when_it_says_nothing_beside_its_events(more: str, is_plain: bool) -> None:
    assert decode_edge(f'{{"events":[{{"xdm":{{"eventType":"x"}}}}]{more}}}'.encode()).is_plain is is_plain


@pytest.mark.parametrize("said", ['"identityMap":{"Email":[{"id":"a@b.test"}]}', '"consentStrings":[]'])
def test_a_request_is_not_plain_when_an_event_says_who_or_whether(said: str) -> None:
    body = f'{{"events":[{{"xdm":{{"eventType":"x"}}}},{{"xdm":{{{said}}}}}]}}'.encode()

    assert not decode_edge(body).is_plain


def test_the_rule_that_sent_an_event_is_known() -> None:
    request = decode_edge(b'{"events": [{"xdm": {}, "meta": {"rule": "add-to-cart", "new": 1}}, {"xdm": {}}]}')

    assert [event.rule for event in request.events] == ["add-to-cart", ""]


@pytest.mark.parametrize("rule", [7, "x" * 129])
def test_a_rule_that_can_be_none_is_named(rule: object) -> None:
    body = msgspec.json.encode({"events": [{"meta": {"rule": rule}}]})

    with pytest.raises(Malformed, match=r"\$\.events\[0\]\.meta\.rule"):
        decode_edge(body)

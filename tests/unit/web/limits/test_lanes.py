"""A room's own view of whether anything can be stored."""

import pytest

from server.web.limits.lanes import LaneLimits, Lanes, Rates

NOW = 1_000_000_000.0
"""Later than any moment of the machine's own clock."""


def lanes() -> Lanes:
    return Lanes(LaneLimits(requests_in_flight=10, body_bytes_in_flight=1_000, rates=Rates()), edge_prefixes=("/ee/",))


def answered(made: Lanes, status: int, path: str = "/ee/v1/collect") -> None:
    lane = made.find("POST", path, b"")
    assert lane is not None
    assert lane.enter("203.0.113.9", 0.0) is None
    lane.leave(0.0, status, held=0)


def test_it_cannot_store_when_the_last_thing_was_a_failure() -> None:
    made = lanes()
    assert not made.cannot_store(0.0)

    answered(made, 204)
    answered(made, 503)

    assert made.cannot_store(0.0)
    assert not made.cannot_store(NOW)


def test_one_failure_among_others_that_are_stored_is_not_everybodys() -> None:
    made = lanes()

    answered(made, 503)
    answered(made, 200, "/collection/0123")

    assert not made.cannot_store(0.0)


def test_a_browsers_preflight_stores_nothing() -> None:
    made = lanes()
    preflight = made.find("OPTIONS", "/ee/v1/collect", b"")
    assert preflight is not None

    answered(made, 503)
    preflight.enter("203.0.113.9", 0.0)
    preflight.leave(0.0, 200, held=0)

    assert made.cannot_store(0.0)


def test_what_is_the_senders_fault_is_no_trouble() -> None:
    made = lanes()

    for status in (0, 400, 404, 413, 429):
        answered(made, status)

    assert not made.cannot_store(0.0)


def test_an_endpoints_own_word_counts_before_the_statuss() -> None:
    made = lanes()
    lane = made.find("POST", "/ee/v1/collect", b"")
    assert lane is not None

    for status, reason in ((400, ""), (400, "invalid_json"), (503, ""), (503, "unexpected_error")):
        lane.enter("203.0.113.9", 0.0)
        lane.leave(0.0, status, held=0, reason=reason)

    assert lane.counts.refused == {"malformed": 1, "invalid_json": 1}
    assert lane.counts.failed == {"unavailable": 1, "unexpected_error": 1}


@pytest.mark.parametrize(
    ("method", "path", "query", "lane"),
    [
        ("POST", "/ee/v1/interact", b"configId=demo", "edge"),
        ("POST", "/ee/or2/v1/collect", b"", "edge"),
        ("GET", "/pixel/demo.gif", b"", "edge"),
        ("POST", "/collection/0123", b"", "single"),
        ("POST", "/collection/0123", b"syncValidation=false", "single"),
        ("POST", "/collection/batch/0123", b"", "batch"),
        ("POST", "/collection/0123", b"syncValidation=true", "sync"),
        ("POST", "/collection/0123", b"x-adobe-flow-id=1&synchronousValidation=True", "sync"),
        ("OPTIONS", "/collection/0123", b"", "preflight"),
        ("GET", "/tags/demo/production.js", b"", "builds"),
        ("GET", "/live/events", b"", "live"),
        ("GET", "/", b"", "console"),
    ],
)
def test_a_request_has_a_lane(method: str, path: str, query: bytes, lane: str) -> None:
    found = lanes().find(method, path, query)

    assert found is not None
    assert found.counts.lane == lane


def test_r17_those_that_can_come_again_go_first() -> None:
    made = lanes()
    let_in = []
    for path, query in (
        ("/collection/0123", b"syncValidation=true"),
        ("/collection/batch/0123", b""),
        ("/collection/0123", b""),
        ("/ee/v1/collect", b""),
    ):
        lane = made.find("POST", path, query)
        assert lane is not None
        while lane.enter("203.0.113.9", 0.0) is None:
            let_in.append(lane.counts.lane)

    # Each fills the room of ten up to its share, and what comes after it still finds some.
    assert [let_in.count(name) for name in ("sync", "batch", "single", "edge")] == [5, 2, 2, 1]
    console = made.find("GET", "/", b"")
    assert console is not None
    assert console.enter("203.0.113.9", 0.0) is None
    assert made.find("GET", "/health/ready", b"") is None

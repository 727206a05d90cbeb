import pytest

from server.model.outcome import FailedEvent, Offset, Outcome
from server.observe.tap import Line, OutcomeTopic
from server.web.views.live_filter import LiveFilter
from server.web.views.live_view import live_row
from tests.builders import ECID_A, a_failed, a_processed, an_event, an_xdm


def url(topic: OutcomeTopic, offset: Offset) -> str:
    return f"/live/{topic}/{offset}"


def passes(filter_: LiveFilter, outcome: Outcome) -> bool:
    line = Line("failed" if isinstance(outcome, FailedEvent) else "processed", Offset(0), outcome)
    return filter_.matches(live_row(line, url), line)


def test_an_empty_filter_lets_everything_through() -> None:
    assert LiveFilter().is_empty
    assert all(passes(LiveFilter(), each) for each in (a_processed(), a_failed(), a_processed(duplicate=True)))


@pytest.mark.parametrize(
    ("outcome", "processed", "duplicate", "failed"),
    [("processed", True, True, False), ("duplicate", False, True, False), ("failed", False, False, True)],
)
def test_by_outcome(outcome: str, processed: bool, duplicate: bool, failed: bool) -> None:
    filter_ = LiveFilter(outcome=outcome)

    assert passes(filter_, a_processed()) is processed
    assert passes(filter_, a_processed(duplicate=True)) is duplicate
    assert passes(filter_, a_failed()) is failed


def test_by_event_type() -> None:
    filter_ = LiveFilter(event_type="commerce.purchases")

    assert passes(filter_, a_processed(xdm=an_xdm(eventType="commerce.purchases")))
    assert not passes(filter_, a_processed(xdm=an_xdm(eventType="commerce.purchasesX")))


@pytest.mark.parametrize(
    "text", ["page VIEW", ECID_A[3:20], "shop.example", "webPageDetails", "test", "grüsse", "Home"]
)
def test_by_text_anywhere_in_the_event(text: str) -> None:
    assert passes(LiveFilter(text=text), a_processed(xdm=an_xdm(_shop={"x": "GRÜSSE"})))
    assert not passes(LiveFilter(text=text + "~"), a_processed())


def test_by_all_at_once() -> None:
    filter_ = LiveFilter(outcome="failed", event_type="web.webpagedetails.pageViews", text="shop.example")

    assert passes(filter_, a_failed())
    assert not passes(filter_, a_processed())
    assert not passes(filter_, a_failed(event=an_event(xdm=an_xdm(eventType="other"))))


def test_a_query_reads_back_what_it_wrote() -> None:
    filter_ = LiveFilter(outcome="failed", event_type="a b&c", text="ü=?")

    assert filter_.to_query() == "outcome=failed&type=a+b%26c&q=%C3%BC%3D%3F"
    assert LiveFilter.from_query({"outcome": "failed", "type": "a b&c", "q": "ü=?"}) == filter_
    assert LiveFilter().to_query() == ""


def test_what_makes_no_sense_in_a_query_is_as_if_it_was_not_there() -> None:
    assert LiveFilter.from_query({"outcome": "lost", "q": "   ", "unknown": "x"}) == LiveFilter()
    assert len(LiveFilter.from_query({"q": "x" * 9_000, "type": "y" * 9_000}).text) == 200

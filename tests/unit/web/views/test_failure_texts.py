import pytest

from server.model.outcome import FailureReason, Offset
from server.observe.tap import Line
from server.web.views.failure_texts import reason_explanation, reason_title
from server.web.views.live_view import live_detail
from tests.builders import a_failed


@pytest.mark.parametrize("reason", list(FailureReason))
def test_an_event_that_failed_for_whatever_reason_is_shown_with_what_to_do(reason: FailureReason) -> None:
    line = Line("failed", Offset(0), a_failed(reason=reason))

    detail = live_detail(line, lambda topic, offset: f"/{topic}/{offset}")

    assert detail.row.outcome_text == reason_title(reason)
    assert detail.explanation == reason_explanation(reason)


def test_no_two_reasons_are_called_the_same() -> None:
    titles = [reason_title(reason) for reason in FailureReason]

    assert len(titles) == len(set(titles))

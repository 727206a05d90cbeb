import json

import pytest

from server.web.views.trial import faults_in, trial_view


def test_every_violation_of_a_report_is_told_with_its_place() -> None:
    leaf = {"pointerToViolation": "#/_id", "message": "expected type: String, found: Long", "causingExceptions": []}
    root = {"pointerToViolation": "#", "message": "2 schema violations found", "causingExceptions": [leaf, leaf]}
    answer = json.dumps({"report": {"message": "invalid", "cause": {"_streamingValidation": [root]}}}).encode()

    assert faults_in(answer) == [("/_id", "expected type: String, found: Long")] * 2
    assert faults_in(b'{"report": {"message": "no header"}}') == [("", "no header")]
    assert faults_in(b"<html>")[0][1].startswith("the answer is not the collector's")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "Valid, and stored"),
        (0, "could not be reached"),
        (400, "Not valid"),
        (401, "token is missing"),
        (404, "switched off"),
        (429, "too often"),
        (503, "status 503"),
    ],
)
def test_what_became_of_a_test_event_is_said_in_words(status: int, words: str) -> None:
    assert words in trial_view(status, b"{}").title

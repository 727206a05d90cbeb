from server.model.outcome import FailedEvent, Offset, Outcome
from server.model.schema import Violation
from server.observe.failures import Failure
from server.observe.rehearsal import Rehearsal, both, rehearsal
from server.observe.repair import Edited
from tests.builders import a_failed, a_processed, an_event

EVENT = an_event()


def rehearsed(*outcomes: Outcome) -> Rehearsal:
    failures = [Failure(Offset(number), a_failed()) for number in range(len(outcomes))]
    warnings = (Violation(path="1", keyword="edit", message="nothing here"),)
    return rehearsal(failures, [Edited(each, EVENT, EVENT, warnings) for each in failures], outcomes)


def verdicts(found: Rehearsal) -> list[bool]:
    return [not isinstance(each.outcome, FailedEvent) for each in found.samples]


def test_samples_are_of_what_passes_and_of_what_does_not() -> None:
    good, bad = a_processed(), a_failed()

    assert verdicts(rehearsed(bad, bad, bad, bad, good)) == [True, False, False]
    assert verdicts(rehearsed(good, good, good, good, bad)) == [True, False, True]
    assert verdicts(rehearsed(good, good, good, good)) == [True, True, True]
    assert verdicts(rehearsed(bad)) == [False]


def test_two_rehearsals_are_one_of_all_events() -> None:
    one, other = rehearsed(a_processed(), a_failed()), rehearsed(a_failed())

    found = both(one, other)

    assert (found.passing, found.failing, found.unreadable) == (1, 2, 0)
    assert found.faults == {("/web", "expected an object, found the number 5"): 2}
    assert found.idle == {("1", "nothing here"): 3}
    assert verdicts(found) == [True, False, False]


def test_a_failure_without_a_violation_has_a_reason_as_well() -> None:
    assert list(rehearsed(a_failed(violations=())).faults) == [("/", "no reason was given")]

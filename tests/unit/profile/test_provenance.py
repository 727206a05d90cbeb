from server.model.profile import ProfileEvent, RecordSource
from server.profile.provenance import Provenance, provenance
from tests.unit.profile.builders import a_step, an_identity

EMAIL, DEVICE, OTHER = map(an_identity, ("Email:a", "ECID:1", "ECID:2"))


def an_event(*identities: str, at_ms: int, dataset: str = "d") -> ProfileEvent:
    xdm = a_step(0, *identities)[1].event.xdm
    return ProfileEvent(id=f"e-{at_ms}", dataset_id=dataset, timestamp_ms=at_ms, xdm=xdm)


def test_each_identity_says_what_named_it_and_what_came_with_it() -> None:
    events = [an_event("Email:a", "ECID:1", at_ms=7, dataset="b"), an_event("ECID:1", at_ms=3, dataset="a")]

    found = provenance([EMAIL, DEVICE], events, [])

    assert found[EMAIL] == Provenance(("b",), 1, 7, 7, (DEVICE,))
    assert found[DEVICE] == Provenance(("a", "b"), 2, 3, 7, (EMAIL,))


def test_identities_that_are_somebody_else_s_by_now_are_left_out() -> None:
    found = provenance([EMAIL], [an_event("Email:a", "ECID:2", at_ms=1)], [])

    assert found == {EMAIL: Provenance(("d",), 1, 1, 1, ())}


def test_records_count_as_sources_but_not_as_events() -> None:
    record = RecordSource(dataset_id="crm", identity=EMAIL, at_ms=9, tag="")
    stranger = RecordSource(dataset_id="crm", identity=OTHER, at_ms=9, tag="")

    assert provenance([EMAIL], [], [record, stranger]) == {EMAIL: Provenance(("crm",), 0, 9, 9, ())}


def test_what_nothing_names_is_there_all_the_same() -> None:
    assert provenance([DEVICE], [], []) == {DEVICE: Provenance((), 0, None, None, ())}

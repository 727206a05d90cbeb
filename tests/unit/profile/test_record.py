from server.model.dataset import DatasetId
from server.model.profile import AttributeSource, RecordSource
from server.profile.changes import FragmentKey
from server.profile.fragment import Fragment, fragment
from server.profile.record import merge_fragments
from tests.builders import NOON_MS
from tests.unit.profile.builders import a_record, an_identity

CRM, SHOP = "c" * 24, "d" * 24


def said(dataset: str, identity: str, *, at: int, **fields: object) -> tuple[FragmentKey, Fragment]:
    key = DatasetId(dataset), an_identity(identity)
    return key, fragment(a_record(identity, at=at, dataset=dataset, **fields))


def test_of_two_datasets_the_one_that_spoke_last_counts_for_each_attribute() -> None:
    made = merge_fragments(
        dict(
            [
                said(SHOP, "Email:a", at=2, xdm={"person": {"name": {"firstName": "Ada"}}}),
                said(CRM, "CustomerId:A", at=1, xdm={"person": {"name": {"firstName": "A.", "lastName": "L."}}}),
            ]
        )
    )

    assert made.record == {"person": {"name": {"firstName": "Ada", "lastName": "L."}}}
    assert made.attribute_sources == (
        AttributeSource(path="/person/name/firstName", dataset_id=SHOP, at_ms=NOON_MS + 2),
        AttributeSource(path="/person/name/lastName", dataset_id=CRM, at_ms=NOON_MS + 1),
    )
    assert made.record_sources == (
        RecordSource(dataset_id=CRM, identity=an_identity("CustomerId:A"), at_ms=NOON_MS + 1, tag="x-1"),
        RecordSource(dataset_id=SHOP, identity=an_identity("Email:a"), at_ms=NOON_MS + 2, tag="x-2"),
    )


def test_a_dataset_that_replaces_its_own_record_takes_nothing_from_another() -> None:
    made = merge_fragments(
        dict([said(SHOP, "Email:a", at=2, xdm={"a": 1}), said(CRM, "CustomerId:A", at=1, xdm={"b": 2})])
    )

    assert made.record == {"a": 1, "b": 2}


def test_a_source_that_changed_its_record_long_ago_does_not_count_as_the_newest() -> None:
    old = {"extSourceSystemAudit": {"lastUpdatedDate": "2025-01-01T00:00:00Z"}}
    made = merge_fragments(
        dict([said(CRM, "Email:a", at=1, xdm={"a": "new"}), said(SHOP, "Email:a", at=2, xdm={"a": "old", **old})])
    )

    assert made.record["a"] == "new"


def test_a_removed_record_is_no_source() -> None:
    made = merge_fragments(dict([said(SHOP, "Email:a", at=2, operation="delete")]))

    assert (made.record, made.attribute_sources, made.record_sources) == ({}, (), ())

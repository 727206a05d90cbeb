import msgspec
import pytest

from server.model.json import JsonObject
from server.model.profile import Record, Stamp
from server.profile.fragment import (
    MAX_ATTRIBUTES,
    Fragment,
    across_datasets,
    attributes_of,
    document,
    fragment,
    join,
    names,
    pointer,
)
from tests.builders import NOON_MS
from tests.unit.profile.builders import a_record


def folded(*records: Record) -> Fragment:
    first, *others = map(fragment, records)
    for other in others:
        first = join(first, other)
    return first


def said(*records: Record) -> JsonObject:
    return document(attributes_of(folded(*records)))


def test_identities_are_no_attributes() -> None:
    assert said(a_record("Email:a", xdm={"personID": "7"})) == {"personID": "7"}


def test_a_newer_whole_record_replaces_the_older() -> None:
    older = a_record("Email:a", at=1, xdm={"personID": "7", "person": {"gender": "female"}})
    newer = a_record("Email:a", at=2, xdm={"personID": "8"})

    assert said(older, newer) == said(newer, older) == {"personID": "8"}


@pytest.mark.parametrize("is_late", [False, True])
def test_a_partial_update_changes_what_it_names_and_leaves_the_rest(is_late: bool) -> None:
    whole = a_record("Email:a", at=1, xdm={"a": {"b": 1, "c": 2}, "tags": ["x", "y"]})
    change = a_record("Email:a", at=2, operation="merge", xdm={"a": {"c": 3, "d": 4}, "tags": ["z"]})

    found = said(change, whole) if is_late else said(whole, change)

    assert found == {"a": {"b": 1, "c": 3, "d": 4}, "tags": ["z"]}


def test_a_partial_update_that_is_older_than_a_whole_record_counts_for_nothing() -> None:
    whole, change = a_record("Email:a", at=2, xdm={"a": 1}), a_record("Email:a", at=1, operation="merge", xdm={"b": 2})

    assert said(whole, change) == said(change, whole) == {"a": 1}


def test_what_was_taken_away_does_not_come_back_with_an_older_message() -> None:
    whole, change = a_record("Email:a", at=1, xdm={"a": 1}), a_record("Email:a", at=2, operation="merge", xdm={"b": 2})
    gone, again = a_record("Email:a", at=3, operation="delete"), a_record("Email:a", at=4, xdm={"c": 3})

    assert said(gone, whole, change) == {}
    assert said(again, gone, whole, change) == {"c": 3}


def test_null_in_a_partial_update_takes_an_attribute_away() -> None:
    whole = a_record("Email:a", at=1, xdm={"a": {"b": 1, "c": 2}, "d": 3})
    change = a_record("Email:a", at=2, operation="merge", xdm={"a": {"b": None}, "d": None})

    assert said(whole, change) == said(change, whole) == {"a": {"c": 2}}


def test_a_value_replaces_an_object_and_the_other_way_round() -> None:
    steps = [
        a_record("Email:a", at=1, operation="merge", xdm={"a": {"b": 1}}),
        a_record("Email:a", at=2, operation="merge", xdm={"a": 5}),
        a_record("Email:a", at=3, operation="merge", xdm={"a": {"c": 2}}),
    ]

    assert said(*steps) == said(*reversed(steps)) == {"a": {"c": 2}}


def test_the_newest_message_names_the_fragment() -> None:
    made = folded(a_record("Email:a", at=2), a_record("Email:a", at=1))

    assert (made.newest, made.tag) == (Stamp(NOON_MS + 2, 0, 2), "x-2")


def test_a_record_that_says_when_its_source_changed_it_is_compared_by_that() -> None:
    xdm = {"a": 1, "extSourceSystemAudit": {"lastUpdatedDate": "2026-01-01T11:00:00Z"}}

    [attribute, _] = across_datasets(fragment(a_record("Email:a", xdm=xdm)))

    assert attribute.stamp.at_ms == NOON_MS - 3_600_000


@pytest.mark.parametrize("stated", ["2036-01-01T11:00:00Z", "yesterday", 5])
def test_a_source_that_says_the_future_or_no_time_is_compared_by_when_it_was_received(stated: object) -> None:
    xdm = {"a": 1, "extSourceSystemAudit": {"lastUpdatedDate": stated}}

    [attribute, _] = across_datasets(fragment(a_record("Email:a", xdm=xdm)))

    assert attribute.stamp.at_ms == NOON_MS


def test_a_map_that_grows_without_end_is_refused() -> None:
    some: JsonObject = {"map": {f"k{number}": 1 for number in range(MAX_ATTRIBUTES)}}
    full = fragment(a_record("Email:a", xdm=some))

    with pytest.raises(ValueError, match="more than 10,000 attributes"):
        join(full, fragment(a_record("Email:a", at=1, operation="merge", xdm={"map": {"one more": 1}})))


@pytest.mark.parametrize("path", [("a",), ("a/b", "~", ""), ("", ""), ("~1", "/0")])
def test_pointers_name_any_path(path: tuple[str, ...]) -> None:
    assert names(pointer(path)) == path


def test_a_fragment_is_read_back_as_it_was_written() -> None:
    made = folded(
        a_record("Email:a", at=1), a_record("Email:a", at=2, operation="merge", xdm={"a": None, "b": [1, {}]})
    )

    assert msgspec.json.decode(msgspec.json.encode(made), type=Fragment) == made

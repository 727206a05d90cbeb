import pytest

from server.model.json import JsonObject
from server.model.profile import ProfileEvent, ProfileId, ProfileView, RecordSource
from server.web.api.entities import FilterRefused, chosen, event_entities, event_filter, no_entity, profile_entity
from server.web.api.xid import identity_of, xid_of
from tests.builders import DATASET_ID, NOON_MS, an_xdm
from tests.unit.profile.builders import an_identity

EMAIL, DEVICE = an_identity("Email:ada@example.com"), an_identity("ECID:1")


def a_view(*, attributes: JsonObject | None = None, sources: tuple[RecordSource, ...] = ()) -> ProfileView:
    return ProfileView(
        id=ProfileId("0000000000000001"),
        identities=(DEVICE, EMAIL),
        attributes=attributes or {},
        events=(),
        event_count=0,
        record={"person": {"name": {"firstName": "Ada"}}},
        record_sources=sources,
    )


@pytest.mark.parametrize("text", ["Email:ada@example.com", "ECID:1", "Länder:ä/ö?&=\U0001f600"])
def test_an_xid_can_be_read_back_and_needs_no_escaping(text: str) -> None:
    xid = xid_of(an_identity(text))

    assert identity_of(xid) == an_identity(text)
    assert set(xid) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("text", ["", "janedoe@example.com", "QUJD", "____", "A", "ÿ", "QQA", "AEE"])
def test_what_is_no_xid_is_none(text: str) -> None:
    assert identity_of(text) is None


def test_a_profile_is_told_with_its_sources_and_when_it_was_changed_last() -> None:
    source = RecordSource(dataset_id=DATASET_ID, identity=EMAIL, at_ms=NOON_MS, tag="1:2:3")
    told = profile_entity(a_view(sources=(source, source)), EMAIL, fields=())

    assert told["entityId"] == xid_of(EMAIL)
    assert told["identityGraph"] == [xid_of(DEVICE), xid_of(EMAIL)]
    assert (told["sources"], told["tags"]) == ([DATASET_ID], ["1:2:3", "1:2:3"])
    assert told["entity"]["identityMap"] == {"ECID": [{"id": "1"}], "Email": [{"id": "ada@example.com"}]}
    assert told["lastModifiedAt"] == "2026-01-01T12:00:00.000Z"


def test_a_profile_of_events_alone_was_changed_by_the_last_of_them() -> None:
    told = profile_entity(a_view(attributes={"lastSeen": "2026-02-01T00:00:00.000Z"}), EMAIL, fields=())

    assert (told["sources"], told["tags"]) == ([""], [])
    assert told["lastModifiedAt"] == "2026-02-01T00:00:00.000Z"


def test_only_what_was_asked_for_is_told() -> None:
    assert chosen({"a": {"b": 1, "c": 2}, "d": 3}, ["a.b", "d", "x.y"]) == {"a": {"b": 1}, "d": 3}


def test_nobody_is_told_as_an_empty_entity() -> None:
    assert no_entity(EMAIL)["entity"] == {}


def test_a_page_of_events_says_where_the_next_begins() -> None:
    event = ProfileEvent(id="e-1", dataset_id=DATASET_ID, timestamp_ms=NOON_MS, xdm=an_xdm())
    told = event_entities([event], EMAIL, fields=["eventType"], newest_first=True, next_="5.1", href="/next")

    assert told["_page"] == {"orderby": "-timestamp", "start": "e-1", "count": 1, "next": "5.1"}
    assert told["_links"] == {"next": {"href": "/next"}}
    assert told["children"] == [
        {
            "relatedEntityId": xid_of(EMAIL),
            "entityId": "e-1",
            "timestamp": NOON_MS,
            "entity": {"eventType": "web.webpagedetails.pageViews"},
            "lastModifiedAt": "2026-01-01T12:00:00.000Z",
        }
    ]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("eventType=web.webpagedetails.pageViews", True),
        ("eventType!=web.webpagedetails.pageViews", False),
        ("web.webPageDetails.pageViews.value>=1", True),
        ("web.webPageDetails.pageViews.value>1", False),
        ("web.webPageDetails.pageViews.value<2", True),
        ("web.webPageDetails.pageViews.value<=x", False),
        ("web.webPageDetails.isHomePage=true", True),
        ("web.nothing=1", False),
    ],
)
def test_events_are_filtered_by_what_they_hold(text: str, holds: bool) -> None:
    xdm = an_xdm()
    xdm["web"]["webPageDetails"]["isHomePage"] = True

    assert event_filter(text)(xdm) is holds


@pytest.mark.parametrize("text", ["", "eventType", "=5", "a b=5"])
def test_a_filter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(FilterRefused, match="`property` is a path"):
        event_filter(text)

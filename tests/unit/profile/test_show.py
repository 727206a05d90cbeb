import json

from server.model.json import Json
from server.model.profile import AttributeSource, ProfileEvent, ProfileId, ProfileView
from server.profile.show import MAX_VALUE_CHARACTERS, encode_profile, render_profile
from tests.builders import DATASET_ID, NOON_MS, an_xdm
from tests.unit.profile.builders import an_identity


def a_view(**fields: Json) -> ProfileView:
    given: dict[str, Json] = {
        "id": ProfileId("000000000000002a"),
        "identities": (an_identity("CustomerId:A-1001"), an_identity("ECID:1")),
        "attributes": {
            "firstSeen": "2026-01-01T12:00:00.000Z",
            "eventCount": 7,
            "orders": {"count": 1, "revenue": {"EUR": 59.9}},
            "eventsByType": {},
        },
        "events": (ProfileEvent(id="e-1", dataset_id=DATASET_ID, timestamp_ms=NOON_MS + 5, xdm=an_xdm()),),
        "event_count": 7,
    }
    return ProfileView(**given | fields)


def test_a_profile_is_shown_with_identities_attributes_and_newest_events() -> None:
    assert render_profile(a_view()) == (
        "Profile 000000000000002a\n"
        "\n"
        "Identities (2)\n"
        "  CustomerId  A-1001\n"
        "  ECID        1\n"
        "\n"
        "Attributes\n"
        "  firstSeen           2026-01-01T12:00:00.000Z\n"
        "  eventCount          7\n"
        "  orders.count        1\n"
        "  orders.revenue.EUR  59.9\n"
        "\n"
        "Events (1 of 7, the newest first, times in UTC)\n"
        "  2026-01-01 12:00:00.005  web.webpagedetails.pageViews  https://shop.example/  [e-1]"
    )


def test_what_pages_sent_cannot_steer_the_terminal() -> None:
    hostile = "a\x1b[2Jb\nc\u202ed\x07\u0085"
    event = ProfileEvent(id=hostile, dataset_id=DATASET_ID, timestamp_ms=0, xdm={"eventType": hostile})
    view = a_view(identities=(an_identity(f"{hostile}:{hostile}"),), attributes={hostile: hostile}, events=(event,))

    text = render_profile(view)

    assert all(sign.isprintable() for sign in text.replace("\n", ""))
    assert "a\\u001b[2Jb\\u000ac\\u202ed\\u0007\\u0085" in text
    assert len(text.splitlines()) == len(
        render_profile(a_view(identities=(an_identity("ECID:1"),), attributes={"a": 1})).splitlines()
    )


def test_long_values_are_cut() -> None:
    text = render_profile(a_view(attributes={"long": "x" * (MAX_VALUE_CHARACTERS + 1)}))

    assert f"{'x' * MAX_VALUE_CHARACTERS}…\n" in text


def test_a_profile_without_anything_is_shown() -> None:
    assert "Identities (0)\n\nAttributes\n\nEvents (0 of 0" in render_profile(
        a_view(identities=(), attributes={}, events=(), event_count=0)
    )


def test_json_holds_the_whole_profile() -> None:
    whole = json.loads(encode_profile(a_view()))

    assert whole["id"] == "000000000000002a"
    assert whole["identities"] == [{"namespace": "CustomerId", "id": "A-1001"}, {"namespace": "ECID", "id": "1"}]
    assert whole["attributes"]["orders"] == {"count": 1, "revenue": {"EUR": 59.9}}
    assert whole["events"] == [{"id": "e-1", "datasetId": DATASET_ID, "timestampMs": NOON_MS + 5, "xdm": an_xdm()}]
    assert whole["eventCount"] == 7


def test_a_record_is_shown_with_who_said_what_and_when() -> None:
    sources = [
        AttributeSource(path=path, dataset_id=dataset, at_ms=NOON_MS)
        for path, dataset in (("/person/name/firstName", DATASET_ID), ("/tags", "f" * 24))
    ]
    view = a_view(
        record={"person": {"name": {"firstName": "Ada"}}, "tags": ["a", "b"]}, attribute_sources=tuple(sources)
    )

    text = render_profile(view, datasets={DATASET_ID: "crm"})

    assert (
        "Record (2 attributes, what was said last, times in UTC)\n"
        "  person.name.firstName  Ada        crm                       2026-01-01 12:00:00.000\n"
        '  tags                   ["a","b"]  ffffffffffffffffffffffff  2026-01-01 12:00:00.000\n'
        "\n"
        "Attributes\n"
    ) in text

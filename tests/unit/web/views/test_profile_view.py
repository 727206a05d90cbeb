from collections.abc import Sequence
from typing import Any

import pytest

from server.model.json import JsonObject
from server.model.profile import AttributeSource, ProfileEvent, ProfileId, ProfileView, RecordSource
from server.web.views.profile_view import (
    attribute_views,
    consent_views,
    identity_views,
    person_name,
    profile_card,
    profile_title,
    telling_identity,
    timeline,
)
from tests.builders import DATASET_ID, ECID_A, NOON_MS, an_xdm
from tests.unit.profile.builders import a_step, an_identity

NAMES: dict[str, str] = {DATASET_ID: "web-events"}
NOON = "2026-01-01T12:00:00.000Z"


def a_view(*identities: str, events: Sequence[ProfileEvent] = (), **fields: Any) -> ProfileView:
    given: JsonObject = {
        "id": ProfileId("0000000000000001"),
        "identities": tuple(sorted(map(an_identity, identities))),
        "attributes": {"lastSeen": NOON},
        "events": tuple(events),
        "event_count": len(events),
    }
    return ProfileView(**given | fields)


def an_event(*identities: str, at: int = 0, **xdm: Any) -> ProfileEvent:
    fields = a_step(at, *identities, **xdm)[1].event.xdm
    return ProfileEvent(id=f"e-{at}", dataset_id=DATASET_ID, timestamp_ms=NOON_MS + at, xdm=fields)


def said(path: str) -> AttributeSource:
    return AttributeSource(path=path, dataset_id=DATASET_ID, at_ms=NOON_MS)


def test_the_most_telling_identity_names_the_profile() -> None:
    view = a_view("ECID:1", "Phone:2", "Email:a", "CRMID:3")

    assert telling_identity(view) == an_identity("CRMID:3")
    assert profile_title(view, is_masked=False) == "CRMID 3"
    assert profile_title(a_view(), is_masked=False) == "Nobody"
    assert [each.namespace for each in identity_views(view, {}, is_masked=False)] == ["CRMID", "Email", "Phone", "ECID"]


def test_an_identity_says_where_it_is_from_and_with_what_it_came() -> None:
    events = [an_event("ECID:1", "Email:a", at=5), an_event("ECID:1", at=2), an_event("ECID:9", at=1)]
    record = RecordSource(dataset_id="f" * 24, identity=an_identity("Email:a"), at_ms=NOON_MS + 9, tag="")
    view = a_view("ECID:1", "Email:a", "Phone:2", events=events, record_sources=(record,))

    email, phone, device = identity_views(view, NAMES, is_masked=False)

    assert (email.sources, email.events, email.first_at) == (["web-events", "f" * 24], 1, "2026-01-01T12:00:00.005Z")
    assert (email.last_at, email.beside) == ("2026-01-01T12:00:00.009Z", ["ECID 1"])
    assert (device.is_device, device.events, device.first_at) == (True, 2, "2026-01-01T12:00:00.002Z")
    assert (phone.sources, phone.events, phone.first_at, phone.beside) == ([], 0, "", [])


def test_a_browser_s_long_id_is_named_by_its_end_beside_others() -> None:
    view = a_view(f"ECID:{ECID_A}", "Email:a", events=[an_event(f"ECID:{ECID_A}", "Email:a")])

    email, _ = identity_views(view, NAMES, is_masked=False)

    assert email.beside == [f"ECID …{ECID_A[-6:]}"]


def test_a_shared_identity_is_marked() -> None:
    view = a_view("ECID:1", "Email:a", attributes={"quarantinedIdentities": ["Email:a"]})

    assert [each.is_quarantined for each in identity_views(view, {}, is_masked=False)] == [True, False]


def test_attributes_say_who_said_them_last_and_consents_are_told_apart() -> None:
    record = {"person": {"name": {"firstName": "Ada"}}, "tags": ["a"], "consents": {"collect": {"val": "y"}}}
    sources = (said("/consents/collect/val"), said("/person/name/firstName"), said("/tags"))
    view = a_view("Email:a", record=record, attribute_sources=sources, attributes={"lastConsent": {"basis": "gpc"}})

    attributes, consents = attribute_views(view, NAMES, is_masked=False), consent_views(view, NAMES)

    assert [(each.path, each.value, each.source, each.at) for each in attributes] == [
        ("person.name.firstName", "Ada", "web-events", NOON),
        ("tags", '["a"]', "web-events", NOON),
    ]
    assert [(each.label, each.source) for each in consents] == [("Collection on pages", ""), ("Collect", "web-events")]
    assert "GPC" in consents[0].value
    assert consents[1].value == "Yes"


def test_nothing_personal_is_shown_to_who_may_not_see_it() -> None:
    address = "somebody@example.com"
    event = an_event(f"Email:{address}", web={"webPageDetails": {"name": f"Hello {address}"}})
    view = a_view(
        f"Email:{address}",
        f"ECID:{ECID_A}",
        events=[event],
        record={"person": {"name": {"firstName": "Ada"}}, "note": f"called {address}"},
        attribute_sources=(said("/note"), said("/person/name/firstName")),
        attributes={"lastPage": {"name": f"Hello {address}"}},
    )

    shown = [
        profile_card(view, is_masked=True),
        identity_views(view, NAMES, is_masked=True),
        attribute_views(view, NAMES, is_masked=True),
        timeline(view.events, NAMES, is_masked=True),
    ]

    assert "somebody" not in str(shown)
    assert "Ada" not in str(shown)
    assert ECID_A not in str(shown)
    assert address in str(profile_card(view, is_masked=False))


def test_what_was_sent_cannot_hide_anything() -> None:
    view = a_view("Email:a\u202eb", record={"a\u202e": "b\u0000"}, attribute_sources=(said("/a\u202e"),))

    assert "\u202e" not in str(identity_views(view, {}, is_masked=False))
    [attribute] = attribute_views(view, {}, is_masked=False)
    assert (attribute.path, attribute.value) == ("a⟨U+202E⟩", "b␀")


def test_long_values_are_cut() -> None:
    view = a_view("Email:a", record={"a": "x" * 500}, attribute_sources=(said("/a"),))

    [attribute] = attribute_views(view, {}, is_masked=False)

    assert len(attribute.value) == 300


def test_an_event_is_shown_with_its_page_and_source() -> None:
    event = ProfileEvent(id="e", dataset_id=DATASET_ID, timestamp_ms=NOON_MS, xdm=an_xdm())

    [shown] = timeline([event], NAMES, is_masked=False)

    assert (shown.name, shown.page, shown.at, shown.source) == ("Page view", "home", NOON, "web-events")
    assert [node.key for node in shown.tree][:2] == ["_id", "timestamp"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ({"firstName": "Ada", "lastName": "Lovelace"}, "Ada Lovelace"),
        ({"fullName": "Countess of Lovelace", "firstName": "Ada"}, "Countess of Lovelace"),
        ({"firstName": 5}, ""),
        ("Ada", ""),
    ],
)
def test_records_say_what_the_person_is_called(name: object, shown: str) -> None:
    view = a_view("Email:a", record={"person": {"name": name}})

    assert person_name(view, is_masked=False) == shown
    assert person_name(view, is_masked=True) == ""

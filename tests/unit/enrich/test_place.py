from typing import Any

import pytest

from server.enrich.deps import Deps
from server.enrich.place import Place
from server.model.json import JsonObject
from tests.builders import an_event, an_xdm


def patched(deps: Deps, place: Any) -> JsonObject:
    return Place(deps).enrich(an_event(xdm=an_xdm(placeContext=place)))


def test_country_and_offset_are_inferred_from_the_clients_clock(deps: Deps) -> None:
    patch = patched(deps, {"ianaTimezone": "Europe/Berlin", "localTime": "2026-07-01T12:00:00.521+02:00"})

    assert patch == {"placeContext": {"geo": {"countryCode": "DE"}, "localTimezoneOffset": -120}}


@pytest.mark.parametrize(
    ("local_time", "minutes"),
    [
        ("2026-07-01T12:00:00+00:00", 0),
        ("2026-07-01T12:00:00Z", 0),
        ("2026-07-01T12:00:00.5+05:45", -345),
        ("2026-07-01T12:00:00-03:30", 210),
    ],
)
def test_the_offset_has_the_sign_of_javascript(deps: Deps, local_time: str, minutes: int) -> None:
    assert patched(deps, {"localTime": local_time}) == {"placeContext": {"localTimezoneOffset": minutes}}


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"localTime": "2026-07-01T12:00:00"},
        {"localTime": "12:00"},
        {"localTime": 5},
        {"localTime": "T" * 100_000 + "Z"},
        {"ianaTimezone": "UTC"},
        {"ianaTimezone": ["Europe/Berlin"]},
        None,
        "Berlin",
    ],
)
def test_a_clock_that_says_nothing_adds_nothing(deps: Deps, place: Any) -> None:
    assert patched(deps, place) == {}


def test_what_the_event_says_is_not_overwritten(deps: Deps) -> None:
    place = {
        "ianaTimezone": "Europe/Berlin",
        "localTime": "2026-07-01T12:00:00+02:00",
        "localTimezoneOffset": 0,
        "geo": {"countryCode": "CH"},
    }

    assert patched(deps, place) == {}


def test_the_country_joins_what_the_event_says_of_the_place(deps: Deps) -> None:
    patch = patched(deps, {"ianaTimezone": "Europe/Berlin", "geo": {"city": "Berlin"}})

    assert patch == {"placeContext": {"geo": {"countryCode": "DE"}}}

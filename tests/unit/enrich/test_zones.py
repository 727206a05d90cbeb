import pytest

from server.enrich.deps import Deps


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Berlin", "DE"),
        ("Europe/Oslo", "NO"),
        ("Europe/Zurich", "CH"),
        ("America/New_York", "US"),
        ("America/Sao_Paulo", "BR"),
        ("Asia/Tokyo", "JP"),
        ("Africa/Johannesburg", "ZA"),
        # Old names that browsers still say.
        ("Asia/Calcutta", "IN"),
        ("Asia/Saigon", "VN"),
        ("Asia/Katmandu", "NP"),
        ("Asia/Rangoon", "MM"),
        ("Europe/Kiev", "UA"),
        ("America/Buenos_Aires", "AR"),
        ("America/Godthab", "GL"),
        ("Africa/Asmera", "ER"),
        ("Pacific/Truk", "FM"),
        ("US/Pacific", "US"),
        # The database links these to a place in another country.
        ("Africa/Timbuktu", None),
        ("Iceland", None),
        ("America/Virgin", None),
        ("Atlantic/Jan_Mayen", None),
        # In no country, in two, or no zone.
        ("UTC", None),
        ("Etc/GMT+1", None),
        ("CET", None),
        ("Europe/Simferopol", None),
        ("Mars/Olympus_Mons", None),
        ("", None),
    ],
)
def test_a_zone_names_its_country_only_where_there_is_one(deps: Deps, zone: str, country: str | None) -> None:
    assert deps.zones.get(zone) == country


def test_every_country_is_two_capital_letters(deps: Deps) -> None:
    assert len(deps.zones) > 400
    assert all(len(country) == 2 and country.isupper() for country in deps.zones.values())

"""From IANA time zone to country, from the tables of the ``tzdata`` package. Read once, at start."""

from collections.abc import Iterator, Mapping
from importlib.resources import files

# Two states claim it: the table says one, and its own comment that it cannot say it well.
_DISPUTED = frozenset({"Europe/Simferopol"})

# Browsers still say these names for zones that the database has renamed and since joined with those of other
# countries, so that the links do not tell the country any more.
_RENAMED: Mapping[str, str] = {
    "Africa/Asmera": "Africa/Asmara",
    "Asia/Rangoon": "Asia/Yangon",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}


def load_zones() -> Mapping[str, str]:
    """Every zone name that stands for one country, old names included, to its ISO 3166-1 code.

    ``zone.tab`` gives each name to one country. An old name is a link to a new one: it counts where all of the new
    one's clocks are in one country (``zone1970.tab``), since a link may cross a border (Africa/Timbuktu, in Mali, is
    now a link to Africa/Abidjan).
    """
    countries = {zone: country for country, _, zone in _rows("zone.tab") if zone not in _DISPUTED}
    in_one_country = {zone: code for code, _, zone in _rows("zone1970.tab") if "," not in code}
    for target, old_name in _links():
        if old_name not in countries and target in in_one_country:
            countries[old_name] = in_one_country[target]
    for old_name, new_name in _RENAMED.items():
        countries[old_name] = countries[new_name]
    return countries


def _rows(table: str) -> Iterator[list[str]]:
    for line in _text(table).splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")[:3]


def _links() -> Iterator[tuple[str, str]]:
    for line in _text("tzdata.zi").splitlines():
        kind, *names = line.split(" ")
        if kind == "L":
            yield names[0], names[1]


def _text(name: str) -> str:
    return (files("tzdata.zoneinfo") / name).read_text(encoding="utf-8")

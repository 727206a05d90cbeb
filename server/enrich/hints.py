"""Client hints read and understood: what a browser says of itself apart from its User-Agent string.

The names are those of the ``Sec-CH-UA…`` headers (User-Agent Client Hints, W3C Community Group).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.enrich.headers import read_boolean, read_list, read_string
from server.enrich.names import BRANDS, GENERIC_BRANDS, SYSTEM_NAMES

HEADERS = (
    "ua",
    "ua-full-version-list",
    "ua-mobile",
    "ua-platform",
    "ua-platform-version",
    "ua-arch",
    "ua-bitness",
    "ua-model",
    "ua-wow64",
    "ua-form-factors",
)
"""Those that are read, as ClientInfo names them."""

# "Not A;Brand", "Not?A_Brand", "(Not(A:Brand": put in so that nobody relies on the list's shape.
_MADE_UP = re.compile(r"not.a.?brand", re.IGNORECASE)

# On Windows the hint has a number of its own: 1 to 10 are Windows 10, 13 and more Windows 11, 0.x what came before.
_FIRST_WINDOWS_11 = 13
_OLD_WINDOWS: Mapping[str, str] = {"0.1": "7", "0.2": "8", "0.3": "8.1"}

_FORM_FACTORS: Mapping[str, str] = {"Desktop": "desktop", "EInk": "ereader", "Mobile": "mobile", "Tablet": "tablet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A name that the browser goes by; ``version`` is empty when it gives none."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the hints say; None and empty: they do not."""

    brands: Sequence[Brand] = ()
    full_versions: Sequence[Brand] = ()
    mobile: bool | None = None
    platform: str | None = None
    platform_version: str | None = None
    architecture: str | None = None
    bitness: str | None = None
    model: str | None = None
    wow64: bool | None = None
    form_factors: Sequence[str] = ()


def read_hints(values: Sequence[str]) -> Hints:
    """The hints in header values: in the order of HEADERS, "" for a header that did not come.

    What cannot be read is left out.
    """
    brands, versions, mobile, platform, platform_version, architecture, bitness, model, wow64, form_factors = values
    return Hints(
        brands=_brands(brands),
        full_versions=_brands(versions),
        mobile=read_boolean(mobile),
        platform=read_string(platform),
        platform_version=read_string(platform_version),
        architecture=read_string(architecture),
        bitness=read_string(bitness),
        model=read_string(model),
        wow64=read_boolean(wow64),
        form_factors=tuple(name for name, _ in read_list(form_factors)),
    )


def brand(hints: Hints) -> Brand | None:
    """The brand that tells most: the browser's own before the engine's, never a made-up one. With its major version."""
    real = [brand for brand in hints.brands if not _MADE_UP.search(brand.name)]
    if not real:
        return None
    own = next((brand for brand in real if brand.name not in GENERIC_BRANDS), None)
    chrome = next((brand for brand in real if brand.name != "Chromium"), None)
    return own or chrome or real[0]


def full_version(hints: Hints, brand: Brand) -> str | None:
    """The whole version of that brand; None when only its major one is said."""
    return next((full.version for full in hints.full_versions if full.name == brand.name), "") or None


def browser_name(brand: Brand, *, mobile: bool | None) -> str:
    """Our one name for the browser of a brand."""
    on_desktop, on_phone = BRANDS.get(brand.name, (brand.name, brand.name))
    return on_phone if mobile else on_desktop


def system_name(hints: Hints) -> str | None:
    """Our one name for the platform; None when it is not said, or said to be unknown."""
    if not hints.platform or hints.platform == "Unknown":
        return None
    return SYSTEM_NAMES.get(hints.platform, hints.platform)


def system_version(hints: Hints) -> str | None:
    """The platform's version as people write it: 11 on Windows, 15.5 on macOS; None when it is not said."""
    version = hints.platform_version or ""
    if hints.platform != "Windows":
        return re.sub(r"(\.0)+$", "", version) or None
    major, _, minor = version.partition(".")
    if not major.isdecimal() or len(major) > 3:
        return None
    if int(major) >= _FIRST_WINDOWS_11:
        return "11"
    return "10" if int(major) else _OLD_WINDOWS.get(f"0.{minor.partition('.')[0]}")


def device_type(hints: Hints) -> str | None:
    """XDM's ``device.type``, where the hints decide it: not mobile may be a desktop, a tablet or a television."""
    for form_factor in hints.form_factors:
        if form_factor in _FORM_FACTORS:
            return _FORM_FACTORS[form_factor]
    return "mobile" if hints.mobile else None


def _brands(header: str) -> Sequence[Brand]:
    return tuple(Brand(name=name, version=parameters.get("v", "")) for name, parameters in read_list(header))

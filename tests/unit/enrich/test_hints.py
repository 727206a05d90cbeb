import pytest

from server.enrich.hints import (
    HEADERS,
    Brand,
    Hints,
    brand,
    browser_name,
    device_type,
    full_version,
    read_hints,
    system_name,
    system_version,
)

CHROME = (
    Brand(name="Chromium", version="141"),
    Brand(name="Google Chrome", version="141"),
    Brand(name="Not?A_Brand", version="8"),
)


def test_headers_are_read() -> None:
    headers = {
        "ua": '"Chromium";v="141", "Google Chrome";v="141", "Not?A_Brand";v="8"',
        "ua-full-version-list": '"Google Chrome";v="141.0.7390.54"',
        "ua-mobile": "?0",
        "ua-platform": '"Windows"',
        "ua-platform-version": '"15.0.0"',
        "ua-arch": '"x86"',
        "ua-bitness": '"64"',
        "ua-model": '""',
        "ua-wow64": "?0",
        "ua-form-factors": '"Desktop"',
    }

    hints = read_hints([headers[name] for name in HEADERS])

    assert hints == Hints(
        brands=CHROME,
        full_versions=(Brand(name="Google Chrome", version="141.0.7390.54"),),
        mobile=False,
        platform="Windows",
        platform_version="15.0.0",
        architecture="x86",
        bitness="64",
        model="",
        wow64=False,
        form_factors=("Desktop",),
    )


def test_headers_that_did_not_come_say_nothing() -> None:
    assert read_hints([""] * len(HEADERS)) == Hints()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("Chromium", "Google Chrome", "Not?A_Brand"), "Google Chrome"),
        (("Not A;Brand", "Chromium", "Microsoft Edge"), "Microsoft Edge"),
        (("(Not(A:Brand", "Opera", "Chromium"), "Opera"),
        (("Brave", "Not=A?Brand", "Chromium"), "Brave"),
        (("Google Chrome", "Chromium", "Vivaldi"), "Vivaldi"),
        (("Not/A)Brand", "Chromium"), "Chromium"),
        (("HeadlessChrome", "Chromium"), "HeadlessChrome"),
        (("Not.A/Brand",), None),
        ((), None),
    ],
)
def test_the_browsers_own_brand_is_chosen(names: tuple[str, ...], chosen: str | None) -> None:
    found = brand(Hints(brands=tuple(Brand(name=name, version="1") for name in names)))

    assert (found.name if found else None) == chosen


def test_the_full_version_is_that_of_the_brand() -> None:
    hints = Hints(full_versions=(Brand(name="Chromium", version="141.0.1"), Brand(name="Opera", version="")))

    assert full_version(hints, Brand(name="Chromium", version="141")) == "141.0.1"
    assert full_version(hints, Brand(name="Opera", version="120")) is None
    assert full_version(hints, Brand(name="Brave", version="141")) is None


@pytest.mark.parametrize(
    ("name", "desktop", "phone"),
    [
        ("Google Chrome", "Chrome", "Chrome Mobile"),
        ("Microsoft Edge", "Edge", "Edge Mobile"),
        ("Samsung Internet", "Samsung Internet", "Samsung Internet"),
        ("Some New Browser", "Some New Browser", "Some New Browser"),
    ],
)
def test_a_browser_is_called_as_its_user_agent_calls_it(name: str, desktop: str, phone: str) -> None:
    assert browser_name(Brand(name=name, version=""), mobile=None) == desktop
    assert browser_name(Brand(name=name, version=""), mobile=True) == phone


@pytest.mark.parametrize(
    ("platform", "version", "name", "said"),
    [
        ("Windows", "15.0.0", "Windows", "11"),
        ("Windows", "13.0.0", "Windows", "11"),
        ("Windows", "10.0.0", "Windows", "10"),
        ("Windows", "1.0.0", "Windows", "10"),
        ("Windows", "0.3.0", "Windows", "8.1"),
        ("Windows", "0.2.0", "Windows", "8"),
        ("Windows", "0.1.0", "Windows", "7"),
        ("Windows", "0.0.0", "Windows", None),
        ("Windows", "0", "Windows", None),
        ("Windows", "", "Windows", None),
        ("Windows", None, "Windows", None),
        ("Windows", "99999.0", "Windows", None),
        ("Windows", "-5", "Windows", None),
        ("macOS", "15.5.0", "macOS", "15.5"),
        ("macOS", "15.0.0", "macOS", "15"),
        ("macOS", "10.15.7", "macOS", "10.15.7"),
        ("Android", "14.0.0", "Android", "14"),
        ("Linux", "6.8.0", "Linux", "6.8"),
        ("Linux", "", "Linux", None),
        ("Chromium OS", "14541.0.0", "Chrome OS", "14541"),
        ("Unknown", "", None, None),
        ("", None, None, None),
        (None, None, None, None),
    ],
)
def test_platforms_are_named_with_the_version_that_people_know(
    platform: str | None, version: str | None, name: str | None, said: str | None
) -> None:
    hints = Hints(platform=platform, platform_version=version)

    assert (system_name(hints), system_version(hints)) == (name, said)


@pytest.mark.parametrize(
    ("mobile", "form_factors", "kind"),
    [
        (True, (), "mobile"),
        (False, (), None),
        (None, (), None),
        (False, ("Tablet",), "tablet"),
        (False, ("Desktop",), "desktop"),
        (True, ("XR", "Mobile"), "mobile"),
        (False, ("XR",), None),
        (None, ("EInk",), "ereader"),
    ],
)
def test_the_kind_of_device_is_what_the_hints_decide(
    mobile: bool | None, form_factors: tuple[str, ...], kind: str | None
) -> None:
    assert device_type(Hints(mobile=mobile, form_factors=form_factors)) == kind

from typing import Any

import pytest

from server.enrich.client_hints import MAX_STATED_CHARS, ClientHints
from server.enrich.deps import Deps
from server.model.json import JsonObject
from server.model.xdm import get
from tests.builders import a_client, an_event, an_xdm
from tests.unit.enrich.agents import WEBKIT

WINDOWS_CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36"
ANDROID_CHROME = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36"

LOW_ENTROPY = {
    "ua": '"Chromium";v="141", "Google Chrome";v="141", "Not?A_Brand";v="8"',
    "ua-mobile": "?0",
    "ua-platform": '"Windows"',
}


def patched(deps: Deps, hints: dict[str, str], *, user_agent: str = WINDOWS_CHROME, **xdm: Any) -> JsonObject:
    event = an_event(client=a_client(user_agent=user_agent, client_hints=hints), xdm=an_xdm(**xdm))
    return ClientHints(deps).enrich(event)


def test_hints_are_written_as_xdm_has_them(deps: Deps) -> None:
    patch = patched(
        deps,
        {
            **LOW_ENTROPY,
            "ua-platform-version": '"15.0.0"',
            "ua-arch": '"x86"',
            "ua-bitness": '"64"',
            "ua-model": '""',
            "ua-wow64": "?0",
        },
    )

    assert patch["environment"]["browserDetails"]["userAgentClientHints"] == {
        "brands": [
            {"brand": "Chromium", "version": "141"},
            {"brand": "Google Chrome", "version": "141"},
            {"brand": "Not?A_Brand", "version": "8"},
        ],
        "mobile": False,
        "platform": "Windows",
        "platformVersion": "15.0.0",
        "architecture": "x86",
        "bitness": "64",
        "model": "",
        "wow64": False,
    }


def test_a_brand_without_a_version_is_written_without_one(deps: Deps) -> None:
    patch = patched(deps, {"ua": '"Brave"'})

    assert get(patch, "environment.browserDetails.userAgentClientHints.brands") == [{"brand": "Brave"}]


def test_windows_11_is_told_from_windows_10(deps: Deps) -> None:
    patch = patched(deps, {**LOW_ENTROPY, "ua-platform-version": '"15.0.0"'})

    assert get(patch, "environment.operatingSystem") == "Windows"
    assert get(patch, "environment.operatingSystemVersion") == "11"
    assert get(patch, "environment.operatingSystemVendor") == "Microsoft"


def test_the_full_version_of_the_browser_is_used(deps: Deps) -> None:
    patch = patched(deps, {**LOW_ENTROPY, "ua-full-version-list": '"Google Chrome";v="141.0.7390.54"'})

    assert get(patch, "environment.browserDetails.name") == "Chrome"
    assert get(patch, "environment.browserDetails.version") == "141.0.7390.54"
    assert get(patch, "environment.browserDetails.vendor") == "Google"


def test_a_major_version_that_the_user_agent_has_too_is_left_to_it(deps: Deps) -> None:
    patch = patched(deps, LOW_ENTROPY)

    assert get(patch, "environment.browserDetails.name") == "Chrome"
    assert get(patch, "environment.browserDetails.version") is None


def test_a_browser_that_hides_behind_chromes_user_agent_is_named(deps: Deps) -> None:
    patch = patched(deps, {"ua": '"Brave";v="141", "Not?A_Brand";v="8", "Chromium";v="141"'})

    assert get(patch, "environment.browserDetails.name") == "Brave"
    assert get(patch, "environment.browserDetails.version") == "141"
    assert get(patch, "environment.browserDetails.vendor") == "Brave"


def test_a_browser_that_says_more_in_its_user_agent_is_left_to_it(deps: Deps) -> None:
    patch = patched(deps, LOW_ENTROPY, user_agent=f"{WINDOWS_CHROME} Vivaldi/7.0.3495.6")

    assert get(patch, "environment.browserDetails.name") is None


def test_hints_without_a_user_agent_name_the_browser(deps: Deps) -> None:
    patch = patched(deps, LOW_ENTROPY, user_agent="")

    assert get(patch, "environment.browserDetails.name") == "Chrome"
    assert get(patch, "environment.browserDetails.version") == "141"


@pytest.mark.parametrize(
    ("model", "maker"), [("SM-S918B", "Samsung"), ("Pixel 8", "Google"), ("A Phone Nobody Knows", None)]
)
def test_the_model_is_named_with_its_maker_as_far_as_known(deps: Deps, model: str, maker: str | None) -> None:
    patch = patched(
        deps,
        {"ua-model": f'"{model}"', "ua-mobile": "?1", "ua-platform": '"Android"', "ua-platform-version": '"14.0.0"'},
        user_agent=ANDROID_CHROME,
    )

    assert patch["device"] == {"type": "mobile", "model": model} | ({"manufacturer": maker} if maker else {})
    assert get(patch, "environment.operatingSystemVersion") == "14"


def test_a_television_that_calls_itself_mobile_is_left_to_its_user_agent(deps: Deps) -> None:
    television = f"Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2) {WEBKIT} Chrome/92.0.4515.159 Safari/537.36"

    patch = patched(deps, {"ua-mobile": "?1"}, user_agent=television)

    assert get(patch, "device.type") is None


def test_hints_in_the_event_win_over_the_headers_and_are_used_for_what_is_derived(deps: Deps) -> None:
    """The Web SDK's high-entropy context sends them in the event."""
    stated = {"platform": "Windows", "platformVersion": "10.0.0", "model": "", "wow64": True}

    patch = patched(
        deps,
        {**LOW_ENTROPY, "ua-platform-version": '"15.0.0"', "ua-wow64": "?0"},
        environment={"browserDetails": {"userAgentClientHints": stated}},
    )

    assert get(patch, "environment.operatingSystemVersion") == "10"
    hints = get(patch, "environment.browserDetails.userAgentClientHints")
    assert hints.keys() == {"brands", "mobile"}


def test_hints_that_are_only_in_the_event_are_used(deps: Deps) -> None:
    stated = {
        "brands": [{"brand": "Opera", "version": "123"}, {"brand": 5}, "x"],
        "mobile": True,
        "platformVersion": "",
    }

    patch = patched(deps, {}, environment={"browserDetails": {"userAgentClientHints": stated}})

    assert get(patch, "environment.browserDetails.name") == "Opera Mobile"
    assert get(patch, "environment.browserDetails.version") == "123"
    assert get(patch, "device.type") == "mobile"


@pytest.mark.parametrize(
    "stated",
    [
        {"platform": "Windows", "platformVersion": ".0" * 500_000 + "x"},
        {"brands": [{"brand": "B" * (MAX_STATED_CHARS + 1)}]},
        {"brands": [{"brand": "Chromium"}] * 100_000},
        {"brands": "Chromium", "mobile": "yes", "model": 5, "platform": None},
    ],
)
def test_hints_in_the_event_that_no_browser_sends_are_not_used(deps: Deps, stated: JsonObject) -> None:
    patch = patched(deps, {}, user_agent="", environment={"browserDetails": {"userAgentClientHints": stated}})

    assert get(patch, "environment.operatingSystemVersion") is None
    assert get(patch, "device") is None


def test_what_the_event_says_of_itself_is_not_overwritten(deps: Deps) -> None:
    patch = patched(
        deps,
        {**LOW_ENTROPY, "ua-platform-version": '"15.0.0"', "ua-model": '"Pixel 8"', "ua-mobile": "?1"},
        environment={"browserDetails": {"name": "Our Kiosk"}, "operatingSystem": "KioskOS"},
        device={"type": "desktop", "model": "K-1"},
    )

    assert patch.keys() == {"environment"}
    assert patch["environment"].keys() == {"browserDetails"}
    assert patch["environment"]["browserDetails"].keys() == {"userAgentClientHints"}


@pytest.mark.parametrize("stated", [None, {}, "x", []])
def test_a_client_without_hints_adds_nothing(deps: Deps, stated: Any) -> None:
    assert patched(deps, {}, environment={"browserDetails": {"userAgentClientHints": stated}}) == {}
    assert patched(deps, {}) == {}

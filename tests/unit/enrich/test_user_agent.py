from typing import Any

from server.enrich.agents import MAX_USER_AGENT_CHARS
from server.enrich.deps import Deps
from server.enrich.user_agent import UserAgent
from server.model.json import JsonObject
from tests.builders import CHROME_USER_AGENT, a_client, an_event, an_xdm
from tests.unit.enrich.agents import WEBKIT


def patched(deps: Deps, user_agent: str, **xdm: Any) -> JsonObject:
    return UserAgent(deps).enrich(an_event(client=a_client(user_agent=user_agent), xdm=an_xdm(**xdm)))


def test_browser_system_and_device_are_filled(deps: Deps) -> None:
    phone = f"Mozilla/5.0 (Linux; Android 13; SM-S918B) {WEBKIT} Chrome/112.0.0.0 Mobile Safari/537.36"

    assert patched(deps, phone) == {
        "environment": {
            "browserDetails": {
                "userAgent": phone,
                "name": "Chrome Mobile",
                "version": "112.0.0",
                "vendor": "Google",
            },
            "operatingSystem": "Android",
            "operatingSystemVersion": "13",
            "operatingSystemVendor": "Google",
        },
        "device": {"type": "mobile", "manufacturer": "Samsung", "model": "SM-S918B"},
    }


def test_a_client_without_a_user_agent_adds_nothing(deps: Deps) -> None:
    assert patched(deps, "") == {}


def test_an_unknown_user_agent_is_kept_as_it_is(deps: Deps) -> None:
    assert patched(deps, "?") == {"environment": {"browserDetails": {"userAgent": "?"}}}


def test_a_long_user_agent_is_cut(deps: Deps) -> None:
    patch = patched(deps, "x" * 5000)

    assert patch["environment"]["browserDetails"]["userAgent"] == "x" * MAX_USER_AGENT_CHARS


def test_what_the_event_says_is_not_overwritten(deps: Deps) -> None:
    patch = patched(
        deps,
        CHROME_USER_AGENT,
        environment={"browserDetails": {"name": "Brave", "userAgent": "mine"}, "operatingSystem": "Debian"},
        device={"type": "tablet"},
    )

    assert patch == {}


def test_what_is_missing_of_the_same_browser_and_system_is_filled(deps: Deps) -> None:
    patch = patched(
        deps,
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        environment={"browserDetails": {"name": "Chrome"}, "operatingSystem": "Windows"},
    )

    assert patch["environment"]["browserDetails"]["version"] == "141.0.0"
    assert patch["environment"]["operatingSystemVersion"] == "10"


def test_an_event_whose_environment_is_no_object_is_left_alone(deps: Deps) -> None:
    assert patched(deps, CHROME_USER_AGENT, environment="Chrome", device=None) == {}

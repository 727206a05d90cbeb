"""Settings of limits: networks, rates, and a token that is nowhere shown."""

from pathlib import Path

import pytest

from server.settings import SettingsError, load_settings

NOWHERE = Path("/nowhere")


def test_networks_are_read_and_given_on_as_they_are() -> None:
    settings, _ = load_settings({"HELIOGRAPH_TRUSTED_PROXIES": "10.1.2.3/8, 2001:db8::1,192.0.2.7"}, directory=NOWHERE)

    again, _ = load_settings(settings.as_environ(), directory=NOWHERE)

    assert settings.trusted_proxies == ("10.0.0.0/8", "2001:db8::1/128", "192.0.2.7/32")
    assert again == settings


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("TRUSTED_PROXIES", "proxy.example", "addresses and networks such as 10.0.0.0/8"),
        ("TRUSTED_PROXIES", "10.0.0.0/99", "addresses and networks such as 10.0.0.0/8"),
        ("FORWARDED_HEADER", "x-real-ip", "one of x-forwarded-for, forwarded"),
        ("ADDRESS_REQUESTS_PER_SECOND", "-1", "a number from 0"),
        ("ADDRESS_REQUESTS_PER_SECOND", "many", "a number from 0"),
    ],
)
def test_what_cannot_be_used_is_said(variable: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({f"HELIOGRAPH_{variable}": value}, directory=NOWHERE)

    assert variable in str(raised.value)
    assert expected in str(raised.value)


def test_a_secret_is_given_to_children_and_shown_to_nobody() -> None:
    settings, lines = load_settings({"HELIOGRAPH_METRICS_TOKEN": "s3cret"}, directory=NOWHERE)

    assert settings.as_environ()["HELIOGRAPH_METRICS_TOKEN"] == "s3cret"
    assert "s3cret" not in repr(settings)
    assert [line.value for line in lines if line.name == "metrics_token"] == ["(secret)"]
    assert not [line for line in lines if "s3cret" in line.value]


@pytest.mark.parametrize(
    ("dedupe", "failed", "expected"), [("7", "7", 8), ("30", "7", 30), ("0", "7", 0), ("7", "80", 91)]
)
def test_ids_are_remembered_until_nothing_can_be_replayed_any_more(dedupe: str, failed: str, expected: int) -> None:
    settings, _ = load_settings({"HELIOGRAPH_DEDUPE_DAYS": dedupe, "HELIOGRAPH_FAILED_DAYS": failed})

    assert settings.seen_days == expected

from typing import Any

import pytest

from server.enrich.deps import Deps
from server.enrich.ip import Ip
from server.model.json import JsonObject
from tests.builders import a_client, an_event, an_xdm


def patched(deps: Deps, address: str, **xdm: Any) -> JsonObject:
    return Ip(deps).enrich(an_event(client=a_client(ip=address), xdm=an_xdm(**xdm)))


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("192.0.2.0", {"ipV4": "192.0.2.0"}),
        ("0.0.0.0", {"ipV4": "0.0.0.0"}),  # noqa: S104  (an address that the collector zeroed)
        ("2001:db8::", {"ipV6": "2001:db8::"}),
        ("2001:0DB8:0:0:0:0:0:1", {"ipV6": "2001:db8::1"}),
        ("::ffff:192.0.2.0", {"ipV4": "192.0.2.0"}),
    ],
)
def test_the_address_goes_to_the_field_of_its_kind(deps: Deps, address: str, environment: JsonObject) -> None:
    assert patched(deps, address) == {"environment": environment}


@pytest.mark.parametrize(
    "address", ["", "x", "192.0.2", "192.0.2.0:80", "fe80::1%eth0", "1" * 100, "192.0.2.0, 10.0.0.1"]
)
def test_what_is_no_address_adds_nothing(deps: Deps, address: str) -> None:
    assert patched(deps, address) == {}


def test_an_address_in_the_event_is_not_overwritten(deps: Deps) -> None:
    assert patched(deps, "192.0.2.0", environment={"ipV4": "198.51.100.7"}) == {}

"""What every enrichment must do, run over all of them."""

import copy
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.enrich import ENRICHMENTS
from server.enrich.deps import Deps, load_deps
from server.enrich.hints import HEADERS
from server.model.event import ClientInfo, Event
from server.model.json import JsonObject
from server.model.xdm import merge
from server.ports import Enrichment
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compile import SchemaValidator, compile_schema
from server.schema.compose import resolve_schema
from tests.builders import an_event, an_xdm
from tests.unit.enrich.agents import AGENTS


@pytest.fixture(scope="session")
def deps() -> Deps:
    return load_deps()


@pytest.fixture(scope="session")
def enrichments(deps: Deps) -> list[Enrichment]:
    return [construct(deps) for construct in ENRICHMENTS]


@pytest.fixture(scope="session")
def validator() -> SchemaValidator:
    return compile_schema(resolve_schema(load_ready_schema("demo-events"), builtin_documents().get))


words = st.text(max_size=12) | st.sampled_from(
    ("Windows", "Android", "Chromium", "Google Chrome", "15.0.0", "Pixel 8", "Europe/Berlin", "Asia/Calcutta", "1")
)
local_times = st.sampled_from(("2026-07-01T12:00:00.521+02:00", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00-03:30"))
addresses = st.sampled_from(
    (
        "https://shop.example/",
        "https://shop.example/?utm_source=a&utm_medium=b&utm_campaign=c#x",
        "https://shop.example/?utm_id=%00%FF&utm_campaign=%F0%9F%98%80",
    )
)
header_values = st.sampled_from(
    ('"Windows"', '"macOS"', '"Android"', '"15.0.0"', '"Pixel 8"', "?0", "?1", '"', '"a\\', "")
) | st.text(max_size=30)
brand_lists = st.sampled_from(
    (
        '"Chromium";v="141", "Google Chrome";v="141", "Not?A_Brand";v="8"',
        '"Brave";v="141", "Chromium";v="141"',
        '"HeadlessChrome";v="141"',
        '"Chromium"',
    )
)

clients = st.builds(
    ClientInfo,
    ip=st.sampled_from(("", "192.0.2.0", "2001:db8::", "::ffff:10.0.0.1", "x")),
    user_agent=st.sampled_from([said.text for said in AGENTS]) | st.text(max_size=700),
    accept_language=st.sampled_from(("", "de-CH,de;q=0.9", "*")) | st.text(max_size=20),
    client_hints=st.fixed_dictionaries({}, optional=dict.fromkeys(HEADERS, header_values | brand_lists)),
)

hints = st.fixed_dictionaries(
    {},
    optional={
        "brands": st.lists(st.fixed_dictionaries({"brand": words}, optional={"version": words}), max_size=3),
        "mobile": st.booleans(),
        "platform": words,
        "platformVersion": words,
        "model": words,
        "wow64": st.booleans(),
    },
)
browsers = st.fixed_dictionaries({}, optional={"name": words, "version": words, "userAgentClientHints": hints})
environments = st.fixed_dictionaries(
    {}, optional={"browserDetails": browsers, "operatingSystem": words, "ipV4": st.just("198.51.100.7")}
)
places = st.fixed_dictionaries(
    {},
    optional={
        "ianaTimezone": words,
        "localTime": local_times,
        "geo": st.fixed_dictionaries({}, optional={"countryCode": st.just("CH"), "city": words}),
    },
)
valid_documents = st.fixed_dictionaries(
    {"_id": st.just("e-1"), "timestamp": st.just("2026-01-01T12:00:00Z")},
    optional={
        "web": st.fixed_dictionaries({"webPageDetails": st.fixed_dictionaries({"URL": addresses})}),
        "environment": environments,
        "device": st.fixed_dictionaries({}, optional={"type": words, "model": words}),
        "placeContext": places,
        "marketing": st.fixed_dictionaries({}, optional={"trackingCode": words}),
        "botDetection": st.fixed_dictionaries({}, optional={"score": st.just(0)}),
    },
)

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | words | addresses | local_times,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                (
                    "browserDetails",
                    "userAgentClientHints",
                    "webPageDetails",
                    "URL",
                    "geo",
                    "ianaTimezone",
                    "localTime",
                    "name",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
any_documents = st.dictionaries(
    st.sampled_from(("web", "environment", "device", "placeContext", "marketing", "botDetection", "x")),
    junk,
    max_size=6,
)

events = st.builds(lambda client, xdm: an_event(client=client, xdm=xdm), clients, any_documents | valid_documents)
valid_events = st.builds(lambda client, xdm: an_event(client=client, xdm=xdm), clients, valid_documents)


def with_patch(event: Event, patch: JsonObject) -> Event:
    return msgspec.structs.replace(event, xdm=merge(event.xdm, patch))


def paths(patch: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Every path of a patch, objects included."""
    found = []
    for name, value in patch.items():
        found.append(prefix + name)
        if isinstance(value, Mapping):
            found.extend(paths(value, f"{prefix}{name}."))
    return found


def overwritten(xdm: Mapping[str, Any], patch: Mapping[str, Any]) -> list[str]:
    """Keys at which the patch and the event both say something, and not both an object."""
    found = []
    for name in patch.keys() & xdm.keys():
        if isinstance(patch[name], Mapping) and isinstance(xdm[name], Mapping):
            found.extend(overwritten(xdm[name], patch[name]))
        else:
            found.append(name)
    return found


def test_names_are_different_and_fit_in_a_metric(enrichments: list[Enrichment]) -> None:
    names = [enrichment.name for enrichment in enrichments]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z_]+", name) for name in names)


@given(event=events)
def test_any_event_gets_a_patch_of_declared_paths_that_overwrites_nothing(
    enrichments: list[Enrichment], event: Event
) -> None:
    for enrichment in enrichments:
        patch = enrichment.enrich(event)

        assert overwritten(event.xdm, patch) == [], enrichment.name
        for path in paths(patch):
            declared = any(path == root or path.startswith(f"{root}.") for root in enrichment.writes)
            above = any(root.startswith(f"{path}.") for root in enrichment.writes)
            assert declared or above, f"{enrichment.name} wrote {path}"


@given(event=events)
def test_the_same_event_gets_the_same_patch_and_stays_as_it_was(
    deps: Deps, enrichments: list[Enrichment], event: Event
) -> None:
    before = copy.deepcopy(event)

    first = [enrichment.enrich(event) for enrichment in enrichments]
    again = [enrichment.enrich(event) for enrichment in reversed(enrichments)]
    elsewhere = [construct(deps).enrich(event) for construct in ENRICHMENTS]

    assert first == again[::-1] == elsewhere
    assert event == before


@given(event=events)
def test_a_patch_can_be_changed_without_changing_the_next_one(enrichments: list[Enrichment], event: Event) -> None:
    for enrichment in enrichments:
        patch = enrichment.enrich(event)
        expected = copy.deepcopy(patch)
        _spoil(patch)

        assert enrichment.enrich(event) == expected, enrichment.name


@given(event=events)
def test_twice_is_once(enrichments: list[Enrichment], event: Event) -> None:
    for enrichment in enrichments:
        once = with_patch(event, enrichment.enrich(event))

        assert with_patch(once, enrichment.enrich(once)) == once, enrichment.name


@given(event=events)
def test_running_all_of_them_twice_is_once(enrichments: list[Enrichment], event: Event) -> None:
    once = event
    for enrichment in enrichments:
        once = with_patch(once, enrichment.enrich(once))
    twice = once
    for enrichment in enrichments:
        twice = with_patch(twice, enrichment.enrich(twice))

    assert twice == once


@given(event=valid_events)
def test_a_valid_event_stays_valid(enrichments: list[Enrichment], validator: SchemaValidator, event: Event) -> None:
    assert validator.violations(event.xdm) == ()

    for enrichment in enrichments:
        patch = enrichment.enrich(event)
        event = with_patch(event, patch)

        assert validator.violations(event.xdm) == (), enrichment.name
        assert validator.known(patch) == patch, enrichment.name


@given(event=events, other=events)
def test_what_an_enrichment_does_not_read_decides_nothing(
    enrichments: list[Enrichment], event: Event, other: Event
) -> None:
    """Beside what is said where it writes, it looks at what it declares (``reads``) and at nothing else."""
    for enrichment in enrichments:
        seen = enrichment.reads | enrichment.writes
        facts = {
            name: getattr(event.client if f"client.{name}" in seen else other.client, name)
            for name in ClientInfo.__struct_fields__
        }
        xdm = {name: value for name, value in other.xdm.items() if not any(sees(path, name) for path in seen)}
        xdm |= {name: value for name, value in event.xdm.items() if any(sees(path, name) for path in seen)}
        mixed = msgspec.structs.replace(other, client=ClientInfo(**facts), xdm=xdm)

        assert enrichment.enrich(mixed) == enrichment.enrich(event), enrichment.name


def sees(path: str, name: str) -> bool:
    return path.partition(".")[0] == name


def test_every_declared_path_is_written_by_some_event(enrichments: list[Enrichment], deps: Deps) -> None:
    """``writes`` is no wish list: what it names is what comes."""
    samples = [
        an_event(
            client=ClientInfo(
                ip=address,
                user_agent=said.text,
                accept_language="de",
                client_hints={
                    "ua": '"Brave";v="141", "Chromium";v="141"',
                    "ua-platform": '"Windows"',
                    "ua-platform-version": '"15.0.0"',
                    "ua-model": '"Pixel 8"',
                    "ua-mobile": "?1",
                },
            ),
            xdm=an_xdm(
                web={"webPageDetails": {"URL": "https://shop.example/?utm_campaign=spring"}},
                placeContext={"ianaTimezone": "Europe/Berlin", "localTime": "2026-07-01T12:00:00+02:00"},
            ),
        )
        for said in AGENTS
        for address in ("192.0.2.0", "2001:db8::")
    ]

    for enrichment in enrichments:
        written = {path for event in samples for path in paths(enrichment.enrich(event))}
        assert enrichment.writes <= written, enrichment.name


def _spoil(value: Any) -> None:
    """Change everything that can be changed in place."""
    if isinstance(value, dict):
        for child in value.values():
            _spoil(child)
        value["spoilt"] = True
    elif isinstance(value, list):
        for child in value:
            _spoil(child)
        value.append("spoilt")

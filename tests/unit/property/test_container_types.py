"""server/model/container.py and static/snippet/types.d.ts say the same: one compiles to what the other interprets."""

import re
from typing import get_args

import msgspec
import pytest

from server.model.container import (
    Consent,
    ConsentSettings,
    Container,
    DataElement,
    DataLayerSettings,
    Delegate,
    Limit,
    PrivacySettings,
    PropertyName,
    Rule,
)
from tests.unit.property.factories import ROOT

TYPES = (ROOT / "static/snippet/types.d.ts").read_text(encoding="utf-8")
# Comments and strings of an interface would look like members.
CODE = re.sub(r"/\*.*?\*/", "", TYPES, flags=re.S)


def body_of(head: str) -> str:
    """What stands between the braces after ``head``."""
    start = CODE.index(head) + len(head)
    start = CODE.index("{", start) + 1
    depth = 1
    for position in range(start, len(CODE)):
        depth += {"{": 1, "}": -1}.get(CODE[position], 0)
        if depth == 0:
            return CODE[start:position]
    raise AssertionError(f"{head} is never closed")


def members_of(body: str) -> dict[str, bool]:
    """Name of each member to whether it may be absent."""
    flat = re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", body))
    return {name: bool(optional) for name, optional in re.findall(r"(?:^|[;\n])\s*(\w+)(\??):", flat)}


@pytest.mark.parametrize(
    ("head", "struct"),
    [
        ("interface Container", Container),
        ("interface DataElement ", DataElement),
        ("interface Rule ", Rule),
        ("interface Delegate", Delegate),
        ("interface Limit", Limit),
        ("  property:", PropertyName),
        ("  consent:", ConsentSettings),
        ("  privacy:", PrivacySettings),
        ("  dataLayer:", DataLayerSettings),
    ],
)
def test_every_member_is_a_field_and_optional_on_both_sides_or_neither(head: str, struct: type[msgspec.Struct]) -> None:
    fields = {field.encode_name: not field.required for field in msgspec.structs.fields(struct)}

    assert fields == members_of(body_of(head))


def test_the_states_of_consent_are_the_same() -> None:
    declared = re.search(r"type Consent = ([^;]*);", CODE)

    assert declared is not None
    assert re.findall(r'"(\w+)"', declared[1]) == list(get_args(Consent))


def test_the_names_of_contexts_are_those_that_the_schema_allows() -> None:
    declared = re.search(r"type ContextName = ([^;]*);", CODE)
    schema = (ROOT / "server/property/schema.json").read_text(encoding="utf-8")

    assert declared is not None
    names = ", ".join(f'"{name}"' for name in re.findall(r'"(\w+)"', declared[1]))
    assert f'"enum": [{names}]' in schema

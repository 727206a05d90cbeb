"""What viewers do not see of a person (reliability-security A10, A16): identities, addresses, names, contact data."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from server.model.event import Event
from server.model.identity import is_worthless
from server.model.json import Json, JsonObject
from server.model.outcome import Outcome, Processed
from server.model.schema import Violation

MASK = "•••"

# Enough to tell two visitors apart on a screen, too little to look one up elsewhere; and only of ids so long that
# what is left does not give away the rest.
_SHOWN_CHARACTERS = 4
_LEAST_CHARACTERS = 16

# Shorter ids ("42") are hidden where they are an id, but not looked for in other texts: they would be everywhere.
_LEAST_SOUGHT_CHARACTERS = 6

# XDM's own places for facts about a person: everything below them is hidden.
_PERSONAL_KEYS = frozenset(
    {
        "billingAddress",
        "faxPhone",
        "homeAddress",
        "homePhone",
        "mailingAddress",
        "mobilePhone",
        "person",
        "personName",
        "personalEmail",
        "personalPhone",
        "shippingAddress",
        "workAddress",
        "workEmail",
        "workPhone",
    }
)

# What breaks one of these rules is the name of a field, not what is in it.
_OF_NAMES = frozenset({"required", "additionalProperties"})

_EMAIL = re.compile(r"[^\s\"'<>()@/?&=;,:]{1,64}(?:@|%40)[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")


def masked(outcome: Outcome) -> Outcome:
    """The same outcome without what says who somebody is. Nothing is changed in place."""
    if outcome.event is None:
        # A record that could not be decoded: nobody knows what is in it.
        return msgspec.structs.replace(outcome, raw="")
    mask = _Mask(outcome.event.xdm)
    if isinstance(outcome, Processed):
        additions = tuple(msgspec.structs.replace(each, patch=mask.json(each.patch)) for each in outcome.additions)
        return msgspec.structs.replace(outcome, event=mask.event(outcome.event), additions=additions)
    return msgspec.structs.replace(
        outcome, event=mask.event(outcome.event), violations=mask.violations(outcome.violations)
    )


def masked_xdm(xdm: JsonObject) -> JsonObject:
    """The same object without what says who somebody is. Ids of its ``identityMap`` are found wherever they are."""
    hidden: JsonObject = _Mask(xdm).json(xdm)
    return hidden


class _Mask:
    """Knows the identities of one object, so that it finds them again wherever they are repeated."""

    def __init__(self, xdm: JsonObject) -> None:
        ids = _identities(xdm.get("identityMap"))
        # The longest first: one id may be a part of another.
        self._ids = sorted((each for each in ids if len(each) >= _LEAST_SOUGHT_CHARACTERS), key=len, reverse=True)

    def event(self, event: Event) -> Event:
        client = event.client
        hidden = msgspec.structs.replace(
            client, ip=MASK if client.ip else "", referer=self.text(client.referer), origin=self.text(client.origin)
        )
        ingestion = event.ingestion
        return msgspec.structs.replace(
            event,
            client=hidden,
            xdm=self.json(event.xdm),
            data=None if event.data is None else self.json(event.data),
            warnings=self.violations(event.warnings),
            ingestion=ingestion and msgspec.structs.replace(ingestion, warnings=self.violations(ingestion.warnings)),
        )

    def violations(self, violations: Sequence[Violation]) -> tuple[Violation, ...]:
        """Each quotes the value that is wrong, which may be one that is hidden where it stands."""
        return tuple(
            Violation(
                path=self.text(each.path),
                keyword=each.keyword,
                message=f"{each.keyword}: {MASK}" if _quotes_a_person(each) else self.text(each.message),
            )
            for each in violations
        )

    def json(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(each) for each in value]
        if isinstance(value, Mapping):
            return {self.text(key): self._member(key, each) for key, each in value.items()}
        return value

    def _member(self, key: str, value: Json) -> Json:
        if key in _PERSONAL_KEYS:
            return _hidden(value)
        return _without_ids(value) if key == "identityMap" else self.json(value)

    def text(self, text: str) -> str:
        for each in self._ids:
            text = text.replace(each, _short(each))
        return _EMAIL.sub(MASK, text)


def _quotes_a_person(violation: Violation) -> bool:
    names = violation.path.split("/")
    is_personal = "identityMap" in names or not _PERSONAL_KEYS.isdisjoint(names)
    return is_personal and violation.keyword not in _OF_NAMES


def _identities(identity_map: Json) -> set[str]:
    if not isinstance(identity_map, Mapping):
        return set()
    entries = (entry for entries in identity_map.values() if isinstance(entries, list) for entry in entries)
    ids = (entry.get("id") for entry in entries if isinstance(entry, Mapping))
    # "0" or "null" names nobody, and would be found in half of all texts.
    return {each for each in ids if isinstance(each, str) and not is_worthless(each)}


def _without_ids(value: Json) -> Json:
    """An identity map: namespaces and states stay, ids do not, whatever their form."""
    if isinstance(value, Mapping):
        return {
            key: _short(each) if key == "id" and isinstance(each, str) else _without_ids(each)
            for key, each in value.items()
        }
    return [_without_ids(each) for each in value] if isinstance(value, list) else value


def _short(identity: str) -> str:
    return MASK + (identity[-_SHOWN_CHARACTERS:] if len(identity) >= _LEAST_CHARACTERS else "")


def _hidden(value: Any) -> Json:
    """The same shape with nothing in it: what was collected can be seen, not of whom."""
    if isinstance(value, Mapping):
        return {key: _hidden(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each) for each in value]
    return MASK

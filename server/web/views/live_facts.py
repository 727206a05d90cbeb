"""What is known of an outcome beside its XDM: identities, client, times, ids. Texts are visible, links are safe."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from server.model.consent import Basis
from server.model.event import Event
from server.model.json import Json
from server.model.outcome import FailedEvent, Processed
from server.observe.tap import Line
from server.web.views.visible import safe_href, visible

_MAX_RECORD_CHARACTERS = 160

# A mapping may have hundreds of lines, and all of them nothing to say.
_MAX_WARNINGS = 100

# Why an event may be kept. Of one that Global Privacy Control refuses, nothing is.
_CLOCKS: Mapping[str, str] = {
    "ahead": "its time is more than a day ahead of ours",
    "behind": "its time is more than thirteen months ago",
}

_CONSENTS: Mapping[Basis, str] = {
    "state": "given by the visitor",
    "event": "given, by the consent string that came with the event",
    "default": "not asked for: the datastream takes events until a visitor refuses",
    "gpc": "refused",
}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing known of the event. ``href`` may be empty; ``time``: ISO 8601 when the value is a time, else empty."""

    label: str
    value: str
    href: str = ""
    time: str = ""


class FactGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that belong together."""

    title: str
    facts: Sequence[Fact]


def fact_groups(line: Line) -> Iterator[FactGroup]:
    """All groups; one may be empty."""
    outcome, event = line.outcome, line.outcome.event
    if event is not None:
        yield FactGroup(title="Identities", facts=tuple(_identity_facts(event.xdm.get("identityMap"))))
        yield FactGroup(title="Client", facts=tuple(_client_facts(event)))
        clock = outcome.clock if isinstance(outcome, Processed) else ""
        yield FactGroup(title="Times", facts=(*_time_facts(event), *_clock_facts(clock)))
        yield FactGroup(title="Left out by the mapping", facts=tuple(_mapping_facts(event)))
    ids = {
        "Event id": "" if event is None else event.id,
        "Beacon id": "" if event is None else event.beacon_id,
        "Rule": "" if event is None else event.rule,
        "Datastream": "" if event is None else event.datastream_id,
        "Dataset": "" if event is None else event.dataset_id,
        "Received as": f"partition {outcome.source.partition}, offset {outcome.source.offset}",
        "Stored as": f"{line.topic}, offset {line.offset}",
        "Offered again to": outcome.only if isinstance(outcome, Processed) else "",
        "Failed at": outcome.stage if isinstance(outcome, FailedEvent) else "",
        "Record": _decoded(outcome.raw) if isinstance(outcome, FailedEvent) else "",
    }
    yield FactGroup(title="Ids", facts=_facts(ids))


def _identity_facts(identity_map: Json) -> Iterator[Fact]:
    for namespace, identity, notes in identities(identity_map):
        yield Fact(label=namespace, value=f"{identity}  {notes}".strip())


def _client_facts(event: Event) -> Iterator[Fact]:
    client = event.client
    yield from _facts(
        {
            "IP address": client.ip,
            "User agent": client.user_agent,
            "Languages": client.accept_language,
            "Client hints": "; ".join(f"{name}: {value}" for name, value in client.client_hints.items()),
        }
    )
    for label, address in (("Page", client.referer), ("Origin", client.origin)):
        if address:
            yield Fact(label=label, value=visible(address), href=safe_href(address))
    if event.origin_mismatch:
        yield Fact(label="Origin allowed", value="no: the datastream's list does not have it")
    if event.consent is not None:
        yield Fact(label="Consent", value=_CONSENTS[event.consent])
    signals = [
        name
        for name, is_on in (
            ("Global Privacy Control", client.global_privacy_control),
            ("Do Not Track", client.do_not_track),
        )
        if is_on
    ]
    if signals:
        yield Fact(label="Privacy signal", value=" and ".join(signals) + (" are on" if len(signals) > 1 else " is on"))


def _time_facts(event: Event) -> Iterator[Fact]:
    yield Fact(label="Received", value=iso(event.received_ms), time=iso(event.received_ms))
    happened = event.xdm.get("timestamp")
    if isinstance(happened, str):
        yield Fact(label="Happened", value=visible(happened), time=_as_utc(happened))


def _clock_facts(clock: str) -> Iterator[Fact]:
    if clock:
        yield Fact(label="Clock", value=_CLOCKS[clock])


def _mapping_facts(event: Event) -> Iterator[Fact]:
    """The fields whose lines could not be evaluated, and why."""
    streamed = () if event.ingestion is None else event.ingestion.warnings
    for warning in (*event.warnings, *streamed)[:_MAX_WARNINGS]:
        yield Fact(label=visible(warning.path) or "/", value=visible(warning.message))


def _facts(values: Mapping[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label=label, value=visible(value)) for label, value in values.items() if value)


def identities(identity_map: Json) -> Iterator[tuple[str, str, str]]:
    """(namespace, id, notes) of every entry that is as XDM says; authenticated ones first."""
    if not isinstance(identity_map, Mapping):
        return
    found = [
        (namespace, entry)
        for namespace, entries in identity_map.items()
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("id"), str)
    ]
    found.sort(key=lambda each: each[1].get("authenticatedState") != "authenticated")
    for namespace, entry in found:
        state = entry.get("authenticatedState")
        notes = [visible(state)] if isinstance(state, str) else []
        if entry.get("primary") is True:
            notes.append("primary")
        yield visible(namespace), visible(entry["id"]), f"({', '.join(notes)})" if notes else ""


def iso(ms: int) -> str:
    """Milliseconds since the epoch as ISO 8601 in UTC."""
    return _utc(datetime.fromtimestamp(ms / 1000, UTC))


def _as_utc(text: str) -> str:
    """A page's own timestamp in UTC; empty when it is none, or says no zone."""
    try:
        moment = datetime.fromisoformat(text)
        return "" if moment.tzinfo is None else _utc(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return ""


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _decoded(raw: str) -> str:
    """The beginning of a record that could not be decoded, so that somebody may recognise it."""
    try:
        return base64.b64decode(raw[:400], validate=False).decode("utf-8", "backslashreplace")[:_MAX_RECORD_CHARACTERS]
    except (binascii.Error, ValueError):
        return ""

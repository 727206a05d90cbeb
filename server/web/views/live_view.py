"""One outcome as people read it: a row of the live page, and everything about it. Pages and scripts show the same.

Values come from pages, so they are hostile: every text here is already free of characters that cannot be seen, and
every ``href`` is an address that may be made a link.
"""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from server.model.event import Event
from server.model.json import Json
from server.model.outcome import FailedEvent, Offset, Processed
from server.model.schema import Violation
from server.model.xdm import get
from server.observe.tap import Line, OutcomeTopic
from server.schema.codes import platform_code
from server.web.views.event_names import event_name
from server.web.views.failure_texts import reason_explanation, reason_title
from server.web.views.live_facts import Fact, FactGroup, fact_groups, identities, iso
from server.web.views.masking import MASK
from server.web.views.visible import json_visible, visible
from server.web.views.xdm_tree import TreeNode, enrichment_label, xdm_tree

LineUrl = Callable[[OutcomeTopic, Offset], str]
"""Where a line has its own page."""

# A row is read at a glance; what is longer is in its details.
_MAX_ROW_CHARACTERS = 160

_SHOWN_ID_CHARACTERS = 6

# Whoever has so many mends some and looks again; the JSON has them all.
_MAX_VIOLATIONS = 100

# Not worth a word in every second row.
_USUAL_DEVICE = "desktop"


class LiveRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the live page. ``at``: when it was received, ISO 8601 in UTC; empty when not known.

    ``outcome``: processed, duplicate or failed; ``outcome_text`` says it to people, with the reason.
    """

    topic: OutcomeTopic
    offset: int
    href: str
    at: str
    name: str
    event_type: str
    page: str
    who: str
    client: str
    outcome: str
    outcome_text: str


class ShownViolation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. ``path``: JSON pointer, ``/`` for the whole event.

    ``code``: the platform's, such as ``DCVS-1104-400``; empty where none is known.
    """

    path: str
    keyword: str
    message: str
    code: str = ""


class LiveDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Everything about one line.

    ``explanation``: what a failure means and what to do; empty for what was processed.
    ``added_by``: the enrichments that added something, in order. ``json``: the whole outcome, to be copied.
    """

    row: LiveRow
    explanation: str
    violations: Sequence[ShownViolation]
    added_by: Sequence[str]
    tree: Sequence[TreeNode]
    groups: Sequence[FactGroup]
    json: str


def shown_event_type(line: Line) -> str:
    """The XDM ``eventType`` as it is shown and filtered by; empty when there is none."""
    return "" if line.outcome.event is None else _cut(_text(line.outcome.event.xdm.get("eventType")))


def live_row(line: Line, line_url: LineUrl) -> LiveRow:
    """The line at a glance."""
    event = line.outcome.event
    xdm: Mapping[str, Json] = {} if event is None else event.xdm
    event_type = shown_event_type(line)
    outcome, outcome_text = _outcome(line)
    return LiveRow(
        topic=line.topic,
        offset=line.offset,
        href=line_url(line.topic, line.offset),
        at="" if event is None else iso(event.received_ms),
        name=event_name(event_type) if event is not None else "Unreadable record",
        event_type=event_type,
        page="" if event is None else _page(event),
        who=_who(xdm.get("identityMap")),
        client=_client(xdm),
        outcome=outcome,
        outcome_text=outcome_text,
    )


def live_detail(line: Line, line_url: LineUrl, *, deliveries: Sequence[Fact] = ()) -> LiveDetail:
    """The line with all that is known of it. ``deliveries``: how far each sink is with it."""
    outcome = line.outcome
    violations = outcome.violations if isinstance(outcome, FailedEvent) else ()
    additions = outcome.additions if isinstance(outcome, Processed) else ()
    return LiveDetail(
        row=live_row(line, line_url),
        explanation=reason_explanation(outcome.reason) if isinstance(outcome, FailedEvent) else "",
        violations=shown_violations(violations[:_MAX_VIOLATIONS], None if outcome.event is None else outcome.event.xdm),
        added_by=tuple(enrichment_label(each.enrichment) for each in additions),
        tree=() if outcome.event is None else xdm_tree(outcome.event.xdm, additions=additions, violations=violations),
        groups=tuple(
            group for group in (*fact_groups(line), FactGroup(title="Delivered to", facts=deliveries)) if group.facts
        ),
        json=json_visible(msgspec.json.format(msgspec.json.encode(outcome), indent=2).decode()),
    )


def shown_violations(
    violations: Sequence[Violation], document: Mapping[str, Json] | None = None
) -> Sequence[ShownViolation]:
    """The same, with everything visible; with the platform's codes where the ``document`` is given."""
    return tuple(
        ShownViolation(
            path=visible(each.path) or "/",
            keyword=each.keyword,
            message=visible(each.message),
            code=(document is not None and platform_code(each, document)) or "",
        )
        for each in violations
    )


def _outcome(line: Line) -> tuple[str, str]:
    match line.outcome:
        case Processed(duplicate=True):
            return "duplicate", "Duplicate"
        case Processed():
            return "processed", "Processed"
        case FailedEvent(reason=reason):
            return "failed", reason_title(reason)


def _page(event: Event) -> str:
    name = _text(get(event.xdm, "web.webPageDetails.name"))
    address = _text(get(event.xdm, "web.webPageDetails.URL")) or visible(event.client.referer)
    try:
        parts = urlsplit(address)
    except ValueError:
        return name or address
    path = parts.path or ("/" if parts.netloc else "")
    return _cut(path if not name or name == address else f"{name}  {path}".strip()) if path else name


def _who(identity_map: Json) -> str:
    """The customer where one is known, else the end of the ECID: beginnings of ECIDs look alike."""
    found = list(identities(identity_map))
    named = [entry for entry in found if entry[0] not in ("ECID", "FPID")] or found
    if not named:
        return ""
    namespace, identity, _ = named[0]
    shown = identity if namespace not in ("ECID", "FPID") else f"…{identity.removeprefix(MASK)[-_SHOWN_ID_CHARACTERS:]}"
    return _cut(f"{namespace} {shown}")


def _client(xdm: Mapping[str, Json]) -> str:
    browser = _text(get(xdm, "environment.browserDetails.name"))
    version = _text(get(xdm, "environment.browserDetails.version")).partition(".")[0]
    system = _text(get(xdm, "environment.operatingSystem"))
    device = _text(get(xdm, "device.model")) or _text(get(xdm, "device.type")).removesuffix(_USUAL_DEVICE)
    parts = (f"{browser} {version}".strip() if browser else "", system, device)
    return _cut(" · ".join(part for part in parts if part))


def _text(value: Json) -> str:
    return visible(value) if isinstance(value, str) else ""


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_ROW_CHARACTERS else f"{text[: _MAX_ROW_CHARACTERS - 1]}…"

"""The audit log: who did what, when and from where, for administrators; to filter, to page through, to take along."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.store.audit import ActorKind, AuditAction, AuditEntry
from server.store.audit_export import CSV_HEAD, as_csv, as_jsonl
from server.store.audit_reading import STEP_ENTRIES, AuditFilter, entries_after, list_entries
from server.web.access.auditing import record
from server.web.access.roles import require_admin
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso

PAGE_ENTRIES = 50

# Longer ones are nobody's and nothing's.
_MAX_SEARCHED_CHARACTERS = 200

# Of a number in an address.
_MAX_DIGITS = 15

# As a hash is told of in a list: enough to see whether two are the same.
_SHOWN_HASH_CHARACTERS = 8

_WORDS: Mapping[AuditAction, str] = MappingProxyType(
    {
        AuditAction.SIGNED_IN: "Signed in",
        AuditAction.SIGN_IN_REFUSED: "Sign-in refused",
        AuditAction.SIGNED_OUT: "Signed out",
        AuditAction.ACCOUNT: "Account changed",
        AuditAction.TOKEN: "Token changed",
        AuditAction.PROPERTY: "Property changed",
        AuditAction.PUBLISHED: "Published",
        AuditAction.WENT_BACK: "Went back to a build",
        AuditAction.CONFIGURATION: "Configuration changed",
        AuditAction.REPLAYED: "Failed events replayed",
        AuditAction.EXPORTED: "Exported",
        AuditAction.DELETED: "Deleted",
        AuditAction.FORGOTTEN: "Person forgotten",
        AuditAction.VIEWED: "Personal data viewed",
        AuditAction.OTHER: "Something else done",
    }
)

# What somebody who looks for a break-in looks at first.
_LOUD = frozenset({AuditAction.SIGN_IN_REFUSED, AuditAction.DELETED, AuditAction.FORGOTTEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One entry as the list shows it."""

    entry: AuditEntry
    at: str
    """ISO 8601."""
    words: str
    """What was done."""
    who: str
    """Name of the account, or what stands for nobody."""
    by_way_of: str
    """What the name alone does not say: a program, a command; empty for a person in a browser."""
    by_request: str
    """Name of the route; empty where ``by_way_of`` says it all."""
    is_loud: bool
    """To be noticed."""
    change: str
    """How the hash of what was changed went; empty where nothing is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Context of templates/audit/index.html."""

    template: ClassVar[str] = "audit/index.html"
    section: ClassVar[str] = "audit"

    lines: Sequence[AuditLine]
    """The newest first."""
    actions: Sequence[tuple[str, str]]
    """(value, words) of each there is."""
    action: str
    """That the list is filtered by; empty for any."""
    actor: str
    """Name of an account, the same."""
    target: str
    """A part of what it was done to, the same."""
    since: str
    """First day, YYYY-MM-DD in UTC, the same."""
    until: str
    """Last day, the same."""
    fault: str
    """What of the filter makes no sense; empty when all does."""
    is_filtered: bool
    """Anything narrows the list."""
    is_first: bool
    """Nothing is newer than this page."""
    newest_href: str
    """Of the first page, filtered alike."""
    older_href: str
    """Where older ones are; empty when there are none."""
    jsonl_href: str
    """All that match, a JSON document a line."""
    csv_href: str
    """The same for a spreadsheet."""
    head_number: int
    """Of the newest entry that is shown; 0 for none."""
    head_hash: str
    """Its hash, to be written down elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A filter as an address has it: words as typed, and what they mean."""

    words: Mapping[str, str]
    wanted: AuditFilter
    fault: str
    """What makes no sense; empty when all does."""


def routes(templates: Templates) -> Sequence[Route]:
    """``audit``, ``audit-export``. For administrators."""

    async def index(request: Request[ConsoleState]) -> Response:
        require_admin(request, "The audit log")
        asked = _asked(request.query_params)
        before = _number(request.query_params.get("before", ""))
        find = partial(list_entries, wanted=asked.wanted, limit=PAGE_ENTRIES + 1, before=before)
        found = [] if asked.fault else await request.state["services"].database.read(find)
        shown = found[:PAGE_ENTRIES]
        here, given = path_for(request, "audit"), {key: value for key, value in asked.words.items() if value}
        export = path_for(request, "audit-export")
        page = AuditPage(
            lines=[_line(each) for each in shown],
            actions=[(each.value, _WORDS[each]) for each in AuditAction],
            **asked.words,
            fault=asked.fault,
            is_filtered=bool(given),
            is_first=before is None,
            newest_href=f"{here}?{urlencode(given)}",
            older_href=(
                f"{here}?{urlencode(given | {'before': str(shown[-1].number)})}" if len(found) > len(shown) else ""
            ),
            jsonl_href=f"{export}?{urlencode(given | {'format': 'jsonl'})}",
            csv_href=f"{export}?{urlencode(given | {'format': 'csv'})}",
            head_number=shown[0].number if shown else 0,
            head_hash=shown[0].entry_hash if shown else "",
        )
        return templates.render(request, page, status=400 if asked.fault else 200)

    async def export(request: Request[ConsoleState]) -> Response:
        require_admin(request, "The audit log")
        asked, format_ = _asked(request.query_params), request.query_params.get("format", "jsonl")
        if asked.fault:
            raise HTTPException(400, asked.fault)
        if format_ not in ("jsonl", "csv"):
            raise HTTPException(400, "The format is jsonl or csv.")
        given = {key: value for key, value in asked.words.items() if value}
        await record(request, AuditAction.EXPORTED, "audit log", detail=f"{format_} {urlencode(given)}".strip())
        named = datetime.fromtimestamp(request.state["services"].clock_ms() / 1000, UTC).date().isoformat()
        return StreamingResponse(
            _exported(request, asked.wanted, format_),
            media_type="text/csv; charset=utf-8" if format_ == "csv" else "application/x-ndjson",
            headers={"content-disposition": f'attachment; filename="heliograph-audit-{named}.{format_}"'},
        )

    return (
        Route("/audit", index, name="audit"),
        Route("/audit/export", export, name="audit-export"),
    )


async def _exported(request: Request[ConsoleState], wanted: AuditFilter, format_: str) -> AsyncIterator[str]:
    """All that match, in steps, so that no more than one of them is held."""
    database, number = request.state["services"].database, 0
    if format_ == "csv":
        yield CSV_HEAD
    while found := await database.read(partial(entries_after, wanted=wanted, number=number, limit=STEP_ENTRIES)):
        yield as_csv(found) if format_ == "csv" else as_jsonl(found)
        number = found[-1].number


def _asked(query: Mapping[str, str]) -> _Asked:
    words = {
        name: query.get(name, "").strip()[:_MAX_SEARCHED_CHARACTERS]
        for name in ("action", "actor", "target", "since", "until")
    }
    fault = ""
    since = until = None
    try:
        since = _midnight(words["since"])
        last = _midnight(words["until"])
        until = None if last is None else last + timedelta(days=1)
    except (ValueError, OverflowError):
        fault = "A day is written as 2026-01-31."
    known = words["action"] in {each.value for each in AuditAction}
    words["action"] = words["action"] if known else ""
    wanted = AuditFilter(
        action=AuditAction(words["action"]) if known else None,
        actor=words["actor"],
        target=words["target"],
        since_ms=None if since is None else int(since.timestamp() * 1000),
        until_ms=None if until is None else int(until.timestamp() * 1000),
    )
    return _Asked(words=words, wanted=wanted, fault=fault)


def _midnight(text: str) -> datetime | None:
    """The beginning of a day in UTC; None for an empty text. Raises ValueError."""
    if not text:
        return None
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else None


def _line(entry: AuditEntry) -> AuditLine:
    action = AuditAction(entry.action)
    before, after = (each[:_SHOWN_HASH_CHARACTERS] or "nothing" for each in (entry.before_hash, entry.after_hash))
    ways = {ActorKind.PROGRAM.value: "by an API", ActorKind.OPERATOR.value: "by a command"}
    return AuditLine(
        entry=entry,
        at=iso(entry.at_ms),
        words=_WORDS[action],
        who=entry.actor or "Nobody signed in",
        by_way_of=ways.get(entry.actor_kind, ""),
        by_request="" if entry.actor_kind == ActorKind.OPERATOR else entry.request,
        is_loud=action in _LOUD,
        change=f"{before} → {after}" if entry.before_hash or entry.after_hash else "",
    )

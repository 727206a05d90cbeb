"""The first page: what came in during a day, whether it has arrived, what failed, and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.observe.freshness import newest_ms
from server.observe.rule_counts import RuleCount, RuleSlot
from server.observe.tap import Tap
from server.store.properties import list_environments, list_properties
from server.store.reviews import OpenReview, open_reviews
from server.web.pages.live import viewer_of
from server.web.services import ConsoleState
from server.web.templating import Templates
from server.web.views.checklist import Step, checklist
from server.web.views.embeds import Embed, published_embeds
from server.web.views.home_view import Day, day, since_ms
from server.web.views.live_facts import iso
from server.web.views.live_view import LiveRow
from server.web.views.rule_activity import RuleActivity, activity_of, stopped_rules
from server.web.views.rule_activity import since_ms as rules_since_ms
from server.web.views.sink_freshness import SinkFreshness, sink_freshness

# What fits beside the rest without scrolling; the live page has them all.
MAX_LATEST = 6
# More wait nowhere; and the page of each property has its own.
_MAX_REVIEWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingReview:
    """A request to look at a draft before it is published."""

    waiting: OpenReview
    asked_at: str
    """ISO 8601."""


# What fits beside the rest; the list of a property's rules has them all.
MAX_STOPPED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedRule:
    """A rule that fired day by day, and does not any more."""

    property_id: str
    """Of the property that it is in."""
    property_name: str
    """For people."""
    rule_id: str
    """Unique in its property."""
    rule_name: str
    """What people call it."""
    activity: RuleActivity


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Context of templates/home/index.html."""

    template: ClassVar[str] = "home/index.html"
    section: ClassVar[str] = "home"

    now: str
    """ISO 8601."""
    steps: Sequence[Step]
    """From an empty installation to known customers."""
    next_step: Step | None
    """The first that is not done; None when all are, and the list need not be shown."""
    property_id: str
    """Of a property that could be published; empty when there is none."""
    embeds: Sequence[Embed]
    """Lines for pages; only looked up while a site is missing."""
    demo_url: str
    """Empty when there is no demo shop."""
    day: Day
    stopped: Sequence[StoppedRule]
    """Rules that fired day by day, and not in the last 24 hours: the first few."""
    other_stopped: int
    """How many more there are."""
    newest_at: str
    """When the last event was received, ISO 8601; empty when none ever was."""
    waiting: int
    """Events without an outcome."""
    sinks: Sequence[SinkFreshness]
    latest: Sequence[LiveRow]
    """The newest first."""
    max_latest: int
    """How many of them the page keeps."""
    after: str
    """Cursor behind them, where the stream goes on."""
    reviews: Sequence[WaitingReview]
    """Requests to look at a draft that nobody has decided yet, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Properties:
    """What the checklist needs to know of them."""

    count: int
    """How many there are."""
    published: int
    """In how many of their environments there is a build."""
    first_id: str
    """Of the first by name; empty when there is none."""


def routes(templates: Templates) -> Sequence[Route]:
    """``home``. Needs a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        services = request.state["services"]
        now_ms = services.clock_ms()
        properties = await services.database.read(_properties)
        steps = checklist(
            properties=properties.count, published=properties.published, firsts=await services.tallies.firsts()
        )
        next_step = next((step for step in steps if not step.is_done), None)
        embeds: Sequence[Embed] = ()
        if any(step.name == "site" and not step.is_done for step in steps):
            embeds = await services.database.read(partial(published_embeds, base_url=services.base_url))
        fired = await services.tallies.rules(since_ms=rules_since_ms(now_ms))
        stopped = await services.database.read(partial(_stopped, fired=fired, now_ms=now_ms))
        status = await services.status()
        newest = await newest_ms(services.processed)
        batch = await Tap(processed=services.processed, failed=services.failed).recent(limit=MAX_LATEST)
        rows, _ = viewer_of(request).latest(batch.lines)
        page = HomePage(
            now=iso(now_ms),
            steps=steps,
            next_step=next_step,
            property_id=properties.first_id,
            embeds=embeds,
            demo_url=services.demo_url,
            day=day(await services.tallies.counts(since_ms=since_ms(now_ms)), now_ms=now_ms),
            stopped=stopped[:MAX_STOPPED],
            other_stopped=max(0, len(stopped) - MAX_STOPPED),
            newest_at="" if newest is None else iso(newest),
            waiting=status.waiting,
            sinks=await sink_freshness(services.processed, status.sinks, now_ms=now_ms),
            latest=rows[::-1][:MAX_LATEST],
            max_latest=MAX_LATEST,
            after=str(batch.cursor),
            reviews=[
                WaitingReview(waiting=each, asked_at=iso(each.review.asked_ms))
                for each in await services.database.read(partial(open_reviews, limit=_MAX_REVIEWS))
            ],
        )
        return templates.render(request, page)

    return (Route("/", index, name="home"),)


def _properties(connection: Connection) -> _Properties:
    found = list_properties(connection)
    published = sum(len(list_environments(connection, each.id)) for each in found)
    return _Properties(count=len(found), published=published, first_id=found[0].id if found else "")


def _stopped(connection: Connection, fired: Mapping[RuleSlot, RuleCount], now_ms: int) -> Sequence[StoppedRule]:
    """The one that fired last first."""
    found = [
        StoppedRule(
            property_id=stored.id,
            property_name=stored.name,
            rule_id=rule["id"],
            rule_name=str(rule.get("name") or rule["id"]),
            activity=activity[rule["id"]],
        )
        for stored in (list_properties(connection) if fired else ())
        for activity in (activity_of(fired, stored.document, now_ms=now_ms),)
        for rule in stopped_rules(activity, stored.document)
    ]
    return sorted(found, key=lambda each: each.activity.last_at, reverse=True)

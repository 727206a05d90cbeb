"""Monitoring: how much comes by which way, what becomes of it and how fast, and how far every sink is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.observe.traffic import Way
from server.store.configuration import load_configuration
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso
from server.web.views.monitoring_view import GROUPINGS, RANGES, HourRow, Monitoring, Only, WayRow, monitoring
from server.web.views.sink_freshness import SinkFreshness, sink_freshness
from server.web.views.visible import visible

_USUAL_RANGE = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeLink:
    """A time to look at."""

    label: str
    """How long, in words."""
    href: str
    """The page, for that time."""
    is_current: bool
    """It is looked at now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWay:
    """A way, as people call its parts. Names are safe to show; empty ones were not known."""

    row: WayRow
    connection: str
    """Its name."""
    connection_href: str
    """Of its page; empty when there is none."""
    flow: str
    """Its name."""
    dataset: str
    """Its name."""
    dataset_href: str
    """Of its page; empty when there is none."""
    only_href: str
    """The page, for this way alone."""
    last: str
    """When anything came last, ISO 8601; empty for not in this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedHour:
    """An hour of what is looked at."""

    row: HourRow
    start: str
    """ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringPage:
    """Context of templates/monitoring/index.html."""

    template: ClassVar[str] = "monitoring/index.html"
    section: ClassVar[str] = "monitoring"

    now: str
    """ISO 8601."""
    ranges: Sequence[RangeLink]
    groupings: Sequence[RangeLink]
    """What can be one row."""
    by: str
    """Name of what is."""
    range: str
    """Name of the one that is looked at."""
    tick: str
    """How moments below the drawings are written: ``time`` or ``date``."""
    only: str
    """What the page is limited to, in words; empty for everything."""
    all_href: str
    """The page without that limit."""
    view: Monitoring
    ways: Sequence[NamedWay]
    hours: Sequence[NamedHour]
    sinks: Sequence[SinkFreshness]
    waiting: int
    """Events without an outcome."""


def routes(templates: Templates) -> Sequence[Route]:
    """``monitoring``. Needs a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        services, query = request.state["services"], request.query_params
        now_ms = services.clock_ms()
        chosen = RANGES[query["range"] if query.get("range") in RANGES else _USUAL_RANGE]
        grouping = query["by"] if query.get("by") in GROUPINGS else "way"
        only = Only(*(query.get(name, "")[:100] for name in Only._fields))
        span = chosen.span(now_ms)
        status = await services.status()
        sinks = await sink_freshness(services.processed, status.sinks, now_ms=now_ms)
        view = monitoring(
            await services.tallies.traffic(since_ms=span.start_ms, until_ms=span.end_ms),
            await services.tallies.latencies(since_ms=span.start_ms, until_ms=span.end_ms),
            chosen,
            now_ms=now_ms,
            sinks={sink.name: sink.title for sink in sinks},
            only=only,
            by=GROUPINGS[grouping],
        )
        names = await services.database.read(_names)
        link = partial(_address, request)
        asked = {"range": chosen.name} | {name: value for name, value in only._asdict().items() if value}
        if grouping != "way":
            asked["by"] = grouping
        page = MonitoringPage(
            now=iso(now_ms),
            ranges=[
                RangeLink(label=each.label, href=link(asked | {"range": name}), is_current=each is chosen)
                for name, each in RANGES.items()
            ],
            groupings=[
                RangeLink(label=each.label, href=link(asked | {"by": name}), is_current=name == grouping)
                for name, each in GROUPINGS.items()
            ],
            by=grouping,
            range=chosen.name,
            tick="date" if chosen.step_ms * chosen.steps > RANGES["day"].step_ms * RANGES["day"].steps else "time",
            only=names.told(only),
            all_href=link({"range": chosen.name}),
            view=view,
            ways=[_named(request, row, names, chosen.name) for row in view.ways],
            hours=[NamedHour(row=row, start=iso(row.start_ms)) for row in view.hours],
            sinks=sinks,
            waiting=status.waiting,
        )
        return templates.render(request, page)

    return (Route("/monitoring", index, name="monitoring"),)


class _Names(NamedTuple):
    """By id. ``inlets``: to the connection's own id."""

    connections: Mapping[str, str]
    inlets: Mapping[str, str]
    flows: Mapping[str, str]
    datasets: Mapping[str, str]

    def told(self, only: Only) -> str:
        named = (
            self.connections.get(only.connection, only.connection),
            self.flows.get(only.flow, only.flow),
            self.datasets.get(only.dataset, only.dataset),
        )
        return " → ".join(visible(name) for name in named if name)


def _names(connection: Connection) -> _Names:
    known = load_configuration(connection)
    return _Names(
        connections={str(each.id): each.name for each in known.datastreams.values()}
        | {str(each.id): each.name for each in known.inlets.values()},
        inlets={str(each.id): each.connection_id for each in known.inlets.values()},
        flows={str(flow.id): flow.name for inlet in known.inlets.values() for flow in inlet.flows},
        datasets={str(each.id): each.name for each in known.datasets.values()},
    )


def _named(request: Request[ConsoleState], row: WayRow, names: _Names, range_name: str) -> NamedWay:
    way = row.way
    return NamedWay(
        row=row,
        connection=visible(names.connections.get(way.connection, way.connection)),
        connection_href=_connection_href(request, way, names),
        flow=visible(names.flows.get(way.flow, way.flow)),
        dataset=visible(names.datasets.get(way.dataset, way.dataset)),
        dataset_href=path_for(request, "dataset", dataset_id=way.dataset) if way.dataset in names.datasets else "",
        only_href=_address(
            request, {"range": range_name} | {key: value for key, value in way._asdict().items() if value}
        ),
        last=iso(row.last_ms) if row.last_ms else "",
    )


def _connection_href(request: Request[ConsoleState], way: Way, names: _Names) -> str:
    if way.connection in names.inlets:
        return path_for(request, "connection", connection_id=names.inlets[way.connection])
    if way.connection in names.connections:
        return path_for(request, "datastream", datastream_id=way.connection)
    return ""


def _address(request: Request[ConsoleState], values: Mapping[str, str]) -> str:
    return f"{path_for(request, 'monitoring')}?{urlencode(values)}"

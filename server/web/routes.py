"""Every route of the console's process, in one list. The collectors' own are in front.py: `/ee`, `/tags`, `/health`."""

from collections.abc import Sequence
from pathlib import Path

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from server.web.access.auth import SessionLimits
from server.web.access.reach import Reach
from server.web.pages import (
    api_docs,
    audit,
    connection_new,
    connections,
    custom_code,
    datasets,
    datastream_delete,
    datastreams,
    dead_letters,
    elements,
    failed,
    failed_edit,
    find,
    history,
    home,
    live,
    login,
    mapping,
    monitoring,
    people,
    profiles,
    properties,
    property_base,
    property_import,
    property_new,
    property_settings,
    publishing,
    reviews,
    rollouts,
    rule_edit,
    rules,
    schemas,
    shared,
    sizes,
    source_maps,
    subscription_edit,
    subscriptions,
)
from server.web.stylesheet import stylesheet_route
from server.web.templating import Templates

# The demo shop is a site of its own, which happens to be served from here.
CONSOLE_REACH = Reach(outside=("/demo/",))


def console_routes(
    templates: Templates, limits: SessionLimits, *, static: Path, demo: Sequence[BaseRoute]
) -> list[BaseRoute]:
    """``static``: the folder of that name. ``demo``: the shop's routes; none when it is not served."""
    return [
        *home.routes(templates),
        *find.routes(templates),
        *api_docs.routes(templates),
        *live.routes(templates, limits),
        *shared.routes(templates),
        *failed.routes(templates),
        *failed_edit.routes(templates),
        *dead_letters.routes(templates),
        *monitoring.routes(templates),
        # Before the subscriptions, whose addresses take any word where this has its own.
        *subscription_edit.routes(templates),
        *subscriptions.routes(templates),
        *login.routes(templates, limits),
        *audit.routes(templates),
        *people.routes(templates, limits),
        *properties.routes(templates),
        *property_new.routes(templates),
        *property_import.routes(templates),
        *rules.routes(templates),
        *rule_edit.routes(templates),
        *property_settings.routes(templates),
        *property_base.routes(templates),
        *elements.routes(templates),
        *publishing.routes(templates),
        *reviews.routes(templates),
        *rollouts.routes(templates),
        *sizes.routes(templates),
        *custom_code.routes(templates),
        *source_maps.routes(static),
        *history.routes(templates),
        # Before the connections, whose addresses take any word where this has its own.
        *connection_new.routes(templates),
        *connections.routes(templates),
        *mapping.routes(templates),
        *profiles.routes(templates),
        *datasets.routes(templates),
        *datastreams.routes(templates),
        *datastream_delete.routes(templates),
        *schemas.routes(templates),
        *demo,
        stylesheet_route(static / "css" / "app.css"),
        Mount("/static", StaticFiles(directory=static), name="static"),
    ]

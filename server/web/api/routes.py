"""Every route of the management APIs, in one list."""

from functools import cache

from starlette.routing import BaseRoute

from server.schema.builtins import builtin_documents
from server.web.access.auth import SessionLimits
from server.web.api.batches import batch_routes
from server.web.api.catalog import catalog_routes
from server.web.api.conversion import conversion_routes
from server.web.api.flow_runs import flow_run_routes
from server.web.api.flowservice import flowservice_routes
from server.web.api.observability import observability_routes
from server.web.api.profiles import profile_routes
from server.web.api.schema_descriptors import descriptor_routes
from server.web.api.schema_registry import component_routes
from server.web.api.schema_unions import union_routes
from server.web.api.v1.routes import own_routes


def api_routes(limits: SessionLimits) -> list[BaseRoute]:
    builtins = cache(builtin_documents)
    return [
        # Before the components, whose addresses take any word where these have theirs.
        *union_routes(builtins, limits),
        *descriptor_routes(builtins, limits),
        *component_routes(builtins, limits),
        *catalog_routes(builtins, limits),
        *conversion_routes(builtins, limits),
        # Before the Flow Service's others, whose addresses take any word where this has `runs`.
        *flow_run_routes(builtins, limits),
        *flowservice_routes(builtins, limits),
        *batch_routes(builtins, limits),
        *observability_routes(builtins, limits),
        *profile_routes(builtins, limits),
        *own_routes(builtins, limits),
    ]

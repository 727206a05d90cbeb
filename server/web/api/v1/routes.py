"""The operations of our own API as routes, with their description at `/api/openapi.json`."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import JsonObject
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import Builtins, Call, guarded
from server.web.api.v1 import events, properties, publications
from server.web.api.v1.idempotency import once
from server.web.api.v1.openapi import document
from server.web.api.v1.operation import Operation

OPERATIONS: Sequence[Operation] = (*properties.OPERATIONS, *publications.OPERATIONS, *events.OPERATIONS)
"""All of them; the more special address before the more general one."""


@cache
def description() -> JsonObject:
    """As OpenAPI."""
    return document(OPERATIONS, version=version("heliograph"))


def own_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    async def describe(_call: Call) -> Response:
        return JSONResponse(description())

    return [
        *(
            Route(
                operation.path,
                guarded(
                    once(operation.endpoint) if operation.method == "POST" else operation.endpoint,
                    builtins=builtins,
                    limits=limits,
                    role=operation.role,
                ),
                methods=[operation.method],
            )
            for operation in OPERATIONS
        ),
        Route("/api/openapi.json", guarded(describe, builtins=builtins, limits=limits, role=Role.VIEWER)),
    ]

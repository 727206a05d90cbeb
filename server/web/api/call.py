"""One request of the Schema Registry's API: who makes it, what it holds, how it is answered when it cannot be."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from server.model.json import Json, JsonObject
from server.schema.errors import SchemaError
from server.schema.identifiers import tenant_id
from server.schema.importing import MAX_FILE_BYTES, ImportRefused
from server.schema.json_patch import PatchRefused
from server.schema.listing import ListingRefused, Page, Query, read_query
from server.schema.registry import ChangeRefused, Registry
from server.schema.representation import Form, NotAcceptable, read_accept
from server.store.registry import load_registry
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.access import Caller, admit_caller
from server.web.api.errors import ApiError, error_answer
from server.web.identifiers import new_hex
from server.web.services import ConsoleServices, ConsoleState

T = TypeVar("T")

ROOT = "/data/foundation/schemaregistry"

Builtins = Callable[[], Mapping[str, JsonObject]]
"""What is built in, read when it is first asked for."""

Endpoint = Callable[["Call"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request."""

    request: Request[ConsoleState]
    caller: Caller
    builtins: Mapping[str, JsonObject]
    _content: list[bytes] = field(default_factory=list)
    """The body, once it was read."""

    @property
    def services(self) -> ConsoleServices:
        return self.request.state["services"]

    @property
    def tenant(self) -> str:
        return tenant_id(self.caller.org_id)

    def part(self, name: str) -> str:
        return str(self.request.path_params[name])

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.services.database.read(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self.services.database.write(work)

    async def registry(self) -> Registry:
        return await self.read(partial(load_registry, builtins=self.builtins))

    def new_hex(self, digits: int) -> str:
        return new_hex(self.services.new_token, digits)

    async def content(self) -> bytes:
        """The request's body, the same each time. Raises ApiError 413."""
        if not self._content:
            content = bytearray()
            async for part in self.request.stream():
                content += part
                if len(content) > MAX_FILE_BYTES:
                    raise ApiError(413, "Too large", f"a body has at most {MAX_FILE_BYTES} bytes")
            self._content.append(bytes(content))
        return self._content[0]

    async def body(self) -> Json:
        """The request's JSON. Raises ApiError: 400, 413."""
        content = await self.content()
        try:
            return msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ApiError(400, "Invalid request", f"the body is no JSON: {error}") from None


def guarded(
    endpoint: Endpoint, *, builtins: Builtins, limits: SessionLimits, role: Role
) -> Callable[[Request[Any]], Awaitable[Response]]:
    """An endpoint for callers of a role; what it raises is told in the platform's shape."""

    async def answer(request: Request[Any]) -> Response:
        try:
            caller = await admit_caller(request, limits, role=role)
            return await endpoint(Call(request, caller, builtins()))
        except ApiError as error:
            return error_answer(error)
        except ChangeRefused as error:
            return error_answer(ApiError(400, "Change refused", error.reasons[0], faults=error.reasons))
        except ImportRefused as error:
            faults = [f"{fault.message}{' at ' + fault.path if fault.path else ''}" for fault in error.faults]
            return error_answer(ApiError(400, "Invalid schema", faults[0], faults=faults))
        except (PatchRefused, ListingRefused, SchemaError) as error:
            return error_answer(ApiError(400, "Invalid request", str(error)))
        except NotAcceptable as error:
            return error_answer(ApiError(406, "Not acceptable", str(error)))

    return answer


def lookup_form(call: Call) -> Form:
    """What a look-up's Accept header asks for. Raises NotAcceptable where it names no version."""
    accept = read_accept(call.request.headers.get("accept", ""), usual=Form.RAW)
    if not accept.has_version:
        raise NotAcceptable(f"name the version: application/vnd.adobe.{accept.form}+json; version=1")
    return accept.form


def listing(call: Call, results: Sequence[JsonObject], page: Page) -> JsonObject:
    """A page of results as the platform tells it."""
    following = None
    if page.next is not None:
        url = call.request.url.include_query_params(start=page.next)
        following = f"{url.path}?{url.query}"
    return {
        "results": list(results),
        "_page": {
            "orderby": call.request.query_params.get("orderby", "title"),
            "next": page.next,
            "count": len(results),
        },
        "_links": {"next": None if following is None else {"href": following}},
    }


def query_of(call: Call) -> Query:
    """What a list's address asks for. Raises ListingRefused."""
    given = call.request.query_params
    return read_query({name: given.getlist(name) for name in set(given)})

"""Streaming connections: the list, one with how to send to it, a test event, and a form that makes a new one."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import ClassVar

import msgspec
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.dataset import Dataset, DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId
from server.model.json import JsonObject
from server.model.schema import SchemaId
from server.schema.builtins import builtin_documents
from server.schema.registry import Registry, identity_reason
from server.store import settings
from server.store.datasets import DatasetRefused, StoredDataset, create_dataset, list_stored_datasets, save_dataset
from server.store.inlets import InletRefused, add_inlet, list_inlets
from server.store.registry import load_registry
from server.store.users import Role
from server.web.connection_view import curl, faults_in, message_of, sample_entity
from server.web.embeds import Embed, published_embeds
from server.web.forms import Form, read_signed_form
from server.web.services import ConsoleServices, ConsoleState
from server.web.templating import Templates, path_for

_MAX_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One streaming connection in the list."""

    inlet: Inlet
    datasets: Sequence[str]
    """Names of those that its dataflows lead to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsPage:
    """Context of templates/connections/index.html."""

    template: ClassVar[str] = "connections/index.html"
    section: ClassVar[str] = "connections"

    rows: Sequence[ConnectionRow]
    can_edit: bool
    """This person may make connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnectionPage:
    """Context of templates/connections/new.html."""

    template: ClassVar[str] = "connections/new.html"
    section: ClassVar[str] = "connections"

    values: Mapping[str, str]
    """What the form holds, by field."""
    faults: Mapping[str, str]
    """What is wrong with it, by field."""
    datasets: Sequence[tuple[str, str]]
    """(id, name) of those that take data."""
    schemas: Sequence[tuple[str, str]]
    """(id, title)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedView:
    """What became of a test event."""

    is_good: bool
    """It is valid, and was stored."""
    title: str
    """In a few words."""
    faults: Sequence[tuple[str, str]]
    """(place, what is wrong there)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPage:
    """Context of templates/connections/show.html."""

    template: ClassVar[str] = "connections/show.html"
    section: ClassVar[str] = "connections"

    inlet: Inlet
    url: str
    """Where to send."""
    targets: Sequence[tuple[Flow, str]]
    """Its dataflows, each with the name of its dataset."""
    message: str
    """An example, as JSON; empty when there is no schema to make one of."""
    curl_one: str
    """Sends it."""
    curl_batch: str
    """Sends two in a batch."""
    embeds: Sequence[Embed]
    """How pages send instead."""
    tested: TestedView | None
    """What became of the test event that was just sent."""
    can_edit: bool
    """This person may send test events."""


def routes(templates: Templates) -> Sequence[Route]:
    """``connections``, ``connection-new``, ``connection-create``, ``connection``, ``connection-test``."""
    builtins = cache(builtin_documents)

    async def index(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> list[ConnectionRow]:
            names = {item.dataset.id: item.dataset.name for item in list_stored_datasets(connection)}
            return [
                ConnectionRow(inlet=inlet, datasets=[names.get(flow.dataset_id, "") for flow in inlet.flows])
                for inlet in list_inlets(connection)
            ]

        rows = await request.state["services"].database.read(work)
        return templates.render(request, ConnectionsPage(rows=rows, can_edit=_may_edit(request)))

    async def new(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> NewConnectionPage:
            registry = load_registry(connection, builtins())
            return _form_page(connection, registry, _usual(connection), {})

        return templates.render(request, await request.state["services"].database.read(work))

    async def create(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        if not _may_edit(request):
            raise HTTPException(403, "Making a streaming connection is for editors and administrators.")
        services, user = request.state["services"], request.state["signed_in"].user

        def work(connection: Connection) -> str:
            return _create(connection, services, form, load_registry(connection, builtins()), by=user.name)

        try:
            connection_id = await services.database.write(work)
        except _Faulty as error:
            faults = error.faults

            def again(connection: Connection) -> NewConnectionPage:
                return _form_page(connection, load_registry(connection, builtins()), dict(form), faults)

            return templates.render(request, await services.database.read(again), status=400)
        return RedirectResponse(path_for(request, "connection", connection_id=connection_id), status_code=303)

    async def page(request: Request[ConsoleState], tested: TestedView | None, message: str | None) -> ConnectionPage:
        services, can_edit = request.state["services"], _may_edit(request)
        wanted = request.path_params["connection_id"]

        def work(connection: Connection) -> ConnectionPage | None:
            inlet = next((item for item in list_inlets(connection) if item.connection_id == wanted), None)
            if inlet is None:
                return None
            registry = load_registry(connection, builtins())
            names = {item.dataset.id: item.dataset for item in list_stored_datasets(connection)}
            url = f"{services.base_url}/collection/{inlet.id}"
            batch_url = f"{services.base_url}/collection/batch/{inlet.id}"
            samples = _samples(connection, services, inlet, registry, names)
            return ConnectionPage(
                inlet=inlet,
                url=url,
                targets=[(flow, names[flow.dataset_id].name) for flow in inlet.flows if flow.dataset_id in names],
                message=message or (_json(samples[0]) if samples else ""),
                curl_one=curl(url, samples[0], requires_token=inlet.requires_token) if samples else "",
                curl_batch=curl(batch_url, {"messages": samples}, requires_token=inlet.requires_token)
                if samples
                else "",
                embeds=published_embeds(connection, base_url=services.base_url),
                tested=tested,
                can_edit=can_edit,
            )

        found = await services.database.read(work)
        if found is None:
            raise HTTPException(404, "There is no streaming connection here: the address is wrong, or it was deleted.")
        return found

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await page(request, None, None))

    async def test(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        if not _may_edit(request):
            raise HTTPException(403, "Sending a test event is for editors and administrators.")
        before = await page(request, None, None)
        message = form.get("message", "")
        status, answer = await request.state["services"].send_to_inlet(
            f"{before.url}?syncValidation=true", message.encode(), form.get("token", "").strip()
        )
        return templates.render(request, await page(request, _tested(status, answer), message))

    return (
        Route("/connections", index, name="connections"),
        Route("/connections", create, methods=["POST"], name="connection-create"),
        Route("/connections/new", new, name="connection-new"),
        Route("/connections/{connection_id}", show, name="connection"),
        Route("/connections/{connection_id}/test", test, methods=["POST"], name="connection-test"),
    )


class _Faulty(Exception):
    """What is wrong with a form, by field. Raised out of a transaction, so that nothing of it is kept."""

    def __init__(self, **faults: str) -> None:
        super().__init__(faults)
        self.faults = faults


def _may_edit(request: Request[ConsoleState]) -> bool:
    return request.state["signed_in"].user.role in (Role.EDITOR, Role.ADMIN)


def _usual(connection: Connection) -> dict[str, str]:
    """Values to begin with: a name that is free, and the newest dataset if there is one."""
    taken = {inlet.name for inlet in list_inlets(connection)}
    taken |= {item.dataset.name for item in list_stored_datasets(connection)}
    name = next(name for name in _names("web-orders") if name not in taken)
    usable = _usable(connection)
    return {
        "name": name,
        "target": "existing" if usable else "new",
        "dataset": usable[-1].dataset.id if usable else "",
        "dataset_name": name,
        "profile": "",
        "identity": "",
    }


def _names(name: str) -> Sequence[str]:
    return [name, *(f"{name}-{number}" for number in range(2, 10_000))]


def _usable(connection: Connection) -> Sequence[StoredDataset]:
    return [item for item in list_stored_datasets(connection) if item.dataset.enabled]


def _form_page(
    connection: Connection, registry: Registry, values: Mapping[str, str], faults: Mapping[str, str]
) -> NewConnectionPage:
    return NewConnectionPage(
        values=values,
        faults=faults,
        datasets=[(item.dataset.id, item.dataset.name) for item in _usable(connection)],
        schemas=_schemas(registry),
    )


def _schemas(registry: Registry) -> Sequence[tuple[str, str]]:
    found = [
        (name, str(document.get("title", name)))
        for name, document in registry.components.items()
        if document.get("meta:resourceType") == "schemas"
    ]
    return sorted(found, key=lambda pair: pair[1])


def _create(connection: Connection, services: ConsoleServices, form: Form, registry: Registry, *, by: str) -> str:
    """All that the form asks for; the UUID of the connection. Raises _Faulty."""
    name = form.get("name", "").strip()
    if not 0 < len(name) <= _MAX_NAME_CHARACTERS:
        raise _Faulty(name=f"Give it a name of at most {_MAX_NAME_CHARACTERS} characters.")
    now_ms = services.clock_ms()
    dataset = _dataset(connection, services, form, registry, by=by)
    flow = Flow(id=FlowId(_uuid(services.new_token)), name=f"{name} to {dataset.name}", dataset_id=dataset.id)
    inlet = Inlet(
        id=InletId(_hex(services.new_token, 64)),
        connection_id=_uuid(services.new_token),
        name=name,
        source_id=name,
        requires_token="token" in form,
        flows=(flow,),
    )
    try:
        add_inlet(connection, inlet, now_ms=now_ms, by=by)
    except InletRefused:
        raise _Faulty(name="Another streaming connection has this name: choose another.") from None
    return inlet.connection_id


def _dataset(connection: Connection, services: ConsoleServices, form: Form, registry: Registry, *, by: str) -> Dataset:
    """The dataset that the form chooses, or describes, with what it enables. Raises _Faulty."""
    wanted = {key: True for key in ("profile", "identity") if key in form}
    if form.get("target") == "new":
        schema_id = form.get("schema", "")
        if schema_id not in dict(_schemas(registry)):
            raise _Faulty(schema="Choose the schema that its events follow.")
        dataset_name = form.get("dataset_name", "").strip()
        if not 0 < len(dataset_name) <= _MAX_NAME_CHARACTERS:
            raise _Faulty(dataset_name=f"Give the dataset a name of at most {_MAX_NAME_CHARACTERS} characters.")
        stored = None
        before = Dataset(id=DatasetId(_hex(services.new_token, 24)), name=dataset_name, schema_id=SchemaId(schema_id))
    else:
        stored = next((item for item in _usable(connection) if item.dataset.id == form.get("dataset")), None)
        if stored is None:
            raise _Faulty(dataset="Choose a dataset, or make a new one.")
        before = stored.dataset
    dataset = msgspec.structs.replace(
        before,
        profile_enabled=before.profile_enabled or "profile" in wanted,
        identity_enabled=before.identity_enabled or "identity" in wanted,
    )
    reason = identity_reason(registry.resolved(dataset.schema_id)) if wanted else None
    if reason is not None:
        raise _Faulty(**{next(iter(wanted)): f"This cannot be enabled: {reason}."})
    try:
        if stored is None:
            create_dataset(connection, dataset, now_ms=services.clock_ms(), by=by)
        elif dataset != before:
            new = msgspec.structs.replace(stored, dataset=dataset)
            save_dataset(connection, new, now_ms=services.clock_ms(), by=by)
    except DatasetRefused:
        raise _Faulty(dataset_name="Another dataset has this name, perhaps a deleted one: choose another.") from None
    return dataset


def _samples(
    connection: Connection,
    services: ConsoleServices,
    inlet: Inlet,
    registry: Registry,
    datasets: Mapping[DatasetId, Dataset],
) -> Sequence[JsonObject]:
    """Two example messages for the first dataflow that takes XDM; none when there is none."""
    flow = next((each for each in inlet.flows if each.enabled and each.dataset_id in datasets), None)
    if flow is None or flow.mapping_set_id:
        return []
    dataset, org_id = datasets[flow.dataset_id], settings.get_setting(connection, settings.ORG_ID) or ""
    at = datetime.fromtimestamp(services.clock_ms() / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    schema = registry.resolved(dataset.schema_id)
    return [
        message_of(
            sample_entity(schema, identifier=f"test-{_hex(services.new_token, 12)}", at=at),
            schema_id=dataset.schema_id,
            org_id=org_id,
            dataset_id=dataset.id,
            flow_id=flow.id,
        )
        for _ in range(2)
    ]


def _tested(status: int, answer: bytes) -> TestedView:
    match status:
        case 200:
            return TestedView(is_good=True, title="Valid, and stored: it is in the dataset within seconds.", faults=())
        case 0:
            reason = answer.decode("utf-8", "replace")[:200]
            title = "The collector could not be reached from here: try the command below."
            return TestedView(is_good=False, title=title, faults=(("", reason),))
        case 400:
            title = "Not valid, and not kept. What is wrong:"
        case 401 | 403:
            title = "The token is missing, or not good for this connection."
        case 404:
            title = "The connection is switched off."
        case 429:
            title = "That was too often: wait a minute."
        case _:
            title = f"Not taken (status {status})."
    return TestedView(is_good=False, title=title, faults=faults_in(answer))


def _json(document: JsonObject) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _hex(new_token: Callable[[], str], digits: int) -> str:
    return hashlib.sha256(new_token().encode()).hexdigest()[:digits]


def _uuid(new_token: Callable[[], str]) -> str:
    return str(uuid.UUID(_hex(new_token, 32), version=4))

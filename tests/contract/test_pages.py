"""What holds for every page of the console, the ones to come included."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from server.model.dataset import Dataset, DatasetId
from server.model.outcome import Addition, FailedEvent, FailureReason, Position
from server.model.schema import SchemaId
from server.observe.failure_groups import faults_of
from server.store.configuration import add_dataset
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.routes import CONSOLE_REACH, console_routes
from server.web.services import ConsoleState
from server.web.stylesheet import stylesheet_route
from server.web.templating import Templates
from tests.builders import NOON_MS, a_failed, a_letter, a_processed, an_xdm
from tests.unit.property.factories import a_mapping_rule, a_property, retail
from tests.unit.web.console import HTML, ROOT, Console, a_console
from tests.unit.web.pages.connections import DATASET, EVENTS_SCHEMA, a_connection
from tests.unit.web.pages.mapping import MAPPING, a_raw_connection
from tests.unit.web.pages.markup import Element, parse
from tests.unit.web.pages.profiles import ADA, keep
from tests.unit.web.pages.published import publish, save
from tests.unit.web.pages.schemas import EVENT_CLASS, SCHEMA_NAME, a_row, a_schema_form, make_schema
from tests.unit.web.pages.subscribed import every_subscription_page
from tests.unit.web.pages.workspace import every_workspace_page

# Why each is open: signing in itself, and what its page looks like. Nothing else may ever be.
PUBLIC = {stylesheet_route(ROOT / "static/css/app.css").path, "/login", "/static/{path:path}", "/shared/{token}"}

# The demo shop is a site of its own with templates, styles and tests of its own.
NOT_THE_CONSOLES = {"demo"}

A_VALUE_FOR = {
    "topic": "processed",
    "offset": "0",
    "property_id": "retail-web",
    "rule_id": "add-to-cart",
    "build_hash": "0123",
    "connection_id": "c-1",
    "flow_id": "f-1",
    "datastream_id": "web",
    "dataset_id": "d",
    "profile_id": ADA,
    "name": SCHEMA_NAME,
    "path": "css/app.css",
    "version": "1",
    "user_id": "1",
    "subscription_id": "s-1",
    "notification_id": "n-1",
    "token": "none",
}


def every_route() -> list[Route | Mount]:
    routes: list[BaseRoute] = console_routes(
        Templates(ROOT / "templates"), SessionLimits(), static=ROOT / "static", demo=()
    )
    return [route for route in routes if isinstance(route, Route | Mount)]


def test_there_is_no_route_of_another_kind() -> None:
    everything = console_routes(Templates(ROOT / "templates"), SessionLimits(), static=ROOT / "static", demo=())

    assert len(every_route()) == len(everything)


def path_pattern(route: Route | Mount) -> str:
    return route.path if isinstance(route, Route) else f"{route.path}/{{path:path}}"


def a_path(route: Route | Mount) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: A_VALUE_FOR[match[1]], path_pattern(route))


def methods(route: Route | Mount) -> set[str]:
    return set(route.methods or ()) if isinstance(route, Route) else {"GET"}


ROUTES = [(route, method) for route in every_route() for method in sorted(methods(route) - {"HEAD"})]
IDS = [f"{method} {path_pattern(route)}" for route, method in ROUTES]


@pytest.mark.parametrize(("route", "method"), ROUTES, ids=IDS)
def test_every_route_is_public_or_needs_a_session(tmp_path: Path, route: Route | Mount, method: str) -> None:
    with a_console(tmp_path) as console:
        page = console.client.request(method, a_path(route), headers=HTML, follow_redirects=False)
        program = console.client.request(method, a_path(route), follow_redirects=False)

    if path_pattern(route) in PUBLIC:
        assert page.status_code not in (303, 401)
        assert CONSOLE_REACH.is_public(a_path(route))
    else:
        assert (page.status_code, page.headers["location"].partition("?")[0]) == (303, "/login")
        assert program.status_code == 401


CHANGES = [(route, method) for route, method in ROUTES if method != "GET" and path_pattern(route) not in PUBLIC]
CHANGE_IDS = [f"{method} {path_pattern(route)}" for route, method in CHANGES]


@pytest.mark.parametrize(("route", "method"), CHANGES, ids=CHANGE_IDS)
def test_every_change_needs_the_token_of_its_session(tmp_path: Path, route: Route | Mount, method: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        without = console.client.request(method, a_path(route), data={"a": "b"}, headers=HTML, follow_redirects=False)
        wrong = console.client.request(method, a_path(route), data={"csrf": "x"}, headers=HTML, follow_redirects=False)

    assert without.status_code == wrong.status_code == 403


@pytest.mark.parametrize(("route", "method"), CHANGES, ids=CHANGE_IDS)
def test_no_route_takes_a_change_from_another_site(tmp_path: Path, route: Route | Mount, method: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        form = {"csrf": console.csrf_token()}
        headers = HTML | {"sec-fetch-site": "cross-site"}

        assert console.client.request(method, a_path(route), data=form, headers=headers).status_code == 403


def test_every_route_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/console.md").read_text(encoding="utf-8")

    names = {route.name for route in every_route() if isinstance(route, Route)}
    assert {name for name in names if f"`{name}`" not in text} == set()


# ------------------------------------------------------------------ every page, in every state


async def boom(request: Request[ConsoleState]) -> Response:
    raise ValueError("broken")


async def too_much(request: Request[ConsoleState]) -> Response:
    return PlainTextResponse("")


EXTRA = (Route("/boom", boom), Route("/post-only", too_much, methods=["POST"]))


def every_page(directory: Path) -> Iterator[tuple[str, str]]:
    """(what it is, its HTML)."""
    for name in ("empty", "full", "viewer", "far"):
        (directory / name).mkdir()
    with a_console(directory / "empty") as console:
        yield "login", get(console, "/login")
        yield "login link", get(console, f"/login?token={console.issue_link()}")
        yield "login refused", get(console, "/login?token=none")
        console.sign_in(name="bob")
        yield "home, nothing there", get(console, "/")
        yield "audit, none like this", get(console, "/audit?actor=nobody")
        yield "audit, a day that is none", get(console, "/audit?since=yesterday")
        yield "failed, none ever", get(console, "/failed")
        yield "dead letters, none", get(console, "/failed/refused")
        yield "live, nothing published", get(console, "/live")
        yield "live, nothing matches", get(console, "/live?q=x")
        yield "properties, none", get(console, "/properties")
        yield "connections, none", get(console, "/connections")
        yield "datasets, none", get(console, "/datasets")
        yield "profiles, none", get(console, "/profiles")
        yield "schemas, none", get(console, "/schemas")
        yield "monitoring, nothing happened", get(console, "/monitoring")
        yield "subscriptions, none", get(console, "/subscriptions")
        yield "connection, new, without anything", get(console, "/connections/new")
        yield "datastreams, none", get(console, "/datastreams")
        yield "datastream, new, without anything", get(console, "/datastreams/new")
        publish(console, retail(), "staging")
        yield "live, nothing happened", get(console, "/live")
        yield "home, a property", get(console, "/")
        yield "find", get(console, "/find")
        yield "api", get(console, "/api/docs")
        yield "find, nothing", get(console, "/find?q=nothing-is-called-this")
    with a_console(directory / "full", extra_routes=EXTRA, raise_faults=False, demo_url="/demo/") as console:
        console.sign_in()
        fill(console)
        yield "home", get(console, "/")
        yield "live", get(console, "/live")
        yield "failed", get(console, "/failed?replayed=1")
        yield "failed, none like this", get(console, "/failed?reason=unknown_dataset")
        yield "failed, a group", get(console, f"/failed?group={a_failed_group()}")
        yield "failed, another group", get(console, f"/failed?group={'0' * 16}")
        yield "dead letters", get(console, "/failed/refused?retried=1")
        yield "dead letter", get(console, "/failed/refused/0")
        yield "monitoring", get(console, "/monitoring?range=hour")
        yield from every_subscription_page(console)
        yield "failed event", get(console, "/failed/0")
        yield "failed event that cannot be read", get(console, "/failed/1")
        yield from every_page_of_an_edit(console)
        yield "live, filtered", get(console, "/live?outcome=failed&type=web.webpagedetails.pageViews&q=e-1")
        for path in ("processed/0", "processed/1", "failed/0", "failed/1"):
            yield path, get(console, f"/live/{path}")
        yield from every_page_of_a_share(console)
        yield "properties", get(console, "/properties")
        yield "property", get(console, "/properties/retail-web")
        yield "property with faults", get(console, "/properties/broken")
        yield "property, the least", get(console, "/properties/least")
        yield from every_workspace_page(console)
        yield from every_connection_page(console)
        yield from every_schema_page(console)
        yield from every_profile_page(console, directory / "full")
        yield "audit", get(console, "/audit")
        yield from every_people_page(console)
        for path in ("/nowhere", "/post-only", "/boom"):
            yield path, get(console, path)
        yield "403", console.client.post("/logout", data={"csrf": "x"}, headers=HTML).text
    with a_console(directory / "viewer") as console:
        console.sign_in(Role.VIEWER)
        fill(console)
        yield "home, masked", get(console, "/")
        yield "rules, viewed", get(console, "/properties/retail-web/rules")
        yield "privacy, viewed", get(console, "/properties/retail-web/privacy")
        yield "base, viewed", get(console, "/properties/retail-web/every-event")
        yield "rule, viewed", get(console, "/properties/retail-web/rules/purchase")
        yield "publish, viewed", get(console, "/properties/retail-web/publish")
        a_connection(console)
        yield "connection, viewed", get(console, "/connections/c-1")
        keep(directory / "viewer")
        yield "profiles, viewed", get(console, "/profiles")
        yield "profile, viewed", get(console, f"/profiles/{ADA}")
        yield "schemas, viewed", get(console, "/schemas")
        yield "schema, viewed", get(console, f"/schemas/{SCHEMA_NAME}")
        yield "live, masked", get(console, "/live")
        yield "failed, masked", get(console, "/failed")
        yield "failed event, masked", get(console, "/failed/0")
        yield "dead letters, masked", get(console, "/failed/refused")
        yield "dead letter, masked", get(console, "/failed/refused/0")
        yield "line, masked", get(console, "/live/processed/0")
    with a_console(directory / "far", address="203.0.113.1") as console:
        yield "https only", get(console, "/")


def every_page_of_a_share(console: Console) -> Iterator[tuple[str, str]]:
    form = {"csrf": console.csrf_token(), "hours": "24"}
    link = console.client.post("/live/processed/0/share", data=form, headers=HTML).text
    yield "a link to an event", link
    yield "an event with a link", get(console, "/live/processed/0")
    found = re.search(r"/shared/[\w-]+", link)
    assert found is not None
    yield "a shared event", get(console, found[0])


def every_page_of_an_edit(console: Console) -> Iterator[tuple[str, str]]:
    form = {"csrf": console.csrf_token(), "all": "1", "shown": "0,1"}

    def sent(path: str, **fields: str) -> str:
        return console.client.post(f"/failed/{path}", data=form | fields, headers=HTML).text

    yield "edit", get(console, "/failed/edit?offset=0")
    yield "edit, suggested", sent("edit", action="suggest")
    yield "edit, looked at", sent("edit", action="preview", edit='web.webPageDetails.name = "x"\nremove none.such')
    yield "edit, faulty", sent("edit", action="preview", edit="nonsense")
    yield "edit, replayed", sent("edit/replay", edit='eventType = "x"')
    yield "failed event, edited", get(console, "/failed/0")


def every_connection_page(console: Console) -> Iterator[tuple[str, str]]:
    a_connection(console, requires_token=True)
    csrf = console.csrf_token()
    yield "connections", get(console, "/connections")
    yield "connection", get(console, "/connections/c-1")
    yield "datasets", get(console, "/datasets")
    yield "dataset", get(console, f"/datasets/{DATASET}")
    answer = console.client.post(f"/datasets/{DATASET}/delete", data={"csrf": csrf}, headers=HTML)
    yield "dataset, not deleted", answer.text
    tested = console.client.post("/connections/c-1/test", data={"csrf": csrf, "message": "{}"}, headers=HTML)
    yield "connection, tested", tested.text
    a_raw_connection(console, has_schema=True)
    yield "connection, not mapped", get(console, "/connections/c-raw")
    yield "mapping, empty", get(console, MAPPING)
    line = {"csrf": csrf, "sample": '{"n": "x"}', "source_type": "ATTRIBUTE", "source": "n", "version": "0"}
    for destination in ("commerce.order.priceTotal", "none"):
        looked = console.client.post(f"{MAPPING}/preview", data=line | {"destination": destination}, headers=HTML)
        yield f"mapping, {destination}", looked.text
    yield "mapping, refused", console.client.post(MAPPING, data={"csrf": csrf, "version": "0"}, headers=HTML).text
    saved = console.client.post(MAPPING, data=line | {"destination": "eventType"}, headers=HTML)
    yield "connection, mapped", saved.text
    changed = line | {"destination": "_id", "version": "1"}
    yield "connection, mapped again", console.client.post(MAPPING, data=changed, headers=HTML).text
    yield "mapping, with an earlier version", get(console, MAPPING)
    going_back = {"csrf": csrf, "version": "2"}
    gone_back = console.client.post(f"{MAPPING}/versions/1", data=going_back, headers=HTML)
    yield "connection, mapped as before", gone_back.text
    yield from every_page_of_a_deleted_dataset(console, csrf)
    yield "datastream, new", get(console, "/datastreams/new")
    yield "datastream, refused", console.client.post("/datastreams", data={"csrf": csrf}, headers=HTML).text
    wanted = {"csrf": csrf, "id": "web", "name": "Web", "dataset": DATASET, "override_disable": "1"}
    yield "datastream, made", console.client.post("/datastreams", data=wanted, headers=HTML).text
    yield "datastreams", get(console, "/datastreams")
    yield "datastream, changed", get(console, "/datastreams/web/edit")
    yield "datastream, its data", get(console, "/datastreams/web/mapping")
    yield "datastream, to be deleted", get(console, "/datastreams/web/delete")
    deleted = console.client.post("/datastreams/web/delete", data={"csrf": csrf}, headers=HTML)
    yield "datastreams, one deleted", deleted.text
    yield "datastream, back", console.client.post("/datastreams/web/restore", data={"csrf": csrf}, headers=HTML).text
    yield "connection, new", get(console, "/connections/new")
    yield "connection, refused", console.client.post("/connections", data={"csrf": csrf}, headers=HTML).text


def every_schema_page(console: Console) -> Iterator[tuple[str, str]]:
    """To be called when there is a connection, with its dataset and schema."""
    own = make_schema(console, a_schema_form(*a_row(0, "tier", values="gold = Gold\nsilver"), *a_row(1, "card")))
    csrf, demo = console.csrf_token(), f"/schemas/{SCHEMA_NAME}"

    def sent(path: str, fields: Sequence[tuple[str, str]] = (), *, status: int) -> str:
        body = urlencode([("csrf", csrf), *fields])
        headers = HTML | {"content-type": "application/x-www-form-urlencoded"}
        answer = console.client.post(path, content=body, headers=headers)
        assert answer.status_code == status, path
        return answer.text

    yield "schemas", get(console, "/schemas?imported=2")
    yield "schemas, none like this", get(console, "/schemas?q=nothing-is-called-this")
    for kind in ("fieldgroups", "classes", "datatypes"):
        yield kind, get(console, f"/schemas?kind={kind}")
    yield "schema", get(console, f"{demo}?saved=1")
    yield "schema, found", get(console, f"{demo}?q=sku")
    yield "schema, not found", get(console, f"{demo}?q=nothing-is-called-this")
    yield "schema of one's own", get(console, own)
    yield "schema, not deleted", sent(f"{demo}/delete", status=400)
    yield "data type", get(console, "/schemas/_ns.heliograph.dev.xdm.datatypes.address")
    yield "field, refused", sent(f"{own}/field", [("path", "/_tenant/card"), ("type", "identity")], status=400)
    identity = [("path", "/_tenant/card"), ("type", "identity"), ("namespace", "CRMID"), ("primary", "1")]
    yield "field", sent(f"{own}/field", identity, status=200)
    yield "field with values", get(console, f"{own}/field?path=/_tenant/tier")
    yield "field with fields", get(console, f"{demo}/field?path=/productListItems")
    yield "schema, for profiles", sent(f"{own}/profile", status=200)
    yield "union", get(console, "/schemas/unions/_ns.heliograph.dev.xdm.classes.experienceevent")
    yield "union, not found", get(console, "/schemas/unions/_ns.heliograph.dev.xdm.classes.experienceevent?q=zz")
    yield "schema, class", get(console, "/schemas/new")
    yield "schema, new", get(console, f"/schemas/new?class={EVENT_CLASS}")
    yield "field group, new", get(console, "/schemas/new?kind=fieldgroups")
    yield "schema, edit", get(console, f"{own}/edit")
    wrong = a_schema_form(*a_row(0, "a b", values="x\nx", example="y"), ("action", "save"), title="")
    yield "schema, wrong", sent("/schemas/new", wrong, status=400)
    yield "schema, edit refused", sent(f"{demo}/edit", a_schema_form(("action", "save")), status=400)
    yield "schema, edit shown", sent(f"{demo}/edit", a_schema_form(("action", "preview")), status=200)
    yield "import", get(console, "/schemas/import")
    yield "import, nothing", sent("/schemas/import", status=400)
    yield "import, refused", sent("/schemas/import", [("pasted", "{}")], status=400)


def every_people_page(console: Console) -> Iterator[tuple[str, str]]:
    csrf = console.csrf_token()

    def sent(path: str, **fields: str) -> str:
        return console.client.post(path, data={"csrf": csrf} | fields, headers=HTML).text

    yield "people", get(console, "/people")
    yield "people, refused", sent("/people", name=" ", role="editor")
    yield "people, invited", sent("/people", name="<bob>", role="editor")
    yield "person", get(console, "/people/1")
    yield "person, the last", sent("/people/1", do="disable")
    yield "person, another role", sent("/people/2", do="property-role", property="retail-web", role="viewer")
    yield "person, a link", sent("/people/2", do="link")
    yield "person, disabled", sent("/people/2", do="disable")


def every_profile_page(console: Console, directory: Path) -> Iterator[tuple[str, str]]:
    """``directory``: the console's."""
    keep(directory)
    yield "profiles", get(console, "/profiles")
    yield "profiles, nobody like this", get(console, "/profiles?value=nobody")
    yield "profile", get(console, f"/profiles/{ADA}")
    yield "profile, before its events", get(console, f"/profiles/{ADA}?before=0.0")
    form = {"csrf": console.csrf_token()}
    yield "profile, to be forgotten", console.client.post(f"/profiles/{ADA}/forget", data=form, headers=HTML).text


def every_page_of_a_deleted_dataset(console: Console, csrf: str) -> Iterator[tuple[str, str]]:
    dataset = Dataset(id=DatasetId("9" * 24), name="unused", schema_id=SchemaId(EVENTS_SCHEMA))
    console.services.database.write_sync(partial(add_dataset, dataset=dataset, now_ms=NOON_MS))
    deleted = console.client.post(f"/datasets/{dataset.id}/delete", data={"csrf": csrf}, headers=HTML)
    yield "dataset, deleted", deleted.text
    yield "datasets, one deleted", get(console, "/datasets")


def get(console: Console, path: str) -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.headers["content-type"] == "text/html; charset=utf-8", path
    return answer.text


def a_failed_group() -> str:
    """The id of the group of what :func:`fill` lets fail."""
    return faults_of(a_failed())[0].id


def fill(console: Console) -> None:
    patch = {"device": {"type": "desktop"}}
    source = Position(partition=0, offset=2)
    unreadable = FailedEvent(source=source, reason=FailureReason.UNREADABLE, stage="decode", raw="AAAA")
    console.happened(
        a_processed(xdm=an_xdm(**patch), additions=(Addition(enrichment="user_agent", patch=patch),)),
        a_processed(duplicate=True),
        a_failed(),
        unreadable,
    )
    console.refused(a_letter(), a_letter(cure="", refused_ms=0))
    publish(console, retail(), "production")
    save(console, a_property(property={"id": "broken", "name": "Broken"}, rules=[a_mapping_rule({"x": "%none%"})]))
    save(console, a_property(property={"id": "least", "name": "Least"}, rules=[], dataElements={}))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page, rendered with StrictUndefined: a name that its context lacks fails here."""
    return dict(every_page(tmp_path_factory.mktemp("pages")))


@pytest.fixture(scope="module")
def documents(rendered: dict[str, str]) -> dict[str, Element]:
    """The same, parsed: an element that is not closed fails here."""
    return {name: parse(html) for name, html in rendered.items()}


def test_every_template_is_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a page which is added without being added above is noticed."""
    loaded: set[str] = set()
    get_source = Templates.__init__

    def remember(self: Templates, directory: Path) -> None:
        get_source(self, directory)
        loader = self.environment.loader
        assert loader is not None
        original = loader.get_source

        def source(environment: Any, template: str) -> Any:
            loaded.add(template)
            return original(environment, template)

        monkeypatch.setattr(loader, "get_source", source)

    monkeypatch.setattr(Templates, "__init__", remember)
    list(every_page(tmp_path))

    there = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")}
    assert loaded == {path for path in there if path.partition("/")[0] not in NOT_THE_CONSOLES}


def test_every_page_has_a_language_one_heading_and_a_main_part_with_a_way_to_it(documents: dict[str, Element]) -> None:
    for name, document in documents.items():
        assert [html.attributes["lang"] for html in document.all("html")] == ["en"], name
        # A chart's parts have titles of their own.
        titles = document.all("head")[0].all("title")
        assert len(titles) == len(document.all("h1")) == len(document.all("main")) == 1, name
        assert document.all("a", class_="skip", href="#main"), name
        assert document.all("meta", name="viewport"), name


def test_headings_leave_out_no_level(documents: dict[str, Element]) -> None:
    for name, document in documents.items():
        levels = [int(element.tag[1]) for element in document.every() if re.fullmatch(r"h[1-6]", element.tag)]
        steps = [after - before for before, after in pairwise(levels)]
        assert levels[0] == 1, name
        assert all(step <= 1 for step in steps), (name, levels)


def test_nothing_is_inline_so_that_the_policy_holds(documents: dict[str, Element]) -> None:
    for name, document in documents.items():
        assert document.all("style") == [], name
        for script in document.all("script"):
            assert script.attributes["src"].startswith("/static/admin/"), name
            assert script.text == "", name
        for element in document.every():
            inline = [each for each in element.attributes if each == "style" or each.startswith("on")]
            assert inline == [], (name, element.tag, inline)


def test_everything_that_a_page_loads_is_there_and_ours(documents: dict[str, Element]) -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons/icons.svg").read_text(encoding="utf-8")))
    for name, document in documents.items():
        for element in document.every():
            address = element.attributes.get("src", "")
            if element.tag in ("link", "use"):
                address = element.attributes.get("href", "")
            path, _, symbol = address.partition("#")
            if element.attributes.get("rel") == "stylesheet":
                assert re.fullmatch(r"/static/css/app\.[0-9a-f]{12}\.css", path), (name, address)
            elif path:
                assert (ROOT / path.lstrip("/")).is_file(), (name, address)
            if symbol:
                assert symbol in symbols, (name, address)


def test_every_form_field_has_a_label_and_every_button_a_text(documents: dict[str, Element]) -> None:
    for name, document in documents.items():
        labels = {label.attributes.get("for") for label in document.all("label")}
        within = [field for label in document.all("label") for field in label.all("input")]
        for field in [*document.all("input"), *document.all("select"), *document.all("textarea")]:
            if field.attributes.get("type") != "hidden":
                assert field in within or field.attributes.get("id") in labels, (name, field.attributes)
        for button in document.all("button"):
            assert (button.text + "".join(each.text for each in button.every())).strip(), (name, button.attributes)


def test_ids_are_given_once_and_every_link_within_a_page_leads_somewhere(documents: dict[str, Element]) -> None:
    for name, document in documents.items():
        ids = [element.attributes["id"] for element in document.every() if "id" in element.attributes]
        assert len(ids) == len(set(ids)), name
        for link in document.all("a"):
            if link.attributes["href"].startswith("#"):
                assert link.attributes["href"][1:] in ids, (name, link.attributes["href"])


def test_links_to_elsewhere_give_nothing_away(documents: dict[str, Element]) -> None:
    for name, document in documents.items():
        for link in document.all("a"):
            if re.match(r"[a-z]+:", link.attributes["href"]):
                assert re.match(r"https?://", link.attributes["href"]), name
                assert set(link.attributes["rel"].split()) == {"noopener", "noreferrer", "nofollow"}, name


def test_every_form_that_changes_something_carries_a_token(documents: dict[str, Element]) -> None:
    for name, document in documents.items():
        for form in document.all("form", method="post"):
            hidden = {field.attributes.get("name") for field in form.all("input")}
            assert hidden & {"csrf", "token"}, (name, form.attributes)

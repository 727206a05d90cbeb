from html import unescape
from pathlib import Path

import httpx2
import pytest

from server.model.json import JsonObject
from server.schema.identifiers import alt_id
from server.store.components import find_component, list_components, list_descriptors
from server.store.users import Role
from server.web.forms.uploads import MAX_UPLOAD_BYTES
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import EVENTS_SCHEMA, a_connection
from tests.unit.web.pages.schemas import EVENT_CLASS, SCHEMA_NAME, WEB, a_row, a_schema_form, make_schema, send

PLAIN = "https://ns.heliograph.dev/xdm/classes/profile"


def page(console: Console, path: str) -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200, path
    return unescape(answer.text)


def kept(console: Console, title: str) -> JsonObject:
    everything = console.services.database.read_sync(list_components)
    return next(item.document for item in everything if item.document["title"] == title)


# ------------------------------------------------------------------ lists


def test_lists_name_what_is_there_and_where_it_is_from(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        make_schema(console, a_schema_form())

        text = page(console, "/schemas")
        own = page(console, "/schemas?origin=own")
        groups = page(console, "/schemas?kind=fieldgroups&q=COMMERCE")

    assert "of the class Experience event" in text
    assert "1 dataset: purchases" in text
    assert ("Demo events" in text, "Orders" in text) == (True, True)
    assert ("Demo events" in own, "Orders" in own) == (False, True)
    assert ("Commerce details" in groups, "Web details" in groups) == (True, False)


def test_viewers_see_schemas_and_are_not_offered_to_change_them(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        a_connection(console)

        texts = [page(console, path) for path in ("/schemas", f"/schemas/{SCHEMA_NAME}")]
        forbidden = [console.client.get(path, headers=HTML).status_code for path in ("/schemas/new", "/schemas/import")]
        sent = [
            send(console, path, a_schema_form()).status_code
            for path in (
                "/schemas/new",
                "/schemas/import",
                f"/schemas/{SCHEMA_NAME}/edit",
                f"/schemas/{SCHEMA_NAME}/delete",
            )
        ]

    assert not any(word in text for text in texts for word in ("New schema", "Import", "Delete this", ">Edit<"))
    assert forbidden == [403, 403]
    assert sent == [403, 403, 403, 403]


# ------------------------------------------------------------------ one of them


def test_a_schemas_page_shows_its_fields_its_datasets_and_its_history(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        path = make_schema(console, a_schema_form(*a_row(0, "tier")))
        form = a_schema_form(*a_row(0, "tier"), *a_row(1, "card"), ("version", "1.0"), ("action", "save"))
        assert send(console, f"{path}/edit", form).status_code == 303

        demo, own = page(console, f"/schemas/{SCHEMA_NAME}"), page(console, path)

    assert '<a href="/datasets/' in demo
    assert "from Commerce details" in demo
    assert "version 1.1" in own
    assert '<bdi class="raw">_tenant.card</bdi>' in own
    assert "by ada" in own


def test_searching_keeps_what_a_found_field_is_in(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        text = page(console, f"/schemas/{SCHEMA_NAME}?q=SKU")

    assert ("productListItems" in text, ">SKU<" in text, "userAgent<" in text) == (True, True, False)


@pytest.mark.parametrize("name", ["_nowhere", "_nowhere/json", "_nowhere/edit", "_nowhere/field", "unions/_nowhere"])
def test_what_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert console.client.get(f"/schemas/{name}", headers=HTML).status_code == 404


def test_a_name_that_means_something_in_an_address_is_found_all_the_same(tmp_path: Path) -> None:
    identifier = "https://ns.example.com/a?b=c#d eü"
    with a_console(tmp_path) as console:
        console.sign_in()
        pasted = f'{{"$id": "{identifier}", "title": "Odd", "properties": {{"a": {{"type": "string"}}}}}}'

        answer = send(console, "/schemas/import", [("pasted", pasted)])
        text = page(console, answer.headers["location"])

    assert "<h1>Odd</h1>" in text
    assert f"/schemas/{alt_id(identifier)}" not in answer.headers["location"]


def test_the_json_schema_is_the_one_that_validation_uses(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        path = make_schema(console, a_schema_form(*a_row(0, "tier")))

        schema = console.client.get(f"{path}/json").json()

    assert schema["properties"]["_tenant"]["additionalProperties"] is False
    assert "allOf" not in schema


def test_what_is_built_in_is_shown_and_never_changed(tmp_path: Path) -> None:
    name = alt_id(WEB)
    with a_console(tmp_path) as console:
        console.sign_in()

        text = page(console, f"/schemas/{name}")
        answers = [send(console, f"/schemas/{name}/{what}", a_schema_form()) for what in ("edit", "delete", "profile")]

    assert "built in" in text
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_schema_that_nothing_uses_is_deleted_and_another_says_what_does(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        path = make_schema(console, a_schema_form())

        gone = send(console, f"{path}/delete", [])
        stays = send(console, f"/schemas/{SCHEMA_NAME}/delete", [])

        assert (gone.status_code, console.client.get(path, headers=HTML).status_code) == (303, 404)
    assert stays.status_code == 400
    assert "delete the dataset first" in stays.text


def test_a_schema_is_for_profiles_once_it_says_whose_its_documents_are(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        form = [("title", "People"), ("class", PLAIN), *a_row(0, "card")]
        path = make_schema(console, form)

        refused = send(console, f"{path}/profile", [])
        shown = page(console, path)
        identity = [("path", "/_tenant/card"), ("type", "identity"), ("namespace", "CRMID"), ("primary", "1")]
        send(console, f"{path}/field", identity)
        enabled = send(console, f"{path}/profile", [])
        union = page(console, f"/schemas/unions/{alt_id(PLAIN)}?q=card")

    assert (refused.status_code, "no primary identity" in refused.text) == (400, True)
    assert "It cannot be for profiles" in shown
    assert "Use for profiles" not in shown
    assert enabled.status_code == 303
    assert ("card" in union, "People" in union) == (True, True)


# ------------------------------------------------------------------ making and changing


def test_a_schema_is_made_of_a_class_field_groups_and_own_fields(tmp_path: Path) -> None:
    row = a_row(0, "loyalty.tier", title="Tier", values="gold = Gold\nsilver", required="1", example="gold")
    with a_console(tmp_path) as console:
        console.sign_in()

        first, new = page(console, "/schemas/new"), page(console, f"/schemas/new?class={EVENT_CLASS}")
        make_schema(console, a_schema_form(*row))
        document = kept(console, "Orders")

    assert "what happens" in first
    assert f'value="{WEB}" checked' in new
    assert document["meta:class"] == EVENT_CLASS
    assert document["allOf"] == [{"$ref": EVENT_CLASS}, {"$ref": WEB}]
    tier = document["properties"]["_tenant"]["properties"]["loyalty"]["properties"]["tier"]
    assert tier == {
        "title": "Tier",
        "type": "string",
        "enum": ["gold", "silver"],
        "meta:enum": {"gold": "Gold", "silver": "silver"},
        "examples": ["gold"],
    }


def test_a_field_group_is_made_and_used(tmp_path: Path) -> None:
    group = [("title", "Loyalty card"), ("class", EVENT_CLASS), *a_row(0, "card"), ("action", "save")]
    with a_console(tmp_path) as console:
        console.sign_in()

        made = send(console, "/schemas/new?kind=fieldgroups", group)
        offered = page(console, f"/schemas/new?class={EVENT_CLASS}")
        path = make_schema(console, [*a_schema_form(), ("group", kept(console, "Loyalty card")["$id"])])
        shown = page(console, path)
        used = page(console, made.headers["location"])

    assert offered.index("Loyalty card") < offered.index("Advertising details")
    assert "from Loyalty card" in shown
    assert ">Orders</a>" in used


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (a_schema_form(title=""), 'id="title-fault"'),
        (a_schema_form(*a_row(0, "a b")), 'id="field-0-path-fault"'),
        (a_schema_form(*a_row(2, "a", type="integer", example="many")), 'id="field-2-example-fault"'),
        (a_schema_form(*a_row(2, "a", type="datatype", data_type="None")), 'id="field-2-type-fault"'),
        (a_schema_form(("group", "https://ns.example.com/none")), "Import it first"),
        (a_schema_form(title="Demo events"), "choose another title"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_nothing_is_kept(
    tmp_path: Path, fields: list[tuple[str, str]], words: str
) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        before = console.services.database.read_sync(list_components)

        answer = send(console, "/schemas/new", [*fields, ("action", "save")])

        assert console.services.database.read_sync(list_components) == before
    assert answer.status_code == 400
    assert words in unescape(answer.text)


def test_without_scripts_buttons_add_and_remove_rows_and_show_a_preview(tmp_path: Path) -> None:
    form = a_schema_form(*a_row(0, "tier"), *a_row(1, "card"))
    with a_console(tmp_path) as console:
        console.sign_in()

        added = send(console, "/schemas/new", [*form, ("action", "add")])
        removed = send(console, "/schemas/new", [*form, ("action", "remove-0")])
        shown = send(console, "/schemas/new", [*form, ("action", "preview")])

        assert console.services.database.read_sync(list_components) == []
    assert added.status_code == 200
    assert ('name="field-2-path"' in added.text, 'name="field-0-path"' in removed.text) == (True, False)
    assert '<bdi class="field-name">card</bdi>' in shown.text


def test_an_edit_that_data_forbids_is_refused_with_the_reason(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        form = [("title", "Demo events"), ("version", "1.0")]

        looked = send(console, f"/schemas/{SCHEMA_NAME}/edit", [*form, ("action", "preview")])
        saved = send(console, f"/schemas/{SCHEMA_NAME}/edit", [*form, ("action", "save")])

    assert (looked.status_code, saved.status_code) == (200, 400)
    for answer in (looked, saved):
        assert "'Demo events' has data. web" in unescape(answer.text)


def test_an_edit_of_what_changed_meanwhile_is_not_kept(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        path = make_schema(console, a_schema_form())
        send(console, f"{path}/edit", [*a_schema_form(*a_row(0, "hers")), ("version", "1.0"), ("action", "save")])

        mine = send(
            console, f"{path}/edit", [*a_schema_form(*a_row(0, "mine")), ("version", "1.0"), ("action", "save")]
        )

        assert "hers" in kept(console, "Orders")["properties"]["_tenant"]["properties"]
    assert mine.status_code == 400
    assert "Somebody changed it meanwhile" in mine.text
    assert 'name="version" value="1.1"' in mine.text


# ------------------------------------------------------------------ fields


def test_a_field_is_made_the_primary_identity_and_a_second_one_is_refused_with_the_reason(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        path = make_schema(console, a_schema_form(*a_row(0, "card"), *a_row(1, "mail")))
        fields = [("type", "identity"), ("primary", "1")]

        first = send(console, f"{path}/field", [*fields, ("path", "/_tenant/card"), ("namespace", "CRMID")])
        second = send(console, f"{path}/field", [*fields, ("path", "/_tenant/mail"), ("namespace", "Email")])
        shown = page(console, first.headers["location"])

    assert first.status_code == 303
    assert "Primary identity" in shown
    assert second.status_code == 400
    assert "/_tenant/card is the primary identity already" in second.text
    assert 'value="Email"' in second.text


def test_what_is_said_of_a_field_can_be_taken_back(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        path = make_schema(console, a_schema_form(*a_row(0, "card")))
        at = ("path", "/_tenant/card")

        send(console, f"{path}/field", [at, ("type", "name"), ("title", "Card number")])
        named = page(console, f"{path}/field?path=/_tenant/card")
        send(console, f"{path}/field", [at, ("type", "deprecated")])
        [one, two] = console.services.database.read_sync(list_descriptors)
        for descriptor in (one, two):
            send(console, f"{path}/field/remove", [at, ("descriptor", descriptor.id)])
        again = send(console, f"{path}/field/remove", [at, ("descriptor", one.id)])

        assert console.services.database.read_sync(list_descriptors) == []
    assert "<h1>Card number</h1>" in named
    assert again.status_code == 404


def test_a_field_says_what_it_points_to(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        path = make_schema(console, a_schema_form(*a_row(0, "card")))
        at = [("path", "/_tenant/card"), ("type", "reference")]

        nothing = send(console, f"{path}/field", at)
        send(console, f"{path}/field", [*at, ("schema", EVENTS_SCHEMA), ("namespace", "CRMID")])
        shown = page(console, f"{path}/field?path=/_tenant/card")

    assert (nothing.status_code, "choose the schema" in nothing.text) == (400, True)
    assert "It points to Demo events." in shown
    assert "an identity of the namespace CRMID" in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([("type", "identity"), ("namespace", "")], "give the identity its namespace"),
        ([("type", "name"), ("title", " ")], "give the field a title"),
    ],
)
def test_what_makes_no_sense_of_a_field_is_refused_with_the_cure(
    tmp_path: Path, fields: list[tuple[str, str]], words: str
) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        path = make_schema(console, a_schema_form(*a_row(0, "card")))

        answer = send(console, f"{path}/field", [("path", "/_tenant/card"), *fields])

    assert answer.status_code == 400
    assert words in unescape(answer.text)


# ------------------------------------------------------------------ importing


def upload(console: Console, *files: tuple[str, bytes], **fields: str) -> httpx2.Response:
    form = {"csrf": console.csrf_token()} | fields
    sent = [("files", (name, content, "application/json")) for name, content in files]
    return console.client.post("/schemas/import", data=form, files=sent, headers=HTML, follow_redirects=False)


SCHEMA = b'{"$id": "https://ns.example.com/s", "title": "S", "allOf": [{"$ref": "https://ns.example.com/g"},'
SCHEMA += b'{"$ref": "https://ns.adobe.com/xdm/context/profile"}]}'
GROUP = b'{"$id": "https://ns.example.com/g", "title": "G", "meta:intendedToExtend": [], "properties": {"xdm:a": {}}}'


def test_files_that_refer_to_each_other_are_imported_together(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        alone = upload(console, ("s.json", SCHEMA))
        both = upload(console, ("s.json", SCHEMA), ("g.json", GROUP))
        text = page(console, both.headers["location"])
        group = console.services.database.read_sync(lambda found: find_component(found, "https://ns.example.com/g"))

    assert (alone.status_code, "Import it first" in alone.text) == (400, True)
    assert both.status_code == 303
    assert "2 components imported" in text
    assert group is not None
    assert group.document["properties"] == {"a": {}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "line 1, column 2 is no JSON"),
        (
            b'{"$id": "https://ns.example.com/a", "properties": {"a": {"$ref": "https://else.example/b"}}}',
            "never fetched",
        ),
        (b'{"$id": "https://ns.example.com/a", "properties": {"a": {"$ref": "#"}}}', "contains itself"),
        (
            b'{"$id": "https://ns.example.com/a", "properties": {"a": {"type": "string", "pattern": "(?=a)"}}}',
            "look-around",
        ),
        (b'{"$id": "https://ns.example.com/a", "properties": {"xdm:a": {}, "a": {}}}', "are both called `a`"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_imported_is_said_with_its_file_and_nothing_is_kept(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        answer = upload(console, ("bad.json", content), ("g.json", GROUP))

        assert console.services.database.read_sync(list_components) == []
    assert answer.status_code == 400
    assert "bad.json" in answer.text
    assert words in unescape(answer.text)


def test_a_schema_with_too_many_fields_is_refused(tmp_path: Path) -> None:
    fields = ",".join(f'"f{number}": {{"type": "string"}}' for number in range(20_000))
    with a_console(tmp_path) as console:
        console.sign_in()

        answer = upload(
            console, ("big.json", f'{{"$id": "https://ns.example.com/a", "properties": {{{fields}}}}}'.encode())
        )

    assert answer.status_code == 400
    assert "more than 20000 fields" in answer.text


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        answer = upload(console, ("big.json", b" " * (MAX_UPLOAD_BYTES + 1)))

    assert answer.status_code == 413


def test_an_import_over_what_is_there_is_refused_with_the_reason(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        less = f'{{"$id": "{EVENTS_SCHEMA}", "title": "Demo events", "meta:class": "{EVENT_CLASS}"}}'

        answer = upload(console, ("less.json", less.encode()))

    assert answer.status_code == 400
    assert "'Demo events' has data" in unescape(answer.text)


def test_an_upload_needs_the_token_of_its_session(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        answer = console.client.post("/schemas/import", files={"files": ("g.json", GROUP)}, headers=HTML)

    assert answer.status_code == 403

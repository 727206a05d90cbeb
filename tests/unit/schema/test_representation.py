import pytest

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents
from server.schema.compose import resolve_schema
from server.schema.identifiers import public_id
from server.schema.representation import FULL_FORMS, Accept, Form, NotAcceptable, read_accept, represent, summary

WEB = builtin_documents()["https://ns.adobe.com/xdm/context/experienceevent-web"]


def public(name: str) -> str:
    document = builtin_documents().get(name)
    return name if document is None else public_id(document)


def told(form: Form) -> JsonObject:
    resolved = resolve_schema(WEB, builtin_documents().get) if form in FULL_FORMS else None
    return represent(WEB, form=form, resolved=resolved, known={"meta:containerId": "global"}, public=public)


@pytest.mark.parametrize(
    ("header", "accept"),
    [
        ("application/vnd.adobe.xed+json; version=1", Accept(Form.RAW, True)),
        ("application/vnd.adobe.xed-full+json;version=1.0", Accept(Form.FULL, True)),
        ("application/vnd.adobe.xed-id+json", Accept(Form.ID, False)),
        ("text/html, application/vnd.adobe.xed-notext+json; version=1", Accept(Form.RAW_NO_TEXT, True)),
        ("", Accept(Form.ID, True)),
        ("*/*", Accept(Form.ID, True)),
        ("application/json", Accept(Form.ID, True)),
        ("text/html,*/*;q=0.8", Accept(Form.ID, True)),
    ],
)
def test_an_accept_header_names_a_form(header: str, accept: Accept) -> None:
    assert read_accept(header, usual=Form.ID) == accept


@pytest.mark.parametrize(
    "header", ["text/html", "application/vnd.adobe.xed-other+json", "application/vnd.adobe.xed+json; version=2"]
)
def test_what_there_is_not_is_refused_with_what_there_is(header: str) -> None:
    with pytest.raises(NotAcceptable, match=r"application/vnd\.adobe\.xed\+json; version=1"):
        read_accept(header, usual=Form.ID)


def test_a_built_in_component_has_the_names_of_xdm_throughout() -> None:
    body = told(Form.RAW)

    assert body["$id"] == "https://ns.adobe.com/xdm/context/experienceevent-web"
    assert body["meta:altId"] == "_xdm.context.experienceevent-web"
    assert body["properties"]["web"]["$ref"] == "https://ns.adobe.com/xdm/context/webinfo"
    assert body["meta:extends"] == ["https://ns.adobe.com/xdm/context/webinfo"]
    assert body["meta:containerId"] == "global"
    assert "heliograph" not in str(body["properties"])


def test_the_full_form_is_resolved() -> None:
    body = told(Form.FULL)

    assert body["properties"]["web"]["properties"]["webPageDetails"]["properties"]["URL"]["type"] == "string"
    assert "allOf" not in body
    assert body["title"] == WEB["title"]


@pytest.mark.parametrize("form", [Form.RAW_NO_TEXT, Form.FULL_NO_TEXT])
def test_a_form_without_texts_keeps_fields_that_are_called_like_one(form: Form) -> None:
    document: JsonObject = {
        "$id": "https://ns.example.com/a",
        "title": "A",
        "properties": {"title": {"type": "string", "title": "T", "description": "d", "meta:enum": {"a": "b"}}},
        "allOf": [{"title": "part", "properties": {"description": {"type": "string"}}}],
    }
    resolved = resolve_schema(document, {"": {}}.get) if form in FULL_FORMS else None

    body = represent(document, form=form, resolved=resolved, known={}, public=public)

    assert body["properties"]["title"] == {"type": "string"}
    assert "title" not in body
    assert ("allOf" in body) is (form is Form.RAW_NO_TEXT)


def test_a_summary_is_names_and_title() -> None:
    assert (
        told(Form.ID)
        == summary(WEB)
        == {
            "$id": "https://ns.adobe.com/xdm/context/experienceevent-web",
            "meta:altId": "_xdm.context.experienceevent-web",
            "version": "1.0",
            "title": "Web details",
        }
    )


def test_descriptors_are_told_in_one_form_only() -> None:
    descriptor = {"@type": "xdm:descriptorDeprecated", "xdm:sourceProperty": "/a"}
    document: JsonObject = {
        "$id": "https://ns.example.com/a",
        "properties": {"a": {"type": "string"}},
        "meta:descriptors": [descriptor],
    }
    resolved = resolve_schema(document, {"": {}}.get)

    described = represent(document, form=Form.FULL_DESCRIBED, resolved=resolved, known={}, public=public)
    plain = represent(document, form=Form.FULL, resolved=resolved, known={}, public=public)

    assert described["meta:descriptors"] == [descriptor]
    assert "meta:descriptors" not in plain
    assert plain["properties"]["a"]["meta:status"] == "deprecated"

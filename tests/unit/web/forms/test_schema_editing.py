from typing import Any

from starlette.datastructures import ImmutableMultiDict

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents
from server.schema.kinds import Kind
from server.schema.registry import Registry
from server.store.components import StoredComponent
from server.web.forms.schema_editing import Target, as_kept, as_sent, data_types, kept_target, new_target, with_conflict
from server.web.views.schema_view import Snapshot

EVENT = "https://ns.heliograph.dev/xdm/classes/experienceevent"
WEB = "https://ns.heliograph.dev/xdm/mixins/web"
ID = "https://ns.adobe.com/shop/schemas/1"


def a_schema(**fields: Any) -> JsonObject:
    return {
        "$id": ID,
        "title": "Orders",
        "meta:resourceType": "schemas",
        "meta:class": EVENT,
        "allOf": [{"$ref": EVENT}, {"$ref": WEB}],
    } | fields


def a_snapshot(*documents: JsonObject, used: tuple[str, ...] = ()) -> Snapshot:
    stored = {
        document["$id"]: StoredComponent(
            id=document["$id"],
            kind=Kind(document["meta:resourceType"]),
            version="1.3",
            document=document,
            created_ms=0,
            updated_ms=0,
            updated_by="ada",
        )
        for document in documents
    }
    registry = Registry(
        builtins=builtin_documents(),
        components={document["$id"]: document for document in documents},
        descriptors={},
        used=frozenset(used),
    )
    return Snapshot(registry=registry, stored=stored, datasets=(), tenant="shop")


def sent(now: Snapshot, target: Target, *fields: tuple[str, str], title: str = "Orders") -> Any:
    return as_sent(now, target, ImmutableMultiDict([("title", title), *fields]))


def test_a_new_schema_is_previewed_before_it_has_a_title() -> None:
    now = a_snapshot()
    target = new_target(now, Kind.SCHEMAS, "1")

    written = sent(now, target, ("class", EVENT), ("group", WEB), ("field-0-path", "tier"), title="")

    assert [field.name for field in written.preview if field.name in ("_shop", "web")] == ["_shop", "web"]
    assert written.title_fault
    assert not written.can_be_kept


def test_what_is_wrong_with_a_row_is_said_at_the_row_beside_blank_ones() -> None:
    now = a_snapshot()

    written = sent(
        now, new_target(now, Kind.SCHEMAS, "1"), ("class", EVENT), ("field-0-path", ""), ("field-1-path", "a b")
    )

    assert [(row.index, list(row.faults)) for row in written.rows] == [(0, []), (1, ["path"])]
    assert written.document is None


def test_an_edit_shows_what_changes_and_keeps_the_class() -> None:
    now = a_snapshot(a_schema())
    target = kept_target(now, a_schema())

    written = sent(now, target, ("class", "https://ns.example.com/other"), ("group", WEB), ("field-0-path", "tier"))

    assert written.can_be_kept
    assert [(change.sign, change.path) for change in written.changes] == [("+", "_shop")]
    assert written.document["meta:class"] == EVENT


def test_what_data_forbids_is_refused_with_the_registrys_reason() -> None:
    now = a_snapshot(a_schema(), used=(ID,))

    written = sent(now, kept_target(now, a_schema()))

    assert not written.can_be_kept
    assert "'Orders' has data. web: it would be gone" in written.refusals[0]


def test_a_field_group_keeps_the_parts_that_its_form_does_not_show() -> None:
    group = a_schema(**{"meta:resourceType": "fieldgroups", "allOf": [{"$ref": WEB}]})
    group.pop("meta:class")
    now = a_snapshot(group)

    written = sent(now, kept_target(now, group), ("class", EVENT), ("field-0-path", "tier"))

    assert written.document["allOf"] == [{"$ref": WEB}]
    assert written.document["meta:intendedToExtend"] == [EVENT]


def test_the_form_begins_with_what_is_kept() -> None:
    own = {"type": "object", "properties": {"tier": {"type": "string"}}}
    schema = a_schema(properties={"_shop": own})
    now = a_snapshot(schema)

    written = as_kept(now, kept_target(now, schema))

    assert [row.path for row in written.rows] == ["tier"]
    assert written.draft.parts == (WEB,)
    assert written.changes == []


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen() -> None:
    now = a_snapshot(a_schema())
    target = kept_target(now, a_schema())
    written = sent(now, target, ("group", WEB))

    assert with_conflict(target, written, "1.3").can_be_kept
    assert "version 1.3 now, and this form began with 1.2" in with_conflict(target, written, "1.2").refusals[0]


def test_a_schema_whose_parts_are_gone_can_be_mended() -> None:
    broken = a_schema(allOf=[{"$ref": EVENT}, {"$ref": "https://ns.example.com/gone"}])
    now = a_snapshot(broken)
    target = kept_target(now, broken)

    assert as_kept(now, target).refusals
    assert sent(now, target, ("group", WEB)).can_be_kept


def test_data_types_have_a_title_each() -> None:
    own = {"$id": "https://ns.example.com/a", "title": "Address", "meta:resourceType": "datatypes"}
    again = {"$id": "https://ns.example.com/b", "title": "Address", "meta:resourceType": "datatypes"}
    found = data_types(a_snapshot(own, again))

    assert found["https://ns.example.com/a"] == "Address"
    assert found["https://ns.example.com/b"] == "Address (https://ns.example.com/b)"
    assert len(set(found.values())) == len(found)

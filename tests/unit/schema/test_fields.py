from server.schema.fields import Field, fields
from tests.unit.schema.builders import demo_events, demo_profiles, resolved


def test_fields_lists_parents_before_children_with_the_words_of_xdm() -> None:
    schema = resolved(
        properties={
            "_id": {"title": "Id", "description": "Whose", "type": "string"},
            "at": {"type": "string", "format": "date-time"},
            "born": {"type": "string", "format": "date"},
            "page": {"type": "object", "properties": {"views": {"type": "integer"}}, "required": ["views"]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "items": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}},
            "map": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "maybe": {"type": ["null", "string"]},
            "open": {},
        },
        required=["_id"],
    )

    listed = fields(schema)

    assert listed[0] == Field(
        path="_id",
        type="string",
        title="Id",
        description="Whose",
        required=True,
        is_identity=False,
        suggested={},
        is_deprecated=False,
    )
    assert [(field.path, field.type) for field in listed] == [
        ("_id", "string"),
        ("at", "date-time"),
        ("born", "date"),
        ("page", "object"),
        ("page.views", "integer"),
        ("tags", "array"),
        ("tags[*]", "string"),
        ("items", "array"),
        ("items[*]", "object"),
        ("items[*].price", "number"),
        ("map", "map"),
        ("map.*", "boolean"),
        ("maybe", "string"),
        ("open", "any"),
    ]
    assert [field.path for field in listed if field.required] == ["_id", "page.views"]


def test_the_demo_schemas_have_the_fields_of_their_field_groups() -> None:
    events = {field.path for field in fields(demo_events())}
    profiles = {field.path for field in fields(demo_profiles())}

    assert events >= {
        "_id",
        "timestamp",
        "identityMap.*[*].id",
        "web.webPageDetails.pageViews.value",
        "commerce.purchases.value",
        "productListItems[*].priceTotal",
        "environment.browserDetails.userAgentClientHints.brands[*].brand",
        "placeContext.geo._schema.latitude",
        "device.type",
        "marketing.trackingCode",
        "botDetection.score",
        "siteSearch.query",
        "userAccount.login",
    }
    assert profiles >= {"person.name.firstName", "personalEmail.address", "mobilePhone.number", "identityMap.*[*].id"}
    assert "eventType" not in profiles


def test_fields_say_what_is_suggested_and_what_is_not_to_be_used_any_more() -> None:
    [kind, old] = fields(
        resolved(
            properties={
                "kind": {"type": "string", "meta:enum": {"a": "One"}},
                "old": {"type": "string", "meta:status": "deprecated"},
            }
        )
    )

    assert (kind.suggested, kind.is_deprecated) == ({"a": "One"}, False)
    assert (old.suggested, old.is_deprecated) == ({}, True)

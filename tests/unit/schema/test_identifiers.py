import pytest

from server.schema.identifiers import alt_id, public_id, tenant_id


@pytest.mark.parametrize(
    ("org_id", "tenant"),
    [
        ("DEMO@AdobeOrg", "demo"),
        ("0A1B@AdobeOrg", "0a1b"),
        ("my-org@AdobeOrg", "myorg"),
        ("@AdobeOrg", "tenant"),
        ("", "tenant"),
    ],
)
def test_a_tenant_s_namespace_comes_from_its_organisation(org_id: str, tenant: str) -> None:
    assert tenant_id(org_id) == tenant


@pytest.mark.parametrize(
    ("component_id", "short"),
    [
        ("https://ns.adobe.com/xdm/context/profile", "_xdm.context.profile"),
        ("https://ns.adobe.com/demo/schemas/0f", "_demo.schemas.0f"),
        ("https://ns.example.com/a/b", "_ns.example.com.a.b"),
        ("a", "_a"),
    ],
)
def test_the_short_form_of_an_id_needs_no_escaping(component_id: str, short: str) -> None:
    assert alt_id(component_id) == short


def test_a_built_in_component_is_known_to_clients_by_the_id_of_xdm() -> None:
    assert public_id({"$id": "ours", "meta:xdmId": "theirs"}) == "theirs"
    assert public_id({"$id": "ours"}) == "ours"

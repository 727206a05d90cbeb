"""The names that components have beside their ``$id``."""

from collections.abc import Mapping

from server.schema.kinds import Kind

_NS = "ns.adobe.com/"


def tenant_id(org_id: str) -> str:
    """The name of a tenant's own namespace, from the organisation's: ``DEMO@AdobeOrg`` is ``demo``.

    A tenant's fields are below ``_`` and this, in all schemas.
    """
    name = "".join(letter for letter in org_id.partition("@")[0].lower() if letter.isascii() and letter.isalnum())
    return name or "tenant"


def alt_id(component_id: str) -> str:
    """The ``meta:altId`` of a component, which needs no escaping in an address: ``_xdm.context.profile``."""
    path = component_id.partition("://")[2] or component_id
    return f"_{path.removeprefix(_NS).replace('/', '.')}"


def public_id(document: Mapping[str, object]) -> str:
    """The ``$id`` that a component has for clients: XDM's own, of a built-in one that has it."""
    return str(document.get("meta:xdmId", document["$id"]))


def new_id(kind: Kind, *, tenant: str, name: str) -> str:
    """The ``$id`` of a component that is made here. ``name``: random hexadecimal digits."""
    return f"{own_ids(tenant)}{'mixins' if kind is Kind.FIELD_GROUPS else kind.value}/{name}"


def own_ids(tenant: str) -> str:
    """What the ids of all components begin with that are made here."""
    return f"https://{_NS}{tenant}/"

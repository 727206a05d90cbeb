"""An event in the address of an image, for pages without JavaScript and for e-mail (docs/reference/edge.md)."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from server.model.consent import General
from server.model.json import JsonObject
from server.model.xdm import merge
from server.wire.consent import decode_iab_parameters
from server.wire.edge import EdgeEvent, EdgeRequest
from server.wire.errors import BROKEN_JSON, INVALID_FIELD, Malformed
from server.wire.json import check_depth, check_numbers, clean

# Ours are a dozen; a page's own additions against caches are ignored, but counted.
MAX_PARAMETERS = 100

_PAGE_VIEW = "web.webpagedetails.pageViews"
_IDENTITY = "identity."
_CONSENTS: Mapping[str, General] = {"in": "in", "out": "out", "pending": "pending"}


class PixelRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``request``: as if it had come by interact. ``said``: consent in the address, None for none."""

    request: EdgeRequest
    said: General | None


def decode_pixel(query_string: bytes, *, page_url: str, tcf_vendor: int) -> PixelRequest:
    """Raises Malformed, naming the parameter. ``page_url``: where the image is, if the parameter ``url`` is missing."""
    try:
        pairs = parse_qsl(query_string.decode("utf-8"), max_num_fields=MAX_PARAMETERS, errors="strict")
    except UnicodeDecodeError:
        raise Malformed(INVALID_FIELD, "the address is not UTF-8") from None
    except ValueError:
        raise Malformed(INVALID_FIELD, f"more than {MAX_PARAMETERS} parameters in the address") from None
    given = dict(pairs)
    xdm = merge(_convenient(given, page_url), _object(given, "xdm") or {})
    if identities := _identities(given):
        xdm = merge({"identityMap": identities}, xdm)
    event = EdgeEvent.of(clean(xdm), data=clean(_object(given, "data")))
    return PixelRequest(request=EdgeRequest(events=[event]), said=_said(given, tcf_vendor))


def _convenient(given: Mapping[str, str], page_url: str) -> JsonObject:
    """What has a short name; the parameter ``xdm`` says anything else, and wins."""
    event_type = given.get("eventType") or _PAGE_VIEW
    xdm: JsonObject = {"eventType": event_type}
    if given.get("id"):
        xdm["_id"] = given["id"]
    page: JsonObject = {}
    if url := given.get("url") or page_url:
        page["URL"] = url
    if given.get("name"):
        page["name"] = given["name"]
    if event_type == _PAGE_VIEW:
        page["pageViews"] = {"value": 1}
    web: JsonObject = {"webPageDetails": page} if page else {}
    if given.get("referrer"):
        web["webReferrer"] = {"URL": given["referrer"]}
    return xdm | {"web": web} if web else xdm


def _identities(given: Mapping[str, str]) -> JsonObject:
    """``identity.{namespace}={id}`` as an identityMap."""
    return {
        name.removeprefix(_IDENTITY): [{"id": value}]
        for name, value in given.items()
        if name.startswith(_IDENTITY) and name != _IDENTITY
    }


def _object(given: Mapping[str, str], name: str) -> JsonObject | None:
    if not given.get(name):
        return None
    body = given[name].encode("utf-8")
    check_depth(body)
    check_numbers(body, root=name)
    try:
        value: JsonObject = msgspec.json.decode(body, type=dict)
        return value
    except msgspec.ValidationError as error:
        raise Malformed(INVALID_FIELD, f"{error} - at `{name}`") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(BROKEN_JSON, f"{error} - at `{name}`") from None


def _said(given: Mapping[str, str], tcf_vendor: int) -> General | None:
    said = decode_iab_parameters(given.get("gdpr", ""), given.get("gdpr_consent", ""), tcf_vendor=tcf_vendor)
    word = given.get("consent", "")
    if not word:
        return said
    if word not in _CONSENTS:
        raise Malformed(INVALID_FIELD, f"{word[:64]!r}: expected one of {', '.join(_CONSENTS)} - at `consent`")
    # Of two words the refusal counts.
    return said if said == "out" else _CONSENTS[word]

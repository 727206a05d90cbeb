"""A datastream as people write it: a JSON document with the options of docs/reference/edge.md."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Literal

import msgspec

from server.model.consent import ADOBE_TCF_VENDOR, ConsentPolicy, General
from server.model.cookies import HOST_ALONE, MOST_DAYS, CookiePolicy
from server.model.datastream import AllowedOverrides, DatasetId, Datastream, DatastreamId

_MAX_ORIGINS = 100

# As browsers send them, in lower case; one leading `*.` stands for every host below.
_ORIGIN = re.compile(
    r"\*|https?://(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?"
)

_Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
_CookieName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{0,64}$")]
# A host's name has at most 253 characters (RFC 1035, 2.3.4, without the length of the root).
_CookieDomain = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$", max_length=253)]
_IdentityDays = Annotated[int, msgspec.Meta(ge=0, le=MOST_DAYS)]
_ConsentDays = Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)]
_Vendor = Annotated[int, msgspec.Meta(ge=0, le=65_535)]


class DatastreamRefused(Exception):
    """A document that cannot be a datastream. ``faults``: a sentence each, naming the place."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A mistyped option is a fault: ignored, it would leave people with a default that they think they changed."""


class _Consent(_Part, frozen=True, kw_only=True):
    default: General = "in"
    gpc: Literal["mark", "refuse"] = "mark"
    dnt: Literal["anonymous", "ignore"] = "anonymous"
    tcf_vendor: _Vendor = ADOBE_TCF_VENDOR


class _Overrides(_Part, frozen=True, kw_only=True):
    datasets: tuple[str, ...] = ()
    disable: bool = False


class _Cookies(_Part, frozen=True, kw_only=True):
    identity_days: _IdentityDays = CookiePolicy().identity_days
    consent_days: _ConsentDays = CookiePolicy().consent_days
    domain: _CookieDomain = ""


class _Document(_Part, frozen=True, kw_only=True):
    id: _Id
    name: _Name
    dataset_id: str
    enabled: bool = True
    allowed_origins: Annotated[tuple[str, ...], msgspec.Meta(max_length=_MAX_ORIGINS)] = ()
    keep_ip: Literal["none", "truncated", "full"] = "truncated"
    consent: _Consent = _Consent()
    overrides: _Overrides = _Overrides()
    cookies: _Cookies = _Cookies()
    fpid_cookie: _CookieName = "FPID"
    mapping_set_id: str = ""


_decode = msgspec.json.Decoder(_Document).decode


def decode_datastream(
    data: bytes,
    *,
    org_id: str,
    datasets: Collection[DatasetId],
    mapping_sets: Collection[str] = (),
    registrable_domain: Callable[[str], str | None],
) -> Datastream:
    """Raises DatastreamRefused with everything that is wrong.

    ``datasets``, ``mapping_sets``: those that there are. ``registrable_domain``: by the public suffix list; None for
    none.
    """
    try:
        document = _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DatastreamRefused([str(error)]) from None
    faults = [
        f"`$.allowedOrigins[{index}]` is {origin[:64]!r}: expected https://shop.example, https://*.shop.example, or *"
        for index, origin in enumerate(document.allowed_origins)
        if not _ORIGIN.fullmatch(origin)
    ]
    chosen = {"$.datasetId": document.dataset_id} | {
        f"$.overrides.datasets[{index}]": dataset_id for index, dataset_id in enumerate(document.overrides.datasets)
    }
    faults += [
        f"`{place}` is {dataset_id[:64]!r}: there is no such dataset"
        for place, dataset_id in chosen.items()
        if dataset_id not in datasets
    ]
    if document.mapping_set_id and document.mapping_set_id not in mapping_sets:
        faults.append(f"`$.mappingSetId` is {document.mapping_set_id[:64]!r}: there is no such mapping set")
    domain = document.cookies.domain
    if domain not in ("", HOST_ALONE) and registrable_domain(domain) is None:
        faults.append(
            f"`$.cookies.domain` is {domain[:64]!r}: expected a domain of your own as shop.example, "
            f'"{HOST_ALONE}" for the asked host alone, or nothing'
        )
    if faults:
        raise DatastreamRefused(faults)
    return Datastream(
        id=DatastreamId(document.id),
        name=document.name,
        org_id=org_id,
        dataset_id=DatasetId(document.dataset_id),
        enabled=document.enabled,
        allowed_origins=document.allowed_origins,
        keep_ip=document.keep_ip,
        consent=msgspec.convert(document.consent, ConsentPolicy, from_attributes=True),
        overrides=msgspec.convert(document.overrides, AllowedOverrides, from_attributes=True),
        cookies=msgspec.convert(document.cookies, CookiePolicy, from_attributes=True),
        fpid_cookie=document.fpid_cookie,
        mapping_set_id=document.mapping_set_id,
    )


def encode_datastream(datastream: Datastream) -> bytes:
    """The document, indented, with every option."""
    document = msgspec.convert(datastream, _Document, from_attributes=True)
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"

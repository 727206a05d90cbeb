"""Forms as browsers send them, and the proof that it was one of ours (reliability-security A5)."""

import hmac
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.store.sessions import Session

# The forms of this console are small; a property file is the largest thing that a person pastes into one.
MAX_FORM_BYTES = 1_048_576
_MAX_FIELDS = 200

Form: TypeAlias = ImmutableMultiDict[str, str]

CSRF_FIELD = "csrf"


async def read_form(request: Request[Any], *, max_fields: int = _MAX_FIELDS) -> Form:
    """The fields of a form that needs no session. Raises HTTPException: 413, 415, or 400."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Send it as a form: application/x-www-form-urlencoded.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, f"A form has at most {MAX_FORM_BYTES:,} bytes.")
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=max_fields, errors="strict")
    except ValueError as error:
        raise HTTPException(400, "The form could not be read: too many fields, or a text that is no UTF-8.") from error
    return ImmutableMultiDict(fields)


async def read_signed_form(request: Request[Any], *, max_fields: int = _MAX_FIELDS) -> Form:
    """The fields of a form of this session. Raises HTTPException 403 without its token. Every change starts here."""
    form = await read_form(request, max_fields=max_fields)
    check_signature(request, form)
    return form


def check_signature(request: Request[Any], form: Form) -> None:
    """Raises HTTPException 403 for a form that is not of this session."""
    session: Session = request.state["signed_in"]
    if not hmac.compare_digest(form.get(CSRF_FIELD, "").encode(), session.csrf_token.encode()):
        raise HTTPException(403, "This form is from another session. Go back, load the page again, and send it anew.")


def comes_from_here(headers: Headers) -> bool:
    """Whether a request was made by one of our own pages, as far as its browser says; programs say nothing.

    Sec-Fetch-Site decides where browsers send it (https, loopback); elsewhere the Origin has to be the host asked for.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")

"""Files that a form sends (multipart/form-data, RFC 7578), read whole: small ones, and few."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.web.forms.signed_form import Form, check_signature, read_signed_form

# What reaches the console has passed a collector, which lets through 8 MiB (gateway.py).
MAX_UPLOAD_BYTES = 7 * 2**20
# More is a mistake, or worse: each part is looked at.
MAX_PARTS = 2_100

_BOUNDARY = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))')
_PARAMETER = re.compile(r'(name|filename)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Upload:
    """``fields``: the texts. ``files``: name to content; a file without a name, or an empty one, is none."""

    fields: Form
    files: Mapping[str, bytes]


async def read_signed_files(request: Request[Any]) -> Upload:
    """A form of this session, with files or without. Raises HTTPException: 400, 403, 413, 415."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await read_signed_upload(request)
    return Upload(await read_signed_form(request), {})


async def read_signed_upload(request: Request[Any]) -> Upload:
    """A form of this session that may hold files. Raises HTTPException: 400, 403, 413, 415."""
    found = _BOUNDARY.search(request.headers.get("content-type", ""))
    if found is None:
        raise HTTPException(415, "Send it as a form: multipart/form-data.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_UPLOAD_BYTES:
            raise HTTPException(413, f"At most {MAX_UPLOAD_BYTES:,} bytes at once: send a part of the files.")
    upload = decode_upload(bytes(body), (found[1] or found[2]).encode("latin-1"))
    check_signature(request, upload.fields)
    return upload


def decode_upload(body: bytes, boundary: bytes) -> Upload:
    """What a body holds. Raises HTTPException 400 for what is no multipart form, 413 for too many parts."""
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not parts or not parts[-1].startswith(b"--"):
        raise HTTPException(400, "The form could not be read: it ends too early.")
    if len(parts) > MAX_PARTS:
        raise HTTPException(413, f"At most {MAX_PARTS:,} files at once: send a part of them.")
    fields: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    for part in parts[:-1]:
        headers, separator, content = part.partition(b"\r\n\r\n")
        named = _disposition(headers)
        if not separator or "name" not in named:
            raise HTTPException(400, "The form could not be read: a part of it has no name.")
        if "filename" not in named:
            fields.append((named["name"], content.decode("utf-8", "replace")))
        elif named["filename"] and content:
            files[_free_name(named["filename"], files)] = content
    return Upload(ImmutableMultiDict(fields), files)


def _disposition(headers: bytes) -> Mapping[str, str]:
    for line in headers.decode("utf-8", "replace").split("\r\n"):
        if line.lower().startswith("content-disposition:"):
            # Browsers escape a quotation mark and line breaks by percent signs, older ones by a backslash.
            return {name: value.replace('\\"', '"') for name, value in _PARAMETER.findall(line)}
    return {}


def _free_name(name: str, taken: Mapping[str, bytes]) -> str:
    """Two files of one name, from two folders, are two files."""
    names = (name if number == 1 else f"{name} ({number})" for number in range(1, MAX_PARTS + 2))
    return next(free for free in names if free not in taken)

"""The console's stylesheet: written as one file a component, delivered as one, under a name that changes with it."""

import gzip
import hashlib
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.web.services import ConsoleState

_IMPORT = re.compile(r'^@import "([\w-]+\.css)";\n', re.MULTILINE)

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FOR_READERS = re.compile(r"\n\s+")

# Its name is made of what is in it: a browser asks once.
_FOR_EVER = "public, max-age=31536000, immutable"


def joined(path: Path) -> str:
    """The text of a stylesheet, each ``@import`` of a file beside it replaced by that file.

    Comments and indentation are for who reads the files; without them, what browsers load is a seventh smaller.
    """
    text = _IMPORT.sub(lambda found: (path.parent / found[1]).read_text(encoding="utf-8"), path.read_text("utf-8"))
    return _FOR_READERS.sub("\n", _COMMENT.sub("", text))


def stylesheet_route(path: Path) -> Route:
    """``stylesheet``: the file at ``path`` with all that it imports, read once."""
    text = joined(path).encode()
    packed = gzip.compress(text, mtime=0)
    name = f"{path.stem}.{hashlib.sha256(text).hexdigest()[:12]}.css"

    async def stylesheet(request: Request[ConsoleState]) -> Response:
        headers = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, media_type="text/css", headers=headers | {"content-encoding": "gzip"})
        return Response(text, media_type="text/css", headers=headers)

    return Route(f"/static/css/{name}", stylesheet, name="stylesheet")

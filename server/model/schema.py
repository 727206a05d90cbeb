"""What a schema is: the platform's words, and one violation of one."""

from typing import NewType

import msgspec

SchemaId = NewType("SchemaId", str)
"""The ``$id`` of a schema, an absolute URI. It is a name: nothing is ever fetched from it."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong in a document.

    ``path``: JSON pointer into the document, ``""`` for the whole of it (RFC 6901).
    ``keyword``: the JSON Schema keyword that was broken, or a word of ours in camelCase where none fits.
    ``message``: a sentence for the person who can mend it; never contains more than 200 characters of the value.
    """

    path: str
    keyword: str
    message: str

"""Scripts as they travel: packed once, as well as can be, in each of the codings that browsers take."""

import gzip
from collections.abc import Mapping

import brotli

CODINGS = ("br", "gzip")
"""The smaller first."""

SUFFIXES: Mapping[str, str] = {"br": ".br", "gzip": ".gz"}
"""What web servers that deliver packed files look for behind a file's name."""


def packed(text: bytes) -> Mapping[str, bytes]:
    """By coding. The same text gives the same bytes."""
    return {
        "br": brotli.compress(text, mode=brotli.MODE_TEXT, quality=11),
        "gzip": gzip.compress(text, 9, mtime=0),
    }

"""Data from pages is hostile: nothing in it may hide, reorder what people read, or lead them somewhere unseen."""

import re
from urllib.parse import urlsplit

# Unicode's controls that print nothing: C0, DEL, C1, the bidirectional ones, zero-width ones that are no part of a
# script's spelling, line and paragraph separator, and the byte-order mark. Joiners (U+200C, U+200D) stay: Persian and
# emoji need them.
_UNSEEN = re.compile("[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F


def visible(text: str) -> str:
    """``text`` with every character that cannot be seen replaced by one that can: ``␊``, ``⟨U+202E⟩``."""
    return _UNSEEN.sub(_picture, text)


def json_visible(text: str) -> str:
    """JSON text that means the same, with unseen characters written as escapes. ``text``: valid JSON."""
    return _UNSEEN.sub(lambda match: match[0] if match[0] in "\n " else f"\\u{ord(match[0]):04x}", text)


def safe_href(text: str) -> str:
    """``text`` when it is an address that may be made a link: http or https, with a host. Otherwise ``""``."""
    if _UNSEEN.search(text) or "\\" in text or text.strip() != text:
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    # Credentials in an address make a host look like another one.
    return text if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else ""


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    return "␡" if code == _DELETE else f"⟨U+{code:04X}⟩"

"""What a visitor agreed to, and what a datastream makes of it. The protocol knows one purpose, ``general``."""

from typing import Literal, TypeAlias

import msgspec

General: TypeAlias = Literal["in", "out", "pending"]
"""``in``: events are kept. ``out`` and ``pending``: none is (a client may hold them back until it knows)."""

Basis: TypeAlias = Literal["state", "event", "gpc", "default"]
"""Where it is known from: the client's cookie or state entry; a consent string that came with the event; the browser's
Global Privacy Control; or the datastream, because nobody said anything."""

# Adobe's number in the IAB's list of vendors: what a consent tool asks for where the Web SDK is used.
ADOBE_TCF_VENDOR = 565


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one request, and why."""

    general: General
    basis: Basis

    @property
    def is_given(self) -> bool:
        return self.general == "in"


class ConsentPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A datastream's rules.

    ``default``: holds until the visitor has said something.
    ``gpc``: what ``Sec-GPC: 1`` means. ``mark``: the event is kept and carries the mark, for sinks that share or sell.
    ``refuse``: ``out``, unless the visitor has said ``in`` to this site.
    ``dnt``: what ``DNT: 1`` means. ``anonymous``: the event is kept and is nobody's, unless the visitor has said ``in``
    to this site. ``ignore``: nothing.
    ``tcf_vendor``: the vendor that an IAB TCF 2 string has to name beside purpose 1; 0: purpose 1 is enough.
    """

    default: General = "in"
    gpc: Literal["mark", "refuse"] = "mark"
    dnt: Literal["anonymous", "ignore"] = "anonymous"
    tcf_vendor: int = ADOBE_TCF_VENDOR

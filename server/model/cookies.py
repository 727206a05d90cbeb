"""What a datastream says of the cookies in which its visitors' clients keep the edge's state."""

import msgspec

HOST_ALONE = "host"
"""In place of a domain: the cookies are those of the host that was asked, and of no other."""

# 13 months: what data protection authorities take as the longest that fits the purpose. The protocol's own is the same.
MOST_DAYS = 395


class CookiePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """``identity_days``: how long a visitor who does not come is remembered; 0: until the browser is closed.

    ``consent_days``: how long nobody asks again. ``domain``: where hosts within it are asked, the cookies are its;
    ``""``: the registrable domain of whichever host is asked; or ``HOST_ALONE``.
    """

    identity_days: int = MOST_DAYS
    consent_days: int = 180
    domain: str = ""

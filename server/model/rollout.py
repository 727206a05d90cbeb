"""A new build that a share of the visitors gets before all others do."""

import msgspec

LEAST_PERCENT = 1
MOST_PERCENT = 99
EVERYONE = 100
"""No roll-out any more: the environment points to the build."""


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """``build_hash``: what they get instead of the build that the environment points to.

    ``percent``: of the visitors, LEAST_PERCENT to MOST_PERCENT.
    """

    build_hash: str
    percent: int

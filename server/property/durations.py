"""Durations as people write them: ``800ms``, ``2s``, ``30m``, ``12h``, ``7d``."""

import re
from collections.abc import Mapping
from types import MappingProxyType

# Longer than any visit or stored value may last (browsers keep first-party storage for at most 400 days).
MAX_DURATION_MS = 400 * 24 * 3_600_000

_UNITS_MS: Mapping[str, int] = MappingProxyType({"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000})
_DURATION = re.compile(r"([0-9]{1,12})(ms|s|m|h|d)")


class DurationError(ValueError):
    """A text that is no duration, in a sentence with an example."""


def parse_duration_ms(text: str) -> int:
    """Milliseconds; raises DurationError."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise DurationError(
            f"`{text[:40]}` is no duration; write a whole number and ms, s, m, h or d, such as `800ms`."
        )
    duration_ms = int(found[1]) * _UNITS_MS[found[2]]
    if duration_ms > MAX_DURATION_MS:
        raise DurationError(f"`{text[:40]}` is longer than the 400 days that anything is kept for.")
    return duration_ms

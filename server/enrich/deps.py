"""What enrichments need, and what they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.enrich.agents import UserAgents
from server.enrich.zones import load_zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What is made once for all enrichments.

    ``agents``: the parser of user agents with its cache; it takes a quarter of a second to make.
    ``zones``: from IANA time zone to ISO 3166-1 country, see zones.py.
    """

    agents: UserAgents
    zones: Mapping[str, str]


def load_deps() -> Deps:
    """Everything that enrichments need, made: a quarter of a second, 40 MB. For the process that enriches, at start."""
    return Deps(agents=UserAgents(), zones=load_zones())

"""What is added to an event from what is already known of it: one file an enrichment, and their order."""

from collections.abc import Callable

from server.enrich.bot import Bot
from server.enrich.campaign import Campaign
from server.enrich.client_hints import ClientHints
from server.enrich.deps import Deps
from server.enrich.ip import Ip
from server.enrich.language import Language
from server.enrich.place import Place
from server.enrich.user_agent import UserAgent
from server.ports import Enrichment

ENRICHMENTS: tuple[Callable[[Deps], Enrichment], ...] = (
    # First, since it looks at the address only: whatever comes after it can use environment.ipV4 and ipV6.
    Ip,
    # Before user_agent: hints know more than the frozen string, and what is there already is not overwritten.
    ClientHints,
    # After client_hints: fills what they left open.
    UserAgent,
    # Reads a header of its own and writes a field of its own: its place does not matter.
    Language,
    # The same.
    Place,
    # The same.
    Campaign,
    # Last: what marks an event may in future look at everything that the others found out.
    Bot,
)
"""In the order in which they run. Each sees the patches of those before it; none overwrites what an event says."""

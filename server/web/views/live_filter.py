"""Which lines somebody wants to see. The page and its stream are asked in the same way, so both show the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from server.observe.tap import Line
from server.web.views.live_view import LiveRow

OUTCOMES = ("processed", "failed", "duplicate")

# What a person types into a search field; more is pasted by mistake.
_MAX_TEXT_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFilter:
    """Empty fields let everything through."""

    outcome: str = ""
    """One of OUTCOMES. ``processed`` has the duplicates too: they were."""
    event_type: str = ""
    """Exactly this XDM ``eventType``."""
    text: str = ""
    """Found anywhere in the event, its keys and ids included; case does not count."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "LiveFilter":
        """``outcome``, ``type`` and ``q`` of a URL; what makes no sense is as if it was not there."""
        outcome = query.get("outcome", "")
        return cls(
            outcome=outcome if outcome in OUTCOMES else "",
            event_type=query.get("type", "")[:_MAX_TEXT_CHARACTERS],
            text=query.get("q", "").strip()[:_MAX_TEXT_CHARACTERS],
        )

    @property
    def is_empty(self) -> bool:
        return self == LiveFilter()

    def to_query(self) -> str:
        """What :meth:`from_query` reads."""
        values = {"outcome": self.outcome, "type": self.event_type, "q": self.text}
        return urlencode({name: value for name, value in values.items() if value})

    def matches(self, row: LiveRow, line: Line) -> bool:
        """``row`` and ``line``: as this viewer may see them, so that nobody finds by searching what is masked."""
        if self.outcome and row.outcome != self.outcome and (self.outcome, row.outcome) != ("processed", "duplicate"):
            return False
        if self.event_type and row.event_type != self.event_type:
            return False
        return not self.text or self._is_in(row, line)

    def _is_in(self, row: LiveRow, line: Line) -> bool:
        sought = self.text.casefold()
        shown = " ".join((row.name, row.page, row.who, row.client, row.outcome_text))
        return sought in shown.casefold() or sought in msgspec.json.encode(line.outcome).decode().casefold()

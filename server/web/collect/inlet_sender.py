"""Who sends single messages to an inlet that asks for no token: what one head says holds for the next (heads.py)."""

from collections.abc import Callable

from server.web.collect.exchange import Decision


class InletSender:
    """A ``Sender`` (exchange.py). ``take``: decides a body; ``is_current``: whether that is still right."""

    request_id = ""

    def __init__(self, take: Callable[[bytes], Decision], is_current: Callable[[], bool]) -> None:
        self._take = take
        self.is_current = is_current

    def decide(self, request_id: str, body: bytes) -> Decision:
        return self._take(body)

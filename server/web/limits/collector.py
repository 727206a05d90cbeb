"""The connection of a collector: beacons by the short way, and limits on all that is not their content."""

from server.web.limits.connection import GuardedProtocol
from server.web.protocol import CollectProtocol


class CollectorConnection(GuardedProtocol, CollectProtocol):
    """Made with ``watch``, and what CollectProtocol takes."""

    def late_body(self) -> None:
        """A beacon on the short way is answered, in its endpoint's words."""
        if not self.answers_late_body():
            super().late_body()

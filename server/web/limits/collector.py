"""The connection of a collector: beacons by the short way, and limits on all that is not their content."""

from server.web.collect.protocol import CollectProtocol
from server.web.limits.connection import GuardedProtocol


class CollectorConnection(GuardedProtocol, CollectProtocol):
    """Made with ``watch``, and what CollectProtocol takes."""

    def data_received(self, data: bytes) -> None:
        """One whole request with a head that was read before is within all limits, and nothing of it is left over."""
        if self.recall(data):
            self.headers = self._dropped
        else:
            super().data_received(data)

    def late_body(self) -> None:
        """A beacon on the short way is answered, in its endpoint's words."""
        if not self.answers_late_body():
            super().late_body()

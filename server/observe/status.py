"""How far the pipeline is: what was taken in, what became of it, and what still waits. Read from the logs' offsets."""

import msgspec


class SinkStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One sink. ``lag``: processed events that it has not finished."""

    name: str
    lag: int


class PipelineStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Counts of events since the log began.

    ``waiting``: durable, acknowledged, but without an outcome yet. ``received == processed + failed + waiting`` holds
    whenever nothing is being processed.
    """

    received: int
    processed: int
    failed: int
    waiting: int
    sinks: tuple[SinkStatus, ...]

    @property
    def is_settled(self) -> bool:
        """Whether every event has its outcome and every sink has caught up."""
        return self.waiting == 0 and all(sink.lag == 0 for sink in self.sinks)

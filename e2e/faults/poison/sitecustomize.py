"""An event that ends the core's process, as a fault in a library written in C would.

Python runs this at start, where the folder is in PYTHONPATH. Only for the core, and only at events whose page is called
so: at once while they are decided, or in the profile's sink.
"""

import os
from collections.abc import Sequence
from typing import Any

if os.environ.get("HELIOGRAPH_INTERNAL_ROLE") == "process":
    import server.workers.process
    from server.sinks.profile import ProfileSink

    worker: Any = server.workers.process
    _process, _write = worker.process, ProfileSink.write

    def _page(event: Any) -> Any:
        return event.xdm.get("web", {}).get("webPageDetails", {}).get("name")

    def _process_or_die(event: Any, *arguments: Any) -> Any:
        if _page(event) == "dies when decided":
            os._exit(139)
        return _process(event, *arguments)

    async def _write_or_die(self: Any, batch: Sequence[Any]) -> Any:
        if any(_page(processed.event) == "dies when delivered" for _, processed in batch):
            os._exit(139)
        return await _write(self, batch)

    worker.process = _process_or_die
    ProfileSink.write = _write_or_die  # type: ignore[method-assign]

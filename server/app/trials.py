"""Failed events tried out with an edit, for commands and the console."""

from collections.abc import Sequence
from functools import cache

from server.app.schemas import StoredSchemas
from server.model.datastream import Configuration
from server.observe.failures import Failure
from server.observe.rehearsal import Rehearsal, rehearse
from server.observe.repair import Edited, edit_failures
from server.workers.trial import Trial


def open_trial() -> Trial:
    """One for as long as a process lives. The built-in schemas are read when it is first asked something."""
    stored = cache(StoredSchemas)
    return Trial(lambda document: stored().resolve(document))


class Edit:
    """What somebody wrote to repair failed events; empty for nothing. ``configuration``: as things are now."""

    def __init__(self, text: str, configuration: Configuration) -> None:
        self.text = text
        self._configuration = configuration
        self._trial = open_trial()

    def apply(self, failures: Sequence[Failure]) -> Sequence[Edited]:
        """Those that could be read. Raises PatchFault."""
        return edit_failures(
            failures, self.text, lambda dataset_id: self._trial.schema(dataset_id, self._configuration)
        )

    async def rehearse(self, failures: Sequence[Failure]) -> Rehearsal:
        """What would become of them. Raises PatchFault."""
        return await rehearse(failures, self.text, trials=self._trial, configuration=self._configuration)

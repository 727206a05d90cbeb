"""What is wrong, beside the field that it is about; what has no field of its own is told at the top."""

from collections.abc import Callable, Iterable, Sequence

from server.model.property import Fault


class FaultBook:
    """Each fault is taken once: by the field it lies in, or by whoever asks for the rest."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._left = list(faults)

    def take(self, pointer: str) -> Sequence[str]:
        """Sentences for the field at this place: what is wrong at it or inside of it."""
        return self._taken(lambda path: path == pointer or path.startswith(f"{pointer}/"))

    def take_exactly(self, pointer: str) -> Sequence[str]:
        """Sentences for this place alone, not for what is inside."""
        return self._taken(lambda path: path == pointer)

    def rest(self) -> Sequence[Fault]:
        """What nobody has taken."""
        return tuple(self._left)

    def _taken(self, is_ours: Callable[[str], bool]) -> Sequence[str]:
        ours = [fault for fault in self._left if is_ours(fault.path)]
        self._left = [fault for fault in self._left if not is_ours(fault.path)]
        return tuple(f"{fault.message} {fault.cure}".strip() for fault in ours)

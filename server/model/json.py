"""JSON as Python sees it once decoded."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

# Open by nature: what a page sends may hold any JSON. Code narrows it with isinstance where it looks inside.
Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]
ReadonlyJson: TypeAlias = Mapping[str, Any] | Sequence[Any] | str | int | float | bool | None

"""How large a build may become, when its property says so."""

from server.model.json import JsonObject
from server.model.property import Fault

_POINTER = "/property/settings/runtimeBudgetKb"


def budget_fault(document: JsonObject, packed_bytes: int) -> Fault | None:
    """None for a build that keeps to the budget, or has none. ``packed_bytes``: its size after gzip -9."""
    budget = document["property"].get("settings", {}).get("runtimeBudgetKb")
    if budget is None or packed_bytes <= budget * 1_000:
        return None
    message = f"The build has {packed_bytes / 1_000:.1f} kB, packed, and the property's budget is {budget:g} kB."
    return Fault(_POINTER, message, "Switch off rules that nobody needs, or make the budget larger.")

"""Profiles as the core keeps them, for the pages that show them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from server.model.outcome import Offset
from server.ports import ProfileEntry
from server.profile.store import SqliteProfileStore
from tests.unit.profile.builders import a_record, a_step

ADA = "0000000000000001"
"""The id of the first profile there is."""

FULL: Sequence[tuple[Offset, ProfileEntry]] = (
    a_step(0, "CustomerId:A-1001", "ECID:38205271846094731265508917263340198754", "Email:ada@example.com"),
    (
        Offset(1),
        a_record(
            "CustomerId:A-1001",
            "Phone:+41 44 000 00 00",
            xdm={"person": {"name": {"firstName": "Ada"}}, "consents": {"collect": {"val": "y"}}},
        ),
    ),
    a_step(2, "CustomerId:B-7"),
)


def keep(directory: Path, batch: Sequence[tuple[Offset, ProfileEntry]] = FULL) -> None:
    """Put these into the profiles of a console's directory."""

    async def apply() -> None:
        store = SqliteProfileStore(directory / "profiles.db")
        await store.open()
        await store.apply(batch)
        await store.close()

    asyncio.run(apply())
